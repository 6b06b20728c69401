"""Evidence as a page shows it: pieces of both sentences, and the chain of each link."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.engine.matches import ConceptLink, Evidence
from models.vocabulary import Language
from tests.web.pages.reading import Element, read_page
from web.i18n import speaking
from web.pages.match_view import ChainPart, EvidencePair, Segment, evidence_pair
from web.rendering import environment

KOREAN = "미세유체 칩을 KAIST와 만듭니다."
ENGLISH = "KAIST has labs for microfluidic chips."
CHIPS = ConceptLink(0, 4, 19, 37, "미세유체", "microfluidic chips", "microfluidic", 0.9)
KAIST = ConceptLink(8, 13, 0, 5, "KAIST", "KAIST", "KAIST", 1.0)


def shown(evidence: Evidence, profile: str = "ko", program: str = "en") -> EvidencePair:
    pair = evidence_pair((evidence,), profile, program)
    assert pair is not None
    return pair


def drawn(pair: EvidencePair, language: Language = Language.EN) -> Element:
    """Draw the evidence the way both pages do."""
    template = environment().from_string(
        '{% from "_macros/marks.html" import evidence %}{{ evidence(pair) }}'
    )
    with speaking(language):
        return read_page(template.render(pair=pair))


def test_evidence_pair_worked_example() -> None:
    pair = shown(Evidence(KOREAN, ENGLISH, 0.5, (CHIPS, KAIST)))

    assert pair == EvidencePair(
        (
            Segment("미세유체", linked=True),
            Segment(" 칩을 ", linked=False),
            Segment("KAIST", linked=True),
            Segment("와 만듭니다.", linked=False),
        ),
        (
            Segment("KAIST", linked=True),
            Segment(" has labs for ", linked=False),
            Segment("microfluidic chips", linked=True),
            Segment(".", linked=False),
        ),
        "ko",
        "en",
        (
            (
                ChainPart("미세유체", "ko", "profile"),
                ChainPart("microfluidic", "en", "concept"),
                ChainPart("microfluidic chips", "en", "program"),
            ),
            (ChainPart("KAIST", "ko", "both"),),
        ),
    )


def test_evidence_without_links_is_two_sentences() -> None:
    pair = shown(Evidence(KOREAN, ENGLISH, 0.5))

    assert (pair.profile, pair.program) == (
        (Segment(KOREAN, linked=False),),
        (Segment(ENGLISH, linked=False),),
    )
    assert drawn(pair).find_all("div", cls="evidence-links") == []


@pytest.mark.parametrize(
    "evidence", [(), (Evidence(KOREAN, ENGLISH, 0.1, (CHIPS,)),)], ids=["none", "unlike"]
)
def test_what_tells_nothing_is_not_shown(evidence: tuple[Evidence, ...]) -> None:
    assert evidence_pair(evidence, "ko", "en") is None


@pytest.mark.parametrize(
    ("language", "mine", "concept", "theirs", "chain"),
    [
        ("ko", "배터리", "battery", "Batteries", ["배터리", "battery", "Batteries"]),
        ("ko", "시애틀", "Seattle", "Seattle", ["시애틀", "Seattle"]),
        ("ko", "Fab", "fab", "foundry", ["Fab", "foundry"]),
        ("ko", "FDA", "Food and Drug Administration", "fda", ["FDA"]),
        ("de", "Batterie", "battery", "battery cells", ["Batterie", "battery", "battery cells"]),
        ("en", "batteries", "battery", "cells", ["batteries", "cells"]),
        ("en", "Battery", "battery", "battery", ["Battery"]),
    ],
)
def test_a_chain_repeats_nothing(
    language: str, mine: str, concept: str, theirs: str, chain: list[str]
) -> None:
    link = ConceptLink(0, len(mine), 0, len(theirs), mine, theirs, concept, 1.0)

    pair = shown(Evidence(mine, theirs, 0.5, (link,)), language)

    assert [part.text for part in pair.chains[0]] == chain


@given(st.data(), st.text(max_size=40), st.text(max_size=40))
def test_the_pieces_are_the_sentences(data: st.DataObject, profile: str, program: str) -> None:
    def spans(text: str) -> list[tuple[int, int]]:
        cuts = sorted(data.draw(st.sets(st.integers(min_value=0, max_value=len(text)), max_size=8)))
        return list(zip(cuts[::2], cuts[1::2], strict=False))

    links = tuple(
        ConceptLink(*mine, *theirs, profile[slice(*mine)], program[slice(*theirs)], "concept", 1.0)
        for mine, theirs in zip(spans(profile), reversed(spans(program)), strict=False)
    )

    pair = shown(Evidence(profile, program, 0.5, links))

    for sentence, pieces, words in (
        (profile, pair.profile, [link.profile_words for link in links]),
        (program, pair.program, [link.program_words for link in reversed(links)]),
    ):
        assert "".join(piece.text for piece in pieces) == sentence
        assert [piece.text for piece in pieces if piece.linked] == words


def test_marks_and_chains_are_drawn_with_their_languages() -> None:
    box = drawn(shown(Evidence(KOREAN, ENGLISH, 0.5, (CHIPS, KAIST))))

    quotes = box.find_all("blockquote")
    assert [(quote.attributes["lang"], quote.written) for quote in quotes] == [
        ("ko", KOREAN),
        ("en", ENGLISH),
    ]
    assert [[mark.written for mark in quote.find_all("mark")] for quote in quotes] == [
        ["미세유체", "KAIST"],
        ["KAIST", "microfluidic chips"],
    ]
    chains = box.find("div", cls="evidence-links").find_all("li")
    assert [chain.text for chain in chains] == [
        "미세유체 → means microfluidic → in the program: microfluidic chips",
        "KAIST",
    ]
    assert [part.attributes["lang"] for part in chains[0].find_all("span") if "lang" in part.attributes] == [
        "ko",
        "en",
        "en",
    ]


def test_chains_are_told_in_the_language_of_the_interface() -> None:
    box = drawn(shown(Evidence(KOREAN, ENGLISH, 0.5, (CHIPS,))), Language.KO).find(
        "div", cls="evidence-links"
    )

    assert box.find("p").text == "서로 대응하는 표현"
    assert box.find("li").text == "미세유체 → 뜻은 microfluidic → 프로그램에서는 microfluidic chips"


def test_markup_in_marked_words_stays_text() -> None:
    attack = '<script>alert(1)</script> & "칩"'
    link = ConceptLink(0, len(attack), 0, len(attack) + 1, attack, attack + "s", f"<b>{attack}", 1.0)

    box = drawn(shown(Evidence(attack, attack + "s", 0.5, (link,))))

    assert [mark.written for mark in box.find_all("mark")] == [attack, attack + "s"]
    assert box.find_all("script") == box.find_all("b") == []
