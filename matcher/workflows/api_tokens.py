"""API tokens: secrets that programs sign in with, each for some uses and some time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from matcher.engine.cleaning import clean_text
from matcher.errors import AccessDeniedError, FieldError, SecondFactorNeededError, UnknownThingError
from matcher.workflows.audits import Act, record
from matcher.workflows.secret_tokens import hash_token, new_token
from matcher.workflows.sign_ins import TOKEN_PREFIX, TOUCH_AFTER
from models.access import Action, Actor, Scope, authorize, usable_scopes
from models.account import NAME_LENGTH
from models.base import now_utc
from models.tables import ApiToken

MOST_TOKENS = 20
MOST_DAYS = 365


@dataclass(frozen=True, slots=True)
class TokenLine:
    """A token that is still good, without its secret."""

    id: str
    name: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None


def make_token(session: Session, actor: Actor, name: str, scopes: Iterable[str], days: int) -> str:
    """Make a token for one's own account.

    What the account may do is asked again at every use: a scope never gives what the roles do not.

    Args:
        session: an open write unit.
        actor: who signed in.
        name: what it is for, in the person's own words.
        scopes: what it may be used for; only what the account's roles can use.
        days: how long it is good for, 1 to 365.

    Returns:
        The token; it is stored nowhere and cannot be shown again.

    Raises:
        AccessDeniedError: nobody signed in, or a token itself asks.
        SecondFactorNeededError: the session still waits for its code.
        FieldError: name, scopes or days are refused, or there are 20 tokens already.
    """
    account_id = _own_account(actor)
    called = clean_text(name, "name", limit=NAME_LENGTH).replace("\n", " ")
    wanted = frozenset(scopes)
    if not wanted:
        raise FieldError("scopes", "choose at least one")
    if not wanted <= usable_scopes(actor):
        raise FieldError("scopes", "holds one your roles cannot use")
    if not 1 <= days <= MOST_DAYS:
        raise FieldError("days", f"a number from 1 to {MOST_DAYS} expected")
    if len(list_tokens(session, actor)) >= MOST_TOKENS:
        raise FieldError("tokens", f"at most {MOST_TOKENS} at a time; revoke one first")
    token = new_token(TOKEN_PREFIX)
    row = ApiToken(
        token_hash=hash_token(token),
        account_id=account_id,
        name=called,
        scopes=sorted(wanted),
        expires_at=now_utc() + timedelta(days=days),
    )
    session.add(row)
    session.flush()
    record(session, actor, Act.TOKEN_MADE, about=row.id, details={"scopes": sorted(wanted), "days": days})
    return token


def list_tokens(session: Session, actor: Actor) -> tuple[TokenLine, ...]:
    """List the tokens of one's own account that are still good, the newest first.

    Raises:
        AccessDeniedError: nobody signed in, or a token itself asks.
        SecondFactorNeededError: the session still waits for its code.
    """
    good = select(ApiToken).where(
        ApiToken.account_id == _own_account(actor),
        col(ApiToken.revoked_at).is_(None),
        col(ApiToken.expires_at) > now_utc(),
    )
    rows = session.exec(good.order_by(col(ApiToken.created_at).desc(), col(ApiToken.id)))
    return tuple(
        TokenLine(
            row.id,
            row.name,
            tuple(Scope(scope) for scope in row.scopes),
            row.created_at,
            row.expires_at,
            row.used_at,
        )
        for row in rows
    )


def revoke_token(session: Session, actor: Actor, token_id: str) -> None:
    """End a token of one's own account; its next use is refused.

    Raises:
        AccessDeniedError: nobody signed in, or a token itself asks.
        SecondFactorNeededError: the session still waits for its code.
        UnknownThingError: the account has no such token, or it was revoked.
    """
    account_id = _own_account(actor)
    own = select(ApiToken).where(
        ApiToken.id == token_id, ApiToken.account_id == account_id, col(ApiToken.revoked_at).is_(None)
    )
    row = session.exec(own).first() if token_id.isprintable() else None
    if row is None:
        raise UnknownThingError("token")
    row.revoked_at = now_utc()
    session.add(row)
    record(session, actor, Act.TOKEN_REVOKED, about=row.id)


def use_is_due(session: Session, token: str) -> bool:
    """Say whether the use of a token is to be written down."""
    row = _by_secret(session, token)
    return row is not None and (row.used_at is None or row.used_at <= now_utc() - TOUCH_AFTER)


def write_use(session: Session, token: str) -> None:
    """Write down that a token was used."""
    row = _by_secret(session, token)
    if row is not None:
        row.used_at = now_utc()
        session.add(row)


def _by_secret(session: Session, token: str) -> ApiToken | None:
    return session.exec(select(ApiToken).where(ApiToken.token_hash == hash_token(token))).first()


def _own_account(actor: Actor) -> str:
    """Give the account of whoever signed in completely; a token made before would go around the code."""
    if actor.waits_for_code:
        raise SecondFactorNeededError
    if not authorize(actor, Action.OWN_ACCOUNT) or actor.account_id is None:
        raise AccessDeniedError("token: only for one's own account")
    return actor.account_id
