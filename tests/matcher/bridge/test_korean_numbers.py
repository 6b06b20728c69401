"""Korean amounts in English."""

import pytest

from matcher.bridge.korean_numbers import say_amount


@pytest.mark.parametrize(
    ("parts", "english"),
    [
        (("140", "억"), "14 billion"),
        (("18", "억"), "1.8 billion"),
        (("1", "조", "2,000", "억"), "1.2 trillion"),
        (("3", "만"), "30 thousand"),
        (("5", "천만"), "50 million"),
        (("2", "십"), "20"),
        (("1.2.3", "억"), "1.2.3 억"),
    ],
)
def test_say_amount(parts: tuple[str, ...], english: str) -> None:
    assert say_amount(parts) == english
