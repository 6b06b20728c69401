"""The letters that say that there is a notice; what it is about is read after signing in.

They name the program and never a startup, because a conflict of interest may hide it by the time it is read.
"""

from collections.abc import Iterable, Mapping

from fastapi import BackgroundTasks, Request

from matcher.engine.phrases import Phrase, phrase
from matcher.workflows.notices import NoticeKind, Told
from matcher.workflows.programs import ProgramCard
from models.vocabulary import Language
from web.letters import language_of_letter, send_later, site_address, write_letter
from web.rendering import request_language

SENTENCES: Mapping[str, Phrase] = {
    NoticeKind.QUESTION_ASKED: phrase("A reviewer asks a question that waits for you to pass it on."),
    NoticeKind.QUESTION_RELAYED: phrase("An agency asks you a question about your startup."),
    NoticeKind.QUESTION_REFUSED: phrase("Your question to a startup was not passed on."),
    NoticeKind.QUESTION_ANSWERED: phrase("A startup answered a question."),
    NoticeKind.PHASE_OPENED: phrase("A phase of the review has begun."),
    NoticeKind.REMINDER: phrase("Reviews of yours are still open."),
    NoticeKind.CONFLICT_RULED: phrase("It was ruled on a conflict of interest of yours."),
    NoticeKind.COMMENT_REPLY: phrase("Somebody replied in a discussion you take part in."),
}
"""What each notice says, in the page and in the letter."""

_SUBJECTS: Mapping[str, Phrase] = {
    NoticeKind.QUESTION_ASKED: phrase("Landfall: a question waits for you"),
    NoticeKind.QUESTION_RELAYED: phrase("Landfall: an agency asks you a question"),
    NoticeKind.QUESTION_REFUSED: phrase("Landfall: your question was not passed on"),
    NoticeKind.QUESTION_ANSWERED: phrase("Landfall: a question was answered"),
    NoticeKind.PHASE_OPENED: phrase("Landfall: a phase of the review has begun"),
    NoticeKind.REMINDER: phrase("Landfall: reviews are still open"),
    NoticeKind.CONFLICT_RULED: phrase("Landfall: a conflict of interest was ruled on"),
    NoticeKind.COMMENT_REPLY: phrase("Landfall: a reply to your comment"),
}


def send_notices(request: Request, background: BackgroundTasks, told: Iterable[Told]) -> None:
    """Write to people who were given a notice, each in the own language, once the answer is out."""
    for one in told:
        language = language_of_letter(one.language, request_language(request))
        about = (_place(one.program, language),) if one.program else ()
        letter = write_letter(
            language,
            to=one.email,
            name=one.name,
            subject=_SUBJECTS[one.kind],
            paragraphs=(
                phrase("Hello %(name)s,", name=one.name),
                SENTENCES[one.kind],
                *about,
                phrase("After signing in you read it here:"),
                f"{site_address(request)}{one.address}",
            ),
        )
        send_later(request, background, letter)


def _place(program: ProgramCard, language: Language) -> Phrase:
    """Name the program: readers of Korean see its own name where it is Korean, others the English one."""
    name = program.name if language is Language.KO and "ko" in program.working_languages else program.name_en
    return phrase("Program: %(program)s.", program=name)
