"""The API does what its OpenAPI document says, for requests that fit it and for those that do not.

Schemathesis runs as an outside checker would, against a served site, with all checks and phases.
`make soak` runs it with more examples (LANDFALL_API_EXAMPLES).
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from matcher.settings import PROJECT
from matcher.workflows.analysts import LocalAnalyst
from tests.access.world import World, open_app, serve

EXAMPLES = os.environ.get("LANDFALL_API_EXAMPLES", "25")
WHO = ["manager", "own_founder"] if "LANDFALL_API_EXAMPLES" in os.environ else ["manager"]
CHECKER = Path(sys.executable).with_name("st")


@pytest.fixture(scope="module")
def address(
    world: World, tmp_path_factory: pytest.TempPathFactory, hashing_analyst: LocalAnalyst
) -> Iterator[str]:
    """Serve a copy of the world, which the requests may change."""
    app = open_app(world, tmp_path_factory.mktemp("schema"), hashing_analyst)
    with serve(app) as served:
        yield served


@pytest.mark.parametrize("name", WHO)
def test_the_api_keeps_to_its_document(address: str, world: World, tmp_path: Path, name: str) -> None:
    token = world.fixture.principals[name].token
    done = subprocess.run(
        [
            CHECKER,
            *("--config-file", PROJECT / "schemathesis.toml"),
            "run",
            f"{address}/openapi.json",
            *("--header", f"Authorization: Bearer {token}"),
            *("--checks", "all", "--mode", "all", "--max-examples", EXAMPLES, "--seed", "1", "--no-color"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=1800,
    )

    assert done.returncode == 0, done.stdout[-8000:]
    assert "No issues found" in done.stdout
