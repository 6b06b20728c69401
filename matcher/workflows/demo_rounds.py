"""A round in preparation for the demonstration: reviews and decisions about invented startups."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from matcher.workflows.rounds import StageWindow, change_stages, create_round, set_pin
from matcher.workflows.rubrics import rubric_of
from models.access import OPERATOR
from models.base import now_utc
from models.review import AGENCY_DESK, ReviewPhase
from models.round import PinKind, RoundStage
from models.tables import Account, Candidacy, Program, Review, ReviewSetup, Round
from models.vocabulary import Decision, ReasonKind

EXAMPLE_ROUND = "example-round"
NAME = "예시 회차 · Example round"
REASON = "예시 · Example"
TIME_ZONE = "Asia/Seoul"


@dataclass(frozen=True, slots=True)
class _Decided:
    """What an agency decided about the startups of a program; `seats` is None outside the example round."""

    accepted: str
    maybe: str
    declined: str
    seats: int | None = None


_DECIDED: Mapping[str, _Decided] = {
    "pilot-montgomery-bio-health": _Decided(
        "S04 S06 S09 S02 S11 S08 S01 S05 S12", "S10 S07 S03", "S25 S20 S55 S26 S31", 4
    ),
    "pilot-seattle-north-america": _Decided(
        "S52 S59 S60 S23 S22 S28 S14 S29 S54 S30 S17", "S31 S37 S44", "S32 S41 S43 S02 S57", 5
    ),
    "pilot-dortmund-universities": _Decided(
        "S21 S03 S32 S57 S10 S56 S27 S15 S07 S36", "S05 S34", "S48 S16 S39 S35 S12", 4
    ),
    "pilot-malaga-forum": _Decided(
        "S54 S60 S16 S38 S03 S51 S23 S47 S34 S39", "S55 S24", "S10 S21 S46 S50", 5
    ),
    "global-startup-academy": _Decided("S22 S25 S39 S58 S29 S24 S12 S14 S33 S27", "S36 S03", "S01 S32 S28"),
    "kised-global-accelerating": _Decided("S22 S56 S58 S39 S14 S24 S29 S33 S27 S36", "S03 S01", "S32 S28"),
}
"""Programs and what is decided about them; the last two are for rounds of one's own."""

_PINNED = ("pilot-malaga-forum", "S39")
_REVIEWERS = ("example-one", "example-two")
_DOMAIN = "demo.landfall.example"
_LOWEST = {Decision.ACCEPT: 3, Decision.MAYBE: 2, Decision.DECLINE: 1}
_SPREAD = 3
_WAITLIST = 5


def add_example_round(session: Session) -> bool:
    """Add reviews, decisions and a round that is not planned yet; what is there already stays as it is.

    Args:
        session: an open write unit of a seeded database.

    Returns:
        Whether the round was added; it is not where it is there, or where the seed has none of its programs.
    """
    there = set(session.exec(select(Program.id).where(col(Program.id).in_(_DECIDED))))
    programs = [(one, item.seats, _WAITLIST) for one, item in _DECIDED.items() if item.seats and one in there]
    if not programs or session.get(Round, EXAMPLE_ROUND) is not None:
        return False
    reviewers = [_reviewer(session, name) for name in _REVIEWERS]
    for program in sorted(there):
        _decide(session, program, reviewers)
    session.flush()
    create_round(session, OPERATOR, NAME, programs, round_id=EXAMPLE_ROUND, time_zone=TIME_ZONE)
    change_stages(
        session,
        OPERATOR,
        EXAMPLE_ROUND,
        stages=_stages(now_utc()),
        stage=RoundStage.SELECTION,
        time_zone=TIME_ZONE,
        revision=0,
    )
    program, startup = _PINNED
    if session.get(Candidacy, (program, startup)) is not None:
        set_pin(
            session,
            OPERATOR,
            EXAMPLE_ROUND,
            program,
            startup,
            kind=PinKind.PIN,
            reason=REASON,
            revision=1,
        )
    return True


def _reviewer(session: Session, name: str) -> str:
    """Give the account of an example reviewer; nobody can sign in with it."""
    email = f"{name}@{_DOMAIN}"
    found = session.exec(select(Account).where(Account.email == email)).first()
    if found is None:
        found = Account(email=email, name=name.replace("-", " ").title(), disabled_at=now_utc())
        session.add(found)
        session.flush()
    return found.id


def _decide(session: Session, program: str, reviewers: list[str]) -> None:
    """Write the agency's decisions about a program, and two reviews of each startup."""
    considered = set(session.exec(select(Candidacy.startup_id).where(Candidacy.program_id == program)))
    reviewed = set(session.exec(select(Review.startup_id).where(Review.program_id == program)))
    if session.get(ReviewSetup, program) is None:
        session.add(ReviewSetup(program_id=program, phase=ReviewPhase.DECISION.value))
    criteria = rubric_of(session, program)
    item = _DECIDED[program]
    for decision, startups in (
        (Decision.ACCEPT, item.accepted),
        (Decision.MAYBE, item.maybe),
        (Decision.DECLINE, item.declined),
    ):
        for startup in startups.split():
            if startup not in considered or startup in reviewed:
                continue
            session.add(_review(program, startup, AGENCY_DESK, decision))
            for desk in reviewers:
                lowest = _LOWEST[decision]
                session.add(
                    _review(
                        program,
                        startup,
                        desk,
                        decision,
                        {
                            one.key: float(
                                min(one.scale_max, lowest + _some(program, startup, desk, one.key) % _SPREAD)
                            )
                            for one in criteria
                        },
                    )
                )


def _review(
    program: str, startup: str, desk: str, decision: Decision, scores: dict[str, float] | None = None
) -> Review:
    return Review(
        program_id=program,
        startup_id=startup,
        desk=desk,
        decision=decision.value,
        reason_kind=ReasonKind.FIT_WITH_PLACE.value,
        reason=REASON,
        scores=scores or {},
        reviewer=desk,
        submitted_at=None if desk == AGENCY_DESK else now_utc(),
    )


def _some(*parts: str) -> int:
    """Give a number that looks like chance and is the same each time."""
    return sha256("\n".join(parts).encode()).digest()[0]


def _stages(now: datetime) -> tuple[StageWindow, ...]:
    """Give windows around the present day: reviews are over, the selection is on."""
    today = now.astimezone(ZoneInfo(TIME_ZONE)).date()

    def window(stage: RoundStage, opens: int, closes: int) -> StageWindow:
        first, last = today + timedelta(days=opens), today + timedelta(days=closes)
        return StageWindow(stage, datetime.combine(first, time(9)), datetime.combine(last, time(23, 59)))

    return (
        window(RoundStage.ELIGIBILITY, -40, -30),
        window(RoundStage.DOCUMENTS, -29, -15),
        window(RoundStage.PRESENTATION, -14, -2),
        window(RoundStage.SELECTION, -1, 14),
        window(RoundStage.AGREEMENT, 15, 45),
    )
