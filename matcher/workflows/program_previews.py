"""Who would become eligible: the draft's conditions beside the published ones, startup by startup."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from sqlmodel import Session, col

from matcher.engine.conditions import Rule
from matcher.engine.eligibility import Eligibility, RuleOutcome, judge
from matcher.workflows.blind import hidden_names, pseudonym
from matcher.workflows.program_versions import read_managed
from matcher.workflows.review_queues import startup_facts
from models.access import Actor, candidacies_for, startups_for
from models.tables import Candidacy, Startup
from models.vocabulary import Verdict

_ORDER = (Verdict.NOT_ELIGIBLE, Verdict.CANNOT_TELL, Verdict.ELIGIBLE)


@dataclass(frozen=True, slots=True)
class VerdictCounts:
    """How many startups each verdict has."""

    eligible: int
    cannot_tell: int
    not_eligible: int


@dataclass(frozen=True, slots=True)
class VerdictChange:
    """A startup whose verdict the draft changes, and the conditions that do it.

    `because` holds conditions of the draft where it becomes worse, and of the published version, which
    no longer stand in the way, where it becomes better.
    """

    startup_id: str
    name: str
    before: Verdict
    after: Verdict
    because: tuple[RuleOutcome, ...]

    @property
    def better(self) -> bool:
        """Whether the draft lets this startup in further."""
        return _ORDER.index(self.after) > _ORDER.index(self.before)


@dataclass(frozen=True, slots=True)
class EligibilityPreview:
    """What the draft's conditions mean; `before` is None where nothing is published yet."""

    candidates_only: bool
    startups: int
    before: VerdictCounts | None
    after: VerdictCounts
    changes: tuple[VerdictChange, ...]


def preview(session: Session, actor: Actor, program_id: str, *, today: date) -> EligibilityPreview:
    """Judge the startups this actor may see by the draft's conditions and by the published ones.

    For a published program they are its candidates, for one that is not the startups the actor may see.

    Args:
        session: an open read unit.
        actor: who edits the program.
        program_id: the program.
        today: the day company ages are counted to.

    Raises:
        UnknownProgramError: there is no such program, or it is not this actor's.
    """
    managed = read_managed(session, actor, program_id)
    published = managed.published.typed_rules if managed.published else None
    drafted = managed.open.content.typed_rules if managed.open else published or ()
    startups = session.exec(startups_for(actor).order_by(col(Startup.id))).all()
    if published is not None:
        considered = candidacies_for(actor).where(col(Candidacy.program_id) == program_id)
        candidates = {row.startup_id for row in session.exec(considered)}
        startups = [startup for startup in startups if startup.id in candidates]
    found = preview_rules(startups, published, drafted, today)
    hidden = hidden_names(session, actor, [change.startup_id for change in found.changes])
    if not hidden:
        return found
    changes = (
        replace(change, name=pseudonym(change.startup_id)) if change.startup_id in hidden else change
        for change in found.changes
    )
    return replace(found, changes=tuple(changes))


def preview_rules(
    startups: Iterable[Startup], published: tuple[Rule, ...] | None, drafted: tuple[Rule, ...], today: date
) -> EligibilityPreview:
    """Judge startups by two sets of rules and say what differs.

    Args:
        startups: whom to judge.
        published: the rules in force, None where there are none yet.
        drafted: the rules of the draft.
        today: the day company ages are counted to.
    """
    before: list[Verdict] = []
    after: list[Verdict] = []
    changes: list[VerdictChange] = []
    for startup in startups:
        facts = startup_facts(startup)
        new = judge(drafted, facts, today)
        after.append(new.verdict)
        if published is None:
            continue
        old = judge(published, facts, today)
        before.append(old.verdict)
        if old.verdict is not new.verdict:
            changes.append(
                VerdictChange(startup.id, startup.name, old.verdict, new.verdict, _because(old, new))
            )
    return EligibilityPreview(
        published is not None,
        len(after),
        None if published is None else _count(before),
        _count(after),
        tuple(changes),
    )


def _because(old: Eligibility, new: Eligibility) -> tuple[RuleOutcome, ...]:
    """Name the conditions behind a change: those that hold back now, or those that did before."""
    worse = _ORDER.index(new.verdict) < _ORDER.index(old.verdict)
    deciding = new if worse else old
    return tuple(outcome for outcome in deciding.outcomes if outcome.verdict is deciding.verdict)


def _count(verdicts: Iterable[Verdict]) -> VerdictCounts:
    counted = Counter(verdicts)
    return VerdictCounts(
        counted[Verdict.ELIGIBLE], counted[Verdict.CANNOT_TELL], counted[Verdict.NOT_ELIGIBLE]
    )
