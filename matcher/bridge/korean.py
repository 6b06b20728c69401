"""Read Korean: content morphemes and words of grammar, by Kiwi.

Kiwi costs about two seconds and 300 MB, so one instance is built on first use and shared by all threads.
"""

import re
import threading
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from matcher.bridge.korean_numbers import SCALES, say_amount
from matcher.bridge.lexicon import function_words, load_gazetteer
from matcher.bridge.tokenised import FOLDER, read_user_words
from matcher.bridge.units import Clause, Reading, Role, Unit
from models.vocabulary import Language

if TYPE_CHECKING:
    from kiwipiepy import Kiwi

_ROLES = {
    "NNP": Role.NAME,
    **dict.fromkeys(("NNG", "XR", "VV", "VA", "MAG", "MM", "SH"), Role.WORD),
    **dict.fromkeys(("NNB", "NP", "NR", "XPN", "XSN"), Role.AFFIX),
    **dict.fromkeys(("SL", "SN", "W_SERIAL"), Role.LITERAL),
}
_VERBS = ("VV", "VA")
_PHRASE_ENDS = ("SF", "SP", "SS", "SSO", "SSC", "SE", "SW", "SB", "EF", "EC", "JX", "JKS")
"""Punctuation, and the particles and endings that close a part of a sentence."""
_PHRASE_LINKS = ("JKG", "JKO", "JKB", "JC", "ETM", "XSV", "XSA", "SP", "SO", "SSO", "SSC")
"""What may stand between the morphemes of a dictionary phrase and is left out of its key."""
_NOUN_AND_ADVERB_ENDINGS = ("ᆷ", "음", "게")
_LIGHT_VERBS = "하다 되다 있다 없다 않다 위하다 대하다 통하다 따르다 관하다 의하다"
_LIGHT_WORDS = frozenset((*_LIGHT_VERBS.split(), "및", "또는", "당사"))
"""Words that carry grammar rather than meaning; a gloss full of "do" and "be" tells texts apart less well."""
_LIGHT_SYLLABLES = frozenset("한두세첫그이각약등")
"""Light words as well, but also first syllables of others: 이 is "this", and 이차전지 a secondary battery."""
_WON = "원"
_PIECE = re.compile(r".{1,4000}(?:\s|\Z)|.{4000}", re.DOTALL)
"""Kiwi takes longer than proportional on endless runs of letters; a profile fits into one piece."""


class Morpheme(NamedTuple):
    """A morpheme Kiwi found at `text[start:end]`; `tag` is its part of speech, `exact_tag` with its class."""

    form: str
    tag: str
    exact_tag: str
    start: int
    end: int


_lock = threading.Lock()


@lru_cache(maxsize=1)
def _kiwi() -> "Kiwi":
    from kiwipiepy import Kiwi  # noqa: PLC0415  loaded with the first Korean text

    kiwi = Kiwi(load_multi_dict=False)
    for name in read_user_words(FOLDER) or _unknown_names(kiwi):
        # Else Kiwi takes Málaga (말라가) for a form of the verb "to dry".
        kiwi.add_user_word(name, "NNP")
    return kiwi


def unknown_names() -> tuple[str, ...]:
    """List the names of the gazetteer that Kiwi does not read as one noun; the build keeps them."""
    from kiwipiepy import Kiwi  # noqa: PLC0415  as below

    return _unknown_names(Kiwi(load_multi_dict=False))


def _unknown_names(kiwi: "Kiwi") -> tuple[str, ...]:
    names = dict.fromkeys(
        word
        for place in load_gazetteer()
        for word in place.words_in(Language.KO)
        if word.isalpha() and not word.isascii()
    )
    return tuple(name for name in names if not _is_known(kiwi, name))


def _is_known(kiwi: "Kiwi", name: str) -> bool:
    """Say whether Kiwi reads a name as one noun anyway, alone, after a word and before a particle.

    Such a name is not added: a word added finds itself inside others (부산 in 부산물).
    """
    for place, text in ((0, name), (1, f"독일 {name}"), (0, f"{name}에서 왔다")):
        token = kiwi.tokenize(text)[place]
        if token.form != name or not token.tag.startswith("NN"):
            return False
    return True


def read_korean(texts: Sequence[str]) -> list[Reading]:
    """Cut each text into clauses of content morphemes, and words of grammar beside them.

    Args:
        texts: any Unicode text, in composed form.

    Returns:
        For each text its reading; units of one text are ordered and do not overlap.
    """
    return [
        Reading(tuple(_clauses(text, morphemes)), _function_words(morphemes))
        for text, morphemes in zip(texts, _analyse(texts), strict=True)
    ]


def phrase_keys(variants: Sequence[str]) -> list[tuple[str, ...]]:
    """Give the keys of each lexicon variant, one or two: its letters, and its morphemes run together."""
    analysed = zip(variants, _analyse(variants), strict=True)
    return [_phrase_keys(variant, morphemes) for variant, morphemes in analysed]


def key_of(form: str, tag: str) -> str:
    """Give the key of a morpheme: verbs as the dictionary writes them, Latin letters in lower case."""
    if tag.partition("-")[0] not in _VERBS:
        return form.casefold()
    # 풍부하다 is one morpheme as a verb and 풍부 as a root, depending on the sentence.
    return form[:-1] if form.endswith("하") and len(form) > len("위하") else form + "다"


def _analyse(texts: Sequence[str]) -> list[list[Morpheme]]:
    pieces = [(number, match) for number, text in enumerate(texts) for match in _PIECE.finditer(text)]
    with _lock:
        analysed = list(_kiwi().tokenize([match.group() for _, match in pieces]))
    morphemes: list[list[Morpheme]] = [[] for _ in texts]
    for (number, match), tokens in zip(pieces, analysed, strict=True):
        for token in tokens:
            start = match.start() + token.start
            morphemes[number].append(
                Morpheme(token.form, token.tag.partition("-")[0], token.tag, start, start + token.len)
            )
    return morphemes


def _phrase_keys(variant: str, morphemes: Sequence[Morpheme]) -> tuple[str, ...]:
    run_together = "".join(unit.key for clause in _clauses(variant, morphemes) for unit in clause)
    if variant.endswith("다"):
        return (run_together,)
    letters = "".join(character for character in variant if character.isalnum()).casefold()
    return (letters, run_together) if run_together != letters and _is_sound(morphemes) else (letters,)


def _is_sound(morphemes: Sequence[Morpheme]) -> bool:
    """Say whether Kiwi read a dictionary word as a phrase, and not as a sentence that sounds the same.

    연구로 is a reactor, not "by research"; 비건 is a vegan, not "whether it is empty".
    """
    return not morphemes[-1].tag.startswith("J") and all(
        (morpheme.tag in _ROLES and morpheme.form not in _LIGHT_WORDS)
        or morpheme.tag in _PHRASE_LINKS
        or morpheme.form in _NOUN_AND_ADVERB_ENDINGS
        for morpheme in morphemes
    )


def _clauses(text: str, morphemes: Sequence[Morpheme]) -> list[Clause]:
    clauses: list[list[Unit]] = [[]]
    covered = 0
    for morpheme in morphemes:
        unit = _unit(morpheme, covered)
        ends = morpheme.tag in _PHRASE_ENDS and morpheme.form != "·"
        if ends or "\n" in text[covered : morpheme.start]:
            clauses.append([])
        if unit is not None:
            clauses[-1].append(unit)
            covered = unit.end
    return [_join_amounts(text, clause) for clause in clauses if clause]


def _unit(morpheme: Morpheme, covered: int) -> Unit | None:
    role = _ROLES.get(morpheme.tag)
    key = key_of(morpheme.form, morpheme.tag)
    # Contracted morphemes share a syllable; the first content morpheme keeps it.
    start = max(morpheme.start, covered)
    if role is None or key in _LIGHT_WORDS or start >= morpheme.end:
        return None
    if morpheme.form == _WON and morpheme.tag == "NNB":
        return Unit(start, morpheme.end, key, Role.LITERAL, literal="won")
    if key in _LIGHT_SYLLABLES or _function_key(morpheme) in function_words(Language.KO):
        role = Role.AFFIX
    return Unit(start, morpheme.end, key, role, morpheme.exact_tag, morpheme.form)


def _function_words(morphemes: Sequence[Morpheme]) -> tuple[Unit, ...]:
    known = function_words(Language.KO)
    return tuple(
        Unit(morpheme.start, morpheme.end, key, Role.FUNCTION, morpheme.exact_tag, morpheme.form, known[key])
        for morpheme in morphemes
        for key in (_function_key(morpheme),)
        if key in known and morpheme.start < morpheme.end
    )


def _function_key(morpheme: Morpheme) -> str:
    return f"{morpheme.form}/{morpheme.tag}"


def _join_amounts(text: str, units: Sequence[Unit]) -> Clause:
    """Make one unit of a number and the scale words after it: 1 조 2000 억."""
    joined: list[Unit] = []
    position = 0
    while position < len(units):
        end = _end_of_amount(units, position)
        unit = units[position]
        if end > position:
            last = units[end - 1]
            amount = say_amount([part.key for part in units[position:end]])
            unit = Unit(unit.start, last.end, text[unit.start : last.end], Role.LITERAL, "SN", literal=amount)
        joined.append(unit)
        position = max(end, position + 1)
    return tuple(joined)


def _end_of_amount(units: Sequence[Unit], start: int) -> int:
    end = start
    while end + 1 < len(units) and units[end].tag == "SN" and units[end + 1].key in SCALES:
        end += 2
    return end
