"""Parallel sentences: read as written, refused with their place, put together by sevens."""

from pathlib import Path

import pytest

from matcher.errors import RecordError
from matcher.workflows.parallel_texts import (
    EVERYDAY,
    LANGUAGES,
    PROFILES,
    PROGRAMS,
    SENTENCES,
    Line,
    put_together,
    read_parallel,
)
from models.vocabulary import Language

SHIPPED = Path(__file__).parents[3] / "seed_data/parallel"
FIRST = ("A battery.", "배터리.", "Eine Batterie.", "Una batería.")
SECOND = ("A robot.", "로봇.", "Ein Roboter.", "Un robot.")


def write(folder: Path, name: str, *lines: str) -> None:
    (folder / f"{name}.tsv").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def test_files_are_read_in_the_order_asked_for(tmp_path: Path) -> None:
    write(tmp_path, "a", "\t".join(FIRST))
    write(tmp_path, "b", "\t".join(SECOND), "\t".join(FIRST))

    assert read_parallel(tmp_path, ("b", "a")) == [SECOND, FIRST, FIRST]
    assert read_parallel(tmp_path, ()) == []


@pytest.mark.parametrize(
    "line",
    [
        "\t".join(FIRST[:3]),
        "\t".join((*FIRST, "more")),
        "A battery.\t \tEine Batterie.\tUna batería.",
        "",
    ],
    ids=["too few", "too many", "blank sentence", "empty line"],
)
def test_bad_lines_are_refused_with_file_and_line(tmp_path: Path, line: str) -> None:
    write(tmp_path, "bad", "\t".join(FIRST), line, "\t".join(SECOND))

    with pytest.raises(RecordError, match="four languages") as refused:
        read_parallel(tmp_path, ("bad",))

    assert (refused.value.path, refused.value.line) == ("bad.tsv", 2)


def test_a_missing_file_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="cannot be read") as refused:
        read_parallel(tmp_path, ("none",))

    assert (refused.value.path, refused.value.line) == ("none.tsv", 0)


def test_a_file_in_another_encoding_is_refused_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "latin.tsv").write_bytes("\t".join(SECOND[:1] * 3 + ("batería",)).encode("latin-1"))

    with pytest.raises(RecordError, match="cannot be read") as refused:
        read_parallel(tmp_path, ("latin",))

    assert refused.value.path == "latin.tsv"


def test_texts_are_put_together_from_following_lines() -> None:
    lines: list[Line] = [(f"en{n}", f"ko{n}", f"de{n}", f"es{n}") for n in range(2 * SENTENCES + 1)]

    texts = list(put_together(lines))

    # Two groups of seven in four languages; the fifteenth line is left out.
    assert [text.language for text in texts] == [*LANGUAGES, *LANGUAGES]
    assert texts[1].text == "ko0 ko1 ko2 ko3 ko4 ko5 ko6"
    assert texts[7].text == "es7 es8 es9 es10 es11 es12 es13"
    assert list(put_together(lines[: SENTENCES - 1])) == []


def test_shipped_files_have_a_sentence_in_every_language() -> None:
    lines = read_parallel(SHIPPED, (*PROFILES, *PROGRAMS, *EVERYDAY))

    assert len(lines) > 1000
    korean = LANGUAGES.index(Language.KO)
    for line in lines:
        hangul = [any("가" <= character <= "힣" for character in cell) for cell in line]
        assert hangul[korean], line
        assert sum(hangul) == 1, line
