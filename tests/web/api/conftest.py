"""The whole application over seeded data, and a small one behind the same middlewares for the rest."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated

import pytest
from fastapi import Body, FastAPI, Query, Request
from fastapi.responses import HTMLResponse, PlainTextResponse
from fastapi.testclient import TestClient
from sqlalchemy.exc import OperationalError
from starlette.responses import Response

from matcher.errors import (
    DatabaseNotReadyError,
    EncoderBusyError,
    FieldError,
    LandfallError,
    TooManyAttemptsError,
    UnknownProgramError,
)
from matcher.settings import Settings
from matcher.workflows.analysts import LocalAnalyst
from web import middleware
from web.app import create_app
from web.problems import install_problem_handlers

MISTAKES = {
    "field": FieldError("facts.trl", "must be 1 to 9"),
    "program": UnknownProgramError("no-such"),
    "busy": EncoderBusyError(7),
    "tries": TooManyAttemptsError(31),
    "database": DatabaseNotReadyError("run `landfall migrate` at /a/secret/place"),
    "unlisted": LandfallError("a secret"),
    "sql": OperationalError("SELECT secret", {"a": "secret"}, Exception("disk full")),
    "fault": RuntimeError("a secret"),
    "broken-page": RuntimeError("a secret"),
}


def show_page(request: Request, status: int, detail: str, headers: Mapping[str, str]) -> Response:
    """Render an error the way the site's error page does, without its templates."""
    if "broken-page" in request.url.path:
        raise RuntimeError("a secret")
    return HTMLResponse(f"<h1>{status}</h1><p>{detail}</p>", status, dict(headers))


def build_app(settings: Settings) -> FastAPI:
    """Build an application with one route of each kind a test needs."""
    app = FastAPI(docs_url=None, redoc_url=None)
    middleware.install(app, settings)
    install_problem_handlers(app, show_page)

    @app.get("/page")
    @app.get("/review/queue")
    @app.get("/reviewers")
    def page() -> PlainTextResponse:
        return PlainTextResponse("page")

    @app.post("/page")
    @app.post("/api/echo")
    def size(body: Annotated[bytes, Body()]) -> int:
        return len(body)

    @app.get("/api/typed")
    @app.get("/typed")
    def typed(number: Annotated[int, Query(ge=1, le=9)]) -> int:
        return number

    @app.get("/api/mistake/{name}")
    @app.get("/mistake/{name}")
    def mistake(name: str) -> None:
        raise MISTAKES[name]

    return app


@pytest.fixture(scope="session")
def client(
    tmp_path_factory: pytest.TempPathFactory, seeded_file: Path, hashing_analyst: LocalAnalyst
) -> Iterator[TestClient]:
    """Give a client of the whole application; the API changes nothing, so all tests share it."""
    folder = tmp_path_factory.mktemp("api")
    shutil.copy(seeded_file, folder / "landfall.db")
    settings = Settings(data_dir=folder, encoder="hashing", tries_per_minute=10_000)
    app = create_app(settings, hashing_analyst)
    with TestClient(app, "http://127.0.0.1:8000", raise_server_exceptions=False) as open_client:
        yield open_client


@pytest.fixture
def small_client() -> Iterator[Callable[..., TestClient]]:
    """Give a function that opens a client of the small application."""
    opened: list[TestClient] = []

    def open_client(settings: Settings | None = None, base_url: str = "http://127.0.0.1:8000") -> TestClient:
        client = TestClient(build_app(settings or Settings()), base_url, raise_server_exceptions=False)
        opened.append(client)
        return client

    yield open_client
    for client in opened:
        client.close()
