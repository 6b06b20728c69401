"""The own account: name, language, password, second factor, and where one is signed in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, Field
from sqlmodel import Session
from starlette.responses import Response

from matcher.engine.phrases import Label, Phrase, mark, phrase
from matcher.errors import FieldError
from matcher.workflows.accounts import change_language, change_name, own_account
from matcher.workflows.own_accounts import (
    OwnAccount,
    change_password,
    end_other_sessions,
    end_session,
    read_own_account,
)
from matcher.workflows.passwords import LONGEST, SHORTEST
from matcher.workflows.second_factor import (
    begin,
    check_own_password,
    confirm,
    new_recovery_codes,
    remove,
    resume,
)
from models.access import Actor
from models.account import Office
from web.access import OwnAccountDep
from web.dependencies import SessionDep
from web.i18n import INTERFACE_LANGUAGES, OWN_NAMES
from web.pages.browsers import browser_words
from web.pages.login import REFUSED, SEE_OTHER, RecoveryCodesPage
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
from web.rendering import render

router = APIRouter(prefix="/account")

DONE = {
    "startup-erased": mark("The startup is erased, with everything that was held about it."),
    "name": mark("Your name was changed."),
    "language": mark("Your language was changed."),
    "password": mark("Your password was changed. All other sessions were ended."),
    "password-tokens": mark(
        "Your password was changed. All other sessions were ended and all API tokens revoked."
    ),
    "second-factor-removed": mark("The authenticator app is no longer asked for."),
    "session": mark("The session was ended."),
    "sessions": mark("All other sessions were ended."),
}
"""What the page says after a change."""


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A signed-in browser, as the page shows it."""

    id: str
    browser: Phrase
    address: str
    seen_at: datetime
    current: bool


@dataclass(frozen=True, slots=True)
class LanguageChoice:
    """A language of the site, named in itself."""

    code: str
    name: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class AccountPage:
    """Everything `account/account.html` may use; `refused` names the form whose entry came back."""

    name: str
    email: str
    roles: tuple[Phrase, ...]
    languages: tuple[LanguageChoice, ...]
    second_factor_since: datetime | None
    recovery_codes_left: int
    second_factor_required: bool
    sessions: tuple[SessionRow, ...]
    least: int
    most: int
    notice: Phrase | None
    refused: str
    problem: Problem | None
    revoke_tokens: bool


@dataclass(frozen=True, slots=True)
class SetupPage:
    """Everything `account/second_factor.html` may use."""

    setup: SetupView
    problem: Problem | None


class NameForm(BaseModel):
    """Fields of the form that changes the name."""

    name: str = Field(default="", max_length=MOST_TYPED)


class LanguageForm(BaseModel):
    """Fields of the form that changes the language."""

    language: str = Field(default="", max_length=20)


class PasswordForm(BaseModel):
    """Fields of the form that changes the password."""

    current_password: str = Field(default="", max_length=MOST_TYPED)
    password: str = Field(default="", max_length=MOST_TYPED)
    revoke_tokens: bool = False


class OwnerForm(BaseModel):
    """Fields of the forms that ask for the password again."""

    current_password: str = Field(default="", max_length=MOST_TYPED)


@router.get("")
def show_account(request: Request, session: SessionDep, owner: OwnAccountDep, done: str = "") -> HTMLResponse:
    """Show the own account."""
    notice = phrase(DONE[done]) if done in DONE else None
    return _account_page(request, session, owner, notice=notice)


@router.post("/name")
def save_name(
    request: Request, session: SessionDep, owner: OwnAccountDep, form: Annotated[NameForm, Form()]
) -> Response:
    """Change how one is addressed."""
    try:
        change_name(session, owner, own_account(session, owner), form.name)
    except FieldError as error:
        return _account_page(request, session, owner, "name", problem_of(error), typed_name=form.name)
    return _back("name")


@router.post("/language")
def save_language(
    request: Request, session: SessionDep, owner: OwnAccountDep, form: Annotated[LanguageForm, Form()]
) -> Response:
    """Change the language of letters and pages."""
    try:
        change_language(session, owner, own_account(session, owner), form.language)
    except FieldError as error:
        return _account_page(request, session, owner, "language", problem_of(error))
    response = _back("language")
    keep_language(request, response, form.language)
    return response


@router.post("/password")
def save_password(
    request: Request, session: SessionDep, owner: OwnAccountDep, form: Annotated[PasswordForm, Form()]
) -> Response:
    """Change the password; every other session ends, and the API tokens are revoked where that is ticked."""
    try:
        change_password(
            session,
            throttles_of(request),
            owner,
            current=form.current_password,
            new=form.password,
            with_tokens=form.revoke_tokens,
        )
    except FieldError as error:
        problem = problem_of(error)
        return _account_page(request, session, owner, "password", problem, revoke_tokens=form.revoke_tokens)
    return _back("password-tokens" if form.revoke_tokens else "password")


@router.post("/second-factor")
def begin_second_factor(
    request: Request, session: SessionDep, owner: OwnAccountDep, form: Annotated[OwnerForm, Form()]
) -> HTMLResponse:
    """Show a new secret for an authenticator app; nothing is stored until its code was given."""
    try:
        check_own_password(throttles_of(request), own_account(session, owner), form.current_password)
    except FieldError as error:
        return _account_page(request, session, owner, "second-factor", problem_of(error))
    page = SetupPage(show_setup(begin(session, key_of(request), owner)), None)
    return render(request, "account/second_factor.html", page, address="/account")


@router.post("/second-factor/confirm")
def confirm_second_factor(
    request: Request, session: SessionDep, owner: OwnAccountDep, form: Annotated[TypedCode, Form()]
) -> HTMLResponse:
    """Take the app into use, and show the recovery codes."""
    own_account(session, owner)
    key = key_of(request)
    try:
        made = confirm(
            session,
            key,
            throttles_of(request),
            owner,
            sealed=form.setup,
            code=form.code,
            device_token=browser_of(request).device_token,
        )
    except FieldError as error:
        if error.field != "code":
            return _account_page(request, session, owner, "second-factor", problem_of(error))
        page = SetupPage(show_setup(resume(session, key, owner, form.setup)), problem_of(error))
        return render(request, "account/second_factor.html", page, status_code=REFUSED, address="/account")
    shown = _show_codes(request, made.recovery_codes)
    give_cookies(request, shown, made.given)
    return shown


@router.post("/second-factor/remove")
def remove_second_factor(
    request: Request, session: SessionDep, owner: OwnAccountDep, form: Annotated[OwnerForm, Form()]
) -> Response:
    """Sign in with the password alone from now on; not for managers and admins."""
    own_account(session, owner)
    try:
        remove(session, throttles_of(request), owner, form.current_password)
    except FieldError as error:
        return _account_page(request, session, owner, "remove", problem_of(error))
    return _back("second-factor-removed")


@router.post("/recovery-codes")
def draw_recovery_codes(
    request: Request, session: SessionDep, owner: OwnAccountDep, form: Annotated[OwnerForm, Form()]
) -> HTMLResponse:
    """Show new recovery codes; the old ones are good no more."""
    try:
        check_own_password(throttles_of(request), own_account(session, owner), form.current_password)
        codes = new_recovery_codes(session, key_of(request), owner)
    except FieldError as error:
        return _account_page(request, session, owner, "recovery-codes", problem_of(error))
    return _show_codes(request, codes)


@router.post("/sessions/end-others")
def end_others(session: SessionDep, owner: OwnAccountDep) -> RedirectResponse:
    """End every session but this one."""
    end_other_sessions(session, owner)
    return _back("sessions")


@router.post("/sessions/{sign_in_id}/end")
def end_one(session: SessionDep, owner: OwnAccountDep, sign_in_id: str) -> RedirectResponse:
    """End one session."""
    end_session(session, owner, sign_in_id)
    return _back("session")


def _back(done: str) -> RedirectResponse:
    return RedirectResponse(f"/account?done={done}", SEE_OTHER)


def _show_codes(request: Request, codes: tuple[str, ...]) -> HTMLResponse:
    page = RecoveryCodesPage(codes, "/account")
    return render(request, "account/recovery_codes.html", page, address="/account")


def _account_page(
    request: Request,
    session: Session,
    owner: Actor,
    refused: str = "",
    problem: Problem | None = None,
    *,
    notice: Phrase | None = None,
    typed_name: str | None = None,
    revoke_tokens: bool = False,
) -> HTMLResponse:
    own = read_own_account(session, owner)
    page = AccountPage(
        name=own.name if typed_name is None else typed_name,
        email=own.email,
        roles=_roles(own),
        languages=tuple(
            LanguageChoice(code.value, OWN_NAMES[code], code.value == own.language)
            for code in INTERFACE_LANGUAGES
        ),
        second_factor_since=own.second_factor_since,
        recovery_codes_left=own.recovery_codes_left,
        second_factor_required=own.office is not Office.NONE,
        sessions=tuple(
            SessionRow(row.id, browser_words(row.agent), row.address, row.seen_at, row.current)
            for row in own.sessions
        ),
        least=SHORTEST,
        most=LONGEST,
        notice=notice,
        refused=refused,
        problem=problem,
        revoke_tokens=revoke_tokens,
    )
    status_code = REFUSED if problem else 200
    return render(request, "account/account.html", page, status_code=status_code, address="/account")


def _roles(own: OwnAccount) -> tuple[Phrase, ...]:
    """Say in words what somebody is."""
    offices = {
        Office.ADMIN: phrase("Admin of the alliance: runs accounts and reads no profile"),
        Office.MANAGER: phrase("Manager of the alliance: sees every startup and program"),
    }
    words = [offices[own.office]] if own.office in offices else []
    words += [phrase("Founder of %(startup)s", startup=name) for name in own.startups]
    for seat in own.agencies:
        agency = Label(seat.name_en, seat.name)
        if seat.lead:
            words.append(phrase("Lead of %(agency)s: reviews, and edits its programs", agency=agency))
        else:
            words.append(phrase("Reviewer of %(agency)s", agency=agency))
    return tuple(words)
