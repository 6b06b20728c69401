"""The second factor: setting it up, giving it, standing in for it, and doing without it."""

import json
from collections.abc import Callable
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from matcher.errors import (
    AccessDeniedError,
    FieldError,
    SecondFactorNeededError,
    TooManyAttemptsError,
    UnknownThingError,
)
from matcher.workflows import second_factor
from matcher.workflows.accounts import create_account
from matcher.workflows.passwords import hash_password
from matcher.workflows.second_factor import (
    begin,
    confirm,
    give_code,
    must_set_up,
    new_recovery_codes,
    recovery_codes_left,
    remove,
    reset,
    resume,
)
from matcher.workflows.secret_tokens import hash_token
from matcher.workflows.server_key import ServerKey
from matcher.workflows.sign_ins import actor_of_cookie, open_sign_in
from matcher.workflows.throttles import SignInThrottles
from models.access import OPERATOR, Actor
from models.account import Office
from models.base import now_utc
from models.database import read_session, write_session
from models.tables import Account, ApiToken, AuditEntry, RecoveryCode

GOOD = "correct horse battery staple"
KEY = ServerKey(b"k" * 32)
STEP = 30
NOW = now_utc()


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a step from ending between the making of a code and its use."""
    monkeypatch.setattr(second_factor, "now_utc", lambda: NOW)


@pytest.fixture(scope="session")
def good_hash() -> str:
    """The hash of the good password, made once."""
    return hash_password(GOOD)


@pytest.fixture
def people(bare: Engine, good_hash: str) -> Engine:
    """A database with a member and a manager."""
    with write_session(bare) as session:
        for name, office in (("kim", Office.NONE), ("boss", Office.MANAGER)):
            account = create_account(session, email=f"{name}@example.com", name=name, office=office)
            account.password_hash = good_hash
            session.add(account)
    return bare


@pytest.fixture
def throttles() -> SignInThrottles:
    """Throttles of one test."""
    return SignInThrottles()


def account_of(session: Session, name: str = "kim") -> Account:
    """Give an account by its name."""
    return session.exec(select(Account).where(Account.name == name)).one()


def open_browser(people: Engine, name: str = "kim") -> str:
    """Open a session that has no second factor yet."""
    with write_session(people) as session:
        return open_sign_in(session, account_of(session, name), device="", address="").token


def actor_of(session: Session, token: str) -> Actor:
    """Say whose session this is."""
    return actor_of_cookie(session, token, "203.0.113.7")


def code_for(secret: str, steps: int = 0) -> str:
    """Give the code an app shows now, or so many steps later."""
    return pyotp.TOTP(secret).at(int(NOW.timestamp()) + steps * STEP)


def set_up(people: Engine, throttles: SignInThrottles, token: str) -> tuple[str, str, tuple[str, ...]]:
    """Set an app up; give its secret, the new token and the recovery codes."""
    with write_session(people) as session:
        actor = actor_of(session, token)
        setup = begin(session, KEY, actor)
        made = confirm(session, KEY, throttles, actor, sealed=setup.sealed, code=code_for(setup.secret, -1))
    return setup.secret, made.given.token, made.recovery_codes


def give(people: Engine, throttles: SignInThrottles, token: str, code: str) -> str:
    """Give a code and get the new token of the session."""
    with write_session(people) as session:
        return give_code(session, KEY, throttles, actor_of(session, token), code).token


def waits(people: Engine, token: str) -> bool:
    """Say whether a session waits for a code."""
    with read_session(people) as session:
        actor = actor_of(session, token)
    assert actor.signed_in
    return actor.waits_for_code


def signed_in(people: Engine, token: str) -> bool:
    """Say whether a token is that of a session."""
    with read_session(people) as session:
        return actor_of(session, token).signed_in


def acts(people: Engine) -> list[str]:
    """Give what was written down."""
    with read_session(people) as session:
        return [entry.act for entry in session.exec(select(AuditEntry))]


def test_an_app_is_in_use_once_its_code_was_right(people: Engine, throttles: SignInThrottles) -> None:
    token, other = open_browser(people), open_browser(people)
    with read_session(people) as session:
        setup = begin(session, KEY, actor_of(session, token))

    assert setup.uri == (f"otpauth://totp/Landfall:kim%40example.com?secret={setup.secret}&issuer=Landfall")
    assert setup.secret not in setup.sealed
    with pytest.raises(FieldError, match="code:"), write_session(people) as session:
        confirm(session, KEY, throttles, actor_of(session, token), sealed=setup.sealed, code="000000")
    with read_session(people) as session:
        assert account_of(session).totp_sealed is None
        assert resume(session, KEY, actor_of(session, token), setup.sealed) == setup
    with write_session(people) as session:
        made = confirm(
            session,
            KEY,
            throttles,
            actor_of(session, token),
            sealed=setup.sealed,
            code=f" {code_for(setup.secret)[:3]} {code_for(setup.secret)[3:]}",
        )

    assert not waits(people, made.given.token)
    assert [signed_in(people, old) for old in (token, other)] == [False, False]
    assert waits(people, open_browser(people))
    assert acts(people) == ["second-factor-set"]
    with read_session(people) as session:
        account = account_of(session)
        assert account.totp_sealed is not None
        assert setup.secret not in account.totp_sealed
        assert KEY.unseal(account.totp_sealed) == setup.secret
        assert account.revision == 1


def test_a_manager_must_set_it_up_and_a_member_may(people: Engine, throttles: SignInThrottles) -> None:
    manager, member = open_browser(people, "boss"), open_browser(people)
    with read_session(people) as session:
        assert must_set_up(session, actor_of(session, manager))
        assert not must_set_up(session, actor_of(session, member))
    assert [waits(people, manager), waits(people, member)] == [True, False]

    _, token, _ = set_up(people, throttles, manager)

    assert not waits(people, token)
    with read_session(people) as session:
        assert not must_set_up(session, actor_of(session, token))


@pytest.mark.parametrize("change", ["owner", "late", "torn", "secret", "other"])
def test_a_set_up_that_is_not_ones_own_or_too_old_is_refused(
    people: Engine, throttles: SignInThrottles, change: str
) -> None:
    token = open_browser(people)
    with read_session(people) as session:
        setup = begin(session, KEY, actor_of(session, token))
    held = json.loads(KEY.unseal(setup.sealed))
    sealed = {
        "owner": KEY.seal(json.dumps(held | {"for": "somebody else"})),
        "late": KEY.seal(json.dumps(held | {"until": (NOW - timedelta(seconds=1)).timestamp()})),
        "torn": setup.sealed[:-4],
        "secret": KEY.seal(setup.secret),
        "other": ServerKey(b"x" * 32).seal(json.dumps(held)),
    }[change]

    with write_session(people) as session:
        actor = actor_of(session, token)
        with pytest.raises(FieldError, match="setup:"):
            confirm(session, KEY, throttles, actor, sealed=sealed, code=code_for(setup.secret))


def test_who_has_only_the_password_cannot_bring_another_app(
    people: Engine, throttles: SignInThrottles
) -> None:
    token = open_browser(people)
    with read_session(people) as session:
        early = begin(session, KEY, actor_of(session, token))
    set_up(people, throttles, token)
    thief = open_browser(people)

    with read_session(people) as session, pytest.raises(SecondFactorNeededError):
        begin(session, KEY, actor_of(session, thief))
    with write_session(people) as session:
        actor = actor_of(session, thief)
        with pytest.raises(SecondFactorNeededError):
            confirm(session, KEY, throttles, actor, sealed=early.sealed, code=code_for(early.secret))
    with write_session(people) as session, pytest.raises(SecondFactorNeededError):
        remove(session, throttles, actor_of(session, thief), GOOD)
    with write_session(people) as session, pytest.raises(SecondFactorNeededError):
        new_recovery_codes(session, KEY, actor_of(session, thief))


def test_an_app_in_use_can_be_replaced(people: Engine, throttles: SignInThrottles) -> None:
    old, token, codes = set_up(people, throttles, open_browser(people))
    new, token, new_codes = set_up(people, throttles, token)

    waiting = open_browser(people)
    for wrong in (code_for(old), codes[0]):
        with pytest.raises(FieldError):
            give(people, throttles, waiting, wrong)
    assert not waits(people, give(people, throttles, waiting, code_for(new)))
    assert not waits(people, give(people, throttles, open_browser(people), new_codes[0]))


@pytest.mark.parametrize(("steps", "taken"), [(-2, False), (0, True), (1, True), (2, False)])
def test_clocks_may_differ_by_one_step(
    people: Engine, throttles: SignInThrottles, monkeypatch: pytest.MonkeyPatch, steps: int, *, taken: bool
) -> None:
    secret, _, _ = set_up(people, throttles, open_browser(people))
    monkeypatch.setattr(second_factor, "now_utc", lambda: NOW + timedelta(seconds=3 * STEP))
    code = code_for(secret, 3 + steps)
    waiting = open_browser(people)

    if taken:
        assert not waits(people, give(people, throttles, waiting, code))
    else:
        with pytest.raises(FieldError, match="code:"):
            give(people, throttles, waiting, code)


def test_a_code_is_good_once_and_none_before_it_is_good_afterwards(
    people: Engine, throttles: SignInThrottles
) -> None:
    secret, _, _ = set_up(people, throttles, open_browser(people))
    code, before = code_for(secret, 1), code_for(secret, 0)

    given = give(people, throttles, open_browser(people), code)
    waiting = open_browser(people)
    for used in (code, before):
        with pytest.raises(FieldError, match="code:"):
            give(people, throttles, waiting, used)

    assert not waits(people, given)
    assert waits(people, waiting)


def test_the_code_that_confirmed_the_app_is_used_up(people: Engine, throttles: SignInThrottles) -> None:
    token = open_browser(people)
    with write_session(people) as session:
        actor = actor_of(session, token)
        setup = begin(session, KEY, actor)
        code = code_for(setup.secret)
        confirm(session, KEY, throttles, actor, sealed=setup.sealed, code=code)

    with pytest.raises(FieldError, match="code:"):
        give(people, throttles, open_browser(people), code)


def test_giving_the_code_changes_the_secret_of_the_session_and_not_its_end(
    people: Engine, throttles: SignInThrottles
) -> None:
    secret, _, _ = set_up(people, throttles, open_browser(people))
    waiting = open_browser(people)

    given = give(people, throttles, waiting, code_for(secret, 1))

    assert given != waiting
    assert not signed_in(people, waiting)
    assert acts(people) == ["second-factor-set", "sign-in"]


@pytest.mark.parametrize("spell", [str, str.upper, lambda code: code.replace("-", " "), lambda c: f" {c}\n"])
def test_a_recovery_code_stands_in_once_however_it_is_typed(
    people: Engine, throttles: SignInThrottles, spell: Callable[[str], str]
) -> None:
    _, _, codes = set_up(people, throttles, open_browser(people))

    given = give(people, throttles, open_browser(people), spell(codes[3]))
    waiting = open_browser(people)
    with pytest.raises(FieldError, match="code:"):
        give(people, throttles, waiting, codes[3])

    assert not waits(people, given)
    with read_session(people) as session:
        assert recovery_codes_left(session, account_of(session)) == 9


def test_ten_recovery_codes_are_stored_as_hashes_only_this_server_can_make(
    people: Engine, throttles: SignInThrottles
) -> None:
    _, _, codes = set_up(people, throttles, open_browser(people))

    assert len(set(codes)) == 10
    assert all(len(code) == 14 for code in codes)
    with read_session(people) as session:
        account_id = account_of(session).id
        stored = {row.code_hash for row in session.exec(select(RecoveryCode))}
    plain = [code.replace("-", "") for code in codes]
    assert stored == {KEY.keyed_hash("recovery code", f"{account_id} {code}") for code in plain}


def test_a_recovery_code_of_somebody_else_is_none(people: Engine, throttles: SignInThrottles) -> None:
    set_up(people, throttles, open_browser(people))
    _, _, foreign = set_up(people, throttles, open_browser(people, "boss"))

    with pytest.raises(FieldError, match="code:"):
        give(people, throttles, open_browser(people), foreign[0])


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "\x00", "\ud800\ud800", "x" * 10_000])
def test_what_is_no_code_is_refused(people: Engine, throttles: SignInThrottles, code: str) -> None:
    set_up(people, throttles, open_browser(people))

    with pytest.raises(FieldError, match="code:"):
        give(people, throttles, open_browser(people), code)


def test_after_five_wrong_codes_the_right_one_has_to_wait(people: Engine, throttles: SignInThrottles) -> None:
    secret, _, codes = set_up(people, throttles, open_browser(people))
    waiting = open_browser(people)
    for _ in range(5):
        with pytest.raises(FieldError):
            give(people, throttles, waiting, "000000")

    for right in (code_for(secret, 1), codes[0]):
        with pytest.raises(TooManyAttemptsError):
            give(people, throttles, open_browser(people), right)


def test_new_recovery_codes_replace_the_old(people: Engine, throttles: SignInThrottles) -> None:
    _, token, old = set_up(people, throttles, open_browser(people))

    with write_session(people) as session:
        new = new_recovery_codes(session, KEY, actor_of(session, token))

    assert not set(old) & set(new)
    with pytest.raises(FieldError):
        give(people, throttles, open_browser(people), old[0])
    assert not waits(people, give(people, throttles, open_browser(people), new[0]))
    assert acts(people) == ["second-factor-set", "recovery-codes-made", "sign-in"]


def test_without_an_app_there_are_no_recovery_codes(people: Engine) -> None:
    token = open_browser(people)

    with write_session(people) as session, pytest.raises(FieldError):
        new_recovery_codes(session, KEY, actor_of(session, token))


def test_a_member_does_without_it_by_the_password(people: Engine, throttles: SignInThrottles) -> None:
    _, token, _ = set_up(people, throttles, open_browser(people))

    with write_session(people) as session, pytest.raises(FieldError, match="current_password:"):
        remove(session, throttles, actor_of(session, token), "a wrong password")
    with write_session(people) as session:
        remove(session, throttles, actor_of(session, token), GOOD)

    assert not waits(people, open_browser(people))
    with read_session(people) as session:
        account = account_of(session)
        assert (account.totp_sealed, account.totp_confirmed_at, account.totp_last_step) == (None, None, 0)
        assert session.exec(select(RecoveryCode)).all() == []
    assert acts(people) == ["second-factor-set", "second-factor-removed"]


def test_a_manager_cannot_do_without_it(people: Engine, throttles: SignInThrottles) -> None:
    _, token, _ = set_up(people, throttles, open_browser(people, "boss"))

    with write_session(people) as session, pytest.raises(AccessDeniedError):
        remove(session, throttles, actor_of(session, token), GOOD)


def test_who_lost_app_and_codes_starts_again(people: Engine, throttles: SignInThrottles) -> None:
    _, token, _ = set_up(people, throttles, open_browser(people, "boss"))
    with write_session(people) as session:
        boss, until = account_of(session, "boss").id, now_utc() + timedelta(days=1)
        session.add(
            ApiToken(token_hash=hash_token("t"), account_id=boss, name="t", scopes=[], expires_at=until)
        )

    with write_session(people) as session:
        reset(session, OPERATOR, account_of(session, "boss"))

    assert not signed_in(people, token)
    with read_session(people) as session:
        assert session.exec(select(ApiToken)).one().revoked_at is not None
    again = open_browser(people, "boss")
    with read_session(people) as session:
        assert must_set_up(session, actor_of(session, again))


def test_nobody_has_no_second_factor(people: Engine, throttles: SignInThrottles) -> None:
    with write_session(people) as session:
        with pytest.raises(UnknownThingError):
            must_set_up(session, Actor())
        with pytest.raises(UnknownThingError):
            begin(session, KEY, Actor())
        with pytest.raises(UnknownThingError):
            give_code(session, KEY, throttles, Actor(), "123456")
        with pytest.raises(FieldError):
            give_code(session, KEY, throttles, Actor(account_id=account_of(session).id), "123456")
