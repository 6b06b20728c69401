"""Invitations: who gives them, that they work once and for a while, and what they make of somebody."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from matcher.errors import (
    AccessDeniedError,
    FieldError,
    NotSignedInError,
    SecondFactorNeededError,
    UnknownThingError,
)
from matcher.workflows.accounts import OwnSeatError, create_account, disable
from matcher.workflows.api_tokens import list_tokens, make_token
from matcher.workflows.invitations import (
    VALID,
    accept,
    accept_signed_in,
    invitable_roles,
    invite,
    list_invitations,
    read_invitation,
    revoke,
)
from matcher.workflows.memberships import AlreadyMemberError, remove
from matcher.workflows.memberships import Seat as Place
from matcher.workflows.secret_tokens import hash_token
from matcher.workflows.sign_ins import actor_of_account
from models.access import ANONYMOUS, OPERATOR, Actor, Role
from models.database import read_session, write_session
from models.tables import Account, Agency, AgencyMember, AuditEntry, Invitation, StartupMember
from tests.web.signing_in import add_account

PASSWORD = "zebra ladder quiet moon"  # noqa: S105  of nobody
INVITERS = {
    "lead": {"leads": ["office"]},
    "reviewer": {"reviews_for": ["office"]},
    "manager": {"office": "manager"},
    "admin": {"office": "admin"},
    "founder": {"startups": ["one"]},
}
ROLES = (Role.FOUNDER, Role.REVIEWER, Role.LEAD, Role.MANAGER, Role.ADMIN)


@pytest.fixture(name="base")
def two_agencies(tiny: Engine) -> Engine:
    """Hold a second agency beside the first."""
    with write_session(tiny) as session:
        session.add(
            Agency(id="bureau", name="Büro", name_en="Bureau", city_id="town", role="", source_urls=[])
        )
    return tiny


def actor_for(session: Session, kind: str) -> Actor:
    """Add an account of a kind and give its actor."""
    account = add_account(session, f"{kind}@inviting.example", **INVITERS[kind])  # type: ignore[arg-type]
    return actor_of_account(session, account)


def place_of(role: Role, agency: str = "office") -> dict[str, str]:
    """Name the place a role is held at."""
    if role is Role.FOUNDER:
        return {"startup_id": "one"}
    return {"agency_id": agency} if role in {Role.REVIEWER, Role.LEAD} else {}


def invited(engine: Engine, email: str = "new@people.example", role: Role = Role.REVIEWER) -> str:
    """Invite somebody as the operator; give the secret of the link."""
    with write_session(engine) as session:
        return invite(session, OPERATOR, email, role, **place_of(role))[1]


def acts(engine: Engine) -> list[str]:
    """Give the acts written down."""
    with read_session(engine) as session:
        return [row.act for row in session.exec(select(AuditEntry).order_by(col(AuditEntry.id)))]


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("lead", {Role.REVIEWER}),
        ("reviewer", set()),
        ("founder", set()),
        ("manager", {Role.FOUNDER, Role.REVIEWER, Role.LEAD}),
        ("admin", set(ROLES)),
    ],
)
def test_each_inviter_gives_these_roles_and_no_others(base: Engine, kind: str, given: set[Role]) -> None:
    allowed = set()
    with write_session(base) as session:
        actor = actor_for(session, kind)
        for role in ROLES:
            try:
                invite(session, actor, "new@people.example", role, **place_of(role))
            except AccessDeniedError:
                continue
            allowed.add(role)

    assert allowed == given == set(invitable_roles(actor))


def test_a_lead_invites_to_no_other_agency(base: Engine) -> None:
    with write_session(base) as session:
        lead = actor_for(session, "lead")
        with pytest.raises(AccessDeniedError):
            invite(session, lead, "new@people.example", Role.REVIEWER, agency_id="bureau")
        with pytest.raises(AccessDeniedError):
            invite(session, lead, "new@people.example", Role.REVIEWER)


@pytest.mark.parametrize(
    ("role", "place", "field"),
    [
        (Role.FOUNDER, {"startup_id": "none"}, "startup_id"),
        (Role.FOUNDER, {"startup_id": "\ud800"}, "startup_id"),
        (Role.FOUNDER, {}, "startup_id"),
        (Role.FOUNDER, {"startup_id": "one", "agency_id": "office"}, "agency_id"),
        (Role.LEAD, {"agency_id": "none\x00"}, "agency_id"),
        (Role.LEAD, {}, "agency_id"),
        (Role.MANAGER, {"startup_id": "one"}, "startup_id"),
        (Role.ADMIN, {"agency_id": "office"}, "agency_id"),
        (Role.OPERATOR, {}, None),
    ],
)
def test_a_place_that_does_not_exist_or_fit_is_refused(
    base: Engine, role: Role, place: dict[str, str], field: str | None
) -> None:
    with write_session(base) as session, pytest.raises((FieldError, AccessDeniedError)) as refused:
        invite(session, OPERATOR, "new@people.example", role, **place)

    assert getattr(refused.value, "field", None) == field


@pytest.mark.parametrize(
    "email", ["", "nobody", "a@b\n.example", "\ud800@b.example", "x" * 300 + "@b.example"]
)
def test_what_is_no_address_is_refused(base: Engine, email: str) -> None:
    with write_session(base) as session, pytest.raises(FieldError, match="email"):
        invite(session, OPERATOR, email, Role.REVIEWER, agency_id="office")


def test_the_database_holds_no_secret_of_a_link(base: Engine) -> None:
    token = invited(base)

    with read_session(base) as session:
        row = session.exec(select(Invitation)).one()
        assert row.token_hash == hash_token(token)
        assert token not in str(row.model_dump())
        assert row.expires_at - row.created_at == VALID


def test_somebody_new_gets_an_account_and_the_role(base: Engine) -> None:
    token = invited(base, "New@People.example")

    with write_session(base) as session:
        assert read_invitation(session, token).has_account is False
        account = accept(session, token, name="New One", password=PASSWORD, language="de", address="1.2.3.4")
        found = (account.email, account.name, account.language, account.password_hash is not None)
        member = session.get_one(AgencyMember, (account.id, "office"))
        assert member.lead is False

    assert found == ("new@people.example", "New One", "de", True)
    assert acts(base) == ["invited", "account-created", "invitation-accepted"]
    with read_session(base) as session:
        assert session.get_one(AuditEntry, 3).address == "1.2.3.4"


@pytest.mark.parametrize("role", ROLES)
def test_every_role_is_given_as_it_was_offered(base: Engine, role: Role) -> None:
    token = invited(base, role=role)

    with write_session(base) as session:
        account = accept(session, token, name="New One", password=PASSWORD)
        actor = actor_of_account(session, account)

    assert actor.roles == {role}


def test_a_link_works_once(base: Engine) -> None:
    token = invited(base)
    with write_session(base) as session:
        accept(session, token, name="New One", password=PASSWORD)

    with write_session(base) as session, pytest.raises(UnknownThingError):
        accept(session, token, name="Another", password=PASSWORD)
    with read_session(base) as session, pytest.raises(UnknownThingError):
        read_invitation(session, token)


@pytest.mark.parametrize("end", ["expired", "revoked", "replaced", "never given"])
def test_a_link_that_is_no_longer_good_is_like_one_that_never_was(base: Engine, end: str) -> None:
    token = invited(base)
    with write_session(base) as session:
        row = session.exec(select(Invitation)).one()
        if end == "expired":
            row.expires_at -= VALID
            session.add(row)
        elif end == "revoked":
            revoke(session, OPERATOR, row.id)
        elif end == "replaced":
            invite(session, OPERATOR, "NEW@people.example", Role.REVIEWER, agency_id="office")
        else:
            token = "never\ud800"  # noqa: S105  opens nothing

    for act in (read_invitation, lambda s, t: accept(s, t, name="New One", password=PASSWORD)):
        with write_session(base) as session, pytest.raises(UnknownThingError) as refused:
            act(session, token)
        assert str(refused.value) == "invitation: there is none at this address"


def test_only_the_same_person_for_the_same_thing_replaces_a_link(base: Engine) -> None:
    first = invited(base)
    with write_session(base) as session:
        invite(session, OPERATOR, "other@people.example", Role.REVIEWER, agency_id="office")
        invite(session, OPERATOR, "new@people.example", Role.REVIEWER, agency_id="bureau")
        invite(session, OPERATOR, "new@people.example", Role.FOUNDER, startup_id="one")
        invite(session, OPERATOR, "new@people.example", Role.MANAGER)

    with read_session(base) as session:
        assert read_invitation(session, first).invitation.role is Role.REVIEWER
        assert len(list_invitations(session, OPERATOR)) == 5


def test_a_link_opens_no_account_that_has_a_password(base: Engine) -> None:
    token = invited(base)
    with write_session(base) as session:
        create_account(session, email="new@people.example", name="Old One", password=PASSWORD)

    with write_session(base) as session:
        assert read_invitation(session, token).has_account is True
        with pytest.raises(NotSignedInError):
            accept(session, token, name="Thief", password="another good long passphrase")  # noqa: S106

    with read_session(base) as session:
        assert session.exec(select(Account)).one().name == "Old One"
        assert session.exec(select(AgencyMember)).all() == []


def test_a_link_opens_no_account_that_was_shut(base: Engine) -> None:
    token = invited(base)
    with write_session(base) as session:
        disable(session, OPERATOR, create_account(session, email="new@people.example", name="Old One"))

    with write_session(base) as session, pytest.raises(NotSignedInError):
        accept(session, token, name="Thief", password=PASSWORD)


def test_an_account_that_was_never_used_gets_its_first_password(base: Engine) -> None:
    token = invited(base)
    with write_session(base) as session:
        account_id = create_account(session, email="new@people.example", name="From a command").id

    with write_session(base) as session:
        account = accept(session, token, name="New One", password=PASSWORD)
        assert (account.id, account.name) == (account_id, "New One")
        assert account.password_hash is not None


@pytest.mark.parametrize(("name", "password"), [("", PASSWORD), ("New", "short"), ("New", "password1234")])
@pytest.mark.parametrize("made_before", [True, False])
def test_a_refused_form_changes_nothing(base: Engine, name: str, password: str, *, made_before: bool) -> None:
    token = invited(base)
    if made_before:
        with write_session(base) as session:
            create_account(session, email="new@people.example", name="From a command")
    before = acts(base)

    with write_session(base) as session, pytest.raises(FieldError):
        accept(session, token, name=name, password=password)

    assert acts(base) == before
    with read_session(base) as session:
        names = [(row.name, row.password_hash) for row in session.exec(select(Account))]
        assert names == ([("From a command", None)] if made_before else [])
        assert read_invitation(session, token).invitation.email == "new@people.example"


def test_who_is_signed_in_with_the_address_accepts_with_a_button(base: Engine) -> None:
    token = invited(base)
    with write_session(base) as session:
        account = add_account(session, "new@people.example", startups=["two"])
        accept_signed_in(session, actor_of_account(session, account), token)
        actor = actor_of_account(session, account)

    assert actor.roles == {Role.FOUNDER, Role.REVIEWER}
    assert acts(base)[-1] == "invitation-accepted"


def test_another_person_cannot_use_the_link(base: Engine) -> None:
    token = invited(base)
    with write_session(base) as session:
        other = actor_of_account(session, add_account(session, "other@people.example"))
        with pytest.raises(AccessDeniedError):
            accept_signed_in(session, other, token)
        with pytest.raises(NotSignedInError):
            accept_signed_in(session, ANONYMOUS, token)

    with read_session(base) as session:
        assert session.exec(select(AgencyMember)).all() == []
        assert read_invitation(session, token)


def test_a_session_without_its_code_and_a_token_accept_nothing(base: Engine) -> None:
    token = invited(base)
    with write_session(base) as session:
        account = add_account(session, "new@people.example")
        with pytest.raises(SecondFactorNeededError):
            accept_signed_in(session, Actor(account.id, waits_for_code=True), token)
        with pytest.raises(NotSignedInError):
            accept_signed_in(session, Actor(account.id, scopes=frozenset()), token)


def test_a_lesser_invitation_takes_nothing_away(base: Engine) -> None:
    with write_session(base) as session:
        tokens = [
            invite(session, OPERATOR, "new@people.example", role, **place_of(role))[1]
            for role in (Role.REVIEWER, Role.MANAGER, Role.LEAD)
        ]
        account = add_account(session, "new@people.example")
        account.office = "none"
        for token in (tokens[2], tokens[0], tokens[1]):
            accept_signed_in(session, actor_of_account(session, account), token)
        actor = actor_of_account(session, account)

    assert (actor.leads, actor.manager) == (frozenset({"office"}), True)


def test_who_belongs_already_is_not_invited_again(base: Engine) -> None:
    with write_session(base) as session:
        add_account(session, "new@people.example", office="manager", startups=["one"], leads=["office"])
        for role in ROLES:
            with pytest.raises(AlreadyMemberError):
                invite(session, OPERATOR, "new@people.example", role, **place_of(role))


def test_a_reviewer_may_be_invited_as_a_lead(base: Engine) -> None:
    with write_session(base) as session:
        account = add_account(session, "new@people.example", reviews_for=["office"])
        token = invite(session, OPERATOR, "new@people.example", Role.LEAD, agency_id="office")[1]
        accept_signed_in(session, actor_of_account(session, account), token)

        assert session.get_one(AgencyMember, (account.id, "office")).lead is True


def test_what_somebody_began_outlives_the_own_rights(base: Engine) -> None:
    with write_session(base) as session:
        lead = actor_for(session, "lead")
        token = invite(session, lead, "new@people.example", Role.REVIEWER, agency_id="office")[1]
        assert lead.account_id is not None
        remove(session, OPERATOR, lead.account_id, Place(Role.LEAD, agency_id="office"))
        disable(session, OPERATOR, session.get_one(Account, lead.account_id))

    with write_session(base) as session:
        account = accept(session, token, name="New One", password=PASSWORD)
        assert session.get(AgencyMember, (account.id, "office")) is not None


def test_an_invitation_outlives_the_account_that_gave_it(base: Engine) -> None:
    with write_session(base) as session:
        lead = actor_for(session, "lead")
        token = invite(session, lead, "new@people.example", Role.REVIEWER, agency_id="office")[1]
        session.delete(session.get_one(Account, lead.account_id))

    with read_session(base) as session:
        assert read_invitation(session, token).invitation.invited_by == ""


def test_each_inviter_lists_and_takes_back_what_could_be_given(base: Engine) -> None:
    with write_session(base) as session:
        for number, role in enumerate(ROLES):
            invite(session, OPERATOR, f"{number}@people.example", role, **place_of(role))
        invite(session, OPERATOR, "9@people.example", Role.REVIEWER, agency_id="bureau")
        actors = {kind: actor_for(session, kind) for kind in INVITERS}
        seen = {
            kind: {item.email[0] for item in list_invitations(session, actor)}
            for kind, actor in actors.items()
        }
        others = [item.id for item in list_invitations(session, OPERATOR) if item.email[0] != "1"]
        (own,) = [item.id for item in list_invitations(session, OPERATOR) if item.email[0] == "1"]
        for invitation_id in [*others, "none", "\ud800"]:
            with pytest.raises(UnknownThingError):
                revoke(session, actors["lead"], invitation_id)
        revoke(session, actors["lead"], own)
        with pytest.raises(UnknownThingError):
            revoke(session, actors["lead"], own)

    assert seen == {
        "lead": {"1"},
        "reviewer": set(),
        "founder": set(),
        "manager": {"0", "1", "2", "9"},
        "admin": {"0", "1", "2", "3", "4", "9"},
    }
    assert acts(base)[-1] == "invitation-revoked"


def test_an_expired_invitation_is_not_listed(base: Engine) -> None:
    invited(base)
    with write_session(base) as session:
        row = session.exec(select(Invitation)).one()
        row.expires_at -= VALID + timedelta(seconds=1)
        session.add(row)

    with read_session(base) as session:
        assert list_invitations(session, OPERATOR) == ()


def test_the_audit_log_names_no_address(base: Engine) -> None:
    token = invited(base, role=Role.FOUNDER)
    with write_session(base) as session:
        accept(session, token, name="New One", password=PASSWORD)

    with read_session(base) as session:
        rows = session.exec(select(AuditEntry).order_by(col(AuditEntry.id))).all()
        assert [row.subject for row in rows] == ["one", "", "one"]
        assert all("people.example" not in str(row.model_dump()) for row in rows)
        assert session.exec(select(StartupMember)).one().startup_id == "one"


@pytest.mark.parametrize("kind", ["manager", "admin"])
def test_nobody_invites_the_own_account(base: Engine, kind: str) -> None:
    with write_session(base) as session:
        actor = actor_for(session, kind)
        with pytest.raises(OwnSeatError):
            invite(session, actor, f"{kind.upper()}@inviting.example", Role.REVIEWER, agency_id="office")

        assert session.exec(select(Invitation)).all() == []


def test_an_office_by_invitation_revokes_the_tokens(base: Engine) -> None:
    with write_session(base) as session:
        account = add_account(session, "kim@people.example", startups=["one"])
        kim = actor_of_account(session, account)
        make_token(session, kim, "fine", ["read"], 1)
        _, token = invite(session, OPERATOR, account.email, Role.MANAGER)
        accept_signed_in(session, kim, token)

        assert list_tokens(session, kim) == ()
