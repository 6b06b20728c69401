"""Letters the site writes: their words in the person's language, their links, and sending them.

Letters are handed over after the transaction was committed and the answer went out: a mail server that is
slow or away keeps nobody waiting, and nothing is said in a letter that was not saved.
"""

import logging

from fastapi import BackgroundTasks, Request

from matcher.engine.phrases import Phrase, phrase
from matcher.settings import Settings
from matcher.workflows.mail import Letter, Mailer
from models.vocabulary import Language
from web import names
from web.i18n import INTERFACE_LANGUAGES, SOURCE_LANGUAGE, gettext, speaking

_log = logging.getLogger(__name__)


def site_address(request: Request) -> str:
    """Give the address links in letters begin with, without a slash at the end.

    Without a public address it is the one this request came to: the middleware let it pass only because
    its host is one of the names this site is known by.
    """
    settings = request.app.state.settings
    assert isinstance(settings, Settings)  # noqa: S101  nothing else is ever put there
    return (settings.public_url or f"{request.url.scheme}://{request.url.netloc}").rstrip("/")


def language_of_letter(wanted: str, request_language: Language) -> Language:
    """Choose the language of a letter: the person's own, else the one the site was asked in."""
    for language in INTERFACE_LANGUAGES:
        if language.value == wanted:
            return language
    return request_language if request_language in INTERFACE_LANGUAGES else SOURCE_LANGUAGE


def write_letter(
    language: Language, *, to: str, name: str, subject: Phrase, paragraphs: tuple[Phrase | str, ...]
) -> Letter:
    """Say a letter in a language.

    Args:
        language: of every phrase.
        to: address of the person.
        name: how the person is addressed.
        subject: becomes one line.
        paragraphs: phrases, and links that are written as they are.
    """
    with speaking(language):
        said = [part if isinstance(part, str) else part.say(gettext, names.name) for part in paragraphs]
        title = subject.say(gettext, names.name)
    return Letter(to, name, " ".join(title.split()), "\n\n".join([*said, "Landfall"]) + "\n")


def reset_letter(language: Language, *, to: str, name: str, link: str, minutes: int) -> Letter:
    """Write the letter with a link that sets a new password."""
    return write_letter(
        language,
        to=to,
        name=name,
        subject=phrase("Landfall: set a new password"),
        paragraphs=(
            phrase("Hello %(name)s,", name=name),
            phrase("Somebody, probably you, asked for a new password. This link lets you set one:"),
            link,
            phrase("It works once, within %(minutes)s minutes.", minutes=minutes),
            phrase("If it was not you, do nothing: your password stays as it is."),
        ),
    )


def send_later(request: Request, background: BackgroundTasks, letter: Letter) -> None:
    """Send a letter once the answer of this request is out."""
    background.add_task(deliver, mailer_of(request), letter)


def mailer_of(request: Request) -> Mailer:
    """Give what sends the letters of this site."""
    mailer: Mailer = request.app.state.mailer
    return mailer


def deliver(mailer: Mailer, letter: Letter) -> None:
    """Send a letter; a failure is logged without a word of the letter, whose link is a secret."""
    try:
        mailer.send(letter)
    except Exception as error:  # noqa: BLE001  the answer is out, so nobody is left to tell but the log
        # Not the error's own text: it may quote the letter.
        _log.error("a letter could not be sent: %s", type(error).__name__)
