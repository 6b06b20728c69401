"""A round in figures: charts with their tables, two runs compared, and the cases behind each figure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from matcher.engine.phrases import Phrase
from matcher.engine.round_tallies import By, Step
from matcher.workflows.review_reports import ProgramProgress
from matcher.workflows.round_figures import (
    CaseLine,
    CasesQuestion,
    FiguresQuestion,
    RoundFigures,
    RunFigures,
    RunLabel,
    read_cases,
    read_figures_of_round,
)
from web.access import RoundManagerDep
from web.charts import Chart
from web.dependencies import SessionDep
from web.i18n import gettext, speaking
from web.pages.match_view import VERDICTS
from web.pages.round_charts import (
    GROUPINGS,
    STEPS,
    Cases,
    change_charts,
    coverage_charts,
    funnel_chart,
    group_name,
    program_title,
    queue_address,
    seats_chart,
    shortlist_address,
    spread_charts,
)
from web.pages.round_words import DECIDED
from web.rendering import render, request_language

router = APIRouter(prefix="/rounds")

PROGRAMS_A_PAGE = 20
CASES_A_PAGE = 100
_MOST_NUMBER = 2**31 - 1
_MOST_PAGES = 100_000
_LONGEST_KEY = 60

Number = Annotated[int, Field(ge=1, le=_MOST_NUMBER)] | Literal[""]


class FiguresFields(BaseModel):
    """What the address of the figures may ask for; without a run it is the published one, else the newest."""

    run: Number = ""
    against: Number = ""
    program: str = Field(default="", max_length=_LONGEST_KEY)
    page: int = Field(default=1, ge=1, le=_MOST_PAGES)

    @property
    def question(self) -> FiguresQuestion:
        """What is looked at, as the workflow knows it."""
        return FiguresQuestion(self.run or None, self.against or None, self.program)

    def address(self, path: str, page: int) -> str:
        """Give the address of another page of the same."""
        asked = self.model_dump(mode="json", exclude_defaults=True) | {"page": page}
        return f"{path}?{urlencode(asked)}"


class CasesFields(FiguresFields):
    """Which cases are listed; see `CasesQuestion`."""

    by: By = By.STEP
    key: str = Field(default=Step.CONSIDERED.value, max_length=_LONGEST_KEY)
    selected: bool = False


@dataclass(frozen=True, slots=True)
class Pages:
    """Where one is in a long list; an address is None where there is no such page."""

    page: int
    pages: int
    previous: str | None
    following: str | None


@dataclass(frozen=True, slots=True)
class ComparisonView:
    """Two runs in figures: each line is what is counted, before and now, and the charts of what changed."""

    before: int
    lines: tuple[tuple[str, str, str, str], ...]
    charts: tuple[Chart, ...]


@dataclass(frozen=True, slots=True)
class FiguresPage:
    """Everything `rounds/figures.html` may use."""

    id: str
    name: str
    runs: tuple[RunLabel, ...]
    titles: Mapping[str, str]
    fields: FiguresFields
    progress: tuple[ProgramProgress, ...]
    shown: RunFigures | None
    seats: Chart | None
    funnels: tuple[Chart, ...]
    spread: tuple[Chart, ...]
    coverage: tuple[Chart, ...]
    comparison: ComparisonView | None
    turn: Pages


@dataclass(frozen=True, slots=True)
class CasesPage:
    """Everything `rounds/figure_cases.html` may use."""

    id: str
    name: str
    label: RunLabel
    grouping: str
    group: str
    selected: bool
    program: str
    titles: Mapping[str, str]
    lines: tuple[CaseLine, ...]
    pairs: int
    startups: int
    verdicts: Mapping[str, str]
    decided: Mapping[str, Phrase]
    steps: Mapping[str, str]
    queue: str
    shortlist: str
    back: str
    turn: Pages


@router.get("/{round_id}/figures")
def show_figures(
    request: Request,
    session: SessionDep,
    manager: RoundManagerDep,
    round_id: str,
    asked: Annotated[FiguresFields, Query()],
) -> HTMLResponse:
    """Show a round in figures: one plan of it, beside another where one is chosen."""
    figures = read_figures_of_round(session, manager, round_id, asked.question)
    with speaking(request_language(request)):
        page = _figures_page(figures, asked)
    return render(request, "rounds/figures.html", page)


@router.get("/{round_id}/figures/cases")
def show_cases(
    request: Request,
    session: SessionDep,
    manager: RoundManagerDep,
    round_id: str,
    asked: Annotated[CasesFields, Query()],
) -> HTMLResponse:
    """List the cases behind a figure."""
    wanted = CasesQuestion(asked.by, asked.key, asked.selected)
    cases = read_cases(session, manager, round_id, asked.question, wanted)
    path = f"/rounds/{quote(round_id)}/figures"
    turn = _turn(f"{path}/cases", asked, len(cases.lines), CASES_A_PAGE)
    first = (turn.page - 1) * CASES_A_PAGE
    back = asked.model_dump(mode="json", include=set(FiguresFields.model_fields), exclude_defaults=True)
    with speaking(request_language(request)):
        listed = {line.standing.program for line in cases.lines} | ({asked.program} - {""})
        page = CasesPage(
            cases.id,
            cases.name,
            cases.label,
            gettext(GROUPINGS[asked.by]),
            group_name(asked.by, asked.key),
            asked.selected,
            asked.program,
            {one: program_title(cases.cards.get(one), one) for one in listed},
            cases.lines[first : first + CASES_A_PAGE],
            len(cases.lines),
            cases.startups,
            VERDICTS,
            DECIDED,
            STEPS,
            queue_address(asked.program, asked.by, asked.key),
            shortlist_address(cases.id, asked.program, asked.by, asked.key) if cases.listed else "",
            f"{path}?{urlencode({key: value for key, value in back.items() if key != 'page'})}",
            turn,
        )
    return render(request, "rounds/figure_cases.html", page)


def _figures_page(figures: RoundFigures, asked: FiguresFields) -> FiguresPage:
    titles = {one: program_title(figures.cards.get(one), one) for one in figures.listed}
    shown = figures.shown
    path = f"/rounds/{quote(figures.id)}/figures"
    turn = _turn(path, asked, len(shown.programs) if shown else 0, PROGRAMS_A_PAGE)
    fields = asked.model_copy(update={"run": shown.label.number if shown else ""})
    if shown is None:
        return FiguresPage(
            figures.id, figures.name, (), titles, fields, figures.progress, None, None, (), (), (), None, turn
        )
    first = (turn.page - 1) * PROGRAMS_A_PAGE
    programs = shown.programs[first : first + PROGRAMS_A_PAGE]
    cases = Cases(figures.id, shown.label.number, asked.against or None, asked.program)
    return FiguresPage(
        figures.id,
        figures.name,
        figures.runs,
        titles,
        fields,
        figures.progress,
        shown,
        seats_chart(programs, titles, cases),
        tuple(
            funnel_chart(one, titles[one.program], number, cases) for number, one in enumerate(programs, 1)
        ),
        spread_charts(shown, cases),
        coverage_charts(shown, cases),
        _comparison(figures, titles, cases, {one.program for one in programs}),
        turn,
    )


def _comparison(
    figures: RoundFigures, titles: Mapping[str, str], cases: Cases, programs: set[str]
) -> ComparisonView | None:
    comparison, now = figures.comparison, figures.shown
    if comparison is None or now is None:
        return None
    before = comparison.before
    # A program that is in the earlier plan alone belongs to no page of the later one: all of them show it.
    alone = {one.program for one in before.programs} - {one.program for one in now.programs}
    counted = (
        (gettext("Startups considered"), before.startups, now.startups),
        (gettext("Seats"), before.seats, now.seats),
        (gettext("Seats filled"), before.filled, now.filled),
        (gettext("Startups selected"), before.selected, now.selected),
    )
    lines = [(words, str(old), str(new), _difference(f"{new - old:+d}")) for words, old, new in counted]
    more = _difference(f"{now.total - before.total:+.3f}")
    total = (f"{before.total:.3f}", f"{now.total:.3f}", more)
    return ComparisonView(
        before.label.number,
        (*lines, (gettext("Total"), *total)),
        change_charts(comparison, programs | alone, titles, cases),
    )


def _difference(written: str) -> str:
    """Write a difference with the sign people read, none without a difference."""
    return written.replace("-", "−") if any(digit in written for digit in "123456789") else written[1:]


def _turn(path: str, asked: FiguresFields, count: int, at_once: int) -> Pages:
    pages = max(-(-count // at_once), 1)
    page = min(asked.page, pages)
    return Pages(
        page,
        pages,
        asked.address(path, page - 1) if page > 1 else None,
        asked.address(path, page + 1) if page < pages else None,
    )
