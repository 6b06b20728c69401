"""Answers kept under the key a client sent with a request, so that sending it again has no second effect."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.base import now_utc


class ApiEffect(SQLModel, table=True):
    """What was answered to one Idempotency-Key of one account; kept for a day."""

    account_id: str = Field(foreign_key="account.id", ondelete="CASCADE", primary_key=True)
    key_hash: str = Field(max_length=64, primary_key=True)
    request_hash: str = Field(max_length=64)
    status: int
    answer: str
    etag: str = Field(default="", max_length=80)
    location: str = Field(default="", max_length=300)
    created_at: datetime = Field(default_factory=now_utc)
