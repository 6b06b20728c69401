"""Table base: one metadata with named constraints, so that SQLite batch migrations can find them."""

from datetime import UTC, datetime
from uuid import uuid4

from sqlmodel import SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def now_utc() -> datetime:
    """Give the time rows are stamped with: UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def new_id() -> str:
    """Give an id nobody can guess or count on: 122 random bits as 32 hexadecimal digits."""
    return uuid4().hex
