"""What founders read of a round, in every language, and what happens when one of them leaves."""

import email
import email.policy
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session, col, delete, select

from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.round_publications import publish
from matcher.workflows.round_runs import run_round
from matcher.workflows.rounds import create_round, set_pin
from models.access import OPERATOR
from models.base import now_utc
from models.consent import Purpose
from models.database import read_session, write_session
from models.round import PinKind
from models.tables import (
    Agency,
    AuditEntry,
    Candidacy,
    City,
    Consent,
    Outcome,
    Profile,
    Program,
    ProgramInterest,
    Review,
    Startup,
    Submission,
)
from tests.web.signing_in import add_account, sign_in

HOME, AWAY = "doaccelerate", "ksc-seattle"
FIRST, SECOND, THIRD = "real-a", "real-b", "real-c"
APPLICATIONS = ((FIRST, HOME), (SECOND, HOME), (SECOND, AWAY), (THIRD, AWAY))


def add_startup(session: Session, startup: str) -> None:
    """Add a real startup that has submitted its profile."""
    session.add(Startup(id=startup, name=f"Firm {startup}", invented=False))
    session.flush()
    session.add(Profile(startup_id=startup, language="en", version=1, text="We weld hulls."))
    session.add(
        Submission(
            startup_id=startup, number=1, state="submitted", content={"name": startup}, submitted_at=now_utc()
        )
    )


def apply(session: Session, startup: str, program: str) -> None:
    """Let a startup want a program, consent to it, and be accepted."""
    agency = session.get_one(Agency, session.get_one(Program, program).agency_id)
    country = session.get_one(City, agency.city_id).country
    session.add(ProgramInterest(startup_id=startup, program_id=program, interested=True))
    session.add(Candidacy(startup_id=startup, program_id=program))
    for purpose in (Purpose.REVIEW, Purpose.PROVISION_ABROAD):
        session.add(
            Consent(
                startup_id=startup,
                purpose=purpose.value,
                agency_id=agency.id,
                country=country,
                words_version="x",
                language="en",
            )
        )
    session.add(
        Review(
            program_id=program,
            startup_id=startup,
            desk="agency",
            decision="accept",
            override_verdict="eligible",
            override_reason="Ruled",
            reviewer="somebody",
        )
    )


class Fair:
    """Two programs of one seat each; the second startup waits for both."""

    def __init__(self, app: FastAPI, client: TestClient, analyst: LocalAnalyst) -> None:
        """Put everything there, with one plan that is not published."""
        self.app, self.client, self.analyst = app, client, analyst
        self.today = datetime.now(UTC).date()
        with write_session(app.state.engine) as session:
            session.exec(delete(Candidacy).where(col(Candidacy.program_id).in_([HOME, AWAY])))
            for startup in (FIRST, SECOND, THIRD):
                add_startup(session, startup)
            for startup, program in APPLICATIONS:
                apply(session, startup, program)
            self.ids = {
                startup: add_account(session, f"{startup}@f.example", startups=[startup]).id
                for startup in (FIRST, SECOND, THIRD)
            }
            for name in ("boss", "other"):
                self.ids[name] = add_account(session, f"{name}@x.example", office="manager").id
            create_round(session, OPERATOR, "Fair", [(HOME, 1, 5), (AWAY, 1, 5)], round_id="fair")
            for revision, (startup, program) in enumerate(((FIRST, HOME), (THIRD, AWAY))):
                set_pin(
                    session,
                    OPERATOR,
                    "fair",
                    program,
                    startup,
                    kind=PinKind.PIN,
                    reason="Agreed",
                    revision=revision,
                )
            run_round(session, OPERATOR, analyst, "fair", today=self.today)

    def publish(self) -> None:
        """Publish the plan; nobody is written to."""
        with write_session(self.app.state.engine) as session:
            publish(session, OPERATOR, self.analyst, "fair", 1, today=self.today)

    def enter(self, name: str) -> TestClient:
        """Sign the browser in as somebody."""
        self.client.cookies.clear()
        sign_in(self.app, self.client, self.ids[name])
        return self.client

    def results(self) -> dict[tuple[str, str], str]:
        """Give what is published."""
        with read_session(self.app.state.engine) as session:
            return {(row.startup_id, row.program_id): row.state for row in session.exec(select(Outcome))}

    def letters(self, to: str) -> list[str]:
        """Read the letters to somebody."""
        read = []
        for path in sorted((Path(self.app.state.settings.data_dir) / "mail").glob("*.eml")):
            letter = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            body = letter.get_body()
            if to in str(letter["To"]) and body is not None:
                read.append(str(body.get_content()))
        return read


@pytest.fixture
def fair(app: FastAPI, client: TestClient, hashing_analyst: LocalAnalyst) -> Fair:
    """Give the fair."""
    return Fair(app, client, hashing_analyst)


WORDS = {
    "en": ("applied", "selected", "waitlisted 1", "withdrawn"),
    "ko": ("신청완료", "선정", "예비 1", "신청취소"),
    "de": ("beworben", "ausgewählt", "Warteliste 1", "zurückgezogen"),
    "es": ("presentada", "seleccionada", "en espera 1", "retirada"),
}


def shown(fair: Fair, startup: str, language: str) -> str:
    """Read the page of results as the startup's founder."""
    answer = fair.enter(startup).get(f"/startups/{startup}/outcomes", headers={"Accept-Language": language})
    assert answer.status_code == 200
    return answer.text


def states(page: str) -> list[str]:
    """Find the states a page of results names."""
    parts = page.split('<p class="outcome-state"><strong>')[1:]
    return [part.split("</strong>")[0] for part in parts]


@pytest.mark.parametrize("language", list(WORDS))
def test_every_state_has_its_word(fair: Fair, language: str) -> None:
    applied, selected, waits, withdrawn = WORDS[language]

    assert f"/startups/{FIRST}/outcomes" in fair.enter(FIRST).get(f"/startups/{FIRST}").text
    assert states(shown(fair, FIRST, language)) == [applied]
    fair.publish()
    assert states(shown(fair, FIRST, language)) == [selected]
    assert states(shown(fair, SECOND, language)) == [waits, waits]
    fair.enter(FIRST).post(f"/startups/{FIRST}/profile/interest/{HOME}", data={"interested": "no"})
    assert states(shown(fair, FIRST, language)) == [withdrawn]


def test_who_has_a_place_is_led_to_the_results_before_giving_it_up(fair: Fair) -> None:
    def page() -> str:
        return fair.enter(FIRST).get(f"/startups/{FIRST}").text

    assert 'name="interested" value="no"' in page()
    fair.publish()

    assert 'name="interested"' not in page()
    assert f"/startups/{FIRST}/outcomes#program-{HOME}" in page()


def test_a_founder_withdraws_and_each_letter_names_its_own_program(fair: Fair) -> None:
    fair.publish()
    page = shown(fair, FIRST, "en")
    assert 'value="results"' in page

    answer = fair.client.post(
        f"/startups/{FIRST}/profile/interest/{HOME}", data={"interested": "no", "back": "results"}
    )

    assert (answer.status_code, answer.headers["location"]) == (303, f"/startups/{FIRST}/outcomes")
    assert fair.results() == {
        (FIRST, HOME): "withdrawn",
        (SECOND, HOME): "selected",
        (SECOND, AWAY): "not-selected",
        (THIRD, AWAY): "selected",
    }
    assert 'value="results"' not in shown(fair, FIRST, "en")
    told = fair.letters(SECOND)
    with read_session(fair.app.state.engine) as session:
        names = {session.get_one(Program, program).name_en for program in (HOME, AWAY)}
    assert {name for name in names for letter in told if name in letter} == names
    assert len(told) == 2
    assert fair.letters(FIRST) == fair.letters(THIRD) == []


def test_a_startup_that_is_erased_through_the_page_makes_room(fair: Fair) -> None:
    fair.publish()

    answer = fair.enter(FIRST).post(f"/startups/{FIRST}/erase", data={"name": f"Firm {FIRST}"})

    assert answer.status_code == 303
    assert fair.results()[SECOND, HOME] == "selected"
    assert len(fair.letters(SECOND)) == 2
    assert not any("erased" in letter or FIRST in letter for letter in fair.letters(SECOND))


def test_of_two_managers_who_publish_at_once_one_is_told(fair: Fair) -> None:
    def send(name: str) -> tuple[int, str]:
        with TestClient(
            fair.app,
            base_url="http://127.0.0.1",
            headers=dict(fair.client.headers),
            follow_redirects=False,
            raise_server_exceptions=False,
        ) as browser:
            sign_in(fair.app, browser, fair.ids[name])
            answer = browser.post("/rounds/fair/publish", data={"run": "1"})
        return answer.status_code, answer.text

    with ThreadPoolExecutor(2) as threads:
        answers = dict(threads.map(send, ("boss", "other")))

    assert sorted(answers) == [303, 409]
    assert "published" in answers[409]
    with read_session(fair.app.state.engine) as session:
        acts = session.exec(select(AuditEntry.act).where(AuditEntry.act == "round-published")).all()
    assert len(acts) == 1
    assert len(fair.results()) == len(APPLICATIONS)
    assert len(fair.letters(SECOND)) == 2
