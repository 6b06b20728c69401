"""The pages of webhooks: the secret shown once, what can be done, and messages that go out meanwhile."""

import time

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import select
from standardwebhooks import Webhook as Signer

from matcher.settings import Settings
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.webhook_deliveries import announce
from models.database import read_session, write_session
from models.tables import AuditEntry, Webhook, WebhookDelivery
from models.webhook import WebhookEvent
from tests.matcher.workflows.receiver import receiving
from tests.web.pages.reading import read_page
from tests.web.signing_in import SAME_SITE, sign_in_new
from web.app import create_app

ADDRESS = "https://hooks.example/in"


def add(client: TestClient, address: str = ADDRESS) -> tuple[str, str]:
    """Add an address on the page; give its page and the secret."""
    answer = client.post("/webhooks", data={"address": address, "events": ["round.run", "round.published"]})
    assert answer.status_code == 201
    page = read_page(answer.text)
    secret = page.find("input", id="made").attributes["value"]
    (link,) = [one for one in page.find_all("a") if secret and one.text == "To the address, to send a trial"]
    return link.attributes["href"], secret


def test_the_secret_is_shown_once(manager: TestClient) -> None:
    address, secret = add(manager)

    assert secret.startswith("whsec_")
    for page in ("/webhooks", address):
        shown = manager.get(page)
        assert shown.status_code == 200
        assert "hooks.example" in shown.text
        assert secret not in shown.text


@pytest.mark.parametrize("language", ["en", "ko", "de", "es"])
def test_the_pages_are_shown_in_every_language(app: FastAPI, manager: TestClient, language: str) -> None:
    address, _ = add(manager)
    manager.post(f"{address}/test")
    with write_session(app.state.engine) as session:
        webhook = session.exec(select(Webhook)).one()
        for number, (state, problem) in enumerate(
            (("given-up", "gone"), ("waiting", "timeout"), ("delivered", ""))
        ):
            session.add(
                WebhookDelivery(
                    webhook_id=webhook.id,
                    event="round.run",
                    body="{}",
                    state=state,
                    tries=number,
                    last_status=200 + number,
                    last_problem=problem,
                )
            )

    for page in ("/webhooks", address):
        assert manager.get(page, params={"lang": language}).status_code == 200


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"address": "http://hooks.example", "events": ["round.run"]}, "address"),
        ({"address": "https://10.0.0.1/", "events": ["round.run"]}, "address"),
        ({"address": ADDRESS}, "events"),
        ({"address": ADDRESS, "events": ["webhook.test"]}, "events"),
    ],
)
def test_what_is_refused_comes_back_as_typed(
    manager: TestClient, form: dict[str, object], field: str
) -> None:
    answer = manager.post("/webhooks", data=form)

    page = read_page(answer.text)
    assert answer.status_code == 422
    assert page.find("input", id="address").attributes["value"] == form["address"]
    assert f'href="#{field}"' in answer.text


def test_an_address_is_looked_after(app: FastAPI, manager: TestClient) -> None:
    address, _ = add(manager)

    assert manager.post(f"{address}/disable").headers["location"] == address
    assert manager.post(f"{address}/test").status_code == 409
    assert "switched off" in manager.get(address).text
    assert manager.post(f"{address}/enable").status_code == 303
    assert manager.post(f"{address}/test").status_code == 303
    assert "trial" in manager.get(address).text
    assert manager.post(f"{address}/remove").headers["location"] == "/webhooks"
    assert manager.get(address).status_code == 404
    with read_session(app.state.engine) as session:
        acts = [entry.act for entry in session.exec(select(AuditEntry)) if entry.act.startswith("webhook")]
    assert acts == [
        "webhook-added",
        "webhook-disabled",
        "webhook-enabled",
        "webhook-tested",
        "webhook-removed",
    ]


def test_an_admin_finds_the_way_and_a_lead_does_not(app: FastAPI, client: TestClient) -> None:
    sign_in_new(app, client, "admin@x.example", office="admin")
    assert 'href="/webhooks"' in client.get("/webhooks").text
    client.cookies.clear()
    sign_in_new(app, client, "founder@x.example", startups=["S01"])

    assert client.get("/webhooks").status_code == 403
    assert 'href="/webhooks"' not in client.get("/").text


def test_a_message_goes_out_while_the_site_is_served_and_again_when_asked(
    settings: Settings, engine: object, hashing_analyst: LocalAnalyst
) -> None:
    del engine
    local = settings.model_copy(update={"webhooks_private": True})
    app = create_app(local, hashing_analyst)
    with (
        receiving() as receiver,
        TestClient(app, "http://127.0.0.1", headers=SAME_SITE, follow_redirects=False) as client,
    ):
        sign_in_new(app, client, "manager@x.example", office="manager")
        address, secret = add(client, receiver.address())
        with write_session(app.state.engine) as session:
            announce(session, WebhookEvent.ROUND_RUN, {"round": "autumn", "run": 1})
            announce(session, WebhookEvent.RESULT_CHANGED, {"round": "autumn"})
        end = time.monotonic() + 30
        while "answer 204" not in client.get(address).text and time.monotonic() < end:
            time.sleep(0.1)
        page = read_page(client.get(address).text)
        (again,) = [
            form.attributes["action"]
            for form in page.find_all("form", method="post")
            if form.attributes["action"].endswith("/again")
        ]
        assert client.post(again).status_code == 303
        assert client.post(again).status_code in {303, 409}
        while len(receiver.received) < 2 and time.monotonic() < end:
            time.sleep(0.1)
    app.state.engine.dispose()

    first, second = receiver.received[:2]
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert Signer(secret).verify(first.body, dict(first.headers))["type"] == "round.run"
    assert Signer(secret).verify(second.body, dict(second.headers))["data"] == {"round": "autumn", "run": 1}
