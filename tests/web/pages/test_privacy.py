"""A founder consents, sees who has seen, exports and erases; a reviewer sees what consent allows, at once."""

import json
import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import select

from matcher.settings import Settings
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.candidacies import settle
from matcher.workflows.consent_words import words_version
from models.access import OPERATOR
from models.base import now_utc
from models.database import read_session, write_session
from models.tables import Account, AuditEntry, Consent, Profile, ProgramInterest, Startup, Submission
from tests.web.signing_in import SAME_SITE, add_account, sign_in
from web.app import create_app

AGENCY = "wirtschaftsfoerderung-dortmund"
PROGRAM = "doaccelerate"


@pytest.fixture
def people(app: FastAPI) -> dict[str, str]:
    """Add a submitted startup that wants a program, its founder and a reviewer of the program's agency."""
    with write_session(app.state.engine) as session:
        session.add(Startup(id="real", name="Echt & Co", invented=False, export_flags=["core-technology"]))
        session.flush()
        session.add(Profile(startup_id="real", language="en", version=1, text="We weld hulls."))
        session.add(
            Submission(startup_id="real", number=1, state="submitted", content={}, submitted_at=now_utc())
        )
        session.add(ProgramInterest(startup_id="real", program_id=PROGRAM, interested=True))
        settle(session, OPERATOR, "real")
        return {
            "founder": add_account(session, "founder@x.example", startups=["real"]).id,
            "reviewer": add_account(session, "reviewer@x.example", reviews_for=[AGENCY]).id,
            "manager": add_account(session, "boss@x.example", office="manager").id,
        }


@pytest.fixture
def founder(app: FastAPI, client: TestClient, people: dict[str, str]) -> TestClient:
    """A browser a founder signed in with."""
    sign_in(app, client, people["founder"])
    return client


@pytest.fixture
def reviewer(app: FastAPI, people: dict[str, str]) -> Iterator[TestClient]:
    """A browser a reviewer signed in with."""
    with TestClient(
        app, base_url="http://127.0.0.1", headers=SAME_SITE | {"Accept": "text/html"}, follow_redirects=False
    ) as browser:
        sign_in(app, browser, people["reviewer"])
        yield browser


def give(client: TestClient, settings: Settings, *purposes: str, version: str = "") -> int:
    form = {
        "agency_id": AGENCY,
        "purposes": list(purposes),
        "words_version": version or words_version(settings),
    }
    return client.post("/startups/real/consents", data=form).status_code


def test_a_reviewer_sees_it_from_the_consent_to_its_withdrawal(
    founder: TestClient, reviewer: TestClient, settings: Settings
) -> None:
    def status() -> int:
        return reviewer.get("/startups/real").status_code

    before = status()
    given = give(founder, settings, "review")
    during = status()
    withdrawn = founder.post(
        "/startups/real/consents/withdraw", data={"agency_id": AGENCY, "purpose": "review"}
    ).status_code

    assert (before, given, during, withdrawn, status()) == (404, 303, 200, 303, 404)
    assert "Echt" not in reviewer.get(f"/review/{PROGRAM}").text


def test_the_page_says_everything_the_law_asks_for(founder: TestClient) -> None:
    page = founder.get("/startups/real/consents").text

    for word in ("Recipient", "Purpose", "Data", "Kept for", "If you refuse", "version 1-12m-5y"):
        assert word in page
    assert page.index(f'id="agency-{AGENCY}"') > 0
    assert "checked" not in page
    assert "When and how it goes abroad" not in page


def test_an_agency_abroad_asks_for_a_second_consent(founder: TestClient) -> None:
    page = founder.get("/startups/real/consents?agency=gsp").text
    others = re.findall(r"\?agency=([a-z0-9-]+)#", founder.get("/startups/real/consents").text)
    shown = [founder.get(f"/startups/real/consents?agency={one}").text for one in others]

    assert "Echt" in page
    assert any("When and how it goes abroad" in one and "United States" in one for one in shown)
    assert any("When and how it goes abroad" in one and "Canada" in one for one in shown)


@pytest.mark.parametrize(
    ("purposes", "version", "told"),
    [([], "1-12m-5y", "Tick at least one"), (["review"], "0", "The words have changed")],
)
def test_a_consent_that_cannot_be_given_says_why(
    founder: TestClient, app: FastAPI, purposes: list[str], version: str, told: str
) -> None:
    form = {"agency_id": AGENCY, "purposes": purposes, "words_version": version}
    answer = founder.post("/startups/real/consents", data=form)

    assert (answer.status_code, told in answer.text) == (422, True)
    with read_session(app.state.engine) as session:
        assert session.exec(select(Consent)).all() == []


@pytest.mark.parametrize(
    ("path", "form"),
    [
        (
            "/startups/real/consents",
            {"agency_id": "nobody", "purposes": "review", "words_version": "1-12m-5y"},
        ),
        (
            "/startups/real/consents",
            {"agency_id": AGENCY, "purposes": "everything", "words_version": "1-12m-5y"},
        ),
        ("/startups/real/consents/withdraw", {"agency_id": AGENCY, "purpose": "\ud800x"}),
        ("/startups/real/erase", {"name": "x" * 2000}),
    ],
)
def test_bad_forms_are_refused(founder: TestClient, path: str, form: dict[str, str]) -> None:
    sent = {name: value.encode("utf-8", "surrogatepass") for name, value in form.items()}

    assert founder.post(path, data=sent).status_code == 422


def test_flags_show_as_needing_a_human_and_nothing_more(
    founder: TestClient, reviewer: TestClient, app: FastAPI, settings: Settings, people: dict[str, str]
) -> None:
    own = founder.get("/startups/real").text
    give(founder, settings, "review")
    read, queue = reviewer.get("/startups/real").text, reviewer.get(f"/review/{PROGRAM}").text
    sign_in(app, reviewer, people["manager"])
    managed = reviewer.get("/startups/real").text

    assert [("needs human check" in page) for page in (own, read, queue, managed)] == [
        False,
        True,
        True,
        True,
    ]
    assert "core-technology" not in read + queue
    assert "Echt" in queue


def test_a_founder_sees_which_agency_read_it_and_no_name(
    founder: TestClient, reviewer: TestClient, settings: Settings
) -> None:
    empty = founder.get("/startups/real/readers").text
    give(founder, settings, "review")
    reviewer.get("/startups/real")
    page = founder.get("/startups/real/readers").text

    assert "Nobody else has seen it yet" in empty
    assert "read the profile" in page
    assert "Dortmund" in page
    assert "Reviewer</" not in page.replace("Reviewers", "")
    assert "reviewer@x.example" not in page


@pytest.mark.parametrize("what", ["/startups/real/export", "/account/export"])
def test_everything_can_be_read_and_taken_away(founder: TestClient, app: FastAPI, what: str) -> None:
    page, file = founder.get(what), founder.get(f"{what}.json")

    document = json.loads(file.text)
    assert (page.status_code, file.status_code) == (200, 200)
    assert file.headers["content-disposition"].startswith('attachment; filename="landfall-')
    assert ("We weld hulls." in page.text) == (what == "/startups/real/export")
    assert "password" not in json.dumps(document["tables"].get("account", []))
    with read_session(app.state.engine) as session:
        assert session.exec(select(AuditEntry).where(AuditEntry.act == "data-exported")).one()


def test_erasing_a_startup_asks_for_its_name(founder: TestClient, app: FastAPI) -> None:
    asked = founder.get("/startups/real/erase").text
    wrong = founder.post("/startups/real/erase", data={"name": "Echt"})
    done = founder.post("/startups/real/erase", data={"name": "Echt & Co"})

    assert "Type the name of the startup to confirm: Echt &amp; Co" in asked
    assert (wrong.status_code, done.status_code) == (422, 303)
    with read_session(app.state.engine) as session:
        assert session.get(Startup, "real") is None
    assert founder.get("/startups/real").status_code == 403


def test_erasing_the_account_waits_for_the_startup(
    founder: TestClient, app: FastAPI, people: dict[str, str]
) -> None:
    page = founder.get("/account/erase").text
    refused = founder.post("/account/erase", data={"name": "founder@x.example"})
    founder.post("/startups/real/erase", data={"name": "Echt & Co"})
    wrong = founder.post("/account/erase", data={"name": "someone@x.example"})
    done = founder.post("/account/erase", data={"name": "founder@x.example"})

    assert '<a href="/startups/real/erase">Echt &amp; Co</a>' in page
    assert (refused.status_code, wrong.status_code, done.status_code) == (422, 422, 303)
    assert "only founder" in refused.text
    with read_session(app.state.engine) as session:
        assert session.get(Account, people["founder"]) is None
    assert founder.get("/account").status_code == 303


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Your rights"), ("ko", "개인정보 처리 안내"), ("de", "Ihre Rechte"), ("es", "Sus derechos")],
)
def test_the_notice_is_there_in_every_language(client: TestClient, language: str, words: str) -> None:
    page = client.get(f"/privacy?lang={language}").text

    assert words in page
    assert "12" in page
    assert 'href="/privacy"' in page


def test_the_notice_names_the_contact(
    settings: Settings, hashing_analyst: LocalAnalyst, app: FastAPI
) -> None:
    del app
    named = create_app(settings.model_copy(update={"contact": "Desk <desk@x.example>"}), hashing_analyst)
    with TestClient(named, base_url="http://127.0.0.1") as client:
        assert "Desk &lt;desk@x.example&gt;" in client.get("/privacy?lang=en").text
    named.state.engine.dispose()
