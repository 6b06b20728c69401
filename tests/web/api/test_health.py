"""/healthz says that the process answers, /readyz whether it can do its work."""

from fastapi.testclient import TestClient
from sqlalchemy import Engine

from matcher.settings import Settings
from web.app import create_app


def test_a_seeded_service_is_alive_and_ready(client: TestClient) -> None:
    alive, ready = client.get("/healthz"), client.get("/readyz")

    assert (alive.status_code, alive.json()) == (200, {"status": "ok"})
    assert (ready.status_code, ready.json()["ready"]) == (200, True)
    assert {check["ok"] for check in ready.json()["checks"]} == {True}


def test_an_empty_folder_is_alive_but_not_ready(settings: Settings) -> None:
    app = create_app(settings)

    with TestClient(app, "http://127.0.0.1:8000", raise_server_exceptions=False) as client:
        alive, ready, programs = (client.get(path) for path in ("/healthz", "/readyz", "/api/v1/programs"))

    assert alive.status_code == 200
    assert (ready.status_code, ready.json()["ready"]) == (503, False)
    assert [check["name"] for check in ready.json()["checks"] if not check["ok"]] != []
    assert programs.status_code == 503
    assert programs.headers["content-type"] == "application/problem+json"


def test_a_damaged_database_is_unavailable_and_no_fault_of_ours(engine: Engine, settings: Settings) -> None:
    engine.dispose()
    path = settings.data_dir / "landfall.db"
    path.write_bytes(b"\xff" * path.stat().st_size)

    with TestClient(create_app(settings), "http://127.0.0.1:8000", raise_server_exceptions=False) as client:
        answers = [client.get(path) for path in ("/", "/programs", "/api/v1/programs", "/readyz")]

    assert [answer.status_code for answer in answers] == [503, 503, 503, 503]
