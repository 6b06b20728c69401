"""Startups: the own ones of a founder, or those somebody may read because of a review or an office."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from matcher.engine.phrases import Amount, Phrase
from matcher.workflows.memberships import leave_startup
from matcher.workflows.programs import ProgramCard
from matcher.workflows.startups import (
    Founder,
    StartupLine,
    StartupPageData,
    founders_of,
    list_startups,
    open_reviews_of,
    read_startup,
)
from models.access import Action, authorize
from web.access import OwnAccountDep, StartupReaderDep
from web.dependencies import SessionDep
from web.reading import count_reading
from web.rendering import render

router = APIRouter(prefix="/startups")

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class StartupsPage:
    """Everything `startups/list.html` may use."""

    startups: tuple[StartupLine, ...]
    own: frozenset[str]
    following: str | None


@dataclass(frozen=True, slots=True)
class StartupPage:
    """Everything `startups/detail.html` may use; founders only see their own startup's."""

    startup: StartupPageData
    raised: Phrase | None
    own: bool
    oneself: str
    founders: tuple[Founder, ...]
    reviews: tuple[ProgramCard, ...]
    may_invite: bool


@router.get("")
def show_startups(
    request: Request,
    session: SessionDep,
    reader: StartupReaderDep,
    after: Annotated[str, Query(max_length=60)] = "",
) -> HTMLResponse:
    """List the startups the reader may see, 50 at a time."""
    found = list_startups(session, reader, after=after, limit=PAGE_SIZE + 1)
    shown = found[:PAGE_SIZE]
    following = f"/startups?{urlencode({'after': shown[-1].id})}" if len(found) > PAGE_SIZE else None
    return render(request, "startups/list.html", StartupsPage(shown, reader.startups, following))


@router.get("/{startup_id}")
def show_startup(
    request: Request, session: SessionDep, reader: StartupReaderDep, startup_id: str
) -> HTMLResponse:
    """Show a startup's facts and texts; what is not the reader's own is written down and counted."""
    startup = read_startup(session, reader, startup_id)
    count_reading(request, reader, [startup.id])
    page = StartupPage(
        startup,
        _raised(startup),
        startup.id in reader.startups,
        reader.account_id or "",
        founders_of(session, reader, startup.id),
        open_reviews_of(session, reader, startup.id),
        reader.manager and authorize(reader, Action.INVITE),
    )
    return render(request, "startups/detail.html", page)


@router.post("/{startup_id}/leave")
def leave(session: SessionDep, founder: OwnAccountDep, startup_id: str) -> RedirectResponse:
    """Give up being a founder of a startup; the last one cannot."""
    leave_startup(session, founder, startup_id)
    return RedirectResponse("/", 303)


def _raised(startup: StartupPageData) -> Phrase | None:
    raised = startup.facts.raised_usd
    return None if raised is None else Phrase("%(amount)s", (("amount", Amount(raised, "USD")),))
