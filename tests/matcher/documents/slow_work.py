"""Work for a child process that goes wrong in one way each."""

import os
from contextlib import suppress
from pathlib import Path


def never_ends(data: bytes) -> None:
    """Wait for a byte that does not come."""
    while data is not None:
        pass


def takes_all_memory(data: bytes) -> int:
    """Hold more and more."""
    held = [data]
    while True:
        held.append(bytes(10_000_000))


def answers_too_much(data: bytes) -> str:
    """Answer with far more than was asked."""
    return data.decode() * 20_000_000


def crashes(data: bytes) -> None:
    """End as a native reader ends that meets a broken file."""
    del data
    os.abort()


def writes_a_file(data: bytes) -> str:
    """Try to leave the bytes on the disk; say what came of it."""
    import tempfile  # noqa: PLC0415 - only here

    try:
        with tempfile.TemporaryFile() as file:
            file.write(data)
            file.flush()
    except OSError as error:
        return type(error).__name__
    return "written"


def environment(data: bytes) -> list[str]:
    """Tell the names of what stands in the environment."""
    del data
    return sorted(os.environ)


def memory(data: bytes) -> int:
    """Read the document; tell the most memory this process held, in bytes."""
    from matcher.documents.child import extract_here  # noqa: PLC0415 - only here
    from matcher.documents.refusals import DocumentRefusedError  # noqa: PLC0415 - only here

    with suppress(DocumentRefusedError):
        extract_here(data)
    # What `resource` counts holds what the process was before it became this program.
    status = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    line = next(line for line in status if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024
