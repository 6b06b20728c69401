"""Interface languages: who decides, what is kept, and what a page says about itself."""

import pytest
from fastapi.testclient import TestClient

from models.vocabulary import Language
from tests.web.pages.reading import read_page
from web.i18n import gettext, negotiate, ngettext, speaking


@pytest.mark.parametrize(
    ("query", "cookie", "header", "expected"),
    [
        (None, None, "", "en"),
        (None, None, "ko-KR,ko;q=0.9,en;q=0.8", "ko"),
        (None, None, "en;q=0.5,ko;q=0.9", "ko"),
        (None, None, "fr,de;q=0.9", "en"),
        (None, None, "ko;q=0", "en"),
        (None, None, "ko;q=nan, en;q=x, ;;;", "en"),
        (None, "ko", "en", "ko"),
        ("en", "ko", "ko", "en"),
        ("de", "ko", "en", "ko"),
        ("../ko", None, "ko", "ko"),
    ],
)
def test_language_is_asked_for_then_kept_then_preferred(
    query: str | None, cookie: str | None, header: str, expected: str
) -> None:
    assert negotiate(query, cookie, header).value == expected


def test_two_languages_do_not_leak_into_each_other() -> None:
    with speaking(Language.KO):
        korean = gettext("Programs"), ngettext("%(count)s program", "%(count)s programs", 2)
    with speaking(Language.EN):
        english = gettext("Programs"), ngettext("%(count)s program", "%(count)s programs", 2)

    assert korean == ("프로그램", "프로그램 %(count)s개")
    assert english == ("Programs", "%(count)s programs")


def test_page_names_its_language_and_keeps_the_choice(client: TestClient) -> None:
    first = client.get("/about?lang=ko")
    second = client.get("/about")

    assert read_page(first.text).find("html").attributes["lang"] == "ko"
    assert first.headers["content-language"] == "ko"
    assert first.headers["vary"] == "Accept-Language, Cookie"
    assert first.headers["set-cookie"] == (
        "landfall_lang=ko; HttpOnly; Max-Age=31536000; Path=/; SameSite=lax"
    )
    assert read_page(second.text).find("html").attributes["lang"] == "ko"
    assert "set-cookie" not in second.headers


def test_unknown_language_is_not_kept(client: TestClient) -> None:
    response = client.get("/about?lang=xx")

    assert read_page(response.text).find("html").attributes["lang"] == "en"
    assert "set-cookie" not in response.headers


def test_language_links_keep_the_filters(client: TestClient) -> None:
    page = read_page(client.get("/programs?city=seattle&q=a%26b").text)

    links = page.find("nav", cls="languages").find_all("a")

    assert [(link.text, link.attributes["href"]) for link in links] == [
        ("한국어", "/programs?city=seattle&q=a%26b&lang=ko"),
        ("English", "/programs?city=seattle&q=a%26b&lang=en"),
    ]
    assert links[1].attributes["aria-current"] == "true"
