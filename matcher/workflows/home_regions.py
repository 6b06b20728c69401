"""Where a startup comes from, as far as a count by region needs it: the Korean province, else the country."""

import re

from matcher.engine.phrases import Label, Phrase, Word, phrase

_KOREA = "KR"

_PROVINCES = tuple(
    (Label(en, ko, de or en, es or en), (ko, *stems))
    for en, ko, de, es, stems in (
        ("Seoul", "서울", "", "Seúl", ("seoul",)),
        ("Busan", "부산", "", "", ("busan", "pusan")),
        ("Daegu", "대구", "", "", ("daegu",)),
        ("Incheon", "인천", "", "", ("incheon", "송도", "songdo")),
        ("Gwangju", "광주", "", "", ("gwangju",)),
        ("Daejeon", "대전", "", "", ("daejeon", "taejon")),
        ("Ulsan", "울산", "", "", ("ulsan",)),
        ("Sejong", "세종", "", "", ("sejong",)),
        (
            "Gyeonggi",
            "경기",
            "",
            "",
            ("gyeonggi", "수원", "suwon", "성남", "seongnam", "판교", "pangyo", "용인", "yongin", "화성",
             "hwaseong", "안양", "anyang", "고양", "goyang", "안산", "ansan", "평택", "pyeongtaek"),
        ),
        ("Gangwon", "강원", "", "", ("gangwon", "춘천", "chuncheon", "원주", "wonju", "강릉", "gangneung")),
        ("North Chungcheong", "충북", "Nord-Chungcheong", "Chungcheong del Norte",
         ("충청북", "chungbuk", "chungcheongbuk", "north chungcheong", "청주", "cheongju", "오송", "osong")),
        ("South Chungcheong", "충남", "Süd-Chungcheong", "Chungcheong del Sur",
         ("충청남", "chungnam", "chungcheongnam", "south chungcheong", "천안", "cheonan", "아산", "asan")),
        ("North Jeolla", "전북", "Nord-Jeolla", "Jeolla del Norte",
         ("전라북", "jeonbuk", "jeollabuk", "north jeolla",
          "전주", "jeonju", "군산", "gunsan", "익산", "iksan")),
        ("South Jeolla", "전남", "Süd-Jeolla", "Jeolla del Sur",
         ("전라남", "jeonnam", "jeollanam", "south jeolla",
          "나주", "naju", "여수", "yeosu", "순천", "suncheon")),
        ("North Gyeongsang", "경북", "Nord-Gyeongsang", "Gyeongsang del Norte",
         ("경상북", "gyeongbuk", "gyeongsangbuk", "north gyeongsang",
          "포항", "pohang", "구미", "gumi", "경산", "gyeongsan")),
        ("South Gyeongsang", "경남", "Süd-Gyeongsang", "Gyeongsang del Sur",
         ("경상남", "gyeongnam", "gyeongsangnam", "south gyeongsang",
          "창원", "changwon", "진주", "jinju", "김해", "gimhae")),
        ("Jeju", "제주", "", "", ("jeju",)),
    )
)  # fmt: skip
"""The seventeen provinces and cities of that rank, with what an address of theirs begins with or holds."""


def _words(stems: tuple[str, ...]) -> re.Pattern[str]:
    """Find these words: Masan is not Asan, and Haeundae-gu not Daegu.

    What follows a Korean stem says which office it is of; a Latin one may have that joined to it.
    """
    korean = "|".join(stem for stem in stems if not stem.isascii())
    latin = "|".join(stem for stem in stems if stem.isascii())
    begins = "(?:(?<![가-힣])|(?<=한국)|(?<=대한민국))"
    return re.compile(rf"{begins}(?:{korean})|(?<![a-z])(?:{latin})(?:[ -]?(?:si|do|gun|gu))?(?![a-z])")


_PATTERNS = tuple((label, _words(stems)) for label, stems in _PROVINCES)

ELSEWHERE_IN_KOREA = phrase("elsewhere in Korea")
UNKNOWN = phrase("not known")


def home_region(country: str | None, city: str | None) -> Phrase:
    """Name the region a startup sits in: the Korean province its city lies in, else the country."""
    if not country:
        return UNKNOWN
    if country != _KOREA:
        return phrase("%(name)s", name=(Word("country", country),))
    written = (city or "").casefold()
    # The province stands first in a Korean address and last in an English one; a city of a province may
    # share its name with another place, so the provinces are asked in this order.
    for label, pattern in _PATTERNS:
        if pattern.search(written):
            return phrase("%(name)s", name=label)
    return ELSEWHERE_IN_KOREA
