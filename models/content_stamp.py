"""A mark that changes with what queues are made of, so that a list once made is known to be still true."""

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

STAMPED = (
    "startup",
    "profile",
    "candidacy",
    "consent",
    "conflictanswer",
    "startupmember",
    "program",
    "agency",
    "city",
)
"""Tables whose every change makes a new mark; triggers of the database do that (see migration 0004)."""


class ContentStamp(SQLModel, table=True):
    """The one mark: random, so that one which was rolled back never comes again."""

    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: int = Field(default=1, primary_key=True)
    stamp: str = Field(max_length=32)
