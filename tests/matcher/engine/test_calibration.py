"""Frozen figures: fitted by hand-checkable means, written, read back, refused where damaged."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.bridge.gloss import bridge_fingerprint
from matcher.engine.analysis import TextAnalysis
from matcher.engine.calibration import (
    PROFILE,
    PROGRAM,
    SHIPPED,
    Calibration,
    fit_calibration,
    load_calibration,
    save_calibration,
)
from matcher.engine.lexical import TermWeights
from matcher.engine.model_files import fingerprint_model, packaged_model_folder
from matcher.errors import ModelFilesError
from models.vocabulary import Language

MakeAnalysis = Callable[..., TextAnalysis]
AXES = ((1.0, 0.0), (0.0, 1.0), (0.6, 0.8))


@pytest.fixture
def saved(tmp_path: Path) -> tuple[Calibration, Path]:
    """Figures for an encoder called `enc`, written to a folder."""
    means = {(PROGRAM, "whole", "ko"): np.array([0.5, 0.25], dtype=np.float32)}
    terms = TermWeights({"전지": 1.23456, "cell": 0.5}, 3.1234567, 101.62)
    calibration = Calibration("v1", "enc", means, terms, "bridge")
    folder = tmp_path / "figures" / "deep"
    save_calibration(calibration, folder)
    return calibration, folder


def test_fit_calibration_leans_a_language_on_all_of_its_side(make_analysis: MakeAnalysis) -> None:
    profiles = [make_analysis((1, 0)), make_analysis((0, 1), language=Language.KO)]

    means = fit_calibration("enc", profiles, []).means

    # One text of eleven is its own: 1/11 of (1, 0) and 10/11 of the mean (1/2, 1/2).
    assert means[PROFILE, "sentence", "en"].tolist() == pytest.approx([6 / 11, 5 / 11])
    assert means[PROFILE, "sentence", "ko"].tolist() == pytest.approx([5 / 11, 6 / 11])
    assert means[PROFILE, "sentence", "de"].tolist() == pytest.approx([0.5, 0.5])
    assert {side for side, _, _ in means} == {PROFILE}


def test_fit_calibration_leaves_whole_texts_most_of_the_english_mean(make_analysis: MakeAnalysis) -> None:
    profiles = [make_analysis((1, 0)), make_analysis((0, 1), language=Language.KO)]

    means = fit_calibration("enc", profiles, []).means

    # English leans to (6/11, 5/11): 0.3 of it is taken away, and from the others what they differ besides.
    assert means[PROFILE, "whole", "en"].tolist() == pytest.approx([0.3 * 6 / 11, 0.3 * 5 / 11])
    assert means[PROFILE, "whole", "ko"].tolist() == pytest.approx([(5 - 4.2) / 11, (6 - 3.5) / 11])
    assert means[PROFILE, "whole", "de"].tolist() == pytest.approx([(5.5 - 4.2) / 11, (5.5 - 3.5) / 11])


def test_fit_calibration_means_sentences_by_themselves(make_analysis: MakeAnalysis) -> None:
    program = make_analysis((1, 0), {"a": (0, 1), "b": (0.6, 0.8)})

    means = fit_calibration("enc", [], [program]).means

    assert means[PROGRAM, "whole", "en"].tolist() == pytest.approx([0.3, 0.0])
    assert means[PROGRAM, "sentence", "en"].tolist() == pytest.approx([0.3, 0.9])


def test_fit_calibration_weighs_terms_over_both_sides(make_analysis: MakeAnalysis) -> None:
    fitted = fit_calibration("enc", [make_analysis(terms=["cell", "bus"])], [make_analysis(terms=["cell"])])

    assert fitted.terms.mean_length == 1.5
    assert sorted(fitted.terms.weights) == ["bus", "cell"]
    assert fitted.bridge == bridge_fingerprint()


def test_fit_calibration_names_its_version_by_content(make_analysis: MakeAnalysis) -> None:
    texts = [make_analysis((1, 0), terms=["cell"]), make_analysis((0, 1))]

    first, again = fit_calibration("enc", texts, []), fit_calibration("enc", texts, [])

    assert first.version == again.version
    assert len(first.version) == 12
    assert len({
        first.version,
        fit_calibration("other", texts, []).version,
        fit_calibration("enc", texts[:1], []).version,
        fit_calibration("enc", [], texts).version,
    }) == 4  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from(AXES), st.sampled_from(list(Language))), min_size=1, max_size=12))
def test_fit_calibration_agrees_with_plain_python(
    make_analysis: MakeAnalysis, texts: list[tuple[tuple[float, float], Language]]
) -> None:
    fitted = fit_calibration("enc", [make_analysis(row, language=known) for row, known in texts], [])

    overall = average([row for row, _ in texts])
    expected = {}
    for language in Language:
        own = [row for row, known in texts if known is language]
        share = len(own) / (len(own) + 10)
        expected[language] = [
            share * mine + (1 - share) * whole
            for mine, whole in zip(average(own) if own else overall, overall, strict=True)
        ]
    for language, mean in expected.items():
        kept = [row - 0.7 * english for row, english in zip(mean, expected[Language.EN], strict=True)]
        found = [fitted.means[PROFILE, part, language.value].tolist() for part in ("sentence", "whole")]
        assert found == [pytest.approx(mean, abs=1e-6), pytest.approx(kept, abs=1e-6)]


def test_correct_subtracts_the_mean_and_scales_to_one(saved: tuple[Calibration, Path]) -> None:
    calibration, _ = saved
    rows = np.array([[0.8, 0.65], [0.5, 0.25]], dtype=np.float32)

    corrected = calibration.correct(rows, PROGRAM, "whole", Language.KO)

    assert corrected.ravel().tolist() == pytest.approx([0.6, 0.8, 1.0, 0.0])


@pytest.mark.parametrize(
    ("side", "part", "language"),
    [
        (PROGRAM, "whole", Language.EN),
        (PROGRAM, "sentence", Language.KO),
        (PROFILE, "whole", Language.KO),
    ],
)
def test_correct_without_a_mean_changes_nothing(
    saved: tuple[Calibration, Path], side: str, part: str, language: Language
) -> None:
    rows = np.array([[0.6, 0.8]], dtype=np.float32)

    assert saved[0].correct(rows, side, part, language).tolist() == rows.tolist()


def test_saved_calibration_is_read_back(saved: tuple[Calibration, Path]) -> None:
    calibration, folder = saved

    loaded = load_calibration(folder, "enc")

    assert (loaded.version, loaded.encoder, loaded.bridge) == ("v1", "enc", "bridge")
    assert {key: mean.tolist() for key, mean in loaded.means.items()} == {
        key: mean.tolist() for key, mean in calibration.means.items()
    }
    assert loaded.terms.weights == {"전지": 1.2346, "cell": 0.5}
    assert (loaded.terms.unseen, loaded.terms.mean_length) == (3.123457, 101.62)


def test_means_of_another_encoder_are_left_out(saved: tuple[Calibration, Path]) -> None:
    loaded = load_calibration(saved[1], "another")

    assert (loaded.encoder, loaded.means) == ("another", {})
    assert loaded.terms.of("cell") == 0.5


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("terms.json", b"{"),
        ("terms.json", b"[]"),
        ("terms.json", b"{}"),
        ("terms.json", b"\xff"),
        ("means.npz", b""),
        ("means.npz", b"PK\x03\x04 cut off"),
        ("means.npz", b"not an archive"),
        ("means.npz", None),
        ("terms.json", None),
    ],
)
def test_damaged_calibration_is_refused_by_its_folder(
    saved: tuple[Calibration, Path], name: str, content: bytes | None
) -> None:
    path = saved[1] / name
    path.unlink()
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(ModelFilesError, match=r"^calibration: deep cannot be read: "):
        load_calibration(saved[1], "enc")


def test_calibration_with_pickled_arrays_is_refused(saved: tuple[Calibration, Path]) -> None:
    np.savez(saved[1] / "means.npz", allow_pickle=True, **{"program/whole/ko": np.array([{}])})

    with pytest.raises(ModelFilesError, match=r"^calibration: deep cannot be read: "):
        load_calibration(saved[1], "enc")


def test_shipped_calibration_belongs_to_the_packaged_model_and_this_bridge() -> None:
    encoder = fingerprint_model(packaged_model_folder(), packaged=True)

    shipped = load_calibration(SHIPPED, encoder)

    keys = {
        (side, part, language.value)
        for side in (PROFILE, PROGRAM)
        for part in ("whole", "sentence")
        for language in Language
    }
    assert set(shipped.means) == keys
    assert shipped.bridge == bridge_fingerprint()
    assert json.loads((SHIPPED / "terms.json").read_text(encoding="utf-8"))["version"] == shipped.version


def average(rows: Sequence[tuple[float, float]]) -> list[float]:
    return [sum(column) / len(rows) for column in zip(*rows, strict=True)]
