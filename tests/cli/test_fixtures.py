"""Invented worlds of `landfall seed --fixture`: logins that work, marks that are there, no secret stored."""

import json
import re
from pathlib import Path

import pyotp
import pytest
from sqlmodel import col, select

from matcher.settings import Settings
from matcher.workflows.passwords import verify_password
from matcher.workflows.server_key import server_key
from models.database import open_engine, read_session
from models.tables import Account, Candidacy, Profile, Program, Startup
from tests.cli.conftest import Landfall

PRINCIPALS = {
    "own_founder",
    "other_founder",
    "reviewer_a",
    "reviewer_b",
    "lead",
    "lead_b",
    "manager",
    "removed_reviewer",
    "admin",
    "read_token",
}


def settings_of(landfall: Landfall) -> Settings:
    """Give the settings the command ran with."""
    return Settings(data_dir=landfall.data, encoder="hashing")


@pytest.fixture
def fixture(landfall: Landfall) -> dict[str, object]:
    """Load the acceptance fixture into an empty folder and read what was written about it."""
    done = landfall.call("seed", "--fixture", "acceptance", "--out", "fx.json", "--no-embed")
    assert (done.code, done.out) == (0, "")
    path = landfall.cwd / "fx.json"
    assert path.stat().st_mode & 0o777 == 0o600
    document: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return document


def test_the_acceptance_fixture_names_everybody_and_everything(fixture: dict[str, object]) -> None:
    principals, startups = fixture["principals"], fixture["startups"]
    assert isinstance(principals, dict)
    assert isinstance(startups, list)

    assert set(principals) == PRINCIPALS
    assert {name for name, told in principals.items() if told["totp_secret"]} == {"manager", "admin"}
    assert all(told["login"] and told["password"] and told["token"] for told in principals.values())
    assert [len(startups), fixture["programs"], fixture["agencies"]] == [
        60,
        [
            {"id": "fx-program-1", "agency": "fx-agency-a"},
            {"id": "fx-program-2", "agency": "fx-agency-a"},
            {"id": "fx-program-3", "agency": "fx-agency-b"},
        ],
        [{"id": "fx-agency-a"}, {"id": "fx-agency-b"}],
    ]
    assert {startup["owner"] for startup in startups} == {"own_founder", "other_founder"}


def test_every_mark_is_in_the_database_once(landfall: Landfall, fixture: dict[str, object]) -> None:
    startups = fixture["startups"]
    assert isinstance(startups, list)
    marks = [mark for startup in startups for mark in startup["canaries"].values()]
    engine = open_engine(settings_of(landfall).url)
    with read_session(engine) as session:
        rows = [
            *(row.model_dump_json() for row in session.exec(select(Startup))),
            *(row.model_dump_json() for row in session.exec(select(Profile))),
        ]
        considered = {
            startup: {row.program_id for row in session.exec(select(Candidacy)) if row.startup_id == startup}
            for startup in ("fx-s01", "fx-s22", "fx-s41", "fx-s60")
        }
    engine.dispose()

    stored = "\n".join(rows)
    assert len(marks) == len(set(marks)) == 300
    assert all(re.fullmatch(r"CNR-fx-s\d\d-[a-z-]+-[0-9a-f]{12}", mark) for mark in marks)
    assert {stored.count(mark) for mark in marks} == {1}
    assert considered == {
        "fx-s01": {"fx-program-1"},
        "fx-s22": {"fx-program-1", "fx-program-2"},
        "fx-s41": {"fx-program-3"},
        "fx-s60": set(),
    }


def test_the_told_secrets_are_those_of_the_accounts(landfall: Landfall, fixture: dict[str, object]) -> None:
    told = fixture["principals"]["manager"]  # type: ignore[index]  # its shape is tested above
    engine = open_engine(settings_of(landfall).url)
    with read_session(engine) as session:
        account = session.exec(select(Account).where(col(Account.email) == told["login"])).one()
        sealed, stored = str(account.totp_sealed), account.password_hash
    engine.dispose()

    assert verify_password(stored, told["password"])
    assert server_key(settings_of(landfall)).unseal(sealed) == told["totp_secret"]
    assert len(pyotp.TOTP(told["totp_secret"]).now()) == 6
    dump = (landfall.data / "landfall.db").read_bytes()
    for secret in (told["password"], told["totp_secret"], told["token"]):
        assert secret.encode() not in dump


def test_loading_the_fixture_again_replaces_it(landfall: Landfall, fixture: dict[str, object]) -> None:
    landfall.call("seed", "--fixture", "acceptance", "--out", "again.json", "--no-embed")

    again = json.loads((landfall.cwd / "again.json").read_text(encoding="utf-8"))
    engine = open_engine(settings_of(landfall).url)
    with read_session(engine) as session:
        counts = [len(session.exec(select(table)).all()) for table in (Startup, Account, Program)]
    engine.dispose()
    assert counts == [60, len(PRINCIPALS), 3]
    assert again["startups"][0]["canaries"] != fixture["startups"][0]["canaries"]  # type: ignore[index]


def test_the_demonstration_tells_one_login_per_role(seeded: Landfall) -> None:
    first = seeded.call("seed", "--fixture", "demo")
    second = seeded.call("seed", "--fixture", "demo")

    lines = [line.split() for line in first.out.splitlines()]
    assert [line[0] for line in lines] == ["founder", "reviewer", "lead", "manager", "admin"]
    assert [len(line) for line in lines] == [3, 3, 3, 6, 6]
    assert [line[1] for line in lines] == [line.split()[1] for line in second.out.splitlines()]
    assert first.out != second.out


@pytest.mark.parametrize(
    "arguments", [("--fixture", "acceptance"), ("--fixture", "demo", "--out", "fx.json")]
)
def test_a_file_goes_with_the_acceptance_fixture_only(seeded: Landfall, arguments: tuple[str, ...]) -> None:
    done = seeded.call("seed", *arguments)

    assert done.complaint == "landfall: out: a file goes with the fixture acceptance, and only with it"
    assert not Path(seeded.cwd / "fx.json").exists()


def test_the_demonstration_needs_the_seed(landfall: Landfall) -> None:
    landfall.call("migrate")

    done = landfall.call("seed", "--fixture", "demo")

    assert done.complaint == "landfall: fixture: the demonstration needs the seed first: run landfall seed"


def test_routes_are_listed_with_what_they_declare(landfall: Landfall) -> None:
    done = landfall.call("routes", "--json")

    routes = {(route["method"], route["path"]): route["access"] for route in json.loads(done.out)}
    assert done.code == 0
    assert routes["GET", "/"] == routes["GET", "/openapi.json"] == routes["POST", "/api/v1/match"] == "public"
    assert routes["GET", "/review/{program_id}"] == "review"
    assert routes["GET", "/api/v1/startups/{startup_id}"] == "read-startup"
    assert not landfall.files()


def test_routes_are_listed_as_a_table(landfall: Landfall) -> None:
    lines = landfall.call("routes").out.splitlines()

    assert "GET    public            /programs" in lines
