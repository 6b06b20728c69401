"""A founder's profile: drafted while it is typed, shown with where it leads, submitted, withdrawn."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from fastapi import APIRouter, BackgroundTasks, Depends, Form, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from pydantic import BaseModel, Field
from starlette.responses import Response

from matcher.engine.phrases import Phrase, Word, phrase
from matcher.errors import EncoderBusyError, FieldError, StaleEditError
from matcher.workflows.founder_previews import FounderPreview, preview_profile
from matcher.workflows.interests import Interest, set_interest
from matcher.workflows.program_changes import FieldChange, Piece
from matcher.workflows.program_versions import list_city_options
from matcher.workflows.submission_changes import compare_submissions
from matcher.workflows.submissions import (
    OwnProfile,
    SubmissionVersion,
    read_own_profile,
    read_own_version,
    save_submission,
    store_profile_texts,
    submit_profile,
    take_submission,
    withdraw_profile,
)
from models.access import Actor
from models.vocabulary import Language
from web import names
from web.access import OwnProfileDep
from web.dependencies import AnalystDep, SessionDep, TodayDep
from web.i18n import gettext, speaking
from web.outcome_letters import tell_of_changes
from web.pages.match_view import MissingLine, Shelves, missing_lines, rank_programs, shelve
from web.pages.profile_form import (
    ProfileChoices,
    ProfileForm,
    SentProfile,
    choices,
    form_of,
    read_profile,
    receive_profile,
    refusal_of,
)
from web.pages.profile_words import (
    BANDS,
    EXAMPLES,
    EXPORT_FLAGS,
    IP_STATUSES,
    LABELS,
    LEVELS,
    STATE_NOTES,
    STATES,
    TEXT_HINTS,
    TEXTS,
)
from web.pages.program_form import MOST_REVISION, FieldRefusal
from web.problems import prefers_json
from web.rendering import render, request_language

router = APIRouter(prefix="/startups/{startup_id}/profile")

CityNames = Mapping[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A field that differs, as a page shows it; a text is named with its language."""

    field: str
    label: Phrase
    language: str
    pieces: tuple[Piece, ...]
    running: bool


@dataclass(frozen=True, slots=True)
class ProfilePage:
    """Everything `profile/form.html` may use; `conflict` lists what differs from what somebody saved."""

    profile: OwnProfile
    form: ProfileForm
    choices: ProfileChoices
    labels: Mapping[str, Phrase]
    texts: Mapping[str, Phrase]
    hints: Mapping[str, Phrase]
    examples: Mapping[str, str]
    states: Mapping[str, Phrase]
    notes: Mapping[str, Phrase]
    missing: tuple[FieldRefusal, ...]
    cities: CityNames
    account: str
    problems: tuple[FieldRefusal, ...] = ()
    conflict: tuple[ChangeLine, ...] | None = None
    stale: bool = False
    saved: bool = False
    done: str = ""


@dataclass(frozen=True, slots=True)
class ProfilePreviewPage:
    """Everything `profile/preview.html` may use; without a text, or while one waits, nothing is ranked."""

    profile: OwnProfile
    states: Mapping[str, Phrase]
    notes: Mapping[str, Phrase]
    language: Language | None
    shelves: Shelves | None
    facts: tuple[MissingLine, ...]
    interests: Mapping[str, Interest]
    missing: tuple[FieldRefusal, ...]
    retry_after: int | None
    done: str = ""


@dataclass(frozen=True, slots=True)
class ProfileVersionPage:
    """Everything `profile/version.html` may use."""

    profile: OwnProfile
    version: SubmissionVersion
    before: SubmissionVersion | None
    since_before: tuple[ChangeLine, ...]
    until_now: tuple[ChangeLine, ...]
    states: Mapping[str, Phrase]
    texts: Mapping[str, Phrase]
    cities: CityNames


class RevisionForm(BaseModel):
    """Which revision somebody looked at when they acted."""

    revision: int = Field(ge=0, le=MOST_REVISION)


class InterestForm(BaseModel):
    """What a founder says about a program, and the page that is shown again."""

    interested: Literal["yes", "no", "nothing"]
    back: Literal["preview", "startup", "results"] = "preview"


@router.get("")
def show_form(
    *,
    request: Request,
    session: SessionDep,
    founder: OwnProfileDep,
    startup_id: str,
    saved: bool = False,
    done: Literal["", "withdrawn", "taken"] = "",
) -> HTMLResponse:
    """Show the form with the draft, else with what was submitted."""
    profile = read_own_profile(session, founder, startup_id)
    form = form_of(profile.content, profile.revision)
    page = replace(form_page(session, founder, profile, form), saved=saved, done=done)
    return render(request, "profile/form.html", page)


@router.post("")
def save(
    request: Request,
    session: SessionDep,
    founder: OwnProfileDep,
    startup_id: str,
    sent: Annotated[SentProfile, Depends(receive_profile)],
) -> Response:
    """Save the draft as it stands: a script is told so in JSON, a form is led to the page it asked for."""
    kept = keep(request, session, founder, startup_id, sent)
    if isinstance(kept, Response):
        return kept
    if prefers_json(request.scope):
        return _told(request, kept)
    address = f"/startups/{startup_id}/profile"
    if sent.act == "preview":
        return RedirectResponse(f"{address}/preview", 303)
    return RedirectResponse(f"{address}?saved=1", 303)


@router.get("/preview")
def show_preview(
    *,
    request: Request,
    session: SessionDep,
    founder: OwnProfileDep,
    analyst: AnalystDep,
    today: TodayDep,
    startup_id: str,
    done: Literal["", "submitted"] = "",
) -> HTMLResponse:
    """Show where what is saved leads; a busy reader of texts costs the page its ranking, never the draft."""
    try:
        found = preview_profile(session, founder, analyst, startup_id, today=today)
    except EncoderBusyError as error:
        waiting = FounderPreview(read_own_profile(session, founder, startup_id), None, None, (), {})
        page = replace(_preview_page(waiting, done), retry_after=error.retry_after_seconds)
        headers = {"Retry-After": str(error.retry_after_seconds)}
        return render(request, "profile/preview.html", page, status_code=503, headers=headers)
    return render(request, "profile/preview.html", _preview_page(found, done))


@router.post("/submit")
def submit(
    *,
    request: Request,
    background: BackgroundTasks,
    session: SessionDep,
    founder: OwnProfileDep,
    analyst: AnalystDep,
    startup_id: str,
    form: Annotated[RevisionForm, Form()],
) -> Response:
    """Submit what is saved; its texts are read after the answer left."""
    try:
        submit_profile(session, founder, startup_id, revision=form.revision)
    except (FieldError, StaleEditError) as error:
        return _refused_act(request, session, founder, startup_id, error)
    background.add_task(store_profile_texts, request.app.state.engine, analyst, startup_id)
    return RedirectResponse(f"/startups/{startup_id}/profile/preview?done=submitted", 303)


@router.post("/withdraw")
def withdraw(
    request: Request,
    background: BackgroundTasks,
    session: SessionDep,
    founder: OwnProfileDep,
    startup_id: str,
) -> Response:
    """Take back what was submitted; a draft stays. Whoever takes a place that falls vacant is written to."""
    try:
        settled = withdraw_profile(session, founder, startup_id)
    except StaleEditError as error:
        return _refused_act(request, session, founder, startup_id, error)
    tell_of_changes(request, background, session, settled.changed, but=startup_id)
    return RedirectResponse(f"/startups/{startup_id}/profile?done=withdrawn", 303)


@router.get("/versions/{number}")
def show_version(
    request: Request, session: SessionDep, founder: OwnProfileDep, startup_id: str, number: int
) -> HTMLResponse:
    """Show what a submitted version changed, and what has changed since."""
    version = read_own_version(session, founder, startup_id, number)
    profile = read_own_profile(session, founder, startup_id)
    before = next((other for other in profile.versions if other.number < number), None)
    page = ProfileVersionPage(
        profile,
        version,
        before,
        change_lines(compare_submissions(before.content, version.content)) if before else (),
        change_lines(compare_submissions(version.content, profile.content)),
        STATES,
        TEXTS,
        city_names(session),
    )
    return render(request, "profile/version.html", page)


@router.post("/versions/{number}/draft")
def take_as_draft(
    request: Request, session: SessionDep, founder: OwnProfileDep, startup_id: str, number: int
) -> Response:
    """Begin a draft with what an older version said."""
    try:
        take_submission(session, founder, startup_id, number)
    except StaleEditError as error:
        return _refused_act(request, session, founder, startup_id, error)
    return RedirectResponse(f"/startups/{startup_id}/profile?done=taken", 303)


@router.post("/interest/{program_id}")
def say_interest(
    *,
    request: Request,
    background: BackgroundTasks,
    session: SessionDep,
    founder: OwnProfileDep,
    startup_id: str,
    program_id: str,
    form: Annotated[InterestForm, Form()],
) -> RedirectResponse:
    """Keep whether the startup wants a program."""
    interested = {"yes": True, "no": False, "nothing": None}[form.interested]
    settled = set_interest(session, founder, startup_id, program_id, interested=interested)
    tell_of_changes(request, background, session, settled.changed, but=startup_id)
    address = f"/startups/{startup_id}"
    if form.back == "results":
        return RedirectResponse(f"{address}/outcomes", 303)
    if form.back == "startup":
        return RedirectResponse(f"{address}#interests", 303)
    return RedirectResponse(f"{address}/profile/preview#program-{program_id}", 303)


def keep(
    request: Request, session: SessionDep, founder: Actor, startup_id: str, sent: SentProfile
) -> OwnProfile | Response:
    """Save a form that was sent; what is refused comes back as it was typed.

    Returns:
        The profile as it stands now, or the answer that says why nothing was saved.
    """
    profile = read_own_profile(session, founder, startup_id)
    read = read_profile(sent.form, profile.content)
    page = form_page(session, founder, profile, sent.form)
    if read.content is None:
        return _refused(request, replace(page, problems=read.refusals), 422)
    try:
        return save_submission(session, founder, startup_id, read.content, revision=sent.form.revision)
    except StaleEditError:
        conflict = change_lines(compare_submissions(profile.content, read.content))
        form = replace(sent.form, revision=profile.revision)
        return _refused(request, replace(page, form=form, conflict=conflict), 409)
    except FieldError as error:
        return _refused(request, replace(page, problems=(refusal_of(error.field),)), 422)


def change_lines(changes: tuple[FieldChange, ...]) -> tuple[ChangeLine, ...]:
    """Give the differences as a page shows them."""
    return tuple(
        ChangeLine(
            change.field,
            LABELS[change.field],
            change.field.partition(".")[2],
            tuple(replace(piece, words=_say(change.field, piece)) for piece in change.pieces),
            change.running,
        )
        for change in changes
    )


def _say(field: str, piece: Piece) -> Phrase:
    if field == "export_flags":
        return _FLAGS.get(piece.words, piece.words)
    table = _TABLES.get(field.partition(".")[0])
    if table is not None:
        return table.get(piece.code, piece.words)
    if field in {"stage", "country"}:
        return phrase("%(name)s", name=(Word(field, piece.code),))
    return piece.words


_TABLES: Mapping[str, Mapping[str, Phrase]] = {
    "revenue_band": BANDS,
    "raised_band": BANDS,
    "ip_status": IP_STATUSES,
    "level": LEVELS,
}
_FLAGS: Mapping[Phrase, Phrase] = {
    phrase("%(name)s", name=(Word("export-flag", flag),)): words for flag, words in EXPORT_FLAGS.items()
}


def form_page(session: SessionDep, founder: Actor, profile: OwnProfile, form: ProfileForm) -> ProfilePage:
    """Give the page with the form."""
    cities = list_city_options(session)
    return ProfilePage(
        profile=profile,
        form=form,
        choices=choices(cities),
        labels=LABELS,
        texts=TEXTS,
        hints=TEXT_HINTS,
        examples=EXAMPLES,
        states=STATES,
        notes=STATE_NOTES,
        missing=tuple(refusal_of(field) for field in profile.missing),
        cities={city.id: city.names for city in cities},
        account=founder.key,
    )


def _preview_page(found: FounderPreview, done: str) -> ProfilePreviewPage:
    ranked = rank_programs(found.result, found.cards) if found.result else None
    return ProfilePreviewPage(
        found.profile,
        STATES,
        STATE_NOTES,
        found.language,
        None if ranked is None else shelve(ranked),
        missing_lines(found.result) if found.result else (),
        found.interests,
        tuple(refusal_of(field) for field in found.profile.missing),
        None,
        done,
    )


def _refused(request: Request, page: ProfilePage, status: int) -> Response:
    if prefers_json(request.scope):
        with speaking(request_language(request)):
            told = [
                {"field": item.field, "label": _plain(item.label), "advice": _plain(item.advice)}
                for item in page.problems
            ]
        return JSONResponse({"refused": told, "revision": page.profile.revision}, status)
    address = f"/startups/{page.profile.startup_id}/profile"
    return render(request, "profile/form.html", page, status_code=status, address=address)


def _refused_act(
    request: Request,
    session: SessionDep,
    founder: Actor,
    startup_id: str,
    error: FieldError | StaleEditError,
) -> HTMLResponse:
    profile = read_own_profile(session, founder, startup_id)
    page = form_page(session, founder, profile, form_of(profile.content, profile.revision))
    stale = isinstance(error, StaleEditError)
    page = replace(page, stale=stale, problems=() if stale else page.missing)
    address = f"/startups/{startup_id}/profile"
    status = 409 if stale else 422
    return render(request, "profile/form.html", page, status_code=status, address=address)


def _told(request: Request, profile: OwnProfile) -> JSONResponse:
    saved = profile.draft.edited_at if profile.draft else None
    with speaking(request_language(request)):
        state, note = _plain(STATES[profile.state]), _plain(STATE_NOTES[profile.state])
    return JSONResponse({
        "revision": profile.revision,
        "saved_at": None if saved is None else saved.isoformat(),
        "state": profile.state,
        "state_words": state,
        "state_note": note,
        "missing": list(profile.missing),
    })  # fmt: skip


def _plain(words: Phrase) -> str:
    return words.say(gettext, names.name, names.written)


def city_names(session: SessionDep) -> CityNames:
    """Give the names of every city by its id."""
    return {city.id: city.names for city in list_city_options(session)}
