"""The OpenAPI document describes every answer, stands on its own, and gives examples that work."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

WRITTEN = {"200", "401", "403", "404", "409", "413", "415", "422", "503"}
READ = {"200", "401", "403", "404", "422", "503"}
ROUND = "/api/v1/rounds/{round_id}"
OPERATIONS = {
    ("/api/v1/programs", "get"): {"200", "422", "503"},
    ("/api/v1/programs/{program_id}", "get"): {"200", "304", "404", "422", "503"},
    ("/api/v1/match", "post"): {"200", "403", "413", "415", "422", "429", "503"},
    ("/api/v1/me", "get"): {"200", "401", "403", "503"},
    ("/api/v1/startups", "get"): {"200", "401", "403", "422", "503"},
    ("/api/v1/startups/{startup_id}", "get"): {"200", "304", "401", "403", "404", "422", "429", "503"},
    ("/api/v1/profiles", "get"): {"200", "401", "403", "422", "503"},
    ("/api/v1/profiles/{startup_id}", "get"): {"200", "304", "401", "403", "404", "422", "503"},
    ("/api/v1/profiles/{startup_id}", "put"): WRITTEN | {"412", "428"},
    ("/api/v1/profiles/{startup_id}", "patch"): WRITTEN | {"412", "428"},
    ("/api/v1/profiles/{startup_id}/submit", "post"): WRITTEN,
    ("/api/v1/profiles/{startup_id}/withdraw", "post"): WRITTEN - {"413", "415"},
    ("/api/v1/reviews/{program_id}", "get"): {"200", "401", "403", "404", "422", "503"},
    ("/api/v1/reviews/{program_id}/learning", "get"): {"200", "401", "403", "404", "422", "503"},
    ("/api/v1/reviews/{program_id}/{startup_id}", "get"): {"200", "401", "403", "404", "422", "429", "503"},
    ("/api/v1/reviews/{program_id}/{startup_id}", "put"): WRITTEN | {"412", "428"},
    ("/api/v1/reviews/{program_id}/{startup_id}/decision", "post"): WRITTEN,
    ("/api/v1/reviews/{program_id}/{startup_id}/order", "post"): WRITTEN,
    ("/api/v1/rounds", "get"): {"200", "401", "403", "422", "503"},
    ("/api/v1/rounds", "post"): (WRITTEN | {"201"}) - {"200", "404"},
    (ROUND, "get"): READ | {"304"},
    (ROUND, "patch"): WRITTEN | {"412", "428"},
    (f"{ROUND}/pins/{{program_id}}/{{startup_id}}", "put"): WRITTEN | {"412", "428"},
    (f"{ROUND}/pins/{{program_id}}/{{startup_id}}", "delete"): READ | {"409", "412", "428"},
    (f"{ROUND}/dry-run", "post"): READ | {"409"},
    (f"{ROUND}/runs", "get"): READ,
    (f"{ROUND}/runs", "post"): (READ | {"201", "409"}) - {"200"},
    (f"{ROUND}/runs/{{run}}", "get"): READ,
    (f"{ROUND}/runs/{{run}}/pack", "get"): READ | {"409", "429"},
    (f"{ROUND}/why-not", "get"): READ | {"409", "429"},
    (f"{ROUND}/publish", "post"): WRITTEN,
    (f"{ROUND}/finalise", "post"): READ | {"409", "412", "428"},
    (f"{ROUND}/withdraw", "post"): WRITTEN,
    (f"{ROUND}/assignments", "get"): READ,
    (f"{ROUND}/shortlist", "get"): READ | {"409", "429"},
    ("/healthz", "get"): {"200"},
    ("/readyz", "get"): {"200", "503"},
}


@pytest.fixture(name="document")
def openapi_document(client: TestClient) -> dict[str, Any]:
    """Read the document as a client does."""
    answer = client.get("/openapi.json")
    assert answer.status_code == 200
    document: dict[str, Any] = answer.json()
    return document


def references(node: Any) -> Iterator[str]:
    """Give every reference in the document."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for item in node:
            yield from references(item)


def test_every_operation_lists_its_answers(document: dict[str, Any]) -> None:
    found = {
        (path, method): set(operation["responses"])
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }

    assert found == OPERATIONS


def test_every_refusal_of_the_api_is_a_problem_document(document: dict[str, Any]) -> None:
    for path, method in OPERATIONS:
        responses = document["paths"][path][method]["responses"]
        for status, response in responses.items():
            if path.startswith("/api") and status >= "400":
                assert list(response["content"]) == ["application/problem+json"]
                assert "errors" in response["content"]["application/problem+json"]["schema"]["properties"]


def keys(node: Any) -> Iterator[str]:
    """Give every key in the document."""
    if isinstance(node, dict):
        yield from node
        for value in node.values():
            yield from keys(value)
    elif isinstance(node, list):
        for item in node:
            yield from keys(item)


def test_limits_of_numbers_are_written_as_json_schema_has_them(document: dict[str, Any]) -> None:
    found = set(keys(document))

    assert found.isdisjoint({"ge", "gt", "le", "lt", "strict"})
    assert {"minimum", "maximum"} <= found


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]

    assert {
        name for name in references(document) if name.removeprefix("#/components/schemas/") not in schemas
    } == set()


def test_the_example_of_a_match_works(client: TestClient, document: dict[str, Any]) -> None:
    schema = document["paths"]["/api/v1/match"]["post"]["requestBody"]["content"]["application/json"][
        "schema"
    ]
    answer = client.post("/api/v1/match", json=schema["examples"][0])

    assert set(schema["properties"]) == {"text", "lang", "facts", "top"}
    assert "batteries" in str(schema["properties"]["facts"])
    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_no_page_that_loads_from_elsewhere(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404
