"""The web application: settings in, a FastAPI application out."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic

from fastapi import FastAPI

from matcher.settings import Settings
from matcher.workflows.analysts import Analyst, EncoderPool
from models.database import open_engine
from web import api, middleware
from web.assets import STATIC, CachedStaticFiles
from web.error_pages import show_error
from web.limits import TryLimiter
from web.pages import home, programs, review, try_it
from web.problems import install_problem_handlers


def create_app(settings: Settings, analyst: Analyst | None = None, *, local_review: bool = False) -> FastAPI:
    """Build the application.

    Args:
        settings: where the data lies and which encoder is used.
        analyst: turns texts into vectors; one worker process of our own where none is given.
        local_review: serve the review without accounts; only for a site bound to this machine.

    Returns:
        The application; the analyst is started and closed with it.
    """
    app = FastAPI(title="Landfall", docs_url=None, redoc_url=None, lifespan=_lifespan)
    app.state.settings = settings
    app.state.engine = open_engine(settings.url)
    app.state.analyst = analyst or EncoderPool(settings)
    app.state.local_review = local_review
    app.state.try_limiter = TryLimiter(settings.tries_per_minute, monotonic)
    middleware.install(app, settings)
    install_problem_handlers(app, show_error)
    for module in (home, programs, try_it, review):
        app.include_router(module.router, include_in_schema=False)
    app.include_router(api.router)
    app.mount("/static", CachedStaticFiles(directory=STATIC), name="static")
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    analyst = app.state.analyst
    if isinstance(analyst, EncoderPool):
        analyst.start()
    try:
        yield
    finally:
        if isinstance(analyst, EncoderPool):
            analyst.close()
        app.state.engine.dispose()
