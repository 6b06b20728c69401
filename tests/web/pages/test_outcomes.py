"""The pages of results: a plan that is looked at, letters, what founders read, the appeal and its answer."""

import email
import email.policy
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import select

from models.base import now_utc
from models.database import read_session, write_session
from models.tables import Account, Appeal, Candidacy, Outcome, Program, Review, ReviewSetup
from tests.web.pages.reading import read_page
from tests.web.signing_in import add_account, sign_in


class Town:
    """A program with one seat and three candidates that are decided, a manager and a Korean founder."""

    def __init__(self, app: FastAPI, client: TestClient) -> None:
        """Put it all there."""
        self.app, self.client = app, client
        with write_session(app.state.engine) as session:
            self.program = session.exec(select(Candidacy.program_id)).first() or ""
            program = session.get_one(Program, self.program)
            program.seats = 1
            session.add(program)
            rows = session.exec(select(Candidacy).where(Candidacy.program_id == self.program)).all()
            for row in rows:
                session.delete(row)
            session.flush()
            for startup, decision in (("S01", "accept"), ("S02", "accept"), ("S03", "decline")):
                session.add(Candidacy(program_id=self.program, startup_id=startup))
                session.add(
                    Review(
                        program_id=self.program,
                        startup_id=startup,
                        desk="agency",
                        decision=decision,
                        reason="SECRET WORDS",
                        reviewer="somebody",
                    )
                )
            founder = add_account(session, "founder@x.example", startups=["S03"])
            founder.language = "ko"
            manager = add_account(session, "manager@x.example", office="manager")
            self.ids = {"founder": founder.id, "manager": manager.id}

    @property
    def address(self) -> str:
        """Where the manager looks at the plan."""
        return f"/manage/programs/{self.program}/outcomes"

    def enter(self, name: str) -> TestClient:
        """Sign the browser in as somebody."""
        self.client.cookies.clear()
        sign_in(self.app, self.client, self.ids[name])
        return self.client

    def form(self, **reasons: str) -> dict[str, Any]:
        """Fill in the form of the plan, with reasons by startup."""
        page = read_page(self.enter("manager").get(self.address).text)
        hidden = {
            name: page.find_all("input", name=name)[0].attributes["value"] for name in ("mark", "startups")
        }
        return hidden | {"reason": [reasons.get(one, "") for one in hidden["startups"].split(" ")]}

    def publish(self, **reasons: str) -> None:
        """Publish with reasons by startup."""
        assert self.client.post(self.address, data=self.form(**reasons)).status_code == 303

    def letters(self) -> list[str]:
        """Read the letters that were sent."""
        folder = Path(self.app.state.settings.data_dir) / "mail"
        letters = []
        for path in sorted(folder.glob("*.eml")):
            letter = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            body = letter.get_body()
            assert body is not None
            letters.append(f"{letter['To']}\n{letter['Subject']}\n{body.get_content()}")
        return letters


@pytest.fixture
def town(app: FastAPI, client: TestClient) -> Town:
    """Give a site with a decided program."""
    return Town(app, client)


def test_the_plan_is_shown_before_anything_is_published(town: Town) -> None:
    text = read_page(town.enter("manager").get(town.address).text).find("main").text

    assert "waitlisted 1" in text
    assert "not selected" in text
    assert "No result is published yet." in text
    with read_session(town.app.state.engine) as session:
        assert session.exec(select(Outcome)).all() == []


def test_a_plan_that_changed_is_shown_again_and_not_published(town: Town) -> None:
    form = town.form(S03="kept words")
    with write_session(town.app.state.engine) as session:
        for startup in ("S01", "S02"):
            row = session.get_one(Review, (town.program, startup, "agency"))
            row.decision = "maybe" if startup == "S01" else "decline"
            session.add(row)
    answer = town.client.post(town.address, data=form)

    assert answer.status_code == 409
    assert read_page(answer.text).find("textarea", id="reason-S03").text.strip() == "kept words"
    with read_session(town.app.state.engine) as session:
        assert session.exec(select(Outcome)).all() == []


def test_a_reason_that_is_refused_comes_back_beside_what_was_typed(town: Town) -> None:
    answer = town.client.post(town.address, data=town.form(S01="!!!", S03="kept words"))

    assert answer.status_code == 422
    assert "kept words" in answer.text


def test_the_founder_reads_the_result_and_the_released_reason_and_no_more(town: Town) -> None:
    town.publish(S03="The pilot needs a partner.")
    text = read_page(town.enter("founder").get("/startups/S03/outcomes").text).find("main").text

    assert "not selected" in text
    assert "The pilot needs a partner." in text
    assert "SECRET" not in text
    assert "Manager" not in text
    assert "/startups/S03/outcomes" in town.client.get("/startups/S03").text
    assert town.client.get("/startups/S01/outcomes").status_code == 404


def test_founders_are_written_to_in_their_language_and_the_result_is_not_in_the_letter(town: Town) -> None:
    town.publish()
    letters = town.letters()

    assert len(letters) == 1
    assert "/startups/S03/outcomes" in letters[0]
    assert "not selected" not in letters[0]


def test_an_appeal_goes_to_the_manager_and_its_answer_back(town: Town) -> None:
    town.publish()
    founder = town.enter("founder")
    sent = founder.post(
        "/startups/S03/outcomes", data={"program": town.program, "text": "Please look again."}
    )
    twice = founder.post("/startups/S03/outcomes", data={"program": town.program, "text": "And again."})
    assert (sent.status_code, twice.status_code) == (303, 409)
    assert "And again." in twice.text
    with read_session(town.app.state.engine) as session:
        appeal_id = session.exec(select(Appeal.id)).one()
    manager = town.enter("manager")
    assert "Please look again." in manager.get(town.address).text
    empty = manager.post(f"{town.address}/appeals/{appeal_id}", data={"answer": " "})
    done = manager.post(f"{town.address}/appeals/{appeal_id}", data={"answer": "We did, with care."})
    again = manager.post(f"{town.address}/appeals/{appeal_id}", data={"answer": "Other words."})

    assert (empty.status_code, done.status_code, again.status_code) == (422, 303, 409)
    assert "We did, with care." in town.enter("founder").get("/startups/S03/outcomes").text
    assert len(town.letters()) == 2


@pytest.mark.parametrize("text", ["", "\x00", "x" * 4001, "!!!"])
def test_an_appeal_that_cannot_be_taken_says_so_beside_the_box(town: Town, text: str) -> None:
    town.publish()
    answer = town.enter("founder").post(
        "/startups/S03/outcomes", data={"program": town.program, "text": text}
    )

    assert answer.status_code == 422
    assert read_page(answer.text).find("span", id=f"text-{town.program}-problem").text


def test_a_founder_without_an_account_language_still_gets_a_letter(town: Town) -> None:
    with write_session(town.app.state.engine) as session:
        account = session.get_one(Account, town.ids["founder"])
        account.language = ""
        session.add(account)
    town.publish()

    assert "Hello" in town.letters()[0]


def test_a_provisional_decision_is_shown_as_such_and_confirmed_before_anything_is_published(
    town: Town,
) -> None:
    with write_session(town.app.state.engine) as session:
        colleague = add_account(session, "colleague@x.example")
        row = session.get_one(Review, (town.program, "S02", "agency"))
        row.decision = None
        session.add(row)
        session.add(ReviewSetup(program_id=town.program, phase="decision"))
        session.add(
            Review(
                program_id=town.program,
                startup_id="S02",
                desk=colleague.id,
                reviewer=colleague.id,
                decision="decline",
                reason_kind="market",
                submitted_at=now_utc(),
            )
        )
    shown = read_page(town.enter("manager").get(town.address).text).find("main")
    refused = town.client.post(town.address, data=town.form())
    form = shown.find("form", action=f"/manage/programs/{town.program}/review/confirm")
    sent = {field.attributes["name"]: field.attributes["value"] for field in form.find_all("input")}
    done = town.client.post(form.attributes["action"], data=sent)

    assert "not selected provisional" in shown.text
    assert shown.find_all("form", action=town.address)[0].find_all("button") == []
    assert refused.status_code == 409
    assert (done.status_code, done.headers["location"]) == (303, town.address)
    assert "provisional" not in read_page(town.client.get(town.address).text).find("main").text
    with read_session(town.app.state.engine) as session:
        row = session.get_one(Review, (town.program, "S02", "agency"))
        assert (row.decision, row.reason_kind, row.reviewer) == ("decline", "market", town.ids["manager"])
    town.publish()
