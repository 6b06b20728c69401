"""What the command prints while it works, and what it leaves to the programmer."""

import sys

import pytest

from web import cli
from web.cli_tables import reading_progress


def test_progress_is_told_in_quarters_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with reading_progress() as progress:
        for done in range(0, 217, 16):
            progress(done, 216)
        progress(0, 0)

    printed = capsys.readouterr()
    assert printed.out == ""
    assert 3 <= len(printed.err.splitlines()) <= 6
    assert printed.err.splitlines()[0] == "texts: 0 of 216 read"


def test_progress_is_a_bar_on_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")

    with reading_progress() as progress:
        progress(8, 16)

    printed = capsys.readouterr()
    assert printed.out == ""
    assert "Reading texts" in printed.err


def test_a_fault_of_ours_is_shown_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["landfall", "match", "-"])
    monkeypatch.setattr(sys, "stdin", None)

    with pytest.raises(AttributeError):
        cli.main()
