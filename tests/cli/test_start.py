"""Starting: help that is quick, one line for every mistake, and settings refused by name."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from matcher.settings import PROJECT
from tests.cli.conftest import PROGRAM, Landfall

COMMANDS = [
    "assign",
    "backup",
    "restore",
    "import",
    "extract",
    "export-subject",
    "erase",
    "retention",
    "replay",
    "shortlist",
    "reproduce",
    "migrate",
    "seed",
    "reindex",
    "serve",
    "match",
    "evaluate",
    "encode",
    "similarity",
    "calibrate",
    "routes",
    "doctor",
    "lexicon",
    "audit",
    "user",
    "round",
]
HEAVY = {
    "alembic",
    "babel",
    "bm25s",
    "faiss",
    "fastapi",
    "kiwipiepy",
    "lingua",
    "matcher",
    "models",
    "numpy",
    "pydantic",
    "pydantic_settings",
    "rich",
    "sentence_transformers",
    "sqlalchemy",
    "sqlmodel",
    "torch",
    "uvicorn",
}


def best_time(command: list[str], folder: Path) -> float:
    """Time a command five times and give the best."""
    times = []
    for _ in range(5):
        start = time.perf_counter()
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    return min(times)


def test_help_names_every_command(landfall: Landfall) -> None:
    done = landfall.run("--help")

    listed = [line.split()[0] for line in done.out.split("Commands:\n")[1].splitlines()]
    assert (done.code, done.err) == (0, "")
    assert listed == COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_help_of_its_own(landfall: Landfall, command: str) -> None:
    done = landfall.call(command, "--help")

    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"Usage: landfall {command} ")
    assert landfall.files() == {}


def test_without_a_command_the_help_is_shown(landfall: Landfall) -> None:
    done = landfall.run()

    assert (done.code, done.out) == (2, "")
    assert done.err == landfall.run("--help").out


def test_the_help_imports_nothing_heavy(landfall: Landfall) -> None:
    code = "import sys, web.cli; print(sorted({name.split('.')[0] for name in sys.modules}))"

    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=PROJECT,
        env={"PATH": "", "LANDFALL_DATA_DIR": str(landfall.data)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert HEAVY & set(done.stdout.replace("'", "").strip("[]\n").split(", ")) == set()


def test_help_takes_at_most_thirty_times_as_long_as_python_itself(landfall: Landfall) -> None:
    plain = best_time([sys.executable, "-c", "pass"], landfall.cwd)
    helped = best_time([str(PROGRAM), "--help"], landfall.cwd)

    assert helped / plain < 30


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["fly"], "landfall: No such command 'fly'."),
        (["match"], "landfall: Missing argument 'file'."),
        (["match", "a.txt", "--fast"], "landfall: No such option: --fast"),
        (["match", "a.txt", "--lang", "fr"], "landfall: Invalid value for '--lang'"),
        (["match", "a.txt", "--top", "0"], "landfall: Invalid value for '--top'"),
        (["match", "a.txt", "--top", "many"], "landfall: Invalid value for '--top'"),
        (["encode"], "landfall: Missing option '--lang'"),
        (["similarity", "a", "b"], "landfall: Missing option '--out'"),
        (["serve", "--port", "65536"], "landfall: Invalid value for '--port'"),
    ],
)
def test_a_mistake_in_the_command_line_is_one_line(
    landfall: Landfall, arguments: list[str], complaint: str
) -> None:
    done = landfall.run(*arguments)

    assert done.complaint.startswith(complaint)
    assert landfall.files() == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [("QUEUE_LIMIT", "many"), ("QUEUE_LIMIT", "0"), ("TRIES_PER_MINUTE", "1e99")],
)
def test_a_setting_that_cannot_be_is_refused_by_its_name(landfall: Landfall, name: str, value: str) -> None:
    done = landfall.having(**{name: value}).call("migrate")

    assert done.complaint.startswith(f"landfall: LANDFALL_{name}: Input should be ")
    assert landfall.files() == {}


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("nonsense", "landfall: database: Could not parse SQLAlchemy URL"),
        ("klingon://host/db", "landfall: database: Can't load plugin"),
        ("mssql+pymssql://host/db", "landfall: database: the driver pymssql is not installed"),
        ("sqlite:////dev/null/deep/landfall.db", "landfall: /dev/null/deep: Not a directory"),
    ],
)
def test_a_database_that_cannot_be_opened_is_one_line(landfall: Landfall, url: str, complaint: str) -> None:
    done = landfall.having(database_url=url).call("migrate")

    assert done.complaint.startswith(complaint)


def test_a_data_folder_that_is_a_file_is_one_line(landfall: Landfall) -> None:
    landfall.data.write_text("a file")

    done = landfall.call("migrate")

    assert done.complaint == f"landfall: {landfall.data}: File exists"


def test_a_file_that_is_no_database_is_one_line(landfall: Landfall) -> None:
    landfall.data.mkdir()
    (landfall.data / "landfall.db").write_bytes(b"no database at all, only words " * 99)

    done = landfall.call("shortlist", "md-global-gateway")

    assert done.complaint == "landfall: database: (sqlite3.DatabaseError) file is not a database"


@pytest.mark.parametrize(
    "arguments", [["seed"], ["reindex"], ["shortlist", "md-global-gateway"], ["serve", "--port", "1024"]]
)
def test_a_database_that_was_never_migrated_is_reported_and_not_made(
    landfall: Landfall, arguments: list[str]
) -> None:
    done = landfall.run(*arguments)

    assert done.complaint == "landfall: database: is not at this version's schema; run landfall migrate"
    assert landfall.files() == {}
