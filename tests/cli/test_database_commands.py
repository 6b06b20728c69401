"""migrate, seed, reindex, shortlist, doctor and calibrate on a folder that was empty."""

import csv
import io
import json
import sqlite3

from matcher.settings import PROJECT
from models.database import head_revision
from tests.cli.conftest import Landfall
from tests.matcher.workflows.builders import PROGRAMS, edited, write_lines, write_parallel

CHECKS = (
    "landfall",
    "python",
    "packages",
    "sqlite",
    "database",
    "integrity",
    "audit",
    "keep",
    "index",
    "encoder",
    "model",
    "disk",
    "mail",
    "public_url",
)
"""What doctor looks at, in its order."""


def count(landfall: Landfall, table: str) -> int:
    """Count the rows of a table."""
    connection = sqlite3.connect(landfall.data / "landfall.db")
    (rows,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608  our own tables
    connection.close()
    return int(rows)


def counts(landfall: Landfall) -> dict[str, int]:
    """Count what was seeded."""
    return {table: count(landfall, table) for table in ("program", "startup", "profile", "textembedding")}


def test_migrate_and_seed_work_in_an_empty_folder_and_again(tiny_seed: Landfall) -> None:
    migrated = [tiny_seed.run("migrate") for _ in range(2)]
    key = (tiny_seed.folder / "data-keep" / "server.key").read_bytes()
    first, second = (tiny_seed.run("seed") for _ in range(2))

    assert [(done.code, done.out, done.err) for done in migrated] == [
        (0, "", f"database: schema {head_revision()}\n")
    ] * 2
    assert (first.code, first.out, first.err.splitlines()) == (
        0,
        "",
        [
            "seed: 10 added, 0 changed, 0 as they were",
            "texts: 0 of 5 read",
            "texts: 5 of 5 read",
            "texts: 5 read, all others were stored",
        ],
    )
    assert (second.code, second.out, second.err.splitlines()) == (
        0,
        "",
        ["seed: 0 added, 0 changed, 10 as they were", "texts: 0 read, all others were stored"],
    )
    assert counts(tiny_seed) == {"program": 2, "startup": 2, "profile": 3, "textembedding": 5}
    assert (tiny_seed.folder / "data-keep" / "server.key").read_bytes() == key
    assert [name for name in tiny_seed.files() if not name.startswith("seed_data/")] == [
        "data/landfall.db",
        "data-keep/server.key",
    ]


def test_the_shipped_files_are_seeded_without_invented_startups(landfall: Landfall) -> None:
    landfall.call("migrate")

    done = landfall.call("seed", "--without-invented", "--no-embed")

    programs = len((PROJECT / "seed_data" / "programs.jsonl").read_text(encoding="utf-8").splitlines())
    assert (done.code, done.out) == (0, "")
    assert done.err == "seed: 110 added, 0 changed, 0 as they were\n"
    assert programs == 57
    assert counts(landfall) == {"program": 57, "startup": 0, "profile": 0, "textembedding": 0}


def test_a_bad_record_is_refused_and_nothing_is_stored(tiny_seed: Landfall) -> None:
    tiny_seed.call("migrate")
    write_lines(
        tiny_seed.folder / "seed_data" / "programs.jsonl", [PROGRAMS[0], edited(PROGRAMS[1], seats=-1)]
    )

    done = tiny_seed.call("seed")

    assert done.complaint == "landfall: programs.jsonl, line 2, seats: Input should be greater than 0"
    assert counts(tiny_seed) == {"program": 0, "startup": 0, "profile": 0, "textembedding": 0}


def test_a_seed_folder_that_is_not_there_is_reported(tiny_seed: Landfall) -> None:
    tiny_seed.call("migrate")

    done = tiny_seed.having(seed_dir="nowhere").call("seed")

    assert done.complaint.startswith("landfall: cities.jsonl, file: cannot be read:")


def test_reindex_reads_what_is_missing_and_drops_what_is_stale(tiny_seed: Landfall) -> None:
    tiny_seed.call("migrate")
    tiny_seed.call("seed", "--no-embed")
    unread = counts(tiny_seed)["textembedding"]
    first = tiny_seed.call("reindex")
    connection = sqlite3.connect(tiny_seed.data / "landfall.db")
    with connection:
        connection.execute("UPDATE program SET text = 'Another text.' WHERE id = 'alpha'")
    connection.close()

    second = tiny_seed.call("reindex")

    assert (unread, first.code, second.code) == (0, 0, 0)
    assert first.err.splitlines()[-1] == "texts: 5 read, all others were stored"
    assert second.err.splitlines()[-1] == "texts: 1 read, all others were stored"
    assert counts(tiny_seed)["textembedding"] == 5


def test_shortlist_prints_csv_and_json(seeded: Landfall) -> None:
    table = seeded.call("shortlist", "md-global-gateway")
    document = seeded.call("shortlist", "md-global-gateway", "--format", "json")

    rows = list(csv.DictReader(io.StringIO(table.out)))
    listed = json.loads(document.out)["shortlist"]
    assert (table.code, table.err, document.code, document.err) == (0, "", 0, "")
    assert [row["startup"] for row in rows] == [item["startup"] for item in listed]
    assert sorted(row["startup"] for row in rows) == ["S01", "S02", "S03", "S04", "S05", "S06"]


def test_shortlist_refuses_what_it_does_not_know(seeded: Landfall) -> None:
    unknown = seeded.call("shortlist", "gamma")
    form = seeded.call("shortlist", "md-global-gateway", "--format", "pdf")

    assert unknown.complaint == "landfall: round: no round and no program has the id 'gamma'"
    assert form.complaint == "landfall: format: 'pdf' is not one of csv, json"


def test_shortlist_writes_down_that_it_was_taken_and_why(seeded: Landfall) -> None:
    seeded.run("shortlist", "ksgc", "--reason", "for the jury")

    connection = sqlite3.connect(seeded.data / "landfall.db")
    entries = connection.execute("SELECT actor, act, object, reason FROM auditentry").fetchall()
    connection.close()
    assert entries == [("operator", "exported", "ksgc", "for the jury")] * 6


def test_doctor_finds_a_seeded_installation_in_order(seeded: Landfall) -> None:
    before = seeded.files()
    table, document = seeded.call("doctor"), seeded.call("doctor", "--json")

    checks = json.loads(document.out)
    assert (table.code, document.code) == (0, 0)
    assert [line.split(":")[0] for line in table.out.splitlines()] == [f"ok  {name}" for name in CHECKS]
    assert {name: (item["ok"], set(item)) for name, item in checks.items()} == {
        name: (True, {"ok", "detail"}) for name in CHECKS
    }
    assert seeded.files() == before


def test_doctor_says_what_is_wrong_and_makes_nothing(landfall: Landfall) -> None:
    done = landfall.call("doctor")

    assert (done.code, done.err) == (1, "")
    assert [line for line in done.out.splitlines() if line.startswith("BAD")] == [
        f"BAD database: schema missing, this version needs {head_revision()}: run landfall migrate"
    ]
    assert landfall.files() == {}


def test_doctor_reports_a_model_that_is_not_there(seeded: Landfall) -> None:
    done = seeded.having(encoder="no-such-model").call("doctor", "--json")

    checks = json.loads(done.out)
    assert done.code == 1
    assert [name for name, item in checks.items() if not item["ok"]] == ["encoder"]


def test_a_model_that_is_not_there_is_one_line(seeded: Landfall) -> None:
    seeded.write("a.txt", "We recycle batteries.")

    done = seeded.having(encoder="no-such-model").call("match", "a.txt")

    assert done.complaint == (
        "landfall: encoder: no-such-model is not a sentence-transformers model (no modules.json)"
    )


def test_calibrate_writes_a_folder_that_is_then_in_force(tiny_seed: Landfall) -> None:
    write_parallel(tiny_seed.folder / "seed_data")

    done = tiny_seed.call("calibrate")
    elsewhere = tiny_seed.call("calibrate", "--out", "here")
    checks = json.loads(tiny_seed.call("doctor", "--json").out)

    version = done.err.split()[1]
    assert (done.code, done.out, done.err) == (0, "", f"calibration: {version} for hashing\n")
    assert elsewhere.err == done.err
    assert checks["encoder"]["detail"] == f"hashing hashing-2, calibration {version}"
    assert [name for name in tiny_seed.files() if not name.startswith("seed_data/")] == [
        "cwd/here/means.npz",
        "cwd/here/terms.json",
        "data/calibration/hashing-2/means.npz",
        "data/calibration/hashing-2/terms.json",
    ]
