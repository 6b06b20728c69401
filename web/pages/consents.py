"""Consents of a startup: a founder reads what each agency would be given, gives it and takes it back."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Form, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from matcher.engine.phrases import Phrase, mark, phrase
from matcher.errors import FieldError
from matcher.workflows.consent_words import ConsentWords, consent_words, words_version
from matcher.workflows.consents import (
    PastConsent,
    PurposeState,
    Recipient,
    give,
    past_consents,
    recipients,
    withdraw,
)
from matcher.workflows.own_startups import own_startup
from models.access import Actor
from models.consent import Purpose
from web.access import FounderDep, OwnProfileDep
from web.dependencies import SessionDep, get_settings
from web.outcome_letters import tell_of_changes
from web.rendering import render, request_language

router = APIRouter(prefix="/startups/{startup_id}/consents")

SEE_OTHER = 303
REFUSED = 422

DONE = {
    "given": mark("Your consent was written down."),
    "withdrawn": mark("Your consent was withdrawn. The agency no longer sees your profile from now on."),
    "withdrawn-contact": mark("Your consent was withdrawn."),
}

_REFUSALS = {
    "purposes": phrase("Tick at least one of the consents."),
    "words_version": phrase("The words have changed since you opened the page. Please read them again."),
}


@dataclass(frozen=True, slots=True)
class PurposeView:
    """A purpose with its words and how it stands."""

    state: PurposeState
    words: ConsentWords


@dataclass(frozen=True, slots=True)
class RecipientView:
    """An agency with the words of everything it asks for."""

    recipient: Recipient
    purposes: tuple[PurposeView, ...]

    @property
    def asks(self) -> bool:
        """Whether there is anything left to give."""
        return any(not view.state.given_at or not view.state.current_words for view in self.purposes)


@dataclass(frozen=True, slots=True)
class ConsentsPage:
    """Everything `privacy/consents.html` may use; `others` are agencies nothing was said to yet."""

    startup_id: str
    startup_name: str
    shown: tuple[RecipientView, ...]
    others: tuple[Recipient, ...]
    past: tuple[PastConsent, ...]
    titles_of: dict[str, str]
    words_version: str
    contact: str
    notice: Phrase | None
    refused: Phrase | None
    refused_agency: str


class ShownQuery(BaseModel):
    """What is asked of the page: an agency to show among the first, and what was done just now."""

    agency: str = Field(default="", max_length=60)
    done: str = Field(default="", max_length=20)


class GiveForm(BaseModel):
    """Fields of the form that gives consents."""

    agency_id: str = Field(default="", max_length=60)
    purposes: list[str] = Field(default=[], max_length=10)
    words_version: str = Field(default="", max_length=20)


class WithdrawForm(BaseModel):
    """Fields of the form that takes a consent back."""

    agency_id: str = Field(default="", max_length=60)
    purpose: str = Field(default="", max_length=20)


@router.get("")
def show_consents(
    request: Request,
    session: SessionDep,
    founder: FounderDep,
    startup_id: str,
    shown: Annotated[ShownQuery, Query()],
) -> HTMLResponse:
    """Show what was consented to and what could be; agencies of wanted programs stand first."""
    notice = phrase(DONE[shown.done]) if shown.done in DONE else None
    page = _page(request, session, founder, startup_id, shown.agency, notice=notice)
    return render(request, "privacy/consents.html", page)


@router.post("")
def give_consents(
    request: Request,
    session: SessionDep,
    founder: OwnProfileDep,
    startup_id: str,
    form: Annotated[GiveForm, Form()],
) -> Response:
    """Give the ticked consents to one agency."""
    try:
        give(
            session,
            founder,
            startup_id,
            form.agency_id,
            _purposes(form.purposes),
            language=request_language(request),
            shown_version=form.words_version,
            settings=get_settings(request),
        )
    except FieldError as error:
        if error.field not in _REFUSALS:
            raise
        page = _page(request, session, founder, startup_id, form.agency_id, refused=_REFUSALS[error.field])
        return render(
            request, "privacy/consents.html", page, status_code=REFUSED, address=_address(startup_id)
        )
    return RedirectResponse(f"{_address(startup_id)}?done=given#agency-{form.agency_id}", SEE_OTHER)


@router.post("/withdraw")
def withdraw_consent(
    *,
    request: Request,
    background: BackgroundTasks,
    session: SessionDep,
    founder: OwnProfileDep,
    startup_id: str,
    form: Annotated[WithdrawForm, Form()],
) -> RedirectResponse:
    """Take one consent back; the agency sees nothing more from the next request on.

    A place in a published round goes to the first who waits, and is written about.
    """
    own_startup(session, founder, startup_id)
    (purpose,) = _purposes([form.purpose])
    settled = withdraw(session, founder, startup_id, form.agency_id, purpose)
    tell_of_changes(request, background, session, settled.changed, but=startup_id)
    done = "withdrawn-contact" if purpose is Purpose.RESULT_CONTACT else "withdrawn"
    return RedirectResponse(f"{_address(startup_id)}?done={done}", SEE_OTHER)


def _page(
    request: Request,
    session: Session,
    founder: Actor,
    startup_id: str,
    agency: str,
    *,
    notice: Phrase | None = None,
    refused: Phrase | None = None,
) -> ConsentsPage:
    settings, language = get_settings(request), request_language(request)
    startup = own_startup(session, founder, startup_id)
    found = recipients(session, founder, startup_id, settings)
    words = {purpose: consent_words(purpose, language, settings) for purpose in Purpose}
    shown = [one for one in found if one.wanted or one.anything_given or one.agency_id == agency]
    return ConsentsPage(
        startup_id=startup.id,
        startup_name=startup.name,
        shown=tuple(
            RecipientView(one, tuple(PurposeView(state, words[state.purpose]) for state in one.states))
            for one in shown
        ),
        others=tuple(one for one in found if one not in shown),
        past=past_consents(session, founder, startup_id),
        titles_of={purpose.value: words[purpose].title for purpose in Purpose},
        words_version=words_version(settings),
        contact=settings.contact,
        notice=notice,
        refused=refused,
        refused_agency=agency if refused else "",
    )


def _purposes(typed: list[str]) -> frozenset[Purpose]:
    try:
        return frozenset(Purpose(name) for name in typed)
    except ValueError as error:
        raise FieldError("purpose", "is not one that can be consented to") from error


def _address(startup_id: str) -> str:
    return f"/startups/{startup_id}/consents"
