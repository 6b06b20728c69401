"""What a founder may write about a startup: every field, checked, to and from the stored startup."""

import json
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator

from matcher.engine.values import StartupFacts
from matcher.workflows.inputs import country_codes, first_error, not_later_than_this_year
from matcher.workflows.program_contents import Block, Line
from models.startup import Startup
from models.vocabulary import Language, Offer, Region, Sector, Stage, WorkingLanguage

LONGEST_NAME = 100
LONGEST_REGISTRATION = 40
MOST_INSTITUTIONS = 20
EARLIEST_YEAR = 1900
MOST_PEOPLE = 1_000_000
MOST_MONEY = 1e12
MOST_CITIES = 30

TEXT_LIMITS: Mapping[str, int] = {
    "one_liner": 140,
    "summary": 500,
    "problem": 2000,
    "solution": 2000,
    "market_entry": 2000,
    "team": 2000,
}
"""Fields of text, in the order they are read and ranked, with the most characters each may have."""

TEXT_ORDER = (Language.KO, Language.EN, Language.DE, Language.ES)
"""Which language is ranked where several are written: the first of these."""

_TAKES_OLD_TEXT = ("solution", "market_entry", "problem", "team")
"""Fields that a text from before the form is laid into, in this order, as far as each has room."""


class MoneyBand(StrEnum):
    """How much, in US dollars, for founders who do not want to state an amount."""

    NONE = "none"
    UNDER_100K = "under-100k"
    UNDER_1M = "100k-1m"
    UNDER_5M = "1m-5m"
    UNDER_20M = "5m-20m"
    OVER_20M = "over-20m"


BAND_LIMITS: Mapping[MoneyBand, tuple[float, float]] = {
    MoneyBand.NONE: (0, 0),
    MoneyBand.UNDER_100K: (0, 1e5),
    MoneyBand.UNDER_1M: (1e5, 1e6),
    MoneyBand.UNDER_5M: (1e6, 5e6),
    MoneyBand.UNDER_20M: (5e6, 2e7),
    MoneyBand.OVER_20M: (2e7, MOST_MONEY),
}
"""Least and most US dollars of each band; the most belongs to the next one."""


class IpStatus(StrEnum):
    """How far a startup's patents and other rights are."""

    NONE = "none"
    FILED = "filed"
    GRANTED = "granted"
    LICENSED = "licensed"
    SECRET = "trade-secret"  # noqa: S105  the name of a kind of protection


class ExportFlag(StrEnum):
    """What a founder declares about technology that the state protects; each but `none` asks for a human."""

    CORE_TECHNOLOGY = "core-technology"
    RULING_ASKED = "ruling-asked"
    STATE_FUNDED = "state-funded"
    STRATEGIC_GOODS = "strategic-goods"
    ITAR_EAR = "itar-ear"
    FOREIGN_CONTROL = "foreign-control"
    HUMAN_DATA = "human-data"
    UNKNOWN = "unknown"
    NONE = "none"


class LanguageLevel(StrEnum):
    """How well a team works in a language: the levels of the Common European Framework."""

    A1 = "A1"
    A2 = "A2"
    B1 = "B1"
    B2 = "B2"
    C1 = "C1"
    C2 = "C2"
    NATIVE = "native"


def _known_country(value: str) -> str:
    if value and value not in country_codes():
        raise ValueError("is not a country of the list")
    return value


def _to_the_cent(amount: float) -> float:
    return round(amount, 2)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class ProfileTexts(_Part):
    """What a startup says of itself in one language."""

    one_liner: Annotated[Line, Field(max_length=TEXT_LIMITS["one_liner"])] = ""
    summary: Annotated[Block, Field(max_length=TEXT_LIMITS["summary"])] = ""
    problem: Annotated[Block, Field(max_length=TEXT_LIMITS["problem"])] = ""
    solution: Annotated[Block, Field(max_length=TEXT_LIMITS["solution"])] = ""
    market_entry: Annotated[Block, Field(max_length=TEXT_LIMITS["market_entry"])] = ""
    team: Annotated[Block, Field(max_length=TEXT_LIMITS["team"])] = ""

    @property
    def composed(self) -> str:
        """The text that is ranked: the fields one after another, a blank line between."""
        return "\n\n".join(text for field in TEXT_LIMITS if (text := getattr(self, field)))


class SubmissionContent(_Part):
    """Every field a founder may fill in.

    A draft may lack anything but the name; `missing_parts` says what submitting needs. `texts` holds what
    was written by language; that of `ranked_language` is ranked.
    """

    name: Annotated[Line, Field(min_length=1, max_length=LONGEST_NAME)]
    native_name: Annotated[Line, Field(max_length=LONGEST_NAME)] = ""
    registration_no: Annotated[Line, Field(max_length=LONGEST_REGISTRATION)] = ""
    texts: dict[Language, ProfileTexts] = {}
    needs: list[Offer] = []
    target_cities: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=60)]], Field(max_length=MOST_CITIES)
    ] = []
    target_regions: list[Region] = []
    sectors: list[Sector] = []
    stage: Stage | Literal[""] = ""
    trl: Annotated[int, Field(strict=True, ge=1, le=9)] | None = None
    founded: (
        Annotated[int, Field(strict=True, ge=EARLIEST_YEAR), AfterValidator(not_later_than_this_year)] | None
    ) = None
    employees: Annotated[int, Field(strict=True, ge=0, le=MOST_PEOPLE)] | None = None
    country: Annotated[str, AfterValidator(_known_country)] = ""
    city: Annotated[Line, Field(max_length=LONGEST_NAME)] = ""
    revenue_band: MoneyBand | Literal[""] = ""
    raised_band: MoneyBand | Literal[""] = ""
    raised_usd: Annotated[float, Field(ge=0, lt=MOST_MONEY), AfterValidator(_to_the_cent)] | None = None
    ip_status: IpStatus | Literal[""] = ""
    export_flags: list[ExportFlag] = []
    languages: dict[WorkingLanguage, LanguageLevel] = {}
    institutions: Annotated[
        list[Annotated[Line, Field(min_length=1, max_length=LONGEST_NAME)]],
        Field(max_length=MOST_INSTITUTIONS),
    ] = []

    @field_validator("texts")
    @classmethod
    def _empty_texts_say_nothing(cls, texts: dict[Language, ProfileTexts]) -> dict[Language, ProfileTexts]:
        return {language: texts[language] for language in Language if texts.get(language, _NO_TEXTS).composed}

    @field_validator("needs", "target_cities", "target_regions", "sectors", "export_flags", "institutions")
    @classmethod
    def _nothing_is_said_twice(cls, values: list[Any]) -> list[Any]:
        return list(dict.fromkeys(values))

    @field_validator("export_flags")
    @classmethod
    def _none_stands_alone(cls, flags: list[ExportFlag]) -> list[ExportFlag]:
        if ExportFlag.NONE in flags and len(flags) > 1:
            raise ValueError("`none` stands alone")
        return flags

    @property
    def ranked_language(self) -> Language | None:
        """The language whose text is ranked; None while nothing is written."""
        return next((language for language in TEXT_ORDER if language in self.texts), None)

    @property
    def ranked_text(self) -> str:
        """The text that is ranked, empty while nothing is written."""
        language = self.ranked_language
        return "" if language is None else self.texts[language].composed


_NO_TEXTS = ProfileTexts()


def read_submission(stored: Mapping[str, Any]) -> SubmissionContent:
    """Read content as it is stored or sent.

    Raises:
        FieldError: a field is unknown or refused; names the first one.
    """
    try:
        return SubmissionContent.model_validate(dict(stored))
    except ValidationError as error:
        raise first_error(error, "profile") from error


def stored_submission(content: SubmissionContent) -> dict[str, Any]:
    """Give content as it is stored: plain JSON values."""
    stored: dict[str, Any] = json.loads(content.model_dump_json())
    return stored


def missing_parts(content: SubmissionContent) -> tuple[str, ...]:
    """Name what must still be filled in before the profile can be submitted, in the order of the form.

    The texts are asked for in the language that is ranked; in further languages each may be left out.
    """
    language = content.ranked_language or Language.EN
    texts = content.texts.get(language, _NO_TEXTS)
    wanted = {
        f"one_liner.{language.value}": bool(texts.one_liner),
        f"summary.{language.value}": bool(texts.summary),
        f"solution.{language.value}": bool(texts.solution),
        "needs": bool(content.needs),
        "target_cities": bool(content.target_cities or content.target_regions),
        "stage": bool(content.stage),
        "country": bool(content.country),
    }
    return tuple(field for field, there in wanted.items() if not there)


def needs_human_check(flags: Iterable[str] | None) -> bool:
    """Say whether somebody must look at the technology before anything is sent abroad; never a rejection."""
    return any(flag != ExportFlag.NONE for flag in flags or ())


def band_of_amount(amount: float) -> MoneyBand:
    """Give the band an amount in US dollars lies in."""
    if amount == 0:
        return MoneyBand.NONE
    return next(band for band, (_, most) in BAND_LIMITS.items() if amount < most)


def facts_of(content: SubmissionContent, city_regions: Mapping[str, Iterable[str]]) -> StartupFacts:
    """Give the facts as the engine reads them; what nobody said is None.

    Args:
        content: what was written.
        city_regions: regions of each city a program lies in; the first is the narrowest one.
    """
    wished = [next(iter(city_regions.get(city, ())), "") for city in content.target_cities]
    regions = [region for region in (*wished, *map(str, content.target_regions)) if region]
    raised = 0.0 if content.raised_band is MoneyBand.NONE else None
    return StartupFacts(
        founded=content.founded,
        employees=content.employees,
        stage=content.stage or None,
        trl=content.trl,
        sectors=_codes(content.sectors),
        needs=_codes(content.needs),
        target_regions=_codes(regions),
        country=content.country or None,
        city=content.city or None,
        raised_usd=raised if content.raised_usd is None else content.raised_usd,
        languages=tuple(sorted((key.value, level.value) for key, level in content.languages.items())) or None,
        institutions=tuple(content.institutions) or None,
    )


def content_of_startup(startup: Startup, texts: Mapping[Language, str]) -> SubmissionContent:
    """Give what is stored of a startup that nobody has filled the form for.

    A text from before the form is laid into the fields that have most room; what does not fit is left out
    of this proposal, and stays stored as it is until a new version is submitted.

    Args:
        startup: the stored facts.
        texts: the newest text by language.
    """
    values: dict[str, Any] = {
        field: value for field in _SAME_NAME if (value := getattr(startup, field)) not in (None, "")
    }
    values["languages"] = {
        code: level
        for code, level in (startup.languages or {}).items()
        if code in set(WorkingLanguage) and level in set(LanguageLevel)
    }
    values["texts"] = {
        language: dict(zip(_TAKES_OLD_TEXT, _pieces(text), strict=False)) for language, text in texts.items()
    }
    for field in tuple(values):
        try:
            SubmissionContent.model_validate({"name": "-1", field: values[field]})
        except ValidationError:
            # Facts of other sources may use words the form does not know: it leaves them open.
            del values[field]
    return SubmissionContent.model_validate({"name": startup.id, **values})


def startup_values(content: SubmissionContent, city_regions: Mapping[str, Iterable[str]]) -> dict[str, Any]:
    """Give the columns of a startup whose profile was submitted with this content."""
    facts = facts_of(content, city_regions)
    stored = stored_submission(content)
    band = stored["raised_band"] or None
    return {
        "name": stored["name"],
        "native_name": stored["native_name"] or None,
        "registration_no": stored["registration_no"] or None,
        "founded": facts.founded,
        "employees": facts.employees,
        "stage": stored["stage"] or None,
        "trl": facts.trl,
        "sectors": stored["sectors"] or None,
        "needs": stored["needs"] or None,
        "target_regions": list(facts.target_regions) if facts.target_regions else None,
        "country": facts.country,
        "city": facts.city,
        "raised_usd": facts.raised_usd,
        "languages": stored["languages"] or None,
        "institutions": stored["institutions"] or None,
        "revenue_band": stored["revenue_band"] or None,
        "raised_band": band if content.raised_usd is None else band_of_amount(content.raised_usd).value,
        "ip_status": stored["ip_status"] or None,
        "export_flags": stored["export_flags"] or None,
    }


def _codes(values: Iterable[str]) -> tuple[str, ...] | None:
    return tuple(dict.fromkeys(str(value) for value in values)) or None


def _pieces(text: str) -> Iterator[str]:
    """Cut a text at white space into pieces that fit a field."""
    rest = text.strip()
    for field in _TAKES_OLD_TEXT:
        most = TEXT_LIMITS[field]
        cut = len(rest) if len(rest) <= most else max(rest.rfind(" ", 0, most), rest.rfind("\n", 0, most))
        cut = cut if cut > 0 else most
        if piece := rest[:cut].strip():
            yield piece
        rest = rest[cut:].strip()


_SAME_NAME = (
    "name",
    "native_name",
    "registration_no",
    "needs",
    "target_regions",
    "sectors",
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
    "export_flags",
    "institutions",
)
"""Fields whose column has the same name."""
