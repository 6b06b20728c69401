"""What a desk does with a candidate: decide, score, pin, exclude, move, like, override, undo.

Every change keeps what was there before. A reviewer writes at the own desk while individual review is open,
a lead at the agency's desk afterwards (see `review_setups`).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from matcher.engine.cleaning import clean_text
from matcher.engine.rubrics import ScoredCriterion
from matcher.errors import AccessDeniedError, FieldError, StaleEditError, UnknownStartupError
from matcher.workflows.audits import Act, record
from matcher.workflows.programs import read_reviewed_program
from matcher.workflows.review_queues import require
from matcher.workflows.review_setups import Desk, SeenDesk, desk_of, read_rules
from matcher.workflows.rubrics import rubric_of
from matcher.workflows.submitted_reviews import (
    NOTHING_SAID,
    Said,
    aggregate_of,
    read_own,
    read_submitted,
    stored_aggregate,
)
from models.access import Action, Actor, candidacies_for, reviews_for, steps_for
from models.base import new_id, now_utc
from models.review import AGENCY_DESK
from models.tables import Candidacy, Review, ReviewStep
from models.vocabulary import Decision, ReasonKind, Verdict

LONGEST_REASON = 500
MOST_AT_ONCE = 100
"""Startups one decision may be about."""

_KEPT = (
    "decision",
    "reason_kind",
    "reason",
    "scores",
    "pinned",
    "excluded",
    "place",
    "turn",
    "liking",
    "override_verdict",
    "override_reason",
    "aggregate",
)
"""What a step keeps of a review, so that it can be undone."""
_TYPED = frozenset({"reason_kind", "reason", "scores"})
_ONE_SITTING = timedelta(minutes=30)


class StaleSelectionError(StaleEditError):
    """Some of the startups that were chosen were changed in the meantime; nothing was saved."""

    def __init__(self, startup_ids: tuple[str, ...]) -> None:
        """Keep which."""
        super().__init__(f"review: {len(startup_ids)} startups were changed in the meantime")
        self.startup_ids = startup_ids


def record_decision(
    session: Session,
    actor: Actor,
    program_id: str,
    startup_id: str,
    *,
    decision: Decision | None,
    reason: str,
    revision: int,
    reason_kind: ReasonKind | None = None,
    scores: Mapping[str, float] | None = None,
    desk: SeenDesk | None = None,
) -> int:
    """Submit a decision with its reason and scores; None takes a decision back.

    Args:
        session: an open write unit.
        actor: who decides.
        program_id: the program.
        startup_id: the startup.
        decision: accept, maybe or decline.
        reason: why, at most 500 characters; a decline needs one, or a kind of reason.
        revision: the revision the reviewer saw.
        reason_kind: what the reason is about.
        scores: points by the key of the criterion; None leaves them as they are.
        desk: the desk the reviewer saw; None asks for no check.

    Returns:
        The revision it has now.

    Raises:
        FieldError: the reason or a score is missing, out of range or not storable.
        StaleEditError: this review was changed since, or the review's phase was.
        AccessDeniedError, UnknownProgramError, UnknownStartupError: see the classes.
    """
    row = _row(session, actor, program_id, startup_id, revision, desk=desk)
    points = None if scores is None else check_scores(session, program_id, scores)
    said = _Submitted(decision, clean_reason(reason), reason_kind, points)
    return _submit(session, actor, row, said)


def decide_many(
    session: Session,
    actor: Actor,
    program_id: str,
    seen: Mapping[str, int],
    *,
    decision: Decision,
    reason: str,
    reason_kind: ReasonKind | None = None,
    desk: SeenDesk | None = None,
) -> None:
    """Submit one decision about several startups: all of them, or none.

    A reason or its kind that is not given leaves what a draft, or the same decision, says already.

    Args:
        session: an open write unit.
        actor: who decides.
        program_id: the program.
        seen: the revision the reviewer saw of each startup.
        decision: accept, maybe or decline.
        reason: why; a decline needs one, or a kind of reason.
        reason_kind: what the reason is about.
        desk: the desk the reviewer saw; None asks for no check.

    Raises:
        StaleSelectionError: some were changed since, all of them where the review's phase was; it names
            them, and nothing is written.
        FieldError: nothing is chosen, too much is, or the reason is missing or not storable.
        AccessDeniedError, UnknownProgramError, UnknownStartupError: see the classes.
    """
    if not 1 <= len(seen) <= MOST_AT_ONCE:
        raise FieldError("chosen", f"1 to {MOST_AT_ONCE} startups expected")
    rows = {startup: _row(session, actor, program_id, startup) for startup in seen}
    here = desk_of(session, actor, program_id)
    stale = [
        startup
        for startup, row in rows.items()
        if row.revision != seen[startup] or desk not in {None, here.kind}
    ]
    if stale:
        raise StaleSelectionError(tuple(stale))
    text, act = clean_reason(reason), new_id()
    said = [(row, _said_of_many(row, decision, text, reason_kind)) for row in rows.values()]
    for _, one in said:
        # Before the first is written: all of them, or none.
        _must_say_why(one)
    for row, one in said:
        _submit(session, actor, row, one, act=act)


def save_draft(
    session: Session,
    actor: Actor,
    program_id: str,
    startup_id: str,
    *,
    reason: str,
    reason_kind: ReasonKind | None,
    scores: Mapping[str, float],
    revision: int,
    desk: SeenDesk | None = None,
) -> int:
    """Keep what was typed so far without submitting it.

    Returns:
        The revision it has now.

    Raises:
        FieldError, StaleEditError, AccessDeniedError, UnknownProgramError, UnknownStartupError: see
            `record_decision`.
    """
    row = _row(session, actor, program_id, startup_id, revision, desk=desk)
    after = {
        "reason": clean_reason(reason),
        "reason_kind": reason_kind.value if reason_kind else "",
        "scores": check_scores(session, program_id, scores),
    }
    return _save(session, actor, row, after, Act.SCORED, joins=True)


def read_review(
    session: Session, actor: Actor, program_id: str, startup_id: str
) -> tuple[Said, tuple[ScoredCriterion, ...]]:
    """Read what this actor's desk says about a startup, and what is scored.

    Raises:
        AccessDeniedError, UnknownProgramError, UnknownStartupError: see `record_decision`.
    """
    row = _row(session, actor, program_id, startup_id)
    said = read_own(session, actor, program_id, row.desk).get(startup_id, NOTHING_SAID)
    return said, rubric_of(session, program_id)


def set_pin(
    session: Session,
    actor: Actor,
    program_id: str,
    startup_id: str,
    *,
    pinned: bool,
    desk: SeenDesk | None = None,
) -> None:
    """Hold a startup at the top of the list, or let it go.

    Raises:
        StaleEditError: the review's phase was changed since.
        AccessDeniedError, UnknownProgramError, UnknownStartupError: see the classes.
    """
    row = _row(session, actor, program_id, startup_id, desk=desk)
    after = {"pinned": pinned} | ({"excluded": False} if pinned else {})
    _save(session, actor, row, after, Act.PINNED)


def set_excluded(
    session: Session,
    actor: Actor,
    program_id: str,
    startup_id: str,
    *,
    excluded: bool,
    desk: SeenDesk | None = None,
) -> None:
    """Put a startup at the end of the list whatever speaks for it, or let it come back.

    Raises:
        StaleEditError: the review's phase was changed since.
        AccessDeniedError, UnknownProgramError, UnknownStartupError: see the classes.
    """
    row = _row(session, actor, program_id, startup_id, desk=desk)
    after = {"excluded": excluded} | ({"pinned": False, "place": None, "turn": 0} if excluded else {})
    _save(session, actor, row, after, Act.EXCLUDED)


def set_liking(
    session: Session,
    actor: Actor,
    program_id: str,
    startup_id: str,
    *,
    liking: int,
    desk: SeenDesk | None = None,
) -> None:
    """Ask for more startups like this one (1), for fewer (-1), or for neither (0).

    Raises:
        FieldError: the liking is none of these.
        StaleEditError: the review's phase was changed since.
        AccessDeniedError, UnknownProgramError, UnknownStartupError: see the classes.
    """
    if liking not in {-1, 0, 1}:
        raise FieldError("liking", "-1, 0 or 1 expected")
    row = _row(session, actor, program_id, startup_id, desk=desk)
    _save(session, actor, row, {"liking": liking}, Act.LIKED)


def override_verdict(
    session: Session,
    actor: Actor,
    program_id: str,
    startup_id: str,
    *,
    verdict: Verdict | None,
    reason: str,
    revision: int,
    desk: SeenDesk | None = None,
) -> int:
    """Put a person's verdict on eligibility in the place of the computed one; None takes it back.

    Returns:
        The revision it has now.

    Raises:
        FieldError: there is no reason, or it is not storable.
        StaleEditError, AccessDeniedError, UnknownProgramError, UnknownStartupError: see `record_decision`.
    """
    row = _row(session, actor, program_id, startup_id, revision, desk=desk)
    text = clean_text(reason, "override_reason", limit=LONGEST_REASON) if reason.strip() else ""
    if verdict is not None and not text:
        raise FieldError("override_reason", "an override needs a reason")
    after = {"override_verdict": verdict and verdict.value, "override_reason": text if verdict else ""}
    return _save(session, actor, row, after, Act.OVERRIDDEN)


def move(
    session: Session,
    actor: Actor,
    program_id: str,
    startup_id: str,
    *,
    position: int | None,
    desk: SeenDesk | None = None,
) -> None:
    """Move a startup to a position (1 is the top); None gives it back to the machine's order.

    Raises:
        FieldError: the position is below 1.
        StaleEditError: the review's phase was changed since.
        AccessDeniedError, UnknownProgramError, UnknownStartupError: see the classes.
    """
    if position is not None and not 1 <= position <= 1_000_000:  # noqa: PLR2004  beyond any list
        raise FieldError("position", "a whole number from 1 expected")
    row = _row(session, actor, program_id, startup_id, desk=desk)
    moved = reviews_for(actor).where(
        Review.program_id == program_id, Review.desk == row.desk, col(Review.turn) > 0
    )
    turn = 1 + max((other.turn for other in session.exec(moved)), default=0)
    after = {"place": position, "turn": turn if position else 0} | ({"excluded": False} if position else {})
    _save(session, actor, row, after, Act.MOVED)


def undo(session: Session, actor: Actor, program_id: str, seen: SeenDesk | None = None) -> str | None:
    """Take back this actor's last change of a program's review; one about several startups, as a whole.

    A startup that somebody else changed since stays as it is.

    Returns:
        The id of a startup it concerned, None where there is nothing to undo.

    Raises:
        StaleEditError: the review's phase was changed since.
        AccessDeniedError: this actor may not review, or no longer writes at this desk.
        UnknownProgramError: there is no such program.
    """
    require(actor, Action.REVIEW)
    read_reviewed_program(session, actor, program_id)
    desk = desk_of(session, actor, program_id)
    _must_be_at(desk, seen)
    later = aliased(ReviewStep)
    changed_since = select(later.id).where(
        later.program_id == program_id,
        later.startup_id == ReviewStep.startup_id,
        later.desk == desk.name,
        later.reviewer != ReviewStep.reviewer,
        col(later.id) > col(ReviewStep.id),
    )
    mine = (
        steps_for(actor)
        .where(ReviewStep.program_id == program_id, ReviewStep.desk == desk.name, ~changed_since.exists())
        .order_by(col(ReviewStep.id).desc())
    )
    step = session.exec(mine).first()
    if step is None:
        return None
    if not desk.writes:
        raise AccessDeniedError(f"{Action.LEAD_REVIEW.value}: not allowed")
    steps = session.exec(mine.where(ReviewStep.act == step.act)).all() if step.act else [step]
    for one in steps:
        _take_back(session, actor, one)
    return steps[-1].startup_id


def clean_reason(reason: str) -> str:
    """Clean a reason; an empty one is allowed.

    Raises:
        FieldError: longer than 500 characters, or not storable.
    """
    return clean_text(reason, "reason", limit=LONGEST_REASON) if reason.strip() else ""


def check_scores(session: Session, program_id: str, scores: Mapping[str, float]) -> dict[str, float]:
    """Check points against the program's rubric.

    Raises:
        FieldError: a criterion is unknown, or its points are out of range; named `scores.<key>`.
    """
    criteria = {criterion.key: criterion for criterion in rubric_of(session, program_id)}
    for key, points in scores.items():
        if key not in criteria:
            raise FieldError(f"scores.{key[:60]}", "is not a criterion of this program")
        if not math.isfinite(points) or not 0 <= points <= criteria[key].scale_max:
            raise FieldError(f"scores.{key}", f"a number from 0 to {criteria[key].scale_max:g} expected")
    return {key: float(points) for key, points in scores.items()}


def _row(
    session: Session,
    actor: Actor,
    program_id: str,
    startup_id: str,
    revision: int | None = None,
    *,
    desk: SeenDesk | None = None,
) -> Review:
    """Find or prepare the review of a startup this actor may see, at the desk where the actor writes."""
    require(actor, Action.REVIEW)
    read_reviewed_program(session, actor, program_id)
    considered = candidacies_for(actor).where(
        col(Candidacy.program_id) == program_id, col(Candidacy.startup_id) == startup_id
    )
    if not startup_id.isprintable() or session.exec(considered).first() is None:
        raise UnknownStartupError(startup_id)
    here = desk_of(session, actor, program_id)
    if not here.writes:
        raise AccessDeniedError(f"{Action.LEAD_REVIEW.value}: the agency's lead decides now")
    _must_be_at(here, desk)
    row = session.get(Review, (program_id, startup_id, here.name)) or Review(
        program_id=program_id, startup_id=startup_id, desk=here.name, reviewer=actor.key
    )
    if revision is not None and row.revision != revision:
        raise StaleEditError("review: this startup was changed in the meantime; reload and decide again")
    return row


def _must_be_at(desk: Desk, seen: SeenDesk | None) -> None:
    """Refuse what was meant for another desk: a revision of one says nothing about the other."""
    if seen not in {None, desk.kind}:
        raise StaleEditError("review: it went into another phase in the meantime; reload and decide again")


def _take_back(session: Session, actor: Actor, step: ReviewStep) -> None:
    row = session.get(Review, (step.program_id, step.startup_id, step.desk))
    if row is None:
        session.delete(step)
        return
    total = row.aggregate
    _put(row, step.before)
    if row.aggregate != total:
        # A score that counted then may be of somebody who has stepped back since.
        row.aggregate = _aggregate(session, actor, row) if row.decision else None
    row.submitted_at = (row.submitted_at or now_utc()) if row.decision else None
    row.revision += 1
    row.reviewer = actor.key
    row.changed_at = now_utc()
    session.add(row)
    session.delete(step)
    record(session, actor, Act.UNDONE, subject=step.startup_id, about=step.program_id)


def _goes_on_typing(session: Session, actor: Actor, row: Review) -> bool:
    """Say whether this actor's last step changed nothing but what is typed, about the same startup."""
    mine = steps_for(actor).where(ReviewStep.program_id == row.program_id, ReviewStep.desk == row.desk)
    last = session.exec(mine.order_by(col(ReviewStep.id).desc()).limit(1)).first()
    if last is None or last.startup_id != row.startup_id or last.changed_at < now_utc() - _ONE_SITTING:
        return False
    anybodys = select(ReviewStep.id).where(
        ReviewStep.program_id == row.program_id,
        ReviewStep.startup_id == row.startup_id,
        ReviewStep.desk == row.desk,
    )
    if session.exec(anybodys.order_by(col(ReviewStep.id).desc()).limit(1)).first() != last.id:
        return False
    return all(last.before.get(name) == getattr(row, name) for name in _KEPT if name not in _TYPED)


def _aggregate(session: Session, actor: Actor, row: Review) -> dict[str, Any] | None:
    """Give what the scores of all come to, where the agency decides and anybody scored."""
    if row.desk != AGENCY_DESK:
        return None
    criteria = rubric_of(session, row.program_id)
    found = read_submitted(session, actor, row.program_id, [row.startup_id], criteria)
    submitted = found.get(row.startup_id, ())
    if not any(review.scores for review in submitted):
        return None
    rules = read_rules(session, row.program_id)
    return stored_aggregate(aggregate_of(criteria, submitted, rules), rules)


def _put(row: Review, kept: Mapping[str, Any]) -> None:
    for name in _KEPT:
        if name in kept:
            setattr(row, name, kept[name])


@dataclass(frozen=True, slots=True)
class _Submitted:
    """What a desk submits; `scores` that are None stay as they are."""

    decision: Decision | None
    reason: str
    reason_kind: ReasonKind | None
    scores: Mapping[str, float] | None = None


def _said_of_many(row: Review, decision: Decision, reason: str, kind: ReasonKind | None) -> _Submitted:
    # What somebody wrote for another decision is no reason for this one.
    keeps = row.decision in {None, decision.value}
    kept = ReasonKind(row.reason_kind) if keeps and row.reason_kind else None
    return _Submitted(decision, reason or (row.reason if keeps else ""), kind or kept)


def _must_say_why(said: _Submitted) -> None:
    if said.decision is Decision.DECLINE and not said.reason and said.reason_kind is None:
        raise FieldError("reason", "a declined startup needs a reason")


def _submit(session: Session, actor: Actor, row: Review, said: _Submitted, *, act: str = "") -> int:
    _must_say_why(said)
    after: dict[str, Any] = {
        "decision": said.decision and said.decision.value,
        "reason": said.reason,
        "reason_kind": said.reason_kind.value if said.reason_kind else "",
        "aggregate": _aggregate(session, actor, row) if said.decision else None,
    }
    if said.scores is not None:
        after["scores"] = said.scores
    row.submitted_at = now_utc() if said.decision else None
    return _save(session, actor, row, after, Act.DECIDED, together=act)


def _save(
    session: Session,
    actor: Actor,
    row: Review,
    after: Mapping[str, Any],
    act: Act,
    *,
    joins: bool = False,
    together: str = "",
) -> int:
    """Keep what was there before as a step that can be undone, then write; no change leaves no step.

    What `joins` belongs to the same step as what this person typed about the startup right before; steps
    that are made `together` are undone together.
    """
    before = {name: getattr(row, name) for name in _KEPT}
    if all(before[name] == value for name, value in after.items()):
        return row.revision
    step = ReviewStep(
        program_id=row.program_id,
        startup_id=row.startup_id,
        desk=row.desk,
        before=before | {"scores": dict(row.scores)},
        act=together,
        reviewer=actor.key,
    )
    if not (joins and _goes_on_typing(session, actor, row)):
        session.add(step)
    _put(row, after)
    row.revision += 1
    row.reviewer = actor.key
    row.changed_at = now_utc()
    session.add(row)
    details = {"decision": row.decision} if act is Act.DECIDED else {}
    record(session, actor, act, subject=row.startup_id, about=row.program_id, details=details)
    return row.revision
