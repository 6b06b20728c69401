"""Words around a list, in the languages it is written in."""

from collections.abc import Mapping

from models.vocabulary import Language

_ORDER = (Language.KO, Language.EN, Language.DE, Language.ES)
_WORDS: Mapping[str, tuple[str, str, str, str]] = {
    "shortlist": ("최종명단", "Shortlist", "Auswahlliste", "Lista corta"),
    "summary": ("요약", "Summary", "Übersicht", "Resumen"),
    "draft": ("초안", "Draft", "Entwurf", "Borrador"),
    "round": ("회차", "Round", "Runde", "Ronda"),
    "run": ("배정안 {number}", "Run {number}", "Lauf {number}", "Ejecución {number}"),
    "run_label": ("배정안", "Run", "Lauf", "Ejecución"),
    "pack": ("재현 자료", "Pack", "Nachweis", "Paquete"),
    "made_at": ("작성 시각", "Made at", "Erstellt am", "Fecha"),
    "page": ("{page} / {pages}쪽", "Page {page} of {pages}", "Seite {page} von {pages}",
             "Página {page} de {pages}"),
    "program": ("프로그램", "Program", "Programm", "Programa"),
    "agency": ("담당 기관", "Agency", "Agentur", "Agencia"),
    "city": ("도시", "City", "Stadt", "Ciudad"),
    "seats": ("모집 규모", "Seats", "Plätze", "Plazas"),
    "startups": ("스타트업", "Startups", "Start-ups", "Startups"),
    "listed": ("명단", "Listed", "Gelistet", "En la lista"),
    "selected": ("선정", "Selected", "Ausgewählt", "Seleccionadas"),
    "waitlisted": ("예비선정", "Waitlisted", "Warteliste", "En espera"),
    "not_selected": ("미선정", "Not selected", "Nicht ausgewählt", "No seleccionadas"),
    "cancelled": ("신청취소", "Withdrawn", "Zurückgezogen", "Retiradas"),
    "all_programs": ("전체", "All programs", "Alle Programme", "Todos los programas"),
    "notes": ("참고", "Notes", "Hinweise", "Notas"),
    "contact_masked": (
        "연락처 정보(대표자, 담당자)는 제외되었습니다.",
        "Contact data (CEO, owner) is left out.",
        "Kontaktdaten (Geschäftsführung, Zuständige) sind weggelassen.",
        "Sin datos de contacto (dirección, responsables).",
    ),
    "facts": ("기업 정보", "Facts", "Angaben", "Datos"),
    "conditions": ("신청자격", "Eligibility", "Teilnahmebedingungen", "Requisitos"),
    "condition": ("조건", "Condition", "Bedingung", "Requisito"),
    "read_from": ("확인한 내용", "What the profile says", "Angabe im Profil", "Dato del perfil"),
    "state": ("판단", "State", "Stand", "Estado"),
    "status": ("상태", "Status", "Stand", "Estado"),
    "met": ("충족", "met", "erfüllt", "cumplido"),
    "not-met": ("미충족", "not met", "nicht erfüllt", "sin cumplir"),
    "open": ("확인 필요", "open", "offen", "por confirmar"),
    "rubric": ("평가표", "Rubric", "Bewertungsraster", "Rúbrica"),
    "criterion": ("평가 항목", "Criterion", "Kriterium", "Criterio"),
    "points": ("점수", "Score", "Punkte", "Puntuación"),
    "most": ("만점", "Out of", "Höchstens", "Máximo"),
    "weight": ("가중치", "Weight", "Gewichtung", "Ponderación"),
    "remark": ("의견", "Remark", "Anmerkung", "Comentario"),
    "not_scored": ("없음", "none", "keine", "ninguna"),
    "evidence": ("근거", "Evidence", "Belege", "Evidencia"),
    "profile": ("프로필", "Profile", "Profil", "Perfil"),
    "reasons": ("사유", "Reasons", "Begründung", "Motivos"),
    "reading": ("번역", "Translation", "Übersetzung", "Traducción"),
    "links": ("연결된 표현", "Linked words", "Verbundene Wörter", "Palabras enlazadas"),
    "flags": ("플래그", "Flags", "Hinweise", "Avisos"),
    "note": ("비고", "Note", "Anmerkung", "Observaciones"),
    "missing_characters": (
        "글꼴에 없는 문자는 □로 인쇄되었습니다. 원래 문자는 XLSX 및 CSV 파일에 있습니다.",
        "Characters the font does not hold are printed as □; the XLSX and CSV files have them.",
        "Zeichen, die der Schrift fehlen, sind als □ gedruckt; die XLSX- und CSV-Dateien enthalten sie.",
        "Los caracteres que faltan en la fuente se imprimen como □; los archivos XLSX y CSV los contienen.",
    ),
    "ko": ("한국어", "Korean", "Koreanisch", "coreano"),
    "en": ("영어", "English", "Englisch", "inglés"),
    "de": ("독일어", "German", "Deutsch", "alemán"),
    "es": ("스페인어", "Spanish", "Spanisch", "español"),
}  # fmt: skip
WORD_KEYS = tuple(_WORDS)


def word(key: str, language: Language) -> str:
    """Give a word or a phrase; some hold a {place} for a value."""
    return _WORDS[key][_ORDER.index(language)]


def words(language: Language) -> dict[str, str]:
    """Give all of them."""
    return {key: word(key, language) for key in WORD_KEYS}
