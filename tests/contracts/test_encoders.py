"""What every encoder promises; numbers are checked against plain NumPy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.engine.encoders import Encoder, open_encoder
from matcher.engine.model_files import PACKAGED_MODEL
from matcher.engine.windows import pack_windows, pool

TEXTS = [
    "We make battery cells for city buses.",
    "We develop batteries for electric buses in cities.",
    "An opera singer performs in the old theatre.",
    "7",
    "전고체 배터리를 개발한다",
]
CHECKED = settings(max_examples=15)
some_texts = st.lists(
    st.sampled_from([*TEXTS, "Pilot.", "Wir bauen Sensoren", "..."]), min_size=1, max_size=6
)
any_text = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60)


def test_encoder_gives_unit_rows_of_its_dimension(encoder: Encoder) -> None:
    rows = encoder.encode(TEXTS)

    assert rows.dtype == np.float32
    assert rows.shape == (len(TEXTS), encoder.dimension)
    assert np.sqrt((rows.astype(float) ** 2).sum(axis=1)).tolist() == pytest.approx([1.0] * len(TEXTS))


def test_encoder_of_no_texts_gives_no_rows(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, encoder.dimension)
    assert encoder.count_tokens([]) == []


def test_encoder_finds_likeness(encoder: Encoder) -> None:
    rows = encoder.encode(TEXTS[:3])

    similarities = (rows @ rows.T).astype(float)

    assert similarities[0, 1] > similarities[0, 2] + 0.2


@CHECKED
@given(texts=some_texts)
def test_encoder_gives_the_same_text_the_same_row_in_any_order(encoder: Encoder, texts: list[str]) -> None:
    together = encoder.encode(texts)

    alone = np.stack([encoder.encode([text])[0] for text in texts])

    assert np.abs(together - alone).max() < 1e-5
    assert np.abs(encoder.encode(texts[::-1])[::-1] - together).max() < 1e-5


def test_encoder_keeps_the_order_of_texts_of_any_length(encoder: Encoder) -> None:
    texts = [
        " ".join(["battery", "opera", "sensor", "visa"][place % 4 :]) * (place % 7 + 1) for place in range(70)
    ]

    rows = encoder.encode(texts)

    likest = np.argmax(rows @ encoder.encode([texts[3], texts[64]]).T, axis=0)
    assert [texts[place] for place in likest] == [texts[3], texts[64]]


@CHECKED
@given(text=any_text)
def test_encoder_reads_any_text_twice_alike(encoder: Encoder, text: str) -> None:
    first, second = encoder.encode([text, text])

    assert np.abs(first - second).max() < 1e-6
    assert np.linalg.norm(first) == pytest.approx(1, abs=1e-5)


@CHECKED
@given(texts=st.lists(any_text.map(lambda text: text * 20), min_size=1, max_size=3))
def test_windows_hold_no_more_than_the_encoder_reads(encoder: Encoder, texts: list[str]) -> None:
    windows = [window for window, _ in pack_windows(encoder, texts)]

    assert max(encoder.count_tokens(windows)) <= encoder.window
    assert squeezed("".join(windows)) == squeezed("".join(texts))


@pytest.mark.parametrize(
    "text",
    [
        "배터리 소재 기업은 전고체 전해질을 개발하고 북미 시장에 진출한다 " * 8,
        "電池" * 600,
        "." * 2000,
        "battery " * 600,
        "x" * 5000,
    ],
    ids=["hangul", "ideographs", "stops", "words", "one-word"],
)
def test_windows_hold_texts_whose_letters_are_many_tokens(encoder: Encoder, text: str) -> None:
    windows = [window for window, _ in pack_windows(encoder, [text])]

    assert max(encoder.count_tokens(windows)) <= encoder.window
    assert squeezed("".join(windows)) == squeezed(text)


def test_end_of_a_long_text_counts(encoder: Encoder) -> None:
    start = "We make battery cells for city buses. " * 60
    ends = ("They sing opera in theatres. " * 60, "We sell water filters to farms. " * 60)

    rows = [pooled(encoder, start + end) for end in ends]

    assert float(rows[0] @ rows[1]) < 0.98


def test_pooled_windows_are_the_mean_weighed_by_tokens(encoder: Encoder) -> None:
    text = "We make battery cells for city buses. " * 60 + "They sing opera. " * 60
    windows = pack_windows(encoder, [text])
    vectors = [encoder.encode([window])[0].astype(float) for window, _ in windows]
    total = sum(tokens * vector for vector, (_, tokens) in zip(vectors, windows, strict=True))

    expected = total / np.linalg.norm(total)

    assert len(windows) > 1
    assert np.abs(pooled(encoder, text) - expected).max() < 1e-5


def test_encoder_is_known_by_a_fingerprint(encoder: Encoder) -> None:
    assert open_encoder(encoder.name).fingerprint == encoder.fingerprint
    assert open_encoder("hashing").fingerprint != open_encoder(PACKAGED_MODEL).fingerprint


@pytest.mark.model
def test_packaged_model_counts_word_pieces_without_the_special_ones(packaged_encoder: Encoder) -> None:
    assert packaged_encoder.window == 254
    assert packaged_encoder.dimension == 384
    assert packaged_encoder.count_tokens(["battery", "the U.S.", "한", ""]) == [1, 5, 3, 0]


def pooled(encoder: Encoder, text: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    windows = pack_windows(encoder, [text])
    return pool(encoder.encode([window for window, _ in windows]), [tokens for _, tokens in windows])


def squeezed(text: str) -> str:
    return "".join(text.split())
