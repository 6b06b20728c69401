"""What is proposed from single statements, and above all what is not."""

from typing import Any

import pytest

from matcher.documents.lines import Line, NoteCode, Place, PlaceKind
from matcher.documents.proposals import propose

YEAR = 2026


def read(*texts: str) -> tuple[dict[str, Any], list[tuple[NoteCode, str]]]:
    """Propose values from lines."""
    lines = [Line(text, Place(PlaceKind.PARAGRAPH, number)) for number, text in enumerate(texts, 1)]
    proposals, notes = propose(lines, this_year=YEAR)
    assert all(proposal.passage in "\n".join(texts) for proposal in proposals.values())
    return (
        {field: one.value for field, one in proposals.items()},
        [(note.code, note.about) for note in notes if note.code is NoteCode.CONTRADICTION],
    )


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("설립일자: 2021. 3. 15.", "founded", 2021),
        ("법인설립일: ’21.03.15", "founded", 2021),
        ("당사는 2021년 3월에 대전에서 설립되었다.", "founded", 2021),
        ("Gegründet: März 2018", "founded", 2018),
        ("Wir wurden 2018 in Ulm gegründet.", "founded", 2018),
        ("Fecha de constitución: 01/02/2017", "founded", 2017),
        ("Nuestra empresa fue fundada en Sevilla en 2017.", "founded", 2017),
        ("임직원 수: 대표 포함 12명", "employees", 12),
        ("상시 근로자 수: 1,200명", "employees", 1200),
        ("Wir sind 14 Personen.", "employees", 14),
        ("Somos 9 personas.", "employees", 9),
        ("Headcount: about 20 people", "employees", 20),
        ("기술성숙도(TRL): 6/9", "trl", 6),
        ("당사의 기술은 현재 TRL 5이며 2027년 TRL 8을 목표로 한다.", "trl", 5),
        ("Reifegrad: TRL 4", "trl", 4),
        ("투자단계: 예비창업", "stage", "idea"),
        ("투자단계: 시리즈 C", "stage", "growth"),
        ("We closed our Series A in May.", "stage", "series-a"),
        ("Fase de financiación: presemilla", "stage", "pre-seed"),
        ("누적 투자유치 금액: 1조 2,000억 원", "raised", {"amount": 1_200_000_000_000, "currency": "KRW"}),
        ("Capital captado: 1,5 millones de euros", "raised", {"amount": 1_500_000, "currency": "EUR"}),
        ("Total raised: $750,000", "raised_usd", 750_000),
        ("국내외 특허: 없음", "patents", None),
        ("특허 등록: 3건", "patents", {"granted": 3}),
        ("당사는 특허 2건을 출원하였다.", "ip_status", "filed"),
        ("희망 진출 국가: 미국", "target_regions", None),
        ("목표 시장: 미국 서부, 유럽", "target_regions", ["us-west", "eu"]),
        ("우리 회사는 스페인 시장에 진출하고자 한다.", "target_regions", ["es"]),
        ("Sector: AI and software", "sectors", ["ai-software"]),
        ("당사는 의료기기 분야의 스타트업이다.", "sectors", ["medical-devices"]),
        ("Wir suchen Investoren und Pilotkunden.", "needs", ["investors", "pilot-customer"]),
        ("언어: 영어 B2, 중국어 C1", "languages", {"en": "B2"}),
        ("언어: 영어(비즈니스)", "languages", None),
        ("회사명: 주식회사 한빛 (사업자등록번호 123-45-67890)", "company_name", "주식회사 한빛"),
        ("기업명: (주)한빛", "company_name", "(주)한빛"),
        (
            "In einem Satz: Wir finden Lecks, bevor sie tropfen.",
            "one_liner",
            "Wir finden Lecks, bevor sie tropfen.",
        ),
    ],
)
def test_a_plain_statement_is_proposed(line: str, field: str, value: Any) -> None:
    found, _ = read(line)

    assert found.get(field) == value


@pytest.mark.parametrize(
    "line",
    [
        "설립(예정)일: 2026.12",
        "설립일: 2027.01.01",
        "당사의 경쟁사는 2010년에 설립되었다.",
        "협력사 나라테크는 1999년에 설립되었다.",
        "1998년에 설립된 대학 연구소의 기술이다.",
        "Our customer was founded in 1950.",
        "Founded: 2019, relaunched 2021",
        "임직원 수: 10~20명",
        "임직원 수: 10명 내외",
        "임직원: 2027년 30명 채용 예정",
        "우리는 직원 5명을 채용할 계획이다.",
        "Employees: 10-20",
        "We plan to hire 20 people.",
        "TRL: 4-6",
        "TRL 1~9단계로 나뉜다.",
        "우리는 2027년까지 TRL 9를 달성할 계획이다.",
        "목표 TRL: 9",
        "투자단계: Pre-A",
        "투자단계: 시리즈 A 준비 중",
        "We are raising a Series A.",
        "누적 투자유치 희망 금액: 10억 원",
        "Total funding: EUR 500k from grants and EUR 1m from investors",
        "2030년 매출액: 100억 원",
        "예상 매출액: 100억 원",
        "매출액(단위: 백만원): 350",
        "사업자등록번호: 123-45-67890",
        "소재지: 독일 베를린",
        "건물 소재지는 물류 창고 옆이다.",
        "분야: 소비자 교육",
        "특허: 출원 준비 중",
    ],
)
def test_what_is_planned_unclear_or_said_of_others_is_not_proposed(line: str) -> None:
    assert read(line)[0] == {}


@pytest.mark.parametrize(
    ("lines", "field"),
    [
        (("설립일: 2020.01.01", "당사는 2019년에 설립되었습니다."), "founded"),
        (("임직원 수: 12명", "상시근로자 수: 14명"), "employees"),
        (("TRL: 5", "현재 기술성숙도는 TRL 6이다."), "trl"),
        (("회사명: 가온테크", "상호: 나온테크"), "company_name"),
        (("투자단계: 시드", "Funding stage: Series A"), "stage"),
        (("특허: 등록 2건", "당사는 특허 3건을 등록하였다."), "patents"),
    ],
)
def test_contradictions_give_a_note_and_no_value(lines: tuple[str, ...], field: str) -> None:
    found, notes = read(*lines)

    assert field not in found
    assert (NoteCode.CONTRADICTION, field) in notes


def test_the_same_thing_said_twice_is_no_contradiction() -> None:
    found, notes = read("회사명: ㈜한빛센서", "기업명: 한빛센서 주식회사", "회사명(영문): Hanbit Sensor Inc.")

    assert (found["company_name"], notes) == ("㈜한빛센서", [])


def test_the_latest_turnover_counts() -> None:
    found, notes = read("2023년 매출액: 1억 원", "2024년 매출액: 3억 원")

    assert (found["revenue"]["amount"], notes) == (300_000_000, [])


def test_a_part_about_competitors_gives_nothing_until_the_next_heading() -> None:
    found, _ = read("3. 경쟁사 현황", "회사명: 셀텍", "설립연도: 2012년", "4. 회사 현황", "회사명: 누리셀")

    assert found == {"company_name": "누리셀"}


def test_a_text_ends_where_the_next_heading_or_fact_stands() -> None:
    text = "누출을 늦게 알면 사고가 난다."
    found, _ = read(
        "1. 문제인식(Problem)", text, "1-1. 배경", "센서는 비싸고 느리다.", "설립일: 2020년", "끝이다."
    )

    assert found["problem"] == f"{text}\n1-1. 배경\n센서는 비싸고 느리다."


def test_a_table_of_contents_is_not_taken_for_the_text() -> None:
    found, _ = read(
        "목차",
        "1. 문제인식 ........ 2",
        "2. 실현가능성 ........ 5",
        "1. 문제인식",
        "센서가 비싸고 몹시 느리다.",
    )

    assert found == {"problem": "센서가 비싸고 몹시 느리다."}


def test_a_long_text_is_cut_behind_a_sentence() -> None:
    found, _ = read("Problem", "Leaks are found too late. " * 200)

    assert len(found["problem"]) <= 2000
    assert found["problem"].endswith("late.")
