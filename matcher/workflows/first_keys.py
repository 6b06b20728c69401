"""The server's first key: made once, and never in the place of one that something still depends on."""

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from matcher.settings import Settings
from matcher.workflows.server_key import KEY_FILE, ServerKey, ServerKeyError, make_key, server_key
from matcher.workflows.tombstones import TOMBSTONES_FILE
from matcher.workflows.tombstones import read as read_tombstones
from models.database import read_session
from models.tables import Account


def ensure_key(settings: Settings, engine: Engine) -> ServerKey:
    """Read the key, making it where nothing was ever sealed or hashed with another.

    Args:
        settings: where the key lies.
        engine: a database at this version's schema.

    Raises:
        ServerKeyError: it is gone although something depends on it, or the file holds no key.
        TombstonesError: the tombstones cannot be read.
    """
    path = settings.keep / KEY_FILE
    if path.exists():
        return server_key(settings)
    with read_session(engine) as session:
        needed = key_is_needed(settings, session)
    # Another process may have made the key and set up an app with it in the meantime.
    if needed and not path.exists():
        raise ServerKeyError(
            f"server key: {path} is gone, and no second factor can be read without it;"
            " put it back from a backup"
        )
    return make_key(settings)


def key_is_needed(settings: Settings, session: Session) -> bool:
    """Say whether something can be read or recognised with the key in force alone."""
    if read_tombstones(settings.keep / TOMBSTONES_FILE):
        return True
    sealed = select(Account.id).where(col(Account.totp_sealed).is_not(None)).limit(1)
    return session.exec(sealed).first() is not None
