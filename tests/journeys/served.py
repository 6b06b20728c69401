"""A served installation, as journeys use it."""

import subprocess
import sys
from dataclasses import dataclass

from matcher.settings import PROJECT


@dataclass(frozen=True, slots=True)
class Site:
    """A served installation: its address, and the environment its commands run in."""

    address: str
    environment: dict[str, str]

    def landfall(self, *arguments: str) -> bytes:
        """Run a command of this installation and give what it prints."""
        command = [sys.executable, "-c", "from web.cli import main; main()", *arguments]
        return subprocess.run(
            command, check=True, capture_output=True, env=self.environment, cwd=PROJECT
        ).stdout
