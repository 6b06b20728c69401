"""A business plan proposes values for the profile: shown beside what is there, taken one by one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from matcher.bridge.language import detect_language
from matcher.documents.child import extract
from matcher.documents.lines import Note, NoteCode, Place
from matcher.documents.proposals import Proposal
from matcher.documents.refusals import DocumentRefusedError, Reason
from matcher.engine.phrases import Phrase, phrase
from matcher.errors import FieldError, StaleEditError
from matcher.workflows.submission_changes import compare_submissions
from matcher.workflows.submission_contents import TEXT_LIMITS, SubmissionContent, band_of_amount
from matcher.workflows.submissions import OwnProfile, read_own_profile, save_submission
from models.vocabulary import Language
from web.access import OwnProfileDep
from web.dependencies import SessionDep
from web.pages.profile import ChangeLine, CityNames, change_lines, city_names, form_page, keep
from web.pages.profile_form import (
    SEVERAL,
    SINGLE,
    ProfileForm,
    SentProfile,
    form_of,
    read_profile,
    read_revision,
    receive_profile,
)
from web.pages.profile_words import LABELS
from web.pages.program_form import FieldRefusal
from web.rendering import render

router = APIRouter(prefix="/startups/{startup_id}/profile")

MOST_FIELDS = 300
_SAMPLE = 3000
"""Characters of a plan by which its language is found."""

_TICKED = ("needs", "sectors", "target_cities", "target_regions")
_WRITTEN = ("stage", "trl", "founded", "employees", "ip_status", "raised_usd")
_NOTHING = SubmissionContent(name="-1")


@dataclass(frozen=True, slots=True)
class Offered:
    """A value the plan proposes for a field, beside what is there, with the passage that says so."""

    field: str
    values: tuple[str, ...]
    present: ChangeLine | None
    proposed: ChangeLine
    passage: str
    place: Place | None


@dataclass(frozen=True, slots=True)
class PlanNote:
    """What should be known about how the plan was read; `label` names the field it is about, if any."""

    words: Phrase
    label: Phrase | None
    passages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlanPage:
    """Everything `profile/plan.html` may use."""

    profile: OwnProfile
    revision: int
    offered: tuple[Offered, ...]
    taken: frozenset[str]
    notes: tuple[PlanNote, ...]
    cities: CityNames
    problems: tuple[FieldRefusal, ...] = ()
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """What a founder took: the values by field, those that were ticked, and what was seen of the plan."""

    revision: int
    values: Mapping[str, tuple[str, ...]]
    ticked: frozenset[str]
    passages: Mapping[str, str]


@router.post("/plan")
def read_plan(
    *,
    request: Request,
    session: SessionDep,
    founder: OwnProfileDep,
    startup_id: str,
    sent: Annotated[SentProfile, Depends(receive_profile)],
) -> Response:
    """Save the form as it stands, then read the plan and show what it proposes; the file is not kept."""
    kept = keep(request, session, founder, startup_id, sent)
    if isinstance(kept, Response):
        return kept
    page = form_page(session, founder, kept, form_of(kept.content, kept.revision))
    cities = city_names(session)
    # The draft is saved and the database is free for others while the file is read.
    session.commit()
    address = f"/startups/{startup_id}/profile"
    try:
        found = extract(sent.plan or b"")
    except DocumentRefusedError as error:
        refused = FieldRefusal("plan", LABELS["plan"], _REFUSED[error.reason])
        page = replace(page, problems=(refused,))
        status = 503 if error.reason is Reason.BUSY else 422
        return render(request, "profile/form.html", page, status_code=status, address=address)
    shown = PlanPage(
        kept,
        kept.revision,
        tuple(offers(kept.content, found.proposals, detect_language(found.text[:_SAMPLE]))),
        frozenset(),
        tuple(plan_note(note) for note in found.notes),
        cities,
    )
    return render(request, "profile/plan.html", shown, address=address)


async def receive_taken(request: Request) -> Taken:
    """Take the ticked values off the request.

    Raises:
        FieldError: a field is not one of the profile.
    """
    data = await request.form(max_fields=MOST_FIELDS)
    values: dict[str, tuple[str, ...]] = {}
    passages: dict[str, str] = {}
    for key in data:
        kind, _, field = key.partition(":")
        if kind not in {"value", "passage"}:
            if key not in {"revision", "take"}:
                raise FieldError(key, "is not a known field")
            continue
        if field not in {*SINGLE, *SEVERAL}:
            raise FieldError(field, "is not a known field")
        sent = tuple(str(value) for value in data.getlist(key))
        if kind == "value":
            values[field] = sent
        else:
            passages[field] = sent[0]
    ticked = frozenset(str(value) for value in data.getlist("take")) & values.keys()
    return Taken(read_revision(str(data.get("revision", ""))), values, ticked, passages)


@router.post("/plan/take")
def take_values(
    request: Request,
    session: SessionDep,
    founder: OwnProfileDep,
    startup_id: str,
    taken: Annotated[Taken, Depends(receive_taken)],
) -> Response:
    """Put the ticked values into the draft, and nothing else."""
    profile = read_own_profile(session, founder, startup_id)
    form = form_of(profile.content)
    for field in sorted(taken.ticked):
        form = _with_value(form, field, taken.values[field])
    read = read_profile(form, profile.content)
    problems, stale = read.refusals, False
    if read.content is not None:
        try:
            save_submission(session, founder, startup_id, read.content, revision=taken.revision)
        except StaleEditError:
            stale = True
        except FieldError as error:
            problems = (FieldRefusal(error.field, LABELS[error.field], _UNREADABLE),)
        else:
            return RedirectResponse(f"/startups/{startup_id}/profile?done=taken", 303)
    offered = (
        _offered(profile.content, field, values, taken.passages.get(field, ""), None)
        for field, values in taken.values.items()
    )
    page = PlanPage(
        profile,
        profile.revision,
        tuple(offer for offer in offered if offer),
        taken.ticked,
        (),
        city_names(session),
        problems,
        stale,
    )
    address = f"/startups/{startup_id}/profile"
    return render(request, "profile/plan.html", page, status_code=409 if stale else 422, address=address)


def offers(
    content: SubmissionContent, proposals: Mapping[str, Proposal], language: Language
) -> Iterator[Offered]:
    """Give what a plan proposes and the profile does not say yet, in the order of the form.

    Args:
        content: what the profile says.
        proposals: what the plan proposes, by field.
        language: the language of texts that are not in Korean letters.
    """
    found: dict[str, Offered] = {}
    for name, proposal in proposals.items():
        for field, values in _fields_of(name, proposal.value, language):
            offer = _offered(content, field, values, proposal.passage, proposal.place)
            if offer is not None:
                found[field] = offer
    yield from (found[field] for field in LABELS if field in found)


def plan_note(note: Note) -> PlanNote:
    """Say what should be known about how a plan was read."""
    field = {"company_name": "name", "revenue": "revenue_band", "raised": "raised_band"}.get(
        note.about, note.about
    )
    label = LABELS.get(field) if note.code is NoteCode.CONTRADICTION else None
    return PlanNote(_NOTES[note.code], label, note.passages)


def _fields_of(name: str, value: Any, language: Language) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Give the fields of the form a proposal is for, with the value as it is typed there."""
    if name == "company_name":
        yield "native_name" if _is_korean(str(value)) else "name", (str(value),)
    elif name in TEXT_LIMITS:
        written = Language.KO if _is_korean(str(value)) else language
        yield f"{name}.{written.value}", (str(value),)
    elif name in _TICKED:
        yield name, tuple(str(code) for code in value)
    elif name in _WRITTEN:
        yield name, (str(value),)
    elif name == "languages":
        for code, level in value.items():
            yield f"level.{code}", (str(level),)
    elif name in {"revenue", "raised"} and value["currency"] == "USD":
        yield f"{name}_band", (band_of_amount(value["amount"]).value,)


def _is_korean(text: str) -> bool:
    return any("가" <= letter <= "힣" for letter in text)


def _offered(
    content: SubmissionContent, field: str, values: Sequence[str], passage: str, place: Place | None
) -> Offered | None:
    """Give one proposal beside what is there; None where it says the same or cannot be taken."""
    if field not in {*SINGLE, *SEVERAL}:
        return None
    form = _with_value(form_of(content), field, values)
    proposed = read_profile(form, content).content
    if proposed is None or not compare_submissions(content, proposed):
        return None
    now = _line(content, field)
    then = _line(proposed, field)
    return None if then is None else Offered(field, tuple(values), now, then, passage, place)


def _line(content: SubmissionContent, field: str) -> ChangeLine | None:
    """Say what content holds in a field; None where nothing."""
    changes = tuple(
        replace(change, pieces=tuple(piece for piece in change.pieces if piece.kind == "added"))
        for change in compare_submissions(_NOTHING, content)
        if change.field == field
    )
    return next(iter(change_lines(changes)), None)


def _with_value(form: ProfileForm, field: str, values: Sequence[str]) -> ProfileForm:
    if field in SEVERAL:
        return replace(form, several={**form.several, field: tuple(values)})
    return replace(form, single={**form.single, field: next(iter(values), "")})


_UNREADABLE = phrase("This value could not be read.")

_REFUSED: Mapping[Reason, Phrase] = {
    Reason.EMPTY: phrase("Choose a file that is not empty."),
    Reason.TOO_LARGE: phrase("The file is too large: at most 10 MiB."),
    Reason.WRONG_KIND: phrase("This is no PDF, HWPX, HWP, DOCX or text file."),
    Reason.ENCRYPTED: phrase(
        "The file is protected with a password. Save it without one and choose it again."
    ),
    Reason.SCANNED: phrase(
        "The pages hold pictures and almost no text: they seem to be scanned. Save the plan as PDF from the "
        "program it was written in."
    ),
    Reason.MACRO: phrase("The file holds macros. Save it without them and choose it again."),
    Reason.BOMB: phrase("The file unpacks to more than a plan holds. Save it anew, without large pictures."),
    Reason.DAMAGED: phrase("The file is damaged or was cut short. Save it anew and choose it again."),
    Reason.TIMED_OUT: phrase("Reading the file took too long. A shorter plan is read faster."),
    Reason.TOO_MUCH_MEMORY: phrase("Reading the file took too much memory. Save it as PDF or as text."),
    Reason.BUSY: phrase("Other plans are being read. Your draft is saved: choose the file again shortly."),
}
"""What to do about a file that is not read."""

_NOTES: Mapping[NoteCode, Phrase] = {
    NoteCode.CUT: phrase("The plan is long: only its beginning was read."),
    NoteCode.PAGES_WITHOUT_TEXT: phrase("Some pages hold no text, only pictures. They were not read."),
    NoteCode.CONTRADICTION: phrase("The plan says different things, so nothing is proposed."),
    NoteCode.NOTHING_FOUND: phrase("Nothing was found that could fill a field."),
}
"""What should be known about how a plan was read."""
