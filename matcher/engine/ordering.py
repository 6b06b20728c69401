"""A reviewer's order: the machine's, with pins on top and moves applied."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wish:
    """What a reviewer wants for one item: held at the top, or moved to a place (1 is the first)."""

    pinned: bool = False
    place: int | None = None


def apply_wishes(machine: Sequence[str], wishes: Mapping[str, Wish]) -> tuple[str, ...]:
    """Apply pins and moves to the machine's order.

    Args:
        machine: ids from best to worst.
        wishes: per id; an id without one stays where the machine put it relative to the others.

    Returns:
        All ids: pinned ones first in the machine's order, then the others; a moved one stands at its
        place, or at the end where its place is beyond it. Where pins or a move to an earlier or the
        same place stand there already, it stands right below them.
    """
    pinned = [item for item in machine if wishes.get(item, Wish()).pinned]
    moved: list[tuple[int, str]] = []
    order = list(pinned)
    for item in machine:
        wish = wishes.get(item, Wish())
        if wish.pinned:
            continue
        if wish.place is None:
            order.append(item)
        else:
            moved.append((wish.place, item))
    free = len(pinned)
    for place, item in sorted(moved, key=lambda entry: entry[0]):
        free = min(max(place - 1, free), len(order))
        order.insert(free, item)
        free += 1
    return tuple(order)
