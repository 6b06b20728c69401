"""What every vector index promises: the inner products plain NumPy gives."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from matcher.engine.index import ExactIndex, FaissIndex, VectorIndex
from matcher.errors import ShapeMismatchError

BuildIndex = Callable[[NDArray[np.float32]], VectorIndex]
values = st.floats(min_value=-1, max_value=1, width=32)
rows_and_query = st.tuples(st.integers(0, 40), st.integers(1, 17)).flatmap(
    lambda shape: st.tuples(
        arrays.arrays(np.float32, shape, elements=values),
        arrays.arrays(np.float32, shape[1:], elements=values),
    )
)


@pytest.fixture(scope="session", params=[ExactIndex, FaissIndex])
def build(request: pytest.FixtureRequest) -> BuildIndex:
    """Build each index there is."""
    index: BuildIndex = request.param
    return index


def test_index_worked_example(build: BuildIndex) -> None:
    rows = np.array([[1, 0], [0.5, 0.25], [0, -1], [0, 0]], dtype=np.float32)

    found = build(rows).similarities(np.array([2, 4], dtype=np.float32))

    assert found.dtype == np.float32
    assert found.tolist() == [2.0, 2.0, -4.0, 0.0]


@given(case=rows_and_query)
def test_index_agrees_with_plain_numpy(
    build: BuildIndex, case: tuple[NDArray[np.float32], NDArray[np.float32]]
) -> None:
    rows, query = case
    expected = (rows.astype(np.float64) * query.astype(np.float64)).sum(axis=1)

    found = build(rows).similarities(query)

    assert found.shape == (len(rows),)
    assert found.tolist() == pytest.approx(expected.tolist(), abs=1e-5)


@given(case=rows_and_query, data=st.data())
def test_index_gives_a_row_the_same_among_others(
    build: BuildIndex, case: tuple[NDArray[np.float32], NDArray[np.float32]], data: st.DataObject
) -> None:
    rows, query = case
    kept = data.draw(st.lists(st.integers(0, max(0, len(rows) - 1)), unique=True)) if len(rows) else []
    everything = build(rows).similarities(query)

    some = build(rows[kept].reshape(len(kept), rows.shape[1])).similarities(query)

    assert some.tolist() == pytest.approx(everything[kept].tolist(), abs=1e-6)


def test_index_of_many_rows_leaves_none_out(build: BuildIndex) -> None:
    rows = np.zeros((5000, 3), dtype=np.float32)
    rows[:, 0] = np.arange(5000) % 97

    found = build(rows).similarities(np.array([1, 0, 0], dtype=np.float32))

    assert found.tolist() == rows[:, 0].tolist()


@pytest.mark.parametrize("shape", [(3,), (1,), (2, 2), ()])
def test_index_refuses_a_query_of_another_shape(build: BuildIndex, shape: tuple[int, ...]) -> None:
    index = build(np.zeros((4, 2), dtype=np.float32))

    with pytest.raises(ShapeMismatchError, match=r"^query \(.*\), rows \(4, 2\)$"):
        index.similarities(np.zeros(shape, dtype=np.float32))
