"""Signing in through the pages: cookies, rotation, refusals that tell nothing, codes, forgotten passwords."""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine
from sqlmodel import select

from matcher.settings import Settings
from matcher.workflows.accounts import disable
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.mail import Letter
from models.access import OPERATOR
from models.database import read_session, write_session
from models.tables import Account, PasswordReset, SignIn
from tests.web.pages.people import (
    GOOD,
    NEW,
    account_id,
    add_people,
    code_for,
    codes_of,
    hidden,
    letters,
    link_of,
    log_in,
    secret_of,
    set_cookies,
    set_up_app,
)
from tests.web.pages.reading import read_page
from tests.web.signing_in import SAME_SITE
from web.app import create_app

SESSION = "landfall_session"
DEVICE = "landfall_device"


@pytest.fixture
def browser(app: FastAPI, client: TestClient) -> TestClient:
    """A browser at a site with people, nobody signed in."""
    add_people(app)
    return client


@pytest.fixture
def another(app: FastAPI, browser: TestClient) -> Iterator[TestClient]:
    """A second browser, at another network address."""
    del browser
    with TestClient(
        app,
        base_url="http://127.0.0.1",
        headers=SAME_SITE | {"Accept-Language": "en", "Accept": "text/html"},
        follow_redirects=False,
        client=("203.0.113.9", 50_000),
    ) as client:
        yield client


def same_page(first: Response, second: Response, *typed: str) -> bool:
    """Say whether two answers are alike, apart from what was typed."""
    bodies = [first.text, second.text]
    for word in typed:
        bodies = [body.replace(word, "") for body in bodies]
    return first.status_code == second.status_code and bodies[0] == bodies[1]


def follows(client: TestClient, token: str) -> bool:
    """Say whether a session cookie still opens the account."""
    status = client.get("/account", headers={"Cookie": f"{SESSION}={token}"}).status_code
    return status == 200


def test_the_form_can_be_filled_by_a_password_manager_and_read_aloud(browser: TestClient) -> None:
    form = read_page(browser.get("/login").text).find("form", action="/login")

    inputs = {entry.attributes["name"]: entry.attributes for entry in form.find_all("input")}
    labels = {label.attributes["for"] for label in form.find_all("label")}
    assert inputs["email"]["autocomplete"] == "username"
    assert inputs["password"]["autocomplete"] == "current-password"
    assert labels == {inputs["email"]["id"], inputs["password"]["id"]}


@pytest.mark.parametrize(
    ("name", "landing"), [("kim", "/startups"), ("lead", "/review"), ("plain", "/account")]
)
def test_signing_in_leads_to_where_the_work_begins(browser: TestClient, name: str, landing: str) -> None:
    done = log_in(browser, name)

    assert (done.status_code, done.headers["location"]) == (303, landing)
    assert browser.get("/account").status_code == 200
    assert browser.get("/login").headers["location"] == landing


@pytest.mark.parametrize(("name", "landing"), [("boss", "/review"), ("admin", "/people")])
def test_staff_goes_on_after_the_code(browser: TestClient, name: str, landing: str) -> None:
    secret, _ = set_up_app(browser, name)
    browser.cookies.clear()

    assert log_in(browser, name).headers["location"] == "/login/code"
    done = browser.post("/login/code", data={"code": code_for(secret)})
    assert (done.status_code, done.headers["location"]) == (303, landing)


def test_cookies_on_this_machine(browser: TestClient) -> None:
    cookies = set_cookies(log_in(browser))

    assert set(cookies) == {SESSION, DEVICE}
    for name, seconds in ((SESSION, "43200"), (DEVICE, "31536000")):
        kept = cookies[name]
        assert (kept["httponly"], kept["samesite"], kept["path"]) == (True, "lax", "/")
        assert (kept["max-age"], kept["secure"], kept["domain"]) == (seconds, "", "")


def test_cookies_over_https(settings: Settings, engine: Engine, hashing_analyst: LocalAnalyst) -> None:
    del engine
    secure = settings.model_copy(
        update={"public_url": "https://landfall.example", "allowed_hosts": "landfall.example"}
    )
    app = create_app(secure, hashing_analyst)
    add_people(app)
    with TestClient(
        app, base_url="https://landfall.example", headers=SAME_SITE, follow_redirects=False
    ) as client:
        cookies = set_cookies(log_in(client))
        opened = client.get("/account")
    app.state.engine.dispose()

    assert set(cookies) == {f"__Host-{SESSION}", f"__Host-{DEVICE}"}
    for kept in cookies.values():
        assert (kept["secure"], kept["httponly"], kept["samesite"]) == (True, True, "lax")
        assert (kept["path"], kept["domain"]) == ("/", "")
    assert opened.status_code == 200


def test_signing_in_again_gives_a_new_session_and_ends_the_old(browser: TestClient) -> None:
    first = set_cookies(log_in(browser))[SESSION].value
    second = set_cookies(log_in(browser))[SESSION].value

    assert first != second
    browser.cookies.clear()
    assert [follows(browser, token) for token in (first, second)] == [False, True]


def test_a_session_somebody_planted_is_not_the_one_that_is_opened(browser: TestClient) -> None:
    browser.cookies.set(SESSION, "planted", domain="127.0.0.1", path="/")
    log_in(browser)
    browser.cookies.clear()

    assert not follows(browser, "planted")


def test_signing_out_ends_the_session_on_the_server(browser: TestClient) -> None:
    token = set_cookies(log_in(browser))[SESSION].value

    done = browser.post("/logout")

    assert (done.status_code, done.headers["location"]) == (303, "/login?done=signed-out")
    assert set_cookies(done)[SESSION]["max-age"] == "0"
    assert not follows(browser, token)
    assert "You are signed out." in browser.get("/login?done=signed-out").text
    assert browser.post("/logout").status_code == 303


def test_a_session_is_over_once_the_account_is_shut(app: FastAPI, browser: TestClient) -> None:
    token = set_cookies(log_in(browser))[SESSION].value
    with write_session(app.state.engine) as session:
        disable(session, OPERATOR, session.get_one(Account, account_id(app, "kim")))

    assert browser.get("/account").headers["location"] == "/login?next=%2Faccount"
    assert not follows(browser, token)


def test_a_wrong_password_and_an_unknown_address_look_the_same(browser: TestClient) -> None:
    known = log_in(browser, "kim", "a wrong password")
    unknown = log_in(browser, "nobody", "a wrong password")

    assert known.status_code == 422
    assert same_page(known, unknown, "kim@", "nobody@")
    assert "set-cookie" not in known.headers
    page = read_page(known.text)
    assert page.find("input", name="email").attributes["value"] == "kim@example.com"
    assert "value" not in page.find("input", name="password").attributes
    assert page.find("div", id="problems").attributes["tabindex"] == "-1"
    assert "a wrong password" not in known.text


@pytest.mark.parametrize("fields", [{}, {"email": "kim@example.com"}, {"password": GOOD}])
def test_empty_fields_are_refused_on_the_page(browser: TestClient, fields: dict[str, str]) -> None:
    assert browser.post("/login", data=fields).status_code == 422


@pytest.mark.parametrize(
    "poison", ["\x00", "\u202e", "x" * 5000, "%ED%A0%80", "' OR 1=1 --", "<script>alert(1)</script>", "९"]
)
def test_no_entry_is_a_fault_of_ours(browser: TestClient, poison: str) -> None:
    for field in ("email", "password", "next"):
        typed = {"email": "kim@example.com", "password": "wrong", "next": ""} | {field: poison}
        answer = browser.post("/login", data=typed)
        assert answer.status_code == 422
        assert "<script>alert" not in answer.text


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "/\\evil.example", "https://evil.example", "https:/evil.example", "/\t/evil.example",
     "\\\\evil.example", "evil.example", "javascript:alert(1)", "///evil.example", "/%0d/\r\nx", ""],
)  # fmt: skip
def test_nobody_is_sent_to_another_site(browser: TestClient, target: str) -> None:
    form = browser.get("/login", params={"next": target})
    assert "next" not in {entry.attributes.get("name") for entry in read_page(form.text).find_all("input")}

    assert log_in(browser, next=target).headers["location"] == "/startups"
    assert browser.get("/login", params={"next": target}).headers["location"] == "/startups"


@pytest.mark.parametrize("target", ["/programs?q=a%26b&city=dortmund", "/review/x-y", "/try"])
def test_who_was_sent_to_sign_in_comes_back(browser: TestClient, target: str) -> None:
    form = browser.get("/login", params={"next": target})
    kept = hidden(form, "next").replace("&amp;", "&")

    assert kept == target
    assert log_in(browser, next=kept).headers["location"] == target


def test_the_way_back_survives_the_code(browser: TestClient) -> None:
    secret, _ = set_up_app(browser)
    browser.cookies.clear()

    sent = log_in(browser, "boss", next="/programs?q=a").headers["location"]
    assert sent == "/login/code?next=%2Fprograms%3Fq%3Da"
    kept = hidden(browser.get(sent), "next")
    done = browser.post("/login/code", data={"code": code_for(secret), "next": kept})
    assert done.headers["location"] == "/programs?q=a"


def test_after_ten_wrong_passwords_everybody_else_waits_and_the_known_browser_does_not(
    browser: TestClient, another: TestClient
) -> None:
    log_in(browser)
    browser.post("/logout")
    for number in range(10):
        another.headers["X-Forwarded-For"] = f"198.51.100.{number}"
        assert log_in(another, "kim", "a wrong password").status_code == 422

    another.headers["X-Forwarded-For"] = "198.51.100.99"
    refused = log_in(another)
    assert refused.status_code == 429
    assert 290 <= int(refused.headers["retry-after"]) <= 300
    assert log_in(browser).status_code == 303


def test_ten_wrong_passwords_for_nobody_are_answered_alike(browser: TestClient) -> None:
    answers = [log_in(browser, "nobody", "a wrong password").status_code for _ in range(11)]

    assert answers == [422] * 10 + [429]


@pytest.mark.parametrize("path", ["/logout", "/account/name", "/login", "/account/sessions/end-others"])
def test_a_write_with_a_cookie_that_names_no_origin_is_refused(browser: TestClient, path: str) -> None:
    token = set_cookies(log_in(browser))[SESSION].value

    del browser.headers["Sec-Fetch-Site"]
    assert browser.post(path).status_code == 403
    assert browser.post(path, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert browser.post(path, headers={"Origin": "https://evil.example"}).status_code == 403

    assert follows(browser, token)


def test_staff_sets_the_app_up_before_anything_else(browser: TestClient) -> None:
    waiting = set_cookies(log_in(browser, "boss"))
    assert set(waiting) == {SESSION}
    for path in ("/review", "/account"):
        sent = browser.get(path)
        assert (sent.status_code, sent.headers["location"]) == (303, "/login/code")

    shown = browser.get("/login/code")
    page, secret = read_page(shown.text), secret_of(shown)
    groups = [span.text for span in page.find("p", cls="secret").find_all("span")]
    assert ("".join(groups), {len(group) for group in groups}) == (secret, {4})
    assert page.find("path", cls="qr-ink").attributes["d"].startswith("M4 4h7v1h-7z")
    sealed = hidden(shown, "setup")
    wrong = browser.post("/login/code", data={"setup": sealed, "code": "000000"})
    assert (wrong.status_code, secret_of(wrong)) == (422, secret)

    done = browser.post("/login/code", data={"setup": sealed, "code": code_for(secret, 0)})
    assert done.status_code == 200
    assert len(codes_of(done)) == 10
    given = set_cookies(done)
    assert set(given) == {SESSION, DEVICE}
    assert given[SESSION].value != waiting[SESSION].value
    assert browser.get("/review").status_code == 200
    browser.cookies.clear()
    assert not follows(browser, waiting[SESSION].value)


def test_looking_at_the_set_up_stores_nothing(app: FastAPI, browser: TestClient) -> None:
    log_in(browser, "boss")
    first, second = (secret_of(browser.get("/login/code")) for _ in range(2))

    assert first != second
    with read_session(app.state.engine) as session:
        assert session.get_one(Account, account_id(app, "boss")).totp_sealed is None


def test_a_set_up_that_is_torn_begins_again(browser: TestClient) -> None:
    log_in(browser, "boss")

    again = browser.post("/login/code", data={"setup": "torn", "code": "123456"})

    assert again.status_code == 422
    assert secret_of(again)


def test_a_code_is_taken_once_and_the_session_changes_with_it(browser: TestClient) -> None:
    secret, _ = set_up_app(browser)
    browser.cookies.clear()
    waiting = set_cookies(log_in(browser, "boss"))[SESSION].value
    code = code_for(secret)

    done = browser.post("/login/code", data={"code": code})
    given = set_cookies(done)[SESSION].value
    browser.cookies.clear()
    log_in(browser, "boss")
    replayed = browser.post("/login/code", data={"code": code})

    assert (done.status_code, replayed.status_code) == (303, 422)
    assert browser.get("/review").headers["location"] == "/login/code"
    browser.cookies.clear()
    assert [follows(browser, token) for token in (waiting, given)] == [False, True]


def test_a_recovery_code_opens_the_session_once(browser: TestClient) -> None:
    _, codes = set_up_app(browser)

    answers = []
    for _ in range(2):
        browser.cookies.clear()
        log_in(browser, "boss")
        answers.append(browser.post("/login/code", data={"code": codes[0].upper()}).status_code)

    assert answers == [303, 422]


def test_after_five_wrong_codes_the_right_one_waits(browser: TestClient) -> None:
    secret, _ = set_up_app(browser)
    browser.cookies.clear()
    log_in(browser, "boss")

    answers = [browser.post("/login/code", data={"code": "000000"}).status_code for _ in range(5)]
    refused = browser.post("/login/code", data={"code": code_for(secret)})

    assert (answers, refused.status_code) == ([422] * 5, 429)
    assert int(refused.headers["retry-after"]) > 0


def test_nobody_and_who_is_done_needs_no_code(browser: TestClient) -> None:
    assert browser.get("/login/code").headers["location"] == "/login?next=%2Flogin%2Fcode"
    assert browser.post("/login/code", data={"code": "1"}).status_code == 401
    log_in(browser)
    assert browser.get("/login/code").headers["location"] == "/startups"
    assert browser.post("/login/code", data={"code": "1"}).headers["location"] == "/startups"


def ask(browser: TestClient, settings: Settings) -> str:
    """Ask for a link and give its path."""
    assert browser.post("/password/forgot", data={"email": "KIM@example.com"}).status_code == 200
    return urlsplit(link_of(letters(settings)[-1])).path


def test_asking_for_a_link_says_the_same_to_everybody(browser: TestClient, settings: Settings) -> None:
    known = browser.post("/password/forgot", data={"email": "kim@example.com"})
    unknown = browser.post("/password/forgot", data={"email": "nobody@example.com"})
    torn = browser.post("/password/forgot", data={"email": "no address"})

    assert known.status_code == 200
    assert same_page(known, unknown)
    assert same_page(known, torn)
    (letter,) = letters(settings)
    assert (letter["To"], letter["Subject"]) == ("Kim <kim@example.com>", "Landfall: set a new password")
    assert link_of(letter).startswith("http://127.0.0.1/password/reset/")


def test_a_link_sets_the_password_once_and_ends_every_session(
    browser: TestClient, another: TestClient, settings: Settings
) -> None:
    token = set_cookies(log_in(another))[SESSION].value
    path = ask(browser, settings)

    form = browser.get(path)
    assert (form.status_code, form.headers["cache-control"]) == (200, "no-store")
    done = browser.post(path, data={"password": NEW})
    assert (done.status_code, done.headers["location"]) == (303, "/login?done=password-set")

    assert not follows(another, token)
    assert log_in(browser).status_code == 422
    assert log_in(browser, password=NEW).status_code == 303
    assert [browser.get(path).status_code, browser.post(path, data={"password": NEW}).status_code] == [
        404
    ] * 2


def test_opening_a_link_changes_nothing(app: FastAPI, browser: TestClient, settings: Settings) -> None:
    path = ask(browser, settings)

    def state() -> list[object]:
        with read_session(app.state.engine) as session:
            rows = [*session.exec(select(Account)), *session.exec(select(PasswordReset))]
            return [row.model_dump() for row in [*rows, *session.exec(select(SignIn))]]

    before = state()
    for _ in range(3):
        assert browser.get(path).status_code == 200
        assert browser.head(path).status_code in {200, 405}

    assert state() == before


def test_a_weak_password_is_refused_beside_its_field_and_the_link_stays(
    browser: TestClient, settings: Settings
) -> None:
    path = ask(browser, settings)

    refused = browser.post(path, data={"password": "password1234"})

    page = read_page(refused.text)
    assert refused.status_code == 422
    assert page.find("input", name="password").attributes["aria-invalid"] == "true"
    assert "easy to guess" in page.find("span", id="password-problem").text
    assert "password1234" not in refused.text
    assert browser.post(path, data={"password": NEW}).status_code == 303


def test_a_new_password_does_not_switch_the_code_off(browser: TestClient, settings: Settings) -> None:
    secret, _ = set_up_app(browser)
    browser.post("/password/forgot", data={"email": "boss@example.com"})
    browser.post(urlsplit(link_of(letters(settings)[-1])).path, data={"password": NEW})

    assert log_in(browser, "boss", NEW).headers["location"] == "/login/code"
    assert browser.post("/login/code", data={"code": code_for(secret)}).status_code == 303


@pytest.mark.parametrize("token", ["x", "%00", "%ED%A0%80", "a" * 3000])
def test_what_is_no_link_is_told_so(browser: TestClient, token: str) -> None:
    shown = browser.get(f"/password/reset/{token}")
    sent = browser.post(f"/password/reset/{token}", data={"password": NEW})

    assert [shown.status_code, sent.status_code] == [404, 404]
    assert "no longer good" in shown.text


def test_the_sixth_link_of_a_day_is_refused_for_known_and_unknown(browser: TestClient) -> None:
    for email in ("kim@example.com", "nobody@example.com"):
        answers = [browser.post("/password/forgot", data={"email": email}).status_code for _ in range(6)]
        assert answers == [200] * 5 + [429]


@pytest.mark.parametrize(
    ("host", "begins"),
    [("127.0.0.1:8000", "http://127.0.0.1:8000/"), ("localhost", "http://localhost/"), ("evil.example", "")],
)
def test_a_link_names_a_host_of_ours_only(
    browser: TestClient, settings: Settings, host: str, begins: str
) -> None:
    sent = browser.post("/password/forgot", data={"email": "kim@example.com"}, headers={"Host": host})

    if begins:
        assert link_of(letters(settings)[0]).startswith(begins)
    else:
        assert (sent.status_code, letters(settings)) == (400, [])


@pytest.mark.parametrize(
    ("spoken", "greeting"),
    [(("de", "en"), "Guten Tag"), (("", "ko"), "Kim 님"), (("", "en"), "Hello Kim,")],
)
def test_a_letter_is_written_in_the_persons_language(
    app: FastAPI, browser: TestClient, settings: Settings, spoken: tuple[str, str], greeting: str
) -> None:
    language, accept = spoken
    with write_session(app.state.engine) as session:
        account = session.get_one(Account, account_id(app, "kim"))
        account.language = language
        session.add(account)

    browser.post("/password/forgot", data={"email": "kim@example.com"}, headers={"Accept-Language": accept})

    (letter,) = letters(settings)
    assert letter.get_content().startswith(greeting)


class BrokenMailer:
    """A mail server that is away and quotes what it was to send."""

    def send(self, letter: Letter) -> None:
        """Fail with the whole letter in the message."""
        raise OSError(letter.text)


def test_a_mail_server_that_is_away_is_no_fault_of_the_page_and_its_link_is_not_logged(
    app: FastAPI, browser: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    app.state.mailer = BrokenMailer()

    answers = [
        browser.post("/password/forgot", data={"email": f"{name}@example.com"}) for name in ("kim", "x")
    ]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert [record.getMessage() for record in caplog.records] == ["a letter could not be sent: OSError"]
    assert "/password/reset/" not in caplog.text


def test_the_account_speaks_its_language_after_signing_in(app: FastAPI, browser: TestClient) -> None:
    with write_session(app.state.engine) as session:
        account = session.get_one(Account, account_id(app, "kim"))
        account.language = "ko"
        session.add(account)

    assert set_cookies(log_in(browser))["landfall_lang"].value == "ko"
    assert browser.get("/account").headers["content-language"] == "ko"


@pytest.mark.parametrize(
    ("name", "entries"),
    [
        ("plain", set()),
        ("kim", {"/startups"}),
        ("lead", {"/review", "/startups", "/manage/programs", "/people"}),
    ],
)
def test_the_head_of_the_page_shows_what_one_may_do(
    browser: TestClient, name: str, entries: set[str]
) -> None:
    def head(path: str) -> tuple[set[str], str]:
        page = read_page(browser.get(path).text).find("header", cls="masthead")
        links = {link.attributes["href"] for link in page.find("nav", cls="sections").find_all("a")}
        return links - {"/programs", "/try", "/about"}, page.find("div", cls="account-area").text

    assert head("/about") == (set(), "Sign in")
    log_in(browser, name)

    assert head("/about") == (entries, f"Notices Your account: {name.title()} Sign out")


def test_names_are_text(app: FastAPI, browser: TestClient) -> None:
    with write_session(app.state.engine) as session:
        account = session.get_one(Account, account_id(app, "kim"))
        account.name = "<script>alert(1)</script>"
        session.add(account)
    log_in(browser)

    assert "<script>alert" not in browser.get("/account").text


def test_a_letter_waits_until_the_reset_is_stored(
    app: FastAPI, browser: TestClient, watching_mailer: Callable[[], list[bool]]
) -> None:
    del app
    browser.post("/password/forgot", data={"email": "kim@example.com"})

    assert watching_mailer() == [True]


@pytest.fixture
def watching_mailer(app: FastAPI) -> Callable[[], list[bool]]:
    """A mailer that looks whether the link of a letter is good when it is sent."""
    found: list[bool] = []

    class Watching:
        def send(self, letter: Letter) -> None:
            del letter
            with read_session(app.state.engine) as session:
                found.append(session.exec(select(PasswordReset)).first() is not None)

    app.state.mailer = Watching()
    return lambda: found
