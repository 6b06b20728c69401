"""A model chosen by its folder reads the texts themselves; terms and concepts stay with the bridge."""

import json
import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray

from matcher.bridge.gloss import gloss
from matcher.engine.analysis import SourceText
from matcher.engine.calibration import fit_calibration, save_calibration
from matcher.engine.encoders import open_encoder, unit_rows
from matcher.engine.scoring import build_pool, dense_signal
from matcher.engine.values import ProgramProfile, StartupFacts
from matcher.settings import Settings
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.calibrations import calibration_folder
from matcher.workflows.matching import loose_pool, match_in_pool
from models.vocabulary import Language

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

KOREAN = "폐배터리를 재활용하는 공정을 개발합니다."
SECOND = "시애틀에서 실증 고객을 찾습니다."
SOURCES = [
    SourceText(KOREAN, Language.KO),
    SourceText("Wir recyceln alte Batterien.", Language.DE),
    SourceText("Reciclamos baterías usadas.", Language.ES),
    SourceText("We recycle used batteries.", Language.EN),
]
PROGRAMS = (
    ProgramProfile("alpha", "Alpha", "Alpha\nWe open a battery recycling plant to pilots.", Language.EN),
    ProgramProfile("beta", "Beta", "Beta\nZuschüsse für Kliniken.", Language.DE),
)


@pytest.fixture(scope="module")
def plain_model(multilingual_model: Path) -> "SentenceTransformer":
    """Open the model without any of our code."""
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - seconds of imports

    return SentenceTransformer(str(multilingual_model), device="cpu", local_files_only=True)


@pytest.fixture
def chosen(tmp_path: Path, multilingual_model: Path) -> Settings:
    """Give the settings of an installation with this model."""
    return Settings(data_dir=tmp_path / "data", encoder=str(multilingual_model))


def encode(model: "SentenceTransformer", *texts: str) -> NDArray[np.float32]:
    """Encode texts into unit rows without any of our code."""
    rows = model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
    return np.asarray(rows, dtype=np.float32)


def test_the_folder_is_opened_under_its_own_name(multilingual_model: Path) -> None:
    encoder = open_encoder(str(multilingual_model))

    assert (encoder.name, encoder.window, encoder.dimension) == ("multilingual", 126, 32)
    # Hangul is taken apart into its letters.
    assert encoder.count_tokens(["배터리", "battery", ""]) == [6, 7, 0]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.language)
def test_vectors_are_those_of_the_text_itself(
    chosen: Settings, plain_model: "SentenceTransformer", source: SourceText
) -> None:
    (read,) = LocalAnalyst(chosen).read([source])

    assert np.abs(read.whole - encode(plain_model, source.text)[0]).max() < 1e-5
    assert np.abs(read.sentence_vectors - encode(plain_model, source.text)).max() < 1e-5


def test_the_gloss_would_have_given_another_vector(
    chosen: Settings, plain_model: "SentenceTransformer"
) -> None:
    (read,) = LocalAnalyst(chosen).read(SOURCES[:1])
    glossed = gloss(KOREAN, Language.KO).text

    assert "batter" in glossed
    assert np.abs(read.whole - encode(plain_model, glossed)[0]).max() > 1e-2


def test_each_sentence_has_its_own_vector(chosen: Settings, plain_model: "SentenceTransformer") -> None:
    (read,) = LocalAnalyst(chosen).read([SourceText(f"{KOREAN}\n{SECOND}", Language.KO)])

    assert read.sentences == (KOREAN, SECOND)
    assert np.abs(read.sentence_vectors - encode(plain_model, KOREAN, SECOND)).max() < 1e-5
    assert np.abs(read.whole - encode(plain_model, f"{KOREAN} {SECOND}")[0]).max() < 1e-5


def test_terms_and_concepts_are_those_of_the_bridge(chosen: Settings, hashing_analyst: LocalAnalyst) -> None:
    for own, bridged in zip(LocalAnalyst(chosen).read(SOURCES), hashing_analyst.read(SOURCES), strict=True):
        assert (own.terms, own.spans, own.concepts) == (bridged.terms, bridged.spans, bridged.concepts)
        assert any("batter" in span.concept for sentence in own.spans for span in sentence)
        assert own.terms != ()


def test_analyses_are_kept_apart_from_those_of_any_other_encoder(
    chosen: Settings, hashing_analyst: LocalAnalyst
) -> None:
    analyst = LocalAnalyst(chosen)

    assert analyst.bridged is False
    assert analyst.fingerprint not in {hashing_analyst.fingerprint, analyst.encoder.fingerprint}


def test_no_mean_is_subtracted_until_one_was_fitted(
    chosen: Settings, plain_model: "SentenceTransformer"
) -> None:
    before = LocalAnalyst(chosen)
    (profile,) = before.read(SOURCES[:1])
    texts = before.read([SourceText(program.text, program.language) for program in PROGRAMS])
    fitted = fit_calibration(before.encoder.fingerprint, [profile, *before.read(SOURCES[1:])], texts)
    plain = dense_signal(build_pool(PROGRAMS, texts, before.calibration), profile)

    save_calibration(fitted, calibration_folder(chosen, before.encoder.fingerprint))
    after = LocalAnalyst(chosen)

    # The name and the text of a program stand on lines of their own, and are joined by a space.
    programs = encode(plain_model, *(program.text.replace("\n", " ") for program in PROGRAMS))
    assert before.calibration.means == {}
    assert plain.tolist() == pytest.approx((programs @ encode(plain_model, KOREAN)[0]).tolist(), abs=1e-5)
    assert after.calibration.version == fitted.version
    corrected = unit_rows(
        programs - np.stack([fitted.means["program", "whole", each] for each in ("en", "de")])
    )
    own = unit_rows(encode(plain_model, KOREAN) - fitted.means["profile", "whole", "ko"])[0]
    found = dense_signal(build_pool(PROGRAMS, texts, after.calibration), profile)
    assert found.tolist() == pytest.approx((corrected @ own).tolist(), abs=1e-4)
    assert after.fingerprint == before.fingerprint


def test_a_prompt_the_model_names_itself_stands_before_every_text(
    tmp_path: Path, multilingual_model: Path, plain_model: "SentenceTransformer"
) -> None:
    folder = tmp_path / "prompted"
    shutil.copytree(multilingual_model, folder)
    file = folder / "config_sentence_transformers.json"
    config = json.loads(file.read_text(encoding="utf-8"))
    prompts = {"prompts": {"query": "query: "}, "default_prompt_name": "query"}
    file.write_text(json.dumps(config | prompts), encoding="utf-8")

    encoder = open_encoder(str(folder))

    assert np.abs(encoder.encode([KOREAN]) - encode(plain_model, f"query: {KOREAN}")).max() < 1e-5
    assert encoder.fingerprint != open_encoder(str(multilingual_model)).fingerprint


def test_a_match_has_words_concepts_and_evidence(chosen: Settings) -> None:
    analyst = LocalAnalyst(chosen)

    result = match_in_pool(
        loose_pool(PROGRAMS, analyst), analyst, KOREAN, None, StartupFacts(), today=date(2026, 6, 30)
    )

    alpha = next(match for match in result.matches if match.program.id == "alpha")
    signals = dict(alpha.signals)
    assert (result.encoder, result.language) == ("multilingual", Language.KO)
    assert signals["lexical"] > 0
    assert signals["concepts"] > 0
    assert [pair.profile for pair in alpha.evidence] == [KOREAN]
