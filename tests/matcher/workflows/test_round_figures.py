"""A round in figures: counted from its stored plans, for managers alone, and quick for many candidates."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, event
from sqlmodel import col, delete, select

from matcher.engine.round_tallies import COVERAGE, By, Change, Step
from matcher.errors import AccessDeniedError, FieldError, UnknownThingError
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.round_figures import (
    CaseList,
    CasesQuestion,
    FiguresQuestion,
    RoundFigures,
    RunFigures,
    read_cases,
    read_figures_of_round,
)
from models.access import ANONYMOUS, Actor
from models.database import read_session, write_session
from models.round import PinKind
from models.tables import Candidacy, Profile, Review, RoundRun, Startup
from models.vocabulary import Decision
from tests.matcher.workflows.planned import ROUND, Planned


@pytest.fixture
def planned(tiny: Engine, hashing_analyst: LocalAnalyst, today: date) -> Planned:
    """Give a round with decisions and nothing planned."""
    return Planned(tiny, hashing_analyst, today)


def read(
    planned: Planned, run: int | None = None, against: int | None = None, program: str = ""
) -> RoundFigures:
    """Read the figures."""
    with read_session(planned.engine) as session:
        asked = FiguresQuestion(run, against, program)
        return read_figures_of_round(session, planned.manager, ROUND, asked)


def shown(planned: Planned, run: int | None = None, program: str = "") -> RunFigures:
    """Read the figures of a plan."""
    found = read(planned, run, program=program).shown
    assert found is not None
    return found


def cases(planned: Planned, wanted: CasesQuestion, asked: FiguresQuestion | None = None) -> CaseList:
    """List the cases behind a figure."""
    with read_session(planned.engine) as session:
        return read_cases(session, planned.manager, ROUND, asked or FiguresQuestion(), wanted)


def steps(figures: RunFigures, program: str) -> dict[str, int]:
    """Give how far the candidates of a program came."""
    one = next(one for one in figures.programs if one.program == program)
    return {step.key: step.considered for step in one.steps if step.considered}


def test_before_the_first_run_only_progress_is_told(planned: Planned) -> None:
    figures = read(planned)

    assert (figures.shown, figures.comparison, figures.runs) == (None, None, ())
    assert {one.program.id: (one.candidates, one.decided) for one in figures.progress} == {
        "alpha": (5, 5),
        "beta": (2, 2),
    }
    with pytest.raises(UnknownThingError):
        cases(planned, CasesQuestion(By.STEP, "selected"))


def test_a_worked_round_is_counted(planned: Planned) -> None:
    run = planned.run()
    figures = shown(planned)

    assert (figures.label.number, figures.seats, figures.filled) == (1, 2, 2)
    assert (figures.startups, figures.selected, figures.total) == (5, 2, run.card.total)
    alpha = steps(figures, "alpha")
    assert (alpha["considered"], alpha["accepted"], alpha["selected"]) == (5, 4, 1)
    assert alpha["waitlisted"] == len(run.document["programs"][0]["waitlist"])
    assert alpha["eligible"] + alpha.get("cannot_tell", 0) <= 5
    for by in (By.FIT, By.REVIEW):
        assert sum(one.considered for one in figures.spread[by]) == 7
        assert sum(one.selected for one in figures.spread[by]) == 2
    assert sum(one.considered for one in figures.coverage[By.LANGUAGE]) == 5


def test_one_program_is_looked_at_alone(planned: Planned) -> None:
    planned.run()
    figures = shown(planned, program="beta")

    assert [one.program for one in figures.programs] == ["beta"]
    assert (figures.startups, figures.filled, figures.seats) == (2, 1, 1)
    assert figures.total < shown(planned).total
    assert [one.program.id for one in read(planned, program="beta").progress] == ["beta"]
    assert read(planned, program="beta").listed == ("alpha", "beta")


def test_the_published_plan_is_shown_where_none_is_asked_for(planned: Planned) -> None:
    first = planned.run().card.number
    planned.publish(first)

    assert shown(planned).label.number == first
    assert shown(planned).label.published_at is not None


def test_two_plans_are_compared(planned: Planned) -> None:
    planned.run()
    seated = {line.standing.startup for line in cases(planned, CasesQuestion(By.STEP, Step.SELECTED)).lines}
    other = next(one for one in ("one", "two") if one not in seated)
    planned.pin("alpha", other)
    planned.run()
    comparison = read(planned, 2, 1).comparison

    assert comparison is not None
    changes = {one.program: one for one in comparison.seats}
    assert (changes["alpha"].entered, changes["alpha"].left, changes["alpha"].filled) == (1, 1, 1)
    assert comparison.before.label.number == 1
    entered = cases(planned, CasesQuestion(By.CHANGE, Change.ENTERED), FiguresQuestion(2, 1))
    assert other in {line.standing.startup for line in entered.lines}
    back = read(planned, 1, 2).comparison
    assert back is not None
    assert {one.program: one.left for one in back.seats}["alpha"] == 1
    same = read(planned, 2, 2).comparison
    assert same is not None
    assert sum(one.entered + one.left for one in same.seats) == 0


def test_every_figure_leads_to_as_many_cases(planned: Planned) -> None:
    planned.run()
    figures = shown(planned)

    for one in figures.programs:
        for step in one.steps:
            found = cases(planned, CasesQuestion(By.STEP, step.key), FiguresQuestion(program=one.program))
            assert len(found.lines) == step.considered
    for by, tallies in {**figures.spread, **figures.coverage}.items():
        for tally in tallies:
            for selected, count in ((False, tally.considered), (True, tally.selected)):
                found = cases(planned, CasesQuestion(by, tally.key, selected))
                assert (found.startups if by in COVERAGE else len(found.lines)) == count


def test_a_review_counts_that_was_there_when_the_plan_was_made(planned: Planned) -> None:
    planned.run()
    before = steps(shown(planned), "alpha").get("reviewed", 0)
    made_at = shown(planned).label.made_at
    with write_session(planned.engine) as session:
        for desk, startup, later in (("a", "m1", -1), ("b", "m1", -1), ("a", "m2", 60)):
            session.add(
                Review(
                    program_id="alpha",
                    startup_id=startup,
                    desk=desk,
                    decision=Decision.MAYBE.value,
                    reviewer=desk,
                    submitted_at=made_at + timedelta(seconds=later),
                )
            )

    assert steps(shown(planned), "alpha").get("reviewed", 0) == before + 1


def test_a_startup_that_is_gone_is_counted_as_gone(planned: Planned) -> None:
    planned.run()
    with write_session(planned.engine) as session:
        session.delete(session.get_one(Startup, "m3"))
    figures = shown(planned)

    assert {one.key: one.considered for one in figures.coverage[By.COUNTRY]}["gone"] == 1
    assert figures.startups == 5
    (line,) = cases(planned, CasesQuestion(By.COUNTRY, "gone")).lines
    assert (line.name, line.standing.startup) == ("", "m3")


def test_what_there_is_not_is_named(planned: Planned) -> None:
    planned.run()
    for asked in (
        FiguresQuestion(9),
        FiguresQuestion(1, 9),
        FiguresQuestion(2**40),
        FiguresQuestion(program="x"),
    ):
        with pytest.raises(UnknownThingError):
            read(planned, asked.run, asked.against, asked.program)
    with pytest.raises(FieldError):
        cases(planned, CasesQuestion(By.CHANGE, "entered"))
    with pytest.raises(FieldError):
        cases(planned, CasesQuestion(By.CHANGE, "nothing"), FiguresQuestion(1, 1))
    assert cases(planned, CasesQuestion(By.SECTOR, "no such")).lines == ()


@pytest.mark.parametrize("actor", [ANONYMOUS, Actor("x" * 16, "Lead", agencies=frozenset({"agency"}))])
def test_managers_alone_read_figures(planned: Planned, actor: Actor) -> None:
    planned.run()
    with read_session(planned.engine) as session:
        with pytest.raises(AccessDeniedError):
            read_figures_of_round(session, actor, ROUND, FiguresQuestion())
        with pytest.raises(AccessDeniedError):
            read_cases(session, actor, ROUND, FiguresQuestion(), CasesQuestion(By.STEP, "selected"))


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """Collect the statements sent to the database."""
    statements: list[str] = []

    def note(*said: object) -> None:
        statements.append(str(said[2]))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_many_candidates_take_as_many_queries_as_few(planned: Planned) -> None:
    planned.run()
    planned.pin("alpha", "m2", PinKind.EXCLUDE)
    planned.run()
    found: list[tuple[int, int]] = []
    for more in (0, 700):
        with write_session(planned.engine) as session:
            for number in range(more):
                startup = Startup(id=f"n{number}", name=f"Many {number}", invented=True, country="KR")
                session.add(startup)
                session.flush()
                session.add(Profile(startup_id=startup.id, language="en", version=1, text="Batteries."))
                session.add(Candidacy(program_id="alpha", startup_id=startup.id))
            for run in session.exec(select(RoundRun)):
                pack = dict(run.pack)
                like = pack["candidates"][0]
                mark = next(iter(pack["startups"].values()))
                ids = [f"n{number}" for number in range(more)]
                pack["candidates"] = [*pack["candidates"], *({**like, "startup": one} for one in ids)]
                pack["startups"] = {**pack["startups"], **dict.fromkeys(ids, mark)}
                run.pack = pack
        with counted(planned.engine) as pages:
            figures = read(planned, 2, 1)
        with counted(planned.engine) as lists:
            cases(planned, CasesQuestion(By.STEP, Step.CONSIDERED))
        found.append((len(pages), len(lists)))
        assert figures.shown is not None
        assert figures.shown.startups == 5 + more

    assert found[0] == found[1], found


def test_the_language_is_that_of_the_profile_that_is_ranked(planned: Planned) -> None:
    planned.run()
    with write_session(planned.engine) as session:
        session.add(Profile(startup_id="m1", language="ko", version=1, text="배터리를 재활용합니다."))
        session.exec(delete(Profile).where(col(Profile.startup_id) == "m3"))
    languages = {one.key: one.considered for one in shown(planned).coverage[By.LANGUAGE]}

    assert languages["gone"] == 1
    found = cases(planned, CasesQuestion(By.LANGUAGE, "ko")).lines
    assert {one.standing.startup for one in found} >= {"m1"}
