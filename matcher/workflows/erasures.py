"""Delete a startup or a person with everything that hangs on them, so that nothing stays in the file."""

import json

from sqlalchemy import Engine
from sqlmodel import Session, col, delete, select

from matcher.engine.analysis import SourceText, content_hash
from matcher.workflows.duplicates import normal_name
from matcher.workflows.programs import program_profiles, program_source
from matcher.workflows.round_packs import without_startup
from matcher.workflows.vacancies import ERASED, ChangedResult, give_up_all
from models.access import Actor
from models.tables import (
    Account,
    ApiEffect,
    Invitation,
    OutsideTie,
    Profile,
    RoundRun,
    Startup,
    StartupMember,
    TextEmbedding,
)
from models.vocabulary import Language


def erase_startup(session: Session, actor: Actor, startup_id: str) -> tuple[ChangedResult, ...]:
    """Delete a startup, its profiles, decisions about it and memberships, and what was read from its texts.

    A seat it has in a published round goes to the first who waits; nothing happens where there is none.

    Returns:
        The results of others that are not what they were.
    """
    startup = session.get(Startup, startup_id)
    if startup is None:
        return ()
    changed = give_up_all(session, actor, startup_id, reason=ERASED)
    _drop_answers(session, startup)
    _drop_ties(session, startup)
    _scrub_plans(session, startup_id)
    session.delete(startup)
    # The database deletes the rows that depend on it; what the session knows of them is out of date.
    session.flush()
    session.expire_all()
    drop_readings_of_nobody(session)
    return tuple(one for one in changed if one.startup_id != startup_id)


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


def truncate_log(engine: Engine) -> bool:
    """Bring SQLite's log into the database file and empty it: deleted text must not stay there.

    Returns:
        Whether it is empty; a reader that goes on for long keeps it from that.
    """
    if engine.dialect.name != "sqlite":
        return True
    # Straight to the driver: a checkpoint cannot run inside the transaction an engine would begin.
    connection = engine.raw_connection()
    try:
        ((busy, _, _),) = connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return not busy
    finally:
        connection.close()


def drop_readings_of_nobody(session: Session) -> int:
    """Delete vectors and analyses of texts that nobody has any more; give their number."""
    present = {content_hash(program_source(program)) for program in program_profiles(session)}
    texts = session.exec(select(Profile.text, Profile.language))
    present |= {content_hash(SourceText(text, Language(language))) for text, language in texts}
    gone = set(session.exec(select(TextEmbedding.content_hash).distinct())) - present
    for digest in gone:
        session.exec(delete(TextEmbedding).where(col(TextEmbedding.content_hash) == digest))
    return len(gone)


def _drop_answers(session: Session, startup: Startup) -> None:
    """Delete answers kept for repeated requests that name the startup, and those its founders were given."""
    founders = set(
        session.exec(select(StartupMember.account_id).where(StartupMember.startup_id == startup.id))
    )
    names = {name for name in (startup.id, startup.name, startup.native_name) if name}
    # JSON may hold a name with its letters escaped.
    marks = names | {json.dumps(name)[1:-1] for name in names}
    for effect in session.exec(select(ApiEffect)):
        if effect.account_id in founders or any(mark in effect.answer + effect.location for mark in marks):
            session.delete(effect)
    session.flush()


def _scrub_plans(session: Session, startup_id: str) -> None:
    """Take what was said about the startup out of the packs of plans; the lists themselves stay."""
    for run in session.exec(select(RoundRun)):
        scrubbed = without_startup(run.pack, startup_id)
        if scrubbed is not None:
            run.pack = scrubbed
            session.add(run)
    session.flush()


def _drop_ties(session: Session, startup: Startup) -> None:
    """Delete what reviewers told of as an employer or a shareholding where it is this startup."""
    names = {normal_name(name) for name in (startup.name, startup.native_name) if name} - {""}
    for tie in session.exec(select(OutsideTie)):
        if normal_name(tie.name) in names:
            session.delete(tie)
    session.flush()
