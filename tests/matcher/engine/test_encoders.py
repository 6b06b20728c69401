"""The hashing encoder by plain Python, the choice of an encoder by its setting, and unit rows."""

import hashlib
import math
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from matcher.engine.encoders import HashingEncoder, SentenceTransformerEncoder, open_encoder, unit_rows
from matcher.engine.model_files import fingerprint_model
from matcher.errors import ModelFilesError

values = st.just(0.0) | st.floats(min_value=0.0625, max_value=8, width=32).flatmap(
    lambda value: st.sampled_from([value, -value])
)
matrices = arrays.arrays(np.float32, st.tuples(st.integers(0, 4), st.integers(1, 5)), elements=values)
texts = st.text(st.sampled_from(list("abc세포 -3é")), max_size=20)


def test_hashing_encoder_is_opened_without_a_model() -> None:
    encoder = open_encoder("hashing")

    assert (encoder.name, encoder.fingerprint, encoder.dimension) == ("hashing", "hashing-2", 256)


def test_hashing_encoder_finds_shared_words_alike() -> None:
    battery, cells, opera = HashingEncoder().encode(
        ["battery cells for buses", "cells of a battery", "an opera singer"]
    )

    assert float(battery @ cells) > 0.5 > float(battery @ opera)


def test_hashing_encoder_reads_a_text_of_no_words() -> None:
    assert HashingEncoder().encode(["..."])[0].tolist() == [1.0] + [0.0] * 255


@given(texts)
def test_hashing_encoder_agrees_with_plain_python(text: str) -> None:
    counts = [0.0] * 256
    for word in re.findall(r"\w+", text.lower()):
        triples = [word[start : start + 3] for start in range(len(word) - 2)]
        for piece in [word, *triples]:
            digest = hashlib.blake2b(piece.encode(), digest_size=8).digest()
            counts[digest[0]] += 1 if digest[1] % 2 else -1
    length = math.sqrt(sum(count * count for count in counts))
    expected = [count / length for count in counts] if length else [1.0] + [0.0] * 255

    assert HashingEncoder().encode([text])[0].tolist() == pytest.approx(expected, abs=1e-6)


def test_hashing_encoder_counts_words() -> None:
    assert HashingEncoder().count_tokens(["two words", "", "a-b 대전"]) == [2, 0, 3]


def test_unit_rows_worked_example() -> None:
    rows = np.array([[3, 4], [0, 0], [0, -2]], dtype=np.float32)

    found = unit_rows(rows)

    assert found.ravel().tolist() == pytest.approx([0.6, 0.8, 1, 0, 0, -1])


@given(matrices)
def test_unit_rows_have_length_one_and_keep_their_direction(
    rows: np.ndarray[tuple[int, int], np.dtype[np.float32]],
) -> None:
    before = rows.copy()

    found = unit_rows(rows)

    lengths = [math.sqrt(sum(float(value) ** 2 for value in row)) for row in rows]
    expected = [
        [float(value) / length for value in row] if length else [1.0] + [0.0] * (len(row) - 1)
        for row, length in zip(rows, lengths, strict=True)
    ]
    assert found.dtype == np.float32
    assert np.array_equal(rows, before)
    assert found.tolist() == [pytest.approx(row, abs=1e-6) for row in expected]


def test_open_encoder_takes_a_folder_without_loading_it(tiny_model: Path) -> None:
    encoder = open_encoder(str(tiny_model))

    assert isinstance(encoder, SentenceTransformerEncoder)
    assert encoder.name == "tiny"
    assert encoder.fingerprint == fingerprint_model(tiny_model, packaged=False)


def test_open_encoder_refuses_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ModelFilesError, match=r"nowhere is not a sentence-transformers model"):
        open_encoder(str(tmp_path / "nowhere"))
