"""A reviewer's order: the machine's, with pins on top and moves applied."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wish:
    """What a reviewer wants for one item: held at the top, or moved to a place (1 is the first).

    `turn` grows with every move, so that of two moves to one place the later one gets it. What is excluded
    stands at the end, in the machine's order.
    """

    pinned: bool = False
    place: int | None = None
    turn: int = 0
    excluded: bool = False


def apply_wishes(machine: Sequence[str], wishes: Mapping[str, Wish]) -> tuple[str, ...]:
    """Apply pins and moves to the machine's order, the moves in the order they were made.

    Args:
        machine: ids from best to worst.
        wishes: per id; an id without one stays where the machine put it relative to the others.

    Returns:
        All ids: pinned ones first in the machine's order, then the others. The item moved last stands at
        its place, below the pins, or at the end where its place is beyond it. Excluded ones come last.
    """
    left_out = {item for item, wish in wishes.items() if wish.excluded}
    held = left_out | {item for item, wish in wishes.items() if wish.pinned}
    excluded = [item for item in machine if item in left_out]
    pinned = [item for item in machine if item in held and item not in left_out]
    order = pinned + [item for item in machine if item not in held]
    known = set(machine)
    moves = [
        (wish.turn, wish.place, item)
        for item, wish in wishes.items()
        if wish.place is not None and item not in held and item in known
    ]
    for _, place, item in sorted(moves):
        order.remove(item)
        order.insert(max(place - 1, len(pinned)), item)
    return (*order, *excluded)
