"""What the API of rounds takes and gives, as typed models."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from matcher.engine.round_plan import SeatFor
from matcher.exports.shortlist import COLUMN_KEYS
from matcher.workflows.audits import LONGEST_REASON
from matcher.workflows.inputs import WITHOUT_FRACTION
from matcher.workflows.program_contents import TIME_ZONES
from matcher.workflows.round_packs import MOST_SEATS
from matcher.workflows.round_shortlists import RoundFormat
from matcher.workflows.rounds import LONGEST_NAME, MOST_PROGRAMS, MOST_RULES
from models.round import PinKind, RoundStage
from models.vocabulary import Language
from web.api.cursors import Cursor
from web.api.schemas import READABLE, is_readable

MOST_NUMBER = 2**31 - 1
USUAL_WAITLIST = 10
_LOCAL_TIME = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$"
_ROUND_ID = r"^[a-z0-9]+(-[a-z0-9]+)*$"


def _at_most(most: int) -> AfterValidator:
    def check(text: str) -> str:
        if len(text) > most:
            raise ValueError(f"longer than {most:,} characters")
        return is_readable(text)

    return AfterValidator(check)


def _described(most: int) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "minLength": 1, "maxLength": most, "pattern": READABLE})


RoundName = Annotated[str, _at_most(LONGEST_NAME), _described(LONGEST_NAME)]
Reason = Annotated[str, _at_most(LONGEST_REASON), _described(LONGEST_REASON)]
LocalTime = Annotated[str, Field(pattern=_LOCAL_TIME, examples=["2026-07-15T23:59"])]
Zone = Annotated[str, WithJsonSchema({"type": "string", "enum": sorted(TIME_ZONES)})]
Seats = Annotated[int, Field(strict=True, ge=0, le=MOST_SEATS), WITHOUT_FRACTION]
Number = Annotated[int, Field(strict=True, ge=1, le=MOST_NUMBER), WITHOUT_FRACTION]
Weight = Annotated[float, Field(strict=True, ge=0, le=1000, allow_inf_nan=False)]
Most = Annotated[int, Field(strict=True, ge=1, le=50), WITHOUT_FRACTION]
AnyId = Annotated[str, Field(min_length=1, max_length=200)]
RoundKey = Annotated[str, Field(pattern=_ROUND_ID, max_length=60)]
ColumnKey = Literal[COLUMN_KEYS]  # type: ignore[valid-type]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class ProgramSeatsBody(_Body):
    """A program of a round, its seats and the longest waitlist it keeps."""

    program: AnyId
    seats: Seats
    waitlist: Seats = USUAL_WAITLIST


class StageBody(_Body):
    """A stage and when it is, in local times of the round's time zone; null leaves an end open."""

    stage: RoundStage
    opens: LocalTime | None = None
    closes: LocalTime | None = None


Programs = Annotated[list[ProgramSeatsBody], Field(min_length=1, max_length=MOST_PROGRAMS)]
Stages = Annotated[list[StageBody], Field(min_length=1, max_length=len(RoundStage))]


class NewRoundBody(_Body):
    """A round to open."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"name": "Autumn 2026", "programs": [{"program": "seattle-market-entry", "seats": 5}]}
            ]
        }
    )

    name: RoundName
    programs: Programs
    id: RoundKey | None = Field(default=None, description="Made of the name where it is left out.")
    time_zone: Zone = "Asia/Seoul"
    stages: Stages | None = Field(default=None, description="The usual ones where they are left out.")


class SettingsPatch(_Body):
    """Settings to change; what is left out keeps its value."""

    max_per_startup: Most | None = None
    fit: Weight | None = None
    review: Weight | None = None
    interest: Weight | None = None
    seat_for: SeatFor | None = None
    moving_cost: Weight | None = None


class RoundPatch(_Body):
    """What is to change about a round; what is left out, or null, stays as it is."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"settings": {"moving_cost": 0.2}, "stage": "selection"}]}
    )

    name: RoundName | None = None
    stage: RoundStage | None = Field(default=None, description="The one it is in.")
    stages: Stages | None = None
    time_zone: Zone | None = None
    settings: SettingsPatch | None = None
    programs: Programs | None = Field(default=None, description="All of them; pins of others are dropped.")
    rules: list[dict[str, Any]] | None = Field(
        default=None, max_length=MOST_RULES, description="Side rules, as docs/side_rules.md describes them."
    )
    columns: list[ColumnKey] | None = Field(
        default=None, min_length=1, max_length=len(COLUMN_KEYS), description="Of the shortlist."
    )


class PinBody(_Body):
    """What is demanded of a pair, and why."""

    kind: PinKind
    reason: Reason


class PublishBody(_Body):
    """The plan that was looked at."""

    run: Number


class WithdrawBody(_Body):
    """Who gives a place up, and why."""

    program: AnyId
    startup: AnyId
    reason: Reason


class RoundQuery(BaseModel):
    """Page of the list; an unknown key is refused."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(default=50, ge=1, le=100, description="Rounds per page.")
    cursor: Cursor | None = None


class RunQuery(BaseModel):
    """Which dry run is to be kept."""

    model_config = ConfigDict(extra="forbid")

    mark: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = Field(
        default=None, description="`mark` of the dry run; refused where the plan would be another by now."
    )


class WhyNotQuery(BaseModel):
    """Who is asked about: exactly one of startup and program."""

    model_config = ConfigDict(extra="forbid")

    startup: AnyId | None = Field(default=None, description="One without a seat.")
    program: AnyId | None = Field(default=None, description="One with an empty seat.")
    run: int | None = Field(
        default=None, ge=1, le=MOST_NUMBER, description="The published or newest plan where it is left out."
    )


class TakeQuery(BaseModel):
    """What something is taken away for."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason


class ShortlistQuery(TakeQuery):
    """What of the shortlist is taken away, and what for."""

    format: RoundFormat = Field(default=RoundFormat.JSON, description="json is the pack of the plan.")
    language: Language = Language.EN
    columns: list[ColumnKey] = Field(
        default=[], max_length=len(COLUMN_KEYS), description="The saved choice where it is left out."
    )
    program: AnyId | None = Field(default=None, description="Of this program alone.")
    everybody: bool = Field(default=False, description="List who is not selected too.")
    masked: bool = Field(default=False, description="Leave contact data out.")
    sheets: bool = Field(
        default=False, description="In PDF, a sheet for each startup; its token also needs `review`."
    )


class _RoundHead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    state: str = Field(examples=["open"], description="open, published or finalised.")
    stage: str
    seats: int
    runs: int
    made_at: datetime
    published_at: datetime | None
    finalised_at: datetime | None


class RoundLine(_RoundHead):
    """A round as it stands in the list."""

    programs: int


class RoundList(BaseModel):
    """One page of the list, the newest round first."""

    rounds: list[RoundLine]
    next: str | None = Field(description="Cursor of the next page; null on the last.")


class StageOut(BaseModel):
    """A stage of a round with its window in local times."""

    stage: str
    opens: str | None
    closes: str | None


class SettingsOut(BaseModel):
    """What a plan depends on beside the candidates; see docs/rounds.md."""

    model_config = ConfigDict(from_attributes=True)

    max_per_startup: int
    fit: float
    review: float
    interest: float
    seat_for: str
    moving_cost: float


class ProgramSeatsOut(BaseModel):
    """A program of a round; `candidates` are the startups considered for it."""

    program: str
    name: str
    seats: int
    waitlist: int
    candidates: int


class PinOut(BaseModel):
    """A pair that is demanded or ruled out."""

    program: str
    startup: str
    name: str
    kind: str
    reason: str
    set_at: datetime


class RoundAnswer(_RoundHead):
    """Everything that is set about a round; its ETag is that of `revision`, for If-Match."""

    programs: list[ProgramSeatsOut]
    stages: list[StageOut]
    time_zone: str
    settings: SettingsOut
    rules: list[dict[str, Any]]
    pins: list[PinOut]
    columns: list[str]
    revision: int


class SelectedOut(BaseModel):
    """A startup with a seat; `name` is null once it is erased."""

    startup: str
    name: str | None
    score: float


class WaitingOut(SelectedOut):
    """A startup on a waitlist, from 1."""

    rank: int


class PlanProgramOut(BaseModel):
    """What a plan gives one program."""

    program: str
    seats: int
    selected: list[SelectedOut]
    waitlist: list[WaitingOut]


class NotSelectedOut(BaseModel):
    """A startup on no list, and why."""

    startup: str
    name: str | None
    cause: str


class ChangedPairOut(BaseModel):
    """A pair that came in or went out, and why."""

    model_config = ConfigDict(from_attributes=True)

    startup: str
    program: str
    why: str
    programs: Annotated[list[str], BeforeValidator(list)]
    startups: Annotated[list[str], BeforeValidator(list)]


class DiffOut(BaseModel):
    """What differs from the plan before."""

    before: int | None = Field(description="Number of that plan; null where there is none.")
    kept: int
    entered: list[ChangedPairOut]
    left: list[ChangedPairOut]


class RuleCostOut(BaseModel):
    """What the plan would gain without one side rule."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    pairs: int
    total: float


class PlanAnswer(BaseModel):
    """A plan in full, with what it changed."""

    mark: str = Field(description="SHA-256 of the plan's canonical list.")
    total: float
    programs: list[PlanProgramOut]
    not_selected: list[NotSelectedOut]
    changes: DiffOut


class DraftAnswer(PlanAnswer):
    """A plan nothing is kept of."""

    rules: list[RuleCostOut]


class RunLine(BaseModel):
    """A stored plan in the list."""

    run: int
    made_at: datetime
    published_at: datetime | None
    selected: int
    total: float


class RunList(BaseModel):
    """The stored plans of a round, the newest first."""

    runs: list[RunLine]


class RunAnswer(PlanAnswer):
    """A stored plan."""

    run: int
    made_at: datetime
    published_at: datetime | None


class SuggestionOut(BaseModel):
    """One change that suffices alone."""

    kind: str = Field(examples=["pin"], description="pin, seat, rule or fact.")
    startup: str | None
    program: str | None
    rule: str | None
    lacks: str | None = Field(description="Of a fact: what would have to be otherwise.")
    condition: str | None
    fact: str | None
    pairs: int = Field(description="Pairs more, negative for fewer.")
    gain: float = Field(description="How much higher the total would be.")


class WhyNotAnswer(BaseModel):
    """What would give a startup a seat, or fill an empty one; none of these where nothing suffices alone."""

    run: int
    startup: str | None
    program: str | None
    cause: str | None
    suggestions: list[SuggestionOut]
    looked_at: dict[str, int]


class ResultOut(BaseModel):
    """A published result."""

    program: str
    startup: str
    state: str = Field(examples=["waitlisted"])
    rank: int | None


class PublishedAnswer(BaseModel):
    """What was published, and to whom."""

    run: int
    results: list[ResultOut]


class ChangedAnswer(BaseModel):
    """Results that are others than before, the one that was given up first."""

    changed: list[ResultOut]


class AssignmentsAnswer(BaseModel):
    """Who has a seat or a place on a waitlist: as it stands now where it is published, else as planned."""

    run: int
    published: bool
    assignments: list[ResultOut]
