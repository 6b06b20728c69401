"""People: accounts with what they belong to, invitations, and the changes managers, leads and admins make."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, BackgroundTasks, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, Field
from sqlmodel import Session
from starlette.responses import Response

from matcher.engine.phrases import Phrase, phrase
from matcher.errors import FieldError
from matcher.workflows.accounts import OwnSeatError, account_by_email, disable, enable, set_office
from matcher.workflows.invitations import (
    PendingInvitation,
    invitable_roles,
    invite,
    list_invitations,
    revoke,
)
from matcher.workflows.memberships import AlreadyMemberError, Seat, add, find_account, remove, set_lead
from matcher.workflows.people import (
    AgencyChoice,
    PeopleFilter,
    Person,
    knowable_roles,
    list_people,
    read_person,
    seatable_agencies,
)
from models.access import Action, Actor, Role, authorize
from models.account import Office
from models.tables import Account
from web.access import AccountManagerDep, InviterDep, MemberManagerDep
from web.dependencies import SessionDep
from web.invitation_letters import invitation_letter
from web.letters import language_of_letter, send_later, site_address
from web.rendering import render, request_language

router = APIRouter(prefix="/people")

PAGE_SIZE = 50
MOST_PAGES = 100_000
MOST_TYPED = 400

ROLES: Mapping[str, Phrase] = {
    "founder": phrase("Founder"),
    "reviewer": phrase("Reviewer"),
    "lead": phrase("Lead"),
    "manager": phrase("Manager"),
    "admin": phrase("Admin"),
    "none": phrase("No office"),
}
"""Roles and offices in words."""

_ADVICE: Mapping[str, Phrase] = {
    "email": phrase("This is not an e-mail address."),
    "startup_id": phrase("No startup has this id. It stands in the address of the startup's page."),
    "agency_id": phrase("Choose the agency the person is to work for."),
}
_ALREADY = phrase("This person already belongs to it.")
_OWN_SEAT = phrase("Nobody gives a role to the own account. Ask another admin or manager.")
_LAST_ADMIN = phrase("This is the last admin. Make somebody else an admin first.")


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a form field and its words."""

    code: str
    words: Phrase


@dataclass(frozen=True, slots=True)
class Refused:
    """A field that was not accepted, and what to do about it."""

    field: str
    advice: Phrase


@dataclass(frozen=True, slots=True)
class TypedInvitation:
    """What stands in the fields of the invitation form."""

    email: str = ""
    role: str = ""
    startup_id: str = ""
    agency_id: str = ""


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """Everything `people/list.html` may use."""

    people: tuple[Person, ...]
    wanted: PeopleFilter
    previous: str | None
    following: str | None
    roles: tuple[Choice, ...]
    invitations: tuple[PendingInvitation, ...]
    invitable: tuple[Choice, ...]
    agencies: tuple[AgencyChoice, ...]
    typed: TypedInvitation
    refused: Refused | None
    words: Mapping[str, Phrase]


@dataclass(frozen=True, slots=True)
class PersonPage:
    """Everything `people/person.html` may use."""

    person: Person
    oneself: bool
    may_shut: bool
    offices: tuple[Choice, ...]
    seatable: tuple[Choice, ...]
    agencies: tuple[AgencyChoice, ...]
    refused: Refused | None
    words: Mapping[str, Phrase]


@dataclass(frozen=True, slots=True)
class InvitedPage:
    """Everything `people/invited.html` may use; the link is shown this once."""

    invitation: PendingInvitation
    link: str
    words: Mapping[str, Phrase]


class InvitationForm(BaseModel):
    """Fields of the invitation form."""

    email: str = Field(default="", max_length=MOST_TYPED)
    role: Literal["founder", "reviewer", "lead", "manager", "admin"]
    startup_id: str = Field(default="", max_length=MOST_TYPED)
    agency_id: str = Field(default="", max_length=MOST_TYPED)


class SeatForm(BaseModel):
    """Fields that add a membership."""

    role: Literal["founder", "reviewer", "lead"]
    startup_id: str = Field(default="", max_length=MOST_TYPED)
    agency_id: str = Field(default="", max_length=MOST_TYPED)


class PlaceForm(BaseModel):
    """Fields that name a membership: one of the two."""

    startup_id: str = Field(default="", max_length=MOST_TYPED)
    agency_id: str = Field(default="", max_length=MOST_TYPED)


class LeadForm(BaseModel):
    """Fields of the button that makes a reviewer a lead, or the other way round."""

    agency_id: str = Field(max_length=MOST_TYPED)
    lead: bool


class OfficeForm(BaseModel):
    """Fields of the office form."""

    office: Literal["none", "manager", "admin"]


def read_filter(
    *,
    role: Annotated[str, Query(max_length=20)] = "",
    q: Annotated[str, Query(max_length=200)] = "",
    startup: Annotated[str, Query(max_length=60)] = "",
    agency: Annotated[str, Query(max_length=60)] = "",
) -> PeopleFilter:
    """Read the filters from the address; an empty or unknown one is none."""
    known = Role(role) if role in ROLES and role != "none" else None
    return PeopleFilter(known, q.strip(), startup.strip(), agency.strip())


@router.get("")
def show_people(
    *,
    request: Request,
    session: SessionDep,
    manager: MemberManagerDep,
    wanted: Annotated[PeopleFilter, Depends(read_filter)],
    page: Annotated[int, Query(ge=1, le=MOST_PAGES)] = 1,
) -> HTMLResponse:
    """List the people the reader looks after, and the invitations that are pending."""
    typed = TypedInvitation(
        role="founder" if wanted.startup_id else "", startup_id=wanted.startup_id, agency_id=wanted.agency_id
    )
    return _people_page(request, session, manager, wanted, page=page, typed=typed)


@router.post("/invitations")
def send_invitation(
    *,
    request: Request,
    session: SessionDep,
    inviter: InviterDep,
    background: BackgroundTasks,
    form: Annotated[InvitationForm, Form()],
) -> HTMLResponse:
    """Invite somebody, send the letter, and show the link once: it is stored nowhere."""
    role = Role(form.role)
    startup_id = form.startup_id.strip() if role is Role.FOUNDER else ""
    agency_id = form.agency_id.strip() if role in {Role.REVIEWER, Role.LEAD} else ""
    request.app.state.invitation_throttle.take(inviter.key)
    try:
        invitation, token = invite(
            session, inviter, form.email, role, startup_id=startup_id or None, agency_id=agency_id or None
        )
    except FieldError as error:
        request.app.state.invitation_throttle.give_back(inviter.key)
        typed = TypedInvitation(form.email, form.role, form.startup_id, form.agency_id)
        return _people_page(request, session, inviter, PeopleFilter(), typed=typed, refused=_refusal(error))
    link = f"{site_address(request)}/invitations/{token}"
    invited = account_by_email(session, invitation.email)
    language = language_of_letter(invited.language if invited else "", request_language(request))
    send_later(request, background, invitation_letter(language, invitation, link))
    page = InvitedPage(invitation, link, ROLES)
    return render(request, "people/invited.html", page, status_code=201, address="/people")


@router.post("/invitations/{invitation_id}/revoke")
def take_back_invitation(session: SessionDep, inviter: InviterDep, invitation_id: str) -> RedirectResponse:
    """Take an invitation back; its link is void at once."""
    revoke(session, inviter, invitation_id)
    return RedirectResponse("/people#invitations", 303)


@router.get("/{account_id}")
def show_person(
    request: Request, session: SessionDep, manager: MemberManagerDep, account_id: str
) -> HTMLResponse:
    """Show what somebody belongs to, and what the reader may do about it."""
    return _person_page(request, session, manager, account_id)


@router.post("/{account_id}/disable")
def shut(request: Request, session: SessionDep, admin: AccountManagerDep, account_id: str) -> Response:
    """Shut an account: its sessions end and its tokens are revoked."""
    return _change(request, session, admin, account_id, disable)


@router.post("/{account_id}/enable")
def reopen(request: Request, session: SessionDep, admin: AccountManagerDep, account_id: str) -> Response:
    """Open a shut account again."""
    return _change(request, session, admin, account_id, enable)


@router.post("/{account_id}/office")
def change_office(
    *,
    request: Request,
    session: SessionDep,
    admin: AccountManagerDep,
    account_id: str,
    form: Annotated[OfficeForm, Form()],
) -> Response:
    """Make somebody a manager or an admin, or neither."""

    def change(session: Session, actor: Actor, account: Account) -> None:
        set_office(session, actor, account, Office(form.office))

    return _change(request, session, admin, account_id, change)


@router.post("/{account_id}/memberships")
def add_membership(
    *,
    request: Request,
    session: SessionDep,
    manager: MemberManagerDep,
    account_id: str,
    form: Annotated[SeatForm, Form()],
) -> Response:
    """Seat somebody who has an account, without an invitation."""
    role = Role(form.role)
    place = form.startup_id.strip() if role is Role.FOUNDER else form.agency_id.strip()
    seat = (
        Seat(role, startup_id=place or None) if role is Role.FOUNDER else Seat(role, agency_id=place or None)
    )
    try:
        add(session, manager, account_id, seat)
    except FieldError as error:
        return _person_page(request, session, manager, account_id, _refusal(error))
    return RedirectResponse(f"/people/{account_id}", 303)


@router.post("/{account_id}/memberships/remove")
def remove_membership(
    session: SessionDep, manager: MemberManagerDep, account_id: str, form: Annotated[PlaceForm, Form()]
) -> RedirectResponse:
    """Take a membership away; whoever held it is denied from the next request on."""
    if form.startup_id:
        remove(session, manager, account_id, Seat(Role.FOUNDER, startup_id=form.startup_id))
    else:
        remove(session, manager, account_id, Seat(Role.REVIEWER, agency_id=form.agency_id))
    # A lead no longer sees somebody who left the agency.
    stays = authorize(manager, Action.MANAGE_ACCOUNTS) or manager.manager
    return RedirectResponse(f"/people/{account_id}" if stays else "/people", 303)


@router.post("/{account_id}/memberships/lead")
def change_lead(
    *,
    request: Request,
    session: SessionDep,
    manager: MemberManagerDep,
    account_id: str,
    form: Annotated[LeadForm, Form()],
) -> Response:
    """Make a reviewer a lead, or a lead a reviewer."""
    try:
        set_lead(session, manager, account_id, form.agency_id, lead=form.lead)
    except OwnSeatError as error:
        return _person_page(request, session, manager, account_id, _refusal(error))
    return RedirectResponse(f"/people/{account_id}", 303)


def _change(
    request: Request,
    session: Session,
    admin: Actor,
    account_id: str,
    change: Callable[[Session, Actor, Account], None],
) -> Response:
    try:
        change(session, admin, find_account(session, admin, account_id))
    except FieldError as error:
        advice = _OWN_SEAT if isinstance(error, OwnSeatError) else _LAST_ADMIN
        return _person_page(request, session, admin, account_id, Refused("account", advice))
    return RedirectResponse(f"/people/{account_id}", 303)


def _refusal(error: FieldError) -> Refused:
    if isinstance(error, AlreadyMemberError):
        return Refused("email", _ALREADY)
    if isinstance(error, OwnSeatError):
        return Refused("email", _OWN_SEAT)
    if error.field not in _ADVICE:
        raise error
    return Refused(error.field, _ADVICE[error.field])


def _people_page(
    request: Request,
    session: Session,
    manager: Actor,
    wanted: PeopleFilter,
    *,
    page: int = 1,
    typed: TypedInvitation,
    refused: Refused | None = None,
) -> HTMLResponse:
    people, more = list_people(session, manager, wanted, page=page, size=PAGE_SIZE)
    shown = PeoplePage(
        people,
        wanted,
        _address(wanted, page - 1) if page > 1 else None,
        _address(wanted, page + 1) if more else None,
        _choices(knowable_roles(manager)),
        list_invitations(session, manager),
        _choices(invitable_roles(manager)),
        seatable_agencies(session, manager),
        typed,
        refused,
        ROLES,
    )
    status = 200 if refused is None else 422
    return render(request, "people/list.html", shown, status_code=status, address="/people")


def _person_page(
    request: Request, session: Session, manager: Actor, account_id: str, refused: Refused | None = None
) -> HTMLResponse:
    runs_accounts = authorize(manager, Action.MANAGE_ACCOUNTS)
    oneself = account_id == manager.account_id
    seats = (runs_accounts or manager.manager) and not oneself
    person = read_person(session, manager, account_id)
    page = PersonPage(
        person,
        oneself,
        runs_accounts and not oneself,
        _offices(person, oneself=oneself) if runs_accounts else (),
        _choices((Role.FOUNDER, Role.REVIEWER, Role.LEAD)) if seats else (),
        seatable_agencies(session, manager) if seats else (),
        refused,
        ROLES,
    )
    status = 200 if refused is None else 422
    return render(request, "people/person.html", page, status_code=status, address=f"/people/{account_id}")


def _offices(person: Person, *, oneself: bool) -> tuple[Choice, ...]:
    """List the offices a person can be given; the own one can only be kept or given up."""
    offices = (Office.NONE, person.office) if oneself else Office
    return tuple(Choice(office.value, ROLES[office.value]) for office in dict.fromkeys(offices))


def _choices(roles: tuple[Role, ...]) -> tuple[Choice, ...]:
    return tuple(Choice(role.value, ROLES[role.value]) for role in roles)


def _address(wanted: PeopleFilter, page: int) -> str:
    chosen = {
        "role": wanted.role or "",
        "q": wanted.words,
        "startup": wanted.startup_id,
        "agency": wanted.agency_id,
        "page": page if page > 1 else "",
    }
    kept = urlencode({name: value for name, value in chosen.items() if value})
    return f"/people?{kept}" if kept else "/people"
