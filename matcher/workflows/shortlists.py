"""A program's shortlist as a file: the reviewer's order with decisions and reasons."""

import csv
import io
import json
from datetime import date
from enum import StrEnum
from typing import Any

from sqlmodel import Session

from matcher.engine.policy import DEFAULT_POLICY
from matcher.errors import FieldError, TooManyAttemptsError
from matcher.exports.csv_file import spreadsheet_safe
from matcher.workflows.analysts import Analyst
from matcher.workflows.audits import Act, record
from matcher.workflows.reading_budgets import check_reading
from matcher.workflows.review_queues import Candidate, ReviewQueue, open_queue, require
from matcher.workflows.reviews import clean_reason
from models.access import Action, Actor
from models.vocabulary import Decision


class ShortlistFormat(StrEnum):
    """Forms a shortlist can be taken away in."""

    CSV = "csv"
    JSON = "json"


COLUMNS = (
    "position",
    "startup",
    "name",
    "invented",
    "decision",
    "reason",
    "pinned",
    "machine_rank",
    "fit",
    "eligibility",
    "open_questions",
    "profile_sentence",
    "program_sentence",
)


def export(
    session: Session,
    actor: Actor,
    analyst: Analyst,
    program_id: str,
    form: ShortlistFormat,
    *,
    today: date,
    reason: str,
    limit: int | None = None,
    bom: bool = False,
) -> bytes:
    """Write the shortlist of a program: everything not declined, in the reviewer's order.

    Args:
        session: an open write unit, because taking a list away is written down.
        actor: who takes it away.
        analyst: reads texts.
        program_id: the program.
        form: csv or json.
        today: the day company ages are counted to.
        reason: what the list is for, at most 500 characters.
        limit: different startups an account may read within an hour; none for whoever runs the site, who
            has the database anyway.
        bom: begin the CSV with a byte order mark, so that spreadsheets show Hangul.

    Raises:
        FieldError: no reason is given, or it is not storable.
        TooManyAttemptsError: this would be more than the limit. The write unit then holds the entry that
            says so and nothing else: commit it.
        AccessDeniedError, UnknownProgramError: see the classes.
    """
    require(actor, Action.EXPORT)
    purpose = clean_reason(reason)
    if not purpose:
        raise FieldError("reason", "an export needs a reason")
    queue = open_queue(session, actor, analyst, program_id, today=today)
    listed = [item for item in queue.candidates if item.decision is not Decision.DECLINE]
    if limit is not None:
        taken = [item.startup_id for item in listed]
        if wait := check_reading(session, actor, taken, program_id, limit=limit):
            raise TooManyAttemptsError(wait)
    for item in listed:
        record(session, actor, Act.EXPORTED, subject=item.startup_id, about=program_id, reason=purpose)
    if form is ShortlistFormat.CSV:
        return _csv(listed).encode("utf-8-sig" if bom else "utf-8")
    return _json(queue, listed, analyst, today)


def read_format(value: str) -> ShortlistFormat:
    """Read a format by its name.

    Raises:
        FieldError: there is no such format.
    """
    try:
        return ShortlistFormat(value)
    except ValueError as error:
        raise FieldError("format", f"{value!r} is not one of csv, json") from error


def _csv(listed: list[Candidate]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for number, item in enumerate(listed, 1):
        row = _row(number, item)
        writer.writerow([spreadsheet_safe(str(row[column])) for column in COLUMNS])
    return out.getvalue()


def _json(queue: ReviewQueue, listed: list[Candidate], analyst: Analyst, today: date) -> bytes:
    document = {
        "program": queue.program.id,
        "name": queue.program.name,
        "as_of": today.isoformat(),
        "decided": queue.decided,
        "candidates": len(queue.candidates),
        "encoder": analyst.name,
        "analysis": analyst.fingerprint,
        "calibration": analyst.pools.calibration.version,
        "policy": DEFAULT_POLICY.version,
        "shortlist": [_row(number, item) | _detail(item) for number, item in enumerate(listed, 1)],
    }
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


def _row(number: int, item: Candidate) -> dict[str, Any]:
    best = item.evidence[0] if item.evidence else None
    return {
        "position": number,
        "startup": item.startup_id,
        "name": item.name,
        "invented": "yes" if item.invented else "no",
        "decision": item.decision.value if item.decision else "",
        "reason": item.reason,
        "pinned": "yes" if item.pinned else "no",
        "machine_rank": item.machine_rank,
        "fit": item.band.value,
        "eligibility": item.verdict.value,
        "open_questions": "; ".join(
            outcome.condition.say()
            for outcome in item.eligibility.outcomes
            if outcome.verdict.value == "cannot_tell"
        ),
        "profile_sentence": best.profile if best else "",
        "program_sentence": best.program if best else "",
    }


def _detail(item: Candidate) -> dict[str, Any]:
    return {"score": item.score, "signals": dict(item.signals), "language": item.language.value}
