"""The shortlist as a file: the reviewer's order, what is left out, and cells no spreadsheet runs."""

import csv
import io
import json
from datetime import date

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from matcher.errors import AccessDeniedError, FieldError, UnknownProgramError
from matcher.exports.csv_file import spreadsheet_safe
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.audits import Act
from matcher.workflows.reviews import record_decision, set_pin
from matcher.workflows.shortlists import COLUMNS, ShortlistFormat, export, read_format
from models.access import ANONYMOUS, OPERATOR
from models.database import read_session, write_session
from models.tables import AuditEntry, Startup
from models.vocabulary import Decision

TODAY = date(2026, 6, 30)


def export_of(
    engine: Engine,
    analyst: LocalAnalyst,
    form: ShortlistFormat = ShortlistFormat.CSV,
    *,
    program: str = "md-global-gateway",
    bom: bool = False,
) -> bytes:
    """Export in a write unit of its own."""
    with write_session(engine) as session:
        return export(session, OPERATOR, analyst, program, form, today=TODAY, reason="jury", bom=bom)


def rows_of(content: bytes) -> list[dict[str, str]]:
    """Read a CSV file."""
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def decide(engine: Engine, startup: str, decision: Decision, reason: str) -> None:
    """Decide about a startup nobody has touched."""
    with write_session(engine) as session:
        record_decision(
            session,
            OPERATOR,
            "md-global-gateway",
            startup,
            decision=decision,
            reason=reason,
            revision=0,
        )


def test_the_csv_lists_every_startup_in_the_reviewers_order(
    engine: Engine, hashing_analyst: LocalAnalyst
) -> None:
    machine = [row["startup"] for row in rows_of(export_of(engine, hashing_analyst))]
    decide(engine, machine[1], Decision.ACCEPT, "실증에 적합합니다")
    with write_session(engine) as session:
        set_pin(session, OPERATOR, "md-global-gateway", machine[3], pinned=True)

    rows = rows_of(export_of(engine, hashing_analyst))

    assert list(rows[0]) == list(COLUMNS)
    assert [row["position"] for row in rows] == ["1", "2", "3", "4", "5", "6"]
    assert [row["startup"] for row in rows] == [machine[place] for place in (3, 0, 1, 2, 4, 5)]
    assert [row["machine_rank"] for row in rows] == ["4", "1", "2", "3", "5", "6"]
    assert [row["pinned"] for row in rows] == ["yes", "no", "no", "no", "no", "no"]
    assert [(row["decision"], row["reason"]) for row in rows][2] == ("accept", "실증에 적합합니다")
    assert {row["invented"] for row in rows} == {"yes"}
    assert {row["eligibility"] for row in rows} == {"cannot_tell"}
    assert all(row["profile_sentence"] and row["program_sentence"] for row in rows)
    assert {row["open_questions"].split("; ")[0] for row in rows} == {
        "Would at most two of your staff be on site in the incubator at a time?"
    }


def test_declined_startups_are_left_out(engine: Engine, hashing_analyst: LocalAnalyst) -> None:
    decide(engine, "S02", Decision.DECLINE, "no site abroad")
    decide(engine, "S03", Decision.MAYBE, "")

    rows = rows_of(export_of(engine, hashing_analyst))
    document = json.loads(export_of(engine, hashing_analyst, ShortlistFormat.JSON))

    assert sorted(row["startup"] for row in rows) == ["S01", "S03", "S04", "S05", "S06"]
    assert [row["position"] for row in rows] == ["1", "2", "3", "4", "5"]
    assert [item["startup"] for item in document["shortlist"]] == [row["startup"] for row in rows]
    assert (document["decided"], document["candidates"]) == (2, 6)


@pytest.mark.parametrize("form", list(ShortlistFormat))
def test_the_same_state_gives_the_same_bytes(
    engine: Engine, hashing_analyst: LocalAnalyst, form: ShortlistFormat
) -> None:
    first, second = export_of(engine, hashing_analyst, form), export_of(engine, hashing_analyst, form)

    assert first == second


def test_the_json_document_says_what_it_was_made_with(engine: Engine, hashing_analyst: LocalAnalyst) -> None:
    content = export_of(engine, hashing_analyst, ShortlistFormat.JSON)
    document = json.loads(content)

    shortlist = document.pop("shortlist")
    assert content.endswith(b"}\n")
    assert document == {
        "program": "md-global-gateway",
        "name": "Maryland Global Gateway",
        "as_of": "2026-06-30",
        "decided": 0,
        "candidates": 6,
        "encoder": "hashing",
        "analysis": hashing_analyst.fingerprint,
        "calibration": hashing_analyst.calibration.version,
        "policy": "3",
    }
    assert [list(item) for item in shortlist] == [[*COLUMNS, "score", "signals", "language"]] * 6
    assert all(abs(sum(item["signals"].values()) - item["score"]) <= 1e-6 for item in shortlist)


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+82 42", "'+82 42"),
        ("-5", "'-5"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\tname", "'\tname"),
        ("\r=1", "' =1"),
        ("\rname", "' name"),
        ("\n=1", "' =1"),
        ("  =1", "'  =1"),
        ("＝1", "'＝1"),
        ("＋1", "'＋1"),
        ("－1", "'－1"),
        ("＠A", "'＠A"),
        ("A=1", "A=1"),
        ("two\r\nlines", "two  lines"),
        ("", ""),
        ("한글", "한글"),
    ],
)
def test_a_cell_is_never_a_formula_and_never_breaks_the_line(cell: str, safe: str) -> None:
    assert spreadsheet_safe(cell) == safe


def test_names_and_reasons_are_escaped_in_the_csv_and_plain_in_the_json(
    engine: Engine, hashing_analyst: LocalAnalyst
) -> None:
    with write_session(engine) as session:
        session.get_one(Startup, "S01").name = '=HYPERLINK("http://evil.example")'
    decide(engine, "S01", Decision.ACCEPT, "@cmd, and a\nsecond line")

    (row,) = [row for row in rows_of(export_of(engine, hashing_analyst)) if row["startup"] == "S01"]
    (item,) = [
        item
        for item in json.loads(export_of(engine, hashing_analyst, ShortlistFormat.JSON))["shortlist"]
        if item["startup"] == "S01"
    ]

    assert row["name"] == '\'=HYPERLINK("http://evil.example")'
    assert row["reason"] == "'@cmd, and a second line"
    assert item["name"] == '=HYPERLINK("http://evil.example")'


def test_lines_end_as_spreadsheets_expect_and_the_mark_is_only_there_when_asked(
    engine: Engine, hashing_analyst: LocalAnalyst
) -> None:
    plain, marked = export_of(engine, hashing_analyst), export_of(engine, hashing_analyst, bom=True)

    assert plain.count(b"\r\n") == plain.count(b"\n") == 7
    assert marked == b"\xef\xbb\xbf" + plain


def test_a_program_without_startups_gives_a_header_alone(tiny: Engine, hashing_analyst: LocalAnalyst) -> None:
    with write_session(tiny) as session:
        for startup in ("one", "two"):
            session.delete(session.get_one(Startup, startup))

    content = export_of(tiny, hashing_analyst, program="alpha")

    assert content.decode() == ",".join(COLUMNS) + "\r\n"


def test_an_export_is_refused_to_anybody_else(engine: Engine, hashing_analyst: LocalAnalyst) -> None:
    with write_session(engine) as session, pytest.raises(AccessDeniedError, match="export: not allowed"):
        export(
            session,
            ANONYMOUS,
            hashing_analyst,
            "md-global-gateway",
            ShortlistFormat.CSV,
            today=TODAY,
            reason="jury",
        )


@pytest.mark.parametrize("reason", ["", " ", "x" * 501, "a\ud800"])
def test_an_export_needs_a_reason_that_can_be_kept(
    engine: Engine, hashing_analyst: LocalAnalyst, reason: str
) -> None:
    with write_session(engine) as session, pytest.raises(FieldError, match="reason: "):
        export(
            session,
            OPERATOR,
            hashing_analyst,
            "md-global-gateway",
            ShortlistFormat.CSV,
            today=TODAY,
            reason=reason,
        )


def test_an_export_is_written_down_for_every_startup_on_it(
    engine: Engine, hashing_analyst: LocalAnalyst
) -> None:
    decide(engine, "S02", Decision.DECLINE, "no site abroad")

    export_of(engine, hashing_analyst)

    with read_session(engine) as session:
        entries = session.exec(select(AuditEntry).where(AuditEntry.act == Act.EXPORTED.value)).all()
        assert sorted(entry.subject for entry in entries) == ["S01", "S03", "S04", "S05", "S06"]
        assert {(entry.actor, entry.object, entry.reason) for entry in entries} == {
            ("operator", "md-global-gateway", "jury")
        }


def test_an_unknown_program_is_refused(engine: Engine, hashing_analyst: LocalAnalyst) -> None:
    with pytest.raises(UnknownProgramError, match="'gamma'"):
        export_of(engine, hashing_analyst, program="gamma")


def test_read_format_knows_two_forms() -> None:
    assert [read_format("csv"), read_format("json")] == [ShortlistFormat.CSV, ShortlistFormat.JSON]
    with pytest.raises(FieldError, match="format: 'pdf' is not one of csv, json"):
        read_format("pdf")
