"""Messages of webhooks: written with what happened, claimed by one sender at a time, kept until delivered.

A message is a row from the transaction of the act it tells about: there is never one without the other, and
whoever is killed while sending leaves a row that is sent again, under the same id.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from secrets import SystemRandom
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.engine import CursorResult
from sqlmodel import Session, and_, col, delete, or_, select, update

from matcher.errors import StaleEditError, UnknownThingError
from matcher.workflows.audits import Act, record
from matcher.workflows.review_queues import require
from models.access import OPERATOR, Action, Actor
from models.base import now_utc
from models.tables import Webhook, WebhookDelivery
from models.webhook import DeliveryState, WebhookEvent

PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""Between two tries, as Standard Webhooks recommends: ten tries within three days and some hours."""

MOST_TRIES = len(PAUSES) + 1
JITTER = 0.1
"""Share of a pause that is added by chance at most, so that not everything comes back at once."""

CLAIMED_FOR = timedelta(minutes=2)
"""How long nobody else sends a message; longer than a try can take."""

KEPT = timedelta(days=30)
LISTED = 50
GONE = 410
_ID_LENGTH = 32


class Problem(StrEnum):
    """Why a message was not delivered."""

    STATUS = "status"
    REDIRECT = "redirect"
    GONE = "gone"
    TIMEOUT = "timeout"
    CONNECTION = "connection"
    CERTIFICATE = "certificate"
    NAME = "name"
    PRIVATE = "private"
    SECRET = "secret"  # noqa: S105  the name of a problem
    INTERRUPTED = "interrupted"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message somebody is about to send; `tries` counts this one too."""

    id: str
    address: str
    secret_sealed: str
    body: str
    tries: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """How a try ended: the status that was answered, and what was wrong, if anything.

    `wait` is how long the other side asked to be left alone at least.
    """

    status: int | None = None
    problem: Problem | None = None
    wait: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """A message in the log of an address."""

    id: str
    event: WebhookEvent
    state: DeliveryState
    tries: int
    status: int | None
    problem: Problem | None
    made_at: datetime
    delivered_at: datetime | None
    next_try_at: datetime | None


def announce(session: Session, event: WebhookEvent, data: Mapping[str, Any]) -> None:
    """Write a message to every address that is told about such events, in the transaction of the event.

    Args:
        session: the open write unit of what happened.
        event: what happened.
        data: ids, counts and states alone: no names, no texts.
    """
    for webhook in session.exec(select(Webhook).where(col(Webhook.disabled_at).is_(None))):
        if event.value in webhook.events:
            address_message(session, webhook.id, event, data)


def address_message(session: Session, webhook_id: str, event: WebhookEvent, data: Mapping[str, Any]) -> None:
    """Write a message to one address."""
    now = now_utc()
    said = {"type": event.value, "timestamp": now.isoformat(), "data": dict(data)}
    body = json.dumps(said, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    session.add(
        WebhookDelivery(webhook_id=webhook_id, event=event.value, body=body, next_try_at=now, made_at=now)
    )


def something_is_due(session: Session, now: datetime) -> bool:
    """Say whether a message waits that nobody is sending."""
    return session.exec(select(WebhookDelivery.id).where(_due(now)).limit(1)).first() is not None


def claim(session: Session, now: datetime) -> Claimed | None:
    """Take the message that waits longest; nobody else gets it, nor another one to the same address.

    Args:
        session: an open write unit.
        now: the present time.

    Returns:
        The message, None where nothing is to be sent.
    """
    while True:
        found = session.execute(
            select(WebhookDelivery, Webhook)
            .join(Webhook, col(Webhook.id) == col(WebhookDelivery.webhook_id))
            .where(_due(now))
            .order_by(col(WebhookDelivery.next_try_at), col(WebhookDelivery.made_at), col(WebhookDelivery.id))
            .limit(1)
        ).first()
        if found is None:
            return None
        row, webhook = found
        if row.tries >= MOST_TRIES:
            # Its last try was begun and never came back.
            row.state, row.last_problem = DeliveryState.GIVEN_UP.value, Problem.INTERRUPTED.value
            session.add(row)
            session.flush()
            continue
        claimed = Claimed(row.id, webhook.address, webhook.secret_sealed, row.body, row.tries + 1)
        # Where two senders see the same row, the database lets one of them change it.
        taken = _change(
            session,
            and_(_is_try(row.id, row.tries), _free(now)),
            {"tries": claimed.tries, "claimed_until": now + CLAIMED_FOR},
        )
        if taken:
            return claimed
        session.expire_all()


def finish(session: Session, claimed: Claimed, attempt: Attempt, now: datetime) -> None:
    """Write down how a try ended, and when the next one is; nothing, where another took over meanwhile.

    Args:
        session: an open write unit.
        claimed: what was sent.
        attempt: how that ended.
        now: the present time.
    """
    values: dict[str, Any] = {
        "claimed_until": None,
        "last_status": attempt.status,
        "last_problem": "" if attempt.problem is None else attempt.problem.value,
    }
    if attempt.problem is None:
        values |= {"state": DeliveryState.DELIVERED.value, "delivered_at": now}
    elif attempt.problem is Problem.GONE or claimed.tries >= MOST_TRIES:
        values |= {"state": DeliveryState.GIVEN_UP.value}
    else:
        values |= {"next_try_at": now + max(pause_after(claimed.tries), attempt.wait)}
    if _change(session, _is_try(claimed.id, claimed.tries), values) and attempt.problem is Problem.GONE:
        webhook = session.get_one(Webhook, session.get_one(WebhookDelivery, claimed.id).webhook_id)
        disable(session, OPERATOR, webhook, reason="gone")


def pause_after(tries: int) -> timedelta:
    """Give the time between a try and the next, with some chance added."""
    return PAUSES[tries - 1] * (1 + SystemRandom().uniform(0, JITTER))


def disable(session: Session, actor: Actor, webhook: Webhook, *, reason: str = "") -> None:
    """Tell an address nothing more; what still waits for it is given up."""
    if webhook.disabled_at is not None:
        return
    webhook.disabled_at = now_utc()
    session.add(webhook)
    _change(
        session,
        and_(
            col(WebhookDelivery.webhook_id) == webhook.id,
            col(WebhookDelivery.state) == DeliveryState.WAITING.value,
        ),
        {
            "state": DeliveryState.GIVEN_UP.value,
            "last_problem": Problem.DISABLED.value,
            "claimed_until": None,
        },
    )
    details = {"reason": reason} if reason else {}
    record(session, actor, Act.WEBHOOK_DISABLED, about=webhook.id, details=details)


def list_deliveries(session: Session, actor: Actor, webhook_id: str) -> tuple[DeliveryLine, ...]:
    """List the newest messages to an address, the newest first.

    Raises:
        AccessDeniedError: this actor looks after no webhooks.
    """
    require(actor, Action.MANAGE_WEBHOOKS)
    rows = session.exec(
        select(WebhookDelivery)
        .where(WebhookDelivery.webhook_id == webhook_id)
        .order_by(col(WebhookDelivery.made_at).desc(), col(WebhookDelivery.id))
        .limit(LISTED)
    )
    return tuple(_line(row) for row in rows)


def send_again(session: Session, actor: Actor, webhook_id: str, delivery_id: str) -> None:
    """Let a message that was delivered or given up wait again, under the same id.

    Raises:
        UnknownThingError: there is no such message to this address.
        StaleEditError: it waits already, or the address is told nothing any more.
        AccessDeniedError: this actor looks after no webhooks.
    """
    require(actor, Action.MANAGE_WEBHOOKS)
    fits = len(delivery_id) <= _ID_LENGTH and delivery_id.isprintable()
    row = session.get(WebhookDelivery, delivery_id) if fits else None
    if row is None or row.webhook_id != webhook_id:
        raise UnknownThingError("delivery")
    if row.state == DeliveryState.WAITING:
        raise StaleEditError("delivery: it waits to be sent")
    if session.get_one(Webhook, webhook_id).disabled_at is not None:
        raise StaleEditError("webhook: it is disabled")
    row.state, row.tries, row.next_try_at, row.delivered_at = DeliveryState.WAITING.value, 0, now_utc(), None
    session.add(row)
    record(session, actor, Act.WEBHOOK_SENT_AGAIN, about=webhook_id, details={"delivery": delivery_id})


def drop_old_deliveries(session: Session, now: datetime) -> None:
    """Delete the messages that were delivered or given up and are a month old."""
    session.exec(
        delete(WebhookDelivery).where(
            col(WebhookDelivery.state) != DeliveryState.WAITING.value,
            col(WebhookDelivery.made_at) < now - KEPT,
        )
    )


def _due(now: datetime) -> ColumnElement[bool]:
    in_hand = select(WebhookDelivery.webhook_id).where(col(WebhookDelivery.claimed_until) > now)
    return and_(
        col(WebhookDelivery.state) == DeliveryState.WAITING.value,
        col(WebhookDelivery.next_try_at) <= now,
        col(WebhookDelivery.webhook_id).not_in(in_hand),
    )


def _free(now: datetime) -> ColumnElement[bool]:
    until = col(WebhookDelivery.claimed_until)
    return or_(until.is_(None), until <= now)


def _is_try(delivery_id: str, tries: int) -> ColumnElement[bool]:
    return and_(
        col(WebhookDelivery.id) == delivery_id,
        col(WebhookDelivery.state) == DeliveryState.WAITING.value,
        col(WebhookDelivery.tries) == tries,
    )


def _change(session: Session, wanted: ColumnElement[bool], values: Mapping[str, Any]) -> bool:
    """Change the rows that are as expected; say whether there were any."""
    done = session.execute(update(WebhookDelivery).where(wanted).values(**values))
    assert isinstance(done, CursorResult)  # noqa: S101  an UPDATE gives nothing else
    return done.rowcount > 0


def _line(row: WebhookDelivery) -> DeliveryLine:
    state = DeliveryState(row.state)
    return DeliveryLine(
        row.id,
        WebhookEvent(row.event),
        state,
        row.tries,
        row.last_status,
        Problem(row.last_problem) if row.last_problem else None,
        row.made_at,
        row.delivered_at,
        row.next_try_at if state is DeliveryState.WAITING else None,
    )
