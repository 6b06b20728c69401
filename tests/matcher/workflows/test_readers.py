"""Founders are told which agency saw their profile and when, never who."""

import pytest
from sqlalchemy import Engine

from matcher.errors import UnknownStartupError
from matcher.workflows.audits import Act, record
from matcher.workflows.readers import ReaderRole, who_has_seen
from models.access import OPERATOR, Actor
from models.database import write_session
from tests.matcher.workflows.founded import ABROAD, AT_HOME, FOUNDER, add_startup

BOSS = Actor("m" * 32, manager=True)


def test_a_founder_sees_agencies_roles_and_acts_newest_first(tiny: Engine) -> None:
    add_startup(tiny)
    with write_session(tiny) as session:
        record(session, AT_HOME, Act.PROFILE_READ, subject="real", about="alpha")
        record(session, ABROAD, Act.PROFILES_LISTED, details={"startups": ["one", "real"]})
        record(session, BOSS, Act.EXPORTED, subject="real", about="alpha", reason="jury")
        record(session, OPERATOR, Act.DATA_EXPORTED, subject="real")
        record(session, FOUNDER, Act.DATA_EXPORTED, subject="real")
        record(session, AT_HOME, Act.DECIDED, subject="real", about="alpha")
        record(session, AT_HOME, Act.PROFILE_READ, subject="one", about="alpha", details={"x": "real"})
        lines = who_has_seen(session, FOUNDER, "real")

    assert [(line.act, line.role, [one.agency_name_en for one in line.agencies]) for line in lines] == [
        (Act.DATA_EXPORTED, ReaderRole.OPERATOR, []),
        (Act.EXPORTED, ReaderRole.MANAGER, []),
        (Act.PROFILES_LISTED, ReaderRole.REVIEWER, ["Bureau"]),
        (Act.PROFILE_READ, ReaderRole.REVIEWER, ["Office"]),
    ]
    assert not any(actor.account_id in repr(lines) for actor in (AT_HOME, ABROAD, BOSS) if actor.account_id)


def test_nobody_else_is_told(tiny: Engine) -> None:
    add_startup(tiny)
    with write_session(tiny) as session, pytest.raises(UnknownStartupError):
        who_has_seen(session, BOSS, "real")
