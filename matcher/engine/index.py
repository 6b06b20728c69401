"""Vector indexes: all inner products of one query with every row.

Always one query at a time: matrix products over several queries round differently in the last digit,
and then one startup's scores would depend on which others were asked with it.
"""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from matcher.errors import ShapeMismatchError


class VectorIndex(Protocol):
    """Inner products against a fixed set of rows."""

    def similarities(self, query: NDArray[np.float32]) -> NDArray[np.float32]:
        """Give the inner product of a (dimension,) query with every row: (rows,)."""


class ExactIndex:
    """Plain NumPy: the reference every other index is compared with."""

    def __init__(self, rows: NDArray[np.float32]) -> None:
        """Keep (rows, dimension) float32 rows."""
        self._rows = rows

    def similarities(self, query: NDArray[np.float32]) -> NDArray[np.float32]:
        """Give the inner product with every row."""
        _check(self._rows, query)
        return np.asarray(self._rows @ query, dtype=np.float32)


class FaissIndex:
    """FAISS `IndexFlatIP`, rebuilt from the rows; exact search over all of them."""

    def __init__(self, rows: NDArray[np.float32]) -> None:
        """Build the index from (rows, dimension) float32 rows."""
        import faiss  # noqa: PLC0415  loaded with the first index, not with the module

        self._rows = rows
        self._index = faiss.IndexFlatIP(rows.shape[1])
        self._index.add(np.ascontiguousarray(rows, dtype=np.float32))

    def similarities(self, query: NDArray[np.float32]) -> NDArray[np.float32]:
        """Give the inner product with every row."""
        _check(self._rows, query)
        found = np.zeros(len(self._rows), dtype=np.float32)
        if len(self._rows):
            values, places = self._index.search(query[np.newaxis, :], len(self._rows))
            found[places[0]] = values[0]
        return found


def _check(rows: NDArray[np.float32], query: NDArray[np.float32]) -> None:
    if query.shape != rows.shape[1:]:
        raise ShapeMismatchError(f"query {query.shape}, rows {rows.shape}")
