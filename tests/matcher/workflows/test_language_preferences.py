"""What a program's language does to its rank: by hand, by brute force, and where it can do nothing."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.engine.analysis import SourceText, TextAnalysis
from matcher.engine.scoring import ProgramPool, build_pool
from matcher.settings import PROJECT
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.graded_collections import Collection, read_collection
from matcher.workflows.language_preferences import interval, language_preference, rank_changes
from matcher.workflows.text_scores import score_texts
from models.vocabulary import Language
from tests.matcher.workflows.builders import write_lines

# Few different scores, so that many programs are equal.
figures = st.sampled_from([0.0, 0.25, 0.5, 1.0])
IDS = ["d", "a", "c", "b"]
score_rows = st.lists(st.tuples(*[figures] * 4), min_size=1, max_size=4)


@pytest.fixture(scope="module")
def shipped() -> Collection:
    """Give the first records of the shipped collection, with all its German and Spanish programs."""
    whole = read_collection(PROJECT / "seed_data" / "eval")
    kept = [program for program in whole.programs if program.id in whole.english]
    return replace(whole, startups=whole.startups[:4], programs=(*whole.programs[:6], *kept[:2], *kept[-2:]))


def read(collection: Collection, analyst: LocalAnalyst) -> tuple[ProgramPool, tuple[TextAnalysis, ...]]:
    """Read the programs and each startup's usual text."""
    texts = analyst.read([SourceText(program.text, program.language) for program in collection.programs])
    pool = build_pool(collection.programs, texts, analyst.calibration)
    profiles = [
        SourceText(startup.texts[startup.usual_language], startup.usual_language)
        for startup in collection.startups
    ]
    return pool, analyst.read(profiles)


def place_of(scores: Sequence[float], ids: Sequence[str], own: str) -> int:
    """Give the rank of a program the slow way."""
    order = sorted(range(len(ids)), key=lambda place: (-round(scores[place], 6), ids[place]))
    return [ids[place] for place in order].index(own) + 1


def written_anew(collection: Collection, place: int) -> Collection:
    """Put the English version of one program in its place."""
    program = collection.programs[place]
    english = replace(program, text=collection.english[program.id], language=Language.EN)
    return replace(
        collection, programs=(*collection.programs[:place], english, *collection.programs[place + 1 :])
    )


def collection_of(folder: Path, programs: list[dict[str, Any]]) -> Collection:
    """Write and read a collection of two startups."""
    startups = [{"id": "S1", "texts": {"en": "Honey bees."}}, {"id": "S2", "texts": {"ko": "전차와 철도."}}]
    write_lines(folder / "startups.jsonl", startups)
    write_lines(folder / "programs.jsonl", programs)
    (folder / "qrels.tsv").write_text("S1\tP1\t3\n", encoding="utf-8")
    return read_collection(folder)


def test_ranks_before_and_after_worked_by_hand() -> None:
    # The program b stands third of the first startup and, in English, first: two places lost by its
    # language. For the second startup it stands first and, equal to a, second: one place won.
    scores = np.array([[0.5, 0.2, 0.4], [0.3, 0.9, 0.1]])
    swapped = np.array([[0.6], [0.3]])

    changes = rank_changes(scores, swapped, [1], ["a", "b", "c"])

    assert changes.tolist() == [[2], [-1]]


def test_of_equal_scores_the_smaller_id_stands_first_whatever_the_order() -> None:
    equal = np.zeros((1, 3))

    changes = rank_changes(np.array([[1.0, 0.0, 0.0]]), equal[:, :2], [0, 2], ["c", "b", "a"])

    # c falls from the first place behind a and b; a stands second, behind c, before and after.
    assert changes.tolist() == [[-2, 0]]


@given(rows=score_rows, data=st.data())
def test_rank_changes_agree_with_sorting_each_list_anew(
    rows: list[tuple[float, ...]], data: st.DataObject
) -> None:
    places = data.draw(st.lists(st.integers(0, 3), min_size=1, max_size=4, unique=True))
    swapped = [data.draw(st.tuples(*[figures] * len(places))) for _ in rows]

    changes = rank_changes(np.array(rows), np.array(swapped), places, IDS)

    for row, new, found in zip(rows, swapped, changes.tolist(), strict=True):
        for place, score, change in zip(places, new, found, strict=True):
            after = [score if other == place else value for other, value in enumerate(row)]
            own = IDS[place]
            assert change == place_of(row, IDS, own) - place_of(after, IDS, own)


@given(rows=score_rows, noise=st.floats(-1e-8, 1e-8))
def test_a_version_that_scores_the_same_changes_nothing(rows: list[tuple[float, ...]], noise: float) -> None:
    scores = np.array(rows)

    assert not rank_changes(scores, scores + noise, range(4), IDS).any()


@given(st.lists(st.tuples(st.integers(-5, 5), st.integers(-5, 5)), min_size=1, max_size=6))
def test_the_interval_is_the_same_every_time_and_lies_among_the_changes(
    rows: list[tuple[int, int]],
) -> None:
    changes = np.array(rows)

    low, high = interval(changes)

    assert changes.min() <= low <= high <= changes.max()
    assert interval(changes) == [low, high]
    assert interval(-changes) == pytest.approx([-high, -low])


def test_the_interval_is_wider_where_programs_differ_than_where_single_pairs_do() -> None:
    by_program = np.tile([4, -4, 4, -4], (40, 1))
    by_pair = np.array([[4 if (row + column) % 2 else -4 for column in range(40)] for row in range(40)])

    assert np.ptp(interval(by_program)) > 4 * np.ptp(interval(by_pair))


def test_the_figures_are_those_of_rebuilding_every_pool(
    shipped: Collection, hashing_analyst: LocalAnalyst
) -> None:
    pool, profiles = read(shipped, hashing_analyst)
    ids = [program.id for program in shipped.programs]
    places = [place for place, name in enumerate(ids) if name in shipped.english]

    found = language_preference(shipped, pool, profiles, hashing_analyst)

    before = score_texts(pool, profiles)
    changes = np.zeros((len(profiles), len(places)), dtype=np.int64)
    for column, place in enumerate(places):
        after = score_texts(read(written_anew(shipped, place), hashing_analyst)[0], profiles)
        for row in range(len(profiles)):
            changes[row, column] = place_of(before[row].tolist(), ids, ids[place]) - place_of(
                after[row].tolist(), ids, ids[place]
            )
    assert len(places) == 4
    assert changes.any()
    assert found == {
        "mean_signed": changes.mean(),
        "ci95": interval(changes),
        "p95_abs": np.percentile(np.abs(changes), 95),
    }


def test_a_version_of_the_same_words_changes_nothing(tmp_path: Path, hashing_analyst: LocalAnalyst) -> None:
    # Names no dictionary knows are read alike in both languages.
    programs = [
        {"id": "P1", "name": "Zyx", "lang": "de", "text": "Qwv Kjh.", "text_en": "Qwv Kjh."},
        {"id": "P2", "name": "Trams", "lang": "en", "text": "Trams and rails.", "text_en": "Honey bees."},
    ]
    collection = collection_of(tmp_path, programs)

    found = language_preference(collection, *read(collection, hashing_analyst), hashing_analyst)

    assert found == {"mean_signed": 0, "ci95": [0, 0], "p95_abs": 0}


def test_a_program_that_is_better_understood_in_english_loses_places_by_its_language(
    tmp_path: Path, hashing_analyst: LocalAnalyst
) -> None:
    programs = [
        {"id": "P1", "name": "Qwv", "lang": "es", "text": "Kjh zyx.", "text_en": "Honey bees and trams."},
        {"id": "P2", "name": "Vine", "lang": "en", "text": "Bees, trams and rails with wine."},
    ]
    collection = collection_of(tmp_path, programs)

    found = language_preference(collection, *read(collection, hashing_analyst), hashing_analyst)

    assert found["mean_signed"] > 0


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_only_german_and_spanish_programs_are_swapped(
    tmp_path: Path, hashing_analyst: LocalAnalyst, lang: str
) -> None:
    programs = [{"id": "P1", "name": "Bees", "lang": lang, "text": "Bees.", "text_en": "Trams."}]
    collection = collection_of(tmp_path, programs)

    found = language_preference(collection, *read(collection, hashing_analyst), hashing_analyst)

    assert collection.english == {}
    assert found == {"mean_signed": None, "ci95": None, "p95_abs": None}
