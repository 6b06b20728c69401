"""Which column of a table holds which field of a profile, guessed from the headers in four languages."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from models.vocabulary import Language

HEADERS: Mapping[str, tuple[str, str, str, str]] = {
    "name": ("기업명", "company name", "Unternehmen", "empresa"),
    "native_name": (
        "원어 기업명",
        "name in its own script",
        "Name in eigener Schrift",
        "nombre en su escritura",
    ),
    "registration_no": ("사업자등록번호", "registration number", "Registernummer", "número de registro"),
    "one_liner": ("한 줄 소개", "one-liner", "Kurzbeschreibung in einem Satz", "descripción en una frase"),
    "summary": ("요약", "summary", "Zusammenfassung", "resumen"),
    "problem": ("문제", "problem", "Problem", "problema"),
    "solution": ("해결방안", "solution", "Lösung", "solución"),
    "market_entry": ("시장 진출 계획", "market entry plan", "Markteintritt", "entrada al mercado"),
    "team": ("팀", "team", "Team", "equipo"),
    "sectors": ("분야", "sectors", "Branchen", "sectores"),
    "stage": ("투자 단계", "stage", "Phase", "fase"),
    "trl": ("기술성숙도(TRL)", "TRL", "TRL", "TRL"),
    "founded": ("설립연도", "year of foundation", "Gründungsjahr", "año de fundación"),
    "employees": ("임직원 수", "employees", "Beschäftigte", "personas empleadas"),
    "country": ("국가", "country", "Land", "país"),
    "city": ("소재지", "city", "Sitz", "sede"),
    "needs": ("필요한 지원", "needs", "Bedarf", "necesidades"),
    "target_cities": ("목표 도시", "target cities", "Zielstädte", "ciudades de destino"),
    "target_regions": ("목표 지역", "target regions", "Zielregionen", "regiones de destino"),
    "revenue_band": ("매출 구간", "revenue band", "Umsatzklasse", "tramo de ingresos"),
    "raised_band": ("투자유치 구간", "raised band", "Finanzierungsklasse", "tramo de financiación"),
    "raised_usd": ("누적 투자유치액(USD)", "raised (USD)", "eingeworben (USD)", "captado (USD)"),
    "ip_status": ("지식재산권", "IP status", "Schutzrechte", "propiedad industrial"),
    "export_flags": ("기술보호", "export flags", "Exportkontrolle", "control de exportación"),
    "languages": ("업무 언어", "languages", "Arbeitssprachen", "idiomas"),
    "institutions": ("소속·협력 기관", "institutions", "Einrichtungen", "instituciones"),
}
"""Header of each field in Korean, English, German and Spanish, in the order of the template."""

TEXT_FIELDS = ("one_liner", "summary", "problem", "solution", "market_entry", "team")
"""Fields that can be written in each language; `summary.de` is the German one."""

_LANGUAGES = (Language.KO, Language.EN, Language.DE, Language.ES)

TARGETS = tuple(
    target
    for field in HEADERS
    for target in (field, *(f"{field}.{language.value}" for language in _LANGUAGES if field in TEXT_FIELDS))
)
"""Everything a column can be mapped to."""

_ALIASES: Mapping[str, str] = {
    "name": (
        "회사명 업체명 상호 상호명 기업 회사 법인명 법인명칭 스타트업 스타트업명 기업명(영문) "
        "영문기업명 영문명 회사명(영문)|name|company|startup|startup name|firm|company name "
        "(english)|english name|firma|firmenname|unternehmensname|name des unternehmens|nombre|"
        "nombre de la empresa|razón social|compañía"
    ),
    "native_name": (
        "국문기업명 국문명 기업명(국문) 회사명(국문) 한글기업명|native name|local name|korean name|"
        "company name (korean)|originalname|nombre original"
    ),
    "registration_no": (
        "사업자번호 법인등록번호 등록번호 사업자등록번호(법인)|registration no|registration no.|"
        "reg no|business number|company number|brn|tax id|vat|hrb|handelsregisternummer|"
        "handelsregister|cif|nif|registro mercantil|business registration number"
    ),
    "one_liner": (
        "한줄소개 한줄요약 한줄설명 슬로건 아이템명 아이템|one liner|tagline|pitch|slogan|"
        "kurzbeschreibung|einzeiler|lema|una frase"
    ),
    "summary": (
        "기업소개 회사소개 개요 기업개요 사업개요 소개|abstract|overview|about|kurzfassung|"
        "überblick|resumen ejecutivo|descripción breve"
    ),
    "problem": (
        "문제인식 문제점|problem statement|problemstellung|problem to solve|planteamiento del problema"
    ),
    "solution": (
        "솔루션 해결책 제품 기술 제품소개 기술소개 핵심기술 사업내용 실현가능성|product|technology|"
        "description|product description|beschreibung|produkt|technologie|descripción|producto|"
        "tecnología"
    ),
    "market_entry": (
        "시장진출 진출계획 해외진출계획 글로벌진출계획 시장진입계획 성장전략|market entry|go to "
        "market|go-to-market|entry plan|markteintrittsplan|marktzugang|plan de entrada|plan de "
        "entrada al mercado|acceso al mercado"
    ),
    "team": "팀소개 팀구성 팀역량|team note|founders|gründungsteam|equipo fundador",
    "sectors": (
        "산업 산업분야 업종 기술분야 분야코드 섹터|sector|industry|field|branche|industrie|industria|ramo"
    ),
    "stage": (
        "단계 투자단계 성장단계 라운드|funding stage|round|investment stage|finanzierungsphase|"
        "fase de financiación|etapa|ronda"
    ),
    "trl": (
        "기술성숙도 기술성숙도단계 기술준비도 trl단계|trl level|technology readiness|technology "
        "readiness level|technologiereifegrad|reifegrad|nivel de madurez tecnológica|madurez"
    ),
    "founded": (
        "설립년도 설립일 설립일자 창업연도 창업일 개업일 설립|founded|founding year|year founded|"
        "founded on|established|foundation|gegründet|gründung|gründungsdatum|fundación|fundada|año"
    ),
    "employees": (
        "임직원 직원수 종업원수 고용인원 인원 임직원수(명)|headcount|staff|team size|number of "
        "employees|mitarbeiter|mitarbeitende|anzahl beschäftigte|empleados|plantilla|número de "
        "empleados"
    ),
    "country": "나라 소재국 국적|country of registration|staat|sitzland|nación",
    "city": ("도시 지역 본사소재지 주소|seat|location|headquarters|hq|stadt|ort|standort|ciudad|ubicación"),
    "needs": (
        "지원희망분야 희망지원 필요지원 수요|need|support needed|looking for|gesucht|unterstützung|"
        "apoyo|apoyo necesario"
    ),
    "target_cities": "희망도시 진출희망도시 대상도시|target city|cities|zielstadt|ciudad de destino",
    "target_regions": (
        "희망지역 진출희망지역 목표시장 진출희망국가|target region|target market|target markets|"
        "regions|zielregion|zielmarkt|zielmärkte|región de destino|mercado objetivo"
    ),
    "revenue_band": "매출 매출액 매출규모|revenue|sales|turnover|umsatz|ingresos|facturación",
    "raised_band": "투자유치 투자규모 투자유치규모|raised|funding|finanzierung|financiación",
    "raised_usd": (
        "누적투자유치액 누적투자금액 투자유치금액 투자금액|raised usd|funding usd|total raised|"
        "total funding|raised_usd|eingeworbenes kapital|capital captado"
    ),
    "ip_status": (
        "지재권 특허 특허현황 지식재산권현황|ip|ip status|ipr|ipr status|patents|patente|schutzrecht|patentes"
    ),
    "export_flags": "국가핵심기술 전략물자 수출통제|export control|exportkontrolle|control de exportaciones",
    "languages": "언어 사용언어 가능언어|language|working languages|sprachen|idioma",
    "institutions": (
        "기관 협력기관 소속기관|institution|university|partners|einrichtung|hochschule|institución|"
        "universidad"
    ),
}
"""Further headers in use, single words between spaces before the first bar, phrases between bars."""

_MARKED_BY: Mapping[Language, str] = {
    Language.KO: "ko kr 국문 한글 한국어 korean koreanisch coreano",
    Language.EN: "en 영문 영어 english englisch inglés",
    Language.DE: "de 독문 독일어 german deutsch alemán",
    Language.ES: "es 서문 스페인어 spanish spanisch español",
}
_MARKS = {word: language for language, words in _MARKED_BY.items() for word in words.split()}
_MARKED = re.compile(r"^(.*?)[\s_.\-]*[(\[_.\-\s]\s*([^\W\d_]+)\s*[)\]]?\s*$")
_NOT_WORD = re.compile(r"[\W_]+")


def plain(header: str) -> str:
    """Give what is compared of a header or a name: letters and digits, without case, width and accents."""
    folded = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", header).casefold())
    bare = "".join(char for char in folded if unicodedata.category(char) != "Mn")
    return _NOT_WORD.sub("", unicodedata.normalize("NFC", bare))


def _known() -> dict[str, str]:
    known: dict[str, str] = {}
    for field, names in HEADERS.items():
        words, *phrases = _ALIASES[field].split("|")
        for name in (field, *names, *words.split(), *phrases):
            known.setdefault(plain(name), field)
    return known


_KNOWN = _known()


def guess_target(header: str) -> str | None:
    """Guess what a column holds; None where its header says nothing known."""
    found = _MARKED.match(header)
    if found and (language := _MARKS.get(found[2].casefold())):
        field = _KNOWN.get(plain(found[1]))
        if field in TEXT_FIELDS:
            return f"{field}.{language.value}"
    # A remark in brackets, such as a unit or `required`, says nothing about the field.
    bare = re.sub(r"[(\[].*?[)\]]|[*※]", "", header)
    return _KNOWN.get(plain(header)) or _KNOWN.get(plain(bare))


def guess_mapping(headers: Sequence[str]) -> dict[str, str | None]:
    """Guess the fields of all columns by their headers; of two that fit one field, the first takes it."""
    mapping: dict[str, str | None] = {}
    taken: set[str] = set()
    for header in headers:
        target = guess_target(header)
        if target in taken:
            target = None
        if target:
            taken.add(target)
        mapping[header] = target
    return mapping
