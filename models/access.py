"""Who may see and do what: the one place that decides.

`authorize` answers for one thing, the scoped queries select all things an actor may see; tests hold the two
against each other. Neither remembers anything: an actor's memberships are read in the transaction of the
request, so what was taken away is gone with the next request.
"""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import ColumnElement, and_, false, or_, true
from sqlalchemy.orm import Mapped, aliased
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.conflict import ConflictState
from models.consent import WITHOUT_SEPARATE_CONSENT, Purpose
from models.review import AGENCY_DESK, ReviewPhase
from models.tables import (
    Account,
    Agency,
    AgencyMember,
    Appeal,
    Candidacy,
    City,
    Comment,
    ConflictAnswer,
    Consent,
    Invitation,
    Notice,
    Outcome,
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


class Role(StrEnum):
    """What an actor can be; one person may be several of these."""

    FOUNDER = "founder"
    REVIEWER = "reviewer"
    LEAD = "lead"
    MANAGER = "manager"
    ADMIN = "admin"
    OPERATOR = "operator"


class Scope(StrEnum):
    """What an API token may be used for."""

    READ = "read"
    REVIEW = "review"
    EXPORT = "export"
    EDIT_PROGRAMS = "edit-programs"
    WRITE_PROFILE = "write-profile"
    ROUNDS = "rounds"


class Action(StrEnum):
    """What can be done with private things."""

    READ_STARTUP = "read-startup"
    READ_OWN_STARTUP = "read-own-startup"
    EDIT_OWN_STARTUP = "edit-own-startup"
    ADD_STARTUP = "add-startup"
    REVIEW = "review"
    EXPORT = "export"
    EDIT_PROGRAM = "edit-program"
    APPROVE_PROGRAM = "approve-program"
    LEAD_REVIEW = "lead-review"
    RULE_CONFLICTS = "rule-conflicts"
    RELAY_QUESTIONS = "relay-questions"
    INVITE = "invite"
    MANAGE_MEMBERS = "manage-members"
    MANAGE_ACCOUNTS = "manage-accounts"
    READ_AUDIT = "read-audit"
    OWN_ACCOUNT = "own-account"
    GIVE_CODE = "give-code"
    IMPORT = "import"
    PUBLISH_OUTCOMES = "publish-outcomes"
    RUN_ROUNDS = "run-rounds"
    MANAGE_WEBHOOKS = "manage-webhooks"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who asks, with the rights read in this transaction.

    Attributes:
        account_id: the account, None for an anonymous visitor and for the operator of the machine.
        name: how the person is addressed.
        startups: ids of the startups this person is a founder of.
        agencies: ids of the agencies this person works for, as reviewer or lead.
        leads: those of them this person leads.
        manager: works for the alliance.
        admin: runs the accounts.
        operator: gives commands on the machine itself.
        scopes: what an API token may do; None where a person signed in.
        waits_for_code: the account needs a second factor that was not given yet.
        address: network address the request came from.
        sign_in: id of the session, None for tokens.
    """

    account_id: str | None = None
    name: str = ""
    startups: frozenset[str] = frozenset()
    agencies: frozenset[str] = frozenset()
    leads: frozenset[str] = frozenset()
    manager: bool = False
    admin: bool = False
    operator: bool = False
    scopes: frozenset[Scope] | None = None
    waits_for_code: bool = False
    address: str = ""
    sign_in: str | None = None

    @property
    def roles(self) -> frozenset[Role]:
        """What this person is."""
        held = {
            Role.FOUNDER: self.startups,
            Role.REVIEWER: self.agencies - self.leads,
            Role.LEAD: self.leads,
            Role.MANAGER: self.manager,
            Role.ADMIN: self.admin,
            Role.OPERATOR: self.operator,
        }
        return frozenset(role for role, holds in held.items() if holds)

    @property
    def signed_in(self) -> bool:
        """Whether anybody in particular asks."""
        return self.account_id is not None or self.operator

    @property
    def key(self) -> str:
        """Name of this actor in stored rows: the account's id, or a word for somebody without one."""
        return self.account_id or ("operator" if self.operator else "anonymous")


ANONYMOUS = Actor()
OPERATOR = Actor(name="operator", operator=True)


@dataclass(frozen=True, slots=True)
class On:
    """What an act is about, as far as access depends on it.

    Attributes:
        startup_id: the startup, where it is about one.
        candidate_of: agencies with a program under review that considers this startup, as long as its
            consent to that stands.
        cleared: whether the actor answered that nothing stands between them and the startup, and nobody
            found otherwise.
        agency_id: the agency that owns the thing: a program, a membership.
        review_open: whether the program's review is open.
        account_id: the account it is about.
        role: the role that is to be given.
    """

    startup_id: str | None = None
    candidate_of: frozenset[str] = field(default_factory=frozenset)
    cleared: bool = True
    agency_id: str | None = None
    review_open: bool = True
    account_id: str | None = None
    role: Role | None = None


_OF_ONESELF = frozenset({Action.OWN_ACCOUNT, Action.GIVE_CODE})
"""What everybody who signed in may do, to the own account alone."""

_ALLOWED = {
    Role.FOUNDER: frozenset({Action.READ_OWN_STARTUP, Action.EDIT_OWN_STARTUP, Action.READ_STARTUP}),
    Role.REVIEWER: frozenset({Action.READ_STARTUP, Action.REVIEW, Action.EXPORT}),
    Role.LEAD: frozenset({
        Action.READ_STARTUP,
        Action.REVIEW,
        Action.EXPORT,
        Action.EDIT_PROGRAM,
        Action.LEAD_REVIEW,
        Action.INVITE,
        Action.MANAGE_MEMBERS,
    }),
    Role.MANAGER: frozenset({
        Action.READ_STARTUP,
        Action.REVIEW,
        Action.EXPORT,
        Action.ADD_STARTUP,
        Action.EDIT_PROGRAM,
        Action.APPROVE_PROGRAM,
        Action.IMPORT,
        Action.PUBLISH_OUTCOMES,
        Action.RUN_ROUNDS,
        Action.MANAGE_WEBHOOKS,
        Action.RULE_CONFLICTS,
        Action.RELAY_QUESTIONS,
        Action.LEAD_REVIEW,
        Action.INVITE,
        Action.MANAGE_MEMBERS,
    }),
    # Runs accounts and reads no profile: whoever must read one is made a manager, which is written down.
    Role.ADMIN: frozenset({
        Action.INVITE,
        Action.MANAGE_MEMBERS,
        Action.MANAGE_ACCOUNTS,
        Action.MANAGE_WEBHOOKS,
        Action.READ_AUDIT,
    }),
    Role.OPERATOR: frozenset(Action) - _OF_ONESELF,
}  # fmt: skip

_SCOPED = {
    Scope.READ: frozenset({Action.READ_STARTUP, Action.READ_OWN_STARTUP}),
    # Nobody reviews what may not be read.
    Scope.REVIEW: frozenset({Action.REVIEW, Action.LEAD_REVIEW, Action.READ_STARTUP}),
    Scope.EXPORT: frozenset({Action.EXPORT}),
    Scope.EDIT_PROGRAMS: frozenset({Action.EDIT_PROGRAM}),
    Scope.WRITE_PROFILE: frozenset({Action.READ_OWN_STARTUP, Action.EDIT_OWN_STARTUP}),
    # Reads what a plan is made from, and writes no review.
    Scope.ROUNDS: frozenset({Action.RUN_ROUNDS, Action.PUBLISH_OUTCOMES, Action.READ_STARTUP}),
}

_INVITES = {
    Role.LEAD: frozenset({Role.REVIEWER}),
    Role.MANAGER: frozenset({Role.FOUNDER, Role.REVIEWER, Role.LEAD}),
    Role.ADMIN: frozenset({Role.FOUNDER, Role.REVIEWER, Role.LEAD, Role.MANAGER, Role.ADMIN}),
    Role.OPERATOR: frozenset({Role.FOUNDER, Role.REVIEWER, Role.LEAD, Role.MANAGER, Role.ADMIN}),
}


def authorize(actor: Actor, action: Action, on: On | None = None) -> bool:
    """Say whether the actor may do this.

    Args:
        actor: who asks.
        action: what is to be done.
        on: the thing it is about; None asks whether the actor may do this to anything at all.
    """
    if action in _OF_ONESELF:
        return _is_oneself(actor, action, on)
    if actor.waits_for_code or not _in_scope(actor, action):
        return False
    return any(
        action in _ALLOWED[role] and (on is None or _reaches(actor, role, action, on)) for role in actor.roles
    )


def _is_oneself(actor: Actor, action: Action, on: On | None) -> bool:
    """A person's own account: never by a token; before the second factor only to give it."""
    if actor.account_id is None or actor.scopes is not None:
        return False
    if actor.waits_for_code and action is not Action.GIVE_CODE:
        return False
    return on is None or on.account_id == actor.account_id


def _in_scope(actor: Actor, action: Action) -> bool:
    return actor.scopes is None or any(action in _SCOPED[scope] for scope in actor.scopes)


def _reaches(actor: Actor, role: Role, action: Action, on: On) -> bool:
    if role is Role.OPERATOR:
        return on.role is None or on.role in _INVITES[role]
    if action in {Action.INVITE, Action.MANAGE_MEMBERS}:
        owns = role is not Role.LEAD or on.agency_id in actor.leads
        return owns and (on.role is None or on.role in _INVITES[role])
    if role is Role.FOUNDER:
        return on.startup_id in actor.startups
    if role in {Role.REVIEWER, Role.LEAD}:
        return _reaches_for_agency(actor, role, action, on)
    return True


def _reaches_for_agency(actor: Actor, role: Role, action: Action, on: On) -> bool:
    own = actor.leads if role is Role.LEAD else actor.agencies
    if action is Action.READ_STARTUP:
        return on.cleared and bool(on.candidate_of & own)
    if action in {Action.REVIEW, Action.EXPORT} and not on.review_open:
        return False
    return on.agency_id in own


def usable_scopes(actor: Actor) -> frozenset[Scope]:
    """Say for which scopes a token of this actor would open anything."""
    return frozenset(
        scope
        for scope, actions in _SCOPED.items()
        # What a scope lets be read besides makes nobody somebody who reviews.
        if any(authorize(actor, action) for action in actions - _SCOPED[Scope.READ] or actions)
    )


def may_see_candidates(actor: Actor) -> bool:
    """Say whether this actor sees every startup, rather than those some relation shows."""
    return any(role in {Role.MANAGER, Role.OPERATOR} for role in actor.roles) and authorize(
        actor, Action.READ_STARTUP
    )


def startups_for(actor: Actor) -> SelectOfScalar[Startup]:
    """Select the startups this actor may see."""
    return select(Startup).where(_sees_startup(actor, col(Startup.id)))


def blinded_for(actor: Actor) -> SelectOfScalar[str]:
    """Select the ids of startups whose names this actor is not told.

    Those in a blind program of an own agency while everybody there reviews alone, but for the own startups.
    Whoever works for the alliance is told all names.
    """
    if actor.manager or actor.operator or not actor.agencies:
        return select(Startup.id).where(false())
    blind = (
        select(Candidacy.startup_id)
        .join(Program, col(Program.id) == col(Candidacy.program_id))
        .join(ReviewSetup, col(ReviewSetup.program_id) == col(Program.id))
        .where(
            col(Program.agency_id).in_(sorted(actor.agencies)),
            col(Program.review_closed_at).is_(None),
            col(ReviewSetup.blind),
            col(ReviewSetup.phase) == ReviewPhase.INDIVIDUAL.value,
        )
    )
    return select(Startup.id).where(
        col(Startup.id).in_(blind), col(Startup.id).not_in(sorted(actor.startups))
    )


def profiles_for(actor: Actor) -> SelectOfScalar[Profile]:
    """Select the profiles this actor may see."""
    return select(Profile).where(_sees_startup(actor, col(Profile.startup_id)))


def candidacies_for(actor: Actor) -> SelectOfScalar[Candidacy]:
    """Select the candidacies this actor reviews.

    Those of the programs under review of an own agency, without what a conflict of interest hides and what
    the actor has not answered for yet.
    """
    return considered_for(actor).where(_is_cleared(actor, col(Candidacy.startup_id)))


def considered_for(actor: Actor) -> SelectOfScalar[Candidacy]:
    """Select the candidacies of the programs this actor reviews, to ask for conflicts of interest alone."""
    if not authorize(actor, Action.REVIEW):
        return select(Candidacy).where(false())
    allowed = (
        select(Program.id)
        .where(
            col(Program.id) == col(Candidacy.program_id),
            may_be_considered(col(Candidacy.startup_id), col(Program.agency_id)),
        )
        .correlate_except(Program)
    )
    return select(Candidacy).where(_reviews_program(actor, col(Candidacy.program_id)), allowed.exists())


def reviews_for(actor: Actor) -> SelectOfScalar[Review]:
    """Select the reviews this actor may see.

    While individual review is open a reviewer sees the own ones, and those of others about a startup once
    the own one about it is submitted; where the agency decides, all. A manager sees all. A review by
    somebody whom a conflict of interest keeps from the startup is nobody's to see: it does not count.
    """
    return select(Review).where(
        and_(
            is_unconflicted(col(Review.desk), col(Review.startup_id)),
            _reviews_program(actor, col(Review.program_id)),
            _sees_candidate(actor, col(Review.startup_id)),
            or_(
                col(Review.desk) == actor.key,
                _is_past_individual_review(actor, col(Review.program_id)),
                and_(
                    col(Review.desk) != AGENCY_DESK,
                    col(Review.submitted_at).is_not(None),
                    _has_submitted(actor, col(Review.program_id), col(Review.startup_id)),
                ),
            ),
        )
    )


def conflicts_for(actor: Actor) -> SelectOfScalar[ConflictAnswer]:
    """Select what stands or stood between reviewers and startups, for those who rule on it."""
    if not authorize(actor, Action.RULE_CONFLICTS):
        return select(ConflictAnswer).where(false())
    return select(ConflictAnswer).where(col(ConflictAnswer.state) != ConflictState.CLEAR.value)


def steps_for(actor: Actor) -> SelectOfScalar[ReviewStep]:
    """Select the steps this actor may undo: the own ones."""
    return select(ReviewStep).where(
        and_(
            _reviews_program(actor, col(ReviewStep.program_id)),
            _sees_candidate(actor, col(ReviewStep.startup_id)),
            col(ReviewStep.reviewer) == actor.key,
        )
    )


def comments_for(actor: Actor) -> SelectOfScalar[Comment]:
    """Select the comments this actor may see: the own ones, and those of others as with their reviews."""
    return select(Comment).where(
        and_(
            is_unconflicted(col(Comment.author_id), col(Comment.startup_id)),
            _reviews_program(actor, col(Comment.program_id)),
            _sees_candidate(actor, col(Comment.startup_id)),
            or_(
                col(Comment.author_id) == actor.account_id,
                _is_past_individual_review(actor, col(Comment.program_id)),
                _has_submitted(actor, col(Comment.program_id), col(Comment.startup_id)),
            ),
        )
    )


def others_shown_for(actor: Actor) -> SelectOfScalar[Candidacy]:
    """Select the candidacies about which this actor may read what others say."""
    return candidacies_for(actor).where(
        or_(
            _is_past_individual_review(actor, col(Candidacy.program_id)),
            _has_submitted(actor, col(Candidacy.program_id), col(Candidacy.startup_id)),
        )
    )


def questions_for(actor: Actor) -> SelectOfScalar[Question]:
    """Select the questions to founders this actor may see as one who reviews.

    The own ones and those that were answered; others' open ones as their reviews, and none by somebody whom a
    conflict of interest keeps from the startup. Managers pass all of them on.
    """
    others = and_(
        is_unconflicted(col(Question.asked_by), col(Question.startup_id)),
        or_(
            _is_past_individual_review(actor, col(Question.program_id)),
            _has_submitted(actor, col(Question.program_id), col(Question.startup_id)),
        ),
    )
    shown = or_(col(Question.asked_by) == actor.account_id, col(Question.state) == "answered", others)
    return select(Question).where(
        and_(
            _reviews_program(actor, col(Question.program_id)),
            _sees_candidate(actor, col(Question.startup_id)),
            true() if actor.manager or actor.operator else shown,
        )
    )


def answers_for(actor: Actor) -> SelectOfScalar[Question]:
    """Select the founders' answers this actor may read beside a profile.

    Founders read the own ones, the alliance all, an agency those it asked for itself: that another agency
    considers a startup is nobody else's to know.
    """
    asked = select(Program.id).where(
        true()
        if actor.manager or actor.operator
        else or_(
            col(Program.agency_id).in_(sorted(actor.agencies)),
            col(Question.startup_id).in_(sorted(actor.startups)),
        ),
        col(Program.id) == col(Question.program_id),
    )
    return select(Question).where(
        and_(
            col(Question.state) == "answered",
            _sees_startup(actor, col(Question.startup_id)),
            asked.correlate_except(Program).exists(),
        )
    )


def own_questions_for(actor: Actor) -> SelectOfScalar[Question]:
    """Select the questions a manager has passed on to this founder."""
    if not authorize(actor, Action.READ_OWN_STARTUP):
        return select(Question).where(false())
    own = select(StartupMember.startup_id).where(
        col(StartupMember.account_id) == actor.account_id,
        col(StartupMember.startup_id).in_(sorted(actor.startups)),
    )
    return select(Question).where(
        and_(col(Question.state).in_(["relayed", "answered"]), col(Question.startup_id).in_(own))
    )


def notices_for(actor: Actor) -> SelectOfScalar[Notice]:
    """Select the own notices, without those about a startup a conflict of interest hides by now."""
    if not authorize(actor, Action.OWN_ACCOUNT):
        return select(Notice).where(false())
    about = cast("Mapped[str]", Notice.startup_id)
    return select(Notice).where(
        and_(
            col(Notice.account_id) == actor.account_id,
            or_(about.is_(None), _sees_startup(actor, about)),
        )
    )


def reviewed_programs_for(actor: Actor) -> SelectOfScalar[Program]:
    """Select the programs whose candidates this actor reviews."""
    return select(Program).where(_reviews_program(actor, col(Program.id)))


def edited_programs_for(actor: Actor) -> SelectOfScalar[Program]:
    """Select the programs this actor may write versions of."""
    if not authorize(actor, Action.EDIT_PROGRAM):
        return select(Program).where(false())
    return select(Program).where(_leads(actor, col(Program.agency_id)))


def program_versions_for(actor: Actor) -> SelectOfScalar[ProgramVersion]:
    """Select the versions of programs this actor may see, drafts included."""
    if not authorize(actor, Action.EDIT_PROGRAM):
        return select(ProgramVersion).where(false())
    return select(ProgramVersion).where(_leads(actor, col(ProgramVersion.agency_id)))


def accounts_for(actor: Actor) -> SelectOfScalar[Account]:
    """Select the accounts this actor may see beside the own one.

    An admin sees all; a manager those of founders, reviewers and leads; a lead those of the own agencies.
    """
    if authorize(actor, Action.MANAGE_ACCOUNTS):
        return select(Account)
    query = select(Account).where(false() if not authorize(actor, Action.MANAGE_MEMBERS) else true())
    if actor.manager:
        return query.where(or_(col(Account.office) == "none", col(Account.id) == actor.account_id))
    colleagues = select(AgencyMember.account_id).where(col(AgencyMember.agency_id).in_(sorted(actor.leads)))
    return query.where(col(Account.id).in_(colleagues))


def startup_members_for(actor: Actor) -> SelectOfScalar[StartupMember]:
    """Select the founders this actor may see as such; a lead is not told what else colleagues do."""
    sees = authorize(actor, Action.MANAGE_MEMBERS) and (actor.manager or actor.admin or actor.operator)
    return select(StartupMember).where(true() if sees else false())


def agency_members_for(actor: Actor) -> SelectOfScalar[AgencyMember]:
    """Select the memberships of agencies this actor may see: a lead those of the own agencies."""
    if not authorize(actor, Action.MANAGE_MEMBERS):
        return select(AgencyMember).where(false())
    if actor.manager or actor.admin or actor.operator:
        return select(AgencyMember)
    return select(AgencyMember).where(col(AgencyMember.agency_id).in_(sorted(actor.leads)))


def invitations_for(actor: Actor) -> SelectOfScalar[Invitation]:
    """Select the invitations this actor may see and take back: those the actor could have given."""
    if not authorize(actor, Action.INVITE):
        return select(Invitation).where(false())
    given: list[ColumnElement[bool]] = [false()]
    for role in actor.roles & _INVITES.keys():
        gives = col(Invitation.role).in_(sorted(_INVITES[role]))
        own = col(Invitation.agency_id).in_(sorted(actor.leads)) if role is Role.LEAD else true()
        given.append(and_(gives, own))
    return select(Invitation).where(or_(*given))


def may_be_considered(startup_id: Mapped[str], agency_id: Mapped[str]) -> ColumnElement[bool]:
    """Say in SQL whether an agency may be shown a startup that is considered for a program of it.

    True for an invented one, and for one that is not withdrawn and whose consent stands.
    """
    startup = (
        select(Startup.id)
        .where(
            col(Startup.id) == startup_id,
            or_(
                col(Startup.invented),
                and_(col(Startup.withdrawn_at).is_(None), consent_stands(startup_id, agency_id)),
            ),
        )
        .correlate_except(Startup)
    )
    return startup.exists()


def consent_stands(startup_id: Mapped[str], agency_id: Mapped[str]) -> ColumnElement[bool]:
    """Say in SQL whether a startup consents to be reviewed by an agency, where that is now.

    An agency in a country that is not recognised as protecting personal data needs a second consent, to the
    provision abroad.
    """
    seat = col(City.country)
    located = (
        select(Agency.id)
        .join(City, col(City.id) == col(Agency.city_id))
        .where(
            col(Agency.id) == agency_id,
            _given(startup_id, agency_id, seat, Purpose.REVIEW),
            or_(
                seat.in_(sorted(WITHOUT_SEPARATE_CONSENT)),
                _given(startup_id, agency_id, seat, Purpose.PROVISION_ABROAD),
            ),
        )
        # Without being told, SQLAlchemy takes columns only from the query right around this one.
        .correlate_except(Agency, City)
    )
    return located.exists()


def _given(
    startup_id: Mapped[str], agency_id: Mapped[str], country: Mapped[str], purpose: Purpose
) -> ColumnElement[bool]:
    given = (
        select(Consent.id)
        .where(
            col(Consent.startup_id) == startup_id,
            col(Consent.agency_id) == agency_id,
            col(Consent.country) == country,
            col(Consent.purpose) == purpose.value,
            col(Consent.withdrawn_at).is_(None),
        )
        .correlate_except(Consent)
    )
    return given.exists()


def is_unconflicted(account_id: Mapped[Any], startup_id: Mapped[str]) -> ColumnElement[bool]:
    """Say in SQL whether no conflict of interest keeps an account from a startup.

    Every list, count and sum of what reviewers wrote is narrowed by it. The agency's desk belongs to nobody
    in particular, so that what was decided there stands until a manager confirms a conflict.
    """
    conflict = aliased(ConflictAnswer)
    kept_away = (
        select(conflict.account_id)
        .where(
            col(conflict.account_id) == account_id,
            col(conflict.startup_id) == startup_id,
            col(conflict.state).in_([ConflictState.OPEN.value, ConflictState.CONFIRMED.value]),
        )
        .correlate_except(conflict)
    )
    return ~kept_away.exists()


def outcomes_for(actor: Actor) -> SelectOfScalar[Outcome]:
    """Select the published results this actor may see: a manager all, a founder those of the own startups."""
    return select(Outcome).where(_hears_of(actor, col(Outcome.startup_id)))


def appeals_for(actor: Actor) -> SelectOfScalar[Appeal]:
    """Select the appeals this actor may see: a manager all, a founder those of the own startups."""
    return select(Appeal).where(_hears_of(actor, col(Appeal.startup_id)))


def planner_for(actor: Actor) -> Actor:
    """Give who reads what a plan of a round is made from.

    Whoever may run rounds plans with every review, also by a token that may write none.
    """
    return replace(actor, scopes=None) if authorize(actor, Action.RUN_ROUNDS) else actor


def rounds_for(actor: Actor) -> SelectOfScalar[Round]:
    """Select the rounds this actor may see: they belong to the alliance, whose managers see all."""
    return select(Round).where(true() if authorize(actor, Action.RUN_ROUNDS) else false())


def _hears_of(actor: Actor, startup_id: Mapped[str]) -> ColumnElement[bool]:
    if authorize(actor, Action.PUBLISH_OUTCOMES):
        return true()
    if not authorize(actor, Action.READ_OWN_STARTUP):
        return false()
    own = select(StartupMember.startup_id).where(
        col(StartupMember.account_id) == actor.account_id,
        col(StartupMember.startup_id).in_(sorted(actor.startups)),
    )
    return startup_id.in_(own)


def _sees_startup(actor: Actor, startup_id: Mapped[str]) -> ColumnElement[bool]:
    if not authorize(actor, Action.READ_STARTUP):
        return false()
    if may_see_candidates(actor):
        return true()
    considered = (
        select(Candidacy.startup_id)
        .join(Program, col(Program.id) == col(Candidacy.program_id))
        .where(
            col(Program.agency_id).in_(sorted(actor.agencies)),
            col(Program.review_closed_at).is_(None),
            may_be_considered(col(Candidacy.startup_id), col(Program.agency_id)),
            _is_cleared(actor, col(Candidacy.startup_id)),
        )
    )
    # The membership is read again here, so that even an actor kept too long shows nothing of others.
    own = select(StartupMember.startup_id).where(
        col(StartupMember.account_id) == actor.account_id,
        col(StartupMember.startup_id).in_(sorted(actor.startups)),
    )
    return or_(startup_id.in_(considered), startup_id.in_(own))


def _sees_candidate(actor: Actor, startup_id: Mapped[str]) -> ColumnElement[bool]:
    """Say in SQL whether this actor may see what is said about a startup: its founders may not."""
    return and_(_sees_startup(actor, startup_id), _is_cleared(actor, startup_id))


def _is_cleared(actor: Actor, startup_id: Mapped[str]) -> ColumnElement[bool]:
    """Say in SQL whether no conflict of interest hides a startup; managers rule on conflicts and see all."""
    if actor.manager or actor.operator:
        return true()
    answer = (
        select(ConflictAnswer.account_id)
        .where(
            col(ConflictAnswer.account_id) == actor.account_id,
            col(ConflictAnswer.startup_id) == startup_id,
            col(ConflictAnswer.state).in_([ConflictState.CLEAR.value, ConflictState.DISMISSED.value]),
        )
        .correlate_except(ConflictAnswer)
    )
    member = aliased(StartupMember)
    founds = (
        select(member.startup_id)
        .where(col(member.account_id) == actor.account_id, col(member.startup_id) == startup_id)
        .correlate_except(member)
    )
    # Nobody judges the own startup, whatever was answered.
    return and_(answer.exists(), ~founds.exists())


def _is_past_individual_review(actor: Actor, program_id: Mapped[str]) -> ColumnElement[bool]:
    if actor.manager or actor.operator:
        return true()
    setup = (
        select(ReviewSetup.program_id)
        .where(
            col(ReviewSetup.program_id) == program_id,
            col(ReviewSetup.phase) == ReviewPhase.DECISION.value,
        )
        .correlate_except(ReviewSetup)
    )
    return setup.exists()


def _has_submitted(actor: Actor, program_id: Mapped[str], startup_id: Mapped[str]) -> ColumnElement[bool]:
    own = aliased(Review)
    submitted = (
        select(own.program_id)
        .where(
            col(own.program_id) == program_id,
            col(own.startup_id) == startup_id,
            col(own.desk) == actor.key,
            col(own.submitted_at).is_not(None),
        )
        .correlate_except(own)
    )
    return submitted.exists()


def _reviews_program(actor: Actor, program_id: Mapped[str]) -> ColumnElement[bool]:
    if not (authorize(actor, Action.REVIEW) or authorize(actor, Action.EXPORT)):
        return false()
    if may_see_candidates(actor) or actor.manager or actor.operator:
        return true()
    own = select(Program.id).where(
        col(Program.agency_id).in_(sorted(actor.agencies)), col(Program.review_closed_at).is_(None)
    )
    return program_id.in_(own)


def _leads(actor: Actor, agency_id: Mapped[str]) -> ColumnElement[bool]:
    if actor.manager or actor.operator:
        return true()
    return agency_id.in_(sorted(actor.leads))
