"""The whole site over the shipped programs and a few invented startups, with the hashing encoder."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from matcher.settings import Settings
from matcher.workflows.analysts import LocalAnalyst
from tests.web.signing_in import SAME_SITE, sign_in_new
from web.app import create_app


@pytest.fixture
def app(settings: Settings, engine: Engine, hashing_analyst: LocalAnalyst) -> Iterator[FastAPI]:
    """The site with nobody signed in."""
    del engine
    app = create_app(settings, hashing_analyst)
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
def manager(app: FastAPI, client: TestClient) -> TestClient:
    """The same browser after a manager signed in."""
    sign_in_new(app, client, "manager@alliance.example", office="manager")
    return client
