"""Seed files: good ones are read, and every kind of bad record is refused with file, line and field."""

from pathlib import Path
from typing import Any

import pytest

from matcher.errors import RecordError
from matcher.settings import PROJECT
from matcher.workflows.seed_records import read_lines, read_seed
from tests.matcher.workflows.builders import DROP, FILES, PROGRAMS, edited, write_lines

OPEN = {"kind": "direction", "open": True, "source": "open to all"}


def refusal(folder: Path) -> RecordError:
    """Read a folder that must be refused."""
    with pytest.raises(RecordError) as refused:
        read_seed(folder)
    return refused.value


def test_read_seed_gives_every_record(seed_folder: Path) -> None:
    records = read_seed(seed_folder)

    assert [record.id for record in records.cities] == ["town", "field"]
    assert [record.id for record in records.agencies] == ["office"]
    assert [record.id for record in records.programs] == ["alpha", "beta"]
    assert [record.id for record in records.startups] == ["one", "two"]


@pytest.mark.parametrize(
    ("file", "changes", "field", "reason"),
    [
        # City.
        ("cities.jsonl", {"id": "a b"}, "id", "String should match pattern"),
        ("cities.jsonl", {"names": {"ko": "마을", "en": "Town"}}, "names", "no name in de, es"),
        ("cities.jsonl", {"country": "Germany"}, "country", "String should match pattern"),
        ("cities.jsonl", {"regions": ["mars"]}, "regions.0", "Input should be 'us-west'"),
        ("cities.jsonl", {"latitude": 91}, "latitude", "less than or equal to 90"),
        ("cities.jsonl", {"mayor": "me"}, "mayor", "is not a known field"),
        ("cities.jsonl", {"alliance_member": DROP}, "alliance_member", "Field required"),
        # Agency.
        ("agencies.jsonl", {"city": "atlantis"}, "city", "'atlantis' is not known"),
        ("agencies.jsonl", {"source_urls": ["ftp://o"]}, "source_urls.0", "String should match pattern"),
        ("agencies.jsonl", {"name": ""}, "name", "at least 1 character"),
        # Program.
        ("programs.jsonl", {"city": "atlantis"}, "city", "'atlantis' is not known"),
        ("programs.jsonl", {"agency": "nobody"}, "agency", "'nobody' is not known"),
        ("programs.jsonl", {"direction": "sideways"}, "direction", "Input should be"),
        ("programs.jsonl", {"offers": ["pilot-customer", "gold"]}, "offers.1", "Input should be"),
        ("programs.jsonl", {"stages": ["series-z"]}, "stages.0", "Input should be"),
        ("programs.jsonl", {"sectors": ["any", "quantum"]}, "sectors", "'any' stands alone"),
        ("programs.jsonl", {"working_languages": ["it"]}, "working_languages.0", "Input should be"),
        ("programs.jsonl", {"text_language": "fr"}, "text_language", "Input should be"),
        ("programs.jsonl", {"text": ""}, "text", "at least 1 character"),
        ("programs.jsonl", {"text": "a\0b"}, "text", "holds a NUL character"),
        ("programs.jsonl", {"text": "😀"}, "text", "holds no letter and no digit"),
        ("programs.jsonl", {"text": "x" * 20_001}, "text", "at most 20000 characters"),
        ("programs.jsonl", {"name_en": "\u200b"}, "name_en", "is empty"),
        ("programs.jsonl", {"seats": 0}, "seats", "greater than 0"),
        ("programs.jsonl", {"publication": "rumoured"}, "publication", "Input should be"),
        ("programs.jsonl", {"details": [{"topic": "mood", "text": "x", "verified": True}]}, "details.0.topic",
         "Input should be"),
        ("programs.jsonl", {"rules": []}, "rules", "exactly one rule must be of the kind direction"),
        ("programs.jsonl", {"rules": [OPEN, OPEN]}, "rules", "exactly one rule must be of the kind"),
        ("programs.jsonl", {"rules": [OPEN, {"kind": "height", "source": "s"}]}, "rules",
         "rule 2, kind: 'height' is not one of"),
        ("programs.jsonl", {"rules": [OPEN, {"kind": "trl", "min": 12, "source": "s"}]}, "rules",
         "rule 2, min: a whole number from 1 to 9 expected, not 12"),
        ("programs.jsonl", {"rules": [OPEN | {"who": "all"}]}, "rules",
         "rule 1, who: not a parameter of a direction rule"),
        ("programs.jsonl", {"rules": [{"kind": "direction", "open": True}]}, "rules",
         "rule 1, source: the phrase the rule was read from is missing"),
        ("programs.jsonl", {"source_url": "alpha.example"}, "source_url", "String should match pattern"),
        ("programs.jsonl", {"verified": "perhaps"}, "verified", "valid boolean"),
        # Startup.
        ("eval/startups.jsonl", {"trl": 10}, "trl", "less than or equal to 9"),
        ("eval/startups.jsonl", {"employees": 2**63}, "employees", "less than or equal to 1000000"),
        ("eval/startups.jsonl", {"founded": 1492}, "founded", "greater than or equal to 1900"),
        ("eval/startups.jsonl", {"sector": "any"}, "sector", "Input should be"),
        ("eval/startups.jsonl", {"texts": {}}, "record", "no text in any language"),
        ("eval/startups.jsonl", {"texts": {"fr": "Bonjour"}}, "texts.fr", "Input should be"),
        ("eval/startups.jsonl", {"texts": {"en": "!"}}, "texts.en", "holds no letter and no digit"),
        ("eval/startups.jsonl", {"name": "x" * 101}, "name", "at most 100 characters"),
    ],
)  # fmt: skip
def test_a_bad_record_is_refused_with_file_line_and_field(
    seed_folder: Path, file: str, changes: dict[str, Any], field: str, reason: str
) -> None:
    good = FILES[file]
    bad = edited(good[0], **({"id": "another"} | changes))
    write_lines(seed_folder / file, [*good, "", bad])

    error = refusal(seed_folder)

    assert (error.path, error.line, error.field) == (Path(file).name, len(good) + 2, field)
    assert reason in error.reason
    assert str(error) == f"{error.path}, line {error.line}, {error.field}: {error.reason}"


@pytest.mark.parametrize("file", list(FILES))
@pytest.mark.parametrize(
    ("line", "field", "reason"),
    [
        ("{not json", "line", "is not JSON"),
        ("[" * 100_000, "line", "is not JSON"),
        ("[1, 2]", "record", "Input should be"),
        ("null", "record", "Input should be"),
    ],
    ids=["broken", "deep", "list", "null"],
)
def test_a_line_that_is_no_record_is_refused(
    seed_folder: Path, file: str, line: str, field: str, reason: str
) -> None:
    write_lines(seed_folder / file, [line, *FILES[file]])

    error = refusal(seed_folder)

    assert (error.path, error.line, error.field) == (Path(file).name, 1, field)
    assert reason in error.reason


@pytest.mark.parametrize("file", list(FILES))
def test_an_id_that_stands_twice_is_refused(seed_folder: Path, file: str) -> None:
    records = FILES[file]
    write_lines(seed_folder / file, [*records, records[0]])

    error = refusal(seed_folder)

    assert (error.path, error.line, error.field) == (Path(file).name, len(records) + 1, "id")
    assert error.reason == f"{records[0]['id']!r} stands in the file twice"


@pytest.mark.parametrize(
    "question", [{"en": "Yours?", "ko": "귀사?"}, {"en": "Yours?", "ko": "귀사?", "es": "¿Suya?"}]
)
def test_german_and_spanish_of_a_rule_may_be_left_out(seed_folder: Path, question: dict[str, str]) -> None:
    rules = [OPEN, {"kind": "ask", "question": question, "source": "as published"}]
    write_lines(seed_folder / "programs.jsonl", [edited(PROGRAMS[0], rules=rules)])

    (program,) = read_seed(seed_folder).programs

    assert program.rules == rules


def test_half_a_character_inside_a_rule_is_refused(seed_folder: Path) -> None:
    rule = {"kind": "direction", "open": True, "source": "open"}
    line = edited(PROGRAMS[0], rules=[rule])
    write_lines(seed_folder / "programs.jsonl", [line])
    path = seed_folder / "programs.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace('"open"}', '"\\ud800"}'), encoding="utf-8")

    error = refusal(seed_folder)

    assert (error.path, error.line, error.field) == ("programs.jsonl", 1, "rules")


@pytest.mark.parametrize("file", list(FILES))
def test_a_file_that_is_missing_is_named(seed_folder: Path, file: str) -> None:
    (seed_folder / file).unlink()

    error = refusal(seed_folder)

    assert (error.path, error.line, error.field) == (Path(file).name, 0, "file")


def test_a_file_in_another_encoding_is_refused(seed_folder: Path) -> None:
    (seed_folder / "cities.jsonl").write_bytes("서울".encode("cp949"))

    error = refusal(seed_folder)

    assert (error.path, error.line, error.field) == ("cities.jsonl", 0, "file")


def test_read_lines_counts_blank_lines_and_leaves_them_out(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('\n{"a": 1}\r\n   \n2\n', encoding="utf-8")

    found = list(read_lines(tmp_path / "a.jsonl"))

    assert found == [(2, {"a": 1}), (4, 2)]


def test_texts_are_cleaned_on_the_way_in(seed_folder: Path) -> None:
    write_lines(seed_folder / "programs.jsonl", [edited(PROGRAMS[0], text="  Open\u200b to\r\n\tall ")])

    (program,) = read_seed(seed_folder).programs

    assert program.text == "Open to\n all"


def test_the_shipped_files_are_read_without_complaint() -> None:
    records = read_seed(PROJECT / "seed_data")

    assert (len(records.programs), len(records.startups)) == (57, 60)
    assert {record.id for record in records.cities if record.alliance_member} == {
        "daejeon",
        "seattle",
        "montgomery-county",
        "dortmund",
        "malaga",
        "quebec",
    }
