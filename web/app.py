"""The web application: settings in, a FastAPI application out."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from matcher.settings import Settings
from matcher.workflows.analysts import Analyst, EncoderPool
from matcher.workflows.audit_heads import anchor
from matcher.workflows.first_keys import ensure_key
from matcher.workflows.housekeeping import look_for_conflicts, tidy_letters, tidy_rows
from matcher.workflows.mail import open_mailer
from matcher.workflows.readiness import is_ready
from matcher.workflows.throttles import HOUR, MINUTE, SignInThrottles, Throttle
from matcher.workflows.tombstones import erase_again
from matcher.workflows.webhook_sender import WebhookSender
from models.base import now_utc
from models.database import open_engine
from web import api, middleware
from web.access import declared_routes
from web.assets import STATIC, CachedStaticFiles
from web.error_pages import show_error
from web.pages import (
    account,
    conflicts,
    consents,
    discussions,
    home,
    imports,
    invitations,
    login,
    manage_programs,
    notices,
    outcomes,
    people,
    privacy,
    profile,
    profile_plans,
    programs,
    questions,
    review,
    review_reports,
    round_figures,
    round_runs,
    round_settings,
    round_shortlist,
    rounds,
    startups,
    tokens,
    try_it,
    webhooks,
)
from web.problems import install_problem_handlers

HOUR_SECONDS = 3600.0
"""How often the head of the audit log is written down outside the database, and what is old deleted."""

INVITATIONS_PER_HOUR = 30
"""How many invitations one person may send, because each is a letter in the name of the site."""

_log = logging.getLogger(__name__)


def create_app(settings: Settings, analyst: Analyst | None = None) -> FastAPI:
    """Build the application.

    Args:
        settings: where the data lies and which encoder is used.
        analyst: turns texts into vectors; one worker process of our own where none is given.

    Returns:
        The application; the analyst is started and closed with it.

    Raises:
        LookupError: a route does not declare who may use it.
        FieldError: the setting for e-mail cannot be read.
    """
    app = FastAPI(title="Landfall", docs_url=None, redoc_url=None, lifespan=_lifespan)
    app.state.settings = settings
    app.state.engine = open_engine(settings.url)
    app.state.analyst = analyst or EncoderPool(settings)
    app.state.try_limiter = Throttle(settings.tries_per_minute, MINUTE)
    app.state.sign_in_throttles = SignInThrottles()
    app.state.invitation_throttle = Throttle(INVITATIONS_PER_HOUR, HOUR)
    app.state.mailer = open_mailer(settings)
    middleware.install(app, settings)
    install_problem_handlers(app, show_error)
    for module in (
        home,
        programs,
        try_it,
        conflicts,
        login,
        account,
        invitations,
        people,
        startups,
        profile,
        profile_plans,
        consents,
        privacy,
        tokens,
        manage_programs,
        imports,
        outcomes,
        round_settings,
        round_runs,
        round_shortlist,
        rounds,
        round_figures,
        webhooks,
        discussions,
        questions,
        notices,
        review_reports,
        # Last: its address of one candidate would take those beside it.
        review,
    ):
        app.include_router(module.router, include_in_schema=False)
    app.include_router(api.router)
    declared_routes(app)
    app.mount("/static", CachedStaticFiles(directory=STATIC), name="static")
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    analyst, settings, engine = app.state.analyst, app.state.settings, app.state.engine
    if is_ready(engine, settings.url):
        erase_again(settings, engine)
        ensure_key(settings, engine)
    _anchor(settings, engine)
    if isinstance(analyst, EncoderPool):
        analyst.start()
    hourly = asyncio.create_task(_work_hourly(settings, engine))
    sender = WebhookSender(settings, engine)
    sender.start()
    try:
        yield
    finally:
        await asyncio.to_thread(sender.close)
        hourly.cancel()
        with suppress(asyncio.CancelledError):
            await hourly
        if isinstance(analyst, EncoderPool):
            analyst.close()
        _anchor(settings, engine)
        engine.dispose()


async def _work_hourly(settings: Settings, engine: Engine) -> None:
    while True:
        await asyncio.sleep(HOUR_SECONDS)
        await asyncio.to_thread(_anchor, settings, engine)
        await asyncio.to_thread(_tidy, settings, engine)


def _tidy(settings: Settings, engine: Engine) -> None:
    """Delete what is old; what cannot be deleted now is tried again in an hour."""
    now = now_utc()
    try:
        tidy_letters(settings, now)
        if is_ready(engine, settings.url):
            tidy_rows(engine, now)
            look_for_conflicts(engine, now)
    except (OSError, SQLAlchemyError) as error:
        _log.error("what is old could not be deleted: %s", type(error).__name__)


def _anchor(settings: Settings, engine: Engine) -> None:
    """Write down the audit log's head; a full disk or a broken database is no reason to stop serving."""
    try:
        anchor(settings, engine)
    except (OSError, SQLAlchemyError) as error:
        _log.error("the head of the audit log could not be kept: %s", type(error).__name__)
