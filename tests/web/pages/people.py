"""People with a password on a test site, and what a browser does to sign them in."""

import re
from email import message_from_string, policy
from email.message import EmailMessage
from http.cookies import SimpleCookie

import pyotp
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import col, select

from matcher.settings import Settings
from matcher.workflows.accounts import create_account
from matcher.workflows.passwords import hash_password
from models.account import Office
from models.base import now_utc
from models.database import read_session, write_session
from models.tables import Account, AgencyMember, Startup, StartupMember

GOOD = "correct horse battery staple"
NEW = "four words nobody would say"
AGENCY = "wirtschaftsfoerderung-dortmund"
STEP = 30
_HASH = hash_password(GOOD)


def add_people(app: FastAPI) -> None:
    """Add a founder, a lead, a manager, an admin and somebody without a membership."""
    offices = {"boss": Office.MANAGER, "admin": Office.ADMIN}
    with write_session(app.state.engine) as session:
        startup = session.exec(select(Startup.id).order_by(col(Startup.id)).limit(1)).one()
        for name in ("kim", "lead", "boss", "admin", "plain"):
            account = create_account(
                session, email=f"{name}@example.com", name=name.title(), office=offices.get(name, Office.NONE)
            )
            account.password_hash = _HASH
            session.add(account)
            if name == "kim":
                session.add(StartupMember(account_id=account.id, startup_id=startup))
            if name == "lead":
                session.add(AgencyMember(account_id=account.id, agency_id=AGENCY, lead=True))


def account_id(app: FastAPI, name: str) -> str:
    """Give the id of one of them."""
    with read_session(app.state.engine) as session:
        return session.exec(select(Account.id).where(Account.email == f"{name}@example.com")).one()


def log_in(client: TestClient, name: str = "kim", password: str = GOOD, **fields: str) -> Response:
    """Send the sign-in form."""
    return client.post("/login", data={"email": f"{name}@example.com", "password": password, **fields})


def set_cookies(response: Response) -> SimpleCookie:
    """Read every cookie a response sets."""
    cookies = SimpleCookie()
    for header in response.headers.get_list("set-cookie"):
        cookies.load(header)
    return cookies


def hidden(response: Response, name: str) -> str:
    """Give the value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', response.text)
    assert found is not None
    return found[1]


def secret_of(response: Response) -> str:
    """Give the secret an app is set up with."""
    found = re.search(r"secret=([A-Z2-7]{32})", response.text)
    assert found is not None
    return found[1]


def codes_of(response: Response) -> list[str]:
    """Give the recovery codes a page shows."""
    return re.findall(r"<code>([a-z2-9-]{14})</code>", response.text)


def code_for(secret: str, steps: int = 1) -> str:
    """Give the code an app shows so many steps from now.

    Set-ups are confirmed with that of now and later sign-ins give the next one, so that a step that ends in
    the middle of a test changes nothing.
    """
    return pyotp.TOTP(secret).at(int(now_utc().timestamp()) + steps * STEP)


def set_up_app(client: TestClient, name: str = "boss") -> tuple[str, list[str]]:
    """Sign staff in and set the app up; give its secret and the recovery codes."""
    log_in(client, name)
    shown = client.get("/login/code")
    secret = secret_of(shown)
    done = client.post("/login/code", data={"setup": hidden(shown, "setup"), "code": code_for(secret, 0)})
    assert done.status_code == 200
    return secret, codes_of(done)


def letters(settings: Settings) -> list[EmailMessage]:
    """Read the letters that were sent."""
    folder = settings.data_dir / "mail"
    found = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        message = message_from_string(path.read_text(encoding="utf-8"), policy=policy.default)
        assert isinstance(message, EmailMessage)
        found.append(message)
    return found


def link_of(letter: EmailMessage) -> str:
    """Give the address a letter leads to."""
    found = re.search(r"https?://\S+", letter.get_content())
    assert found is not None
    return found[0]
