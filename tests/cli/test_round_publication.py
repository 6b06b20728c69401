"""Publishing a round in processes that die or race: everything of it is kept or nothing, and once."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from sqlmodel import col, func, select

from matcher.settings import PROJECT
from matcher.workflows.analysts import LocalAnalyst
from models.database import open_engine, read_session
from models.tables import AuditEntry, Outcome, Round, RoundRun
from tests.cli.conftest import PROGRAM, Landfall
from tests.matcher.workflows.planned import Planned

RESULTS = 7

DIES = """
import os, signal, sys
from sqlalchemy import Engine, event

where, number = sys.argv[1], int(sys.argv[2])
seen = 0

def die():
    print("dies", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

def before(connection, cursor, statement, parameters, context, executemany):
    global seen
    if statement.lstrip().upper().startswith(where):
        seen += 1
        if seen == number:
            die()

def at_commit(connection):
    if where == "COMMIT":
        die()

event.listen(Engine, "before_cursor_execute", before)
event.listen(Engine, "commit", at_commit)
if where == "AFTER":
    import typer
    typer.echo = lambda *_: die()
sys.argv = ["landfall", "round", "publish", "autumn"]
from web.cli import main
main()
"""


@pytest.fixture
def planned(landfall: Landfall, tiny_seed: Landfall, hashing_analyst: LocalAnalyst) -> Landfall:
    """Give a round with one plan."""
    assert tiny_seed.call("migrate").code == 0
    assert tiny_seed.call("seed").code == 0
    engine = open_engine(f"sqlite:///{landfall.data / 'landfall.db'}")
    Planned(engine, hashing_analyst, datetime.now(UTC).date())
    engine.dispose()
    assert tiny_seed.call("round", "run", "autumn").code == 0
    return tiny_seed


def published(landfall: Landfall) -> tuple[int, str, int, int]:
    """Count what there is of a publication: results, the state, published plans, entries of the log."""
    engine = open_engine(f"sqlite:///{landfall.data / 'landfall.db'}")
    with read_session(engine) as session:
        found = (
            session.exec(select(func.count()).select_from(Outcome)).one(),
            session.get_one(Round, "autumn").state,
            sum(run.published_at is not None for run in session.exec(select(RoundRun))),
            session.exec(
                select(func.count())
                .select_from(AuditEntry)
                .where(col(AuditEntry.act).in_(["outcomes-published", "round-published"]))
            ).one(),
        )
    engine.dispose()
    return found


def test_a_publication_that_is_killed_leaves_everything_or_nothing(planned: Landfall) -> None:
    environment = planned.environment() | {"PYTHONPATH": os.fspath(PROJECT)}
    points = (("INSERT INTO OUTCOME", 1), ("INSERT INTO OUTCOME", 5), ("UPDATE ROUND", 1), ("COMMIT", 1))
    for where, number in (*points, ("AFTER", 1)):
        done = subprocess.run(
            [sys.executable, "-c", DIES, where, str(number)],
            cwd=planned.cwd,
            env=environment,
            capture_output=True,
            check=False,
            timeout=240,
        )
        assert (done.returncode, done.stdout) == (-signal.SIGKILL, b"dies\n"), (where, done.stderr)
        nothing = (0, "open", 0, 0)
        whole = (RESULTS, "published", 1, RESULTS + 1)
        assert published(planned) == (whole if where == "AFTER" else nothing), where

    assert planned.call("audit", "verify").code == 0
    again = planned.call("round", "publish", "autumn")
    assert (again.code, "published already" in again.complaint) == (2, True)


def test_of_two_processes_that_publish_at_once_one_is_told(planned: Landfall) -> None:
    racing = [
        subprocess.Popen(
            [PROGRAM, "round", "publish", "autumn"],
            cwd=planned.cwd,
            env=planned.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=240) for process in racing]

    assert sorted(process.returncode for process in racing) == [0, 2]
    assert sorted(out for out, _ in said) == ["", f"round autumn: run 1 published, {RESULTS} results\n"]
    assert [complaint for _, complaint in said if "published already" in complaint]
    assert published(planned) == (RESULTS, "published", 1, RESULTS + 1)
