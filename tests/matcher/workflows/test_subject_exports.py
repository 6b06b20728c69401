"""Everything that is held is exported, or the inventory says why not; no column is forgotten."""

import csv
import json

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from matcher.engine.analysis import SourceText
from matcher.errors import UnknownStartupError, UnknownThingError
from matcher.settings import PROJECT, Settings
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.audits import Act, record
from matcher.workflows.embeddings import store_texts
from matcher.workflows.subject_exports import (
    SECRET,
    SubjectExport,
    export_own_account,
    export_own_startup,
    export_subject,
)
from models.database import write_session
from models.tables import metadata
from models.vocabulary import Language
from tests.matcher.workflows.founded import (
    ABROAD,
    AT_HOME,
    CANARY,
    EMAIL,
    FOUNDER,
    NAME,
    TEXT,
    add_startup,
    add_traces,
)

INVENTORY = PROJECT / "docs" / "data_inventory.tsv"
EXPORT = {"exported", "exported by the operator", "exported to the account that acted", "kept back"}


@pytest.fixture
def founded(tiny: Engine, hashing_analyst: LocalAnalyst) -> Engine:
    """Open the tiny database with traces of the startup everywhere."""
    add_startup(tiny)
    add_traces(tiny, Settings())
    store_texts(tiny, hashing_analyst, [SourceText(TEXT, Language.KO)])
    with write_session(tiny) as session:
        record(session, AT_HOME, Act.PROFILE_READ, subject="real", about="alpha")
        record(session, FOUNDER, Act.SIGN_IN)
    return tiny


def inventory() -> list[dict[str, str]]:
    """Read the inventory."""
    with INVENTORY.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def exported(session: Session, subject: str) -> SubjectExport:
    return export_subject(session, subject)


def test_every_column_stands_in_the_inventory_once() -> None:
    listed = [(row["table"], row["column"]) for row in inventory()]

    assert len(listed) == len(set(listed))
    assert set(listed) == {
        (table.name, column.name) for table in metadata.sorted_tables for column in table.columns
    }
    assert all(
        row["export"] in EXPORT and row["erase"] in {"erased", "kept"} and row["reason"]
        for row in inventory()
    )


def test_the_export_of_a_startup_holds_what_the_inventory_says(founded: Engine) -> None:
    with write_session(founded) as session:
        found = exported(session, "real")

    held = {(table, column) for table, rows in found.tables.items() for row in rows for column in row}
    told = {
        (row["table"], row["column"])
        for row in inventory()
        if row["about"] in {"startup", "both"} and row["export"] in {"exported", "exported by the operator"}
    }
    assert held == told
    assert CANARY in json.dumps(found.document, ensure_ascii=False)


def test_the_export_of_an_account_holds_no_secret(founded: Engine) -> None:
    with write_session(founded) as session:
        found = exported(session, FOUNDER.account_id or "")
        again = export_own_account(session, FOUNDER)

    assert found.tables["account"][0]["email"] == EMAIL
    assert set(again.tables) == set(found.tables)
    held = {(table, column) for table, rows in found.tables.items() for row in rows for column in row}
    assert held.isdisjoint({(table, column) for table, columns in SECRET.items() for column in columns})
    assert len(found.tables["consent_given_by"]) == 4
    assert found.tables["appeal_sent_by"][0]["startup_id"] == "real"


def test_a_founder_is_given_no_working_papers_and_no_name(founded: Engine) -> None:
    with write_session(founded) as session:
        own = export_own_startup(session, FOUNDER, "real")
        whole = exported(session, "real")

    assert {"review", "reviewstep", "comment"}.isdisjoint(own.tables)
    assert (len(whole.tables["review"]), len(whole.tables["comment"])) == (1, 2)
    reviewer = str(AT_HOME.account_id)
    assert reviewer not in json.dumps(own.document)
    assert reviewer not in json.dumps(whole.document)


def test_nobody_else_exports_it(founded: Engine) -> None:
    with write_session(founded) as session, pytest.raises(UnknownStartupError):
        export_own_startup(session, AT_HOME, "real")
    with write_session(founded) as session, pytest.raises(UnknownThingError):
        exported(session, "nobody")


def test_a_founder_is_given_the_questions_that_were_passed_on_in_the_words_they_were(founded: Engine) -> None:
    with write_session(founded) as session:
        own = export_own_startup(session, FOUNDER, "real")
        whole = exported(session, "real")

    (question,) = own.tables["question"]
    assert question["relayed_text"] == f"Who is {CANARY}?"
    assert "text" not in question
    assert len(whole.tables["question"]) == 2
    assert "Tell me of" in json.dumps(whole.document)
    assert "Tell me of" not in json.dumps(own.document)


def test_a_reviewer_is_given_the_own_answers_ties_and_acts(founded: Engine) -> None:
    with write_session(founded) as session:
        found = exported(session, str(ABROAD.account_id)).tables
        other = exported(session, str(AT_HOME.account_id)).tables

    assert found["conflictanswer"][0]["text"] == f"I worked for {CANARY}"
    assert {row["name"] for row in found["outsidetie"]} == {NAME, "Another company"}
    assert len(found["comment_author_id"]) == 1
    assert len(other["question_asked_by"]) == 2
    assert other["conflictanswer"] == ()
