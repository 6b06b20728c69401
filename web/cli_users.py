"""`landfall user`: make accounts, shut and open them, and help who lost the authenticator app."""

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlmodel import Session

    from matcher.settings import Settings
    from models.access import Actor
    from models.tables import Account

user_app = typer.Typer(no_args_is_help=True, help="Make accounts, shut and open them.")

MOST_READ = 1000


class AccountRole(StrEnum):
    """What an account is made for; members get their startups and agencies by invitation."""

    ADMIN = "admin"
    MANAGER = "manager"
    MEMBER = "member"


EmailArgument = Annotated[str, typer.Argument(help="E-mail address of the account.")]


@user_app.command()
def create(
    email: EmailArgument,
    role: Annotated[AccountRole, typer.Option(help="What the person is to the alliance.")],
    name: Annotated[str, typer.Option(help="How the person is addressed.")],
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
) -> None:
    """Make an account; on a terminal the password is asked for, without one a link is printed."""
    from matcher.workflows.accounts import create_account
    from matcher.workflows.audits import Act, record
    from matcher.workflows.first_keys import ensure_key
    from matcher.workflows.readiness import ready_engine
    from models.access import OPERATOR
    from models.account import Office
    from models.database import write_session
    from web.cli_settings import read_settings

    settings = read_settings()
    with ready_engine(settings.url) as engine:
        ensure_key(settings, engine)
        password = _read_password(from_stdin=password_stdin)
        if not password:
            with write_session(engine) as session:
                link = _invitation_link(session, settings, email, role)
            typer.echo(link)
            if not settings.public_url:
                _say("invitation: put the address of the site before it (LANDFALL_PUBLIC_URL is not set)")
            return
        with write_session(engine) as session:
            office = Office.NONE if role is AccountRole.MEMBER else Office(role.value)
            account = create_account(session, email=email, name=name, password=password, office=office)
            record(session, OPERATOR, Act.ACCOUNT_CREATED, about=account.id, details={"office": office.value})
            done = f"account: {account.email} is there, {role.value}"
    _say(done)


@user_app.command()
def disable(email: EmailArgument) -> None:
    """Shut an account: sessions end, tokens are revoked."""
    from matcher.workflows.accounts import disable

    _say(f"account: {_change(email, disable)} is shut")


@user_app.command()
def enable(email: EmailArgument) -> None:
    """Open a shut account again."""
    from matcher.workflows.accounts import enable

    _say(f"account: {_change(email, enable)} is open")


@user_app.command("reset-second-factor")
def reset_second_factor(email: EmailArgument) -> None:
    """Forget the authenticator app and the recovery codes of an account; its sessions end."""
    from matcher.workflows.second_factor import reset

    _say(f"account: {_change(email, reset)} signs in without a code, or sets up a new app")


def _change(email: str, act: "Callable[[Session, Actor, Account], None]") -> str:
    """Do something to the account with this address, and give the address."""
    from matcher.errors import FieldError
    from matcher.workflows.accounts import account_by_email
    from matcher.workflows.readiness import ready_engine
    from models.access import OPERATOR
    from models.database import write_session
    from web.cli_settings import read_settings

    with ready_engine(read_settings().url) as engine, write_session(engine) as session:
        account = account_by_email(session, email)
        if account is None:
            raise FieldError("email", "no account has this address")
        act(session, OPERATOR, account)
        return account.email


def _read_password(*, from_stdin: bool) -> str:
    """Read a password, empty where there is to be none."""
    from matcher.errors import FieldError

    if from_stdin:
        password = sys.stdin.readline(MOST_READ).rstrip("\r\n")
        if not password:
            raise FieldError("password", "standard input is empty")
        return password
    if not sys.stdin.isatty():
        return ""
    return str(
        typer.prompt(
            "Password (empty for a link)",
            default="",
            hide_input=True,
            confirmation_prompt="The same once more",
            show_default=False,
            err=True,
        )
    )


def _invitation_link(session: "Session", settings: "Settings", email: str, role: AccountRole) -> str:
    from matcher.errors import FieldError
    from matcher.workflows.accounts import account_by_email
    from matcher.workflows.invitations import invite
    from models.access import OPERATOR, Role

    if role is AccountRole.MEMBER:
        raise FieldError("password", "a member needs one here, or is invited on the page of the people")
    if account_by_email(session, email) is not None:
        raise FieldError("email", "there is an account with this address")
    _, token = invite(session, OPERATOR, email, Role(role.value))
    return f"{settings.public_url.rstrip('/')}/invitations/{token}"


def _say(line: str) -> None:
    typer.echo(line, err=True)
