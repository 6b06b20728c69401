"""The gazetteer: what the recipe makes of CLDR, what may stand in the files, and what is no name."""

import shutil
from collections import defaultdict
from pathlib import Path

import pytest

from matcher.bridge.gloss import SpanKind, gloss, gloss_many
from matcher.bridge.lexicon import COLUMNS, GAZETTEER_FILES, load_gazetteer
from matcher.workflows.gazetteer_builds import KINDS, make_files, read_amendments, write_gazetteer
from models.vocabulary import Language

FOLDER = GAZETTEER_FILES[0].parent
AREAS = {"city", "region", "country", "institute", "agency", "company", "currency", "language", "people"}
NOT_FOUND_ALONE = {
    "norteamericano",  # stands for two places
    "U.S.",  # words of one letter do not run together
    "Washington, DC",  # a comma ends a phrase
    # Kiwi reads these by themselves as something else, and as names within a sentence.
    "벨기에 루벤",
    "루피",
    "파나마 발보아",
    "타지키스탄 소모니",
    "사모아 탈라",
    "MIT",  # at the end of a German clause it may be the prefix of a verb
}
ORDINARY = [
    "이 길로 가나 저 길로 가나 마찬가지입니다.",
    "이란성 쌍둥이 연구란 무엇인지 설명합니다.",
    "가장 좋은 수단을 찾았습니다.",
    "오만한 태도는 버려야 합니다.",
    "빨래를 말리는 동안 비가 왔습니다.",
    "피지 분비를 줄이는 화장품입니다.",
    "부탄가스 누출을 감지합니다.",
    "가봉한 옷을 다시 입어 보았습니다.",
    "아이티 기업에서 일합니다.",
    "보통 가격보다 쌉니다.",
    "저지연 통신이 필요합니다.",
    "다낭성난소증후군 환자를 돕습니다.",
    "원활한 협업이 중요합니다.",
    "농업 부산물로 사료를 만듭니다.",
    "해파리가 그물을 막습니다.",
    "아로마 오일을 생산합니다.",
    "수요가 빠르게 불어나고 있습니다.",
    "대구경 배관을 검사합니다.",
    "고속 전송도 가능합니다.",
    "그런 이유로 자유로운 방식을 골랐습니다.",
    "포토레지스트를 국산화했습니다.",
    "하반기에 양산을 시작합니다.",
    "취수원과 상수원을 지킵니다.",
    "고양이 사료를 팝니다.",
    "화성 탐사선에 들어가는 부품입니다.",
    "이천 명이 참여했습니다.",
    "자동차 경주에서 이겼습니다.",
    "진주 목걸이를 샀습니다.",
    "새로 시도하시는 분께 권합니다.",
    "이제 다시 시작합니다.",
    "생산량을 늘릴 시 비용이 줄어듭니다.",
    "메인 주소를 입력하세요.",
    "콩고물을 묻힌 떡입니다.",
    "키토산 소재를 개발합니다.",
    "고객이 대만족했습니다.",
    "무서울 정도로 빠릅니다.",
    "개인도 신청할 수 있습니다.",
    "기아와 빈곤을 줄입니다.",
    "어린이에게 위안이 되는 인형입니다.",
    "환경 미화 로봇입니다.",
    "세부 계획을 세웠습니다.",
    "암만 봐도 어렵습니다.",
    "같이 가자고 했습니다.",
    "직무를 방기하지 않습니다.",
    "치타처럼 빠른 로봇입니다.",
    "로마자 표기를 따릅니다.",
    "호주머니에 들어가는 크기입니다.",
    "경기 침체로 매출이 줄었습니다.",
    "새로운 시안을 만들었습니다.",
    "에센스와 크림을 만듭니다.",
]


def fold(word: str) -> str:
    return "".join(character for character in word.casefold() if character.isalnum())


def names_in(text: str, language: Language) -> list[tuple[str, str | None]]:
    return [(span.source, span.concept) for span in gloss(text, language).spans if span.kind is SpanKind.NAME]


def test_the_shipped_files_are_what_the_recipe_gives(tmp_path: Path) -> None:
    folder = tmp_path / "gazetteer"
    shutil.copytree(FOLDER, folder)
    for kind in KINDS:
        (folder / kind.file).unlink()

    write_gazetteer(folder)

    assert {path.name: path.read_text("utf-8") for path in folder.glob("*.tsv")} == {
        path.name: path.read_text("utf-8") for path in GAZETTEER_FILES
    }


@pytest.mark.parametrize("path", GAZETTEER_FILES, ids=lambda path: path.stem)
def test_every_line_is_well_formed(path: Path) -> None:
    text = path.read_text("utf-8")
    lines = [line.split("\t") for line in text.splitlines()]
    variants = [cell.split("|") for *cells, _ in lines for cell in cells]

    assert text.endswith("\n")
    assert {len(line) for line in lines} == {len(COLUMNS) + 1}
    assert {area for *_, area in lines} <= AREAS
    assert [cell for cell in variants if not all(word == word.strip() != "" for word in cell)] == []
    assert [cell for cell in variants if len(set(cell)) < len(cell)] == []


def test_the_readme_counts_the_lines_of_every_file() -> None:
    readme = (FOLDER / "README.md").read_text("utf-8")
    counts = {path.name: len(path.read_text("utf-8").splitlines()) for path in GAZETTEER_FILES}

    assert [name for name, count in counts.items() if f"| `{name}` | {count} |" not in readme] == []
    assert sum(counts.values()) < 1_600


def test_no_name_stands_in_two_files() -> None:
    files: dict[tuple[Language, str], set[str]] = defaultdict(set)
    for name in load_gazetteer():
        for language in Language:
            for word in name.words_in(language):
                files[language, fold(word)].add(name.domain)

    assert [word for word, found in files.items() if len(found) > 1] == []


def test_korean_names_are_longer_than_a_syllable() -> None:
    words = [word for name in load_gazetteer() for word in name.words_in(Language.KO)]

    assert [word for word in words if len(word) < 2] == []


@pytest.mark.parametrize("language", Language)
def test_every_name_is_found_as_what_it_stands_for(language: Language) -> None:
    names = [
        (word, name.name)
        for name in load_gazetteer()
        for word in name.words_in(language)
        if word not in NOT_FOUND_ALONE
    ]

    found = [
        [(span.kind, span.concept) for span in result.spans if span.kind is not SpanKind.FUNCTION]
        for result in gloss_many([word for word, _ in names], language)
    ]

    assert [
        (word, spans)
        for (word, concept), spans in zip(names, found, strict=True)
        if spans != [(SpanKind.NAME, concept)]
    ] == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("시애틀에서 몽고메리 카운티로", [("시애틀", "Seattle"), ("몽고메리 카운티", "Montgomery County")]),
        ("도르트문트와 말라가", [("도르트문트", "Dortmund"), ("말라가", "Málaga")]),
        ("대전시와 부산시", [("대전시", "Daejeon"), ("부산시", "Busan")]),
        ("서울대와 생기원", [("서울대", "Seoul National University"), ("생기원", "KITECH")]),
        ("네덜란드와 뮌헨", [("네덜란드", "Netherlands"), ("뮌헨", "Munich")]),
    ],
)
def test_names_are_found_in_korean_sentences(text: str, names: list[tuple[str, str]]) -> None:
    assert names_in(text, Language.KO) == names


@pytest.mark.parametrize("sentence", ORDINARY)
def test_ordinary_korean_words_are_no_names(sentence: str) -> None:
    assert names_in(sentence, Language.KO) == []


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        (Language.ES, "No creo que la haya; los ángeles y la antigua fábrica acciona una válvula."),
        (Language.ES, "Su mayor fortaleza es la paz en la cuenca, con un lago y una lima."),
        (Language.ES, "Procesamos lenguaje con PLN y ofrecemos carne asada."),
        (Language.DE, "Wir essen, zahlen das Porto und erlangen allen Instituten einen Zug."),
        (Language.DE, "Der Main fließt, die Fassadenbauer leiden und trinken Kakao."),
        (Language.EN, "We polish wafers in a quiet bay and read oral orders at a port."),
        (Language.EN, "ALL patients with SLE won a TOP prize; the PHP code uses CAD and NAD."),
    ],
)
def test_ordinary_words_of_other_languages_are_no_names(language: Language, sentence: str) -> None:
    assert names_in(sentence, language) == []


def test_an_amendment_replaces_or_extends_what_cldr_says() -> None:
    amendments = read_amendments("territory\tFR\ten\t*|French Republic\nterritory\tFR\tko\t불란서\n")

    territories = make_files(amendments, [])["territories.tsv"].splitlines()

    assert "France|French Republic\t불란서\tFrankreich\tFrancia\tcountry" in territories


def test_an_amendment_leaves_a_name_out_and_says_why() -> None:
    territories = make_files(read_amendments("territory\tFR\t-\tfor a test\n"), [])["territories.tsv"]

    assert "France\t" not in territories
    assert "Finland\t핀란드\tFinnland\tFinlandia\tcountry\n" in territories


def test_a_name_written_by_hand_is_not_repeated() -> None:
    by_hand = [
        (("France",), ("프랑스",), ("Frankreich",), ("Francia",)),
        (("A",), ("B",), ("C",), ("Zúrich",)),
    ]
    without_zurich = "city\tEurope/Zurich\tes\t*|ciudad de Zúrich\n"

    files = make_files(read_amendments(without_zurich), by_hand)

    assert "France\t" not in files["territories.tsv"]
    assert "Zurich\t취리히\tZürich\tciudad de Zúrich\tcity\n" in files["zone_cities.tsv"]


def test_names_with_a_typographic_apostrophe_have_the_other_as_well() -> None:
    assert "\tN’Djamena|N'Djamena\t" in (FOLDER / "zone_cities.tsv").read_text("utf-8")


def test_an_amendment_for_an_unknown_code_is_refused() -> None:
    with pytest.raises(ValueError, match="Europe/Dortmund"):
        make_files(read_amendments("city\tEurope/Dortmund\tko\t도르트문트\n"), [])


def test_a_code_without_a_name_of_its_own_in_a_language_is_left_out() -> None:
    files = make_files({}, [(("Gaul",), ("골",), ("Frankreich",), ("Galia",))])

    assert "France\t" not in files["territories.tsv"]
