"""Hangul in Latin letters: words a person can check, and all syllables against their Unicode names."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.bridge.hangul import in_latin_letters

FIRST, LAST, FINALS = ord("가"), ord("힣"), 28
SYLLABLES = st.characters(min_codepoint=FIRST, max_codepoint=LAST)


@pytest.mark.parametrize(
    ("word", "latin"),
    [
        ("서울", "seoul"),
        ("톰", "tom"),
        ("부산", "busan"),
        # ㅡ between foreign consonants is no vowel; alone or before a final consonant it is one.
        ("프라운호퍼", "praunhopeo"),
        ("스크래치", "skraechi"),
        ("그", "geu"),
        ("은", "eun"),
        # ㄹㄹ is one foreign l, a single ㄹ an r.
        ("빌라", "bila"),
        ("나라", "nara"),
        ("CAR-은 3", "CAR-eun 3"),
        ("", ""),
    ],
)
def test_words_in_latin_letters(word: str, latin: str) -> None:
    assert in_latin_letters(word) == latin


def test_open_syllables_are_written_as_unicode_names_them() -> None:
    """Unicode spells by an older rule; the letters that differ are put right here."""
    newer = {"gg": "kk", "dd": "tt", "bb": "pp", "c": "ch", "weo": "wo", "yi": "ui"}
    for code in range(FIRST, LAST + 1, FINALS):
        expected = unicodedata.name(chr(code)).removeprefix("HANGUL SYLLABLE ").lower()
        for old, new in newer.items():
            expected = expected.replace(old, new)
        assert in_latin_letters(chr(code)) == expected


def test_a_syllable_with_a_final_ends_in_one_of_seven_sounds() -> None:
    for code in range(FIRST, LAST + 1):
        final = (code - FIRST) % FINALS
        bare, written = in_latin_letters(chr(code - final)), in_latin_letters(chr(code))
        assert written.removeprefix(bare) in ({"k", "n", "t", "l", "m", "p", "ng"} if final else {""})


@given(st.text(alphabet=st.characters() | SYLLABLES))
def test_no_syllable_is_left_and_all_else_stands(text: str) -> None:
    written = in_latin_letters(text)

    assert not any(FIRST <= ord(character) <= LAST for character in written)
    others = [character for character in text if not FIRST <= ord(character) <= LAST]
    remaining = iter(written)
    assert all(character in remaining for character in others)


@given(st.text(alphabet=st.characters(max_codepoint=FIRST - 1)))
def test_a_text_without_syllables_stands_unchanged(text: str) -> None:
    assert in_latin_letters(text) == text
