"""Every route, every method, everybody: what is answered stands in matrix.tsv and nowhere else.

A cell is a status, or `sign-in` and `code` where the answer leads to the sign-in or to the code. Every
address is that of a thing of agency A and of the own founder, so that the cells of others show what
foreign ids answer.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from matcher.workflows.analysts import LocalAnalyst
from tests.access.samples import BODIES, INSTEAD, TOKENS
from tests.access.test_canaries import NAMES
from tests.access.world import Rewind, World, browser, open_app
from web.access import declared_routes
from web.app import create_app

MATRIX = Path(__file__).with_name("matrix.tsv")
DENIED = {"401", "403", "404", "sign-in", "code"}
LEADS_TO_SIGN_IN = {"/invitations/{token}"}
"""Routes that do their work and then lead to the sign-in."""

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD")


@dataclass(frozen=True)
class Row:
    """A line of the matrix."""

    method: str
    path: str
    access: str
    cells: Mapping[str, str]


def read_matrix() -> tuple[Row, ...]:
    """Read the matrix file."""
    with MATRIX.open(encoding="utf-8", newline="") as file:
        return tuple(
            Row(line["method"], line["path"], line["access"], {name: line[name] for name in NAMES})
            for line in csv.DictReader(file, delimiter="\t")
        )


def ask(client: TestClient, world: World, method: str, path: str) -> str:
    """Send the sample of a route and give the cell it answers with."""
    address = path
    ids = world.ids | {"token": TOKENS.get(path, "no-such")} | INSTEAD.get((method, path), {})
    for name, value in ids.items():
        address = address.replace(f"{{{name}}}", value)
    body = BODIES.get((method, path))
    kept = list(client.cookies.jar)
    if path.startswith("/api/"):
        answer = client.request(method, address, json=body)
    else:
        answer = client.request(method, address, data=body)
    # A sign-out must not decide what the rows below it are answered.
    client.cookies.clear()
    for cookie in kept:
        client.cookies.jar.set_cookie(cookie)
    location = answer.headers.get("location", "")
    if location.startswith("/login?next="):
        return "sign-in"
    if location == "/login/code" and path != "/login":
        return "code"
    return str(answer.status_code)


def test_the_matrix_holds_every_route_and_no_other(world: World, hashing_analyst: LocalAnalyst) -> None:
    app = create_app(world.settings(world.folder), hashing_analyst)
    declared = {(route.method, route.path, route.access) for route in declared_routes(app)}
    app.state.engine.dispose()

    assert {(row.method, row.path, row.access) for row in read_matrix()} == declared


@pytest.mark.parametrize("name", NAMES)
def test_everybody_is_answered_as_the_matrix_says(
    world: World, tmp_path: Path, hashing_analyst: LocalAnalyst, name: str
) -> None:
    app = open_app(world, tmp_path, hashing_analyst)
    rewind = Rewind(world, app)
    found: dict[tuple[str, str], str] = {}
    wrote: list[tuple[str, str]] = []
    with browser(app, world, name) as client:
        for row in read_matrix():
            cell = ask(client, world, row.method, row.path)
            found[row.method, row.path] = cell
            if rewind.wrote():
                rewind.back()
                if cell in DENIED and row.path not in LEADS_TO_SIGN_IN:
                    wrote.append((row.method, row.path))
    rewind.close()
    app.state.engine.dispose()

    assert found == {(row.method, row.path): row.cells[name] for row in read_matrix()}
    assert wrote == [], "a refused request wrote something"


@pytest.mark.parametrize("name", NAMES)
def test_no_other_method_is_answered(
    world: World, tmp_path: Path, hashing_analyst: LocalAnalyst, name: str
) -> None:
    app = open_app(world, tmp_path, hashing_analyst)
    known = {(row.method, row.path) for row in read_matrix()}
    paths = {path for _, path in known}
    with browser(app, world, name) as client:
        answered = {
            (method, path, cell)
            for path in paths
            for method in METHODS
            if (method, path) not in known
            and (cell := ask(client, world, method, path)) not in DENIED | {"405"}
        }
    app.state.engine.dispose()

    assert {item for item in answered if item[0] != "HEAD" and item[1] != "/static"} == set()


def test_nothing_starts_with_a_route_that_declares_nothing(
    world: World, hashing_analyst: LocalAnalyst
) -> None:
    app = create_app(world.settings(world.folder), hashing_analyst)

    @app.get("/forgotten")
    def forgotten() -> None:
        """Let everybody in by mistake."""

    with pytest.raises(LookupError, match="/forgotten declares no access"):
        declared_routes(app)
    app.state.engine.dispose()


def test_an_app_without_routes_declares_none() -> None:
    assert [route.path for route in declared_routes(FastAPI(docs_url=None, redoc_url=None))] == [
        "/openapi.json"
    ]
