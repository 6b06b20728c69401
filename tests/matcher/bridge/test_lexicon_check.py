"""Each fault a lexicon line can have, by hand; tokenised files that fit, are stale or are damaged."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.bridge.lexicon import Concept
from matcher.bridge.lexicon_check import (
    AREAS,
    CheckReport,
    Fault,
    check_lexicon,
    check_lines,
    missing_meanings,
    repeated_names,
    stale_files,
)
from matcher.bridge.tokenised import (
    Concepts,
    number_senses,
    save_concepts,
    save_meanings,
    save_phrases,
    save_user_words,
)
from models.vocabulary import Language

GOOD = "battery|cell\t전지|배터리\tBatterie\tbatería|pila\tbattery"
words = st.text(st.sampled_from("abcÄéñ전지-"), min_size=1, max_size=6)


def reasons(line: str) -> list[str]:
    """Give what is wrong with one line of the lexicon."""
    return [fault.reason for fault in check_lines("lexicon/a.tsv", [line], AREAS["lexicon"])]


def write(folder: Path, lexicon: str, gazetteer: str = "") -> Path:
    """Write a lexicon of one file each."""
    for kind, content in (("lexicon", lexicon), ("gazetteer", gazetteer)):
        (folder / kind).mkdir()
        (folder / kind / "a.tsv").write_text(content, encoding="utf-8")
    return folder


def write_tokenised(folder: Path) -> Path:
    """Write tokenised files of one concept, with the key in force."""
    concept = Concept((("battery",), ("전지",), ("Batterie",), ("pila",)), "battery", "a", 1)
    save_concepts(Concepts(["battery"], ["battery"], ["battery"], ["a"], np.eye(1, 4, dtype="f4")), folder)
    phrases = number_senses([concept], 0, [[(0, "battery ")]], {})
    for language in Language:
        save_phrases(language, {"names": phrases, "words": phrases}, folder)
    save_user_words(["말라가"], folder)
    return folder


@pytest.mark.parametrize(
    "line",
    [
        GOOD,
        "5G|fifth generation\t5G\t5G\t5G\tnetwork",
        "stock corporation\t㈜|주식회사\tAktiengesellschaft\tS.A.\tlegal",
        "CO₂\tCO₂\tCO₂-Ausstoß\tCO₂\tclimate",
    ],
)
def test_a_good_line_has_no_fault(line: str) -> None:
    assert reasons(line) == []


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("", ["is blank"]),
        (" \t ", ["is blank"]),
        ("cell\t세포\tZelle\tcélula", ["4 languages and an area expected, tab between; found 4 cells"]),
        (f"{GOOD}\tx", ["4 languages and an area expected, tab between; found 6 cells"]),
        ("cell\t\tZelle\tcélula\tbio", ["ko: holds an empty variant"]),
        ("cell|\t세포\tZelle| |Z\tcélula\tbio", ["en: holds an empty variant", "de: holds an empty variant"]),
        (" cell\t세포\tZ\tpila \tbio", ["en: ' cell' has a stray space", "es: 'pila ' has a stray space"]),
        ("stem  cell\t세포\tZ\tc\tbio", ["en: 'stem  cell' has a stray space"]),
        ("stem\u00a0cell\t세포\tZ\tc\tbio", ["en: 'stem\\xa0cell' has a stray space"]),
        ("cell\t세포\tZelle\tcelula\u0301\tbio", ["es: 'celula\u0301' is not in composed form (NFC)"]),
        ("cell\t세포|세포\tZelle\tcélula\tbio", ["ko: '세포' stands in the cell twice"]),
        ("cell\t세포\tZelle 세포\tcélula\tbio", ["de: 'Zelle 세포' holds Hangul"]),
        ("세포\t세포\tZelle\tㅋ\tbio", ["en: '세포' holds Hangul", "es: 'ㅋ' holds Hangul"]),
        ("hundred\t백|100\thundert\tcien\tgen", ["ko: '100' holds neither Hangul nor Latin letters"]),
        ("cell\t細胞\tZelle\tcélula\tbio", ["ko: '細胞' holds neither Hangul nor Latin letters"]),
        ("cell\t세포\tZelle\tcélula\tboi", ["area: 'boi' is not known"]),
        ("cell\t세포\tZelle\tcélula\tbio ", ["area: 'bio ' is not known"]),
        ("cell\t세포\tZelle\tcélula\t", ["area: '' is not known"]),
    ],
)  # fmt: skip
def test_each_fault_of_a_line_is_told_with_its_column(line: str, found: list[str]) -> None:
    assert reasons(line) == found


def test_places_of_the_gazetteer_have_kinds_of_their_own() -> None:
    seattle = "Seattle\t시애틀\tSeattle\tSeattle\tcity"

    assert check_lines("gazetteer/a.tsv", [seattle], AREAS["gazetteer"]) == []
    assert check_lines("gazetteer/a.tsv", [GOOD], AREAS["gazetteer"]) == [
        Fault("gazetteer/a.tsv", 1, "area: 'battery' is not known")
    ]


@given(st.lists(st.lists(words, min_size=1, max_size=3, unique=True), min_size=4, max_size=4))
def test_a_line_of_words_is_sound_exactly_when_the_scripts_are_right(cells: list[list[str]]) -> None:
    line = "\t".join(["|".join(cell) for cell in cells] + ["gen"])
    european = [word for place in (0, 2, 3) for word in cells[place]]
    # A hyphen alone is neither Hangul nor Latin; accented letters alone are not told from other scripts.
    korean = [word for word in cells[1] if not set(word) & set("abc전지")]

    assert (reasons(line) == []) == (not any(set(word) & set("전지") for word in european) and not korean)


def test_a_second_line_of_the_same_name_is_a_warning() -> None:
    lines = [GOOD, "Battery|accumulator\t축전지\tAkku\tacumulador\tbattery", "cell\t세포\tZ\tc\tbio", GOOD]

    assert repeated_names("lexicon/a.tsv", lines) == [
        Fault("lexicon/a.tsv", 2, "'Battery' is named on line 1 already"),
        Fault("lexicon/a.tsv", 4, "'battery' is named on line 1 already"),
    ]


def test_a_folder_is_checked_file_by_file_and_line_by_line(tmp_path: Path) -> None:
    write(tmp_path, f"{GOOD}\n\n{GOOD}\n", "Seattle\t시애틀\tSeattle\tSeattle\ttown\n")
    (tmp_path / "lexicon" / "b.tsv").write_bytes("세포\n".encode("cp949"))
    (tmp_path / "lexicon" / "README.md").write_text("no line", encoding="utf-8")

    report = check_lexicon(tmp_path)

    assert (report.lines, report.sound) == (4, False)
    assert [str(fault) for fault in report.errors[:2]] == [
        "gazetteer/a.tsv:1: area: 'town' is not known",
        "lexicon/a.tsv:2: is blank",
    ]
    assert str(report.errors[2]).startswith("lexicon/b.tsv: cannot be read: 'utf-8' codec")
    assert [str(fault) for fault in report.warnings] == [
        "lexicon/a.tsv:3: 'battery' is named on line 1 already"
    ]


def test_warnings_leave_a_lexicon_sound(tmp_path: Path) -> None:
    report = check_lexicon(write(tmp_path, f"{GOOD}\n{GOOD}\n"))

    assert (report.sound, len(report.warnings)) == (True, 1)


def test_a_folder_without_files_holds_no_line(tmp_path: Path) -> None:
    assert check_lexicon(tmp_path) == CheckReport(0, (), ())


def test_the_shipped_lines_are_sound() -> None:
    # Whether the tokenised files fit is another matter: they are made after the lexicon is written.
    lines = [fault for fault in check_lexicon().errors if fault.line]

    assert lines == []


def test_tokenised_files_with_the_key_in_force_are_not_stale(tmp_path: Path) -> None:
    assert stale_files(write_tokenised(tmp_path)) == []


@pytest.mark.parametrize("damage", ["missing", "other", "nonsense", "stale"])
def test_tokenised_files_that_do_not_fit_are_named(tmp_path: Path, damage: str) -> None:
    file = write_tokenised(tmp_path) / "ko.npz"
    if damage == "missing":
        file.unlink()
    elif damage == "nonsense":
        file.write_bytes(b"nonsense")
    elif damage == "other":
        np.savez(file, rows=np.zeros(3))
    else:
        np.savez(file, key=np.frombuffer(b"of another lexicon", dtype=np.uint8))

    assert stale_files(tmp_path) == [
        Fault(f"{tmp_path.name}/ko.npz", 0, "missing, damaged or out of date; run landfall lexicon build")
    ]


def test_every_missing_file_is_named(tmp_path: Path) -> None:
    names = [fault.file.partition("/")[2] for fault in stale_files(tmp_path)]

    assert names == ["concepts.npz", "user_words.npz", "ko.npz", "en.npz", "de.npz", "es.npz"]


def test_concepts_without_a_vector_are_counted(tmp_path: Path) -> None:
    save_meanings(["battery", "cell"], np.eye(2, 4, dtype=np.float32), tmp_path)

    assert missing_meanings(["battery", "cell", "battery"], tmp_path) == []
    assert missing_meanings([], tmp_path) == []
    assert [fault.reason for fault in missing_meanings(["cell", "visa", "tram", "visa"], tmp_path)] == [
        "2 of 3 concepts have no vector; run landfall lexicon build"
    ]
