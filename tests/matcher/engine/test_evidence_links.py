"""Links between the words of two sentences: same concept, near concepts, and what is never linked."""

import math
import re
from collections.abc import Iterable, Sequence
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.bridge.vocabulary import meanings
from matcher.engine.analysis import ConceptSpan, SourceText, analyse
from matcher.engine.encoders import HashingEncoder
from matcher.engine.evidence_links import (
    COMMON,
    MOST_LINKS,
    NEAR,
    NEAR_EVERYDAY,
    Meanings,
    ReadSentence,
    link_concepts,
    shipped_meanings,
)
from matcher.engine.lexical import TermWeights
from matcher.engine.matches import ConceptLink
from models.vocabulary import Language

# Each concept has a direction in the plane, so that the cosine of two is that of the angle between them.
DEGREES = {
    "microfluidic": 0,
    "microfluidic_chip": 20,
    "optics": 45,
    "pump": 60,
    "laser": 65,
    "room": 100,
    "clean_room": 145,
    "company": 180,
    "fast": 230,
    "quick": 232,
    "spain": 300,
    "germany": 302,
}
EVERYDAY, NAMES = {"room", "fast", "quick"}, {"spain", "germany"}
WEIGHTS = TermWeights(
    {"microfluidic": 5.0, "spain": 1.5, "company": 0.5, "laser": 3.0, "pump": 2.0}, 4.0, 9.0
)
KNOWN = Meanings(
    {key: row for row, key in enumerate(DEGREES)},
    np.array(
        [[math.cos(math.radians(angle)), math.sin(math.radians(angle))] for angle in DEGREES.values()],
        dtype=np.float32,
    ),
    np.array([key in EVERYDAY for key in DEGREES]),
    np.array([key in NAMES for key in DEGREES]),
)


def read(text: str) -> ReadSentence:
    """Read "[words|key key]" as words understood as these concepts; the rest is not understood."""
    plain, spans, done = "", [], 0
    for match in re.finditer(r"\[([^|]+)\|([^]]+)\]", text):
        plain += text[done : match.start()]
        keys = tuple(match[2].split())
        spans.append(ConceptSpan(len(plain), len(plain) + len(match[1]), keys[0].replace("_", " "), keys))
        plain += match[1]
        done = match.end()
    return ReadSentence(plain + text[done:], tuple(spans))


def link(profile: str, program: str) -> tuple[ConceptLink, ...]:
    return link_concepts(read(profile), read(program), WEIGHTS, KNOWN)


def told(links: Iterable[ConceptLink]) -> list[str]:
    return [f"{item.profile_words} > {item.program_words}" for item in links]


def test_link_concepts_worked_example() -> None:
    links = link(
        "우리는 [미세유체|microfluidic] 장비를 [스페인|spain]에 팝니다.",
        "Labs in [Spain|spain] for [microfluidic chips|microfluidic_chip].",
    )

    # Twenty degrees lie between the two concepts: cos 20° = 0.9397.
    assert links == (
        ConceptLink(4, 8, 18, 36, "미세유체", "microfluidic chips", "microfluidic", 0.9397),
        ConceptLink(13, 16, 8, 13, "스페인", "Spain", "spain", 1.0),
    )


def test_the_same_concept_wins_over_a_near_one() -> None:
    links = link("[펌프|pump]", "[lasers|laser] and [pumps|pump]")

    assert [(item.program_words, item.likeness) for item in links] == [("pumps", 1.0)]


def test_a_word_of_two_concepts_is_linked_by_the_nearer_one() -> None:
    # The optics weigh more but lie 20° from the laser, the pump 5°: cos 5° = 0.9962.
    links = link("[광학펌프|optics pump]", "[laser|laser]")

    assert [item.likeness for item in links] == [0.9962]


def test_a_word_is_linked_once_to_what_tells_most() -> None:
    # Near the laser (weight 2, cosine 0.9962) or the same pump (weight 2): the same concept comes first.
    links = link("[레이저|laser] [펌프|pump]", "[pump|pump]")

    assert told(links) == ["펌프 > pump"]


@pytest.mark.parametrize(
    ("profile", "program"),
    [
        ("[독일|germany]", "[Spain|spain]"),
        ("[빠른|fast]", "[quick|quick]"),
        ("[방|room]", "[microfluidics|microfluidic]"),
        ("[170억|billion]", "[billion|billion]"),
        ("[유월|june]", "[June|june]"),
        ("[IL-15|il]", "[IL-6|il]"),
        ("[IL-15|microfluidic]", "[microfluidics|microfluidic_chip]"),
        ("[2세대 펌프|pump]", "[laser|laser]"),
        ("", "[pump|pump]"),
        ("[pump|pump]", ""),
    ],
    ids=[
        "two-names",
        "two-everyday-words",
        "far",
        "amount",
        "month",
        "told-apart-by-figures",
        "figure-is-near-nothing",
        "nearly-the-same-with-figure",
        "empty-profile",
        "empty-program",
    ],
)
def test_what_is_not_linked(profile: str, program: str) -> None:
    assert link(profile, program) == ()


def test_words_with_the_same_figure_are_linked() -> None:
    assert told(link("[IL-15|il] [IL-6|il]", "[il-15|il]")) == ["IL-15 > il-15"]


def test_an_everyday_word_needs_to_lie_nearer_to_a_word_of_a_field() -> None:
    near = Meanings(
        {"office": 0, "office_space": 1}, KNOWN.vectors[:2], np.array([True, False]), np.zeros(2, bool)
    )

    links = link_concepts(read("[사무공간|office_space]"), read("[offices|office]"), WEIGHTS, near)

    assert [item.likeness for item in links] == [0.9397]
    # The room and the clean room lie 45° apart: near enough for two words of a field, not for these.
    assert NEAR < math.cos(math.radians(45)) < NEAR_EVERYDAY
    assert link("[방|room]", "[clean room|clean_room]") == ()


def test_an_everyday_word_in_both_counts_only_beside_a_word_of_a_field() -> None:
    fast = "[빠른|fast]", "[fast|fast]"

    assert told(link(fast[0], fast[1])) == []
    assert told(link(f"{fast[0]} [스페인|spain]", f"[Spain|spain] {fast[1]}")) == ["스페인 > Spain"]
    assert told(link(f"{fast[0]} [펌프|pump]", f"[pumps|pump] {fast[1]}")) == ["빠른 > fast", "펌프 > pumps"]


def test_common_words_are_shown_only_where_nothing_else_is() -> None:
    company = "[회사|company]", "[companies|company]"

    assert told(link(company[0], company[1])) == ["회사 > companies"]
    assert told(link(f"{company[0]} [펌프|pump]", f"{company[1]} [pump|pump]")) == ["펌프 > pump"]


def test_a_concept_named_twice_is_linked_where_it_stands_first() -> None:
    links = link("[펌프|pump]와 [펌프|pump]", "[pumps|pump] or [pump|pump]")

    assert [(item.profile_start, item.program_start) for item in links] == [(0, 0)]


def test_four_links_are_kept_those_that_tell_most_in_the_order_of_the_profile() -> None:
    names = ["pump", "alpha", "microfluidic", "laser", "beta"]
    profile = " ".join(f"[{name}|{name}]" for name in names)
    program = " ".join(f"[{name}s|{name}]" for name in reversed(names))

    # Weights 2, 4, 5, 3, 4: the pump is left out.
    assert told(link(profile, program)) == [f"{name} > {name}s" for name in names[1:]]


def test_a_sentence_without_end_is_read_to_a_limit() -> None:
    many = " ".join(f"[word|key_{place}]" for place in range(300))

    assert told(link(many, "[last|key_99] [late|key_100]")) == ["word > last"]


KEYS = [*DEGREES, "unknown", "billion"]
words = st.lists(
    st.tuples(
        st.sampled_from(["", "그리고 ", "a "]),
        st.sampled_from(["전지", "lab", "IL-15", "A & B"]),
        st.lists(st.sampled_from(KEYS), min_size=1, max_size=2, unique=True),
    ),
    max_size=7,
)
sentences = words.map(
    lambda parts: read(" ".join(f"{gap}[{text}|{' '.join(keys)}]" for gap, text, keys in parts))
)


@given(sentences, sentences)
def test_links_lie_inside_their_sentences_and_overlap_nowhere(
    profile: ReadSentence, program: ReadSentence
) -> None:
    links = link_concepts(profile, program, WEIGHTS, KNOWN)

    assert len(links) <= MOST_LINKS
    assert links == link_concepts(profile, program, WEIGHTS, KNOWN)
    for item in links:
        assert profile.text[item.profile_start : item.profile_end] == item.profile_words != ""
        assert program.text[item.program_start : item.program_end] == item.program_words != ""
        assert item.concept in {span.concept for span in profile.spans}
        assert NEAR <= item.likeness <= 1
    ends = [place for item in links for place in (item.profile_start, item.profile_end)]
    others = sorted((item.program_start, item.program_end) for item in links)
    assert ends == sorted(ends)
    assert all(left[1] <= right[0] for left, right in pairwise(others))


@given(sentences, sentences)
def test_links_agree_with_trying_every_pair_of_words(profile: ReadSentence, program: ReadSentence) -> None:
    links = link_concepts(profile, program, WEIGHTS, KNOWN)

    found = [(item.profile_start, item.program_start, item.likeness) for item in links]
    assert found == expected_links(profile, program)


Option = tuple[float, int, int, float, str]
"""Weight times likeness, both places, likeness, and what kind of concept joins them."""


def expected_links(profile: ReadSentence, program: ReadSentence) -> list[tuple[int, int, float]]:
    """Link as the rules say, one pair and one step at a time."""
    options = [
        option
        for mine, theirs in product(first_named(profile), first_named(program))
        if (option := compare(profile, mine, program, theirs)) is not None
    ]
    telling = [option for option in options if option[0] / option[3] >= COMMON]
    chosen = pick([], [option for option in telling if option[4] != "everyday"])
    if not chosen:
        chosen = pick([], [option for option in options if option[4] != "everyday"])[:1]
    elif any(option[4] == "field" for option in chosen):
        chosen = pick(chosen, [option for option in telling if option[4] == "everyday"])
    return sorted((option[1], option[2], option[3]) for option in chosen)


def first_named(sentence: ReadSentence) -> list[tuple[ConceptSpan, tuple[str, ...]]]:
    """Give the understood words, figures and repetition left out."""
    found: dict[tuple[str, ...], ConceptSpan] = {}
    for span in sentence.spans:
        keys = tuple(key for key in span.keys if key != "billion")
        if keys and keys not in found:
            found[keys] = span
    return [(span, keys) for keys, span in found.items()]


def compare(
    profile: ReadSentence,
    mine: tuple[ConceptSpan, tuple[str, ...]],
    program: ReadSentence,
    theirs: tuple[ConceptSpan, tuple[str, ...]],
) -> Option | None:
    """Say how two words could be linked, if at all."""
    (span, keys), (other, other_keys) = mine, theirs
    texts = profile.text[span.start : span.end], program.text[other.start : other.end]
    figures = any(character.isdigit() for character in "".join(texts))
    shared = set(keys) & set(other_keys)
    if shared and (not figures or texts[0].casefold() == texts[1].casefold()):
        key = max(keys_in(keys, shared), key=weigh)
        return (weigh(key), span.start, other.start, 1.0, kind(key))
    near = [] if figures else [pair for pair in product(keys, other_keys) if is_near(*pair)]
    if not near:
        return None
    best = max(near, key=lambda pair: (cosine(*pair), min(map(weigh, pair))))
    return (min(map(weigh, best)) * cosine(*best), span.start, other.start, cosine(*best), "field")


def keys_in(keys: Sequence[str], shared: set[str]) -> list[str]:
    """Give the shared keys; of equal weight, the last one named is taken."""
    return [key for key in reversed(keys) if key in shared]


def pick(chosen: list[Option], options: list[Option]) -> list[Option]:
    """Take the greatest option whose words are free, again and again."""
    taken = list(chosen)
    while len(taken) < MOST_LINKS:
        free = [
            option
            for option in options
            if all(option[1] != other[1] and option[2] != other[2] for other in taken)
        ]
        if not free:
            break
        taken.append(min(free, key=lambda option: (-option[0], option[1], option[2])))
    return taken


def kind(key: str) -> str:
    return "everyday" if key in EVERYDAY else "name" if key in NAMES else "field"


def weigh(key: str) -> float:
    return WEIGHTS.of(key) * (0.5 if key in EVERYDAY else 1)


def cosine(one: str, other: str) -> float:
    if one not in DEGREES or other not in DEGREES:
        return 0.0
    return round(math.cos(math.radians(DEGREES[one] - DEGREES[other])), 4)


def is_near(one: str, other: str) -> bool:
    kinds = {kind(one), kind(other)}
    if "name" in kinds or kinds == {"everyday"}:
        return False
    return cosine(one, other) >= (NEAR_EVERYDAY if "everyday" in kinds else NEAR)


def test_shipped_meanings_know_names_and_everyday_words() -> None:
    known = shipped_meanings()
    rows, vectors = meanings()

    assert known.rows == rows
    assert known.vectors.shape == vectors.shape
    assert len(known.everyday) == len(known.names) == len(vectors)
    assert [bool(known.names[rows[key]]) for key in ("seattle", "germany", "battery")] == [True, True, False]
    assert [bool(known.everyday[rows[key]]) for key in ("fast", "battery")] == [True, False]


def test_a_korean_and_an_english_sentence_meet_in_a_concept() -> None:
    korean, english = analyse(
        HashingEncoder(),
        [
            SourceText("시애틀에서 배터리를 팝니다.", Language.KO),
            SourceText("Batteries are made in Seattle.", Language.EN),
        ],
    )

    links = link_concepts(
        ReadSentence(korean.sentences[0], korean.spans[0]),
        ReadSentence(english.sentences[0], english.spans[0]),
        TermWeights({}, 4.0, 9.0),
        shipped_meanings(),
    )

    assert told(links) == ["시애틀 > Seattle", "배터리 > Batteries"]
