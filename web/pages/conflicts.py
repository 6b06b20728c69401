"""Conflicts of interest: reviewers declare and step back, managers rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, BackgroundTasks, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, Field
from sqlmodel import Session
from starlette.responses import Response

from matcher.engine.phrases import Phrase, phrase
from matcher.errors import FieldError
from matcher.workflows.conflict_findings import EMPLOYER_YEARS
from matcher.workflows.conflict_rulings import (
    Case,
    ReviewerChoice,
    challenge,
    list_cases,
    list_reviewers,
    rule,
)
from matcher.workflows.conflicts import (
    LONGEST_TIE,
    LONGEST_WORDS,
    MOST_NAMES,
    Declaration,
    Tie,
    declare,
    open_declaration,
    step_back,
)
from matcher.workflows.programs import ProgramCard
from models.access import Actor
from models.conflict import ConflictKind, ConflictState
from web.access import ConflictRulerDep, ReviewerDep
from web.dependencies import SessionDep
from web.notice_letters import send_notices
from web.rendering import render

router = APIRouter()

PAGE_SIZE = 50
MOST_PAGES = 100_000
_EMPTY_ROWS = 2
_MOST_ROWS = 60

KINDS: Mapping[str, Phrase] = {
    ConflictKind.DECLARED: phrase("declared by the reviewer"),
    ConflictKind.CHALLENGED: phrase("challenged by the startup"),
    ConflictKind.FOUNDER: phrase("founder of the startup"),
    ConflictKind.EMAIL_DOMAIN: phrase("same e-mail domain as a founder"),
    ConflictKind.EMPLOYER: phrase("worked there within three years"),
    ConflictKind.SHAREHOLDING: phrase("holds shares"),
}
STATES: Mapping[str, Phrase] = {
    ConflictState.OPEN: phrase("waits for a ruling"),
    ConflictState.CONFIRMED: phrase("conflict of interest"),
    ConflictState.DISMISSED: phrase("no conflict of interest"),
}
TIES: Mapping[str, Phrase] = {
    ConflictKind.EMPLOYER: phrase("Employer"),
    ConflictKind.SHAREHOLDING: phrase("Shareholding"),
}

_WORDS_ADVICE = phrase(
    "Write at most %(most)s characters of plain text, or leave it empty.", most=LONGEST_WORDS
)
_TIE_ADVICE = phrase(
    "Write the name of the company in at most %(most)s characters, once for each.", most=LONGEST_TIE
)
_DAY_ADVICE = phrase("Give the day as year, month and day, or leave it empty.")
_READ_ADVICE = phrase("Confirm that you have looked at every name.")
_REASON_ADVICE = phrase("Say why, in at most %(most)s characters.", most=LONGEST_WORDS)
_OWN_ADVICE = phrase("Nobody judges the own startup: this conflict stays.")
_REVIEWER_ADVICE = phrase("Choose one of the reviewers.")
_STARTUP_ADVICE = phrase(
    "Give the id or the whole name of one startup that is a candidate of this reviewer’s agency."
)


@dataclass(frozen=True, slots=True)
class Refused:
    """A field that was not taken, by the id of its box, and what to do about it."""

    field: str
    advice: Phrase


@dataclass(frozen=True, slots=True)
class TieRow:
    """A row for an employer or a shareholding, as it was told or typed."""

    kind: str
    name: str
    ended: str


@dataclass(frozen=True, slots=True)
class DeclarationPage:
    """Everything `conflicts/declare.html` may use: names and nothing else of the startups.

    `further` counts names that are asked for on the next page.
    """

    program: ProgramCard
    waiting: tuple[str, ...]
    further: int
    answered: tuple[str, ...]
    ticked: frozenset[str]
    words: str
    ties: tuple[TieRow, ...]
    kinds: Mapping[str, Phrase]
    refused: Refused | None
    saved: bool
    years: int
    most: int
    most_name: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """What Landfall found: a kind in words, and the domain or the company."""

    kind: Phrase
    value: str


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A conflict as the managers' page shows it; `key` names its fields."""

    case: Case
    key: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class ConflictsPage:
    """Everything `conflicts/manage.html` may use."""

    cases: tuple[CaseLine, ...]
    kinds: Mapping[str, Phrase]
    states: Mapping[str, Phrase]
    reviewers: tuple[ReviewerChoice, ...]
    previous: str | None
    following: str | None
    refused: Refused | None
    typed: "ChallengeForm"
    typed_reason: str
    most: int


class DeclarationForm(BaseModel):
    """The names that were shown, those with a conflict, and the rows of ties."""

    name: list[str] = Field(default=[], max_length=MOST_NAMES)
    conflict: list[str] = Field(default=[], max_length=2 * MOST_NAMES)
    words: str = Field(default="", max_length=4 * LONGEST_WORDS)
    read: bool = False
    tie_kind: list[str] = Field(default=[], max_length=_MOST_ROWS)
    tie_name: list[str] = Field(default=[], max_length=_MOST_ROWS)
    tie_ended: list[str] = Field(default=[], max_length=_MOST_ROWS)


class StepBackForm(BaseModel):
    """Why somebody leaves a case to others, if it is said."""

    words: str = Field(default="", max_length=4 * LONGEST_WORDS)


class RulingForm(BaseModel):
    """What a manager decides about a conflict."""

    conflict: bool
    reason: str = Field(default="", max_length=4 * LONGEST_WORDS)


class ChallengeForm(BaseModel):
    """A startup's challenge of a reviewer."""

    account_id: str = Field(default="", max_length=200)
    startup: str = Field(default="", max_length=400)
    words: str = Field(default="", max_length=4 * LONGEST_WORDS)


@router.get("/review/{program_id}/conflicts")
def show_declaration(
    request: Request,
    session: SessionDep,
    reviewer: ReviewerDep,
    program_id: str,
    saved: Annotated[bool, Query()] = False,  # noqa: FBT002  a word of the address
) -> HTMLResponse:
    """Show the names a reviewer answers for before anything else of a program is shown."""
    declaration = open_declaration(session, reviewer, program_id)
    return _declaration_page(request, declaration, saved=saved)


@router.post("/review/{program_id}/conflicts")
def save_declaration(
    *,
    request: Request,
    session: SessionDep,
    reviewer: ReviewerDep,
    program_id: str,
    form: Annotated[DeclarationForm, Form()],
) -> Response:
    """Keep the answers; what cannot be kept comes back as it was typed."""
    declaration = open_declaration(session, reviewer, program_id)
    refused = _refusal(form)
    if refused is None:
        ticked = set(form.conflict)
        answers = {name: name in ticked for name in form.name} | dict.fromkeys(form.conflict, True)
        try:
            declare(session, reviewer, program_id, answers, words=form.words, ties=_ties(form))
        except FieldError as error:
            refused = _refused_field(error.field)
    if refused is not None:
        return _declaration_page(request, declaration, refused, form)
    left = open_declaration(session, reviewer, program_id)
    if left.waiting or not declaration.waiting:
        return RedirectResponse(f"/review/{program_id}/conflicts?saved=1", 303)
    return RedirectResponse(f"/review/{program_id}", 303)


@router.post("/review/{program_id}/{startup_id}/step-back")
def leave_case(
    session: SessionDep,
    reviewer: ReviewerDep,
    program_id: str,
    startup_id: str,
    form: Annotated[StepBackForm, Form()],
) -> RedirectResponse:
    """Leave a case to others."""
    step_back(session, reviewer, program_id, startup_id, form.words)
    return RedirectResponse(f"/review/{program_id}", 303)


@router.get("/manage/conflicts")
def show_conflicts(
    request: Request,
    session: SessionDep,
    ruler: ConflictRulerDep,
    page: Annotated[int, Query(ge=1, le=MOST_PAGES)] = 1,
) -> HTMLResponse:
    """List conflicts, the open ones first, 50 a page."""
    return _conflicts_page(request, session, ruler, page=page)


@router.post("/manage/conflicts/challenges")
def record_challenge(
    request: Request, session: SessionDep, ruler: ConflictRulerDep, form: Annotated[ChallengeForm, Form()]
) -> Response:
    """Record that a startup challenges a reviewer."""
    try:
        challenge(session, ruler, form.account_id, form.startup, form.words)
    except FieldError as error:
        advice = {"account_id": _REVIEWER_ADVICE, "startup": _STARTUP_ADVICE, "words": _REASON_ADVICE}
        refused = Refused(f"challenge-{error.field}", advice[error.field])
        return _conflicts_page(request, session, ruler, refused=refused, typed=form)
    return RedirectResponse("/manage/conflicts", 303)


@router.post("/manage/conflicts/{account_id}/{startup_id}")
def rule_on(
    *,
    request: Request,
    background: BackgroundTasks,
    session: SessionDep,
    ruler: ConflictRulerDep,
    account_id: str,
    startup_id: str,
    form: Annotated[RulingForm, Form()],
    page: Annotated[int, Query(ge=1, le=MOST_PAGES)] = 1,
) -> Response:
    """Rule on a conflict."""
    try:
        told = rule(session, ruler, account_id, startup_id, conflict=form.conflict, reason=form.reason)
    except FieldError as error:
        advice = _OWN_ADVICE if error.field == "conflict" else _REASON_ADVICE
        refused = Refused(f"reason-{_key(account_id, startup_id)}", advice)
        return _conflicts_page(request, session, ruler, page=page, refused=refused, reason=form.reason)
    send_notices(request, background, told)
    return RedirectResponse(_address(page) or "/manage/conflicts", 303)


def _declaration_page(
    request: Request,
    declaration: Declaration,
    refused: Refused | None = None,
    form: DeclarationForm | None = None,
    *,
    saved: bool = False,
) -> HTMLResponse:
    if form is None:
        told = [
            TieRow(tie.kind.value, tie.name, tie.ended_on.isoformat() if tie.ended_on else "")
            for tie in declaration.ties
        ]
    else:
        told = _rows(form)
    empty = [TieRow(ConflictKind.EMPLOYER.value, "", "")] * max(0, min(_EMPTY_ROWS, _MOST_ROWS - len(told)))
    page = DeclarationPage(
        declaration.program,
        declaration.waiting[:MOST_NAMES],
        max(0, len(declaration.waiting) - MOST_NAMES),
        declaration.answered,
        frozenset(form.conflict if form else ()),
        form.words if form else "",
        (*told, *empty),
        TIES,
        refused,
        saved and refused is None,
        EMPLOYER_YEARS,
        LONGEST_WORDS,
        LONGEST_TIE,
    )
    address = f"/review/{declaration.program.id}/conflicts"
    status = 422 if refused else 200
    return render(request, "conflicts/declare.html", page, status_code=status, address=address)


def _rows(form: DeclarationForm) -> list[TieRow]:
    """Give the typed rows that say anything."""
    rows = map(TieRow, form.tie_kind, form.tie_name, form.tie_ended)
    return [row for row in rows if row.name.strip()]


def _refusal(form: DeclarationForm) -> Refused | None:
    if form.name and not form.read:
        return Refused("read", _READ_ADVICE)
    for number, row in enumerate(_rows(form)):
        if row.kind not in TIES:
            return Refused(f"tie-name-{number}", _TIE_ADVICE)
        if row.ended and _day(row.ended) is None:
            return Refused(f"tie-ended-{number}", _DAY_ADVICE)
    return None


def _refused_field(field: str) -> Refused:
    kind, _, number = field.partition(".")
    if kind == "names":
        return Refused("read", _READ_ADVICE)
    return (
        Refused(f"tie-name-{number or 0}", _TIE_ADVICE) if kind == "ties" else Refused("words", _WORDS_ADVICE)
    )


def _ties(form: DeclarationForm) -> Sequence[Tie]:
    return [Tie(ConflictKind(row.kind), row.name, _day(row.ended)) for row in _rows(form)]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        return None


def _conflicts_page(
    request: Request,
    session: Session,
    ruler: Actor,
    *,
    page: int = 1,
    refused: Refused | None = None,
    typed: ChallengeForm | None = None,
    reason: str = "",
) -> HTMLResponse:
    cases, more = list_cases(session, ruler, page=page, size=PAGE_SIZE)
    shown = ConflictsPage(
        tuple(
            CaseLine(case, _key(case.account_id, case.startup_id), tuple(map(_evidence, case.evidence)))
            for case in cases
        ),
        KINDS,
        STATES,
        list_reviewers(session, ruler),
        _address(page - 1),
        _address(page + 1) if more else None,
        refused,
        typed or ChallengeForm(),
        reason,
        LONGEST_WORDS,
    )
    status = 422 if refused else 200
    return render(request, "conflicts/manage.html", shown, status_code=status, address="/manage/conflicts")


def _evidence(line: str) -> Evidence:
    kind, _, value = line.partition(": ")
    return Evidence(KINDS.get(kind, KINDS[ConflictKind.DECLARED]), value)


def _key(account_id: str, startup_id: str) -> str:
    return f"{account_id}-{startup_id}"


def _address(page: int) -> str | None:
    if page < 1:
        return None
    return f"/manage/conflicts?{urlencode({'page': page})}" if page > 1 else "/manage/conflicts"
