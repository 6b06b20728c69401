"""The letters that say that a result, or an answer, can be read; what it is stands in neither."""

from collections.abc import Iterable

from fastapi import BackgroundTasks, Request
from sqlmodel import Session

from matcher.engine.phrases import Phrase, phrase
from matcher.workflows.outcomes import Founder, founders_to_tell
from matcher.workflows.programs import ProgramCard, read_program
from matcher.workflows.vacancies import ChangedResult
from models.vocabulary import Language
from web.letters import language_of_letter, send_later, site_address, write_letter
from web.rendering import request_language


def tell_founders(
    request: Request,
    background: BackgroundTasks,
    session: Session,
    program: ProgramCard,
    startup_ids: tuple[str, ...],
    *,
    answered: bool = False,
) -> None:
    """Write to the founders of startups, each in the own language, once the answer of the request is out."""
    for founder in founders_to_tell(session, startup_ids):
        language = language_of_letter(founder.language, request_language(request))
        link = f"{site_address(request)}/startups/{founder.startup_id}/outcomes"
        said = phrase("Your appeal was answered.") if answered else phrase("The result is published.")
        subject = (
            phrase("Landfall: your appeal was answered")
            if answered
            else phrase("Landfall: a result is published")
        )
        background_letter = write_letter(
            language,
            to=founder.email,
            name=founder.name,
            subject=subject,
            paragraphs=(
                phrase("Hello %(name)s,", name=founder.name),
                _place(founder, program, language),
                said,
                phrase("After signing in you read it here:"),
                link,
            ),
        )
        send_later(request, background, background_letter)


def tell_of_changes(
    request: Request,
    background: BackgroundTasks,
    session: Session,
    changed: Iterable[ChangedResult],
    *,
    but: str = "",
) -> None:
    """Write to the founders of startups whose published results are others now, one letter a program.

    Args:
        request: names the site's address and mailer.
        background: sends the letters once the answer is out.
        session: an open unit.
        changed: the results.
        but: the startup whose founder did it, who knows.
    """
    startups: dict[str, list[str]] = {}
    for one in changed:
        if one.startup_id == but:
            continue
        startups.setdefault(one.program_id, []).append(one.startup_id)
    for program, told in sorted(startups.items()):
        tell_founders(request, background, session, read_program(session, program).card, tuple(told))


def _place(founder: Founder, program: ProgramCard, language: Language) -> Phrase:
    """Name startup and program: readers of Korean see the program's own name, others the English one."""
    name = program.name if language is Language.KO and "ko" in program.working_languages else program.name_en
    return phrase("Startup: %(startup)s. Program: %(program)s.", startup=founder.startup_name, program=name)
