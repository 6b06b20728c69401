"""Typed eligibility conditions: what a program asks, as read from its source.

A condition is data. How it is judged stands in `matcher.engine.eligibility`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from matcher.engine.phrases import Label
from matcher.errors import FieldError
from models.vocabulary import Sector, Stage


@dataclass(frozen=True, slots=True)
class Direction:
    """Which countries' companies a program takes; nothing set means the source is silent."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    open: bool = False
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Origin:
    """Countries an applicant must, or must not, come from (ISO 3166-1 alpha-2)."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CompanyAge:
    """Age of the company in years; `longer_sectors` may be up to `longer_years` old."""

    min_years: int | None = None
    max_years: int | None = None
    longer_sectors: tuple[str, ...] = ()
    longer_years: int | None = None


@dataclass(frozen=True, slots=True)
class Headcount:
    """Employees of the company."""

    min: int | None = None
    max: int | None = None


@dataclass(frozen=True, slots=True)
class StageIn:
    """Financing stages that may apply."""

    stages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SectorIn:
    """Sectors that may apply."""

    sectors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Readiness:
    """Technology readiness level, 1 to 9."""

    min: int | None = None
    max: int | None = None


@dataclass(frozen=True, slots=True)
class Raised:
    """Money raised so far in US dollars; `original` is the amount as the source states it."""

    min: float | None = None
    max: float | None = None
    original: str = ""


@dataclass(frozen=True, slots=True)
class Seat:
    """Where the company must sit; `places` holds every spelling of the accepted places."""

    country: str
    places: tuple[str, ...]
    label: Label
    plan_suffices: bool = False


@dataclass(frozen=True, slots=True)
class InstitutionLink:
    """A tie to an institution; where it is not required it only gives priority."""

    institutions: tuple[str, ...]
    label: Label
    required: bool = True


@dataclass(frozen=True, slots=True)
class LanguageLevel:
    """A language the team must work in."""

    language: str
    level: str | None = None


@dataclass(frozen=True, slots=True)
class Incorporated:
    """The company must already exist."""


@dataclass(frozen=True, slots=True)
class Call:
    """Whether applications are taken: the call read is over, or nothing says that it is open."""

    over: bool


@dataclass(frozen=True, slots=True)
class Ask:
    """A condition only a person can answer."""

    question: Label


Condition = (
    Direction
    | Origin
    | CompanyAge
    | Headcount
    | StageIn
    | SectorIn
    | Readiness
    | Raised
    | Seat
    | InstitutionLink
    | LanguageLevel
    | Incorporated
    | Call
    | Ask
)


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition beside the phrase it was read from.

    A rule that is not `verified` was read in an old edition, inferred or second-hand: it may ask,
    it never excludes.
    """

    kind: str
    condition: Condition
    source: str = ""
    verified: bool = True

    @property
    def quote(self) -> str:
        """The phrase as it may be quoted; empty where the collection holds but a code word, such as KR."""
        return self.source if " " in self.source.strip() else ""


def rule_from_record(record: Mapping[str, Any]) -> Rule:
    """Read one rule of a data file or of a stored program.

    Args:
        record: `kind`, the parameters of that kind, `source` and `verified`.

    Returns:
        The typed rule.

    Raises:
        FieldError: the kind or a parameter is unknown, missing or out of range.
    """
    kind = record.get("kind")
    reader = READERS.get(kind) if isinstance(kind, str) else None
    if reader is None:
        raise FieldError("kind", f"{kind!r} is not one of {', '.join(sorted(READERS))}")
    build, allowed = reader
    unknown = sorted(set(record) - allowed - {"kind", "source", "field", "verified"})
    if unknown:
        raise FieldError(unknown[0], f"not a parameter of a {kind} rule")
    source, verified = record.get("source", ""), record.get("verified", True)
    if not isinstance(source, str) or not source.strip():
        raise FieldError("source", "the phrase the rule was read from is missing")
    if not isinstance(verified, bool):
        raise FieldError("verified", "true or false expected")
    return Rule(str(kind), build(record), source, verified)


def _direction(record: Mapping[str, Any]) -> Direction:
    include, exclude = _countries(record, "include"), _countries(record, "exclude")
    opened, closed = _flag(record, "open"), _flag(record, "closed")
    if sum((bool(include), bool(exclude), opened, closed)) > 1:
        raise FieldError("direction", "only one of include, exclude, open, closed may be set")
    return Direction(include, exclude, opened, closed)


def _origin(record: Mapping[str, Any]) -> Origin:
    include, exclude = _countries(record, "include"), _countries(record, "exclude")
    if bool(include) == bool(exclude):
        raise FieldError("origin", "exactly one of include, exclude must be set")
    return Origin(include, exclude)


def _company_age(record: Mapping[str, Any]) -> CompanyAge:
    low, high = _bounds(record, "min_years", "max_years", 0, 200)
    longer = record.get("longer_for")
    if longer is None:
        return CompanyAge(low, high)
    if not isinstance(longer, Mapping) or set(longer) != {"sectors", "max_years"}:
        raise FieldError("longer_for", "an object with sectors and max_years expected")
    years = _whole(longer, "max_years", 0, 200)
    if high is None or low is not None or years is None or years <= high:
        raise FieldError("longer_for", "years above a max_years that stands alone expected")
    return CompanyAge(low, high, _words(longer, "sectors", frozenset(Sector)), years)


def _headcount(record: Mapping[str, Any]) -> Headcount:
    return Headcount(*_bounds(record, "min", "max", 0, 1_000_000))


def _stage(record: Mapping[str, Any]) -> StageIn:
    return StageIn(_words(record, "stages", frozenset(Stage)))


def _sector(record: Mapping[str, Any]) -> SectorIn:
    return SectorIn(_words(record, "sectors", frozenset(Sector)))


def _readiness(record: Mapping[str, Any]) -> Readiness:
    return Readiness(*_bounds(record, "min", "max", 1, 9))


def _raised(record: Mapping[str, Any]) -> Raised:
    low, high = _bounds(record, "min", "max", 0, 10**12)
    return Raised(low, high, str(record.get("original", "")))


def _seat(record: Mapping[str, Any]) -> Seat:
    return Seat(
        _country(record.get("country"), "country"),
        _strings(record, "places"),
        _label(record, "label"),
        _flag(record, "plan_suffices"),
    )


def _institution_link(record: Mapping[str, Any]) -> InstitutionLink:
    required = record.get("required", True)
    if not isinstance(required, bool):
        raise FieldError("required", "true or false expected")
    return InstitutionLink(_strings(record, "institutions"), _label(record, "label"), required)


def _language_level(record: Mapping[str, Any]) -> LanguageLevel:
    language, level = record.get("language"), record.get("level")
    if not isinstance(language, str) or not language:
        raise FieldError("language", "a language code expected")
    if level is not None and not isinstance(level, str):
        raise FieldError("level", "text or null expected")
    return LanguageLevel(language, level)


def _incorporated(record: Mapping[str, Any]) -> Incorporated:
    del record
    return Incorporated()


def _call(record: Mapping[str, Any]) -> Call:
    if record.get("state") not in {"over", "unknown"}:
        raise FieldError("state", "over or unknown expected")
    return Call(record["state"] == "over")


def _ask(record: Mapping[str, Any]) -> Ask:
    return Ask(_label(record, "question"))


READERS: Mapping[str, tuple[Callable[[Mapping[str, Any]], Condition], frozenset[str]]] = {
    "direction": (_direction, frozenset({"include", "exclude", "open", "closed"})),
    "origin": (_origin, frozenset({"include", "exclude"})),
    "company_age": (_company_age, frozenset({"min_years", "max_years", "longer_for"})),
    "headcount": (_headcount, frozenset({"min", "max"})),
    "stage": (_stage, frozenset({"stages"})),
    "sector": (_sector, frozenset({"sectors"})),
    "trl": (_readiness, frozenset({"min", "max"})),
    "raised_usd": (_raised, frozenset({"min", "max", "original"})),
    "seat": (_seat, frozenset({"country", "places", "label", "plan_suffices"})),
    "institution_link": (_institution_link, frozenset({"institutions", "label", "required"})),
    "language_level": (_language_level, frozenset({"language", "level"})),
    "incorporated": (_incorporated, frozenset()),
    "call": (_call, frozenset({"state"})),
    "ask": (_ask, frozenset({"question"})),
}
"""How each kind of rule is read: its builder and the parameters it may have."""


def _whole(record: Mapping[str, Any], key: str, low: int, high: int) -> int | None:
    value = record.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise FieldError(key, f"a whole number from {low} to {high} expected, not {value!r}")
    return value


def _bounds(
    record: Mapping[str, Any], low_key: str, high_key: str, least: int, greatest: int
) -> tuple[int | None, int | None]:
    low, high = _whole(record, low_key, least, greatest), _whole(record, high_key, least, greatest)
    if low is None and high is None:
        raise FieldError(low_key, f"one of {low_key}, {high_key} is needed")
    if low is not None and high is not None and low > high:
        raise FieldError(low_key, f"{low} is above {high_key}, {high}")
    return low, high


def _flag(record: Mapping[str, Any], key: str) -> bool:
    value = record.get(key, False)
    if not isinstance(value, bool):
        raise FieldError(key, "true or false expected")
    return value


def _strings(record: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = record.get(key)
    if not isinstance(value, list) or not value or not all(isinstance(item, str) and item for item in value):
        raise FieldError(key, "a list of names expected")
    return tuple(value)


def _words(record: Mapping[str, Any], key: str, known: frozenset[str]) -> tuple[str, ...]:
    words = _strings(record, key)
    for word in words:
        if word not in known:
            raise FieldError(key, f"{word!r} is not one of {', '.join(sorted(known))}")
    return words


def _country(value: object, key: str) -> str:
    if not isinstance(value, str) or len(value) != len("KR") or not value.isalpha() or not value.isupper():
        raise FieldError(key, f"a two-letter country code expected, not {value!r}")
    return value


def _countries(record: Mapping[str, Any], key: str) -> tuple[str, ...]:
    if record.get(key) is None:
        return ()
    return tuple(_country(code, key) for code in _strings(record, key))


def _label(record: Mapping[str, Any], key: str) -> Label:
    value = record.get(key)
    if not isinstance(value, Mapping) or not all(
        isinstance(value.get(code), str) and value[code].strip() for code in ("en", "ko")
    ):
        raise FieldError(key, "a text in en and in ko expected")
    further = {code: value.get(code, "") for code in ("de", "es")}
    if not all(isinstance(text, str) for text in further.values()):
        raise FieldError(key, "de and es may be left out; where they are given, a text is expected")
    return Label(value["en"], value["ko"], **{code: text.strip() for code, text in further.items()})
