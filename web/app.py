"""The web application: settings in, a FastAPI application out."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from matcher.settings import Settings
from matcher.workflows.analysts import Analyst, EncoderPool
from matcher.workflows.throttles import MINUTE, SignInThrottles, Throttle
from models.database import open_engine
from web import api, middleware
from web.access import declared_routes
from web.assets import STATIC, CachedStaticFiles
from web.error_pages import show_error
from web.pages import home, programs, review, try_it
from web.problems import install_problem_handlers


def create_app(settings: Settings, analyst: Analyst | None = None) -> FastAPI:
    """Build the application.

    Args:
        settings: where the data lies and which encoder is used.
        analyst: turns texts into vectors; one worker process of our own where none is given.

    Returns:
        The application; the analyst is started and closed with it.

    Raises:
        LookupError: a route does not declare who may use it.
    """
    app = FastAPI(title="Landfall", docs_url=None, redoc_url=None, lifespan=_lifespan)
    app.state.settings = settings
    app.state.engine = open_engine(settings.url)
    app.state.analyst = analyst or EncoderPool(settings)
    app.state.try_limiter = Throttle(settings.tries_per_minute, MINUTE)
    app.state.sign_in_throttles = SignInThrottles()
    middleware.install(app, settings)
    install_problem_handlers(app, show_error)
    for module in (home, programs, try_it, review):
        app.include_router(module.router, include_in_schema=False)
    app.include_router(api.router)
    declared_routes(app)
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
