"""Labels and headings of business plans in four languages, and which field each names."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

LABELS: Mapping[str, str] = {
    "company_name": (
        r"회사\s*명|기업\s*명|상호\s*명?|법인\s*명|업체\s*명|창업\s*기업\s*명|company(?:\s+name)?|name of (?:the )?company"
        r"|startup(?:\s+name)?|firma|firmenname|unternehmen|name des unternehmens|unternehmensname"
        r"|empresa|nombre de la empresa|raz[oó]n social"
    ),
    "one_liner": (
        r"한\s*줄\s*(?:소개|요약|설명)|한\s*문장\s*소개|슬로건|one[- ]?liner|tagline|in one sentence|elevator pitch"
        r"|in einem satz|kurzbeschreibung|kurz gesagt|en una frase|eslogan|lema"
    ),
    "founded": (
        r"(?:법인\s*)?설립\s*(?:일자?|연도|년도|년월일?|연월일?)|설립|창업\s*(?:일자?|연도|년도)|창립\s*(?:일자?|연도)|개업\s*(?:연월)?일"
        r"|founded(?:\s+in)?|year founded|year of foundation|founding (?:year|date)"
        r"|date of (?:establishment|incorporation|foundation)|established|incorporated"
        r"|gr[uü]ndungsjahr|gr[uü]ndungsdatum|gr[uü]ndung|gegr[uü]ndet(?:\s+am)?"
        r"|a[nñ]o de (?:fundaci[oó]n|constituci[oó]n)|fecha de (?:fundaci[oó]n|constituci[oó]n)|fundad[ao](?:\s+en)?"
    ),
    "employees": (
        r"(?:총\s*)?임직원\s*(?:수|현황)?|(?:총\s*)?직원\s*수|종업원\s*수?|상시\s*근로자\s*수?|고용\s*인원|재직\s*인원|인원\s*수?|구성원\s*수"
        r"|employees|number of employees|headcount|team size|staff"
        r"|mitarbeitende|mitarbeiter(?:zahl|innen und mitarbeiter)?|(?:an)?zahl der (?:mitarbeiter|mitarbeitenden|beschäftigten)"
        r"|beschäftigte|teamgr[oö](?:ß|ss)e"
        r"|empleados|n[uú]mero de (?:empleados|trabajadores)|plantilla|trabajadores"
    ),
    "trl": (
        r"TRL(?:\s*(?:단계|수준|등급|level|stufe))?|(?:현재\s*)?기술\s*(?:성숙도|준비\s*수준|성숙\s*수준)(?:\s*단계)?"
        r"|(?:current\s+)?technology readiness(?:\s+level)?|technologie-?reifegrad|technologischer reifegrad|reifegrad"
        r"|nivel de madurez tecnol[oó]gica|madurez tecnol[oó]gica"
    ),
    "stage": (
        r"투자\s*(?:단계|라운드|유치\s*단계)|성장\s*단계|기업\s*단계|funding (?:stage|round)|financing (?:stage|round)|stage"
        r"|finanzierungs(?:phase|runde|stand)|phase|fase(?: de (?:financiaci[oó]n|inversi[oó]n))?|ronda(?: de (?:financiaci[oó]n|inversi[oó]n))?|etapa"
    ),
    "raised": (
        r"누적\s*투자\s*(?:유치)?\s*(?:금액|액|총액|금)?|투자\s*유치\s*(?:누적\s*)?(?:금액|액|총액|금)|총\s*투자\s*유치\s*(?:금액|액)?"
        r"|total (?:funding(?: raised)?|raised|capital raised|investment)(?:\s+to date)?|funding (?:raised|to date)|(?:capital )?raised(?:\s+(?:to date|so far))?"
        r"|bisherige finanzierung|eingeworbenes kapital|finanzierung bisher|bisher eingeworben|eingeworben"
        r"|capital (?:captado|levantado|recaudado)|financiaci[oó]n (?:captada|obtenida|recibida)|inversi[oó]n (?:captada|recibida)"
    ),
    "revenue": (
        r"(?:20\d\d\s*년?(?:도)?\s*)?(?:연간?\s*)?매출\s*액?|(?:20\d\d\s+)?(?:annual\s+)?(?:revenue|sales|turnover)(?:\s+(?:in\s+)?20\d\d)?"
        r"|(?:jahres)?umsatz(?:\s+(?:im jahr\s+)?20\d\d)?|(?:ingresos|facturaci[oó]n|ventas)(?:\s+anual(?:es)?)?(?:\s+(?:de|en)?\s*20\d\d)?"
    ),
    "patents": (
        r"특허(?:\s*(?:현황|보유\s*현황|권|등록|출원))?|(?:등록|출원)\s*특허|지식\s*재산\s*권?(?:\s*(?:현황|보유\s*현황))?|산업\s*재산\s*권(?:\s*현황)?"
        r"|patents|patent status|ip status|intellectual property|ip"
        r"|patente|schutzrechte|patentes|propiedad intelectual|propiedad industrial"
    ),
    "sectors": (
        r"(?:산업|사업|기술|전문|전문\s*기술|신산업|진출)\s*분야|분야|업종|산업군|sectors?|industry|industries|field"
        r"|branchen?|sektor|sektoren|industrie|sectores|industria|[aá]mbito"
    ),
    "needs": (
        r"(?:필요|희망|요청)\s*(?:지원|사항|자원|협력)(?:\s*(?:사항|분야|내용))?|지원\s*(?:요청|희망|필요)\s*(?:사항|분야|내용)?|협력\s*희망\s*(?:분야|사항)?|필요\s*사항"
        r"|needs|our needs|what we (?:need|look for|are looking for)|support (?:needed|sought|wanted)|looking for|we are looking for|we need"
        r"|bedarf|unser bedarf|gesucht|wir suchen|gesuchte unterstützung|unterstützungsbedarf"
        r"|necesidades|buscamos|qu[eé] buscamos|apoyo (?:buscado|necesario)"
    ),
    "targets": (
        r"(?:희망|목표|진출|타깃|타겟|대상)\s*(?:진출\s*)?(?:희망\s*|목표\s*|대상\s*)?(?:시장|국가|지역|도시|국가\s*/\s*도시|국가\s*및\s*도시)|희망\s*진출\s*(?:국가|지역|도시|시장)?"
        r"|해외\s*진출\s*(?:희망\s*|목표\s*|대상\s*)?(?:국가|지역|도시)"
        r"|target (?:market|markets|country|countries|region|regions|city|cities)|markets of interest"
        r"|zielm[aä]rkte?|zielmarkt|ziell[aä]nder|zielland|zielregion(?:en)?|zielst[aä]dte|zielstadt"
        r"|mercados? objetivo|pa[ií]s(?:es)? objetivo|regi[oó]n(?:es)? objetivo|ciudad(?:es)? objetivo|mercados? de destino"
    ),
    "languages": (
        r"(?:보유\s*|구사\s*|팀\s*)?언어(?:\s*(?:능력|구사\s*능력|수준))?|외국어(?:\s*(?:능력|구사\s*능력))?|languages?(?:\s+(?:spoken|skills))?|working languages?"
        r"|sprachen|sprachkenntnisse|idiomas|lenguas"
    ),
    # Known, so that the line is not taken for the value of another label, and never proposed.
    "registration_no": r"사업자\s*등록\s*번호|법인\s*등록\s*번호|registration (?:no\.?|number)|handelsregister(?:nummer)?|cif|nif|주민\s*등록\s*번호",
    "other": (
        r"대표자?(?:\s*(?:명|성명|이름))?|성명|연락처|전화(?:번호)?|이메일|e-?mail|주소|소재지|본사(?:\s*소재지)?|홈페이지|웹사이트|생년월일|자본금|주요\s*(?:제품|사업|고객)"
        r"|아이템\s*명|창업\s*아이템\s*명?|과제\s*명|제품\s*명|직위|직책|ceo|founder|address|phone|website|location|headquarters"
        r"|gesch[aä]ftsf[uü]hrung|adresse|sitz|standort|telefon|webseite|direcci[oó]n|tel[eé]fono|sede|director(?:a)? general"
    ),
}
"""Labels in front of a short value."""

SECTIONS: Mapping[str, str] = {
    "summary": r"(?:사업|기업|창업\s*아이템|아이템|회사)?\s*(?:개요)?\s*요약|(?:사업|창업\s*아이템|아이템)\s*개요(?:\s*\(요약\))?|executive summary|summary|zusammenfassung|kurzfassung|resumen(?: ejecutivo)?",
    "problem": r"문제\s*(?:인식|점|정의)?|해결하려는\s*문제|배경\s*및\s*필요성|(?:the )?problem(?: statement)?|(?:das )?problem|problemstellung|(?:el )?problema",
    "solution": r"실현\s*가능성|해결\s*(?:방안|책)|솔루션|(?:our |the )?solution|(?:unsere |die )?l[oö]sung|(?:nuestra |la )?soluci[oó]n",
    "market_entry": (
        r"성장\s*전략|(?:해외\s*|글로벌\s*|현지\s*)?(?:시장\s*)?(?:진출|진입)\s*(?:전략|계획)|사업화\s*(?:추진\s*)?전략|scale-?up|market entry(?: (?:plan|strategy))?"
        r"|go-to-market(?: strategy)?|markteintritt(?:sstrategie)?|entrada (?:al|en el) mercado|estrategia de entrada"
    ),
    "team": r"팀\s*(?:구성|소개|현황|역량)|팀|(?:the |our )?team|(?:unser |das )?team|(?:nuestro |el )?equipo",
    "facts": (
        r"(?:회사|기업|신청\s*기업|창업\s*기업)\s*(?:개요|현황|정보|소개|일반\s*현황)|일반\s*현황|기본\s*(?:정보|현황)|재무\s*(?:현황|계획)|추진\s*일정|로드맵"
        r"|지식\s*재산\s*권?\s*현황|company (?:profile|overview|facts|data)|key facts|about us|financials|roadmap|über uns|unternehmensprofil"
        r"|eckdaten|finanzen|sobre nosotros|datos de la empresa|finanzas"
    ),
    "": (
        r"(?:시장\s*(?:및\s*)?)?경쟁\s*(?:사|업체|기업|자)?(?:\s*(?:현황|분석|비교))?|고객(?:사)?(?:\s*(?:현황|사례|분석))?|협력\s*(?:사|기관|업체)(?:\s*현황)?|파트너(?:사)?(?:\s*현황)?|시장\s*(?:현황|분석|규모)"
        r"|목차|competit(?:ors?|ion)(?: analysis)?|competitive landscape|customers?|partners?|market (?:size|analysis)|table of contents|contents"
        r"|wettbewerb(?:er)?|konkurrenz|kunden|partner|marktanalyse|inhalt(?:sverzeichnis)?"
        r"|competencia|competidores|clientes|socios|an[aá]lisis de mercado|[ií]ndice"
    ),
}
"""Headings: over a text of the profile, over "facts", and over a part that speaks of others ("")."""

FACTS, OTHERS = "facts", ""
NO_TEXT = (FACTS, OTHERS)
"""Sections whose text fills no field."""

_NUMBERING = r"[\s\-–—•·▪■□◆◇○●▶※*#]*(?:(?:제?\s*\d{1,2}(?:[-.]\d{1,2})*|[IVX]{1,4}|[가-하]|[A-Z])\s*[.):장]\s*|\d{1,2}-\d{1,2}\s+)?"
_ASIDE = r"(?:\s*[\(\[（][^)\]）\n]{0,40}[\)\]）])?"
_COLON = r"\s*[:：=]\s*"
_LABEL = {
    field: re.compile(rf"{_NUMBERING}(?P<label>(?:{words}){_ASIDE})", re.IGNORECASE)
    for field, words in LABELS.items()
}
_SECTION = {
    field: re.compile(rf"{_NUMBERING}(?P<label>(?:{words}){_ASIDE})", re.IGNORECASE)
    for field, words in SECTIONS.items()
}
_ANY_LABEL = re.compile(
    rf"{_NUMBERING}(?:{'|'.join([*LABELS.values(), *(words for field, words in SECTIONS.items() if field not in NO_TEXT)])}){_ASIDE}(?:\s*[:：])?\s*",
    re.IGNORECASE,
)
_AFTER_HEADING = re.compile(r"\s*(?:[:：]?\s*$|[_\-–—/&·,]\s*\S.*$|(?:및|and|und|y)\s.*$|[.·…\s]{3,}\d*\s*$)")
_NUMBERED = re.compile(
    r"\s*(?:#|제?\s*(?P<number>\d{1,2}(?:[-.]\d{1,2})*)\s*[.)장]?\s|(?P<roman>[IVX]{1,4})\.\s)"
)
_LONGEST_LABEL = 60
_SENTENCE_END = (".", "!", "?", "。", "다", "요")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A line that starts with a label: the fields it may name, the label and what stands behind it."""

    fields: tuple[str, ...]
    label: str
    value: str

    @property
    def states_fact(self) -> bool:
        """Whether it names a field other than a text."""
        return any(field in LABELS and field not in {"other", "registration_no"} for field in self.fields)


def is_label(cell: str) -> bool:
    """Say whether a cell of a table holds a label and nothing else."""
    flat = " ".join(cell.split())
    return 0 < len(flat) <= _LONGEST_LABEL and _ANY_LABEL.fullmatch(flat) is not None


def read_label(line: str) -> Labelled | None:
    """Cut a line such as `회사명: ㈜한빛` into label and value; None for any other line."""
    head, colon, value = _split_at_colon(line)
    if not colon:
        return None
    fields = [field for field, pattern in _LABEL.items() if pattern.fullmatch(head)]
    fields += [
        field for field, pattern in _SECTION.items() if field not in NO_TEXT and pattern.fullmatch(head)
    ]
    return Labelled(tuple(fields), head, value) if fields else None


def read_heading(line: str) -> str | None:
    """Tell which section a line opens, as `SECTIONS` names them; None when it is no heading."""
    if len(line) > _LONGEST_LABEL:
        return None
    for field, pattern in _SECTION.items():
        match = pattern.match(line)
        if match and _AFTER_HEADING.match(line, match.end()):
            return field
    return None


def numbered_depth(line: str) -> int | None:
    """Tell how deep a numbered heading of any wording stands: 1 for `2.`, 2 for `2-1.`; None for other lines."""
    if len(line) > _LONGEST_LABEL or line.rstrip().endswith(_SENTENCE_END):
        return None
    match = _NUMBERED.match(line)
    if match is None:
        return None
    number = match["number"] or ""
    return 1 + number.count(".") + number.count("-")


def _split_at_colon(line: str) -> tuple[str, str, str]:
    found = re.search(_COLON, line[: 2 * _LONGEST_LABEL])
    if found is None:
        return line, "", ""
    return line[: found.start()].strip(), found.group(), line[found.end() :].strip()
