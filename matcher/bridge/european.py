"""Read English, German and Spanish: words by a pattern, dictionary forms by simplemma."""

import re
from functools import lru_cache

import simplemma

from matcher.bridge.lexicon import function_words as function_words_of
from matcher.bridge.stopwords import STOP_WORDS
from matcher.bridge.units import SEPARABLE, Reading, Role, Unit
from models.vocabulary import Language

_WORD = re.compile(r"\d+(?:[.,]\d+)+|[^\W_]+(?:['’][^\W_]+)*")
_INNER_CAPITAL = re.compile("[a-zà-ÿ][A-Z]")
"""A made-up name, such as DiGA, which is no form of the Spanish verb "decir"."""
_POSSESSIVE = re.compile(r"['’]s?$")
_JOINING = frozenset(" \t\u00a0\u00ad-\u2010\u2011&+·/'’")
"""Characters a phrase may run across."""
_LONGEST_WORD = 60
"""A longer run of letters is no word of a text; its dictionary form would only cost time."""
_LONGEST_ABBREVIATION = 2
"""In letters; a full stop after so short a word (EE. UU., z. B.) ends no phrase."""
_ABBREVIATION = re.compile(r"[A-Z]{2,5}s?|[A-Z][A-Z0-9]{1,4}")
"""Short words in capitals mean something else than the same letters in lower case: IT, US, LED, CAR."""

_NEGATIONS = frozenset({"not", "no", "without", "nothing", "never"})
"""English of the words of grammar no phrase runs across."""
_SEPARABLE = frozenset(
    """
    ab an auf aus bei bereit dar durch ein entgegen fest fort frei her heran heraus hervor hin hinzu los mit
    nach nieder sicher statt teil um vor voran voraus vorbei weg weiter wieder zu zurück zusammen
    """.split()  # noqa: SIM905 - fifty quoted words would be harder to read
)
"""Prefixes of German verbs that stand at the end of a main clause."""

_GERMAN_ADJECTIVE = re.compile(
    r"(?<=.{2})(bar|isch|lich|ig|los|sam|haft|iv|al|ell|är|iert|stützt|fähig|frei|ant|ent|end)(?:e[nrsm]?)$"
)


def read_european(text: str, language: Language) -> Reading:
    """Cut a text into clauses of words, and words of grammar beside them.

    Args:
        text: any Unicode text, in composed form.
        language: English, German or Spanish.

    Returns:
        The reading; its units are ordered and do not overlap.
    """
    clauses: list[list[Unit]] = [[]]
    known, function_words = function_words_of(language), list[Unit]()
    previous, covered, last = "", 0, None
    for match in _WORD.finditer(text):
        word = match.group()
        begins = not previous or _ends_phrase(text[covered : match.start()], previous)
        if begins:
            if language is Language.DE:
                _close(clauses[-1], function_words, last)
            clauses.append([])
        # A lone capital inside a phrase is a label: Serie A, vitamin A.
        is_label = len(word) == 1 and word.isupper() and not begins
        if is_label or _is_abbreviation(word) or word.casefold() not in STOP_WORDS[language]:
            role = Role.LITERAL if word[0].isdigit() else Role.WORD
            key = key_of(word, language)
            clauses[-1].append(Unit(match.start(), match.end(), key, role, form=word.casefold()))
        elif word.casefold() in known:
            literal = known[word.casefold()]
            function_words.append(
                Unit(match.start(), match.end(), word.casefold(), Role.FUNCTION, literal=literal)
            )
            if literal in _NEGATIONS:
                # "no tiene socios" is no phrase that runs across its "no".
                clauses.append([])
        previous, covered, last = word, match.end(), match
    if language is Language.DE:
        _close(clauses[-1], function_words, last)
    return Reading(tuple(tuple(clause) for clause in clauses if clause), tuple(function_words))


def _close(clause: list[Unit], function_words: list[Unit], last: re.Match[str] | None) -> None:
    """Mark a German verb's prefix that ends a clause: neither a word of grammar nor one of its own."""
    # In capitals it is no prefix: the MIT.
    if last is None or not clause or last.group() not in _SEPARABLE:
        return
    unit = Unit(last.start(), last.end(), last.group(), Role.AFFIX, SEPARABLE)
    clause[:] = [*(own for own in clause if own.start < unit.start), unit]
    if function_words and function_words[-1].start == unit.start:
        function_words.pop()


def key_of(word: str, language: Language) -> str:
    """Give the key a word is looked up by: its dictionary form, without a German adjective's last ending.

    simplemma leaves many inflected German adjectives as they are (wiederaufladbaren).
    """
    form = lemma(word, language)
    return _GERMAN_ADJECTIVE.sub(r"\1", form) if language is Language.DE else form


def lemma(word: str, language: Language) -> str:
    """Give the dictionary form of a word in lower case; an abbreviation keeps its capitals."""
    if language is Language.EN:
        word = _POSSESSIVE.sub("", word)
    if _is_abbreviation(word):
        return word.removesuffix("s")
    if len(word) > _LONGEST_WORD or _INNER_CAPITAL.search(word):
        return word.casefold()
    return _lemma(word, language).casefold()


@lru_cache(maxsize=200_000)
def _lemma(word: str, language: Language) -> str:
    # In capitals a word of a heading is unknown to simplemma.
    spelled = word.capitalize() if word.isupper() else word
    # The greedy search finds the plurals of rare German compounds (Zelllinien) and spoils nothing else.
    return simplemma.lemmatize(spelled, lang=language.value, greedy=language is Language.DE)


def _is_abbreviation(word: str) -> bool:
    return _ABBREVIATION.fullmatch(word) is not None


def _ends_phrase(gap: str, previous: str) -> bool:
    if gap.strip() == "." and len(previous) <= _LONGEST_ABBREVIATION:
        return False
    return any(character not in _JOINING for character in gap)
