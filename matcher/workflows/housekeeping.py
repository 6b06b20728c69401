"""What is deleted when nobody needs it any more: old invitations, sessions, links, browsers and letters."""

from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import col, delete, or_

from matcher.settings import Settings
from matcher.workflows.api_effects import drop_old_effects
from matcher.workflows.conflict_findings import detect_conflicts, find_conflicts
from matcher.workflows.import_files import drop_old_imports
from matcher.workflows.logins import DEVICE_KNOWN_FOR
from matcher.workflows.mail import drop_old_letters
from matcher.workflows.notices import drop_old_notices
from matcher.workflows.sign_ins import drop_old_sign_ins
from matcher.workflows.webhook_deliveries import drop_old_deliveries
from models.database import read_session, write_session
from models.tables import Invitation, KnownDevice, PasswordReset

INVITATIONS_KEPT = timedelta(days=90)
"""How long an invitation stays after it ran out, was used or was taken back."""

LETTERS_KEPT = timedelta(days=30)


def tidy_rows(engine: Engine, now: datetime) -> None:
    """Delete the rows of the database that serve nobody any more.

    Args:
        engine: a database at this version's schema.
        now: the present time.
    """
    before = now - INVITATIONS_KEPT
    with write_session(engine) as session:
        drop_old_sign_ins(session, now)
        drop_old_effects(session, now)
        drop_old_notices(session, now)
        drop_old_deliveries(session, now)
        session.exec(delete(KnownDevice).where(col(KnownDevice.created_at) < now - DEVICE_KNOWN_FOR))
        session.exec(
            delete(PasswordReset).where(
                or_(col(PasswordReset.expires_at) <= now, col(PasswordReset.used_at).is_not(None))
            )
        )
        session.exec(
            delete(Invitation).where(
                or_(
                    col(Invitation.expires_at) < before,
                    col(Invitation.accepted_at) < before,
                    col(Invitation.revoked_at) < before,
                )
            )
        )


def look_for_conflicts(engine: Engine, now: datetime) -> None:
    """Hide from reviewers what something came up about since they answered: a new founder, a new name.

    Args:
        engine: a database at this version's schema.
        now: the present time.
    """
    with read_session(engine) as session:
        found = find_conflicts(session, now.date())
    if found:
        with write_session(engine) as session:
            detect_conflicts(session, now.date())


def tidy_letters(settings: Settings, now: datetime) -> None:
    """Delete letters that were kept as files, because their links may still work, and forgotten imports."""
    drop_old_letters(settings, now - LETTERS_KEPT)
    drop_old_imports(settings, now)
