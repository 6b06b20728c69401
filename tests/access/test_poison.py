"""Values that break naive services, in every field, path and parameter of every route: never a fault.

What is refused leaves nothing behind: after each answer of 400 and more the database is as it was.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args
from urllib.parse import quote, quote_plus

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from pydantic import BaseModel

from matcher.workflows.analysts import LocalAnalyst
from tests.access.samples import BODIES, TOKENS
from tests.access.world import Rewind, World, browser, open_app
from tests.web.api.poison import TEXTS

RAW: Mapping[str, bytes] = {
    "surrogate": b"%ED%A0%80",
    "bad_utf8": b"%FF%FE",
    "korean_windows": quote_plus("배터리".encode("cp949")).encode(),
    "two_to_64": b"18446744073709551616",
    "negative": b"-1",
    "infinity": b"Infinity",
    "many_digits": b"9" * 5000,
}
"""Values as they stand in a form that is sent."""

_SHORT = (
    *("empty", "spaces", "nul", "escape_controls", "bidi", "hangul_fillers", "combining", "html"),
    *("formula", "newlines", "number_text", "nan_text"),
)
"""Texts every run sends; all of them are sent where LANDFALL_ALL_POISON is set, as `make soak` does."""

SENT: Mapping[str, str] = {
    name: text for name, text in TEXTS.items() if name in _SHORT or os.environ.get("LANDFALL_ALL_POISON")
}
VALUES: Mapping[str, bytes] = {
    name: quote_plus(text).encode() for name, text in SENT.items() if len(text) < 30_000
} | dict(RAW)

WHO = {"/account": "own_founder", "/manage": "lead", "/startups": "own_founder", "/people": "admin"}
"""Who asks where a manager may not; everywhere else a manager does."""


def forms(app: FastAPI) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Give every route that takes a form, with the names of its fields."""
    for context in iter_route_contexts(app.router.routes):
        path, dependant = str(context.path), getattr(context, "dependant", None)
        if "POST" in (context.methods or ()) and not path.startswith("/api/") and dependant is not None:
            yield path, tuple(field_names(dependant))


def field_names(dependant: Dependant) -> Iterator[str]:
    """Give the names of the form fields a route reads."""
    for parameter in dependant.body_params:
        for kind in (parameter.field_info.annotation, *get_args(parameter.field_info.annotation)):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from kind.model_fields
                break
        else:
            yield parameter.alias
    for part in dependant.dependencies:
        yield from field_names(part)


def principal(path: str) -> str:
    """Say who may use a route."""
    return next((name for start, name in WHO.items() if path.startswith(start)), "manager")


def address_of(world: World, path: str) -> str:
    """Fill a path with the ids of the world."""
    for name, value in (world.ids | {"token": TOKENS.get(path, "no-such")}).items():
        path = path.replace(f"{{{name}}}", value)
    return path


def send(client: TestClient, path: str, fields: Mapping[str, Any], poisoned: str, value: bytes) -> int:
    """Send a form with one field poisoned; the others are those of a good form."""
    good = {name: quote_plus(str(text)).encode() for name, text in fields.items()}
    body = b"&".join(name.encode() + b"=" + text for name, text in (good | {poisoned: value}).items())
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    return client.post(path, content=body, headers=kind).status_code


@pytest.mark.parametrize("name", ["manager", "own_founder", "lead", "admin"])
def test_no_field_of_a_form_ends_in_a_fault(
    world: World, tmp_path: Path, hashing_analyst: LocalAnalyst, name: str
) -> None:
    app = open_app(world, tmp_path, hashing_analyst)
    rewind = Rewind(world, app)
    faults, partial, tried = [], [], 0
    with browser(app, world, name) as client:
        for path, fields in forms(app):
            if principal(path) != name or path in {"/login", "/logout"}:
                continue
            for field in fields or ("unknown",):
                for label, value in VALUES.items():
                    status = send(
                        client, address_of(world, path), BODIES.get(("POST", path), {}), field, value
                    )
                    tried += 1
                    if status >= 500:
                        faults.append((path, field, label, status))
                    if rewind.wrote():
                        if status >= 400 and (tables := rewind.left()):
                            partial.append((path, field, label, status, tables))
                        rewind.back()
    rewind.close()
    app.state.engine.dispose()

    assert tried
    assert (faults, partial) == ([], [])


def test_no_path_and_no_parameter_ends_in_a_fault(
    world: World, tmp_path: Path, hashing_analyst: LocalAnalyst
) -> None:
    app = open_app(world, tmp_path, hashing_analyst)
    faults = []
    with browser(app, world, "manager") as client:
        for context in iter_route_contexts(app.router.routes):
            path = str(context.path)
            if "GET" not in (context.methods or ()):
                continue
            places = [f"{{{name}}}" for name in (*world.ids, "token") if f"{{{name}}}" in path]
            for label, text in SENT.items():
                if len(text) > 2000:
                    continue
                spelled = quote(text, safe="")
                queries = [
                    f"{path}?{name}={spelled}" for name in ("q", "lang", "city", "cursor", "limit", "page")
                ]
                filled = [address_of(world, path.replace(place, spelled or "%20")) for place in places]
                for address in (*(address_of(world, query) for query in queries), *filled):
                    status = client.get(address).status_code
                    if status >= 500:
                        faults.append((address[:200], label, status))
    app.state.engine.dispose()

    assert faults == []
