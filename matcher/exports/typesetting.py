"""Set a document with typst in a process of its own.

typst keeps what it made of the last ten documents in memory, for editors that set the same one over and over.
Here that would be other people's profiles and hundreds of megabytes; they end with the child. The child gets
its JSON through a pipe, no environment and limits, and answers with the PDF.
"""

import os
import subprocess
import sys
import threading
from pathlib import Path

from matcher.errors import TypesettingError

SECONDS = 240.0
_CPU_SECONDS = 120
_MEMORY_BYTES = 3 * 1024**3
_LIBRARIES = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_HERE = Path(__file__).parent
_FONTS = _HERE / "fonts"
_ROOT = _HERE.parents[1]
_START = (
    "import sys; sys.path.insert(0, sys.argv[1]); from matcher.exports.typesetting import serve; "
    "serve(*sys.argv[2:])"
)
_turns = threading.BoundedSemaphore(1)
"""One at a time: a list of 500 sheets needs about 700 MB."""


def set_pdf(template: str, document: bytes, timestamp: int, *, seconds: float = SECONDS) -> bytes:
    """Set a document as PDF/A-2a and PDF/UA-1.

    Args:
        template: name of the template, which stands beside this module.
        document: JSON in UTF-8; the template finds it in `sys.inputs.list`.
        timestamp: when the document was made, in seconds since 1970.
        seconds: of the clock; as long, it may wait for its turn before.

    Raises:
        TypesettingError: it took too long or too much memory, or others were first for as long.
    """
    if not _turns.acquire(timeout=seconds):
        raise TypesettingError("others are being set")
    try:
        # Nothing of the server's environment, in which there are secrets, is handed down.
        kept = {name: os.environ[name] for name in _LIBRARIES if name in os.environ}
        done = subprocess.run(  # noqa: S603  our own interpreter and our own code
            [sys.executable, "-I", "-X", "utf8", "-c", _START, str(_ROOT), template, str(timestamp)],
            input=document,
            capture_output=True,
            env=kept,
            start_new_session=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        # The cause is left out: it holds the document.
        raise TypesettingError("it took too long") from None
    finally:
        _turns.release()
    if done.returncode:
        raise TypesettingError(f"typst ended with {done.returncode}: {_last_line(done.stderr)}")
    return done.stdout


def serve(template: str, timestamp: str) -> None:
    """Be the child: JSON from standard input, the PDF to standard output."""
    _limit()
    made = set_here(template, sys.stdin.buffer.read(), int(timestamp))
    sys.stdout.buffer.write(made)
    sys.stdout.buffer.flush()
    # Taking apart what typst remembers takes as long as setting a page.
    os._exit(0)


def set_here(template: str, document: bytes, timestamp: int) -> bytes:
    """Do in this process what `set_pdf` does in a child."""
    import typst  # noqa: PLC0415 - only the child needs it

    return typst.compile(
        _HERE / template,
        root=_HERE,
        font_paths=typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[_FONTS]),
        ignore_system_fonts=True,
        sys_inputs={"list": document.decode()},
        format="pdf",
        pdf_standards=["a-2a", "ua-1"],
        timestamp=timestamp,
    )


def _limit() -> None:
    """Let the system stop this process; where it cannot, the clock of the caller still does."""
    import resource  # noqa: PLC0415 - not on every system, and only the child needs it

    for kind, most in (
        (resource.RLIMIT_AS, _MEMORY_BYTES),
        (resource.RLIMIT_CPU, _CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            resource.setrlimit(kind, (most, most))
        except (ValueError, OSError):
            continue


def _last_line(said: bytes) -> str:
    """Give what typst says went wrong; where in the template it was is for its own tests."""
    lines = said.decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:200] if lines else "it said nothing"
