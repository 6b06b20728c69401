"""The whole site over the shipped programs and a few invented startups, with the hashing encoder."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from matcher.settings import Settings
from matcher.workflows.analysts import LocalAnalyst
from web.app import create_app

SAME_SITE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def app(settings: Settings, engine: Engine, hashing_analyst: LocalAnalyst) -> Iterator[FastAPI]:
    """The site in local mode."""
    del engine
    app = create_app(settings, hashing_analyst, local_review=True)
    yield app
    app.state.engine.dispose()


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """A browser in English that follows no redirect by itself."""
    with TestClient(
        app,
        base_url="http://127.0.0.1",
        headers=SAME_SITE | {"Accept-Language": "en", "Accept": "text/html"},
        follow_redirects=False,
        raise_server_exceptions=False,
    ) as client:
        yield client


@pytest.fixture
def public_client(settings: Settings, engine: Engine, hashing_analyst: LocalAnalyst) -> Iterator[TestClient]:
    """A browser at a site that serves no review."""
    del engine
    app = create_app(settings, hashing_analyst)
    with TestClient(
        app,
        base_url="http://127.0.0.1",
        headers=SAME_SITE | {"Accept": "text/html"},
        follow_redirects=False,
    ) as client:
        yield client
    app.state.engine.dispose()
