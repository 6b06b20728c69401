"""Versions of programs: an agency drafts, a manager publishes or sends back, older ones can be looked at.

A program has at most one open version: a draft, one that waits for a manager, or one that was sent back.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from unicodedata import normalize

from sqlalchemy import Engine
from sqlmodel import Session, col, func, select

from matcher.engine.cleaning import clean_text
from matcher.errors import (
    AccessDeniedError,
    EncoderBusyError,
    FieldError,
    StaleEditError,
    UnknownProgramError,
    UnknownThingError,
)
from matcher.workflows.analysts import Analyst
from matcher.workflows.audits import Act, record
from matcher.workflows.embeddings import store_texts
from matcher.workflows.program_contents import (
    ProgramContent,
    content_of,
    missing_fields,
    program_values,
    read_content,
    stored_content,
)
from matcher.workflows.programs import program_profile, program_source
from models.access import (
    Action,
    Actor,
    On,
    authorize,
    edited_programs_for,
    program_versions_for,
)
from models.base import now_utc
from models.database import read_session
from models.tables import Account, Agency, City, Program, ProgramVersion

LONGEST_NOTE = 500
OPEN_STATES = ("draft", "submitted", "returned")
_LONGEST_ID = 60
_SLUG_ROOM = 4
"""Digits kept free behind a program's id, for the number that makes it the only one."""


@dataclass(frozen=True, slots=True)
class AgencyChoice:
    """An agency this actor may write programs for, and the country it sits in."""

    id: str
    agency_name: str
    agency_name_en: str
    agency_country: str


@dataclass(frozen=True, slots=True)
class OpenVersion:
    """The version that is being worked on; `editor` is empty where the account is gone."""

    number: int
    state: str
    content: ProgramContent
    note: str
    revision: int
    editor: str
    edited_at: datetime
    submitted_at: datetime | None
    answer: str


@dataclass(frozen=True, slots=True)
class PublishedVersion:
    """A version that is, or once was, in the catalogue; version 1 of a seeded program has no date."""

    number: int
    content: ProgramContent
    note: str = ""
    editor: str = ""
    approver: str = ""
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ManagedProgram:
    """A program with what its agency works on."""

    id: str
    name: str
    name_en: str
    working_languages: tuple[str, ...]
    agency: AgencyChoice
    published: ProgramContent | None
    version: int
    review_closed_at: datetime | None
    open: OpenVersion | None

    @property
    def waits(self) -> bool:
        """Whether a manager has to decide about it."""
        return self.open is not None and self.open.state == "submitted"

    @property
    def missing(self) -> tuple[str, ...]:
        """What the open version lacks before it can be submitted."""
        return () if self.open is None else missing_fields(self.open.content)


@dataclass(frozen=True, slots=True)
class CityOption:
    """A city a program may belong to."""

    id: str
    names: tuple[tuple[str, str], ...]
    alliance_member: bool = field(default=False)


def list_managed(session: Session, actor: Actor) -> tuple[ManagedProgram, ...]:
    """List the programs this actor edits: those that wait for a manager first, the longest wait first."""
    rows = {row.id: row for row in session.exec(edited_programs_for(actor))}
    opened = {
        row.program_id: row
        for row in session.exec(program_versions_for(actor).where(col(ProgramVersion.state).in_(OPEN_STATES)))
    }
    names = _account_names(session)
    agencies = _agencies(session)
    managed = [
        _managed(rows.get(key), opened.get(key), agencies, names)
        for key in sorted(rows.keys() | opened.keys())
    ]
    return tuple(sorted(managed, key=_waiting_first))


def read_managed(session: Session, actor: Actor, program_id: str) -> ManagedProgram:
    """Read one program this actor edits.

    Raises:
        UnknownProgramError: there is none, or it is not this actor's.
    """
    row, opened = _found(session, actor, program_id)
    return _managed(row, opened, _agencies(session), _account_names(session))


def list_versions(session: Session, actor: Actor, program_id: str) -> tuple[PublishedVersion, ...]:
    """List the published versions, newest first; the first one of a seeded program is the program itself.

    Raises:
        UnknownProgramError: there is no such program, or it is not this actor's.
    """
    row, _ = _found(session, actor, program_id)
    stored = session.exec(
        program_versions_for(actor)
        .where(ProgramVersion.program_id == program_id, ProgramVersion.state == "published")
        .order_by(col(ProgramVersion.number).desc())
    ).all()
    names = _account_names(session)
    versions = [
        PublishedVersion(
            version.number,
            read_content(version.content),
            version.note,
            names.get(version.edited_by or "", ""),
            names.get(version.decided_by or "", ""),
            version.decided_at,
        )
        for version in stored
    ]
    if row is not None and row.version not in {version.number for version in versions}:
        versions.append(PublishedVersion(row.version, content_of(row)))
    return tuple(versions)


def read_version(session: Session, actor: Actor, program_id: str, number: int) -> PublishedVersion:
    """Read one published version.

    Raises:
        UnknownProgramError: there is no such program, or it is not this actor's.
        UnknownThingError: the program has no published version of this number.
    """
    for version in list_versions(session, actor, program_id):
        if version.number == number:
            return version
    raise UnknownThingError("version")


def list_agencies(session: Session, actor: Actor) -> tuple[AgencyChoice, ...]:
    """List the agencies this actor may write programs for, by their English names."""
    choices = sorted(_agencies(session).values(), key=lambda agency: (agency.agency_name_en, agency.id))
    return tuple(
        agency for agency in choices if authorize(actor, Action.EDIT_PROGRAM, On(agency_id=agency.id))
    )


def list_city_options(session: Session) -> tuple[CityOption, ...]:
    """List every city a program may belong to: members of the alliance first, then by English name."""
    rows = session.exec(select(City))
    options = [CityOption(row.id, tuple(sorted(row.names.items())), row.alliance_member) for row in rows]
    return tuple(sorted(options, key=lambda city: (not city.alliance_member, dict(city.names)["en"])))


def create_draft(session: Session, actor: Actor, agency_id: str, name_en: str) -> str:
    """Begin a program that is not in the catalogue yet.

    Args:
        session: an open write unit.
        actor: who writes it.
        agency_id: the agency that will run it.
        name_en: its English name, which also gives the id.

    Returns:
        The id of the program.

    Raises:
        FieldError: the name is refused.
        UnknownThingError: there is no such agency, or it is not this actor's.
    """
    if agency_id not in {agency.id for agency in list_agencies(session, actor)}:
        raise UnknownThingError("agency")
    content = read_content({"name_en": name_en})
    program_id = _free_id(session, content.name_en)
    _add(session, actor, _Place(program_id, agency_id, 1), content)
    return program_id


def save_draft(
    session: Session,
    actor: Actor,
    program_id: str,
    content: ProgramContent,
    *,
    revision: int,
    note: str = "",
) -> OpenVersion | None:
    """Save the open version, or open one where there is none.

    What waited for a manager, or was sent back, becomes a draft again: nobody approves what they did not
    see. Saving what is saved already changes nothing.

    Args:
        session: an open write unit.
        actor: who writes.
        program_id: the program.
        content: all of its fields.
        revision: the revision the writer saw; 0 where no version was open.
        note: what was changed and why, for whoever approves it.

    Returns:
        The open version; None where there is none, because this is what is published.

    Raises:
        FieldError: the city is unknown, or the note cannot be stored.
        StaleEditError: somebody saved since; nothing is changed.
        UnknownProgramError: there is no such program, or it is not this actor's.
    """
    row, opened = _found(session, actor, program_id)
    words = _clean_words(note, "note")
    if content.city and session.get(City, content.city) is None:
        raise FieldError("city", "is not a city of the list")
    if opened is None:
        if revision != 0 or row is None:
            raise StaleEditError("program: this draft is no longer open")
        if content == content_of(row) and not words:
            return None
        saved = _add(session, actor, _Place(row.id, row.agency_id, row.version + 1), content, words)
        return _opened(saved, _account_names(session))
    _check_revision(opened, revision)
    if opened.note == words and read_content(opened.content) == content:
        return _opened(opened, _account_names(session))
    opened.content = stored_content(content)
    opened.note = words
    _touch(opened, actor)
    opened.state, opened.submitted_at = "draft", None
    session.add(opened)
    record(session, actor, Act.PROGRAM_SAVED, about=program_id, details=_numbered(opened))
    return _opened(opened, _account_names(session))


def take_version(session: Session, actor: Actor, program_id: str, number: int) -> None:
    """Begin a draft with what an older version said.

    Raises:
        StaleEditError: a version is open already; it is finished or discarded first.
        UnknownProgramError, UnknownThingError: see `read_version`.
    """
    row, opened = _found(session, actor, program_id)
    version = read_version(session, actor, program_id, number)
    if opened is not None or row is None:
        raise StaleEditError("program: another version is open already")
    _add(session, actor, _Place(row.id, row.agency_id, row.version + 1), version.content)


def submit(session: Session, actor: Actor, program_id: str, *, revision: int) -> None:
    """Ask a manager to publish the draft.

    Raises:
        FieldError: something is missing that every published program has; names the first field.
        StaleEditError: there is no draft, or it changed since.
        UnknownProgramError: there is no such program, or it is not this actor's.
    """
    opened = _open_version(session, actor, program_id, revision)
    if opened.state == "submitted":
        raise StaleEditError("program: this draft waits already")
    if missing := missing_fields(read_content(opened.content)):
        raise FieldError(missing[0], "is missing")
    opened.state, opened.submitted_at = "submitted", now_utc()
    opened.revision += 1
    session.add(opened)
    record(session, actor, Act.PROGRAM_SUBMITTED, about=program_id, details=_numbered(opened))


def publish(session: Session, actor: Actor, program_id: str, *, revision: int) -> Program:
    """Put the version that waits into the catalogue.

    Args:
        session: an open write unit.
        actor: a manager.
        program_id: the program.
        revision: the revision the manager read.

    Returns:
        The program as it now stands.

    Raises:
        AccessDeniedError: this actor may not publish.
        StaleEditError: it does not wait any more, or it changed since.
        UnknownProgramError: there is no such program, or it is not this actor's.
    """
    waiting = _waiting(session, actor, program_id, revision)
    content = read_content(waiting.content)
    values = program_values(content)
    program = session.get(Program, program_id)
    now = now_utc()
    if program is not None:
        if program.agency_id != waiting.agency_id:
            raise StaleEditError("program: another agency's program has this id now")
        _keep_first_version(session, program)
    else:
        program = Program(id=program_id, agency_id=waiting.agency_id, **values)
    for name, value in values.items():
        setattr(program, name, value)
    program.as_of = program.as_of or now.date().isoformat()
    program.version = waiting.number
    waiting.state, waiting.decided_at, waiting.decided_by = "published", now, actor.account_id
    # What was asked to be changed has been; the next version starts without it.
    waiting.answer = ""
    waiting.revision += 1
    session.add(waiting)
    session.add(program)
    record(session, actor, Act.PROGRAM_PUBLISHED, about=program_id, details=_numbered(waiting))
    return program


def send_back(session: Session, actor: Actor, program_id: str, *, revision: int, answer: str) -> None:
    """Give the version that waits back to its agency, with what is to be changed.

    Raises:
        FieldError: the answer is empty or cannot be stored.
        AccessDeniedError, StaleEditError, UnknownProgramError: see `publish`.
    """
    waiting = _waiting(session, actor, program_id, revision)
    words = _clean_words(answer, "answer")
    if not words:
        raise FieldError("answer", "say what is to be changed")
    waiting.state, waiting.answer = "returned", words
    waiting.decided_at, waiting.decided_by = now_utc(), actor.account_id
    waiting.revision += 1
    session.add(waiting)
    record(session, actor, Act.PROGRAM_RETURNED, about=program_id, reason=words, details=_numbered(waiting))


def discard(session: Session, actor: Actor, program_id: str, *, revision: int) -> bool:
    """Throw the open version away; what is published stays as it is.

    Returns:
        Whether the program is still there: one that was never published is gone with its draft.

    Raises:
        StaleEditError: there is no open version, or it changed since.
        UnknownProgramError: there is no such program, or it is not this actor's.
    """
    opened = _open_version(session, actor, program_id, revision)
    details = _numbered(opened) | {"discarded": True}
    session.delete(opened)
    record(session, actor, Act.PROGRAM_SAVED, about=program_id, details=details)
    return session.get(Program, program_id) is not None


def set_review(session: Session, actor: Actor, program_id: str, *, opened: bool) -> None:
    """Close the review of a published program, so that the agency sees no candidates, or open it again.

    Raises:
        AccessDeniedError: this actor may not close reviews.
        UnknownProgramError: there is no such program, or it is not this actor's.
    """
    program, _ = _found(session, actor, program_id)
    if program is None:
        raise UnknownProgramError(program_id)
    if not authorize(actor, Action.LEAD_REVIEW, On(agency_id=program.agency_id)):
        raise AccessDeniedError(f"{Action.LEAD_REVIEW.value}: not allowed")
    if opened == (program.review_closed_at is None):
        return
    program.review_closed_at = None if opened else now_utc()
    session.add(program)
    record(session, actor, Act.REVIEW_OPENED if opened else Act.REVIEW_CLOSED, about=program_id)


def store_program_text(engine: Engine, analyst: Analyst, program_id: str) -> None:
    """Read a published text and keep the analysis, so that nobody's page waits for it.

    Called after the answer has left. A busy reader is no loss: the first match that needs the text reads it.
    """
    with read_session(engine) as session:
        program = session.get(Program, program_id)
        if program is None:
            return
        sources = [program_source(program_profile(program, ""))]
    try:
        store_texts(engine, analyst, sources)
    except EncoderBusyError:
        return


def program_slug(name: str) -> str:
    """Make an id of a name: small letters and digits with hyphens; `program` where nothing is left."""
    plain = normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    return slug[: _LONGEST_ID - _SLUG_ROOM].strip("-") or "program"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a new version belongs."""

    program_id: str
    agency_id: str
    after: int


def _free_id(session: Session, name: str) -> str:
    wanted = program_slug(name)
    candidate, number = wanted, 1
    while _is_taken(session, candidate):
        number += 1
        candidate = f"{wanted}-{number}"
    return candidate


def _is_taken(session: Session, program_id: str) -> bool:
    drafted = select(ProgramVersion.id).where(ProgramVersion.program_id == program_id)
    return session.get(Program, program_id) is not None or session.exec(drafted).first() is not None


def _found(session: Session, actor: Actor, program_id: str) -> tuple[Program | None, ProgramVersion | None]:
    """Find the program and its open version among what this actor edits."""
    if not program_id.isprintable():
        raise UnknownProgramError(program_id)
    row = session.exec(edited_programs_for(actor).where(col(Program.id) == program_id)).first()
    opened = session.exec(
        program_versions_for(actor).where(
            ProgramVersion.program_id == program_id, col(ProgramVersion.state).in_(OPEN_STATES)
        )
    ).first()
    if row is None and opened is None:
        raise UnknownProgramError(program_id)
    return row, opened


def _open_version(session: Session, actor: Actor, program_id: str, revision: int) -> ProgramVersion:
    _, opened = _found(session, actor, program_id)
    if opened is None:
        raise StaleEditError("program: there is no open version")
    _check_revision(opened, revision)
    return opened


def _waiting(session: Session, actor: Actor, program_id: str, revision: int) -> ProgramVersion:
    if not authorize(actor, Action.APPROVE_PROGRAM):
        raise AccessDeniedError(f"{Action.APPROVE_PROGRAM.value}: not allowed")
    waiting = _open_version(session, actor, program_id, revision)
    if waiting.state != "submitted":
        raise StaleEditError("program: this version does not wait for a decision")
    return waiting


def _check_revision(opened: ProgramVersion, revision: int) -> None:
    if opened.revision != revision:
        raise StaleEditError("program: somebody saved this draft in the meantime")


def _add(
    session: Session, actor: Actor, place: _Place, content: ProgramContent, note: str = ""
) -> ProgramVersion:
    newest = session.exec(
        select(func.max(ProgramVersion.number)).where(ProgramVersion.program_id == place.program_id)
    ).one()
    version = ProgramVersion(
        program_id=place.program_id,
        agency_id=place.agency_id,
        number=max(place.after, (newest or 0) + 1),
        content=stored_content(content),
        note=note,
        edited_by=actor.account_id,
    )
    session.add(version)
    session.flush()
    record(session, actor, Act.PROGRAM_SAVED, about=place.program_id, details=_numbered(version))
    return version


def _keep_first_version(session: Session, program: Program) -> None:
    """Keep what the seed file said before it is overwritten: it has no row among the versions."""
    kept = select(ProgramVersion.id).where(
        ProgramVersion.program_id == program.id, ProgramVersion.number == program.version
    )
    if session.exec(kept).first() is None:
        session.add(
            ProgramVersion(
                program_id=program.id,
                agency_id=program.agency_id,
                number=program.version,
                state="published",
                content=stored_content(content_of(program)),
            )
        )
        session.flush()


def _touch(opened: ProgramVersion, actor: Actor) -> None:
    opened.revision += 1
    opened.edited_by, opened.edited_at = actor.account_id, now_utc()


def _numbered(version: ProgramVersion) -> dict[str, Any]:
    return {"version": version.number, "revision": version.revision}


def _clean_words(words: str, name: str) -> str:
    return clean_text(words, name, limit=LONGEST_NOTE) if words.strip() else ""


def _account_names(session: Session) -> dict[str, str]:
    return dict(session.exec(select(Account.id, Account.name)).all())


def _agencies(session: Session) -> dict[str, AgencyChoice]:
    rows = session.exec(select(Agency, City).join(City, col(Agency.city_id) == City.id))
    return {
        agency.id: AgencyChoice(agency.id, agency.name, agency.name_en, city.country) for agency, city in rows
    }


def _managed(
    row: Program | None,
    opened: ProgramVersion | None,
    agencies: dict[str, AgencyChoice],
    names: dict[str, str],
) -> ManagedProgram:
    version = None if opened is None else _opened(opened, names)
    published = None if row is None else content_of(row)
    shown = published or (version.content if version else None)
    agency_id = row.agency_id if row else opened.agency_id if opened else ""
    program_id = row.id if row else opened.program_id if opened else ""
    assert shown is not None  # noqa: S101  callers hold one of the two
    return ManagedProgram(
        program_id,
        shown.name or shown.name_en,
        shown.name_en,
        tuple(language.value for language in shown.working_languages),
        agencies[agency_id],
        published,
        row.version if row else 0,
        row.review_closed_at if row else None,
        version,
    )


def _opened(version: ProgramVersion, names: dict[str, str]) -> OpenVersion:
    return OpenVersion(
        version.number,
        version.state,
        read_content(version.content),
        version.note,
        version.revision,
        names.get(version.edited_by or "", ""),
        version.edited_at,
        version.submitted_at,
        version.answer,
    )


def _waiting_first(program: ManagedProgram) -> tuple[bool, str, str]:
    since = program.open.submitted_at if program.open else None
    return (not program.waits, since.isoformat() if since else "", program.id)
