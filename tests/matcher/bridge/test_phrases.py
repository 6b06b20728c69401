"""Longest match: worked examples, and a comparison with trying every phrase."""

from hypothesis import given
from hypothesis import strategies as st

from matcher.bridge.phrases import Hit, PhraseIndex

WORDS = st.text(alphabet="ab", min_size=1, max_size=2)
PHRASES = st.lists(WORDS, min_size=1, max_size=3).map(tuple)


def longest_by_trying(
    phrases: dict[tuple[str, ...], int], separator: str, words: list[str], start: int
) -> Hit[int] | None:
    """Compare every stretch of the words with every phrase."""
    best = None
    for end in range(start + 1, len(words) + 1):
        for phrase, value in phrases.items():
            if separator.join(phrase) == separator.join(words[start:end]):
                best = Hit(end, value)
    return best


@given(
    st.dictionaries(PHRASES, st.integers(), max_size=8),
    st.sampled_from(["", " "]),
    st.lists(WORDS, max_size=6),
)
def test_longest_agrees_with_trying_every_phrase(
    phrases: dict[tuple[str, ...], int], separator: str, words: list[str]
) -> None:
    index = PhraseIndex(phrases, separator)

    found = [index.longest(words, start) for start in range(len(words))]

    assert found == [longest_by_trying(phrases, separator, words, start) for start in range(len(words))]


def test_longest_prefers_the_longer_phrase() -> None:
    index = PhraseIndex({("market",): 1, ("market", "entry"): 2, ("entry", "fee", "waiver"): 3}, " ")

    assert index.longest(["market", "entry", "fee"], 0) == Hit(2, 2)
    assert index.longest(["market", "entry", "fee"], 1) is None


def test_without_separator_words_may_be_cut_anywhere() -> None:
    index = PhraseIndex({("고형", "암"): 1}, "")

    assert index.longest(["고", "형", "암"], 0) == Hit(3, 1)
    assert index.get("고형암") == 1


def test_with_separator_words_stay_whole() -> None:
    index = PhraseIndex({("so", "lid"): 1}, " ")

    assert index.longest(["solid"], 0) is None
