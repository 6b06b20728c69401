"""One world for the whole run of the access tests; what changes it works on a copy."""

import pytest

from matcher.workflows.analysts import LocalAnalyst
from tests.access.world import World, build_world


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory, hashing_analyst: LocalAnalyst) -> World:
    """The acceptance fixture with its texts read."""
    return build_world(tmp_path_factory.mktemp("world"), hashing_analyst)
