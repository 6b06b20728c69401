"""Shortlists to write: a plausible one of any size, and texts nobody should be able to do harm with."""

from datetime import datetime
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from matcher.exports.shortlist import (
    Condition,
    ConditionState,
    EvidencePair,
    Fact,
    ListedProgram,
    Outcome,
    Reason,
    Result,
    RowDetails,
    RubricScore,
    Shortlist,
    ShortlistRow,
)
from models.vocabulary import Language

MADE_AT = datetime(2026, 11, 20, 18, 5, 30, tzinfo=ZoneInfo("Asia/Seoul"))
PROGRAMS = (
    ListedProgram("md", "Maryland Global Gateway", "Montgomery County", "Maryland Department of Commerce", 3),
    ListedProgram("nrw", "NRW Startup Welcome Package", "Dortmund", "NRW.Global Business", 2),
    ListedProgram("sea", "KSC Seattle 입주", "Seattle", "KOSME", 2),
)
_COMPANIES = (
    ("하이드로셀", "김민준", "수소 연료전지 스택 진단 장치", "에너지", "시리즈 A"),
    ("나노바이오랩", "이서연", "미세유체 기반 암 조기진단 칩", "바이오·헬스", "시드"),
    ("Qubit Daejeon Inc.", "Park Ji-woo", "Cryogenic control chips for quantum computers", "양자", "Pre-A"),
    ("솔라글라스", "최도윤", "건물 일체형 투명 태양전지", "에너지", "시리즈 A"),
    ("에어로비전", "정하은", "위성 영상 산불 탐지", "우주항공", "시드"),
    ("로보케어", "강지호", "재활 보조 로봇", "로봇", "시리즈 B"),
    ("세미테스트", "윤서준", "반도체 웨이퍼 검사 인공지능", "반도체", "시드"),
    ("딥워터", "임지아", "해수 담수화 그래핀 막", "소재", "Pre-A"),
)


def shortlist(
    count: int = 12,
    *,
    language: Language = Language.KO,
    details: bool = True,
    **changed: object,
) -> Shortlist:
    """Make a list of so many rows."""
    values: dict[str, object] = {
        "round_name": "2026년 하반기 해외진출 공동 선발",
        "programs": PROGRAMS,
        "made_at": MADE_AT,
        "language": language,
        "run": 3,
        "pack_hash": "9f2c41d7a0b8",
        "rows": tuple(row(number, details=details) for number in range(1, count + 1)),
    }
    return Shortlist(**(values | changed))  # type: ignore[arg-type]


def row(number: int, *, details: bool | RowDetails = True, **changed: object) -> ShortlistRow:
    """Make one row; the eighth begins again with the first company, under a number of its own."""
    company, ceo, item, sector, stage = _COMPANIES[(number - 1) % len(_COMPANIES)]
    again = (number - 1) // len(_COMPANIES)
    program = PROGRAMS[(number - 1) % len(PROGRAMS)]
    place = (number - 1) // len(PROGRAMS)
    values: dict[str, object] = {
        "number": number,
        "program": program.key,
        "company": f"{company} {again + 1}" if again else company,
        "ceo": ceo,
        "item": item,
        "sector": sector,
        "stage": stage,
        "location": "대전광역시 유성구",
        "target_city": program.city,
        "document_score": 91.25 - number / 4,
        "presentation_score": None if number % 5 == 0 else 88.5 - number / 3,
        "bonus": float(number % 3),
        "total": 90.0 - number / 3,
        "rank": number,
        "result": _result(place, program.seats or 0),
        "flags": ("국가핵심기술 확인 필요",) if number % 4 == 0 else (),
        "owner": "박소영",
        "note": "영어 발표 가능" if number % 3 == 0 else "",
        "details": details
        if isinstance(details, RowDetails)
        else _details(number)
        if details
        else RowDetails(),
    }
    return ShortlistRow(**(values | changed))  # type: ignore[arg-type]


def detailed(text: str) -> RowDetails:
    """Make details of which every text is the given one."""
    return RowDetails(
        (Fact(text, text), Fact("", text)),
        (EvidencePair(text, Language.KO, text, Language.EN, text, text, (text, text)),),
        (RubricScore(text, 1.5, 5, None, text),),
        (Reason(text, text), Reason("", text)),
        (Condition(text, ConditionState.NOT_MET, text),),
    )


def _result(place: int, seats: int) -> Result:
    if place < seats:
        return Result(Outcome.SELECTED)
    if place < seats + 5:
        return Result(Outcome.WAITLISTED, place - seats + 1)
    return Result(Outcome.NOT_SELECTED)


def _details(number: int) -> RowDetails:
    return RowDetails(
        facts=(
            Fact("설립", "2021년"),
            Fact("임직원", "14명"),
            Fact("기술성숙도(TRL)", "6"),
            Fact("누적 투자", "20억 원"),
            Fact("특허", "등록 4건, 출원 2건"),
            Fact("이메일", "ceo@example.kr", contact=True),
        ),
        evidence=(
            EvidencePair(
                "미세유체 칩으로 혈액 한 방울에서 순환종양세포를 15분 안에 분리합니다.",
                Language.KO,
                "The program favours microfluidic and diagnostic technologies "
                "that are ready for a clinical pilot.",
                Language.EN,
                program_gloss="임상 시범을 앞둔 미세유체 및 진단 기술을 우대하는 프로그램입니다.",
                links=("미세유체 → microfluidic", "분리 → diagnostic"),
            ),
            EvidencePair(
                "독일 병원 두 곳과 검증 협약을 맺었고 2027년 현지 법인을 세울 계획입니다.",
                Language.KO,
                "Unternehmen mit konkreten Ansiedlungsplänen in Nordrhein-Westfalen "
                "werden bevorzugt begleitet.",
                Language.DE,
                program_gloss="노르트라인베스트팔렌 정착 계획이 구체적인 기업을 우선 지원합니다.",
            ),
        ),
        rubric=(
            RubricScore("현지 진출 준비도", 21.5, 25, 25, "현지 파트너 확보"),
            RubricScore("기술성", 17.0, 20, 20),
            RubricScore("대상 도시 적합성", 18.25, 20, 20),
            RubricScore("팀과 언어", None if number % 5 == 0 else 15.0, 20, 20),
            RubricScore("계획과 예산", 11.75, 15, 15, "예산 근거 보완 필요"),
        ),
        reasons=(
            Reason("기관 결정", "임상 파트너가 이미 있고, 요청한 실험실 공간을 바로 쓸 수 있습니다."),
            Reason(
                "배정", "총점 순으로 좌석이 배정되었으며, 다른 프로그램보다 이 프로그램에서 점수가 높습니다."
            ),
        ),
        conditions=(
            Condition("업력 7년 이하", ConditionState.MET, "설립 2021년"),
            Condition("현지 상주 인력 2명 이하", ConditionState.OPEN),
            Condition("미국 외 기업", ConditionState.MET, "소재지 대전광역시"),
        ),
    )


HOSTILE = (
    '=HYPERLINK("http://evil.example","x")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "＝1+1",
    "{=1+1}",
    "http://evil.example/",
    "mailto:x@evil.example",
    "NUL\x00inside",
    "half \ud83d of it",
    "\udc00",
    "_x0041_ and _x000D_",
    "</t><f>1+1</f>",
    "]]><f>1</f>",
    "&amp; <b> ' \"",
    "가" * 40_000,
    "🚀" * 20_000,
    '#panic("typst") $x$ *bold* _it_ @ref <label> \\ `raw` #(read("/etc/passwd"))',
    "\u202eright to left\u202c",
    "\ufffe\uffff\ufdd0",
    "株式會社 漢字 العربية",
    "  two  spaces  ",
    "",
)  # fmt: skip

hostile_texts = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(codec=None), max_size=200),
    st.builds(
        lambda head, tail: head + tail,
        st.sampled_from("=+-@\t\r\n\x00＝"),
        st.text(st.characters(codec=None)),
    ),
)
