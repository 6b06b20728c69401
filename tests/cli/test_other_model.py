"""The command with a model of all languages in the place of the one it ships with."""

import json
from pathlib import Path

import numpy as np
import pytest

from matcher.settings import PROJECT
from tests.cli.conftest import Landfall

KOREAN = "폐배터리를 재활용하는 공정을 개발합니다."


@pytest.fixture
def other(tiny_seed: Landfall, multilingual_model: Path) -> Landfall:
    """Give the command with this model and a few of the shipped texts."""
    folder = tiny_seed.folder / "seed_data" / "parallel"
    folder.mkdir()
    for path in (PROJECT / "seed_data" / "parallel").glob("*.tsv"):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        (folder / path.name).write_text("".join(lines[:14]), encoding="utf-8")
    return tiny_seed.having(encoder=str(multilingual_model))


def dense_of(landfall: Landfall) -> dict[str, float]:
    """Match the Korean text and give the meaning signal of each program."""
    landfall.write("a.txt", KOREAN)
    done = landfall.call("match", "a.txt", "--json")
    assert (done.code, done.err) == (0, "")
    return {result["program"]: result["signals"]["dense"] for result in json.loads(done.out)["results"]}


def test_encode_gives_the_models_own_vector_of_the_korean_line(
    other: Landfall, multilingual_model: Path
) -> None:
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - seconds of imports

    done = other.run("encode", "--lang", "ko", "--out", "x.npy", stdin=f"{KOREAN}\n로봇\n".encode())

    model = SentenceTransformer(str(multilingual_model), device="cpu", local_files_only=True)
    own = model.encode([KOREAN, "로봇"], normalize_embeddings=True, show_progress_bar=False)
    assert (done.code, done.out, done.err) == (0, "", "")
    assert np.abs(np.load(other.cwd / "x.npy") - np.asarray(own)).max() < 1e-5


def test_match_keeps_words_concepts_and_evidence(other: Landfall) -> None:
    other.write("a.txt", KOREAN)

    done = other.call("match", "a.txt", "--json")

    document = json.loads(done.out)
    alpha = next(result for result in document["results"] if result["program"] == "alpha")
    assert (done.code, document["encoder"], document["language"]) == (0, "multilingual", "ko")
    assert alpha["signals"]["lexical"] > 0
    assert alpha["signals"]["concepts"] > 0
    assert [pair["profile"] for pair in alpha["evidence"]] == [KOREAN]


def test_calibrate_puts_means_of_this_model_in_force(other: Landfall) -> None:
    before, told = dense_of(other), other.call("doctor", "--json")

    done = other.call("calibrate")

    after, checks = dense_of(other), json.loads(other.call("doctor", "--json").out)
    assert "without means for this model: run landfall calibrate" in told.out
    assert (done.code, done.err.endswith(" for multilingual\n")) == (0, True)
    assert "without means" not in checks["encoder"]["detail"]
    assert set(before) == set(after) == {"alpha", "beta"}
    assert all(abs(after[program] - before[program]) > 1e-3 for program in before)


def test_reindex_reads_every_text_again_for_another_model(other: Landfall) -> None:
    other.having(encoder="hashing").call("migrate")
    other.having(encoder="hashing").call("seed")

    first, second = other.call("reindex"), other.call("reindex")

    # Two programs; the startups of the tiny seed have three texts.
    assert first.err.splitlines()[-1] == "texts: 5 read, all others were stored"
    assert second.err.splitlines()[-1] == "texts: 0 read, all others were stored"
