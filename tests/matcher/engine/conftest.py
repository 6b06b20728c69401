"""Builders of small engine values: programs, texts already read, frozen figures, model folders."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from matcher.engine.analysis import ConceptSpan, TextAnalysis
from matcher.engine.calibration import Calibration
from matcher.engine.encoders import unit_rows
from matcher.engine.lexical import TermWeights
from matcher.engine.values import ProgramProfile
from models.vocabulary import Language


@pytest.fixture(scope="session")
def make_program() -> Callable[..., ProgramProfile]:
    """Build an English program of which nothing but its id is known."""

    def build(program_id: str = "alpha", **changes: Any) -> ProgramProfile:
        plain = ProgramProfile(program_id, f"Program {program_id}", "A text.", Language.EN)
        return replace(plain, **changes)

    return build


@pytest.fixture(scope="session")
def make_analysis() -> Callable[..., TextAnalysis]:
    """Build a text already read from vectors of any length, one for the whole and one for each sentence."""

    def build(
        whole: Sequence[float] = (1.0, 0.0),
        sentences: Mapping[str, Sequence[float]] | None = None,
        terms: Sequence[str] = (),
        language: Language = Language.EN,
        concepts: Sequence[str] = (),
    ) -> TextAnalysis:
        told = sentences or {"A sentence made of five words.": whole}
        return TextAnalysis(
            language,
            tuple(told),
            unit_rows(np.array([whole], dtype=np.float32))[0],
            unit_rows(np.array(list(told.values()), dtype=np.float32)),
            tuple(terms),
            (tuple(ConceptSpan(0, 1, key, (key,)) for key in concepts), *[()] * (len(told) - 1)),
        )

    return build


@pytest.fixture(scope="session")
def plain_calibration() -> Calibration:
    """Frozen figures that change nothing: no means, every term weighs the same."""
    return Calibration("plain", "none", {}, TermWeights({}, 1.0, 2.0))


@pytest.fixture
def tiny_model(tmp_path: Path) -> Path:
    """A folder with the files of a sentence-transformers model, a few bytes each."""
    folder = tmp_path / "tiny"
    (folder / "1_Pooling").mkdir(parents=True)
    modules = [
        {"type": "sentence_transformers.models.Transformer", "path": ""},
        {"type": "sentence_transformers.models.Pooling", "path": "1_Pooling"},
    ]
    (folder / "modules.json").write_text(json.dumps(modules), encoding="utf-8")
    (folder / "config.json").write_text('{"model_type": "bert"}', encoding="utf-8")
    (folder / "1_Pooling" / "config.json").write_text('{"pooling_mode_mean_tokens": true}', encoding="utf-8")
    (folder / "model.safetensors").write_bytes(b"weights")
    (folder / "README.md").write_text("A model.", encoding="utf-8")
    return folder
