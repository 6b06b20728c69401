"""Patterns of sentences and values: what a startup says of itself, and what is planned or said of others."""

import re

PLANNED = re.compile(
    r"예정|목표|계획|향후|희망|예상|추진|준비|필요|요청|달성할|도달할|유치\s*중|진행\s*중|검토|(?<!지금)(?<!현재)(?<!이제)까지\s|미정|추정|전망|채용|대상|조건|이상|이하|이내"
    r"|\bplan(?:s|ned|ning)?\b|\btarget(?:ed|s)?\b|\bgoal\b|\bwill\b|\bby (?:the end of )?20\d\d|\bexpect(?:ed|s)?\b|\bforecast\b|\bseek(?:ing|s)?\b"
    r"|\bhir(?:e|ing)\b|\bnext\b|\bprojected\b|\baim(?:s|ing)?\b|\bneed(?:s|ed)?\b|\braising\b|\bintend\w*|\bup to\b|\bat least\b|\bpreparing\b"
    r"|\bgeplant\w*|\bplan(?:en|t)\b|\bziel\w*|\bsoll(?:en)?\b|\bbis 20\d\d|\berwart\w*|\bwerden wir\b|\bvoraussichtlich\w*|\bangestrebt\w*"
    r"|\bprevist[oa]s?\b|\bobjetivo\b|\bplanead[oa]s?\b|\bprevemos\b|\bhasta 20\d\d|\besperad[oa]s?\b|\bcontratar\b|\bestimad[oa]s?\b",
    re.IGNORECASE,
)
"""Words of what is not yet so, or is asked for."""

READINESS = re.compile(r"준비\s*수준")
"""A readiness level has the word for preparing in its name."""

OF_OTHERS = re.compile(
    r"경쟁|고객사|협력사|파트너사|모회사|모기업|타사|대기업|중견기업|(?:이|가|은|는)\s*설립한\s*(?:연구소|재단)|\bcompetitor|\bcustomer'?s\b|\bparent company|\bclients?\b"
    r"|wettbewerb|konkurren|muttergesellschaft|\bkunden?\b|competidor|cliente|empresa matriz",
    re.IGNORECASE,
)
SELF = re.compile(
    r"당사|폐사|자사|저희|본\s?(?:기술|제품|아이템)|\bour (?:technology|product|system)\b|\bunsere technologie\b|\bnuestra tecnología\b|우리\s?(?:회사|팀|기업|는)|본사는|본\s?기업"
    r"|\bwe\b|\bwe're\b|\bour (?:company|team|startup)\b|\bthe company (?:was|has|employs|raised)\b"
    r"|\bwir\b|\bunser(?:e|em|en)? (?:unternehmen|team|firma|startup)\b|\bdas unternehmen (?:wurde|hat|beschäftigt)\b"
    r"|\bnosotros\b|\bnuestr[oa] (?:empresa|compañía|equipo|startup)\b|\bla empresa (?:fue|se fundó|cuenta|ha)\b"
    r"|\b(?:somos|contamos con|hemos|tenemos|fundamos|empleamos|buscamos|necesitamos)\b",
    re.IGNORECASE,
)

GOES_ON = re.compile(
    r"(?:현재\s*|지금까지\s*)?(?:전체\s*|총\s*)?(?:임직원|직원|종업원|구성원|상시\s*근로자|누적|특허|TRL|기술\s*성숙도)"
)
"""How a sentence starts that goes on about the subject of the one before."""

COMPANY_FORM = re.compile(
    r"㈜|㈔|\(주\)|\(유\)|주식\s*회사|유한\s*(?:책임\s*)?회사|\b(?:co\.?,?\s*ltd\.?|inc\.?|ltd\.?|llc|corp\.?|corporation|gmbh|ug|ag|s\.?\s?l\.?|s\.?\s?a\.?)(?=\W|$)",
    re.IGNORECASE,
)
KEPT_IN_NAME = re.compile(r"\s*[\(\[（](?!\s*(?:주|유)\s*[)）])[^)\]）]*[\)\]）]")
HANGUL = re.compile("[가-힣]")

TRL_VALUE = re.compile(
    r"(?:약|현재|current(?:ly)?|derzeit|aktuell|actual(?:mente)?)?\s*(?:TRL\s*[-:]?\s*)?(?P<trl>[1-9])\s*(?:/\s*9)?\s*(?:단계|등급|수준|레벨)?\s*[.。]?",
    re.IGNORECASE,
)
TRL_IN_SENTENCE = re.compile(
    r"(?:TRL|기술\s*성숙도(?:\s*\(TRL\))?(?:는|은|가)?|technology readiness level(?:\s*\(TRL\))?(?:\s+(?:is|of))?|technologiereifegrad(?:\s*\(TRL\))?)"
    r"\s*[-:]?\s*(?:는|은|현재|level|stufe|nivel)?\s*(?P<trl>[1-9])(?!\d|\.\d)(?!\s*(?:단계|등급)?\s*(?:[~→\-–/]|에서|부터|중\b|to\b|bis\b|a\s+\d))",
    re.IGNORECASE,
)
TRL_NOW = re.compile(
    r"(?:현재|currently(?:\s+at)?|derzeit(?:\s+bei)?|aktuell(?:\s+bei)?|actualmente(?:\s+en)?)\s*(?:기술\s*성숙도는?\s*)?(?:at\s+)?TRL\s*[-:]?\s*(?P<trl>[1-9])(?!\d)",
    re.IGNORECASE,
)
TRL_RANGE = re.compile(
    r"\d\s*(?:단계|등급)?\s*(?:[~→–]|->|-\s*\d|에서\s|부터\s|\bto\s+(?:TRL\s*)?\d|\bbis\s+(?:TRL\s*)?\d)",
    re.IGNORECASE,
)

FOUNDED = (
    re.compile(r"(?P<year>(?:19|20)\d\d)\s*(?:년|\.).{0,30}?(?:설립|창업|창립)(?!\s*(?:자|지원|멤버))"),
    re.compile(
        r"\b(?:founded|established|incorporated|set up|started)\b.{0,40}?\bin\s+(?:\w+\s+)?(?P<year>(?:19|20)\d\d)\b",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(?P<year>(?:19|20)\d\d)\b.{0,60}?\b(?:gegründet|gründeten)\b|\bgegründet\b.{0,30}?\b(?P<later>(?:19|20)\d\d)\b",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(?:fundad[ao]|constituid[ao]|se fundó|fundamos)\b.{0,40}?\ben\s+(?:\w+\s+de\s+)?(?P<year>(?:19|20)\d\d)\b",
        re.IGNORECASE,
    ),
)
EMPLOYEES = (
    re.compile(
        r"(?:전체\s*|총\s*)?(?:임직원|직원|종업원|구성원|상시\s*근로자)\s*(?:수)?(?:은|는|이|가)?\s*(?:현재\s*)?(?:총\s*|약\s*)?(?:대표(?:자)?\s*포함\s*)?(?P<number>\d{1,6})\s*명(?!\s*(?:중|규모의))"
    ),
    re.compile(r"(?<![\d,.])(?P<number>\d{1,6})\s*명의?\s*(?:임직원|직원|구성원)(?:이|으로|과|들이)"),
    re.compile(r"\b(?:we (?:are|employ|have)|our team (?:has|of|counts)|the company employs|a team of)\s+(?:now\s+|currently\s+)?(?:a team of\s+)?(?P<number>\d{1,6})\s+(?:full-time\s+)?(?:employees|people|staff)\b", re.IGNORECASE),
    re.compile(r"\b(?:wir (?:sind|beschäftigen|haben)|unser team (?:hat|zählt|umfasst)|beschäftigt)\s+(?:derzeit\s+|aktuell\s+)?(?P<number>\d{1,6})\s+(?:Mitarbeit\w+|Beschäftigte\w*|Angestellte\w*|Personen|Menschen)\b", re.IGNORECASE),
    re.compile(r"\b(?:somos|contamos con|tenemos|empleamos a|cuenta con)\s+(?:un equipo de\s+)?(?P<number>\d{1,6})\s+(?:empleados|empleadas|personas|trabajadores)\b", re.IGNORECASE),
)  # fmt: skip
RAISED = re.compile(
    r"누적.{0,40}(?:유치|투자)|총.{0,30}투자.{0,15}유치(?:했|하였|한)|\braised\b.{0,40}\b(?:to date|so far|in total)\b|\braised a total\b"
    r"|\b(?:bisher|insgesamt)\b.{0,60}\beingeworben\b|\bhemos (?:captado|levantado|recaudado)\b.{0,50}\b(?:hasta la fecha|en total|total)\b",
    re.IGNORECASE,
)
STAGE_REACHED = re.compile(
    r"(?:투자|라운드).{0,15}(?:유치(?:했|하였|를?\s*완료|한)|완료|마쳤|받았|마무리)|단계(?:의|인|에\s*있는)?\s*(?:기업|스타트업|회사|이다|입니다)"
    r"|\b(?:raised|closed|completed)\b|\b(?:stage|seed) (?:company|startup)\b|\babgeschlossen\b|\bcerra(?:mos|do)\b|\bcompletad[oa]\b",
    re.IGNORECASE,
)
SECTOR_SENTENCE = re.compile(
    r"(?P<words>[^!?,]{2,40}?)\s*(?:분야|산업|부문)(?:의|에서|에)?\s*.{0,25}(?:기업|스타트업|회사|벤처)(?:이다|입니다|으로|이며)"
    r"|\b(?:startup|company) in the (?:field of |area of )?(?P<en>[^!?,]{3,40}?)(?: sector| industry| field)?[.,]"
    r"|\b(?:startup|unternehmen) (?:im bereich|aus dem bereich|der branche) (?P<de>[^!?,]{3,40})"
    r"|\b(?:startup|empresa) del (?:sector|ámbito) (?:de (?:la |los |las )?)?(?P<es>[^!?,]{3,40})",
    re.IGNORECASE,
)
NEGATED = re.compile(
    r"아니|아닌|않|없[이는다으]|불필요|\bnot\b|\bno\b|\bnever\b|\bkein\w*|\bnicht\b|\bsin\b|\bnunca\b",
    re.IGNORECASE,
)
"""Words that turn a need around."""

LOOKING_FOR = re.compile(
    r"찾고\s*있|찾습니다|찾는다|구하고\s*있|필요로\s*(?:하|합)|필요합니다|필요하다|지원을\s*희망|희망합니다|희망한다"
    r"|\blooking for\b|\bwe (?:also )?(?:need|seek)\b|\bwe are seeking\b|\bwir (?:suchen|brauchen|benötigen)\b|\b(?:buscamos|necesitamos)\b",
    re.IGNORECASE,
)
ENTERING = re.compile(
    r"진출(?:하고자|하려|할|을\s*(?:희망|목표|계획|추진|준비))|진입(?:하고자|하려|할|을\s*(?:희망|목표|계획|추진|준비))"
    r"|\b(?:we (?:want|plan|intend|aim) to|we will|our target is to)\s+(?:enter|expand)\b|\bwir (?:wollen|möchten|planen)\b.{0,80}\b(?:eintreten|einzutreten|expandieren|markteintritt)\b"
    r"|\b(?:queremos|planeamos|vamos a)\s+(?:entrar|expandirnos)\b",
    re.IGNORECASE,
)
PATENTS = re.compile(r"특허|지식\s*재산|patent", re.IGNORECASE)
PATENTS_GRANTED = (
    re.compile(r"(?:등록|보유)(?:\s*특허)?\s*(?P<number>\d{1,4})\s*[건개]|(?P<before>\d{1,4})\s*[건개](?:을|를|의)?\s*(?:특허)?(?:을|를)?\s*등록"),
    re.compile(r"(?P<number>\d{1,4})\s+(?:patents?\s+)?(?:granted|erteilt\w*|concedidas?|registrad[ao]s)\b|(?P<before>\d{1,4})\s+(?:granted|erteilte|issued|registered)\s+paten\w+", re.IGNORECASE),
)  # fmt: skip
PATENTS_FILED = (
    re.compile(r"출원(?:\s*특허)?\s*(?:중\s*)?(?P<number>\d{1,4})\s*[건개]|(?P<before>\d{1,4})\s*[건개](?:을|를|의)?\s*(?:특허)?(?:을|를)?\s*출원"),
    re.compile(r"(?P<number>\d{1,4})\s+(?:patents?\s+)?(?:filed|pending|angemeldet\w*|solicitadas?|en trámite)\b|(?P<before>\d{1,4})\s+(?:pending|filed)\s+paten\w+|(?P<apps>\d{1,4})\s+patent(?:anmeldungen|\s+applications)", re.IGNORECASE),
)  # fmt: skip
LIST = re.compile(r"[,;/·|、]|\s(?:및|and|und|y)\s")
LABEL_YEAR = re.compile(r"(?<!\d)(20\d\d)")
