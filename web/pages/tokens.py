"""API tokens of one's own account: made here, shown once, revoked here."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, Field
from sqlmodel import Session

from matcher.engine.phrases import Phrase, phrase
from matcher.errors import FieldError
from matcher.workflows.api_tokens import MOST_DAYS, TokenLine, list_tokens, make_token, revoke_token
from models.access import Actor, Scope, usable_scopes
from web.access import OwnAccountDep
from web.dependencies import SessionDep
from web.rendering import render

router = APIRouter(prefix="/account/tokens")

USUAL_DAYS = 90

SCOPES = {
    Scope.READ: phrase("Read startups"),
    Scope.REVIEW: phrase("Review"),
    Scope.EXPORT: phrase("Take shortlists away"),
    Scope.EDIT_PROGRAMS: phrase("Edit programs"),
    Scope.WRITE_PROFILE: phrase("Read and write own profiles"),
    Scope.ROUNDS: phrase("Run rounds"),
}
"""What a token may be used for, in words."""

_ADVICE = {
    "name": phrase("Say what the token is for, in at most 100 characters."),
    "scopes": phrase("Choose what the token is for; only what your own roles may do can be chosen."),
    "days": phrase("A token is good for 1 to 365 days."),
    "tokens": phrase("You have 20 tokens. Revoke one you no longer need first."),
}


@dataclass(frozen=True, slots=True)
class TypedToken:
    """What stands in the fields of the form."""

    name: str = ""
    scopes: tuple[str, ...] = ()
    days: str = str(USUAL_DAYS)


@dataclass(frozen=True, slots=True)
class TokensPage:
    """Everything `tokens/list.html` may use; `made` is a new token, shown this once."""

    tokens: tuple[TokenLine, ...]
    scopes: tuple[tuple[Scope, Phrase], ...]
    words: dict[Scope, Phrase]
    made: str
    typed: TypedToken
    field: str
    advice: Phrase | None
    most_days: int


class TokenForm(BaseModel):
    """Fields of the form that makes a token; the workflow says what is wrong with them."""

    name: str = Field(default="", max_length=1000)
    scopes: list[str] = Field(default=[], max_length=20)
    days: str = Field(default="", max_length=20)


@router.get("")
def show_tokens(request: Request, session: SessionDep, owner: OwnAccountDep) -> HTMLResponse:
    """List the tokens that are good, and the form for another."""
    return _page(request, session, owner)


@router.post("")
def make(
    request: Request, session: SessionDep, owner: OwnAccountDep, form: Annotated[TokenForm, Form()]
) -> HTMLResponse:
    """Make a token and show it once: it is stored nowhere."""
    digits = form.days.strip()
    days = int(digits) if digits.isascii() and digits.isdigit() else 0
    try:
        token = make_token(session, owner, form.name, form.scopes, days)
    except FieldError as error:
        typed = TypedToken(form.name, tuple(form.scopes), form.days)
        return _page(request, session, owner, typed=typed, field=error.field, status=422)
    return _page(request, session, owner, made=token, status=201)


@router.post("/{token_id}/revoke")
def revoke(session: SessionDep, owner: OwnAccountDep, token_id: str) -> RedirectResponse:
    """End a token; its next use is refused."""
    revoke_token(session, owner, token_id)
    return RedirectResponse("/account/tokens", 303)


def _page(
    request: Request,
    session: Session,
    owner: Actor,
    *,
    made: str = "",
    typed: TypedToken | None = None,
    field: str = "",
    status: int = 200,
) -> HTMLResponse:
    usable = usable_scopes(owner)
    page = TokensPage(
        list_tokens(session, owner),
        tuple((scope, words) for scope, words in SCOPES.items() if scope in usable),
        SCOPES,
        made,
        typed or TypedToken(),
        field,
        _ADVICE.get(field),
        MOST_DAYS,
    )
    return render(request, "tokens/list.html", page, status_code=status, address="/account/tokens")
