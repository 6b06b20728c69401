"""The lexicon files are well formed."""

import re

import pytest

from matcher.bridge.lexicon import FOLDER, Concept, load_gazetteer, load_lexicon
from models.vocabulary import Language


def test_lexicon_has_every_concept_of_its_readme() -> None:
    readme = (FOLDER / "lexicon" / "README.md").read_text("utf-8")
    stated = re.search(r"([\d,]+) concepts", readme)

    assert stated is not None
    assert f"{len(load_lexicon()):,}" == stated[1]


@pytest.mark.parametrize("concepts", [load_lexicon(), load_gazetteer()], ids=["lexicon", "gazetteer"])
def test_every_concept_has_words_in_every_language(concepts: tuple[Concept, ...]) -> None:
    bare = [
        concept.name
        for concept in concepts
        for language in Language
        if not all(word == word.strip() != "" for word in concept.words_in(language))
    ]

    assert bare == []


def test_a_concept_is_named_by_its_first_english_word() -> None:
    assert load_lexicon()[0].name == "diagnosis"
    assert load_lexicon()[0].words_in(Language.ES) == ("diagnóstico",)
