"""What a route declares about who may use it; a route that declares nothing does not start.

Every route depends on one of these: `OPEN` and `VISITOR` let everybody in, `Allow` asks `models.access`.
"""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, FastAPI, Request, Security
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlmodel import Session

from matcher.errors import AccessDeniedError, NotSignedInError, SecondFactorNeededError
from matcher.workflows.api_tokens import use_is_due, write_use
from matcher.workflows.notices import count_unread
from matcher.workflows.sign_ins import actor_of_cookie, actor_of_token, due_for_touch, touch
from models.access import ANONYMOUS, Action, Actor, authorize
from models.database import write_session
from web.cookies import session_token
from web.dependencies import SAFE_METHODS, ReadSessionDep, SessionDep

PUBLIC = "public"
_FRAMEWORK = frozenset({"/openapi.json", "/static"})
"""Routes the framework answers; they hold nothing private."""


BearerDep = Annotated[
    HTTPAuthorizationCredentials | None,
    Security(HTTPBearer(auto_error=False, description="An API token, made on the page of one's account.")),
]
"""Says in the OpenAPI document that a token is needed; who it belongs to is found out below."""


@dataclass(frozen=True, slots=True)
class DeclaredRoute:
    """A route as `landfall routes` prints it."""

    method: str
    path: str
    access: str


class Open:
    """Anybody may use the route, and it does not matter who."""

    access = PUBLIC

    def __call__(self) -> None:
        """Let everybody in."""


class Visitor:
    """Anybody may use the route; the page greets whoever is signed in."""

    access = PUBLIC

    def __call__(self, request: Request, session: ReadSessionDep) -> Actor:
        """Find out who asks."""
        return _find_actor(request, session)


class Allow:
    """Only those who may do this action to something may use the route; the workflow checks to what."""

    def __init__(self, action: Action) -> None:
        """Take the action."""
        self.action = action
        self.access = action.value

    def __call__(self, request: Request, session: SessionDep, _: BearerDep) -> Actor:
        """Find out who asks, in the request's own transaction.

        Raises:
            NotSignedInError: nobody in particular.
            SecondFactorNeededError: somebody who has not given the second factor.
            AccessDeniedError: somebody who may not.
        """
        actor = _find_actor(request, session)
        if authorize(actor, self.action):
            return actor
        if not actor.signed_in:
            raise NotSignedInError
        if actor.waits_for_code:
            raise SecondFactorNeededError
        raise AccessDeniedError(f"{self.action.value}: not allowed")


class AllowUnlocked(Allow):
    """As `Allow`, over one view of the database: for slow work that writes no row, files at most.

    The write unit of an unsafe method would keep everybody else from writing while it goes on.
    """

    def __call__(self, request: Request, session: ReadSessionDep, bearer: BearerDep) -> Actor:
        """Find out who asks; raises as `Allow` does."""
        return super().__call__(request, session, bearer)


class SignedIn:
    """Anybody who is signed in, also by a token, may use the route."""

    access = "signed-in"

    def __call__(self, request: Request, session: SessionDep, _: BearerDep) -> Actor:
        """Find out who asks.

        Raises:
            NotSignedInError: nobody in particular.
            SecondFactorNeededError: somebody who has not given the second factor.
        """
        actor = _find_actor(request, session)
        if not actor.signed_in:
            raise NotSignedInError
        if actor.waits_for_code:
            raise SecondFactorNeededError
        return actor


OPEN = Depends(Open())
VISITOR = Depends(Visitor())

VisitorDep = Annotated[Actor, VISITOR]
SignedInDep = Annotated[Actor, Depends(SignedIn())]
GiveCodeDep = Annotated[Actor, Depends(Allow(Action.GIVE_CODE))]
OwnAccountDep = Annotated[Actor, Depends(Allow(Action.OWN_ACCOUNT))]
ReviewerDep = Annotated[Actor, Depends(Allow(Action.REVIEW))]
ExporterDep = Annotated[Actor, Depends(Allow(Action.EXPORT))]
StartupReaderDep = Annotated[Actor, Depends(Allow(Action.READ_STARTUP))]
FounderDep = Annotated[Actor, Depends(Allow(Action.READ_OWN_STARTUP))]
OwnProfileDep = Annotated[Actor, Depends(Allow(Action.EDIT_OWN_STARTUP))]
StartupAdderDep = Annotated[Actor, Depends(Allow(Action.ADD_STARTUP))]
EditorDep = Annotated[Actor, Depends(Allow(Action.EDIT_PROGRAM))]
ApproverDep = Annotated[Actor, Depends(Allow(Action.APPROVE_PROGRAM))]
QuestionRelayerDep = Annotated[Actor, Depends(Allow(Action.RELAY_QUESTIONS))]
CloserDep = Annotated[Actor, Depends(Allow(Action.LEAD_REVIEW))]
InviterDep = Annotated[Actor, Depends(Allow(Action.INVITE))]
ImporterDep = Annotated[Actor, Depends(Allow(Action.IMPORT))]
UnlockedImporterDep = Annotated[Actor, Depends(AllowUnlocked(Action.IMPORT))]
ConflictRulerDep = Annotated[Actor, Depends(Allow(Action.RULE_CONFLICTS))]
OutcomePublisherDep = Annotated[Actor, Depends(Allow(Action.PUBLISH_OUTCOMES))]
RoundManagerDep = Annotated[Actor, Depends(Allow(Action.RUN_ROUNDS))]
UnlockedRoundManagerDep = Annotated[Actor, Depends(AllowUnlocked(Action.RUN_ROUNDS))]
WebhookManagerDep = Annotated[Actor, Depends(Allow(Action.MANAGE_WEBHOOKS))]
MemberManagerDep = Annotated[Actor, Depends(Allow(Action.MANAGE_MEMBERS))]
AccountManagerDep = Annotated[Actor, Depends(Allow(Action.MANAGE_ACCOUNTS))]
AuditReaderDep = Annotated[Actor, Depends(Allow(Action.READ_AUDIT))]


def signed_in_actor(request: Request) -> Actor:
    """Give who was found to ask; anonymous where the route did not look."""
    actor = getattr(request.state, "actor", ANONYMOUS)
    assert isinstance(actor, Actor)  # noqa: S101  nothing else is ever put there
    return actor


def unread_notices(request: Request) -> int:
    """Give how many notices whoever asks has not read; 0 where the route did not look."""
    return int(getattr(request.state, "unread", 0))


def declared_routes(app: FastAPI) -> tuple[DeclaredRoute, ...]:
    """List every route with what it declares.

    Raises:
        LookupError: a route declares nothing, or two things.
    """
    found = []
    for context in iter_route_contexts(app.router.routes):
        access = _declared(getattr(context, "dependant", None), str(context.path))
        found += [
            DeclaredRoute(method, str(context.path), access)
            for method in sorted(context.methods or ())
            if method != "HEAD"
        ]
    return tuple(sorted(found, key=lambda route: (route.path, route.method)))


def _declared(dependant: Dependant | None, path: str) -> str:
    if dependant is None and path in _FRAMEWORK:
        return PUBLIC
    named = set(_declarations(dependant)) if dependant else set()
    if len(named) != 1:
        raise LookupError(f"{path} declares {sorted(named) or 'no access'}")
    return named.pop()


def _declarations(dependant: Dependant) -> list[str]:
    own = [dependant.call.access] if isinstance(dependant.call, Open | Visitor | SignedIn | Allow) else []
    return own + [name for part in dependant.dependencies for name in _declarations(part)]


def _find_actor(request: Request, session: Session) -> Actor:
    address = request.client.host if request.client else ""
    bearer = _bearer(request)
    if bearer is not None:
        actor = actor_of_token(session, bearer, address)
        _note_use(request, session, actor, bearer)
    elif (token := session_token(request)) is not None:
        actor = actor_of_cookie(session, token, address)
        # Counted here, because a page may be drawn when its view of the database is closed already.
        request.state.unread = count_unread(session, actor)
        _touch(request, session, actor)
    else:
        actor = Actor(address=address)
    request.state.actor = actor
    return actor


def _bearer(request: Request) -> str | None:
    """Give the bearer token of an API request; pages are for people who signed in."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if not request.scope["path"].startswith("/api/") or kind.lower() != "bearer":
        return None
    return token.strip()


def _note_use(request: Request, session: Session, actor: Actor, token: str) -> None:
    """Write down that a good token was used, seldom enough not to make every answer wait for a write."""
    if not actor.signed_in or not use_is_due(session, token):
        return
    if session.get_bind().get_execution_options().get("landfall_write"):
        write_use(session, token)
    else:
        with write_session(request.app.state.engine) as writing:
            write_use(writing, token)


def _touch(request: Request, session: Session, actor: Actor) -> None:
    if not due_for_touch(session, actor):
        return
    if request.method in SAFE_METHODS:
        with write_session(request.app.state.engine) as writing:
            touch(writing, actor)
    elif session.get_bind().get_execution_options().get("landfall_write"):
        # The read session of `Visitor` would take the write lock in the middle of its view.
        touch(session, actor)
