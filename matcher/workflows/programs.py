"""Programs: what the catalogue lists and what the engine ranks."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from matcher.engine.analysis import SourceText
from matcher.engine.conditions import Rule, rule_from_record
from matcher.engine.values import ProgramProfile
from matcher.errors import UnknownProgramError
from matcher.workflows.program_contents import Criterion, RubricSums, Window, sum_rubric
from models.access import Actor, reviewed_programs_for
from models.tables import Agency, City, Program, ProgramVersion
from models.vocabulary import ANY_SECTOR, Direction, Language, Publication


@dataclass(frozen=True, slots=True)
class ProgramFilter:
    """What a reader narrows the catalogue to; None means everything."""

    city: str | None = None
    offer: str | None = None
    sector: str | None = None
    region: str | None = None
    stage: str | None = None
    q: str | None = None


@dataclass(frozen=True, slots=True)
class ProgramCard:
    """A program as a list shows it."""

    id: str
    name: str
    name_en: str
    city_id: str
    city_names: tuple[tuple[str, str], ...]
    agency_name: str
    agency_name_en: str
    offers: tuple[str, ...]
    sectors: tuple[str, ...]
    stages: tuple[str, ...]
    regions: tuple[str, ...]
    working_languages: tuple[str, ...]
    unverified_languages: tuple[str, ...]
    publication: Publication
    verified: bool
    as_of: str
    direction: Direction
    agency_country: str


@dataclass(frozen=True, slots=True)
class ProgramDetail:
    """One stated fact of a program; an unverified one must not be shown as a fact."""

    topic: str
    text: str
    verified: bool


@dataclass(frozen=True, slots=True)
class ProgramPageData:
    """Everything published about a program.

    `text` is the one that is ranked; `texts` holds it too, beside those in further languages. A program
    that still says what the seed file said has no `published_on`.
    """

    card: ProgramCard
    place: str
    text: str
    text_language: Language
    seats: int | None
    details: tuple[ProgramDetail, ...]
    rules: tuple[Rule, ...]
    source_url: str
    source_urls: tuple[str, ...]
    verification_note: str
    texts: tuple[tuple[str, str], ...]
    windows: tuple[Window, ...]
    rubric: tuple[Criterion, ...]
    version: int
    published_on: date | None

    @property
    def rubric_sums(self) -> RubricSums:
        """What the criteria add up to, the bonus apart."""
        return sum_rubric(self.rubric)


@dataclass(frozen=True, slots=True)
class CityChoice:
    """A city that has programs, for the catalogue's filter."""

    id: str
    names: tuple[tuple[str, str], ...]
    alliance_member: bool


def list_programs(session: Session, narrow: ProgramFilter) -> tuple[ProgramCard, ...]:
    """List programs by id; every filter that is set must fit; `q` looks in names and text alike."""
    rows = ((_card(*row), " ".join((row[0].text, *row[0].texts.values()))) for row in session.exec(_joined()))
    return tuple(card for card, text in rows if _fits(card, text, narrow))


def list_cities(session: Session) -> tuple[CityChoice, ...]:
    """List the cities that have programs: members of the alliance first, then by English name."""
    used = select(Program.city_id)
    rows = session.exec(select(City).where(col(City.id).in_(used)))
    choices = [CityChoice(row.id, tuple(sorted(row.names.items())), row.alliance_member) for row in rows]
    return tuple(sorted(choices, key=lambda city: (not city.alliance_member, dict(city.names)["en"])))


def read_program(session: Session, program_id: str) -> ProgramPageData:
    """Read one program.

    Raises:
        UnknownProgramError: there is none with this id.
    """
    # An id with a control character or half a character is unknown without asking the database.
    row = (
        session.exec(_joined().where(col(Program.id) == program_id)).first()
        if program_id.isprintable()
        else None
    )
    if row is None:
        raise UnknownProgramError(program_id)
    program = row[0]
    return ProgramPageData(
        _card(*row),
        program.place,
        program.text,
        Language(program.text_language),
        program.seats,
        tuple(ProgramDetail(item["topic"], item["text"], item["verified"]) for item in program.details),
        tuple(rule_from_record(rule) for rule in program.rules),
        program.source_url,
        tuple(program.source_urls),
        program.verification_note,
        ((program.text_language, program.text), *sorted(program.texts.items())),
        tuple(Window.model_validate(window) for window in program.windows),
        tuple(Criterion.model_validate(criterion) for criterion in program.rubric),
        program.version,
        _published_on(session, program),
    )


def read_reviewed_program(session: Session, actor: Actor, program_id: str) -> ProgramPageData:
    """Read a program this actor reviews.

    Raises:
        UnknownProgramError: there is none with this id, or it is not this actor's to review.
    """
    program = read_program(session, program_id)
    reviewed = reviewed_programs_for(actor).where(col(Program.id) == program_id)
    if session.exec(reviewed).first() is None:
        raise UnknownProgramError(program_id)
    return program


def program_profiles(session: Session, program_id: str | None = None) -> tuple[ProgramProfile, ...]:
    """Read every program, or one, as the engine sees it, in the order of ids."""
    query = select(Program, City).join(City, col(Program.city_id) == City.id).order_by(col(Program.id))
    if program_id is not None:
        query = query.where(Program.id == program_id)
    return tuple(program_profile(program, city.names["en"]) for program, city in session.exec(query))


def program_profile(program: Program, city: str) -> ProgramProfile:
    """Give a stored program as the engine sees it: the English name heads the text."""
    return ProgramProfile(
        program.id,
        program.name_en,
        f"{program.name_en}\n{program.text}",
        Language(program.text_language),
        city,
        tuple(program.offers),
        tuple(program.sectors),
        tuple(program.stages),
        tuple(program.regions),
        tuple(rule_from_record(rule) for rule in program.rules),
        Publication(program.publication),
    )


def program_source(program: ProgramProfile) -> SourceText:
    """Give the text of a program that is read and embedded."""
    return SourceText(program.text, program.language)


def _published_on(session: Session, program: Program) -> date | None:
    decided = session.exec(
        select(ProgramVersion.decided_at).where(
            ProgramVersion.program_id == program.id, ProgramVersion.number == program.version
        )
    ).first()
    return None if decided is None else decided.date()


def _joined() -> Any:
    home = aliased(City)
    return (
        select(Program, City, Agency, col(home.country))
        .join(City, col(Program.city_id) == City.id)
        .join(Agency, col(Program.agency_id) == Agency.id)
        .join(home, col(Agency.city_id) == home.id)
        .order_by(col(Program.id))
    )


def _card(program: Program, city: City, agency: Agency, agency_country: str) -> ProgramCard:
    return ProgramCard(
        program.id,
        program.name,
        program.name_en,
        program.city_id,
        tuple(sorted(city.names.items())),
        agency.name,
        agency.name_en,
        tuple(program.offers),
        tuple(program.sectors),
        tuple(program.stages),
        tuple(program.regions),
        tuple(program.working_languages),
        tuple(program.unverified_languages),
        Publication(program.publication),
        program.verified,
        program.as_of,
        Direction(program.direction),
        agency_country,
    )


def _fits(card: ProgramCard, text: str, narrow: ProgramFilter) -> bool:
    words = " ".join((
        card.name, card.name_en, card.agency_name, card.agency_name_en, *dict(card.city_names).values(), text
    )).casefold()  # fmt: skip
    return (
        narrow.city in {None, card.city_id}
        and (narrow.offer is None or narrow.offer in card.offers)
        and (narrow.sector is None or narrow.sector in card.sectors or ANY_SECTOR in card.sectors)
        and (narrow.region is None or narrow.region in card.regions)
        and (narrow.stage is None or narrow.stage in card.stages)
        and (narrow.q is None or all(word in words for word in narrow.q.casefold().split()))
    )
