"""German verbs whose prefix stands at the end of the clause."""

import pytest

from matcher.bridge.gloss import gloss
from matcher.bridge.matching import find
from matcher.bridge.vocabulary import load_vocabulary, read_texts
from models.vocabulary import Language

VOCABULARY = load_vocabulary(Language.DE)


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        ("Wir bereiten den Markteintritt vor.", "vorbereiten"),
        ("Wir bieten Kurse an, und lernen.", "anbieten"),
        ("Wir setzen Sensoren ein.", "einsetzen"),
        ("Wir führen Studien durch.", "durchführen"),
    ],
)
def test_a_verb_gets_its_prefix_back(text: str, verb: str) -> None:
    (reading,) = read_texts([text], Language.DE)
    bare = text.split()[1]
    found = {text[f.start : f.end]: f.parts for f in find(reading, VOCABULARY, Language.DE)}

    assert found[bare] == (VOCABULARY.words.senses(verb),) != ((),)
    assert not {"vor", "an", "ein", "durch"} & set(found)


def test_the_gloss_has_the_whole_verb() -> None:
    assert gloss("Wir bereiten den Markteintritt vor.", Language.DE).text == "we preparation market entry"
    assert "preparation" not in gloss("Wir bereiten den Markteintritt.", Language.DE).text


def test_a_preposition_at_another_place_is_none() -> None:
    """The words of "vorbereiten" stand here, but "vor" is not at the end of the clause."""
    result = gloss("Vor dem Start bereiten wir Kurse.", Language.DE)

    assert result.text.startswith("before ")
    assert "preparation" not in result.text
