"""Startups: the own ones of a founder, or those somebody may read because of a review or an office."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, Field
from starlette.responses import Response

from matcher.engine.phrases import Amount, Phrase
from matcher.errors import FieldError
from matcher.workflows.interests import Interest, list_interests
from matcher.workflows.memberships import leave_startup
from matcher.workflows.outcomes import has_outcomes
from matcher.workflows.programs import ProgramCard
from matcher.workflows.questions import Answer, has_questions, list_answers
from matcher.workflows.startups import (
    Founder,
    StartupLine,
    StartupPageData,
    founders_of,
    list_startups,
    open_reviews_of,
    read_startup,
)
from matcher.workflows.submissions import OwnProfile, create_startup, read_own_profile
from models.access import Action, Actor, On, authorize
from web.access import OwnAccountDep, StartupAdderDep, StartupReaderDep
from web.dependencies import SessionDep
from web.pages.profile_form import refusal_of
from web.pages.profile_words import STATE_NOTES, STATES
from web.pages.program_form import FieldRefusal
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
    may_add: bool
    typed_name: str = ""
    problems: tuple[FieldRefusal, ...] = ()


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
    profile: OwnProfile | None
    interests: tuple[Interest, ...]
    states: Mapping[str, Phrase]
    notes: Mapping[str, Phrase]
    has_outcomes: bool
    answers: tuple[Answer, ...]
    has_questions: bool


class NewStartupForm(BaseModel):
    """The name a manager begins a startup with."""

    name: str = Field(default="", max_length=1000)


@router.get("")
def show_startups(
    request: Request,
    session: SessionDep,
    reader: StartupReaderDep,
    after: Annotated[str, Query(max_length=60)] = "",
) -> HTMLResponse:
    """List the startups the reader may see, 50 at a time."""
    return render(request, "startups/list.html", _list(session, reader, after))


@router.post("")
def add_startup(
    request: Request, session: SessionDep, adder: StartupAdderDep, form: Annotated[NewStartupForm, Form()]
) -> Response:
    """Begin a startup with nothing but its name, then lead to where its founder is invited."""
    try:
        startup_id = create_startup(session, adder, form.name)
    except FieldError:
        page = replace(_list(session, adder, ""), typed_name=form.name, problems=(refusal_of("name"),))
        return render(request, "startups/list.html", page, status_code=422)
    return RedirectResponse(f"/people?{urlencode({'startup': startup_id})}#invite", 303)


@router.get("/{startup_id}")
def show_startup(
    request: Request, session: SessionDep, reader: StartupReaderDep, startup_id: str
) -> HTMLResponse:
    """Show a startup's facts and texts; what is not the reader's own is written down and counted."""
    startup = read_startup(session, reader, startup_id)
    count_reading(request, reader, [startup.id])
    writes = startup.id in reader.startups and authorize(
        reader, Action.EDIT_OWN_STARTUP, On(startup_id=startup.id)
    )
    page = StartupPage(
        startup,
        _raised(startup),
        startup.id in reader.startups,
        reader.account_id or "",
        founders_of(session, reader, startup.id),
        open_reviews_of(session, reader, startup.id),
        reader.manager and authorize(reader, Action.INVITE),
        read_own_profile(session, reader, startup.id) if writes else None,
        list_interests(session, reader, startup.id) if writes else (),
        STATES,
        STATE_NOTES,
        has_outcomes(session, reader, startup.id),
        list_answers(session, reader, startup.id),
        has_questions(session, reader, startup.id),
    )
    return render(request, "startups/detail.html", page)


@router.post("/{startup_id}/leave")
def leave(session: SessionDep, founder: OwnAccountDep, startup_id: str) -> RedirectResponse:
    """Give up being a founder of a startup; the last one cannot."""
    leave_startup(session, founder, startup_id)
    return RedirectResponse("/", 303)


def _list(session: SessionDep, reader: Actor, after: str) -> StartupsPage:
    found = list_startups(session, reader, after=after, limit=PAGE_SIZE + 1)
    shown = found[:PAGE_SIZE]
    following = f"/startups?{urlencode({'after': shown[-1].id})}" if len(found) > PAGE_SIZE else None
    return StartupsPage(shown, reader.startups, following, authorize(reader, Action.ADD_STARTUP))


def _raised(startup: StartupPageData) -> Phrase | None:
    raised = startup.facts.raised_usd
    return None if raised is None else Phrase("%(amount)s", (("amount", Amount(raised, "USD")),))
