"""Compounds: worked examples, and a comparison with every way to cut a word."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from matcher.bridge.compounds import split_compound

GERMAN = {
    "krebs",
    "zentrum",
    "forschung",
    "forschungs",
    "institut",
    "strom",
    "stromnetz",
    "netz",
    "betreiber",
}
LINKS = ("s", "es", "n", "en", "er")


def split(word: str) -> tuple[str, ...] | None:
    return split_compound(word, GERMAN.__contains__, shortest=4, links=LINKS)


def test_split_takes_the_longest_part_from_the_right() -> None:
    assert split("krebszentrum") == ("krebs", "zentrum")
    assert split("netzbetreiber") == ("netz", "betreiber")


def test_split_skips_linking_letters() -> None:
    assert split_compound(
        "forschungsinstitut", {"forschung", "institut"}.__contains__, shortest=4, links=LINKS
    ) == (
        "forschung",
        "institut",
    )


def test_split_needs_every_part_to_be_known() -> None:
    assert split("krebsklinik") is None
    assert split("krebs") is None
    assert split("") is None


def test_split_does_not_try_a_dead_end_twice() -> None:
    assert split_compound("x" + "a" * 40, {"a", "aa", "aaa"}.__contains__, shortest=1) is None


def test_split_gives_up_on_what_is_no_word() -> None:
    assert split("krebs" * 1000) is None


@given(st.text(alphabet="abc", max_size=8), st.sets(st.text(alphabet="abc", min_size=2, max_size=3)))
def test_split_finds_one_exactly_when_some_cut_exists(word: str, known: set[str]) -> None:
    cuts = [
        [word[a:b] for a, b in zip((0, *places), (*places, len(word)), strict=True)]
        for count in range(1, len(word))
        for places in combinations(range(1, len(word)), count)
    ]

    parts = split_compound(word, known.__contains__, shortest=2)

    assert (parts is not None) == any(known.issuperset(cut) for cut in cuts)
    assert parts is None or ("".join(parts) == word and known.issuperset(parts))
