"""A forgotten password: a link that works once, within the hour, and only for the one it is for."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from matcher.errors import FieldError, TooManyAttemptsError, UnknownThingError
from matcher.workflows.accounts import create_account, disable
from matcher.workflows.logins import Browser
from matcher.workflows.password_resets import (
    account_of_reset,
    count_asking,
    make_reset,
    reset_password,
)
from matcher.workflows.passwords import hash_password, verify_password
from matcher.workflows.secret_tokens import hash_token
from matcher.workflows.sign_ins import actor_of_cookie, open_sign_in
from matcher.workflows.throttles import SignInThrottles
from models.access import OPERATOR
from models.base import now_utc
from models.database import read_session, write_session
from models.tables import Account, ApiToken, AuditEntry, PasswordReset

OLD = "correct horse battery staple"
NEW = "four words nobody would say"
ADDRESS = "203.0.113.7"


@pytest.fixture
def people(bare: Engine) -> Engine:
    """A database with somebody who has a password and an app, and somebody who was only invited."""
    with write_session(bare) as session:
        kim = create_account(session, email="kim@example.com", name="Kim", language="ko")
        kim.password_hash, kim.totp_sealed, kim.totp_confirmed_at = hash_password(OLD), "sealed", now_utc()
        session.add(kim)
        create_account(session, email="invited@example.com", name="Invited")
    return bare


def ask(people: Engine, email: str = "kim@example.com") -> str:
    """Ask for a link and give its secret."""
    with write_session(people) as session:
        made = make_reset(session, email, ADDRESS)
    assert made is not None
    return made.token


def kim_of(session: Session) -> Account:
    """Give the one with a password."""
    return session.exec(select(Account).where(Account.name == "Kim")).one()


def test_a_link_sets_a_password_ends_every_session_and_revokes_every_token(people: Engine) -> None:
    with write_session(people) as session:
        opened = open_sign_in(session, kim_of(session), device="", address="")
        until = now_utc() + timedelta(days=1)
        account_id = kim_of(session).id
        session.add(
            ApiToken(token_hash=hash_token("t"), account_id=account_id, name="t", scopes=[], expires_at=until)
        )
    token = ask(people, " KIM@example.com")

    reset_password(people, token, NEW, ADDRESS)

    with read_session(people) as session:
        kim = kim_of(session)
        assert verify_password(kim.password_hash, NEW)
        assert not actor_of_cookie(session, opened.token, "").signed_in
        assert session.exec(select(ApiToken)).one().revoked_at is not None
        assert (kim.totp_sealed, kim.totp_confirmed_at is None) == ("sealed", False)
        assert [
            (row.actor, row.address, row.act, row.object) for row in session.exec(select(AuditEntry))
        ] == [
            ("anonymous", ADDRESS, "password-reset-asked", kim.id),
            ("anonymous", ADDRESS, "password-changed", kim.id),
        ]


def test_a_link_works_once_and_takes_all_others_with_it(people: Engine) -> None:
    first, second = ask(people), ask(people)
    reset_password(people, first, NEW, ADDRESS)

    for used in (first, second):
        with pytest.raises(UnknownThingError):
            reset_password(people, used, OLD, ADDRESS)


def test_a_refused_password_leaves_the_link_good(people: Engine) -> None:
    token = ask(people)

    with pytest.raises(FieldError, match="password:"):
        reset_password(people, token, "short", ADDRESS)

    with read_session(people) as session:
        assert account_of_reset(session, token).name == "Kim"


@pytest.mark.parametrize("minutes", [60, 61, 60 * 24])
def test_a_link_is_too_old_after_an_hour(people: Engine, minutes: int) -> None:
    token = ask(people)
    with write_session(people) as session:
        row = session.exec(select(PasswordReset)).one()
        assert row.token_hash == hash_token(token)
        assert timedelta(minutes=59) < row.expires_at - now_utc() <= timedelta(minutes=60)
        row.expires_at -= timedelta(minutes=minutes)
        session.add(row)

    with pytest.raises(UnknownThingError):
        reset_password(people, token, NEW, ADDRESS)
    ask(people)
    with read_session(people) as session:
        assert len(session.exec(select(PasswordReset)).all()) == 1


def test_a_link_of_a_shut_account_is_not_good(people: Engine) -> None:
    token = ask(people)
    with write_session(people) as session:
        disable(session, OPERATOR, kim_of(session))

    with read_session(people) as session, pytest.raises(UnknownThingError):
        account_of_reset(session, token)
    with write_session(people) as session:
        assert make_reset(session, "kim@example.com", ADDRESS) is None


@pytest.mark.parametrize("token", ["", "x", "\x00", "\ud800", "x" * 100_000])
def test_what_is_no_link_is_not_good(people: Engine, token: str) -> None:
    with read_session(people) as session, pytest.raises(UnknownThingError):
        account_of_reset(session, token)


@pytest.mark.parametrize("email", ["nobody@example.com", "invited@example.com", "no address", ""])
def test_nobody_gets_no_link_and_nothing_is_written(people: Engine, email: str) -> None:
    with write_session(people) as session:
        assert make_reset(session, email, ADDRESS) is None
        assert session.exec(select(PasswordReset)).all() == []
        assert session.exec(select(AuditEntry)).all() == []


@pytest.mark.parametrize("email", ["kim@example.com", "nobody@example.com", "no address"])
def test_five_links_a_day_for_one_address_whether_or_not_it_is_known(email: str) -> None:
    throttles = SignInThrottles()
    for number in range(5):
        count_asking(throttles, email, Browser(address=f"198.51.100.{number}"))

    with pytest.raises(TooManyAttemptsError) as refused:
        count_asking(throttles, email.upper(), Browser(address=ADDRESS))

    assert 86_390 <= refused.value.retry_after_seconds <= 86_400


def test_twenty_links_an_hour_for_one_network() -> None:
    throttles = SignInThrottles()
    for number in range(20):
        count_asking(throttles, f"{number}@example.com", Browser(address=f"2001:db8::{number}"))

    with pytest.raises(TooManyAttemptsError) as refused:
        count_asking(throttles, "kim@example.com", Browser(address="2001:db8::ffff"))
    count_asking(throttles, "kim@example.com", Browser(address=ADDRESS))

    assert 3_590 <= refused.value.retry_after_seconds <= 3_600
