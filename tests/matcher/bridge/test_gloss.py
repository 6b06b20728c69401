"""Glosses a person can check, in all four languages, and what holds for every text."""

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.bridge.gloss import Gloss, SpanKind, bridge_fingerprint, gloss, gloss_many, gloss_sentences
from models.vocabulary import Language

ROOT = Path(__file__).parents[3]
STARTUPS = [
    json.loads(line) for line in (ROOT / "seed_data/eval/startups.jsonl").read_text("utf-8").splitlines()
]
LANGUAGES = st.sampled_from(Language)
TEXTS = st.text(max_size=60) | st.lists(
    st.sampled_from(
        [*"해외진출수소암의은는을1억만원.,-·\n😀", " ", "KI-", "Batterie", "EE. UU.", "IT's", "1,8"]
    )
).map("".join)


def kinds(result: Gloss) -> dict[str, SpanKind]:
    return {span.source: span.kind for span in result.spans}


@pytest.mark.parametrize(
    ("language", "text", "english"),
    [
        (
            Language.KO,
            "이차전지 시장에 해외 진출을 준비합니다.",
            "secondary battery market to overseas expansion ready",
        ),
        (Language.KO, "해외로 진출", "overseas expansion"),
        (Language.KO, "140억 원을 유치하였다", "14 billion won attract"),
        (Language.KO, "고형암을 표적하는 IL-15", "solid tumor target IL-15"),
        (Language.KO, "말라가와 대전시", "Málaga and Daejeon"),
        (Language.DE, "Wir entwickeln wiederaufladbare Batterien.", "we development secondary battery"),
        (Language.DE, "ein Krebszentrum in Dortmund", "cancer center in Dortmund"),
        (Language.ES, "baterías de iones de litio", "lithium-ion battery"),
        (Language.ES, "entrada al mercado de EE. UU.", "market entry of United States"),
        (Language.ES, "una ronda de serie B", "Series B"),
        (Language.EN, "We make batteries in the US.", "We make batteries in the US."),
    ],
)
def test_gloss_text(language: Language, text: str, english: str) -> None:
    assert gloss(text, language).text == english


def test_gloss_is_the_same_in_every_thread() -> None:
    texts = [startup["texts"]["ko"] for startup in STARTUPS[:8]]

    with ThreadPoolExecutor(4) as pool:
        together = tuple(pool.map(lambda text: gloss(text, Language.KO), texts))

    assert together == gloss_many(texts, Language.KO)


def test_gloss_keeps_where_sentences_end() -> None:
    assert gloss("배터리. 반도체", Language.KO).text == "battery. semiconductor"


def test_gloss_says_how_each_part_was_found() -> None:
    korean = kinds(gloss("시애틀 병원에서 메소텔린 IL-15", Language.KO))
    german = kinds(gloss("Krebszentrum mit Mesothelin", Language.DE))

    assert korean == {
        "시애틀": SpanKind.NAME,
        "병원": SpanKind.LEXICON,
        "에서": SpanKind.FUNCTION,
        "메소텔린": SpanKind.DROPPED,
        "IL-15": SpanKind.PASSED,
    }
    assert german == {
        "Krebszentrum": SpanKind.COMPOUND,
        "mit": SpanKind.FUNCTION,
        "Mesothelin": SpanKind.PASSED,
    }


@pytest.mark.parametrize(
    ("name", "english"),
    [
        ("시애틀", "Seattle"),
        ("몽고메리 카운티", "Montgomery County"),
        ("도르트문트", "Dortmund"),
        ("말라가", "Málaga"),
        ("대전시", "Daejeon"),
    ],
)
def test_places_come_out_as_themselves(name: str, english: str) -> None:
    (span,) = gloss(name, Language.KO).spans

    assert (span.source, span.kind, span.concept) == (name, SpanKind.NAME, english)


def test_an_unknown_name_is_written_in_latin_letters() -> None:
    name, title = gloss("홍길동 대표", Language.KO).spans

    assert (name.kind, name.concept) == (SpanKind.TRANSLITERATED, "honggildong")
    # It meets its own English spelling, and by pairs of syllables other forms of itself.
    assert name.terms == ("honggildong", "ko:홍길", "ko:길동")
    assert (title.kind, title.concept) == (SpanKind.LEXICON, "representative")


def test_sentences_of_one_text_share_what_it_is_about() -> None:
    """발전 is development, and in a text on wind turbines the generation of power."""
    energy, goal = "풍력 터빈과 태양광 설비를 운영한다.", "발전을 목표로 한다."

    assert gloss(goal, Language.KO).text == "development goal"
    assert gloss_sentences([energy, goal], Language.KO)[1].text == "power generation goal"
    assert gloss_sentences([goal, energy], Language.KO)[0].text == "power generation goal"
    assert gloss_many([energy, goal], Language.KO)[1].text == "development goal"


@settings(deadline=None)
@given(TEXTS, LANGUAGES)
def test_a_sentence_alone_is_glossed_as_a_text(text: str, language: Language) -> None:
    assert gloss_sentences([text], language) == (gloss(text, language),)


def test_technical_sense_is_chosen_in_a_technical_text() -> None:
    medical = gloss("간세포와 면역세포로 이루어진 종양 조직을 생검으로 진단", Language.KO)
    business = gloss("조직 문화와 채용", Language.KO)

    assert "tissue" in medical.text
    assert "organization" in business.text


def test_abbreviations_are_not_small_words() -> None:
    terms = gloss("It helps us sell in the US", Language.EN).terms

    assert terms.count("united_states") == 1


@pytest.mark.parametrize(
    ("terms", "texts"),
    [
        (
            {"lithium_ion_battery", "battery"},
            {
                Language.KO: "리튬이온전지를",
                Language.EN: "lithium-ion batteries",
                Language.DE: "Lithium-Ionen-Batterien",
                Language.ES: "baterías de iones de litio",
            },
        ),
        (
            {"clinical_trial", "clinical", "trial"},
            {
                Language.KO: "임상시험",
                Language.EN: "clinical trials",
                Language.DE: "klinische Studien",
                Language.ES: "ensayos clínicos",
            },
        ),
        (
            {"seattle"},
            {
                Language.KO: "시애틀에서",
                Language.EN: "Seattle's",
                Language.DE: "in Seattle",
                Language.ES: "de Seattle",
            },
        ),
    ],
)
def test_terms_meet_across_languages(terms: set[str], texts: dict[Language, str]) -> None:
    for language, text in texts.items():
        assert terms <= set(gloss(text, language).terms), language


def test_words_not_understood_still_meet_themselves() -> None:
    assert gloss("메소텔린", Language.KO).terms == ("ko:메소", "ko:소텔", "ko:텔린")
    assert gloss("die Prüfbaken", Language.DE).terms == gloss("Prüfbaken", Language.DE).terms != ()


@pytest.mark.parametrize("language", ["ko", "de", "es"])
def test_terms_of_a_translation_overlap_most_with_their_original(language: str) -> None:
    pairs = [startup["texts"] for startup in STARTUPS if language in startup["texts"]][:20]
    translated = [set(g.terms) for g in gloss_many([pair[language] for pair in pairs], Language(language))]
    english = [set(g.terms) for g in gloss_many([pair["en"] for pair in pairs], Language.EN)]

    overlap = [[len(mine & other) / len(mine | other) for other in english] for mine in translated]
    nearest = [row.index(max(row)) for row in overlap]

    assert nearest == list(range(len(pairs)))


@settings(deadline=None)
@given(TEXTS, LANGUAGES)
def test_spans_lie_in_the_text_in_order(text: str, language: Language) -> None:
    result = gloss(text, language)

    ends = [0, *(span.end for span in result.spans)]
    for span, previous_end in zip(result.spans, ends[:-1], strict=True):
        assert previous_end <= span.start < span.end <= len(text)
        assert span.source == text[span.start : span.end]
        assert (span.concept is None) == (span.kind is SpanKind.DROPPED)


@settings(deadline=None)
@given(st.lists(TEXTS, max_size=4), LANGUAGES)
def test_a_batch_is_glossed_as_its_texts_are(texts: list[str], language: Language) -> None:
    assert gloss_many(texts, language) == tuple(gloss(text, language) for text in texts)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("text", ["", " \n", "😀👍🏽", "...", "―", "\x00", "1234", "漢字 かな", "Ж"])
def test_odd_texts_are_glossed(text: str, language: Language) -> None:
    result = gloss(text, language)

    assert result.language is language
    assert gloss(text, language) == result


@pytest.mark.parametrize("text", ["해외 시장 진출 ", "a", "Ab-"])
def test_long_texts_take_seconds(text: str) -> None:
    started = time.process_time()

    gloss((text * 200_000)[:200_000], Language.KO)

    assert time.process_time() - started < 20


def test_glosses_are_the_same_in_every_process() -> None:
    text = STARTUPS[0]["texts"]["ko"]
    code = (
        "import sys; from matcher.bridge.gloss import gloss; from models.vocabulary import Language;"
        "print(repr(gloss(sys.argv[1], Language.KO)))"
    )
    environment = {"PYTHONHASHSEED": "1", "PYTHONUTF8": "1"}

    run = subprocess.run(
        [sys.executable, "-c", code, text],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=True,
        encoding="utf-8",
    )

    assert run.stdout.strip() == repr(gloss(text, Language.KO))


def test_fingerprint_needs_no_analyser() -> None:
    code = (
        "import sys; from matcher.bridge.gloss import bridge_fingerprint; print(bridge_fingerprint());"
        "assert 'kiwipiepy' not in sys.modules"
    )

    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, text=True)

    assert run.stdout.strip() == bridge_fingerprint()
    assert len(bridge_fingerprint()) == 16
