"""What people send about a startup: checked at the boundary, refused by the name of the field."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from matcher.engine.cleaning import MAX_CHARACTERS, clean_text
from matcher.engine.values import StartupFacts
from matcher.errors import FieldError
from models.vocabulary import Offer, Region, Sector, Stage

LIST_FACTS = ("sectors", "needs", "target_regions")
_EARLIEST_YEAR = 1900
_LONGEST_LIST = 30
_NO_COUNTRIES = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"})
"""Two-letter codes CLDR names beside the countries: unions, outlying areas, test locales, unknown."""


_SHORT_NAMES = {"korea": "KR", "한국": "KR", "usa": "US", "uk": "GB"}
"""Everyday names CLDR does not list."""


def not_later_than_this_year(year: int) -> int:
    """Let a year pass that has begun.

    Raises:
        ValueError: it lies in the future.
    """
    if year > datetime.now(UTC).year:
        raise ValueError("lies in the future")
    return year


@lru_cache(maxsize=1)
def country_codes() -> tuple[str, ...]:
    """Give the two-letter codes of the countries that are known, in order."""
    from babel import Locale  # noqa: PLC0415  CLDR data, only for facts that name a country

    known = (str(code) for code in Locale("en").territories)
    return tuple(sorted(code for code in known if len(code) == len("KR") and code not in _NO_COUNTRIES))


def country_code(value: str) -> str:
    """Give the two-letter code of a country that is named in one of the four languages.

    Raises:
        ValueError: no country is called this.
    """
    from babel import Locale  # noqa: PLC0415  CLDR data, only for facts that name a country

    wanted = value.strip().casefold()
    if wanted in _SHORT_NAMES:
        return _SHORT_NAMES[wanted]
    for language in ("en", "ko", "de", "es"):
        for code, name in Locale(language).territories.items():
            if len(code) != len("KR") or code in _NO_COUNTRIES:
                continue
            if wanted in {code.casefold(), str(name).casefold()}:
                return str(code)
    raise ValueError("is not a country: give its two-letter code, such as KR")


def _city(value: str) -> str:
    try:
        return clean_text(value, "city", limit=100).replace("\n", " ")
    except FieldError as error:
        raise ValueError(error.reason) from error


def _without_fraction(value: Any) -> Any:
    """Read 12.0 as 12: in JSON both are the same whole number."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


WITHOUT_FRACTION = BeforeValidator(_without_fraction)
"""Stands last, behind the limits of a whole number: before them they would be missing in JSON Schema."""


class FactsInput(BaseModel):
    """Facts of a startup, each optional; anything else is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    founded: (
        Annotated[
            int,
            Field(strict=True, ge=_EARLIEST_YEAR),
            AfterValidator(not_later_than_this_year),
            WITHOUT_FRACTION,
        ]
        | None
    ) = Field(default=None, description="Year of foundation.", examples=[2021])
    employees: Annotated[int, Field(strict=True, ge=0, le=1_000_000), WITHOUT_FRACTION] | None = Field(
        default=None, description="Employees of the company.", examples=[12]
    )
    stage: Stage | None = Field(default=None, description="Financing stage.")
    trl: Annotated[int, Field(strict=True, ge=1, le=9), WITHOUT_FRACTION] | None = Field(
        default=None, description="Technology readiness level, 1 to 9.", examples=[6]
    )
    sectors: Annotated[list[Sector], Field(max_length=_LONGEST_LIST)] | None = Field(
        default=None, description="Sectors of the product."
    )
    needs: Annotated[list[Offer], Field(max_length=_LONGEST_LIST)] | None = Field(
        default=None, description="What the startup looks for."
    )
    target_regions: Annotated[list[Region], Field(max_length=_LONGEST_LIST)] | None = Field(
        default=None, description="Regions it wants to go to, the first choice first."
    )
    country: (
        Annotated[str, StringConstraints(min_length=2, max_length=60), AfterValidator(country_code)] | None
    ) = Field(default=None, description="Country of registration.", examples=["KR"])
    city: Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_city)] | None = (
        Field(default=None, description="City of the seat.", examples=["Daejeon"])
    )
    raised_usd: Annotated[float, Field(strict=True, ge=0, le=1e12)] | None = Field(
        default=None, description="Money raised so far in US dollars.", examples=[1_500_000]
    )

    def to_facts(self) -> StartupFacts:
        """Give the facts as the engine reads them; an empty list says nothing."""
        values: dict[str, Any] = self.model_dump(mode="json")
        for name in LIST_FACTS:
            values[name] = tuple(dict.fromkeys(values[name] or ())) or None
        return StartupFacts(**values)


def read_text(value: str, field: str) -> str:
    """Clean a text somebody sent.

    Raises:
        FieldError: it holds a NUL or half a character, is empty, has no letter, or is too long.
    """
    return clean_text(value, field, limit=MAX_CHARACTERS)


def read_facts(values: Mapping[str, Any]) -> StartupFacts:
    """Check facts that came as JSON values.

    Raises:
        FieldError: a key or a value is refused; names the first one.
    """
    try:
        return FactsInput.model_validate(dict(values)).to_facts()
    except ValidationError as error:
        raise first_error(error) from error


def read_form_facts(form: Mapping[str, Sequence[str]]) -> StartupFacts:
    """Check facts that came as form fields; empty fields say nothing, unknown ones are left alone.

    Raises:
        FieldError: a value is refused; names the field.
    """
    values: dict[str, Any] = {}
    for name in FactsInput.model_fields:
        given = [value.strip() for value in form.get(name, ()) if value.strip()]
        if not given:
            continue
        values[name] = given if name in LIST_FACTS else _scalar(name, given[0])
    return read_facts(values)


def first_error(error: ValidationError, whole: str = "facts") -> FieldError:
    """Turn the first complaint of a schema into one about a field, without repeating the value.

    Args:
        error: what the schema refused.
        whole: what the complaint is about where it names no field.
    """
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    # The library puts names of types between those of fields; they mean nothing to a reader.
    parts = [str(part) for part in first["loc"] if not (isinstance(part, str) and "[" in part)]
    field = ".".join(parts) or whole
    kind = "fact" if whole == "facts" else "field"
    reason = f"is not a known {kind}" if first["type"] == "extra_forbidden" else first["msg"]
    return FieldError(field, reason.removeprefix("Value error, "))


def _scalar(name: str, value: str) -> str | int | float:
    if name in {"founded", "employees", "trl"}:
        digits = value.replace(",", "")
        if not digits.isascii() or not digits.isdigit() or len(digits) > len("1000000000000"):
            raise FieldError(name, "a whole number expected")
        return int(digits)
    if name == "raised_usd":
        try:
            return float(value.replace(",", ""))
        except ValueError as error:
            raise FieldError(name, "a number expected") from error
    return value
