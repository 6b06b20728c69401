"""What a manager and a lead see and set of a review: progress, phase, rules, agreement, decisions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, BackgroundTasks, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, Field
from sqlmodel import Session
from starlette.responses import Response

from matcher.engine.agreement import LEAST_PAIRS, LEAST_THINGS, RELIABLE, TENTATIVE, Agreement
from matcher.engine.phrases import Phrase, phrase
from matcher.errors import FieldError, StaleEditError
from matcher.workflows.conflicts import count_waiting
from matcher.workflows.reminders import remind
from matcher.workflows.review_reports import (
    LEAST_IN_GROUP,
    ProgramProgress,
    ReviewReport,
    change_phase,
    confirm_agreed,
    list_progress,
    read_led_program,
    read_report,
)
from matcher.workflows.review_setups import MOST_REVIEWS, change_rules
from models.access import Actor
from models.review import Aggregation, ReviewPhase
from models.vocabulary import Language
from web.access import CloserDep
from web.dependencies import SessionDep
from web.notice_letters import send_notices
from web.pages.match_view import VERDICTS
from web.pages.review_lines import DECISIONS, REASON_KINDS
from web.rendering import render, request_language

router = APIRouter(prefix="/manage")

MOST_REVISION = 2**53

PHASES: Mapping[str, Phrase] = {
    ReviewPhase.INDIVIDUAL: phrase("individual review"),
    ReviewPhase.DECISION: phrase("decision of the agency"),
}

AGGREGATIONS: Mapping[str, Phrase] = {
    Aggregation.TRIMMED_MEAN: phrase("mean without the highest and the lowest"),
    Aggregation.MEDIAN: phrase("median"),
    Aggregation.MEAN: phrase("mean of all"),
}


@dataclass(frozen=True, slots=True)
class AgreementLine:
    """Krippendorff's alpha of one thing, with what it means in words."""

    title: Phrase
    agreement: Agreement
    alpha: str
    low: str
    high: str
    meaning: Phrase


@dataclass(frozen=True, slots=True)
class SeverityRow:
    """A reviewer's severity as the page writes it; empty figures where there is not enough."""

    name: str
    shared: int
    difference: str
    low: str
    high: str
    meaning: Phrase


@dataclass(frozen=True, slots=True)
class ReviewsPage:
    """Everything `reports/list.html` may use: the reviews by agency."""

    agencies: tuple[tuple[ProgramProgress, ...], ...]
    phases: Mapping[str, Phrase]


@dataclass(frozen=True, slots=True)
class RefusedRules:
    """The number of reviews that was not taken, as it was typed, and what to do about it."""

    wanted_reviews: str
    advice: Phrase


@dataclass(frozen=True, slots=True)
class ReportPage:
    """Everything `reports/program.html` may use."""

    report: ReviewReport
    address: str
    agreements: tuple[AgreementLine, ...]
    severities: tuple[SeverityRow, ...]
    phases: Mapping[str, Phrase]
    aggregations: Mapping[str, Phrase]
    decisions: Mapping[str, Phrase]
    kinds: Mapping[str, Phrase]
    verdicts: Mapping[str, Phrase]
    refused: RefusedRules | None
    stale: bool
    unanswered: int
    least_things: int
    least_pairs: int
    least_group: int


class RulesForm(BaseModel):
    """How a program is reviewed, as it is set; a box without a tick is not sent."""

    blind: bool = False
    wanted_reviews: str = Field(default="", max_length=20)
    aggregation: Aggregation = Aggregation.TRIMMED_MEAN
    zero_excludes: bool = False
    learning: bool = False
    revision: int = Field(ge=0, le=MOST_REVISION)


class PhaseForm(BaseModel):
    """The phase that is to begin."""

    phase: ReviewPhase
    revision: int = Field(ge=0, le=MOST_REVISION)


class RemindForm(BaseModel):
    """Whom to remind: one person, or everybody who is behind."""

    account: str = Field(default="", max_length=60)


class ConfirmForm(BaseModel):
    """The decisions that were looked at, and the page that leads back."""

    mark: str = Field(max_length=64)
    back: Literal["review", "outcomes"] = "review"


@router.get("/reviews")
def show_reviews(request: Request, session: SessionDep, lead: CloserDep) -> HTMLResponse:
    """Show how far the reviews this person leads are, by agency."""
    found: dict[str, list[ProgramProgress]] = {}
    for line in list_progress(session, lead):
        found.setdefault(line.program.agency_name_en, []).append(line)
    agencies = tuple(tuple(lines) for _, lines in sorted(found.items()))
    return render(request, "reports/list.html", ReviewsPage(agencies, PHASES))


@router.get("/programs/{program_id}/review")
def show_report(request: Request, session: SessionDep, lead: CloserDep, program_id: str) -> HTMLResponse:
    """Show everything about a program's review."""
    return _page(request, session, lead, program_id)


@router.post("/programs/{program_id}/review/rules")
def set_rules(
    *,
    request: Request,
    session: SessionDep,
    lead: CloserDep,
    program_id: str,
    form: Annotated[RulesForm, Form()],
) -> Response:
    """Change how a program is reviewed."""
    typed = form.wanted_reviews.strip()
    read_led_program(session, lead, program_id)
    try:
        change_rules(
            session,
            lead,
            program_id,
            blind=form.blind,
            wanted_reviews=int(typed) if typed.isascii() and typed.isdecimal() else 0,
            aggregation=form.aggregation,
            zero_excludes=form.zero_excludes,
            learning=form.learning,
            revision=form.revision,
        )
    except FieldError:
        advice = phrase("Enter a whole number from 1 to %(most)s.", most=MOST_REVIEWS)
        return _page(request, session, lead, program_id, refused=RefusedRules(typed, advice), status=422)
    except StaleEditError:
        return _page(request, session, lead, program_id, status=409)
    return _back(program_id, "rules")


@router.post("/programs/{program_id}/review/phase")
def begin_phase(
    *,
    request: Request,
    background: BackgroundTasks,
    session: SessionDep,
    lead: CloserDep,
    program_id: str,
    form: Annotated[PhaseForm, Form()],
) -> Response:
    """Begin a phase, and tell the people of the agency."""
    try:
        told = change_phase(session, lead, program_id, form.phase, revision=form.revision)
    except StaleEditError:
        return _page(request, session, lead, program_id, status=409)
    send_notices(request, background, told)
    return _back(program_id, "phase")


@router.post("/programs/{program_id}/review/remind")
def send_reminders(
    *,
    request: Request,
    background: BackgroundTasks,
    session: SessionDep,
    lead: CloserDep,
    program_id: str,
    form: Annotated[RemindForm, Form()],
) -> Response:
    """Remind one person or everybody who is behind; nobody twice within a day."""
    people = (form.account,) if form.account else ()
    send_notices(request, background, remind(session, lead, program_id, people))
    return _back(program_id, "people")


@router.post("/programs/{program_id}/review/confirm")
def confirm(
    *,
    request: Request,
    session: SessionDep,
    lead: CloserDep,
    program_id: str,
    form: Annotated[ConfirmForm, Form()],
) -> Response:
    """Make the decisions all reviewers share the agency's own."""
    try:
        confirm_agreed(session, lead, program_id, form.mark)
    except StaleEditError:
        return _page(request, session, lead, program_id, status=409)
    if form.back == "outcomes":
        return RedirectResponse(f"/manage/programs/{program_id}/outcomes", 303)
    return _back(program_id, "decisions")


def _back(program_id: str, part: str) -> RedirectResponse:
    return RedirectResponse(f"/manage/programs/{program_id}/review#{part}", 303)


def _page(
    request: Request,
    session: Session,
    lead: Actor,
    program_id: str,
    *,
    refused: RefusedRules | None = None,
    status: int = 200,
) -> HTMLResponse:
    report = read_report(session, lead, program_id)
    language = request_language(request)
    address = f"/manage/programs/{program_id}/review"
    page = ReportPage(
        report,
        address,
        (
            _agreement(phrase("totals (interval scale)"), report.of_totals, language),
            _agreement(phrase("accept, maybe, decline (nominal scale)"), report.of_decisions, language),
        ),
        _severities(report, language),
        PHASES,
        AGGREGATIONS,
        {code: phrase(words) for code, words in DECISIONS.items()},
        {code: phrase(words) for code, words in REASON_KINDS.items()},
        {code: phrase(words) for code, words in VERDICTS.items()},
        refused,
        status == 409,  # noqa: PLR2004  the status of an edit that came too late
        count_waiting(session, lead, program_id),
        LEAST_THINGS,
        LEAST_PAIRS,
        LEAST_IN_GROUP,
    )
    return render(request, "reports/program.html", page, status_code=status, address=address)


def _agreement(title: Phrase, found: Agreement, language: Language) -> AgreementLine:
    if not found.enough or found.alpha is None or found.low is None or found.high is None:
        return AgreementLine(title, found, "", "", "", phrase("Not enough yet."))
    if found.alpha >= RELIABLE:
        meaning = phrase("The reviewers agree well: the figures can be relied on.")
    elif found.alpha >= TENTATIVE:
        meaning = phrase("The reviewers agree somewhat: conclude with caution, and look at the cases below.")
    elif found.alpha > 0:
        meaning = phrase("The reviewers agree little: talk about the cases below before a figure decides.")
    else:
        meaning = phrase("The reviewers agree no better than by chance: a mean of them says nothing yet.")
    alpha, low, high = (_figure(value, 2, language) for value in (found.alpha, found.low, found.high))
    return AgreementLine(title, found, alpha, low, high, meaning)


def _severities(report: ReviewReport, language: Language) -> tuple[SeverityRow, ...]:
    rows = []
    for line in report.severities:
        one = line.severity
        if not one.enough or one.difference is None or one.half_width is None:
            rows.append(SeverityRow(line.name, one.shared, "", "", "", phrase("Not enough yet.")))
            continue
        if not one.is_clear:
            meaning = phrase("no clear difference")
        elif one.difference < 0:
            meaning = phrase("more severe than the others")
        else:
            meaning = phrase("milder than the others")
        rows.append(
            SeverityRow(
                line.name,
                one.shared,
                _signed(one.difference, language),
                _signed(one.difference - one.half_width, language),
                _signed(one.difference + one.half_width, language),
                meaning,
            )
        )
    return tuple(rows)


def _signed(value: float, language: Language) -> str:
    """Write a difference with its sign."""
    return ("+" if value > 0 else "") + _figure(value, 1, language)


def _figure(value: float, digits: int, language: Language) -> str:
    """Write a figure as readers of a language do; a minus of its own, because a hyphen is read as none."""
    written = f"{value:.{digits}f}".replace("-", "\N{MINUS SIGN}")
    return written.replace(".", ",") if language in {Language.DE, Language.ES} else written
