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
from models.api_effect import ApiEffect
from models.audit_entry import AuditEntry
from models.candidacy import Candidacy
from models.conflict import ConflictAnswer, OutsideTie
from models.consent import Consent
from models.content_stamp import ContentStamp
from models.discussion import Comment, Notice, Question
from models.outcome import Appeal, Outcome
from models.program import Agency, City, Program
from models.program_version import ProgramVersion
from models.review import Review, ReviewSetup, ReviewStep
from models.round import (
    Round,
    RoundEvent,
    RoundPin,
    RoundProgram,
    RoundRun,
)
from models.startup import Profile, Startup
from models.submission import ProgramInterest, Submission
from models.text_embedding import TextEmbedding
from models.webhook import Webhook, WebhookDelivery

metadata = SQLModel.metadata

__all__ = [
    "Account",
    "Agency",
    "AgencyMember",
    "ApiEffect",
    "ApiToken",
    "Appeal",
    "AuditEntry",
    "Candidacy",
    "City",
    "Comment",
    "ConflictAnswer",
    "Consent",
    "ContentStamp",
    "Invitation",
    "KnownDevice",
    "Notice",
    "Outcome",
    "OutsideTie",
    "PasswordReset",
    "Profile",
    "Program",
    "ProgramInterest",
    "ProgramVersion",
    "Question",
    "RecoveryCode",
    "Review",
    "ReviewSetup",
    "ReviewStep",
    "Round",
    "RoundEvent",
    "RoundPin",
    "RoundProgram",
    "RoundRun",
    "SignIn",
    "Startup",
    "StartupMember",
    "Submission",
    "TextEmbedding",
    "Webhook",
    "WebhookDelivery",
    "metadata",
]
