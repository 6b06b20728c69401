"""JSON routes under /api/v1, one module per noun, and the two health addresses."""

from fastapi import APIRouter

from web.api import health, match, me, profiles, programs, reviews, startups

_v1 = APIRouter(prefix="/api/v1")
_v1.include_router(programs.router)
_v1.include_router(match.router)
_v1.include_router(me.router)
_v1.include_router(startups.router)
_v1.include_router(profiles.router)
_v1.include_router(reviews.router)

router = APIRouter()
router.include_router(_v1)
router.include_router(health.router)
