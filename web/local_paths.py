"""Where a browser is sent after signing in: only ever to a page of this site."""

from urllib.parse import urlsplit

from models.access import Actor

_LONGEST = 2000


def local_path(value: str) -> str:
    """Give a path that was asked for if it is one of this site, else an empty text.

    Browsers read a backslash as a slash and drop tabs and line ends, so that either behind the first slash
    names another site.
    """
    if not value.startswith("/") or value.startswith("//") or len(value) > _LONGEST:
        return ""
    if "\\" in value or not value.isprintable():
        return ""
    try:
        parts = urlsplit(value)
    except ValueError:
        return ""
    return "" if parts.scheme or parts.netloc else value


def landing(actor: Actor) -> str:
    """Give the page somebody's work begins on."""
    if actor.admin:
        return "/people"
    if actor.manager or actor.agencies:
        return "/review"
    return "/startups" if actor.startups else "/account"
