"""What a reviewer looks at: the part of a queue that fits a filter, in the order that was asked for."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from matcher.workflows.review_queues import RankedQueue
from matcher.workflows.submitted_reviews import NOTHING_SAID
from models.vocabulary import Decision, Verdict

_NEVER = datetime.min.replace(tzinfo=UTC)


class Show(StrEnum):
    """Which startups are shown."""

    OPEN = "open"
    DONE = "done"
    ACCEPT = "accept"
    MAYBE = "maybe"
    DECLINE = "decline"
    PINNED = "pinned"
    ALL = "all"


class Sort(StrEnum):
    """In which order; the desk's own unless another is asked for."""

    OWN = "own"
    MACHINE = "machine"
    NAME = "name"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class QueueView:
    """A filter and an order; `words` are looked for in names."""

    show: Show = Show.OPEN
    eligibility: Verdict | None = None
    sort: Sort = Sort.OWN
    words: str = ""


def narrow(queue: RankedQueue, view: QueueView, *, kept: str = "") -> tuple[str, ...]:
    """Give the ids that fit a view, in its order.

    Args:
        queue: the queue.
        view: what is wanted. Where names are hidden, pseudonyms are looked through and sorted by.
        kept: a startup that is shown even where it no longer fits, such as the one just decided.
    """
    words = view.words.casefold()
    names = {startup.id: startup.name.casefold() for startup in queue.listed} if words else {}
    fitting = [
        startup
        for startup in _sorted(queue, view.sort)
        if startup == kept
        or (
            _fits(queue, startup, view.show)
            and (view.eligibility is None or queue.verdict(startup) is view.eligibility)
            and all(word in names[startup] for word in words.split())
        )
    ]
    return tuple(fitting)


def _sorted(queue: RankedQueue, sort: Sort) -> tuple[str, ...]:
    if sort is Sort.MACHINE:
        return queue.machine
    if sort is Sort.NAME:
        named = sorted(queue.listed, key=lambda startup: (startup.name.casefold(), startup.id))
        return tuple(startup.id for startup in named)
    if sort is Sort.CHANGED:
        changed = sorted(
            queue.order,
            key=lambda startup: queue.said.get(startup, NOTHING_SAID).changed_at or _NEVER,
            reverse=True,
        )
        return tuple(changed)
    return queue.order


def _fits(queue: RankedQueue, startup: str, show: Show) -> bool:
    if show is Show.ALL:
        return True
    if show is Show.OPEN:
        return startup not in queue.done
    if show is Show.DONE:
        return startup in queue.done
    if show is Show.PINNED:
        return queue.said.get(startup, NOTHING_SAID).pinned
    return queue.decision(startup) is Decision(show.value)
