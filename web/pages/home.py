"""The home page and the page about method, privacy and limits."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import func
from sqlmodel import col, select

from models.tables import City, Program
from web.access import VISITOR
from web.dependencies import ReadSessionDep
from web.rendering import render

router = APIRouter(dependencies=[VISITOR])

CHART_WIDTH, CHART_HEIGHT = 1000, 330
WEST, EAST = 105.0, 385.0
NORTH, SOUTH = 61.0, 29.0
LABEL_PARALLEL = 42.0
RIGHT_EDGE = 900
"""The chart runs east from Korea over the Pacific and the Atlantic, so its meridians pass 360."""


@dataclass(frozen=True, slots=True)
class Port:
    """A member city on the chart, in the chart's own units, and the route that leads there."""

    id: str
    names: tuple[tuple[str, str], ...]
    country: str
    programs: int
    latitude: float | None
    longitude: float | None
    x: int
    y: int
    route: str
    label_shift: str
    anchor: str


@dataclass(frozen=True, slots=True)
class HomePage:
    """Everything `home.html` may use."""

    ports: tuple[Port, ...]
    programs: int


@dataclass(frozen=True, slots=True)
class AboutPage:
    """Everything `about.html` may use."""

    programs: int


@router.get("/")
def show_home(request: Request, session: ReadSessionDep) -> HTMLResponse:
    """Say what this is, for whom, and how it works."""
    rows = session.exec(
        select(City, func.count(col(Program.id)))
        .outerjoin(Program, col(Program.city_id) == col(City.id))
        .group_by(col(City.id))
    ).all()
    members = sorted(
        (row for row in rows if row[0].alliance_member),
        key=lambda row: _chart_longitude(row[0].longitude or 0.0),
    )
    home = next((city for city, _ in members if city.country == "KR"), None)
    ports = tuple(_port(city, count, home) for city, count in members)
    return render(request, "home.html", HomePage(ports, sum(count for _, count in rows)))


@router.get("/about")
def show_about(request: Request, session: ReadSessionDep) -> HTMLResponse:
    """Say how matching works, what happens to a text, what was measured and what is not known."""
    count = session.exec(select(func.count()).select_from(Program)).one()
    return render(request, "about.html", AboutPage(count))


def _port(city: City, programs: int, home: City | None) -> Port:
    x, y = _chart_place(city)
    route = ""
    if home is not None and home.id != city.id:
        start_x, start_y = _chart_place(home)
        bend = min(start_y, y) - 30 - (x - start_x) // 8
        route = f"M{start_x} {start_y} Q{(start_x + x) // 2} {bend} {x} {y}"
    # Labels stand above northern and below southern ports, so that neighbours do not write over each other.
    above = (city.latitude or 0.0) > LABEL_PARALLEL
    return Port(
        city.id,
        tuple(city.names.items()),
        city.country,
        programs,
        city.latitude,
        city.longitude,
        x,
        y,
        route,
        "-0.75em" if above else "1.45em",
        "end" if x > RIGHT_EDGE else "middle",
    )


def _chart_longitude(longitude: float) -> float:
    return longitude if longitude >= WEST else longitude + 360.0


def _chart_place(city: City) -> tuple[int, int]:
    longitude, latitude = _chart_longitude(city.longitude or 0.0), city.latitude or 0.0
    return (
        round((longitude - WEST) / (EAST - WEST) * CHART_WIDTH),
        round((NORTH - latitude) / (NORTH - SOUTH) * CHART_HEIGHT),
    )
