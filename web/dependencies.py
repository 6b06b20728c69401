"""What a request needs: its session, the analyst and the day; who may ask stands in `web.access`."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Annotated, cast

from fastapi import Depends, Request
from sqlmodel import Session

from matcher.settings import Settings
from matcher.workflows.analysts import Analyst
from models.database import read_session, write_session

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def get_session(request: Request) -> Iterator[Session]:
    """Give the request one transaction: a write unit for methods that may write, else one view.

    A write unit commits on success and rolls back on any exception.
    """
    opening = read_session if request.method in SAFE_METHODS else write_session
    with opening(request.app.state.engine) as session:
        yield session


def get_read_session(request: Request) -> Iterator[Session]:
    """Give the request one view of the database, which it cannot change."""
    with read_session(request.app.state.engine) as session:
        yield session


def get_analyst(request: Request) -> Analyst:
    """Give the process-wide analyst that turns texts into vectors and terms."""
    return cast("Analyst", request.app.state.analyst)


def get_settings(request: Request) -> Settings:
    """Give the settings of the installation."""
    settings = request.app.state.settings
    assert isinstance(settings, Settings)  # noqa: S101  nothing else is ever put there
    return settings


def get_today() -> date:
    """Give the day company ages are counted to."""
    return datetime.now(tz=UTC).date()


# scope="function" commits before the response leaves; the default commits after it,
# so a failed commit would reach the user as a success.
SessionDep = Annotated[Session, Depends(get_session, scope="function")]
ReadSessionDep = Annotated[Session, Depends(get_read_session, scope="function")]
AnalystDep = Annotated[Analyst, Depends(get_analyst)]
TodayDep = Annotated[date, Depends(get_today)]
