"""Invitations: a link that makes one person a founder, a reviewer, a lead, a manager or an admin, once.

Only the hash of the link's secret is stored. Whether the person who invited may still do so is not asked
again when the link is used: people leave while what they began goes on. Who takes a right away therefore
looks at the pending invitations too; the page of people shows who gave each and takes it back.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from matcher.errors import AccessDeniedError, NotSignedInError, SecondFactorNeededError, UnknownThingError
from matcher.workflows.accounts import (
    OwnSeatError,
    account_by_email,
    change_name,
    create_account,
    fold_email,
    set_password,
)
from matcher.workflows.audits import Act, record
from matcher.workflows.memberships import AlreadyMemberError, Seat, check_seat, give, holds, startup_title
from matcher.workflows.passwords import check_password
from matcher.workflows.secret_tokens import hash_token, new_token
from matcher.workflows.sign_ins import actor_of_account
from models.access import OPERATOR, Action, Actor, On, Role, authorize, invitations_for
from models.base import now_utc
from models.tables import Account, Agency, City, Invitation

VALID = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class PendingInvitation:
    """An invitation nobody has used yet; the names are empty where the role is held at no place."""

    id: str
    email: str
    role: Role
    startup_name: str
    agency_name: str
    agency_name_en: str
    invited_by: str
    created_at: datetime
    expires_at: datetime
    agency_country: str


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    """What the holder of a link is told; `has_account` asks for signing in instead of a password."""

    invitation: PendingInvitation
    has_account: bool


def invite(
    session: Session,
    actor: Actor,
    email: str,
    role: Role,
    *,
    startup_id: str | None = None,
    agency_id: str | None = None,
) -> tuple[PendingInvitation, str]:
    """Invite somebody; an earlier invitation of the same person to the same thing is void then.

    Args:
        session: an open write unit.
        actor: who invites: a lead reviewers of the own agencies, a manager founders, reviewers and leads,
            an admin anybody.
        email: address the link goes to; whoever uses it without an account gets one with this address.
        role: what the person becomes.
        startup_id: the startup a founder is to belong to.
        agency_id: the agency a reviewer or lead is to work for.

    Returns:
        The invitation, and the secret of its link, which is stored nowhere.

    Raises:
        AccessDeniedError: this actor may not invite to this.
        FieldError: the address or the place is refused.
        AlreadyMemberError: the person already belongs to it.
        OwnSeatError: the address is that of the actor's own account.
    """
    seat = Seat(role, startup_id, agency_id)
    on = On(startup_id=startup_id, agency_id=agency_id, role=role)
    if not authorize(actor, Action.INVITE, on):
        raise AccessDeniedError("invitation: not this actor's to give")
    folded = fold_email(email)
    check_seat(session, seat)
    account = account_by_email(session, folded)
    if account is not None and holds(session, account, seat):
        raise AlreadyMemberError
    if account is not None and account.id == actor.account_id:
        raise OwnSeatError
    now, token = now_utc(), new_token()
    replaced = _take_back_same(session, folded, seat, now)
    row = Invitation(
        token_hash=hash_token(token),
        email=folded,
        role=role.value,
        startup_id=startup_id,
        agency_id=agency_id,
        invited_by=actor.account_id,
        created_at=now,
        expires_at=now + VALID,
    )
    session.add(row)
    session.flush()
    _record(session, actor, Act.INVITED, row, {"replaced": replaced} if replaced else {})
    return _pending(session, actor, row), token


def invitable_roles(actor: Actor) -> tuple[Role, ...]:
    """List the roles this actor may invite to, at one place or another."""
    places = (None, *actor.leads)
    return tuple(
        role
        for role in Role
        if any(authorize(actor, Action.INVITE, On(agency_id=place, role=role)) for place in places)
    )


def list_invitations(session: Session, actor: Actor) -> tuple[PendingInvitation, ...]:
    """List the pending invitations this actor may take back, the newest first."""
    rows = session.exec(
        invitations_for(actor)
        .where(*_still_good(now_utc()))
        .order_by(col(Invitation.created_at).desc(), col(Invitation.id))
    )
    return tuple(_pending(session, actor, row) for row in rows)


def revoke(session: Session, actor: Actor, invitation_id: str) -> None:
    """Take an invitation back.

    Raises:
        UnknownThingError: there is no such pending invitation for this actor.
    """
    query = invitations_for(actor).where(Invitation.id == invitation_id, *_still_good(now_utc()))
    row = session.exec(query).first() if invitation_id.isprintable() else None
    if row is None:
        raise UnknownThingError("invitation")
    row.revoked_at = now_utc()
    session.add(row)
    _record(session, actor, Act.INVITATION_REVOKED, row)


def read_invitation(session: Session, token: str) -> OpenInvitation:
    """Read what a link offers; nothing is changed by it, because mail scanners follow links.

    Raises:
        UnknownThingError: the link was never given out, was used, was taken back or is too old; which of
            these is not said.
    """
    row = _find(session, token)
    # Whoever holds the link is told what it is an invitation to.
    return OpenInvitation(
        _pending(session, OPERATOR, row), _can_sign_in(account_by_email(session, row.email))
    )


def accept(
    session: Session, token: str, *, name: str, password: str, language: str = "", address: str = ""
) -> Account:
    """Use a link as somebody without an account: it is made, or its first password set.

    Args:
        session: an open write unit.
        token: the secret of the link.
        name: how the person is addressed.
        password: as it was typed.
        language: language of letters and pages.
        address: network address, for the audit log.

    Raises:
        UnknownThingError: as for `read_invitation`.
        NotSignedInError: there is an account with this address: a link alone opens none.
        FieldError: name or password are refused.
    """
    row = _find(session, token)
    account = account_by_email(session, row.email)
    if _can_sign_in(account):
        raise NotSignedInError
    if account is None:
        account = create_account(session, email=row.email, name=name, password=password, language=language)
        actor = replace(actor_of_account(session, account), address=address)
        record(session, actor, Act.ACCOUNT_CREATED, about=account.id, details={"invitation": row.id})
    else:
        actor = replace(actor_of_account(session, account), address=address)
        # Before anything is changed, because the page of a refused form is committed.
        check_password(password, (account.email, name))
        change_name(session, actor, account, name)
        set_password(session, actor, account, password)
    _use(session, actor, account, row)
    return account


def accept_signed_in(session: Session, actor: Actor, token: str) -> None:
    """Use a link as somebody who is signed in with the address it went to.

    Raises:
        UnknownThingError: as for `read_invitation`.
        NotSignedInError: nobody in particular asks.
        SecondFactorNeededError: the session still waits for its code.
        AccessDeniedError: the link went to somebody else.
    """
    row = _find(session, token)
    account = session.get(Account, actor.account_id) if actor.account_id and actor.scopes is None else None
    if account is None or account.disabled_at is not None:
        raise NotSignedInError
    if actor.waits_for_code:
        raise SecondFactorNeededError
    if account.email != row.email:
        raise AccessDeniedError("invitation: it went to another address")
    _use(session, actor, account, row)


def _can_sign_in(account: Account | None) -> bool:
    """Say whether a link must not touch this account: it has a password, or was shut."""
    return account is not None and (account.password_hash is not None or account.disabled_at is not None)


def _use(session: Session, actor: Actor, account: Account, row: Invitation) -> None:
    seat = _seat(row)
    changed = give(session, account, seat)
    row.accepted_at = now_utc()
    session.add(row)
    _record(session, actor, Act.INVITATION_ACCEPTED, row, {} if changed else {"changed": False})


def _find(session: Session, token: str) -> Invitation:
    query = select(Invitation).where(Invitation.token_hash == hash_token(token), *_still_good(now_utc()))
    row = session.exec(query).first()
    if row is None:
        raise UnknownThingError("invitation")
    return row


def _still_good(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        col(Invitation.accepted_at).is_(None),
        col(Invitation.revoked_at).is_(None),
        col(Invitation.expires_at) > now,
    )


def _take_back_same(session: Session, email: str, seat: Seat, now: datetime) -> int:
    same = select(Invitation).where(
        Invitation.email == email,
        Invitation.role == seat.role.value,
        Invitation.startup_id == seat.startup_id,
        Invitation.agency_id == seat.agency_id,
        *_still_good(now),
    )
    rows = session.exec(same).all()
    for row in rows:
        row.revoked_at = now
        session.add(row)
    session.flush()
    return len(rows)


def _seat(row: Invitation) -> Seat:
    return Seat(Role(row.role), row.startup_id, row.agency_id)


def _pending(session: Session, actor: Actor, row: Invitation) -> PendingInvitation:
    agency = session.get(Agency, row.agency_id) if row.agency_id else None
    inviter = session.get(Account, row.invited_by) if row.invited_by else None
    return PendingInvitation(
        row.id,
        row.email,
        Role(row.role),
        startup_title(session, actor, row.startup_id) if row.startup_id else "",
        agency.name if agency else "",
        agency.name_en if agency else "",
        inviter.name if inviter else "",
        row.created_at,
        row.expires_at,
        session.get_one(City, agency.city_id).country if agency else "",
    )


def _record(
    session: Session, actor: Actor, act: Act, row: Invitation, more: dict[str, object] | None = None
) -> None:
    details = _seat(row).details | (more or {})
    record(session, actor, act, subject=row.startup_id or "", about=row.id, details=details)
