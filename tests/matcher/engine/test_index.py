"""What is particular to FAISS; what every index does stands in tests/contracts/test_vector_indexes.py."""

import numpy as np

from matcher.engine.index import ExactIndex, FaissIndex


def test_faiss_index_is_independent_of_the_rows_it_was_built_from() -> None:
    rows = np.array([[1, 0], [0, 1]], dtype=np.float32)
    index = FaissIndex(rows)

    rows[:] = 0

    assert index.similarities(np.array([0.5, 0.25], dtype=np.float32)).tolist() == [0.5, 0.25]


def test_faiss_index_takes_rows_that_are_not_contiguous() -> None:
    rows = np.arange(12, dtype=np.float32).reshape(3, 4)[:, ::2]
    query = np.array([1, 2], dtype=np.float32)

    assert FaissIndex(rows).similarities(query).tolist() == ExactIndex(rows).similarities(query).tolist()
