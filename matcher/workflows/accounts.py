"""Accounts: making, changing and shutting them, and what ends with a change of rights or secrets."""

import re
import unicodedata

from sqlmodel import Session, col, delete, select

from matcher.engine.cleaning import clean_text
from matcher.errors import AccessDeniedError, FieldError, SecondFactorNeededError, UnknownThingError
from matcher.workflows.audits import Act, record
from matcher.workflows.passwords import check_password, hash_password
from matcher.workflows.sign_ins import close_sign_ins, revoke_tokens
from models.access import Action, Actor, On, Role, authorize
from models.account import EMAIL_LENGTH, NAME_LENGTH, Office
from models.base import now_utc
from models.tables import Account, KnownDevice, PasswordReset
from models.vocabulary import Language

# What RFC 5321 allows without quotes; the dot of a domain is not asked for, so that localhost is one.
_EMAIL = re.compile(r"[^\s@\"(),:;<>\[\]\\]{1,64}@[^\W_](?:[\w-]*(?:\.[\w-]+)*)", re.UNICODE)


def fold_email(email: str) -> str:
    """Give the one spelling of an e-mail address.

    Raises:
        FieldError: this is no address.
    """
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", email.strip()).lower())
    if len(folded) > EMAIL_LENGTH:
        raise FieldError("email", f"longer than {EMAIL_LENGTH} characters")
    # Neither printable: control characters, invisible ones, and half a character.
    if not folded.isprintable() or not _EMAIL.fullmatch(folded):
        raise FieldError("email", "is not an e-mail address")
    return folded


def account_by_email(session: Session, email: str) -> Account | None:
    """Find an account, however the address is spelled; None where there is none or it is no address."""
    try:
        folded = fold_email(email)
    except FieldError:
        return None
    return session.exec(select(Account).where(Account.email == folded)).first()


def own_account(session: Session, actor: Actor) -> Account:
    """Give the account of somebody who is signed in completely.

    Raises:
        UnknownThingError: nobody in particular asks.
        SecondFactorNeededError: the session still waits for its code.
    """
    account = session.get(Account, actor.account_id) if actor.account_id else None
    if account is None:
        raise UnknownThingError("account")
    if actor.waits_for_code:
        raise SecondFactorNeededError
    return account


def create_account(
    session: Session,
    *,
    email: str,
    name: str,
    password: str | None = None,
    office: Office = Office.NONE,
    language: str = "",
) -> Account:
    """Make an account; whoever calls this writes down who did it and why.

    Args:
        session: an open write unit.
        email: address, unique among accounts.
        name: how the person is addressed.
        password: None where an invitation or a reset is to set it.
        office: what the alliance makes of the person.
        language: language of letters and pages; empty leaves it to the browser.

    Raises:
        FieldError: a value is refused, or the address has an account.
    """
    folded, called = fold_email(email), _clean_name(name)
    if account_by_email(session, folded) is not None:
        raise FieldError("email", "there is an account with this address")
    account = Account(
        email=folded,
        name=called,
        office=Office(office).value,
        language=_known_language(language),
        password_hash=None if password is None else _checked_hash(password, folded, called),
    )
    session.add(account)
    session.flush()
    return account


def change_name(session: Session, actor: Actor, account: Account, name: str) -> None:
    """Change how a person is addressed.

    Raises:
        FieldError: the name is empty, too long, or holds what cannot be stored.
    """
    account.name = _clean_name(name)
    session.add(account)
    record(session, actor, Act.ACCOUNT_CHANGED, about=account.id, details={"changed": "name"})


def change_language(session: Session, actor: Actor, account: Account, language: str) -> None:
    """Change the language of letters and pages; empty leaves it to the browser.

    Raises:
        FieldError: the interface does not speak it.
    """
    account.language = _known_language(language)
    session.add(account)
    record(session, actor, Act.ACCOUNT_CHANGED, about=account.id, details={"changed": "language"})


class OwnSeatError(FieldError):
    """Somebody would give the own account more than it has."""

    def __init__(self) -> None:
        """Name no field: nothing else could be typed."""
        super().__init__("account", "is your own; somebody else has to give you this")


def set_password(
    session: Session,
    actor: Actor,
    account: Account,
    password: str,
    *,
    keep_sign_in: str | None = None,
    with_tokens: bool = False,
) -> None:
    """Give an account a password; every session but one ends, and every reset link.

    Whoever calls this made sure that it is the person who asks.

    Args:
        session: an open write unit.
        actor: who does it; somebody without an account where a link proves it.
        account: whose password it is.
        password: the new one, as it was typed.
        keep_sign_in: id of the session that stays.
        with_tokens: revoke the API tokens too.

    Raises:
        FieldError: the password is too short, too long or easy to guess.
    """
    made = new_hash(account, password)
    set_hash(session, actor, account, made, keep_sign_in=keep_sign_in, with_tokens=with_tokens)


def new_hash(account: Account, password: str) -> str:
    """Check a new password for an account and hash it; takes a core for a moment and needs no write unit.

    Raises:
        FieldError: the password is too short, too long or easy to guess.
        TooManyAttemptsError: too many are hashed at this moment.
    """
    return _checked_hash(password, account.email, account.name)


def set_hash(
    session: Session,
    actor: Actor,
    account: Account,
    password_hash: str,
    *,
    keep_sign_in: str | None = None,
    with_tokens: bool = False,
) -> None:
    """Do what `set_password` does with what `new_hash` gave."""
    account.password_hash = password_hash
    _bump(session, account)
    close_sign_ins(session, account.id, but=keep_sign_in)
    revoked = revoke_tokens(session, account.id) if with_tokens else 0
    session.exec(delete(PasswordReset).where(col(PasswordReset.account_id) == account.id))
    details = {"tokens_revoked": revoked} if revoked else {}
    record(session, actor, Act.PASSWORD_CHANGED, about=account.id, details=details)


def disable(session: Session, actor: Actor, account: Account) -> None:
    """Shut an account: its sessions end, its tokens are revoked, its reset links are gone.

    Raises:
        AccessDeniedError: this actor runs no accounts.
        FieldError: it is the last admin's.
    """
    _must_run_accounts(actor)
    if account.disabled_at is not None:
        return
    must_leave_an_admin(session, account)
    account.disabled_at = now_utc()
    _bump(session, account)
    close_sign_ins(session, account.id)
    revoke_tokens(session, account.id)
    session.exec(delete(PasswordReset).where(col(PasswordReset.account_id) == account.id))
    session.exec(delete(KnownDevice).where(col(KnownDevice.account_id) == account.id))
    record(session, actor, Act.ACCOUNT_DISABLED, about=account.id)


def enable(session: Session, actor: Actor, account: Account) -> None:
    """Open a shut account again; tokens stay revoked.

    Raises:
        AccessDeniedError: this actor runs no accounts.
    """
    _must_run_accounts(actor)
    if account.disabled_at is None:
        return
    account.disabled_at = None
    _bump(session, account)
    record(session, actor, Act.ACCOUNT_ENABLED, about=account.id)


def set_office(session: Session, actor: Actor, account: Account, office: Office) -> None:
    """Make somebody a manager or an admin, or neither; holds from the next request on.

    The account's API tokens are revoked: they were made for what it was before.

    Raises:
        AccessDeniedError: this actor may not give or take such an office.
        OwnSeatError: it is the actor's own account; everybody may only give an own office up.
        FieldError: it is the last admin's account.
    """
    if not authorize(actor, Action.MANAGE_MEMBERS, On(role=Role.ADMIN)):
        raise AccessDeniedError("office: only an admin gives or takes it")
    if account.office == office:
        return
    if office is not Office.NONE and account.id == actor.account_id:
        raise OwnSeatError
    if account.office == Office.ADMIN:
        must_leave_an_admin(session, account)
    details = {"changed": "office", "from": account.office, "to": office.value}
    account.office = office.value
    _bump(session, account)
    revoke_tokens(session, account.id)
    record(session, actor, Act.ACCOUNT_CHANGED, about=account.id, details=details)


def _must_run_accounts(actor: Actor) -> None:
    if not authorize(actor, Action.MANAGE_ACCOUNTS):
        raise AccessDeniedError("account: only an admin may do this")


def must_leave_an_admin(session: Session, account: Account) -> None:
    """Refuse what would leave nobody to run the accounts.

    Raises:
        FieldError: it is the last admin's account.
    """
    if account.office != Office.ADMIN or account.disabled_at is not None:
        return
    another = session.exec(
        select(Account.id).where(
            Account.office == Office.ADMIN.value,
            col(Account.disabled_at).is_(None),
            Account.id != account.id,
        )
    ).first()
    if another is None:
        raise FieldError("account", "is the last admin's; make somebody else an admin first")


def _checked_hash(password: str, email: str, name: str) -> str:
    return hash_password(check_password(password, (email, name)))


def _bump(session: Session, account: Account) -> None:
    account.revision += 1
    session.add(account)
    session.flush()


def _clean_name(name: str) -> str:
    return clean_text(name, "name", limit=NAME_LENGTH).replace("\n", " ")


def _known_language(language: str) -> str:
    if language and language not in set(Language):
        raise FieldError("language", "is not a language of this site")
    return language
