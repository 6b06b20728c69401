"""Frozen figures: fitted on shipped texts, kept in a folder per encoder, and never stale when shipped."""

import json
from itertools import combinations, product
from pathlib import Path

import numpy as np
import pytest

from matcher.bridge.gloss import bridge_fingerprint
from matcher.engine.calibration import SHIPPED, Calibration, load_calibration, save_calibration
from matcher.engine.encoders import open_encoder
from matcher.engine.model_files import PACKAGED_MODEL
from matcher.errors import ModelFilesError
from matcher.settings import PROJECT, Settings
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.calibration_fits import fit_on_shipped_texts
from matcher.workflows.calibrations import calibration_folder, calibration_for
from tests.matcher.workflows.builders import (
    PROGRAMS,
    STARTUPS,
    edited,
    write_lines,
    write_parallel,
    write_seed,
)


def write_shipped(folder: Path) -> Path:
    """Write tiny seed files with parallel sentences beside them."""
    return write_parallel(write_seed(folder))


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory, hashing_analyst: LocalAnalyst) -> Calibration:
    """Fit figures on a handful of texts."""
    return fit_on_shipped_texts(write_shipped(tmp_path_factory.mktemp("shipped")), hashing_analyst)


def test_a_fit_has_a_mean_per_side_part_and_language(fitted: Calibration) -> None:
    assert set(fitted.means) == {
        (side, part, language)
        for side in ("profile", "program")
        for part in ("whole", "sentence")
        for language in ("ko", "en", "de", "es")
    }
    assert {(mean.shape, mean.dtype) for mean in fitted.means.values()} == {((256,), np.dtype(np.float32))}
    assert (fitted.encoder, fitted.bridge) == ("hashing-2", bridge_fingerprint())


def test_every_language_has_a_mean_of_its_own(fitted: Calibration) -> None:
    for side, part in product(("profile", "program"), ("whole", "sentence")):
        for one, other in combinations(("ko", "en", "de", "es"), 2):
            assert not np.array_equal(fitted.means[side, part, one], fitted.means[side, part, other])


def test_terms_come_from_parallel_sentences_of_both_sides_and_from_the_real_programs(
    fitted: Calibration,
) -> None:
    terms = {term.removesuffix("s") for term in fitted.terms.weights}

    assert {"bee", "vaccine", "robot", "tram", "battery"} <= terms
    # Everyday sentences are no texts of startups or programs.
    assert "rain" not in terms


def test_a_fit_reads_no_text_of_the_development_benchmark(
    tmp_path: Path, fitted: Calibration, hashing_analyst: LocalAnalyst
) -> None:
    folder = write_shipped(tmp_path)
    zebras = [edited(startup, texts={"en": "Zebras on sledges."}) for startup in STARTUPS]
    write_lines(folder / "eval" / "startups.jsonl", zebras)

    assert fit_on_shipped_texts(folder, hashing_analyst).version == fitted.version


def test_a_fit_depends_on_no_startup_of_an_installation(
    tmp_path: Path, fitted: Calibration, hashing_analyst: LocalAnalyst
) -> None:
    again = fit_on_shipped_texts(write_shipped(tmp_path), hashing_analyst)

    assert again.version == fitted.version
    assert all(np.array_equal(again.means[key], fitted.means[key]) for key in fitted.means)


def test_another_text_gives_another_version(
    tmp_path: Path, fitted: Calibration, hashing_analyst: LocalAnalyst
) -> None:
    folder = write_shipped(tmp_path)
    write_lines(folder / "programs.jsonl", [edited(PROGRAMS[0], text="Zebras on trams.")])

    changed = fit_on_shipped_texts(folder, hashing_analyst)

    assert changed.version != fitted.version


def test_saved_figures_are_loaded_again(tmp_path: Path, fitted: Calibration) -> None:
    save_calibration(fitted, tmp_path / "a")
    loaded = load_calibration(tmp_path / "a", "hashing-2")
    save_calibration(loaded, tmp_path / "b")

    assert (loaded.version, loaded.encoder, loaded.bridge) == (fitted.version, "hashing-2", fitted.bridge)
    assert all(np.array_equal(loaded.means[key], fitted.means[key]) for key in fitted.means)
    assert set(loaded.means) == set(fitted.means)
    # Weights are written to four places; after that nothing changes any more.
    assert loaded.terms.weights == pytest.approx(fitted.terms.weights, abs=5e-5)
    assert (tmp_path / "a" / "terms.json").read_bytes() == (tmp_path / "b" / "terms.json").read_bytes()


def test_means_of_another_encoder_are_left_out(tmp_path: Path, fitted: Calibration) -> None:
    save_calibration(fitted, tmp_path)

    other = load_calibration(tmp_path, "another-encoder")

    assert other.means == {}
    assert other.terms.weights == load_calibration(tmp_path, "hashing-2").terms.weights


def test_calibration_for_takes_the_folder_fitted_here(settings: Settings, fitted: Calibration) -> None:
    before = calibration_for(settings, "hashing-2")
    folder = calibration_folder(settings, "hashing-2")
    save_calibration(fitted, folder)

    after, other = calibration_for(settings, "hashing-2"), calibration_for(settings, "b5c9b60c7a7a67a1")

    assert folder == settings.data_dir / "calibration" / "hashing-2"
    assert (before.version, before.means) == (load_calibration(SHIPPED, "").version, {})
    assert (after.version, other.version) == (fitted.version, before.version)
    assert LocalAnalyst(settings).calibration.version == fitted.version


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "terms.json").unlink(),
        lambda folder: (folder / "terms.json").write_text("{", encoding="utf-8"),
        lambda folder: (folder / "terms.json").write_text("{}", encoding="utf-8"),
        lambda folder: (folder / "terms.json").write_text("[]", encoding="utf-8"),
        lambda folder: (folder / "means.npz").unlink(),
        lambda folder: (folder / "means.npz").write_bytes(b"nonsense"),
    ],
    ids=["no-terms", "broken-terms", "empty-terms", "list-terms", "no-means", "broken-means"],
)
def test_damaged_figures_are_reported(settings: Settings, fitted: Calibration, damage: object) -> None:
    folder = calibration_folder(settings, "hashing-2")
    save_calibration(fitted, folder)
    assert callable(damage)
    damage(folder)

    with pytest.raises(ModelFilesError, match="calibration: hashing-2 cannot be read"):
        calibration_for(settings, "hashing-2")


def test_the_shipped_figures_belong_to_the_packaged_model_and_to_the_bridge_as_it_is() -> None:
    document = json.loads((SHIPPED / "terms.json").read_text(encoding="utf-8"))

    # A failure means: landfall calibrate --out matcher/engine/frozen
    assert document["encoder"] == open_encoder(PACKAGED_MODEL).fingerprint
    assert document["bridge"] == bridge_fingerprint()


def test_the_shipped_figures_have_means_for_the_packaged_model() -> None:
    shipped = load_calibration(SHIPPED, open_encoder(PACKAGED_MODEL).fingerprint)

    assert len(shipped.means) == 16
    assert {mean.shape for mean in shipped.means.values()} == {(384,)}


def test_the_shipped_terms_are_those_of_the_shipped_texts(hashing_analyst: LocalAnalyst) -> None:
    # Terms come from the bridge alone, so any encoder fits the same ones.
    again = fit_on_shipped_texts(PROJECT / "seed_data", hashing_analyst)
    shipped = load_calibration(SHIPPED, "")

    # A failure means: landfall calibrate --out matcher/engine/frozen
    assert {term: round(weight, 4) for term, weight in again.terms.weights.items()} == shipped.terms.weights
    assert again.terms.mean_length == pytest.approx(shipped.terms.mean_length, abs=1e-4)
    assert again.terms.unseen == pytest.approx(shipped.terms.unseen, abs=1e-6)
