"""`landfall lexicon`: what check, coverage and build print, and what they refuse."""

import json
import re
from typing import Any

import pytest

from matcher.bridge.lexicon_check import stale_files
from tests.cli.conftest import Landfall

GOOD = "battery|cell\t전지|배터리\tBatterie\tbatería|pila\tbattery\n"
PLACE = "Seattle\t시애틀\tSeattle\tSeattle\tcity\n"
SPANISH = "Reciclamos baterías en el blorfito. Un blorfito de grumbleada.\n"


def write_lexicon(landfall: Landfall, lexicon: str = GOOD, gazetteer: str = PLACE) -> None:
    """Write a small lexicon into the folder `own`."""
    for kind, content in (("lexicon", lexicon), ("gazetteer", gazetteer)):
        (landfall.cwd / "own" / kind).mkdir(parents=True)
        landfall.write(f"own/{kind}/a.tsv", content)


def coverage(landfall: Landfall, content: str | bytes, *options: str) -> dict[str, Any]:
    """Read what `coverage` printed as JSON."""
    landfall.write("a.txt", content)
    done = landfall.call("lexicon", "coverage", "a.txt", "--json", *options)
    assert (done.code, done.err) == (0, "")
    document: dict[str, Any] = json.loads(done.out)
    return document


def test_a_sound_lexicon_is_told_in_one_line(landfall: Landfall) -> None:
    write_lexicon(landfall)

    plain, document = (
        landfall.run("lexicon", "check", "own"),
        landfall.call("lexicon", "check", "own", "--json"),
    )

    assert (plain.code, plain.out, plain.err) == (0, "", "lexicon: 2 lines, 0 errors, 0 warnings\n")
    assert (document.code, document.err) == (0, "")
    assert json.loads(document.out) == {"sound": True, "lines": 2, "errors": [], "warnings": []}


def test_faults_are_told_by_file_and_line_with_exit_code_one(landfall: Landfall) -> None:
    write_lexicon(landfall, f"{GOOD}cell\t세포 \tZelle\tcélula\tbio\n{GOOD}")

    plain, document = (
        landfall.call("lexicon", "check", "own"),
        landfall.call("lexicon", "check", "own", "--json"),
    )

    assert (plain.code, document.code, document.err) == (1, 1, "")
    assert plain.out.splitlines() == [
        "lexicon/a.tsv:2: ko: '세포 ' has a stray space",
        "lexicon/a.tsv:3: 'battery' is named on line 1 already (warning)",
    ]
    assert plain.err == "lexicon: 4 lines, 1 errors, 1 warnings\n"
    assert json.loads(document.out) == {
        "sound": False,
        "lines": 4,
        "errors": [{"file": "lexicon/a.tsv", "line": 2, "reason": "ko: '세포 ' has a stray space"}],
        "warnings": [{"file": "lexicon/a.tsv", "line": 3, "reason": "'battery' is named on line 1 already"}],
    }


def test_a_folder_without_a_lexicon_is_refused(landfall: Landfall) -> None:
    done = landfall.call("lexicon", "check", "nowhere")

    assert done.complaint == (
        "landfall: folder: nowhere holds no lexicon/*.tsv and no gazetteer/*.tsv with a line"
    )


def test_the_shipped_lexicon_is_checked_without_a_folder(landfall: Landfall) -> None:
    document = json.loads(landfall.call("lexicon", "check", "--json").out)

    assert document["lines"] > 8_000
    assert document["sound"] is (document["errors"] == [])


def test_coverage_has_the_agreed_form(landfall: Landfall) -> None:
    document = coverage(landfall, SPANISH, "--lang", "es")

    assert list(document) == ["language", "words", "covered", "share", "misses"]
    assert document["language"] == "es"
    assert document["words"] == document["covered"] + sum(miss["count"] for miss in document["misses"])
    assert document["share"] == document["covered"] / document["words"]
    assert document["misses"][0] == {
        "word": "blorfito",
        "count": 2,
        "kind": "passed",
        "example": "Reciclamos baterías en el blorfito.",
    }
    assert [miss["count"] for miss in document["misses"]] == sorted(
        [miss["count"] for miss in document["misses"]], reverse=True
    )


def test_the_language_is_found_out_and_top_cuts_the_list(landfall: Landfall) -> None:
    found = {
        text: coverage(landfall, text)["language"]
        for text in (
            "배터리를 재활용합니다.",
            "Wir recyceln alte Batterien.",
            SPANISH,
            "We recycle batteries.",
        )
    }
    whole, cut = coverage(landfall, SPANISH), coverage(landfall, SPANISH, "--top", "1")

    assert list(found.values()) == ["ko", "de", "es", "en"]
    assert (cut["misses"], cut["words"]) == (whole["misses"][:1], whole["words"])


def test_coverage_reads_standard_input_and_korean_offices_files(landfall: Landfall) -> None:
    text = "전고체 배터리를 뷁슭합니다.\n"

    piped = landfall.run("lexicon", "coverage", "-", "--json", stdin=text.encode())

    assert piped.code == 0
    assert json.loads(piped.out) == coverage(landfall, text.encode("cp949"))


def test_coverage_prints_a_table(landfall: Landfall) -> None:
    landfall.write("a.txt", SPANISH)
    landfall.write("b.txt", "40 kg")

    done, bare = (landfall.call("lexicon", "coverage", file, "--lang", "es") for file in ("a.txt", "b.txt"))

    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("Spanish: ")
    assert [line for line in done.out.splitlines() if "blorfito" in line and "passed" in line] != []
    assert bare.out == "Spanish: 0 of 0 words covered\n"


def test_coverage_takes_files_of_any_size(landfall: Landfall) -> None:
    # Longer than a profile may be, and than an upload.
    rules = f"{'-' * 1000}\n" * 1200
    document = coverage(landfall, f"{SPANISH}{rules}{SPANISH}", "--lang", "es")

    assert document["misses"][0]["count"] == 4


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b" \n", "is empty"),
        (b"...", "holds no letter and no digit"),
        (b"a\0b", "this is not a text file"),
        (b"%PDF-1.7", "this is a PDF; save it as plain text (.txt)"),
    ],
)
def test_a_poisoned_text_is_one_line(landfall: Landfall, content: bytes, reason: str) -> None:
    landfall.write("a.txt", content)

    done = landfall.call("lexicon", "coverage", "a.txt")

    assert done.complaint == f"landfall: text: {reason}"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("coverage", "no.txt"), "text: no.txt cannot be read: No such file or directory"),
        (("coverage", "a.txt", "--lang", "fr"), "Invalid value for '--lang'"),
        (("coverage", "a.txt", "--top", "0"), "Invalid value for '--top'"),
        (("coverage",), "Missing argument 'file'"),
        (("rebuild",), "No such command 'rebuild'"),
        (("build", "--out", "file/folder"), "out: file/folder cannot be written: Not a directory"),
    ],
)
def test_a_mistake_is_one_line_that_names_it(
    landfall: Landfall, arguments: tuple[str, ...], complaint: str
) -> None:
    landfall.write("file", "")

    done = landfall.call("lexicon", *arguments)

    assert done.complaint.startswith(f"landfall: {complaint}")


def test_without_a_command_the_help_is_printed(landfall: Landfall) -> None:
    done = landfall.run("lexicon")

    assert (done.code, done.out) == (2, "")
    assert [word for word in ("check", "coverage", "build") if f"\n  {word} " in done.err] == [
        "check",
        "coverage",
        "build",
    ]


def test_build_writes_the_files_texts_are_read_with(landfall: Landfall) -> None:
    done = landfall.call("lexicon", "build", "--keep-meanings", "--out", "built")

    folder = landfall.cwd / "built"
    assert (done.code, done.out) == (0, "")
    assert re.fullmatch(r"lexicon: \d+ lines, \d+ concepts\n", done.err)
    assert [path.name for path in sorted(folder.iterdir())] == [
        "concepts.npz",
        "de.npz",
        "en.npz",
        "es.npz",
        "ko.npz",
        "user_words.npz",
    ]
    assert stale_files(folder) == []
