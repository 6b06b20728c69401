"""The README names every setting and every command; no file names a machine."""

import re
import subprocess
from pathlib import Path

import pytest
from typer import Typer

from matcher.settings import PROJECT, Settings
from web.cli import app

README = (PROJECT / "README.md").read_text(encoding="utf-8")
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:root|home/\w+|Users/\w+|work/\w+|var/folders)/")
TEXT = {".cfg", ".css", ".html", ".js", ".json", ".jsonl", ".mako", ".md", ".po", ".py", ".svg", ".toml",
        ".tsv", ".txt", ".yml", ".yaml", ""}  # fmt: skip


def commands_of(group: Typer, prefix: str = "") -> list[str]:
    """List the commands as they are typed, those of groups with the group's name."""
    own = [
        prefix + str(command.name or getattr(command.callback, "__name__", ""))
        for command in group.registered_commands
    ]
    inner = [
        name
        for other in group.registered_groups
        if other.typer_instance is not None
        for name in commands_of(other.typer_instance, f"{prefix}{other.name} ")
    ]
    return own + inner


COMMANDS = commands_of(app)


def tracked_files() -> list[Path]:
    """List the files of the repository, new ones included."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=PROJECT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [PROJECT / name for name in listed.split("\0") if name and (PROJECT / name).is_file()]


@pytest.mark.parametrize("field", list(Settings.model_fields))
def test_every_setting_stands_in_the_readme(field: str) -> None:
    row = f"| `LANDFALL_{field.upper()}` |"

    assert README.count(row) == 1


@pytest.mark.parametrize("field", list(Settings.model_fields))
def test_every_setting_says_what_it_is(field: str) -> None:
    assert (Settings.model_fields[field].description or "").endswith(".")


def test_the_readme_names_no_setting_that_does_not_exist() -> None:
    named = set(re.findall(r"LANDFALL_[A-Z_]+", README))

    assert named - {f"LANDFALL_{field.upper()}" for field in Settings.model_fields} == set()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_stands_in_the_readme(command: str) -> None:
    assert re.findall(rf"`landfall {command}\b", README) != []


def test_the_readme_names_no_command_that_does_not_exist() -> None:
    named = set(re.findall(r"`(?:\.venv/bin/)?landfall ([a-z]+(?:-[a-z]+)*(?: [a-z]+(?:-[a-z]+)*)?)", README))

    # A second word is a command only after the name of a group; else it is an argument.
    groups = {command.partition(" ")[0] for command in COMMANDS if " " in command}
    assert {name if name.partition(" ")[0] in groups else name.partition(" ")[0] for name in named} - set(
        COMMANDS
    ) == set()


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    found = [
        f"{path.relative_to(PROJECT)}: {match.group()}"
        for path in tracked_files()
        if path.suffix in TEXT
        for match in MACHINE_PATHS.finditer(path.read_text(encoding="utf-8"))
    ]

    assert found == []


def test_no_test_folder_is_a_package() -> None:
    assert list((PROJECT / "tests").rglob("__init__.py")) == []


def test_only_data_and_text_is_tracked() -> None:
    built = {".o", ".pyc", ".so", ".db", ".sqlite", ".log", ".pkl", ".bin", ".safetensors"}

    assert [path.name for path in tracked_files() if path.suffix in built] == []
