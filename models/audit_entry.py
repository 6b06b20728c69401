"""The audit log: who did what to whose data, append-only and chained by hashes."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from models.base import now_utc


class AuditEntry(SQLModel, table=True):
    """One act. The database refuses changes and deletions, and each row's hash covers the row before.

    `actor` is the id of an account, which means nothing once the account is erased, or the word for
    somebody without one; `subject` is the startup whose data it was, empty where it was nobody's.
    """

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(default_factory=now_utc)
    actor: str = Field(max_length=40, index=True)
    role: str = Field(max_length=60)
    address: str = Field(default="", max_length=64)
    act: str = Field(max_length=40, index=True)
    subject: str = Field(default="", max_length=60, index=True)
    object: str = Field(default="", max_length=120)
    reason: str = Field(default="", max_length=500)
    details: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    previous_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64, unique=True)
