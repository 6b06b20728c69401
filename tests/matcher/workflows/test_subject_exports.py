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
from tests.matcher.workflows.founded import AT_HOME, CANARY, EMAIL, FOUNDER, TEXT, add_startup, add_traces

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

    assert "reviewdecision" not in own.tables
    assert len(whole.tables["reviewdecision"]) == 1
    reviewer = str(AT_HOME.account_id)
    assert reviewer not in json.dumps(own.document)
    assert reviewer not in json.dumps(whole.document)


def test_nobody_else_exports_it(founded: Engine) -> None:
    with write_session(founded) as session, pytest.raises(UnknownStartupError):
        export_own_startup(session, AT_HOME, "real")
    with write_session(founded) as session, pytest.raises(UnknownThingError):
        exported(session, "nobody")
