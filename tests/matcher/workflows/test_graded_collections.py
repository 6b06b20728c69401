"""Graded collections: read from three files, and refused with file, line and field."""

import json
from pathlib import Path
from typing import Any

import pytest

from matcher.engine.values import StartupFacts
from matcher.errors import RecordError
from matcher.settings import PROJECT
from matcher.workflows.graded_collections import read_collection, read_grades
from models.vocabulary import Language
from tests.matcher.workflows.builders import DROP, edited, write_lines

STARTUP: dict[str, Any] = {
    "id": "S1",
    "sector": "zebra-farming",
    "stage": "unheard-of",
    "needs": ["grass"],
    "target_regions": ["savannah"],
    "texts": {"ko": "얼룩말", "en": "Zebras"},
}
PROGRAM: dict[str, Any] = {
    "id": "P1",
    "name": "Zebra grant",
    "lang": "en",
    "text": "For zebras.",
    "offers": ["grass"],
    "sectors": ["zebra-farming"],
    "stages": ["unheard-of"],
    "regions": ["savannah"],
}


def write(folder: Path, startups: list[Any], programs: list[Any], grades: str = "S1\tP1\t3\n") -> Path:
    """Write a collection."""
    write_lines(folder / "startups.jsonl", startups)
    write_lines(folder / "programs.jsonl", programs)
    (folder / "qrels.tsv").write_text(grades, encoding="utf-8")
    return folder


def refusal(folder: Path) -> tuple[str, int, str]:
    """Read a collection that must be refused, and give the place."""
    with pytest.raises(RecordError) as refused:
        read_collection(folder)
    return refused.value.path, refused.value.line, refused.value.field


def test_words_outside_our_vocabulary_are_taken_as_they_stand(tmp_path: Path) -> None:
    collection = read_collection(write(tmp_path, [STARTUP], [PROGRAM]))

    (startup,), (program,) = collection.startups, collection.programs
    assert startup.facts == StartupFacts(
        stage="unheard-of", sectors=("zebra-farming",), needs=("grass",), target_regions=("savannah",)
    )
    assert startup.texts == {Language.KO: "얼룩말", Language.EN: "Zebras"}
    assert (program.name, program.text) == ("Zebra grant", "Zebra grant\nFor zebras.")
    assert (program.offers, program.sectors) == (("grass",), ("zebra-farming",))
    assert (program.stages, program.regions) == (("unheard-of",), ("savannah",))
    assert collection.grades == {("S1", "P1"): 3}


def test_tags_may_be_missing_and_other_fields_are_left_alone(tmp_path: Path) -> None:
    startup = {"id": "S1", "texts": {"de": "Zebras"}, "text_en": 5, "trl": "high"}
    program = {"id": "P1", "name": "Grant", "lang": "es", "text": "Cebras.", "text_en": None}

    collection = read_collection(write(tmp_path, [startup], [program]))

    assert collection.startups[0].facts == StartupFacts()
    assert (collection.programs[0].offers, collection.programs[0].language) == ((), Language.ES)


def test_the_english_versions_of_german_and_spanish_programs_are_kept_beside_them(tmp_path: Path) -> None:
    programs = [
        edited(PROGRAM, id=language, lang=language, text="Für Zebras.", text_en="For zebras. ")
        for language in Language
    ]

    collection = read_collection(write(tmp_path, [STARTUP], [*programs, edited(PROGRAM, lang="de")]))

    assert collection.english == {
        "de": "Zebra grant\nFor zebras.",
        "es": "Zebra grant\nFor zebras.",
    }
    assert [program.text for program in collection.programs[:4]] == ["Zebra grant\nFür Zebras."] * 4


def test_grade_matrix_gives_zero_to_pairs_nobody_graded(tmp_path: Path) -> None:
    second = edited(STARTUP, id="S2")
    programs = [PROGRAM, edited(PROGRAM, id="P2")]
    grades = "S1\tP2\t2\n\nS2\tP1\t1\nS9\tP1\t3\n"

    collection = read_collection(write(tmp_path, [STARTUP, second], programs, grades))

    assert collection.grade_matrix(collection.startups).tolist() == [[0, 2], [1, 0]]
    assert collection.grade_matrix(collection.startups[1:]).tolist() == [[1, 0]]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": ""}, "id"),
        ({"id": 5}, "id"),
        ({"id": "S1"}, "id"),
        ({"texts": DROP}, "texts"),
        ({"texts": {}}, "texts"),
        ({"texts": ["Zebras"]}, "texts"),
        ({"texts": {"fr": "Zèbres"}}, "texts"),
        ({"texts": {"ko": 5}}, "texts.ko"),
        ({"texts": {"ko": "😀"}}, "texts.ko"),
        ({"texts": {"en": "a\0b"}}, "texts.en"),
        ({"needs": "grass"}, "needs"),
        ({"target_regions": [5]}, "target_regions"),
    ],
)
def test_a_bad_startup_is_refused(tmp_path: Path, changes: dict[str, Any], field: str) -> None:
    write(tmp_path, [STARTUP, edited(STARTUP, **({"id": "S2"} | changes))], [PROGRAM])

    assert refusal(tmp_path) == ("startups.jsonl", 2, field)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": DROP}, "id"),
        ({"id": "P1"}, "id"),
        ({"name": DROP}, "name"),
        ({"text": ""}, "text"),
        ({"text": "a\0b"}, "text"),
        ({"lang": "fr"}, "lang"),
        ({"lang": DROP}, "lang"),
        ({"offers": "grass"}, "offers"),
        ({"sectors": {}}, "sectors"),
        ({"stages": [None]}, "stages"),
        ({"regions": 5}, "regions"),
        ({"lang": "de", "text_en": 5}, "text_en"),
        ({"lang": "es", "text_en": " "}, "text_en"),
        ({"lang": "es", "text_en": "a\0b"}, "text_en"),
    ],
)
def test_a_bad_program_is_refused(tmp_path: Path, changes: dict[str, Any], field: str) -> None:
    write(tmp_path, [STARTUP], [PROGRAM, "", edited(PROGRAM, **({"id": "P2"} | changes))])

    assert refusal(tmp_path) == ("programs.jsonl", 3, field)


@pytest.mark.parametrize("file", ["startups.jsonl", "programs.jsonl"])
@pytest.mark.parametrize("line", ["{", "[]", '"S1"'])
def test_a_line_that_is_no_object_is_refused(tmp_path: Path, file: str, line: str) -> None:
    write(tmp_path, [STARTUP], [PROGRAM])
    write_lines(tmp_path / file, [line])

    assert refusal(tmp_path) == (file, 1, "line")


@pytest.mark.parametrize("file", ["startups.jsonl", "programs.jsonl", "qrels.tsv"])
def test_a_missing_file_is_named(tmp_path: Path, file: str) -> None:
    write(tmp_path, [STARTUP], [PROGRAM])
    (tmp_path / file).unlink()

    assert refusal(tmp_path) == (file, 0, "file")


@pytest.mark.parametrize("file", ["startups.jsonl", "programs.jsonl"])
def test_a_file_without_a_record_is_refused(tmp_path: Path, file: str) -> None:
    write(tmp_path, [STARTUP], [PROGRAM])
    (tmp_path / file).write_text("\n", encoding="utf-8")

    assert refusal(tmp_path) == (file, 0, "file")


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("S1\tP1", "line"),
        ("S1 P1 3", "line"),
        ("S1\tP1\t3\t4", "line"),
        ("S1\tP1\t4", "grade"),
        ("S1\tP1\t-1", "grade"),
        ("S1\tP1\t1.5", "grade"),
        ("S1\tP1\tnan", "grade"),
        ("S1\tP1\t", "grade"),
    ],
)
def test_a_bad_grade_is_refused(tmp_path: Path, line: str, field: str) -> None:
    write(tmp_path, [STARTUP], [PROGRAM], f"S1\tP1\t3\n{line}\n")

    assert refusal(tmp_path) == ("qrels.tsv", 2, field)


def test_grades_in_another_encoding_are_refused(tmp_path: Path) -> None:
    write(tmp_path, [STARTUP], [PROGRAM])
    (tmp_path / "qrels.tsv").write_bytes("서울\tP1\t3".encode("cp949"))

    assert refusal(tmp_path) == ("qrels.tsv", 0, "file")


def test_the_shipped_collection_is_the_one_its_readme_describes() -> None:
    collection = read_collection(PROJECT / "seed_data" / "eval")

    counts = {
        language.value: sum(language in item.texts for item in collection.startups) for language in Language
    }
    assert (len(collection.startups), len(collection.programs), len(collection.grades)) == (60, 45, 286)
    assert (counts["ko"], counts["en"]) == (60, 60)


def test_the_real_grades_are_of_shipped_startups_and_programs() -> None:
    folder = PROJECT / "seed_data"
    grades = read_grades(folder / "real_grades.tsv")
    known = {
        json.loads(line)["id"]
        for file in ("programs.jsonl", "eval/startups.jsonl")
        for line in (folder / file).read_text(encoding="utf-8").splitlines()
    }

    assert {name for pair in grades for name in pair} - known == set()
    assert len({startup for startup, _ in grades}) == 20
