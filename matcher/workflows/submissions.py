"""A startup's profile: saved as a draft while it is typed, submitted as a version, withdrawn, read again.

There is at most one draft. What is submitted becomes the facts and texts that agencies may be shown; what is
only saved is nobody's but the founders'.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session, col, func, select

from matcher.engine.analysis import SourceText
from matcher.errors import (
    AccessDeniedError,
    EncoderBusyError,
    FieldError,
    StaleEditError,
    UnknownStartupError,
    UnknownThingError,
)
from matcher.workflows.analysts import Analyst
from matcher.workflows.audits import Act, record
from matcher.workflows.candidacies import Settled, settle
from matcher.workflows.embeddings import store_texts
from matcher.workflows.submission_contents import (
    LONGEST_NAME,
    SubmissionContent,
    content_of_startup,
    missing_parts,
    read_submission,
    startup_values,
    stored_submission,
)
from models.access import Action, Actor, On, authorize, startups_for
from models.base import new_id, now_utc
from models.database import read_session
from models.tables import Account, City, Profile, Startup, Submission
from models.vocabulary import Language

DRAFT, SUBMITTED, WITHDRAWN = "draft", "submitted", "withdrawn"


@dataclass(frozen=True, slots=True)
class SubmissionVersion:
    """One version of a startup's profile; `editor` is empty where the account is gone."""

    number: int
    state: str
    content: SubmissionContent
    revision: int
    editor: str
    edited_at: datetime
    submitted_at: datetime | None
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class OwnProfile:
    """What a startup's founders see of its profile.

    Attributes:
        startup_id: the startup.
        name: its name as it stands in the lists of others.
        content: what the form shows: the draft, else what was submitted, else what is stored.
        draft: the draft, None where everything saved was submitted.
        submitted: the newest version that was submitted and not withdrawn.
        versions: every version that is no draft, newest first.
    """

    startup_id: str
    name: str
    content: SubmissionContent
    draft: SubmissionVersion | None
    submitted: SubmissionVersion | None
    versions: tuple[SubmissionVersion, ...]

    @property
    def revision(self) -> int:
        """What a save must name: the draft's revision, 0 where there is none."""
        return 0 if self.draft is None else self.draft.revision

    @property
    def state(self) -> str:
        """What is to be said first: `draft`, `submitted`, `changed`, `withdrawn` or `empty`."""
        if self.submitted is not None:
            return SUBMITTED if self.draft is None else "changed"
        if self.draft is not None:
            return DRAFT
        return WITHDRAWN if self.versions else "empty"

    @property
    def missing(self) -> tuple[str, ...]:
        """What is needed before it can be submitted."""
        return missing_parts(self.content)


def create_startup(session: Session, actor: Actor, name: str) -> str:
    """Begin a startup nobody has written about, so that its founders can be invited.

    Returns:
        Its id.

    Raises:
        AccessDeniedError: this actor may not add startups.
        FieldError: the name is refused.
    """
    if not authorize(actor, Action.ADD_STARTUP):
        raise AccessDeniedError(f"{Action.ADD_STARTUP.value}: not allowed")
    content = read_submission({"name": name})
    # The id stands in addresses, also where the name is hidden: it says nothing.
    startup_id = f"s-{new_id()[:16]}"
    session.add(Startup(id=startup_id, name=content.name[:LONGEST_NAME], invented=False))
    record(session, actor, Act.STARTUP_ADDED, subject=startup_id)
    return startup_id


def list_own_startups(
    session: Session, actor: Actor, *, after: str = "", limit: int
) -> tuple[tuple[str, str], ...]:
    """List ids and names of the startups this actor is a founder of, in the order of their ids."""
    own = sorted(actor.startups) if authorize(actor, Action.READ_OWN_STARTUP) else []
    rows = session.exec(
        select(Startup.id, Startup.name)
        .where(col(Startup.id).in_(own), col(Startup.id) > after)
        .order_by(col(Startup.id))
        .limit(limit)
    )
    return tuple((startup_id, name) for startup_id, name in rows)


def own_startup(
    session: Session, actor: Actor, startup_id: str, action: Action = Action.EDIT_OWN_STARTUP
) -> Startup:
    """Give a startup to one of its founders.

    Raises:
        AccessDeniedError: this actor may see it and is not one of its founders, or may not do this.
        UnknownStartupError: there is none with this id, or this actor may not see it.
    """
    # An id with a control character or half a character is unknown without asking the database.
    found = (
        session.exec(
            # A token that only writes sees no other startup than those of its account.
            (select(Startup) if startup_id in actor.startups else startups_for(actor)).where(
                Startup.id == startup_id
            )
        ).first()
        if startup_id.isprintable()
        else None
    )
    if found is None:
        raise UnknownStartupError(startup_id)
    if not authorize(actor, action, On(startup_id=startup_id)):
        raise AccessDeniedError(f"{action.value}: not allowed")
    return found


def read_own_profile(
    session: Session, actor: Actor, startup_id: str, action: Action = Action.EDIT_OWN_STARTUP
) -> OwnProfile:
    """Read what the founders of a startup see of its profile.

    Raises:
        AccessDeniedError, UnknownStartupError: see `own_startup`.
    """
    startup = own_startup(session, actor, startup_id, action)
    rows = session.exec(
        select(Submission).where(Submission.startup_id == startup_id).order_by(col(Submission.number).desc())
    ).all()
    editors = {row.edited_by for row in rows if row.edited_by}
    named = select(Account.id, Account.name).where(col(Account.id).in_(sorted(editors)))
    names = dict(session.exec(named).all())
    versions = tuple(_version(row, names) for row in rows)
    draft = next((version for version in versions if version.state == DRAFT), None)
    finished = tuple(version for version in versions if version.state != DRAFT)
    submitted = next((version for version in finished if version.state == SUBMITTED), None)
    shown = draft or submitted or next(iter(finished), None)
    content = shown.content if shown else content_of_startup(startup, _texts(session, startup_id))
    return OwnProfile(startup.id, startup.name, content, draft, submitted, finished)


def read_own_version(session: Session, actor: Actor, startup_id: str, number: int) -> SubmissionVersion:
    """Read one version that was submitted.

    Raises:
        AccessDeniedError, UnknownStartupError: see `own_startup`.
        UnknownThingError: there is no such version.
    """
    for version in read_own_profile(session, actor, startup_id).versions:
        if version.number == number:
            return version
    raise UnknownThingError("version")


def save_submission(
    session: Session, actor: Actor, startup_id: str, content: SubmissionContent, *, revision: int
) -> OwnProfile:
    """Save the draft, or begin one; saving what is saved already changes nothing.

    Args:
        session: an open write unit.
        actor: a founder of the startup.
        startup_id: the startup.
        content: all of its fields.
        revision: the revision the founder saw; 0 where there was no draft.

    Returns:
        The profile as it stands now.

    Raises:
        FieldError: a city is not one of the list.
        StaleEditError: somebody saved since; nothing is changed.
        AccessDeniedError, UnknownStartupError: see `own_startup`.
    """
    before = read_own_profile(session, actor, startup_id)
    known = set(session.exec(select(City.id)))
    if any(city not in known for city in content.target_cities):
        raise FieldError("target_cities", "is not a city of the list")
    # The same content again is no conflict: a browser may not have heard that it was saved.
    if content == before.content and (before.draft or before.submitted):
        return before
    if before.revision != revision:
        raise StaleEditError("profile: somebody saved this draft in the meantime")
    row = _draft(session, startup_id)
    if row is None:
        newest = session.exec(
            select(func.max(Submission.number)).where(Submission.startup_id == startup_id)
        ).one()
        row = Submission(startup_id=startup_id, number=(newest or 0) + 1, content={}, revision=0)
    row.content = stored_submission(content)
    row.revision += 1
    row.edited_by, row.edited_at = actor.account_id, now_utc()
    session.add(row)
    session.flush()
    return read_own_profile(session, actor, startup_id)


def submit_profile(session: Session, actor: Actor, startup_id: str, *, revision: int) -> SubmissionVersion:
    """Submit the draft, or what was withdrawn: its facts and texts are what is considered from now on.

    Where nobody wrote a draft, what is stored of the startup is submitted as it is shown in the form.

    Args:
        session: an open write unit.
        actor: a founder of the startup.
        startup_id: the startup.
        revision: the revision the founder saw; 0 where there is no draft.

    Raises:
        FieldError: something is missing that every submitted profile has; names the first field.
        StaleEditError: there is nothing to submit, or somebody saved since.
        AccessDeniedError, UnknownStartupError: see `own_startup`.
    """
    profile = read_own_profile(session, actor, startup_id)
    if profile.revision != revision:
        raise StaleEditError("profile: somebody saved this draft in the meantime")
    row = _draft(session, startup_id)
    if row is None and profile.submitted is None:
        row = Submission(
            startup_id=startup_id,
            number=max((version.number for version in profile.versions), default=0) + 1,
            content=stored_submission(profile.content),
            edited_by=actor.account_id,
        )
    if row is None:
        raise StaleEditError("profile: there is no draft to submit")
    content = read_submission(row.content)
    if missing := missing_parts(content):
        raise FieldError(missing[0], "is missing")
    row.state, row.submitted_at = SUBMITTED, now_utc()
    row.revision += 1
    session.add(row)
    _publish_facts(session, startup_id, content)
    _publish_texts(session, startup_id, content)
    record(
        session,
        actor,
        Act.PROFILE_SUBMITTED,
        subject=startup_id,
        details={"version": row.number, "languages": [language.value for language in content.texts]},
    )
    settle(session, actor, startup_id)
    names = {actor.account_id: actor.name} if actor.account_id else {}
    return _version(row, names)


def withdraw_profile(session: Session, actor: Actor, startup_id: str) -> Settled:
    """Take back what was submitted: from the next request on nobody considers it. A draft stays.

    Returns:
        The programs that no longer consider the startup, and the results that are others because of it.

    Raises:
        StaleEditError: nothing is submitted.
        AccessDeniedError, UnknownStartupError: see `own_startup`.
    """
    startup = own_startup(session, actor, startup_id)
    rows = session.exec(
        select(Submission).where(Submission.startup_id == startup_id, Submission.state == SUBMITTED)
    ).all()
    if not rows:
        raise StaleEditError("profile: nothing is submitted")
    now = now_utc()
    for row in rows:
        row.state, row.withdrawn_at = WITHDRAWN, now
        session.add(row)
    startup.withdrawn_at = now
    session.add(startup)
    record(
        session,
        actor,
        Act.PROFILE_WITHDRAWN,
        subject=startup_id,
        details={"version": max(row.number for row in rows)},
    )
    return settle(session, actor, startup_id)


def take_submission(session: Session, actor: Actor, startup_id: str, number: int) -> None:
    """Begin a draft with what an older version said.

    Raises:
        StaleEditError: there is a draft already.
        AccessDeniedError, UnknownStartupError, UnknownThingError: see `read_own_version`.
    """
    version = read_own_version(session, actor, startup_id, number)
    save_submission(session, actor, startup_id, version.content, revision=0)


def store_profile_texts(engine: Engine, analyst: Analyst, startup_id: str) -> None:
    """Read a submitted profile's texts and keep the analyses, so that nobody's review waits for them.

    Called after the answer has left. A busy reader is no loss: the first queue that needs a text reads it.
    """
    with read_session(engine) as session:
        sources = [SourceText(text, language) for language, text in _texts(session, startup_id).items()]
    try:
        store_texts(engine, analyst, sources)
    except EncoderBusyError:
        return


def regions_of_cities(session: Session) -> dict[str, tuple[str, ...]]:
    """Give the regions of each city, the narrowest first."""
    return {city.id: tuple(city.regions) for city in session.exec(select(City))}


def _draft(session: Session, startup_id: str) -> Submission | None:
    return session.exec(
        select(Submission).where(Submission.startup_id == startup_id, Submission.state == DRAFT)
    ).first()


def _texts(session: Session, startup_id: str) -> dict[Language, str]:
    rows = session.exec(
        select(Profile).where(Profile.startup_id == startup_id).order_by(col(Profile.version))
    )
    return {Language(row.language): row.text for row in rows}


def _publish_facts(session: Session, startup_id: str, content: SubmissionContent) -> None:
    startup = session.get_one(Startup, startup_id)
    for column, value in startup_values(content, regions_of_cities(session)).items():
        setattr(startup, column, value)
    startup.withdrawn_at = None
    session.add(startup)


def _publish_texts(session: Session, startup_id: str, content: SubmissionContent) -> None:
    """Add a version of each text that differs, and drop those of languages that are no longer written.

    What they said before stays in the submitted versions, for the founders alone.
    """
    newest: dict[str, Profile] = {}
    rows = session.exec(
        select(Profile).where(Profile.startup_id == startup_id).order_by(col(Profile.version))
    ).all()
    for row in rows:
        newest[row.language] = row
        if row.language not in {language.value for language in content.texts}:
            session.delete(row)
    for language, texts in content.texts.items():
        held = newest.get(language.value)
        if held is None or held.text != texts.composed:
            session.add(
                Profile(
                    startup_id=startup_id,
                    language=language.value,
                    version=1 if held is None else held.version + 1,
                    text=texts.composed,
                )
            )
    session.flush()


def _version(row: Submission, names: Mapping[str, str]) -> SubmissionVersion:
    return SubmissionVersion(
        row.number,
        row.state,
        read_submission(row.content),
        row.revision,
        names.get(row.edited_by or "", ""),
        row.edited_at,
        row.submitted_at,
        row.withdrawn_at,
    )
