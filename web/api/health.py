"""Whether the process is alive, and whether it can do its work."""

from fastapi import APIRouter, Request, Response

from matcher.workflows.readiness import check
from web.access import OPEN
from web.api.schemas import Alive, Check, ReadinessAnswer
from web.dependencies import AnalystDep

router = APIRouter(tags=["health"], dependencies=[OPEN])


@router.get("/healthz")
async def report_alive() -> Alive:
    """Say that the process answers; needs neither database nor encoder, nor a free thread."""
    return Alive()


@router.get("/readyz", responses={503: {"model": ReadinessAnswer, "description": "Not ready"}})
def report_ready(request: Request, response: Response, analyst: AnalystDep) -> ReadinessAnswer:
    """List what the service needs: a database at the newest migration and a warmed encoder."""
    state = request.app.state
    found = check(state.engine, state.settings)
    encoder = Check(
        name="encoder", ok=analyst.ready, detail="warmed" if analyst.ready else "the encoder is still loading"
    )
    ready = found.ready and encoder.ok
    if not ready:
        response.status_code = 503
    return ReadinessAnswer(ready=ready, checks=[*map(Check.model_validate, found.checks), encoder])
