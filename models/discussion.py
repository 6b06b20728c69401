"""What is said about a candidate: comments, questions to its founders, and notices to people."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from models.base import new_id, now_utc


class Comment(SQLModel, table=True):
    """A comment on a candidate, or a reply to one; it is read by those who may see the others' reviews."""

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    program_id: str = Field(foreign_key="program.id", ondelete="CASCADE", index=True)
    startup_id: str = Field(foreign_key="startup.id", ondelete="CASCADE", index=True)
    reply_to: str | None = Field(default=None, foreign_key="comment.id", ondelete="CASCADE")
    author_id: str | None = Field(default=None, foreign_key="account.id", ondelete="SET NULL", index=True)
    text: str = Field(max_length=4000)
    written_at: datetime = Field(default_factory=now_utc)
    withdrawn_at: datetime | None = None


class Question(SQLModel, table=True):
    """A question to a startup's founders: a manager relays it, the answer becomes a fact with its source.

    `relayed_text` is what the manager wrote: the words that were passed on, or why they were not.
    """

    __table_args__ = (
        CheckConstraint("state IN ('asked', 'refused', 'relayed', 'answered')", name="state_known"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    program_id: str = Field(foreign_key="program.id", ondelete="CASCADE", index=True)
    startup_id: str = Field(foreign_key="startup.id", ondelete="CASCADE", index=True)
    state: str = Field(default="asked", max_length=10)
    asked_by: str | None = Field(default=None, foreign_key="account.id", ondelete="SET NULL", index=True)
    text: str = Field(max_length=2000)
    asked_at: datetime = Field(default_factory=now_utc)
    relayed_by: str | None = Field(default=None, foreign_key="account.id", ondelete="SET NULL")
    relayed_at: datetime | None = None
    relayed_text: str = Field(default="", max_length=2000)
    answer: str = Field(default="", max_length=4000)
    answered_by: str | None = Field(default=None, foreign_key="account.id", ondelete="SET NULL")
    answered_at: datetime | None = None


class Notice(SQLModel, table=True):
    """Something a person should look at; `kind` says which words, `address` which page."""

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    account_id: str = Field(foreign_key="account.id", ondelete="CASCADE", index=True)
    kind: str = Field(max_length=40)
    program_id: str | None = Field(default=None, foreign_key="program.id", ondelete="CASCADE")
    startup_id: str | None = Field(default=None, foreign_key="startup.id", ondelete="CASCADE", index=True)
    address: str = Field(max_length=300)
    made_at: datetime = Field(default_factory=now_utc)
    read_at: datetime | None = None
