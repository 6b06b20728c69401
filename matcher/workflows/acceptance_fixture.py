"""A small invented world for acceptance tests: every private text holds a mark nobody else may ever see.

Two agencies, three programs, sixty startups, one account per kind of person. Each mark (a canary) reads
`CNR-<startup>-<field>-<random>`, so that a leak names what leaked.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, col, delete, select

from matcher.settings import Settings
from matcher.workflows.first_keys import ensure_key
from matcher.workflows.fixture_accounts import Told, tell_account
from matcher.workflows.server_key import ServerKey
from models.access import Scope
from models.account import Office
from models.database import write_session
from models.tables import (
    Agency,
    AgencyMember,
    Candidacy,
    City,
    ConflictAnswer,
    Profile,
    Program,
    Review,
    ReviewStep,
    Startup,
)

PREFIX = "fx-"
DOMAIN = "fixture.landfall.example"
FOUNDERS = "founders.landfall.example"
"""Another domain than the reviewers', which would be a conflict of interest."""

STARTUPS = 60
CITY = f"{PREFIX}town"
AGENCY_A, AGENCY_B = f"{PREFIX}agency-a", f"{PREFIX}agency-b"
PROGRAMS = {f"{PREFIX}program-1": AGENCY_A, f"{PREFIX}program-2": AGENCY_A, f"{PREFIX}program-3": AGENCY_B}

_CONSIDERED = (
    (f"{PREFIX}program-1", range(1, 26)),
    (f"{PREFIX}program-2", range(21, 41)),
    (f"{PREFIX}program-3", range(41, 58)),
)
"""Which startups each program considers: some two programs of one agency, the last three none."""

_SUBJECTS = (
    ("batteries", "전고체 배터리", "solid-state batteries"),
    ("biopharma", "항체 신약", "antibody drugs"),
    ("ai-software", "산업용 인공지능", "industrial artificial intelligence"),
    ("robotics", "협동 로봇", "collaborative robots"),
)


@dataclass(frozen=True, slots=True)
class FixtureStartup:
    """A startup of the fixture: who owns it, who considers it, and its marks by field."""

    id: str
    owner: str
    canaries: dict[str, str]
    programs: tuple[str, ...]
    agencies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AcceptanceFixture:
    """Everything an outside checker needs to know."""

    principals: dict[str, Told]
    startups: tuple[FixtureStartup, ...]

    def document(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "principals": {
                name: {
                    "login": told.login,
                    "password": told.password,
                    "totp_secret": told.totp_secret,
                    "token": told.token,
                    "account": told.account_id,
                }
                for name, told in self.principals.items()
            },
            "startups": [asdict(startup) for startup in self.startups],
            "programs": [{"id": program, "agency": agency} for program, agency in PROGRAMS.items()],
            "agencies": [{"id": AGENCY_A}, {"id": AGENCY_B}],
        }


def make_acceptance_fixture(engine: Engine, settings: Settings) -> AcceptanceFixture:
    """Write the fixture; one that is there already is replaced, with new marks and new secrets.

    Args:
        engine: a migrated database.
        settings: where the server key lies.

    Raises:
        ServerKeyError: the key is gone although accounts depend on it.
    """
    key = ensure_key(settings, engine)
    with write_session(engine) as session:
        _clear(session)
        _add_programs(session)
        startups = tuple(_add_startup(session, number) for number in range(1, STARTUPS + 1))
        session.flush()
        principals = _add_principals(session, key, startups)
        _answer(session, principals, startups)
        return AcceptanceFixture(principals, startups)


def _clear(session: Session) -> None:
    for table in (Review, ReviewStep, Candidacy):
        session.exec(delete(table).where(col(table.program_id).startswith(PREFIX)))
    for startup in session.exec(select(Startup).where(col(Startup.id).startswith(PREFIX))):
        session.delete(startup)
    session.flush()


def _answer(session: Session, principals: Mapping[str, Told], startups: Sequence[FixtureStartup]) -> None:
    """Let reviewers and leads have said that nothing stands between them and their candidates."""
    for told in principals.values():
        agencies = session.exec(
            select(AgencyMember.agency_id).where(AgencyMember.account_id == told.account_id)
        ).all()
        for startup in startups:
            if not set(agencies).isdisjoint(startup.agencies):
                answer = ConflictAnswer(
                    account_id=told.account_id, startup_id=startup.id, state="clear", kind="none"
                )
                session.merge(answer)
    session.flush()


def _add_programs(session: Session) -> None:
    if session.get(City, CITY) is None:
        names = {"ko": "시험 도시", "en": "Test Town", "de": "Teststadt", "es": "Ciudad de prueba"}
        session.add(City(id=CITY, names=names, country="DE", regions=["de", "eu"], alliance_member=False))
        session.flush()
    for agency in (AGENCY_A, AGENCY_B):
        if session.get(Agency, agency) is None:
            name = f"Invented test agency {agency[-1].upper()}"
            session.add(Agency(id=agency, name=name, name_en=name, city_id=CITY, source_urls=[]))
    session.flush()
    for number, (program_id, agency) in enumerate(PROGRAMS.items(), 1):
        if session.get(Program, program_id) is None:
            session.add(_program(program_id, agency, number))
    session.flush()


def _program(program_id: str, agency: str, number: int) -> Program:
    sector, _, subject = _SUBJECTS[number - 1]
    name = f"Invented test program {number}"
    return Program(
        id=program_id,
        name=name,
        name_en=name,
        city_id=CITY,
        agency_id=agency,
        direction="inbound_to_member",
        working_languages=["en", "de"],
        unverified_languages=[],
        text_language="en",
        text=f"An invented test program. It helps young companies with {subject} to find pilot customers.",
        offers=["pilot-customer"],
        sectors=[sector],
        stages=["seed", "growth"],
        regions=["de"],
        seats=5,
        publication="published",
        rules=[{"kind": "direction", "open": True, "source": "open to all"}],
        details=[],
        source_urls=[],
        verified=False,
        verification_note="invented for acceptance tests",
    )


def _add_startup(session: Session, number: int) -> FixtureStartup:
    startup_id = f"{PREFIX}s{number:02}"
    fields = ("name", "city", "institution", "text-ko", "text-en")
    canaries = {field: f"CNR-{startup_id}-{field}-{secrets.token_hex(6)}" for field in fields}
    sector, korean, english = _SUBJECTS[number % len(_SUBJECTS)]
    session.add(
        Startup(
            id=startup_id,
            name=canaries["name"],
            invented=True,
            founded=2015 + number % 10,
            employees=number,
            stage="seed" if number % 2 else "growth",
            trl=1 + number % 9,
            sectors=[sector],
            needs=["pilot-customer"],
            target_regions=["de"],
            country="KR",
            city=canaries["city"],
            institutions=[canaries["institution"]],
        )
    )
    session.flush()
    korean_text = f"{korean} 기술을 개발하는 가상의 기업입니다. {canaries['text-ko']}"
    english_text = f"An invented company that develops {english}. {canaries['text-en']}"
    session.add(Profile(startup_id=startup_id, language="ko", version=1, text=korean_text))
    session.add(Profile(startup_id=startup_id, language="en", version=1, text=english_text))
    programs = tuple(program for program, numbers in _CONSIDERED if number in numbers)
    session.add_all(Candidacy(program_id=program, startup_id=startup_id) for program in programs)
    return FixtureStartup(
        startup_id,
        "own_founder" if number % 2 else "other_founder",
        canaries,
        programs,
        tuple(sorted({PROGRAMS[program] for program in programs})),
    )


def _add_principals(
    session: Session, key: ServerKey, startups: tuple[FixtureStartup, ...]
) -> dict[str, Told]:
    def owned(name: str) -> list[str]:
        return [startup.id for startup in startups if startup.owner == name]

    def login(name: str) -> tuple[str, str]:
        domain = FOUNDERS if name.endswith("founder") else DOMAIN
        return f"{name.replace('_', '-')}@{domain}", f"Test {name.replace('_', ' ')}"

    told = {
        "own_founder": tell_account(session, key, *login("own_founder"), startups=owned("own_founder")),
        "other_founder": tell_account(session, key, *login("other_founder"), startups=owned("other_founder")),
        "reviewer_a": tell_account(session, key, *login("reviewer_a"), reviews_for=[AGENCY_A]),
        "reviewer_b": tell_account(session, key, *login("reviewer_b"), reviews_for=[AGENCY_B]),
        "lead": tell_account(session, key, *login("lead"), leads=[AGENCY_A]),
        "lead_b": tell_account(session, key, *login("lead_b"), leads=[AGENCY_B]),
        "manager": tell_account(session, key, *login("manager"), office=Office.MANAGER),
        "removed_reviewer": tell_account(session, key, *login("removed_reviewer"), reviews_for=[AGENCY_A]),
        "admin": tell_account(session, key, *login("admin"), office=Office.ADMIN),
        "read_token": tell_account(
            session, key, *login("read_token"), reviews_for=[AGENCY_A], scopes=[Scope.READ]
        ),
    }
    # Removed after everything was made for it: what is left must open nothing.
    removed = told["removed_reviewer"].account_id
    session.exec(delete(AgencyMember).where(col(AgencyMember.account_id) == removed))
    return told
