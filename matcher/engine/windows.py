"""Fit texts of any length into a model's window: pack neighbours, cut only what is too long alone."""

import re
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from matcher.engine.encoders import Encoder, unit_rows

_WORD_AND_SPACE = re.compile(r"\S+\s*")


def pack_windows(encoder: Encoder, texts: Sequence[str]) -> tuple[tuple[str, int], ...]:
    """Pack consecutive texts into windows.

    Args:
        encoder: counts tokens and has a window.
        texts: at least one text, none empty.

    Returns:
        (window, tokens) pairs in order; every word of the texts is in exactly one window, a word longer
        than a window is cut, and no window holds more tokens than the encoder reads unless a single
        character does.
    """
    windows: list[tuple[list[str], int]] = []
    for piece, tokens in _cut(encoder, texts):
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


def _cut(encoder: Encoder, texts: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Give each text with its tokens; cut one that is longer than a window between words."""
    # Always counted: one letter can be several tokens, a Hangul syllable is three in the packaged model.
    for text, tokens in zip(texts, encoder.count_tokens(texts), strict=True):
        if tokens <= encoder.window:
            yield text, tokens
        else:
            yield from _cut_long(encoder, text)


def _cut_long(encoder: Encoder, text: str) -> list[tuple[str, int]]:
    pieces, room = [""], 0
    for word, tokens in _halve(encoder, _WORD_AND_SPACE.findall(text)):
        if pieces[-1] and room + tokens > encoder.window:
            pieces.append("")
            room = 0
        pieces[-1] += word
        room += tokens
    stripped = [piece.strip() for piece in pieces]
    return list(zip(stripped, encoder.count_tokens(stripped), strict=True))


def _halve(encoder: Encoder, words: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Give words with their tokens, halving those longer than a window until they fit."""
    for word, tokens in zip(words, encoder.count_tokens(words), strict=True):
        if tokens <= encoder.window or len(word) == 1:
            yield word, tokens
        else:
            middle = len(word) // 2
            yield from _halve(encoder, (word[:middle], word[middle:]))
