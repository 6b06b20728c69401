"""A round in figures: how many pairs stand where, how they are spread, and what two plans have in common.

Pure. Which groups a pair belongs to is said in one place, `keys_of`: a count and the list of the cases behind
it can never differ.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from models.vocabulary import Language, Region, Stage

BINS = 10
"""Scores are counted in this many equal parts of what can be reached; the last takes what lies beyond."""

NONE = "none"
"""The group of those that have no value."""
GONE = "gone"
"""The group of startups that are not there any more, so that nothing is known of them."""

_BELOW_ONE = 0.99


class By(StrEnum):
    """What pairs are grouped by."""

    STEP = "step"
    FIT = "fit"
    REVIEW = "review"
    REGION = "region"
    COUNTRY = "country"
    SECTOR = "sector"
    STAGE = "stage"
    LANGUAGE = "language"
    CHANGE = "change"


class Step(StrEnum):
    """How far a pair came, in the order it happens; each step counts for itself."""

    CONSIDERED = "considered"
    ELIGIBLE = "eligible"
    CANNOT_TELL = "cannot_tell"
    REVIEWED = "reviewed"
    ACCEPTED = "accepted"
    SELECTED = "selected"
    WAITLISTED = "waitlisted"


class Change(StrEnum):
    """What became of a seat between two plans."""

    KEPT = "kept"
    ENTERED = "entered"
    LEFT = "left"


COVERAGE = (By.REGION, By.COUNTRY, By.SECTOR, By.STAGE, By.LANGUAGE)
"""What coverage is counted by: attributes of startups."""

_ORDER: Mapping[By, Sequence[str]] = {
    By.STEP: tuple(Step),
    By.FIT: tuple(str(number) for number in range(BINS)),
    By.REVIEW: (*(str(number) for number in range(BINS)), NONE),
    By.REGION: tuple(Region),
    By.STAGE: tuple(Stage),
    By.LANGUAGE: tuple(Language),
    By.CHANGE: tuple(Change),
}
"""Groups with an order of their own; what is not listed stands behind, the largest first."""

_ALWAYS_SHOWN = (By.STEP, By.FIT, By.REVIEW)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a startup stands with a program in a plan.

    Attributes:
        startup, program: the pair.
        fit: the machine's score, 0 to 1.
        verdict: eligible, not_eligible or cannot_tell.
        decision: accept, maybe, decline, or empty where there is none.
        review: what the reviews come to in percent, None without one.
        reviewed: whether anybody had submitted a review.
        outcome: selected or waitlisted, empty where it is neither.
        rank: the place on the waitlist.
        groups: values by attribute of the startup.
        there: whether the startup still is.
    """

    startup: str
    program: str
    fit: float
    verdict: str
    decision: str
    review: float | None
    reviewed: bool
    outcome: str = ""
    rank: int | None = None
    groups: Mapping[str, Sequence[str]] = field(default_factory=dict)
    there: bool = True

    @property
    def selected(self) -> bool:
        """Whether it has a seat."""
        return self.outcome == Step.SELECTED


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of a group are considered, and how many of these are selected."""

    key: str
    considered: int
    selected: int


@dataclass(frozen=True, slots=True)
class SeatChange:
    """What became of a program's seats between two plans; a program may be missing in one."""

    program: str
    seats_before: int
    seats: int
    kept: int
    entered: int
    left: int

    @property
    def filled_before(self) -> int:
        """Seats that were filled."""
        return self.kept + self.left

    @property
    def filled(self) -> int:
        """Seats that are filled."""
        return self.kept + self.entered


@dataclass(frozen=True, slots=True)
class CoverageChange:
    """How many startups of a group were selected before, and are now."""

    key: str
    before: int
    now: int


def keys_of(standing: Standing, by: By) -> tuple[str, ...]:
    """Say which groups a pair belongs to.

    Args:
        standing: the pair.
        by: what is grouped by; nobody belongs to a change of one plan.
    """
    if by is By.STEP:
        return _steps(standing)
    if by is By.FIT:
        return (_part(standing.fit),)
    if by is By.REVIEW:
        return (NONE if standing.review is None else _part(standing.review / 100),)
    if by is By.CHANGE:
        return ()
    if not standing.there:
        return (GONE,)
    return tuple(standing.groups.get(by.value, ())) or (NONE,)


def members(standings: Iterable[Standing], by: By, key: str, *, selected: bool = False) -> list[Standing]:
    """List the pairs of a group.

    Args:
        standings: pairs of a plan.
        by: what is grouped by.
        key: the group.
        selected: only those with a seat.
    """
    return [one for one in standings if key in keys_of(one, by) and (one.selected or not selected)]


def count_pairs(standings: Iterable[Standing], by: By) -> tuple[Tally, ...]:
    """Count the pairs of each group; groups that always have a place are counted where they are empty too."""
    considered: Counter[str] = Counter()
    selected: Counter[str] = Counter()
    for one in standings:
        keys = keys_of(one, by)
        considered.update(keys)
        if one.selected:
            selected.update(keys)
    return _tallies(by, considered, selected)


def count_startups(standings: Iterable[Standing], by: By) -> tuple[Tally, ...]:
    """Count the startups of each group, each once however many programs consider it.

    A startup with several values, such as two sectors, counts for each of them.
    """
    considered: dict[str, set[str]] = defaultdict(set)
    selected: dict[str, set[str]] = defaultdict(set)
    for one in standings:
        for key in keys_of(one, by):
            considered[key].add(one.startup)
            if one.selected:
                selected[key].add(one.startup)
    return _tallies(by, *({key: len(ids) for key, ids in found.items()} for found in (considered, selected)))


def compare_seats(
    before: tuple[Mapping[str, int], Iterable[Standing]], now: tuple[Mapping[str, int], Iterable[Standing]]
) -> tuple[SeatChange, ...]:
    """Compare who has a seat in two plans, program by program.

    Args:
        before: seats by program, and the pairs of the plan that is compared with.
        now: those of the plan that is looked at.
    """
    (old_seats, old), (new_seats, new) = before, now
    old_pairs, new_pairs = _seated(old), _seated(new)
    return tuple(
        SeatChange(
            program,
            old_seats.get(program, 0),
            new_seats.get(program, 0),
            len(old_pairs[program] & new_pairs[program]),
            len(new_pairs[program] - old_pairs[program]),
            len(old_pairs[program] - new_pairs[program]),
        )
        for program in sorted({*old_seats, *new_seats})
    )


def changed_members(before: Iterable[Standing], now: Iterable[Standing], change: Change) -> list[Standing]:
    """List the pairs that kept, got or lost a seat between two plans."""
    old = {(one.startup, one.program): one for one in before if one.selected}
    new = {(one.startup, one.program): one for one in now if one.selected}
    wanted = {
        Change.KEPT: old.keys() & new.keys(),
        Change.ENTERED: new.keys() - old.keys(),
        Change.LEFT: old.keys() - new.keys(),
    }[change]
    return [(new if pair in new else old)[pair] for pair in sorted(wanted)]


def compare_coverage(
    before: Iterable[Standing], now: Iterable[Standing], by: By
) -> tuple[CoverageChange, ...]:
    """Compare how many startups of each group are selected; groups without any in both are left out."""
    old = {one.key: one.selected for one in count_startups(before, by)}
    new = {one.key: one.selected for one in count_startups(now, by)}
    found = {key: max(old.get(key, 0), new.get(key, 0)) for key in {*old, *new}}
    return tuple(
        CoverageChange(key, old.get(key, 0), new.get(key, 0)) for key in _ordered(by, found) if found[key]
    )


def _steps(standing: Standing) -> tuple[str, ...]:
    holds = {
        Step.CONSIDERED: True,
        Step.ELIGIBLE: standing.verdict == Step.ELIGIBLE,
        Step.CANNOT_TELL: standing.verdict == Step.CANNOT_TELL,
        Step.REVIEWED: standing.reviewed,
        Step.ACCEPTED: standing.decision == "accept",
        Step.SELECTED: standing.outcome == Step.SELECTED,
        Step.WAITLISTED: standing.outcome == Step.WAITLISTED,
    }
    return tuple(step.value for step, is_so in holds.items() if is_so)


def _part(share: float) -> str:
    return str(int(min(max(share, 0.0), _BELOW_ONE) * BINS))


def _tallies(by: By, considered: Mapping[str, int], selected: Mapping[str, int]) -> tuple[Tally, ...]:
    shown = {**dict.fromkeys(_ORDER[by], 0), **considered} if by in _ALWAYS_SHOWN else considered
    return tuple(Tally(key, shown[key], selected.get(key, 0)) for key in _ordered(by, shown))


def _ordered(by: By, counts: Mapping[str, int]) -> list[str]:
    places = {key: place for place, key in enumerate(_ORDER.get(by, ()))}
    last = len(places)
    return sorted(
        counts, key=lambda key: (key == GONE, key == NONE, places.get(key, last), -counts[key], key)
    )


def _seated(standings: Iterable[Standing]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for one in standings:
        if one.selected:
            found[one.program].add(one.startup)
    return found
