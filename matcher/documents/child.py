"""Read a document in a process of its own, with limits of time and memory, and stop it cleanly.

The child gets the bytes through a pipe, no environment, no file to write, and answers in JSON. Whatever a
hostile file makes of the reader dies with the child; the caller waits in a system call and holds no more
than the bytes it sent and the answer.
"""

import io
import json
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from matcher.documents.kinds import Kind, check_size
from matcher.documents.lines import Note, NoteCode, Place, PlaceKind
from matcher.documents.proposals import Proposal
from matcher.documents.refusals import DocumentError, DocumentRefusedError, Reason

_ROOT = Path(__file__).parents[2]
_START = "import sys; sys.path.insert(0, sys.argv[1]); from matcher.documents.child import serve; serve()"
_EXTRACT = "matcher.documents.child:extract_here"
_PIECE = 64 * 1024
_MOST_COMPLAINT = 16 * 1024
_REFUSED, _NO_MEMORY = 3, 4
"""Exit codes of a child that refused a file, and of one whose memory ran out."""
_MEMORY_WORDS = (b"memory allocation of", b"MemoryError", b"bad_alloc", b"out of memory")
"""How Python and the native readers say that memory ran out, before they die of it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one document may cost.

    Attributes:
        seconds: of the clock, from the start of the child.
        cpu_seconds: of one processor.
        memory_bytes: of address space, above what the child has when it starts.
        answer_bytes: of the answer.
    """

    seconds: float = 20
    cpu_seconds: int = 20
    memory_bytes: int = 100 * 1024 * 1024
    answer_bytes: int = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Extraction:
    """What was read: the text, proposals by field, and what the owner should know."""

    kind: Kind
    text: str
    proposals: Mapping[str, Proposal]
    notes: tuple[Note, ...]


DEFAULT_LIMITS = Limits()
MOST_AT_ONCE = 2
"""Children at one time; further callers wait for their turn as long as a child may run."""
_turns = threading.BoundedSemaphore(MOST_AT_ONCE)


def extract(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Extraction:
    """Read a document and propose values for the fields of a profile.

    Args:
        data: the file; its name is not asked for, for it says nothing.
        limits: what it may cost.

    Raises:
        DocumentRefusedError: the file is of no kind that is read, hostile, damaged, or exceeds a limit.
    """
    check_size(data)
    answer = run(data, _EXTRACT, limits)
    return Extraction(
        Kind(answer["kind"]),
        answer["text"],
        {
            field: Proposal(one["value"], one["passage"], _place(one["place"]))
            for field, one in answer["proposals"].items()
        },
        tuple(
            Note(NoteCode(note["code"]), note["about"], tuple(note["passages"])) for note in answer["notes"]
        ),
    )


def run(data: bytes, work: str, limits: Limits = DEFAULT_LIMITS) -> Any:
    """Run a function of bytes in a child process and give its answer.

    Args:
        data: what the function is given.
        work: `module:function`; what it returns must be JSON, or an iterator of pieces of JSON text.
        limits: what it may cost.

    Raises:
        DocumentRefusedError: the function refused the bytes, or a limit was exceeded.
    """
    if not _turns.acquire(timeout=limits.seconds):
        raise DocumentRefusedError(Reason.BUSY)
    try:
        return _run(data, work, limits)
    finally:
        _turns.release()


def _run(data: bytes, work: str, limits: Limits) -> Any:
    command = [sys.executable, "-I", "-X", "utf8", "-c", _START, str(_ROOT), work]
    command += [str(limits.memory_bytes), str(limits.cpu_seconds)]
    # Nothing of the server's environment, in which there are secrets, is handed down.
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH") if name in os.environ}
    child = subprocess.Popen(  # noqa: S603  our own interpreter and our own code
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=kept,
        start_new_session=True,
    )
    with child:
        try:
            answer, complaint = _talk(child, data, limits)
            child.wait(timeout=5)
        finally:
            if child.poll() is None:
                child.kill()
    if child.returncode == 0:
        return json.loads(answer)
    raise _refusal(child.returncode, answer, complaint)


def _refusal(code: int, answer: bytes, complaint: bytes) -> DocumentRefusedError:
    """Tell why a child ended: it said so, or the way it died does."""
    if code == _REFUSED:
        said = json.loads(answer)
        return DocumentRefusedError(Reason(said["reason"]), said["detail"])
    if code in {_NO_MEMORY, -signal.SIGKILL} or any(words in complaint for words in _MEMORY_WORDS):
        return DocumentRefusedError(Reason.TOO_MUCH_MEMORY)
    if code == -signal.SIGXCPU:
        return DocumentRefusedError(Reason.TIMED_OUT)
    # A reader that fails in a way it was not made for met a file that is not what it says.
    return DocumentRefusedError(Reason.DAMAGED)


def _talk(child: "subprocess.Popen[bytes]", data: bytes, limits: Limits) -> tuple[bytes, bytes]:
    """Write the bytes and read the answer at the same time, until the child ends or a limit is met."""
    ends = time.monotonic() + limits.seconds
    answer, complaint = bytearray(), bytearray()
    with selectors.DefaultSelector() as selector:
        pump = _Pump(selector, data)
        pump.write_to(child.stdin)
        pump.read_from(child.stdout, answer)
        pump.read_from(child.stderr, complaint)
        while selector.get_map():
            left = ends - time.monotonic()
            if left <= 0:
                raise DocumentRefusedError(Reason.TIMED_OUT)
            for key, _ in selector.select(left):
                pump.move(key)
            if len(answer) > limits.answer_bytes:
                raise DocumentRefusedError(Reason.TOO_LARGE, "it holds too much text")
            del complaint[_MOST_COMPLAINT:]
    return bytes(answer), bytes(complaint)


class _Pump:
    """Moves bytes between this process and the pipes of a child, a piece whenever there is one."""

    def __init__(self, selector: selectors.BaseSelector, data: bytes) -> None:
        self._selector = selector
        self._waiting = memoryview(data)

    def write_to(self, pipe: IO[bytes] | None) -> None:
        if pipe is not None:
            os.set_blocking(pipe.fileno(), False)
            self._selector.register(pipe, selectors.EVENT_WRITE)

    def read_from(self, pipe: IO[bytes] | None, target: bytearray) -> None:
        if pipe is not None:
            self._selector.register(pipe, selectors.EVENT_READ, target)

    def move(self, key: selectors.SelectorKey) -> None:
        if key.events == selectors.EVENT_READ:
            piece = os.read(key.fd, _PIECE)
            key.data.extend(piece)
            done = not piece
        else:
            done = self._write(key.fd)
        if done:
            self._selector.unregister(key.fileobj)
        if done and isinstance(key.fileobj, io.BufferedWriter):
            key.fileobj.close()

    def _write(self, pipe: int) -> bool:
        """Write a piece; say whether nothing is left, or nobody is left to read it."""
        try:
            self._waiting = self._waiting[os.write(pipe, self._waiting[:_PIECE]) :]
        except BlockingIOError:
            return False
        except BrokenPipeError:
            # The child has ended already; its answer says why.
            return True
        return not self._waiting


def _place(place: Mapping[str, Any]) -> Place:
    return Place(PlaceKind(place["kind"]), place["number"])


def serve() -> None:
    """Be the child: take limits and work from the arguments, bytes from standard input, answer in JSON."""
    work, memory, cpu = sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    _limit(memory, cpu)
    code = 0
    try:
        data = sys.stdin.buffer.read()
        answer: Any = _named(work)(data)
        if isinstance(answer, Iterator):
            # A long answer comes in pieces of JSON, so that it is never held as a whole.
            for piece in answer:
                sys.stdout.buffer.write(piece.encode())
            sys.stdout.buffer.flush()
            os._exit(0)
    except DocumentRefusedError as error:
        answer, code = {"reason": error.reason, "detail": error.detail}, _REFUSED
    except MemoryError:
        answer, code = None, _NO_MEMORY
    except RecursionError:
        answer, code = {"reason": Reason.BOMB, "detail": "nested too deep"}, _REFUSED
    sys.stdout.buffer.write(json.dumps(answer).encode())
    sys.stdout.buffer.flush()
    # Native readers may crash while they tidy up; there is nothing left to tidy.
    os._exit(code)


def _named(work: str) -> Callable[[bytes], Any]:
    module, _, name = work.partition(":")
    found: Callable[[bytes], Any] = getattr(import_module(module), name)
    return found


def _limit(memory: int, cpu: int) -> None:
    """Let the system stop this process; where it cannot, the clock of the caller still does."""
    import resource  # noqa: PLC0415 - not on every system, and only the child needs it

    for kind, most in (
        (resource.RLIMIT_AS, _address_space() + memory),
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        # A second more at the hard limit, so that a process out of time ends by the signal that says so.
        hard = most + 1 if kind == resource.RLIMIT_CPU else most
        try:
            resource.setrlimit(kind, (most, hard))
        except (ValueError, OSError):
            continue


def _address_space() -> int:
    """Give the bytes of address space in use; some systems map much of it before a program starts."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def extract_here(data: bytes) -> dict[str, Any]:
    """Do in this process what `extract` does in a child; the answer is ready to be JSON.

    Raises:
        DocumentRefusedError: as `extract`.
    """
    from datetime import UTC, datetime  # noqa: PLC0415 - as below

    from matcher.documents.proposals import propose  # noqa: PLC0415 - only the child needs it
    from matcher.documents.reading import read_document  # noqa: PLC0415 - as above

    document = read_document(data)
    proposals, notes = propose(document.lines, this_year=datetime.now(UTC).year)
    return {
        "kind": document.kind,
        "text": document.text,
        "proposals": {field: asdict(proposal) for field, proposal in proposals.items()},
        "notes": [asdict(note) for note in (*document.notes, *notes)],
    }


__all__ = ["DocumentError", "DocumentRefusedError", "Extraction", "Limits", "extract", "run"]
