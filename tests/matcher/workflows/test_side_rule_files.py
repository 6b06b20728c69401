"""The file of side rules: what it means, what is refused, and that its schema is the documented one."""

import json
from typing import Any

import pytest

from matcher.engine.side_rules import Limit, SideRule
from matcher.errors import RecordError
from matcher.settings import PROJECT
from matcher.workflows.side_rule_files import SideRulesInput, read_side_rules

ATTRIBUTES = {
    "startups": {"sector": ["bio", "ai", ["ai", "space"], None], "country": ["KR", "KR", "DE", "KR"]},
    "programs": {"region": ["Seattle", "Dortmund", "Seattle"]},
}


def read(*rules: dict[str, Any], **more: Any) -> tuple[SideRule, ...]:
    """Read rules about four startups and three programs."""
    return read_side_rules("rules.json", ATTRIBUTES | {"rules": list(rules)} | more, startups=4, programs=3)


def limits(**rule: Any) -> list[tuple[str, set[int] | None, set[int] | None]]:
    """Give label, startups and programs of each limit of one rule."""
    (found,) = read({"name": "rule", "max": 2} | rule)
    return [
        (
            limit.label,
            None if limit.startups is None else set(limit.startups),
            None if limit.programs is None else set(limit.programs),
        )
        for limit in found.limits
    ]


def test_a_rule_worked_example() -> None:
    rule = {
        "name": "Koreans in AI in Seattle",
        "startups": {"sector": "ai", "country": ["KR", "JP"]},
        "programs": {"region": "Seattle"},
        "min": 1,
        "max": 2.0,
    }

    assert read(rule) == (
        SideRule("Koreans in AI in Seattle", (Limit("", frozenset({1}), frozenset({0, 2}), 1, 2),)),
    )


def test_groups_may_be_numbers_or_everybody() -> None:
    assert limits(startups=[0, 3]) == [("", {0, 3}, None)]
    assert limits(programs=[1.0]) == [("", None, {1})]
    assert limits() == [("", None, None)]


def test_a_limit_may_hold_for_each_value_by_itself() -> None:
    assert limits(each_startup="sector") == [
        ("sector ai", {1, 2}, None),
        ("sector bio", {0}, None),
        ("sector space", {2}, None),
    ]
    assert limits(each_program="program", startups={"country": "DE"}) == [
        ("program 0", {2}, {0}),
        ("program 1", {2}, {1}),
        ("program 2", {2}, {2}),
    ]
    assert limits(each_startup="country", each_program="region")[0] == (
        "country DE, region Dortmund",
        {2},
        {1},
    )


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ([], "rules.json, file: "),
        ({"rules": [{"name": "a", "max": 1, "maximum": 2}]}, "rules.json, rules.0.maximum: "),
        ({"rules": [{"max": 1}]}, "rules.json, rules.0.name: "),
        ({"rules": [{"name": "a", "max": -1}]}, "rules.json, rules.0.max: "),
        ({"rules": [{"name": "a", "max": True}]}, "rules.json, rules.0.max: "),
        ({"rules": [{"name": "a", "max": 1.5}]}, "rules.json, rules.0.max: "),
        ({"rules": [{"name": "a"}]}, "rules.json, rule 'a': min or max expected"),
        ({"rules": [{"name": "a", "min": 2, "max": 1}]}, "rules.json, rule 'a': max 1 is less than min 2"),
        (
            {"rules": [{"name": "a", "max": 1, "startups": [4]}]},
            "rules.json, rule 'a': startups are numbered 0 to 3, not 4",
        ),
        (
            {"rules": [{"name": "a", "max": 1, "each_startup": "stage"}]},
            "rules.json, rule 'a': the startups have no attribute 'stage'",
        ),
        (
            {"rules": [{"name": "a", "max": 1, "programs": {"city": "Seattle"}}]},
            "rules.json, rule 'a': the programs have no attribute 'city'",
        ),
        (
            {"startups": {"sector": ["bio"]}, "rules": []},
            "rules.json, startups.sector: has 1 values, but there are 4 startups",
        ),
        (
            {"rules": [{"name": "a", "max": 1}, {"name": "a", "max": 2}]},
            "rules.json, rule 'a': another rule has the same name",
        ),
    ],
)
def test_bad_files_are_refused_by_field(content: Any, complaint: str) -> None:
    with pytest.raises(RecordError) as refused:
        read_side_rules("rules.json", content, startups=4, programs=3)

    assert str(refused.value).startswith(complaint)


def test_the_documented_schema_is_the_one_in_use() -> None:
    documented = json.loads((PROJECT / "docs" / "side_rules.schema.json").read_text(encoding="utf-8"))

    assert documented == SideRulesInput.model_json_schema()


def test_the_documented_example_can_be_read() -> None:
    page = (PROJECT / "docs" / "side_rules.md").read_text(encoding="utf-8")
    example = json.loads(page.partition("```json\n")[2].partition("```")[0])

    rules = read_side_rules("example", example, startups=5, programs=3)

    assert [len(rule.limits) for rule in rules] == [1, 3, 2, 3]
