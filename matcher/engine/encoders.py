"""Sentence encoders: text in, unit float32 rows out.

The packaged English model reads glosses; the hashing encoder needs no download and makes tests fast.
"""

import hashlib
import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from matcher.engine.model_files import PACKAGED_MODEL, fingerprint_model, packaged_model_folder

HASHING = "hashing"
BATCH = 32


class Encoder(Protocol):
    """Turns texts into vectors; two texts with the same content get the same row."""

    @property
    def name(self) -> str:
        """Name shown to people."""

    @property
    def fingerprint(self) -> str:
        """Digest of everything that decides the vectors; known without loading the model."""

    @property
    def window(self) -> int:
        """How many tokens one call reads; longer texts must be split."""

    @property
    def dimension(self) -> int:
        """Length of a row."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text, special ones not included."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode texts of at most `window` tokens into (texts, dimension) unit rows."""


class HashingEncoder:
    """Hashed words and letter triples: no model, the same on every machine.

    Source: Weinberger et al. 2009, Feature Hashing, doi:10.1145/1553374.1553516.
    """

    name = HASHING
    fingerprint = "hashing-2"
    window = 256
    dimension = 256

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count words."""
        return [len(_WORD.findall(text)) for text in texts]

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Hash each text's words and letter triples into signed buckets."""
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in _WORD.findall(text.lower()):
                for piece in (word, *(f"{word}"[i : i + 3] for i in range(max(0, len(word) - 2)))):
                    digest = hashlib.blake2b(piece.encode(), digest_size=8).digest()
                    row[digest[0]] += 1.0 if digest[1] & 1 else -1.0
        return unit_rows(rows)


class SentenceTransformerEncoder:
    """A sentence-transformers model from a folder, loaded at the first use."""

    def __init__(self, folder: Path, name: str) -> None:
        """Check the folder's files and take their digest.

        Raises:
            ModelFilesError: a file is missing, changed, or of a kind that could run code.
        """
        self.name = name
        self.folder = folder
        self.fingerprint = fingerprint_model(folder, packaged=name == PACKAGED_MODEL)

    @cached_property
    def _model(self) -> Any:
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415  five seconds of imports
        from transformers.utils.logging import disable_progress_bar  # noqa: PLC0415  as above

        disable_progress_bar()  # type: ignore[no-untyped-call]  # the library leaves it untyped
        return SentenceTransformer(
            str(self.folder), device="cpu", local_files_only=True, trust_remote_code=False
        )

    @property
    def window(self) -> int:
        """Tokens the model reads, less the two special ones."""
        return int(self._model.max_seq_length) - 2

    @property
    def dimension(self) -> int:
        """Length of a row."""
        return int(self._model.get_embedding_dimension())

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count word pieces."""
        if not texts:
            return []
        encoded = self._model.tokenizer(
            list(texts), add_special_tokens=False, truncation=False, padding=False, verbose=False
        )
        return [len(ids) for ids in encoded["input_ids"]]

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode in batches; the library sorts by length and restores the order."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        rows = self._model.encode(
            list(texts), batch_size=BATCH, convert_to_numpy=True, show_progress_bar=False
        )
        return unit_rows(np.asarray(rows, dtype=np.float32))


def open_encoder(name: str) -> Encoder:
    """Open an encoder by its setting: `hashing`, the packaged model's name, or a folder.

    Raises:
        ModelFilesError: there is no such model, or its files are refused.
    """
    if name == HASHING:
        return HashingEncoder()
    if name == PACKAGED_MODEL:
        return SentenceTransformerEncoder(packaged_model_folder(), PACKAGED_MODEL)
    return SentenceTransformerEncoder(Path(name), Path(name).name)


def unit_rows(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scale rows to length one; a row of zeros points along the first axis."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    empty = lengths[:, 0] == 0
    scaled = rows / np.where(lengths == 0, 1, lengths)
    scaled[empty, 0] = 1
    return scaled.astype(np.float32)


_WORD = re.compile(r"\w+")
