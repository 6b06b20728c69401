"""Addresses that are told what happens: managers and admins add, try, switch off and remove them."""

import secrets
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from matcher.errors import FieldError, StaleEditError, UnknownThingError
from matcher.workflows.audits import Act, record
from matcher.workflows.review_queues import require
from matcher.workflows.server_key import ServerKey
from matcher.workflows.webhook_addresses import check_address
from matcher.workflows.webhook_deliveries import address_message, disable
from models.access import Action, Actor
from models.tables import Account, Webhook, WebhookDelivery
from models.webhook import DeliveryState, WebhookEvent

MOST_WEBHOOKS = 20
SECRET_PREFIX = "whsec_"  # noqa: S105  what every secret begins with
_SECRET_BYTES = 32

EVENTS = tuple(event for event in WebhookEvent if event is not WebhookEvent.TEST)
"""What an address can be told about; the trial goes to every one that is tried."""


@dataclass(frozen=True, slots=True)
class WebhookCard:
    """An address that is told what happens; `made_by` is empty where the account is gone."""

    id: str
    address: str
    events: tuple[WebhookEvent, ...]
    made_by: str
    made_at: datetime
    disabled_at: datetime | None
    waiting: int
    given_up: int


@dataclass(frozen=True, slots=True)
class NewWebhook:
    """An address that was just added, with the secret nobody can read again."""

    id: str
    secret: str


def add_webhook(
    session: Session,
    actor: Actor,
    key: ServerKey,
    address: str,
    events: Iterable[str],
    *,
    private: bool = False,
) -> NewWebhook:
    """Add an address.

    Args:
        session: an open write unit.
        actor: a manager or an administrator.
        key: seals the secret.
        address: https, in the public internet.
        events: what it is told about.
        private: also take http and private addresses.

    Raises:
        FieldError: address or events are refused, or there are 20 already.
        AccessDeniedError: this actor looks after no webhooks.
    """
    require(actor, Action.MANAGE_WEBHOOKS)
    checked = check_address(address, private=private)
    wanted = frozenset(events)
    if not wanted:
        raise FieldError("events", "choose at least one")
    if not wanted <= {event.value for event in EVENTS}:
        raise FieldError("events", "holds one there is not")
    if session.exec(select(func.count()).select_from(Webhook)).one() >= MOST_WEBHOOKS:
        raise FieldError("webhooks", f"at most {MOST_WEBHOOKS}; remove one first")
    secret = SECRET_PREFIX + b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
    row = Webhook(
        address=checked, secret_sealed=key.seal(secret), events=sorted(wanted), made_by=actor.account_id
    )
    session.add(row)
    record(session, actor, Act.WEBHOOK_ADDED, about=row.id, details={"events": sorted(wanted)})
    return NewWebhook(row.id, secret)


def list_webhooks(session: Session, actor: Actor) -> tuple[WebhookCard, ...]:
    """List the addresses, the newest first.

    Raises:
        AccessDeniedError: this actor looks after no webhooks.
    """
    require(actor, Action.MANAGE_WEBHOOKS)
    return _cards(session)


def read_webhook(session: Session, actor: Actor, webhook_id: str) -> WebhookCard:
    """Read one address.

    Raises:
        UnknownThingError: there is none of this id.
        AccessDeniedError: this actor looks after no webhooks.
    """
    _find(session, actor, webhook_id)
    return next(card for card in _cards(session) if card.id == webhook_id)


def send_trial(session: Session, actor: Actor, webhook_id: str) -> None:
    """Send an address a message that nothing happened to.

    Raises:
        StaleEditError: it is disabled.
        UnknownThingError, AccessDeniedError: see `read_webhook`.
    """
    row = _find(session, actor, webhook_id)
    if row.disabled_at is not None:
        raise StaleEditError("webhook: it is disabled")
    address_message(session, row.id, WebhookEvent.TEST, {"webhook": row.id})
    record(session, actor, Act.WEBHOOK_TESTED, about=row.id)


def disable_webhook(session: Session, actor: Actor, webhook_id: str) -> None:
    """Tell an address nothing more.

    Raises:
        UnknownThingError, AccessDeniedError: see `read_webhook`.
    """
    disable(session, actor, _find(session, actor, webhook_id))


def enable_webhook(session: Session, actor: Actor, webhook_id: str) -> None:
    """Tell an address again what happens from now on.

    Raises:
        UnknownThingError, AccessDeniedError: see `read_webhook`.
    """
    row = _find(session, actor, webhook_id)
    if row.disabled_at is None:
        return
    row.disabled_at = None
    session.add(row)
    record(session, actor, Act.WEBHOOK_ENABLED, about=row.id)


def remove_webhook(session: Session, actor: Actor, webhook_id: str) -> None:
    """Remove an address with its secret and the log of its messages.

    Raises:
        UnknownThingError, AccessDeniedError: see `read_webhook`.
    """
    row = _find(session, actor, webhook_id)
    session.delete(row)
    record(session, actor, Act.WEBHOOK_REMOVED, about=webhook_id)


def _find(session: Session, actor: Actor, webhook_id: str) -> Webhook:
    require(actor, Action.MANAGE_WEBHOOKS)
    row = session.get(Webhook, webhook_id) if webhook_id.isprintable() else None
    if row is None:
        raise UnknownThingError("webhook")
    return row


def _cards(session: Session) -> tuple[WebhookCard, ...]:
    counting = (
        select(col(WebhookDelivery.webhook_id), col(WebhookDelivery.state), func.count())
        .where(col(WebhookDelivery.state) != DeliveryState.DELIVERED.value)
        .group_by(col(WebhookDelivery.webhook_id), col(WebhookDelivery.state))
    )
    counted = {(webhook, state): number for webhook, state, number in session.execute(counting)}
    rows = session.execute(
        select(Webhook, col(Account.name))
        .outerjoin(Account, col(Account.id) == col(Webhook.made_by))
        .order_by(col(Webhook.made_at).desc(), col(Webhook.id))
    )
    return tuple(
        WebhookCard(
            row.id,
            row.address,
            tuple(event for event in EVENTS if event.value in row.events),
            by or "",
            row.made_at,
            row.disabled_at,
            counted.get((row.id, DeliveryState.WAITING.value), 0),
            counted.get((row.id, DeliveryState.GIVEN_UP.value), 0),
        )
        for row, by in rows
    )
