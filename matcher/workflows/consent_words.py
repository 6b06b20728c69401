"""What a founder consents to, word for word, in four languages; a stored consent names its version.

Whoever changes a sentence or a figure gives the words a new version: what was consented to stays known.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from matcher.settings import Settings
from models.consent import Purpose
from models.vocabulary import Language

EDITION = "1"
"""Edition of the sentences below."""


@dataclass(frozen=True, slots=True)
class ConsentWords:
    """What the law wants to be said before a consent.

    Attributes:
        title: what is consented to, short.
        purpose: what the recipient uses the data for.
        items: which data it is given.
        retention: how long it is kept.
        refusal: the right to refuse, and its drawback.
        transfer: when and how the data goes abroad; empty where that needs no consent of its own.
    """

    title: str
    purpose: str
    items: str
    retention: str
    refusal: str
    transfer: str = ""


def words_version(settings: Settings) -> str:
    """Name the words in force: the sentences' edition and how long data is kept."""
    return f"{EDITION}-{settings.retention_months_not_selected}m-{settings.retention_years_selected}y"


def consent_words(purpose: Purpose, language: Language, settings: Settings) -> ConsentWords:
    """Give what is consented to, with the retention in force.

    Args:
        purpose: what the consent is for.
        language: the language it is read in.
        settings: say how long data is kept.
    """
    words = _WORDS[purpose][language]
    kept = {
        "months": settings.retention_months_not_selected,
        "years": settings.retention_years_selected,
    }
    return ConsentWords(
        words.title, words.purpose, words.items, words.retention % kept, words.refusal, words.transfer
    )


_KEPT = MappingProxyType(
    {
        Language.KO: (
            "선정되지 않으면 결과 발표 후 %(months)d개월, 선정되면 %(years)d년 동안 보관한 뒤 삭제합니다. "
            "그 전이라도 동의를 철회하거나 자료를 삭제할 수 있습니다."
        ),
        Language.EN: (
            "Until %(months)d months after the result if you are not selected, %(years)d years if you are; "
            "then it is erased. You can withdraw this consent or erase the data earlier."
        ),
        Language.DE: (
            "Ohne Auswahl bis %(months)d Monate nach dem Ergebnis, bei Auswahl %(years)d Jahre; danach "
            "wird gelöscht. Sie können die Einwilligung vorher widerrufen oder die Daten löschen."
        ),
        Language.ES: (
            "Si no hay selección, %(months)d meses desde el resultado; si la hay, %(years)d años; después "
            "se borran. Puede retirar el consentimiento o borrar los datos antes."
        ),
    }
)

_PROFILE = MappingProxyType(
    {
        Language.KO: (
            "프로필의 글(소개, 문제, 해결책, 시장 진출, 팀)과 기업 정보(기업명, 설립 연도, 임직원 수, 투자 "
            "단계, 기술성숙도, 분야, 필요한 지원, 목표 지역, 소재지). 등록번호와 기술보호 답변은 제공하지 "
            "않습니다."
        ),
        Language.EN: (
            "The texts of your profile (summary, problem, solution, market entry, team) and its facts "
            "(name, year founded, employees, stage, TRL, sectors, needs, target regions, seat). The "
            "registration number and your answers on protected technology are not given."
        ),
        Language.DE: (
            "Die Texte Ihres Profils (Kurzbeschreibung, Problem, Lösung, Markteintritt, Team) und die "
            "Angaben (Name, Gründungsjahr, Beschäftigte, Phase, TRL, Branchen, Bedarf, Zielregionen, "
            "Sitz). Registernummer und Antworten zu geschützter Technologie werden nicht weitergegeben."
        ),
        Language.ES: (
            "Los textos de su perfil (resumen, problema, solución, entrada en el mercado, equipo) y los "
            "datos (nombre, año de fundación, personas empleadas, fase, TRL, sectores, necesidades, "
            "regiones de destino, sede). No se entregan el número de registro ni las respuestas sobre "
            "tecnología protegida."
        ),
    }
)

_REVIEW = MappingProxyType(
    {
        Language.KO: ConsentWords(
            title="심사를 위한 프로필 제공",
            purpose=(
                "관심 있다고 표시하신 이 기관의 프로그램에 맞는지 심사하고 선정 여부를 정하기 위해서입니다."
            ),
            items=_PROFILE[Language.KO],
            retention=_KEPT[Language.KO],
            refusal=(
                "동의하지 않을 수 있습니다. 동의하지 않으면 이 기관은 프로필을 볼 수 없고, 이 기관의 "
                "프로그램에서 심사받을 수 없습니다. 다른 기관에는 영향이 없습니다."
            ),
        ),
        Language.EN: ConsentWords(
            title="Giving the profile for review",
            purpose=(
                "To judge whether you fit those programs of this agency that you are interested in, and to "
                "decide about them."
            ),
            items=_PROFILE[Language.EN],
            retention=_KEPT[Language.EN],
            refusal=(
                "You may refuse. Then this agency cannot see your profile and its programs cannot consider "
                "you. Other agencies are not affected."
            ),
        ),
        Language.DE: ConsentWords(
            title="Weitergabe des Profils zur Prüfung",
            purpose=(
                "Um zu prüfen, ob Sie zu den Programmen dieser Agentur passen, für die Sie sich "
                "interessieren, und um darüber zu entscheiden."
            ),
            items=_PROFILE[Language.DE],
            retention=_KEPT[Language.DE],
            refusal=(
                "Sie dürfen ablehnen. Dann sieht diese Agentur Ihr Profil nicht, und ihre Programme können "
                "Sie nicht berücksichtigen. Andere Agenturen betrifft das nicht."
            ),
        ),
        Language.ES: ConsentWords(
            title="Entrega del perfil para su evaluación",
            purpose=(
                "Valorar si encaja en los programas de esta agencia que le interesan y decidir sobre ellos."
            ),
            items=_PROFILE[Language.ES],
            retention=_KEPT[Language.ES],
            refusal=(
                "Puede negarse. En ese caso esta agencia no verá su perfil y sus programas no podrán "
                "tenerle en cuenta. A las demás agencias no les afecta."
            ),
        ),
    }
)

_ABROAD = MappingProxyType(
    {
        Language.KO: ConsentWords(
            title="개인정보의 국외 제공",
            purpose=(
                "위 심사를 한국과 같은 수준의 보호가 인정되지 않은 나라에 있는 기관이 하기 때문에 따로 "
                "동의를 받습니다."
            ),
            items=_PROFILE[Language.KO],
            retention=_KEPT[Language.KO],
            refusal=(
                "동의하지 않을 수 있습니다. 동의하지 않으면 이 나라에 있는 이 기관은 프로필을 볼 수 없습니다."
            ),
            transfer=(
                "제출하신 뒤 심사가 열려 있는 동안, 기관의 심사자가 암호화된 연결로 이 사이트에 로그인하여 "
                "열람합니다. 심사 명단을 내려받을 수도 있습니다."
            ),
        ),
        Language.EN: ConsentWords(
            title="Provision abroad",
            purpose=(
                "The review above is done by an agency in a country that is not recognised as protecting "
                "personal data as Korea does; that needs a consent of its own."
            ),
            items=_PROFILE[Language.EN],
            retention=_KEPT[Language.EN],
            refusal="You may refuse. Then this agency in this country cannot see your profile.",
            transfer=(
                "After you submit and while the review is open, people of the agency sign in to this site "
                "over an encrypted connection and read it; they may take a shortlist away."
            ),
        ),
        Language.DE: ConsentWords(
            title="Weitergabe ins Ausland",
            purpose=(
                "Die Prüfung übernimmt eine Agentur in einem Land, dessen Datenschutz nicht als dem "
                "koreanischen gleichwertig anerkannt ist; das braucht eine eigene Einwilligung."
            ),
            items=_PROFILE[Language.DE],
            retention=_KEPT[Language.DE],
            refusal="Sie dürfen ablehnen. Dann sieht diese Agentur in diesem Land Ihr Profil nicht.",
            transfer=(
                "Nach dem Einreichen und solange die Prüfung läuft, melden sich Personen der Agentur über "
                "eine verschlüsselte Verbindung auf dieser Website an und lesen es; sie können eine "
                "Shortlist herunterladen."
            ),
        ),
        Language.ES: ConsentWords(
            title="Entrega en el extranjero",
            purpose=(
                "La evaluación la hace una agencia de un país cuya protección de datos no está reconocida "
                "como equivalente a la de Corea; eso requiere un consentimiento propio."
            ),
            items=_PROFILE[Language.ES],
            retention=_KEPT[Language.ES],
            refusal="Puede negarse. En ese caso esta agencia de este país no verá su perfil.",
            transfer=(
                "Tras la presentación y mientras la evaluación esté abierta, personas de la agencia entran "
                "en este sitio por una conexión cifrada y lo leen; pueden descargar una lista de "
                "candidaturas."
            ),
        ),
    }
)

_CONTACT = MappingProxyType(
    {
        Language.KO: ConsentWords(
            title="결과 연락",
            purpose="심사 결과와 다음 절차를 알려 드리기 위해 이 기관이 연락합니다.",
            items="창업자 계정의 이름과 이메일 주소.",
            retention=_KEPT[Language.KO],
            refusal=(
                "동의하지 않을 수 있습니다. 동의하지 않아도 심사에는 영향이 없으며, 결과는 이 사이트에서 "
                "확인하실 수 있습니다."
            ),
        ),
        Language.EN: ConsentWords(
            title="Contact about the result",
            purpose="This agency writes to you about the result and the next steps.",
            items="Names and e-mail addresses of the founders' accounts.",
            retention=_KEPT[Language.EN],
            refusal="You may refuse. It does not affect the review; the result also stands on this site.",
        ),
        Language.DE: ConsentWords(
            title="Kontakt zum Ergebnis",
            purpose="Diese Agentur schreibt Ihnen über das Ergebnis und die nächsten Schritte.",
            items="Namen und E-Mail-Adressen der Konten des Gründungsteams.",
            retention=_KEPT[Language.DE],
            refusal=(
                "Sie dürfen ablehnen. Auf die Prüfung hat das keinen Einfluss; das Ergebnis steht auch auf "
                "dieser Website."
            ),
        ),
        Language.ES: ConsentWords(
            title="Contacto sobre el resultado",
            purpose="Esta agencia le escribe sobre el resultado y los próximos pasos.",
            items="Nombres y direcciones de correo electrónico de las cuentas del equipo fundador.",
            retention=_KEPT[Language.ES],
            refusal="Puede negarse. No influye en la evaluación; el resultado también figura en este sitio.",
        ),
    }
)

_WORDS: Mapping[Purpose, Mapping[Language, ConsentWords]] = MappingProxyType(
    {Purpose.REVIEW: _REVIEW, Purpose.PROVISION_ABROAD: _ABROAD, Purpose.RESULT_CONTACT: _CONTACT}
)
