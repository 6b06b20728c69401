"""What a manager does on the pages of a round, as forms that are sent."""

import html
import re

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import col, delete, select

from models.database import write_session
from models.tables import Candidacy, Program, Review
from tests.web.signing_in import add_account, sign_in

SAME = {"Sec-Fetch-Site": "same-origin"}
STARTUPS = ("S01", "S02", "S03")
_TAG = re.compile(r"<[^>]*>")
_SPACE = re.compile(r"\s+")


def prepare(app: FastAPI, client: TestClient) -> str:
    """Sign a manager in, and give a program with three accepted candidates."""
    with write_session(app.state.engine) as session:
        key = session.exec(select(Program.id).order_by(Program.id)).first() or ""
        session.exec(delete(Candidacy).where(col(Candidacy.program_id) == key))
        for startup in STARTUPS:
            session.add(Candidacy(program_id=key, startup_id=startup))
            session.add(
                Review(
                    program_id=key,
                    startup_id=startup,
                    desk="agency",
                    decision="accept",
                    override_verdict="eligible",
                    override_reason="Ruled",
                    reviewer="somebody",
                )
            )
        manager = add_account(session, "manager@x.example", office="manager").id
    sign_in(app, client, manager)
    return key


def post(client: TestClient, address: str, **form: str) -> tuple[int, str]:
    """Send a form, and give the status and where it leads, else the page."""
    answer = client.post(address, data=form, headers=SAME, follow_redirects=False)
    return answer.status_code, answer.headers.get("location", answer.text)


def text_of(client: TestClient, address: str) -> str:
    """Give the words of a page."""
    return _SPACE.sub(" ", html.unescape(_TAG.sub(" ", client.get(address).text)))


def open_round(client: TestClient, program: str, seats: int = 1) -> str:
    """Open a round and give its address."""
    form = {"program": program, "place": program, "seats": str(seats), "waitlist": "5"}
    status, address = post(client, "/rounds", name="Autumn", **form)
    assert status == 303
    return address


def pin(
    client: TestClient,
    address: str,
    program: str,
    startup: str,
    *,
    revision: int = 0,
    kind: str = "pin",
    reason: str = "Asked by the city",
) -> tuple[int, str]:
    """Pin a startup, or rule it out."""
    form = {"program": program, "startup": startup, "kind": kind, "reason": reason}
    return post(client, f"{address}/pins", revision=str(revision), **form)
