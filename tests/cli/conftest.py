"""The `landfall` command: as people run it, a process of its own, and quicker inside this one."""

import io
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from tests.matcher.workflows.builders import write_seed
from web import cli

PROGRAM = Path(sys.executable).parent / "landfall"


@dataclass(frozen=True)
class Done:
    """What a finished command left behind."""

    code: int
    out: str
    err: str

    @property
    def complaint(self) -> str:
        """Give the one line of a refusal; anything more, less or printed elsewhere is a fault."""
        lines = self.err.splitlines()
        assert (self.code, self.out, len(lines)) == (2, "", 1), self
        return lines[0]


@dataclass(frozen=True)
class Landfall:
    """Runs the command in a folder of one's own."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        """The data folder, which is there only after something was written."""
        return self.folder / "data"

    @property
    def cwd(self) -> Path:
        """The folder the command is run in."""
        return self.folder / "cwd"

    def environment(self) -> dict[str, str]:
        """Give the environment of a process: nothing of Landfall's that was set outside."""
        outside = {name: value for name, value in os.environ.items() if not name.startswith("LANDFALL_")}
        own = {"LANDFALL_DATA_DIR": str(self.data), "LANDFALL_ENCODER": "hashing"}
        return outside | {"PYTHONUTF8": "1", "HF_HUB_OFFLINE": "1", "COLUMNS": "100"} | own | self.settings

    def having(self, **settings: str) -> "Landfall":
        """Give the same command with other settings, named without their prefix."""
        named = {f"LANDFALL_{name.upper()}": value for name, value in settings.items()}
        return replace(self, settings=self.settings | named)

    def run(self, *arguments: str, stdin: bytes = b"") -> Done:
        """Run the command in a process of its own, to its end."""
        done = subprocess.run(
            [PROGRAM, *arguments],
            cwd=self.cwd,
            env=self.environment(),
            input=stdin,
            capture_output=True,
            check=False,
            timeout=240,
        )
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    def call(self, *arguments: str, stdin: bytes = b"") -> Done:
        """Run the command inside this process, where language data is loaded already."""
        streams = {
            "stdin": io.TextIOWrapper(io.BytesIO(stdin), "utf-8"),
            "stdout": io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True),
            "stderr": io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True),
        }
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(self.cwd)
            for name in [name for name in os.environ if name.startswith("LANDFALL_")]:
                patch.delenv(name)
            for name, value in self.environment().items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["landfall", *arguments])
            for name, stream in streams.items():
                patch.setattr(sys, name, stream)
            with pytest.raises(SystemExit) as left:
                cli.main()
        code = left.value.code or 0
        assert isinstance(code, int)
        out, err = (streams[name].buffer.getvalue().decode() for name in ("stdout", "stderr"))
        return Done(code, out, err)

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file where the command is run."""
        path = self.cwd / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def files(self) -> dict[str, bytes]:
        """Read every file below the folder."""
        return {
            path.relative_to(self.folder).as_posix(): path.read_bytes()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file()
        }


@pytest.fixture
def landfall(tmp_path: Path) -> Landfall:
    """Give the command in an empty folder."""
    (tmp_path / "cwd").mkdir()
    return Landfall(tmp_path)


@pytest.fixture
def seeded(landfall: Landfall, seeded_file: Path) -> Landfall:
    """Give the command with a database that holds the shipped programs and six invented startups."""
    landfall.data.mkdir()
    shutil.copy(seeded_file, landfall.data / "landfall.db")
    return landfall


@pytest.fixture
def tiny_seed(landfall: Landfall) -> Landfall:
    """Give the command with the tiny seed files in the place of the shipped ones."""
    folder = write_seed(landfall.folder / "seed_data")
    return landfall.having(seed_dir=str(folder))
