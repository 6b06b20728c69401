"""`landfall import`: what it prints, and that it writes all rows or none."""

import json

from tests.cli.conftest import Landfall

GOOD = "기업명,단계\n주식회사 가온,시드\n㈜가온,series-a\n"


def test_a_dry_run_says_what_would_be_written_and_writes_nothing(seeded: Landfall) -> None:
    seeded.write("table.csv", GOOD.encode("cp949"))
    before = seeded.files()
    done = seeded.call("import", "table.csv", "--dry-run", "--json")

    assert done.code == 0
    assert json.loads(done.out) == {
        "rows": 2,
        "ok": 2,
        "errors": [],
        "duplicates": [{"row": 3, "with": 2, "kind": "name"}],
        "mapping": {"기업명": "name", "단계": "stage"},
        "examples": [],
        "incomplete": [2, 3],
    }
    assert seeded.files()["data/landfall.db"] == before["data/landfall.db"]


def test_rows_are_written_and_found_again_as_duplicates(seeded: Landfall) -> None:
    seeded.write("table.csv", GOOD)

    assert seeded.call("import", "table.csv").err == "import: 2 startups written\n"
    again = json.loads(seeded.call("import", "table.csv", "--dry-run", "--json").out)
    assert [one["kind"] for one in again["duplicates"]] == ["name", "name"]
    assert all(str(one["with"]).startswith("s-") for one in again["duplicates"])


def test_one_bad_row_ends_with_2_and_nothing_is_written(seeded: Landfall) -> None:
    seeded.write("table.csv", "name,trl\nGaon,5\nNarae,12\n")
    done = seeded.call("import", "table.csv", "--json")

    assert done.code == 2
    assert json.loads(done.out)["errors"] == [
        {"row": 3, "column": "trl", "reason": "Input should be less than or equal to 9"}
    ]
    assert "nothing was written" in done.err
    after = seeded.call("import", "table.csv", "--dry-run", "--json")
    assert json.loads(after.out)["duplicates"] == []


def test_a_column_can_be_named(seeded: Landfall) -> None:
    seeded.write("table.csv", "A,B\nGaon,seed\n")
    done = seeded.call(
        "import", "table.csv", "--dry-run", "--json", "--column", "A=name", "--column", "B=stage"
    )

    assert json.loads(done.out)["mapping"] == {"A": "name", "B": "stage"}
    assert json.loads(done.out)["ok"] == 1


def test_what_is_no_table_is_refused_in_one_line(seeded: Landfall) -> None:
    seeded.write("plan.pdf", b"%PDF-1.7")

    assert (
        seeded.call("import", "plan.pdf").complaint == "landfall: file: this is a PDF; save it as XLSX or CSV"
    )
    assert "cannot be read" in seeded.call("import", "missing.csv").complaint
