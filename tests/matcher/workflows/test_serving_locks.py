"""One server for a database, and a lock that goes with the process."""

import subprocess
import sys
from pathlib import Path

import pytest

from matcher.settings import PROJECT, Settings
from matcher.workflows.serving_locks import LOCK_FILE, InUseError, alone, database_file

HOLD = """
import sys
from pathlib import Path
from matcher.settings import Settings
from matcher.workflows.serving_locks import alone
with alone(Settings(data_dir=Path(sys.argv[1]))):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_one_is_refused_until_the_first_is_done(settings: Settings) -> None:
    with alone(settings):
        with pytest.raises(InUseError, match="a server is running"), alone(settings):
            pass
        path = settings.data_dir / LOCK_FILE
        assert path.stat().st_mode & 0o777 == 0o600

    with alone(settings):
        pass


def test_a_killed_process_holds_nothing(settings: Settings) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(settings.data_dir)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(InUseError), alone(settings):
            pass
        holder.kill()
        holder.wait(30)

    with alone(settings):
        pass


def test_two_data_folders_of_one_database_share_its_lock(settings: Settings, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'one.db'}"
    first = settings.model_copy(update={"database_url": url})
    second = first.model_copy(update={"data_dir": tmp_path / "second"})

    with alone(first), pytest.raises(InUseError), alone(second):
        pass


@pytest.mark.parametrize("url", ["postgresql://host/landfall", "sqlite://", "sqlite:///:memory:"])
def test_other_databases_are_locked_in_the_data_folder(settings: Settings, url: str) -> None:
    other = settings.model_copy(update={"database_url": url})

    with alone(other):
        assert (settings.data_dir / LOCK_FILE).exists()
    assert database_file(other) is None
