"""Texts are brought into one form; what breaks storage is refused, what only hides is taken out."""

import sys
import unicodedata

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from matcher.engine.cleaning import MAX_CHARACTERS, clean_text
from matcher.errors import FieldError

FILLERS = "\u115f\u1160\u3164\uffa0\u17b4\u17b5"
SELECTORS = "\u034f\u180b\u180c\u180d\u180f\ufe00\ufe0f\U000e0100\U000e01ef"
VISIBLE_FORMATS = ("ARABIC", "SYRIAC", "KAITHI", "EGYPTIAN")
"""Scripts whose format characters are seen: they enclose numbers or stack signs."""
HIDDEN = FILLERS + "".join(
    character
    for character in map(chr, range(sys.maxunicode + 1))
    if unicodedata.category(character) == "Cf"
    and not unicodedata.name(character, "").startswith(VISIBLE_FORMATS)
)

plain = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
awkward = st.sampled_from(
    [*"aé1 \n\t\r\x85\x0b\u2028\u3000\u0301\u1100\u1161\u11a8가", *SELECTORS, *HIDDEN[:40]]
)
texts = st.text(plain | awkward, max_size=60)


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("  a \t b  ", "a b"),
        ("a\r\nb\rc\u2028d\x85e", "a\nb\nc\nd\ne"),
        ("line one \x0b still\x1b[0m", "line one still [0m"),
        ("de\u0301ja\u0300", "déjà"),
        ("e\u034f\u0301", "é"),
        ("\u1103\u1162\u110c\u1165\u11ab", "대전"),
        ("\u1103\u200d\u1162", "대"),
        ("배터\u200b리\ufeff", "배터리"),
        ("배\u3164터\uffa0리", "배터리"),
        ("battery\U000e0062\U000e0061\U000e0064", "battery"),
        ("a\u202eb\u2066c", "abc"),
        ("so\u00adlar", "solar"),
        ("ok 👍\ufe0f 3", "ok 👍 3"),
        ("전각 Ａ１", "전각 Ａ１"),
    ],
)
def test_clean_text_gives_the_form_that_is_ranked(raw: str, clean: str) -> None:
    assert clean_text(raw, "text") == clean


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("a\x00b", "holds a NUL character"),
        ("a\ud800b", "holds half a character (a lone surrogate)"),
        ("\udfff", "holds half a character (a lone surrogate)"),
        ("", "is empty"),
        (" \n\t ", "is empty"),
        ("\u200b\u3164\U000e0041", "is empty"),
        ("👍🚀 !!!", "holds no letter and no digit"),
        ("가" * 10_000_000, "longer than 200,000 characters"),
        ("\u200b" * 10_000_000, "longer than 200,000 characters"),
        ("a" * (MAX_CHARACTERS + 1), "longer than 200,000 characters"),
    ],
    ids=lambda value: value[:12].encode("unicode_escape").decode(),
)
def test_clean_text_refuses_poison_naming_the_field(raw: str, reason: str) -> None:
    with pytest.raises(FieldError) as refused:
        clean_text(raw, "startup.text")

    assert (refused.value.field, refused.value.reason) == ("startup.text", reason)


def test_clean_text_takes_the_longest_text_and_counts_after_cleaning() -> None:
    longest = "a" * MAX_CHARACTERS

    assert clean_text(longest + " " * 1000, "text") == longest


def test_clean_text_takes_another_limit() -> None:
    with pytest.raises(FieldError, match="reason: longer than 5 characters"):
        clean_text("abcdef", "reason", limit=5)


def test_clean_text_takes_out_every_invisible_format_character() -> None:
    assert clean_text(f"a{HIDDEN}b{SELECTORS}c", "text") == "abc"


@given(texts)
def test_clean_text_is_idempotent(raw: str) -> None:
    try:
        once = clean_text(raw, "text")
    except FieldError:
        reject()

    assert clean_text(once, "text") == once


@given(texts)
def test_clean_text_agrees_with_one_character_at_a_time(raw: str) -> None:
    try:
        clean = clean_text(raw, "text")
    except FieldError:
        reject()

    assert clean == slowly_cleaned(raw)


def slowly_cleaned(raw: str) -> str:
    left = [c for c in raw if c not in HIDDEN and "VARIATION SELECTOR" not in unicodedata.name(c, "")]
    left = [
        c
        for c in left
        if c != "\u034f" and not 0xFFF0 <= ord(c) <= 0xFFF8 and not 0xE0000 <= ord(c) <= 0xE0FFF
    ]
    composed = unicodedata.normalize("NFC", "".join(c for c in left if ord(c) not in range(0x2060, 0x2070)))
    found = ""
    for c in composed.replace("\r\n", "\n"):
        if c in "\r\n\u2028\u2029\x85":
            found += "\n"
        elif not c.isspace() and unicodedata.category(c) != "Cc":
            found += c
        elif not found.endswith(" "):
            found += " "
    return found.strip()
