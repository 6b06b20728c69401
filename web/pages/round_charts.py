"""The figures of a round as charts in the reader's language, each group linked to the cases behind it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from matcher.engine.phrases import mark
from matcher.engine.round_tallies import BINS, GONE, NONE, By, Change, Step, Tally
from matcher.workflows.programs import ProgramCard
from matcher.workflows.round_figures import ProgramFigures, RunComparison, RunFigures
from web import names
from web.charts import Chart, Count, Kind, Row, Series
from web.i18n import current_language, gettext

GROUPINGS: Mapping[By, str] = {
    By.STEP: mark("Step"),
    By.FIT: mark("Fit score, of 100"),
    By.REVIEW: mark("Points of the reviews, of 100"),
    By.REGION: mark("Target region"),
    By.COUNTRY: mark("Country"),
    By.SECTOR: mark("Sector"),
    By.STAGE: mark("Stage"),
    By.LANGUAGE: mark("Language of the profile"),
    By.CHANGE: mark("Change of the seat"),
}
STEPS: Mapping[str, str] = {
    Step.CONSIDERED: mark("Considered"),
    Step.ELIGIBLE: mark("Eligible"),
    Step.CANNOT_TELL: mark("Cannot tell yet"),
    Step.REVIEWED: mark("Reviewed"),
    Step.ACCEPTED: mark("Accepted in the review"),
    Step.SELECTED: mark("Selected"),
    Step.WAITLISTED: mark("On the waitlist"),
}
CHANGES: Mapping[str, str] = {
    Change.KEPT: mark("Kept"),
    Change.ENTERED: mark("Entered"),
    Change.LEFT: mark("Lost"),
}
_QUEUE_FILTERS: Mapping[str, Mapping[str, str]] = {
    Step.CONSIDERED: {"show": "all"},
    Step.ELIGIBLE: {"show": "all", "eligibility": "eligible"},
    Step.CANNOT_TELL: {"show": "all", "eligibility": "cannot_tell"},
    Step.ACCEPTED: {"show": "accept"},
}


@dataclass(frozen=True, slots=True)
class Cases:
    """Where the cases behind a figure are: of which round, plan, plan it is compared with, and program."""

    round_id: str
    run: int
    against: int | None = None
    program: str = ""

    def address(self, by: By, key: str, *, selected: bool = False, program: str = "") -> str:
        """Give the address of a group's cases."""
        asked: dict[str, str | int] = {"run": self.run}
        if self.against is not None and by is By.CHANGE:
            asked["against"] = self.against
        if program or self.program:
            asked["program"] = program or self.program
        asked |= {"by": by.value, "key": key}
        if selected:
            asked["selected"] = "true"
        return f"/rounds/{quote(self.round_id)}/figures/cases?{urlencode(asked)}"


def group_name(by: By, key: str) -> str:
    """Name a group in the reader's language."""
    if key == GONE:
        return gettext("no longer there")
    if key == NONE:
        return gettext("without a review") if by is By.REVIEW else gettext("not said")
    if by in {By.STEP, By.CHANGE}:
        words = STEPS if by is By.STEP else CHANGES
        return gettext(words[key]) if key in words else key
    if by in {By.FIT, By.REVIEW}:
        return _part_name(key)
    return names.name_in(current_language(), by.value, key)


def program_title(card: ProgramCard | None, program_id: str) -> str:
    """Name a program in the reader's language; one that is gone has its id alone."""
    if card is None:
        return program_id
    return names.program_titles(card.name, card.name_en, card.working_languages)[0].text


def seats_chart(programs: Sequence[ProgramFigures], titles: Mapping[str, str], cases: Cases) -> Chart:
    """Draw seats beside candidates, program by program."""
    return Chart(
        "seats",
        gettext("Seats and candidates"),
        gettext("Program"),
        (
            Series(Kind.ALL, gettext("Considered")),
            Series(Kind.WAITING, gettext("Seats")),
            Series(Kind.CHOSEN, gettext("Selected")),
        ),
        tuple(
            Row(
                titles[one.program],
                (
                    _count(one.at(Step.CONSIDERED), cases, By.STEP, Step.CONSIDERED, program=one.program),
                    Count(one.seats),
                    _count(one.at(Step.SELECTED), cases, By.STEP, Step.SELECTED, program=one.program),
                ),
                f"/review/{quote(one.program)}",
            )
            for one in programs
        ),
    )


def funnel_chart(figures: ProgramFigures, title: str, number: int, cases: Cases) -> Chart:
    """Draw how far the candidates of a program came."""
    return Chart(
        f"funnel-{number}",
        title,
        gettext("Step"),
        (Series(Kind.CHOSEN, gettext("Candidates")),),
        tuple(
            Row(
                group_name(By.STEP, step.key),
                (_count(step.considered, cases, By.STEP, step.key, program=figures.program),),
            )
            for step in figures.steps
        ),
    )


def spread_charts(figures: RunFigures, cases: Cases) -> tuple[Chart, ...]:
    """Draw how fits and points of reviews are spread over the pairs of a plan."""
    return tuple(
        Chart(
            f"spread-{by}",
            gettext(GROUPINGS[by]),
            gettext("Score"),
            _both(),
            tuple(_tally_row(by, one, cases) for one in tallies),
            upright=True,
            note=f"–: {group_name(by, NONE)}" if by is By.REVIEW else "",
        )
        for by, tallies in figures.spread.items()
    )


def coverage_charts(figures: RunFigures, cases: Cases) -> tuple[Chart, ...]:
    """Draw which startups are considered and selected, by what they are."""
    return tuple(
        Chart(
            f"coverage-{by}",
            gettext(GROUPINGS[by]),
            gettext(GROUPINGS[by]),
            _both(),
            tuple(_tally_row(by, one, cases) for one in tallies),
        )
        for by, tallies in figures.coverage.items()
        if tallies
    )


def change_charts(
    comparison: RunComparison, programs: Iterable[str], titles: Mapping[str, str], cases: Cases
) -> tuple[Chart, ...]:
    """Draw what became of seats and of coverage between two plans, each linked to its own cases."""
    shown = set(programs)
    old = Cases(cases.round_id, comparison.before.label.number, None, cases.program)
    seats = Chart(
        "changed-seats",
        gettext("Seats kept, entered and lost"),
        gettext("Program"),
        tuple(
            Series(kind, gettext(CHANGES[change]))
            for kind, change in (
                (Kind.ALL, Change.KEPT),
                (Kind.CHOSEN, Change.ENTERED),
                (Kind.GONE, Change.LEFT),
            )
        ),
        tuple(
            Row(
                titles[one.program],
                tuple(
                    _count(count, cases, By.CHANGE, change, program=one.program)
                    for count, change in (
                        (one.kept, Change.KEPT),
                        (one.entered, Change.ENTERED),
                        (one.left, Change.LEFT),
                    )
                ),
            )
            for one in comparison.seats
            if one.program in shown
        ),
    )
    series = (
        Series(Kind.ALL, gettext("Run %(number)s") % {"number": old.run}),
        Series(Kind.CHOSEN, gettext("Run %(number)s") % {"number": cases.run}),
    )
    return (
        seats,
        *(
            Chart(
                f"changed-{by}",
                gettext(GROUPINGS[by]),
                gettext(GROUPINGS[by]),
                series,
                tuple(
                    Row(
                        group_name(by, one.key),
                        (
                            _count(one.before, old, by, one.key, selected=True),
                            _count(one.now, cases, by, one.key, selected=True),
                        ),
                    )
                    for one in changes
                ),
            )
            for by, changes in comparison.coverage.items()
            if changes
        ),
    )


def queue_address(program: str, by: By, key: str) -> str:
    """Give the address of the review's queue with the same filter; empty where it has none."""
    asked = _QUEUE_FILTERS.get(key, {})
    return f"/review/{quote(program)}?{urlencode(asked)}" if by is By.STEP and program and asked else ""


def shortlist_address(round_id: str, program: str, by: By, key: str) -> str:
    """Give the address of the shortlist with the same outcome; empty where it shows no such cases."""
    if by is not By.STEP or key not in {Step.SELECTED, Step.WAITLISTED}:
        return ""
    asked = {"program": program} if program else {}
    return f"/rounds/{quote(round_id)}/shortlist?{urlencode(asked | {'result': key})}"


def _both() -> tuple[Series, Series]:
    return Series(Kind.ALL, gettext("Considered")), Series(Kind.CHOSEN, gettext("Selected"))


def _tally_row(by: By, tally: Tally, cases: Cases) -> Row:
    return Row(
        group_name(by, tally.key),
        (
            _count(tally.considered, cases, by, tally.key),
            _count(tally.selected, cases, by, tally.key, selected=True),
        ),
        short=_part_start(tally.key),
    )


def _count(value: int, cases: Cases, by: By, key: str, *, selected: bool = False, program: str = "") -> Count:
    address = cases.address(by, key, selected=selected, program=program) if value else ""
    return Count(value, address)


def _part_name(key: str) -> str:
    start = _part_start(key)
    if not start:
        return key
    last = int(start) == 100 - 100 // BINS
    return gettext("from %(points)s") % {"points": start} if last else f"{start}–{int(start) + 100 // BINS}"


def _part_start(key: str) -> str:
    """Give where a part of a scale begins, out of 100; empty for what is none."""
    return str(int(key) * 100 // BINS) if key.isascii() and key.isdigit() and len(key) == 1 else ""
