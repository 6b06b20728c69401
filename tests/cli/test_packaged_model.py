"""The command with the model it ships with: the same everywhere, and Korean close to its English."""

import json

import numpy as np
import pytest

from matcher.engine.model_files import PACKAGED_MODEL
from tests.cli.conftest import Landfall

pytestmark = pytest.mark.model
LINES = """전고체 배터리를 만듭니다.
수술용 로봇을 개발합니다.
We make solid-state batteries.
We develop surgical robots.
"""


def test_korean_lines_lie_next_to_their_english(landfall: Landfall) -> None:
    done = landfall.having(encoder=PACKAGED_MODEL).run(
        "encode", "--lang", "auto", "--out", "x.npy", stdin=LINES.encode()
    )

    rows = np.load(landfall.cwd / "x.npy")
    cosines = rows[:2] @ rows[2:].T
    assert (done.code, done.out, done.err) == (0, "", "")
    assert (rows.dtype, rows.shape) == (np.dtype(np.float32), (4, 384))
    assert np.linalg.norm(rows, axis=1).tolist() == pytest.approx([1] * 4, abs=1e-6)
    assert cosines.argmax(axis=1).tolist() == [0, 1]
    assert min(cosines[0, 0], cosines[1, 1]) > 0.6


def test_two_processes_print_the_same_match(tiny_seed: Landfall) -> None:
    tiny_seed.write("a.txt", "폐배터리를 재활용하는 공정을 개발합니다. 독일에서 실증하려 합니다.")

    done = [tiny_seed.having(encoder=PACKAGED_MODEL).run("match", "a.txt", "--json") for _ in range(2)]

    document = json.loads(done[0].out)
    assert done[0] == done[1]
    assert (done[0].code, done[0].err) == (0, "")
    assert (document["encoder"], document["language"]) == (PACKAGED_MODEL, "ko")
    assert [result["program"] for result in document["results"]] == ["alpha", "beta"]
