"""A request that is sent again under the same Idempotency-Key has its effect once, and the same answer.

Key and request are kept as hashes for a day, with the answer. What failed is not kept: it may be tried again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlmodel import Session, col, delete

from matcher.errors import StaleEditError
from models.access import Actor
from models.base import now_utc
from models.tables import ApiEffect

KEPT = timedelta(hours=24)


class KeyUsedError(StaleEditError):
    """A key was used for another request."""


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """A request that has its effect once: whose key, and what was asked."""

    account_id: str
    key_hash: str
    request_hash: str


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What was answered the first time."""

    status: int
    answer: str
    etag: str


def keyed(actor: Actor, key: str, *asked: str | bytes) -> KeyedRequest:
    """Name a request by its key and by all that was asked."""
    parts = [part.encode() if isinstance(part, str) else part for part in asked]
    whole = b"".join(len(part).to_bytes(8) + part for part in parts)
    return KeyedRequest(actor.key, sha256(key.encode()).hexdigest(), sha256(whole).hexdigest())


def kept_answer(session: Session, request: KeyedRequest) -> KeptAnswer | None:
    """Give what was answered under this key; None where the effect is still to be had.

    Args:
        session: an open write unit, so that of two at once the second waits for the first.
        request: the request.

    Raises:
        KeyUsedError: the key was used for another request.
    """
    row = session.get(ApiEffect, (request.account_id, request.key_hash))
    if row is None:
        return None
    if row.created_at < now_utc() - KEPT:
        session.delete(row)
        session.flush()
        return None
    if row.request_hash != request.request_hash:
        raise KeyUsedError("Idempotency-Key: was used for another request")
    return KeptAnswer(row.status, row.answer, row.etag)


def keep_answer(session: Session, request: KeyedRequest, status: int, answer: str, *, etag: str = "") -> None:
    """Keep an answer for a day, in the transaction of its effect."""
    session.add(
        ApiEffect(
            account_id=request.account_id,
            key_hash=request.key_hash,
            request_hash=request.request_hash,
            status=status,
            answer=answer,
            etag=etag,
        )
    )


def drop_old_effects(session: Session, now: datetime) -> None:
    """Delete the answers that are a day old."""
    session.exec(delete(ApiEffect).where(col(ApiEffect.created_at) < now - KEPT))
