"""Propose values for the fields of a profile from the text of a plan, each with the passage that says so.

A value is proposed where the plan states it plainly: behind a label, under a heading, or in a sentence in
which the startup speaks of itself. What is planned, asked for or said of others is no fact of the startup.
Statements that contradict each other give a note instead of a value: wrong is worse than missing.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from matcher.documents import statements as say
from matcher.documents.figures import Money, find_sums, read_count, read_money, read_year, without_asides
from matcher.documents.lines import Line, Note, NoteCode, Place
from matcher.documents.passages import Passage, Section, split_sections
from matcher.documents.vocabulary_words import (
    CITY_WORDS,
    LANGUAGE_WORDS,
    LEVEL_WORDS,
    OFFER_WORDS,
    REGION_WORDS,
    SECTOR_WORDS,
    STAGE_WORDS,
    codes_in,
)
from matcher.engine.sentences import split_sentences
from models.vocabulary_names import OFFERS, SECTORS

FIELDS = (
    "company_name",
    "one_liner",
    "summary",
    "problem",
    "solution",
    "market_entry",
    "team",
    "needs",
    "sectors",
    "target_cities",
    "target_regions",
    "stage",
    "trl",
    "founded",
    "employees",
    "revenue",
    "raised",
    "raised_usd",
    "ip_status",
    "patents",
    "languages",
)
"""Fields that may be proposed. A registration number is never among them: it identifies a person's firm."""

TEXT_LIMITS = {
    "one_liner": 140,
    "summary": 500,
    "problem": 2000,
    "solution": 2000,
    "market_entry": 2000,
    "team": 2000,
}
"""Characters of the texts, as many as the profile takes."""

_SEVERAL = frozenset({*TEXT_LIMITS, "needs", "sectors", "target_cities", "target_regions"})
"""Fields of which a plan may say more in one place than in another; what is labelled comes first."""

_COUNTED = frozenset({"patents", "languages"})
"""Fields made of parts, which contradict each other part by part."""

_FEWEST_CHARACTERS = 15
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Proposal:
    """A value for a field, the passage of the document that says so, verbatim, and where it stands."""

    value: Any
    passage: str
    place: Place


@dataclass(frozen=True, slots=True)
class _Claim:
    """One statement about a field; `same` is what makes two statements the same."""

    field: str
    value: Any
    same: Any
    passage: str
    place: Place


def propose(lines: Sequence[Line], *, this_year: int) -> tuple[dict[str, Proposal], tuple[Note, ...]]:
    """Propose values for fields.

    Args:
        lines: what the document says.
        this_year: later years are plans.

    Returns:
        Proposals by field, in the order of `FIELDS`, and a note for every contradiction.
    """
    sections = split_sections(lines)
    claims = [*_claims(sections, this_year)]
    claims += _ip_status(claims)
    proposals: dict[str, Proposal] = {}
    notes: list[Note] = []
    for field in FIELDS:
        ours = [claim for claim in claims if claim.field == field]
        if not ours:
            continue
        if field not in _SEVERAL and (passages := _contradictions(ours)):
            notes.append(Note(NoteCode.CONTRADICTION, field, passages))
        else:
            proposals[field] = Proposal(ours[0].value, ours[0].passage, ours[0].place)
    if not proposals and not notes:
        notes.append(Note(NoteCode.NOTHING_FOUND))
    return proposals, tuple(notes)


def _contradictions(claims: Sequence[_Claim]) -> tuple[str, ...]:
    """Give one passage of each of the different things that are said; none when all say the same."""
    said: dict[str, tuple[str, str]] = {}
    against = False
    for claim in claims:
        # Counts of filed and of granted patents may be stated apart.
        parts = claim.same if claim.field in _COUNTED else [("", claim.same)]
        for name, value in parts:
            against |= said.setdefault(name, (repr(value), claim.passage))[0] != repr(value)
    return tuple(dict.fromkeys(claim.passage for claim in claims)) if against else ()


def _claims(sections: Sequence[Section], this_year: int) -> Iterator[_Claim]:
    own = [section for section in sections if not section.about_others]
    passages = [passage for section in own for passage in section.passages]
    names = list(_names(passages))
    yield from names
    yield from _texts(own)
    yield from _latest(_labelled(passages, this_year))
    speaks = _speaker(names)
    for passage in passages:
        if passage.labelled is None:
            ours = False
            for sentence in passage.sentences():
                ours = speaks(sentence) or (ours and say.GOES_ON.match(sentence) is not None)
                yield from _said(sentence, passage.place, this_year, ours=ours)


def _names(passages: Sequence[Passage]) -> Iterator[_Claim]:
    """Give the company's names; one in Hangul and one in Latin letters do not contradict each other."""
    scripts: dict[bool, str] = {}
    for passage in passages:
        if passage.labelled is None or "company_name" not in passage.labelled.fields:
            continue
        name = say.KEPT_IN_NAME.sub("", passage.labelled.value).strip(" ,;")
        plain = _plain_name(name)
        if not plain or len(name) > _LONGEST_NAME or ":" in name or plain.isdigit():
            continue
        hangul = say.HANGUL.search(name) is not None
        if not scripts or scripts.get(hangul, plain) != plain:
            yield _Claim("company_name", name, plain, passage.text, passage.place)
        scripts.setdefault(hangul, plain)


def _plain_name(name: str) -> str:
    return "".join(filter(str.isalnum, say.COMPANY_FORM.sub("", name).casefold()))


def _speaker(names: Sequence[_Claim]) -> Callable[[str], bool]:
    """Give a test of whether a sentence speaks of the startup itself."""
    own = {claim.same for claim in names if len(claim.same) > 1}

    def speaks(sentence: str) -> bool:
        flat = "".join(filter(str.isalnum, sentence.casefold()))
        return bool(say.SELF.search(sentence)) or any(name in flat for name in own)

    return speaks


def _texts(sections: Sequence[Section]) -> Iterator[_Claim]:
    for section in sections:
        for passage in section.passages:
            yield from _labelled_texts(passage)
        if section.field in TEXT_LIMITS and section.passages:
            text = _limited(
                "\n".join(passage.text for passage in section.passages), TEXT_LIMITS[section.field]
            )
            if len(text) >= _FEWEST_CHARACTERS:
                yield _Claim(section.field, text, text, text, section.passages[0].place)


def _labelled_texts(passage: Passage) -> Iterator[_Claim]:
    if passage.labelled is None:
        return
    for field in passage.labelled.fields:
        if field in TEXT_LIMITS:
            text = _limited(passage.labelled.value, TEXT_LIMITS[field])
            if len(text) >= _FEWEST_CHARACTERS or (field == "one_liner" and text):
                yield _Claim(field, text, text, passage.text, passage.place)


def _limited(text: str, limit: int) -> str:
    """Cut a text behind its last whole sentence, or word, within a limit."""
    text = text.strip()
    if len(text) <= limit:
        return text
    head = text[:limit]
    ends = [match.end() for match in re.finditer(r"[.!?。](?=\s)|\n", head)]
    return head[: ends[-1] if ends else max(head.rfind(" "), 1)].strip()


def _labelled(passages: Sequence[Passage], this_year: int) -> Iterator[_Claim]:
    for passage in passages:
        if passage.labelled is None:
            continue
        # What stands in brackets behind the value explains it: 12명 (2027년 20명 목표).
        plain = without_asides(passage.labelled.value)
        for field in passage.labelled.fields:
            if field in {"needs", "targets", "sectors", "languages"}:
                yield from _listed(field, passage)
            elif not say.PLANNED.search(f"{say.READINESS.sub('', passage.labelled.label)} {plain}"):
                yield from _fact(field, passage, plain, this_year)


def _fact(field: str, passage: Passage, value: str, this_year: int) -> Iterator[_Claim]:
    found: Any = None
    if field == "founded":
        found = read_year(value, this_year)
    elif field == "employees":
        found = read_count(value)
    elif field == "trl":
        match = say.TRL_VALUE.fullmatch(value)
        found = int(match["trl"]) if match else None
    elif field == "stage":
        found = _stage(value)
    elif field in {"raised", "revenue"}:
        money = read_money(value)
        if money is not None:
            yield from _money(field, money, passage, this_year)
    elif field == "patents":
        label = passage.labelled.label if passage.labelled else ""
        yield from _patents(f"{label} {value}", passage.text, passage.place)
    if found is not None:
        yield _Claim(field, found, found, passage.text, passage.place)


def _money(field: str, money: Money, passage: Passage, this_year: int) -> Iterator[_Claim]:
    label = passage.labelled.label if passage.labelled else ""
    years = [int(year) for year in say.LABEL_YEAR.findall(label)]
    if any(year > this_year for year in years):
        return
    same = (money.amount, money.currency)
    if field == "raised" and money.currency == "USD":
        yield _Claim("raised_usd", money.amount, same, passage.text, passage.place)
    yield _Claim(field, asdict(money), same, passage.text, passage.place)


def _latest(claims: Iterator[_Claim]) -> Iterator[_Claim]:
    """Keep the turnover of the latest year, where the years are named."""
    every = list(claims)
    revenue = [claim for claim in every if claim.field == "revenue"]
    years = {
        max(map(int, found), default=0)
        for claim in revenue
        if (found := say.LABEL_YEAR.findall(claim.passage.partition(":")[0])) is not None
    }
    for claim in every:
        found = say.LABEL_YEAR.findall(claim.passage.partition(":")[0])
        if claim.field == "revenue" and years != {0} and max(map(int, found), default=0) != max(years):
            continue
        yield claim


def _listed(field: str, passage: Passage) -> Iterator[_Claim]:
    value = passage.labelled.value if passage.labelled else passage.flat
    found: list[str] = []
    if field == "needs":
        found = _needs(value)
    elif field == "sectors":
        found = codes_in(value, SECTOR_WORDS, SECTORS)
    elif field == "languages":
        levels = _languages(value)
        if levels:
            yield _Claim(field, levels, sorted(levels.items()), passage.text, passage.place)
    elif field == "targets":
        yield from _targets(value, passage.text, passage.place)
    if found:
        yield _Claim(field, found, sorted(found), passage.text, passage.place)


def _needs(text: str) -> list[str]:
    """Give what a text asks for, sentence by sentence; one that denies something asks for nothing."""
    asked = [sentence for sentence in split_sentences(text) if not say.NEGATED.search(sentence)]
    return list(dict.fromkeys(code for sentence in asked for code in codes_in(sentence, OFFER_WORDS, OFFERS)))


def _languages(value: str) -> dict[str, str]:
    """Give languages with their level, where one piece of the list names one of each."""
    levels: dict[str, str] = {}
    for piece in say.LIST.split(value):
        codes = [code for pattern, code in LANGUAGE_WORDS if pattern.search(piece)]
        found = [fixed or match[1] for pattern, fixed in LEVEL_WORDS for match in pattern.finditer(piece)]
        if len(codes) == len(found) == 1:
            levels[codes[0]] = found[0]
    return levels


def _targets(value: str, passage: str, place: Place) -> Iterator[_Claim]:
    spots = sorted(
        (match.start(), regions) for pattern, regions in REGION_WORDS for match in pattern.finditer(value)
    )
    regions = list(dict.fromkeys(str(region) for _, some in spots for region in some))
    cities = [
        city
        for _, city in sorted(
            (match.start(), city) for pattern, city in CITY_WORDS for match in pattern.finditer(value)
        )
    ]
    if regions:
        yield _Claim("target_regions", regions, sorted(regions), passage, place)
    if cities:
        cities = list(dict.fromkeys(cities))
        yield _Claim("target_cities", cities, sorted(cities), passage, place)


def _stage(value: str) -> str | None:
    """Give the one stage a value names; None for several, and for one between two stages."""
    rest, found = value, set[str | None]()
    for pattern, stage in STAGE_WORDS:
        if pattern.search(rest):
            found.add(None if stage is None else str(stage))
            rest = pattern.sub(" ", rest)
    return found.pop() if len(found) == 1 else None


def _patents(value: str, passage: str, place: Place) -> Iterator[_Claim]:
    counts = {
        name: number
        for name, patterns in (("granted", say.PATENTS_GRANTED), ("filed", say.PATENTS_FILED))
        if (number := _number_in(value, patterns)) is not None
    }
    if not counts:
        return
    yield _Claim("patents", counts, sorted(counts.items()), passage, place)


def _ip_status(claims: Sequence[_Claim]) -> list[_Claim]:
    """Give how far the patents are: one granted counts for more than any filed."""
    counted = [claim for claim in claims if claim.field == "patents"]
    if _contradictions(counted):
        return []
    for status in ("granted", "filed"):
        for claim in counted:
            if claim.value.get(status):
                return [_Claim("ip_status", status, status, claim.passage, claim.place)]
    return []


def _number_in(value: str, patterns: Sequence[re.Pattern[str]]) -> int | None:
    numbers = {
        int(next(group for group in match.groups() if group))
        for pattern in patterns
        for match in pattern.finditer(value)
    }
    return numbers.pop() if len(numbers) == 1 else None


def _said(sentence: str, place: Place, this_year: int, *, ours: bool) -> Iterator[_Claim]:
    """Give what a sentence says of the startup itself."""
    flat = sentence.replace("\n", " ")
    now = say.TRL_NOW.search(flat)
    if now and not say.OF_OTHERS.search(flat):
        yield _Claim("trl", int(now["trl"]), int(now["trl"]), sentence, place)
    if not ours or say.OF_OTHERS.search(flat):
        return
    if say.LOOKING_FOR.search(flat) and (found := _needs(flat)):
        yield _Claim("needs", found, sorted(found), sentence, place)
    if say.ENTERING.search(flat):
        yield from _targets(flat, sentence, place)
    if say.PLANNED.search(flat):
        return
    yield from _said_as_fact(flat, sentence, place, this_year, trl_known=now is not None)


def _said_as_fact(
    flat: str, sentence: str, place: Place, this_year: int, *, trl_known: bool
) -> Iterator[_Claim]:
    trl = say.TRL_IN_SENTENCE.search(flat)
    if trl and not trl_known and not say.TRL_RANGE.search(flat):
        yield _Claim("trl", int(trl["trl"]), int(trl["trl"]), sentence, place)
    year = _one_number(flat, say.FOUNDED)
    if year is not None and year <= this_year:
        yield _Claim("founded", year, year, sentence, place)
    people = _one_number(flat, say.EMPLOYEES)
    if people is not None:
        yield _Claim("employees", people, people, sentence, place)
    if say.RAISED.search(flat):
        sums = find_sums(flat)
        if len(set(sums)) == 1:
            yield from _money("raised", sums[0], Passage(sentence, place), this_year)
    if say.STAGE_REACHED.search(flat) and (stage := _stage(flat)):
        yield _Claim("stage", stage, stage, sentence, place)
    match = say.SECTOR_SENTENCE.search(flat)
    if match:
        words = next(group for group in match.groups() if group)
        if found := codes_in(words, SECTOR_WORDS, SECTORS):
            yield _Claim("sectors", found, sorted(found), sentence, place)
    if say.PATENTS.search(flat):
        yield from _patents(flat, sentence, place)


def _one_number(flat: str, patterns: Sequence[re.Pattern[str]]) -> int | None:
    numbers = {
        int(next(group for group in match.groups() if group))
        for pattern in patterns
        for match in pattern.finditer(flat)
    }
    return numbers.pop() if len(numbers) == 1 else None
