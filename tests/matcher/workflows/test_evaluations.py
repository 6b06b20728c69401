"""Evaluation: figures a person can compute, on a collection made by hand, and what each system may read."""

import json
from math import log2
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from matcher.engine.analysis import SourceText
from matcher.engine.evaluation import mean, ndcg
from matcher.settings import PROJECT
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.evaluations import SYSTEMS, evaluate, text_similarities
from matcher.workflows.graded_collections import Collection, read_collection
from models.vocabulary import Language
from tests.matcher.workflows.builders import edited, write_lines

# Seven programs, so that the top five leave some out. With equal scores the order of the file holds.
PROGRAMS: list[dict[str, Any]] = [
    {"id": "P1", "name": "Bees", "lang": "en", "text": "Honey bees and hives.", "sectors": ["bees"]},
    {"id": "P2", "name": "Trams", "lang": "en", "text": "Trams and rails.", "sectors": ["trams"]},
    *(
        {"id": f"P{number}", "name": f"Other {number}", "lang": "de", "text": f"Nichts Nummer {number}."}
        for number in range(3, 8)
    ),
]
STARTUPS: list[dict[str, Any]] = [
    {"id": "S1", "sector": "bees", "texts": {"ko": "꿀벌과 벌통을 돌봅니다.", "en": "Honey bees and hives."}},
    {"id": "S2", "sector": "trams", "texts": {"en": "Trams and rails."}},
]
GRADES = "S1\tP1\t3\nS1\tP2\t2\nS2\tP1\t3\nS2\tP3\t1\nS2\tP7\t2\n"


def write(
    folder: Path,
    *,
    startups: list[dict[str, Any]] = STARTUPS,
    programs: list[dict[str, Any]] = PROGRAMS,
    grades: str = GRADES,
) -> Collection:
    """Write a collection and read it."""
    write_lines(folder / "startups.jsonl", startups)
    write_lines(folder / "programs.jsonl", programs)
    (folder / "qrels.tsv").write_text(grades, encoding="utf-8")
    return read_collection(folder)


def shipped_lines(file: str, count: int) -> list[dict[str, Any]]:
    """Give the first records of a file of the shipped collection."""
    path = PROJECT / "seed_data" / "eval" / file
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()[:count]]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory, hashing_analyst: LocalAnalyst) -> dict[str, Any]:
    """Evaluate the collection made by hand."""
    return evaluate(write(tmp_path_factory.mktemp("hand")), hashing_analyst)


def test_the_report_has_the_agreed_keys(report: dict[str, Any]) -> None:
    assert list(report["systems"]) == ["full", "text", "facts", "bm25", "raw_model"]
    assert [list(languages) for languages in report["systems"].values()] == [["ko", "en"]] * 5
    assert [list(figures) for languages in report["systems"].values() for figures in languages.values()] == [
        ["ndcg@10", "recall@5", "top5_overlap_en", "parity_en"]
    ] * 10
    assert {
        tuple(figures["ndcg@10"])
        for languages in report["systems"].values()
        for figures in languages.values()
    } == {("startup_to_program", "program_to_startup")}
    assert {name: report[name] for name in ("startups", "programs", "graded_pairs", "encoder")} == {
        "startups": {"ko": 1, "en": 2},
        "programs": 7,
        "graded_pairs": 5,
        "encoder": "hashing",
    }
    assert report["language_preference"] == {"mean_signed": None, "ci95": None, "p95_abs": None}
    json.dumps(report, allow_nan=False)


def test_figures_of_the_facts_are_those_computed_by_hand(report: dict[str, Any]) -> None:
    # Only the sector is known: S1 ranks P1 first, S2 ranks P2 first, the file's order follows.
    # S1 has P1 (3) and P2 (2) in the best order. S2 finds P1 second, P3 third, P7 seventh.
    second = (7 / log2(3) + 1 / log2(4) + 3 / log2(8)) / (7 + 3 / log2(3) + 1 / log2(4))
    # P1: both startups grade 3. P2: S2 stands first, S1 (2) second. P7: no score, S1 first, S2 (2) second.
    late = (3 / log2(3)) / 3

    english, korean = report["systems"]["facts"]["en"], report["systems"]["facts"]["ko"]

    assert english["ndcg@10"]["startup_to_program"] == pytest.approx((1 + second) / 2, abs=1e-12)
    assert english["ndcg@10"]["program_to_startup"] == pytest.approx((1 + late + late) / 3, abs=1e-12)
    # S1 finds both good programs among five, S2 only P1 of P1 and P7.
    assert english["recall@5"] == pytest.approx((1 + 0.5) / 2)
    assert (english["top5_overlap_en"], english["parity_en"]) == (1, 1)
    # In Korean there is S1 alone; parity compares it with the English of S1 alone.
    assert korean == {
        "ndcg@10": {"startup_to_program": 1, "program_to_startup": 1},
        "recall@5": 1,
        "top5_overlap_en": 1,
        "parity_en": 1,
    }


def test_the_text_puts_the_program_with_the_same_words_first(report: dict[str, Any]) -> None:
    # S1 finds P1 first; S2 finds P2, which nobody graded, first.
    assert report["systems"]["bm25"]["en"]["ndcg@10"]["startup_to_program"] < 1
    assert report["systems"]["text"]["ko"]["ndcg@10"]["startup_to_program"] > 0.8


def test_the_text_system_reads_no_tag(
    tmp_path: Path, report: dict[str, Any], hashing_analyst: LocalAnalyst
) -> None:
    programs = [
        edited(program, sectors=["trams"], offers=["x"], stages=["y"], regions=["z"]) for program in PROGRAMS
    ]
    startups = [edited(startup, sector="none", stage="y", needs=["x"]) for startup in STARTUPS]

    changed = evaluate(write(tmp_path, startups=startups, programs=programs), hashing_analyst)["systems"]

    for system in ("text", "bm25", "raw_model"):
        assert changed[system] == report["systems"][system]
    assert changed["facts"] != report["systems"]["facts"]


def test_no_system_ranks_with_the_english_versions(
    tmp_path: Path, report: dict[str, Any], hashing_analyst: LocalAnalyst
) -> None:
    programs = [edited(program, text_en="Trams and rails. Honey bees.") for program in PROGRAMS]

    changed = evaluate(write(tmp_path, programs=programs), hashing_analyst)

    preference = changed.pop("language_preference")
    assert changed == {name: value for name, value in report.items() if name != "language_preference"}
    # Words shared with every startup lift the German programs, which say nothing.
    assert preference["mean_signed"] > 0
    assert preference["ci95"][0] <= preference["mean_signed"] <= preference["ci95"][1]
    assert preference["p95_abs"] > 0


def test_a_startup_is_read_in_english_where_it_can_be(hashing_analyst: LocalAnalyst, tmp_path: Path) -> None:
    programs = [edited(program, text_en="Honey bees.") for program in PROGRAMS]
    english = [edited(STARTUPS[0], texts={"en": "Honey bees."})]
    both = [edited(STARTUPS[0], texts={"ko": "전차와 철도.", "en": "Honey bees."})]

    found = [
        evaluate(write(tmp_path / str(place), startups=startups, programs=programs), hashing_analyst)
        for place, startups in enumerate((english, both))
    ]

    assert found[0]["language_preference"] == found[1]["language_preference"]


def test_tags_nobody_has_seen_are_compared_as_they_stand(
    tmp_path: Path, hashing_analyst: LocalAnalyst
) -> None:
    startups = [edited(STARTUPS[0], needs=["zebra"], target_regions=["savannah"], stage="foal")]
    programs = [*PROGRAMS[:2], edited(PROGRAMS[6], offers=["zebra"], regions=["savannah"], stages=["foal"])]

    changed = evaluate(
        write(tmp_path, startups=startups, programs=programs, grades="S1\tP7\t3\nS1\tP1\t1\n"),
        hashing_analyst,
    )

    # needs, region and stage of P7 (0.397) beat the sector of P1 (0.17).
    assert changed["systems"]["facts"]["en"]["ndcg@10"]["startup_to_program"] == 1


def test_figures_that_cannot_be_formed_are_none(tmp_path: Path, hashing_analyst: LocalAnalyst) -> None:
    german = [{"id": "S1", "texts": {"de": "Bienen und Honig."}}]

    report = evaluate(write(tmp_path, startups=german, grades=""), hashing_analyst)

    assert {system: report["systems"][system] for system in SYSTEMS} == {
        system: {
            "de": {
                "ndcg@10": {"startup_to_program": None, "program_to_startup": None},
                "recall@5": None,
                "top5_overlap_en": None,
                "parity_en": None,
            }
        }
        for system in SYSTEMS
    }


def test_parity_needs_grades_of_the_shared_startups(tmp_path: Path, hashing_analyst: LocalAnalyst) -> None:
    report = evaluate(write(tmp_path, grades="S2\tP1\t3\n"), hashing_analyst)

    korean = report["systems"]["full"]["ko"]
    assert (korean["parity_en"], korean["top5_overlap_en"] is None) == (None, False)


def test_cutting_the_startups_to_one_leaves_its_ranking(
    tmp_path: Path, hashing_analyst: LocalAnalyst
) -> None:
    startups, programs = shipped_lines("startups.jsonl", 3), shipped_lines("programs.jsonl", 12)
    grades = (PROJECT / "seed_data" / "eval" / "qrels.tsv").read_text(encoding="utf-8")

    together = evaluate(write(tmp_path, startups=startups, programs=programs, grades=grades), hashing_analyst)
    alone = [
        evaluate(write(tmp_path, startups=[startup], programs=programs, grades=grades), hashing_analyst)
        for startup in startups
    ]

    for system in SYSTEMS:
        for language in ("ko", "en"):
            for figure in ("recall@5", "top5_overlap_en"):
                assert together["systems"][system][language][figure] == mean(
                    [cut["systems"][system][language][figure] for cut in alone]
                )
            assert together["systems"][system][language]["ndcg@10"]["startup_to_program"] == mean(
                [cut["systems"][system][language]["ndcg@10"]["startup_to_program"] for cut in alone]
            )


def test_similarities_reproduce_the_text_system(tmp_path: Path, hashing_analyst: LocalAnalyst) -> None:
    collection = write(
        tmp_path,
        startups=shipped_lines("startups.jsonl", 3),
        programs=shipped_lines("programs.jsonl", 12),
        grades=(PROJECT / "seed_data" / "eval" / "qrels.tsv").read_text(encoding="utf-8"),
    )
    programs = [SourceText(program.text, program.language) for program in collection.programs]
    grades = collection.grade_matrix(collection.startups)
    report = evaluate(collection, hashing_analyst)["systems"]["text"]

    for language in (Language.KO, Language.EN):
        profiles = [SourceText(startup.texts[language], language) for startup in collection.startups]
        scores = text_similarities(profiles, programs, hashing_analyst)
        figures = [ndcg(row.astype(np.float64), own, 10) for row, own in zip(scores, grades, strict=True)]

        assert (str(scores.dtype), scores.shape) == ("float32", (3, 12))
        assert mean(figures) == report[language.value]["ndcg@10"]["startup_to_program"]


def test_a_row_of_similarities_depends_on_no_other_profile(hashing_analyst: LocalAnalyst) -> None:
    profiles = [
        SourceText(item["texts"][language.value], language)
        for item in shipped_lines("startups.jsonl", 2)
        for language in (Language.KO, Language.EN)
    ]
    programs = [
        SourceText(item["text"], Language(item["lang"])) for item in shipped_lines("programs.jsonl", 6)
    ]

    together = text_similarities(profiles, programs, hashing_analyst)
    alone = [text_similarities([profile], programs, hashing_analyst)[0] for profile in profiles]

    assert np.array_equal(together, np.stack(alone))
