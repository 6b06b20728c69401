"""What leads and managers see of a review: counts, scores as far as they may; reviewers see nothing."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from matcher.engine.phrases import phrase
from matcher.errors import AccessDeniedError, StaleEditError, UnknownProgramError
from matcher.workflows.home_regions import ELSEWHERE_IN_KOREA, UNKNOWN, home_region
from matcher.workflows.notices import NoticeKind, list_notices
from matcher.workflows.reminders import remind
from matcher.workflows.review_reports import (
    LEAST_IN_GROUP,
    REMINDED_EVERY,
    GroupCount,
    ReviewerProgress,
    ReviewReport,
    change_phase,
    confirm_agreed,
    list_progress,
    read_agreed,
    read_report,
)
from matcher.workflows.reviews import save_draft
from models.database import read_session, write_session
from models.review import ReviewPhase
from models.tables import AgencyMember, AuditEntry, ConflictAnswer, Notice, Profile, Program, Review, Startup
from models.vocabulary import Decision, ReasonKind
from tests.matcher.workflows.reviewing import PROGRAM, UnderReview


@pytest.fixture
def review(tiny: Engine) -> UnderReview:
    """Give the tiny program under review."""
    return UnderReview(tiny)


@pytest.fixture
def large(tiny: Engine) -> UnderReview:
    """Give the tiny program under review with fourteen candidates, all with a Korean profile."""
    review = UnderReview(tiny, more=12)
    with write_session(tiny) as session:
        for number in range(12):
            session.add(Profile(startup_id=f"more{number}", language="ko", version=1, text="글입니다."))
    return review


def report(review: UnderReview, name: str) -> ReviewReport:
    """Read the report as somebody."""
    with read_session(review.engine) as session:
        return read_report(session, review.actor(name), PROGRAM)


def person(found: ReviewReport, name: str) -> ReviewerProgress:
    """Give somebody's progress."""
    return next(one for one in found.reviewers if one.name == name)


def test_reviewers_founders_and_others_have_no_report(review: UnderReview) -> None:
    for name in ("ann", "kim", "stranger"):
        with pytest.raises(AccessDeniedError):
            report(review, name)
        with read_session(review.engine) as session, pytest.raises(AccessDeniedError):
            list_progress(session, review.actor(name))


def test_a_lead_elsewhere_finds_nothing_here(review: UnderReview) -> None:
    with write_session(review.engine) as session:
        member = session.get_one(AgencyMember, ("lead" * 4, "office"))
        member.lead = False
        session.add(member)
    lead = review.actor("ann").__class__("x" * 4, agencies=frozenset({"office", "b"}), leads=frozenset({"b"}))

    with read_session(review.engine) as session, pytest.raises(UnknownProgramError):
        read_report(session, lead, PROGRAM)


def test_progress_counts_no_more_reviews_than_are_wanted(review: UnderReview) -> None:
    for name in ("ann", "ben", "lead"):
        review.submit(name, "one", Decision.ACCEPT)
    review.submit("ann", "two", Decision.DECLINE)
    review.conflict("ben", "two")
    with read_session(review.engine) as session:
        lines = {line.program.id: line for line in list_progress(session, review.actor("boss"))}

    assert lines[PROGRAM].phase is ReviewPhase.INDIVIDUAL
    found = lines[PROGRAM]
    assert (found.candidates, found.wanted, found.submitted, found.conflicts) == (2, 4, 3, 1)
    assert (lines["beta"].candidates, lines["beta"].submitted) == (0, 0)


def test_a_lead_is_shown_progress_and_no_score_before_the_own_review(review: UnderReview) -> None:
    review.submit("ann", "one", Decision.ACCEPT, 5)
    review.submit("ben", "one", Decision.DECLINE, 1)
    review.submit("ann", "two", Decision.ACCEPT, 5)
    review.submit("ben", "two", Decision.DECLINE, 1)
    before = report(review, "lead")
    review.submit("lead", "one", Decision.MAYBE, 3)
    after = report(review, "lead")

    assert (before.progress.submitted, person(before, "Ann").submitted) == (4, 2)
    assert (before.sees_all, before.readable, before.disagreements, before.severities) == (False, 0, (), ())
    assert before.of_totals.things == before.of_decisions.things == 0
    assert [case.startup_id for case in after.disagreements] == ["one"]
    assert after.decisions == ()
    assert [case.startup_id for case in report(review, "boss").disagreements] == ["one", "two"]


def test_a_case_a_conflict_hides_is_in_no_list_and_no_count(review: UnderReview) -> None:
    review.set_phase(ReviewPhase.DECISION)
    with write_session(review.engine) as session:
        for name, decision in (("ann", "accept"), ("ben", "decline")):
            session.add(
                Review(
                    program_id=PROGRAM,
                    startup_id="two",
                    desk=name * 4,
                    reviewer=name * 4,
                    decision=decision,
                    submitted_at=session.get_one(Startup, "two").created_at,
                )
            )
    assert len(report(review, "lead").disagreements) == 1
    review.conflict("lead", "two", "confirmed")
    found = report(review, "lead")

    assert (found.progress.candidates, found.progress.submitted, found.disagreements) == (1, 0, ())
    assert {one.cleared for one in found.reviewers} == {1}


def test_a_review_by_somebody_who_stepped_back_is_absent(review: UnderReview) -> None:
    review.submit("ann", "one", Decision.ACCEPT, 5)
    review.submit("ben", "one", Decision.DECLINE, 1)
    review.conflict("ben", "one")
    found = report(review, "boss")

    assert found.disagreements == ()
    (case,) = found.decisions
    assert ([line.reviewer for line in case.reviews], case.provisional) == (["Ann"], True)
    assert found.progress.submitted == 1


def test_disagreements_stand_with_opposite_decisions_first_then_by_spread(large: UnderReview) -> None:
    for startup, (one, other) in {
        "more1": ((Decision.ACCEPT, 5), (Decision.MAYBE, 2)),
        "more2": ((Decision.ACCEPT, 4), (Decision.DECLINE, 3)),
        "more3": ((Decision.ACCEPT, 5), (Decision.ACCEPT, 1)),
        "more4": ((Decision.ACCEPT, 4), (Decision.ACCEPT, 4)),
    }.items():
        large.submit("ann", startup, *one)
        large.submit("ben", startup, *other)
    found = report(large, "boss").disagreements

    assert [case.startup_id for case in found] == ["more2", "more3", "more1"]
    assert [round(case.spread or 0) for case in found] == [20, 80, 60]


def test_agreement_and_severity_are_told_from_enough_cases_on(large: UnderReview) -> None:
    for number in range(12):
        points = number % 4 + 1
        large.submit("ann", f"more{number}", Decision.ACCEPT if points > 2 else Decision.DECLINE, points)
        large.submit("ben", f"more{number}", Decision.ACCEPT if points > 2 else Decision.DECLINE, points + 1)
    found = report(large, "boss")
    severities = {line.name: line.severity for line in found.severities}

    assert found.of_decisions.alpha == pytest.approx(1)
    assert found.of_totals.enough
    assert (severities["Ann"].difference, severities["Ben"].difference) == pytest.approx((-20, 20))
    assert severities["Ann"].is_clear


def test_monitors_count_by_region_and_language_and_tell_no_small_group(large: UnderReview) -> None:
    with write_session(large.engine) as session:
        for number in range(12):
            startup = session.get_one(Startup, f"more{number}")
            startup.city = "Daejeon" if number < 6 else "부산광역시" if number < 11 else "Jeju"
            session.add(startup)
    for number in range(12):
        large.submit("ann", f"more{number}", Decision.ACCEPT if number % 2 else Decision.DECLINE)
    found = report(large, "boss")
    region = {str(row.name and row.name.say()): (row.accepted, row.decided) for row in found.by_region}

    # Jeju alone would follow from the total: the next larger group joins it.
    assert region == {"Daejeon": (3, 6), "None": (3, 6)}
    assert [(row.language, row.accepted, row.decided) for row in found.by_language] == [("ko", 6, 12)]
    assert GroupCount(phrase("x"), 1, LEAST_IN_GROUP - 1).told is False
    assert report(large, "lead").by_region == ()


@pytest.mark.parametrize(
    ("country", "city", "said"),
    [
        ("KR", "대전광역시 유성구", "Daejeon"),
        ("KR", "Yuseong-gu, Daejeon", "Daejeon"),
        ("KR", "경기도 성남시", "Gyeonggi"),
        ("KR", "Pohang", "North Gyeongsang"),
        ("KR", "Masan", ELSEWHERE_IN_KOREA.say()),
        ("KR", "Asan-si", "South Chungcheong"),
        ("KR", "Hongseong, Chungcheongnam-do", "South Chungcheong"),
        ("KR", "해운대구", ELSEWHERE_IN_KOREA.say()),
        ("KR", "대한민국대구광역시", "Daegu"),
        ("KR", "Busan Metropolitan City", "Busan"),
        ("KR", "Somewhere", ELSEWHERE_IN_KOREA.say()),
        ("KR", None, ELSEWHERE_IN_KOREA.say()),
        ("US", "Seoul Street, Boston", "US"),
        (None, "Seoul", UNKNOWN.say()),
    ],
)
def test_the_home_region_is_the_province_or_the_country(
    country: str | None, city: str | None, said: str
) -> None:
    assert home_region(country, city).say() == said


def test_agreed_decisions_are_confirmed_once_looked_at(review: UnderReview) -> None:
    review.submit("ann", "one", Decision.DECLINE, kind=ReasonKind.MARKET)
    review.submit("ben", "one", Decision.DECLINE, kind=ReasonKind.MARKET)
    review.submit("ann", "two", Decision.ACCEPT)
    early = report(review, "boss").agreed
    with write_session(review.engine) as session, pytest.raises(StaleEditError):
        confirm_agreed(session, review.actor("boss"), PROGRAM, early.mark)
    review.set_phase(ReviewPhase.DECISION)
    seen = report(review, "lead").agreed
    with write_session(review.engine) as session, pytest.raises(StaleEditError):
        confirm_agreed(session, review.actor("lead"), PROGRAM, "another")
    with write_session(review.engine) as session:
        assert confirm_agreed(session, review.actor("lead"), PROGRAM, seen.mark) == 2

    found = report(review, "lead")
    assert (early.may_confirm, seen.may_confirm, seen.count) == (False, True, 2)
    assert (found.agreed.count, found.progress.decided) == (0, 2)
    told = {case.startup_id: (case.decision, case.reason_kind, case.decided_by) for case in found.decisions}
    assert told == {
        "one": (Decision.DECLINE, ReasonKind.MARKET, "Lead"),
        "two": (Decision.ACCEPT, ReasonKind.OTHER, "Lead"),
    }


def test_confirming_leaves_what_the_agency_drafted(review: UnderReview) -> None:
    for name in ("ann", "ben"):
        review.submit(name, "one", Decision.DECLINE, kind=ReasonKind.MARKET)
    review.set_phase(ReviewPhase.DECISION)
    lead = review.actor("lead")
    with write_session(review.engine) as session:
        save_draft(
            session, lead, PROGRAM, "one", reason="As both say.", reason_kind=None, scores={}, revision=0
        )
        confirm_agreed(session, lead, PROGRAM, read_agreed(session, lead, PROGRAM).mark)

    (case,) = report(review, "lead").decisions
    assert (case.decision, case.reason, case.reason_kind) == (
        Decision.DECLINE,
        "As both say.",
        ReasonKind.MARKET,
    )


def test_a_phase_is_announced_to_the_agency(review: UnderReview) -> None:
    with write_session(review.engine) as session:
        told = change_phase(session, review.actor("lead"), PROGRAM, ReviewPhase.DECISION, revision=0)
    with write_session(review.engine) as session, pytest.raises(StaleEditError):
        change_phase(session, review.actor("boss"), PROGRAM, ReviewPhase.INDIVIDUAL, revision=0)

    assert [one.email for one in told] == ["ann@x.example", "ben@x.example"]
    assert report(review, "lead").announced
    with read_session(review.engine) as session:
        assert [one.kind for one in list_notices(session, review.actor("ann"))] == [NoticeKind.PHASE_OPENED]


def test_who_is_behind_is_reminded_once_a_day(review: UnderReview) -> None:
    review.submit("ann", "one", Decision.ACCEPT)
    review.submit("ann", "two", Decision.ACCEPT)
    with write_session(review.engine) as session:
        first = remind(session, review.actor("lead"), PROGRAM, ["ben" * 4, "ann" * 4, "stranger" * 4])
    with write_session(review.engine) as session:
        second = remind(session, review.actor("boss"), PROGRAM, ["ben" * 4])
    with write_session(review.engine) as session:
        for notice in session.exec(select(Notice)):
            notice.made_at -= REMINDED_EVERY + timedelta(seconds=1)
            session.add(notice)
    with write_session(review.engine) as session:
        third = remind(session, review.actor("boss"), PROGRAM)

    assert [one.email for one in first] == ["ben@x.example"]
    assert second == ()
    assert [one.email for one in third] == ["ben@x.example", "lead@x.example"]
    with read_session(review.engine) as session:
        entries = session.exec(select(AuditEntry).where(AuditEntry.act == "reminded")).all()
        assert [entry.details for entry in entries] == [{"people": 1}, {"people": 2}]


def test_nothing_is_left_where_enough_reviews_are_there_or_the_agency_decides(review: UnderReview) -> None:
    for name in ("ann", "ben"):
        review.submit(name, "one", Decision.ACCEPT)
    with write_session(review.engine) as session:
        answer = session.get_one(ConflictAnswer, ("ben" * 4, "two"))
        session.delete(answer)
    found = report(review, "boss")

    assert (person(found, "Lead").left, person(found, "Ann").left, person(found, "Ben").left) == (1, 1, 0)
    assert (person(found, "Ben").unanswered, person(found, "Ben").is_behind) == (1, True)
    review.set_phase(ReviewPhase.DECISION)
    assert person(report(review, "boss"), "Ann").left == 0


def test_a_recused_review_leaves_its_candidate_wanting_one(review: UnderReview) -> None:
    for name in ("ann", "ben"):
        review.submit(name, "one", Decision.ACCEPT)
    review.conflict("ben", "one")

    assert person(report(review, "boss"), "Lead").left == 2


def test_in_a_blind_phase_a_lead_reads_pseudonyms(review: UnderReview) -> None:
    review.set_blind()
    for name, decision in (("ann", Decision.ACCEPT), ("lead", Decision.DECLINE)):
        review.submit(name, "one", decision)

    (case,) = report(review, "lead").disagreements
    (managers,) = report(review, "boss").disagreements
    assert case.name != "One Ltd" == managers.name


def test_in_a_blind_phase_reasons_name_nobody_to_a_lead(review: UnderReview) -> None:
    review.set_blind()
    for name, decision in (("ann", Decision.ACCEPT), ("lead", Decision.DECLINE)):
        review.submit(name, "one", decision, reason="One Ltd it is.")

    (case,) = report(review, "lead").disagreements
    (managers,) = report(review, "boss").disagreements
    assert [line.reason for line in case.reviews] == [f"{case.name} it is."] * 2
    assert [line.reason for line in managers.reviews] == ["One Ltd it is."] * 2


def test_a_closed_review_is_the_managers_alone(review: UnderReview) -> None:
    with write_session(review.engine) as session:
        program = session.get_one(Program, PROGRAM)
        program.review_closed_at = program.review_closed_at or session.get_one(Startup, "one").created_at
        session.add(program)

    with pytest.raises(UnknownProgramError):
        report(review, "lead")
    assert report(review, "boss").progress.phase is None
