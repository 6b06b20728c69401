"""Requests with an Idempotency-Key: sent again within a day they have their effect once, and one answer."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import Header, Response
from sqlmodel import Session

from matcher.workflows.api_effects import KeyedRequest, keep_answer, kept_answer, keyed
from models.access import Actor

_KEY = r"^[!-~]{1,200}$"

_KEY_HEADER = Header(
    alias="Idempotency-Key",
    pattern=_KEY,
    description="Of your choice; sent again within a day, nothing is done twice.",
)

Key = Annotated[str | None, _KEY_HEADER]
NeededKey = Annotated[str, _KEY_HEADER]


def keyed_request(actor: Actor, key: str | None, *asked: str | bytes) -> KeyedRequest | None:
    """Name a request by its key and all that was asked; None where it has no key."""
    return None if key is None else keyed(actor, key, *asked)


def first_answer(session: Session, asked: KeyedRequest | None) -> Response | None:
    """Give the answer of the first request under this key; None where there was none."""
    kept = None if asked is None else kept_answer(session, asked)
    if kept is None:
        return None
    headers = {"Cache-Control": "no-store"} | ({"ETag": kept.etag} if kept.etag else {})
    return Response(kept.answer, kept.status, headers, "application/json")


def answer_keyed(
    session: Session,
    asked: KeyedRequest | None,
    answer: str,
    headers: Mapping[str, str] | None = None,
    *,
    status: int = 200,
) -> Response:
    """Answer, and keep the answer where the request has a key."""
    headers = {"Cache-Control": "no-store"} | dict(headers or {})
    if asked is not None:
        keep_answer(session, asked, status, answer, etag=headers.get("ETag", ""))
    return Response(answer, status, headers, "application/json")
