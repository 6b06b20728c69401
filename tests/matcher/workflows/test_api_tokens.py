"""API tokens: for what the roles can use, for a while, shown once and never stored."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from matcher.errors import AccessDeniedError, FieldError, SecondFactorNeededError, UnknownThingError
from matcher.workflows.accounts import disable
from matcher.workflows.api_tokens import (
    MOST_TOKENS,
    list_tokens,
    make_token,
    revoke_token,
    use_is_due,
    write_use,
)
from matcher.workflows.secret_tokens import hash_token
from matcher.workflows.sign_ins import actor_of_account, actor_of_token
from models.access import ANONYMOUS, OPERATOR, Action, Actor, Scope, authorize, usable_scopes
from models.base import now_utc
from models.database import read_session, write_session
from models.tables import Account, AgencyMember, ApiToken, AuditEntry
from tests.web.signing_in import add_account


def lead_of(session: Session) -> Actor:
    """Add a lead and give the actor."""
    return actor_of_account(session, add_account(session, "lead@x.example", leads=["office"]))


def test_a_token_is_shown_once_and_stored_as_a_hash(tiny: Engine) -> None:
    with write_session(tiny) as session:
        lead = lead_of(session)
        token = make_token(session, lead, " Weekly\nexport ", ["read", "export"], 30)
        row = session.exec(select(ApiToken)).one()
        (line,) = list_tokens(session, lead)
        entry = session.exec(select(AuditEntry)).one()

        assert token.startswith("landfall_")
        assert len(token) == len("landfall_") + 43
        assert row.token_hash == hash_token(token)
        assert token not in str(row.model_dump()) + str(entry.model_dump())
        assert (line.name, line.scopes, line.used_at) == ("Weekly export", (Scope.EXPORT, Scope.READ), None)
        assert timedelta(0) <= now_utc() + timedelta(days=30) - row.expires_at < timedelta(minutes=1)
        assert (entry.act, entry.object, entry.details) == (
            "token-made",
            row.id,
            {"scopes": ["export", "read"], "days": 30},
        )


def test_a_token_does_what_its_scopes_name_and_no_more(tiny: Engine) -> None:
    with write_session(tiny) as session:
        token = make_token(session, lead_of(session), "reading", ["read"], 1)
        actor = actor_of_token(session, token, "1.2.3.4")

    assert authorize(actor, Action.READ_STARTUP)
    assert [action for action in Action if authorize(actor, action)] == [Action.READ_STARTUP]


@pytest.mark.parametrize(
    ("kind", "usable"),
    [
        ({"startups": ["one"]}, {Scope.READ, Scope.WRITE_PROFILE}),
        ({"reviews_for": ["office"]}, {Scope.READ, Scope.REVIEW, Scope.EXPORT}),
        ({"leads": ["office"]}, set(Scope) - {Scope.WRITE_PROFILE, Scope.ROUNDS}),
        ({"office": "manager"}, set(Scope) - {Scope.WRITE_PROFILE}),
        ({"office": "admin"}, set()),
        ({}, set()),
    ],
)
def test_scopes_end_where_the_roles_end(tiny: Engine, kind: dict[str, str], usable: set[Scope]) -> None:
    with write_session(tiny) as session:
        actor = actor_of_account(session, add_account(session, "x@x.example", **kind))  # type: ignore[arg-type]  # names of memberships
        assert usable_scopes(actor) == usable
        for scope in Scope:
            if scope in usable:
                make_token(session, actor, "fine", [scope], 1)
            else:
                with pytest.raises(FieldError, match="scopes"):
                    make_token(session, actor, "too much", [scope], 1)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("name", {"name": ""}),
        ("name", {"name": "x" * 101}),
        ("name", {"name": "a\x00b"}),
        ("name", {"name": "a\ud800b"}),
        ("scopes", {"scopes": []}),
        ("scopes", {"scopes": ["read", "everything"]}),
        ("days", {"days": 0}),
        ("days", {"days": -1}),
        ("days", {"days": 366}),
    ],
)
def test_what_cannot_be_is_refused_by_the_name_of_its_field(
    tiny: Engine, field: str, changes: dict[str, object]
) -> None:
    wanted = {"name": "fine", "scopes": ["read"], "days": 1} | changes
    with write_session(tiny) as session, pytest.raises(FieldError) as refused:
        make_token(session, lead_of(session), **wanted)  # type: ignore[arg-type]

    assert refused.value.field == field


def test_an_account_has_so_many_tokens_at_a_time(tiny: Engine) -> None:
    with write_session(tiny) as session:
        lead = lead_of(session)
        for number in range(MOST_TOKENS):
            make_token(session, lead, f"token {number}", ["read"], 1)
        with pytest.raises(FieldError, match="tokens"):
            make_token(session, lead, "one more", ["read"], 1)
        revoke_token(session, lead, list_tokens(session, lead)[0].id)
        make_token(session, lead, "one more", ["read"], 1)


def test_tokens_are_made_by_whoever_signed_in_completely(tiny: Engine) -> None:
    with write_session(tiny) as session:
        lead = lead_of(session)
        waiting = Actor(lead.account_id, leads=lead.leads, agencies=lead.agencies, waits_for_code=True)
        by_token = Actor(lead.account_id, leads=lead.leads, scopes=frozenset(Scope))
        for actor, refusal in (
            (waiting, SecondFactorNeededError),
            (by_token, AccessDeniedError),
            (ANONYMOUS, AccessDeniedError),
            (OPERATOR, AccessDeniedError),
        ):
            with pytest.raises(refusal):
                make_token(session, actor, "fine", ["read"], 1)
            with pytest.raises(refusal):
                list_tokens(session, actor)
            with pytest.raises(refusal):
                revoke_token(session, actor, "none")


def test_a_revoked_token_is_nobodys(tiny: Engine) -> None:
    with write_session(tiny) as session:
        lead = lead_of(session)
        token = make_token(session, lead, "fine", ["read"], 1)
        (line,) = list_tokens(session, lead)
        revoke_token(session, lead, line.id)
        with pytest.raises(UnknownThingError):
            revoke_token(session, lead, line.id)
        acts = [row.act for row in session.exec(select(AuditEntry).order_by(col(AuditEntry.id)))]

        assert not actor_of_token(session, token, "").signed_in
        assert list_tokens(session, lead) == ()
        assert acts == ["token-made", "token-revoked"]


def test_nobody_revokes_the_token_of_another(tiny: Engine) -> None:
    with write_session(tiny) as session:
        lead = lead_of(session)
        make_token(session, lead, "fine", ["read"], 1)
        other = actor_of_account(session, add_account(session, "o@x.example", office="admin"))
        for token_id in (list_tokens(session, lead)[0].id, "none", "\ud800"):
            with pytest.raises(UnknownThingError):
                revoke_token(session, other, token_id)


def test_a_token_ends_with_its_time_and_with_its_account(tiny: Engine) -> None:
    with write_session(tiny) as session:
        lead = lead_of(session)
        old, other = (make_token(session, lead, name, ["read"], 1) for name in ("old", "other"))
        row = session.exec(select(ApiToken).where(ApiToken.name == "old")).one()
        row.expires_at = now_utc()
        session.add(row)
        session.flush()
        after_time = [actor_of_token(session, token, "").signed_in for token in (old, other)]
        listed = [line.name for line in list_tokens(session, lead)]
        disable(session, OPERATOR, session.get_one(Account, lead.account_id))

        assert after_time == [False, True]
        assert listed == ["other"]
        assert not actor_of_token(session, other, "").signed_in


def test_a_token_loses_what_its_account_loses(tiny: Engine) -> None:
    with write_session(tiny) as session:
        lead = lead_of(session)
        token = make_token(session, lead, "fine", ["read"], 1)
        session.delete(session.get_one(AgencyMember, (lead.account_id, "office")))
        session.flush()

        assert not authorize(actor_of_token(session, token, ""), Action.READ_STARTUP)


def test_the_use_of_a_token_is_written_down_seldom(tiny: Engine) -> None:
    with write_session(tiny) as session:
        token = make_token(session, lead_of(session), "fine", ["read"], 1)
    with write_session(tiny) as session:
        first = use_is_due(session, token)
        write_use(session, token)
        write_use(session, "unknown")
    with read_session(tiny) as session:
        second = use_is_due(session, token)
    with write_session(tiny) as session:
        row = session.exec(select(ApiToken)).one()
        row.used_at = now_utc() - timedelta(minutes=1)
        session.add(row)
        session.flush()
        third, unknown = use_is_due(session, token), use_is_due(session, "unknown")

    assert (first, second, third, unknown) == (True, False, True, False)


def test_staff_without_an_app_have_no_good_token(tiny: Engine) -> None:
    with write_session(tiny) as session:
        account = add_account(session, "m@x.example", office="manager")
        token = make_token(session, actor_of_account(session, account), "fine", ["read"], 1)
        account.totp_confirmed_at = None
        session.flush()

        without = actor_of_token(session, token, "1.2.3.4")
        account.totp_confirmed_at = now_utc()
        session.flush()
        with_app = actor_of_token(session, token, "1.2.3.4")

    assert (without.signed_in, without.address) == (False, "1.2.3.4")
    assert with_app.manager


def test_tokens_of_members_need_no_app(tiny: Engine) -> None:
    with write_session(tiny) as session:
        token = make_token(session, lead_of(session), "fine", ["read"], 1)

        assert actor_of_token(session, token, "").signed_in
