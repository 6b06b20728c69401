"""Fit the frozen figures anew: the recipe behind `landfall calibrate`."""

from dataclasses import replace
from itertools import chain
from pathlib import Path

from matcher.engine.analysis import SourceText, TextAnalysis
from matcher.engine.calibration import Calibration, fit_calibration
from matcher.engine.levels import fit_levels
from matcher.engine.policy import DEFAULT_POLICY
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.parallel_texts import LANGUAGES, PROFILES, PROGRAMS, put_together, read_parallel
from matcher.workflows.seeding import shipped_programs
from models.vocabulary import Language


def fit_on_shipped_texts(seed_dir: Path, analyst: LocalAnalyst) -> Calibration:
    """Fit means and term weights on the texts that ship with the product.

    Profiles are put together from the parallel sentences, in every language; programs are the real ones and
    again parallel sentences. No startup of an installation is ever read, nor the development benchmark,
    which stays a test for what is fitted here.
    """
    folder = seed_dir / "parallel"
    profiles = _read(analyst, list(put_together(read_parallel(folder, PROFILES))))
    programs = _read(analyst, list(put_together(read_parallel(folder, PROGRAMS))))
    real = analyst.read(
        [SourceText(program.text, program.language) for program in shipped_programs(seed_dir)]
    )
    fitted = fit_calibration(
        analyst.encoder.fingerprint, chain(*profiles.values()), (*chain(*programs.values()), *real)
    )
    return replace(fitted, levels=fit_levels(fitted, profiles, programs, DEFAULT_POLICY))


def _read(analyst: LocalAnalyst, sources: list[SourceText]) -> dict[Language, list[TextAnalysis]]:
    found: dict[Language, list[TextAnalysis]] = {language: [] for language in LANGUAGES}
    for text in analyst.read(sources):
        found[text.language].append(text)
    return found
