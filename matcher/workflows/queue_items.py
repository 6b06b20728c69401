"""Startups of a queue as lines of a list: where each stands and what is decided, without texts and facts."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from matcher.engine.matches import Band
from matcher.engine.policy import DEFAULT_POLICY
from matcher.engine.ranking import band_of
from matcher.workflows.candidate_figures import read_facts
from matcher.workflows.review_queues import RankedQueue
from matcher.workflows.submitted_reviews import NOTHING_SAID
from models.vocabulary import Decision, Verdict


@dataclass(frozen=True, slots=True)
class QueueItem:
    """A startup in a program's queue; the name is a pseudonym where names are hidden.

    `position` is the desk's, `machine_rank` the unchanged one. `provisional` says that the decision is what
    all submitted reviews agree on. `revision` is that of what the desk says about the startup.
    """

    startup_id: str
    name: str
    position: int
    machine_rank: int
    score: float
    band: Band
    verdict: Verdict
    decision: Decision | None
    provisional: bool
    reviews: int
    open: bool
    pinned: bool
    excluded: bool
    place: int | None
    liking: int
    revision: int


def queue_items(session: Session, queue: RankedQueue, startup_ids: Sequence[str]) -> tuple[QueueItem, ...]:
    """Give startups of a queue as lines, in the order they are asked for.

    Args:
        session: the unit the queue was ranked in.
        queue: the queue.
        startup_ids: ids out of it.
    """
    facts = read_facts(session, startup_ids)
    found = []
    for startup in startup_ids:
        row = queue.rows[startup]
        said = queue.said.get(startup, NOTHING_SAID)
        score = float(queue.figures.contributions[row].sum())
        decision = queue.decision(startup)
        found.append(
            QueueItem(
                startup_id=startup,
                name=queue.listed[row].name,
                position=queue.positions[startup],
                machine_rank=queue.machine_ranks[startup],
                score=score,
                band=band_of(score, facts[startup], DEFAULT_POLICY),
                verdict=queue.verdict(startup),
                decision=decision,
                provisional=decision is not None and said.decision is None,
                reviews=queue.counts.get(startup, 0),
                open=startup not in queue.done,
                pinned=said.pinned,
                excluded=said.excluded,
                place=said.place,
                liking=said.liking,
                revision=said.revision,
            )
        )
    return tuple(found)
