"""The profile form: what was typed, kept as it was typed, what it says, and what was refused."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile

from matcher.engine.phrases import Phrase
from matcher.errors import FieldError
from matcher.workflows.program_versions import CityOption
from matcher.workflows.submission_contents import (
    TEXT_LIMITS,
    ProfileTexts,
    SubmissionContent,
)
from models.vocabulary import Language, Offer, Region, Sector, Stage, TechnologyReadiness, WorkingLanguage
from web.i18n import current_language
from web.names import countries
from web.pages.profile_words import BANDS, EXPORT_FLAGS, IP_STATUSES, LABELS, LEVELS, advice_on
from web.pages.program_form import MOST_REVISION, FieldRefusal
from web.pages.startup_form import NEAR_COUNTRIES
from web.uploads import parse_in_memory

MOST_FIELDS = 500
_LONGEST_WHOLE = len("1000000000000")

TEXT_FIELDS = tuple(f"{text}.{language.value}" for language in Language for text in TEXT_LIMITS)
LEVEL_FIELDS = tuple(f"level.{code.value}" for code in WorkingLanguage)
_WHOLE = ("trl", "founded", "employees")
SINGLE = (
    "name",
    "native_name",
    "registration_no",
    *TEXT_FIELDS,
    "stage",
    "trl",
    "founded",
    "employees",
    "country",
    "city",
    "revenue_band",
    "raised_band",
    "raised_usd",
    "ip_status",
    *LEVEL_FIELDS,
    "institutions",
)
"""Fields with one value each."""

SEVERAL = ("needs", "target_cities", "target_regions", "sectors", "export_flags")
"""Fields whose boxes can be ticked."""

_OTHER = frozenset({"act", "revision", "plan"})


@dataclass(frozen=True, slots=True)
class ProfileForm:
    """What stands in the form, as text."""

    single: Mapping[str, str]
    several: Mapping[str, tuple[str, ...]]
    revision: int = 0

    def one(self, field: str) -> str:
        """Give the text of a field."""
        return self.single.get(field, "")

    def ticked(self, field: str) -> tuple[str, ...]:
        """Give the ticked codes of a field."""
        return self.several.get(field, ())

    def writes_in(self, language: str) -> bool:
        """Say whether anything is written in a language."""
        return any(self.one(f"{text}.{language}").strip() for text in TEXT_LIMITS)


@dataclass(frozen=True, slots=True)
class SentProfile:
    """What came with a request: the form as typed, the button pressed, and a file if one was chosen."""

    form: ProfileForm
    act: str
    plan: bytes | None


@dataclass(frozen=True, slots=True)
class ReadProfile:
    """A form that was read; with refusals there is no content."""

    content: SubmissionContent | None
    refusals: tuple[FieldRefusal, ...]


@dataclass(frozen=True, slots=True)
class ProfileChoices:
    """What can be chosen in the form."""

    cities: tuple[CityOption, ...]
    bands: Mapping[str, Phrase]
    ip_statuses: Mapping[str, Phrase]
    export_flags: Mapping[str, Phrase]
    levels: Mapping[str, Phrase]
    limits: Mapping[str, int]
    languages: tuple[str, ...] = tuple(Language)
    working_languages: tuple[str, ...] = tuple(WorkingLanguage)
    stages: tuple[str, ...] = tuple(Stage)
    readiness: tuple[int, ...] = tuple(int(level) for level in TechnologyReadiness)
    sectors: tuple[str, ...] = tuple(Sector)
    needs: tuple[str, ...] = tuple(Offer)
    regions: tuple[str, ...] = tuple(Region)
    near: tuple[str, ...] = NEAR_COUNTRIES

    def countries(self) -> tuple[tuple[str, str], ...]:
        """List the other countries as (code, name) in the interface language."""
        return tuple(entry for entry in countries(current_language()) if entry[0] not in self.near)


def choices(cities: tuple[CityOption, ...]) -> ProfileChoices:
    """Give what can be chosen in the form."""
    return ProfileChoices(cities, BANDS, IP_STATUSES, EXPORT_FLAGS, LEVELS, TEXT_LIMITS)


async def receive_profile(request: Request) -> SentProfile:
    """Take the form off the request, and the file; nothing of it is written anywhere.

    Raises:
        FieldError: a field is not one of this form.
    """
    data = await parse_in_memory(request, MOST_FIELDS)
    try:
        plan = await _chosen(data)
        sent = {key: [value for value in data.getlist(key) if isinstance(value, str)] for key in data}
    finally:
        await data.close()
    return sort_profile(sent, plan)


async def _chosen(data: FormData) -> bytes | None:
    upload = data.get("plan")
    return await upload.read() if isinstance(upload, UploadFile) and upload.filename else None


def sort_profile(sent: Mapping[str, Sequence[str]], plan: bytes | None = None) -> SentProfile:
    """Sort fields as they were sent into the form.

    Raises:
        FieldError: a field is not one of this form.
    """
    for field in sent:
        if field not in {*SINGLE, *SEVERAL, *_OTHER}:
            raise FieldError(field, "is not a known field")
    first = {field: values[0] for field, values in sent.items() if values}
    form = ProfileForm(
        {field: first[field] for field in SINGLE if field in first},
        {field: tuple(sent[field]) for field in SEVERAL if field in sent},
        read_revision(first.get("revision", "")),
    )
    return SentProfile(form, first.get("act", "save"), plan)


def read_revision(typed: str) -> int:
    """Read the revision a form carries.

    Raises:
        FieldError: it is not one.
    """
    if not (typed.isascii() and typed.isdigit()) or len(typed) > len(str(MOST_REVISION)):
        raise FieldError("revision", "a whole number expected")
    return int(typed)


def form_of(content: SubmissionContent, revision: int = 0) -> ProfileForm:
    """Fill the form from content."""
    single = {
        f"{text}.{language.value}": getattr(texts, text)
        for language, texts in content.texts.items()
        for text in TEXT_LIMITS
    }
    single |= {f"level.{code.value}": level.value for code, level in content.languages.items()}
    single |= {
        "institutions": "\n".join(content.institutions),
        "raised_usd": "" if content.raised_usd is None else _written(content.raised_usd),
    }
    for field in SINGLE:
        if field not in single and "." not in field:
            value = getattr(content, field)
            single[field] = "" if value is None else str(value)
    return ProfileForm(
        single,
        {field: tuple(str(code) for code in getattr(content, field)) for field in SEVERAL},
        revision,
    )


def read_profile(form: ProfileForm, base: SubmissionContent) -> ReadProfile:
    """Read the form and collect every refusal instead of the first.

    Args:
        form: as it was typed.
        base: what stood there before; ticked codes keep its order, as the first choice stands first.
    """
    refused: set[str] = set()
    values: dict[str, Any] = {
        field: form.one(field).strip() for field in SINGLE if "." not in field and field != "institutions"
    }
    for field in _WHOLE:
        values[field] = _whole(values[field], field, refused)
    values["raised_usd"] = _amount(values["raised_usd"], refused)
    values["texts"] = {
        language.value: {text: form.one(f"{text}.{language.value}") for text in TEXT_LIMITS}
        for language in Language
        if form.writes_in(language.value)
    }
    values["languages"] = {
        code.value: level for code in WorkingLanguage if (level := form.one(f"level.{code.value}"))
    }
    values["institutions"] = [line for line in form.one("institutions").splitlines() if line.strip()]
    for field in SEVERAL:
        values[field] = _in_order(form.ticked(field), getattr(base, field))
    content = None
    try:
        content = SubmissionContent.model_validate(values)
    except ValidationError as error:
        refused |= {_field_of(problem["loc"]) for problem in error.errors(include_url=False)}
    order = list(LABELS)
    found = tuple(refusal_of(field) for field in sorted(refused, key=order.index))
    return ReadProfile(None if found else content, found)


def refusal_of(field: str) -> FieldRefusal:
    """Say that a field was refused, and what to do about it."""
    return FieldRefusal(field, LABELS[field], advice_on(field))


def _field_of(place: tuple[int | str, ...]) -> str:
    """Name the field of the form that a complaint of the content is about."""
    head, *rest = place
    if head == "texts":
        language = next((part for part in rest if part in set(Language)), Language.EN)
        text = next((part for part in rest if part in ProfileTexts.model_fields), "one_liner")
        return f"{text}.{language}"
    if head == "languages":
        code = next((part for part in rest if part in set(WorkingLanguage)), WorkingLanguage.EN)
        return f"level.{code}"
    return str(head)


def _whole(typed: str, field: str, refused: set[str]) -> int | None:
    digits = typed.replace(",", "")
    if digits.isascii() and digits.isdigit() and len(digits) <= _LONGEST_WHOLE:
        return int(digits)
    if typed:
        refused.add(field)
    return None


def _amount(typed: str, refused: set[str]) -> float | None:
    whole, _, cents = typed.replace(",", "").partition(".")
    if whole.isascii() and whole.isdigit() and len(whole) <= _LONGEST_WHOLE and _are_cents(cents):
        return float(f"{whole}.{cents or '0'}")
    if typed:
        refused.add("raised_usd")
    return None


def _are_cents(digits: str) -> bool:
    return not digits or (digits.isascii() and digits.isdigit() and len(digits) <= len("00"))


def _written(amount: float) -> str:
    return f"{amount:.2f}".removesuffix(".00")


def _in_order(ticked: Sequence[str], before: Iterable[str]) -> list[str]:
    """Keep the order codes had before: a browser sends them in the order of the boxes."""
    kept = [str(code) for code in before if code in ticked]
    return list(dict.fromkeys((*kept, *ticked)))
