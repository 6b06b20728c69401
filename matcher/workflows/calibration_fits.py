"""Fit the frozen figures anew: the recipe behind `landfall calibrate`."""

from pathlib import Path

from matcher.engine.analysis import SourceText
from matcher.engine.calibration import Calibration, fit_calibration
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.graded_collections import read_collection
from matcher.workflows.seeding import shipped_programs


def fit_on_shipped_texts(seed_dir: Path, analyst: LocalAnalyst) -> Calibration:
    """Fit means and term weights on the texts that ship with the product.

    Profiles are the texts of the development benchmark in every language, programs are its programs and
    the real ones. No startup of an installation is ever read.
    """
    collection = read_collection(seed_dir / "eval")
    profiles = [
        SourceText(text, language)
        for startup in collection.startups
        for language, text in sorted(startup.texts.items())
    ]
    programs = [
        SourceText(program.text, program.language)
        for program in (*collection.programs, *shipped_programs(seed_dir))
    ]
    return fit_calibration(analyst.encoder.fingerprint, analyst.read(profiles), analyst.read(programs))
