"""One server per database: a lock file that the kernel lets go of when the process ends, however it ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url

from matcher.errors import LandfallError
from matcher.settings import Settings
from matcher.workflows.private_files import PRIVATE_FILE, make_folder

LOCK_FILE = "serving.lock"


class InUseError(LandfallError):
    """A server, or another command that needs the database for itself, is running."""


def database_file(settings: Settings) -> Path | None:
    """Give the SQLite file the settings name; None for any other database."""
    address = make_url(settings.url)
    if address.get_backend_name() != "sqlite" or not address.database or address.database == ":memory:":
        return None
    return Path(address.database)


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Hold the database for one server, or for a command that replaces it.

    The lock lies beside the SQLite file, else in the data folder.

    Raises:
        InUseError: somebody else holds it.
    """
    file = database_file(settings)
    folder = settings.data_dir if file is None else file.parent
    make_folder(folder)
    # Not handed on to child processes: a worker that outlives a killed server holds nothing.
    handle = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InUseError(f"database: a server is running on {folder}; stop it first") from error
        yield
    finally:
        os.close(handle)
