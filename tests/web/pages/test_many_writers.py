"""Eight reviewers decide at once through the site: nothing is lost, and nobody meets a fault of ours."""

from concurrent.futures import ThreadPoolExecutor

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import col, func, select

from matcher.workflows.audit_checks import verify
from matcher.workflows.audit_heads import Heads
from matcher.workflows.audits import Act, record
from models.access import OPERATOR
from models.database import read_session, write_session
from models.tables import Program, Review, ReviewStep
from tests.web.signing_in import SAME_SITE, sign_in_new

WRITERS, ROUNDS = 8, 60
PROGRAM = "ksc-seattle"
STARTUPS = ("S01", "S02", "S03", "S04")


def revision_of(app: FastAPI, startup: str, desk: str) -> int:
    """Read the revision a form for this startup carries now."""
    with read_session(app.state.engine) as session:
        row = session.get(Review, (PROGRAM, startup, desk))
        return row.revision if row else 0


def test_no_decision_is_lost_among_eight_reviewers(app: FastAPI) -> None:
    with read_session(app.state.engine) as session:
        agency = session.get_one(Program, PROGRAM).agency_id

    def decide(writer: int) -> list[int]:
        startup = STARTUPS[writer % len(STARTUPS)]
        client = TestClient(
            app,
            base_url="http://127.0.0.1",
            headers=SAME_SITE,
            follow_redirects=False,
            raise_server_exceptions=False,
        )
        own = sign_in_new(app, client, f"reviewer{writer}@office.example", reviews_for=[agency])
        answers: list[int] = []
        while answers.count(303) < ROUNDS:
            form = {
                "decision": "maybe",
                "reason": f"{writer}-{len(answers)}",
                "revision": str(revision_of(app, startup, own)),
            }
            answers.append(client.post(f"/review/{PROGRAM}/{startup}/decision", data=form).status_code)
            with write_session(app.state.engine) as session:
                record(session, OPERATOR, Act.DECIDED, subject=startup, about=PROGRAM)
        return answers

    with ThreadPoolExecutor(WRITERS) as threads:
        answers = [status for found in threads.map(decide, range(WRITERS)) for status in found]

    with read_session(app.state.engine) as session:
        saved = session.exec(select(func.sum(col(Review.revision)))).one()
        steps = session.exec(select(func.count()).select_from(ReviewStep)).one()
        log = verify(session, Heads())
    assert set(answers) <= {303, 409}
    assert answers.count(303) == saved == steps == WRITERS * ROUNDS
    assert (log.entries >= len(answers), log.fault) == (True, None)
