"""Signing in and out, the code of the second factor, and forgotten passwords."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, BackgroundTasks, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, Field
from sqlalchemy import Engine
from sqlmodel import Session
from starlette.responses import Response

from matcher.engine.phrases import Phrase, mark, phrase
from matcher.errors import FieldError, UnknownThingError
from matcher.workflows.logins import WrongSignInError, login, logout
from matcher.workflows.mail import Mailer
from matcher.workflows.password_resets import (
    GOOD_FOR,
    account_of_reset,
    count_asking,
    make_reset,
    reset_password,
)
from matcher.workflows.passwords import LONGEST, SHORTEST
from matcher.workflows.second_factor import begin, confirm, give_code, must_set_up, resume
from models.access import Actor
from models.database import write_session
from models.vocabulary import Language
from web.access import GiveCodeDep, VisitorDep
from web.cookies import clear_session, set_device, set_session
from web.dependencies import ReadSessionDep, SessionDep
from web.letters import deliver, language_of_letter, mailer_of, reset_letter, site_address
from web.local_paths import landing, local_path
from web.pages.sign_in_forms import (
    MOST_TYPED,
    Problem,
    SetupView,
    TypedCode,
    browser_of,
    give_cookies,
    keep_language,
    key_of,
    problem_of,
    show_setup,
    throttles_of,
)
from web.rendering import render, request_language

router = APIRouter()

SEE_OTHER = 303
REFUSED = 422
PRIVATE = {"Cache-Control": "no-store"}

DONE = {
    "signed-out": mark("You are signed out."),
    "password-set": mark("Your new password is set. Sign in with it."),
}
"""What the sign-in page says when somebody is sent there."""


@dataclass(frozen=True, slots=True)
class LoginPage:
    """Everything `account/login.html` may use."""

    email: str
    next_path: str
    problem: Phrase | None
    notice: Phrase | None


@dataclass(frozen=True, slots=True)
class CodePage:
    """Everything `account/code.html` may use."""

    setup: SetupView | None
    next_path: str
    problem: Problem | None


@dataclass(frozen=True, slots=True)
class RecoveryCodesPage:
    """Everything `account/recovery_codes.html` may use; the codes are shown this once."""

    codes: tuple[str, ...]
    onward: str


@dataclass(frozen=True, slots=True)
class ForgotPage:
    """Everything `account/forgot.html` may use."""

    asked: bool
    minutes: int


@dataclass(frozen=True, slots=True)
class ResetPage:
    """Everything `account/reset.html` may use; `good` is false where the link is used up or too old."""

    good: bool
    problem: Problem | None
    least: int
    most: int


class LoginForm(BaseModel):
    """Fields of the sign-in form."""

    email: str = Field(default="", max_length=MOST_TYPED)
    password: str = Field(default="", max_length=MOST_TYPED)
    next: str = Field(default="", max_length=MOST_TYPED)


class ForgotForm(BaseModel):
    """Fields of the form that asks for a reset link."""

    email: str = Field(default="", max_length=MOST_TYPED)


class ResetForm(BaseModel):
    """Fields of the form that sets a new password."""

    password: str = Field(default="", max_length=MOST_TYPED)


@router.get("/login")
def show_login(request: Request, visitor: VisitorDep, done: str = "") -> Response:
    """Show the sign-in form; who is signed in goes straight on."""
    next_path = local_path(request.query_params.get("next", ""))
    if visitor.signed_in and not visitor.waits_for_code:
        return RedirectResponse(next_path or landing(visitor), SEE_OTHER)
    notice = phrase(DONE[done]) if done in DONE else None
    return render(request, "account/login.html", LoginPage("", next_path, None, notice), headers=PRIVATE)


@router.post("/login")
def sign_in(request: Request, visitor: VisitorDep, form: Annotated[LoginForm, Form()]) -> Response:
    """Sign in; a refusal says the same whether or not somebody has this address."""
    del visitor
    next_path = local_path(form.next)
    engine: Engine = request.app.state.engine
    try:
        opened = login(engine, throttles_of(request), form.email, form.password, browser_of(request))
    except WrongSignInError:
        advice = phrase("E-mail address and password do not belong together.")
        page = LoginPage(form.email, next_path, advice, None)
        return render(request, "account/login.html", page, status_code=REFUSED)
    onward = next_path or landing(opened.actor)
    target = _code_address(next_path) if opened.actor.waits_for_code else onward
    response = RedirectResponse(target, SEE_OTHER)
    set_session(request, response, opened.token)
    if opened.device_token:
        set_device(request, response, opened.device_token)
    keep_language(request, response, opened.language)
    return response


@router.post("/logout")
def sign_out(request: Request, visitor: VisitorDep, session: SessionDep) -> RedirectResponse:
    """Sign out; pressing the button twice is no mistake."""
    logout(session, visitor)
    response = RedirectResponse("/login?done=signed-out", SEE_OTHER)
    clear_session(request, response)
    return response


@router.get("/login/code")
def show_code(request: Request, session: SessionDep, owner: GiveCodeDep) -> Response:
    """Ask for the code, or show how to set up the app where there must be one and is none."""
    next_path = local_path(request.query_params.get("next", ""))
    if not owner.waits_for_code:
        return RedirectResponse(next_path or landing(owner), SEE_OTHER)
    setup = begin(session, key_of(request), owner) if must_set_up(session, owner) else None
    page = CodePage(show_setup(setup) if setup else None, next_path, None)
    return render(request, "account/code.html", page)


@router.post("/login/code")
def take_code(
    request: Request, session: SessionDep, owner: GiveCodeDep, form: Annotated[TypedCode, Form()]
) -> Response:
    """Complete the sign-in, or the set-up of the app; the session gets a new secret."""
    next_path = local_path(form.next)
    onward = next_path or landing(owner)
    if not owner.waits_for_code:
        return RedirectResponse(onward, SEE_OTHER)
    key, throttles, device = key_of(request), throttles_of(request), browser_of(request).device_token
    try:
        if must_set_up(session, owner):
            made = confirm(
                session, key, throttles, owner, sealed=form.setup, code=form.code, device_token=device
            )
            page = RecoveryCodesPage(made.recovery_codes, onward)
            shown = render(request, "account/recovery_codes.html", page, address="/account")
            give_cookies(request, shown, made.given)
            return shown
        given = give_code(session, key, throttles, owner, form.code, device_token=device)
    except FieldError as error:
        refused = CodePage(_setup_again(request, session, owner, form, error), next_path, problem_of(error))
        return render(request, "account/code.html", refused, status_code=REFUSED)
    response = RedirectResponse(onward, SEE_OTHER)
    give_cookies(request, response, given)
    return response


@router.get("/password/forgot")
def show_forgot(request: Request, visitor: VisitorDep) -> HTMLResponse:
    """Show the form that asks for a link."""
    del visitor
    return render(request, "account/forgot.html", ForgotPage(asked=False, minutes=_minutes()))


@router.post("/password/forgot")
def ask_for_link(
    request: Request, visitor: VisitorDep, background: BackgroundTasks, form: Annotated[ForgotForm, Form()]
) -> HTMLResponse:
    """Send a link if somebody has this address; the answer, and its time, is the same if nobody does."""
    browser = browser_of(request)
    count_asking(throttles_of(request), form.email, browser)
    background.add_task(
        _send_link,
        request.app.state.engine,
        mailer_of(request),
        form.email,
        address=visitor.address,
        site=site_address(request),
        asked_in=request_language(request),
    )
    return render(request, "account/forgot.html", ForgotPage(asked=True, minutes=_minutes()))


@router.get("/password/reset/{token}")
def show_reset(request: Request, visitor: VisitorDep, session: ReadSessionDep, token: str) -> HTMLResponse:
    """Show the form that sets a new password; opening the link changes nothing."""
    del visitor
    try:
        account_of_reset(session, token)
    except UnknownThingError:
        return _dead_link(request)
    return render(request, "account/reset.html", _reset_page(), headers=PRIVATE, address=request.url.path)


@router.post("/password/reset/{token}")
def set_new_password(
    *,
    request: Request,
    visitor: VisitorDep,
    token: str,
    form: Annotated[ResetForm, Form()],
) -> Response:
    """Set the password; sessions end, tokens are revoked, and the second factor stays."""
    try:
        reset_password(request.app.state.engine, token, form.password, visitor.address)
    except UnknownThingError:
        return _dead_link(request)
    except FieldError as error:
        page = _reset_page(problem_of(error))
        return render(request, "account/reset.html", page, status_code=REFUSED)
    response = RedirectResponse("/login?done=password-set", SEE_OTHER)
    clear_session(request, response)
    return response


def _code_address(next_path: str) -> str:
    return f"/login/code?{urlencode({'next': next_path})}" if next_path else "/login/code"


def _setup_again(
    request: Request, session: Session, owner: Actor, form: TypedCode, error: FieldError
) -> SetupView | None:
    """Give the set-up whose code was wrong, or a new one where it was begun too long ago."""
    if not must_set_up(session, owner):
        return None
    key = key_of(request)
    if error.field == "setup":
        return show_setup(begin(session, key, owner))
    return show_setup(resume(session, key, owner, form.setup))


def _minutes() -> int:
    return int(GOOD_FOR.total_seconds() // 60)


def _reset_page(problem: Problem | None = None) -> ResetPage:
    return ResetPage(good=True, problem=problem, least=SHORTEST, most=LONGEST)


def _dead_link(request: Request) -> HTMLResponse:
    page = ResetPage(good=False, problem=None, least=SHORTEST, most=LONGEST)
    return render(
        request,
        "account/reset.html",
        page,
        status_code=404,
        headers=PRIVATE,
        address="/password/forgot",
    )


def _send_link(
    engine: Engine, mailer: Mailer, email: str, *, address: str, site: str, asked_in: Language
) -> None:
    """Make the link and send it, after the answer is out."""
    with write_session(engine) as session:
        made = make_reset(session, email, address)
    if made is None:
        return
    language = language_of_letter(made.language, asked_in)
    link = f"{site}/password/reset/{made.token}"
    deliver(mailer, reset_letter(language, to=made.email, name=made.name, link=link, minutes=_minutes()))
