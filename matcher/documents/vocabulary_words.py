"""Words of plans that stand for one code of the vocabulary and nothing else.

Only words that are plain by themselves: a plan that says less than this leaves its field empty.
"""

import re
from collections.abc import Mapping

from models.vocabulary import ANY_SECTOR, Offer, Region, Sector, Stage
from models.vocabulary_names import Names

_STAGE_WORDS: tuple[tuple[str, str | None], ...] = (
    # Between two stages of the vocabulary: known, so that it is not taken for one of them.
    (
        r"프리\s*-?\s*(?:시리즈\s*)?A|pre-?\s*(?:series\s*)?A\b|프리\s*시리즈\s*B|pre-?\s*series\s*B|프리\s*-?\s*IPO|pre-?\s*IPO",
        None,
    ),
    (r"프리\s*-?\s*시드|pre-?\s*seed|pre-?semilla", Stage.PRE_SEED),
    (r"(?:시리즈|series|serie)\s*A(?![\w+])", Stage.SERIES_A),
    (r"(?:시리즈|series|serie)\s*B(?![\w+])", Stage.SERIES_B),
    (r"(?:시리즈|series|serie)\s*[C-F](?![\w+])", Stage.GROWTH),
    (r"예비\s*창업(?!\s*패키지)|pre-?founder|gründungsidee", Stage.IDEA),
    (r"시드(?!니)|\bseed\b|\bsemilla\b", Stage.SEED),
)
STAGE_WORDS = tuple((re.compile(pattern, re.IGNORECASE), stage) for pattern, stage in _STAGE_WORDS)
"""Patterns of stages, the longer before those they contain."""

_SECTOR_MORE: Mapping[str, str] = {
    Sector.BIOPHARMA: r"바이오\s*(?:의약(?:품)?|제약)|신약(?:\s*개발)?|제약|세포\s*치료제|biopharma\w*|drug discovery|arzneimittel\w*|biofarma\w*",
    Sector.DIAGNOSTICS: r"체외\s*진단|진단\s*(?:키트|기기|기술)|in[- ]vitro[- ]diagnosti(?:cs|ka?)|diagnóstico in vitro",
    Sector.MEDICAL_DEVICES: r"의료\s*기기|medical devices?|medizintechnik|medizinprodukte?|dispositivos? médicos?",
    Sector.DIGITAL_HEALTH: r"디지털\s*헬스(?:\s*케어)?|디지털\s*치료제|digital health|digitale gesundheit|salud digital",
    Sector.SEMICONDUCTORS: r"반도체|semiconductors?|halbleiter\w*|semiconductores",
    Sector.PHOTONICS: r"포토닉스|광학|photonics|photonik|fotónica",
    Sector.QUANTUM: r"양자\s*(?:기술|컴퓨팅|통신|센서|센싱|암호)|quantum(?:\s+(?:technology|computing|sensing))?|quanten\w+|cuántica",
    Sector.AI_SOFTWARE: r"인공\s*지능|AI\s*(?:[·/]\s*)?소프트웨어|소프트웨어|artificial intelligence|AI (?:and )?software|künstliche intelligenz|inteligencia artificial",
    Sector.CYBERSECURITY: r"사이버\s*보안|정보\s*보안|cyber\s?security|cybersicherheit|it-sicherheit|ciberseguridad",
    Sector.ROBOTICS: r"로봇(?:틱스)?|로보틱스|robotics|robotik|robótica",
    Sector.SMART_FACTORY: r"스마트\s*(?:공장|팩토리|제조)|smart (?:factory|manufacturing)|fábrica inteligente|industrie 4\.0",
    Sector.MOBILITY: r"(?:미래\s*)?모빌리티|자율\s*주행|mobility|mobilität|movilidad",
    Sector.LOGISTICS: r"물류|logistics|logistik|logística",
    Sector.SPACE: r"우주\s*(?:항공|산업)?|항공\s*우주|인공위성|aerospace|space technology|raumfahrt|luft- und raumfahrt|aeroespacial",
    Sector.DEFENCE: r"국방|방위\s*산업|방산|defen[cs]e|verteidigung(?:stechnik)?|defensa",
    Sector.OCEAN: r"해양(?:\s*(?:기술|산업))?|ocean tech\w*|marine technology|meerestechnik|tecnología marina",
    Sector.BATTERIES: r"이차\s*전지|2차\s*전지|배터리|batter(?:y|ies)(?:\s+technology)?|batterien?|baterías",
    Sector.HYDROGEN: r"수소(?!\s*이온)(?:\s*(?:에너지|연료\s*전지|산업))?|hydrogen|wasserstoff\w*|hidrógeno",
    Sector.SOLAR_GRID: r"태양광|전력망|스마트\s*그리드|solar(?:\s+(?:energy|power|and grid))?|photovolta\w+|smart grid|energía solar",
    Sector.NUCLEAR: r"원자력|nuclear(?:\s+energy)?|kernenergie|energía nuclear",
    Sector.CCUS: r"탄소\s*포집(?:[·\s]*(?:활용|저장))*|CCUS|carbon capture|co2-abscheidung|captura de carbono",
    Sector.MATERIALS: r"(?:첨단|신|나노|기능성)\s*소재|advanced materials|neue werkstoffe|werkstoffe|nuevos materiales",
    Sector.WATER: r"수\s*처리|물\s*산업|water treatment|wasseraufbereitung|tratamiento de aguas?",
    Sector.AGRIFOOD: r"농식품|스마트\s*팜|애그\s*테크|푸드\s*테크|agri-?food|agritech|foodtech|agroalimentario",
    Sector.SMART_CITY: r"스마트\s*시티|smart city|smart cities|ciudad inteligente",
    Sector.CONSTRUCTION: r"건설(?:\s*(?:기술|테크))?|construction(?:\s+technology)?|bauwesen|bautechnik|construcción",
    Sector.GAMING_XR: r"게임|메타버스|gaming|videojuegos|virtual reality|augmented reality",
    Sector.EDTECH: r"에듀\s*테크|edtech|tecnología educativa",
    Sector.FINTECH: r"핀테크|fintech",
}
_OFFER_MORE: Mapping[str, str] = {
    Offer.PILOT_CUSTOMER: r"실증(?:\s*(?:파트너|기업|사이트|고객|지원|기회))?|수요\s*기업(?:\s*연계)?|파일럿\s*(?:고객|파트너)|pilot (?:customers?|partners?|projects?|sites?)|pilotkund\w+|pilotprojekte?|pilotpartner|clientes? piloto|proyectos? piloto",
    Offer.MARKET_ENTRY: r"(?:현지|해외)\s*(?:시장\s*)?진출(?:\s*지원)?|market entry|markteintritt|entrada (?:al|en el) mercado",
    Offer.DISTRIBUTION: r"판로(?:\s*개척)?|유통(?:\s*(?:사|망|채널|파트너))?|distribut(?:ion|ors?)(?:\s+partners?)?|sales (?:channels?|partners?)|vertriebs(?:partner|wege|kanäle)\w*|distribuidor\w*|canales de venta",
    Offer.INVESTORS: r"투자\s*(?:유치|자)|investors?|investor(?:en|innen)|inversor(?:es|as)?",
    Offer.FUNDING: r"보조금|지원금|grants?(?:\s+and\s+funding)?|zuschüsse|fördermittel|ayudas|subvencion\w*",
    Offer.RESEARCH_PARTNER: r"공동\s*연구(?:\s*(?:기관|파트너))?|연구\s*(?:파트너|협력)|research partners?|joint research|forschungspartner\w*|socios? de investigación",
    Offer.LAB_SPACE: r"실험실(?:\s*공간)?|연구\s*공간|lab(?:oratory)? space|laborräume|laborfläche\w*|espacio de laboratorio",
    Offer.OFFICE: r"사무\s*(?:공간|실)|입주\s*공간|office space|coworking|büroräume|bürofläche\w*|espacio de oficinas?",
    Offer.REGULATORY: r"인\s*·?\s*허가(?:\s*(?:지원|자문))?|규제\s*(?:대응|자문|지원)|인증\s*(?:지원|취득)|regulatory (?:support|affairs|advice|approval)|zulassung(?:\w*|\s+und regulierung)|apoyo regulatorio|asesoría regulatoria",
    Offer.CLINICAL_TRIAL: r"임상\s*(?:시험|연구|파트너|기관)|clinical (?:trials?|partners?|sites?)|klinische (?:studien?|partner)|ensayos? clínicos?",
    Offer.MANUFACTURING: r"(?:위탁\s*)?생산(?!성|량|직)(?:\s*(?:파트너|제조))?|제조(?:\s*파트너)?|양산(?:\s*파트너)?|(?:contract )?manufacturing(?:\s+partners?)?|contract manufacturers?|(?:auftrags)?fertigung(?:spartner\w*)?|fabricación",
    Offer.TALENT: r"인재(?:\s*채용)?|인력\s*(?:채용|확보)|talent|fachkräfte|talento",
    Offer.IP: r"지식\s*재산(?:권)?|특허\s*(?:자문|지원|전략|출원)|intellectual property|schutzrechte|propiedad intelectual",
    Offer.TRAINING: r"멘토링|교육|training|mentoring|schulung\w*|formación|mentoría",
    Offer.VISA: r"비자|visas?|visum|visado",
}

_COUNTRIES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"미국\s*서부|서부\s*미국|캘리포니아|실리콘\s*밸리|워싱턴\s*주|샌프란시스코|로스앤젤레스|샌디에이고|us[- ]west|west(?:ern)? (?:us|usa|united states)|us west coast|west coast|california|silicon valley|san francisco|westen der usa|westküste der usa|oeste de (?:ee\.?\s?uu\.?|estados unidos)", (Region.US_WEST,)),
    (r"미국\s*동부|동부\s*미국|메릴랜드|보스턴|뉴욕|us[- ]east|east(?:ern)? (?:us|usa|united states)|us east coast|east coast|maryland|boston|new york|osten der usa|ostküste der usa|este de (?:ee\.?\s?uu\.?|estados unidos)", (Region.US_EAST,)),
    (r"시애틀|seattle", (Region.US_WEST,)),
    (r"몽고메리\s*카운티|록빌|rockville|montgomery county|condado de montgomery", (Region.US_EAST,)),
    (r"캐나다|canad[aá]|kanada|토론토|toronto|몬트리올|montr[eé]al|밴쿠버|vancouver", (Region.CA,)),
    (r"퀘벡|qu[eé]bec", (Region.CA,)),
    (r"독일|germany|deutschland|alemania|베를린|berlin|뮌헨|munich|münchen|함부르크|hamburg|노르트라인|north rhine|nordrhein", (Region.DE,)),
    (r"도르트문트|dortmund", (Region.DE,)),
    (r"스페인|spain|spanien|españa|마드리드|madrid|바르셀로나|barcelona|안달루시아|andalusia|andalucía|andalusien", (Region.ES,)),
    (r"말라가|m[aá]laga", (Region.ES,)),
    (r"유럽(?:\s*연합)?|europe(?!an)|european union|europa|europäische union|unión europea|\bEU\b", (Region.EU,)),
)  # fmt: skip
REGION_WORDS = tuple(
    (re.compile(rf"(?<![a-zà-ÿ])(?:{pattern})(?![a-zà-ÿ])", re.IGNORECASE), regions)
    for pattern, regions in _COUNTRIES
)
"""Patterns of places and the regions they lie in; a country that spans two regions is not among them."""

CITY_WORDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(rf"(?<![a-zà-ÿ])(?:{pattern})(?![a-zà-ÿ])", re.IGNORECASE), city)
    for pattern, city in (
        (r"시애틀|seattle", "seattle"),
        (r"몽고메리\s*카운티|록빌|rockville|montgomery county|condado de montgomery", "montgomery-county"),
        (r"도르트문트|dortmund", "dortmund"),
        (r"말라가|m[aá]laga", "malaga"),
        (r"퀘벡|qu[eé]bec", "quebec"),
    )
)
"""Cities of the alliance by their ids in the seed."""

LANGUAGE_WORDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), code)
    for pattern, code in (
        (r"한국어|\bkorean\b|\bkoreanisch\b|\bcoreano\b", "ko"),
        (r"영어|\benglish\b|\benglisch\b|\binglés\b", "en"),
        (r"독일어|\bgerman\b|\bdeutsch\b|\balemán\b", "de"),
        (r"스페인어|\bspanish\b|\bspanisch\b|\bespañol\b", "es"),
        (r"프랑스어|불어|\bfrench\b|\bfranzösisch\b|\bfrancés\b", "fr"),
    )
)
"""Languages programs work in."""

LEVEL_WORDS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?<![A-Z0-9])([ABC][12])(?![A-Z0-9])"), ""),
    (
        re.compile(
            r"원어민|모국어|모어|\bnative\b|mother tongue|muttersprach\w*|\bnativo\b|lengua materna",
            re.IGNORECASE,
        ),
        "native",
    ),
)
"""Levels that are plain; "business level" is not, so it is left to the founder."""


def codes_in(
    value: str, words: tuple[tuple[re.Pattern[str], str], ...], names: Mapping[str, Names]
) -> list[str]:
    """Give the codes a list such as `반도체, 로봇` names, in its order.

    A name of the vocabulary counts when it is a whole piece of the list, for some are also parts of other
    words; a plain word counts wherever it stands.
    """
    found = [(match.start(), code) for pattern, code in words for match in pattern.finditer(value)]
    for piece in re.finditer(r"[^,;/、|\n]+", value):
        code = _by_name(names).get(_folded(piece.group()))
        if code is not None:
            found.append((piece.start(), code))
    return list(dict.fromkeys(code for _, code in sorted(found)))


def _by_name(names: Mapping[str, Names]) -> dict[str, str]:
    return {
        _folded(name): str(code)
        for code, all_of_it in names.items()
        for name in all_of_it
        if code != ANY_SECTOR
    }


def _folded(name: str) -> str:
    return " ".join(name.casefold().split()).strip(" .")


def _patterns(more: Mapping[str, str]) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(
        (re.compile(rf"(?<![가-힣a-zà-ÿ])(?:{pattern})(?![a-zà-ÿ])", re.IGNORECASE), str(code))
        for code, pattern in more.items()
    )


SECTOR_WORDS = _patterns(_SECTOR_MORE)
OFFER_WORDS = _patterns(_OFFER_MORE)
