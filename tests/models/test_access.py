"""Who may see and do what: one decision per thing, the same decision in every query."""

from collections.abc import Iterator
from itertools import combinations

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from models.access import (
    ANONYMOUS,
    OPERATOR,
    Action,
    Actor,
    On,
    Role,
    Scope,
    accounts_for,
    authorize,
    blinded_for,
    candidacies_for,
    comments_for,
    conflicts_for,
    considered_for,
    edited_programs_for,
    profiles_for,
    program_versions_for,
    questions_for,
    reviewed_programs_for,
    reviews_for,
    rounds_for,
    startups_for,
    steps_for,
)
from models.base import now_utc
from models.database import read_session, write_session
from models.tables import (
    Account,
    Agency,
    AgencyMember,
    Candidacy,
    City,
    Comment,
    ConflictAnswer,
    Profile,
    Program,
    ProgramVersion,
    Question,
    Review,
    ReviewSetup,
    ReviewStep,
    Round,
    Startup,
    StartupMember,
)

ROLES: dict[str, Actor] = {
    "anonymous": ANONYMOUS,
    "founder": Actor("f" * 32, startups=frozenset({"s1"})),
    "other founder": Actor("o" * 32, startups=frozenset({"s2"})),
    "reviewer a": Actor("a" * 32, agencies=frozenset({"a"})),
    "reviewer b": Actor("b" * 32, agencies=frozenset({"b"})),
    "lead a": Actor("l" * 32, agencies=frozenset({"a"}), leads=frozenset({"a"})),
    "manager": Actor("m" * 32, manager=True),
    "removed": Actor("r" * 32),
    "admin": Actor("d" * 32, admin=True),
    "operator": OPERATOR,
}
"""s1 is a candidate of agency a's open program, s2 of agency b's, s3 of a's closed one, s4 of none."""


SCOPES = [frozenset(pair) for size in (0, 1, 2) for pair in combinations(Scope, size)]


@pytest.fixture
def peopled(migrated: Engine) -> Engine:
    """Two agencies, an open and a closed program of a, an open one of b, four startups with a text each."""
    with write_session(migrated) as session:
        session.add(City(id="c", names={"en": "C"}, country="DE", regions=["de"], alliance_member=True))
        session.flush()
        session.add_all(
            Agency(id=name, name=name, name_en=name, city_id="c", source_urls=[]) for name in "ab"
        )
        session.flush()
        session.add_all([program("open", "a"), program("closed", "a", closed=True), program("other", "b")])
        session.add_all(Startup(id=f"s{n}", name=f"S{n}", invented=True) for n in range(1, 5))
        session.flush()
        session.add_all(
            Profile(startup_id=f"s{n}", language="ko", version=1, text=f"글 {n}") for n in range(1, 5)
        )
        for program_id, startup in (("open", "s1"), ("other", "s2"), ("closed", "s3")):
            session.add(Candidacy(program_id=program_id, startup_id=startup))
            session.add(Review(program_id=program_id, startup_id=startup, desk="a" * 32, reviewer="a" * 32))
            session.add(Comment(program_id=program_id, startup_id=startup, text="A word."))
            session.add(Question(program_id=program_id, startup_id=startup, text="Why?", state="answered"))
            session.add(
                ReviewStep(
                    program_id=program_id, startup_id=startup, desk="a" * 32, before={}, reviewer="a" * 32
                )
            )
        for name, actor in ROLES.items():
            if actor.account_id:
                office = "manager" if actor.manager else "admin" if actor.admin else "none"
                session.add(Account(id=actor.account_id, email=f"{name}@x.example", name=name, office=office))
        session.flush()
        for account in "abl":
            for n in range(1, 5):
                session.add(
                    ConflictAnswer(account_id=account * 32, startup_id=f"s{n}", state="clear", kind="none")
                )
        session.add(StartupMember(account_id="f" * 32, startup_id="s1"))
        session.add(StartupMember(account_id="o" * 32, startup_id="s2"))
        session.add(AgencyMember(account_id="a" * 32, agency_id="a"))
        session.add(AgencyMember(account_id="l" * 32, agency_id="a", lead=True))
        session.add(AgencyMember(account_id="b" * 32, agency_id="b"))
        for name, agency in (("open", "a"), ("other", "b")):
            session.add(ProgramVersion(program_id=name, agency_id=agency, number=2, content={}))
    return migrated


def program(program_id: str, agency: str, *, closed: bool = False) -> Program:
    """Make a program with nothing in it but what access depends on."""
    return Program(
        id=program_id,
        name=program_id,
        name_en=program_id,
        city_id="c",
        agency_id=agency,
        direction="inbound_to_member",
        working_languages=[],
        unverified_languages=[],
        text_language="en",
        text="text",
        offers=[],
        sectors=[],
        stages=[],
        regions=[],
        publication="published",
        rules=[],
        details=[],
        source_urls=[],
        verified=True,
        review_closed_at=now_utc() if closed else None,
    )


@pytest.fixture
def session(peopled: Engine) -> Iterator[Session]:
    """Look at that database."""
    with read_session(peopled) as session:
        yield session


SEEN: dict[str, str] = {
    "anonymous": "",
    "founder": "s1",
    "other founder": "s2",
    "reviewer a": "s1",
    "reviewer b": "s2",
    "lead a": "s1",
    "manager": "s1 s2 s3 s4",
    "removed": "",
    "admin": "",
    "operator": "s1 s2 s3 s4",
}


@pytest.mark.parametrize("name", list(ROLES))
def test_everybody_sees_these_startups_and_their_texts(session: Session, name: str) -> None:
    startups = sorted(row.id for row in session.exec(startups_for(ROLES[name])))
    texts = sorted(row.startup_id for row in session.exec(profiles_for(ROLES[name])))

    assert startups == texts == SEEN[name].split()


@pytest.mark.parametrize(
    ("name", "programs"),
    [
        ("anonymous", ""),
        ("founder", ""),
        ("reviewer a", "open"),
        ("reviewer b", "other"),
        ("lead a", "open"),
        ("manager", "closed open other"),
        ("removed", ""),
        ("admin", ""),
        ("operator", "closed open other"),
    ],
)
def test_everybody_reviews_these_programs(session: Session, name: str, programs: str) -> None:
    actor = ROLES[name]

    reviewed = sorted(row.id for row in session.exec(reviewed_programs_for(actor)))
    considered = sorted(row.program_id for row in session.exec(candidacies_for(actor)))
    asked = sorted(row.program_id for row in session.exec(questions_for(actor)))

    assert reviewed == considered == asked == programs.split()


@pytest.mark.parametrize("phase", ["individual", "decision"])
def test_others_reviews_and_comments_are_hidden_until_the_own_one_is_submitted(
    peopled: Engine, phase: str
) -> None:
    with write_session(peopled) as session:
        session.add(ReviewSetup(program_id="open", phase=phase))
        written = session.get_one(Review, ("open", "s1", "a" * 32))
        written.submitted_at = now_utc()
        session.add(written)
        session.add(Review(program_id="open", startup_id="s1", desk="agency", reviewer="m" * 32))
        session.add(Comment(program_id="open", startup_id="s1", author_id="l" * 32, text="Mine."))
    with read_session(peopled) as session:
        before = told(session, "reviewer a"), told(session, "lead a"), told(session, "manager")
        others = told(session, "reviewer b"), told(session, "founder"), told(session, "admin")
    with write_session(peopled) as session:
        session.add(
            Review(
                program_id="open",
                startup_id="s1",
                desk="l" * 32,
                reviewer="l" * 32,
                submitted_at=now_utc(),
            )
        )
    with read_session(peopled) as session:
        after = told(session, "lead a")

    # One who submitted sees what others submitted, one who did not sees nothing; the agency's own decision
    # is nobody's to see before the decision phase.
    own_desk, all_desks = {"a" * 32}, {"a" * 32, "agency"}
    both = {"A word.", "Mine."}
    late = phase == "decision"
    assert before[0] == (all_desks if late else own_desk, both)
    assert before[1] == ((all_desks, both) if late else (set(), {"Mine."}))
    assert before[2] == (all_desks, both)
    assert after == ((all_desks if late else own_desk) | {"l" * 32}, both)
    assert all(desks == words == set() for desks, words in others)


def told(session: Session, name: str) -> tuple[set[str], set[str]]:
    """Give whose reviews and which comments about the first startup somebody is told."""
    reviews = session.exec(reviews_for(ROLES[name]).where(Review.startup_id == "s1"))
    comments = session.exec(comments_for(ROLES[name]).where(Comment.startup_id == "s1"))
    return {row.desk for row in reviews}, {row.text for row in comments}


@pytest.mark.parametrize("name", ["reviewer a", "lead a"])
@pytest.mark.parametrize("state", ["unanswered", "open", "confirmed", "dismissed", "clear", "own startup"])
def test_a_conflict_hides_everything_about_a_startup(peopled: Engine, name: str, state: str) -> None:
    actor = ROLES[name]
    assert actor.account_id is not None
    with write_session(peopled) as session:
        session.add(ReviewSetup(program_id="open", phase="decision"))
        answer = session.get_one(ConflictAnswer, (actor.account_id, "s1"))
        if state == "unanswered":
            session.delete(answer)
        elif state == "own startup":
            session.add(StartupMember(account_id=actor.account_id, startup_id="s1"))
        else:
            answer.state, answer.kind = state, "none" if state == "clear" else "declared"
            session.add(answer)
    shown = state in {"dismissed", "clear"}

    with read_session(peopled) as session:
        found = {
            "startups": session.exec(startups_for(actor)).all(),
            "texts": session.exec(profiles_for(actor)).all(),
            "candidacies": session.exec(candidacies_for(actor)).all(),
            "reviews": session.exec(reviews_for(actor)).all(),
            "comments": session.exec(comments_for(actor)).all(),
            "questions": session.exec(questions_for(actor)).all(),
        }
        asked_about = [row.startup_id for row in session.exec(considered_for(actor))]
        on = On(startup_id="s1", candidate_of=frozenset("a"), cleared=shown)

    assert {kind: bool(rows) for kind, rows in found.items()} == dict.fromkeys(found, shown)
    assert authorize(actor, Action.READ_STARTUP, on) == shown
    # The name stays to be answered for.
    assert asked_about == ["s1"]


def test_a_recused_review_is_seen_by_nobody(peopled: Engine) -> None:
    with write_session(peopled) as session:
        session.add(ReviewSetup(program_id="open", phase="decision"))
        session.add(Comment(program_id="open", startup_id="s1", author_id="a" * 32, text="Biased."))
        answer = session.get_one(ConflictAnswer, ("a" * 32, "s1"))
        answer.state, answer.kind = "open", "employer"
        session.add(answer)

    with read_session(peopled) as session:
        assert told(session, "lead a") == told(session, "manager") == (set(), {"A word."})


def test_those_who_rule_are_told_of_conflicts_and_nobody_else(peopled: Engine) -> None:
    with write_session(peopled) as session:
        answer = session.get_one(ConflictAnswer, ("a" * 32, "s1"))
        answer.state, answer.kind = "confirmed", "declared"
        session.add(answer)

    with read_session(peopled) as session:
        seen = {
            name: [(row.account_id[0], row.startup_id) for row in session.exec(conflicts_for(actor))]
            for name, actor in ROLES.items()
        }

    assert {name for name, found in seen.items() if found} == {"manager", "operator"}
    assert seen["manager"] == [("a", "s1")]


@pytest.mark.parametrize(
    ("state", "hidden"),
    [
        ("blind individual", {"reviewer a", "lead a"}),
        ("named individual", set()),
        ("blind decision", set()),
    ],
)
def test_names_are_hidden_from_the_agency_while_a_blind_review_is_open(
    peopled: Engine, state: str, hidden: set[str]
) -> None:
    with write_session(peopled) as session:
        naming, phase = state.split()
        session.add(ReviewSetup(program_id="open", blind=naming == "blind", phase=phase))
        session.add(ReviewSetup(program_id="closed", blind=True))

    with read_session(peopled) as session:
        blinded = {name: session.exec(blinded_for(actor)).all() for name, actor in ROLES.items()}

    assert {name for name, rows in blinded.items() if rows} == hidden
    assert all(rows == ["s1"] for rows in blinded.values() if rows)


def test_only_the_own_steps_can_be_undone(session: Session) -> None:
    found = {
        name: [row.program_id for row in session.exec(steps_for(actor))] for name, actor in ROLES.items()
    }

    assert {name: steps for name, steps in found.items() if steps} == {"reviewer a": ["open"]}


@pytest.mark.parametrize(
    ("name", "programs", "versions"),
    [
        ("anonymous", "", ""),
        ("founder", "", ""),
        ("reviewer a", "", ""),
        ("lead a", "closed open", "open"),
        ("manager", "closed open other", "open other"),
        ("admin", "", ""),
    ],
)
def test_leads_edit_the_programs_of_their_agency(
    session: Session, name: str, programs: str, versions: str
) -> None:
    edited = sorted(row.id for row in session.exec(edited_programs_for(ROLES[name])))
    drafts = sorted(row.program_id for row in session.exec(program_versions_for(ROLES[name])))

    assert (edited, drafts) == (programs.split(), versions.split())


def test_accounts_are_seen_by_those_who_look_after_them(session: Session) -> None:
    everybody = {name for name, actor in ROLES.items() if actor.account_id}
    seen = {name: {row.name for row in session.exec(accounts_for(actor))} for name, actor in ROLES.items()}

    assert seen["admin"] == seen["operator"] == everybody
    assert seen["manager"] == everybody - {"admin"}
    assert seen["lead a"] == {"reviewer a", "lead a"}
    assert all(not seen[name] for name in ("anonymous", "founder", "reviewer a", "reviewer b", "removed"))


@pytest.mark.parametrize("name", list(ROLES))
def test_the_decision_about_one_startup_is_that_of_the_query(session: Session, name: str) -> None:
    actor = ROLES[name]
    seen = {row.id for row in session.exec(startups_for(actor))}

    for startup in session.exec(select(Startup)):
        considered = session.exec(
            select(Program.agency_id)
            .join(Candidacy)
            .where(Candidacy.startup_id == startup.id, Program.review_closed_at == None)  # noqa: E711  SQL
        ).all()
        on = On(startup_id=startup.id, candidate_of=frozenset(considered))

        assert authorize(actor, Action.READ_STARTUP, on) == (startup.id in seen)


@pytest.mark.parametrize("name", list(ROLES))
def test_the_decision_about_one_program_is_that_of_the_query(session: Session, name: str) -> None:
    actor = ROLES[name]
    reviewed = {row.id for row in session.exec(reviewed_programs_for(actor))}
    edited = {row.id for row in session.exec(edited_programs_for(actor))}

    for row in session.exec(select(Program)):
        on = On(agency_id=row.agency_id, review_open=row.review_closed_at is None)

        assert authorize(actor, Action.REVIEW, on) == (row.id in reviewed)
        assert authorize(actor, Action.EDIT_PROGRAM, on) == (row.id in edited)


def test_who_may_do_what_at_all() -> None:
    may = {
        name: {action.value for action in Action if authorize(actor, action)} for name, actor in ROLES.items()
    }

    assert may["anonymous"] == set()
    assert may["removed"] == {"own-account", "give-code"}
    assert may["founder"] == may["removed"] | {"read-startup", "read-own-startup", "edit-own-startup"}
    assert may["reviewer a"] == may["removed"] | {"read-startup", "review", "export"}
    assert may["lead a"] == may["reviewer a"] | {"edit-program", "lead-review", "invite", "manage-members"}
    assert may["manager"] == may["lead a"] | {
        "approve-program",
        "add-startup",
        "import",
        "publish-outcomes",
        "run-rounds",
        "manage-webhooks",
        "rule-conflicts",
        "relay-questions",
    }
    assert may["admin"] == may["removed"] | {
        "invite",
        "manage-members",
        "manage-accounts",
        "manage-webhooks",
        "read-audit",
    }
    assert may["operator"] == {action.value for action in Action} - may["removed"]


@pytest.mark.parametrize("name", list(ROLES))
def test_only_the_alliance_sees_rounds(peopled: Engine, name: str) -> None:
    with write_session(peopled) as session:
        session.add(Round(id="autumn", name="Autumn", stages=[], settings={}, side_rules={}, columns=[]))
    with read_session(peopled) as session:
        seen = [row.id for row in session.exec(rounds_for(ROLES[name]))]

    assert seen == (["autumn"] if authorize(ROLES[name], Action.RUN_ROUNDS) else [])
    assert bool(seen) == (name in {"manager", "operator"})


@pytest.mark.parametrize("name", list(ROLES))
@pytest.mark.parametrize(
    "scopes", [frozenset(pair) for size in (0, 1, 2) for pair in combinations(Scope, size)]
)
def test_a_token_can_do_nothing_its_account_cannot(name: str, scopes: frozenset[Scope]) -> None:
    actor = ROLES[name]
    token = Actor(
        actor.account_id,
        startups=actor.startups,
        agencies=actor.agencies,
        leads=actor.leads,
        manager=actor.manager,
        admin=actor.admin,
        operator=actor.operator,
        scopes=scopes,
    )

    given = {action for action in Action if authorize(token, action)}

    assert given <= {action for action in Action if authorize(actor, action)}
    assert Action.OWN_ACCOUNT not in given
    assert scopes or not given


@pytest.mark.parametrize("action", [action for action in Action if action is not Action.GIVE_CODE])
def test_nothing_is_open_before_the_second_factor(action: Action) -> None:
    assert not authorize(Actor("m" * 32, manager=True, admin=True, waits_for_code=True), action)


def test_the_own_account_is_open_to_its_owner_alone() -> None:
    owner, other = Actor("x" * 32), Actor("y" * 32)

    assert authorize(owner, Action.OWN_ACCOUNT, On(account_id="x" * 32))
    assert not authorize(other, Action.OWN_ACCOUNT, On(account_id="x" * 32))


@pytest.mark.parametrize(
    ("name", "roles"),
    [
        ("founder", ""),
        ("reviewer a", ""),
        ("lead a", "reviewer"),
        ("manager", "founder reviewer lead"),
        ("admin", "founder reviewer lead manager admin"),
        ("operator", "founder reviewer lead manager admin"),
    ],
)
def test_who_may_invite_whom(name: str, roles: str) -> None:
    invited = [
        role.value for role in Role if authorize(ROLES[name], Action.INVITE, On(agency_id="a", role=role))
    ]

    assert invited == roles.split()


def test_a_lead_invites_to_the_own_agency_only() -> None:
    lead = ROLES["lead a"]

    assert not authorize(lead, Action.INVITE, On(agency_id="b", role=Role.REVIEWER))
    assert not authorize(lead, Action.MANAGE_MEMBERS, On(agency_id="b", role=Role.REVIEWER))
