"""The one scoring function: by hand, by plain Python, and independent of what else is scored."""

import itertools
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.engine.analysis import SourceText, TextAnalysis, analyse
from matcher.engine.calibration import PROFILE, PROGRAM, Calibration, fit_calibration
from matcher.engine.concepts import ConceptIndex
from matcher.engine.encoders import HashingEncoder
from matcher.engine.lexical import LexicalIndex, TermWeights
from matcher.engine.policy import DEFAULT_POLICY, SIGNALS, MatchPolicy
from matcher.engine.scoring import build_pool, score_programs, sentence_similarities
from matcher.engine.values import ProgramProfile, StartupFacts
from models.vocabulary import Language

MakeProgram = Callable[..., ProgramProfile]
MakeAnalysis = Callable[..., TextAnalysis]
FACTS = StartupFacts(needs=("visa", "office"), target_regions=("eu",), sectors=("water",), stage="seed")
SENTENCES = (
    "We make battery cells.",
    "Pilots with the bus operator of the city.",
    "Water treatment for farms.",
    "Office space and visa support.",
    "Series A investors meet founders.",
    "전지를 만든다.",
)
REGION_VALUES: dict[tuple[str, ...] | None, float] = {
    None: 0,
    ("eu",): 0.17,
    ("kr", "de"): 0.17 * 0.85 * 0.6,
}
texts = st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=5).map(" ".join)
facts_strategy = st.builds(
    StartupFacts,
    needs=st.sampled_from([None, ("visa",), ("visa", "office")]),
    target_regions=st.sampled_from([None, ("eu",), ("kr", "de")]),
    sectors=st.sampled_from([None, ("water",), ("space", "water")]),
    stage=st.sampled_from([None, "seed", "idea"]),
)


def read(texts_in: Sequence[str]) -> tuple[TextAnalysis, ...]:
    return analyse(HashingEncoder(), [SourceText(text, Language.EN) for text in texts_in])


SHIFTED = fit_calibration("hashing-2", read(SENTENCES[:3]), read(SENTENCES[2:]))


def test_score_programs_worked_example(
    make_program: MakeProgram, make_analysis: MakeAnalysis, plain_calibration: Calibration
) -> None:
    policy = MatchPolicy(
        dense=1,
        sentences=10,
        concepts=1000,
        lexical=100,
        needs=2,
        region=3,
        sector=4,
        stage=5,
        sentence_pairs=2,
    )
    programs = [
        make_program("far"),
        make_program("near", offers=("visa",), regions=("de",), sectors=("any",), stages=("seed",)),
    ]
    analyses = [
        make_analysis((0, 1), {"One.": (0, 1)}),
        make_analysis(
            (1, 0),
            {"One.": (1, 0), "Two.": (0, 1), "Three.": (0.6, 0.8)},
            ["cell", "bus"],
            concepts=["zzzone", "zzztwo"],
        ),
    ]
    profile = make_analysis((0.8, 0.6), {"Mine.": (1, 0)}, ["cell"], concepts=["zzzone"])

    scores = score_programs(build_pool(programs, analyses, plain_calibration), profile, FACTS, policy)

    # far: cosine 0.6. near: cosine 0.8; best two of 1, 0, 0.6; all concepts of one side, half of the
    # other's; one word in a text of mean length 2.
    far, near = scores.contributions.tolist()
    assert far == pytest.approx([0.6, 0, 0, 0, 0, 0, 0, 0])
    assert near == pytest.approx([0.8, 10 * 0.8, 1000 * 0.75, 100 / 2.2, 2 * 0.5, 3 * 0.6, 4 * 0.8, 5])
    assert scores.totals.tolist() == pytest.approx([sum(far), sum(near)])


def test_score_programs_subtracts_the_means_of_each_side(
    make_program: MakeProgram, make_analysis: MakeAnalysis
) -> None:
    means = {
        (PROGRAM, "whole", "ko"): np.array([0, 0.8], dtype=np.float32),
        (PROFILE, "whole", "en"): np.array([0.6, 0], dtype=np.float32),
        (PROFILE, "sentence", "en"): np.array([0, 0.8], dtype=np.float32),
    }
    pool = build_pool(
        [make_program()],
        [make_analysis((0.6, 0.8), language=Language.KO)],
        Calibration("v", "enc", means, TermWeights({}, 1.0, 2.0)),
    )

    scores = score_programs(
        pool, make_analysis((0.6, 0.8)), StartupFacts(), MatchPolicy(dense=1, sentences=1)
    )

    # Whole texts become (1, 0) and (0, 1); the profile's sentence (1, 0), the program's stays (0.6, 0.8).
    assert scores.contributions[0, :2].tolist() == pytest.approx([0.0, 0.6])


def test_more_of_the_same_sentence_adds_nothing_after_the_best_pairs(
    make_program: MakeProgram, make_analysis: MakeAnalysis, plain_calibration: Calibration
) -> None:
    pool = build_pool([make_program()], [make_analysis((1, 0))], plain_calibration)
    five = make_analysis((1, 0), {f"Good {place}.": (1, 0) for place in range(5)})
    fifty = make_analysis((1, 0), {f"Good {place}.": (1, 0) for place in range(50)})

    scores = [score_programs(pool, text, StartupFacts(), DEFAULT_POLICY) for text in (five, fifty)]

    assert scores[0].contributions.tolist() == scores[1].contributions.tolist()


def test_sentence_similarities_are_all_pairs(
    make_program: MakeProgram, make_analysis: MakeAnalysis, plain_calibration: Calibration
) -> None:
    analyses = [make_analysis((0, 1)), make_analysis((1, 0), {"a": (1, 0), "b": (0.6, 0.8)})]
    pool = build_pool([make_program("a"), make_program("b")], analyses, plain_calibration)

    found = sentence_similarities(pool, make_analysis(sentences={"x": (1, 0), "y": (0, 1)}))

    assert found.ravel().tolist() == pytest.approx([0, 1, 0.6, 1, 0, 0.8])


@given(st.lists(texts, min_size=1, max_size=4), texts, facts_strategy)
def test_score_programs_agrees_with_plain_python(
    make_program: MakeProgram, programs: list[str], profile: str, facts: StartupFacts
) -> None:
    analyses, (startup,) = read(programs), read([profile])
    offered = make_program(offers=("visa",), regions=("eu",), sectors=("water",), stages=("seed",))
    pool = build_pool([offered] * len(programs), analyses, SHIFTED)

    scores = score_programs(pool, startup, facts, DEFAULT_POLICY)

    for contributions, program in zip(scores.contributions, analyses, strict=True):
        dense = cosine(
            startup.whole - SHIFTED.means[PROFILE, "whole", "en"],
            program.whole - SHIFTED.means[PROGRAM, "whole", "en"],
        )
        pairs = sorted(
            cosine(
                one - SHIFTED.means[PROFILE, "sentence", "en"],
                other - SHIFTED.means[PROGRAM, "sentence", "en"],
            )
            for one, other in itertools.product(startup.sentence_vectors, program.sentence_vectors)
        )[-5:]
        lexical = LexicalIndex([program.terms], SHIFTED.terms).scores(startup.terms)[0]
        concepts = ConceptIndex([program.concepts], SHIFTED.terms).scores(startup.concepts)[0]
        assert contributions[:4].tolist() == pytest.approx(
            [0.28 * dense, 0.187 * sum(pairs) / len(pairs), 0.667 * concepts, 0.056 * lexical], abs=1e-5
        )
        assert contributions[4:].tolist() == pytest.approx([
            0.13 * (0 if facts.needs is None else 1 / len(facts.needs)),
            REGION_VALUES[facts.target_regions],
            0.20 * (facts.sectors is not None),
            {None: 0, "seed": 0.06, "idea": 0}[facts.stage],
        ])  # fmt: skip


@given(st.lists(texts, min_size=2, max_size=5), texts, st.data())
def test_scores_do_not_depend_on_the_other_programs(
    make_program: MakeProgram, programs: list[str], profile: str, data: st.DataObject
) -> None:
    kept = data.draw(st.lists(st.sampled_from(range(len(programs))), min_size=1, unique=True))
    (startup,) = read([profile])
    all_of_them = [make_program(f"p{place}", offers=("visa",)) for place in range(len(programs))]
    analyses = read(programs)
    everything = score_programs(build_pool(all_of_them, analyses, SHIFTED), startup, FACTS, DEFAULT_POLICY)

    some = score_programs(
        build_pool([all_of_them[place] for place in kept], [analyses[place] for place in kept], SHIFTED),
        startup,
        FACTS,
        DEFAULT_POLICY,
    )

    assert np.abs(some.contributions - everything.contributions[kept]).max() <= 1e-6


@given(st.lists(texts, min_size=1, max_size=4), st.lists(texts, min_size=1, max_size=4))
def test_scores_do_not_depend_on_other_startups(
    make_program: MakeProgram, programs: list[str], startups: list[str]
) -> None:
    pool = build_pool([make_program(f"p{place}") for place in range(len(programs))], read(programs), SHIFTED)
    together = [score_programs(pool, startup, FACTS, DEFAULT_POLICY) for startup in read(startups)]

    alone = [score_programs(pool, read([text])[0], FACTS, DEFAULT_POLICY) for text in startups]

    for first, second in zip(together, alone, strict=True):
        assert np.abs(first.contributions - second.contributions).max() <= 1e-6


@given(st.lists(texts, min_size=1, max_size=4), texts, facts_strategy)
def test_contributions_sum_to_the_score(
    make_program: MakeProgram, programs: list[str], profile: str, facts: StartupFacts
) -> None:
    pool = build_pool([make_program()] * len(programs), read(programs), SHIFTED)

    scores = score_programs(pool, read([profile])[0], facts, DEFAULT_POLICY)

    assert scores.contributions.shape == (len(programs), len(SIGNALS))
    sums = [sum(row) for row in scores.contributions.tolist()]
    assert scores.totals.tolist() == pytest.approx(sums, abs=1e-6)


def cosine(
    first: np.ndarray[tuple[int], np.dtype[np.float32]], second: np.ndarray[tuple[int], np.dtype[np.float32]]
) -> float:
    length = float(np.linalg.norm(first) * np.linalg.norm(second))
    return float(first @ second) / length
