"""Delete a startup or a person with everything that hangs on them, so that nothing stays in the file."""

from sqlalchemy import Engine
from sqlmodel import Session, col, delete, select

from matcher.engine.analysis import SourceText, content_hash
from matcher.workflows.programs import program_profiles, program_source
from models.tables import Account, Invitation, Profile, Startup, TextEmbedding
from models.vocabulary import Language


def erase_startup(session: Session, startup_id: str) -> bool:
    """Delete a startup, its profiles, decisions about it and memberships, and what was read from its texts.

    Returns:
        Whether it was there.
    """
    startup = session.get(Startup, startup_id)
    if startup is None:
        return False
    own = session.exec(select(Profile).where(Profile.startup_id == startup_id)).all()
    texts = {SourceText(profile.text, Language(profile.language)) for profile in own}
    session.delete(startup)
    # The database deletes the rows that depend on it; what the session knows of them is out of date.
    session.flush()
    session.expire_all()
    _drop_readings(session, texts)
    return True


def erase_account(session: Session, account_id: str) -> bool:
    """Delete an account with its memberships, sessions, tokens and codes, and invitations sent to its e-mail.

    Returns:
        Whether it was there.
    """
    account = session.get(Account, account_id)
    if account is None:
        return False
    session.exec(delete(Invitation).where(col(Invitation.email) == account.email))
    session.delete(account)
    session.flush()
    session.expire_all()
    return True


def truncate_log(engine: Engine) -> None:
    """Bring SQLite's log into the database file and empty it: deleted text must not stay there."""
    if engine.dialect.name != "sqlite":
        return
    # Straight to the driver: a checkpoint cannot run inside the transaction an engine would begin.
    connection = engine.raw_connection()
    try:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        connection.close()


def _drop_readings(session: Session, texts: set[SourceText]) -> None:
    """Delete vectors and analyses of texts that nobody has any more."""
    programs = {program_source(program) for program in program_profiles(session)}
    for text in texts - programs:
        language = "" if text.language is None else text.language.value
        shared = select(Profile.id).where(Profile.text == text.text, Profile.language == language)
        if session.exec(shared.limit(1)).first() is None:
            session.exec(delete(TextEmbedding).where(col(TextEmbedding.content_hash) == content_hash(text)))
