"""The acceptance fixture behind the real application, and one browser or token for every kind of person."""

import shutil
import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session, col, select

from matcher.documents.tables import TableRow
from matcher.settings import Settings
from matcher.workflows.acceptance_fixture import AcceptanceFixture, make_acceptance_fixture
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.import_files import keep_import
from matcher.workflows.imports import ImportTable
from matcher.workflows.program_contents import content_of
from matcher.workflows.program_versions import save_draft, submit
from matcher.workflows.rounds import create_round
from matcher.workflows.secret_tokens import hash_token
from matcher.workflows.seeding import embed
from matcher.workflows.sign_ins import open_sign_in
from matcher.workflows.submission_contents import ProfileTexts, SubmissionContent, stored_submission
from models.access import OPERATOR, Actor
from models.base import now_utc
from models.database import migrate, open_engine, write_session
from models.tables import (
    Account,
    ApiToken,
    Appeal,
    Comment,
    ConflictAnswer,
    Invitation,
    Notice,
    Outcome,
    PasswordReset,
    Program,
    Question,
    SignIn,
    Startup,
    Submission,
    Webhook,
    WebhookDelivery,
)
from models.vocabulary import Language, Offer, Region, Stage
from web.app import create_app
from web.cookies import session_cookie

ANONYMOUS = "anonymous"
TOKEN_ONLY = "read_token"  # noqa: S105  the name of a principal
INVITATION = "invitation-of-the-world"
RESET = "reset-of-the-world"
QUESTION = "question-of-the-world"
"""Id of a question a manager has passed on."""

IMPORTS = {act: f"import-of-the-world-{act}" for act in ("show", "commit", "cancel", "mapping")}
"""Ids of tables the manager sent and did not write yet, one for each thing that is done with one."""


@dataclass(frozen=True)
class World:
    """A data folder with the fixture, ids of one thing of each kind, and a session of everybody."""

    folder: Path
    fixture: AcceptanceFixture
    ids: dict[str, str]
    sessions: dict[str, str] = field(default_factory=dict)

    @property
    def principals(self) -> tuple[str, ...]:
        """Everybody who may ask."""
        return (ANONYMOUS, *self.fixture.principals)

    def settings(self, folder: Path) -> Settings:
        """Give settings of an installation in a folder."""
        return Settings(
            data_dir=folder / "data",
            encoder="hashing",
            tries_per_minute=10_000,
            profiles_per_hour=100_000,
            allowed_hosts="127.0.0.1,localhost,testserver",
        )

    def copy_to(self, folder: Path) -> Settings:
        """Copy the world and give the settings of the copy."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return self.settings(folder)


def build_world(folder: Path, analyst: LocalAnalyst) -> World:
    """Make the fixture, read its texts, and sign everybody in."""
    settings = Settings(data_dir=folder / "data", encoder="hashing")
    engine = open_engine(settings.url)
    migrate(engine)
    fixture = make_acceptance_fixture(engine, settings)
    embed(engine, analyst)
    with write_session(engine) as session:
        sessions = {
            name: open_sign_in(
                session,
                session.get_one(Account, told.account_id),
                device=f"browser of {name}",
                address="127.0.0.1",
                with_code=True,
            ).token
            for name, told in fixture.principals.items()
        }
        session.flush()
        # The last use is written once a minute; a slow run must not take that for what a request did.
        for row in (*session.exec(select(SignIn)), *session.exec(select(ApiToken))):
            setattr(row, "seen_at" if isinstance(row, SignIn) else "used_at", now_utc() + timedelta(hours=1))
            session.add(row)
        ids = _ids(session, fixture)
    _keep_imports(settings, fixture)
    engine.dispose()
    return World(folder, fixture, ids, sessions)


def _ids(session: Session, fixture: AcceptanceFixture) -> dict[str, str]:
    reviewer = fixture.principals["reviewer_a"].account_id
    later = now_utc() + timedelta(days=14)
    session.add(
        Outcome(program_id="fx-program-1", startup_id="fx-s01", state="not-selected", appeal_until=later)
    )
    appeal = Appeal(program_id="fx-program-1", startup_id="fx-s01", text="Please look again.")
    session.add(appeal)
    session.add(
        Invitation(
            token_hash=hash_token(INVITATION),
            email="new.person@fixture.landfall.example",
            role="reviewer",
            agency_id="fx-agency-a",
            invited_by=fixture.principals["manager"].account_id,
            expires_at=now_utc() + timedelta(days=1),
        )
    )
    session.add(
        PasswordReset(
            token_hash=hash_token(RESET),
            account_id=fixture.principals["other_founder"].account_id,
            expires_at=now_utc() + timedelta(hours=1),
        )
    )
    session.flush()
    webhook = Webhook(
        address="https://127.0.0.1/hook",
        secret_sealed="sealed",  # noqa: S106  of nobody
        events=["round.run"],
    )
    delivery = WebhookDelivery(webhook_id=webhook.id, event="round.run", body="{}", state="given-up")
    session.add_all([webhook, delivery])
    session.flush()
    create_round(session, OPERATOR, "Round", [("fx-program-1", 2, 2)], round_id="fx-round")
    for program in ("fx-program-1", "fx-program-2"):
        content = content_of(session.get_one(Program, program)).model_copy(update={"seats": 9})
        save_draft(session, OPERATOR, program, content, revision=0, note="a change")
    submit(session, OPERATOR, "fx-program-2", revision=1)
    _write_profile(session)
    comment, question, notice = _talk(session, reviewer)
    # A conflict of interest somebody can rule on; the startup is nobody's candidate.
    session.add(
        ConflictAnswer(account_id=reviewer, startup_id="fx-s60", state="open", kind="challenged", text="No.")
    )
    return {
        "program_id": "fx-program-1",
        "startup_id": "fx-s01",
        "agency_id": "fx-agency-a",
        "account_id": reviewer,
        "sign_in_id": session.exec(select(SignIn.id).where(col(SignIn.account_id) == reviewer)).one(),
        "token_id": session.exec(select(ApiToken.id).where(col(ApiToken.account_id) == reviewer)).one(),
        "invitation_id": session.exec(select(Invitation.id)).one(),
        "number": "1",
        "import_id": IMPORTS["show"],
        "appeal_id": appeal.id,
        "comment_id": comment,
        "question_id": question,
        "notice_id": notice,
        "form": "csv",
        "round_id": "fx-round",
        "run": "1",
        "webhook_id": webhook.id,
        "delivery_id": delivery.id,
    }


def _write_profile(session: Session) -> None:
    """Give the own founder's startup a version that was submitted, and a draft that could be."""
    content = SubmissionContent(
        name=session.get_one(Startup, "fx-s01").name,
        texts={Language.EN: ProfileTexts(one_liner="We build.", summary="We build.", solution="We build.")},
        needs=[Offer.INVESTORS],
        target_regions=[Region.EU],
        stage=Stage.SEED,
        country="KR",
    )
    moved = content.model_copy(update={"city": "Daejeon"})
    for number, state, said in ((1, "submitted", content), (2, "draft", moved)):
        session.add(
            Submission(startup_id="fx-s01", number=number, state=state, content=stored_submission(said))
        )


def _talk(session: Session, reviewer: str) -> tuple[str, str, str]:
    """Let the reviewer have said and asked something, and have a notice; give their ids."""
    program, startup = "fx-program-1", "fx-s01"
    comment = Comment(program_id=program, startup_id=startup, author_id=reviewer, text="What was said here.")
    question = Question(
        program_id=program, startup_id=startup, asked_by=reviewer, text="What was asked here?"
    )
    passed_on = Question(
        program_id=program,
        startup_id=startup,
        id=QUESTION,
        state="relayed",
        asked_by=reviewer,
        text="What was asked there?",
        relayed_at=now_utc(),
        relayed_text="What was passed on?",
    )
    notice = Notice(
        program_id=program,
        startup_id=startup,
        account_id=reviewer,
        kind="reminder",
        address="/review/fx-program-1",
    )
    session.add_all([comment, question, passed_on, notice])
    session.flush()
    return comment.id, question.id, notice.id


def _keep_imports(settings: Settings, fixture: AcceptanceFixture) -> None:
    """Let tables of the manager wait, as if they had just been sent."""
    manager = Actor(fixture.principals["manager"].account_id, manager=True)
    table = ImportTable(("name",), (TableRow(2, ("Fixture import",)),))
    for wanted in IMPORTS.values():
        import_id = keep_import(settings, manager, "table.csv", table, {"name": "name"})
        folder = settings.data_dir / "imports"
        (folder / f"{import_id}.json").rename(folder / f"{wanted}.json")


@contextmanager
def browser(app: FastAPI, world: World, principal: str) -> Iterator[TestClient]:
    """Give a client that is signed in as somebody; the read token sends its token and no cookie."""
    with TestClient(
        app,
        base_url="http://127.0.0.1",
        headers={"Sec-Fetch-Site": "same-origin", "Accept": "text/html,application/json;q=0.9"},
        follow_redirects=False,
        raise_server_exceptions=False,
    ) as client:
        if principal == TOKEN_ONLY:
            client.headers["Authorization"] = f"Bearer {world.fixture.principals[principal].token}"
        elif principal != ANONYMOUS:
            name = session_cookie(app.state.settings)
            client.cookies.set(name, world.sessions[principal], domain="127.0.0.1", path="/")
        yield client


def open_app(world: World, folder: Path, analyst: LocalAnalyst) -> FastAPI:
    """Open the application on a copy of the world."""
    return create_app(world.copy_to(folder), analyst)


@contextmanager
def serve(app: FastAPI) -> Iterator[str]:
    """Serve an application on a free port; give its address."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(64)
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", proxy_headers=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=30)
        listener.close()
        app.state.engine.dispose()


class Rewind:
    """Puts the database of a copy back as it was, and says whether anything was written since."""

    def __init__(self, world: World, app: FastAPI) -> None:
        """Watch the copy's database."""
        self._origin = world.folder / "data" / "landfall.db"
        self._copy = Path(app.state.settings.data_dir) / "landfall.db"
        self._watch = sqlite3.connect(self._copy)
        self._seen = self._version()

    def _version(self) -> int:
        (version,) = self._watch.execute("PRAGMA data_version").fetchone()
        return int(version)

    def wrote(self) -> bool:
        """Say whether another connection committed something since the last time."""
        seen, self._seen = self._seen, self._version()
        return seen != self._seen

    def left(self) -> set[str]:
        """Name the tables that differ from the world; what was looked at may be written down."""
        tables = [
            name
            for (name,) in self._watch.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if name != "auditentry"
        ]
        origin = sqlite3.connect(self._origin)
        differing = {name for name in tables if self._rows(origin, name) != self._rows(self._watch, name)}
        origin.close()
        return differing

    @staticmethod
    def _rows(connection: sqlite3.Connection, table: str) -> list[tuple[object, ...]]:
        return sorted(connection.execute(f"SELECT * FROM {table}"), key=repr)  # noqa: S608  our own tables

    def back(self) -> None:
        """Restore every page."""
        origin, target = sqlite3.connect(self._origin), sqlite3.connect(self._copy)
        origin.backup(target)
        origin.close()
        target.close()
        self._seen = self._version()

    def close(self) -> None:
        """Stop watching."""
        self._watch.close()
