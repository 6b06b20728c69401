"""Webhooks: addresses that are told what happens, and the messages to them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, Column
from sqlmodel import Field, SQLModel

from models.base import new_id, now_utc


class WebhookEvent(StrEnum):
    """What an address can be told about."""

    ROUND_RUN = "round.run"
    ROUND_PUBLISHED = "round.published"
    ROUND_FINALISED = "round.finalised"
    RESULT_CHANGED = "result.changed"
    TEST = "webhook.test"


class DeliveryState(StrEnum):
    """What became of a message."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given-up"


class Webhook(SQLModel, table=True):
    """An address that is told what happens, with the sealed secret its messages are signed with."""

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    address: str = Field(max_length=500)
    secret_sealed: str = Field(max_length=300)
    events: list[str] = Field(sa_column=Column(JSON, nullable=False))
    made_by: str | None = Field(default=None, foreign_key="account.id", ondelete="SET NULL")
    made_at: datetime = Field(default_factory=now_utc)
    disabled_at: datetime | None = None


class WebhookDelivery(SQLModel, table=True):
    """One message to one address: kept until it is delivered, tried again with growing pauses.

    `tries` counts those that were begun. While somebody sends it, nobody else takes it until `claimed_until`.
    """

    __table_args__ = (CheckConstraint("state IN ('waiting', 'delivered', 'given-up')", name="state_known"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    webhook_id: str = Field(foreign_key="webhook.id", ondelete="CASCADE", index=True)
    event: str = Field(max_length=40)
    body: str
    state: str = Field(default=DeliveryState.WAITING.value, max_length=10, index=True)
    tries: int = 0
    next_try_at: datetime = Field(default_factory=now_utc)
    claimed_until: datetime | None = None
    last_status: int | None = None
    last_problem: str = Field(default="", max_length=300)
    made_at: datetime = Field(default_factory=now_utc)
    delivered_at: datetime | None = None
