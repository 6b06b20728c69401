"""Every page and API answer that shows a profile passes here: it is written down and counted."""

from collections.abc import Iterable

from fastapi import Request

from matcher.workflows.reading_budgets import account_for_reading
from models.access import Actor


def count_reading(request: Request, actor: Actor, startup_ids: Iterable[str], about: str = "") -> None:
    """Count what a GET route is about to show against the hourly budget of its reader.

    Args:
        request: gives the database and the limit in force.
        actor: who reads.
        startup_ids: the startups whose facts and texts are shown.
        about: id of the program whose candidates they are, where there is one.

    Raises:
        TooManyAttemptsError: the reader has opened as many different startups as an hour allows.
    """
    state = request.app.state
    account_for_reading(state.engine, actor, startup_ids, about, limit=state.settings.profiles_per_hour)
