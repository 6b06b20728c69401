"""Accounts: one spelling of an address, and what a change of rights or secrets ends with it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from matcher.errors import AccessDeniedError, FieldError, SecondFactorNeededError, UnknownThingError
from matcher.workflows.accounts import (
    OwnSeatError,
    account_by_email,
    change_language,
    change_name,
    create_account,
    disable,
    enable,
    fold_email,
    own_account,
    set_office,
    set_password,
)
from matcher.workflows.passwords import verify_password
from matcher.workflows.secret_tokens import hash_token, new_token
from matcher.workflows.sign_ins import actor_of_account, actor_of_cookie, open_sign_in
from models.access import ANONYMOUS, OPERATOR, Actor
from models.account import Office
from models.base import now_utc
from models.database import write_session
from models.tables import Account, ApiToken, AuditEntry, KnownDevice, PasswordReset

GOOD = "correct horse battery staple"


@pytest.fixture
def session(bare: Engine) -> Iterator[Session]:
    """An open write unit of an empty database."""
    with write_session(bare) as session:
        yield session


def add(session: Session, email: str, office: Office = Office.NONE) -> Account:
    """Make an account without a password."""
    return create_account(session, email=email, name="Kim", office=office)


def add_token(session: Session, account: Account) -> None:
    """Give an account a token."""
    until = now_utc() + timedelta(days=9)
    session.add(
        ApiToken(
            token_hash=hash_token(new_token()),
            account_id=account.id,
            name="t",
            scopes=["read"],
            expires_at=until,
        )
    )
    session.flush()


def good_tokens(session: Session) -> list[str]:
    """Give the account of every token that is not revoked."""
    return list(session.exec(select(ApiToken.account_id).where(ApiToken.revoked_at == None)))  # noqa: E711  SQL


def acts(session: Session) -> list[tuple[str, str]]:
    """Give who did what, in order."""
    return [(entry.actor, entry.act) for entry in session.exec(select(AuditEntry).order_by(AuditEntry.id))]  # type: ignore[arg-type]  # a column


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        (" Min.Su@Example.CO.KR\t", "min.su@example.co.kr"),
        ("a@localhost", "a@localhost"),
        ("대표@예시.한국", "대표@예시.한국"),
        ("Mu\u0308ller@example.com", "m\u00fcller@example.com"),
        ("\u0130x@example.com", "i\u0307x@example.com"),
        ("a+b_c'd@sub-1.example.com", "a+b_c'd@sub-1.example.com"),
    ],
)
def test_an_address_has_one_spelling(typed: str, folded: str) -> None:
    assert fold_email(typed) == folded
    assert fold_email(folded) == folded


@pytest.mark.parametrize(
    "typed",
    ["", "@", "a", "a@", "@b", "a@b@c", "a b@c.d", "a@b c", "a@b..c", "a@.b", "a@-b", "a@b.", "<a@b.c>",
     "a,b@c.d", "a@b.c\nBcc: x@y.z", "a\x00@b.c", "a\u200b@b.c", "\ud800@b.c", "a" * 65 + "@b.c",
     "a@" + "b." * 126 + "cd"],
)  # fmt: skip
def test_what_is_no_address_is_refused(typed: str, session: Session) -> None:
    with pytest.raises(FieldError, match="email:"):
        fold_email(typed)
    assert account_by_email(session, typed) is None


def test_an_account_is_found_however_the_address_is_spelled(session: Session) -> None:
    made = create_account(session, email="Kim@Example.com", name=" 김  민수 ", password=GOOD, language="ko")

    found = account_by_email(session, " kim@EXAMPLE.com")
    assert found is made
    assert (made.email, made.name, made.office, made.language) == ("kim@example.com", "김 민수", "none", "ko")
    assert verify_password(made.password_hash, GOOD)
    assert account_by_email(session, "lee@example.com") is None


def test_an_address_has_one_account(session: Session) -> None:
    add(session, "kim@example.com")

    with pytest.raises(FieldError, match="email: there is an account"):
        add(session, "KIM@example.com")


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("name", {"name": "  "}),
        ("name", {"name": "x" * 101}),
        ("name", {"name": "a\x00b"}),
        ("password", {"password": "too short"}),
        ("password", {"password": "kim@example.com1"}),
        ("language", {"language": "fr"}),
    ],
)
def test_refused_values_make_no_account(session: Session, field: str, values: dict[str, str]) -> None:
    with pytest.raises(FieldError) as refused:
        create_account(session, **({"email": "kim@example.com", "name": "Kim"} | values))  # type: ignore[arg-type]  # strings

    assert refused.value.field == field
    assert account_by_email(session, "kim@example.com") is None


def test_name_and_language_are_changed_and_written_down(session: Session) -> None:
    account = add(session, "kim@example.com")
    actor = actor_of_account(session, account)

    change_name(session, actor, account, "Kim Minsu\n(CEO)")
    change_language(session, actor, account, "de")

    assert (account.name, account.language) == ("Kim Minsu (CEO)", "de")
    assert acts(session) == [(account.id, "account-changed")] * 2
    with pytest.raises(FieldError, match="language:"):
        change_language(session, actor, account, "xx")


def test_a_new_password_ends_other_sessions_and_every_reset_link(session: Session) -> None:
    account, other = add(session, "kim@example.com"), add(session, "lee@example.com")
    kept, ended = (open_sign_in(session, account, device="", address="") for _ in range(2))
    foreign = open_sign_in(session, other, device="", address="")
    until = now_utc() + timedelta(hours=1)
    session.add(PasswordReset(token_hash=hash_token("a"), account_id=account.id, expires_at=until))
    session.add(PasswordReset(token_hash=hash_token("b"), account_id=other.id, expires_at=until))

    set_password(session, actor_of_account(session, account), account, GOOD, keep_sign_in=kept.sign_in_id)

    signed_in = [actor_of_cookie(session, one.token, "").account_id for one in (kept, ended, foreign)]
    assert signed_in == [account.id, None, other.id]
    assert [row.account_id for row in session.exec(select(PasswordReset))] == [other.id]
    assert (account.revision, acts(session)) == (1, [(account.id, "password-changed")])


def test_a_refused_password_changes_nothing(session: Session) -> None:
    account = add(session, "kim@example.com")
    kept = open_sign_in(session, account, device="", address="")

    with pytest.raises(FieldError, match="password:"):
        set_password(session, OPERATOR, account, "password1234")

    assert account.password_hash is None
    assert actor_of_cookie(session, kept.token, "").account_id == account.id
    assert acts(session) == []


def test_a_shut_account_loses_sessions_tokens_and_known_browsers(session: Session) -> None:
    add(session, "boss@example.com", Office.ADMIN)
    account = add(session, "kim@example.com")
    opened = open_sign_in(session, account, device="", address="")
    until = now_utc() + timedelta(days=9)
    session.add(
        ApiToken(
            token_hash=hash_token("t"), account_id=account.id, name="t", scopes=["read"], expires_at=until
        )
    )
    session.add(KnownDevice(token_hash=hash_token("d"), account_id=account.id))
    session.add(PasswordReset(token_hash=hash_token("r"), account_id=account.id, expires_at=until))

    disable(session, OPERATOR, account)
    disable(session, OPERATOR, account)

    assert not actor_of_cookie(session, opened.token, "").signed_in
    assert [token.revoked_at for token in session.exec(select(ApiToken))] == [account.disabled_at]
    assert session.exec(select(KnownDevice)).all() == []
    assert session.exec(select(PasswordReset)).all() == []
    enable(session, OPERATOR, account)
    enable(session, OPERATOR, account)
    assert not actor_of_cookie(session, opened.token, "").signed_in
    assert (account.disabled_at, account.revision) == (None, 2)
    assert acts(session) == [("operator", "account-disabled"), ("operator", "account-enabled")]


def test_the_last_admin_can_neither_be_shut_nor_demoted(session: Session) -> None:
    boss, second = (add(session, f"{name}@example.com", Office.ADMIN) for name in ("boss", "second"))
    actor = actor_of_account(session, boss)

    disable(session, actor, second)
    with pytest.raises(FieldError, match="account: is the last admin's"):
        disable(session, actor, boss)
    for office in (Office.MANAGER, Office.NONE):
        with pytest.raises(FieldError, match="account: is the last admin's"):
            set_office(session, OPERATOR, boss, office)
    assert (boss.office, boss.disabled_at) == ("admin", None)

    enable(session, actor, second)
    set_office(session, actor_of_account(session, second), boss, Office.MANAGER)
    assert boss.office == "manager"


def test_nobody_gives_an_office_to_the_own_account_but_may_give_one_up(session: Session) -> None:
    boss, _ = (add(session, f"{name}@example.com", Office.ADMIN) for name in ("boss", "second"))
    actor = actor_of_account(session, boss)

    with pytest.raises(OwnSeatError, match="is your own"):
        set_office(session, actor, boss, Office.MANAGER)
    assert (boss.office, acts(session)) == ("admin", [])
    set_office(session, actor, boss, Office.NONE)
    assert boss.office == "none"


def test_an_office_given_or_taken_revokes_the_tokens(session: Session) -> None:
    add(session, "boss@example.com", Office.ADMIN)
    account, other = add(session, "kim@example.com"), add(session, "lee@example.com")
    add_token(session, other)
    for office in (Office.MANAGER, Office.NONE):
        add_token(session, account)
        set_office(session, OPERATOR, account, office)
        assert good_tokens(session) == [other.id]


def test_a_new_password_revokes_the_tokens_only_where_that_is_asked(session: Session) -> None:
    account, other = add(session, "kim@example.com"), add(session, "lee@example.com")
    add_token(session, account)
    add_token(session, other)

    set_password(session, OPERATOR, account, GOOD)
    kept = good_tokens(session)
    set_password(session, OPERATOR, account, GOOD, with_tokens=True)

    assert sorted(kept) == sorted([account.id, other.id])
    assert good_tokens(session) == [other.id]
    newest = session.exec(select(AuditEntry.details).order_by(AuditEntry.id)).all()[-1]  # type: ignore[arg-type]  # a column
    assert newest == {"tokens_revoked": 1}


def test_an_office_holds_and_ends_with_the_next_request(session: Session) -> None:
    add(session, "boss@example.com", Office.ADMIN)
    account = add(session, "kim@example.com")
    opened = open_sign_in(session, account, device="", address="", with_code=True)

    set_office(session, OPERATOR, account, Office.MANAGER)
    set_office(session, OPERATOR, account, Office.MANAGER)
    held = actor_of_cookie(session, opened.token, "")
    set_office(session, OPERATOR, account, Office.NONE)

    assert held.manager
    assert not actor_of_cookie(session, opened.token, "").manager
    assert account.revision == 2
    assert acts(session) == [("operator", "account-changed")] * 2


@pytest.mark.parametrize("office", [Office.NONE, Office.MANAGER])
def test_only_admins_run_accounts(session: Session, office: Office) -> None:
    account = add(session, "kim@example.com")
    actor = actor_of_account(session, add(session, "lee@example.com", office))

    for who in (actor, ANONYMOUS):
        with pytest.raises(AccessDeniedError):
            disable(session, who, account)
        with pytest.raises(AccessDeniedError):
            enable(session, who, account)
        with pytest.raises(AccessDeniedError):
            set_office(session, who, account, Office.MANAGER)
    assert acts(session) == []


def test_the_own_account_waits_for_the_code(session: Session) -> None:
    account = add(session, "kim@example.com")

    assert own_account(session, Actor(account_id=account.id)) is account
    with pytest.raises(SecondFactorNeededError):
        own_account(session, Actor(account_id=account.id, waits_for_code=True))
    for nobody in (ANONYMOUS, OPERATOR, Actor(account_id="gone")):
        with pytest.raises(UnknownThingError):
            own_account(session, nobody)
