"""The audit log: every act on somebody's data, written in the transaction of the act, chained by hashes.

The chain makes a change visible: each entry's hash covers its content and the hash before it.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from sqlmodel import Session, col, select

from models.access import Actor
from models.base import now_utc
from models.tables import AuditEntry

NO_HASH = "0" * 64
"""Stands before the first entry."""

LONGEST_REASON = 500

_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


class Act(StrEnum):
    """What can be written down."""

    SIGN_IN = "sign-in"
    SIGN_OUT = "sign-out"
    PASSWORD_CHANGED = "password-changed"  # noqa: S105  the name of an act
    PASSWORD_RESET_ASKED = "password-reset-asked"  # noqa: S105  the name of an act
    SECOND_FACTOR_SET = "second-factor-set"
    SECOND_FACTOR_REMOVED = "second-factor-removed"
    RECOVERY_CODES_MADE = "recovery-codes-made"
    SESSIONS_ENDED = "sessions-ended"
    TOKEN_MADE = "token-made"  # noqa: S105  the name of an act
    TOKEN_REVOKED = "token-revoked"  # noqa: S105  the name of an act
    ACCOUNT_CREATED = "account-created"
    ACCOUNT_CHANGED = "account-changed"
    ACCOUNT_DISABLED = "account-disabled"
    ACCOUNT_ENABLED = "account-enabled"
    INVITED = "invited"
    INVITATION_ACCEPTED = "invitation-accepted"
    INVITATION_REVOKED = "invitation-revoked"
    MEMBER_ADDED = "member-added"
    MEMBER_REMOVED = "member-removed"
    MEMBER_CHANGED = "member-changed"
    PROFILE_READ = "profile-read"
    PROFILES_LISTED = "profiles-listed"
    READING_STOPPED = "reading-stopped"
    DECIDED = "decided"
    PINNED = "pinned"
    MOVED = "moved"
    EXCLUDED = "excluded"
    LIKED = "liked"
    OVERRIDDEN = "overridden"
    SCORED = "scored"
    UNDONE = "undone"
    REVIEW_SET_UP = "review-set-up"
    CONFLICT_ANSWERED = "conflict-answered"
    CONFLICT_FOUND = "conflict-found"
    CONFLICT_RULED = "conflict-ruled"
    COMMENTED = "commented"
    QUESTION_ASKED = "question-asked"
    QUESTION_RELAYED = "question-relayed"
    QUESTION_ANSWERED = "question-answered"
    REMINDED = "reminded"
    EXPORTED = "exported"
    STARTUP_ADDED = "startup-added"
    PROFILE_SUBMITTED = "profile-submitted"
    PROFILE_WITHDRAWN = "profile-withdrawn"
    INTEREST_CHANGED = "interest-changed"
    PROGRAM_SAVED = "program-saved"
    PROGRAM_SUBMITTED = "program-submitted"
    PROGRAM_PUBLISHED = "program-published"
    PROGRAM_RETURNED = "program-returned"
    REVIEW_CLOSED = "review-closed"
    REVIEW_OPENED = "review-opened"
    CONSENT_GIVEN = "consent-given"
    CONSENT_WITHDRAWN = "consent-withdrawn"
    DATA_EXPORTED = "data-exported"
    IMPORTED = "imported"
    OUTCOMES_PUBLISHED = "outcomes-published"
    ROUND_CHANGED = "round-changed"
    ROUND_RUN = "round-run"
    ROUND_PUBLISHED = "round-published"
    ROUND_FINALISED = "round-finalised"
    RESULT_WITHDRAWN = "result-withdrawn"
    RESULT_PROMOTED = "result-promoted"
    WEBHOOK_ADDED = "webhook-added"
    WEBHOOK_TESTED = "webhook-tested"
    WEBHOOK_DISABLED = "webhook-disabled"
    WEBHOOK_ENABLED = "webhook-enabled"
    WEBHOOK_REMOVED = "webhook-removed"
    WEBHOOK_SENT_AGAIN = "webhook-sent-again"
    APPEALED = "appealed"
    APPEAL_ANSWERED = "appeal-answered"
    BACKED_UP = "backed-up"
    RESTORED = "restored"
    ERASED = "erased"


def record(
    session: Session,
    actor: Actor,
    act: Act,
    *,
    subject: str = "",
    about: str = "",
    reason: str = "",
    details: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Write down an act in the transaction it happens in.

    Args:
        session: the open write unit of the act, so that there is never one without the other.
        actor: who acts, with the network address.
        act: what is done.
        subject: id of the startup whose data it is.
        about: id of the thing it is done to, such as a program, an agency or an account.
        reason: why, where a reason is asked for; at most 500 characters.
        details: what else is needed to understand it; names no person and repeats no text.
    """
    session.flush()
    newest = session.exec(select(AuditEntry).order_by(col(AuditEntry.id).desc()).limit(1)).first()
    entry = AuditEntry(
        id=1 if newest is None or newest.id is None else newest.id + 1,
        at=now_utc(),
        actor=actor.key,
        role=",".join(sorted(actor.roles)),
        address=actor.address[:64],
        act=act.value,
        subject=subject,
        object=about[:120],
        reason=reason[:LONGEST_REASON],
        # As it will be read again, so that the hash is of what is stored: tuples are lists by then.
        details=json.loads(json.dumps(dict(details or {}))),
        previous_hash=NO_HASH if newest is None else newest.hash,
        hash="",
    )
    entry.hash = entry_hash(entry)
    session.add(entry)
    session.flush()
    return entry


def entry_hash(entry: AuditEntry) -> str:
    """Hash an entry's content together with the hash before it, 64 hexadecimal digits."""
    return content_hash(entry, entry.at, entry.details)


def content_hash(entry: Any, at: datetime, details: Any) -> str:
    """Hash what stands in an entry or in a row of its table: SHA-256 of canonical JSON, 64 digits.

    Args:
        entry: gives the other columns by name.
        at: when it was written, with its time zone.
        details: the details as they were read from JSON.
    """
    content = [
        entry.id,
        at.isoformat(),
        entry.actor,
        entry.role,
        entry.address,
        entry.act,
        entry.subject,
        entry.object,
        entry.reason,
        details,
        entry.previous_hash,
    ]
    return sha256(_CANONICAL.encode(content).encode(errors="surrogatepass")).hexdigest()
