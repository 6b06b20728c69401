"""Every encoder of the contract suite; the packaged model is loaded once."""

import pytest

from matcher.engine.encoders import Encoder, open_encoder
from matcher.engine.model_files import PACKAGED_MODEL


@pytest.fixture(scope="session")
def packaged_encoder() -> Encoder:
    """Open the packaged model; it is loaded at the first text and kept."""
    return open_encoder(PACKAGED_MODEL)


@pytest.fixture(scope="session", params=["hashing", pytest.param(PACKAGED_MODEL, marks=pytest.mark.model)])
def encoder(request: pytest.FixtureRequest, packaged_encoder: Encoder) -> Encoder:
    """Give each encoder that ships with Landfall."""
    return packaged_encoder if request.param == PACKAGED_MODEL else open_encoder(request.param)
