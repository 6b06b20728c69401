"""The page behind the link of an invitation: opening it changes nothing, because mail scanners open links."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, Field
from sqlmodel import Session
from starlette.responses import Response

from matcher.engine.phrases import Phrase
from matcher.errors import AccessDeniedError, FieldError, NotSignedInError
from matcher.workflows.invitations import (
    OpenInvitation,
    PendingInvitation,
    accept,
    accept_signed_in,
    read_invitation,
)
from models.access import Actor, Role
from models.tables import Account
from web.access import VisitorDep
from web.dependencies import ReadSessionDep, SessionDep
from web.pages.people import ROLES
from web.pages.sign_in_forms import MOST_TYPED, Problem, problem_of
from web.rendering import render, request_language

router = APIRouter(prefix="/invitations")

_FIRST_PAGE = {Role.FOUNDER: "/startups", Role.REVIEWER: "/review", Role.LEAD: "/review"}


@dataclass(frozen=True, slots=True)
class InvitationPage:
    """Everything `invitations/accept.html` may use.

    `way` is how this reader can use it: `new` with a name and a password, `yours` with a button,
    `sign-in` after signing in, `code` after the code, `other` not at all.
    """

    invitation: PendingInvitation
    role: Phrase
    way: str
    sign_in: str
    typed_name: str
    problem: Problem | None


class AcceptForm(BaseModel):
    """Fields for somebody without an account; empty for whoever is signed in."""

    name: str = Field(default="", max_length=MOST_TYPED)
    password: str = Field(default="", max_length=MOST_TYPED)


@router.get("/{token}")
def show_invitation(
    request: Request, session: ReadSessionDep, visitor: VisitorDep, token: str
) -> HTMLResponse:
    """Say what the invitation is to, and ask to accept it."""
    return _page(request, session, visitor, read_invitation(session, token))


@router.post("/{token}")
def accept_invitation(
    *,
    request: Request,
    session: SessionDep,
    visitor: VisitorDep,
    token: str,
    form: Annotated[AcceptForm, Form()],
) -> Response:
    """Make the reader a member: with a new account, or with the account that is signed in."""
    found = read_invitation(session, token)
    goal = _FIRST_PAGE.get(found.invitation.role, "/people")
    try:
        if visitor.account_id is not None:
            accept_signed_in(session, visitor, token)
            return RedirectResponse(goal, 303)
        accept(
            session,
            token,
            name=form.name,
            password=form.password,
            language=request_language(request).value,
            address=visitor.address,
        )
    except AccessDeniedError:
        return _page(request, session, visitor, found, status=403)
    except NotSignedInError:
        return _page(request, session, visitor, found, status=401)
    except FieldError as error:
        return _page(request, session, visitor, found, status=422, typed=form.name, problem=problem_of(error))
    return RedirectResponse(f"/login?{urlencode({'next': goal})}", 303)


def _page(
    request: Request,
    session: Session,
    visitor: Actor,
    found: OpenInvitation,
    *,
    status: int = 200,
    typed: str = "",
    problem: Problem | None = None,
) -> HTMLResponse:
    # Only the path: a query of this request is nothing to come back to.
    sign_in = f"/login?{urlencode({'next': request.url.path})}"
    page = InvitationPage(
        found.invitation,
        ROLES[found.invitation.role],
        _way(session, visitor, found),
        sign_in,
        typed,
        problem,
    )
    return render(
        request,
        "invitations/accept.html",
        page,
        status_code=status,
        headers={"Cache-Control": "no-store"},
    )


def _way(session: Session, visitor: Actor, found: OpenInvitation) -> str:
    if visitor.account_id is None:
        return "sign-in" if found.has_account else "new"
    account = session.get(Account, visitor.account_id)
    if account is None or account.email != found.invitation.email:
        return "other"
    return "code" if visitor.waits_for_code else "yours"
