"""Questions of reviewers to founders: asked, passed on or refused by a manager, answered by the founders.

Founders read the words a manager passed on and which agency asks, never who; reviewers read the answer, never
who gave it. The answer stands beside the profile from then on, with its source: the day, and the agency that
asked. An agency reads the answers it asked for itself: that another one considers the startup is not its to
know.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session, col, select

from matcher.engine.cleaning import clean_text
from matcher.errors import FieldError, StaleEditError, UnknownThingError
from matcher.workflows.audits import Act, record
from matcher.workflows.blind import Mask, masks_for
from matcher.workflows.discussions import candidate_program, discussion_address
from matcher.workflows.notices import NoticeKind, Told, founders_of, managers, notify, who_reviews
from matcher.workflows.own_startups import own_startup
from matcher.workflows.programs import ProgramCard, ProgramFilter, list_programs
from matcher.workflows.review_queues import require
from models.access import Action, Actor, On, answers_for, authorize, own_questions_for, questions_for
from models.base import now_utc
from models.tables import Account, Question, Startup

LONGEST_QUESTION = 2000
LONGEST_ANSWER = 4000
MOST_OPEN = 20
"""Questions about one candidate of one program that may wait for a manager or for the founders at a time."""

MOST_DONE = 100
"""How many questions that need nothing any more the manager's page lists."""


class QuestionState(StrEnum):
    """How far a question is."""

    ASKED = "asked"
    REFUSED = "refused"
    RELAYED = "relayed"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question as those read it who review the candidate.

    Attributes:
        id: of the question.
        own: whether the reader asked it; nobody else is told who did.
        state: how far it is.
        text: what was asked.
        asked_at: when.
        note: the words that were passed on, or why they were not; empty while it waits.
        decided_at: when it was passed on or refused.
        answer: the founder's words; empty before.
        answered_at: when they were written.
    """

    id: str
    own: bool
    state: QuestionState
    text: str
    asked_at: datetime
    note: str
    decided_at: datetime | None
    answer: str
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class ManagedQuestion:
    """A question as a manager reads it; `asker` is empty where the account is gone."""

    question: AskedQuestion
    asker: str
    program: ProgramCard
    startup_id: str
    startup_name: str


@dataclass(frozen=True, slots=True)
class FounderQuestion:
    """A question as the founders read it: the words that were passed on and the agency that asks."""

    id: str
    program: ProgramCard
    text: str
    relayed_at: datetime
    answer: str
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Answer:
    """A founder's answer as a fact beside the profile, with its source."""

    program: ProgramCard
    question: str
    text: str
    answered_at: datetime


def ask(session: Session, actor: Actor, program_id: str, startup_id: str, text: str) -> tuple[Told, ...]:
    """Ask the founders of a candidate something; a manager reads it first.

    Args:
        session: an open write unit.
        actor: who reviews the candidate.
        program_id: the program.
        startup_id: the startup.
        text: at most 2000 characters.

    Returns:
        Whom to write to: the managers.

    Raises:
        FieldError: the text is empty, too long or not storable, or too many questions are open.
        AccessDeniedError, UnknownProgramError, UnknownStartupError: see the classes.
    """
    candidate_program(session, actor, program_id, startup_id)
    said = clean_text(text, "question", limit=LONGEST_QUESTION)
    waiting = session.exec(
        select(Question.id).where(
            Question.program_id == program_id,
            Question.startup_id == startup_id,
            col(Question.state).in_([QuestionState.ASKED.value, QuestionState.RELAYED.value]),
        )
    ).all()
    if len(waiting) >= MOST_OPEN:
        raise FieldError("question", f"{MOST_OPEN} questions wait already")
    session.add(Question(program_id=program_id, startup_id=startup_id, asked_by=actor.account_id, text=said))
    record(session, actor, Act.QUESTION_ASKED, subject=startup_id, about=program_id)
    return notify(
        session,
        set(managers(session)) - {actor.account_id or ""},
        NoticeKind.QUESTION_ASKED,
        address="/manage/questions",
        program_id=program_id,
    )


def list_asked(session: Session, actor: Actor, program_id: str, startup_id: str) -> tuple[AskedQuestion, ...]:
    """List what was asked about a candidate, the oldest first.

    Raises:
        AccessDeniedError, UnknownProgramError, UnknownStartupError: see `ask`.
    """
    candidate_program(session, actor, program_id, startup_id)
    rows = session.exec(
        questions_for(actor)
        .where(Question.program_id == program_id, Question.startup_id == startup_id)
        .order_by(col(Question.asked_at), col(Question.id))
    )
    mask = masks_for(session, actor, [startup_id]).get(startup_id)
    return tuple(_asked(row, actor, mask) for row in rows)


def list_managed(session: Session, actor: Actor) -> tuple[ManagedQuestion, ...]:
    """List all questions for a manager: those that wait first, the oldest of them on top.

    Raises:
        AccessDeniedError: this actor passes no questions on.
    """
    require(actor, Action.RELAY_QUESTIONS)
    waits = Question.state == QuestionState.ASKED.value
    waiting = session.exec(
        questions_for(actor).where(waits).order_by(col(Question.asked_at), col(Question.id))
    ).all()
    done = session.exec(
        questions_for(actor)
        .where(Question.state != QuestionState.ASKED.value)
        .order_by(col(Question.relayed_at).desc(), col(Question.id))
        .limit(MOST_DONE)
    ).all()
    return _managed(session, actor, (*waiting, *done))


def relay(session: Session, actor: Actor, question_id: str, text: str) -> tuple[Told, ...]:
    """Pass a question on to the founders, in these words.

    Args:
        session: an open write unit.
        actor: a manager.
        question_id: the question.
        text: the words the founders read, at most 2000 characters.

    Returns:
        Whom to write to: the founders.

    Raises:
        FieldError: the text is empty, too long or not storable.
        StaleEditError: somebody decided about it in the meantime.
        UnknownThingError: there is no such question.
        AccessDeniedError: this actor passes no questions on.
    """
    question = _waiting(session, actor, question_id)
    _decide(session, actor, question, QuestionState.RELAYED, text)
    return notify(
        session,
        founders_of(session, question.startup_id),
        NoticeKind.QUESTION_RELAYED,
        address=f"/startups/{question.startup_id}/questions",
        program_id=question.program_id,
        startup_id=question.startup_id,
    )


def refuse(session: Session, actor: Actor, question_id: str, text: str) -> tuple[Told, ...]:
    """Pass a question on to nobody, and say why.

    Returns:
        Whom to write to: who asked.

    Raises:
        FieldError, StaleEditError, UnknownThingError, AccessDeniedError: see `relay`.
    """
    question = _waiting(session, actor, question_id)
    _decide(session, actor, question, QuestionState.REFUSED, text)
    return _tell_asker(session, question, NoticeKind.QUESTION_REFUSED)


def list_own(session: Session, actor: Actor, startup_id: str) -> tuple[FounderQuestion, ...]:
    """List the questions that were passed on to a startup's founders: those without an answer first.

    Raises:
        UnknownStartupError: the actor is no founder of it.
    """
    own_startup(session, actor, startup_id)
    rows = session.exec(
        own_questions_for(actor)
        .where(Question.startup_id == startup_id)
        .order_by(col(Question.answered_at).is_not(None), col(Question.relayed_at).desc(), col(Question.id))
    ).all()
    cards = _cards(session) if rows else {}
    return tuple(
        FounderQuestion(
            row.id,
            cards[row.program_id],
            row.relayed_text,
            row.relayed_at or row.asked_at,
            row.answer,
            row.answered_at,
        )
        for row in rows
    )


def answer(session: Session, actor: Actor, startup_id: str, question_id: str, text: str) -> tuple[Told, ...]:
    """Answer a question for the startup; the answer is a fact beside its profile from then on.

    Args:
        session: an open write unit.
        actor: a founder.
        startup_id: the startup.
        question_id: the question.
        text: at most 4000 characters.

    Returns:
        Whom to write to: who asked, and the managers.

    Raises:
        FieldError: the text is empty, too long or not storable.
        StaleEditError: somebody answered it in the meantime.
        UnknownThingError: there is no such question.
        UnknownStartupError: the actor is no founder of it.
    """
    own_startup(session, actor, startup_id)
    wanted = own_questions_for(actor).where(Question.id == question_id, Question.startup_id == startup_id)
    question = session.exec(wanted).first() if question_id.isprintable() else None
    if question is None or not authorize(actor, Action.EDIT_OWN_STARTUP, On(startup_id=startup_id)):
        raise UnknownThingError("question")
    if question.state != QuestionState.RELAYED.value:
        raise StaleEditError("question: somebody answered it in the meantime")
    question.answer = clean_text(text, "answer", limit=LONGEST_ANSWER)
    question.state = QuestionState.ANSWERED.value
    question.answered_by = actor.account_id
    question.answered_at = now_utc()
    session.add(question)
    record(session, actor, Act.QUESTION_ANSWERED, subject=startup_id, about=question.program_id)
    told = _tell_asker(session, question, NoticeKind.QUESTION_ANSWERED)
    return told + notify(
        session,
        set(managers(session)) - {question.asked_by or ""},
        NoticeKind.QUESTION_ANSWERED,
        address="/manage/questions",
        program_id=question.program_id,
    )


def list_answers(session: Session, actor: Actor, startup_id: str, program_id: str = "") -> tuple[Answer, ...]:
    """List the founders' answers this actor may read beside the profile, the newest first.

    Args:
        session: an open unit.
        actor: who reads the profile.
        startup_id: the startup; one the actor may not see has no answers.
        program_id: the program whose questions are meant; all where it is empty.
    """
    wanted = answers_for(actor).where(Question.startup_id == startup_id)
    if program_id:
        wanted = wanted.where(Question.program_id == program_id)
    rows = session.exec(wanted.order_by(col(Question.answered_at).desc(), col(Question.id))).all()
    cards = _cards(session) if rows else {}
    mask = masks_for(session, actor, [startup_id]).get(startup_id) if rows else None
    return tuple(
        Answer(
            cards[row.program_id],
            _masked(row.relayed_text, mask),
            _masked(row.answer, mask),
            row.answered_at,
        )
        for row in rows
        if row.answered_at is not None
    )


def has_questions(session: Session, actor: Actor, startup_id: str) -> bool:
    """Say whether questions were passed on to this founder about the startup."""
    return session.exec(own_questions_for(actor).where(Question.startup_id == startup_id)).first() is not None


def _waiting(session: Session, actor: Actor, question_id: str) -> Question:
    require(actor, Action.RELAY_QUESTIONS)
    wanted = questions_for(actor).where(Question.id == question_id)
    question = session.exec(wanted).first() if question_id.isprintable() else None
    if question is None:
        raise UnknownThingError("question")
    if question.state != QuestionState.ASKED.value:
        raise StaleEditError("question: somebody decided about it in the meantime")
    return question


def _decide(session: Session, actor: Actor, question: Question, state: QuestionState, text: str) -> None:
    question.relayed_text = clean_text(text, "text", limit=LONGEST_QUESTION)
    question.state = state.value
    question.relayed_by = actor.account_id
    question.relayed_at = now_utc()
    session.add(question)
    details = {"refused": state is QuestionState.REFUSED}
    record(
        session,
        actor,
        Act.QUESTION_RELAYED,
        subject=question.startup_id,
        about=question.program_id,
        details=details,
    )


def _tell_asker(session: Session, question: Question, kind: NoticeKind) -> tuple[Told, ...]:
    """Give who asked a notice, as long as that person may still see the candidate."""
    asker = [question.asked_by] if question.asked_by else []
    return notify(
        session,
        who_reviews(session, asker, question.program_id, question.startup_id),
        kind,
        address=discussion_address(question.program_id, question.startup_id),
        program_id=question.program_id,
        startup_id=question.startup_id,
    )


def _cards(session: Session) -> dict[str, ProgramCard]:
    return {card.id: card for card in list_programs(session, ProgramFilter())}


def _managed(session: Session, actor: Actor, rows: Sequence[Question]) -> tuple[ManagedQuestion, ...]:
    cards = _cards(session) if rows else {}
    askers = sorted({row.asked_by for row in rows if row.asked_by})
    people = dict(session.exec(select(Account.id, Account.name).where(col(Account.id).in_(askers))).all())
    startups = sorted({row.startup_id for row in rows})
    names = dict(session.exec(select(Startup.id, Startup.name).where(col(Startup.id).in_(startups))).all())
    return tuple(
        ManagedQuestion(
            _asked(row, actor, None),
            people.get(row.asked_by or "", ""),
            cards[row.program_id],
            row.startup_id,
            names[row.startup_id],
        )
        for row in rows
    )


def _masked(text: str, mask: Mask | None) -> str:
    return mask.text(text) if mask else text


def _asked(row: Question, actor: Actor, mask: Mask | None) -> AskedQuestion:
    return AskedQuestion(
        row.id,
        row.asked_by is not None and row.asked_by == actor.account_id,
        QuestionState(row.state),
        _masked(row.text, mask),
        row.asked_at,
        _masked(row.relayed_text, mask),
        row.relayed_at,
        _masked(row.answer, mask),
        row.answered_at,
    )
