"""The own account through its page: what it shows, what it changes, and what ends with a change."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import col, select

from matcher.workflows.api_tokens import make_token
from matcher.workflows.sign_ins import IDLE, STAFF_IDLE, actor_of_account, actor_of_token, open_sign_in
from models.base import now_utc
from models.database import read_session, write_session
from models.tables import Account, AuditEntry, SignIn
from tests.web.pages.people import (
    GOOD,
    NEW,
    account_id,
    add_people,
    code_for,
    codes_of,
    hidden,
    log_in,
    secret_of,
    set_cookies,
    set_up_app,
)
from tests.web.pages.reading import Element, read_page
from tests.web.signing_in import SAME_SITE

SESSION = "landfall_session"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
POSTS = (
    "/account/name",
    "/account/language",
    "/account/password",
    "/account/second-factor",
    "/account/second-factor/confirm",
    "/account/second-factor/remove",
    "/account/recovery-codes",
    "/account/sessions/x/end",
    "/account/sessions/end-others",
)


@pytest.fixture
def visitor(app: FastAPI, client: TestClient) -> TestClient:
    """A browser at a site with people, nobody signed in."""
    add_people(app)
    return client


@pytest.fixture
def browser(visitor: TestClient) -> TestClient:
    """The same browser after the founder signed in."""
    log_in(visitor)
    return visitor


@pytest.fixture
def another(app: FastAPI, visitor: TestClient) -> Iterator[TestClient]:
    """A second browser of the same person, signed in at another address."""
    del visitor
    with TestClient(
        app,
        base_url="http://127.0.0.1",
        headers=SAME_SITE | {"Accept": "text/html", "user-agent": FIREFOX},
        follow_redirects=False,
        client=("203.0.113.9", 50_000),
    ) as client:
        log_in(client)
        yield client


def page_of(client: TestClient, path: str = "/account") -> Element:
    """Read the account page."""
    answer = client.get(path)
    assert answer.status_code == 200
    return read_page(answer.text)


def is_open(client: TestClient) -> bool:
    """Say whether a browser is still signed in."""
    return client.get("/account").status_code == 200


def set_up_own_app(client: TestClient) -> tuple[str, list[str]]:
    """Set an app up on the account page; give its secret and the recovery codes."""
    shown = client.post("/account/second-factor", data={"current_password": GOOD})
    secret = secret_of(shown)
    done = client.post(
        "/account/second-factor/confirm",
        data={"setup": hidden(shown, "setup"), "code": code_for(secret, 0)},
    )
    assert done.status_code == 200
    return secret, codes_of(done)


def test_the_page_says_who_one_is(browser: TestClient) -> None:
    page = page_of(browser)
    facts = page.find("dl", cls="account-facts").text

    assert "kim@example.com" in facts
    assert "Founder of " in facts
    assert page.find("input", name="name").attributes["value"] == "Kim"
    assert [option.text for option in page.find("select", name="language").find_all("option")] == [
        "As the browser asks",
        "한국어",
        "English",
        "Deutsch",
        "Español",
    ]
    assert page.find("a", href="/account/tokens").text == "Manage API tokens"


@pytest.mark.parametrize(
    ("name", "words"),
    [("lead", "Lead of "), ("plain", "No startup and no agency yet.")],
)
def test_roles_are_said_in_words(visitor: TestClient, name: str, words: str) -> None:
    log_in(visitor, name)

    assert words in page_of(visitor).find("dl", cls="account-facts").text


def test_every_password_field_helps_a_password_manager(browser: TestClient) -> None:
    fields = [entry for entry in page_of(browser).find_all("input") if entry.attributes["type"] == "password"]

    assert {entry.attributes["name"]: entry.attributes["autocomplete"] for entry in fields} == {
        "current_password": "current-password",
        "password": "new-password",
    }
    ids = [entry.attributes["id"] for entry in page_of(browser).find_all("input") if "id" in entry.attributes]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("path", ["/account", *POSTS])
def test_nobody_has_no_account(visitor: TestClient, path: str) -> None:
    if path == "/account":
        assert visitor.get(path).headers["location"] == "/login?next=%2Faccount"
    else:
        assert visitor.post(path).status_code == 401


@pytest.mark.parametrize("path", ["/account", *POSTS])
def test_who_still_owes_the_code_has_nothing_but_the_way_to_give_it(
    app: FastAPI, visitor: TestClient, path: str
) -> None:
    set_up_app(visitor, "boss")
    visitor.cookies.clear()
    log_in(visitor, "boss")
    with read_session(app.state.engine) as session:
        before = session.get_one(Account, account_id(app, "boss")).model_dump()

    sent = visitor.get(path) if path == "/account" else visitor.post(path, data={"current_password": GOOD})

    assert (sent.status_code, sent.headers.get("location")) in {(303, "/login/code"), (403, None)}
    with read_session(app.state.engine) as session:
        assert session.get_one(Account, account_id(app, "boss")).model_dump() == before


def test_the_name_is_changed(browser: TestClient) -> None:
    done = browser.post("/account/name", data={"name": " 김  민수 "})

    assert (done.status_code, done.headers["location"]) == (303, "/account?done=name")
    page = page_of(browser, "/account?done=name")
    assert page.find("input", name="name").attributes["value"] == "김 민수"
    assert page.find("p", role="status").text == "Your name was changed."


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "a\x00b", "!!!"])
def test_a_refused_name_comes_back_as_it_was_typed(browser: TestClient, name: str) -> None:
    refused = browser.post("/account/name", data={"name": name})

    page = read_page(refused.text)
    assert refused.status_code == 422
    assert page.find("input", name="name").attributes["aria-invalid"] == "true"
    assert page.find("div", id="problems").find("a").attributes["href"] == "#name"
    assert page_of(browser).find("input", name="name").attributes["value"] == "Kim"


def test_the_language_is_changed_for_pages_and_letters(app: FastAPI, browser: TestClient) -> None:
    done = browser.post("/account/language", data={"language": "de"})

    assert set_cookies(done)["landfall_lang"].value == "de"
    assert browser.get("/account").headers["content-language"] == "de"
    with read_session(app.state.engine) as session:
        assert session.get_one(Account, account_id(app, "kim")).language == "de"
    assert browser.post("/account/language", data={"language": "xx"}).status_code == 422


def test_a_new_password_ends_every_other_session(browser: TestClient, another: TestClient) -> None:
    assert is_open(another)

    done = browser.post("/account/password", data={"current_password": GOOD, "password": NEW})

    assert (done.status_code, done.headers["location"]) == (303, "/account?done=password")
    assert (is_open(browser), is_open(another)) == (True, False)
    assert log_in(another).status_code == 422
    assert log_in(another, password=NEW).status_code == 303


def test_tokens_outlive_a_new_password_unless_the_box_is_ticked(app: FastAPI, browser: TestClient) -> None:
    with write_session(app.state.engine) as session:
        owner = session.get_one(Account, account_id(app, "kim"))
        token = make_token(session, actor_of_account(session, owner), "fine", ["read"], 1)

    def token_is_good() -> bool:
        with read_session(app.state.engine) as session:
            return actor_of_token(session, token, "").signed_in

    box = page_of(browser).find("input", name="revoke_tokens")
    browser.post("/account/password", data={"current_password": GOOD, "password": NEW})
    kept = token_is_good()
    again = {"current_password": NEW, "password": GOOD, "revoke_tokens": "true"}
    refused = browser.post("/account/password", data=again | {"current_password": "wrong"})
    done = browser.post("/account/password", data=again)

    assert "checked" not in box.attributes
    assert "checked" in read_page(refused.text).find("input", name="revoke_tokens").attributes
    assert (kept, token_is_good()) == (True, False)
    assert done.headers["location"] == "/account?done=password-tokens"
    assert "all API tokens revoked" in browser.get(done.headers["location"]).text


@pytest.mark.parametrize(
    ("current", "new", "field", "words"),
    [
        ("wrong", NEW, "current_password", "This is not your present password."),
        (GOOD, "short", "password", "12 to 200 characters"),
        (GOOD, "kim@example.com", "password", "easy to guess"),
    ],
)
def test_a_refused_password_changes_nothing_and_is_not_shown_again(
    browser: TestClient, another: TestClient, current: str, new: str, *, field: str, words: str
) -> None:
    refused = browser.post("/account/password", data={"current_password": current, "password": new})

    page = read_page(refused.text)
    form = page.find("form", action="/account/password")
    assert refused.status_code == 422
    assert form.find("input", name=field).attributes["aria-invalid"] == "true"
    assert words in form.find("span", id=f"{field}-problem").text
    assert all("value" not in entry.attributes for entry in form.find_all("input", type="password"))
    assert is_open(another)
    assert log_in(another).status_code == 303


def test_the_present_password_cannot_be_guessed_at_will(browser: TestClient) -> None:
    guesses = {"current_password": "wrong", "password": NEW}
    answers = [browser.post("/account/password", data=guesses).status_code for _ in range(10)]

    assert answers == [422] * 10
    right = {"current_password": GOOD}
    assert browser.post("/account/password", data=right | {"password": NEW}).status_code == 429
    assert browser.post("/account/second-factor", data=right).status_code == 429


def test_an_app_is_set_up_and_asked_for_from_then_on(
    app: FastAPI, browser: TestClient, another: TestClient
) -> None:
    before = browser.cookies[SESSION]

    secret, codes = set_up_own_app(browser)

    assert len(codes) == 10
    assert browser.cookies[SESSION] != before
    assert (is_open(browser), is_open(another)) == (True, False)
    page = page_of(browser)
    assert "10 recovery codes are left." in page.find("section", id="second-factor").text
    assert log_in(another).headers["location"] == "/login/code"
    assert another.post("/login/code", data={"code": code_for(secret)}).status_code == 303
    with read_session(app.state.engine) as session:
        kim = session.get_one(Account, account_id(app, "kim"))
        assert kim.totp_sealed is not None
        assert secret not in kim.totp_sealed


def test_setting_up_asks_for_the_password_and_a_right_code(app: FastAPI, browser: TestClient) -> None:
    refused = browser.post("/account/second-factor", data={"current_password": "wrong"})
    shown = browser.post("/account/second-factor", data={"current_password": GOOD})
    sealed = hidden(shown, "setup")
    wrong = browser.post("/account/second-factor/confirm", data={"setup": sealed, "code": "000000"})
    torn = browser.post("/account/second-factor/confirm", data={"setup": "torn", "code": "000000"})

    assert [answer.status_code for answer in (refused, shown, wrong, torn)] == [422, 200, 422, 422]
    assert secret_of(wrong) == secret_of(shown)
    assert read_page(wrong.text).find("input", name="code").attributes["aria-invalid"] == "true"
    with read_session(app.state.engine) as session:
        assert session.get_one(Account, account_id(app, "kim")).totp_sealed is None


def test_new_recovery_codes_are_shown_once(browser: TestClient) -> None:
    _, old = set_up_own_app(browser)

    wrong = browser.post("/account/recovery-codes", data={"current_password": "wrong"})
    made = browser.post("/account/recovery-codes", data={"current_password": GOOD})

    assert (wrong.status_code, made.status_code) == (422, 200)
    assert made.headers["cache-control"] == "no-store"
    assert not set(codes_of(made)) & set(old)
    assert not any(code in browser.get("/account").text for code in codes_of(made))


def test_recovery_codes_need_an_app(browser: TestClient) -> None:
    assert browser.post("/account/recovery-codes", data={"current_password": GOOD}).status_code == 422


def test_a_founder_can_do_without_the_app(browser: TestClient) -> None:
    set_up_own_app(browser)

    wrong = browser.post("/account/second-factor/remove", data={"current_password": "wrong"})
    done = browser.post("/account/second-factor/remove", data={"current_password": GOOD})

    assert (wrong.status_code, done.headers["location"]) == (422, "/account?done=second-factor-removed")
    browser.cookies.clear()
    assert log_in(browser).headers["location"] == "/startups"


def test_staff_cannot_do_without_the_app(visitor: TestClient) -> None:
    set_up_app(visitor, "boss")

    refused = visitor.post("/account/second-factor/remove", data={"current_password": GOOD})

    assert refused.status_code == 403
    section = page_of(visitor).find("section", id="second-factor")
    assert "Managers and admins cannot do without it." in section.text
    assert section.find_all("form", id="remove") == []


def test_sessions_are_listed_and_ended_one_by_one(browser: TestClient, another: TestClient) -> None:
    rows = page_of(browser).find("ul", cls="session-list").find_all("li")

    assert len(rows) == 2
    (own,) = [row for row in rows if "this browser" in row.text]
    (other,) = [row for row in rows if row is not own]
    assert own.find_all("form") == []
    assert "Firefox on Windows" in other.text
    assert "203.0.113.9" in other.text
    done = browser.post(other.find("form").attributes["action"])
    assert (done.status_code, done.headers["location"]) == (303, "/account?done=session")
    assert (is_open(browser), is_open(another)) == (True, False)


@pytest.mark.parametrize(("name", "unused"), [("kim", IDLE), ("boss", STAFF_IDLE)])
def test_sessions_that_ended_unused_are_not_listed(
    app: FastAPI, visitor: TestClient, name: str, unused: timedelta
) -> None:
    if name == "boss":
        set_up_app(visitor, name)
    else:
        log_in(visitor, name)
    with write_session(app.state.engine) as session:
        account = session.get_one(Account, account_id(app, name))
        for device, seen_before in (("over", unused), ("open", unused - timedelta(minutes=1))):
            opened = open_sign_in(session, account, device=device, address=f"of {device}")
            session.get_one(SignIn, opened.sign_in_id).seen_at = now_utc() - seen_before

    rows = page_of(visitor).find("ul", cls="session-list").find_all("li")

    assert len(rows) == 2
    assert not any("of over" in row.text for row in rows)


def test_all_other_sessions_are_ended_at_once(app: FastAPI, browser: TestClient, another: TestClient) -> None:
    log_in(another)
    with write_session(app.state.engine) as session:
        boss = session.get_one(Account, account_id(app, "boss"))
        open_sign_in(session, boss, device="", address="")

    browser.post("/account/sessions/end-others")

    assert (is_open(browser), is_open(another)) == (True, False)
    with read_session(app.state.engine) as session:
        assert len(session.exec(select(SignIn)).all()) == 2
        newest = session.exec(select(AuditEntry).order_by(col(AuditEntry.id).desc()).limit(1)).one()
        assert (newest.act, newest.details) == ("sessions-ended", {"ended": 1})


def test_a_session_of_somebody_else_cannot_be_ended(app: FastAPI, browser: TestClient) -> None:
    with write_session(app.state.engine) as session:
        boss = session.get_one(Account, account_id(app, "boss"))
        foreign = open_sign_in(session, boss, device="", address="").sign_in_id

    answers = [browser.post(f"/account/sessions/{one}/end").status_code for one in (foreign, "none", "%00")]

    assert answers == [404, 404, 404]
    with read_session(app.state.engine) as session:
        assert session.get(SignIn, foreign) is not None


def test_every_change_is_written_down_without_what_was_changed(app: FastAPI, browser: TestClient) -> None:
    browser.post("/account/name", data={"name": "Another Name"})
    browser.post("/account/language", data={"language": "ko"})
    browser.post("/account/password", data={"current_password": GOOD, "password": NEW})

    with read_session(app.state.engine) as session:
        entries = session.exec(select(AuditEntry)).all()
        assert [entry.act for entry in entries] == [
            "sign-in",
            "account-changed",
            "account-changed",
            "password-changed",
        ]
        assert {entry.actor for entry in entries} == {account_id(app, "kim")}
        assert {entry.address for entry in entries} == {"testclient"}
        assert not any("Another Name" in str(entry.model_dump()) for entry in entries)


def test_no_secret_lies_in_the_database_file(app: FastAPI, browser: TestClient) -> None:
    secret, codes = set_up_own_app(browser)
    token = browser.cookies[SESSION]
    database = app.state.settings.data_dir / "landfall.db"

    content = b"".join(path.read_bytes() for path in database.parent.glob("landfall.db*"))
    for held in (GOOD, secret, token, *codes, *(code.replace("-", "") for code in codes)):
        assert held.encode() not in content
