"""One account per role for the demonstration on one's own machine, and a round; new passwords each time."""

from dataclasses import dataclass

from sqlalchemy import Engine
from sqlmodel import col, select

from matcher.errors import FieldError
from matcher.settings import Settings
from matcher.workflows.demo_rounds import add_example_round
from matcher.workflows.first_keys import ensure_key
from matcher.workflows.fixture_accounts import Told, tell_account
from models.access import Role
from models.account import Office
from models.database import write_session
from models.tables import Agency, Startup

AGENCY = "wirtschaftsfoerderung-dortmund"
DOMAIN = "demo.landfall.example"
FOUNDERS = "startup.landfall.example"
"""Another domain than the reviewers', which would be a conflict of interest."""


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """A role and the account that has it."""

    role: Role
    told: Told


def make_demo_accounts(engine: Engine, settings: Settings) -> tuple[DemoAccount, ...]:
    """Make an account for each role, or give those there are new passwords; add the example round once.

    Args:
        engine: a seeded database.
        settings: where the server key lies.

    Raises:
        FieldError: the database holds no invented startup or not the agency they belong to.
        ServerKeyError: the key is gone although accounts depend on it.
    """
    key = ensure_key(settings, engine)
    with write_session(engine) as session:
        startup = session.exec(
            select(Startup.id).where(col(Startup.invented)).order_by(col(Startup.id))
        ).first()
        if startup is None or session.get(Agency, AGENCY) is None:
            raise FieldError("fixture", "the demonstration needs the seed first: run landfall seed")

        add_example_round(session)

        def tell(role: Role, **memberships: object) -> DemoAccount:
            login = f"{role.value}@{FOUNDERS if role is Role.FOUNDER else DOMAIN}"
            return DemoAccount(
                role,
                tell_account(session, key, login, f"Demo {role.value}", **memberships),  # type: ignore[arg-type]  # named below
            )

        return (
            tell(Role.FOUNDER, startups=[startup]),
            tell(Role.REVIEWER, reviews_for=[AGENCY]),
            tell(Role.LEAD, leads=[AGENCY]),
            tell(Role.MANAGER, office=Office.MANAGER),
            tell(Role.ADMIN, office=Office.ADMIN),
        )
