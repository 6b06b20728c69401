"""Reviewers answer for names, what is found hides cases, managers rule, and recused reviews are absent."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from matcher.errors import AccessDeniedError, FieldError, UnknownProgramError, UnknownThingError
from matcher.workflows.conflict_findings import detect_conflicts, find_conflicts, mail_domain
from matcher.workflows.conflict_rulings import (
    challenge,
    count_open,
    list_cases,
    list_reviewers,
    rule,
)
from matcher.workflows.conflicts import (
    Tie,
    count_waiting,
    declare,
    must_declare,
    open_declaration,
    step_back,
)
from matcher.workflows.housekeeping import look_for_conflicts
from matcher.workflows.memberships import Seat, give
from matcher.workflows.reviews import record_decision, undo
from models.access import OPERATOR, Actor, Role, candidacies_for, reviews_for
from models.conflict import ConflictKind, ConflictState
from models.database import read_session, write_session
from models.tables import (
    Account,
    AgencyMember,
    AuditEntry,
    ConflictAnswer,
    Notice,
    OutsideTie,
    Program,
    Review,
    ReviewSetup,
    ReviewStep,
    Startup,
)
from models.vocabulary import Decision

REVIEWER = Actor("r" * 32, agencies=frozenset({"office"}))
LEAD = Actor("l" * 32, agencies=frozenset({"office"}), leads=frozenset({"office"}))
MANAGER = Actor("m" * 32, manager=True)
TODAY = date(2026, 6, 30)


@pytest.fixture
def staffed(tiny: Engine) -> Engine:
    """Open the tiny database with a reviewer, a lead, a manager and a founder."""
    with write_session(tiny) as session:
        for actor, email in (
            (REVIEWER, "rita@office.example"),
            (LEAD, "lena@office.example"),
            (MANAGER, "mara@alliance.example"),
            (Actor("f" * 32), "fay@lab.two.example"),
        ):
            office = "manager" if actor.manager else "none"
            session.add(Account(id=actor.key, email=email, name=email, office=office))
        session.flush()
        session.add(AgencyMember(account_id=REVIEWER.key, agency_id="office"))
        session.add(AgencyMember(account_id=LEAD.key, agency_id="office", lead=True))
    return tiny


def answer_of(engine: Engine, startup: str, actor: Actor = REVIEWER) -> tuple[str, str]:
    """Give state and kind of an answer, empty where there is none."""
    with read_session(engine) as session:
        row = session.get(ConflictAnswer, (actor.key, startup))
        return ("", "") if row is None else (row.state, row.kind)


def seen(session: Session, actor: Actor = REVIEWER) -> list[str]:
    """List the candidates of the first program somebody sees."""
    return sorted(row.startup_id for row in session.exec(candidacies_for(actor)) if row.program_id == "alpha")


def clear_all(engine: Engine, actor: Actor = REVIEWER) -> None:
    """Answer that nothing stands between somebody and both startups."""
    with write_session(engine) as session:
        declare(session, actor, "alpha", {"One Ltd": False, "Two Ltd": False})


def make_founder(engine: Engine, account_id: str, startup: str) -> None:
    """Make somebody a founder as an accepted invitation does."""
    with write_session(engine) as session:
        account = session.get_one(Account, account_id)
        give(session, account, Seat(Role.FOUNDER, startup_id=startup))


def test_nothing_is_seen_before_answering(staffed: Engine) -> None:
    with read_session(staffed) as session:
        before = open_declaration(session, REVIEWER, "alpha")
        assert (before.waiting, before.answered) == (("One Ltd", "Two Ltd"), ())
        assert must_declare(session, REVIEWER, "alpha")
        assert (count_waiting(session, REVIEWER, "alpha"), seen(session)) == (2, [])

    with write_session(staffed) as session:
        declare(session, REVIEWER, "alpha", {"One Ltd": False, "Nobody": False})

    with read_session(staffed) as session:
        after = open_declaration(session, REVIEWER, "alpha")
        assert (after.waiting, after.answered) == (("Two Ltd",), ("One Ltd",))
        assert not must_declare(session, REVIEWER, "alpha")
        assert (count_waiting(session, REVIEWER, "alpha"), seen(session)) == (1, ["one"])


def test_a_declared_conflict_is_named_nowhere_any_more(staffed: Engine) -> None:
    with write_session(staffed) as session:
        declare(session, REVIEWER, "alpha", {"One Ltd": True, "Two Ltd": False}, words=" I advised them. ")

    with read_session(staffed) as session:
        page = open_declaration(session, REVIEWER, "alpha")
        (case,), more = list_cases(session, MANAGER, page=1, size=10)
        entries = session.exec(select(AuditEntry).where(AuditEntry.act == "conflict-answered"))
        acts = {(row.subject, row.details["conflict"]) for row in entries}
    assert (page.waiting, page.answered) == ((), ("Two Ltd",))
    assert (case.startup, case.state, case.kind, case.words, more) == (
        "One Ltd",
        ConflictState.OPEN,
        ConflictKind.DECLARED,
        "I advised them.",
        False,
    )
    assert acts == {("one", True), ("two", False)}


def test_names_stand_in_the_order_of_the_alphabet(staffed: Engine) -> None:
    with write_session(staffed) as session:
        two = session.get_one(Startup, "two")
        two.name, two.native_name = "abc Robotics", "에이비씨"
        session.add(two)

    with read_session(staffed) as session:
        waiting = open_declaration(session, REVIEWER, "alpha").waiting
    assert waiting == ("abc Robotics (에이비씨)", "One Ltd")


def test_only_reviewers_of_the_agency_declare(staffed: Engine) -> None:
    other = Actor("o" * 32, agencies=frozenset({"elsewhere"}))
    with read_session(staffed) as session:
        for actor in (MANAGER, OPERATOR):
            with pytest.raises(AccessDeniedError):
                open_declaration(session, actor, "alpha")
            assert not must_declare(session, actor, "alpha")
            assert count_waiting(session, actor, "alpha") == 0
        with pytest.raises(UnknownProgramError):
            open_declaration(session, other, "alpha")
        assert (must_declare(session, other, "alpha"), count_waiting(session, other, "alpha")) == (False, 0)
        with pytest.raises(AccessDeniedError):
            list_cases(session, LEAD, page=1, size=10)


@pytest.mark.parametrize(
    ("email", "state"),
    [
        ("rita@lab.two.example", "open"),
        ("rita@two.example", "open"),
        ("rita@deep.lab.two.example", "open"),
        ("rita@office.example", "clear"),
        ("rita@other.two.example", "clear"),
        ("rita@example", "clear"),
    ],
)
def test_a_shared_domain_is_found(staffed: Engine, email: str, state: str) -> None:
    make_founder(staffed, "f" * 32, "two")
    with write_session(staffed) as session:
        account = session.get_one(Account, REVIEWER.key)
        account.email = email
        session.add(account)
    clear_all(staffed)

    assert answer_of(staffed, "two") == (state, "email-domain" if state == "open" else "none")
    assert answer_of(staffed, "one") == ("clear", "none")


@pytest.mark.parametrize("email", ["a@gmail.com", "b@naver.com", "c@gmx.de", "d@GMAIL.com", "e@localhost"])
def test_a_public_provider_says_nothing(email: str) -> None:
    assert mail_domain(email) == ""


@pytest.mark.parametrize(
    ("tie", "state"),
    [
        (Tie(ConflictKind.EMPLOYER, "ONE, Limited"), ("open", "employer")),
        (Tie(ConflictKind.EMPLOYER, "one"), ("open", "employer")),
        (Tie(ConflictKind.SHAREHOLDING, "(주)원"), ("open", "shareholding")),
        (Tie(ConflictKind.SHAREHOLDING, "One Ltd", date(2020, 1, 1)), ("clear", "none")),
        (Tie(ConflictKind.EMPLOYER, "Once Ltd"), ("clear", "none")),
    ],
)
def test_an_employer_or_a_shareholding_is_found(staffed: Engine, tie: Tie, state: tuple[str, str]) -> None:
    with write_session(staffed) as session:
        one = session.get_one(Startup, "one")
        one.native_name = "주식회사 원"
        session.add(one)
    with write_session(staffed) as session:
        declare(session, REVIEWER, "alpha", {"One Ltd (주식회사 원)": False, "Two Ltd": False}, ties=[tie])

    assert answer_of(staffed, "one") == state
    assert answer_of(staffed, "two") == ("clear", "none")


@pytest.mark.parametrize(
    ("ended", "found"), [(None, 1), (date(2023, 6, 30), 1), (date(2023, 6, 29), 0), (date(2027, 1, 1), 1)]
)
def test_an_employer_counts_for_three_years(staffed: Engine, ended: date | None, found: int) -> None:
    clear_all(staffed)
    with write_session(staffed) as session:
        session.add(OutsideTie(account_id=REVIEWER.key, kind="employer", name="Two", ended_on=ended))
        session.flush()

        assert detect_conflicts(session, TODAY) == found
        assert detect_conflicts(session, TODAY) == 0


def test_ties_are_told_once_and_can_be_changed(staffed: Engine) -> None:
    first = [Tie(ConflictKind.EMPLOYER, "Acme"), Tie(ConflictKind.SHAREHOLDING, "Beta AG")]
    second = [Tie(ConflictKind.EMPLOYER, "Acme", date(2025, 1, 31)), Tie(ConflictKind.EMPLOYER, "Gamma")]
    with write_session(staffed) as session:
        declare(session, REVIEWER, "alpha", {}, ties=first)
        declare(session, REVIEWER, "alpha", {}, ties=second)
        declare(session, REVIEWER, "beta", {})

    with read_session(staffed) as session:
        assert open_declaration(session, REVIEWER, "beta").ties == tuple(second)
        assert open_declaration(session, LEAD, "alpha").ties == ()


@pytest.mark.parametrize(
    ("tie", "field"),
    [
        (Tie(ConflictKind.DECLARED, "Acme"), "ties.0"),
        (Tie(ConflictKind.EMPLOYER, "x" * 301), "ties.0"),
        (Tie(ConflictKind.EMPLOYER, "\ud800"), "ties.0"),
    ],
)
def test_a_tie_that_cannot_be_kept_is_refused(staffed: Engine, tie: Tie, field: str) -> None:
    with write_session(staffed) as session, pytest.raises(FieldError) as refused:
        declare(session, REVIEWER, "alpha", {}, ties=[tie])

    assert refused.value.field == field


def test_a_founder_of_the_startup_is_found_and_no_manager_says_otherwise(staffed: Engine) -> None:
    clear_all(staffed)
    make_founder(staffed, REVIEWER.key, "one")

    assert answer_of(staffed, "one") == ("open", "founder")
    with write_session(staffed) as session, pytest.raises(FieldError) as refused:
        rule(session, MANAGER, REVIEWER.key, "one", conflict=False, reason="It is fine.")
    assert refused.value.field == "conflict"


def test_a_founder_who_comes_later_is_found(staffed: Engine) -> None:
    with write_session(staffed) as session:
        account = session.get_one(Account, REVIEWER.key)
        account.email = "rita@two.example"
        session.add(account)
    clear_all(staffed)
    assert answer_of(staffed, "two") == ("clear", "none")

    make_founder(staffed, "f" * 32, "two")

    assert answer_of(staffed, "two") == ("open", "email-domain")


def test_a_new_name_is_found_within_the_hour(staffed: Engine) -> None:
    with write_session(staffed) as session:
        declare(
            session,
            REVIEWER,
            "alpha",
            {"One Ltd": False, "Two Ltd": False},
            ties=[Tie(ConflictKind.EMPLOYER, "Acme GmbH")],
        )
    with write_session(staffed) as session:
        one = session.get_one(Startup, "one")
        one.native_name = "Acme"
        session.add(one)

    look_for_conflicts(staffed, datetime(2026, 6, 30, tzinfo=UTC))

    assert answer_of(staffed, "one") == ("open", "employer")
    with read_session(staffed) as session:
        entry = session.exec(select(AuditEntry).where(AuditEntry.act == "conflict-found")).one()
        assert (entry.actor, entry.subject, entry.object) == ("operator", "one", REVIEWER.key)


def test_a_ruling_covers_what_was_found_and_nothing_later(staffed: Engine) -> None:
    tie = Tie(ConflictKind.EMPLOYER, "Two")
    with write_session(staffed) as session:
        declare(session, REVIEWER, "alpha", {"Two Ltd": False, "One Ltd": False}, ties=[tie])
        rule(session, MANAGER, REVIEWER.key, "two", conflict=False, reason="Another Two.")
        assert find_conflicts(session, TODAY) == ()
        assert seen(session) == ["one", "two"]
        (told,) = session.exec(select(Notice)).all()
        assert (told.account_id, told.kind, told.startup_id) == (REVIEWER.key, "conflict-ruled", "two")

        shares = Tie(ConflictKind.SHAREHOLDING, "Two Ltd")
        declare(session, REVIEWER, "alpha", {}, ties=[tie, shares])

        assert seen(session) == ["one"]
        (case,), _ = list_cases(session, MANAGER, page=1, size=10)
        assert (case.kind, case.evidence) == (
            ConflictKind.SHAREHOLDING,
            ("employer: Two", "shareholding: Two Ltd"),
        )


def test_what_is_found_of_a_declared_conflict_stands_beside_it(staffed: Engine) -> None:
    with write_session(staffed) as session:
        declare(
            session,
            REVIEWER,
            "alpha",
            {"Two Ltd": True},
            words="My old firm.",
            ties=[Tie(ConflictKind.EMPLOYER, "Two")],
        )
        (case,), _ = list_cases(session, MANAGER, page=1, size=10)
        assert (case.kind, case.words, case.evidence) == (
            ConflictKind.DECLARED,
            "My old firm.",
            ("employer: Two",),
        )
        rule(session, MANAGER, REVIEWER.key, "two", conflict=False, reason="Another firm.")
        assert detect_conflicts(session, TODAY) == 0


def decide(session: Session, actor: Actor, startup: str, decision: Decision = Decision.ACCEPT) -> None:
    """Submit a review."""
    record_decision(session, actor, "alpha", startup, decision=decision, reason="", revision=0)


def reviews(session: Session, actor: Actor = MANAGER) -> set[tuple[str, str]]:
    """Give desk and startup of the reviews somebody is told of."""
    return {(row.desk[0], row.startup_id) for row in session.exec(reviews_for(actor))}


def test_a_recused_review_is_absent_and_gone_once_it_is_confirmed(staffed: Engine) -> None:
    clear_all(staffed)
    clear_all(staffed, LEAD)
    with write_session(staffed) as session:
        for actor in (REVIEWER, LEAD):
            decide(session, actor, "one")
        assert reviews(session) == {("r", "one"), ("l", "one")}

        step_back(session, REVIEWER, "alpha", "one", "My cousin works there.")

        assert seen(session) == ["two"]
        assert reviews(session) == {("l", "one")}
        assert session.get(Review, ("alpha", "one", REVIEWER.key)) is not None
        rule(session, MANAGER, REVIEWER.key, "one", conflict=True, reason="Related.")
        session.expire_all()
        assert session.get(Review, ("alpha", "one", REVIEWER.key)) is None
        assert session.exec(select(ReviewStep.reviewer)).all() == [LEAD.key]
        assert [case.state for case in list_cases(session, MANAGER, page=1, size=9)[0]] == ["confirmed"]
        assert count_open(session, MANAGER) == 0


def test_a_dismissed_conflict_gives_the_review_back(staffed: Engine) -> None:
    clear_all(staffed)
    with write_session(staffed) as session:
        decide(session, REVIEWER, "one")
        step_back(session, REVIEWER, "alpha", "one", "")
        assert (reviews(session), count_open(session, MANAGER)) == (set(), 1)

        rule(session, MANAGER, REVIEWER.key, "one", conflict=False, reason="A mistake.")

        assert (reviews(session), seen(session)) == ({("r", "one")}, ["one", "two"])


def test_what_a_recused_lead_decided_for_the_agency_is_decided_again(staffed: Engine) -> None:
    clear_all(staffed, LEAD)
    with write_session(staffed) as session:
        session.add(ReviewSetup(program_id="alpha", phase="decision"))
        session.flush()
        for startup in ("one", "two"):
            decide(session, LEAD, startup)
        other = session.get_one(Review, ("alpha", "two", "agency"))
        other.reviewer, other.aggregate = MANAGER.key, {"value": 3}
        session.add(other)
        for startup in ("one", "two"):
            step_back(session, LEAD, "alpha", startup, "")
            rule(session, MANAGER, LEAD.key, startup, conflict=True, reason="Shares.")
        session.expire_all()

        assert session.get(Review, ("alpha", "one", "agency")) is None
        kept = session.get_one(Review, ("alpha", "two", "agency"))
        assert (kept.decision, kept.aggregate) == ("accept", None)


def test_a_challenge_hides_the_case_until_it_is_ruled_on(staffed: Engine) -> None:
    clear_all(staffed)
    with write_session(staffed) as session:
        challenge(session, MANAGER, REVIEWER.key, "ONE limited", "She sued us.")
        assert seen(session) == ["two"]
        challenge(session, MANAGER, LEAD.key, "two", "He advised a rival.")

        found = {case.startup_id: case.kind for case in list_cases(session, MANAGER, page=1, size=9)[0]}
        assert found == {"one": ConflictKind.CHALLENGED, "two": ConflictKind.CHALLENGED}
        assert [one.email for one in list_reviewers(session, MANAGER)] == [
            "lena@office.example",
            "rita@office.example",
        ]
        first, more = list_cases(session, MANAGER, page=1, size=1)
        second, end = list_cases(session, MANAGER, page=2, size=1)
        assert (len(first), more, len(second), end) == (1, True, 1, False)


@pytest.mark.parametrize(
    ("account", "startup", "words", "field"),
    [
        (MANAGER.key, "one", "No.", "account_id"),
        ("\ud800", "one", "No.", "account_id"),
        (REVIEWER.key, "Three", "No.", "startup"),
        (REVIEWER.key, "", "No.", "startup"),
        (REVIEWER.key, "one", "  ", "words"),
        (REVIEWER.key, "one", "x" * 501, "words"),
    ],
)
def test_a_challenge_that_names_nothing_is_refused(
    staffed: Engine, account: str, startup: str, words: str, field: str
) -> None:
    with write_session(staffed) as session, pytest.raises(FieldError) as refused:
        challenge(session, MANAGER, account, startup, words)

    assert refused.value.field == field


def test_a_ruling_needs_a_conflict_and_a_reason(staffed: Engine) -> None:
    clear_all(staffed)
    with write_session(staffed) as session:
        for account, startup in ((REVIEWER.key, "one"), ("\ud800", "one"), (REVIEWER.key, "\x00")):
            with pytest.raises(UnknownThingError):
                rule(session, MANAGER, account, startup, conflict=True, reason="Why not.")
        step_back(session, REVIEWER, "alpha", "one", "")
        with pytest.raises(FieldError, match="reason"):
            rule(session, MANAGER, REVIEWER.key, "one", conflict=True, reason=" ")
        with pytest.raises(AccessDeniedError):
            rule(session, LEAD, REVIEWER.key, "one", conflict=True, reason="Mine.")


def test_new_candidates_are_asked_about_later(staffed: Engine) -> None:
    with write_session(staffed) as session:
        declare(session, REVIEWER, "alpha", {"One Ltd": False})
        assert count_waiting(session, REVIEWER, "beta") == 1
        closed = session.get_one(Program, "alpha")
        closed.review_closed_at = datetime(2026, 1, 1, tzinfo=UTC)
        session.add(closed)
        session.flush()
        with pytest.raises(UnknownProgramError):
            open_declaration(session, REVIEWER, "alpha")


def test_a_colleagues_undo_brings_nothing_of_a_recused_lead_back(staffed: Engine) -> None:
    clear_all(staffed, LEAD)
    with write_session(staffed) as session:
        session.add(ReviewSetup(program_id="alpha", phase="decision"))
        session.flush()
        for startup in ("one", "two"):
            decide(session, LEAD, startup)
            record_decision(
                session, MANAGER, "alpha", startup, decision=Decision.MAYBE, reason="Mine.", revision=1
            )
        record_decision(session, LEAD, "alpha", "one", decision=Decision.ACCEPT, reason="No.", revision=2)
        for startup in ("one", "two"):
            step_back(session, LEAD, "alpha", startup, "")
            rule(session, MANAGER, LEAD.key, startup, conflict=True, reason="Shares.")
        session.expire_all()

        assert undo(session, MANAGER, "alpha") is None
        assert session.get(Review, ("alpha", "one", "agency")) is None
        kept = session.get_one(Review, ("alpha", "two", "agency"))
        assert (kept.decision, kept.reason) == ("maybe", "Mine.")


def test_undo_passes_over_a_review_that_is_gone(staffed: Engine) -> None:
    clear_all(staffed)
    with write_session(staffed) as session:
        decide(session, REVIEWER, "one")
        session.delete(session.get_one(Review, ("alpha", "one", REVIEWER.key)))
        session.flush()

        assert undo(session, REVIEWER, "alpha") == "one"
        assert undo(session, REVIEWER, "alpha") is None


def test_in_a_blind_review_names_are_answered_for_together(staffed: Engine) -> None:
    tie = Tie(ConflictKind.EMPLOYER, "Acme")
    with write_session(staffed) as session:
        session.add(ReviewSetup(program_id="alpha", blind=True))
        session.flush()
        with pytest.raises(FieldError) as refused:
            declare(session, REVIEWER, "alpha", {"One Ltd": False}, ties=[tie])

        assert (refused.value.field, seen(session)) == ("names", [])
        assert session.exec(select(OutsideTie)).all() == []
        declare(session, REVIEWER, "alpha", {}, ties=[tie])
        declare(session, REVIEWER, "alpha", {"One Ltd": True, "Two Ltd": False})
        assert seen(session) == ["two"]


def test_where_names_are_shown_they_may_be_answered_for_one_by_one(staffed: Engine) -> None:
    with write_session(staffed) as session:
        declare(session, REVIEWER, "alpha", {"One Ltd": False})

        assert seen(session) == ["one"]
