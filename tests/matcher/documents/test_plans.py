"""Ten made plans per format: what they plainly state is proposed, and nothing without a passage."""

from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from matcher.documents.child import extract, extract_here
from matcher.documents.proposals import FIELDS
from tests.matcher.documents import files
from tests.matcher.documents.plans import PLANS, Plan
from tests.matcher.documents.processor_time import spent

WRITERS: dict[str, Callable[[files.Parts], bytes]] = {
    "pdf": files.pdf,
    "hwpx": files.hwpx,
    "docx": files.docx_file,
    "txt": files.txt,
    "hwp": files.hwp_of_parts,
}
PAGE = (
    "당사는 광섬유 간섭계로 수소 누출의 위치와 농도를 함께 재는 센서를 만든다. "
    "센서는 방폭 구역에서도 전원 없이 동작한다. "
    "충전소와 배관에서 얻은 신호를 한 화면에서 보여 주고 이상이 있으면 바로 알린다. "
) * 5
"""A third of a page."""
FACTS = sorted({field for plan in PLANS for field in plan.facts})


@cache
def read(kind: str, name: str) -> dict[str, Any]:
    """Read one plan in one format."""
    plan = next(plan for plan in PLANS if plan.name == name)
    return extract_here(WRITERS[kind](plan.parts))


def proposed(kind: str, plan: Plan) -> dict[str, Any]:
    """Give the values proposed from a plan; where a PDF breaks a line means nothing."""
    return {field: _flat(one["value"]) for field, one in read(kind, plan.name)["proposals"].items()}


def _flat(value: Any) -> Any:
    return "".join(value.split()) if isinstance(value, str) else value


@pytest.mark.parametrize("kind", list(WRITERS))
def test_at_least_eight_of_ten_stated_facts_are_proposed_right_per_format(kind: str) -> None:
    stated, right = Counter[str](), Counter[str]()
    for plan in PLANS:
        found = proposed(kind, plan)
        for field, value in plan.facts.items():
            stated[field] += 1
            right[field] += found.get(field) == _flat(value)

    assert {
        field: (right[field], stated[field]) for field in FACTS if right[field] < 0.8 * stated[field]
    } == {}
    # Binary HWP is made without tables here, so a row of labels over a row of values is not one.
    assert (right.total(), stated.total()) == (91 if kind == "hwp" else 95, 95)


@pytest.mark.parametrize("kind", list(WRITERS))
def test_no_fact_that_is_stated_is_proposed_wrong(kind: str) -> None:
    wrong = [
        (plan.name, field, value)
        for plan in PLANS
        for field, value in proposed(kind, plan).items()
        if field in plan.facts and value != _flat(plan.facts[field])
    ]

    assert wrong == []


@pytest.mark.parametrize("kind", list(WRITERS))
def test_every_proposal_has_a_passage_that_stands_in_the_text(kind: str) -> None:
    for plan in PLANS:
        answer = read(kind, plan.name)
        for field, one in answer["proposals"].items():
            assert field in FIELDS
            assert one["passage"].strip()
            assert one["passage"] in answer["text"]


@pytest.mark.parametrize("kind", list(WRITERS))
def test_a_number_that_is_proposed_stands_in_its_passage(kind: str) -> None:
    for plan in PLANS:
        for field in ("founded", "employees", "trl"):
            one = read(kind, plan.name)["proposals"].get(field)
            assert one is None or str(one["value"]) in one["passage"]


def test_what_competitors_and_customers_are_is_not_proposed() -> None:
    values = [repr(one["value"]) for plan in PLANS for one in read("txt", plan.name)["proposals"].values()]

    assert [value for value in values if "셀텍" in value or "Optiwafer" in value or "1998" in value] == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp949"])
def test_a_text_file_is_read_in_every_encoding(encoding: str) -> None:
    answer = extract_here(files.txt(PLANS[1].parts, encoding))

    assert answer["proposals"]["company_name"]["value"] == "주식회사 누리셀"


def test_the_child_gives_what_reading_here_gives() -> None:
    data = files.hwpx(PLANS[0].parts)
    answer = extract_here(data)

    extraction = extract(data)

    assert extraction.text == answer["text"]
    assert {field: one.value for field, one in extraction.proposals.items()} == {
        field: one["value"] for field, one in answer["proposals"].items()
    }


@pytest.mark.parametrize("kind", ["pdf", "hwpx", "docx", "txt"])
def test_fifteen_korean_pages_are_read_and_proposed_from_within_ten_seconds(kind: str) -> None:
    data = WRITERS[kind]([*PLANS[0].parts, *[f"{number}. {PAGE}" for number in range(1, 61)]])
    start = spent()

    extraction = extract(data)

    assert spent() - start < 10
    assert extraction.proposals["founded"].value == 2021
    assert len(extraction.text) > 20_000
