"""Startups as those may read them who are allowed to: a list of names, and one with its facts and texts."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, col, select

from matcher.engine.values import StartupFacts
from matcher.errors import UnknownStartupError
from matcher.workflows.blind import hidden_names, masks_for, pseudonym
from matcher.workflows.programs import ProgramCard, ProgramFilter, list_programs
from matcher.workflows.review_queues import startup_facts
from matcher.workflows.submission_contents import needs_human_check
from models.access import Actor, candidacies_for, profiles_for, startups_for
from models.tables import Account, Candidacy, Profile, Program, Startup, StartupMember
from models.vocabulary import Language

_ORDER = (Language.KO, Language.EN, Language.DE, Language.ES)


@dataclass(frozen=True, slots=True)
class StartupLine:
    """A startup as a list names it; what it says of itself is read one startup at a time."""

    id: str
    name: str
    invented: bool
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StartupText:
    """The newest version of a startup's text in one language."""

    language: str
    text: str
    version: int
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class StartupPageData:
    """A startup with its facts and its newest texts.

    Where `names_hidden`, it goes by its pseudonym, and names are taken out of what it says.
    """

    id: str
    name: str
    invented: bool
    needs_human_check: bool
    facts: StartupFacts
    texts: tuple[StartupText, ...]
    names_hidden: bool = False


@dataclass(frozen=True, slots=True)
class Founder:
    """A member of a startup as the other members see it."""

    account_id: str
    name: str
    since: datetime


def list_startups(session: Session, actor: Actor, *, after: str = "", limit: int) -> tuple[StartupLine, ...]:
    """List startups this actor may see in the order of their ids.

    Args:
        session: an open unit.
        actor: who asks.
        after: the id the page before ended with.
        limit: most startups to give.
    """
    query = startups_for(actor).where(col(Startup.id) > after).order_by(col(Startup.id)).limit(limit)
    startups = session.exec(query).all()
    spoken = defaultdict(set)
    written = profiles_for(actor).where(col(Profile.startup_id).in_([startup.id for startup in startups]))
    for profile in session.exec(written):
        spoken[profile.startup_id].add(profile.language)
    hidden = hidden_names(session, actor, [startup.id for startup in startups])
    return tuple(
        StartupLine(
            startup.id,
            pseudonym(startup.id) if startup.id in hidden else startup.name,
            startup.invented,
            tuple(language.value for language in _ORDER if language.value in spoken[startup.id]),
        )
        for startup in startups
    )


def read_startup(session: Session, actor: Actor, startup_id: str) -> StartupPageData:
    """Read one startup this actor may see.

    Raises:
        UnknownStartupError: there is none with this id, or this actor may not see it.
    """
    # An id with a control character or half a character is unknown without asking the database.
    startup = (
        session.exec(startups_for(actor).where(Startup.id == startup_id)).first()
        if startup_id.isprintable()
        else None
    )
    if startup is None:
        raise UnknownStartupError(startup_id)
    profiles = session.exec(
        profiles_for(actor).where(Profile.startup_id == startup_id).order_by(col(Profile.version))
    ).all()
    found = StartupPageData(
        startup.id,
        startup.name,
        startup.invented,
        needs_human_check(startup.export_flags),
        startup_facts(startup),
        _newest_texts(profiles),
    )
    mask = masks_for(session, actor, [startup_id]).get(startup_id)
    if mask is None:
        return found
    texts = tuple(replace(text, text=mask.text(text.text)) for text in found.texts)
    return replace(found, name=mask.name, facts=mask.facts(found.facts), texts=texts, names_hidden=True)


def founders_of(session: Session, actor: Actor, startup_id: str) -> tuple[Founder, ...]:
    """List the members of a startup for one of them; nobody else is told who they are here."""
    if startup_id not in actor.startups:
        return ()
    rows = session.exec(
        select(Account, StartupMember)
        .join(StartupMember, col(StartupMember.account_id) == col(Account.id))
        .where(StartupMember.startup_id == startup_id)
        .order_by(col(StartupMember.since), col(Account.name), col(Account.id))
    )
    return tuple(Founder(account.id, account.name, member.since) for account, member in rows)


def open_reviews_of(session: Session, actor: Actor, startup_id: str) -> tuple[ProgramCard, ...]:
    """List the programs under review by this actor that consider a startup."""
    considered = (
        candidacies_for(actor)
        .join(Program, col(Program.id) == col(Candidacy.program_id))
        .where(Candidacy.startup_id == startup_id, col(Program.review_closed_at).is_(None))
    )
    programs = {row.program_id for row in session.exec(considered)}
    return tuple(card for card in list_programs(session, ProgramFilter()) if card.id in programs)


def _newest_texts(profiles: Sequence[Profile]) -> tuple[StartupText, ...]:
    newest = {
        profile.language: StartupText(profile.language, profile.text, profile.version, profile.created_at)
        for profile in profiles
    }
    return tuple(newest[language.value] for language in _ORDER if language.value in newest)
