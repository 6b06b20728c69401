"""The form of a program: what was typed, kept as it was typed, what it says, and what was refused."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fastapi import Request
from pydantic import ValidationError

from matcher.engine.phrases import Phrase, phrase
from matcher.errors import FieldError
from matcher.workflows.program_changes import rule_words
from matcher.workflows.program_contents import (
    DETAIL_TOPICS,
    LONGEST_TEXT,
    MOST_ROWS,
    MOST_RULES,
    TIME_ZONES,
    Criterion,
    Detail,
    ProgramContent,
    Window,
    check_rule,
    figure,
)
from matcher.workflows.program_versions import CityOption
from models.vocabulary import (
    ANY_SECTOR,
    Direction,
    Language,
    Offer,
    Publication,
    Region,
    Sector,
    Stage,
    WorkingLanguage,
)
from web.pages.program_rules import (
    PARTS,
    Row,
    RulePart,
    part_advice,
    part_label,
    refused_part,
    row_of,
    rule_of,
)
from web.pages.program_words import ADVICE, DIRECTIONS, KINDS, LABELS, PUBLICATIONS
from web.pages.programs import TOPICS

MOST_FIELDS = 4000
MOST_REVISION = 2**53

SINGLE = (
    "name_en",
    "name",
    "city",
    "place",
    "direction",
    "text.ko",
    "text.en",
    "text.de",
    "text.es",
    "text_language",
    "seats",
    "publication",
    "as_of",
    "source_url",
    "source_urls",
    "verified",
    "verification_note",
)
"""Fields with one value each, in the order of the form."""

SEVERAL: Mapping[str, tuple[str, ...]] = {
    "working_languages": tuple(WorkingLanguage),
    "unverified_languages": tuple(WorkingLanguage),
    "offers": tuple(Offer),
    "sectors": (ANY_SECTOR, *Sector),
    "stages": tuple(Stage),
    "regions": tuple(Region),
}
"""Fields whose boxes can be ticked, with their codes."""

ROWS: Mapping[str, frozenset[str]] = {
    "windows": frozenset(Window.model_fields),
    "rules": frozenset({part.name for parts in PARTS.values() for part in parts})
    | {"kind", "source", "verified", "field"},
    "rubric": (frozenset(Criterion.model_fields) - {"names"})
    | {f"name_{language.value}" for language in Language},
    "details": frozenset(Detail.model_fields),
}
"""Lists with rows, and the fields of a row."""

_NEW_ROW: Mapping[str, Row] = {
    "windows": {"time_zone": ("Asia/Seoul",), "closes_at": ("23:59",)},
    "rubric": {},
    "details": {"topic": ("funding",), "verified": ("true",)},
}
_SAYS_NOTHING = {
    "windows": ("opens", "closes", "note", "rolling"),
    "rubric": ("name", "weight", "scale_max", "threshold", *(f"name_{code.value}" for code in Language)),
    "details": ("text",),
}
"""Fields of a row which, all empty, make it a row nobody filled in."""

_MOST = {"windows": MOST_ROWS, "rules": MOST_RULES, "rubric": MOST_ROWS, "details": MOST_ROWS}
_OTHER = frozenset({"act", "revision", "note", "new_rule"})
_ROW_FIELD = re.compile(r"(windows|rules|rubric|details)\.(\d{1,3})\.([a-z_]+)")
_REMOVE = re.compile(r"remove-(windows|rules|rubric|details)\.(\d{1,3})")
_NUMBER = re.compile(r"\d{1,7}(?:[.,]\d{1,6})?")


@dataclass(frozen=True, slots=True)
class ProgramForm:
    """What stands in the form, as text."""

    single: Mapping[str, str]
    several: Mapping[str, tuple[str, ...]]
    rows: Mapping[str, tuple[Row, ...]]
    note: str = ""
    revision: int = 0

    def one(self, field: str) -> str:
        """Give the text of a field."""
        return self.single.get(field, "")

    def ticked(self, field: str) -> tuple[str, ...]:
        """Give the ticked codes of a field."""
        return self.several.get(field, ())

    def listed(self, name: str) -> tuple["FormRow", ...]:
        """Give the rows of a list."""
        return tuple(FormRow(f"{name}.{place}", row) for place, row in enumerate(self.rows.get(name, ())))


@dataclass(frozen=True, slots=True)
class FormRow:
    """A row of a list, with the beginning of its fields' names."""

    key: str
    row: Row

    def one(self, field: str) -> str:
        """Give the text of a field."""
        return next(iter(self.row.get(field, ())), "")

    def ticked(self, field: str) -> tuple[str, ...]:
        """Give the ticked codes of a field."""
        return tuple(self.row.get(field, ()))

    @property
    def parts(self) -> tuple[RulePart, ...]:
        """The fields of a rule of this kind."""
        return PARTS.get(self.one("kind"), ())

    @property
    def kind(self) -> Phrase:
        """What a rule of this kind is called."""
        return KINDS[self.one("kind")]

    @property
    def words(self) -> Phrase | None:
        """The rule in words, None while it is not complete."""
        try:
            return rule_words(check_rule_row(self.row))
        except FieldError:
            return None


@dataclass(frozen=True, slots=True)
class FieldRefusal:
    """A refused field: its name in the form, what it is called and what to do about it."""

    field: str
    label: Phrase
    advice: Phrase
    place: int | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """What came with a request: the form as typed, and the button that was pressed."""

    form: ProgramForm
    act: str
    new_rule: str


@dataclass(frozen=True, slots=True)
class ReadProgram:
    """A form that was read; with refusals there is no content."""

    content: ProgramContent | None
    refusals: tuple[FieldRefusal, ...]


@dataclass(frozen=True, slots=True)
class ProgramChoices:
    """What can be chosen in the form."""

    cities: tuple[CityOption, ...]
    directions: Mapping[str, Phrase]
    publications: Mapping[str, Phrase]
    kinds: Mapping[str, Phrase]
    codes: Mapping[str, tuple[str, ...]]
    topic_names: Mapping[str, Phrase]
    languages: tuple[str, ...] = tuple(Language)
    zones: tuple[str, ...] = TIME_ZONES
    topics: tuple[str, ...] = DETAIL_TOPICS
    most_characters: int = LONGEST_TEXT


def choices(cities: tuple[CityOption, ...]) -> ProgramChoices:
    """Give what can be chosen in the form."""
    return ProgramChoices(
        cities,
        {code.value: DIRECTIONS[code] for code in Direction},
        {code.value: PUBLICATIONS[code] for code in Publication},
        KINDS,
        SEVERAL,
        TOPICS,
    )


async def receive_program(request: Request) -> Sent:
    """Take the form off the request.

    Raises:
        FieldError: a field is not one of this form, or there are too many rows.
    """
    data = await request.form(max_fields=MOST_FIELDS)
    return sort_fields({key: [str(value) for value in data.getlist(key)] for key in data})


def sort_fields(sent: Mapping[str, Sequence[str]]) -> Sent:
    """Sort fields as they were sent into the form.

    Raises:
        FieldError: a field is not one of this form, a kind of rule is unknown, or there are too many rows.
    """
    rows: dict[str, dict[int, dict[str, tuple[str, ...]]]] = {name: {} for name in ROWS}
    for field, values in sent.items():
        found = _ROW_FIELD.fullmatch(field)
        if found and found[3] in ROWS[found[1]]:
            rows[found[1]].setdefault(int(found[2]), {})[found[3]] = tuple(values)
        elif field not in {*SINGLE, *SEVERAL, *_OTHER}:
            raise FieldError(field, "is not a known field")
    for name, listed in rows.items():
        if len(listed) > _MOST[name]:
            raise FieldError(name, f"more than {_MOST[name]} rows")
        for place, row in listed.items():
            if name == "rules" and next(iter(row.get("kind", ())), "") not in KINDS:
                raise FieldError(f"rules.{place}.kind", "is not a kind of condition")
    first = {field: values[0] for field, values in sent.items() if values}
    form = ProgramForm(
        {field: first[field] for field in SINGLE if field in first},
        {field: tuple(sent[field]) for field in SEVERAL if field in sent},
        {name: tuple(row for _, row in sorted(listed.items())) for name, listed in rows.items()},
        first.get("note", ""),
        _revision(first.get("revision", "")),
    )
    return Sent(form, first.get("act", "save"), first.get("new_rule", ""))


def act_on_rows(sent: Sent) -> ProgramForm:
    """Take away the row whose button was pressed, and the rows nobody filled in."""
    rows = dict(sent.form.rows)
    if found := _REMOVE.fullmatch(sent.act):
        kept = rows[found[1]]
        rows[found[1]] = tuple(row for place, row in enumerate(kept) if place != int(found[2]))
    for name, telling in _SAYS_NOTHING.items():
        rows[name] = tuple(
            row for row in rows[name] if any("".join(row.get(field, ())).strip() for field in telling)
        )
    return replace(sent.form, rows=rows)


def with_new_row(form: ProgramForm, name: str, kind: str = "") -> ProgramForm:
    """Give the form with one more row at the end of a list; unknown lists and kinds change nothing."""
    if name == "rules" and kind in KINDS:
        row: Row = {"kind": (kind,), "verified": ("true",), "required": ("true",)}
    elif name in _NEW_ROW:
        row = _NEW_ROW[name]
    else:
        return form
    if len(form.rows.get(name, ())) >= _MOST[name]:
        return form
    return replace(form, rows={**form.rows, name: (*form.rows.get(name, ()), row)})


def form_of(content: ProgramContent, *, note: str = "", revision: int = 0) -> ProgramForm:
    """Fill the form from content."""
    single = {
        "seats": "" if content.seats is None else str(content.seats),
        "source_urls": "\n".join(content.source_urls),
        "verified": "true" if content.verified else "",
    } | {f"text.{language.value}": content.texts.get(language, "") for language in Language}
    single |= {field: str(getattr(content, field)) for field in SINGLE if field not in single}
    return ProgramForm(
        single,
        {field: tuple(str(code) for code in getattr(content, field)) for field in SEVERAL},
        {
            "windows": tuple(_window_row(window) for window in content.windows),
            "rules": tuple(row_of(rule) for rule in content.rules),
            "rubric": tuple(_criterion_row(criterion) for criterion in content.rubric),
            "details": tuple(_detail_row(detail) for detail in content.details),
        },
        note,
        revision,
    )


def read_program_form(form: ProgramForm, base: ProgramContent | None = None) -> ReadProgram:
    """Read the form and collect every refusal instead of the first.

    Args:
        form: as it was typed.
        base: what stood there before; a rule that says the same stays as it is stored.
    """
    refusals: list[FieldRefusal] = []
    values: dict[str, Any] = {
        field: form.one(field) for field in SINGLE if not field.startswith("text.") and field in form.single
    }
    values["verified"] = bool(form.one("verified"))
    values["source_urls"] = [line.strip() for line in form.one("source_urls").splitlines() if line.strip()]
    values["texts"] = {
        language.value: form.one(f"text.{language.value}")
        for language in Language
        if form.one(f"text.{language.value}").strip()
    }
    values |= {field: _in_order(form.ticked(field), getattr(base, field, ())) for field in SEVERAL}
    seats = form.one("seats").strip()
    values["seats"] = (
        int(seats) if seats.isascii() and seats.isdigit() and len(seats) < len("10000000") else None
    )
    if seats and values["seats"] is None:
        refusals.append(_refusal("seats"))
    values["windows"] = [_window(row) for row in form.rows.get("windows", ())]
    values["details"] = [_detail(row) for row in form.rows.get("details", ())]
    values["rubric"] = list(_collect(form.rows.get("rubric", ()), "rubric", _criterion, refusals))
    values["rules"] = list(_rules(form, base, refusals))
    content = None
    try:
        content = ProgramContent.model_validate(values)
    except ValidationError as error:
        refusals += [_refused(problem["loc"]) for problem in error.errors(include_url=False)]
    order = [*LABELS]
    known = {refusal.field: refusal for refusal in reversed(refusals)}
    found = sorted(
        known.values(), key=lambda refusal: (order.index(_list_of(refusal.field)), refusal.place or 0)
    )
    return ReadProgram(None if found else content, tuple(found))


def refusal_of(error: FieldError) -> FieldRefusal:
    """Give a refusal by a workflow as one of the form."""
    return _refusal(error.field)


def check_rule_row(row: Row) -> dict[str, Any]:
    """Read a rule's row and check it.

    Raises:
        FieldError: names the field of the row.
    """
    kind = next(iter(row.get("kind", ())), "")
    try:
        record = rule_of(row)
        check_rule(record)
    except FieldError as error:
        raise FieldError(refused_part(kind, error.field), error.reason) from error
    return record


def _rules(
    form: ProgramForm, base: ProgramContent | None, refusals: list[FieldRefusal]
) -> Iterator[dict[str, Any]]:
    stored = list(base.rules) if base else []
    for place, row in enumerate(form.rows.get("rules", ())):
        try:
            record = check_rule_row(row)
        except FieldError as error:
            names = _refused_parts(row, error.field)
            refusals += [_rule_refusal(place, next(iter(row["kind"])), name) for name in names]
            continue
        same = (old for old in stored if _same_rule(old, record))
        yield next(same, record)


def _refused_parts(row: Row, first: str) -> tuple[str, ...]:
    """Name what is wrong with a rule; where its source is missing too, both are said at once."""
    if "".join(row.get("source", ())).strip():
        return (first,)
    try:
        check_rule_row({**row, "source": ("said",)})
    except FieldError as error:
        return (error.field, "source")
    return ("source",)


def _in_order(ticked: Sequence[str], before: Sequence[str]) -> list[str]:
    """Keep the order codes had before: a browser sends them in the order of the boxes."""
    kept = [str(code) for code in before if code in ticked]
    return list(dict.fromkeys((*kept, *ticked)))


def _same_rule(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Say whether two rules say the same, whatever the order of what was ticked."""
    return _row_key(row_of(old)) == _row_key(row_of(new))


def _row_key(row: Row) -> dict[str, tuple[str, ...]]:
    """Give a row as it is compared."""
    return {name: tuple(sorted(values)) for name, values in row.items()}


def _rule_refusal(place: int, kind: str, name: str) -> FieldRefusal:
    label = part_label(kind, name) or LABELS.get(f"rules.{name}", LABELS["rules"])
    advice = part_advice(kind, name) or ADVICE.get(f"rules.{name}", ADVICE["rules.source"])
    return FieldRefusal(f"rules.{place}.{name}", label, advice, place + 1)


def _collect(
    rows: Iterable[Row], name: str, read: Any, refusals: list[FieldRefusal]
) -> Iterator[dict[str, Any]]:
    for place, row in enumerate(rows):
        record, refused = read(row)
        refusals += [_refusal(f"{name}.{place}.{field}") for field in refused]
        yield record


def _criterion(row: Row) -> tuple[dict[str, Any], list[str]]:
    """Read a criterion; a figure that was refused stands as a good one, so that it is named once."""
    entry = FormRow("", row)
    record: dict[str, Any] = {"name": entry.one("name"), "bonus": bool(entry.one("bonus"))}
    record["names"] = {
        language.value: entry.one(f"name_{language.value}")
        for language in Language
        if entry.one(f"name_{language.value}").strip()
    }
    refused = []
    for field in ("weight", "scale_max", "threshold"):
        typed = entry.one(field).strip()
        if _NUMBER.fullmatch(typed):
            record[field] = float(typed.replace(",", "."))
        elif typed or field != "threshold":
            refused.append(field)
            record[field] = 1.0
    return record, refused


def _window(row: Row) -> dict[str, Any]:
    entry = FormRow("", row)
    record: dict[str, Any] = {
        field: entry.one(field).strip() for field in ("opens", "closes", "closes_at", "time_zone")
    }
    # The hour stands in a new row before its day does; alone it says nothing.
    record["closes_at"] = record["closes_at"] if record["closes"] else ""
    return record | {"rolling": bool(entry.one("rolling")), "note": entry.one("note")}


def _detail(row: Row) -> dict[str, Any]:
    entry = FormRow("", row)
    return {
        "topic": entry.one("topic"),
        "text": entry.one("text"),
        "verified": bool(entry.one("verified")),
    }


def _window_row(window: Window) -> Row:
    row = {
        field: (getattr(window, field),) for field in ("opens", "closes", "closes_at", "time_zone", "note")
    }
    return row | ({"rolling": ("true",)} if window.rolling else {})


def _criterion_row(criterion: Criterion) -> Row:
    row = {"name": (criterion.name,)} | {
        f"name_{language.value}": (name,) for language, name in criterion.names.items()
    }
    for field in ("weight", "scale_max", "threshold"):
        value = getattr(criterion, field)
        row[field] = ("" if value is None else figure(value),)
    return row | ({"bonus": ("true",)} if criterion.bonus else {})


def _detail_row(detail: Detail) -> Row:
    row = {"topic": (detail.topic,), "text": (detail.text,)}
    return row | ({"verified": ("true",)} if detail.verified else {})


def _refused(place: tuple[int | str, ...]) -> FieldRefusal:
    """Name the field of the form that a complaint of the content is about."""
    head, *rest = place
    if head == "texts":
        language = next((part for part in rest if part in set(Language)), Language.EN)
        return _refusal(f"text.{language}")
    if head in ROWS and rest and isinstance(rest[0], int):
        inner = next((part for part in rest[1:] if isinstance(part, str)), "")
        if inner == "names":
            code = next((part for part in rest[2:] if part in set(Language)), "")
            inner = f"name_{code}" if code else "name"
        first = {"windows": "closes", "rubric": "threshold", "details": "text", "rules": "source"}
        inner = inner if inner in ROWS[str(head)] else first[str(head)]
        return _refusal(f"{head}.{rest[0]}.{inner}")
    return _refusal(str(head))


def _refusal(field: str) -> FieldRefusal:
    found = _ROW_FIELD.fullmatch(field)
    generic = f"{found[1]}.{found[3]}" if found else field
    advice = (
        ADVICE.get(generic) or ADVICE.get(generic.split(".")[0]) or phrase("This value could not be read.")
    )
    if generic.startswith("rubric.name"):
        advice = ADVICE["rubric.name"]
    return FieldRefusal(field, LABELS[generic], advice, int(found[2]) + 1 if found else None)


def _list_of(field: str) -> str:
    return field if field in LABELS else field.split(".", maxsplit=1)[0]


def _revision(typed: str) -> int:
    if not (typed.isascii() and typed.isdigit()) or len(typed) > len(str(MOST_REVISION)):
        raise FieldError("revision", "a whole number expected")
    return int(typed)
