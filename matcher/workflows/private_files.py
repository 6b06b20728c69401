"""Files only this service may read, written so that a crash leaves the old state or the new one."""

import os
import shutil
from pathlib import Path

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700


def make_folder(folder: Path) -> None:
    """Make a folder only its owner may enter; one that is there stays as it is."""
    folder.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)


def write_file(path: Path, content: bytes) -> None:
    """Write a file that is not there yet and wait until the disk has it."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def copy_file(source: Path, target: Path) -> None:
    """Copy a file to where there is none and wait until the disk has it."""
    opened = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    with source.open("rb") as reading, os.fdopen(opened, "wb") as writing:
        shutil.copyfileobj(reading, writing, 1024 * 1024)
        writing.flush()
        os.fsync(writing.fileno())


def append_line(path: Path, line: str) -> None:
    """Add a line to a file in one write and wait until the disk has it.

    A line that a crash cut off stays by itself: the new one never joins it.
    """
    make_folder(path.parent)
    new = not path.exists()
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, PRIVATE_FILE)
    try:
        size = os.fstat(handle).st_size
        torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
        os.write(handle, f"{chr(10) if torn else ''}{line}\n".encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    if new:
        sync_folder(path.parent)


def sync_file(path: Path) -> None:
    """Wait until the disk has a file somebody else wrote."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the disk has the names in a folder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
