"""Fit texts of any length into a model's window: pack neighbours, cut only what is too long alone."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from matcher.engine.encoders import Encoder, unit_rows

_WORD_AND_SPACE = re.compile(r"\S+\s*")
_CHARACTERS_PER_TOKEN = 4


def pack_windows(encoder: Encoder, texts: Sequence[str]) -> tuple[tuple[str, int], ...]:
    """Pack consecutive texts into windows.

    Args:
        encoder: counts tokens and has a window.
        texts: at least one text, none empty.

    Returns:
        (window, tokens) pairs in order; every word of the texts is in exactly one window, and no
        window holds more tokens than the encoder reads unless a single word does.
    """
    pieces = [piece for text in texts for piece in _cut(encoder, text)]
    windows: list[tuple[list[str], int]] = []
    for piece, tokens in zip(pieces, encoder.count_tokens(pieces), strict=True):
        if windows and windows[-1][1] + tokens <= encoder.window:
            windows[-1][0].append(piece)
            windows[-1] = (windows[-1][0], windows[-1][1] + tokens)
        else:
            windows.append(([piece], tokens))
    return tuple((" ".join(parts), tokens) for parts, tokens in windows)


def pool(vectors: NDArray[np.float32], tokens: Sequence[int]) -> NDArray[np.float32]:
    """Average the unit rows of a text's windows by their length and scale to length one.

    Args:
        vectors: (windows, dimension) unit rows.
        tokens: tokens of each window, used as weights; a window without tokens counts as one.
    """
    weights = np.maximum(np.asarray(tokens, dtype=np.float32), 1)
    mean: NDArray[np.float32] = (weights @ vectors)[np.newaxis, :]
    row: NDArray[np.float32] = unit_rows(mean)[0]
    return row


def merge_sentences(sentences: Sequence[str], limit: int) -> tuple[str, ...]:
    """Join neighbours so that at most `limit` sentences are left; nothing is dropped."""
    size = -(-len(sentences) // limit)
    if size <= 1:
        return tuple(sentences)
    return tuple(" ".join(sentences[start : start + size]) for start in range(0, len(sentences), size))


def _cut(encoder: Encoder, text: str) -> list[str]:
    """Cut a text that is longer than a window between words; a giant word between characters."""
    # A token covers at least one character, so a short text needs no counting.
    if len(text) <= encoder.window or encoder.count_tokens([text])[0] <= encoder.window:
        return [text]
    words: list[str] = []
    longest = encoder.window * _CHARACTERS_PER_TOKEN
    for word in _WORD_AND_SPACE.findall(text):
        words.extend(word[start : start + longest] for start in range(0, len(word), longest))
    pieces, room = [""], 0
    for word, tokens in zip(words, encoder.count_tokens(words), strict=True):
        if pieces[-1] and room + tokens > encoder.window:
            pieces.append("")
            room = 0
        pieces[-1] += word
        room += tokens
    return [piece.strip() for piece in pieces]
