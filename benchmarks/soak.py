"""The long campaign: a served site is killed at random while reviewers save and founders try.

Every saved decision that was acknowledged must be there after the restart, the database must be whole,
and the site must be ready again within ten seconds. Run by `make soak`; ROUNDS may be given (50).
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
from pathlib import Path

import httpx2

from matcher.settings import PROJECT

WRITERS = 8
READY_SECONDS = 10.0
PROGRAM = "ksc-seattle"
_SEED = 20_261_122


def main() -> None:
    """Run the rounds and print what was found; exit code 1 if anything was lost."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    chance = random.Random(_SEED)  # noqa: S311  times of killing, not secrets
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"LANDFALL_DATA_DIR": folder, "LANDFALL_ENCODER": "hashing"}
        for command in ("migrate", "seed"):
            subprocess.run(landfall(command), check=True, env=environment, capture_output=True)  # noqa: S603
        kept: dict[str, str] = {}
        slowest = 0.0
        for number in range(1, rounds + 1):
            slowest = max(slowest, one_round(environment, kept, chance.uniform(0.2, 3.0)))
            lost = missing(Path(folder) / "landfall.db", kept)
            if lost:
                print(f"round {number}: {len(lost)} acknowledged decisions lost: {sorted(lost)[:5]}")
                raise SystemExit(1)
        print(f"{rounds} kills, {len(kept)} startups decided, 0 acknowledged decisions lost, database whole")
        print(f"slowest start until ready: {slowest:.1f} s (limit {READY_SECONDS:.0f} s)")
        if slowest > READY_SECONDS:
            raise SystemExit(1)


def one_round(environment: dict[str, str], kept: dict[str, str], alive: float) -> float:
    """Serve, write from several threads, kill; give the seconds until the site was ready."""
    port = free_port()
    server = subprocess.Popen(  # noqa: S603  our own command
        landfall("serve", "--port", str(port)),
        env=environment,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    taken = wait_ready(address)
    stop = threading.Event()
    writers = [
        threading.Thread(target=write, args=(address, place, kept, stop)) for place in range(1, WRITERS + 1)
    ]
    for writer in writers:
        writer.start()
    time.sleep(alive)
    os.killpg(server.pid, signal.SIGKILL)
    server.wait()
    stop.set()
    for writer in writers:
        writer.join()
    return taken


def write(address: str, place: int, kept: dict[str, str], stop: threading.Event) -> None:
    """Save decisions with ever new reasons for one startup; remember what was acknowledged."""
    startup = f"S{place:02}"
    page = f"{address}/review/{PROGRAM}/{startup}/decision"
    count = 0
    with httpx2.Client(headers={"Origin": address}, timeout=5) as client:
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
    page = client.get(f"{address}/review/{PROGRAM}").text
    marker = 'name="revision" value="'
    begin = page.index(marker, page.index(f'id="startup-{startup}"')) + len(marker)
    return int(page[begin : page.index('"', begin)])


def missing(database: Path, kept: dict[str, str]) -> set[str]:
    """Check the database's integrity and give the startups whose acknowledged reason is not there."""
    connection = sqlite3.connect(database)
    whole = connection.execute("pragma integrity_check").fetchall() == [("ok",)]
    strays = connection.execute("pragma foreign_key_check").fetchall()
    rows = connection.execute(
        "select startup_id, reason from reviewdecision union select startup_id, reason from reviewstep"
    ).fetchall()
    connection.close()
    if not whole or strays:
        return {"database"}
    return {startup for startup, reason in kept.items() if (startup, reason) not in set(rows)}


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
