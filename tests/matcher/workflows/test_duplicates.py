"""Startups that may be the same: what counts as the same name, number and text."""

import pytest

from matcher.workflows.duplicates import (
    NEAR_COPY,
    Duplicate,
    DuplicateKind,
    Subject,
    find_duplicates,
    normal_name,
    similarity,
)

TEXT = (
    "We build robot arms that change the battery packs of electric vans at night, so that a fleet needs no "
    "fast chargers. A pilot with one parcel service runs in two depots, and a third depot follows in spring."
)


@pytest.mark.parametrize(
    "names",
    [
        ("주식회사 한빛", "㈜한빛", "(주) 한 빛", "한빛(주)", "한빛 주식회사", "한빛"),
        ("Hanbit Co., Ltd.", "HANBIT Inc.", "Ｈａｎｂｉｔ", "hanbit corp", "Hanbit LLC"),
        ("Müller GmbH", "MÜLLER GmbH & Co. KG", "Muller AG", "Müller UG (haftungsbeschränkt)"),
        ("Sol S.L.", "Sol, S.L.U.", "SOL SL", "Sol S.A."),
    ],
)
def test_legal_form_spelling_and_width_do_not_count(names: tuple[str, ...]) -> None:
    assert len({normal_name(name) for name in names}) == 1


@pytest.mark.parametrize("name", ["Inception", "Agilent", "Corpus", "Selim", "Cobalt", "주식"])
def test_a_name_that_only_looks_like_a_legal_form_stays_whole(name: str) -> None:
    assert normal_name(name) == name.casefold()


def test_a_name_of_nothing_but_a_legal_form_is_kept() -> None:
    assert normal_name("주식회사") == "주식회사"


def test_rows_are_compared_with_the_database_and_with_the_rows_before() -> None:
    rows = [
        Subject(2, ("한빛",), "123-45-67890"),
        Subject(3, ("Other",), "1234567890"),
        Subject(4, ("㈜한빛", "New name"), texts=(TEXT,)),
        Subject(5, ("Last",), texts=(TEXT.replace("night", "dawn"),)),
    ]

    assert find_duplicates(rows, [Subject("s1", ("New Name Inc.",))]) == (
        Duplicate(3, 2, DuplicateKind.REGISTRATION_NUMBER),
        Duplicate(4, "s1", DuplicateKind.NAME),
        Duplicate(5, 4, DuplicateKind.TEXT),
    )


def test_a_dash_is_no_registration_number() -> None:
    assert find_duplicates([Subject(2, ("a",), "-"), Subject(3, ("b",), "-")], []) == ()


def test_similarity_is_the_share_of_common_runs() -> None:
    assert similarity(TEXT, TEXT.upper()) == 1
    assert similarity("abcdef", "abcdeg") == pytest.approx(1 / 3)
    assert similarity(TEXT, TEXT.replace("parcel service", "bakery")) > NEAR_COPY
    assert similarity(TEXT, "Antibody drugs against rare tumours, tested in two hospitals of Daejeon.") < 0.2
