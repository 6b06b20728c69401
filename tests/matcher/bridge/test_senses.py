"""Sense choice on concepts made for the purpose."""

from collections import Counter

from matcher.bridge.lexicon import Concept
from matcher.bridge.senses import Context, Sense, read_context

TISSUE = Concept((("tissue",), (), (), ()), "anat", "bio", 0)
ORGANIZATION = Concept((("organization",), (), (), ()), "gen", "general", 1)
CELL = Concept((("cell",), (), (), ()), "anat", "bio", 2)
JUSTICE = Concept((("justice",), (), (), ()), "gen", "general", 3)
PROCESS = Concept((("process",), (), (), ()), "gen", "general", 4)
PROCESS_AGAIN = Concept((("process",), (), (), ()), "chem", "bio", 5)

NOWHERE = Context(Counter(), Counter())


def test_everyday_sense_holds_without_context() -> None:
    assert NOWHERE.choose((Sense(TISSUE, 0), Sense(ORGANIZATION, 0))) is ORGANIZATION


def test_technical_sense_needs_support_from_the_text() -> None:
    context = read_context([(Sense(CELL, 0),), (Sense(CELL, 0),), (Sense(TISSUE, 0), Sense(ORGANIZATION, 0))])

    assert context.areas == Counter(anat=2)
    assert context.choose((Sense(TISSUE, 0), Sense(ORGANIZATION, 0))) is TISSUE


def test_technical_sense_must_be_what_the_word_usually_means() -> None:
    context = read_context([(Sense(CELL, 0),), (Sense(CELL, 0),)])

    assert context.choose((Sense(TISSUE, 2), Sense(ORGANIZATION, 0))) is ORGANIZATION


def test_meaning_of_most_lines_wins() -> None:
    assert NOWHERE.choose((Sense(JUSTICE, 0), Sense(PROCESS, 1), Sense(PROCESS_AGAIN, 1))) is PROCESS
