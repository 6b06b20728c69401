"""Consent of a startup to what is done with its profile."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from models.base import new_id, now_utc


class Purpose(StrEnum):
    """What a startup can consent to."""

    REVIEW = "review"
    PROVISION_ABROAD = "provision-abroad"
    RESULT_CONTACT = "result-contact"


_EUROPE = "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE NO IS LI"

WITHOUT_SEPARATE_CONSENT = frozenset({"KR", "EU", *_EUROPE.split()})
"""Korea, and what it recognises as protecting personal data equally since 16 September 2025.

`EU` stands for European bodies of no one country. Agencies anywhere else, such as in the United States and in
Canada, need a consent of its own to the provision abroad.
"""


def needs_separate_consent(country: str) -> bool:
    """Say whether giving a profile to an agency in this country needs a consent of its own."""
    return country not in WITHOUT_SEPARATE_CONSENT


class Consent(SQLModel, table=True):
    """One consent: for one purpose, one receiving agency in one country, to one version of the words.

    Consents are kept when they are withdrawn, as proof of what was allowed when. An agency reads a profile
    only while a consent to the purpose `review` stands.
    """

    __table_args__ = (
        CheckConstraint("purpose IN ('review', 'provision-abroad', 'result-contact')", name="purpose_known"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    startup_id: str = Field(foreign_key="startup.id", ondelete="CASCADE", index=True)
    purpose: str = Field(max_length=20)
    agency_id: str = Field(foreign_key="agency.id", index=True)
    country: str = Field(min_length=2, max_length=2)
    words_version: str = Field(max_length=20)
    language: str = Field(max_length=2)
    given_by: str | None = Field(default=None, foreign_key="account.id", ondelete="SET NULL")
    given_at: datetime = Field(default_factory=now_utc)
    withdrawn_at: datetime | None = None
