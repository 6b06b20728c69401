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
        place, or below the pins, or at the end where its place is beyond it.
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
    for place, item in sorted(moved, key=lambda entry: entry[0]):
        order.insert(max(place - 1, len(pinned)), item)
    return tuple(order)
