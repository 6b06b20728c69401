"""replay: the figures it prints and what it refuses."""

import json

import pytest

from matcher.settings import PROJECT
from tests.cli.conftest import Landfall
from tests.matcher.workflows.builders import write_lines


@pytest.fixture
def collection(landfall: Landfall) -> Landfall:
    """Give the command beside a collection of twelve startups and two programs."""
    source = PROJECT / "seed_data" / "eval"
    for name, count in (("startups.jsonl", 12), ("programs.jsonl", 2)):
        lines = (source / name).read_text(encoding="utf-8").splitlines()[:count]
        write_lines(landfall.cwd / "eval" / name, lines)
    grades = "S01\tP01\t3\nS02\tP01\t2\nS03\tP02\t2\n"
    (landfall.cwd / "eval" / "qrels.tsv").write_text(grades, encoding="utf-8")
    return landfall


def test_replay_prints_exactly_the_agreed_document(collection: Landfall) -> None:
    before = collection.files()

    done = collection.call(
        "replay", "eval", "--reviewers", "hidden", "--noise", "0.2", "--lang", "ko", "--seeds", "2", "--json"
    )

    report = json.loads(done.out)
    assert (done.code, done.err) == (0, "")
    assert list(report) == ["decisions", "reviewers", "noise", "unlearned", "learned", "gain", "se"]
    assert report["decisions"] == [0, 5, 10, 20, 40]
    assert (report["reviewers"], report["noise"]) == ("hidden", 0.2)
    assert {len(report[name]) for name in ("unlearned", "learned", "gain", "se")} == {5}
    assert report["gain"][3:] == [None, None]
    assert (report["gain"][0], report["se"][0]) == (0, 0)
    assert collection.files() == before


def test_replay_prints_a_table_for_people(collection: Landfall) -> None:
    done = collection.call("replay", "eval", "--reviewers", "grades", "--seeds", "2")

    assert (done.code, done.err) == (0, "")
    assert "nDCG@10 over the undecided startups; reviewers: grades, noise: 0.0" in done.out
    assert "+0.0000" in done.out


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("nowhere", "--reviewers", "grades"), "startups.jsonl, file: cannot be read"),
        (("eval",), "Missing option '--reviewers'"),
        (("eval", "--reviewers", "nobody"), "Invalid value for '--reviewers'"),
        (("eval", "--reviewers", "grades", "--noise", "2"), "Invalid value for '--noise'"),
        (("eval", "--reviewers", "grades", "--noise", "nan"), "Invalid value for '--noise'"),
        (("eval", "--reviewers", "grades", "--seeds", "0"), "Invalid value for '--seeds'"),
        (("eval", "--reviewers", "grades", "--lang", "fr"), "Invalid value for '--lang'"),
    ],
)
def test_replay_names_what_it_refuses(
    collection: Landfall, arguments: tuple[str, ...], complaint: str
) -> None:
    assert collection.call("replay", *arguments).complaint.startswith(f"landfall: {complaint}")
