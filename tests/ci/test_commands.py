"""The commands people are told to run exist, and the pinned set is really pinned."""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def names(documents: list[Path]) -> list[str]:
    """Name the documents below the project, for the test report."""
    return [str(path.relative_to(ROOT)) for path in documents]


def test_constraints_pin_every_package_without_place_or_build() -> None:
    lines = (ROOT / ".ci" / "constraints.txt").read_text(encoding="utf-8").splitlines()

    pins = [line for line in lines if not line.startswith("#")]

    assert len(pins) > len(lines) // 2
    assert [pin for pin in pins if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", pin)] == []
    assert "torch==2.13.0" in pins


def test_ci_runs_the_test_command_of_the_readme() -> None:
    script = ROOT / ".ci" / "run"
    lines = script.read_text(encoding="utf-8").splitlines()

    assert os.access(script, os.X_OK)
    assert lines[-1] == "exec make test"
    assert "\nmake test\n" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_make_lists_the_commands_of_the_readme() -> None:
    listed = subprocess.run(["make", "help"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    known = set(re.findall(r"^\s+make ([a-z]+)", listed, flags=re.MULTILINE))

    told = {
        word
        for document in DOCUMENTS
        for word in re.findall(
            r"(?:^|`)make ([a-z]+)", document.read_text(encoding="utf-8"), flags=re.MULTILINE
        )
    }

    assert {"demo", "test"} <= told <= known


@pytest.mark.parametrize("document", DOCUMENTS, ids=names(DOCUMENTS))
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")

    targets = [link.split("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text)]
    local = [target for target in targets if target and "://" not in target]

    assert [target for target in local if not (document.parent / target).exists()] == []
