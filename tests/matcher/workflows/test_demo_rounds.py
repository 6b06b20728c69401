"""The example round: planned at once from the shipped seed, added once, left alone afterwards."""

from sqlalchemy import Engine
from sqlmodel import col, func, select

from matcher.workflows.demo_rounds import EXAMPLE_ROUND, add_example_round
from matcher.workflows.round_inputs import last_run
from matcher.workflows.rounds import change_programs, read_round
from models.access import OPERATOR
from models.database import read_session, write_session
from models.round import RoundState
from models.tables import Account, Review


def test_a_seed_without_its_programs_gets_no_example(tiny: Engine) -> None:
    with write_session(tiny) as session:
        assert not add_example_round(session)


def test_the_example_is_added_once_and_left_alone(engine: Engine) -> None:
    with write_session(engine) as session:
        assert add_example_round(session)
    with read_session(engine) as session:
        sheet = read_round(session, OPERATOR, EXAMPLE_ROUND)
        reviews = session.exec(select(func.count()).select_from(Review)).one()
        open_accounts = session.exec(select(Account.email).where(col(Account.disabled_at).is_(None))).all()
    assert sheet.card.state is RoundState.OPEN
    assert "Example" in sheet.card.name
    assert all(place.candidates > place.seats for place in sheet.programs)
    assert len(sheet.programs) == 4
    assert open_accounts == []

    with write_session(engine) as session:
        change_programs(
            session, OPERATOR, EXAMPLE_ROUND, [("pilot-malaga-forum", 1, 0)], revision=sheet.revision
        )
        assert not add_example_round(session)
    with read_session(engine) as session:
        assert len(read_round(session, OPERATOR, EXAMPLE_ROUND).programs) == 1
        assert session.exec(select(func.count()).select_from(Review)).one() == reviews
        assert last_run(session, EXAMPLE_ROUND) is None
