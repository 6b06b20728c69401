"""The privacy notice, and the rights it names: export, erase, and who has seen a profile."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, BackgroundTasks, Form, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field
from sqlmodel import Session
from starlette.background import BackgroundTask
from starlette.responses import RedirectResponse, Response

from matcher.engine.phrases import Phrase, phrase
from matcher.errors import FieldError
from matcher.workflows.accounts import own_account
from matcher.workflows.audits import Act
from matcher.workflows.own_startups import own_startup
from matcher.workflows.readers import ReaderRole, SeenLine, who_has_seen
from matcher.workflows.subject_erasures import (
    erase_own_account,
    erase_own_startup,
    finish,
    startups_founded_alone,
)
from matcher.workflows.subject_exports import (
    Row,
    SubjectExport,
    export_own_account,
    export_own_startup,
    note_export,
)
from matcher.workflows.tombstones import Erased
from models.access import Actor
from models.database import write_session
from web.access import VISITOR, FounderDep, OwnAccountDep, OwnProfileDep
from web.cookies import clear_session
from web.dependencies import SessionDep
from web.outcome_letters import tell_of_changes
from web.pages.sign_in_forms import key_of
from web.rendering import render

router = APIRouter()

SEE_OTHER = 303
REFUSED = 422

TABLES: Mapping[str, Phrase] = {
    "startup": phrase("The startup"),
    "profile": phrase("Texts of the profile, every version"),
    "submission": phrase("Drafts and submitted versions"),
    "programinterest": phrase("Programs wanted and not wanted"),
    "consent": phrase("Consents"),
    "candidacy": phrase("Programs that consider the startup"),
    "outcome": phrase("Results"),
    "appeal": phrase("Appeals"),
    "startupmember": phrase("Founders"),
    "invitation": phrase("Invitations"),
    "textembedding": phrase("What the machine read from the texts"),
    "auditentry": phrase("Entries of the audit log"),
    "auditentry_about": phrase("Entries of the audit log by others about this account"),
    "account": phrase("The account"),
    "agencymember": phrase("Agencies worked for"),
    "signin": phrase("Sessions"),
    "knowndevice": phrase("Known browsers"),
    "recoverycode": phrase("Recovery codes"),
    "passwordreset": phrase("Links for a new password"),
    "apitoken": phrase("API tokens"),
    "apieffect": phrase("Answers kept for repeated requests"),
    "submission_edited_by": phrase("Drafts edited"),
    "consent_given_by": phrase("Consents given"),
    "appeal_sent_by": phrase("Appeals sent"),
    "appeal_answered_by": phrase("Appeals answered"),
    "outcome_published_by": phrase("Results published"),
    "review_reviewer": phrase("Decisions made"),
    "question": phrase("Questions of agencies, and the answers"),
    "conflictanswer": phrase("Answers about conflicts of interest"),
    "outsidetie": phrase("Employers and shareholdings you told of"),
    "notice": phrase("Notices"),
    "comment_author_id": phrase("Comments written"),
    "question_asked_by": phrase("Questions asked"),
    "question_relayed_by": phrase("Questions passed on or refused"),
    "question_answered_by": phrase("Questions answered"),
    "conflictanswer_ruled_by": phrase("Conflicts of interest ruled on"),
    "reviewstep_reviewer": phrase("Steps of reviews"),
    "invitation_invited_by": phrase("Invitations given"),
}
"""What each table of an export holds, in words."""

ROLES: Mapping[str, Phrase] = {
    ReaderRole.REVIEWER.value: phrase("somebody of an agency"),
    ReaderRole.MANAGER.value: phrase("a manager of the alliance"),
    ReaderRole.OPERATOR.value: phrase("whoever runs the site"),
}

ACTS: Mapping[str, Phrase] = {
    Act.PROFILE_READ.value: phrase("read the profile"),
    Act.PROFILES_LISTED.value: phrase("saw it in a list with others"),
    Act.EXPORTED.value: phrase("took it away in a shortlist"),
    Act.DATA_EXPORTED.value: phrase("took away everything that is held"),
}

_WRONG_NAME = phrase("This is not the name of the startup. Type it as it stands above.")
_WRONG_EMAIL = phrase("This is not the e-mail address of your account.")
_LAST_FOUNDER = phrase(
    "You are the only founder of a startup. Erase it first, or have another founder invited."
)
_LAST_ADMIN = phrase("This is the last admin. Make somebody else an admin first.")

_TOO_LONG = 2000
"""Longer values, such as vectors, stand in the JSON file alone."""


@dataclass(frozen=True, slots=True)
class NoticePage:
    """Everything `privacy/notice.html` may use."""

    months: int
    years: int
    audit_years: int
    contact: str


@dataclass(frozen=True, slots=True)
class ExportLine:
    """A column and what it holds."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class ExportTable:
    """A table of an export: its rows as lines."""

    title: Phrase
    rows: tuple[tuple[ExportLine, ...], ...]


@dataclass(frozen=True, slots=True)
class ExportPage:
    """Everything `privacy/export.html` may use."""

    title: str
    back: str
    download: str
    tables: tuple[ExportTable, ...]


@dataclass(frozen=True, slots=True)
class ReadersPage:
    """Everything `privacy/readers.html` may use."""

    startup_id: str
    startup_name: str
    lines: tuple[SeenLine, ...]
    roles: Mapping[str, Phrase]
    acts: Mapping[str, Phrase]


@dataclass(frozen=True, slots=True)
class ErasePage:
    """Everything `privacy/erase.html` may use; `alone` are startups nobody else founded."""

    account: bool
    name: str
    action: str
    back: str
    export: str
    alone: tuple[tuple[str, str], ...]
    refused: Phrase | None


class NameForm(BaseModel):
    """What is typed to confirm an erasure."""

    name: str = Field(default="", max_length=1000)


@router.get("/privacy", dependencies=[VISITOR])
def show_notice(request: Request) -> HTMLResponse:
    """Show the privacy notice in the reader's language."""
    settings = request.app.state.settings
    page = NoticePage(
        settings.retention_months_not_selected,
        settings.retention_years_selected,
        settings.audit_years,
        settings.contact,
    )
    return render(request, "privacy/notice.html", page)


@router.get("/startups/{startup_id}/export")
def show_startup_export(
    request: Request, session: SessionDep, founder: FounderDep, startup_id: str
) -> HTMLResponse:
    """Show everything that is held about a startup."""
    found = export_own_startup(session, founder, startup_id)
    name = own_startup(session, founder, startup_id).name
    page = _export_page(found, name, f"/startups/{startup_id}")
    return render(request, "privacy/export.html", page)


@router.get("/startups/{startup_id}/export.json")
def load_startup_export(
    request: Request, session: SessionDep, founder: FounderDep, startup_id: str
) -> Response:
    """Give everything that is held about a startup as a file."""
    return _file(request, founder, export_own_startup(session, founder, startup_id))


@router.get("/account/export")
def show_account_export(request: Request, session: SessionDep, owner: OwnAccountDep) -> HTMLResponse:
    """Show everything that is held about the own account."""
    found = export_own_account(session, owner)
    return render(request, "privacy/export.html", _export_page(found, owner.name, "/account"))


@router.get("/account/export.json")
def load_account_export(request: Request, session: SessionDep, owner: OwnAccountDep) -> Response:
    """Give everything that is held about the own account as a file."""
    return _file(request, owner, export_own_account(session, owner))


@router.get("/startups/{startup_id}/readers")
def show_readers(request: Request, session: SessionDep, founder: FounderDep, startup_id: str) -> HTMLResponse:
    """Show which agencies have seen a startup's profile, and when; nobody is named."""
    startup = own_startup(session, founder, startup_id)
    lines = who_has_seen(session, founder, startup_id)
    page = ReadersPage(startup.id, startup.name, lines, ROLES, ACTS)
    return render(request, "privacy/readers.html", page)


@router.get("/startups/{startup_id}/erase")
def ask_to_erase_startup(
    request: Request, session: SessionDep, founder: FounderDep, startup_id: str
) -> HTMLResponse:
    """Say what an erasure does and ask for the startup's name."""
    return render(request, "privacy/erase.html", _startup_page(session, founder, startup_id))


@router.post("/startups/{startup_id}/erase")
def erase_startup(
    *,
    request: Request,
    background: BackgroundTasks,
    session: SessionDep,
    founder: OwnProfileDep,
    startup_id: str,
    form: Annotated[NameForm, Form()],
) -> Response:
    """Erase a startup for good; whoever takes a place that falls vacant is written to."""
    state = request.app.state
    own_startup(session, founder, startup_id)
    try:
        marks = erase_own_startup(
            session, founder, startup_id, form.name, settings=state.settings, key=key_of(request)
        )
    except FieldError:
        page = _startup_page(session, founder, startup_id, _WRONG_NAME)
        return render(request, "privacy/erase.html", page, status_code=REFUSED)
    background.add_task(finish, state.settings, state.engine, Erased.STARTUP, startup_id, marks)
    tell_of_changes(request, background, session, marks.changed)
    # Whoever founded nothing else may open no list of startups any more.
    return RedirectResponse("/account?done=startup-erased", SEE_OTHER)


@router.get("/account/erase")
def ask_to_erase_account(request: Request, session: SessionDep, owner: OwnAccountDep) -> HTMLResponse:
    """Say what an erasure does and ask for the e-mail address."""
    return render(request, "privacy/erase.html", _account_page(session, owner))


@router.post("/account/erase")
def erase_account(
    request: Request, session: SessionDep, owner: OwnAccountDep, form: Annotated[NameForm, Form()]
) -> Response:
    """Erase the own account for good; not the last admin's, nor the last founder's of a startup."""
    state = request.app.state
    account_id = own_account(session, owner).id
    refusals = {"email": _WRONG_EMAIL, "startups": _LAST_FOUNDER, "account": _LAST_ADMIN}
    try:
        marks = erase_own_account(session, owner, form.name, settings=state.settings, key=key_of(request))
    except FieldError as error:
        page = _account_page(session, owner, refusals[error.field])
        return render(request, "privacy/erase.html", page, status_code=REFUSED)
    after = BackgroundTask(finish, state.settings, state.engine, Erased.ACCOUNT, account_id, marks)
    response = RedirectResponse("/", SEE_OTHER, background=after)
    clear_session(request, response)
    return response


def _startup_page(
    session: Session, founder: Actor, startup_id: str, refused: Phrase | None = None
) -> ErasePage:
    startup, address = own_startup(session, founder, startup_id), f"/startups/{startup_id}"
    return ErasePage(
        account=False,
        name=startup.name,
        action=f"{address}/erase",
        back=address,
        export=f"{address}/export",
        alone=(),
        refused=refused,
    )


def _account_page(session: Session, owner: Actor, refused: Phrase | None = None) -> ErasePage:
    account = own_account(session, owner)
    alone = startups_founded_alone(session, account.id)
    return ErasePage(
        account=True,
        name=account.email,
        action="/account/erase",
        back="/account",
        export="/account/export",
        alone=tuple((startup.id, startup.name) for startup in alone),
        refused=refused,
    )


def _file(request: Request, actor: Actor, found: SubjectExport) -> Response:
    """Write the download down, then give it."""
    with write_session(request.app.state.engine) as session:
        note_export(session, actor, found.kind, found.id)
    content = json.dumps(found.document, ensure_ascii=False, indent=2) + "\n"
    name = f"landfall-{found.kind.value}-{found.made_at.date()}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type="application/json", headers=headers)


def _export_page(found: SubjectExport, title: str, back: str) -> ExportPage:
    tables = tuple(
        ExportTable(TABLES[name], tuple(_lines(row) for row in rows))
        for name, rows in found.tables.items()
        if rows
    )
    return ExportPage(title, back, f"{back}/export.json", tables)


def _lines(row: Row) -> tuple[ExportLine, ...]:
    lines = (ExportLine(name.replace("_", " "), _shown(value)) for name, value in row.items())
    return tuple(line for line in lines if line.value)


def _shown(value: Any) -> str:
    """Write a value as people read it; what is empty or very long stands in the file alone."""
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, dict):
        parts = ((name, _shown(item)) for name, item in value.items())
        return "\n".join(f"{name}: {part}" for name, part in parts if part)
    if isinstance(value, list):
        return ", ".join(part for part in map(_shown, value) if part)
    text = str(value)
    return text if len(text) <= _TOO_LONG or " " in text[:_TOO_LONG] else f"{text[:60]} …"
