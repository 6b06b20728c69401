"""Examples for "Try it": invented companies, one text in each language."""

from dataclasses import dataclass

from models.vocabulary import Language
from web.pages.startup_form import StartupForm


@dataclass(frozen=True, slots=True)
class Example:
    """A text to try, with the facts its company would give; some are left out on purpose."""

    language: str
    title: str
    form: StartupForm


EXAMPLES = (
    Example(
        Language.KO.value,
        "전고체 배터리 검사 장비",
        StartupForm(
            text=(
                "당사는 대전 대덕특구에서 전고체 배터리의 계면 결함을 초음파로 검사하는 장비를 개발합니다. "
                "셀을 분해하지 않고 0.2초 안에 전해질 층의 미세 공극을 찾아내며, 국내 배터리 제조사 두 곳의 "
                "파일럿 라인에서 불량 유출을 절반으로 줄였습니다. 북미 배터리 공장이 늘어나고 있어 시애틀을 "
                "중심으로 첫 해외 실증 고객을 찾고 있습니다. 현지 사무공간과 실증 파트너, 후속 투자자를 "
                "연결해 줄 기관을 원하며, 장기적으로는 독일 자동차 부품사와 공동연구도 하고자 합니다."
            ),
            language=Language.KO.value,
            founded="2021",
            employees="18",
            stage="series-a",
            sectors=("batteries", "smart-factory"),
            needs=("pilot-customer", "office", "investors"),
            target_regions=("us-west", "de"),
            country="KR",
            city="Daejeon",
        ),
    ),
    Example(
        Language.EN.value,
        "Quantum sensors for drug discovery",
        StartupForm(
            text=(
                "We build diamond quantum sensors that read the magnetic signals of single proteins at "
                "room temperature. Drug developers use them to see how a candidate binds within "
                "minutes instead of days. A first instrument runs at a Korean research institute, and "
                "two pharmaceutical companies have paid for studies. We are looking for laboratory "
                "space near Washington DC, for partners in biomedical research, and for advice on "
                "selling instruments to laboratories in the United States."
            ),
            language=Language.EN.value,
            founded="2020",
            employees="12",
            trl="6",
            sectors=("quantum", "biopharma"),
            needs=("lab-space", "research-partner", "market-entry"),
            target_regions=("us-east",),
            country="KR",
        ),
    ),
    Example(
        Language.DE.value,
        "Software für Wasserstoffnetze",
        StartupForm(
            text=(
                "Wir entwickeln Software, die Lecks und Druckverluste in Wasserstoffleitungen erkennt, "
                "bevor sie gefährlich werden. Sensoren an bestehenden Rohren liefern die Daten, ein "
                "lernendes Modell unterscheidet Störungen von normalem Betrieb. Zwei Stadtwerke haben "
                "das System ein Jahr lang erprobt. In Nordrhein-Westfalen suchen wir Industriepartner "
                "für ein Pilotprojekt, Büroräume in Dortmund und Kontakte zu Investoren mit Erfahrung "
                "in der Energiebranche."
            ),
            language=Language.DE.value,
            founded="2022",
            employees="9",
            stage="seed",
            sectors=("hydrogen", "ai-software"),
            needs=("pilot-customer", "office", "investors"),
            target_regions=("de", "eu"),
            country="KR",
        ),
    ),
    Example(
        Language.ES.value,
        "Desalación de bajo consumo",
        StartupForm(
            text=(
                "Desarrollamos membranas de grafeno que desalan agua de mar con un tercio menos de "
                "energía que la ósmosis inversa. Una planta piloto produce veinte metros cúbicos al "
                "día en la costa de Corea. Queremos demostrar la tecnología en el sur de España junto "
                "con una empresa de aguas, instalar una oficina en Málaga y encontrar un centro de "
                "investigación y financiación pública para la primera planta comercial."
            ),
            language=Language.ES.value,
            founded="2019",
            employees="24",
            stage="series-a",
            trl="7",
            sectors=("water", "materials"),
            needs=("pilot-customer", "office", "research-partner", "funding"),
            target_regions=("es", "eu"),
            country="KR",
        ),
    ),
)
