"""The letter that carries an invitation."""

from matcher.engine.phrases import Phrase, mark, phrase
from matcher.workflows.invitations import VALID, PendingInvitation
from matcher.workflows.mail import Letter
from models.access import Role
from models.vocabulary import Language
from web.letters import write_letter

_OFFERS = {
    Role.FOUNDER: mark("You are invited to look after the startup %(place)s on Landfall."),
    Role.REVIEWER: mark("You are invited to review startups for %(place)s on Landfall."),
    Role.LEAD: mark("You are invited to lead the programs of %(place)s on Landfall."),
    Role.MANAGER: mark("You are invited to be a manager of Landfall."),
    Role.ADMIN: mark("You are invited to be an admin of Landfall."),
}


def invitation_letter(language: Language, invitation: PendingInvitation, link: str) -> Letter:
    """Write the letter; it names the place and nobody, because a name is whatever somebody typed.

    Args:
        language: of the letter.
        invitation: what is offered, and to whom.
        link: whole address of the page that accepts it.
    """
    return write_letter(
        language,
        to=invitation.email,
        name="",
        subject=phrase("Landfall: you are invited"),
        paragraphs=(
            phrase("Hello,"),
            Phrase(_OFFERS[invitation.role], (("place", _place(language, invitation)),)),
            phrase("This link shows the invitation:"),
            link,
            phrase("It works once, within %(days)s days.", days=VALID.days),
            phrase("If you do not know what this is about, do nothing."),
        ),
    )


def _place(language: Language, invitation: PendingInvitation) -> str:
    """Name the startup or agency: readers of Korean see an agency's own name, others the English one."""
    if invitation.startup_name:
        return invitation.startup_name
    own = language is Language.KO or not invitation.agency_name_en
    return invitation.agency_name if own else invitation.agency_name_en
