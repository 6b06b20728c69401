"""JSON routes under /api/v1, one module per noun, and the two health addresses."""

from fastapi import APIRouter

from web.api import health, match, me, profiles, programs, reviews, round_files, round_runs, rounds, startups

_v1 = APIRouter(prefix="/api/v1")
_v1.include_router(programs.router)
_v1.include_router(match.router)
_v1.include_router(me.router)
_v1.include_router(startups.router)
_v1.include_router(profiles.router)
_v1.include_router(reviews.router)
_v1.include_router(rounds.router)
_v1.include_router(round_runs.router)
_v1.include_router(round_files.router)

router = APIRouter()
router.include_router(_v1)
router.include_router(health.router)
