"""Versions of programs: who may write them, what becomes of them, and that nothing written is lost."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import Session, select

from matcher.engine.values import StartupFacts
from matcher.errors import (
    AccessDeniedError,
    FieldError,
    StaleEditError,
    UnknownProgramError,
    UnknownThingError,
)
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.embeddings import stored_analyses
from matcher.workflows.matching import match_text
from matcher.workflows.program_changes import Kind, compare
from matcher.workflows.program_contents import ProgramContent, content_of, read_content, stored_content
from matcher.workflows.program_versions import (
    create_draft,
    discard,
    list_agencies,
    list_managed,
    list_versions,
    program_slug,
    publish,
    read_managed,
    read_version,
    save_draft,
    send_back,
    set_review,
    store_program_text,
    submit,
    take_version,
)
from matcher.workflows.programs import (
    ProgramFilter,
    list_programs,
    program_profiles,
    program_source,
    read_program,
)
from matcher.workflows.seed_records import SeedRecords
from matcher.workflows.seeding import seed
from models.access import Actor, candidacies_for, startups_for
from models.database import read_session, write_session
from models.tables import Account, Agency, AuditEntry, Program, ProgramVersion
from tests.matcher.workflows.clearances import clear
from tests.matcher.workflows.conftest import TODAY
from web.pages.program_form import form_of, read_program_form

OPEN = {"kind": "direction", "open": True, "source": "open to all"}
AGED = {"kind": "company_age", "max_years": 7, "source": "at most seven years old"}


@pytest.fixture
def session(tiny: Engine) -> Iterator[Session]:
    """A write unit over the tiny records, with two accounts."""
    with write_session(tiny) as session:
        session.add(Account(id="lead", email="lead@office.example", name="Lee Lead"))
        session.add(Account(id="boss", email="boss@alliance.example", name="Bo Boss", office="manager"))
        session.add(Agency(id="other", name="Other", name_en="Other", city_id="town", source_urls=[]))
        session.flush()
        clear(session, "lead", "one", "two")
        yield session


LEAD = Actor(account_id="lead", name="Lee Lead", agencies=frozenset({"office"}), leads=frozenset({"office"}))
BOSS = Actor(account_id="boss", name="Bo Boss", manager=True)
STRANGER = Actor(account_id="lead", agencies=frozenset({"other"}), leads=frozenset({"other"}))
REVIEWER = Actor(account_id="lead", agencies=frozenset({"office"}))


def alpha(session: Session, **changes: object) -> ProgramContent:
    """Give what the published program says, with some fields changed."""
    return read_content(stored_content(content_of(session.get_one(Program, "alpha"))) | changes)


def acts(session: Session) -> list[tuple[str, str, str]]:
    """List who did what to what, oldest first."""
    entries = session.exec(select(AuditEntry).order_by(AuditEntry.id)).all()  # type: ignore[arg-type]
    return [(entry.actor, entry.act, entry.object) for entry in entries]


def test_a_draft_becomes_the_published_program_and_the_first_version_is_kept(session: Session) -> None:
    before = alpha(session)
    after = alpha(session, seats=9, rules=[OPEN, AGED])

    opened = save_draft(session, LEAD, "alpha", after, revision=0, note="more seats")
    assert opened is not None
    assert (opened.number, opened.revision, opened.state) == (2, 1, "draft")
    assert read_program(session, "alpha").seats == 3
    submit(session, LEAD, "alpha", revision=1)
    publish(session, BOSS, "alpha", revision=2)

    shown = read_program(session, "alpha")
    assert (shown.seats, shown.version, len(shown.rules)) == (9, 2, 2)
    assert shown.published_on is not None
    versions = list_versions(session, LEAD, "alpha")
    assert [(version.number, version.content) for version in versions] == [(2, after), (1, before)]
    assert (versions[0].editor, versions[0].approver, versions[0].note) == (
        "Lee Lead",
        "Bo Boss",
        "more seats",
    )
    assert read_managed(session, LEAD, "alpha").open is None
    assert acts(session) == [
        ("lead", "program-saved", "alpha"),
        ("lead", "program-submitted", "alpha"),
        ("boss", "program-published", "alpha"),
    ]


def test_seeding_again_leaves_a_published_version_alone(
    tiny: Engine, tiny_records: SeedRecords, session: Session
) -> None:
    save_draft(session, LEAD, "alpha", alpha(session, seats=9), revision=0)
    submit(session, LEAD, "alpha", revision=1)
    publish(session, BOSS, "alpha", revision=2)
    session.commit()

    seed(tiny, tiny_records, invented=True)

    with read_session(tiny) as fresh:
        assert fresh.get_one(Program, "alpha").seats == 9


def test_saving_what_is_saved_already_changes_nothing(session: Session) -> None:
    assert save_draft(session, LEAD, "alpha", alpha(session), revision=0) is None
    save_draft(session, LEAD, "alpha", alpha(session, seats=9), revision=0)

    again = save_draft(session, LEAD, "alpha", alpha(session, seats=9), revision=1)

    assert again is not None
    assert again.revision == 1
    assert len(acts(session)) == 1


def test_a_stale_save_changes_nothing(session: Session) -> None:
    save_draft(session, LEAD, "alpha", alpha(session, seats=9), revision=0)
    save_draft(session, BOSS, "alpha", alpha(session, seats=10), revision=1)

    for revision in (0, 1, 3):
        with pytest.raises(StaleEditError):
            save_draft(session, LEAD, "alpha", alpha(session, seats=11), revision=revision)

    opened = read_managed(session, LEAD, "alpha").open
    assert opened is not None
    assert (opened.content.seats, opened.revision, opened.editor) == (10, 2, "Bo Boss")


def test_nobody_publishes_what_they_did_not_read(session: Session) -> None:
    save_draft(session, LEAD, "alpha", alpha(session, seats=9), revision=0)
    submit(session, LEAD, "alpha", revision=1)
    save_draft(session, LEAD, "alpha", alpha(session, seats=1000), revision=2)

    with pytest.raises(StaleEditError):
        publish(session, BOSS, "alpha", revision=2)
    with pytest.raises(StaleEditError):
        publish(session, BOSS, "alpha", revision=3)

    assert session.get_one(Program, "alpha").seats == 3
    opened = read_managed(session, LEAD, "alpha").open
    assert opened is not None
    assert opened.state == "draft"


def test_what_is_sent_back_keeps_the_answer_and_can_be_changed(session: Session) -> None:
    save_draft(session, LEAD, "alpha", alpha(session, seats=9), revision=0)
    submit(session, LEAD, "alpha", revision=1)

    with pytest.raises(FieldError, match="answer"):
        send_back(session, BOSS, "alpha", revision=2, answer="  ")
    send_back(session, BOSS, "alpha", revision=2, answer="Name the source.")

    opened = read_managed(session, LEAD, "alpha").open
    assert opened is not None
    assert (opened.state, opened.answer) == ("returned", "Name the source.")
    changed = save_draft(session, LEAD, "alpha", alpha(session, seats=8), revision=3)
    assert changed is not None
    assert (changed.state, changed.answer) == ("draft", "Name the source.")


def test_a_new_program_is_in_the_catalogue_only_once_it_is_published(session: Session) -> None:
    program_id = create_draft(session, LEAD, "office", "Málaga: Robot Pilot!")
    assert program_id == "malaga-robot-pilot"
    assert program_id not in {card.id for card in list_programs(session, ProgramFilter())}
    with pytest.raises(FieldError, match="city: is missing"):
        submit(session, LEAD, program_id, revision=1)
    content = alpha(session, name_en="Málaga: Robot Pilot!")
    save_draft(session, LEAD, program_id, content, revision=1)
    submit(session, LEAD, program_id, revision=2)
    with pytest.raises(UnknownProgramError):
        read_program(session, program_id)

    publish(session, BOSS, program_id, revision=3)

    shown = read_program(session, program_id)
    assert (shown.card.agency_name_en, shown.version) == ("Office", 1)
    assert [version.number for version in list_versions(session, LEAD, program_id)] == [1]


def test_ids_are_never_given_twice(session: Session) -> None:
    names = ["Alpha", "alpha", "ALPHA!", "로봇 실증", "로봇"]

    given_out = [create_draft(session, LEAD, "office", name) for name in names]

    assert given_out == ["alpha-2", "alpha-3", "alpha-4", "program", "program-2"]


@given(st.text(max_size=400))
def test_every_slug_is_an_id_a_program_may_have(name: str) -> None:
    slug = program_slug(name)

    assert 0 < len(slug) <= 56
    assert slug == program_slug(slug)
    assert slug.strip("-") == slug
    assert all(letter.isascii() and (letter.isalnum() or letter == "-") for letter in slug)


@pytest.mark.parametrize("actor", [STRANGER, REVIEWER, Actor()])
def test_a_foreign_program_is_as_unknown_as_one_that_is_not_there(session: Session, actor: Actor) -> None:
    save_draft(session, LEAD, "alpha", alpha(session, seats=9), revision=0)
    for program_id in ("alpha", "not-there", "half\ud800"):
        with pytest.raises(UnknownProgramError):
            read_managed(session, actor, program_id)
        with pytest.raises(UnknownProgramError):
            save_draft(session, actor, program_id, alpha(session), revision=1)
        with pytest.raises(UnknownProgramError):
            submit(session, actor, program_id, revision=1)
        with pytest.raises(UnknownProgramError):
            discard(session, actor, program_id, revision=1)
        with pytest.raises(UnknownProgramError):
            set_review(session, actor, program_id, opened=False)
        with pytest.raises(UnknownProgramError):
            list_versions(session, actor, program_id)

    assert list_managed(session, actor) == ()
    with pytest.raises(UnknownThingError):
        create_draft(session, actor, "office", "Mine")


def test_a_lead_neither_publishes_nor_sends_back(session: Session) -> None:
    save_draft(session, LEAD, "alpha", alpha(session, seats=9), revision=0)
    submit(session, LEAD, "alpha", revision=1)

    with pytest.raises(AccessDeniedError):
        publish(session, LEAD, "alpha", revision=2)
    with pytest.raises(AccessDeniedError):
        send_back(session, LEAD, "alpha", revision=2, answer="no")


def test_a_program_has_one_open_version(session: Session) -> None:
    take_version(session, LEAD, "alpha", 1)

    with pytest.raises(StaleEditError):
        take_version(session, LEAD, "alpha", 1)
    with pytest.raises(UnknownThingError):
        read_version(session, LEAD, "alpha", 2)

    rows = session.exec(select(ProgramVersion).where(ProgramVersion.program_id == "alpha")).all()
    assert [(row.number, row.state) for row in rows] == [(2, "draft")]


def test_an_older_version_can_be_published_again(session: Session) -> None:
    first = alpha(session)
    save_draft(session, LEAD, "alpha", alpha(session, seats=9), revision=0)
    submit(session, LEAD, "alpha", revision=1)
    publish(session, BOSS, "alpha", revision=2)

    take_version(session, LEAD, "alpha", 1)
    submit(session, LEAD, "alpha", revision=1)
    publish(session, BOSS, "alpha", revision=2)

    assert content_of(session.get_one(Program, "alpha")) == first
    assert [version.number for version in list_versions(session, BOSS, "alpha")] == [3, 2, 1]


def test_discarding_leaves_what_is_published(session: Session) -> None:
    save_draft(session, LEAD, "alpha", alpha(session, seats=9), revision=0)
    fresh = create_draft(session, LEAD, "office", "Gone soon")

    assert discard(session, LEAD, "alpha", revision=1)
    assert not discard(session, LEAD, fresh, revision=1)

    assert read_managed(session, LEAD, "alpha").open is None
    assert session.get_one(Program, "alpha").seats == 3
    with pytest.raises(UnknownProgramError):
        read_managed(session, LEAD, fresh)


def test_a_closed_review_hides_the_candidates_until_it_is_opened(session: Session) -> None:
    assert len(session.exec(candidacies_for(LEAD)).all()) == 4

    set_review(session, LEAD, "alpha", opened=False)
    set_review(session, LEAD, "alpha", opened=False)
    set_review(session, LEAD, "beta", opened=False)
    assert session.exec(candidacies_for(LEAD)).all() == []
    assert session.exec(startups_for(LEAD)).all() == []
    assert len(session.exec(candidacies_for(BOSS)).all()) == 4
    set_review(session, LEAD, "alpha", opened=True)

    assert len(session.exec(candidacies_for(LEAD)).all()) == 2
    assert acts(session) == [
        ("lead", "review-closed", "alpha"),
        ("lead", "review-closed", "beta"),
        ("lead", "review-opened", "alpha"),
    ]


def test_a_manager_sees_first_what_waits(session: Session) -> None:
    save_draft(session, LEAD, "beta", content_of(session.get_one(Program, "beta")), revision=0, note="same")
    submit(session, LEAD, "beta", revision=1)

    managed = list_managed(session, BOSS)

    assert [(program.id, program.waits) for program in managed] == [("beta", True), ("alpha", False)]
    assert [agency.id for agency in list_agencies(session, BOSS)] == ["office", "other"]
    assert [agency.id for agency in list_agencies(session, LEAD)] == ["office"]


def test_an_unknown_city_is_refused(session: Session) -> None:
    with pytest.raises(FieldError) as refused:
        save_draft(session, LEAD, "alpha", alpha(session, city="atlantis"), revision=0)

    assert refused.value.field == "city"


def test_a_published_text_is_ranked_at_once_and_kept_for_later(
    tiny: Engine, session: Session, hashing_analyst: LocalAnalyst
) -> None:
    changed = alpha(session, texts={"en": "We lend greenhouses to growers of strawberries."})
    save_draft(session, LEAD, "alpha", changed, revision=0)
    submit(session, LEAD, "alpha", revision=1)
    publish(session, BOSS, "alpha", revision=2)
    session.commit()

    with read_session(tiny) as fresh:
        sources = [program_source(program) for program in program_profiles(fresh)][:1]
        assert stored_analyses(fresh, hashing_analyst, sources) == {}
        found = match_text(
            fresh,
            hashing_analyst,
            "Greenhouses with strawberries of growers.",
            None,
            StartupFacts(country="US"),
            today=TODAY,
        )
    assert found.matches[0].program.id == "alpha"
    store_program_text(tiny, hashing_analyst, "alpha")
    store_program_text(tiny, hashing_analyst, "not-there")

    with read_session(tiny) as fresh:
        assert len(stored_analyses(fresh, hashing_analyst, sources)) == 1


def test_a_comparison_names_what_differs_and_nothing_else(session: Session) -> None:
    before = alpha(session)
    after = alpha(
        session,
        seats=9,
        offers=["pilot-customer", "office"],
        texts={"en": "We open a battery recycling hall to young companies."},
        rules=[OPEN, AGED],
    )

    changes = {change.field: change for change in compare(before, after)}

    assert set(changes) == {"seats", "offers", "text.en", "rules"}
    seats = [(piece.kind, piece.words.say()) for piece in changes["seats"].pieces]
    assert seats == [(Kind.REMOVED, "3"), (Kind.ADDED, "9")]
    assert [(piece.kind, piece.words.say()) for piece in changes["offers"].pieces] == [(Kind.ADDED, "office")]
    running = [(piece.kind, piece.words.say().strip()) for piece in changes["text.en"].pieces]
    assert running == [
        (Kind.SAME, "We open a battery recycling"),
        (Kind.REMOVED, "line"),
        (Kind.ADDED, "hall"),
        (Kind.SAME, "to young companies."),
    ]
    (added,) = changes["rules"].pieces
    assert (added.kind, added.words.say(), added.beside) == (
        Kind.ADDED,
        "at most 7 years old",
        "at most seven years old",
    )


def test_every_shipped_program_differs_from_itself_in_nothing(engine: Engine) -> None:
    with read_session(engine) as session:
        contents = [content_of(program) for program in session.exec(select(Program))]

    for content in contents:
        assert compare(content, content) == ()
    assert all(compare(contents[0], other) for other in contents[1:])


def test_the_form_of_every_shipped_program_reads_as_the_program(engine: Engine) -> None:
    with read_session(engine) as session:
        contents = [content_of(program) for program in session.exec(select(Program))]

    for content in contents:
        read = read_program_form(form_of(content), content)
        assert read.refusals == ()
        assert read.content == content
