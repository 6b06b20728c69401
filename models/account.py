"""Accounts, what they belong to, and the ways to prove who one is.

Only hashes of secrets are stored: Argon2id for passwords, SHA-256 for random tokens of 256 bits. The
secret of an authenticator app has to be read again, so it is sealed with the key outside the database.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, Column
from sqlmodel import Field, SQLModel

from models.base import new_id, now_utc

EMAIL_LENGTH = 254
NAME_LENGTH = 100
HASH_LENGTH = 64


class Office(StrEnum):
    """What the alliance itself made of a person."""

    NONE = "none"
    MANAGER = "manager"
    ADMIN = "admin"


class Account(SQLModel, table=True):
    """A person who can sign in; `office` is what the alliance itself made of this person.

    `email` is stored folded to one spelling. An account without a password was never used: its invitation
    sets it. `revision` grows with every change of rights or secrets.
    """

    __table_args__ = (
        CheckConstraint("office IN ('none', 'manager', 'admin')", name="office_known"),
        CheckConstraint("length(email) > 2", name="email_not_empty"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    email: str = Field(max_length=EMAIL_LENGTH, unique=True)
    name: str = Field(max_length=NAME_LENGTH)
    office: str = Field(default="none", max_length=10)
    language: str = Field(default="", max_length=2)
    password_hash: str | None = Field(default=None, max_length=200)
    totp_sealed: str | None = Field(default=None, max_length=300)
    totp_confirmed_at: datetime | None = None
    totp_last_step: int = 0
    disabled_at: datetime | None = None
    revision: int = 0
    created_at: datetime = Field(default_factory=now_utc)


class StartupMember(SQLModel, table=True):
    """A founder of a startup."""

    account_id: str = Field(foreign_key="account.id", ondelete="CASCADE", primary_key=True)
    startup_id: str = Field(foreign_key="startup.id", ondelete="CASCADE", primary_key=True, index=True)
    since: datetime = Field(default_factory=now_utc)


class AgencyMember(SQLModel, table=True):
    """Somebody who works for an agency: a reviewer, or a lead who also edits its programs."""

    account_id: str = Field(foreign_key="account.id", ondelete="CASCADE", primary_key=True)
    agency_id: str = Field(foreign_key="agency.id", ondelete="CASCADE", primary_key=True, index=True)
    lead: bool = False
    since: datetime = Field(default_factory=now_utc)


class SignIn(SQLModel, table=True):
    """One browser that is signed in. The cookie holds the token, this row its hash.

    `second_factor_at` stays empty until a code was given; until then the session opens the way to give
    it and nothing else, where the account needs one.
    """

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    token_hash: str = Field(max_length=HASH_LENGTH, unique=True)
    account_id: str = Field(foreign_key="account.id", ondelete="CASCADE", index=True)
    second_factor_at: datetime | None = None
    device: str = Field(default="", max_length=200)
    address: str = Field(default="", max_length=64)
    created_at: datetime = Field(default_factory=now_utc)
    seen_at: datetime = Field(default_factory=now_utc)


class KnownDevice(SQLModel, table=True):
    """A browser that signed in before: failed tries elsewhere do not lock it out."""

    token_hash: str = Field(max_length=HASH_LENGTH, primary_key=True)
    account_id: str = Field(foreign_key="account.id", ondelete="CASCADE", index=True)
    created_at: datetime = Field(default_factory=now_utc)


class RecoveryCode(SQLModel, table=True):
    """A code that stands in for the authenticator app once."""

    code_hash: str = Field(max_length=HASH_LENGTH, primary_key=True)
    account_id: str = Field(foreign_key="account.id", ondelete="CASCADE", index=True)
    used_at: datetime | None = None


class PasswordReset(SQLModel, table=True):
    """A link that sets a new password once."""

    token_hash: str = Field(max_length=HASH_LENGTH, primary_key=True)
    account_id: str = Field(foreign_key="account.id", ondelete="CASCADE", index=True)
    expires_at: datetime
    used_at: datetime | None = None


class Invitation(SQLModel, table=True):
    """A link that makes somebody a member of a startup or an agency, a manager or an admin, once."""

    __table_args__ = (
        CheckConstraint("role IN ('founder', 'reviewer', 'lead', 'manager', 'admin')", name="role_known"),
        CheckConstraint("(role = 'founder') = (startup_id IS NOT NULL)", name="founder_of_a_startup"),
        CheckConstraint(
            "(role IN ('reviewer', 'lead')) = (agency_id IS NOT NULL)", name="agency_for_members"
        ),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    token_hash: str = Field(max_length=HASH_LENGTH, unique=True)
    email: str = Field(max_length=EMAIL_LENGTH, index=True)
    role: str = Field(max_length=10)
    startup_id: str | None = Field(default=None, foreign_key="startup.id", ondelete="CASCADE")
    agency_id: str | None = Field(default=None, foreign_key="agency.id", ondelete="CASCADE")
    invited_by: str | None = Field(default=None, foreign_key="account.id", ondelete="SET NULL")
    created_at: datetime = Field(default_factory=now_utc)
    expires_at: datetime
    accepted_at: datetime | None = None
    revoked_at: datetime | None = None


class ApiToken(SQLModel, table=True):
    """A secret a program signs in with; it can do what its scopes name and its account may."""

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    token_hash: str = Field(max_length=HASH_LENGTH, unique=True)
    account_id: str = Field(foreign_key="account.id", ondelete="CASCADE", index=True)
    name: str = Field(max_length=NAME_LENGTH)
    scopes: list[str] = Field(sa_column=Column(JSON, nullable=False))
    created_at: datetime = Field(default_factory=now_utc)
    expires_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None
