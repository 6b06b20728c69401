"""A review that is decided, written into the database: what a round starts from."""

import json
import sqlite3
from contextlib import closing

from tests.journeys.middle_of_review import NOW, POINTS
from tests.journeys.served import Site

PROGRAMS = ("start2grow", "doaccelerate")
DECLINED = "S06"
UNDECIDED = "S05"


def decide(site: Site) -> None:
    """Let the agency have accepted everybody but one it declined and one it has not decided about."""
    with closing(sqlite3.connect(site.data / "landfall.db")) as database, database:
        (lead,) = database.execute(
            "select id from account where email = ?", (site.logins["lead"].email,)
        ).fetchone()
        for program in PROGRAMS:
            wanted = "select startup_id from candidacy where program_id = ? order by startup_id"
            for place, (startup,) in enumerate(database.execute(wanted, (program,)).fetchall()):
                if startup != UNDECIDED:
                    decision = "decline" if startup == DECLINED else "accept"
                    _write(database, (program, startup, "agency", lead), decision, {})
                scores = {name: max(1, points - place % 3) for name, points in POINTS.items()}
                _write(database, (program, startup, lead, lead), "accept", scores)


def _write(
    database: sqlite3.Connection, of: tuple[str, str, str, str], decision: str, scores: dict[str, int]
) -> None:
    program, startup, desk, author = of
    database.execute(
        "insert or ignore into review (program_id, startup_id, desk, decision, reason_kind, reason, scores, "
        "pinned, excluded, turn, liking, override_verdict, override_reason, revision, reviewer, "
        "submitted_at, changed_at) "
        "values (?, ?, ?, ?, 'market', 'Seen at a fair.', ?, 0, 0, 0, 0, 'eligible', "
        "'Has a seat in Dortmund.', 1, ?, ?, ?)",
        (program, startup, desk, decision, json.dumps(scores), author, NOW, NOW),
    )
