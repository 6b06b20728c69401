"""Turn a typed page object into HTML; the only place that knows Jinja."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from matcher.engine.phrases import Label, Phrase, Word
from matcher.exports.shortlist import Outcome, Result
from matcher.workflows.program_contents import figure
from models.access import Action, Actor, authorize
from models.vocabulary import Language
from web import names
from web.access import signed_in_actor, unread_notices
from web.assets import static_url
from web.i18n import (
    INTERFACE_LANGUAGES,
    LANGUAGE_COOKIE,
    OWN_NAMES,
    current_language,
    gettext,
    negotiate,
    ngettext,
    speaking,
)

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

TEMPLATES = Path(__file__).resolve().parent / "templates"
YEAR_SECONDS = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class LanguageLink:
    """A link that shows the same page in another interface language."""

    code: str
    name: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class Site:
    """What every page may use beside its own fields."""

    language: str
    languages: tuple[LanguageLink, ...]
    section: str
    actor: Actor
    may: frozenset[Action]
    unread: int


@cache
def environment() -> Environment:
    """Build the one template environment; the language is a context variable, never a copy of it."""
    templates = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    templates.policies["ext.i18n.trimmed"] = True
    # The extension's methods are not in the type of Environment: they are added when it is loaded.
    templates.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    templates.globals["static"] = static_url
    templates.filters.update(
        say=_say,
        named=_named,
        named_in=_named_in,
        own=names.in_own_language,
        criterion=_criterion,
        titles=_titles,
        dated=_dated,
        lines=_lines,
        agency=_agency,
        position=_position,
        result=_result,
        sources=_sources,
        host=_host,
        figure=figure,
        decimal=names.decimal,
    )
    return templates


def render(
    request: Request,
    template: str,
    page: "DataclassInstance",
    *,
    status_code: int = 200,
    address: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """Render a page in the reader's language.

    Args:
        request: decides the language.
        template: path below `templates/`.
        page: a frozen dataclass; its fields are the template's variables.
        status_code: HTTP status of the answer.
        address: path that shows this page again, where that is not the request's own.
        headers: further response headers.

    Returns:
        The answer, with the language cookie where a language was asked for.
    """
    asked = request.query_params.get("lang")
    language = request_language(request)
    variables = {field.name: getattr(page, field.name) for field in fields(page)}
    with speaking(language):
        html = environment().get_template(template).render(variables, site=_site(request, language, address))
    response = HTMLResponse(html, status_code, headers)
    response.headers.setdefault("Cache-Control", "no-cache" if request.method == "GET" else "no-store")
    response.headers["Content-Language"] = language.value
    response.headers["Vary"] = "Accept-Language, Cookie"
    if asked == language.value:
        response.set_cookie(
            LANGUAGE_COOKIE,
            asked,
            max_age=YEAR_SECONDS,
            httponly=True,
            samesite="lax",
            secure=request.app.state.settings.https,
        )
    return response


def request_language(request: Request) -> Language:
    """Decide the interface language of a request."""
    return negotiate(
        request.query_params.get("lang"),
        request.cookies.get(LANGUAGE_COOKIE),
        request.headers.get("accept-language", ""),
    )


def _site(request: Request, language: Language, address: str | None) -> Site:
    path = request.url.path if address is None else address
    kept = [
        pair for pair in request.query_params.multi_items() if pair[0] != "lang" and request.method == "GET"
    ]
    links = tuple(
        LanguageLink(
            code.value,
            OWN_NAMES[code],
            f"{path}?{urlencode([*kept, ('lang', code.value)])}",
            code is language,
        )
        for code in INTERFACE_LANGUAGES
    )
    actor = signed_in_actor(request)
    may = frozenset(action for action in Action if authorize(actor, action))
    return Site(language.value, links, path.split("/")[1], actor, may, unread_notices(request))


def _say(phrase: Phrase) -> str:
    """Say a phrase in the reader's language; a label that lacks it is marked as English."""
    if any(isinstance(value, Label) for _, value in phrase.values):
        return phrase.say(lambda template: escape(gettext(template)), _marked_name, names.written)
    return phrase.say(gettext, names.name, names.written)


def _marked_name(word: Word | Label) -> str:
    if isinstance(word, Word):
        return names.name(word)
    said = names.spoken(word)
    if said.language == current_language().value:
        return said.text
    return Markup('<span lang="{}">{}</span>').format(said.language, said.text)


def _named(code: str | int, kind: str) -> str:
    return names.name_in(current_language(), kind, str(code))


def _named_in(code: str | int, kind: str, language: str) -> str:
    """Name a word in a language that is not the reader's, for a text that stands in both."""
    return names.name_in(Language(language), kind, str(code))


def _criterion(own: Iterable[tuple[str, str]]) -> str:
    """Name a criterion in the reader's language, else as its agency did."""
    by_language = dict(own)
    return by_language.get(current_language().value) or by_language.get("", "")


def _titles(program: object) -> tuple[names.Spoken, ...]:
    return names.program_titles(
        getattr(program, "name", ""),
        getattr(program, "name_en", ""),
        tuple(str(code) for code in getattr(program, "working_languages", ())),
    )


def _agency(program: object) -> str:
    """Name the agency: readers of its language see its own name, everybody else the English one."""
    return names.agency_title(
        str(getattr(program, "agency_name", "")),
        str(getattr(program, "agency_name_en", "")),
        str(getattr(program, "agency_country", "")),
    )


def _position(place: object) -> str:
    """Give where a place lies, empty where that is not known."""
    latitude, longitude = getattr(place, "latitude", None), getattr(place, "longitude", None)
    return "" if latitude is None or longitude is None else names.position(latitude, longitude)


@pass_context
def _result(_: Context, state: str, rank: int | None = None) -> str:
    """Say what came of an application in the reader's language, in the words of every list: 예비 2."""
    # It takes the context so that no state written in a template is said once for all when that is compiled.
    return Result(Outcome(state), rank).words(current_language())


def _sources(program: object) -> tuple[str, ...]:
    """Give the web addresses a program was read from, the main one first, without repetition."""
    addresses = (getattr(program, "source_url", ""), *getattr(program, "source_urls", ()))
    return tuple(dict.fromkeys(url for url in addresses if url.startswith(("https://", "http://"))))


def _host(address: str) -> str:
    """Shorten an address to what a reader recognises: its host."""
    return (urlsplit(address).hostname or address).removeprefix("www.")


def _dated(as_of: str) -> str:
    """Say when a source was current; sources often give no more than a year."""
    if as_of[:4].isdigit():
        return as_of
    word, _, year = as_of.partition(" ")
    if word == "about" and year:
        return gettext("about %(year)s") % {"year": year}
    return gettext("date of the source unknown") if "unknown" in as_of else as_of


def _lines(text: str) -> tuple[str, ...]:
    """Split a text into its paragraphs."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())
