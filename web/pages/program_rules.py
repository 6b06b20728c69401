"""The small form of each kind of condition: its fields, and how they become a rule and come from one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from matcher.engine.phrases import Phrase, phrase
from matcher.errors import FieldError
from models.vocabulary import Language, Sector, Stage, WorkingLanguage
from web.names import countries
from web.pages.program_words import KINDS

Row = Mapping[str, tuple[str, ...]]
"""Fields of a row as they were typed; a field nobody filled in is missing."""


@dataclass(frozen=True, slots=True)
class Option:
    """An entry of a list to choose from."""

    code: str
    words: Phrase


@dataclass(frozen=True, slots=True)
class RulePart:
    """A field of a condition's form.

    `shape` says how it is typed: `whole`, `text`, `countries`, `lines`, `flag`, `choice` or `codes`; `words`
    is the kind of vocabulary its codes are named by.
    """

    name: str
    shape: str
    label: Phrase
    hint: Phrase | None = None
    options: tuple[Option, ...] = ()
    codes: tuple[str, ...] = ()
    words: str = ""
    most: int = 2000


_COUNTRIES_HINT = phrase("Names or two-letter codes, with commas between them, for instance KR, US.")
_COUNTRIES = RulePart("countries", "countries", phrase("Countries"), _COUNTRIES_HINT)


def _whole(name: str, label: Phrase, hint: Phrase | None = None) -> RulePart:
    return RulePart(name, "whole", label, hint, most=15)


PARTS: Mapping[str, tuple[RulePart, ...]] = {
    "direction": (
        RulePart(
            "mode",
            "choice",
            phrase("Who may apply"),
            options=(
                Option("open", phrase("companies from any country")),
                Option("include", phrase("only companies from these countries")),
                Option("exclude", phrase("companies from all but these countries")),
                Option("closed", phrase("no startups, only agencies and organisers")),
                Option("unknown", phrase("this is not published")),
            ),
        ),
        _COUNTRIES,
    ),
    "origin": (
        RulePart(
            "mode",
            "choice",
            phrase("Applicants come from"),
            options=(
                Option("include", phrase("one of these countries")),
                Option("exclude", phrase("any but these countries")),
            ),
        ),
        _COUNTRIES,
    ),
    "company_age": (
        _whole("min_years", phrase("At least this many years old")),
        _whole("max_years", phrase("At most this many years old"), phrase("for example 7")),
        _whole("longer_years", phrase("At most this many years old in the sectors below")),
        RulePart(
            "longer_sectors",
            "codes",
            phrase("Sectors that may be older"),
            codes=tuple(Sector),
            words="sector",
        ),
    ),
    "headcount": (
        _whole("min", phrase("At least this many employees")),
        _whole("max", phrase("At most this many employees"), phrase("for example 50")),
    ),
    "stage": (
        RulePart("stages", "codes", phrase("Stages that may apply"), codes=tuple(Stage), words="stage"),
    ),
    "sector": (
        RulePart("sectors", "codes", phrase("Sectors that may apply"), codes=tuple(Sector), words="sector"),
    ),
    "trl": (
        _whole("min", phrase("TRL at least"), phrase("1 to 9")),
        _whole("max", phrase("TRL at most"), phrase("1 to 9")),
    ),
    "raised_usd": (
        _whole("min", phrase("At least this many US dollars")),
        _whole("max", phrase("At most this many US dollars"), phrase("for example 1500000")),
        RulePart(
            "original",
            "text",
            phrase("The amount as your call states it"),
            phrase("for example KRW 300M; it is shown instead of the dollars"),
            most=100,
        ),
    ),
    "seat": (
        RulePart(
            "country", "countries", phrase("Country"), phrase("Name or two-letter code, for instance DE.")
        ),
        RulePart(
            "places",
            "lines",
            phrase("Accepted places, one a line"),
            phrase("Every spelling people use, in every language, for instance Málaga and 말라가."),
        ),
        RulePart("label_en", "text", phrase("The place in English"), phrase("for example Málaga"), most=200),
        RulePart("label_ko", "text", phrase("The place in Korean"), phrase("for example 말라가"), most=200),
        RulePart("label_de", "text", phrase("The place in German, optional"), most=200),
        RulePart("label_es", "text", phrase("The place in Spanish, optional"), most=200),
        RulePart("plan_suffices", "flag", phrase("A concrete plan to settle there is enough")),
    ),
    "institution_link": (
        RulePart(
            "institutions",
            "lines",
            phrase("Names of the institution, one a line"),
            phrase("Every name and short form people use, for instance KAIST."),
        ),
        RulePart("label_en", "text", phrase("The institution in English"), most=200),
        RulePart("label_ko", "text", phrase("The institution in Korean"), most=200),
        RulePart("label_de", "text", phrase("The institution in German, optional"), most=200),
        RulePart("label_es", "text", phrase("The institution in Spanish, optional"), most=200),
        RulePart("required", "flag", phrase("Required; without this tick it only gives priority")),
    ),
    "language_level": (
        RulePart("language", "choice", phrase("Language"), codes=tuple(WorkingLanguage), words="language"),
        RulePart(
            "level", "text", phrase("Level"), phrase("for example B2; empty where any will do"), most=100
        ),
    ),
    "incorporated": (),
    "call": (
        RulePart(
            "state",
            "choice",
            phrase("The call"),
            options=(
                Option("over", phrase("is over")),
                Option("unknown", phrase("may be open, nothing confirms it")),
            ),
        ),
    ),
    "ask": (
        RulePart(
            "question_en",
            "text",
            phrase("The question in English"),
            phrase("for example: Is a pilot customer in the city named?"),
            most=500,
        ),
        RulePart("question_ko", "text", phrase("The question in Korean"), most=500),
        RulePart("question_de", "text", phrase("The question in German, optional"), most=500),
        RulePart("question_es", "text", phrase("The question in Spanish, optional"), most=500),
    ),
}
"""Fields of each kind of condition, in the order of its form."""

ALWAYS = ("kind", "source", "verified", "field")
"""Fields every rule has; `field` is kept from the seed file and not shown."""

ADVICE: Mapping[str, Phrase] = {
    "whole": phrase("Enter whole numbers only, the lower one first."),
    "text": phrase("Enter plain text that is not too long."),
    "countries": phrase("Enter countries by their names or two-letter codes, such as KR, US."),
    "lines": phrase("Enter at least one name, one a line."),
    "choice": phrase("Choose one of the entries in the list."),
    "codes": phrase("Choose at least one entry of the list."),
    "flag": phrase("Tick it or leave it empty."),
}
"""What to do about a part of a rule that was refused, by its shape."""

_SPOKEN = ("en", "ko", "de", "es")

_REFUSED_AS: Mapping[str, str] = {
    "direction": "countries",
    "origin": "countries",
    "include": "countries",
    "exclude": "countries",
    "longer_for": "longer_years",
    "label": "label_en",
    "question": "question_en",
}
"""The field of the form that stands for a parameter of a rule."""


def row_of(rule: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Give a stored rule as the fields of its form."""
    kind = str(rule["kind"])
    row: dict[str, tuple[str, ...]] = {"kind": (kind,), "source": (str(rule["source"]),)}
    if rule.get("verified", True):
        row["verified"] = ("true",)
    if rule.get("field"):
        row["field"] = (str(rule["field"]),)
    return row | {name: value for name, value in _ROWS.get(kind, _plain_row)(rule).items() if any(value)}


def rule_of(row: Row) -> dict[str, Any]:
    """Give the fields of a rule's form as the rule; it is still to be checked.

    Raises:
        FieldError: a field is not what its shape asks for; names it.
    """
    kind = _one(row, "kind")
    if kind not in KINDS:
        raise FieldError("kind", "is not a kind of condition")
    values = {part.name: _read(part, row.get(part.name, ())) for part in PARTS[kind]}
    filled = {name: value for name, value in values.items() if value or (value == 0 and value is not False)}
    record = _RECORDS.get(kind, dict)(filled)
    if kind == "institution_link":
        record["required"] = bool(values["required"])
    always = {"kind": kind, "source": _one(row, "source").strip(), "verified": bool(row.get("verified"))}
    return record | always | ({"field": _one(row, "field")} if _one(row, "field") else {})


def refused_part(kind: str, field: str) -> str:
    """Name the field of a kind's form that a complaint about a rule is about."""
    name = _REFUSED_AS.get(field, field)
    names = {part.name for part in PARTS.get(kind, ())}
    if name in names or name in ALWAYS:
        return name
    return next(iter(part.name for part in PARTS.get(kind, ())), "source")


def part_advice(kind: str, name: str) -> Phrase | None:
    """Say what to do about a refused field of a kind's form."""
    shape = next((part.shape for part in PARTS.get(kind, ()) if part.name == name), None)
    return None if shape is None else ADVICE[shape]


def part_label(kind: str, name: str) -> Phrase | None:
    """Give the label of a field of a kind's form."""
    return next((part.label for part in PARTS.get(kind, ()) if part.name == name), None)


def _one(row: Row, name: str) -> str:
    return next(iter(row.get(name, ())), "")


def _read(part: RulePart, typed: tuple[str, ...]) -> Any:
    return _READ[part.shape](part, typed)


def _text(part: RulePart, typed: tuple[str, ...]) -> str:
    first = _first(typed)
    if len(first) > part.most:
        raise FieldError(part.name, f"longer than {part.most} characters")
    return first


def _choice(part: RulePart, typed: tuple[str, ...]) -> str:
    first = _first(typed)
    return _known(part, (first,))[0] if first else ""


def _lines(_part: RulePart, typed: tuple[str, ...]) -> list[str]:
    return [line.strip() for line in _first(typed).splitlines() if line.strip()]


def _flag(_part: RulePart, typed: tuple[str, ...]) -> bool:
    return bool(_first(typed))


def _first(typed: tuple[str, ...]) -> str:
    return next(iter(typed), "").strip()


def _known(part: RulePart, typed: tuple[str, ...]) -> list[str]:
    known = part.codes or tuple(option.code for option in part.options)
    for code in typed:
        if code not in known:
            raise FieldError(part.name, "is not in the list")
    return list(dict.fromkeys(typed))


def _whole_number(part: RulePart, typed: tuple[str, ...]) -> int | None:
    digits = _first(typed).replace(",", "")
    if not digits:
        return None
    if not digits.isascii() or not digits.isdigit() or len(digits) > len("1000000000000"):
        raise FieldError(part.name, "a whole number expected")
    return int(digits)


def _country_codes(part: RulePart, typed: tuple[str, ...]) -> list[str]:
    known = {
        word.casefold(): code
        for language in Language
        for code, name in countries(language)
        for word in (code, name)
    }
    codes = []
    for word in (piece.strip() for piece in _first(typed).split(",")):
        if not word:
            continue
        if word.casefold() not in known:
            raise FieldError(part.name, "is not a country")
        codes.append(known[word.casefold()])
    return list(dict.fromkeys(codes))


_READ: Mapping[str, Callable[[RulePart, tuple[str, ...]], Any]] = {
    "whole": _whole_number,
    "countries": _country_codes,
    "lines": _lines,
    "codes": _known,
    "flag": _flag,
    "choice": _choice,
    "text": _text,
}
"""How each shape of field is read."""


def _to_direction(filled: dict[str, Any]) -> dict[str, Any]:
    mode, listed = filled.get("mode"), filled.get("countries", [])
    if mode is None:
        raise FieldError("mode", "is missing")
    if (mode in {"include", "exclude"}) != bool(listed):
        raise FieldError("countries", "countries are named where the list asks for them, and only there")
    if mode in {"include", "exclude"}:
        return {mode: listed}
    return {} if mode == "unknown" else {mode: True}


def _to_age(filled: dict[str, Any]) -> dict[str, Any]:
    record: dict[str, Any] = {name: filled[name] for name in ("min_years", "max_years") if name in filled}
    sectors, years = filled.get("longer_sectors"), filled.get("longer_years")
    if sectors or years is not None:
        if not sectors:
            raise FieldError("longer_sectors", "is missing")
        if years is None:
            raise FieldError("longer_years", "is missing")
        record["longer_for"] = {"sectors": sectors, "max_years": years}
    return record


def _to_seat(filled: dict[str, Any]) -> dict[str, Any]:
    record = _to_labelled(filled)
    country = filled.get("country", [])
    if len(country) != 1:
        raise FieldError("country", "one country expected")
    return record | {"country": country[0]}


def _to_labelled(filled: dict[str, Any]) -> dict[str, Any]:
    return _spoken(filled, "label")


def _to_ask(filled: dict[str, Any]) -> dict[str, Any]:
    return _spoken(filled, "question")


def _spoken(filled: dict[str, Any], name: str) -> dict[str, Any]:
    """Put the wordings of a label together; English and Korean are needed."""
    for code in ("en", "ko"):
        if not filled.get(f"{name}_{code}"):
            raise FieldError(f"{name}_{code}", "is missing")
    wordings = {code: filled[f"{name}_{code}"] for code in _SPOKEN if filled.get(f"{name}_{code}")}
    others = {key: value for key, value in filled.items() if not key.startswith(f"{name}_")}
    return others | {name: wordings}


_RECORDS = {
    "direction": _to_direction,
    "origin": _to_direction,
    "company_age": _to_age,
    "seat": _to_seat,
    "institution_link": _to_labelled,
    "ask": _to_ask,
}
"""Kinds whose form has other fields than the stored rule."""


def _plain_row(rule: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    row: dict[str, tuple[str, ...]] = {}
    for part in PARTS[str(rule["kind"])]:
        value = rule.get(part.name)
        if isinstance(value, list):
            row[part.name] = ("\n".join(value),) if part.shape == "lines" else tuple(map(str, value))
        elif value is True:
            row[part.name] = ("true",)
        elif value is not None and value is not False:
            row[part.name] = (str(value),)
    return row


def _direction_row(rule: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    for mode in ("include", "exclude"):
        if rule.get(mode):
            return {"mode": (mode,), "countries": (", ".join(rule[mode]),)}
    return {"mode": (next((mode for mode in ("open", "closed") if rule.get(mode)), "unknown"),)}


def _age_row(rule: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    row = _plain_row(rule)
    if longer := rule.get("longer_for"):
        row |= {
            "longer_years": (str(longer["max_years"]),),
            "longer_sectors": tuple(longer["sectors"]),
        }
    return row


def _labelled_row(rule: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    row = _plain_row(rule) | _spoken_row(rule, "label")
    if rule["kind"] == "institution_link" and rule.get("required", True):
        row["required"] = ("true",)
    return row


def _ask_row(rule: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return _spoken_row(rule, "question")


def _spoken_row(rule: Mapping[str, Any], name: str) -> dict[str, tuple[str, ...]]:
    return {f"{name}_{code}": (rule[name].get(code, ""),) for code in _SPOKEN}


_ROWS = {
    "direction": _direction_row,
    "origin": _direction_row,
    "company_age": _age_row,
    "seat": _labelled_row,
    "institution_link": _labelled_row,
    "ask": _ask_row,
}
"""How the form of a kind is filled from a stored rule, where the fields differ."""
