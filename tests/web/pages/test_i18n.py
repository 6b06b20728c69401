"""Interface languages: who decides, what is kept, and what a page says about itself."""

import pytest
from fastapi.testclient import TestClient

from models.vocabulary import Language
from tests.web.pages.reading import read_page
from web.i18n import INTERFACE_LANGUAGES, gettext, negotiate, ngettext, speaking

PROFILE = (
    "We make battery cells for grid storage. Our pilot line runs in Daejeon. "
    "We look for pilot customers and investors in Europe."
)


@pytest.mark.parametrize(
    ("query", "cookie", "header", "expected"),
    [
        (None, None, "", "en"),
        (None, None, "ko-KR,ko;q=0.9,en;q=0.8", "ko"),
        (None, None, "en;q=0.5,ko;q=0.9", "ko"),
        (None, None, "fr,it;q=0.9", "en"),
        (None, None, "fr,de-AT;q=0.9,en;q=0.8", "de"),
        (None, None, "es-ES,es;q=0.9,en;q=0.8", "es"),
        (None, None, "ko;q=0", "en"),
        (None, None, "ko;q=nan, en;q=x, ;;;", "en"),
        (None, "ko", "en", "ko"),
        ("en", "ko", "ko", "en"),
        ("de", "ko", "en", "de"),
        ("fr", "ko", "en", "ko"),
        ("../ko", None, "ko", "ko"),
    ],
)
def test_language_is_asked_for_then_kept_then_preferred(
    query: str | None, cookie: str | None, header: str, expected: str
) -> None:
    assert negotiate(query, cookie, header).value == expected


def test_languages_do_not_leak_into_each_other() -> None:
    with speaking(Language.KO):
        korean = gettext("Programs"), ngettext("%(count)s program", "%(count)s programs", 2)
    with speaking(Language.EN):
        english = gettext("Programs"), ngettext("%(count)s program", "%(count)s programs", 2)

    with speaking(Language.DE):
        german = gettext("Programs"), ngettext("%(count)s program", "%(count)s programs", 2)
    with speaking(Language.ES):
        spanish = gettext("Programs"), ngettext("%(count)s program", "%(count)s programs", 2)

    assert korean == ("프로그램", "프로그램 %(count)s개")
    assert english == ("Programs", "%(count)s programs")
    assert german == ("Programme", "%(count)s Programme")
    assert spanish == ("Programas", "%(count)s programas")


@pytest.mark.parametrize(("count", "german", "spanish"), [(0, "e", "s"), (1, "", ""), (2, "e", "s")])
def test_one_and_many_are_said_apart(count: int, german: str, spanish: str) -> None:
    with speaking(Language.DE):
        assert ngettext("%(count)s program", "%(count)s programs", count) == f"%(count)s Programm{german}"
    with speaking(Language.ES):
        assert ngettext("%(count)s program", "%(count)s programs", count) == f"%(count)s programa{spanish}"


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


@pytest.mark.parametrize("language", [language.value for language in INTERFACE_LANGUAGES])
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/about", 200),
        ("/programs", 200),
        ("/programs?city=dortmund&offer=funding&sector=any&region=eu&stage=seed", 200),
        ("/programs/gruendungsstipendium-nrw", 200),
        ("/programs/pilot-seattle-north-america", 200),
        ("/try", 200),
        ("/nowhere", 404),
    ],
)
def test_public_pages_speak_every_language(client: TestClient, path: str, status: int, language: str) -> None:
    response = client.get(path, headers={"Accept-Language": language})
    page = read_page(response.text)

    assert response.status_code == status
    assert page.find("html").attributes["lang"] == language
    assert page.find("h1").text
    # A place that nothing was put into would show its name.
    assert "%(" not in page.text


@pytest.mark.parametrize("language", [language.value for language in INTERFACE_LANGUAGES])
def test_form_with_problems_and_result_speak_every_language(client: TestClient, language: str) -> None:
    in_language = {"Accept-Language": language}
    answers = {"text": PROFILE, "founded": "2019", "employees": "12", "country": "KR", "stage": "seed"}

    refused = client.post("/try", data={"text": "", "founded": "soon"}, headers=in_language)
    result = client.post("/try", data=answers, headers=in_language)

    for response, status in ((refused, 422), (result, 200)):
        page = read_page(response.text)
        assert response.status_code == status
        assert page.find("html").attributes["lang"] == language
        assert "%(" not in page.text


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
        ("Deutsch", "/programs?city=seattle&q=a%26b&lang=de"),
        ("Español", "/programs?city=seattle&q=a%26b&lang=es"),
    ]
    assert links[1].attributes["aria-current"] == "true"
