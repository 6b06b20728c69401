"""Figures of startups for a program, kept in the process by what they were made of.

A row is named by everything it depends on, so nothing is ever stale; what is not there yet is made.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

MOST_ROWS = 250_000
"""Rows kept in all tables together: some twelve programs with 20,000 startups each."""
MOST_WHOLE = 24
"""Lists of whole queues, and figures of whole queues, kept together."""
_SLACK = 1000

Columns = tuple[NDArray[np.generic], ...]
Maker = Callable[[list[int]], Columns]


Value = TypeVar("Value")


class Kept(Generic[Value]):
    """The values that were asked for last, by what they were made of."""

    def __init__(self, most: int) -> None:
        """Keep at most so many."""
        self._most = most
        self._lock = Lock()
        self._values: OrderedDict[Hashable, Value] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """Give the value of a key, made by `make` where it is not kept."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        value = make()
        with self._lock:
            self._values[key] = value
            while len(self._values) > self._most:
                self._values.popitem(last=False)
        return value


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """The row of each key, and the columns."""

    index: dict[Hashable, int]
    columns: Columns


class FigureCache:
    """Tables of figures; the one that was not used for longest goes first."""

    def __init__(self) -> None:
        """Start empty."""
        self._lock = Lock()
        self._tables: OrderedDict[Hashable, _Table] = OrderedDict()
        self.whole: Kept[Any] = Kept(MOST_WHOLE)

    def rows(self, table: Hashable, keys: Sequence[Hashable], make: Maker) -> Columns:
        """Give the rows of these keys.

        Args:
            table: what all rows depend on.
            keys: what each row depends on beside it; at least one, each once.
            make: given places in `keys`, makes their rows: one array per column, in that order.

        Returns:
            One array per column, each with a row per key.
        """
        with self._lock:
            kept = self._tables.get(table, _Table({}, ()))
        missing = [place for place, key in enumerate(keys) if key not in kept.index]
        if missing:
            kept = _grown(kept, keys, missing, make(missing))
        with self._lock:
            self._tables[table] = kept
            self._tables.move_to_end(table)
            while len(self._tables) > 1 and sum(len(one.index) for one in self._tables.values()) > MOST_ROWS:
                self._tables.popitem(last=False)
        places = np.fromiter((kept.index[key] for key in keys), dtype=np.int64, count=len(keys))
        return tuple(column[places] for column in kept.columns)


def _grown(kept: _Table, keys: Sequence[Hashable], missing: Sequence[int], made: Columns) -> _Table:
    """Make a table with further rows; the old one, which others may be reading, stays as it is."""
    index, columns = kept.index, kept.columns
    if len(index) > len(keys) + _SLACK:
        # Most of it belongs to texts that are no longer there.
        wanted = [key for key in keys if key in index]
        columns = tuple(column[[index[key] for key in wanted]] for column in columns)
        index = {key: row for row, key in enumerate(wanted)}
    if columns:
        made = tuple(np.concatenate([old, new]) for old, new in zip(columns, made, strict=True))
    return _Table(index | {keys[place]: len(index) + row for row, place in enumerate(missing)}, made)
