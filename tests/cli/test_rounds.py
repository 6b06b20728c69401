"""Rounds from the command line: planned, published, taken away, and made again in a new process."""

import csv
import io
import json
from datetime import UTC, datetime

import pytest
from sqlmodel import select

from matcher.engine.round_plan import canonical_bytes
from matcher.workflows.analysts import LocalAnalyst
from models.database import open_engine, read_session, write_session
from models.tables import AuditEntry, Profile
from tests.cli.conftest import Landfall
from tests.matcher.workflows.planned import Planned


@pytest.fixture
def published(landfall: Landfall, tiny_seed: Landfall, hashing_analyst: LocalAnalyst) -> Landfall:
    """Give a round that was planned and published by commands."""
    assert tiny_seed.call("migrate").code == 0
    assert tiny_seed.call("seed").code == 0
    engine = open_engine(f"sqlite:///{landfall.data / 'landfall.db'}")
    Planned(engine, hashing_analyst, datetime.now(UTC).date())
    engine.dispose()
    assert tiny_seed.call("round", "run", "autumn").code == 0
    done = tiny_seed.call("round", "publish", "autumn")
    assert (done.code, done.out) == (0, "round autumn: run 1 published, 7 results\n")
    return tiny_seed


def change(landfall: Landfall) -> None:
    """Change one profile."""
    engine = open_engine(f"sqlite:///{landfall.data / 'landfall.db'}")
    with write_session(engine) as session:
        session.add(Profile(startup_id="m1", language="en", version=2, text="We keep bees."))
    engine.dispose()


def test_a_published_list_is_made_again_byte_for_byte_in_a_new_process(published: Landfall) -> None:
    made = published.run("shortlist", "autumn", "--format", "json", "--out", "pack.json")
    again = published.run("reproduce", "pack.json", "--json")

    pack = json.loads((published.cwd / "pack.json").read_bytes())
    document = json.loads(again.out)
    assert (made.code, again.code) == (0, 0), again
    assert (document["result"], document["list"], document["inputs"]) == (
        "identical",
        "identical",
        "compared",
    )
    assert document["list_sha256"] == pack["plan_sha256"]
    assert (published.cwd / "pack.json").read_bytes() == canonical_bytes(pack)


def test_what_differs_is_named_by_exit_code_1(published: Landfall) -> None:
    published.call("shortlist", "autumn", "--format", "json", "--out", "pack.json")
    change(published)

    done = published.call("reproduce", "pack.json")

    assert done.code == 1
    assert done.out.splitlines()[0] == "differs"
    assert "profile M1 Ltd (m1) changed" in done.out.splitlines()
    assert "list: identical" in done.out


def test_without_a_database_the_list_alone_is_made_again(published: Landfall) -> None:
    published.call("shortlist", "autumn", "--format", "json", "--out", "pack.json")
    elsewhere = published.having(data_dir=str(published.folder / "elsewhere"))

    done = elsewhere.call("reproduce", "pack.json")

    assert done.code == 0
    assert done.out.startswith("identical\n")


@pytest.mark.parametrize("content", ["", "[]", '{"format": "landfall-shortlist-pack-1"}'])
def test_what_is_no_pack_is_refused(landfall: Landfall, content: str) -> None:
    landfall.write("pack.json", content)

    assert landfall.call("reproduce", "pack.json").complaint.startswith("landfall: ")
    assert landfall.call("reproduce", "nothing.json").code == 2


@pytest.mark.parametrize(
    ("form", "begins"), [("xlsx", b"PK"), ("csv", b"\xef\xbb\xbf"), ("pdf", b"%PDF"), ("hwpx", b"PK")]
)
def test_a_shortlist_is_written_in_every_format_and_noted(
    published: Landfall, form: str, begins: bytes
) -> None:
    done = published.call("shortlist", "autumn", "--format", form, "--out", "list", "--reason", "Committee")

    assert done.code == 0, done
    assert (published.cwd / "list").read_bytes().startswith(begins)
    engine = open_engine(f"sqlite:///{published.data / 'landfall.db'}")
    with read_session(engine) as session:
        noted = session.exec(select(AuditEntry).where(AuditEntry.act == "exported")).all()
        assert {entry.reason for entry in noted} == {"Committee"}
        assert {entry.subject for entry in noted} == {"one", "two", "m1", "m2"}
    engine.dispose()


def test_a_list_holds_the_chosen_columns_in_the_chosen_language(published: Landfall) -> None:
    done = published.call("shortlist", "autumn", "--columns", "company,result,rank", "--lang", "en", "--all")

    rows = list(csv.reader(io.StringIO(done.out.removeprefix("\ufeff"))))
    assert rows[0] == ["Company", "Result", "Rank"]
    assert len(rows) == 1 + 7
    assert {row[1] for row in rows[1:]} >= {"selected", "waitlisted 1", "not selected"}
    assert published.call("shortlist", "autumn", "--columns", "colour").complaint.startswith(
        "landfall: columns"
    )
    assert "xlsx" in published.call("shortlist", "autumn", "--format", "doc").complaint


def test_an_id_that_is_no_round_is_a_program(published: Landfall) -> None:
    done = published.call("shortlist", "alpha", "--format", "json")

    assert json.loads(done.out)["program"] == "alpha"
    assert published.call("shortlist", "nowhere").code == 2


def test_rounds_are_opened_and_listed(published: Landfall) -> None:
    made = published.call("round", "create", "Spring 2027", "--program", "beta:2:3", "--id", "spring")

    listed = json.loads(published.call("round", "list", "--json").out)
    assert made.out == "spring\n"
    assert {one["id"]: (one["state"], one["seats"], one["runs"]) for one in listed} == {
        "spring": ("open", 2, 0),
        "autumn": ("published", 2, 1),
    }
    assert "autumn" in published.call("round", "list").out
    dry = json.loads(published.call("round", "run", "spring", "--dry", "--json").out)
    assert dry["run"] is None
    assert {one["program"] for one in dry["programs"]} == {"beta"}
    assert published.call("round", "create", "X", "--program", "beta").complaint.startswith(
        "landfall: program"
    )


def test_mistakes_are_one_line(published: Landfall) -> None:
    unknown = published.call("round", "run", "nowhere").complaint

    assert unknown == "landfall: round: there is none at this address"
    assert "published" in published.call("round", "run", "autumn").complaint
    assert "published already" in published.call("round", "publish", "autumn").complaint
