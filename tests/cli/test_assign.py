"""assign: the plan it prints, and the files it refuses."""

import io
import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from tests.cli.conftest import Done, Landfall

SCORES = [[1.0, 0.4], [0.5, 0.2], [0.3, 0.1]]
FULL = (
    "the only program open to it is full of startups with which the total is higher,"
    " or equal with lower startup numbers"
)
MASK = [[True, True], [True, False], [True, False]]


@dataclass(frozen=True)
class Desk:
    """Writes the files of an assignment and runs the command over them."""

    landfall: Landfall

    def array(self, name: str, value: Any, **options: Any) -> None:
        """Write a .npy file."""
        content = io.BytesIO()
        np.save(content, np.asarray(value), **options)
        self.landfall.write(name, content.getvalue())

    def json(self, name: str, value: Any) -> None:
        """Write a JSON file."""
        self.landfall.write(name, json.dumps(value))

    def assign(self, *more: str) -> Done:
        """Run the command."""
        files = ("--scores", "scores.npy", "--eligible", "mask.npy", "--seats", "seats.json")
        return self.landfall.call("assign", *files, *more)

    def document(self, *more: str) -> dict[str, Any]:
        """Run the command and read what it prints."""
        done = self.assign("--json", *more)
        assert (done.code, done.err) == (0, "")
        found: dict[str, Any] = json.loads(done.out)
        return found


@pytest.fixture
def desk(landfall: Landfall) -> Desk:
    """Give a desk with three startups, two programs and one seat in each."""
    desk = Desk(landfall)
    desk.array("scores.npy", SCORES)
    desk.array("mask.npy", MASK)
    desk.json("seats.json", [1, 1])
    return desk


def test_assign_prints_the_plan_as_json(desk: Desk) -> None:
    before = desk.landfall.files()

    assert desk.document() == {
        "pairs": [[0, 1], [1, 0]],
        "total": 0.9,
        "unmatched": [
            {
                "startup": 2,
                "reason": FULL,
            }
        ],
    }
    assert desk.landfall.files() == before


def test_assign_prints_lines_for_people(desk: Desk) -> None:
    desk.json("rules.json", {"rules": [{"name": "only one", "max": 1}]})

    done = desk.assign("--rules", "rules.json")

    assert done.code == 0
    assert done.out.splitlines()[0] == "startup 0: program 0"
    assert done.out.splitlines()[1].startswith("startup 1: none, ")
    assert done.out.splitlines()[-2:] == [
        "rule 'only one' costs 1 pairs and -0.1 of the total",
        "1 pairs, total 1",
    ]


def test_assign_keeps_pins_and_exclusions(desk: Desk) -> None:
    desk.json("pins.json", {"pin": [[2.0, 0]], "exclude": [[0, 1]]})

    document = desk.document("--pins", "pins.json")

    assert (document["pairs"], document["total"]) == ([[2, 0]], 0.3)
    assert [one["startup"] for one in document["unmatched"]] == [0, 1]


def test_assign_gives_a_startup_several_programs(desk: Desk) -> None:
    desk.json("seats.json", [3, 3])

    assert desk.document("--max-per-startup", "2")["pairs"] == [[0, 0], [0, 1], [1, 0], [2, 0]]


def test_assign_says_what_each_side_rule_costs(desk: Desk) -> None:
    desk.json(
        "rules.json",
        {
            "startups": {"country": ["KR", "DE", "KR"]},
            "rules": [{"name": "one per country", "each_startup": "country", "max": 1},
                      {"name": "no German", "startups": {"country": "DE"}, "max": 0}],
        },
    )  # fmt: skip

    document = desk.document("--rules", "rules.json")

    assert document["pairs"] == [[0, 0]]
    assert document["rules"] == [
        {"name": "one per country", "costs": {"pairs": 1, "total": pytest.approx(-0.3)}},
        {"name": "no German", "costs": {"pairs": 1, "total": pytest.approx(-0.1)}},
    ]


def test_assign_names_rules_that_cannot_be_kept_together(desk: Desk) -> None:
    desk.json("rules.json", {"rules": [{"name": "most", "max": 1}, {"name": "fewest", "min": 2}]})

    done = desk.assign("--rules", "rules.json", "--json")

    assert done.complaint == "landfall: rules: 'most' and 'fewest' cannot be kept together"


def test_assign_takes_numbers_of_any_kind_and_never_reads_forbidden_scores(desk: Desk) -> None:
    desk.array("mask.npy", np.asfortranarray([[True, False], [False, True]]))
    desk.json("seats.json", [1.0, 1])
    for scores in (
        np.array([[3, 0], [0, 4]], dtype=np.int8),
        np.array([[3, np.nan], [np.inf, 4]], dtype=np.float32),
        np.asfortranarray([[3.0, 9.0], [9.0, 4.0]]),
    ):
        desk.array("scores.npy", scores)

        assert (desk.document()["pairs"], desk.document()["total"]) == ([[0, 0], [1, 1]], 7.0)


@pytest.mark.parametrize("shape", [(0, 2), (0, 0), (3, 0)])
def test_assign_takes_rounds_without_startups_or_programs(desk: Desk, shape: tuple[int, int]) -> None:
    desk.array("scores.npy", np.zeros(shape))
    desk.array("mask.npy", np.zeros(shape, dtype=np.bool_))
    desk.json("seats.json", [1] * shape[1])

    document = desk.document()

    assert (document["pairs"], document["total"]) == ([], 0.0)
    assert [one["reason"] for one in document["unmatched"]] == ["not eligible for any program"] * shape[0]


@pytest.mark.parametrize(
    ("pins", "complaint"),
    [
        ({"pin": [[1, 1]]}, "pins.json, pin [1, 1]: startup 1 is not eligible for program 1"),
        ({"pin": [[3, 0]]}, "pins.json, pin [3, 0]: startups are numbered 0 to 2"),
        ({"pin": [[0, 2]]}, "pins.json, pin [0, 2]: programs are numbered 0 to 1"),
        (
            {"pin": [[0, 0], [1, 0]]},
            "pins.json, pin [0, 0]: 2 startups are pinned to program 0, which has 1 seats",
        ),
        (
            {"pin": [[0, 0], [0, 1]]},
            "pins.json, pin [0, 0]: startup 0 is pinned to 2 programs but may get 1",
        ),
        ({"pin": [[0, 0]], "exclude": [[0, 0]]}, "pins.json, pin [0, 0]: the pair is also excluded"),
        ({"exclude": [[9, 0]]}, "pins.json, exclude [9, 0]: startups are numbered 0 to 2"),
        ({"pin": [[-1, 0]]}, "pins.json, pin, number 1: a whole number from 0 expected, not -1"),
        ({"pin": [[True, 0]]}, "pins.json, pin, number 1: a whole number from 0 expected, not true"),
        ({"pin": [[0]]}, "pins.json, pin, number 1: [startup, program] expected"),
        ({"pin": {}}, "pins.json, pin: a list of [startup, program] expected"),
        ({"pins": []}, 'pins.json, file: an object with "pin" and "exclude" expected'),
        ([], 'pins.json, file: an object with "pin" and "exclude" expected'),
    ],
)
def test_assign_refuses_impossible_pins(desk: Desk, pins: Any, complaint: str) -> None:
    desk.json("pins.json", pins)

    assert desk.assign("--pins", "pins.json", "--json").complaint == f"landfall: {complaint}"


@pytest.mark.parametrize(
    ("seats", "complaint"),
    [
        ([1], "seats.json, seats: has 1 numbers, but the scores have 2 programs"),
        ([1, -1], "seats.json, seats of program 1: a whole number from 0 expected, not -1"),
        ([1, 1.5], "seats.json, seats of program 1: a whole number from 0 expected, not 1.5"),
        ([1, "1"], 'seats.json, seats of program 1: a whole number from 0 expected, not "1"'),
        ([1, None], "seats.json, seats of program 1: a whole number from 0 expected, not null"),
        ({"0": 1}, "seats.json, seats: a list with one whole number per program expected"),
    ],
)
def test_assign_refuses_seats_that_do_not_fit(desk: Desk, seats: Any, complaint: str) -> None:
    desk.json("seats.json", seats)

    assert desk.assign("--json").complaint == f"landfall: {complaint}"


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        (
            "scores.npy",
            [[1.0, np.nan], [0.0, 0.0], [0.0, 0.0]],
            "scores: nan is not a finite number (row 0, column 1, from 0)",
        ),
        (
            "scores.npy",
            [[1.0, 0.0], [-np.inf, 0.0], [0.0, 0.0]],
            "scores: -inf is not a finite number (row 1, column 0, from 0)",
        ),
        ("mask.npy", [[True, False, True]], "eligible: has the shape (1, 3), but scores.npy has (3, 2)"),
        ("scores.npy", [1.0, 2.0], "file: has the shape (2,); (startups, programs) expected"),
        ("scores.npy", [[1j, 0.0]], "file: holds complex128; numbers expected"),
        ("scores.npy", [["a", "b"]], "file: holds <U1; numbers expected"),
        ("mask.npy", [[1, 1], [1, 0], [1, 0]], "file: holds int64; booleans expected"),
    ],
)
def test_assign_refuses_arrays_by_file_and_place(desk: Desk, name: str, value: Any, complaint: str) -> None:
    desk.array(name, value)

    assert desk.assign("--json").complaint == f"landfall: {name}, {complaint}"


def test_assign_never_loads_pickled_objects(desk: Desk) -> None:
    desk.array("scores.npy", np.array([[1.0, None]], dtype=object), allow_pickle=True)

    assert desk.assign("--json").complaint.startswith(
        "landfall: scores.npy, file: is not a .npy file that can"
    )


@pytest.mark.parametrize("name", ["scores.npy", "mask.npy"])
def test_assign_refuses_broken_array_files(desk: Desk, name: str) -> None:
    whole = (desk.landfall.cwd / name).read_bytes()
    for content in (b"", b"text", b"PK\x03\x04", whole[:5], whole[:9], whole[:40], whole[:-1]):
        desk.landfall.write(name, content)

        assert desk.assign("--json").complaint.startswith(f"landfall: {name}, file: is not a .npy file")


@pytest.mark.parametrize("option", ["seats", "pins", "rules"])
@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("{", "file: is not JSON that can be read"),
        (b"\xff", "file: is not JSON that can be read"),
        ("[" * 100_000, "file: is not JSON that can be read"),
        ('{"pin": [], "pin": []}', "pin: stands in the file twice"),
    ],
)
def test_assign_refuses_files_that_are_not_json(
    desk: Desk, option: str, content: str | bytes, complaint: str
) -> None:
    desk.landfall.write("odd.json", content)

    done = desk.assign(f"--{option}", "odd.json", "--json")

    assert done.complaint.startswith(f"landfall: odd.json, {complaint}")


@pytest.mark.parametrize("option", ["scores", "eligible", "seats", "pins", "rules"])
def test_assign_names_files_that_are_not_there(desk: Desk, option: str) -> None:
    done = desk.assign(f"--{option}", "nowhere", "--json")

    assert done.complaint == "landfall: nowhere, file: cannot be read: No such file or directory"


def test_assign_refuses_rules_by_file_and_rule(desk: Desk) -> None:
    desk.json("rules.json", {"rules": [{"name": "a", "startups": [7], "max": 1}]})

    done = desk.assign("--rules", "rules.json", "--json")

    assert done.complaint == "landfall: rules.json, rule 'a': startups are numbered 0 to 2, not 7"


@pytest.mark.parametrize("most", ["0", "-1", "x"])
def test_assign_refuses_fewer_than_one_program_per_startup(desk: Desk, most: str) -> None:
    assert "--max-per-startup" in desk.assign("--max-per-startup", most, "--json").complaint


def test_assign_says_when_ties_are_left(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matcher.engine.assignment_ties.settle_ties.__defaults__", (0,))
    desk.array("scores.npy", np.ones((3, 2)))
    desk.array("mask.npy", np.ones((3, 2), dtype=np.bool_))

    done = desk.assign("--json")

    assert (done.code, json.loads(done.out)["total"]) == (0, 2.0)
    assert done.err.startswith("landfall: very many plans are equally good")


def test_assign_imports_nothing_heavy() -> None:
    code = """
import sys
import web.cli_assign, matcher.engine.assignment, matcher.workflows.assignment_files
from ortools.graph.python import min_cost_flow
heavy = {"torch", "transformers", "sentence_transformers", "faiss", "pandas", "scipy", "sklearn", "kiwipiepy"}
print(sorted(heavy & set(sys.modules)))
"""

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
