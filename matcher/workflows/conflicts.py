"""Conflicts of interest as reviewers tell them: before they see anything of a startup but its name.

Nobody sees a candidate before answering for it. Whoever has a conflict sees the case nowhere afterwards, and
what this person wrote about it does not count. A manager rules on it (see `conflict_rulings`).
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from matcher.engine.cleaning import clean_text
from matcher.errors import AccessDeniedError, FieldError, UnknownStartupError
from matcher.workflows.audits import Act, record
from matcher.workflows.blind import hidden_names
from matcher.workflows.conflict_findings import detect_conflicts
from matcher.workflows.programs import ProgramCard, read_reviewed_program
from matcher.workflows.review_queues import require
from models.access import Action, Actor, candidacies_for, considered_for
from models.base import now_utc
from models.conflict import ConflictKind, ConflictState
from models.tables import Candidacy, ConflictAnswer, OutsideTie, Startup

LONGEST_WORDS = 500
LONGEST_TIE = 300
MOST_TIES = 50
MOST_NAMES = 300
"""Names that are answered for at a time: a person reads only so many."""


@dataclass(frozen=True, slots=True)
class Tie:
    """An employer or a shareholding; `ended_on` is None while it lasts."""

    kind: ConflictKind
    name: str
    ended_on: date | None = None


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a reviewer answers for: names and nothing else, in the order of the alphabet.

    Attributes:
        program: the program whose candidates they are.
        waiting: names nobody answered for yet.
        answered: names with nothing between them and the reviewer. Those with a conflict are not listed
            any more: the case is seen nowhere.
        ties: what the reviewer told of employers and shareholdings.
    """

    program: ProgramCard
    waiting: tuple[str, ...]
    answered: tuple[str, ...]
    ties: tuple[Tie, ...]


def declares(actor: Actor) -> bool:
    """Say whether this actor answers for conflicts: whoever works for the alliance rules on them instead."""
    return bool(actor.agencies) and not (actor.manager or actor.operator) and actor.account_id is not None


def open_declaration(session: Session, actor: Actor, program_id: str) -> Declaration:
    """Give the names a reviewer has to answer for, and those that were answered for.

    Raises:
        AccessDeniedError: this actor may not review, or rules on conflicts and declares none.
        UnknownProgramError: there is no such program, or it is not this actor's.
    """
    card = _program(session, actor, program_id)
    waiting, answered = _by_name(session, actor, program_id)
    return Declaration(card, tuple(waiting), tuple(answered), own_ties(session, actor))


def count_waiting(session: Session, actor: Actor, program_id: str) -> int:
    """Count the candidates of a program this reviewer has not answered for; none for those who rule."""
    if not declares(actor):
        return 0
    considered = considered_for(actor).where(
        col(Candidacy.program_id) == program_id, col(Candidacy.startup_id).not_in(_answered(actor))
    )
    return session.exec(select(func.count()).select_from(considered.subquery())).one()


def must_declare(session: Session, actor: Actor, program_id: str) -> bool:
    """Say whether this reviewer has to answer before anything of a program can be shown."""
    if not declares(actor):
        return False
    considered = considered_for(actor).where(col(Candidacy.program_id) == program_id)
    answered = considered.where(col(Candidacy.startup_id).in_(_answered(actor))).limit(1)
    return session.exec(answered).first() is None and session.exec(considered.limit(1)).first() is not None


def declare(
    session: Session,
    actor: Actor,
    program_id: str,
    answers: Mapping[str, bool],
    *,
    words: str = "",
    ties: Sequence[Tie] | None = None,
) -> None:
    """Keep a reviewer's answers, then look for what was not said.

    Args:
        session: an open write unit.
        actor: who answers.
        program_id: the program.
        answers: whether there is a conflict, by the name as it was shown; two startups of one name are
            answered for together. A name that is not listed says nothing.
        words: what stands between them, for those with a conflict; at most 500 characters.
        ties: employers of the last three years and shareholdings, in the place of those told before; None
            leaves them.

    Raises:
        FieldError: `words` or a tie is too long or cannot be stored; or names are hidden and only some of
            those that are listed are answered for, which would tell what each is called instead.
        AccessDeniedError, UnknownProgramError: see `open_declaration`.
    """
    _program(session, actor, program_id)
    text = clean_text(words, "words", limit=LONGEST_WORDS) if words.strip() else ""
    waiting, answered = _by_name(session, actor, program_id)
    listed = list(waiting)[:MOST_NAMES]
    told = sum(name in answers for name in listed)
    asked = [startup_id for name in listed for startup_id in waiting[name]]
    if 0 < told < len(listed) and hidden_names(session, actor, asked):
        raise FieldError("names", "in a blind review every listed name is answered for at once")
    if ties is not None:
        _keep_ties(session, actor, ties)
    for name, conflicted in answers.items():
        for startup_id in waiting.get(name, ()):
            _answer(session, actor, program_id, startup_id, text if conflicted else None)
        for startup_id in answered.get(name, ()) if conflicted else ():
            _answer(session, actor, program_id, startup_id, text)
    detect_conflicts(session, account_ids=[_account(actor)])


def step_back(session: Session, actor: Actor, program_id: str, startup_id: str, words: str) -> None:
    """Leave a case to others: it is gone from everything this reviewer sees, and the review with it.

    Raises:
        FieldError: `words` are longer than 500 characters or cannot be stored.
        AccessDeniedError, UnknownProgramError: see `open_declaration`.
        UnknownStartupError: it is none of this reviewer's candidates.
    """
    _program(session, actor, program_id)
    considered = candidacies_for(actor).where(
        col(Candidacy.program_id) == program_id, col(Candidacy.startup_id) == startup_id
    )
    if not startup_id.isprintable() or session.exec(considered).first() is None:
        raise UnknownStartupError(startup_id)
    text = clean_text(words, "words", limit=LONGEST_WORDS) if words.strip() else ""
    _answer(session, actor, program_id, startup_id, text)
    detect_conflicts(session, account_ids=[_account(actor)])


def own_ties(session: Session, actor: Actor) -> tuple[Tie, ...]:
    """List the employers and shareholdings this actor told of."""
    rows = session.exec(
        select(OutsideTie)
        .where(OutsideTie.account_id == actor.account_id)
        .order_by(col(OutsideTie.kind), col(OutsideTie.name))
    )
    return tuple(Tie(ConflictKind(row.kind), row.name, row.ended_on) for row in rows)


def company_name(startup: Startup) -> str:
    """Give a startup's name as a reviewer knows it: the own spelling beside the other one."""
    native = startup.native_name or ""
    return startup.name if native in {"", startup.name} else f"{startup.name} ({native})"


def _program(session: Session, actor: Actor, program_id: str) -> ProgramCard:
    require(actor, Action.REVIEW)
    card = read_reviewed_program(session, actor, program_id).card
    if not declares(actor):
        raise AccessDeniedError(f"{Action.REVIEW.value}: who rules on conflicts declares none")
    return card


def _account(actor: Actor) -> str:
    assert actor.account_id is not None  # noqa: S101  asked before by `declares`
    return actor.account_id


def _answered(actor: Actor) -> SelectOfScalar[str]:
    """Select the startups this actor has an answer about, whoever gave it."""
    return select(ConflictAnswer.startup_id).where(ConflictAnswer.account_id == actor.account_id)


def _by_name(
    session: Session, actor: Actor, program_id: str
) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Give ids by name, in the order of the alphabet: not answered for, and with nothing in between."""
    considered = considered_for(actor).where(col(Candidacy.program_id) == program_id).subquery()
    startups = session.exec(select(Startup).where(col(Startup.id).in_(select(considered.c.startup_id)))).all()
    states = dict(
        session.exec(
            select(ConflictAnswer.startup_id, ConflictAnswer.state).where(
                ConflictAnswer.account_id == actor.account_id
            )
        ).all()
    )
    own = {row.startup_id for row in session.exec(candidacies_for(actor))}
    waiting: dict[str, list[str]] = {}
    answered: dict[str, list[str]] = {}
    for startup in sorted(startups, key=_alphabetically):
        if startup.id not in states:
            waiting.setdefault(company_name(startup), []).append(startup.id)
        elif startup.id in own:
            answered.setdefault(company_name(startup), []).append(startup.id)
    return waiting, answered


def _alphabetically(startup: Startup) -> tuple[str, str]:
    return unicodedata.normalize("NFKC", startup.name).casefold(), startup.id


def _answer(session: Session, actor: Actor, program_id: str, startup_id: str, words: str | None) -> None:
    """Keep one answer: None says that nothing stands between them."""
    row = session.get(ConflictAnswer, (_account(actor), startup_id)) or ConflictAnswer(
        account_id=_account(actor), startup_id=startup_id, state="", kind=""
    )
    state, kind = ConflictState.CLEAR, ConflictKind.NONE
    if words is not None:
        state, kind = ConflictState.OPEN, ConflictKind.DECLARED
    row.state, row.kind, row.text, row.answered_at = state.value, kind.value, words or "", now_utc()
    row.ruled_by, row.ruled_at, row.ruling = None, None, ""
    session.add(row)
    details = {"conflict": words is not None}
    record(session, actor, Act.CONFLICT_ANSWERED, subject=startup_id, about=program_id, details=details)


def _keep_ties(session: Session, actor: Actor, ties: Sequence[Tie]) -> None:
    if len(ties) > MOST_TIES:
        raise FieldError("ties", f"more than {MOST_TIES}")
    wanted = {}
    for number, tie in enumerate(ties):
        if tie.kind not in {ConflictKind.EMPLOYER, ConflictKind.SHAREHOLDING}:
            raise FieldError(f"ties.{number}", "an employer or a shareholding expected")
        name = clean_text(tie.name, f"ties.{number}", limit=LONGEST_TIE)
        wanted[tie.kind.value, name] = tie.ended_on
    for row in session.exec(select(OutsideTie).where(OutsideTie.account_id == actor.account_id)):
        if (row.kind, row.name) in wanted:
            row.ended_on = wanted.pop((row.kind, row.name))
            session.add(row)
        else:
            session.delete(row)
    session.add_all(
        OutsideTie(account_id=_account(actor), kind=kind, name=name, ended_on=ended_on)
        for (kind, name), ended_on in wanted.items()
    )
    session.flush()
