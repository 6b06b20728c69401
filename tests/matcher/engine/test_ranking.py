"""Programs ranked with everything that explains them; closed ones after all others."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from matcher.engine.analysis import ConceptSpan, TextAnalysis
from matcher.engine.calibration import Calibration
from matcher.engine.conditions import Ask, Direction, Headcount, Readiness, Rule
from matcher.engine.eligibility import judge
from matcher.engine.fact_signals import floor, reach
from matcher.engine.matches import Band, ConceptLink, Evidence, MatchResult, MissingFact
from matcher.engine.phrases import Label
from matcher.engine.policy import DEFAULT_POLICY, SIGNALS, MatchPolicy
from matcher.engine.ranking import band_of, evidence_for, missing_facts, order_programs, rank_programs
from matcher.engine.scoring import ProgramPool, build_pool, sentence_similarities
from matcher.engine.values import ProgramProfile, StartupFacts
from models.vocabulary import Language, Verdict

MakeProgram = Callable[..., ProgramProfile]
MakeAnalysis = Callable[..., TextAnalysis]
MakePool = Callable[[list[ProgramProfile], list[tuple[float, float]]], ProgramPool]
TODAY = date(2025, 11, 22)
CLOSED = Rule("direction", Direction(closed=True))
SMALL = Rule("headcount", Headcount(max=50))
READY = Rule("trl", Readiness(min=4))
ASK = Rule("ask", Ask(Label("Yours?", "귀사?")))


@pytest.fixture(scope="session")
def make_pool(make_analysis: MakeAnalysis, plain_calibration: Calibration) -> MakePool:
    """Build a pool of programs whose whole text and only sentence have the given vector."""

    def build(programs: list[ProgramProfile], vectors: list[tuple[float, float]]) -> ProgramPool:
        return build_pool(programs, [make_analysis(vector) for vector in vectors], plain_calibration)

    return build


def rank(pool: ProgramPool, profile: TextAnalysis, facts: StartupFacts) -> MatchResult:
    return rank_programs(pool, profile, facts, policy=DEFAULT_POLICY, today=TODAY, encoder="enc")


def test_rank_programs_worked_example(
    make_program: MakeProgram, make_analysis: MakeAnalysis, make_pool: MakePool
) -> None:
    programs = [
        make_program("a", rules=(CLOSED,), offers=("visa",)),
        make_program("b"),
        make_program("c", rules=(SMALL,), offers=("visa",)),
        make_program("d", rules=(CLOSED,), offers=("training",)),
    ]
    pool = make_pool(programs, [(1, 0), (0.8, 0.6), (0, 1), (0.6, 0.8)])

    result = rank(pool, make_analysis((1, 0)), StartupFacts(needs=("visa",)))

    # Text counts 0.28 + 0.187 times the cosine, an offered need 0.13. Floor and reach are 0.2033 and 0.56:
    # a, b, c and d stand at 110%, 48%, -21% and 22% of the way.
    shown = [
        (match.rank, match.program.id, round(match.score, 6), match.eligibility.verdict, match.instead)
        for match in result.matches
    ]
    assert shown == [
        (1, "b", 0.3736, Verdict.ELIGIBLE, None),
        (2, "c", 0.13, Verdict.CANNOT_TELL, None),
        (3, "a", 0.597, Verdict.NOT_ELIGIBLE, "c"),
        (4, "d", 0.2802, Verdict.NOT_ELIGIBLE, "b"),
    ]
    assert [match.band for match in result.matches] == [
        Band.POSSIBLE,
        Band.WEAK,
        Band.STRONG,
        Band.WEAK,
    ]
    assert result.missing == (MissingFact("employees", 1),)
    assert (result.language, result.encoder) == (Language.EN, "enc")


def test_rank_programs_explains_a_match(
    make_program: MakeProgram, make_analysis: MakeAnalysis, make_pool: MakePool
) -> None:
    pool = make_pool([make_program(offers=("visa",))], [(1, 0)])

    (match,) = rank(pool, make_analysis((1, 0)), StartupFacts(needs=("visa",))).matches

    sentence = "A sentence made of five words."
    assert match.evidence == (Evidence(sentence, sentence, 1.0),)
    assert [reason.say() for reason in match.reasons] == [
        "Offers what you look for: visa.",
        "Your text and the program's speak of the same things: see the sentences.",
    ]
    assert [name for name, _ in match.signals] == list(SIGNALS)


def test_rank_programs_offers_nothing_instead_where_all_are_closed(
    make_program: MakeProgram, make_analysis: MakeAnalysis, make_pool: MakePool
) -> None:
    pool = make_pool([make_program("b", rules=(CLOSED,)), make_program("a", rules=(CLOSED,))], [(1, 0)] * 2)

    result = rank(pool, make_analysis((1, 0)), StartupFacts())

    assert [(match.program.id, match.instead) for match in result.matches] == [("a", None), ("b", None)]


program_rows = st.lists(
    st.tuples(
        st.sampled_from([(), (CLOSED,), (SMALL,), (READY, ASK), (ASK,)]),
        st.sampled_from([(1.0, 0.0), (0.8, 0.6), (0.6, 0.8), (-1.0, 0.0)]),
        st.sampled_from([(), ("visa",), ("office", "visa")]),
    ),
    min_size=1,
    max_size=7,
)
facts_strategy = st.builds(
    StartupFacts,
    employees=st.sampled_from([None, 10, 60]),
    trl=st.sampled_from([None, 3, 6]),
    needs=st.sampled_from([None, ("visa",)]),
)


@given(program_rows, facts_strategy)
def test_rank_programs_puts_closed_ones_last_and_sums_signals(
    make_program: MakeProgram,
    make_analysis: MakeAnalysis,
    make_pool: MakePool,
    rows: list[tuple[tuple[Rule, ...], tuple[float, float], tuple[str, ...]]],
    facts: StartupFacts,
) -> None:
    programs = [
        make_program(f"p{place}", rules=rules, offers=offers) for place, (rules, _, offers) in enumerate(rows)
    ]
    result = rank(make_pool(programs, [vector for _, vector, _ in rows]), make_analysis((1, 0)), facts)

    verdicts = [match.eligibility.verdict is Verdict.NOT_ELIGIBLE for match in result.matches]
    opened = [match for match in result.matches if match.eligibility.verdict is not Verdict.NOT_ELIGIBLE]
    assert verdicts == sorted(verdicts)
    assert [match.rank for match in result.matches] == list(range(1, len(rows) + 1))
    assert sorted(match.program.id for match in result.matches) == [program.id for program in programs]
    for match, closed in zip(result.matches, verdicts, strict=True):
        assert match.score == pytest.approx(sum(value for _, value in match.signals), abs=1e-6)
        assert (match.instead is None) == (not closed or not opened)
        alike = [other for other in opened if set(other.program.offers) & set(match.program.offers)]
        if match.instead is not None:
            assert match.instead == (alike or opened)[0].program.id


@given(
    st.lists(
        st.tuples(st.sampled_from([0.1, 0.2, 0.3]), st.sampled_from([(), (CLOSED,), (ASK,)])),
        min_size=1,
        max_size=7,
    )
)
def test_order_programs_agrees_with_picking_the_best_again_and_again(
    make_program: MakeProgram, make_pool: MakePool, rows: list[tuple[float, tuple[Rule, ...]]]
) -> None:
    # Ids run against the order of the pool, so that equal scores show which of the two decides.
    programs = [make_program(f"p{9 - place}", rules=rules) for place, (_, rules) in enumerate(rows)]
    verdicts = [judge(rules, StartupFacts(), TODAY) for _, rules in rows]
    left, expected = list(range(len(rows))), []
    while left:
        opened = [place for place in left if rows[place][1] != (CLOSED,)] or left
        highest = max(rows[place][0] for place in opened)
        best = min((place for place in opened if rows[place][0] == highest), key=lambda at: programs[at].id)
        expected.append(best)
        left.remove(best)

    order = order_programs(make_pool(programs, [(1, 0)] * len(rows)), [score for score, _ in rows], verdicts)

    assert order == expected


@pytest.mark.parametrize(
    ("score", "band"),
    [
        (1.2, Band.STRONG),
        (0.81, Band.STRONG),
        (0.79, Band.GOOD),
        (0.61, Band.GOOD),
        (0.59, Band.POSSIBLE),
        (0.41, Band.POSSIBLE),
        (0.39, Band.WEAK),
        (0.2, Band.WEAK),
        (-1.0, Band.WEAK),
    ],
)
def test_band_of_counts_quarters_of_the_way_from_the_floor_to_the_reach(score: float, band: Band) -> None:
    # With the need the way is 0.2 to 1, a quarter of it 0.2; without the need it is 0.2 to 0.8.
    policy = MatchPolicy(text_floor=0.2, fact_floor=0.0, text_reach=0.8, needs=0.2)

    assert band_of(score, StartupFacts(needs=("visa",)), policy) is band
    assert band_of(0.2 + (score - 0.2) * 0.75, StartupFacts(), policy) is band


FACTS = StartupFacts(needs=("visa",), target_regions=("eu",), sectors=("water",), stage="seed")


@pytest.mark.parametrize(
    ("text", "facts_met", "with_facts", "text_only"),
    [
        # Means of the pairs of each grade on seed_data/eval, eval_a and eval_b, from Korean.
        (0.431, 0.526, Band.STRONG, Band.STRONG),
        (0.285, 0.438, Band.GOOD, Band.POSSIBLE),
        (0.249, 0.381, Band.POSSIBLE, Band.POSSIBLE),
        (0.178, 0.184, Band.WEAK, Band.WEAK),
    ],
)
def test_band_of_the_usual_pair_of_each_grade(
    text: float, facts_met: float, with_facts: Band, text_only: Band
) -> None:
    # Floor and reach are 0.16 and 0.43 for texts alone; the facts of weight 0.56 add 0.187 and 0.56.
    assert band_of(text + facts_met, FACTS, DEFAULT_POLICY) is with_facts
    assert band_of(text, StartupFacts(), DEFAULT_POLICY) is text_only


some_facts = st.builds(
    StartupFacts,
    needs=st.sampled_from([None, (), FACTS.needs]),
    target_regions=st.sampled_from([None, FACTS.target_regions]),
    sectors=st.sampled_from([None, FACTS.sectors]),
    stage=st.sampled_from([None, FACTS.stage]),
)
RISING = (Band.WEAK, Band.POSSIBLE, Band.GOOD, Band.STRONG)


@given(st.lists(st.floats(-1, 3), min_size=2, max_size=2).map(sorted), some_facts)
def test_band_of_never_falls_when_the_score_rises(scores: list[float], facts: StartupFacts) -> None:
    low, high = (RISING.index(band_of(score, facts, DEFAULT_POLICY)) for score in scores)

    assert low <= high


@given(some_facts)
def test_bands_lie_between_floor_and_reach_whatever_facts_are_known(facts: StartupFacts) -> None:
    assert band_of(floor(facts, DEFAULT_POLICY), facts, DEFAULT_POLICY) is Band.WEAK
    assert band_of(reach(facts, DEFAULT_POLICY), facts, DEFAULT_POLICY) is Band.STRONG


@given(some_facts, st.floats(0, 1))
def test_a_fact_that_becomes_known_and_fits_never_lowers_the_band(facts: StartupFacts, share: float) -> None:
    lowest = floor(facts, DEFAULT_POLICY)
    score = lowest + share * (reach(facts, DEFAULT_POLICY) - lowest)
    more = replace(facts, stage="seed")
    gained = reach(more, DEFAULT_POLICY) - reach(facts, DEFAULT_POLICY)

    before, after = (band_of(score, facts, DEFAULT_POLICY), band_of(score + gained, more, DEFAULT_POLICY))

    # A share that stands on a threshold may lose its last digit on the way.
    assume(abs(share * 4 - round(share * 4)) > 1e-9)
    assert RISING.index(before) <= RISING.index(after)


def test_evidence_for_a_program_quotes_its_own_sentences_but_not_its_name(
    make_program: MakeProgram, make_analysis: MakeAnalysis, plain_calibration: Calibration
) -> None:
    named = make_program("b", name="The Daejeon Bus Pilot Program")
    told = {named.name: (1, 0), "It runs a pilot on buses.": (0.8, 0.6), "It gives out some money.": (0, 1)}
    pool = build_pool(
        [make_program("a"), named, make_program("c", name="Only a name, nothing else")],
        [
            make_analysis((0, 1)),
            make_analysis((1, 0), told),
            make_analysis((1, 0), {"Only a name, nothing else": (1, 0)}),
        ],
        plain_calibration,
    )
    profile = make_analysis(sentences={"We make cells for buses.": (1, 0), "We need some money now.": (0, 1)})
    similarities = sentence_similarities(pool, profile)

    found = [evidence_for(pool, place, profile, similarities) for place in (1, 2)]

    shown = [[(pair.profile, pair.program, round(pair.similarity, 6)) for pair in pairs] for pairs in found]
    assert shown == [
        [
            ("We need some money now.", "It gives out some money.", 1.0),
            ("We make cells for buses.", "It runs a pilot on buses.", 0.8),
        ],
        [("We make cells for buses.", "Only a name, nothing else", 1.0)],
    ]


def test_evidence_for_a_program_links_the_words_of_the_sentences_it_quotes(
    make_program: MakeProgram, make_analysis: MakeAnalysis, plain_calibration: Calibration
) -> None:
    program = make_program("a", name="The Daejeon Bus Pilot")
    told = {program.name: (1, 0), "It gives out some money.": (0, 1), "It runs buses on cells.": (0.8, 0.6)}
    pool = build_pool(
        [program],
        [
            replace(
                make_analysis((1, 0), told),
                spans=(
                    (ConceptSpan(12, 15, "coach", ("coach_key",)),),
                    (ConceptSpan(18, 23, "funds", ("funds_key",)),),
                    (ConceptSpan(8, 13, "coach", ("coach_key",)),),
                ),
            )
        ],
        plain_calibration,
    )
    profile = replace(
        make_analysis(sentences={"버스용 전지를 만드는 회사입니다.": (1, 0)}, language=Language.KO),
        spans=((ConceptSpan(0, 2, "coach", ("coach_key",)),),),
    )

    (evidence,) = evidence_for(pool, 0, profile, sentence_similarities(pool, profile))

    assert evidence.program == "It runs buses on cells."
    assert evidence.links == (ConceptLink(0, 2, 8, 13, "버스", "buses", "coach", 1.0),)


def test_missing_facts_are_counted_where_they_would_settle_something() -> None:
    facts = StartupFacts()
    verdicts = [
        judge((READY, SMALL), facts, TODAY),
        judge((READY, READY), facts, TODAY),
        judge((SMALL, CLOSED), facts, TODAY),
        judge((ASK,), facts, TODAY),
    ]

    assert missing_facts(verdicts) == (MissingFact("trl", 2), MissingFact("employees", 1))


def test_missing_facts_of_equal_use_stand_in_the_order_of_the_alphabet() -> None:
    verdicts = [judge((READY, SMALL), StartupFacts(), TODAY)]

    assert missing_facts(verdicts) == (MissingFact("employees", 1), MissingFact("trl", 1))


def test_scores_of_closed_programs_are_the_ones_they_would_have_had(
    make_program: MakeProgram, make_analysis: MakeAnalysis, make_pool: MakePool
) -> None:
    vectors = [(1.0, 0.0), (0.6, 0.8)]
    opened = make_pool([make_program("a"), make_program("b")], vectors)
    closed = make_pool([make_program("a", rules=(CLOSED,)), make_program("b")], vectors)

    scores = [
        {match.program.id: match.score for match in rank(pool, make_analysis((1, 0)), StartupFacts()).matches}
        for pool in (opened, closed)
    ]

    assert scores[0] == scores[1]
    assert np.isfinite(list(scores[0].values())).all()
