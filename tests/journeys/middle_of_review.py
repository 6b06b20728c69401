"""A review in the middle, written into the database: answers, reviews that differ, talk, notices."""

import json
import sqlite3
from contextlib import closing

from tests.journeys.served import Site

PROGRAM = "start2grow"
REVIEWED = ("S02", "S03", "S04")
CONFLICTED = "S06"
POINTS = {"market-entry": 4, "technology": 3, "fit-with-city": 5, "team": 2, "plan": 1}
NOW = "2026-01-02 00:00:00"


def forget_answers(site: Site, role: str) -> None:
    """Let somebody have answered for nothing."""
    with closing(sqlite3.connect(site.data / "landfall.db")) as database, database:
        database.execute("delete from conflictanswer where account_id = ?", (_account(site, database, role),))


def answer_for_all(site: Site, *roles: str) -> None:
    """Let nothing stand between people and any candidate of the program."""
    with closing(sqlite3.connect(site.data / "landfall.db")) as database, database:
        for role in roles:
            _answer_all(database, _account(site, database, role))


def begin_review(site: Site) -> None:
    """Let the reviewer and the lead have answered, reviewed three candidates, differed, talked and asked."""
    with closing(sqlite3.connect(site.data / "landfall.db")) as database, database:
        people = {role: _account(site, database, role) for role in ("reviewer", "lead")}
        for role, account in people.items():
            _answer_all(database, account)
            if role == "reviewer":
                _answer(database, account, CONFLICTED, conflict=True)
            for startup in REVIEWED:
                _review(database, account, startup, "decline" if role == "lead" else "accept")
            database.execute(
                "insert or ignore into notice (id, account_id, kind, address, program_id, made_at) "
                "values (?, ?, 'phase-opened', ?, ?, ?)",
                (f"n-{role}", account, f"/review/{PROGRAM}", PROGRAM, NOW),
            )
        reviewer, lead = people["reviewer"], people["lead"]
        for number, author, reply_to in (("c1", reviewer, None), ("c2", lead, "c1"), ("c3", lead, None)):
            database.execute(
                "insert or ignore into comment (id, program_id, startup_id, reply_to, author_id, text, "
                "written_at) values (?, ?, ?, ?, ?, 'Who pays for the trial?', ?)",
                (number, PROGRAM, REVIEWED[0], reply_to, author, NOW),
            )
        for number, state in (("q1", "asked"), ("q2", "relayed"), ("q3", "answered"), ("q4", "refused")):
            database.execute(
                "insert or ignore into question (id, program_id, startup_id, state, asked_by, text, "
                "asked_at, relayed_at, relayed_text, answer, answered_at) "
                "values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                _question(number, state, reviewer),
            )


def _account(site: Site, database: sqlite3.Connection, role: str) -> str:
    (found,) = database.execute(
        "select id from account where email = ?", (site.logins[role].email,)
    ).fetchone()
    return str(found)


def _answer_all(database: sqlite3.Connection, account: str) -> None:
    wanted = "select startup_id from candidacy where program_id = ?"
    for (startup,) in database.execute(wanted, (PROGRAM,)).fetchall():
        _answer(database, account, startup)


def _answer(database: sqlite3.Connection, account: str, startup: str, *, conflict: bool = False) -> None:
    state, kind, words = ("open", "declared", "A cousin works there.") if conflict else ("clear", "none", "")
    database.execute(
        "insert or replace into conflictanswer (account_id, startup_id, state, kind, text, evidence, "
        "answered_at, ruling) values (?, ?, ?, ?, ?, '[]', ?, '')",
        (account, startup, state, kind, words, NOW),
    )


def _review(database: sqlite3.Connection, account: str, startup: str, decision: str) -> None:
    scores = {name: points if decision == "accept" else 1 for name, points in POINTS.items()}
    database.execute(
        "insert or ignore into review (program_id, startup_id, desk, decision, reason_kind, reason, scores, "
        "pinned, excluded, turn, liking, override_verdict, override_reason, revision, reviewer, "
        "submitted_at, changed_at) "
        "values (?, ?, ?, ?, 'market', 'Seen at a fair.', ?, 0, 0, 0, 0, 'eligible', "
        "'Has a seat in Dortmund.', 1, ?, ?, ?)",
        (PROGRAM, startup, account, decision, json.dumps(scores), account, NOW, NOW),
    )


def _question(number: str, state: str, asker: str) -> tuple[str | None, ...]:
    decided, answered = state != "asked", state == "answered"
    return (
        *(number, PROGRAM, REVIEWED[0], state, asker, "Who pays for it?", NOW),
        *(NOW if decided else None, "Who pays for the trial?" if decided else ""),
        *("The harbour." if answered else "", NOW if answered else None),
    )
