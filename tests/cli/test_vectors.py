"""encode, similarity and evaluate: the files they write and the figures they print."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from matcher.engine.analysis import SourceText
from matcher.engine.evaluation import mean, ndcg
from matcher.settings import PROJECT
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.graded_collections import Collection, read_collection
from models.vocabulary import Language
from tests.cli.conftest import Landfall
from tests.matcher.workflows.builders import write_lines

EVAL = PROJECT / "seed_data" / "eval"


def load(path: Path) -> NDArray[np.float32]:
    """Read a file of rows."""
    rows: NDArray[np.float32] = np.load(path, allow_pickle=False)
    return rows


def cut_collection(folder: Path, startups: int, programs: int) -> Collection:
    """Write the first records of the shipped collection."""
    folder.mkdir()
    for file, count in (("startups.jsonl", startups), ("programs.jsonl", programs)):
        lines = (EVAL / file).read_text(encoding="utf-8").splitlines(keepends=True)
        (folder / file).write_text("".join(lines[:count]), encoding="utf-8")
    (folder / "qrels.tsv").write_text((EVAL / "qrels.tsv").read_text(encoding="utf-8"), encoding="utf-8")
    return read_collection(folder)


def test_encode_writes_one_unit_row_per_line(landfall: Landfall, hashing_analyst: LocalAnalyst) -> None:
    lines = ["배터리를 재활용합니다.", "We recycle batteries. And more.", "Roboter"]

    done = landfall.run("encode", "--lang", "ko", "--out", "x.npy", stdin="\n".join(lines).encode())

    rows = load(landfall.cwd / "x.npy")
    expected = [text.whole for text in hashing_analyst.read([SourceText(x, Language.KO) for x in lines])]
    assert (done.code, done.out, done.err) == (0, "", "")
    assert (rows.dtype, rows.shape) == (np.dtype(np.float32), (3, 256))
    assert np.linalg.norm(rows, axis=1).tolist() == pytest.approx([1, 1, 1], abs=1e-6)
    assert np.array_equal(rows, np.stack(expected))
    assert list(landfall.files()) == ["cwd/x.npy"]


def test_encode_reads_a_file_and_prints_rows_without_out(landfall: Landfall) -> None:
    landfall.write("lines.txt", "Batteries\r\nRobots\r\n")

    printed = landfall.call("encode", "lines.txt", "--lang", "en")
    landfall.call("encode", "lines.txt", "--lang", "en", "--out", "x.npy")

    rows = np.array([[float(figure) for figure in line.split()] for line in printed.out.splitlines()])
    assert (printed.code, printed.err) == (0, "")
    assert rows.shape == (2, 256)
    assert np.abs(rows - load(landfall.cwd / "x.npy")).max() <= 1e-6


def test_encode_falls_back_to_the_line_where_nothing_is_left(landfall: Landfall) -> None:
    lines = ["ㅋㅋㅋ", "😀", "...", "배터리", "の"]

    done = landfall.call("encode", "--lang", "ko", "--out", "x.npy", stdin="\n".join(lines).encode())

    rows = load(landfall.cwd / "x.npy")
    assert done.code == 0
    assert np.linalg.norm(rows, axis=1).tolist() == pytest.approx([1] * 5, abs=1e-6)


def test_encode_takes_files_of_any_size(landfall: Landfall) -> None:
    line = "batteries " * 1000
    landfall.write("lines.txt", f"{line}\n" * 120)

    done = landfall.call("encode", "lines.txt", "--lang", "en", "--out", "x.npy")

    assert (done.code, load(landfall.cwd / "x.npy").shape) == (0, (120, 256))


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("배터리\n\n로봇\n", "landfall: line 2: is blank"),
        ("배터리\n로봇\n \t \n", "landfall: line 3: is blank"),
        ("\n배터리", "landfall: line 1: is blank"),
        ("배터리\n\n", "landfall: line 2: is blank"),
        ("배터리\r\n\r\n", "landfall: line 2: is blank"),
        ("", "landfall: lines: the file is empty"),
        ("a\0b", "landfall: lines: this is not a text file"),
        ("배터리\n" + "x" * 200_001, "landfall: line 2: longer than 200,000 characters"),
    ],
)
def test_encode_names_the_line_it_refuses(landfall: Landfall, content: str, complaint: str) -> None:
    done = landfall.call("encode", "--lang", "ko", "--out", "x.npy", stdin=content.encode())

    assert done.complaint == complaint
    assert landfall.files() == {}


def test_encode_says_where_it_cannot_write(landfall: Landfall) -> None:
    done = landfall.call("encode", "--lang", "en", "--out", "no/x.npy", stdin=b"Batteries")

    assert done.complaint == "landfall: out: no/x.npy cannot be written: No such file or directory"


def test_similarity_reproduces_the_text_system_of_evaluate(landfall: Landfall) -> None:
    collection = cut_collection(landfall.cwd / "eval", 4, 15)
    write_lines(
        landfall.cwd / "programs.jsonl",
        [
            {"id": program.id, "lang": program.language, "texts": program.text.split("\n", 1)}
            for program in collection.programs
        ],
    )
    write_lines(
        landfall.cwd / "profiles.jsonl",
        [
            {"id": startup.id, "lang": "ko", "texts": [startup.texts[Language.KO]]}
            for startup in collection.startups
        ],
    )

    done = landfall.run("similarity", "profiles.jsonl", "programs.jsonl", "--out", "S.npy")
    report = json.loads(landfall.call("evaluate", "eval", "--json").out)["systems"]["text"]["ko"]

    scores = load(landfall.cwd / "S.npy")
    grades = collection.grade_matrix(collection.startups)
    forward = [ndcg(row.astype(np.float64), own, 10) for row, own in zip(scores, grades, strict=True)]
    backward = [
        ndcg(scores[:, place].astype(np.float64), grades[:, place], 10)
        for place in range(15)
        if grades[:, place].max() > 1
    ]
    assert (done.code, done.out, done.err) == (0, "", "")
    assert (scores.dtype, scores.shape) == (np.dtype(np.float32), (4, 15))
    assert report["ndcg@10"] == {"startup_to_program": mean(forward), "program_to_startup": mean(backward)}


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("{", "profiles.jsonl, line 2, line: is not JSON"),
        ("[]", "profiles.jsonl, line 2, texts: a list of texts expected"),
        ('{"id": "a", "lang": "ko", "texts": []}', "profiles.jsonl, line 2, texts: a list of texts expected"),
        ('{"id": "a", "lang": "ko", "texts": "a"}', "profiles.jsonl, line 2, texts: a list of texts"),
        ('{"id": "a", "lang": "ko", "texts": [1]}', "profiles.jsonl, line 2, texts: a list of texts"),
        ('{"id": "a", "lang": "fr", "texts": ["a"]}', "profiles.jsonl, line 2, lang: 'fr' is not one of"),
        ('{"id": "a", "texts": ["a"]}', "profiles.jsonl, line 2, lang: None is not one of ko, en, de, es"),
        ('{"id": "a", "lang": "ko", "texts": ["\\u0000"]}', "profiles.jsonl, line 2, texts: holds a NUL"),
        ('{"id": "a", "lang": "ko", "texts": ["\\ud800"]}', "profiles.jsonl, line 2, texts: holds half a"),
    ],
)
def test_similarity_names_file_line_and_field(landfall: Landfall, line: str, complaint: str) -> None:
    good = {"id": "P", "lang": "en", "texts": ["Bees"]}
    write_lines(landfall.cwd / "profiles.jsonl", [good, line])
    write_lines(landfall.cwd / "programs.jsonl", [good])

    done = landfall.call("similarity", "profiles.jsonl", "programs.jsonl", "--out", "S.npy")

    assert done.complaint.startswith(f"landfall: {complaint}")
    assert not (landfall.cwd / "S.npy").exists()


def test_similarity_refuses_files_without_a_record(landfall: Landfall) -> None:
    landfall.write("empty.jsonl", "\n")

    empty = landfall.call("similarity", "empty.jsonl", "empty.jsonl", "--out", "S.npy")
    missing = landfall.call("similarity", "no.jsonl", "empty.jsonl", "--out", "S.npy")

    assert empty.complaint == "landfall: empty.jsonl, file: holds no record"
    assert missing.complaint.startswith("landfall: no.jsonl, file: cannot be read")


def test_evaluate_prints_the_figures_of_five_systems_and_needs_no_database(landfall: Landfall) -> None:
    cut_collection(landfall.cwd / "eval", 2, 8)
    before = landfall.files()

    table, document = landfall.call("evaluate", "eval"), landfall.run("evaluate", "eval", "--json")

    report: dict[str, Any] = json.loads(document.out)
    assert (table.code, table.err, document.code, document.err) == (0, "", 0, "")
    assert list(report["systems"]) == ["full", "text", "facts", "bm25", "raw_model"]
    for languages in report["systems"].values():
        assert set(languages) >= {"ko", "en"}
        for figures in languages.values():
            assert set(figures) == {"ndcg@10", "recall@5", "top5_overlap_en", "parity_en"}
            assert set(figures["ndcg@10"]) == {"startup_to_program", "program_to_startup"}
    assert report["language_preference"] == {"mean_signed": None, "ci95": None, "p95_abs": None}
    assert [line for line in table.out.splitlines() if "raw_model" in line] != []
    assert "no German or Spanish program has an English version" in table.out
    assert landfall.files() == before


def test_evaluate_says_what_the_language_of_a_program_does(landfall: Landfall) -> None:
    cut_collection(landfall.cwd / "eval", 2, 45)

    table, document = landfall.call("evaluate", "eval"), landfall.call("evaluate", "eval", "--json")

    preference = json.loads(document.out)["language_preference"]
    assert list(preference) == ["mean_signed", "ci95", "p95_abs"]
    assert preference["ci95"][0] <= preference["mean_signed"] <= preference["ci95"][1]
    assert preference["p95_abs"] >= 0
    assert f"language preference: {preference['mean_signed']:+.2f} places (95% interval" in table.out


def test_evaluate_names_file_line_and_field(landfall: Landfall) -> None:
    cut_collection(landfall.cwd / "eval", 1, 2)
    (landfall.cwd / "eval" / "qrels.tsv").write_text("S01\tP01\t3\nS01\tP02\t9\n", encoding="utf-8")

    grade = landfall.call("evaluate", "eval")
    folder = landfall.call("evaluate", "nowhere", "--json")

    assert grade.complaint == "landfall: qrels.tsv, line 2, grade: '9' is not one of 0, 1, 2, 3"
    assert folder.complaint.startswith("landfall: startups.jsonl, file: cannot be read")
