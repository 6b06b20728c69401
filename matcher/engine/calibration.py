"""Figures fitted once on shipped texts and then frozen: mean vectors and term weights.

Subtracting the mean of a language from each side takes away what all its texts share, the largest gain
measured for glossed Korean. The means come from shipped texts, never from the startups being ranked:
other startups never enter a startup's ranking.
"""

import hashlib
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matcher.bridge.gloss import bridge_fingerprint
from matcher.engine.analysis import TextAnalysis
from matcher.engine.encoders import unit_rows
from matcher.engine.lexical import TermWeights, fit_term_weights
from matcher.errors import ModelFilesError
from models.vocabulary import Language

SHIPPED = Path(__file__).resolve().parent / "frozen"
PROFILE, PROGRAM = "profile", "program"
_OF_ENGLISH = {"whole": 0.3, "sentence": 1.0}
"""How much of the English mean is taken away, beside what a language differs from English.

All of it suits startups; for whole texts of another field, such as papers, the mean of startups is foreign
(docs/bridge.md has the figures).
"""
_LEVEL = (1.0, 0.0)
"""Slope and offset of a signal nothing is known of."""
_SHRINKAGE = 10.0
"""A language with this many texts leans half on its own mean, half on that of all languages."""


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Frozen means and term weights; `encoder` is the fingerprint of the encoder the means belong to.

    `means` maps (side, part, language) to a (dimension,) vector; side is `profile` or `program`, part
    `whole` or `sentence`. A missing mean is zero. `version` is a digest shown by `landfall doctor`;
    `bridge` is the fingerprint of the bridge the texts were glossed with. `levels` maps (signal, language
    of the profile, language of the program) to slope and offset, see `level`.
    """

    version: str
    encoder: str
    means: Mapping[tuple[str, str, str], NDArray[np.float32]]
    terms: TermWeights
    bridge: str = ""
    levels: Mapping[tuple[str, str, str], tuple[float, float]] = field(default_factory=dict)

    def correct(
        self, rows: NDArray[np.float32], side: str, part: str, language: Language
    ) -> NDArray[np.float32]:
        """Subtract the mean of a side, part and language from (rows, dimension) unit rows and rescale."""
        mean = self.means.get((side, part, language.value))
        return rows if mean is None else unit_rows(rows - mean)

    def level(
        self, signal: str, values: NDArray[np.float64], profile: Language, programs: Sequence[Language]
    ) -> NDArray[np.float64]:
        """Bring a signal to the level it would have between English texts.

        A gloss says less than a text, so glossed texts score lower against everything; without this a
        program would rank lower for being written in German.

        Args:
            signal: name of the signal.
            values: (programs,) of one profile.
            profile: language of the profile.
            programs: language of each program.
        """
        pairs = [self.levels.get((signal, profile.value, own.value), _LEVEL) for own in programs]
        slopes, offsets = np.array(pairs, dtype=np.float64).reshape(-1, 2).T
        result: NDArray[np.float64] = slopes * values + offsets
        return result


def fit_calibration(
    encoder: str, profiles: Iterable[TextAnalysis], programs: Iterable[TextAnalysis]
) -> Calibration:
    """Fit means per side and language, shrunk to the side's mean, and term weights over all texts."""
    sides = {PROFILE: list(profiles), PROGRAM: list(programs)}
    means: dict[tuple[str, str, str], NDArray[np.float32]] = {}
    for side, texts in sides.items():
        means |= {
            (side, "whole", language): mean
            for language, mean in _language_means(
                [(text.language, text.whole) for text in texts], "whole"
            ).items()
        }
        parts = [(text.language, row) for text in texts for row in text.sentence_vectors]
        means |= {
            (side, "sentence", language): mean
            for language, mean in _language_means(parts, "sentence").items()
        }
    terms = fit_term_weights([text.terms for texts in sides.values() for text in texts])
    return Calibration(_version(encoder, means, terms), encoder, means, terms, bridge_fingerprint())


def save_calibration(calibration: Calibration, folder: Path) -> None:
    """Write the means as .npz and the term weights as JSON."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {"/".join(key): mean for key, mean in sorted(calibration.means.items())}
    np.savez(folder / "means.npz", **arrays)  # type: ignore[arg-type]  # the stub takes a flag of that name
    terms = calibration.terms
    document = {
        "version": calibration.version,
        "encoder": calibration.encoder,
        "bridge": calibration.bridge,
        "unseen": round(terms.unseen, 6),
        "mean_length": round(terms.mean_length, 4),
        "levels": {
            "/".join(key): [round(slope, 4), round(offset, 4)]
            for key, (slope, offset) in calibration.levels.items()
        },
        "weights": {term: round(weight, 4) for term, weight in terms.weights.items()},
    }
    (folder / "terms.json").write_text(
        json.dumps(document, ensure_ascii=False, indent=0, sort_keys=True) + "\n", encoding="utf-8"
    )


def load_calibration(folder: Path, encoder: str) -> Calibration:
    """Read frozen figures; means that belong to another encoder than this one are left out.

    Raises:
        ModelFilesError: a file is missing or damaged.
    """
    try:
        document = json.loads((folder / "terms.json").read_text(encoding="utf-8"))
        terms = TermWeights(document["weights"], float(document["unseen"]), float(document["mean_length"]))
        version, fitted = str(document["version"]), str(document["encoder"])
        bridge = str(document["bridge"])
        levels = {
            (signal, profile, program): (float(slope), float(offset))
            for key, (slope, offset) in document.get("levels", {}).items()
            for signal, profile, program in [key.split("/")]
            if fitted == encoder
        }
        with (folder / "means.npz").open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            means = {
                (side, part, language): arrays[name].astype(np.float32)
                for name in arrays.files
                for side, part, language in [name.split("/")]
                if fitted == encoder
            }
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise ModelFilesError(f"calibration: {folder.name} cannot be read: {error}") from error
    return Calibration(version, encoder, means, terms, bridge, levels)


def _version(
    encoder: str, means: Mapping[tuple[str, str, str], NDArray[np.float32]], terms: TermWeights
) -> str:
    digest = hashlib.sha256(encoder.encode())
    for key, mean in sorted(means.items()):
        digest.update("/".join(key).encode() + np.round(mean, 4).tobytes())
    digest.update(repr(sorted(terms.weights)).encode())
    return digest.hexdigest()[:12]


def _language_means(
    rows: list[tuple[Language, NDArray[np.float32]]], part: str
) -> dict[str, NDArray[np.float32]]:
    if not rows:
        return {}
    overall = np.mean([row for _, row in rows], axis=0)
    found: dict[str, NDArray[np.float32]] = {}
    for language in Language:
        own = [row for known, row in rows if known is language]
        share = len(own) / (len(own) + _SHRINKAGE)
        mean = share * np.mean(own, axis=0) + (1 - share) * overall if own else overall
        found[language.value] = mean.astype(np.float32)
    kept = (1 - _OF_ENGLISH[part]) * found[Language.EN.value]
    return {language: (mean - kept).astype(np.float32) for language, mean in found.items()}
