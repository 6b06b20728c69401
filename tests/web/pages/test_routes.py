"""The site has these routes and no others: a new one is declared here on purpose."""

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount

ROUTES = {
    ("GET", "/"),
    ("GET", "/about"),
    ("GET", "/api/v1/programs"),
    ("GET", "/api/v1/programs/{program_id}"),
    ("GET", "/healthz"),
    ("GET", "/openapi.json"),
    ("GET", "/programs"),
    ("GET", "/programs/{program_id}"),
    ("GET", "/readyz"),
    ("GET", "/review"),
    ("GET", "/review/{program_id}"),
    ("GET", "/review/{program_id}/shortlist.{file_format}"),
    ("GET", "/try"),
    ("POST", "/api/v1/match"),
    ("POST", "/review/{program_id}/undo"),
    ("POST", "/review/{program_id}/{startup_id}/decision"),
    ("POST", "/review/{program_id}/{startup_id}/move"),
    ("POST", "/review/{program_id}/{startup_id}/pin"),
    ("POST", "/try"),
}


def test_every_route_is_declared_here(app: FastAPI) -> None:
    served = {
        (method, route.path)
        for route in iter_route_contexts(app.router.routes)
        for method in (route.methods or ())
        if method != "HEAD"
    }

    assert served == ROUTES


def test_the_only_mount_is_the_static_files(app: FastAPI) -> None:
    assert [route.path for route in app.router.routes if isinstance(route, Mount)] == ["/static"]
