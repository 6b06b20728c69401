"""What is written about candidates: at one desk, and by everybody who submitted a review that counts.

A review does not count once a conflict of interest stands against its reviewer: a recused score is absent,
never zero.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from matcher.engine.rubrics import AggregateScore, OneTotal, Rule, ScoredCriterion, aggregate, total_of
from matcher.workflows.review_setups import ReviewRules
from models.access import Actor, reviews_for
from models.conflict import ConflictState
from models.review import AGENCY_DESK
from models.tables import Account, ConflictAnswer, Review
from models.vocabulary import Decision, ReasonKind, Verdict


@dataclass(frozen=True, slots=True)
class Said:
    """What a desk says about a startup; `by` names who overrode a verdict."""

    decision: Decision | None = None
    reason_kind: ReasonKind | None = None
    reason: str = ""
    scores: tuple[tuple[str, float], ...] = ()
    pinned: bool = False
    excluded: bool = False
    place: int | None = None
    turn: int = 0
    liking: int = 0
    override: Verdict | None = None
    override_reason: str = ""
    revision: int = 0
    changed_at: datetime | None = None
    by: str = ""


NOTHING_SAID = Said()


@dataclass(frozen=True, slots=True)
class SubmittedReview:
    """A review somebody submitted; without a name where the account is gone.

    `override` is the verdict on eligibility this reviewer put in the place of the computed one.
    """

    reviewer: str
    name: str
    decision: Decision
    reason_kind: ReasonKind | None
    reason: str
    scores: tuple[tuple[str, float], ...]
    total: OneTotal | None
    override: Verdict | None = None
    override_reason: str = ""


@dataclass(frozen=True, slots=True)
class Decisions:
    """What submitted reviews say: how many there are, and where all that may be seen agree, on what."""

    counts: Mapping[str, int]
    agreed: Mapping[str, Decision]


def said_of(values: Mapping[str, Any], **more: Any) -> Said:
    """Read what a review or a step of one holds; what it does not hold is taken as nothing."""
    return Said(
        Decision(values["decision"]) if values.get("decision") else None,
        ReasonKind(values["reason_kind"]) if values.get("reason_kind") else None,
        values.get("reason") or "",
        tuple((values.get("scores") or {}).items()),
        bool(values.get("pinned")),
        bool(values.get("excluded")),
        values.get("place"),
        values.get("turn") or 0,
        values.get("liking") or 0,
        Verdict(values["override_verdict"]) if values.get("override_verdict") else None,
        values.get("override_reason") or "",
        **more,
    )


def read_own(session: Session, actor: Actor, program_id: str, desk: str) -> dict[str, Said]:
    """Read what a desk says about the startups of a program."""
    query = reviews_for(actor).where(Review.program_id == program_id, Review.desk == desk)
    named = query.outerjoin(Account, col(Account.id) == col(Review.reviewer)).add_columns(col(Account.name))
    return {
        row.startup_id: said_of(
            row.model_dump(), revision=row.revision, changed_at=row.changed_at, by=name or ""
        )
        for row, name in session.execute(named)
    }


def read_decisions(session: Session, actor: Actor, program_id: str) -> Decisions:
    """Count the reviews of each startup, which everybody who reviews may know, and say where they agree."""
    counting = select(col(Review.startup_id), func.count()).where(counts(program_id))
    rows = session.execute(counting.group_by(col(Review.startup_id)))
    numbers: dict[str, int] = {startup: number for startup, number in rows}  # noqa: C416  rows are no pairs
    said: dict[str, set[Decision]] = {}
    seen = (
        reviews_for(actor)
        .where(counts(program_id))
        .with_only_columns(col(Review.startup_id), col(Review.decision))
    )
    for startup, decision in session.execute(seen):
        said.setdefault(startup, set()).add(Decision(decision))
    return Decisions(
        numbers, {startup: next(iter(found)) for startup, found in said.items() if len(found) == 1}
    )


def read_submitted(
    session: Session,
    actor: Actor,
    program_id: str,
    startup_ids: Sequence[str],
    criteria: Sequence[ScoredCriterion],
) -> dict[str, tuple[SubmittedReview, ...]]:
    """Read the submitted reviews of startups this actor may see, by name; the own one is among them."""
    query = (
        reviews_for(actor)
        .where(counts(program_id), col(Review.startup_id).in_(startup_ids))
        .outerjoin(Account, col(Account.id) == col(Review.desk))
        .add_columns(col(Account.name))
        .order_by(col(Account.name), col(Review.desk))
    )
    found: dict[str, tuple[SubmittedReview, ...]] = {}
    for row, name in session.execute(query):
        review = SubmittedReview(
            row.desk,
            name or "",
            Decision(row.decision),
            ReasonKind(row.reason_kind) if row.reason_kind else None,
            row.reason,
            tuple(row.scores.items()),
            total_of(criteria, row.desk, row.scores),
            Verdict(row.override_verdict) if row.override_verdict else None,
            row.override_reason,
        )
        found[row.startup_id] = (*found.get(row.startup_id, ()), review)
    return found


def aggregate_of(
    criteria: Sequence[ScoredCriterion], submitted: Sequence[SubmittedReview], rules: ReviewRules
) -> AggregateScore:
    """Make one score of the scores of all who submitted a review."""
    rule: Rule = rules.aggregation.value
    scores = {review.reviewer: dict(review.scores) for review in submitted if review.scores}
    return aggregate(criteria, scores, rule, zero_excludes=rules.zero_excludes)


def stored_aggregate(made: AggregateScore, rules: ReviewRules) -> dict[str, Any]:
    """Give an aggregate as it is stored with the decision: the rule, its version, and what was dropped."""
    return {
        "rule": rules.aggregation.value,
        "rule_version": rules.rule_version,
        "zero_excludes": rules.zero_excludes,
        "total": made.total,
        "bonus": made.bonus,
        "used": [_stored(one) for one in made.used],
        "dropped": [_stored(one) for one in made.dropped],
        "below": list(made.below),
        "zeros": list(made.zeros),
        "spread": made.spread,
    }


def _stored(one: OneTotal) -> dict[str, Any]:
    return {"reviewer": one.reviewer, "total": one.total, "bonus": one.bonus}


def counts(program_id: str) -> ColumnElement[bool]:
    """Say in SQL whether a review of a program was submitted and counts."""
    against = (
        select(ConflictAnswer.account_id)
        .where(
            col(ConflictAnswer.account_id) == col(Review.desk),
            col(ConflictAnswer.startup_id) == col(Review.startup_id),
            col(ConflictAnswer.state).in_([ConflictState.OPEN.value, ConflictState.CONFIRMED.value]),
        )
        .correlate(Review)
    )
    return (
        (col(Review.program_id) == program_id)
        & (col(Review.desk) != AGENCY_DESK)
        & col(Review.submitted_at).is_not(None)
        & col(Review.decision).is_not(None)
        & ~against.exists()
    )
