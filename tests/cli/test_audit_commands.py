"""`landfall audit`: verify, who-saw and report, as people and programs read them."""

import json
import sqlite3
from contextlib import closing

import pytest

from matcher.workflows.audits import Act, record
from models.access import OPERATOR, Actor
from models.base import now_utc
from models.database import open_engine, write_session
from tests.cli.conftest import Landfall


@pytest.fixture
def audited(seeded: Landfall) -> Landfall:
    """Give the command with three entries in the log."""
    engine = open_engine(f"sqlite:///{seeded.data / 'landfall.db'}")
    with write_session(engine) as session:
        reader = Actor(account_id="a" * 32, address="192.0.2.7", agencies=frozenset({"office"}))
        record(session, reader, Act.PROFILES_LISTED, about="ksgc", details={"startups": ["S01", "S02"]})
        record(session, reader, Act.PROFILE_READ, subject="S01", about="ksgc")
        record(session, OPERATOR, Act.EXPORTED, about="ksgc", reason="board", details={"startups": ["S02"]})
    engine.dispose()
    return seeded


def tamper(landfall: Landfall, statement: str) -> None:
    """Change the log behind the triggers' back."""
    with closing(sqlite3.connect(landfall.data / "landfall.db")) as connection, connection:
        connection.execute("DROP TRIGGER auditentry_no_update")
        connection.execute("DROP TRIGGER auditentry_no_delete")
        connection.execute(statement)


def test_verify_says_that_all_is_in_order_and_writes_nothing(audited: Landfall) -> None:
    before = audited.files()

    done, document = audited.call("audit", "verify"), audited.call("audit", "verify", "--json")

    found = json.loads(document.out)
    assert (done.code, done.out, done.err) == (
        0,
        "audit: 3 entries in order, no head is kept outside yet\n",
        "",
    )
    assert (document.code, found["ok"], found["entries"], found["fault"]) == (0, True, 3, None)
    assert set(found["head"]) == {"id", "hash"}
    assert audited.files() == before


def test_verify_keeps_a_head_when_told_and_finds_what_was_cut_off(audited: Landfall) -> None:
    anchored = audited.call("audit", "verify", "--anchor")
    again = audited.call("audit", "verify")
    tamper(audited, "DELETE FROM auditentry WHERE id = 3")

    done, document = audited.call("audit", "verify", "--anchor"), audited.call("audit", "verify", "--json")

    found = json.loads(document.out)
    assert (anchored.code, again.out) == (0, "audit: 3 entries in order, anchored up to entry 3\n")
    assert (done.code, done.out.startswith("audit: entry 3 is missing: the head written down ")) == (1, True)
    assert (document.code, found["ok"], found["fault"]["entry"], found["anchored"]) == (1, False, 3, 3)
    assert len((audited.folder / "data-keep" / "audit-heads.jsonl").read_text().splitlines()) == 1


def test_verify_names_the_entry_that_was_edited(audited: Landfall) -> None:
    tamper(audited, "UPDATE auditentry SET subject = 'S05' WHERE id = 2")

    done = audited.run("audit", "verify")

    assert (done.code, done.out, done.err) == (
        1,
        "audit: entry 2 was changed, or another one was put in its place\n",
        "",
    )


def test_who_saw_lists_each_look(audited: Landfall) -> None:
    done, document = (
        audited.call("audit", "who-saw", "S01"),
        audited.call("audit", "who-saw", "S01", "--json"),
    )

    reader = f"{'a' * 32} (reviewer), from 192.0.2.7, about ksgc"
    lines = [line.partition(", ")[2] for line in done.out.splitlines()]
    found = json.loads(document.out)
    assert (done.code, lines) == (0, [f"profiles-listed, {reader}", f"profile-read, {reader}"])
    assert done.err == "S01: 2 entries\n"
    assert (found["startup"], [entry["entry"] for entry in found["entries"]]) == ("S01", [1, 2])
    assert {key: value for key, value in found["entries"][1].items() if key != "at"} == {
        "entry": 2,
        "account": "a" * 32,
        "name": "",
        "email": "",
        "role": "reviewer",
        "address": "192.0.2.7",
        "act": "profile-read",
        "about": "ksgc",
        "reason": "",
    }


def test_who_saw_refuses_a_startup_that_is_not_there(audited: Landfall) -> None:
    done = audited.call("audit", "who-saw", "S99")

    assert done.complaint == "landfall: startup: no startup has the id 'S99'"


def test_report_sums_up_a_month(audited: Landfall) -> None:
    month = now_utc().strftime("%Y-%m")

    done = audited.call("audit", "report", "--month", month)
    document = audited.call("audit", "report", "--month", month, "--json")

    found = json.loads(document.out)
    assert (done.code, document.code) == (0, 0)
    assert [line for line in done.out.splitlines() if "T" not in line] == [
        f"{month}: 3 entries",
        "  exported (operator): 1",
        "  profile-read (reviewer): 1",
        "  profiles-listed (reviewer): 1",
        "exports: 1",
        "read most:",
        f"  {'a' * 32}: 2 startups, 2 times",
        "stopped for reading too much: 0",
    ]
    assert "exported, operator (operator), about ksgc, reason: board" in done.out
    assert [(one["reason"], one["about"]) for one in found["exports"]] == [("board", "ksgc")]
    assert found["acts"][0] == {"act": "exported", "role": "operator", "times": 1}
    assert (found["readers"][0]["startups"], found["stopped"]) == (2, [])


def test_report_shows_who_was_stopped(audited: Landfall) -> None:
    engine = open_engine(f"sqlite:///{audited.data / 'landfall.db'}")
    with write_session(engine) as session:
        record(session, OPERATOR, Act.READING_STOPPED)
    engine.dispose()

    done = audited.call("audit", "report", "--month", now_utc().strftime("%Y-%m"))

    assert done.out.splitlines()[-2] == "stopped for reading too much: 1"
    assert done.out.splitlines()[-1].endswith(", reading-stopped, operator (operator)")


def test_report_refuses_what_is_no_month(audited: Landfall) -> None:
    done = audited.call("audit", "report", "--month", "last")

    assert done.complaint == "landfall: month: 'last' is no month such as 2026-11"


@pytest.mark.parametrize(
    "command", [("verify",), ("who-saw", "S01"), ("report", "--month", "2026-11")], ids=lambda found: found[0]
)
def test_without_a_database_there_is_one_line(landfall: Landfall, command: tuple[str, ...]) -> None:
    done = landfall.call("audit", *command)

    assert done.complaint == "landfall: database: is not at this version's schema; run landfall migrate"
    assert landfall.files() == {}
