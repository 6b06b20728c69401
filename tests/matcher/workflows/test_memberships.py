"""Memberships: who takes them away, changes and adds them, and that nothing is left of them."""

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from matcher.errors import AccessDeniedError, FieldError, SecondFactorNeededError, UnknownThingError
from matcher.workflows.accounts import OwnSeatError
from matcher.workflows.memberships import (
    AlreadyMemberError,
    Seat,
    add,
    leave_startup,
    memberships_of,
    remove,
    set_lead,
)
from matcher.workflows.people import (
    PeopleFilter,
    knowable_roles,
    list_people,
    read_person,
    seatable_agencies,
)
from matcher.workflows.sign_ins import actor_of_account
from models.access import OPERATOR, Actor, Role, startups_for
from models.database import write_session
from models.tables import Agency, AgencyMember, AuditEntry, StartupMember
from tests.web.signing_in import add_account

OFFICE = Seat(Role.REVIEWER, agency_id="office")
ONE = Seat(Role.FOUNDER, startup_id="one")


class People:
    """The accounts of these tests, by name."""

    def __init__(self, session: Session) -> None:
        """Add one account of each kind."""
        self.session = session
        session.add(
            Agency(id="bureau", name="Büro", name_en="Bureau", city_id="town", role="", source_urls=[])
        )
        session.flush()
        self.accounts = {
            "founder": add_account(session, "founder@x.example", startups=["one"]),
            "reviewer": add_account(session, "reviewer@x.example", reviews_for=["office"], startups=["two"]),
            "lead": add_account(session, "lead@x.example", leads=["office"]),
            "lead2": add_account(session, "lead2@x.example", leads=["office"]),
            "stranger": add_account(session, "stranger@x.example", reviews_for=["bureau"]),
            "manager": add_account(session, "manager@x.example", office="manager"),
            "admin": add_account(session, "admin@x.example", office="admin"),
        }

    def id(self, name: str) -> str:
        """Give an account's id."""
        return self.accounts[name].id

    def actor(self, name: str) -> Actor:
        """Give somebody's rights as they are now."""
        return actor_of_account(self.session, self.accounts[name])


def acts(session: Session) -> list[tuple[str, dict[str, str]]]:
    """Give the acts written down, with their details."""
    return [(row.act, row.details) for row in session.exec(select(AuditEntry).order_by(col(AuditEntry.id)))]


def test_a_lead_removes_the_reviewers_of_the_own_agency_only(tiny: Engine) -> None:
    with write_session(tiny) as session:
        people = People(session)
        lead = people.actor("lead")

        remove(session, lead, people.id("reviewer"), OFFICE)
        with pytest.raises(AccessDeniedError):
            remove(session, lead, people.id("lead2"), OFFICE)
        with pytest.raises(UnknownThingError, match="account"):
            remove(session, lead, people.id("stranger"), Seat(Role.REVIEWER, agency_id="bureau"))
        with pytest.raises(UnknownThingError, match="account"):
            remove(session, lead, people.id("founder"), ONE)

        assert session.get(AgencyMember, (people.id("reviewer"), "office")) is None
        assert acts(session) == [("member-removed", {"role": "reviewer", "agency": "office"})]


def test_a_lead_sees_nothing_else_a_colleague_does(tiny: Engine) -> None:
    with write_session(tiny) as session:
        people = People(session)
        lead = people.actor("lead")
        session.add(AgencyMember(account_id=people.id("reviewer"), agency_id="bureau"))
        session.flush()

        seats = memberships_of(session, lead, [people.id("reviewer")])[people.id("reviewer")]
        with pytest.raises(UnknownThingError, match="membership"):
            remove(session, lead, people.id("reviewer"), Seat(Role.FOUNDER, startup_id="two"))
        with pytest.raises(UnknownThingError, match="membership"):
            remove(session, lead, people.id("reviewer"), Seat(Role.REVIEWER, agency_id="bureau"))
        founders, _ = list_people(session, lead, PeopleFilter(role=Role.FOUNDER), page=1, size=50)
        of_two, _ = list_people(session, lead, PeopleFilter(startup_id="two"), page=1, size=50)

    assert [(seat.role, seat.agency_id) for seat in seats] == [(Role.REVIEWER, "office")]
    assert (founders, of_two) == ((), ())


@pytest.mark.parametrize("who", ["manager", "admin"])
def test_managers_and_admins_remove_anybody_even_the_last(tiny: Engine, who: str) -> None:
    with write_session(tiny) as session:
        people = People(session)
        actor = people.actor(who)

        remove(session, actor, people.id("founder"), ONE)
        remove(session, actor, people.id("lead"), OFFICE)
        remove(session, actor, people.id("lead2"), OFFICE)

        assert session.exec(select(StartupMember).where(StartupMember.startup_id == "one")).all() == []
        assert [details["role"] for _, details in acts(session)] == ["founder", "lead", "lead"]


def test_what_was_taken_away_is_gone_with_the_next_request(tiny: Engine) -> None:
    with write_session(tiny) as session:
        people = People(session)
        before = len(session.exec(startups_for(people.actor("lead"))).all())
        remove(session, OPERATOR, people.id("lead"), OFFICE)
        after = len(session.exec(startups_for(people.actor("lead"))).all())

        assert (before, after, people.actor("lead").roles) == (2, 0, frozenset())
        assert people.accounts["lead"].revision == 1


@pytest.mark.parametrize(("who", "may"), [("manager", True), ("admin", True), ("lead", False)])
def test_only_managers_and_admins_make_leads(tiny: Engine, who: str, *, may: bool) -> None:
    with write_session(tiny) as session:
        people = People(session)
        actor, reviewer = people.actor(who), people.id("reviewer")
        if not may:
            with pytest.raises(AccessDeniedError):
                set_lead(session, actor, reviewer, "office", lead=True)
            with pytest.raises(AccessDeniedError):
                set_lead(session, actor, people.id("lead2"), "office", lead=False)
            return
        set_lead(session, actor, reviewer, "office", lead=True)
        set_lead(session, actor, reviewer, "office", lead=True)
        leads = people.actor("reviewer").leads
        set_lead(session, actor, reviewer, "office", lead=False)

        assert [*leads, *people.actor("reviewer").leads] == ["office"]
        assert [(act, d["from"], d["to"]) for act, d in acts(session)] == [
            ("member-changed", "reviewer", "lead"),
            ("member-changed", "lead", "reviewer"),
        ]


def test_a_membership_that_is_not_there_is_not_found(tiny: Engine) -> None:
    with write_session(tiny) as session:
        people = People(session)
        for seat in (ONE, Seat(Role.LEAD, agency_id="bureau"), Seat(Role.LEAD, agency_id="\ud800")):
            with pytest.raises(UnknownThingError):
                remove(session, OPERATOR, people.id("lead"), seat)
        with pytest.raises(UnknownThingError):
            remove(session, OPERATOR, people.id("lead"), Seat(Role.REVIEWER))
        for account_id in ("nobody", "\ud800"):
            with pytest.raises(UnknownThingError):
                set_lead(session, OPERATOR, account_id, "office", lead=True)
        assert acts(session) == []


@pytest.mark.parametrize("who", ["manager", "admin"])
def test_managers_and_admins_add_memberships(tiny: Engine, who: str) -> None:
    with write_session(tiny) as session:
        people = People(session)
        actor, stranger = people.actor(who), people.id("stranger")
        add(session, actor, stranger, ONE)
        add(session, actor, stranger, OFFICE)
        add(session, actor, stranger, Seat(Role.LEAD, agency_id="bureau"))
        with pytest.raises(AlreadyMemberError):
            add(session, actor, stranger, Seat(Role.REVIEWER, agency_id="bureau"))
        with pytest.raises(FieldError, match="startup_id"):
            add(session, actor, stranger, Seat(Role.FOUNDER, startup_id="none"))
        with pytest.raises(AccessDeniedError):
            add(session, actor, stranger, Seat(Role.MANAGER))
        now = people.actor("stranger")

        assert [sorted(held) for held in (now.startups, now.agencies, now.leads)] == [
            ["one"],
            ["bureau", "office"],
            ["bureau"],
        ]
        assert [act for act, _ in acts(session) if act != "conflict-found"] == ["member-added"] * 3


def test_a_lead_adds_nobody_without_an_invitation(tiny: Engine) -> None:
    with write_session(tiny) as session:
        people = People(session)
        with pytest.raises(AccessDeniedError):
            add(session, people.actor("lead"), people.id("reviewer"), OFFICE)


def test_a_founder_leaves_but_not_as_the_last(tiny: Engine) -> None:
    with write_session(tiny) as session:
        people = People(session)
        with pytest.raises(FieldError, match="without a founder"):
            leave_startup(session, people.actor("founder"), "one")
        add(session, OPERATOR, people.id("stranger"), ONE)
        for startup_id in ("two", "none", "\ud800"):
            with pytest.raises(UnknownThingError):
                leave_startup(session, people.actor("founder"), startup_id)
        with pytest.raises(SecondFactorNeededError):
            leave_startup(session, Actor(people.id("founder"), waits_for_code=True), "one")
        with pytest.raises(UnknownThingError):
            leave_startup(session, Actor(people.id("founder"), scopes=frozenset()), "one")
        leave_startup(session, people.actor("founder"), "one")

        assert people.actor("founder").startups == frozenset()
        assert acts(session)[-1] == ("member-removed", {"role": "founder"})


def names(session: Session, actor: Actor, **narrow: object) -> list[str]:
    """Give the names a filtered list shows."""
    found, _ = list_people(session, actor, PeopleFilter(**narrow), page=1, size=50)  # type: ignore[arg-type]
    return [person.name.lower() for person in found]


def test_each_reader_lists_those_who_are_looked_after(tiny: Engine) -> None:
    with write_session(tiny) as session:
        people = People(session)
        seen = {who: names(session, people.actor(who)) for who in people.accounts}

    assert seen["admin"] == sorted(people.accounts)
    assert seen["manager"] == ["founder", "lead", "lead2", "manager", "reviewer", "stranger"]
    assert seen["lead"] == ["lead", "lead2", "reviewer"]
    assert (seen["founder"], seen["reviewer"], seen["stranger"]) == ([], [], [])


def test_the_list_is_narrowed_by_every_filter(tiny: Engine) -> None:
    with write_session(tiny) as session:
        admin = People(session).actor("admin")

        assert names(session, admin, role=Role.FOUNDER) == ["founder", "reviewer"]
        assert names(session, admin, role=Role.REVIEWER) == ["reviewer", "stranger"]
        assert names(session, admin, role=Role.LEAD, words="LEAD2@") == ["lead2"]
        assert names(session, admin, role=Role.MANAGER) == ["manager"]
        assert names(session, admin, agency_id="bureau") == ["stranger"]
        assert names(session, admin, startup_id="one") == ["founder"]
        assert names(session, admin, words="%") == []
        assert names(session, admin, words="\x00") == []


def test_the_list_comes_in_pages(tiny: Engine) -> None:
    with write_session(tiny) as session:
        admin = People(session).actor("admin")
        pages = [list_people(session, admin, PeopleFilter(), page=page, size=3) for page in (1, 2, 3, 4)]

    assert [(len(found), more) for found, more in pages] == [(3, True), (3, True), (1, False), (0, False)]


def test_a_person_shows_state_and_what_may_be_done(tiny: Engine) -> None:
    with write_session(tiny) as session:
        people = People(session)
        seen = {
            who: read_person(session, people.actor(who), people.id("reviewer")).memberships
            for who in ("lead", "manager", "admin")
        }
        with pytest.raises(UnknownThingError):
            read_person(session, people.actor("lead"), people.id("founder"))
        with pytest.raises(UnknownThingError):
            read_person(session, people.actor("manager"), people.id("admin"))

    assert {
        who: [(seat.role.value, seat.may_remove, seat.may_change) for seat in seats]
        for who, seats in seen.items()
    } == {
        "lead": [("reviewer", True, False)],
        "manager": [("founder", True, False), ("reviewer", True, True)],
        "admin": [("founder", True, False), ("reviewer", True, True)],
    }


def test_choices_end_where_rights_end(tiny: Engine) -> None:
    with write_session(tiny) as session:
        people = People(session)
        agencies = {
            who: [one.id for one in seatable_agencies(session, people.actor(who))]
            for who in ("lead", "manager", "founder")
        }
        roles = {who: knowable_roles(people.actor(who)) for who in ("lead", "manager", "admin")}

    assert agencies == {"lead": ["office"], "manager": ["bureau", "office"], "founder": []}
    assert [len(roles[who]) for who in ("lead", "manager", "admin")] == [2, 3, 5]


@pytest.mark.parametrize("who", ["manager", "admin"])
@pytest.mark.parametrize("seat", [ONE, OFFICE, Seat(Role.LEAD, agency_id="office")])
def test_nobody_takes_a_seat_by_the_own_hand(tiny: Engine, who: str, seat: Seat) -> None:
    with write_session(tiny) as session:
        people = People(session)

        with pytest.raises(OwnSeatError, match="is your own"):
            add(session, people.actor(who), people.id(who), seat)

        assert acts(session) == []
        assert people.actor(who).startups | people.actor(who).agencies == frozenset()


def test_nobody_makes_a_lead_of_the_own_account_but_may_stop_being_one(tiny: Engine) -> None:
    with write_session(tiny) as session:
        people = People(session)
        add(session, OPERATOR, people.id("admin"), OFFICE)

        with pytest.raises(OwnSeatError):
            set_lead(session, people.actor("admin"), people.id("admin"), "office", lead=True)
        set_lead(session, OPERATOR, people.id("admin"), "office", lead=True)
        set_lead(session, people.actor("admin"), people.id("admin"), "office", lead=False)

        assert people.actor("admin").agencies == {"office"}
        assert people.actor("admin").leads == frozenset()
