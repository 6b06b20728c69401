"""The long campaign: a served site is killed at random while reviewers save and founders try.

Every saved decision that was acknowledged must be there after the restart, the database and the audit log
must be whole, and the site must be ready again within ten seconds. Now and then the served site is backed up
and restored elsewhere. Run by `make soak`; ROUNDS may be given (50).
"""

import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import httpx2
from sqlmodel import Session, select

from matcher.settings import PROJECT, Settings
from matcher.workflows.audit_checks import verify
from matcher.workflows.audit_heads import read_heads
from matcher.workflows.backups import back_up
from matcher.workflows.restores import restore
from matcher.workflows.sign_ins import open_sign_in
from models.database import open_engine, read_session, write_session
from models.tables import Account, AgencyMember, Program
from web.cookies import session_cookie

WRITERS = 8
READY_SECONDS = 10.0
PROGRAM = "ksc-seattle"
BACKUP_EVERY = 10
REVIEWER = "reviewer@soak.example"
_SEED = 20_261_122


@dataclass(frozen=True, slots=True)
class Installation:
    """Where the site lies, and the cookie of the reviewer who writes."""

    settings: Settings
    cookies: dict[str, str]


def main() -> None:
    """Run the rounds and print what was found; exit code 1 if anything was lost."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    chance = random.Random(_SEED)  # noqa: S311  times of killing, not secrets
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder) / "data", keep_dir=Path(folder) / "keep", encoder="hashing")
        for command in ("migrate", "seed"):
            subprocess.run(  # noqa: S603  our own command
                landfall(command), check=True, env=environment(settings), capture_output=True
            )
        site = Installation(settings, sign_in(settings))
        kept: dict[str, str] = {}
        slowest, backups = 0.0, 0
        for number in range(1, rounds + 1):
            saved = Path(folder) / f"backup-{number}" if number % BACKUP_EVERY == 0 else None
            taken = one_round(site, kept, chance.uniform(0.2, 3.0), saved)
            slowest = max(slowest, taken)
            lost = missing(settings.data_dir / "landfall.db", kept) | broken_log(settings)
            if saved is not None:
                backups += 1
                lost |= not_restored(saved, Path(folder) / f"restored-{number}")
            if lost:
                print(f"round {number}: {len(lost)} acknowledged decisions lost: {sorted(lost)[:5]}")
                raise SystemExit(1)
        if not kept:
            raise SystemExit("no decision was acknowledged")
        print(f"{rounds} kills, {len(kept)} startups decided, 0 acknowledged decisions lost, database whole")
        print(f"audit log in order after every kill; {backups} backups under load restored whole")
        print(f"slowest start until ready: {slowest:.1f} s (limit {READY_SECONDS:.0f} s)")
        if slowest > READY_SECONDS:
            raise SystemExit(1)


def sign_in(settings: Settings) -> dict[str, str]:
    """Add a reviewer of the program's agency; give the cookie of an open session."""
    engine = open_engine(settings.url)
    with write_session(engine) as session:
        account = Account(email=REVIEWER, name="Reviewer")
        session.add(account)
        session.flush()
        agency = session.get_one(Program, PROGRAM).agency_id
        session.add(AgencyMember(account_id=account.id, agency_id=agency))
        opened = open_sign_in(session, account, device="soak", address="127.0.0.1")
    engine.dispose()
    return {session_cookie(settings): opened.token}


def environment(settings: Settings) -> dict[str, str]:
    """Give the environment our own commands run in."""
    return os.environ | {
        "LANDFALL_DATA_DIR": str(settings.data_dir),
        "LANDFALL_KEEP_DIR": str(settings.keep),
        "LANDFALL_ENCODER": "hashing",
    }


def one_round(site: Installation, kept: dict[str, str], alive: float, saved: Path | None) -> float:
    """Serve, write from several threads, kill; give the seconds until the site was ready.

    Where a folder is given, the served site is backed up into it before it is killed.
    """
    port = free_port()
    server = subprocess.Popen(  # noqa: S603  our own command
        landfall("serve", "--port", str(port)),
        env=environment(site.settings),
        start_new_session=True,
        stdout=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    taken = wait_ready(address)
    stop = threading.Event()
    writers = [
        threading.Thread(target=write, args=(address, site.cookies, place, kept, stop))
        for place in range(1, WRITERS + 1)
    ]
    for writer in writers:
        writer.start()
    time.sleep(alive)
    if saved is not None:
        back_up(site.settings, saved)
    os.killpg(server.pid, signal.SIGKILL)
    server.wait()
    stop.set()
    for writer in writers:
        writer.join()
    return taken


def write(
    address: str, cookies: dict[str, str], place: int, kept: dict[str, str], stop: threading.Event
) -> None:
    """Save decisions with ever new reasons for one startup; remember what was acknowledged."""
    startup = f"S{place:02}"
    page = f"{address}/review/{PROGRAM}/{startup}/decision"
    count = 0
    with httpx2.Client(headers={"Origin": address}, cookies=cookies, timeout=5) as client:
        while not stop.is_set():
            count += 1
            reason = f"{time.time_ns()}-{count}"
            try:
                answer = client.post(
                    page,
                    data={
                        "decision": "maybe",
                        "reason": reason,
                        "revision": str(revision(client, address, startup)),
                    },
                )
            except httpx2.HTTPError:
                return
            if answer.status_code == httpx2.codes.SEE_OTHER:
                kept[startup] = reason


def revision(client: httpx2.Client, address: str, startup: str) -> int:
    """Read the revision a form for this startup carries now."""
    # Naming the startup opens the page of the queue that it is on.
    page = client.get(f"{address}/review/{PROGRAM}", params={"startup": startup}).text
    marker = 'name="revision" value="'
    begin = page.index(marker, page.index(f'id="startup-{startup}"')) + len(marker)
    return int(page[begin : page.index('"', begin)])


def missing(database: Path, kept: dict[str, str]) -> set[str]:
    """Check the database's integrity and give the startups whose acknowledged reason is not there."""
    connection = sqlite3.connect(database)
    whole = connection.execute("pragma integrity_check").fetchall() == [("ok",)]
    strays = connection.execute("pragma foreign_key_check").fetchall()
    rows = connection.execute(
        "select startup_id, reason from review union select startup_id, before ->> 'reason' from reviewstep"
    ).fetchall()
    connection.close()
    if not whole or strays:
        return {"database"}
    return {startup for startup, reason in kept.items() if (startup, reason) not in set(rows)}


def broken_log(settings: Settings) -> set[str]:
    """Walk through the audit log with its heads; give what is wrong."""
    engine = open_engine(settings.url)
    with read_session(engine) as session:
        fault = verify(session, read_heads(settings.keep)).fault
    engine.dispose()
    return {f"audit log: {fault}"} if fault else set()


def not_restored(saved: Path, folder: Path) -> set[str]:
    """Restore a backup into a new place; give what is wrong with it there."""
    elsewhere = Settings(data_dir=folder / "data", keep_dir=folder / "keep", encoder="hashing")
    made = restore(elsewhere, saved)
    wrong = broken_log(elsewhere) | ({f"backup: {made.fault}"} if made.fault else set())
    engine = open_engine(elsewhere.url)
    with read_session(engine) as session:
        wrong |= set() if has_reviewer(session) else {"backup: the account is not there"}
    engine.dispose()
    return wrong


def has_reviewer(session: Session) -> bool:
    """Say whether the account that writes came with the backup."""
    return session.exec(select(Account).where(Account.email == REVIEWER)).first() is not None


def wait_ready(address: str) -> float:
    """Wait until the site says that it is ready."""
    start = time.perf_counter()
    while time.perf_counter() - start < 6 * READY_SECONDS:
        try:
            if httpx2.get(f"{address}/readyz", timeout=2).status_code == httpx2.codes.OK:
                return time.perf_counter() - start
        except httpx2.HTTPError:
            pass
        time.sleep(0.1)
    raise SystemExit("the site did not become ready")


def landfall(*arguments: str) -> list[str]:
    """Give the command line of our own command."""
    return [str(PROJECT / ".venv" / "bin" / "landfall"), *arguments]


def free_port() -> int:
    """Find a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
