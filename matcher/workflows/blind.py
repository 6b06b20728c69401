"""Blind review: while everybody reviews alone, reviewers of a blind program read texts and not names.

A startup that is in such a program of one's agency has a pseudonym wherever one meets it, and its names,
those of its founders, addresses of web pages and of e-mail are taken out of its texts. The pseudonym is made
of the id alone, which stands in addresses anyway: it is the same everywhere, and tells nothing.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from hashlib import sha256

from sqlmodel import Session, col, select

from matcher.engine.analysis import ConceptSpan
from matcher.engine.evidence_links import ReadSentence
from matcher.engine.matches import Evidence
from matcher.engine.values import StartupFacts
from matcher.workflows.duplicates import normal_name
from models.access import Actor, blinded_for
from models.tables import Account, Startup, StartupMember, Submission

WITHHELD = "[…]"
"""Stands for the name of a person, and for an address."""

_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
_DIGITS = "23456789"
_ADDRESS = re.compile(
    r"""(?xi)
    [^\s@<>(){}\[\],;:]+ @ [\w-]+ (?:\.[\w-]+)+
    | (?:https?://|www\.) [^\s<>(){}\[\],;]+
    | (?<![\w.@-]) (?:[a-z0-9-]+\.)+ (?:com|net|org|io|ai|co|kr|de|es|eu|tech|dev|app)
      (?![\w-]) (?:/[^\s,;]*)?
    """
)
_ARTICLES = frozenset({"The", "Das", "Die", "Der", "El", "La", "Los", "Las", "A", "An"})
_SHORT = 2
_LEAST_WORD = 3
_AT_ONCE = 400


@dataclass(frozen=True, slots=True)
class _Cut:
    """A part of a text that is replaced."""

    start: int
    end: int
    by: str


@dataclass(frozen=True)
class Mask:
    """What a startup is called instead, and what is taken out of its texts.

    Attributes:
        name: the pseudonym.
        companies: every spelling of its name that is known.
        people: names of its founders.
    """

    name: str
    companies: tuple[str, ...] = field(repr=False)
    people: tuple[str, ...] = field(repr=False)

    def text(self, text: str) -> str:
        """Give a text without names and addresses."""
        return _apply(text, self._cuts(text))

    def sentence(self, sentence: ReadSentence) -> ReadSentence:
        """Give a sentence without names, with the understood words that are left."""
        cuts = self._cuts(sentence.text)
        if not cuts:
            return sentence
        spans = [
            ConceptSpan(start, end, span.concept, span.keys)
            for span in sentence.spans
            if (moved := _moved(span.start, span.end, cuts)) is not None
            for start, end in (moved,)
        ]
        return ReadSentence(_apply(sentence.text, cuts), spans)

    def evidence(self, evidence: Evidence) -> Evidence:
        """Give evidence without names, with the links that are left."""
        cuts = self._cuts(evidence.profile)
        if not cuts:
            return evidence
        links = tuple(
            replace(link, profile_start=moved[0], profile_end=moved[1])
            for link in evidence.links
            if (moved := _moved(link.profile_start, link.profile_end, cuts)) is not None
        )
        return replace(evidence, profile=_apply(evidence.profile, cuts), links=links)

    def facts(self, facts: StartupFacts) -> StartupFacts:
        """Give facts without names, where a founder wrote one into them."""
        institutions = facts.institutions
        return replace(
            facts,
            city=None if facts.city is None else self.text(facts.city),
            institutions=None if institutions is None else tuple(map(self.text, institutions)),
        )

    @cached_property
    def _wanted(self) -> tuple[tuple[str, str], ...]:
        """What is looked for, folded, and what stands in its place; the longest first."""
        found = {_fold_all(name): WITHHELD for name in self.people}
        found |= {_fold_all(name): self.name for name in self.companies}
        return tuple(sorted(((one, by) for one, by in found.items() if one), key=lambda pair: -len(pair[0])))

    @cached_property
    def _first_words(self) -> re.Pattern[str] | None:
        """The first word of a company's name of several words, spelled just as there: texts shorten it so."""
        words = {
            parts[0]
            for name in self.companies
            if len(parts := name.split()) > 1
            and len(parts[0]) >= _LEAST_WORD
            and parts[0].isascii()
            and parts[0][0].isupper()
            and parts[0] not in _ARTICLES
        }
        if not words:
            return None
        return re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(sorted(map(re.escape, words)))})(?![a-z0-9])")

    def _cuts(self, text: str) -> tuple[_Cut, ...]:
        found = [_Cut(*match.span(), WITHHELD) for match in _ADDRESS.finditer(text)]
        plain = _fold_all(text)
        wanted = [(name, by) for name, by in self._wanted if name in plain]
        if wanted:
            found += _find(text, wanted)
        if self._first_words is not None:
            found += [_Cut(*match.span(), self.name) for match in self._first_words.finditer(text)]
        return _without_overlap(found)


def pseudonym(startup_id: str) -> str:
    """Give the name a startup has while names are hidden: the same for everybody and everywhere."""
    number = int.from_bytes(sha256(f"landfall pseudonym {startup_id}".encode()).digest()[:8])
    code = ""
    for letters in (_LETTERS, _DIGITS, _LETTERS, _DIGITS, _LETTERS, _DIGITS):
        number, place = divmod(number, len(letters))
        code += letters[place]
    return f"Startup {code}"


def hidden_names(
    session: Session, actor: Actor, startup_ids: Collection[str] | None = None
) -> frozenset[str]:
    """Say of which startups this actor is told no name now.

    Args:
        session: an open unit.
        actor: who asks.
        startup_ids: those to ask about; None for all there are.
    """
    query = blinded_for(actor)
    if startup_ids is None:
        return frozenset(session.exec(query))
    return frozenset(
        one for part in _parts(startup_ids) for one in session.exec(query.where(col(Startup.id).in_(part)))
    )


def masks_for(session: Session, actor: Actor, startup_ids: Collection[str]) -> Mapping[str, Mask]:
    """Give the masks of those startups whose names are hidden from this actor; the others have none.

    Args:
        session: an open unit.
        actor: who reads.
        startup_ids: the startups that are shown.
    """
    hidden = hidden_names(session, actor, startup_ids)
    if not hidden:
        return {}
    companies: dict[str, set[str]] = defaultdict(set)
    people: dict[str, set[str]] = defaultdict(set)
    for part in _parts(hidden):
        for startup_id, name, native_name in session.exec(
            select(Startup.id, Startup.name, Startup.native_name).where(col(Startup.id).in_(part))
        ):
            companies[startup_id] |= {name, native_name or ""}
        for startup_id, content in session.exec(
            select(Submission.startup_id, Submission.content).where(col(Submission.startup_id).in_(part))
        ):
            companies[startup_id] |= {str(content.get(key) or "") for key in ("name", "native_name")}
        for startup_id, name in session.exec(
            select(StartupMember.startup_id, Account.name)
            .join(Account, col(Account.id) == col(StartupMember.account_id))
            .where(col(StartupMember.startup_id).in_(part))
        ):
            people[startup_id].add(name)
    return {
        startup_id: Mask(
            pseudonym(startup_id),
            tuple(sorted(_companies(companies[startup_id]))),
            tuple(sorted(_people(people[startup_id]))),
        )
        for startup_id in sorted(hidden)
    }


def _companies(names: Iterable[str]) -> Iterator[str]:
    for name in filter(None, names):
        yield name
        # Without its legal form, as texts write it.
        yield normal_name(name)


def _people(names: Iterable[str]) -> Iterator[str]:
    for name in filter(None, names):
        yield name
        words = name.split()
        if len(words) > 1:
            yield " ".join([*words[1:], words[0]])
            yield " ".join([words[-1], *words[:-1]])


@lru_cache(maxsize=8192)
def _fold(character: str) -> str:
    """Give what counts of a character: no width, case, accents, spaces or punctuation."""
    plain = unicodedata.normalize("NFKC", character).casefold()
    bare = (part for part in unicodedata.normalize("NFD", plain) if unicodedata.category(part) != "Mn")
    return "".join(part for part in unicodedata.normalize("NFC", "".join(bare)) if part.isalnum())


def _fold_all(text: str) -> str:
    return "".join(map(_fold, text))


def _find(text: str, wanted: Iterable[tuple[str, str]]) -> Iterator[_Cut]:
    folded, places = [], []
    for place, character in enumerate(text):
        for part in _fold(character):
            folded.append(part)
            places.append(place)
    whole = "".join(folded)
    for name, by in wanted:
        at = whole.find(name)
        while at >= 0:
            end = _end_of_name(text, places[at], places[at + len(name) - 1] + 1, name)
            if end is not None:
                yield _Cut(places[at], end, by)
            at = whole.find(name, at + 1)


def _end_of_name(text: str, start: int, end: int, name: str) -> int | None:
    """Say where a name that was found ends; None where it is a part of other words.

    Latin words stand apart from their neighbours, but for a capital in the middle and a genitive; what
    follows a Korean name is often a particle.
    """
    before, after = text[max(start - 1, 0) : start], text[end : end + 1]
    if _is_hangul(name[0]) or _is_hangul(name[-1]):
        is_split = any(character.isspace() for character in text[start:end])
        is_inside = before.isalnum() or after.isalnum()
        by_chance = (len(name) == _SHORT and is_split) or (len(name) < _SHORT and is_inside)
        return None if by_chance else end
    if _is_latin(before) and not (text[start].isupper() and before.islower()):
        return None
    if after in {"s", "S"} and not _is_latin(text[end + 1 : end + 2]):
        return end + 1
    if _is_latin(after) and not (after.isupper() and text[end - 1].islower()):
        return None
    return end


def _is_hangul(character: str) -> bool:
    return "가" <= character <= "힣"


def _is_latin(character: str) -> bool:
    return character.isalnum() and not _is_hangul(character)


def _without_overlap(cuts: Iterable[_Cut]) -> tuple[_Cut, ...]:
    """Put cuts in order; where two overlap both are made, with what the earlier, longer one puts there."""
    kept: list[_Cut] = []
    for cut in sorted(cuts, key=lambda one: (one.start, -one.end)):
        if kept and cut.start < kept[-1].end:
            kept[-1] = replace(kept[-1], end=max(kept[-1].end, cut.end))
        else:
            kept.append(cut)
    return tuple(kept)


def _apply(text: str, cuts: Iterable[_Cut]) -> str:
    parts, place = [], 0
    for cut in cuts:
        parts += [text[place : cut.start], cut.by]
        place = cut.end
    return "".join([*parts, text[place:]])


def _moved(start: int, end: int, cuts: Iterable[_Cut]) -> tuple[int, int] | None:
    """Give where a part of a text lies after the cuts; None where one of them touches it."""
    shift = 0
    for cut in cuts:
        if cut.end <= start:
            shift += len(cut.by) - (cut.end - cut.start)
        elif cut.start < end:
            return None
    return start + shift, end + shift


def _parts(ids: Collection[str]) -> Iterator[list[str]]:
    """Give ids in parts, because a statement holds only so many values."""
    ordered = sorted(ids)
    for start in range(0, len(ordered), _AT_ONCE):
        yield ordered[start : start + _AT_ONCE]
