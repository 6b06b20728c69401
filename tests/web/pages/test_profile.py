"""A founder's profile over HTTP: drafted, shown with where it leads, submitted, withdrawn, never lost."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import col, select

from matcher.engine.analysis import SourceText, TextAnalysis
from matcher.errors import EncoderBusyError
from matcher.workflows.analysts import LocalAnalyst
from models.database import read_session, write_session
from models.tables import AuditEntry, ProgramInterest, Startup, StartupMember, Submission
from tests.matcher.documents import files
from tests.matcher.documents.plans import PLANS
from tests.web.pages.reading import Element, read_page
from tests.web.signing_in import sign_in_new

ID = "mirae"
ADDRESS = f"/startups/{ID}/profile"
JSON = {"Accept": "application/json"}
Fields = dict[str, Any]

WHOLE: Fields = {
    "name": "Mirae Battery",
    "one_liner.en": "Nickel from spent batteries.",
    "summary.en": "We recover nickel straight from spent batteries.",
    "solution.en": "A bath of water and salt takes the nickel out in one step.",
    "needs": ["pilot-customer"],
    "target_cities": ["dortmund"],
    "stage": "seed",
    "country": "KR",
}
PLAN = """Business plan
Company: Mirae Battery Inc.
Founded: 2021
Employees: 14
TRL: 7
"""


KOREAN_PLAN = PLANS[1]
PLAIN_WORDS = {
    ("scanned", "ko"): "스캔",
    ("scanned", "de"): "gescannt",
    ("encrypted", "ko"): "암호",
    ("encrypted", "de"): "Passwort",
}


@pytest.fixture
def kim(app: FastAPI, client: TestClient) -> str:
    """Sign in the founder of a startup nobody has written about; give the account."""
    with write_session(app.state.engine) as session:
        session.add(Startup(id=ID, name="Mirae", invented=False))
    return sign_in_new(app, client, "kim@mirae.example", startups=[ID])


def save(
    client: TestClient, revision: int = 0, headers: dict[str, str] | None = None, **changed: Any
) -> Response:
    """Send the form with some fields changed."""
    fields = WHOLE | {name.replace("__", "."): value for name, value in changed.items()}
    response: Response = client.post(
        ADDRESS, data=fields | {"revision": str(revision)}, headers=headers or {}
    )
    return response


def page(client: TestClient, path: str = "") -> Element:
    """Open a page of the profile."""
    response = client.get(f"{ADDRESS}{path}")
    assert response.status_code == 200
    return read_page(response.text)


def value(shown: Element, field: str) -> str:
    """Give what stands in a field."""
    (found,) = [*shown.find_all("input", id=field), *shown.find_all("textarea", id=field)]
    return found.attributes["value"] if found.tag == "input" else found.written.removeprefix("\n")


def refused(response: Response) -> list[str]:
    """Name the fields a refused form complains about."""
    summary = read_page(response.text).find("div", id="problems")
    return [link.attributes["href"].removeprefix("#") for link in summary.find_all("a")]


def state(client: TestClient) -> str:
    """Give the state the page names."""
    return page(client).find_all("span", **{"data-state-words": ""})[0].text


def drafts(app: FastAPI) -> list[Submission]:
    """Read every version."""
    with read_session(app.state.engine) as session:
        rows = list(session.exec(select(Submission).order_by(col(Submission.number))))
        session.expunge_all()
        return rows


def test_from_a_first_word_to_a_withdrawn_profile(app: FastAPI, client: TestClient, kim: str) -> None:
    assert state(client) == "nothing saved yet"
    saved = save(client)
    assert (saved.status_code, saved.headers["location"]) == (303, f"{ADDRESS}?saved=1")
    assert state(client) == "draft saved, not submitted"

    submitted = client.post(f"{ADDRESS}/submit", data={"revision": "1"})
    assert submitted.headers["location"] == f"{ADDRESS}/preview?done=submitted"
    assert state(client) == "submitted"

    save(client, problem__en="Today nickel is lost in the slag.")
    assert state(client) == "submitted, with changes not submitted yet"
    assert client.post(f"{ADDRESS}/submit", data={"revision": "1"}).status_code == 303
    shown = page(client, "/versions/2")
    (added,) = [item for item in shown.find_all("ins") if "slag" in item.text]
    assert added.attributes["lang"] == "en"
    assert client.post(f"{ADDRESS}/withdraw").headers["location"] == f"{ADDRESS}?done=withdrawn"
    assert state(client) == "withdrawn"
    assert client.post(f"{ADDRESS}/withdraw").status_code == 409
    assert client.post(f"{ADDRESS}/submit", data={"revision": "0"}).status_code == 303
    assert [row.state for row in drafts(app)] == ["withdrawn", "withdrawn", "submitted"]
    with read_session(app.state.engine) as session:
        acts = session.exec(
            select(AuditEntry.act).where(AuditEntry.actor == kim).order_by(col(AuditEntry.id))
        ).all()
    assert acts == ["profile-submitted", "profile-submitted", "profile-withdrawn", "profile-submitted"]


def test_a_script_is_told_the_next_revision(client: TestClient, kim: str) -> None:
    del kim
    told = save(client, headers=JSON).json()
    assert (told["revision"], told["state"], told["missing"]) == (1, "draft", [])

    again = save(client, 1, headers=JSON, city="Daejeon").json()

    assert again["revision"] == 2


def test_a_refused_form_comes_back_as_it_was_typed(app: FastAPI, client: TestClient, kim: str) -> None:
    del kim
    response = save(
        client,
        founded="2999",
        employees="many",
        summary__en="y" * 501,
        one_liner__ko="가" * 141,
        city="  대전 ",
    )

    assert response.status_code == 422
    assert refused(response) == ["one_liner.ko", "summary.en", "founded", "employees"]
    shown = read_page(response.text)
    assert value(shown, "founded") == "2999"
    assert value(shown, "summary.en") == "y" * 501
    assert value(shown, "city") == "  대전 "
    assert drafts(app) == []
    told = save(client, headers=JSON, founded="2999")
    assert told.status_code == 422
    assert [item["field"] for item in told.json()["refused"]] == ["founded"]


@pytest.mark.parametrize("poison", ["nul\x00", "---", "x" * 3000])
def test_poisoned_texts_name_their_field(client: TestClient, kim: str, poison: str) -> None:
    del kim

    assert refused(save(client, team__en=poison)) == ["team.en"]


def test_half_a_character_never_reaches_the_draft(client: TestClient, kim: str) -> None:
    del kim
    body = "revision=0&name=Mirae&team.en=%ED%A0%80"

    response = client.post(
        ADDRESS, content=body, headers={"Content-Type": "application/x-www-form-urlencoded"}
    )

    assert response.status_code in {303, 422}
    assert client.get(ADDRESS).status_code == 200


def test_ten_megabytes_are_refused(app: FastAPI, client: TestClient, kim: str) -> None:
    del kim

    response = save(client, team__en="x" * 10 * 1024 * 1024)

    assert response.status_code == 422
    assert drafts(app) == []


@pytest.mark.parametrize("revision", ["", "-1", "one", "9" * 30])
def test_a_form_without_its_revision_is_refused(client: TestClient, kim: str, revision: str) -> None:
    del kim

    assert client.post(ADDRESS, data=WHOLE | {"revision": revision}).status_code == 422
    assert client.post(ADDRESS, data=WHOLE | {"revision": "0", "other": "1"}).status_code == 422


def test_a_stale_tab_is_shown_both_versions_and_may_save_its_own(
    app: FastAPI, client: TestClient, kim: str
) -> None:
    del kim
    save(client)
    save(client, 1, city="Ulsan")

    stale = save(client, 1, city="Busan")

    assert stale.status_code == 409
    shown = read_page(stale.text)
    problems = shown.find("div", id="problems")
    assert [item.text for item in problems.find_all("del")] == ["before: Ulsan"]
    assert [item.text for item in problems.find_all("ins")] == ["now: Busan"]
    assert value(shown, "city") == "Busan"
    (newest,) = shown.find_all("input", name="revision")
    assert save(client, int(newest.attributes["value"]), city="Busan").status_code == 303
    assert [row.content["city"] for row in drafts(app)] == ["Busan"]
    assert save(client, 1, headers=JSON, city="Jeju").status_code == 409


def test_the_preview_shows_reasons_evidence_and_what_is_missing(client: TestClient, kim: str) -> None:
    del kim
    assert "There is no text yet" in client.get(f"{ADDRESS}/preview").text
    save(client, act="preview")

    shown = page(client, "/preview")

    assert shown.find("p", cls="lead").text.startswith("Ranked by the text in English")
    assert shown.find_all("span", cls="band")
    assert shown.find_all("ul", cls="conditions")
    settled = [link.attributes["href"] for link in shown.find("aside", cls="missing").find_all("a")]
    assert f"{ADDRESS}#founded" in settled
    assert shown.find("div", id="fit-summary").find_all("li")
    assert shown.find("section", cls="closed").find_all("ul", cls="closed-reasons")


def test_the_korean_text_is_the_one_that_is_ranked(client: TestClient, kim: str) -> None:
    del kim
    save(client, summary__ko="폐배터리에서 니켈을 회수합니다.")

    assert page(client, "/preview").find("p", cls="lead").text.startswith("Ranked by the text in Korean")
    assert "ranked by this text" in page(client).find("details", id="texts-ko").text


def test_a_busy_matcher_costs_no_draft(
    app: FastAPI, client: TestClient, kim: str, hashing_analyst: LocalAnalyst
) -> None:
    del kim
    app.state.analyst = BusyAnalyst(hashing_analyst)
    assert save(client, act="preview").headers["location"] == f"{ADDRESS}/preview"

    response = client.get(f"{ADDRESS}/preview")

    assert (response.status_code, response.headers["retry-after"]) == (503, "5")
    assert "Your draft is saved." in response.text
    assert [row.content["name"] for row in drafts(app)] == ["Mirae Battery"]


def test_interest_is_kept_and_shown_on_both_pages(app: FastAPI, client: TestClient, kim: str) -> None:
    del kim
    save(client)
    for said, back in (("yes", "preview"), ("no", "startup")):
        response = client.post(f"{ADDRESS}/interest/start2grow", data={"interested": said, "back": back})
        assert response.status_code == 303
    with read_session(app.state.engine) as session:
        assert session.exec(select(ProgramInterest.interested)).all() == [False]
    assert "You are not interested" in client.get(f"/startups/{ID}").text
    assert "You are not interested" in client.get(f"{ADDRESS}/preview").text
    assert client.post(f"{ADDRESS}/interest/none", data={"interested": "yes"}).status_code == 404
    assert client.post(f"{ADDRESS}/interest/start2grow", data={"interested": "maybe"}).status_code == 422
    client.post(f"{ADDRESS}/interest/start2grow", data={"interested": "nothing"})
    assert "You are not interested" not in client.get(f"/startups/{ID}").text


def test_nobody_else_opens_or_changes_a_profile(app: FastAPI, client: TestClient, kim: str) -> None:
    del kim
    save(client)
    sign_in_new(app, client, "boss@alliance.example", office="manager")
    assert (client.get(ADDRESS).status_code, save(client, 1).status_code) == (403, 403)
    sign_in_new(app, client, "lee@other.example", startups=["S01"])
    assert (client.get(ADDRESS).status_code, save(client, 1).status_code) == (404, 404)
    client.cookies.clear()
    assert client.get(ADDRESS).headers["location"].startswith("/login?next=")
    assert save(client, 1, headers=JSON).status_code == 401


def test_a_founder_who_was_removed_saves_nothing_more(app: FastAPI, client: TestClient, kim: str) -> None:
    save(client)
    with write_session(app.state.engine) as session:
        session.delete(session.get_one(StartupMember, (kim, ID)))

    assert save(client, 1, city="Busan").status_code == 403
    assert [row.revision for row in drafts(app)] == [1]


def test_a_manager_begins_a_startup_with_its_name(app: FastAPI, manager: TestClient) -> None:
    response = manager.post("/startups", data={"name": "Neue Batterie"})
    led = re.fullmatch(r"/people\?startup=(s-[0-9a-f]{16})#invite", response.headers["location"])
    assert led is not None, "the id says nothing of the name"
    startup_id = led[1]
    assert f'value="{startup_id}"' in manager.get(f"/people?startup={startup_id}").text

    refused_name = manager.post("/startups", data={"name": " "})

    assert refused_name.status_code == 422
    assert "name-problem" in refused_name.text
    sign_in_new(app, manager, "founder@neue.example", startups=[startup_id])
    assert manager.post("/startups", data={"name": "Another"}).status_code == 403
    assert manager.get(f"/startups/{startup_id}/profile").status_code == 200


def test_a_plan_proposes_and_only_what_is_ticked_is_taken(app: FastAPI, client: TestClient, kim: str) -> None:
    del kim
    response = client.post(
        f"{ADDRESS}/plan",
        data=WHOLE | {"revision": "0", "employees": "9", "act": "plan"},
        files={"plan": ("plan.txt", PLAN.encode())},
    )
    assert response.status_code == 200
    shown = read_page(response.text)
    offered = {item.attributes["value"] for item in shown.find_all("input", name="take")}
    assert {"founded", "employees", "trl"} <= offered
    assert not any("checked" in item.attributes for item in shown.find_all("input", name="take"))
    assert "Employees: 14" in {item.text for item in shown.find_all("q")}
    assert [row.content["employees"] for row in drafts(app)] == [9]

    fields = {
        item.attributes["name"]: item.attributes["value"]
        for item in shown.find("ul", cls="proposals").find_all("input", type="hidden")
    }
    taken = client.post(f"{ADDRESS}/plan/take", data=fields | {"revision": "1", "take": ["trl", "founded"]})

    assert taken.headers["location"] == f"{ADDRESS}?done=taken"
    (row,) = drafts(app)
    assert (row.content["trl"], row.content["founded"], row.content["employees"]) == (7, 2021, 9)
    stale = client.post(f"{ADDRESS}/plan/take", data=fields | {"revision": "1", "take": ["employees"]})
    assert stale.status_code == 409
    assert re.search(r'id="take-employees"[^>]*checked', stale.text)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "Choose a file that is not empty."),
        (b"\x89PNG\r\n\x1a\n" + bytes(60), "This is no PDF, HWPX, HWP, DOCX or text file."),
        (b"PK\x03\x04" + bytes(40), "damaged"),
    ],
)
def test_a_file_that_is_not_read_says_why_and_the_form_is_saved(
    app: FastAPI, client: TestClient, kim: str, data: bytes, words: str
) -> None:
    del kim
    response = client.post(
        f"{ADDRESS}/plan", data=WHOLE | {"revision": "0"}, files={"plan": ("plan.pdf", data)}
    )

    assert response.status_code == 422
    assert refused(response) == ["plan"]
    assert words in response.text
    assert [row.content["name"] for row in drafts(app)] == ["Mirae Battery"]


@pytest.mark.parametrize("make", [files.pdf, files.docx_file, files.hwpx, files.txt, files.hwp_of_parts])
def test_a_real_plan_of_each_kind_proposes_beside_its_passages(
    app: FastAPI, client: TestClient, kim: str, make: Callable[[files.Parts], bytes]
) -> None:
    del kim
    response = client.post(
        f"{ADDRESS}/plan",
        data=WHOLE | {"revision": "0", "team.en": "Typed just now.", "act": "plan"},
        files={"plan": ("사업계획서", make(KOREAN_PLAN.parts))},
    )

    assert response.status_code == 200
    shown = read_page(response.text)
    offered = {item.attributes["value"] for item in shown.find_all("input", name="take")}
    assert {"native_name", "founded", "employees", "one_liner.ko", "ip_status"} <= offered
    assert len(shown.find_all("q")) >= len(offered)
    assert "dortmund" not in offered
    items = shown.find("ul", cls="proposals").find_all("li")
    cities = next(item for item in items if "Target cities" in item.text)
    assert "Seattle" in cities.text
    assert "seattle" not in cities.text
    assert [row.content["texts"]["en"]["team"] for row in drafts(app)] == ["Typed just now."]


@pytest.mark.parametrize("language", ["ko", "de"])
@pytest.mark.parametrize("kind", ["scanned", "encrypted"])
def test_scanned_and_locked_plans_are_named_in_the_founder_s_language(
    app: FastAPI, client: TestClient, kim: str, kind: str, language: str
) -> None:
    del kim
    plan = files.scanned_pdf() if kind == "scanned" else files.pdf(KOREAN_PLAN.parts, password="x" * 8)

    response = client.post(
        f"{ADDRESS}/plan",
        data=WHOLE | {"revision": "0", "city": "대전"},
        files={"plan": ("plan.pdf", plan)},
        headers={"Accept-Language": language},
    )

    assert response.status_code == 422
    shown = read_page(response.text)
    assert PLAIN_WORDS[kind, language] in shown.find("span", id="plan-problem").text
    assert value(shown, "city") == "대전"
    assert [row.content["city"] for row in drafts(app)] == ["대전"]


def test_taking_what_no_plan_could_say_is_refused(app: FastAPI, client: TestClient, kim: str) -> None:
    del kim
    save(client)

    wrong = client.post(f"{ADDRESS}/plan/take", data={"revision": "1", "take": "trl", "value:trl": "70"})

    assert wrong.status_code == 422
    assert client.post(f"{ADDRESS}/plan/take", data={"revision": "1", "value:x": "1"}).status_code == 422
    assert [row.revision for row in drafts(app)] == [1]


class BusyAnalyst:
    """An analyst whose queue is full."""

    def __init__(self, analyst: LocalAnalyst) -> None:
        """Be called as another one is."""
        self.name = analyst.name
        self.fingerprint = analyst.fingerprint
        self.pools = analyst.pools
        self.ready = True

    def read(self, sources: list[SourceText]) -> tuple[TextAnalysis, ...]:
        """Refuse."""
        del sources
        raise EncoderBusyError(5)
