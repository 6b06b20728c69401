"""What the API takes and gives, as typed models: the OpenAPI document is made from them."""

import re
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from web.problems import MEDIA_TYPE, Problem

Schema = dict[str, Any]


_WORD = (
    "0-9A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02c1\u0391-\u03a1\u03a3-\u03f5\u03f7-\u03ff\u0400-\u0481\u048a-\u052f"
    "\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff\uac00-\ud7a3"
)
"""Letters and digits of Latin, Greek, Cyrillic, kana, Han and Hangul."""

READABLE = rf"^[^\x00]*[{_WORD}][^\x00]*$"


def is_readable(text: str) -> str:
    """Let a text pass that has something to read in it.

    Raises:
        ValueError: it has not.
    """
    if re.fullmatch(READABLE[1:-1], text, re.DOTALL) is None:
        raise ValueError("holds no letter and no digit, or a NUL character")
    return text


ReadableText = Annotated[
    str, AfterValidator(is_readable), WithJsonSchema({"type": "string", "pattern": READABLE})
]
"""A text with something to read in it; the pattern says the same to whoever sends it."""


def inline_schema(model: type[BaseModel]) -> Schema:
    """Give a model's JSON schema without references.

    A body read as raw bytes, or an answer of another media type, is not among the models FastAPI
    collects, so nothing could be referred to.
    """
    schema = model.model_json_schema()
    whole: Schema = _without_references(schema, schema.pop("$defs", {}))
    return whole


def _without_references(node: Any, definitions: Schema) -> Any:
    if isinstance(node, list):
        return [_without_references(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    name = str(node.get("$ref", "")).removeprefix("#/$defs/")
    rest = {key: _without_references(value, definitions) for key, value in node.items() if key != "$ref"}
    return _without_references(definitions[name], definitions) | rest if name else rest


_PROBLEM = {MEDIA_TYPE: {"schema": inline_schema(Problem)}}
_RETRY_AFTER = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
_MEANINGS = {
    400: "Host name not served",
    401: "Nobody is signed in, or the token is no longer good",
    403: "Not allowed, or sent from another site",
    404: "There is nothing with this id",
    409: "It is not in a state that allows this",
    412: "It changed since the ETag in If-Match was given",
    413: "Larger than 64 MiB",
    415: "Body is not application/json",
    422: "A field was refused; `errors` names it",
    428: "If-Match is missing",
    429: "Too many tries within a short time",
    503: "Busy or not ready",
}


def problems(*statuses: int) -> dict[int | str, Schema]:
    """Describe the refusals a route may answer with."""
    return {
        status: {"description": _MEANINGS[status], "content": _PROBLEM}
        | ({"headers": _RETRY_AFTER} if status in {429, 503} else {})
        for status in statuses
    }


def answer_header(name: str, description: str) -> Schema:
    """Describe a header of a successful answer."""
    return {"headers": {name: {"description": description, "schema": {"type": "string"}}}}


def _as_dict(pairs: Any) -> Any:
    return None if pairs is None else dict(pairs)


class _FromValues(BaseModel):
    """Built from a frozen value of the engine or a workflow."""

    model_config = ConfigDict(from_attributes=True)


class ProgramSummary(_FromValues):
    """A program as it stands in the list."""

    id: str = Field(examples=["seattle-market-entry"])
    name: str = Field(description="In the language of the source.")
    name_en: str
    city_id: str
    city_names: Annotated[dict[str, str], BeforeValidator(dict)] = Field(
        description="By language: ko, en, de, es."
    )
    agency_name: str
    agency_name_en: str
    offers: list[str]
    sectors: list[str] = Field(description="`any` means that every sector may apply.")
    stages: list[str]
    regions: list[str]
    working_languages: list[str]
    unverified_languages: list[str]
    publication: str = Field(description="How much of its terms the sources state.")
    verified: bool = Field(description="Whether the source was checked; unverified facts are no facts.")
    as_of: str = Field(description="Day or year the source was current, as far as it says.")
    direction: str


class ProgramDetail(_FromValues):
    """What a source says on one topic."""

    topic: str
    text: str
    verified: bool


class ProgramRule(BaseModel):
    """One condition of eligibility beside the phrase it was read from."""

    condition: str
    source: str
    verified: bool


class ProgramWindow(_FromValues):
    """When applications are taken; an empty day is not fixed."""

    opens: str = Field(description="Day, or empty.", examples=["2027-01-04"])
    closes: str = Field(description="Day, or empty.", examples=["2027-02-26"])
    closes_at: str = Field(description="Hour in `time_zone`, or empty.", examples=["23:59"])
    time_zone: str = Field(examples=["Asia/Seoul"])
    rolling: bool = Field(description="Applications are taken at any time.")
    note: str


class ProgramCriterion(_FromValues):
    """What applications are judged by."""

    name: str
    names: dict[str, str] = Field(description="Further names by language: ko, en, de, es.")
    weight: float
    scale_max: float = Field(description="Most points.")
    threshold: float | None = Field(description="Least points, where there is such a limit.")
    bonus: bool = Field(description="Adds to the sum and is none of it.")


class ProgramFull(ProgramSummary):
    """A program with its text, conditions and sources."""

    place: str
    text: str = Field(description="The main text, which is ranked.")
    text_language: str
    texts: Annotated[dict[str, str], BeforeValidator(dict)] = Field(
        description="The text by language, the main one among them."
    )
    seats: int | None
    windows: list[ProgramWindow]
    rubric: list[ProgramCriterion]
    version: int = Field(ge=1, description="Counts what was published.")
    published_on: date | None = Field(description="Day this version was published; null for the first data.")
    details: list[ProgramDetail]
    rules: list[ProgramRule]
    super_gap_fields: list[str] = Field(description="Korean super-gap (초격차) fields its sectors belong to.")
    daejeon_industries: list[str] = Field(description="Daejeon's strategic industries among its sectors.")
    source_url: str
    source_urls: list[str]
    verification_note: str


class ProgramList(BaseModel):
    """One page of the list; `next` is the cursor of the following page."""

    programs: list[ProgramSummary]
    next: str | None = Field(description="Cursor of the next page; null on the last.")


class RuleVerdict(BaseModel):
    """What one condition says about the startup."""

    rule: str
    verdict: str = Field(examples=["cannot_tell"])
    fact: str | None = Field(description="The fact that was read.")
    condition: str
    would_change: str | None = Field(description="What would change the verdict.")


class EligibilityVerdict(BaseModel):
    """All conditions together; `cannot_tell` asks, it never excludes."""

    verdict: str = Field(examples=["eligible", "not_eligible", "cannot_tell"])
    rules: list[RuleVerdict]


Span = Annotated[
    list[int],
    Field(min_length=2, max_length=2, description="Start and end in the sentence, in code points, from 0."),
]


class EvidenceLink(BaseModel):
    """Words of both sentences that carried their match, and the concept between them."""

    profile: str = Field(examples=["미세유체"], description="Words of the profile's sentence.")
    profile_span: Span
    concept: str = Field(examples=["microfluidic"], description="What they mean, in English.")
    program: str = Field(examples=["microfluidic chips"], description="Words of the program's sentence.")
    program_span: Span


class EvidencePair(BaseModel):
    """A sentence of the profile and the sentence of the program it fits best."""

    profile: str
    program: str
    similarity: Annotated[float, Field(ge=-1.01, le=1.01, description="Cosine.")]
    links: list[EvidenceLink] = Field(max_length=4, description="In the order of the profile's sentence.")


class RankedProgram(BaseModel):
    """One program in the ranking; the contributions of `signals` sum to `score`."""

    program: str
    name: str
    city: str
    rank: int = Field(ge=1)
    score: float
    signals: dict[str, float]
    eligibility: EligibilityVerdict
    evidence: list[EvidencePair]


class MatchAnswer(BaseModel):
    """The programs ranked for a text; those closed to the startup come last."""

    language: str = Field(examples=["ko"])
    results: list[RankedProgram]
    encoder: str


class Me(BaseModel):
    """Who is asking."""

    name: str
    roles: list[str] = Field(examples=[["reviewer"]])
    startups: list[str] = Field(description="Ids of the startups you are a founder of.")
    agencies: list[str] = Field(description="Ids of the agencies you work for.")
    scopes: list[str] | None = Field(
        description="What the token may be used for; null where you are signed in with a browser."
    )


class StartupSummary(_FromValues):
    """A startup as it stands in the list."""

    id: str
    name: str
    invented: bool = Field(description="Whether it is an example that does not exist.")
    languages: list[str] = Field(description="Languages it has a text in.")


class StartupList(BaseModel):
    """One page of the list; `next` is the cursor of the following page."""

    startups: list[StartupSummary]
    next: str | None = Field(description="Cursor of the next page; null on the last.")


class StartupFactsOut(_FromValues):
    """Facts of a startup; null means that nobody has said."""

    founded: int | None
    employees: int | None
    stage: str | None
    trl: int | None
    sectors: list[str] | None
    needs: list[str] | None
    target_regions: list[str] | None
    country: str | None
    city: str | None
    raised_usd: float | None
    languages: Annotated[dict[str, str] | None, BeforeValidator(_as_dict)] = Field(
        description="Languages the team works in, and how well."
    )
    institutions: list[str] | None


class StartupText(_FromValues):
    """What a startup says of itself in one language."""

    language: str
    text: str


class OwnStartupText(StartupText):
    """A text with its version, for the founders of the startup."""

    version: int
    saved_at: datetime


class ReadStartup(BaseModel):
    """A startup as those see it who review or manage."""

    model_config = ConfigDict(extra="forbid")

    id: str
    name: str
    invented: bool
    facts: StartupFactsOut
    texts: list[StartupText]


class OwnStartup(BaseModel):
    """A startup as its founders see it."""

    model_config = ConfigDict(extra="forbid")

    id: str
    name: str
    invented: bool
    facts: StartupFactsOut
    texts: list[OwnStartupText]


class ReviewItem(_FromValues):
    """A candidate as it stands in the queue of a program."""

    startup_id: str
    name: str = Field(description="A pseudonym where names are hidden.")
    position: int = Field(ge=1, description="In the order of your desk.")
    machine_rank: int = Field(ge=1, description="Of the machine alone; no decision changes it.")
    score: float
    band: str = Field(examples=["good"], description="strong, good, possible or weak.")
    verdict: str = Field(
        examples=["cannot_tell"], description="On eligibility: a person's where there is one."
    )
    decision: str | None = Field(description="accept, maybe or decline.")
    provisional: bool = Field(
        description="The agency decided nothing yet; it is what all submitted reviews agree on."
    )
    reviews: int = Field(ge=0, description="Submitted reviews.")
    open: bool = Field(description="Your desk still has to look at it.")
    pinned: bool
    excluded: bool
    place: int | None = Field(description="Where it was moved by hand.")
    liking: int = Field(ge=-1, le=1, description="1 asks for more like it, -1 for fewer.")
    revision: int = Field(ge=0, description="Of what your desk says; 0 where it has said nothing.")


class ReviewQueueList(BaseModel):
    """One page of a queue; `next` is the cursor of the following page."""

    program_id: str
    phase: str = Field(
        examples=["individual"], description="individual, or decision where the agency decides."
    )
    blind: bool = Field(description="Pseudonyms stand in the place of names.")
    writes: bool = Field(description="You may write at this desk.")
    candidates: int = Field(ge=0, description="In the whole queue.")
    decided: int = Field(ge=0, description="In the whole queue.")
    unanswered: int = Field(
        ge=0,
        description="Candidates you see only once you have answered for conflicts of interest, on the page.",
    )
    items: list[ReviewItem]
    next: str | None = Field(description="Cursor of the next page; null on the last.")


class ReviewCriterion(_FromValues):
    """What is scored."""

    key: str
    names: Annotated[dict[str, str], BeforeValidator(dict)] = Field(
        description="By language; the name it was given under an empty key."
    )
    weight: float
    scale_max: float = Field(description="Most points.")
    threshold: float | None = Field(description="Least points, where there is such a limit.")
    bonus: bool = Field(description="Counted apart.")


class ReviewTotal(_FromValues):
    """Points added up; without all criteria that are no bonus there is no total."""

    total: float = Field(description="Percent of what can be reached.")
    bonus: float = Field(description="Points of weight, apart.")


class OwnReview(BaseModel):
    """What your desk says about a candidate."""

    startup_id: str
    desk: str = Field(examples=["own"], description="own, or agency where the agency decides.")
    decision: str | None = Field(description="accept, maybe or decline; null while it is a draft.")
    reason_kind: str | None = Field(examples=["technology"])
    reason: str
    scores: dict[str, float] = Field(description="Points by the key of the criterion.")
    total: ReviewTotal | None
    revision: int = Field(ge=0)


class OtherReview(BaseModel):
    """A review somebody else submitted; shown once your own is, or where the agency decides."""

    name: str = Field(description="Empty where the account is gone.")
    decision: str
    reason_kind: str | None
    reason: str
    scores: dict[str, float]
    total: ReviewTotal | None
    dropped: bool = Field(description="The rule of the program leaves it out of the total.")


class ReviewAggregate(BaseModel):
    """What the scores of all come to, at the desk where the agency decides."""

    rule: str = Field(examples=["trimmed-mean"])
    total: float | None
    bonus: float
    spread: float = Field(description="Highest minus lowest total.")
    below: list[str] = Field(description="Criteria below their threshold.")
    zeros: list[str] = Field(description="Criteria somebody gave 0, where that excludes.")


class VerdictOverride(BaseModel):
    """A person's verdict in the place of the computed one."""

    verdict: str
    reason: str
    by: str


class ReviewEvidence(EvidencePair):
    """A sentence of the profile and one of the program, each in its own language."""

    profile_language: str = Field(examples=["ko"])
    program_language: str = Field(examples=["en"])


class ReviewCandidate(ReviewItem):
    """A candidate in full; under blind review without names."""

    program_id: str
    invented: bool = Field(description="Whether it is an example that does not exist.")
    needs_human_check: bool = Field(description="It states flags of export control.")
    language: str = Field(examples=["ko"], description="Of the text.")
    text: str
    facts: StartupFactsOut
    signals: dict[str, float] = Field(description="Contributions; they sum to `score`.")
    eligibility: EligibilityVerdict = Field(description="As computed.")
    override: VerdictOverride | None
    evidence: list[ReviewEvidence]
    criteria: list[ReviewCriterion]
    own_review: OwnReview
    other_reviews: list[OtherReview]
    aggregate: ReviewAggregate | None


class ReviewShift(_FromValues):
    """A candidate that stands elsewhere now."""

    startup_id: str
    before: int
    after: int


class ReviewEffect(BaseModel):
    """What your act changed in the order."""

    cause: str = Field(examples=["pinned"])
    own: ReviewShift | None = Field(description="Its own move.")
    others: list[ReviewShift] = Field(description="The largest others.")
    moved: int = Field(ge=0, description="All that moved.")


class ReviewActAnswer(BaseModel):
    """The candidate after an act, and what the act changed."""

    item: ReviewItem
    effect: ReviewEffect | None


class LearnedWeight(_FromValues):
    """A signal's weight by default and as learned; both sets have the same sum."""

    signal: str
    default: float
    learned: float


class DecisionCounts(BaseModel):
    """Decisions learned from, by kind."""

    accept: int
    maybe: int
    decline: int


class LearningEffect(_FromValues):
    """How often decisions it has not seen come out in the right order: shares of pairs, from 0 to 1."""

    decisions: int
    unlearned: float
    learned: float
    gain: float
    error: float = Field(description="Standard error of the gain, a rough one.")


class LearningAnswer(BaseModel):
    """What the decisions of your desk taught the order."""

    on: bool = Field(description="Whether the program lets its order learn.")
    state: str | None = Field(
        examples=["not_enough"],
        description="not_enough, inconsistent, no_better or learned; null where learning is off.",
    )
    words: str = Field(description="The state in words.", examples=["not enough yet"])
    decisions: DecisionCounts
    weights: list[LearnedWeight]
    degrees: float = Field(description="How far the program's text was turned toward accepted ones.")
    effect: LearningEffect | None = Field(description="Null where it cannot be told yet.")


class Check(_FromValues):
    """One thing the service needs."""

    name: str = Field(examples=["database"])
    ok: bool
    detail: str


class Alive(BaseModel):
    """The process answers."""

    status: str = "ok"


class ReadinessAnswer(BaseModel):
    """Whether the service can do its work."""

    ready: bool
    checks: list[Check]
