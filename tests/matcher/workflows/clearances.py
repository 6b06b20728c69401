"""Reviewers who answered that nothing stands between them and startups."""

from sqlmodel import Session

from models.tables import ConflictAnswer


def clear(session: Session, account_id: str, *startups: str) -> None:
    """Let a reviewer answer so about startups; the account must be there."""
    session.add_all(
        ConflictAnswer(account_id=account_id, startup_id=startup, state="clear", kind="none")
        for startup in startups
    )
    session.flush()
