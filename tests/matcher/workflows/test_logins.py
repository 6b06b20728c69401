"""Signing in: what a password opens, who is locked out by wrong ones, and who is not."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import BoundedSemaphore
from time import sleep

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine
from sqlmodel import Session, select

from matcher.errors import TooManyAttemptsError
from matcher.workflows import passwords
from matcher.workflows.accounts import create_account, disable, enable
from matcher.workflows.logins import (
    Browser,
    Login,
    WrongSignInError,
    email_key,
    is_known,
    login,
    logout,
    remember_device,
)
from matcher.workflows.passwords import hash_password, needs_rehash
from matcher.workflows.secret_tokens import hash_token
from matcher.workflows.sign_ins import actor_of_cookie
from matcher.workflows.throttles import MINUTE, SignInThrottles, Throttle
from models.access import OPERATOR, Actor
from models.account import Office
from models.base import now_utc
from models.database import read_session, write_session
from models.tables import Account, AuditEntry, KnownDevice, SignIn

GOOD = "correct horse battery staple"
HOME = Browser(address="203.0.113.7", agent="Firefox")
ELSEWHERE = Browser(address="198.51.100.9", agent="curl")


@pytest.fixture(scope="session")
def good_hash() -> str:
    """The hash of the good password, made once."""
    return hash_password(GOOD)


@pytest.fixture
def people(bare: Engine, good_hash: str) -> Engine:
    """A database with a member, a manager, and somebody who never set a password."""
    with write_session(bare) as session:
        kim = create_account(session, email="kim@example.com", name="Kim", language="ko")
        boss = create_account(session, email="boss@example.com", name="Boss", office=Office.MANAGER)
        create_account(session, email="invited@example.com", name="Invited")
        kim.password_hash = boss.password_hash = good_hash
        session.add_all((kim, boss))
    return bare


@pytest.fixture
def sign_in(people: Engine) -> Callable[..., Login]:
    """Give a function that signs in under throttles of its own."""
    throttles = SignInThrottles(passwords=Throttle(10, 5 * MINUTE, lambda: 0.0))

    def sign_in(email: str, password: str = GOOD, browser: Browser = HOME) -> Login:
        return login(people, throttles, email, password, browser)

    return sign_in


@pytest.fixture
def all_places_taken(monkeypatch: pytest.MonkeyPatch) -> BoundedSemaphore:
    """A server that compares one password at a time, and compares one that does not end."""
    places = BoundedSemaphore(1)
    places.acquire()
    monkeypatch.setattr(passwords, "_places", places)
    return places


def kim_of(session: Session) -> Account:
    """Give the member."""
    return session.exec(select(Account).where(Account.name == "Kim")).one()


def actor_now(engine: Engine, token: str) -> Actor:
    """Say who a session cookie belongs to."""
    with read_session(engine) as session:
        return actor_of_cookie(session, token, "203.0.113.7")


def entries(engine: Engine) -> list[tuple[str, str, str]]:
    """Give act, address and details of what was written down."""
    with read_session(engine) as session:
        return [(row.act, row.address, str(row.details)) for row in session.exec(select(AuditEntry))]


def locked(sign_in: Callable[..., Login], *arguments: object) -> bool:
    """Say whether a right password is refused because of wrong ones before."""
    try:
        sign_in(*arguments)
    except TooManyAttemptsError as error:
        return error.retry_after_seconds == 300
    return False


def guess(sign_in: Callable[..., Login], times: int, email: str, browser: Browser) -> None:
    """Give wrong passwords."""
    for _ in range(times):
        with pytest.raises(WrongSignInError):
            sign_in(email, "a wrong password", browser)


def test_a_right_password_opens_a_session_and_makes_the_browser_known(
    people: Engine, sign_in: Callable[..., Login]
) -> None:
    opened = sign_in(" KIM@example.com ")

    assert (opened.actor.name, opened.actor.waits_for_code, opened.language) == ("Kim", False, "ko")
    assert actor_now(people, opened.token) == opened.actor
    with read_session(people) as session:
        assert opened.actor.account_id is not None
        assert is_known(session, opened.actor.account_id, opened.device_token)
        (row,) = session.exec(select(SignIn)).all()
        assert (row.device, row.address, row.second_factor_at) == ("Firefox", "203.0.113.7", None)
    assert entries(people) == [("sign-in", "203.0.113.7", "{'waits_for_code': False}")]


def test_a_manager_waits_for_a_code_and_the_browser_is_not_known_yet(
    people: Engine, sign_in: Callable[..., Login]
) -> None:
    opened = sign_in("boss@example.com")

    assert (opened.actor.waits_for_code, opened.device_token) == (True, None)
    assert actor_now(people, opened.token).waits_for_code


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("kim@example.com", GOOD + "x"),
        ("kim@example.com", ""),
        ("invited@example.com", ""),
        ("invited@example.com", GOOD),
        ("nobody@example.com", GOOD),
        ("no address", GOOD),
        ("\x00\ud800", "\x00\ud800"),
    ],
)
def test_every_refusal_says_the_same(
    people: Engine, sign_in: Callable[..., Login], email: str, password: str
) -> None:
    with pytest.raises(WrongSignInError) as refused:
        sign_in(email, password)

    assert str(refused.value) == "password: e-mail address and password do not belong together"
    assert entries(people) == []


def test_a_shut_account_is_refused_like_a_wrong_password(
    people: Engine, sign_in: Callable[..., Login]
) -> None:
    with write_session(people) as session:
        disable(session, OPERATOR, kim_of(session))

    with pytest.raises(WrongSignInError):
        sign_in("kim@example.com")


def test_rights_that_changed_while_the_password_was_compared_let_nobody_in(
    people: Engine, all_places_taken: BoundedSemaphore
) -> None:
    throttles = SignInThrottles()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(login, people, throttles, "kim@example.com", GOOD, HOME)
        while not len(throttles.passwords):
            sleep(0.01)
        with write_session(people) as session:
            disable(session, OPERATOR, kim_of(session))
            enable(session, OPERATOR, kim_of(session))
        all_places_taken.release()

        with pytest.raises(WrongSignInError):
            waiting.result()

    with read_session(people) as session:
        assert session.exec(select(SignIn)).all() == []


def test_signing_in_again_replaces_the_session(people: Engine, sign_in: Callable[..., Login]) -> None:
    first = sign_in("kim@example.com")
    second = sign_in("kim@example.com", GOOD, replace(HOME, session_token=first.token))

    assert first.token != second.token
    assert not actor_now(people, first.token).signed_in
    assert actor_now(people, second.token).signed_in


def test_signing_out_ends_the_session_once(people: Engine, sign_in: Callable[..., Login]) -> None:
    opened, other = sign_in("kim@example.com"), sign_in("kim@example.com")
    for _ in range(2):
        with write_session(people) as session:
            logout(session, actor_of_cookie(session, opened.token, "203.0.113.7"))

    assert not actor_now(people, opened.token).signed_in
    assert actor_now(people, other.token).signed_in
    assert [act for act, _, _ in entries(people)] == ["sign-in", "sign-in", "sign-out"]


def test_the_eleventh_try_is_refused_even_with_the_right_password(sign_in: Callable[..., Login]) -> None:
    guess(sign_in, 9, "kim@example.com", ELSEWHERE)
    assert not locked(sign_in, "kim@example.com", GOOD, HOME)
    guess(sign_in, 1, "Kim@Example.com", ELSEWHERE)

    assert locked(sign_in, "kim@example.com", GOOD, HOME)
    assert not locked(sign_in, "boss@example.com", GOOD, HOME)


def test_one_network_address_has_ten_tries_for_all_accounts(sign_in: Callable[..., Login]) -> None:
    for number in range(10):
        guess(sign_in, 1, f"nobody{number}@example.com", replace(ELSEWHERE, address=f"2001:db8::{number}"))

    assert locked(sign_in, "kim@example.com", GOOD, replace(ELSEWHERE, address="2001:db8::ffff"))
    assert not locked(sign_in, "kim@example.com", GOOD, replace(ELSEWHERE, address="2001:db8:0:1::1"))


@pytest.mark.parametrize("email", ["nobody@example.com", "no address", "invited@example.com"])
def test_an_account_that_is_not_there_is_locked_alike(sign_in: Callable[..., Login], email: str) -> None:
    for number in range(10):
        guess(sign_in, 1, email, replace(ELSEWHERE, address=f"198.51.100.{number}"))

    assert locked(sign_in, email.upper(), GOOD, HOME)


def test_a_known_browser_is_not_locked_out_by_others(sign_in: Callable[..., Login]) -> None:
    known = replace(HOME, device_token=sign_in("kim@example.com").device_token)
    guess(sign_in, 10, "kim@example.com", HOME)

    assert locked(sign_in, "kim@example.com", GOOD, HOME)
    assert not locked(sign_in, "kim@example.com", GOOD, known)
    guess(sign_in, 10, "kim@example.com", known)
    assert locked(sign_in, "kim@example.com", GOOD, known)


def test_a_browser_known_to_one_account_is_nobody_to_another(
    people: Engine, sign_in: Callable[..., Login]
) -> None:
    known = replace(ELSEWHERE, device_token=sign_in("kim@example.com").device_token)
    guess(sign_in, 10, "boss@example.com", known)

    assert locked(sign_in, "boss@example.com", GOOD, HOME)
    assert locked(sign_in, "boss@example.com", GOOD, known)
    with read_session(people) as session:
        assert not is_known(session, "somebody else", known.device_token)


def test_a_known_browser_gets_no_second_secret(sign_in: Callable[..., Login]) -> None:
    known = replace(HOME, device_token=sign_in("kim@example.com").device_token)

    assert sign_in("kim@example.com", GOOD, known).device_token is None


def test_known_browsers_are_forgotten_after_a_year_and_beyond_twenty(people: Engine) -> None:
    with write_session(people) as session:
        account = kim_of(session)
        old = KnownDevice(
            token_hash=hash_token("old"), account_id=account.id, created_at=now_utc() - timedelta(days=366)
        )
        session.add(old)
        session.flush()
        assert not is_known(session, account.id, "old")
        tokens = [remember_device(session, account.id, None) for _ in range(25)]

        assert None not in tokens
        assert len(session.exec(select(KnownDevice)).all()) == 20


def test_a_hash_of_older_parameters_is_renewed(people: Engine, sign_in: Callable[..., Login]) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8_192, parallelism=1).hash(GOOD)
    with write_session(people) as session:
        account = kim_of(session)
        account.password_hash = weak
        session.add(account)

    sign_in("kim@example.com")

    with read_session(people) as session:
        renewed = session.exec(select(Account.password_hash).where(Account.name == "Kim")).one()
    assert renewed is not None
    assert not needs_rehash(renewed)


def test_a_server_that_is_busy_counts_no_wrong_password(
    sign_in: Callable[..., Login], all_places_taken: BoundedSemaphore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "WAIT_SECONDS", 0)
    for _ in range(20):
        with pytest.raises(TooManyAttemptsError):
            sign_in("kim@example.com")
    all_places_taken.release()

    assert not locked(sign_in, "kim@example.com")


def test_what_is_no_address_has_a_bounded_key() -> None:
    assert len(email_key("X" * 10_000)) == 254
