"""What a request needs: its session, the analyst, the day, and who is asking."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Annotated, cast

from fastapi import Depends, Request
from sqlmodel import Session
from starlette.exceptions import HTTPException

from matcher.workflows.analysts import Analyst
from models.access import LOCAL_REVIEWER, Actor
from models.database import read_session, write_session


def get_session(request: Request) -> Iterator[Session]:
    """Give the request one transaction: commit on success, roll back on any exception."""
    with write_session(request.app.state.engine) as session:
        yield session


def get_read_session(request: Request) -> Iterator[Session]:
    """Give the request one view of the database, which it cannot change."""
    with read_session(request.app.state.engine) as session:
        yield session


def get_analyst(request: Request) -> Analyst:
    """Give the process-wide analyst that turns texts into vectors and terms."""
    return cast("Analyst", request.app.state.analyst)


def get_today() -> date:
    """Give the day company ages are counted to."""
    return datetime.now(tz=UTC).date()


def get_reviewer(request: Request) -> Actor:
    """Give the local reviewer; elsewhere than on this machine the review does not exist.

    Raises:
        HTTPException: 404, the site is not in local mode.
    """
    if not request.app.state.local_review:
        raise HTTPException(404)
    return LOCAL_REVIEWER


# scope="function" commits before the response leaves; the default commits after it,
# so a failed commit would reach the user as a success.
SessionDep = Annotated[Session, Depends(get_session, scope="function")]
ReadSessionDep = Annotated[Session, Depends(get_read_session, scope="function")]
AnalystDep = Annotated[Analyst, Depends(get_analyst)]
TodayDep = Annotated[date, Depends(get_today)]
ReviewerDep = Annotated[Actor, Depends(get_reviewer)]
