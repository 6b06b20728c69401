"""Finding a browser: what is on the path is taken, what is missing fails in CI and is said elsewhere."""

from pathlib import Path

import browser
import pytest

NOT_ROOT = 1000


def program(folder: Path, name: str, *, exit_code: int = 0) -> Path:
    """Write a program that only ends with `exit_code`."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\nexit {exit_code}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_chromium_variable_wins_over_the_path(tmp_path: Path) -> None:
    program(tmp_path / "bin", "chromium")
    chosen = program(tmp_path / "own", "my-chromium")

    found = browser.find_browser({"PATH": str(tmp_path / "bin"), "CHROMIUM": str(chosen)})

    assert found == str(chosen)


def test_other_names_are_found_on_the_path(tmp_path: Path) -> None:
    chrome = program(tmp_path, "google-chrome")

    assert browser.find_browser({"PATH": str(tmp_path)}) == str(chrome)


def test_missing_browser_is_said_and_passes_outside_ci(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = browser.main({"PATH": str(tmp_path)}, user_id=NOT_ROOT)

    assert code == 0
    assert "WILL BE SKIPPED" in capsys.readouterr().out


def test_missing_browser_fails_in_ci(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = browser.main({"PATH": str(tmp_path), "CI": "1"}, user_id=NOT_ROOT)

    said = capsys.readouterr().err
    assert code == 2
    assert said.count("\n") == 1
    assert "apt-get install chromium" in said


def test_browser_that_does_not_start_is_not_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program(tmp_path, "chromium", exit_code=1)

    code = browser.main({"PATH": str(tmp_path), "CI": "1"}, user_id=NOT_ROOT)

    assert code == 2
    assert "does not start" in capsys.readouterr().err


def test_wrong_chromium_variable_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = browser.main({"PATH": str(tmp_path), "CI": "1", "CHROMIUM": "/no/such/browser"}, user_id=NOT_ROOT)

    assert code == 2
    assert "CHROMIUM=/no/such/browser is no program" in capsys.readouterr().err


def test_slow_command_is_given_up() -> None:
    problem = browser.run(("sleep", "5"), {"PATH": "/usr/bin:/bin"}, seconds=1)

    assert problem == "no answer within 1 s"
