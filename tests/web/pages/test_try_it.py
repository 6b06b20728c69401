"""Try it: what goes in, what comes out, what is refused, and that nothing stays."""

import logging
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response

from matcher.engine.analysis import SourceText, TextAnalysis
from matcher.errors import EncoderBusyError
from matcher.settings import Settings
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.pools import PoolCache
from tests.web.pages.reading import Element, read_page
from web.app import create_app
from web.pages.examples import EXAMPLES

KOREAN = EXAMPLES[0].form.text
FACTS: dict[str, str | list[str]] = {
    "founded": "2021",
    "employees": "18",
    "stage": "series-a",
    "sectors": ["batteries", "smart-factory"],
    "needs": ["pilot-customer", "office", "investors"],
    "target_regions": ["us-west", "de"],
    "country": "KR",
}


def send(client: TestClient, data: dict[str, str | list[str]], file: bytes | None = None) -> Response:
    """Send the form the way a browser does; an empty file field comes along."""
    part = ("plan.txt", file, "text/plain") if file is not None else ("", b"", "application/octet-stream")
    return client.post("/try", data=data, files={"file": part})


def titles(page: Element, heading: str) -> list[str]:
    section = page.find("section", **{"aria-labelledby": heading})
    return [head.find("a").attributes["href"] for head in section.find_all("div", cls="match-head")]


def test_form_says_that_nothing_is_stored(client: TestClient) -> None:
    page = read_page(client.get("/try").text)

    assert page.find("p", cls="promise").text == (
        "Nothing you enter is stored or logged. It is compared in memory and forgotten."
    )
    form = page.find("form", cls="startup-form")
    assert form.attributes["method"] == "post"
    assert form.attributes["enctype"] == "multipart/form-data"
    assert form.find_all("details") == []


def test_every_field_has_a_label(client: TestClient) -> None:
    form = read_page(client.get("/try").text).find("form", cls="startup-form")
    labelled = {label.attributes.get("for") for label in form.find_all("label")}

    named = [*form.find_all("textarea"), *form.find_all("select")]
    named += [field for field in form.find_all("input") if field.attributes["type"] != "checkbox"]

    assert {field.attributes["id"] for field in named} <= labelled
    assert all(legend.text for legend in form.find_all("legend"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.language)
def test_example_fills_the_form_and_gives_a_ranking(client: TestClient, example: object) -> None:
    language = getattr(example, "language", "")
    page = read_page(client.get(f"/try?example={language}").text)
    form = page.find("form", cls="startup-form")

    data: dict[str, str | list[str]] = {"text": form.find("textarea", id="text").text, "language": language}
    for field in form.find_all("input", type="checkbox", checked=""):
        data.setdefault(field.attributes["name"], [])
        data[field.attributes["name"]] = [*data[field.attributes["name"]], field.attributes["value"]]
    response = send(client, data)

    assert response.status_code == 200
    assert titles(read_page(response.text), "fits")


def test_unknown_example_is_an_empty_form(client: TestClient) -> None:
    page = read_page(client.get("/try?example=xx").text)

    assert page.find("textarea", id="text").text == ""


def test_korean_text_gives_programs_with_words_and_no_score(client: TestClient) -> None:
    response = send(client, {"text": KOREAN, "language": "auto", **FACTS})
    page = read_page(response.text)
    main = page.find("main")

    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    assert page.find("p", cls="lead").text == "Your text was read as Korean. The best fit comes first."
    bands = {band.text for band in main.find_all("span", cls="band")}
    assert bands <= {"Strong fit", "Good fit", "Possible fit", "Weak fit"}
    assert len(titles(page, "fits")) == 10
    assert "0." not in " ".join(
        match.find("div", cls="match-head").text for match in main.find_all("li", cls="match")
    )


def test_result_lists_every_program_once(client: TestClient) -> None:
    page = read_page(send(client, {"text": KOREAN, **FACTS}).text)

    listed = [*titles(page, "fits"), *titles(page, "further"), *titles(page, "closed")]

    assert len(listed) == 57
    assert len(set(listed)) == 57


def test_evidence_names_the_language_of_both_sides(client: TestClient) -> None:
    page = read_page(send(client, {"text": KOREAN, **FACTS}).text)

    quotes = page.find_all("div", cls="evidence")[0].find_all("blockquote")

    assert [quote.attributes["lang"] for quote in quotes] == ["ko", "en"]
    assert quotes[0].written in " ".join(KOREAN.split())


def test_words_that_carried_a_match_are_marked_in_both_sentences_and_chained_below(
    client: TestClient,
) -> None:
    page = read_page(send(client, {"text": KOREAN, **FACTS}).text)
    boxes = [box for box in page.find_all("div", cls="evidence") if box.find_all("div", cls="evidence-links")]

    assert boxes
    for box in boxes:
        profile, program = (quote.find_all("mark") for quote in box.find_all("blockquote"))
        chains = box.find("div", cls="evidence-links").find_all("li")
        assert 1 <= len(chains) == len(profile) == len(program) <= 4
        for chain, words in zip(chains, profile, strict=True):
            parts = [part for part in chain.find_all("span") if "lang" in part.attributes]
            assert parts[0].written == words.written
            assert parts[0].attributes["lang"] == "ko"
            assert parts[-1].written in {mark.written for mark in program}
            assert [arrow.attributes["aria-hidden"] for arrow in chain.find_all("span", cls="arrow")] == [
                "true"
            ] * (len(parts) - 1)
            assert len(chain.find_all("span", cls="hidden-words")) == len(parts) - 1


def test_markup_in_a_sentence_with_marked_words_is_shown_as_text(client: TestClient) -> None:
    # The sentence of a program with markup in it is sure to be evidence with linked words.
    attack = 'Companies are matched with <script>alert(1)</script> partners abroad & "visas".'

    response = send(client, {"text": attack, "language": "en", **FACTS})
    quotes = [quote for quote in read_page(response.text).find_all("blockquote") if quote.find_all("mark")]

    assert attack in [quote.written for quote in quotes]
    assert "<script>alert" not in response.text


def test_closed_program_says_why_what_would_change_it_and_what_to_look_at_instead(
    client: TestClient,
) -> None:
    page = read_page(send(client, {"text": KOREAN, "language": "ko", **FACTS}).text)
    section = page.find("section", **{"aria-labelledby": "closed"})
    (entry,) = [
        item
        for item in section.find("ul", cls="match-rows").find_all("li")
        if any(link.attributes["href"] == "/programs/ksgc" for link in item.find_all("a"))
    ]

    reason = entry.find("ul", cls="closed-reasons").find("li")

    assert reason.find("strong").text == "for companies from outside South Korea"
    assert reason.find("span", cls="known").text == "Known : registered in South Korea".replace(" :", ":")
    assert reason.find("span", cls="would-change").text == "A company registered outside South Korea."
    assert entry.find("p", cls="instead").find("a").attributes["href"] == titles(page, "fits")[0]
    assert [
        chip.text for chip in entry.find_all("p", cls="chips")[0].find_all("span", cls="verdict-not_eligible")
    ] == ["× Not eligible"]


def test_missing_facts_are_named_with_what_they_would_settle(client: TestClient) -> None:
    page = read_page(send(client, {"text": KOREAN}).text)

    lines = page.find("aside", cls="missing").find_all("li")

    counts = [int(line.find("span").text.split()[1]) for line in lines]
    assert lines[0].find("a").attributes["href"] == "#country"
    assert lines[0].find("a").text == "Country of registration"
    assert counts == sorted(counts, reverse=True)
    fields = {link.attributes["href"].removeprefix("#") for line in lines for link in line.find_all("a")}
    form = page.find("section", **{"aria-labelledby": "answers"})
    assert all(
        form.find_all("input", id=field)
        + form.find_all("select", id=field)
        + form.find_all("fieldset", id=field)
        for field in fields
    )


def test_result_keeps_the_answers_so_that_they_can_be_changed(client: TestClient) -> None:
    page = read_page(send(client, {"text": KOREAN, "city": "대전", **FACTS}).text)
    form = page.find("form", cls="startup-form")

    assert form.find("textarea", id="text").text == " ".join(KOREAN.split())
    assert form.find("input", id="founded").attributes["value"] == "2021"
    assert form.find("input", id="city").attributes["value"] == "대전"
    assert [box.attributes["value"] for box in form.find_all("input", name="sectors", checked="")] == [
        "smart-factory",
        "batteries",
    ]


def test_every_refused_field_is_named_on_top_and_marked_and_kept(client: TestClient) -> None:
    response = send(
        client,
        {
            "text": "!!! ...",
            "language": "xx",
            "founded": "3000",
            "raised_usd": "NaN",
            "sectors": ["batteries", "dragons"],
        },
    )
    page = read_page(response.text)
    summary = page.find("div", cls="problem-summary")
    form = page.find("form", cls="startup-form")

    assert response.status_code == 422
    assert page.find("title").text == "Please check the form - Landfall"
    assert summary.find("h2").text == "5 things need your attention"
    assert [link.attributes["href"] for link in summary.find_all("a")] == [
        "#text",
        "#language",
        "#founded",
        "#raised_usd",
        "#sectors",
    ]
    for field in ("text", "founded", "raised_usd"):
        (element,) = form.find_all("input", id=field) + form.find_all("textarea", id=field)
        assert element.attributes["aria-invalid"] == "true"
        assert element.attributes["aria-describedby"].split()[0] == f"{field}-problem"
        assert form.find("span", id=f"{field}-problem").text
    assert form.find("textarea", id="text").text == "!!! ..."
    assert form.find("input", id="founded").attributes["value"] == "3000"
    assert [box.attributes["value"] for box in form.find_all("input", name="sectors", checked="")] == [
        "batteries"
    ]


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("", "Paste a text or choose a .txt file."),
        ("   \n", "Paste a text or choose a .txt file."),
        ("🚀🚀🚀", "We need words to read. Describe in a few sentences what you make and what you seek."),
        ("가" * 200_001, "The text is too long: at most 200,000 characters."),
        (
            "배터리\0",
            "This text cannot be read. Paste it as plain text in Korean, English, German or Spanish.",
        ),
    ],
    ids=["empty", "blank", "emoji", "too-long", "nul"],
)
def test_refused_text_says_what_to_do(client: TestClient, text: str, advice: str) -> None:
    response = send(client, {"text": text})

    assert response.status_code == 422
    assert read_page(response.text).find("span", id="text-problem").text == advice


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("founded", "9223372036854775808"),
        ("founded", "1e3"),
        ("employees", "-1"),
        ("trl", "10"),
        ("raised_usd", "inf"),
        ("raised_usd", "1e400"),
        ("country", "Atlantis"),
        ("stage", "unicorn"),
        ("needs", "money"),
        ("target_regions", "moon"),
        ("city", "\0"),
    ],
)
def test_refused_fact_is_named(client: TestClient, field: str, value: str) -> None:
    response = send(client, {"text": KOREAN, field: value})

    assert response.status_code == 422
    assert [
        link.attributes["href"]
        for link in read_page(response.text).find("div", cls="problem-summary").find_all("a")
    ] == [f"#{field}"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
def test_text_file_is_read_instead_of_the_text(client: TestClient, encoding: str) -> None:
    response = send(client, {"text": "ignored text"}, KOREAN.encode(encoding))
    page = read_page(response.text)

    assert response.status_code == 200
    assert page.find("textarea", id="text").text == " ".join(KOREAN.split())


@pytest.mark.parametrize(
    ("file", "advice"),
    [
        (b"", "Paste a text or choose a .txt file."),
        (b"%PDF-1.7", "This is not a text file. Save it as plain text (.txt) and choose it again."),
        (b"a\x01b", "This is not a text file. Save it as plain text (.txt) and choose it again."),
        (b"\xff\x41\x80", "The file is in an encoding we do not read. Save it as UTF-8, UTF-16 or CP949."),
        (b"a" * (1024 * 1024 + 1), "The file is too large: at most 1 MiB."),
    ],
    ids=["empty", "pdf", "binary", "encoding", "too-large"],
)
def test_refused_file_says_what_to_do(client: TestClient, file: bytes, advice: str) -> None:
    response = send(client, {"text": "kept text"}, file)
    page = read_page(response.text)

    assert response.status_code == 422
    assert page.find("span", id="file-problem").text == advice
    assert page.find("textarea", id="text").text == "kept text"


def test_form_without_a_file_field_works_too(client: TestClient) -> None:
    assert client.post("/try", data={"text": KOREAN, "unknown": "x"}).status_code == 200


def test_two_files_are_refused_as_a_page(client: TestClient) -> None:
    part = ("plan.txt", KOREAN.encode(), "text/plain")

    response = client.post("/try", files=[("file", part), ("file", part)])

    assert response.status_code == 400
    assert read_page(response.text).find("h1").text == "This request could not be read"


def test_markup_in_a_text_is_shown_as_text(client: TestClient) -> None:
    attack = "배터리 </textarea><script>alert(1)</script> 기업입니다."

    response = send(client, {"text": attack, "city": '"><script>alert(2)</script>'})

    assert "<script>alert" not in response.text


def test_too_many_tries_wait_with_the_text_kept(
    settings: Settings, app: FastAPI, hashing_analyst: LocalAnalyst
) -> None:
    del app
    few = create_app(settings.model_copy(update={"tries_per_minute": 1}), hashing_analyst)
    with TestClient(few, base_url="http://127.0.0.1", headers={"Accept": "text/html"}) as client:
        assert send(client, {"text": KOREAN}).status_code == 200
        response = send(client, {"text": KOREAN, "founded": "2021"})
    few.state.engine.dispose()

    page = read_page(response.text)
    assert response.status_code == 429
    assert 1 <= int(response.headers["retry-after"]) <= 60
    assert page.find("textarea", id="text").text == " ".join(KOREAN.split())
    assert page.find("input", id="founded").attributes["value"] == "2021"


class FullAnalyst:
    """An analyst whose queue is always full."""

    name = "full"
    fingerprint = "full"
    ready = True

    def __init__(self, pools: PoolCache) -> None:
        """Share the programs of another analyst."""
        self.pools = pools

    def read(self, sources: object) -> tuple[TextAnalysis, ...]:
        """Refuse, as a full queue does."""
        del sources
        raise EncoderBusyError(5)


def test_full_queue_says_when_to_come_back(
    settings: Settings, app: FastAPI, hashing_analyst: LocalAnalyst
) -> None:
    del app
    busy = create_app(settings, FullAnalyst(hashing_analyst.pools))
    with TestClient(busy, base_url="http://127.0.0.1", headers={"Accept-Language": "ko"}) as client:
        response = send(client, {"text": KOREAN})
    busy.state.engine.dispose()

    page = read_page(response.text)
    assert response.status_code == 503
    assert response.headers["retry-after"] == "5"
    assert page.find("div", role="alert").text == (
        "다른 분의 매칭이 진행 중입니다. 잠시 후 다시 보내 주십시오. "
        "5초 뒤에 다시 시도해 주십시오. 입력하신 내용은 아래에 그대로 있습니다."
    )
    assert page.find("textarea", id="text").text == " ".join(KOREAN.split())


def test_nothing_of_a_try_is_kept(
    client: TestClient, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    hidden = "비밀번호처럼숨긴문장"
    caplog.set_level(logging.DEBUG)

    send(client, {"text": f"{KOREAN} {hidden}", "city": hidden, **FACTS})
    send(client, {"text": hidden, "founded": "x"}, f"{hidden} {KOREAN}".encode())

    assert hidden not in caplog.text
    assert not [path for path in settings.data_dir.rglob("*") if path.is_file() and holds(path, hidden)]


def holds(path: Path, hidden: str) -> bool:
    return hidden.encode() in path.read_bytes()


def test_same_text_gives_the_same_page_twice(client: TestClient) -> None:
    first = send(client, {"text": KOREAN, **FACTS})
    second = send(client, {"text": KOREAN, **FACTS})

    assert first.text == second.text


def test_source_text_is_what_an_analyst_reads(hashing_analyst: LocalAnalyst) -> None:
    """The example texts are long enough to be understood: every one has terms."""
    for example in EXAMPLES:
        (analysis,) = hashing_analyst.read([SourceText(example.form.text, None)])
        assert analysis.language.value == example.language
