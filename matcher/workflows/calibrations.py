"""Frozen figures: which are in force for an encoder, and how they are fitted anew."""

from pathlib import Path

from matcher.engine.calibration import SHIPPED, Calibration, load_calibration
from matcher.settings import Settings


def calibration_for(settings: Settings, encoder: str) -> Calibration:
    """Give the figures in force: those fitted here for this encoder, else the shipped ones.

    Args:
        settings: names the data folder.
        encoder: the encoder's fingerprint. For an encoder other than the packaged one the shipped term
            weights hold, but no means are subtracted until `landfall calibrate` has fitted them.
    """
    own = calibration_folder(settings, encoder)
    return load_calibration(own if own.is_dir() else SHIPPED, encoder)


def calibration_folder(settings: Settings, encoder: str) -> Path:
    """Name the folder figures fitted here for an encoder are kept in."""
    return settings.data_dir / "calibration" / encoder[:16]
