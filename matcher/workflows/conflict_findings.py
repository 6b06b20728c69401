"""Find what stands between reviewers and startups although nobody said so.

Three things are compared: the domain of the e-mail addresses of a reviewer and of a startup's founders, the
companies a reviewer worked for in the last three years or holds shares of, and the founders themselves. What
is found hides the startup from the reviewer until a manager has ruled on it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from matcher.workflows.audits import Act, record
from matcher.workflows.duplicates import normal_name
from matcher.workflows.public_mail import PUBLIC_MAIL
from models.access import OPERATOR
from models.base import now_utc
from models.conflict import ConflictKind, ConflictState
from models.tables import Account, ConflictAnswer, OutsideTie, Startup, StartupMember

EMPLOYER_YEARS = 3
"""How long somebody who worked for a company does not judge it: the pledge Korean evaluators sign."""

_MOST_EVIDENCE = 100
_AT_ONCE = 400
_ORDER = (
    ConflictKind.FOUNDER,
    ConflictKind.SHAREHOLDING,
    ConflictKind.EMPLOYER,
    ConflictKind.EMAIL_DOMAIN,
)
"""The weightiest first: it names the conflict, the others stand beside it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found between a reviewer and a startup; `value` is the domain or the company."""

    account_id: str
    startup_id: str
    kind: ConflictKind
    value: str

    @property
    def evidence(self) -> str:
        """The line that is kept of it."""
        return f"{self.kind.value}: {self.value}"[:_MOST_EVIDENCE] if self.value else self.kind.value


def find_conflicts(
    session: Session, today: date, account_ids: Collection[str] | None = None
) -> tuple[Finding, ...]:
    """Compare those who answered for startups with these, and say what is new since they answered.

    A manager's ruling covers what was found until then; what is found about a case that waits for one is put
    beside it. The number of queries does not grow with the number of startups.

    Args:
        session: an open unit.
        today: the day the three years are counted to.
        account_ids: whose answers to look at; None for everybody's.
    """
    reviewers = _reviewers(session, account_ids)
    found = [
        *_founders(session, reviewers),
        *_domains(session, reviewers),
        *_ties(session, reviewers, today),
    ]
    known = _known(session, {(one.account_id, one.startup_id) for one in found})
    return tuple(
        one
        for one in found
        if (answer := known.get((one.account_id, one.startup_id))) is not None
        and answer.state != ConflictState.CONFIRMED.value
        and one.evidence not in answer.evidence
    )


def detect_conflicts(
    session: Session, today: date | None = None, account_ids: Collection[str] | None = None
) -> int:
    """Hide from reviewers what something was found about; give how many startups were hidden.

    Args:
        session: an open write unit.
        today: the day the three years are counted to; by default the present one.
        account_ids: whose answers to look at; None for everybody's.
    """
    session.flush()
    found: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for one in find_conflicts(session, today or now_utc().date(), account_ids):
        found[one.account_id, one.startup_id].append(one)
    for key, findings in found.items():
        answer = session.get_one(ConflictAnswer, key)
        # A new list, because a changed one in the same place is not noticed.
        answer.evidence = [*answer.evidence, *(one.evidence for one in findings)]
        if answer.state != ConflictState.OPEN.value:
            answer.state = ConflictState.OPEN.value
            answer.kind = min((one.kind for one in findings), key=_ORDER.index).value
        session.add(answer)
        record(
            session,
            OPERATOR,
            Act.CONFLICT_FOUND,
            subject=answer.startup_id,
            about=answer.account_id,
            details={"kinds": sorted({one.kind.value for one in findings})},
        )
    session.flush()
    return len(found)


def mail_domain(email: str) -> str:
    """Give the domain of an address that belongs to one organisation; empty for a public provider's."""
    domain = email.rpartition("@")[2].casefold().rstrip(".")
    return "" if "." not in domain or domain in PUBLIC_MAIL else domain


def _reviewers(session: Session, account_ids: Collection[str] | None) -> Mapping[str, str]:
    """Give the e-mail address of each account that answered for startups."""
    answered = select(ConflictAnswer.account_id).distinct()
    query = select(Account.id, Account.email).where(col(Account.id).in_(answered))
    if account_ids is not None:
        query = query.where(col(Account.id).in_(sorted(account_ids)))
    return dict(session.exec(query).all())


def _founders(session: Session, reviewers: Mapping[str, str]) -> Iterator[Finding]:
    answered = select(ConflictAnswer.account_id).distinct()
    for member in session.exec(select(StartupMember).where(col(StartupMember.account_id).in_(answered))):
        if member.account_id in reviewers:
            yield Finding(member.account_id, member.startup_id, ConflictKind.FOUNDER, "")


def _domains(session: Session, reviewers: Mapping[str, str]) -> Iterator[Finding]:
    """Compare domains: the same one, or one within the other, as `lab.acme.kr` is within `acme.kr`."""
    startups: dict[str, set[str]] = defaultdict(set)
    within: dict[str, set[str]] = defaultdict(set)
    members = select(Account.email, StartupMember.startup_id).join(
        StartupMember, col(StartupMember.account_id) == col(Account.id)
    )
    for email, startup_id in session.exec(members):
        domain = mail_domain(email)
        startups[domain].add(startup_id)
        for parent in _parents(domain):
            within[parent].add(startup_id)
    for account_id, email in reviewers.items():
        domain = mail_domain(email)
        if not domain:
            continue
        hit = startups.get(domain, set()) | within.get(domain, set())
        hit = hit.union(*(startups.get(parent, set()) for parent in _parents(domain)))
        for startup_id in sorted(hit):
            yield Finding(account_id, startup_id, ConflictKind.EMAIL_DOMAIN, domain)


def _parents(domain: str) -> Iterator[str]:
    """Give the domains one lies in, down to two names: nobody's mail is at `co.kr` itself."""
    parts = domain.split(".")
    for start in range(1, len(parts) - 1):
        yield ".".join(parts[start:])


def _ties(session: Session, reviewers: Mapping[str, str], today: date) -> Iterator[Finding]:
    told = session.exec(select(OutsideTie)).all()
    ties = [tie for tie in told if tie.account_id in reviewers and counts(tie, today)]
    if not ties:
        return
    named: dict[str, set[str]] = defaultdict(set)
    for startup_id, name, native_name in session.exec(select(Startup.id, Startup.name, Startup.native_name)):
        for spelled in (name, native_name or ""):
            named[normal_name(spelled)].add(startup_id)
    for tie in ties:
        wanted = normal_name(tie.name)
        for startup_id in sorted(named.get(wanted, ())) if wanted else ():
            yield Finding(tie.account_id, startup_id, ConflictKind(tie.kind), tie.name)


def counts(tie: OutsideTie, today: date) -> bool:
    """Say whether a tie still counts: a shareholding while it lasts, an employer for three years after."""
    if tie.ended_on is None:
        return True
    if tie.kind == ConflictKind.SHAREHOLDING.value:
        return tie.ended_on >= today
    # 29 February has its anniversary on the 28th.
    day = min(today.day, 28) if today.month == 2 else today.day  # noqa: PLR2004  February
    return tie.ended_on >= date(today.year - EMPLOYER_YEARS, today.month, day)


def _known(session: Session, pairs: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], ConflictAnswer]:
    wanted = sorted(set(pairs))
    found: dict[tuple[str, str], ConflictAnswer] = {}
    for part in _parts(sorted({startup_id for _, startup_id in wanted})):
        for answer in session.exec(select(ConflictAnswer).where(col(ConflictAnswer.startup_id).in_(part))):
            found[answer.account_id, answer.startup_id] = answer
    return {pair: found[pair] for pair in wanted if pair in found}


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Give ids in parts, because a statement holds only so many values."""
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]
