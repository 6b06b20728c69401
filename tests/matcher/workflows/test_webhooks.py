"""Addresses that are told what happens: who looks after them, the secret shown once, on and off, the log."""

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from matcher.errors import AccessDeniedError, FieldError, StaleEditError, UnknownThingError
from matcher.settings import Settings
from matcher.workflows.server_key import ServerKey, make_key
from matcher.workflows.webhook_deliveries import list_deliveries
from matcher.workflows.webhooks import (
    EVENTS,
    MOST_WEBHOOKS,
    add_webhook,
    disable_webhook,
    enable_webhook,
    list_webhooks,
    read_webhook,
    remove_webhook,
    send_trial,
)
from models.access import OPERATOR, Actor, Scope
from models.database import read_session, write_session
from models.tables import AuditEntry, Webhook, WebhookDelivery
from models.webhook import WebhookEvent

ADDRESS = "https://hooks.example/in"
ALL = [event.value for event in EVENTS]


@pytest.fixture(name="key")
def server_key(settings: Settings) -> ServerKey:
    """Give the server's key."""
    return make_key(settings)


def add(engine: Engine, key: ServerKey, address: str = ADDRESS) -> str:
    """Add an address and give its id."""
    with write_session(engine) as session:
        return add_webhook(session, OPERATOR, key, address, ALL).id


def acts(engine: Engine) -> list[str]:
    """Give what was written down about webhooks."""
    with read_session(engine) as session:
        wanted = select(AuditEntry.act).where(col(AuditEntry.act).startswith("webhook"))
        return list(session.exec(wanted.order_by(col(AuditEntry.id))))


def test_an_address_is_added_with_a_secret_that_is_stored_sealed(bare: Engine, key: ServerKey) -> None:
    with write_session(bare) as session:
        added = add_webhook(session, OPERATOR, key, ADDRESS, ["round.published"])
    with read_session(bare) as session:
        sealed = session.get_one(Webhook, added.id).secret_sealed
        (card,) = list_webhooks(session, OPERATOR)

    assert added.secret.startswith("whsec_")
    assert added.secret not in sealed
    assert key.unseal(sealed) == added.secret
    assert (card.address, card.events, card.disabled_at) == (ADDRESS, (WebhookEvent.ROUND_PUBLISHED,), None)
    assert acts(bare) == ["webhook-added"]


@pytest.mark.parametrize(
    ("address", "events", "field"),
    [
        ("http://hooks.example", ["round.run"], "address"),
        (ADDRESS, [], "events"),
        (ADDRESS, ["round.run", "webhook.test"], "events"),
    ],
)
def test_what_is_refused_is_named(
    bare: Engine, key: ServerKey, address: str, events: list[str], field: str
) -> None:
    with write_session(bare) as session, pytest.raises(FieldError, match=f"^{field}: "):
        add_webhook(session, OPERATOR, key, address, events)

    assert acts(bare) == []


def test_there_is_an_end_to_how_many_there_are(bare: Engine, key: ServerKey) -> None:
    for _ in range(MOST_WEBHOOKS):
        add(bare, key)
    with write_session(bare) as session, pytest.raises(FieldError, match="webhooks: at most"):
        add_webhook(session, OPERATOR, key, ADDRESS, ALL)


def test_only_managers_and_admins_look_after_them(bare: Engine, key: ServerKey) -> None:
    webhook = add(bare, key)
    for actor in (
        Actor("r" * 32, agencies=frozenset({"a"})),
        Actor("f" * 32, startups=frozenset({"s"})),
        Actor("m" * 32, manager=True, scopes=frozenset(Scope)),
    ):
        with write_session(bare) as session:
            for act in (
                lambda session, actor: add_webhook(session, actor, key, ADDRESS, ALL),
                list_webhooks,
                lambda session, actor: read_webhook(session, actor, webhook),
                lambda session, actor: send_trial(session, actor, webhook),
                lambda session, actor: disable_webhook(session, actor, webhook),
                lambda session, actor: enable_webhook(session, actor, webhook),
                lambda session, actor: remove_webhook(session, actor, webhook),
                lambda session, actor: list_deliveries(session, actor, webhook),
            ):
                with pytest.raises(AccessDeniedError):
                    act(session, actor)
    with read_session(bare) as session:
        assert len(list_webhooks(session, Actor("d" * 32, admin=True))) == 1
        assert len(list_webhooks(session, Actor("m" * 32, manager=True))) == 1


def test_an_address_is_switched_off_on_and_removed(bare: Engine, key: ServerKey) -> None:
    webhook = add(bare, key)
    with write_session(bare) as session:
        send_trial(session, OPERATOR, webhook)
    with write_session(bare) as session:
        disable_webhook(session, OPERATOR, webhook)
        disable_webhook(session, OPERATOR, webhook)
    with write_session(bare) as session:
        with pytest.raises(StaleEditError):
            send_trial(session, OPERATOR, webhook)
        (line,) = list_deliveries(session, OPERATOR, webhook)
    with write_session(bare) as session:
        enable_webhook(session, OPERATOR, webhook)
        enable_webhook(session, OPERATOR, webhook)
        assert read_webhook(session, OPERATOR, webhook).disabled_at is None
    with write_session(bare) as session:
        remove_webhook(session, OPERATOR, webhook)
    with read_session(bare) as session:
        assert session.exec(select(WebhookDelivery)).all() == []
        with pytest.raises(UnknownThingError):
            read_webhook(session, OPERATOR, webhook)

    assert (line.event, line.state.value, line.problem) == ("webhook.test", "given-up", "disabled")
    assert acts(bare) == [
        "webhook-added",
        "webhook-tested",
        "webhook-disabled",
        "webhook-enabled",
        "webhook-removed",
    ]
