"""What is set about a round: its name, programs, stages and windows, what a plan weighs, side rules."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, Field
from sqlmodel import Session
from starlette.responses import Response

from matcher.engine.phrases import Phrase, phrase
from matcher.errors import FieldError, StaleEditError
from matcher.workflows.program_contents import TIME_ZONES
from matcher.workflows.round_attributes import PROGRAM_ATTRIBUTES, STARTUP_ATTRIBUTES
from matcher.workflows.round_views import ProgramChoice, list_choices, list_countries
from matcher.workflows.rounds import (
    RoundSheet,
    change_programs,
    change_rules,
    change_settings,
    change_stages,
    local_time,
    read_round,
    rename_round,
)
from models.access import Actor
from models.vocabulary import Language, Region, Sector, Stage
from web.access import RoundManagerDep
from web.dependencies import SessionDep
from web.pages.round_forms import (
    MOST_NUMBER,
    CityRows,
    ProgramFields,
    RuleFields,
    SettingFields,
    StageFields,
    StagesView,
    city_rows,
    read_programs,
    read_rules,
    read_setting_fields,
    read_stage,
    read_stages,
    rules_text,
    setting_fields,
    stages_view,
)
from web.pages.round_words import (
    RULE_ATTRIBUTES,
    SEATS_FOR,
    SETTING_LABELS,
    STAGES,
    Problem,
    problem_of,
    stale_words,
)
from web.pages.rounds import status_of
from web.rendering import render

router = APIRouter(prefix="/rounds/{round_id}")

Revision = Annotated[int, Field(ge=0, le=MOST_NUMBER)]


@dataclass(frozen=True, slots=True)
class Clash:
    """A field somebody else changed: what it says now, and what was typed."""

    label: Phrase
    now: str
    typed: str


@dataclass(frozen=True, slots=True)
class RuleGroup:
    """Values a rule can count by: pairs of what is sent and the code, of the kind the code is named by."""

    label: Phrase
    kind: str
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RuleChoices:
    """What a rule of the usual kind can be about."""

    each_startup: tuple[str, ...]
    each_program: tuple[str, ...]
    attributes: Mapping[str, Phrase]
    startups: tuple[RuleGroup, ...]
    programs: tuple[RuleGroup, ...]
    city_names: Mapping[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class SettingsPage:
    """Everything `rounds/settings.html` may use."""

    sheet: RoundSheet
    name: str
    cities: tuple[CityRows, ...]
    windows: StagesView
    zones: tuple[str, ...]
    settings: SettingFields
    rule: RuleFields
    rules_text: str
    choices: RuleChoices
    stages: Mapping[str, Phrase]
    seats_for: Mapping[str, Phrase]
    labels: Mapping[str, Phrase]
    problems: tuple[Problem, ...]
    stale: Phrase | None
    clashes: tuple[Clash, ...]


class NameForm(BaseModel):
    """What a round is called."""

    revision: Revision
    name: str = Field(default="", max_length=1000)


class ProgramsForm(ProgramFields):
    """The programs of a round."""

    revision: Revision


class StagesForm(StageFields):
    """The stages of a round, and which one is on."""

    revision: Revision


class SettingsForm(SettingFields):
    """What a plan weighs."""

    revision: Revision


class RulesForm(RuleFields):
    """Side rules."""

    revision: Revision


@dataclass(frozen=True, slots=True)
class _Typed:
    """What was typed in the one form that was sent, and why it comes back."""

    name: str | None = None
    programs: ProgramFields | None = None
    stages: StageFields | None = None
    settings: SettingFields | None = None
    rule: RuleFields = field(default_factory=RuleFields)
    error: FieldError | StaleEditError | None = None


@router.get("/settings")
def show_settings(
    request: Request, session: SessionDep, manager: RoundManagerDep, round_id: str
) -> HTMLResponse:
    """Show everything that is set about a round, in forms."""
    return _page(request, session, manager, round_id, _Typed())


@router.post("/name")
def save_name(
    *,
    request: Request,
    session: SessionDep,
    manager: RoundManagerDep,
    round_id: str,
    form: Annotated[NameForm, Form()],
) -> Response:
    """Call a round something else."""

    def change() -> None:
        rename_round(session, manager, round_id, form.name, revision=form.revision)

    return _change(
        request, session, manager, round_id, typed=_Typed(name=form.name), change=change, part="name"
    )


@router.post("/programs")
def save_programs(
    *,
    request: Request,
    session: SessionDep,
    manager: RoundManagerDep,
    round_id: str,
    form: Annotated[ProgramsForm, Form()],
) -> Response:
    """Say which programs take part, with seats and waitlists."""

    def change() -> None:
        change_programs(session, manager, round_id, read_programs(form), revision=form.revision)

    return _change(
        request, session, manager, round_id, typed=_Typed(programs=form), change=change, part="programs"
    )


@router.post("/stages")
def save_stages(
    *,
    request: Request,
    session: SessionDep,
    manager: RoundManagerDep,
    round_id: str,
    form: Annotated[StagesForm, Form()],
) -> Response:
    """Say which stages there are and when, and which one is on."""

    def change() -> None:
        change_stages(
            session,
            manager,
            round_id,
            stages=read_stages(form),
            stage=read_stage(form),
            time_zone=form.time_zone,
            revision=form.revision,
        )

    return _change(
        request, session, manager, round_id, typed=_Typed(stages=form), change=change, part="stages"
    )


@router.post("/settings")
def save_settings(
    *,
    request: Request,
    session: SessionDep,
    manager: RoundManagerDep,
    round_id: str,
    form: Annotated[SettingsForm, Form()],
) -> Response:
    """Change what a plan depends on beside the candidates."""

    def change() -> None:
        change_settings(session, manager, round_id, read_setting_fields(form), revision=form.revision)

    return _change(
        request, session, manager, round_id, typed=_Typed(settings=form), change=change, part="weights"
    )


@router.post("/rules")
def save_rules(
    *,
    request: Request,
    session: SessionDep,
    manager: RoundManagerDep,
    round_id: str,
    form: Annotated[RulesForm, Form()],
) -> Response:
    """Add a side rule, take one back, or replace all of them."""

    def change() -> None:
        kept = read_round(session, manager, round_id).rules
        change_rules(session, manager, round_id, read_rules(form, kept), revision=form.revision)

    return _change(request, session, manager, round_id, typed=_Typed(rule=form), change=change, part="rules")


def _change(
    request: Request,
    session: Session,
    manager: Actor,
    round_id: str,
    *,
    typed: _Typed,
    change: Callable[[], None],
    part: str,
) -> Response:
    """Change a round; a form that is refused or too late comes back as typed."""
    try:
        with session.begin_nested():
            change()
    except (FieldError, StaleEditError) as error:
        return _page(request, session, manager, round_id, replace(typed, error=error))
    return RedirectResponse(f"/rounds/{round_id}/settings#{part}", 303)


def _page(request: Request, session: Session, manager: Actor, round_id: str, typed: _Typed) -> HTMLResponse:
    sheet = read_round(session, manager, round_id)
    choices = list_choices(session, manager)
    error = typed.error
    stale = error if isinstance(error, StaleEditError) else None
    page = SettingsPage(
        sheet,
        sheet.card.name if typed.name is None else typed.name,
        city_rows(choices, typed.programs, sheet),
        stages_view(typed.stages, sheet),
        TIME_ZONES,
        typed.settings or setting_fields(sheet),
        typed.rule,
        typed.rule.rules
        if error and typed.rule.act == "replace" and typed.rule.rules
        else rules_text(sheet.rules),
        _rule_choices(sheet, list_countries(session, manager)),
        STAGES,
        SEATS_FOR,
        SETTING_LABELS,
        (problem_of(error),) if isinstance(error, FieldError) else (),
        stale_words(stale) if stale else None,
        tuple(_clashes(sheet, choices, typed)) if stale else (),
    )
    address = f"/rounds/{round_id}/settings"
    return render(request, "rounds/settings.html", page, status_code=status_of(error), address=address)


def _rule_choices(sheet: RoundSheet, countries: Sequence[str]) -> RuleChoices:
    cards = [one.program for one in sheet.programs]
    cities = {card.city_id: card.city_names for card in cards}

    def group(attribute: str, kind: str, codes: Sequence[str]) -> RuleGroup:
        return RuleGroup(
            RULE_ATTRIBUTES[attribute], kind, tuple((f"{attribute}={code}", str(code)) for code in codes)
        )

    return RuleChoices(
        STARTUP_ATTRIBUTES,
        ("program", *PROGRAM_ATTRIBUTES),
        RULE_ATTRIBUTES,
        (
            group("sector", "sector", tuple(Sector)),
            group("country", "country", tuple(countries)),
            group("stage", "stage", tuple(Stage)),
            group("region", "region", tuple(Region)),
            group("language", "language", tuple(Language)),
        ),
        (group("city", "city", sorted(cities)), group("region", "region", tuple(Region))),
        cities,
    )


def _clashes(sheet: RoundSheet, choices: Sequence[ProgramChoice], typed: _Typed) -> list[Clash]:
    """Name what somebody else has saved where something else was typed."""
    found: list[Clash] = []
    if typed.name is not None:
        found.append(Clash(phrase("Name"), sheet.card.name, typed.name))
    if typed.programs is not None:
        names = {choice.program.id: choice.program.name_en for choice in choices}
        rows = [row for city in city_rows(choices, typed.programs, sheet) for row in city.rows if row.chosen]
        found.append(
            Clash(
                phrase("Programs"),
                _lines((names[one.program.id], one.seats, one.waitlist) for one in sheet.programs),
                _lines((names[row.program.id], row.seats, row.waitlist) for row in rows),
            )
        )
    if typed.stages is not None:
        now = [
            (
                one.stage.value,
                *(
                    local_time(moment, sheet.time_zone) if moment else "–"
                    for moment in (one.opens, one.closes)
                ),
            )
            for one in sheet.stages
        ]
        rows_typed = [
            (row.stage.value, row.opens or "–", row.closes or "–")
            for row in stages_view(typed.stages, sheet).rows
            if row.part
        ]
        found.append(Clash(phrase("Stages of the round"), _lines(now), _lines(rows_typed)))
    if typed.settings is not None:
        kept = setting_fields(sheet)
        found += [
            Clash(SETTING_LABELS[name], getattr(kept, name), getattr(typed.settings, name))
            for name in SETTING_LABELS
            if getattr(kept, name) != getattr(typed.settings, name)
        ]
    if typed.rule.rules:
        found.append(Clash(phrase("Side rules"), rules_text(sheet.rules), typed.rule.rules))
    return found


def _lines(rows: Any) -> str:
    return "\n".join(" · ".join(str(part) for part in row) for row in rows) or "–"
