"""The pages about people: who is listed to whom, inviting, and what admins, managers and leads change."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import col, select

from matcher.workflows.invitations import invite
from models.access import OPERATOR, Role
from models.database import read_session, write_session
from models.tables import Account, Agency, AgencyMember, Invitation, SignIn, StartupMember
from tests.web.pages.reading import Element, read_page
from tests.web.signing_in import add_account, sign_in

WHO = ("founder", "reviewer", "lead", "lead2", "stranger", "manager", "admin")


class Town:
    """A site with one account of each kind, and one browser."""

    def __init__(self, app: FastAPI, client: TestClient) -> None:
        """Add the accounts."""
        self.app, self.client = app, client
        with write_session(app.state.engine) as session:
            agencies = session.exec(select(Agency.id).order_by(col(Agency.id))).all()
            self.own, self.other = agencies[0], agencies[1]
            accounts = {
                "founder": add_account(session, "founder@x.example", startups=["S01"]),
                "reviewer": add_account(session, "reviewer@x.example", reviews_for=[self.own]),
                "lead": add_account(session, "lead@x.example", leads=[self.own]),
                "lead2": add_account(session, "lead2@x.example", leads=[self.own]),
                "stranger": add_account(session, "stranger@x.example", reviews_for=[self.other]),
                "manager": add_account(session, "manager@x.example", office="manager"),
                "admin": add_account(session, "admin@x.example", office="admin"),
            }
            self.ids = {name: account.id for name, account in accounts.items()}

    def enter(self, name: str) -> TestClient:
        """Sign the browser in as somebody."""
        self.client.cookies.clear()
        sign_in(self.app, self.client, self.ids[name])
        return self.client

    def page(self, name: str, path: str = "/people") -> Element:
        """Read a page as somebody."""
        answer = self.enter(name).get(path)
        assert answer.status_code == 200
        return read_page(answer.text)

    def account(self, name: str) -> Account:
        """Read an account's row."""
        with read_session(self.app.state.engine) as session:
            account = session.get_one(Account, self.ids[name])
            session.expunge(account)
            return account

    def seats(self, name: str) -> list[tuple[str, bool]]:
        """Read what somebody works for."""
        with read_session(self.app.state.engine) as session:
            rows = session.exec(select(AgencyMember).where(AgencyMember.account_id == self.ids[name]))
            return [(row.agency_id, row.lead) for row in rows]


@pytest.fixture(name="town")
def populated_town(app: FastAPI, client: TestClient) -> Iterator[Town]:
    """Give a site with people."""
    yield Town(app, client)
    client.cookies.clear()


def listed(page: Element) -> set[str]:
    """Give the names of the accounts in a list."""
    return {
        link.text.lower()
        for link in page.find("main").find_all("a")
        if link.attributes["href"].startswith("/people/")
    }


@pytest.mark.parametrize(
    ("who", "status"),
    [("founder", 403), ("reviewer", 403), ("lead", 200), ("manager", 200), ("admin", 200)],
)
def test_people_are_for_those_who_look_after_them(town: Town, who: str, status: int) -> None:
    assert town.enter(who).get("/people").status_code == status
    assert town.client.get(f"/people/{town.ids['reviewer']}").status_code == status


def test_nobody_in_particular_signs_in_first(town: Town) -> None:
    answer = town.client.get("/people")

    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=%2Fpeople")


def test_each_reader_is_shown_the_own_people(town: Town) -> None:
    assert listed(town.page("lead")) == {"lead", "lead2", "reviewer"}
    assert listed(town.page("manager")) == set(WHO) - {"admin"}
    assert listed(town.page("admin")) == set(WHO)


def test_filters_narrow_the_list_and_come_back_as_chosen(town: Town) -> None:
    page = town.page("admin", "/people?role=lead&q=LEAD2")

    assert listed(page) == {"lead2"}
    assert page.find("input", id="filter-q").attributes["value"] == "LEAD2"
    assert "selected" in page.find("select", id="filter-role").find("option", value="lead").attributes
    assert listed(town.page("admin", "/people?startup=S01")) == {"founder"}
    assert listed(town.page("admin", f"/people?agency={town.other}")) == {"stranger"}
    assert listed(town.page("admin", "/people?role=emperor")) == set(WHO)
    assert listed(town.page("admin", "/people?q=%00")) == set()


def test_the_list_has_pages_of_fifty(town: Town) -> None:
    with write_session(town.app.state.engine) as session:
        for number in range(50):
            add_account(session, f"z{number:02}@x.example")

    first = town.page("admin", "/people?q=x.example")
    (onward,) = first.find_all("a", rel="next")
    second = town.page("admin", onward.attributes["href"])
    (back,) = second.find_all("a", rel="prev")

    assert (len(listed(first)), len(listed(second))) == (50, 7)
    assert back.attributes["href"] == "/people?q=x.example"
    assert town.client.get("/people?page=0").status_code == 422
    assert town.client.get("/people?page=999999999999999999999").status_code == 422


def test_people_who_are_not_ones_own_are_not_found(town: Town) -> None:
    client = town.enter("lead")
    paths = [town.ids["founder"], town.ids["admin"], "none", "%ED%A0%80", "a%00b"]

    answers = [client.get(f"/people/{path}") for path in paths]

    assert {answer.status_code for answer in answers} == {404}
    assert len({read_page(answer.text).find("main").text for answer in answers}) == 1


def test_an_invitation_shows_its_link_once(town: Town) -> None:
    client = town.enter("lead")

    answer = client.post(
        "/people/invitations", data={"email": "New@x.example", "role": "reviewer", "agency_id": town.own}
    )
    link = read_page(answer.text).find("input", id="link")
    later = client.get("/people")

    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    assert "readonly" in link.attributes
    assert "new@x.example" in later.text
    assert link.attributes["value"].rpartition("/")[2] not in later.text


@pytest.mark.parametrize(
    ("who", "role", "status"),
    [
        ("lead", "reviewer", 201),
        ("lead", "lead", 403),
        ("lead", "founder", 403),
        ("lead", "admin", 403),
        ("manager", "founder", 201),
        ("manager", "lead", 201),
        ("manager", "manager", 403),
        ("manager", "admin", 403),
        ("admin", "admin", 201),
        ("reviewer", "reviewer", 403),
        ("founder", "founder", 403),
        ("admin", "operator", 422),
    ],
)
def test_who_may_invite_whom(town: Town, who: str, role: str, status: int) -> None:
    form = {"email": "new@x.example", "role": role, "agency_id": town.own, "startup_id": "S01"}

    answer = town.enter(who).post("/people/invitations", data=form)

    assert answer.status_code == status
    with read_session(town.app.state.engine) as session:
        assert len(session.exec(select(Invitation)).all()) == int(status == 201)


def test_the_form_offers_what_may_be_given(town: Town) -> None:
    def offered(who: str) -> list[str]:
        select_field = town.page(who).find("select", id="invite-role")
        return [option.attributes["value"] for option in select_field.find_all("option")]

    assert offered("lead") == ["reviewer"]
    assert offered("manager") == ["founder", "reviewer", "lead"]
    assert offered("admin") == ["founder", "reviewer", "lead", "manager", "admin"]


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"email": "nobody", "role": "reviewer"}, "email"),
        ({"email": "a@b.example\x00", "role": "reviewer"}, "email"),
        ({"email": "new@x.example", "role": "founder", "startup_id": "S<99>"}, "startup_id"),
        ({"email": "new@x.example", "role": "founder", "startup_id": ""}, "startup_id"),
        ({"email": "new@x.example", "role": "lead", "agency_id": ""}, "agency_id"),
        ({"email": "reviewer@x.example", "role": "reviewer"}, "email"),
    ],
)
def test_a_refused_invitation_comes_back_as_typed(town: Town, form: dict[str, str], field: str) -> None:
    typed = {"agency_id": town.own} | form

    answer = town.enter("admin").post("/people/invitations", data=typed)
    page = read_page(answer.text)

    assert answer.status_code == 422
    assert page.find("input", id="invite-email").attributes["value"] == form["email"]
    assert page.find("span", id="invite-problem").text
    tag = "select" if field == "agency_id" else "input"
    assert page.find(tag, id=f"invite-{field}").attributes["aria-invalid"] == "true"
    assert page.find("input", id="invite-startup_id").attributes["value"] == form.get("startup_id", "")


def test_an_invitation_is_taken_back_by_those_who_could_give_it(town: Town) -> None:
    with write_session(town.app.state.engine) as session:
        pending, token = invite(session, OPERATOR, "n@x.example", Role.REVIEWER, agency_id=town.other)
    path = f"/people/invitations/{pending.id}/revoke"

    foreign = town.enter("lead").post(path)
    own = town.enter("manager").post(path)
    again = town.enter("manager").post(path)

    assert [answer.status_code for answer in (foreign, own, again)] == [404, 303, 404]
    assert town.client.get(f"/invitations/{token}").status_code == 404


def test_somebody_sends_at_most_thirty_invitations_an_hour(town: Town) -> None:
    def send(who: str, email: str) -> int:
        data = {"email": email, "role": "reviewer", "agency_id": town.own}
        return town.enter(who).post("/people/invitations", data=data).status_code

    refused = [send("lead", "no address") for _ in range(31)]
    sent = [send("lead", f"n{number}@x.example") for number in range(31)]

    assert set(refused) == {422}
    assert sent == [201] * 30 + [429]
    assert send("manager", "n31@x.example") == 201
    with read_session(town.app.state.engine) as session:
        assert len(session.exec(select(Invitation)).all()) == 31


def test_a_disabled_account_is_out_with_its_next_request(town: Town) -> None:
    with TestClient(town.app, "http://127.0.0.1", follow_redirects=False) as lead:
        sign_in(town.app, lead, town.ids["lead"])
        before = lead.get("/people").status_code
        town.enter("admin").post(f"/people/{town.ids['lead']}/disable")
        after = lead.get("/people").status_code

    assert (before, after) == (200, 303)
    assert "disabled" in town.page("admin", f"/people/{town.ids['lead']}").text
    assert town.client.post(f"/people/{town.ids['lead']}/enable").status_code == 303
    assert town.account("lead").disabled_at is None


@pytest.mark.parametrize("act", ["disable", "enable", "office"])
@pytest.mark.parametrize("who", ["lead", "manager", "founder"])
def test_only_admins_run_accounts(town: Town, act: str, who: str) -> None:
    answer = town.enter(who).post(f"/people/{town.ids['reviewer']}/{act}", data={"office": "admin"})

    assert answer.status_code == 403
    assert (town.account("reviewer").office, town.account("reviewer").disabled_at) == ("none", None)


def test_an_admin_gives_and_takes_offices(town: Town) -> None:
    path = f"/people/{town.ids['reviewer']}"

    client = town.enter("admin")
    statuses = [
        client.post(f"{path}/office", data={"office": office}).status_code
        for office in ("manager", "none", "emperor")
    ]

    assert statuses == [303, 303, 422]
    assert town.account("reviewer").revision == 2
    assert town.page("admin", path).find_all("form", action=f"{path}/office")
    assert not town.page("manager", path).find_all("form", action=f"{path}/office")


@pytest.mark.parametrize(("act", "data"), [("disable", {}), ("office", {"office": "none"})])
def test_the_last_admin_stays(town: Town, act: str, data: dict[str, str]) -> None:
    answer = town.enter("admin").post(f"/people/{town.ids['admin']}/{act}", data=data)

    assert answer.status_code == 422
    assert "last admin" in read_page(answer.text).find("div", cls="problem-summary").text
    assert (town.account("admin").office, town.account("admin").disabled_at) == ("admin", None)


def test_a_lead_removes_a_reviewer_but_no_lead(town: Town) -> None:
    client = town.enter("lead")

    removed, kept = (
        client.post(f"/people/{town.ids[name]}/memberships/remove", data={"agency_id": town.own})
        for name in ("reviewer", "lead2")
    )

    assert (removed.status_code, removed.headers["location"], kept.status_code) == (303, "/people", 403)
    assert (town.seats("reviewer"), town.seats("lead2")) == ([], [(town.own, True)])


def test_a_reviewer_who_was_removed_is_out_with_the_next_request(town: Town) -> None:
    with TestClient(town.app, "http://127.0.0.1", follow_redirects=False) as reviewer:
        sign_in(town.app, reviewer, town.ids["reviewer"])
        before = reviewer.get("/startups/S01").status_code
        town.enter("lead").post(
            f"/people/{town.ids['reviewer']}/memberships/remove", data={"agency_id": town.own}
        )
        after = [reviewer.get(path).status_code for path in ("/startups/S01", "/review")]

    assert (before, after) == (200, [403, 403])


@pytest.mark.parametrize(("who", "status"), [("manager", 303), ("admin", 303), ("lead", 403)])
def test_a_reviewer_becomes_a_lead(town: Town, who: str, status: int) -> None:
    answer = town.enter(who).post(
        f"/people/{town.ids['reviewer']}/memberships/lead", data={"agency_id": town.own, "lead": "true"}
    )

    assert answer.status_code == status
    assert town.seats("reviewer") == [(town.own, status == 303)]


@pytest.mark.parametrize(("who", "status"), [("manager", 303), ("admin", 303), ("lead", 404)])
def test_managers_and_admins_seat_accounts_that_exist(town: Town, who: str, status: int) -> None:
    path = f"/people/{town.ids['stranger']}/memberships"
    client = town.enter(who)

    statuses = [
        client.post(path, data={"role": "founder", "startup_id": "S02"}).status_code,
        client.post(path, data={"role": "lead", "agency_id": town.own}).status_code,
    ]

    assert statuses == [status] * 2
    with read_session(town.app.state.engine) as session:
        assert (session.get(StartupMember, (town.ids["stranger"], "S02")) is not None) is (status == 303)
    assert ((town.own, True) in town.seats("stranger")) is (status == 303)


def test_a_seat_that_does_not_exist_is_refused(town: Town) -> None:
    path = f"/people/{town.ids['stranger']}/memberships"
    client = town.enter("admin")

    statuses = [
        client.post(path, data=data).status_code
        for data in (
            {"role": "founder", "startup_id": "none"},
            {"role": "founder"},
            {"role": "reviewer", "agency_id": town.other},
            {"role": "manager"},
        )
    ]

    assert statuses == [422] * 4


def test_the_founders_of_a_startup_are_removed_by_a_manager(town: Town) -> None:
    path = f"/people/{town.ids['founder']}"
    form = town.page("manager", path).find("form", action=f"{path}/memberships/remove")
    field = form.find("input", type="hidden").attributes

    answer = town.client.post(f"{path}/memberships/remove", data={field["name"]: field["value"]})

    assert (answer.status_code, answer.headers["location"]) == (303, path)
    with read_session(town.app.state.engine) as session:
        assert session.exec(select(StartupMember)).all() == []


@pytest.mark.parametrize("path", ["/people", "/people/invitations", "/people/{id}"])
def test_no_page_shows_a_hash_or_a_token(town: Town, path: str) -> None:
    with write_session(town.app.state.engine) as session:
        invite(session, OPERATOR, "n@x.example", Role.REVIEWER, agency_id=town.own)
    answer = town.enter("admin").get(path.format(id=town.ids["lead"]))

    with read_session(town.app.state.engine) as session:
        hashes = [row.token_hash for row in session.exec(select(Invitation))]
        hashes += [row.token_hash for row in session.exec(select(SignIn))]
    assert not any(value in answer.text for value in hashes)


def test_nobody_is_offered_or_given_a_role_of_the_own_account(town: Town) -> None:
    own = f"/people/{town.ids['admin']}"
    page = town.page("admin", own)
    seated = town.client.post(
        f"{own}/memberships", data={"role": "reviewer", "agency_id": town.own, "startup_id": ""}
    )
    promoted = town.client.post(f"{own}/office", data={"office": "manager"})
    invited = town.client.post(
        "/people/invitations",
        data={"email": "admin@x.example", "role": "reviewer", "agency_id": town.own, "startup_id": ""},
    )

    assert [
        option.attributes["value"] for option in page.find("select", name="office").find_all("option")
    ] == [
        "none",
        "admin",
    ]
    assert not page.find_all("select", name="agency_id")
    for refused in (seated, promoted, invited):
        assert refused.status_code == 422
        assert "Nobody gives a role to the own account." in refused.text
    assert (town.account("admin").office, town.seats("admin")) == ("admin", [])
