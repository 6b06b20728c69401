"""Which startups are considered for which programs."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.base import now_utc


class Candidacy(SQLModel, table=True):
    """A startup that is considered for a program; the program's agency may read its profile."""

    program_id: str = Field(foreign_key="program.id", ondelete="CASCADE", primary_key=True)
    startup_id: str = Field(foreign_key="startup.id", ondelete="CASCADE", primary_key=True, index=True)
    since: datetime = Field(default_factory=now_utc)
