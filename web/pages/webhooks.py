"""Addresses that are told what happens in rounds: added, tried, switched off and on, removed; their log."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, Field
from sqlmodel import Session
from starlette.responses import Response

from matcher.engine.phrases import Phrase, phrase
from matcher.errors import FieldError, StaleEditError
from matcher.workflows.server_key import server_key
from matcher.workflows.webhook_deliveries import (
    KEPT,
    LISTED,
    MOST_TRIES,
    DeliveryLine,
    Problem,
    list_deliveries,
    send_again,
)
from matcher.workflows.webhooks import (
    EVENTS,
    NewWebhook,
    WebhookCard,
    add_webhook,
    disable_webhook,
    enable_webhook,
    list_webhooks,
    read_webhook,
    remove_webhook,
    send_trial,
)
from models.access import Actor
from models.webhook import DeliveryState, WebhookEvent
from web.access import WebhookManagerDep
from web.dependencies import SessionDep, get_settings
from web.rendering import render

router = APIRouter(prefix="/webhooks")

EVENT_WORDS: Mapping[str, Phrase] = {
    WebhookEvent.ROUND_RUN: phrase("a round is planned"),
    WebhookEvent.ROUND_PUBLISHED: phrase("a plan is published"),
    WebhookEvent.ROUND_FINALISED: phrase("a round is final"),
    WebhookEvent.RESULT_CHANGED: phrase("a published result changes"),
    WebhookEvent.TEST: phrase("trial"),
}
STATE_WORDS: Mapping[str, Phrase] = {
    DeliveryState.WAITING: phrase("waits"),
    DeliveryState.DELIVERED: phrase("delivered"),
    DeliveryState.GIVEN_UP: phrase("given up"),
}
PROBLEM_WORDS: Mapping[str, Phrase] = {
    Problem.STATUS: phrase("The answer says that it was not taken."),
    Problem.REDIRECT: phrase("The answer leads elsewhere, and that is not followed."),
    Problem.GONE: phrase("The answer says that nobody listens there any more."),
    Problem.TIMEOUT: phrase("There was no answer in time."),
    Problem.CONNECTION: phrase("There was no connection."),
    Problem.CERTIFICATE: phrase("The certificate is not that of the address."),
    Problem.NAME: phrase("The name of the address is unknown."),
    Problem.PRIVATE: phrase("The address is not in the public internet."),
    Problem.SECRET: phrase("The secret cannot be opened; add the address again."),
    Problem.INTERRUPTED: phrase("Sending was interrupted too often."),
    Problem.DISABLED: phrase("The address was switched off."),
}

_ADVICE: Mapping[str, Phrase] = {
    "address": phrase("Give an address with https:// in the public internet, at most 500 characters."),
    "events": phrase("Choose at least one thing to be told about."),
    "webhooks": phrase("There are 20 addresses. Remove one first."),
}


@dataclass(frozen=True, slots=True)
class WebhooksPage:
    """Everything `webhooks/list.html` may use; `made` is new, its secret shown this once."""

    webhooks: tuple[WebhookCard, ...]
    events: tuple[WebhookEvent, ...]
    words: Mapping[str, Phrase]
    made: NewWebhook | None
    address: str
    chosen: tuple[str, ...]
    field: str
    advice: Phrase | None


@dataclass(frozen=True, slots=True)
class WebhookPage:
    """Everything `webhooks/webhook.html` may use."""

    webhook: WebhookCard
    deliveries: tuple[DeliveryLine, ...]
    words: Mapping[str, Phrase]
    states: Mapping[str, Phrase]
    problems: Mapping[str, Phrase]
    most_tries: int
    listed: int
    days_kept: int
    problem: Phrase | None


class NewWebhookForm(BaseModel):
    """An address and what it is told about; the workflow says what is wrong with them."""

    address: str = Field(default="", max_length=5000)
    events: list[str] = Field(default=[], max_length=20)


@router.get("")
def show_webhooks(request: Request, session: SessionDep, manager: WebhookManagerDep) -> HTMLResponse:
    """List the addresses, and the form for another."""
    return _list_page(request, session, manager, NewWebhookForm(events=[event.value for event in EVENTS]))


@router.post("")
def add(
    request: Request,
    session: SessionDep,
    manager: WebhookManagerDep,
    form: Annotated[NewWebhookForm, Form()],
) -> HTMLResponse:
    """Add an address and show its secret once."""
    settings = get_settings(request)
    try:
        made = add_webhook(
            session,
            manager,
            server_key(settings),
            form.address,
            form.events,
            private=settings.webhooks_private,
        )
    except FieldError as error:
        return _list_page(request, session, manager, form, field=error.field)
    empty = NewWebhookForm(events=[event.value for event in EVENTS])
    return _list_page(request, session, manager, empty, made=made)


@router.get("/{webhook_id}")
def show_webhook(
    request: Request, session: SessionDep, manager: WebhookManagerDep, webhook_id: str
) -> HTMLResponse:
    """Show an address with the log of its messages."""
    return _webhook_page(request, session, manager, webhook_id)


@router.post("/{webhook_id}/test")
def try_out(request: Request, session: SessionDep, manager: WebhookManagerDep, webhook_id: str) -> Response:
    """Send a message that nothing happened to."""
    try:
        send_trial(session, manager, webhook_id)
    except StaleEditError:
        return _webhook_page(request, session, manager, webhook_id, stale=True)
    return _back(webhook_id)


@router.post("/{webhook_id}/disable")
def switch_off(session: SessionDep, manager: WebhookManagerDep, webhook_id: str) -> Response:
    """Tell an address nothing more."""
    disable_webhook(session, manager, webhook_id)
    return _back(webhook_id)


@router.post("/{webhook_id}/enable")
def switch_on(session: SessionDep, manager: WebhookManagerDep, webhook_id: str) -> Response:
    """Tell an address again what happens from now on."""
    enable_webhook(session, manager, webhook_id)
    return _back(webhook_id)


@router.post("/{webhook_id}/remove")
def remove(session: SessionDep, manager: WebhookManagerDep, webhook_id: str) -> Response:
    """Remove an address with its secret and log."""
    remove_webhook(session, manager, webhook_id)
    return RedirectResponse("/webhooks", 303)


@router.post("/{webhook_id}/deliveries/{delivery_id}/again")
def again(
    *,
    request: Request,
    session: SessionDep,
    manager: WebhookManagerDep,
    webhook_id: str,
    delivery_id: str,
) -> Response:
    """Send a message again, under the same id."""
    try:
        send_again(session, manager, webhook_id, delivery_id)
    except StaleEditError:
        return _webhook_page(request, session, manager, webhook_id, stale=True)
    return _back(webhook_id)


def _back(webhook_id: str) -> Response:
    return RedirectResponse(f"/webhooks/{webhook_id}", 303)


def _list_page(
    request: Request,
    session: Session,
    manager: Actor,
    form: NewWebhookForm,
    *,
    made: NewWebhook | None = None,
    field: str = "",
) -> HTMLResponse:
    page = WebhooksPage(
        list_webhooks(session, manager),
        EVENTS,
        EVENT_WORDS,
        made,
        form.address,
        tuple(form.events),
        field,
        _ADVICE.get(field),
    )
    status = 422 if field else 201 if made else 200
    return render(request, "webhooks/list.html", page, status_code=status, address="/webhooks")


def _webhook_page(
    request: Request, session: Session, manager: Actor, webhook_id: str, *, stale: bool = False
) -> HTMLResponse:
    page = WebhookPage(
        read_webhook(session, manager, webhook_id),
        list_deliveries(session, manager, webhook_id),
        EVENT_WORDS,
        STATE_WORDS,
        PROBLEM_WORDS,
        MOST_TRIES,
        LISTED,
        KEPT.days,
        phrase("Nothing was sent: the address is switched off, or the message waits already.")
        if stale
        else None,
    )
    address = f"/webhooks/{webhook_id}"
    status = 409 if stale else 200
    return render(request, "webhooks/webhook.html", page, status_code=status, address=address)
