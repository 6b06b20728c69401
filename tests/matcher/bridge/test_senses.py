"""Sense choice on concepts made for the purpose, and on the sentences the field knows as hard."""

import numpy as np
import pytest

from matcher.bridge.gloss import gloss
from matcher.bridge.senses import FEATURES, SenseWeights, choose, features_of
from matcher.bridge.tokenised import Concepts, Sense
from models.vocabulary import Language

TISSUE, ORGANIZATION, CELL, HIRING, BARE = range(5)
CONCEPTS = Concepts(
    names=("tissue", "organization", "cell", "hiring", "bare"),
    terms=("tissue", "organization", "cell", "hiring", "bare"),
    areas=("anat", "gen", "anat", "gen", "gen"),
    domains=("bio", "general", "bio", "general", "general"),
    vectors=np.array([[1, 0], [0, 1], [0.96, 0.28], [0.28, 0.96], [0, 0]], dtype=np.float32),
)
EITHER = (Sense(TISSUE, 0, 1), Sense(ORGANIZATION, 0, 1))
NEAR_ONLY = SenseWeights(near=1, text=0, area=0, everyday=0, rank=0, lines=0, prior=0)


@pytest.mark.parametrize(("neighbour", "meant"), [(CELL, TISSUE), (HIRING, ORGANIZATION)])
def test_the_sense_nearest_to_the_words_around_is_chosen(neighbour: int, meant: int) -> None:
    words = [(Sense(neighbour, 0, 1),), EITHER]

    assert [sense.concept for sense in choose(words, CONCEPTS, NEAR_ONLY)] == [neighbour, meant]


def test_features_worked_by_hand() -> None:
    certain, ambiguous = features_of([(Sense(CELL, 0, 1),), EITHER], CONCEPTS)

    assert certain.shape == (0, len(FEATURES))
    # The only other word is "cell": cosines 0.96 and 0.28 near by and in the whole text, one technical
    # word of the area of "tissue", "organization" is an everyday word; rank, lines and prior say nothing.
    assert ambiguous == pytest.approx(
        np.array([[0.96, 0.96, np.log(2), 0, 0, 0, 0], [0.28, 0.28, 0, 1, 0, 0, 0]]), abs=1e-6
    )


def test_without_context_the_prior_decides() -> None:
    senses = (Sense(TISSUE, 0, 1, prior=-1.0), Sense(ORGANIZATION, 0, 1, prior=1.0))

    assert choose([senses], CONCEPTS) == [senses[1]]


def test_a_word_with_one_sense_keeps_it_also_without_a_vector() -> None:
    assert choose([(Sense(BARE, 2, 1),)], CONCEPTS) == [Sense(BARE, 2, 1)]


@pytest.mark.parametrize(
    ("text", "wanted", "unwanted"),
    [
        ("인공지능 기술의 발전 속도가 매우 빠르다.", {"development", "progress", "advance"}, {"power"}),
        ("풍력 발전 단지의 발전 설비를 점검한다.", {"power", "generation"}, {"progress"}),
        ("간세포와 면역세포로 이루어진 종양 조직을 생검으로 진단", {"tissue"}, {"organization"}),
        ("조직 문화와 채용", {"organization", "organizational"}, {"tissue"}),
        ("해외 시장 규모와 점유율", {"market"}, {"mayor"}),
        ("신규 사업 매출이 늘었다", {"business", "project"}, {"commercialization"}),
    ],
)
def test_the_sense_fits_the_sentence(text: str, wanted: set[str], unwanted: set[str]) -> None:
    words = set(gloss(text, Language.KO).text.replace(".", "").split())

    assert words & wanted
    assert not words & unwanted
