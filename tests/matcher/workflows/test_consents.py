"""An agency sees a startup exactly while it is submitted, wanted and consented to."""

from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import Session, select

from matcher.errors import FieldError, UnknownStartupError
from matcher.settings import Settings
from matcher.workflows.candidacies import Settled, settle
from matcher.workflows.consent_words import EDITION, consent_words, words_version
from matcher.workflows.consents import give, past_consents, recipients, stands, withdraw
from models.access import OPERATOR, Action, Actor, On, authorize, candidacies_for, startups_for
from models.base import now_utc
from models.consent import Purpose, needs_separate_consent
from models.database import read_session, write_session
from models.tables import Agency, AuditEntry, Candidacy, Consent, Program, Review, Startup, Submission
from models.vocabulary import Language
from tests.matcher.workflows.clearances import clear
from tests.matcher.workflows.founded import ABROAD, AT_HOME, FOUNDER, add_startup, consent, want

WORDS = "e0d0f45d5f42fadd"
"""SHA-256 of every sentence of the edition: whoever changes one raises EDITION and this."""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with the retention by default."""
    return Settings(data_dir=tmp_path / "data")


@pytest.fixture
def founded(tiny: Engine) -> Engine:
    """Open the tiny database with a real startup in it."""
    add_startup(tiny)
    with write_session(tiny) as session:
        for account in "ab":
            clear(session, account * 32, "real")
    return tiny


def sees(session: Session, actor: Actor) -> bool:
    """Say whether somebody is shown the startup; the decision for one thing has to agree with the query."""
    shown = session.exec(startups_for(actor).where(Startup.id == "real")).first() is not None
    considered = session.exec(
        candidacies_for(Actor("m" * 32, manager=True)).where(Candidacy.startup_id == "real")
    ).all()
    agencies = frozenset(session.get_one(Program, row.program_id).agency_id for row in considered)
    on = On(startup_id="real", candidate_of=agencies)
    assert authorize(actor, Action.READ_STARTUP, on) == shown
    return shown


def set_state(session: Session, state: str) -> None:
    """Put the submission into a state, as submitting and withdrawing do."""
    row = session.exec(select(Submission).where(Submission.startup_id == "real")).one()
    startup = session.get_one(Startup, "real")
    row.state = state
    startup.withdrawn_at = now_utc() if state == "withdrawn" else None
    session.add_all([row, startup])
    settle(session, OPERATOR, "real")


STEPS = st.one_of(
    st.tuples(st.just("state"), st.sampled_from(["draft", "submitted", "withdrawn"])),
    st.tuples(
        st.just("want"),
        st.tuples(st.sampled_from(["alpha", "gamma"]), st.booleans()),
    ),
    st.tuples(
        st.sampled_from(["give", "withdraw"]),
        st.sampled_from([
            ("office", Purpose.REVIEW),
            ("office", Purpose.RESULT_CONTACT),
            ("bureau", Purpose.REVIEW),
            ("bureau", Purpose.PROVISION_ABROAD),
            ("bureau", Purpose.RESULT_CONTACT),
        ]),
    ),
)  # fmt: skip


@examples(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=st.lists(STEPS, min_size=1, max_size=14))
def test_an_agency_sees_it_exactly_while_submitted_wanted_and_consented(
    founded: Engine, settings: Settings, steps: list[tuple[str, object]]
) -> None:
    """Every step is played against a model of three sets; after each the database has to agree."""
    connection = founded.execution_options(landfall_write=True).connect()
    state, wanted, given_to = "draft", set[str](), set[tuple[str, Purpose]]()
    with connection, Session(connection) as session:
        for kind, what in steps:
            if kind == "state":
                state = str(what)
                set_state(session, state)
            elif kind == "want" and isinstance(what, tuple):
                (wanted.add if what[1] else wanted.discard)(str(what[0]))
                want(session, what[0], interested=what[1])
            elif isinstance(what, tuple) and kind == "give":
                given_to.add(what)
                consent(session, settings, what[0], what[1])
            elif isinstance(what, tuple):
                given_to.discard(what)
                withdraw(session, FOUNDER, "real", what[0], what[1])
            home = state == "submitted" and "alpha" in wanted and ("office", Purpose.REVIEW) in given_to
            abroad = (
                state == "submitted"
                and "gamma" in wanted
                and {("bureau", Purpose.REVIEW), ("bureau", Purpose.PROVISION_ABROAD)} <= given_to
            )
            assert (sees(session, AT_HOME), sees(session, ABROAD)) == (home, abroad)
        session.rollback()


def allow(session: Session, settings: Settings) -> None:
    """Do everything that lets both agencies see the startup."""
    set_state(session, "submitted")
    want(session, "alpha")
    want(session, "gamma")
    consent(session, settings, "office", Purpose.REVIEW)
    consent(session, settings, "bureau", Purpose.REVIEW, Purpose.PROVISION_ABROAD)


def test_a_candidacy_alone_shows_nothing(founded: Engine) -> None:
    with write_session(founded) as session:
        session.add(Candidacy(program_id="alpha", startup_id="real"))

    with read_session(founded) as session:
        assert not sees(session, AT_HOME)


def test_an_agency_that_moved_abroad_is_consented_to_anew(founded: Engine, settings: Settings) -> None:
    with write_session(founded) as session:
        allow(session, settings)
        agency = session.get_one(Agency, "office")
        agency.city_id = "bay"
        session.add(agency)

    with read_session(founded) as session:
        assert not sees(session, AT_HOME)
        assert [one.country for one in past_consents(session, FOUNDER, "real")] == ["DE"]


def test_a_consent_taken_back_and_given_again_finds_the_decision(founded: Engine, settings: Settings) -> None:
    with write_session(founded) as session:
        allow(session, settings)
        session.add(
            Review(program_id="alpha", startup_id="real", desk="agency", reviewer="r", decision="accept")
        )
        ended = withdraw(session, FOUNDER, "real", "office", Purpose.REVIEW)
        consent(session, settings, "office", Purpose.REVIEW)

    with read_session(founded) as session:
        assert ended == Settled(ended=frozenset({"alpha"}))
        assert session.get_one(Review, ("alpha", "real", "agency")).decision == "accept"
        assert sees(session, AT_HOME)
        assert len(past_consents(session, FOUNDER, "real")) == 1


def test_consents_are_written_into_the_audit_log(founded: Engine, settings: Settings) -> None:
    with write_session(founded) as session:
        allow(session, settings)
        allow(session, settings)
        withdraw(session, FOUNDER, "real", "office", Purpose.REVIEW)

    with read_session(founded) as session:
        rows = session.exec(select(AuditEntry).where(AuditEntry.subject == "real")).all()
        assert [(row.act, row.object, row.details["purpose"]) for row in rows] == [
            ("consent-given", "office", "review"),
            ("consent-given", "bureau", "provision-abroad"),
            ("consent-given", "bureau", "review"),
            ("consent-withdrawn", "office", "review"),
        ]


def test_newer_words_take_the_place_of_older_ones(founded: Engine, settings: Settings) -> None:
    longer = settings.model_copy(update={"retention_years_selected": 9})
    with write_session(founded) as session:
        allow(session, settings)
        consent(session, longer, "office", Purpose.REVIEW)

    with read_session(founded) as session:
        rows = session.exec(select(Consent).where(Consent.agency_id == "office")).all()
        assert {(row.words_version, row.withdrawn_at is None) for row in rows} == {
            (words_version(settings), False),
            (words_version(longer), True),
        }


@pytest.mark.parametrize(
    ("agency", "purposes", "version", "field"),
    [
        ("nobody", [Purpose.REVIEW], "1-12m-5y", "agency_id"),
        ("\ud800", [Purpose.REVIEW], "1-12m-5y", "agency_id"),
        ("office", [], "1-12m-5y", "purposes"),
        ("office", [Purpose.PROVISION_ABROAD], "1-12m-5y", "purposes"),
        ("office", [Purpose.REVIEW], "0", "words_version"),
    ],
)
def test_what_cannot_be_consented_to_is_refused(
    founded: Engine, agency: str, purposes: list[Purpose], version: str, field: str
) -> None:
    with write_session(founded) as session, pytest.raises(FieldError) as refused:
        give(
            session,
            FOUNDER,
            "real",
            agency,
            purposes,
            language=Language.EN,
            shown_version=version,
            settings=Settings(),
        )

    assert refused.value.field == field


@pytest.mark.parametrize(
    "actor", [AT_HOME, Actor("m" * 32, manager=True), Actor("x" * 32, startups=frozenset({"one"}))]
)
def test_only_a_founder_consents(founded: Engine, settings: Settings, actor: Actor) -> None:
    with write_session(founded) as session, pytest.raises(UnknownStartupError):
        recipients(session, actor, "real", settings)
    with write_session(founded) as session, pytest.raises(UnknownStartupError):
        withdraw(session, actor, "real", "office", Purpose.REVIEW)


def test_agencies_of_wanted_programs_stand_first(founded: Engine, settings: Settings) -> None:
    with write_session(founded) as session:
        want(session, "gamma")
        consent(session, settings, "bureau", Purpose.REVIEW)
        found = recipients(session, FOUNDER, "real", settings)
        contact = stands(session, "real", "bureau", Purpose.RESULT_CONTACT)

    assert [(one.agency_id, one.wanted, one.sees) for one in found] == [
        ("bureau", True, False),
        ("office", False, False),
    ]
    assert [state.purpose for state in found[1].states] == [Purpose.REVIEW, Purpose.RESULT_CONTACT]
    assert not contact


def test_invented_startups_keep_what_they_were_loaded_with(founded: Engine) -> None:
    with write_session(founded) as session:
        assert settle(session, OPERATOR, "one") == settle(session, OPERATOR, "nobody") == Settled()
        assert len(session.exec(select(Candidacy).where(Candidacy.startup_id == "one")).all()) == 2


def test_where_a_second_consent_is_needed() -> None:
    assert [needs_separate_consent(code) for code in ("US", "CA", "GB")] == [True] * 3
    assert [needs_separate_consent(code) for code in ("KR", "DE", "ES", "NO", "EU")] == [False] * 5


def test_every_sentence_is_there_in_every_language_and_belongs_to_its_edition(settings: Settings) -> None:
    told = []
    for purpose in Purpose:
        for language in Language:
            words = consent_words(purpose, language, settings)
            assert all((words.title, words.purpose, words.items, words.retention, words.refusal))
            assert bool(words.transfer) == (purpose is Purpose.PROVISION_ABROAD)
            assert "12" in words.retention
            assert "5" in words.retention
            told.append(words)

    assert words_version(settings) == f"{EDITION}-12m-5y"
    assert sha256(repr(told).encode()).hexdigest()[:16] == WORDS
