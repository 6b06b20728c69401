"""A served installation, as journeys use it."""

import email
import email.policy
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from matcher.settings import PROJECT

_LETTER_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Login:
    """What a person signs in with; the secret is that of the authenticator app, empty where there is none."""

    email: str
    password: str
    secret: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    """A served installation: its address, its data, the environment its commands run in, a login per role."""

    address: str
    data: Path
    environment: Mapping[str, str]
    logins: Mapping[str, Login]

    def landfall(self, *arguments: str, typed: str = "") -> bytes:
        """Run a command of this installation and give what it prints."""
        return run_landfall(self.environment, *arguments, typed=typed)

    def wait_for_letter(self, to: str) -> str:
        """Give the text of the newest letter to an address; it is written after the answer is out.

        Raises:
            LookupError: nobody wrote to it.
        """
        end = time.monotonic() + _LETTER_SECONDS
        while time.monotonic() < end:
            for path in sorted((self.data / "mail").glob("*.eml"), key=_written, reverse=True):
                letter = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
                body = letter.get_body()
                if to in str(letter["To"]) and body is not None:
                    return str(body.get_content())
            time.sleep(0.1)
        raise LookupError(f"no letter to {to}")


def run_landfall(environment: Mapping[str, str], *arguments: str, typed: str = "") -> bytes:
    """Run a command and give what it prints."""
    command = [sys.executable, "-c", "from web.cli import main; main()", *arguments]
    return subprocess.run(
        command, check=True, input=typed.encode(), stdout=subprocess.PIPE, env=environment, cwd=PROJECT
    ).stdout


def read_logins(told: str) -> dict[str, Login]:
    """Read what `landfall seed --fixture demo` prints: role, address, password, and for some a secret."""
    rows = [line.split() for line in told.splitlines()]
    return {
        row[0]: Login(row[1], row[2], row[-1] if len(row) > 3 else "") for row in rows if len(row) in {3, 6}
    }


def _written(path: Path) -> int:
    return path.stat().st_mtime_ns
