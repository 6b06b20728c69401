"""`landfall match`: the document, the texts and facts it takes, and that it writes nothing at all."""

import json
import sqlite3
from typing import Any

import pytest

from matcher.engine.policy import SIGNALS
from tests.cli.conftest import Done, Landfall

KOREAN = "당사는 전고체 배터리 검사 장비를 만듭니다. 시애틀에서 실증 고객을 찾고 있습니다.\n"
FACTS = {
    "founded": 2021,
    "employees": 12,
    "stage": "seed",
    "trl": 6,
    "sectors": ["batteries"],
    "needs": ["pilot-customer"],
    "target_regions": ["us-west"],
    "country": "KR",
    "city": "Daejeon",
    "raised_usd": 1_500_000,
}


def document_of(done: Done) -> dict[str, Any]:
    """Read what a match printed."""
    assert (done.code, done.err) == (0, "")
    document: dict[str, Any] = json.loads(done.out)
    return document


def match(landfall: Landfall, text: str | bytes, *options: str) -> Done:
    """Match a text file inside this process."""
    landfall.write("a.txt", text)
    return landfall.call("match", "a.txt", *options)


def test_the_document_is_the_one_of_the_contract(seeded: Landfall) -> None:
    seeded.write("facts.json", json.dumps(FACTS))
    seeded.write("a.txt", KOREAN)

    done = seeded.run("match", "a.txt", "--lang", "auto", "--facts", "facts.json", "--top", "100", "--json")

    document = document_of(done)

    results = document["results"]
    closed = [result["eligibility"]["verdict"] == "not_eligible" for result in results]
    assert set(document) == {"language", "results", "encoder"}
    assert (document["language"], document["encoder"], len(results)) == ("ko", "hashing", 57)
    for result in results:
        assert set(result) == {
            "program",
            "name",
            "city",
            "rank",
            "score",
            "signals",
            "eligibility",
            "evidence",
        }
        assert set(result["signals"]) == set(SIGNALS)
        assert abs(sum(result["signals"].values()) - result["score"]) <= 1e-6
        assert set(result["eligibility"]) == {"verdict", "rules"}
        assert result["eligibility"]["verdict"] in {"eligible", "not_eligible", "cannot_tell"}
        for rule in result["eligibility"]["rules"]:
            assert set(rule) == {"rule", "verdict", "fact", "condition", "would_change"}
        for pair in result["evidence"]:
            assert set(pair) == {"profile", "program", "similarity", "links"}
    assert [result["rank"] for result in results] == list(range(1, 58))
    assert closed == sorted(closed)
    assert any(closed)


def test_ten_programs_are_printed_unless_told_otherwise(seeded: Landfall) -> None:
    ten = document_of(match(seeded, KOREAN, "--json"))
    three = document_of(match(seeded, KOREAN, "--json", "--top", "3"))

    assert (len(ten["results"]), three["results"]) == (10, ten["results"][:3])


def test_standard_input_and_a_file_give_the_same_bytes_in_two_processes(seeded: Landfall) -> None:
    seeded.write("a.txt", KOREAN)

    from_file = seeded.run("match", "a.txt", "--json")
    from_input = seeded.run("match", "-", "--json", stdin=KOREAN.encode())

    assert from_input == from_file
    assert from_file == seeded.call("match", "a.txt", "--json")
    assert from_file.code == 0


@pytest.mark.parametrize(
    "content",
    [
        KOREAN.encode("utf-8-sig"),
        KOREAN.encode("utf-16"),
        KOREAN.encode("utf-16-le"),
        KOREAN.encode("utf-16-be"),
        KOREAN.encode("cp949"),
        KOREAN.replace("\n", "\r\n").encode("utf-8"),
    ],
    ids=["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp949", "crlf"],
)
def test_files_of_korean_offices_are_read(tiny_seed: Landfall, content: bytes) -> None:
    plain = match(tiny_seed, KOREAN, "--json")

    done = match(tiny_seed, content, "--json")

    assert done == plain
    assert document_of(done)["language"] == "ko"


def test_a_text_is_taken_to_be_in_the_language_that_is_named(tiny_seed: Landfall) -> None:
    texts = {"ko": "로봇", "en": "Robots", "de": "Roboter", "es": "Robots"}

    found = {
        language: document_of(match(tiny_seed, text, "--lang", language, "--json"))["language"]
        for language, text in texts.items()
    }

    assert found == {"ko": "ko", "en": "en", "de": "de", "es": "es"}


def test_without_json_a_table_is_printed(seeded: Landfall) -> None:
    done = match(seeded, "We recycle batteries.", "--top", "2")
    best = document_of(match(seeded, "We recycle batteries.", "--top", "1", "--json"))["results"][0]

    assert (done.code, done.err) == (0, "")
    assert best["name"] in done.out
    assert f"({best['program']})" in done.out


def test_a_table_shows_what_excludes_a_startup(tiny_seed: Landfall) -> None:
    tiny_seed.write("facts.json", '{"country": "KR", "sectors": ["batteries"]}')

    done = match(tiny_seed, "We recycle batteries.", "--facts", "facts.json")

    assert "eligibility: not eligible" in done.out
    assert "x for companies from outside South Korea" in done.out


def test_without_a_database_the_shipped_programs_are_ranked_and_nothing_is_written(
    landfall: Landfall,
) -> None:
    landfall.write("a.txt", KOREAN)
    before = landfall.files()

    done = landfall.run("match", "a.txt", "--json", "--top", "100")

    assert len(document_of(done)["results"]) == 57
    assert landfall.files() == before
    assert not landfall.data.exists()


def test_with_a_database_nothing_is_written_either(seeded: Landfall) -> None:
    seeded.write("a.txt", KOREAN)
    before = seeded.files()

    done = seeded.run("match", "a.txt")

    assert done.code == 0
    assert seeded.files() == before


def test_the_configured_database_is_read(tiny_seed: Landfall) -> None:
    tiny_seed.call("migrate")
    tiny_seed.call("seed", "--no-embed")
    shipped = document_of(match(tiny_seed, "We recycle batteries.", "--json"))
    connection = sqlite3.connect(tiny_seed.data / "landfall.db")
    with connection:
        connection.execute("UPDATE program SET text = 'Recycling of batteries: we recycle batteries.'")
        connection.execute("UPDATE program SET name_en = 'Edited by hand' WHERE id = 'beta'")
    connection.close()

    edited = document_of(match(tiny_seed, "We recycle batteries.", "--json"))

    assert [result["program"] for result in shipped["results"]] == ["alpha", "beta"]
    assert "Edited by hand" in [result["name"] for result in edited["results"]]
    assert edited["results"][0]["score"] > shipped["results"][0]["score"]


def test_a_database_elsewhere_is_read_by_its_address(tiny_seed: Landfall) -> None:
    elsewhere = tiny_seed.having(database_url=f"sqlite:///{tiny_seed.folder / 'elsewhere' / 'own.db'}")
    elsewhere.call("migrate")

    done = match(elsewhere, "We recycle batteries.", "--json")

    assert (done.code, done.err) == (0, "database: holds no programs; ranking the shipped ones\n")
    assert len(json.loads(done.out)["results"]) == 2
    assert not tiny_seed.data.exists()


def test_a_file_that_was_never_migrated_is_passed_over(tiny_seed: Landfall) -> None:
    tiny_seed.data.mkdir()
    (tiny_seed.data / "landfall.db").touch()

    done = match(tiny_seed, "We recycle batteries.", "--json")

    assert (done.code, done.err) == (0, "database: holds no programs; ranking the shipped ones\n")
    assert len(json.loads(done.out)["results"]) == 2
    assert (tiny_seed.data / "landfall.db").stat().st_size == 0


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b" \n\t ", "is empty"),
        ("😀🎉\n".encode(), "holds no letter and no digit"),
        (b"We recycle\0 batteries", "this is not a text file"),
        (b"abc\0def\n", "this is not a text file"),
        (b"quantum\0 sensors", "this is not a text file"),
        (b"We recycle \xed\xa0\x80 batteries", "the encoding is not one of UTF-8, UTF-16 or CP949 (EUC-KR)"),
        (b"a\xd8\x00\xdc" * 2 + b"\0", "this is not a text file"),
        (b"batteries " * 1_000_000, "the file is larger than 1 MiB"),
        (b"batteries " * 21_000, "longer than 200,000 characters"),
        (b"%PDF-1.7 ...", "this is a PDF; save it as plain text (.txt)"),
    ],
    ids=[
        "empty",
        "blank",
        "emoji",
        "nul",
        "nul-even",
        "nul-short",
        "surrogate",
        "utf-16-half",
        "10MB",
        "long",
        "pdf",
    ],
)
def test_a_poisoned_text_is_one_line(landfall: Landfall, content: bytes, reason: str) -> None:
    done = match(landfall, content, "--json")

    assert done.complaint == f"landfall: text: {reason}"
    assert list(landfall.files()) == ["cwd/a.txt"]


def test_poison_on_standard_input_is_one_line(landfall: Landfall) -> None:
    poison = {
        b"": "the file is empty",
        b"a\0b": "this is not a text file",
        b"x" * 10_000_000: "the file is larger than 1 MiB",
    }

    complaints = [landfall.run("match", "-", "--json", stdin=content).complaint for content in poison]

    assert complaints == [f"landfall: text: {reason}" for reason in poison.values()]


@pytest.mark.parametrize(
    ("name", "reason"), [("no.txt", "No such file or directory"), (".", "Is a directory")]
)
def test_a_file_that_cannot_be_read_is_one_line(landfall: Landfall, name: str, reason: str) -> None:
    done = landfall.call("match", name)

    assert done.complaint == f"landfall: text: {name} cannot be read: {reason}"


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ('{"turnover": 1}', "turnover: is not a known fact"),
        ('{"founded": "12"}', "founded: "),
        ('{"founded": 2500}', "founded: lies in the future"),
        ('{"founded": 9223372036854775808}', "founded: lies in the future"),
        ('{"employees": 9223372036854775808}', "employees: "),
        ('{"employees": true}', "employees: "),
        ('{"trl": NaN}', "trl: "),
        ('{"trl": 0}', "trl: "),
        ('{"raised_usd": NaN}', "raised_usd: "),
        ('{"raised_usd": Infinity}', "raised_usd: "),
        ('{"raised_usd": 1e999}', "raised_usd: "),
        ('{"sectors": ["zebra"]}', "sectors.0: "),
        ('{"needs": "office"}', "needs: "),
        ('{"target_regions": ["mars"]}', "target_regions.0: "),
        ('{"stage": "late"}', "stage: "),
        ('{"country": "Atlantis"}', "country: is not a country"),
        ('{"city": "\\ud800"}', "city: "),
        ('{"\\ud800": 1}', "facts: "),
        ("[]", "facts: an object expected"),
        ("{", "facts: facts.json is not JSON that can be read: "),
        ('{"founded": ' + "9" * 5000 + "}", "facts: facts.json is not JSON that can be read: "),
        ("[" * 100_000, "facts: facts.json is not JSON that can be read: "),
        (b"\xff\xfe\x00", "facts: this is not a text file"),
        ('{"trl": 3, "trl": 5}', "trl: stands in the file twice"),
    ],
)
def test_bad_facts_are_refused_by_name(landfall: Landfall, content: str | bytes, field: str) -> None:
    landfall.write("a.txt", KOREAN)
    landfall.write("facts.json", content)

    done = landfall.call("match", "a.txt", "--facts", "facts.json", "--json")

    assert done.complaint.startswith(f"landfall: {field}")


def test_facts_that_are_not_there_are_reported(landfall: Landfall) -> None:
    landfall.write("a.txt", KOREAN)

    done = landfall.call("match", "a.txt", "--facts", "no.json")

    assert done.complaint == "landfall: facts: no.json cannot be read: No such file or directory"
