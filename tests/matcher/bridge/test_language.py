"""Language detection on sentences and on phrases as short as a form field."""

import pytest

from matcher.bridge.language import detect_language
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
