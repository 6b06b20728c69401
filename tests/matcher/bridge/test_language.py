"""Language detection on sentences and on phrases as short as a form field."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.bridge.language import detect_language, sentence_language
from models.vocabulary import Language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("전고체 배터리", Language.KO),
        ("AI 기반 SaaS 플랫폼 for smart city", Language.KO),
        ("ㅋㅋ", Language.KO),
        ("Wir bauen Roboter", Language.DE),
        ("Wasserstoff für Stahlwerke", Language.DE),
        ("Medizintechnik", Language.DE),
        ("Construimos robots", Language.ES),
        ("reciclaje de baterías", Language.ES),
        ("Energía solar", Language.ES),
        ("We build robots", Language.EN),
        ("battery recycling", Language.EN),
        ("We build a drone for Samsung (삼성) and other makers of electronic devices", Language.EN),
        ("", Language.EN),
        ("12 %, 😀 !", Language.EN),
        ("日本語", Language.EN),
    ],
)
def test_detect_language(text: str, language: Language) -> None:
    assert detect_language(text) is language


@pytest.mark.parametrize(
    ("sentence", "main", "language"),
    [
        # A sentence that is plainly English is read as English in any text.
        ("This product is used in the clinics of the city.", Language.KO, Language.EN),
        ("This product is used in the clinics of the city.", Language.DE, Language.EN),
        ("This product is used in the clinics of the city.", Language.ES, Language.EN),
        ("Wir bauen Roboter für die Industrie.", Language.KO, Language.DE),
        # Hangul settles it.
        ("삼성과 함께 시장에 진출했다.", Language.EN, Language.KO),
        ("삼성과 함께 시장에 진출했다.", Language.DE, Language.KO),
        # Names and what is too short to tell stay in the language of the text.
        ("Samsung Electronics", Language.KO, Language.KO),
        ("Landfall Robotics GmbH & Co KG", Language.DE, Language.DE),
        ("We have it.", Language.ES, Language.ES),
        ("12 %", Language.DE, Language.DE),
        ("", Language.KO, Language.KO),
        # An English text has no German sentences: what looks like one is a name or a title.
        ("Wir bauen Roboter für die Industrie.", Language.EN, Language.EN),
    ],
)
def test_a_sentence_within_a_text_has_its_own_language(
    sentence: str, main: Language, language: Language
) -> None:
    assert sentence_language(sentence, main) is language


@given(st.text(), st.sampled_from(Language))
def test_a_sentence_is_in_the_language_of_its_text_or_in_its_own(sentence: str, main: Language) -> None:
    assert sentence_language(sentence, main) in {main, detect_language(sentence)}
