"""The startups somebody founded: nobody else acts for them, save the operator of the machine."""

from sqlmodel import Session

from matcher.errors import UnknownStartupError
from models.access import Action, Actor, On, authorize
from models.tables import Startup


def own_startup(session: Session, actor: Actor, startup_id: str) -> Startup:
    """Give a startup to one of its founders.

    Raises:
        UnknownStartupError: there is none with this id, or the actor is no founder of it.
    """
    allowed = authorize(actor, Action.READ_OWN_STARTUP, On(startup_id=startup_id))
    startup = session.get(Startup, startup_id) if allowed and startup_id.isprintable() else None
    if startup is None:
        raise UnknownStartupError(startup_id)
    return startup
