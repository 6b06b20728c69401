"""Consents of a startup: per purpose, receiving agency and its country, given and withdrawn by a founder."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from matcher.errors import FieldError
from matcher.settings import Settings
from matcher.workflows.audits import Act, record
from matcher.workflows.candidacies import Settled, settle
from matcher.workflows.consent_words import words_version
from matcher.workflows.own_startups import own_startup
from models.access import Actor
from models.base import now_utc
from models.consent import Purpose, needs_separate_consent
from models.tables import Agency, City, Consent, Program, ProgramInterest
from models.vocabulary import Language


@dataclass(frozen=True, slots=True)
class PurposeState:
    """How it stands with one purpose: given when and to which words, or not given."""

    purpose: Purpose
    given_at: datetime | None
    words_version: str
    language: str
    current_words: bool


@dataclass(frozen=True, slots=True)
class WantedProgram:
    """A program of an agency that the startup is interested in."""

    id: str
    name: str
    name_en: str
    working_languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recipient:
    """An agency that could be given the profile, with what it takes and how that stands."""

    agency_id: str
    agency_name: str
    agency_name_en: str
    agency_country: str
    programs: tuple[WantedProgram, ...]
    states: tuple[PurposeState, ...]

    @property
    def wanted(self) -> bool:
        """Whether the startup is interested in a program of it."""
        return bool(self.programs)

    @property
    def sees(self) -> bool:
        """Whether nothing is missing for it to be shown the profile."""
        asked = {Purpose.REVIEW} | ({Purpose.PROVISION_ABROAD} & {state.purpose for state in self.states})
        return asked <= {state.purpose for state in self.states if state.given_at}

    @property
    def anything_given(self) -> bool:
        """Whether any consent to it stands."""
        return any(state.given_at for state in self.states)


@dataclass(frozen=True, slots=True)
class PastConsent:
    """A consent that no longer stands, kept as proof of what was allowed when."""

    agency_name: str
    agency_name_en: str
    country: str
    purpose: Purpose
    given_at: datetime
    withdrawn_at: datetime | None


def purposes_for(country: str) -> tuple[Purpose, ...]:
    """Give the purposes an agency in a country is asked consent for."""
    abroad = (Purpose.PROVISION_ABROAD,) if needs_separate_consent(country) else ()
    return (Purpose.REVIEW, *abroad, Purpose.RESULT_CONTACT)


def recipients(session: Session, actor: Actor, startup_id: str, settings: Settings) -> tuple[Recipient, ...]:
    """List every agency with a program: those the startup is interested in first, then those with a consent.

    Raises:
        UnknownStartupError: the actor is no founder of it.
    """
    own_startup(session, actor, startup_id)
    wanted = _wanted_programs(session, startup_id)
    standing = _standing(session, startup_id)
    version = words_version(settings)
    found = []
    for agency, country in _agencies(session):
        states = tuple(
            _state(purpose, standing.get((agency.id, country, purpose)), version)
            for purpose in purposes_for(country)
        )
        found.append(
            Recipient(agency.id, agency.name, agency.name_en, country, wanted.get(agency.id, ()), states)
        )
    return tuple(sorted(found, key=lambda one: (not one.wanted, not one.anything_given)))


def past_consents(session: Session, actor: Actor, startup_id: str) -> tuple[PastConsent, ...]:
    """List the consents that no longer stand, newest first.

    Raises:
        UnknownStartupError: the actor is no founder of it.
    """
    own_startup(session, actor, startup_id)
    rows = session.exec(
        select(Consent, Agency, City.country)
        .join(Agency, col(Agency.id) == col(Consent.agency_id))
        .join(City, col(City.id) == col(Agency.city_id))
        .where(Consent.startup_id == startup_id)
        .order_by(col(Consent.given_at).desc(), col(Consent.id))
    )
    return tuple(
        PastConsent(
            agency.name, agency.name_en, row.country, Purpose(row.purpose), row.given_at, row.withdrawn_at
        )
        for row, agency, country in rows
        if row.withdrawn_at is not None or row.country != country
    )


def stands(session: Session, startup_id: str, agency_id: str, purpose: Purpose) -> bool:
    """Say whether a consent stands for an agency where that is now."""
    found = session.exec(
        select(Consent.id)
        .join(Agency, col(Agency.id) == col(Consent.agency_id))
        .join(City, col(City.id) == col(Agency.city_id))
        .where(
            Consent.startup_id == startup_id,
            Consent.agency_id == agency_id,
            Consent.purpose == purpose.value,
            col(Consent.withdrawn_at).is_(None),
            col(Consent.country) == col(City.country),
        )
        .limit(1)
    )
    return found.first() is not None


def give(
    session: Session,
    actor: Actor,
    startup_id: str,
    agency_id: str,
    purposes: Collection[Purpose],
    *,
    language: Language,
    shown_version: str,
    settings: Settings,
) -> Settled:
    """Consent to what an agency may do; what stands already in these words stays as it is.

    Args:
        session: an open write unit.
        actor: a founder.
        startup_id: the startup.
        agency_id: the agency that is to receive the data.
        purposes: what for, at least one.
        language: the language the words were read in.
        shown_version: the version of the words that were read.
        settings: say which words are in force.

    Returns:
        The programs that consider the startup because of it.

    Raises:
        UnknownStartupError: the actor is no founder of it.
        FieldError: nothing was ticked, the agency is unknown or not asked for this, or the words changed.
    """
    own_startup(session, actor, startup_id)
    country = _country_of(session, agency_id)
    if not purposes:
        raise FieldError("purposes", "tick at least one")
    if not set(purposes) <= set(purposes_for(country)):
        raise FieldError("purposes", "is not asked for by this agency")
    version = words_version(settings)
    if shown_version != version:
        raise FieldError("words_version", "the words have changed; read them again")
    standing = _standing(session, startup_id)
    for purpose in sorted(set(purposes)):
        held = standing.get((agency_id, country, purpose))
        if held is not None and held.words_version == version:
            continue
        now = now_utc()
        if held is not None:
            # The newer words take the place of the older ones; that those were consented to stays known.
            held.withdrawn_at = now
            session.add(held)
        session.add(
            Consent(
                startup_id=startup_id,
                purpose=purpose.value,
                agency_id=agency_id,
                country=country,
                words_version=version,
                language=language.value,
                given_by=actor.account_id,
                given_at=now,
            )
        )
        details = {"purpose": purpose.value, "country": country, "words": version, "language": language.value}
        record(session, actor, Act.CONSENT_GIVEN, subject=startup_id, about=agency_id, details=details)
    return settle(session, actor, startup_id)


def withdraw(session: Session, actor: Actor, startup_id: str, agency_id: str, purpose: Purpose) -> Settled:
    """Take a consent back; holds from the next request on.

    Returns:
        The programs that no longer consider the startup, and the results that are others because of it.

    Raises:
        UnknownStartupError: the actor is no founder of it.
    """
    own_startup(session, actor, startup_id)
    rows = session.exec(
        select(Consent).where(
            Consent.startup_id == startup_id,
            Consent.agency_id == agency_id,
            Consent.purpose == purpose.value,
            col(Consent.withdrawn_at).is_(None),
        )
    ).all()
    for row in rows:
        row.withdrawn_at = now_utc()
        session.add(row)
        details = {"purpose": purpose.value, "country": row.country, "words": row.words_version}
        record(session, actor, Act.CONSENT_WITHDRAWN, subject=startup_id, about=agency_id, details=details)
    return settle(session, actor, startup_id)


def _country_of(session: Session, agency_id: str) -> str:
    agency = session.get(Agency, agency_id) if agency_id.isprintable() else None
    if agency is None:
        raise FieldError("agency_id", "no agency has this id")
    return session.get_one(City, agency.city_id).country


def _agencies(session: Session) -> list[tuple[Agency, str]]:
    rows = session.exec(
        select(Agency, City.country)
        .join(City, col(City.id) == col(Agency.city_id))
        .where(col(Agency.id).in_(select(Program.agency_id)))
        .order_by(col(Agency.name_en), col(Agency.id))
    )
    return [(agency, country) for agency, country in rows]


def _standing(session: Session, startup_id: str) -> dict[tuple[str, str, Purpose], Consent]:
    rows = session.exec(
        select(Consent)
        .where(Consent.startup_id == startup_id, col(Consent.withdrawn_at).is_(None))
        .order_by(col(Consent.given_at), col(Consent.id))
    )
    return {(row.agency_id, row.country, Purpose(row.purpose)): row for row in rows}


def _wanted_programs(session: Session, startup_id: str) -> dict[str, tuple[WantedProgram, ...]]:
    rows = session.exec(
        select(Program)
        .join(ProgramInterest, col(ProgramInterest.program_id) == col(Program.id))
        .where(ProgramInterest.startup_id == startup_id, col(ProgramInterest.interested))
        .order_by(col(Program.name_en), col(Program.id))
    )
    found: dict[str, tuple[WantedProgram, ...]] = {}
    for row in rows:
        line = WantedProgram(row.id, row.name, row.name_en, tuple(row.working_languages))
        found[row.agency_id] = (*found.get(row.agency_id, ()), line)
    return found


def _state(purpose: Purpose, row: Consent | None, version: str) -> PurposeState:
    if row is None:
        return PurposeState(purpose, None, "", "", current_words=True)
    return PurposeState(
        purpose, row.given_at, row.words_version, row.language, current_words=row.words_version == version
    )
