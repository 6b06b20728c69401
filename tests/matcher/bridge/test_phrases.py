"""Longest match: worked examples, and a comparison with trying every phrase."""

from hypothesis import given
from hypothesis import strategies as st

from matcher.bridge.phrases import Hit, PhraseIndex, phrase_text

WORDS = st.text(alphabet="ab", min_size=1, max_size=2)
PHRASES = st.lists(st.lists(WORDS, min_size=1, max_size=3), max_size=8)


def make_index(phrases: list[list[str]], separator: str) -> PhraseIndex:
    return PhraseIndex(sorted({phrase_text(phrase, separator) for phrase in phrases}), separator)


def longest_by_trying(phrases: list[list[str]], separator: str, words: list[str], start: int) -> Hit | None:
    """Compare every stretch of the words with every phrase."""
    texts = sorted({phrase_text(phrase, separator) for phrase in phrases})
    hits = [
        Hit(end, place)
        for end in range(start + 1, len(words) + 1)
        for place, text in enumerate(texts)
        if text == phrase_text(words[start:end], separator)
    ]
    return hits[-1] if hits else None


@given(PHRASES, st.sampled_from(["", " "]), st.lists(WORDS, max_size=6))
def test_longest_agrees_with_trying_every_phrase(
    phrases: list[list[str]], separator: str, words: list[str]
) -> None:
    index = make_index(phrases, separator)

    found = [index.longest(words, start) for start in range(len(words))]

    assert found == [longest_by_trying(phrases, separator, words, start) for start in range(len(words))]


def test_longest_prefers_the_longer_phrase() -> None:
    index = make_index([["market"], ["market", "entry"], ["entry", "fee", "waiver"]], " ")

    # Sorted: "entry fee waiver ", "market ", "market entry ".
    assert len(index) == 3
    assert index.longest(["market", "entry", "fee"], 0) == Hit(2, 2)
    assert index.longest(["market", "entry", "fee"], 1) is None


def test_without_separator_words_may_be_cut_anywhere() -> None:
    index = make_index([["고형", "암"]], "")

    assert index.longest(["고", "형", "암"], 0) == Hit(3, 0)
    assert index.get("고형암") == 0
    assert index.get("고형") is None


def test_with_separator_words_stay_whole() -> None:
    index = make_index([["so", "lid"]], " ")

    assert index.longest(["solid"], 0) is None
