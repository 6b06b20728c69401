"""What a browser says it is, in words: enough to know one's own again in the list of sessions."""

from matcher.engine.phrases import Phrase, phrase

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Whale/", "Whale"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
    ("python", "Python"),
)
"""Marks of browsers, the more particular first: nearly all claim to be Chrome and Safari too."""

_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def browser_words(agent: str) -> Phrase:
    """Name browser and system, as far as the User-Agent header tells."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    if browser and system:
        return phrase("%(browser)s on %(system)s", browser=browser, system=system)
    if browser or system:
        return Phrase("%(name)s", (("name", browser or system),))
    return phrase("A browser that does not say what it is")
