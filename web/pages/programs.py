"""The program catalogue and a page per program."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse

from matcher.engine.conditions import Ask, Rule
from matcher.engine.phrases import Phrase, phrase
from matcher.engine.wording import describe
from matcher.workflows.program_contents import Window
from matcher.workflows.programs import (
    CityChoice,
    ProgramCard,
    ProgramFilter,
    ProgramPageData,
    list_cities,
    list_programs,
    read_program,
)
from models.vocabulary import Offer, Region, Sector, Stage
from web.access import VISITOR
from web.dependencies import ReadSessionDep
from web.rendering import render, request_language

router = APIRouter(prefix="/programs", dependencies=[VISITOR])


@dataclass(frozen=True, slots=True)
class ActiveFilter:
    """A filter in force, and the address without it; `kind` is empty where `code` is what was typed."""

    kind: str
    code: str
    names: tuple[tuple[str, str], ...]
    href: str


@dataclass(frozen=True, slots=True)
class CataloguePage:
    """Everything `programs/list.html` may use."""

    programs: tuple[ProgramCard, ...]
    wanted: ProgramFilter
    active: tuple[ActiveFilter, ...]
    cities: tuple[CityChoice, ...]
    offers: tuple[str, ...] = tuple(Offer)
    sectors: tuple[str, ...] = tuple(Sector)
    regions: tuple[str, ...] = tuple(Region)
    stages: tuple[str, ...] = tuple(Stage)


@dataclass(frozen=True, slots=True)
class ConditionLine:
    """A condition in plain words beside the phrase it was read from."""

    condition: Phrase
    source: str
    verified: bool
    asks_person: bool


@dataclass(frozen=True, slots=True)
class WindowLine:
    """When applications are taken, in words."""

    words: Phrase
    note: str


@dataclass(frozen=True, slots=True)
class ProgramPage:
    """Everything `programs/detail.html` may use."""

    program: ProgramPageData
    card: ProgramCard
    conditions: tuple[ConditionLine, ...]
    topics: Mapping[str, Phrase]
    shown_text: str
    shown_language: str
    windows: tuple[WindowLine, ...]


def read_filter(
    *,
    city: Annotated[str, Query(max_length=60)] = "",
    offer: Annotated[str, Query(max_length=60)] = "",
    sector: Annotated[str, Query(max_length=60)] = "",
    region: Annotated[str, Query(max_length=60)] = "",
    stage: Annotated[str, Query(max_length=60)] = "",
    q: Annotated[str, Query(max_length=200)] = "",
) -> ProgramFilter:
    """Read the filters from the address; an empty one is none."""
    return ProgramFilter(
        city=city or None,
        offer=offer or None,
        sector=sector or None,
        region=region or None,
        stage=stage or None,
        q=q.strip() or None,
    )


@router.get("")
def show_catalogue(
    request: Request, session: ReadSessionDep, wanted: Annotated[ProgramFilter, Depends(read_filter)]
) -> HTMLResponse:
    """List the programs that match the filters of the address."""
    cities = list_cities(session)
    page = CataloguePage(list_programs(session, wanted), wanted, _active(wanted, cities), cities)
    return render(request, "programs/list.html", page)


@router.get("/{program_id}")
def show_program(request: Request, session: ReadSessionDep, program_id: str) -> HTMLResponse:
    """Show one program with its sources and its conditions."""
    program = read_program(session, program_id)
    reader = request_language(request).value
    texts = dict(program.texts)
    shown = reader if reader in texts else program.text_language.value
    page = ProgramPage(
        program,
        program.card,
        tuple(_condition_line(rule) for rule in program.rules),
        TOPICS,
        texts[shown],
        shown,
        tuple(WindowLine(window_words(window), window.note) for window in program.windows),
    )
    return render(request, "programs/detail.html", page)


def window_words(window: Window) -> Phrase:
    """Say when applications are taken."""
    until = f"{window.closes} {window.closes_at} {window.zone_name}" if window.closes_at else window.closes
    if window.opens and window.closes:
        return phrase("from %(opens)s to %(closes)s", opens=window.opens, closes=until)
    if window.closes:
        return phrase("until %(closes)s", closes=until)
    if window.opens:
        return phrase("from %(opens)s", opens=window.opens)
    return phrase("at any time") if window.rolling else phrase("days not fixed")


def _active(wanted: ProgramFilter, cities: tuple[CityChoice, ...]) -> tuple[ActiveFilter, ...]:
    chosen = {key: value for key, value in asdict(wanted).items() if value}
    city_names = {city.id: city.names for city in cities}
    return tuple(
        ActiveFilter(
            "" if key in {"q", "city"} else key,
            value,
            city_names.get(value, ()) if key == "city" else (),
            _address({other: text for other, text in chosen.items() if other != key}),
        )
        for key, value in chosen.items()
    )


def _address(chosen: Mapping[str, str]) -> str:
    return f"/programs?{urlencode(chosen)}" if chosen else "/programs"


def _condition_line(rule: Rule) -> ConditionLine:
    return ConditionLine(describe(rule.condition), rule.quote, rule.verified, isinstance(rule.condition, Ask))


TOPICS: Mapping[str, Phrase] = {
    "funding": phrase("Funding"),
    "window": phrase("Application window"),
    "seats": phrase("Seats"),
    "selection": phrase("Selection"),
    "duration": phrase("Duration"),
    "cost": phrase("Cost and equity"),
    "legal": phrase("Legal basis"),
    "status": phrase("Status"),
}
"""What a detail is about; a topic that is not listed is shown as the source names it."""
