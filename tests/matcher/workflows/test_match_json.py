"""The JSON document of a match: its keys, its sums, its order."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine

from matcher.engine.matches import ConceptLink, Evidence, MatchResult
from matcher.engine.policy import SIGNALS
from matcher.engine.values import StartupFacts
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.match_json import match_document
from matcher.workflows.matching import match_text
from models.database import read_session

FACTS = StartupFacts(
    founded=2021, employees=12, stage="seed", trl=6, country="KR", city="Daejeon", sectors=("batteries",)
)


@pytest.fixture
def result(engine: Engine, hashing_analyst: LocalAnalyst, today: date) -> MatchResult:
    """Match a Korean text to the real programs."""
    text = "전고체 배터리 검사 장비를 만듭니다. 시애틀에서 투자자와 고객을 만나고 싶습니다."
    with read_session(engine) as session:
        return match_text(session, hashing_analyst, text, None, FACTS, today=today)


@pytest.fixture
def document(result: MatchResult) -> dict[str, Any]:
    """Give its JSON document."""
    return match_document(result, 100)


def test_the_document_has_the_agreed_keys(document: dict[str, Any]) -> None:
    results = document["results"]

    assert list(document) == ["language", "results", "encoder"]
    assert (document["language"], document["encoder"], len(results)) == ("ko", "hashing", 57)
    assert {tuple(result) for result in results} == {
        ("program", "name", "city", "rank", "score", "signals", "eligibility", "evidence")
    }
    assert {tuple(result["signals"]) for result in results} == {SIGNALS}
    assert {tuple(result["eligibility"]) for result in results} == {("verdict", "rules")}
    assert {tuple(rule) for result in results for rule in result["eligibility"]["rules"]} == {
        ("rule", "verdict", "fact", "condition", "would_change")
    }
    assert {tuple(pair) for result in results for pair in result["evidence"]} == {
        ("profile", "program", "similarity", "links")
    }


def test_a_link_gives_its_words_their_places_and_the_concept(result: MatchResult) -> None:
    pair = Evidence(
        "미세유체 칩을 만듭니다.",
        "Labs for microfluidic chips.",
        0.5,
        (ConceptLink(0, 4, 9, 27, "미세유체", "microfluidic chips", "microfluidic", 0.9),),
    )
    told = replace(result, matches=(replace(result.matches[0], evidence=(pair,)),))

    assert match_document(told, 1)["results"][0]["evidence"] == [
        {
            "profile": "미세유체 칩을 만듭니다.",
            "program": "Labs for microfluidic chips.",
            "similarity": 0.5,
            "links": [
                {
                    "profile": "미세유체",
                    "profile_span": [0, 4],
                    "concept": "microfluidic",
                    "program": "microfluidic chips",
                    "program_span": [9, 27],
                }
            ],
        }
    ]


def test_every_link_stands_where_it_says(document: dict[str, Any]) -> None:
    pairs = [pair for result in document["results"] for pair in result["evidence"]]

    for pair in pairs:
        assert len(pair["links"]) <= 4
        for link in pair["links"]:
            assert set(link) == {"profile", "profile_span", "concept", "program", "program_span"}
            assert pair["profile"][slice(*link["profile_span"])] == link["profile"]
            assert pair["program"][slice(*link["program_span"])] == link["program"]
    assert [link for pair in pairs for link in pair["links"]] != []


def test_signals_sum_to_the_score(document: dict[str, Any]) -> None:
    differences = [abs(sum(result["signals"].values()) - result["score"]) for result in document["results"]]

    assert max(differences) <= 1e-6


def test_closed_programs_come_after_all_others_and_scores_fall_within_each(document: dict[str, Any]) -> None:
    order = [
        (result["eligibility"]["verdict"] == "not_eligible", -result["score"])
        for result in document["results"]
    ]

    assert order == sorted(order)
    assert {closed for closed, _ in order} == {False, True}
    assert [result["rank"] for result in document["results"]] == list(range(1, 58))


def test_verdicts_are_the_three_words_and_follow_the_rules(document: dict[str, Any]) -> None:
    def combined(rules: list[dict[str, Any]]) -> str:
        verdicts = {rule["verdict"] for rule in rules}
        return next(
            (verdict for verdict in ("not_eligible", "cannot_tell") if verdict in verdicts), "eligible"
        )

    found = [result["eligibility"] for result in document["results"]]

    assert [item["verdict"] for item in found] == [combined(item["rules"]) for item in found]
    assert {rule["verdict"] for item in found for rule in item["rules"]} == {
        "eligible",
        "not_eligible",
        "cannot_tell",
    }


def test_a_rule_says_the_fact_it_read_and_what_would_change_it(document: dict[str, Any]) -> None:
    (stay,) = [item for item in document["results"] if item["program"] == "ksgc"]
    direction = stay["eligibility"]["rules"][0]

    assert direction == {
        "rule": "direction",
        "verdict": "not_eligible",
        "fact": "registered in KR",
        "condition": "for companies from outside KR",
        "would_change": "A company registered outside KR.",
    }


def test_every_condition_is_told_in_words(document: dict[str, Any]) -> None:
    rules = [rule for result in document["results"] for rule in result["eligibility"]["rules"]]

    assert [rule for rule in rules if not rule["condition"].strip()] == []
    assert [rule for rule in rules if rule["verdict"] != "eligible" and not rule["would_change"]] == []


def test_the_document_is_strict_json(document: dict[str, Any]) -> None:
    written = json.dumps(document, allow_nan=False)

    assert json.loads(written) == document


def test_top_cuts_the_list(engine: Engine, hashing_analyst: LocalAnalyst, today: date) -> None:
    with read_session(engine) as session:
        result = match_text(session, hashing_analyst, "Robots", None, StartupFacts(), today=today)

    cut, whole = match_document(result, 3), match_document(result, 1000)

    assert cut["results"] == whole["results"][:3]
