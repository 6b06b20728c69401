"""Who reads texts: this process, or one worker that refuses rather than letting people wait."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import numpy as np
import pytest

from matcher.engine.analysis import SourceText, TextAnalysis
from matcher.engine.encoders import HASHING
from matcher.engine.model_files import PACKAGED_MODEL
from matcher.errors import EncoderBusyError
from matcher.settings import PROJECT, Settings
from matcher.workflows.analysts import RETRY_AFTER_SECONDS, EncoderPool, LocalAnalyst, reads_gloss
from models.vocabulary import Language

SOURCES = (
    SourceText("배터리를 재활용합니다. 시애틀에서 실증합니다.", Language.KO),
    SourceText("We recycle batteries.", Language.EN),
    SourceText("Wir bauen Roboter."),
)
PATIENCE = 60.0

IN_THE_PARENT = """
import sys
from pathlib import Path
from matcher.engine.analysis import SourceText
from matcher.settings import Settings
from matcher.workflows.analysts import EncoderPool
from models.vocabulary import Language

def main():
    EncoderPool(Settings(data_dir=Path(sys.argv[1])))
    pool = EncoderPool(Settings(data_dir=Path(sys.argv[1]), encoder="hashing"))
    pool.start()
    read = pool.read([SourceText("We recycle batteries.", Language.EN)])
    pool.close()
    heavy = {"torch", "sentence_transformers", "transformers"} & set(sys.modules)
    print(len(read), sorted(heavy))

if __name__ == "__main__":
    main()
"""


@pytest.fixture(scope="module")
def pool_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a pool where two texts may wait."""
    return Settings(data_dir=tmp_path_factory.mktemp("pool"), encoder=HASHING, queue_limit=2)


@pytest.fixture(scope="module")
def shared_pool(pool_settings: Settings) -> Iterator[EncoderPool]:
    """Start a worker that tests read with; one that kills it gets another."""
    pool = EncoderPool(pool_settings)
    pool.start()
    yield pool
    pool.close()


def wait_until_ready(pool: EncoderPool) -> None:
    """Wait for the worker to be warm."""
    end = time.monotonic() + PATIENCE
    while not pool.ready and time.monotonic() < end:
        time.sleep(0.02)


def same(left: TextAnalysis, right: TextAnalysis) -> bool:
    """Compare two analyses bit by bit."""
    return (
        (left.language, left.sentences, left.terms) == (right.language, right.sentences, right.terms)
        and np.array_equal(left.whole, right.whole)
        and np.array_equal(left.sentence_vectors, right.sentence_vectors)
    )


def read_patiently(pool: EncoderPool) -> tuple[TextAnalysis, ...]:
    """Read, trying again while the pool is busy."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return pool.read(SOURCES)
        except EncoderBusyError:
            assert time.monotonic() < end
            time.sleep(0.05)


def kill_worker() -> int:
    """Kill the one worker process this test process has; give its id."""
    (worker,) = multiprocessing.active_children()
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGKILL)
    return worker.pid


def test_a_local_analyst_is_ready_and_keeps_the_order(hashing_analyst: LocalAnalyst) -> None:
    read = hashing_analyst.read(SOURCES)

    assert hashing_analyst.ready is True
    assert [text.language for text in read] == [Language.KO, Language.EN, Language.DE]
    assert [len(text.sentences) for text in read] == [2, 1, 1]
    assert [float(np.linalg.norm(text.whole)) for text in read] == pytest.approx([1, 1, 1], abs=1e-6)


def test_only_encoders_of_english_are_given_glosses() -> None:
    found = [reads_gloss(name) for name in (HASHING, PACKAGED_MODEL, "models/multilingual")]

    assert found == [True, True, False]


def test_a_pool_becomes_ready_and_reads_what_a_local_analyst_reads(
    shared_pool: EncoderPool, hashing_analyst: LocalAnalyst
) -> None:
    wait_until_ready(shared_pool)

    read = shared_pool.read(SOURCES)

    assert shared_pool.ready is True
    assert [same(left, right) for left, right in zip(read, hashing_analyst.read(SOURCES), strict=True)] == [
        True,
        True,
        True,
    ]
    assert (shared_pool.name, shared_pool.fingerprint) == (hashing_analyst.name, hashing_analyst.fingerprint)
    assert shared_pool.pools.calibration.version == hashing_analyst.calibration.version


def test_starting_twice_keeps_the_worker(shared_pool: EncoderPool) -> None:
    wait_until_ready(shared_pool)
    before = [child.pid for child in multiprocessing.active_children()]

    shared_pool.start()

    assert [child.pid for child in multiprocessing.active_children()] == before


def test_a_mistake_in_a_text_reaches_the_reader_and_leaves_the_worker(
    shared_pool: EncoderPool, hashing_analyst: LocalAnalyst
) -> None:
    with pytest.raises(AttributeError):
        shared_pool.read([None])  # type: ignore[list-item]  # what no caller does

    (read,) = shared_pool.read(SOURCES[1:2])
    assert same(read, hashing_analyst.read(SOURCES[1:2])[0])


def test_a_killed_worker_is_replaced_and_patient_readers_get_their_texts(
    shared_pool: EncoderPool, hashing_analyst: LocalAnalyst
) -> None:
    wait_until_ready(shared_pool)
    long = SourceText("배터리를 재활용하는 공장을 짓습니다. " * 4000, Language.KO)

    with ThreadPoolExecutor(2) as threads:
        lost = [threads.submit(shared_pool.read, [long]) for _ in range(2)]
        time.sleep(0.2)
        killed = kill_worker()
        errors = [reading.exception(PATIENCE) for reading in lost]
    with ThreadPoolExecutor(4) as threads:
        readings = list(threads.map(lambda _: read_patiently(shared_pool), range(8)))

    expected = hashing_analyst.read(SOURCES)
    (worker,) = multiprocessing.active_children()
    assert [type(error) for error in errors] == [EncoderBusyError, EncoderBusyError]
    assert worker.pid != killed
    assert [same(read[0], expected[0]) for read in readings] == [True] * 8


def test_a_full_queue_refuses_at_once_and_closing_ends_the_worker(pool_settings: Settings) -> None:
    before = {child.pid for child in multiprocessing.active_children()}
    pool = EncoderPool(pool_settings)
    gate = Barrier(5)

    def read(_reader: int) -> str:
        gate.wait()
        try:
            pool.read(SOURCES[1:2])
        except EncoderBusyError as error:
            return str(error)
        return "read"

    # The worker starts with the first reader, which takes long enough for all five to arrive.
    cold = pool.ready
    with ThreadPoolExecutor(5) as threads:
        answers = sorted(threads.map(read, range(5)))
    again = pool.read(SOURCES[1:2])
    warm = pool.ready
    pool.close()
    pool.close()

    busy = f"the encoder is busy; try again in {RETRY_AFTER_SECONDS} s"
    assert answers == ["read", "read", busy, busy, busy]
    assert len(again) == 1
    assert (cold, warm, pool.ready) == (False, True, False)
    assert {child.pid for child in multiprocessing.active_children()} == before


def test_the_parent_never_imports_the_model(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(IN_THE_PARENT, encoding="utf-8")

    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path)], cwd=PROJECT, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "1 []\n", "")
