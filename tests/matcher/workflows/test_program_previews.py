"""Who would become eligible: a worked example, and every verdict against the judge itself."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import Session, select

from matcher.engine.conditions import CompanyAge, Condition, Headcount, Readiness, Rule, SectorIn, StageIn
from matcher.engine.eligibility import judge
from matcher.errors import UnknownProgramError
from matcher.workflows.program_contents import content_of
from matcher.workflows.program_previews import VerdictCounts, preview, preview_rules
from matcher.workflows.program_versions import create_draft, save_draft
from matcher.workflows.review_queues import startup_facts
from models.access import Actor
from models.database import write_session
from models.tables import Account, Candidacy, Program, Startup
from models.vocabulary import Sector, Stage, Verdict
from tests.matcher.workflows.clearances import clear

LEAD = Actor(account_id="lead", agencies=frozenset({"office"}), leads=frozenset({"office"}))
OPEN = {"kind": "direction", "open": True, "source": "open to all"}
YOUNG = {"kind": "company_age", "max_years": 7, "source": "at most seven years old"}
FAR = {"kind": "raised_usd", "min": 1000, "source": "some money"}


@pytest.fixture
def session(tiny: Engine) -> Iterator[Session]:
    """A write unit over the tiny records, with one account."""
    with write_session(tiny) as session:
        session.add(Account(id="lead", email="lead@office.example", name="Lead"))
        session.flush()
        clear(session, "lead", "one", "two")
        yield session


def test_worked_example(session: Session, today: date) -> None:
    # Alpha is open to all. Startup one was founded in 2022, two in 2015; today is in 2026.
    content = content_of(session.get_one(Program, "alpha"))
    drafted = content.model_copy(update={"rules": [OPEN, YOUNG]})
    save_draft(session, LEAD, "alpha", drafted, revision=0)

    found = preview(session, LEAD, "alpha", today=today)

    assert (found.candidates_only, found.startups) == (True, 2)
    assert found.before == VerdictCounts(eligible=2, cannot_tell=0, not_eligible=0)
    assert found.after == VerdictCounts(eligible=1, cannot_tell=0, not_eligible=1)
    (change,) = found.changes
    assert (change.startup_id, change.before, change.after, change.better) == (
        "two",
        Verdict.ELIGIBLE,
        Verdict.NOT_ELIGIBLE,
        False,
    )
    assert [outcome.condition.say() for outcome in change.because] == ["at most 7 years old"]


def test_a_rule_that_falls_is_named_by_what_was_published(session: Session, today: date) -> None:
    program = session.get_one(Program, "alpha")
    program.rules = [OPEN, YOUNG]
    content = content_of(program)
    save_draft(session, LEAD, "alpha", content.model_copy(update={"rules": [OPEN, FAR]}), revision=0)

    changes = {change.startup_id: change for change in preview(session, LEAD, "alpha", today=today).changes}

    assert {key: (change.after, change.better) for key, change in changes.items()} == {
        "one": (Verdict.CANNOT_TELL, False),
        "two": (Verdict.CANNOT_TELL, True),
    }
    assert [outcome.rule.kind for outcome in changes["one"].because] == ["raised_usd"]
    assert [outcome.rule.kind for outcome in changes["two"].because] == ["company_age"]


def test_a_new_program_is_judged_on_the_startups_one_may_see(session: Session, today: date) -> None:
    session.delete(session.get_one(Candidacy, ("alpha", "two")))
    session.delete(session.get_one(Candidacy, ("beta", "two")))
    program_id = create_draft(session, LEAD, "office", "Fresh")

    found = preview(session, LEAD, program_id, today=today)

    assert (found.candidates_only, found.startups, found.before, found.changes) == (False, 1, None, ())
    assert found.after == VerdictCounts(eligible=1, cannot_tell=0, not_eligible=0)


def test_only_candidates_of_an_open_review_are_judged(session: Session, today: date) -> None:
    session.delete(session.get_one(Candidacy, ("alpha", "two")))
    assert preview(session, LEAD, "alpha", today=today).startups == 1
    session.get_one(Program, "alpha").review_closed_at = session.get_one(Account, "lead").created_at
    session.flush()

    assert preview(session, LEAD, "alpha", today=today).startups == 0
    with pytest.raises(UnknownProgramError):
        preview(session, Actor(account_id="lead"), "alpha", today=today)


def conditions() -> st.SearchStrategy[Condition]:
    """Draw conditions that some of the invented startups meet and some do not."""
    bounds = st.integers(0, 60)
    return st.one_of(
        st.builds(CompanyAge, max_years=st.integers(0, 20)),
        st.builds(Headcount, min=bounds),
        st.builds(Headcount, max=bounds),
        st.builds(Readiness, min=st.integers(1, 9)),
        st.builds(StageIn, st.lists(st.sampled_from(Stage), min_size=1, max_size=3).map(tuple)),
        st.builds(SectorIn, st.lists(st.sampled_from(Sector), min_size=1, max_size=12).map(tuple)),
    )


def rules() -> st.SearchStrategy[tuple[Rule, ...]]:
    """Draw up to four rules."""
    rule = st.builds(Rule, st.just("drawn"), conditions(), st.just("a source"), st.booleans())
    return st.lists(rule, max_size=4).map(tuple)


STARTUPS = [
    Startup(
        id=f"S{number}",
        name=f"Startup {number}",
        invented=True,
        founded=founded,
        employees=employees,
        trl=trl,
        stage=stage,
        sectors=sectors,
    )
    for number, (founded, employees, trl, stage, sectors) in enumerate(
        [
            (2024, 3, 2, "idea", ["robotics"]),
            (2018, 25, 6, "seed", ["ocean", "water"]),
            (2009, 60, 9, "growth", ["materials"]),
            (None, None, 5, None, None),
            (2021, None, None, "series-a", ["biopharma"]),
        ]
    )
]


@given(rules(), rules())
def test_preview_agrees_with_the_judge(published: tuple[Rule, ...], drafted: tuple[Rule, ...]) -> None:
    today = date(2026, 6, 30)

    found = preview_rules(STARTUPS, published, drafted, today)

    before = {row.id: judge(published, startup_facts(row), today).verdict for row in STARTUPS}
    after = {row.id: judge(drafted, startup_facts(row), today).verdict for row in STARTUPS}
    assert found.before == counted(before)
    assert found.after == counted(after)
    assert {change.startup_id: (change.before, change.after) for change in found.changes} == {
        key: (before[key], after[key]) for key in before if before[key] is not after[key]
    }
    for change in found.changes:
        facts = next(startup_facts(row) for row in STARTUPS if row.id == change.startup_id)
        side = published if change.better else drafted
        named = tuple(outcome.rule for outcome in change.because)
        assert named
        assert set(named) <= set(side)
        # Without the rules that are named, the verdict is not what it was or becomes.
        rest = tuple(rule for rule in side if rule not in named)
        assert judge(rest, facts, today).verdict is not (change.before if change.better else change.after)


def counted(verdicts: dict[str, Verdict]) -> VerdictCounts:
    """Count verdicts the plain way."""
    numbers = Counter(verdicts.values())
    return VerdictCounts(
        numbers[Verdict.ELIGIBLE], numbers[Verdict.CANNOT_TELL], numbers[Verdict.NOT_ELIGIBLE]
    )


def test_preview_of_the_shipped_program_agrees_with_the_judge(engine: Engine, today: date) -> None:
    with write_session(engine) as session:
        program = session.get_one(Program, "gruendungsstipendium-nrw")
        session.add(Account(id="lead", email="lead@office.example", name="Lead"))
        session.flush()
        clear(session, "lead", *session.exec(select(Startup.id)))
        lead = Actor("lead", agencies=frozenset({program.agency_id}), leads=frozenset({program.agency_id}))
        content = content_of(program)
        drafted = content.model_copy(
            update={"rules": [rule for rule in content.rules if rule["kind"] != "seat"]}
        )
        save_draft(session, lead, program.id, drafted, revision=0)

        found = preview(session, lead, program.id, today=today)

        startups = session.exec(select(Startup)).all()
        facts = {row.id: startup_facts(row) for row in startups}
        changed = {
            key: judge(drafted.typed_rules, one, today).verdict
            for key, one in facts.items()
            if judge(content.typed_rules, one, today).verdict
            is not judge(drafted.typed_rules, one, today).verdict
        }
    assert found.startups == len(facts) == 6
    assert {change.startup_id: change.after for change in found.changes} == changed
