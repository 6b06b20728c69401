"""The files of docs/operation name settings and commands that exist, and their tools can read them."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from matcher.settings import PROJECT, Settings
from tests.architecture.test_documents import COMMANDS

FOLDER = PROJECT / "docs" / "operation"
FILES = sorted(path for path in FOLDER.iterdir() if path.is_file())
UNITS = [path for path in FILES if path.suffix in {".service", ".timer"}]
SETTINGS = {f"LANDFALL_{name.upper()}" for name in Settings.model_fields}
COMMAND = re.compile(
    r"(?:\.venv/bin/landfall|`landfall|^lf|`lf|run --rm landfall) ([a-z][a-z-]*(?: [a-z-]+)?)", re.MULTILINE
)


def compose() -> dict[str, Any]:
    """Read the compose file."""
    found = pytest.importorskip("yaml").safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_setting_that_is_named_exists(path: Path) -> None:
    named = set(re.findall(r"LANDFALL_[A-Z_]+", path.read_text(encoding="utf-8")))

    assert named - SETTINGS == set()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_command_that_is_named_exists(path: Path) -> None:
    named = COMMAND.findall(path.read_text(encoding="utf-8"))

    groups = {command.partition(" ")[0] for command in COMMANDS if " " in command}
    assert {name if name.split(" ")[0] in groups else name.split(" ")[0] for name in named} - set(
        COMMANDS
    ) == set()


def test_the_readme_names_every_file() -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")

    assert [path.name for path in FILES if f"({path.name})" not in readme] == [
        "Dockerfile.dockerignore",
        "README.md",
    ]


def test_the_settings_file_can_be_read_as_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for line in (FOLDER / "landfall.env").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, _, value = line.partition("=")
            monkeypatch.setenv(name, value)

    found = Settings()

    assert (found.https, found.trusted_proxies) == (True, 1)
    assert "landfall.example" in found.allowed_hosts.split(",")


def test_the_container_writes_nowhere_but_in_its_volumes() -> None:
    service = compose()["services"]["landfall"]
    dockerfile = (FOLDER / "Dockerfile").read_text(encoding="utf-8")

    assert (service["read_only"], service["cap_drop"], service["user"]) == (True, ["ALL"], "10001:10001")
    assert set(service["environment"]) <= SETTINGS
    assert {volume.partition(":")[0] for volume in service["volumes"]} <= set(compose()["volumes"])
    assert "USER landfall" in dockerfile
    assert "--uid 10001" in dockerfile
    assert (FOLDER / service["build"]["context"]).resolve() == PROJECT
    assert (PROJECT / service["build"]["dockerfile"]).is_file()


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_systemd_can_read_the_unit(path: Path, tmp_path: Path) -> None:
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("no systemd-analyze on this machine")
    for unit in UNITS:
        # The service is not installed where tests run; any command that is there will do.
        text = unit.read_text(encoding="utf-8").replace("/opt/landfall/.venv/bin/landfall", "/bin/true")
        (tmp_path / unit.name).write_text(text, encoding="utf-8")

    done = subprocess.run(
        [tool, "verify", "--man=no", str(tmp_path / path.name)], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")
