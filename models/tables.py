"""Every table, so that the metadata is complete for migrations and queries."""

from sqlmodel import SQLModel

from models.account import (
    Account,
    AgencyMember,
    ApiToken,
    Invitation,
    KnownDevice,
    PasswordReset,
    RecoveryCode,
    SignIn,
    StartupMember,
)
from models.audit_entry import AuditEntry
from models.candidacy import Candidacy
from models.program import Agency, City, Program
from models.program_version import ProgramVersion
from models.review import ReviewDecision, ReviewStep
from models.startup import Profile, Startup
from models.text_embedding import TextEmbedding

metadata = SQLModel.metadata

__all__ = [
    "Account",
    "Agency",
    "AgencyMember",
    "ApiToken",
    "AuditEntry",
    "Candidacy",
    "City",
    "Invitation",
    "KnownDevice",
    "PasswordReset",
    "Profile",
    "Program",
    "ProgramVersion",
    "RecoveryCode",
    "ReviewDecision",
    "ReviewStep",
    "SignIn",
    "Startup",
    "StartupMember",
    "TextEmbedding",
    "metadata",
]
