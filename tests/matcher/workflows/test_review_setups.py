"""How a program is reviewed: who writes where, who may change it, and what makes scores comparable."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from matcher.errors import AccessDeniedError, FieldError, StaleEditError, UnknownProgramError
from matcher.workflows.review_setups import ReviewRules, change_rules, desk_of, open_phase, read_rules
from models.access import OPERATOR, Actor
from models.database import write_session
from models.review import AGENCY_DESK, Aggregation, ReviewPhase
from models.tables import Account, AuditEntry

OFFICE = frozenset({"office"})
LEAD = Actor("lead", agencies=OFFICE, leads=OFFICE)
REVIEWER = Actor("lead", agencies=OFFICE)
BOSS = Actor("lead", manager=True)
STRANGER = Actor("lead", agencies=frozenset({"other"}), leads=frozenset({"other"}))


@pytest.fixture
def session(tiny: Engine) -> Iterator[Session]:
    """A write unit with one account."""
    with write_session(tiny) as session:
        session.add(Account(id="lead", email="lead@office.example", name="Lead"))
        session.flush()
        yield session


def change(session: Session, actor: Actor, **changes: object) -> ReviewRules:
    """Change the rules from the defaults."""
    values = {
        "blind": False,
        "wanted_reviews": 2,
        "aggregation": Aggregation.TRIMMED_MEAN,
        "zero_excludes": False,
        "learning": True,
        "revision": 0,
    } | changes
    return change_rules(session, actor, "alpha", **values)  # type: ignore[arg-type]


def test_a_program_nobody_set_up_is_reviewed_by_the_defaults(session: Session) -> None:
    assert read_rules(session, "alpha") == ReviewRules()


@pytest.mark.parametrize("actor", [LEAD, BOSS, OPERATOR])
def test_who_leads_changes_the_rules_and_it_is_written_down(session: Session, actor: Actor) -> None:
    changed = change(session, actor, blind=True, wanted_reviews=3, learning=False)

    assert changed == ReviewRules(blind=True, wanted_reviews=3, learning=False, revision=1)
    assert read_rules(session, "alpha") == changed
    assert [entry.act for entry in session.exec(select(AuditEntry))] == ["review-set-up"]


@pytest.mark.parametrize(
    ("changes", "version"),
    [
        ({"aggregation": Aggregation.MEDIAN}, 2),
        ({"zero_excludes": True}, 2),
        ({"blind": True}, 1),
        ({"wanted_reviews": 5}, 1),
    ],
)
def test_only_what_makes_scores_comparable_raises_the_version(
    session: Session, changes: dict[str, object], version: int
) -> None:
    assert change(session, LEAD, **changes).rule_version == version


@pytest.mark.parametrize(("actor", "error"), [(REVIEWER, AccessDeniedError), (STRANGER, UnknownProgramError)])
def test_anybody_else_changes_nothing(session: Session, actor: Actor, error: type[Exception]) -> None:
    with pytest.raises(error):
        change(session, actor)
    with pytest.raises(error):
        open_phase(session, actor, "alpha", ReviewPhase.DECISION, revision=0)

    assert read_rules(session, "alpha") == ReviewRules()


@pytest.mark.parametrize("wanted", [0, 21, -1])
def test_the_number_of_reviews_is_bounded(session: Session, wanted: int) -> None:
    with pytest.raises(FieldError, match="wanted_reviews"):
        change(session, LEAD, wanted_reviews=wanted)


def test_a_change_from_an_older_state_is_refused(session: Session) -> None:
    change(session, LEAD, blind=True)

    with pytest.raises(StaleEditError):
        change(session, LEAD, wanted_reviews=9)
    with pytest.raises(StaleEditError):
        open_phase(session, LEAD, "alpha", ReviewPhase.DECISION, revision=0)

    assert read_rules(session, "alpha").wanted_reviews == 2


@pytest.mark.parametrize(
    ("actor", "alone", "together"),
    [
        (REVIEWER, ("lead", True), (AGENCY_DESK, False)),
        (LEAD, ("lead", True), (AGENCY_DESK, True)),
        (BOSS, (AGENCY_DESK, True), (AGENCY_DESK, True)),
    ],
)
def test_where_somebody_writes_depends_on_the_phase(
    session: Session, actor: Actor, alone: tuple[str, bool], together: tuple[str, bool]
) -> None:
    before = desk_of(session, actor, "alpha")
    open_phase(session, LEAD, "alpha", ReviewPhase.DECISION, revision=0)
    after = desk_of(session, actor, "alpha")

    assert (before.name, before.writes) == alone
    assert (after.name, after.writes) == together
    assert desk_of(session, actor, "beta") == before
