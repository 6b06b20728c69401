"""Notices: what a person should look at, and going there."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from matcher.engine.phrases import Phrase
from matcher.workflows.notices import NoticeLine, list_notices, open_notice, read_all
from web.access import OwnAccountDep
from web.dependencies import SessionDep
from web.notice_letters import SENTENCES
from web.rendering import render

router = APIRouter(prefix="/notices")


@dataclass(frozen=True, slots=True)
class NoticesPage:
    """Everything `notices/list.html` may use."""

    notices: tuple[NoticeLine, ...]
    sentences: Mapping[str, Phrase]


@router.get("")
def show_notices(request: Request, session: SessionDep, person: OwnAccountDep) -> HTMLResponse:
    """List the own notices, the newest first."""
    page = NoticesPage(list_notices(session, person), SENTENCES)
    return render(request, "notices/list.html", page)


@router.post("/read")
def mark_all(session: SessionDep, person: OwnAccountDep) -> RedirectResponse:
    """Mark all own notices as read."""
    read_all(session, person)
    return RedirectResponse("/notices", 303)


@router.post("/{notice_id}/open")
def follow(session: SessionDep, person: OwnAccountDep, notice_id: str) -> RedirectResponse:
    """Mark a notice as read and go where it leads."""
    return RedirectResponse(open_notice(session, person, notice_id), 303)
