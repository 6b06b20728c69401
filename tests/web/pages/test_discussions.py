"""Discussion, questions, notices and reports in the browser: what each person is shown, sent and refused."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import event
from sqlmodel import Session, select

from models.database import read_session, write_session
from models.tables import Candidacy, Comment, ConflictAnswer, Notice, Program, Question, Review, ReviewSetup
from tests.web.pages.people import letters, link_of
from tests.web.pages.reading import Element, read_page
from tests.web.signing_in import add_account, sign_in

PROGRAM = "md-global-gateway"
CASE = f"/review/{PROGRAM}/S01"
REPORT = f"/manage/programs/{PROGRAM}/review"


class Office:
    """A program with two candidates, its lead, two reviewers, a manager and a Korean founder."""

    def __init__(self, app: FastAPI, client: TestClient) -> None:
        """Put everybody there."""
        self.app, self.client = app, client
        with write_session(app.state.engine) as session:
            agency = session.get_one(Program, PROGRAM).agency_id
            for row in session.exec(select(Candidacy)):
                session.delete(row)
            session.flush()
            session.add_all(Candidacy(program_id=PROGRAM, startup_id=startup) for startup in ("S01", "S02"))
            self.ids = self._people(session, agency)

    @staticmethod
    def _people(session: Session, agency: str) -> dict[str, str]:
        founder = add_account(session, "founder@x.example", startups=["S01"])
        founder.language = "ko"
        people = {
            "founder": founder,
            "ann": add_account(session, "ann@x.example", reviews_for=[agency]),
            "ben": add_account(session, "ben@x.example", reviews_for=[agency]),
            "lead": add_account(session, "lead@x.example", leads=[agency]),
            "manager": add_account(session, "manager@x.example", office="manager"),
        }
        return {name: account.id for name, account in people.items()}

    def enter(self, name: str) -> TestClient:
        """Sign the browser in as somebody."""
        self.client.cookies.clear()
        sign_in(self.app, self.client, self.ids[name])
        return self.client

    def read(self, name: str, address: str) -> Element:
        """Read a page as somebody."""
        answer = self.enter(name).get(address)
        assert answer.status_code == 200, answer.text
        return read_page(answer.text)

    def main(self, name: str, address: str) -> str:
        """Read the words of a page as somebody."""
        return self.read(name, address).find("main").text

    def send(self, name: str, address: str, **fields: str) -> int:
        """Send a form as somebody; give the status."""
        return self.enter(name).post(address, data=fields).status_code

    def letters(self) -> list[tuple[str, str]]:
        """Read whom was written to, and what."""
        return [(str(letter["To"]), letter.get_content()) for letter in letters(self.app.state.settings)]

    def submit(self, name: str, startup: str, decision: str, points: int = 3) -> None:
        """Submit a review."""
        keys = ("market-entry", "technology", "fit-with-city", "team", "plan")
        with write_session(self.app.state.engine) as session:
            session.add(
                Review(
                    program_id=PROGRAM,
                    startup_id=startup,
                    desk=self.ids[name],
                    reviewer=self.ids[name],
                    decision=decision,
                    reason=f"{name} said {decision}",
                    scores=dict.fromkeys(keys, float(points)),
                    submitted_at=session.get_one(ReviewSetup, PROGRAM).changed_at,
                )
            )

    def phase(self, phase: str) -> None:
        """Put the review into a phase."""
        with write_session(self.app.state.engine) as session:
            session.merge(ReviewSetup(program_id=PROGRAM, phase=phase, wanted_reviews=2))


@pytest.fixture
def office(app: FastAPI, client: TestClient) -> Office:
    """Give a site with a program under review."""
    office = Office(app, client)
    office.phase("individual")
    return office


def first_id(office: Office, table: type[Comment | Question | Notice]) -> str:
    with read_session(office.app.state.engine) as session:
        return session.exec(select(table.id)).all()[0]


def test_a_comment_its_reply_and_its_end(office: Office) -> None:
    office.phase("decision")
    assert office.send("ann", f"{CASE}/discussion", text="A fine pilot.") == 303
    root = first_id(office, Comment)
    assert office.send("ben", f"{CASE}/discussion", text="I doubt it.", reply_to=root) == 303
    (letter,) = office.letters()
    page = office.read("ann", "/notices")

    assert "ann@x.example" in letter[0]
    assert f"{CASE}/discussion" in letter[1]
    assert "I doubt it." not in letter[1]
    assert "unread: 1" in page.find("header").text
    (notice,) = page.find_all("form", action=f"/notices/{first_id(office, Notice)}/open")
    answer = office.client.post(notice.attributes["action"])
    assert answer.headers["location"] == f"{CASE}/discussion"
    assert "unread" not in read_page(office.client.get("/notices").text).find("header").text
    assert office.send("ann", f"{CASE}/discussion/{root}/withdraw") == 303
    text = office.main("ben", f"{CASE}/discussion")
    assert "A fine pilot." not in text
    assert "This comment was withdrawn." in text


def test_others_words_wait_for_the_own_review(office: Office) -> None:
    office.send("ann", f"{CASE}/discussion", text="A fine pilot.")
    before = office.main("ben", f"{CASE}/discussion")
    office.submit("ben", "S01", "maybe")

    assert "A fine pilot." not in before
    assert "once your own review of this candidate is submitted" in before
    assert "A fine pilot." in office.main("ben", f"{CASE}/discussion")


@pytest.mark.parametrize("text", ["", "!!!", "x" * 4001, "\x00"])
def test_a_refused_comment_comes_back_as_it_was_typed(office: Office, text: str) -> None:
    answer = office.enter("ann").post(f"{CASE}/discussion", data={"text": text})
    page = read_page(answer.text)

    assert answer.status_code == 422
    assert page.find("textarea", id="text").attributes["aria-invalid"] == "true"
    assert page.find("span", id="text-problem").text
    if text == "!!!":
        assert "!!!" in page.find("textarea", id="text").text


def test_a_question_goes_by_the_manager_to_the_founder_and_back(office: Office) -> None:
    assert office.send("ann", f"{CASE}/questions", question="Ann wonders: who pays?") == 303
    question = first_id(office, Question)
    inbox = office.main("manager", "/manage/questions")
    assert (
        office.send("manager", f"/manage/questions/{question}", act="relay", text="Who pays for it?") == 303
    )
    asked = office.main("founder", "/startups/S01/questions")
    assert office.send("founder", f"/startups/S01/questions/{question}", answer="The harbour.") == 303
    again = office.send("founder", f"/startups/S01/questions/{question}", answer="Nobody.")

    assert "asked by Ann" in inbox
    assert "Who pays for it?" in asked
    assert "Ann" not in asked
    assert again == 409
    for name in ("ben", "manager", "founder"):
        fact = office.read(name, "/startups/S01").find("dl", cls="answers").text
        assert "The harbour." in fact
        assert "Answered on" in fact
        assert "asked through:" in fact
    assert "The harbour." in office.read("ben", CASE).find("dl", cls="answers").text
    assert "The harbour." in office.main("ben", f"{CASE}/discussion")
    sent = [(to, words) for to, words in office.letters() if "founder" in to]
    assert len(sent) == 1
    assert "Hello" not in sent[0][1]
    assert all("Who pays" not in words and "harbour" not in words for _, words in office.letters())


def test_a_refused_question_says_why_and_asks_for_words(office: Office) -> None:
    office.send("ann", f"{CASE}/questions", question="Who are the founders?")
    question = first_id(office, Question)
    address = f"/manage/questions/{question}"
    empty = office.enter("manager").post(address, data={"act": "refuse", "text": " "})
    assert office.send("manager", address, act="refuse", text="The review is blind.") == 303
    late = office.send("manager", address, act="relay", text="Who are you?")

    assert empty.status_code == 422
    assert read_page(empty.text).find("span", id=f"refuse-{question}-problem").text
    assert late == 409
    assert "The review is blind." in office.main("ann", f"{CASE}/discussion")
    assert office.main("founder", "/startups/S01/questions").endswith("No agency has asked anything yet.")


@pytest.mark.parametrize("text", ["", "!!!", "x" * 4001])
def test_a_refused_answer_comes_back(office: Office, text: str) -> None:
    office.send("ann", f"{CASE}/questions", question="Who pays?")
    question = first_id(office, Question)
    office.send("manager", f"/manage/questions/{question}", act="relay", text="Who pays?")
    answer = office.enter("founder").post(f"/startups/S01/questions/{question}", data={"answer": text})
    wrong = office.enter("ann").post(f"{CASE}/questions", data={"question": text})

    assert (answer.status_code, wrong.status_code) == (422, 422)
    assert read_page(answer.text).find("span", id=f"answer-{question}-problem").text
    assert read_page(wrong.text).find("span", id="question-problem").text


def test_a_conflicted_reviewer_finds_no_discussion_and_no_notice(office: Office) -> None:
    office.phase("decision")
    office.send("ann", f"{CASE}/discussion", text="A fine pilot.")
    office.send("ben", f"{CASE}/discussion", text="I doubt it.", reply_to=first_id(office, Comment))
    with write_session(office.app.state.engine) as session:
        session.merge(
            ConflictAnswer(account_id=office.ids["ann"], startup_id="S01", state="confirmed", kind="declared")
        )
    page = office.read("ann", "/notices")

    assert "unread" not in page.find("header").text
    assert "There is nothing to look at." in page.find("main").text
    assert office.client.get(f"{CASE}/discussion").status_code == 404
    assert office.send("ann", f"{CASE}/questions", question="Who pays?") == 404


def test_all_notices_are_read_at_once(office: Office) -> None:
    office.send("lead", f"{REPORT}/phase", phase="decision", revision="0")

    assert office.send("ann", "/notices/read") == 303
    assert "unread" not in office.read("ann", "/notices").find("header").text
    assert office.send("ann", "/notices/no-such/open") == 404


def test_the_report_shows_progress_disagreement_and_decisions(office: Office) -> None:
    office.submit("ann", "S01", "accept", 5)
    office.submit("ben", "S01", "decline", 1)
    office.submit("ann", "S02", "accept", 5)
    text = office.main("manager", REPORT)
    overview = office.main("manager", "/manage/reviews")

    assert "3 / 4" in text
    assert "ann said accept" in text
    assert "Not enough yet." in text
    assert "fewer than 5" in text
    assert "1 decision is provisional" in text
    assert "They can be confirmed once the agency decides." in text
    assert "3 / 4" in overview


def test_a_lead_reads_no_score_before_the_own_review(office: Office) -> None:
    office.submit("ann", "S01", "accept", 5)
    office.submit("ben", "S01", "decline", 1)
    before = office.main("lead", REPORT)
    office.submit("lead", "S01", "maybe")
    after = office.main("lead", REPORT)

    assert "2 / 4" in before
    assert "said" not in before
    assert "ann said accept" in after


def test_rules_are_changed_and_a_late_change_is_refused(office: Office) -> None:
    fields = {"wanted_reviews": "3", "aggregation": "median", "zero_excludes": "true", "revision": "0"}
    assert office.send("lead", f"{REPORT}/rules", **fields) == 303
    assert office.send("manager", f"{REPORT}/rules", **fields) == 409
    wrong = office.enter("lead").post(
        f"{REPORT}/rules", data=fields | {"wanted_reviews": "٣", "revision": "1"}
    )

    assert wrong.status_code == 422
    assert read_page(wrong.text).find("span", id="wanted_reviews-problem").text
    page = read_page(office.client.get(REPORT).text)
    assert page.find("input", id="wanted_reviews").attributes["value"] == "3"
    assert "checked" in page.find("input", name="zero_excludes").attributes
    assert "checked" not in page.find("input", name="learning").attributes
    assert "Version 2 of the rules" in page.find("main").text


def test_a_phase_begins_with_letters_and_agreed_decisions_are_confirmed(office: Office) -> None:
    office.submit("ann", "S01", "accept")
    assert office.send("lead", f"{REPORT}/phase", phase="decision", revision="0") == 303
    assert office.send("lead", f"{REPORT}/phase", phase="individual", revision="0") == 409
    told = {to for to, _ in office.letters()}
    form = office.read("lead", REPORT).find("form", action=f"{REPORT}/confirm")
    mark = form.find("input", name="mark").attributes["value"]

    assert len(told) == 2
    assert not any("lead@" in to for to in told)
    assert office.send("lead", f"{REPORT}/confirm", mark="0") == 409
    assert office.send("lead", f"{REPORT}/confirm", mark=mark) == 303
    assert "provisional" not in office.main("lead", REPORT).replace("provisional decisions too", "")


def test_a_reminder_goes_out_once_a_day(office: Office) -> None:
    assert office.send("lead", f"{REPORT}/remind", account=office.ids["ann"]) == 303
    assert office.send("lead", f"{REPORT}/remind", account=office.ids["ann"]) == 303
    assert office.send("lead", f"{REPORT}/remind") == 303
    told = [to for to, _ in office.letters()]

    assert [sum(name in to for to in told) for name in ("ann@", "ben@")] == [1, 1]
    assert link_of(letters(office.app.state.settings)[0]).endswith(f"/review/{PROGRAM}")


def test_reviewers_have_no_report(office: Office) -> None:
    for address in (REPORT, "/manage/reviews", "/manage/questions"):
        assert office.enter("ann").get(address).status_code == 403
    assert office.enter("lead").get("/manage/questions").status_code == 403


def test_the_reports_cost_the_same_number_of_queries_however_long_they_are(office: Office) -> None:
    statements: list[str] = []

    def count(address: str) -> int:
        client = office.enter("manager")
        statements.clear()
        assert client.get(address).status_code == 200
        return len(statements)

    def note(*told: object) -> None:
        statements.append(str(told[2]))

    event.listen(office.app.state.engine, "before_cursor_execute", note)
    addresses = (REPORT, "/manage/reviews", "/manage/questions", "/notices", f"{CASE}/discussion")
    office.submit("ann", "S01", "accept")
    office.send("ann", f"{CASE}/questions", question="Who pays?")
    office.send("ann", f"{CASE}/discussion", text="A comment")
    few = [count(address) for address in addresses]
    office.submit("ben", "S01", "decline")
    office.submit("ann", "S02", "decline")
    office.submit("lead", "S02", "accept")
    for number in range(5):
        office.send("ann", f"{CASE}/questions", question=f"Who pays {number}?")
        office.send("ann", f"{CASE}/discussion", text=f"Comment {number}")
    many = [count(address) for address in addresses]
    event.remove(office.app.state.engine, "before_cursor_execute", note)

    assert many == few
