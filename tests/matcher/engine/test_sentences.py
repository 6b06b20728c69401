"""Texts are split into sentences; nothing that is read gets lost."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.engine.sentences import split_sentences

ABBREVIATED = [
    "Wir liefern z. B. Sensoren und u. a. Filter.",
    "Wir liefern z.B. Sensoren, d.h. Hardware.",
    "Umsatz 3,2 Mio. Euro, ca. 5 Mitarbeiter.",
    "Sales grew 3.5 % to 1.2 million.",
    "매출이 3.5 % 증가했다.",
    "The U.S. market is large.",
    "Acme Inc. is based in St. Louis.",
    "Dr. Kim (Prof. at KAIST) leads it, e.g. the lab.",
    "Entramos en EE.UU. con socios, p. ej. clínicas.",
    "Am 3. Oktober 2024 gegründet.",
    "2021. 3. 15. 설립했다.",
]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("We make cells. They last! Do they? Yes.", ("We make cells.", "They last!", "Do they?", "Yes.")),
        ("배터리를 개발했다. 다음 시장은 북미다.", ("배터리를 개발했다.", "다음 시장은 북미다.")),
        ("電池を作る。 売る。", ("電池を作る。", "売る。")),
        ('He said "Go." Then left.', ('He said "Go."', "Then left.")),
        ("Er sagte: „Gut.“ Dann ging er.", ("Er sagte: „Gut.“", "Dann ging er.")),
        ("(A first.) A second.", ("(A first.)", "A second.")),
        ("Series A\nTRL 6. Next", ("Series A", "TRL 6.", "Next")),
        (
            "• A first thing. Second\n- B\n  ※ 셋째\n▶ 4\n---\n",
            ("A first thing.", "Second", "B", "셋째", "4"),
        ),
        (
            "1. Product line\n2.1. Team of five\n3) Money",
            ("1. Product line", "2.1. Team of five", "3) Money"),
        ),
        ("one line\n\n\nanother", ("one line", "another")),
        ("no end", ("no end",)),
        (
            "Founded in 2024. We sell 12. In April more.",
            ("Founded in 2024.", "We sell 12.", "In April more."),
        ),
        ("! ? ...", ()),
        ("", ()),
    ],
)
def test_split_sentences_worked_example(text: str, sentences: tuple[str, ...]) -> None:
    assert split_sentences(text) == sentences


@pytest.mark.parametrize("text", ABBREVIATED)
def test_split_sentences_keeps_numbers_dates_and_abbreviations_whole(text: str) -> None:
    assert split_sentences(f"{text} And more.") == (text, "And more.")


@given(st.text(st.sampled_from(list('aB1가.!?。"“)(•- \n²ß')) | st.characters(exclude_categories=["Cs"])))
def test_split_sentences_loses_no_letter_and_no_digit(text: str) -> None:
    sentences = split_sentences(text)

    kept = [character for sentence in sentences for character in sentence if character.isalnum()]
    assert kept == [character for character in text if character.isalnum()]


@given(st.text(st.sampled_from(list("aB1가.!? \n•"))))
def test_split_sentences_gives_stripped_lines_that_hold_something(text: str) -> None:
    sentences = split_sentences(text)

    assert all(any(character.isalnum() for character in sentence) for sentence in sentences)
    assert [sentence.strip() for sentence in sentences] == list(sentences)
    assert not any("\n" in sentence for sentence in sentences)


@given(
    st.lists(
        st.lists(st.sampled_from(["wir", "bauen", "Sensoren.", "했다.", "gut!", "why?", "3.5"]), max_size=8)
    )
)
def test_split_sentences_agrees_with_reading_word_by_word(lines: list[list[str]]) -> None:
    expected: list[str] = []
    for line in lines:
        fresh = True
        for word in line:
            if fresh:
                expected.append(word)
            else:
                expected[-1] += f" {word}"
            fresh = word.endswith((".", "!", "?"))

    found = split_sentences("\n".join(" ".join(line) for line in lines))

    assert found == tuple(expected)


@pytest.mark.parametrize("piece", ["a. ", "z. B. ", ". ", '." ', "- ", "1. "])
def test_split_sentences_time_grows_with_the_text_and_not_with_its_square(piece: str) -> None:
    text = piece * (200_000 // len(piece))

    start = time.perf_counter()
    split_sentences(text)

    assert time.perf_counter() - start < 3
