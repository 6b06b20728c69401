"""Who is asking: what a token or a session may do, for a program to find out before it tries."""

from fastapi import APIRouter

from web.access import SignedInDep
from web.api.schemas import Me, problems

router = APIRouter(prefix="/me", tags=["account"])


@router.get("", responses=problems(401, 403, 503))
def show_me(actor: SignedInDep) -> Me:
    """Give the roles of the account that asks, what it belongs to, and what its token may do."""
    return Me(
        name=actor.name,
        roles=sorted(actor.roles),
        startups=sorted(actor.startups),
        agencies=sorted(actor.agencies),
        scopes=None if actor.scopes is None else sorted(actor.scopes),
    )
