"""Names of the shared vocabulary in the four languages. Standard library only, like the vocabulary itself."""

from collections.abc import Mapping
from typing import NamedTuple

from models.vocabulary import ANY_SECTOR, Offer, Region, Sector, Stage


class Names(NamedTuple):
    """One word's name in each language."""

    ko: str
    en: str
    de: str
    es: str


STAGES: Mapping[str, Names] = {
    Stage.IDEA: Names("예비창업", "pre-founder (idea)", "Gründungsidee", "idea (antes de constituirse)"),
    Stage.PRE_SEED: Names("프리시드", "pre-seed", "Pre-Seed", "presemilla"),
    Stage.SEED: Names("시드", "seed", "Seed", "semilla"),
    Stage.SERIES_A: Names("시리즈 A", "series A", "Series A", "serie A"),
    Stage.SERIES_B: Names("시리즈 B", "series B", "Series B", "serie B"),
    Stage.GROWTH: Names(
        "시리즈 C 이후(성장)",
        "series C and later (growth)",
        "ab Series C (Wachstum)",
        "serie C y posteriores (crecimiento)",
    ),
}

OFFERS: Mapping[str, Names] = {
    Offer.PILOT_CUSTOMER: Names("실증·수요기업 연계", "pilot customers", "Pilotkunden", "clientes piloto"),
    Offer.MARKET_ENTRY: Names("현지 시장 진출", "market entry", "Markteintritt", "entrada al mercado"),
    Offer.DISTRIBUTION: Names("판로·유통", "sales channels", "Vertriebswege", "canales de venta"),
    Offer.INVESTORS: Names("투자유치", "investors", "Investoren", "inversores"),
    Offer.FUNDING: Names(
        "보조금·지원금", "grants and funding", "Zuschüsse und Förderung", "ayudas y financiación"
    ),
    Offer.RESEARCH_PARTNER: Names(
        "공동연구 기관", "research partners", "Forschungspartner", "socios de investigación"
    ),
    Offer.LAB_SPACE: Names("실험실", "laboratory space", "Laborräume", "laboratorios"),
    Offer.OFFICE: Names("사무공간", "office space", "Büroräume", "oficinas"),
    Offer.REGULATORY: Names(
        "인허가·규제 대응", "regulatory support", "Zulassung und Regulierung", "apoyo regulatorio"
    ),
    Offer.CLINICAL_TRIAL: Names("임상시험", "clinical trials", "klinische Studien", "ensayos clínicos"),
    Offer.MANUFACTURING: Names("생산·제조", "manufacturing", "Fertigung", "fabricación"),
    Offer.TALENT: Names("인재 채용", "talent", "Fachkräfte", "talento"),
    Offer.IP: Names("지식재산권", "intellectual property", "Schutzrechte", "propiedad intelectual"),
    Offer.TRAINING: Names(
        "교육·멘토링", "training and mentoring", "Schulung und Mentoring", "formación y mentoría"
    ),
    Offer.VISA: Names("비자", "visa", "Visum", "visado"),
}

REGIONS: Mapping[str, Names] = {
    Region.US_WEST: Names("미국 서부", "US West", "Westen der USA", "oeste de EE. UU."),
    Region.US_EAST: Names("미국 동부", "US East", "Osten der USA", "este de EE. UU."),
    Region.CA: Names("캐나다", "Canada", "Kanada", "Canadá"),
    Region.DE: Names("독일", "Germany", "Deutschland", "Alemania"),
    Region.ES: Names("스페인", "Spain", "Spanien", "España"),
    Region.EU: Names("유럽", "Europe", "Europa", "Europa"),
    Region.KR: Names("한국", "Korea", "Korea", "Corea"),
}

SECTORS: Mapping[str, Names] = {
    Sector.BIOPHARMA: Names("바이오의약", "biopharma", "Biopharma", "biofarmacia"),
    Sector.DIAGNOSTICS: Names("진단", "diagnostics", "Diagnostik", "diagnóstico"),
    Sector.MEDICAL_DEVICES: Names("의료기기", "medical devices", "Medizintechnik", "dispositivos médicos"),
    Sector.DIGITAL_HEALTH: Names("디지털 헬스", "digital health", "Digital Health", "salud digital"),
    Sector.SEMICONDUCTORS: Names("반도체", "semiconductors", "Halbleiter", "semiconductores"),
    Sector.PHOTONICS: Names("광학·포토닉스", "photonics", "Photonik", "fotónica"),
    Sector.QUANTUM: Names("양자기술", "quantum technology", "Quantentechnologie", "tecnología cuántica"),
    Sector.AI_SOFTWARE: Names("AI·소프트웨어", "AI and software", "KI und Software", "IA y software"),
    Sector.CYBERSECURITY: Names("사이버보안", "cybersecurity", "Cybersicherheit", "ciberseguridad"),
    Sector.ROBOTICS: Names("로봇", "robotics", "Robotik", "robótica"),
    Sector.SMART_FACTORY: Names("스마트공장", "smart factory", "Smart Factory", "fábrica inteligente"),
    Sector.MOBILITY: Names("미래 모빌리티", "mobility", "Mobilität", "movilidad"),
    Sector.LOGISTICS: Names("물류", "logistics", "Logistik", "logística"),
    Sector.SPACE: Names("우주항공", "space and aerospace", "Luft- und Raumfahrt", "espacio y aeroespacial"),
    Sector.DEFENCE: Names("국방", "defence", "Verteidigung", "defensa"),
    Sector.OCEAN: Names("해양", "ocean", "Meerestechnik", "tecnología marina"),
    Sector.BATTERIES: Names("이차전지", "batteries", "Batterien", "baterías"),
    Sector.HYDROGEN: Names("수소", "hydrogen", "Wasserstoff", "hidrógeno"),
    Sector.SOLAR_GRID: Names(
        "태양광·전력망", "solar and grid", "Solar und Stromnetz", "solar y red eléctrica"
    ),
    Sector.NUCLEAR: Names("원자력", "nuclear", "Kernenergie", "nuclear"),
    Sector.CCUS: Names("탄소포집·활용", "carbon capture", "CO₂-Abscheidung", "captura de carbono"),
    Sector.MATERIALS: Names("소재", "materials", "Werkstoffe", "materiales"),
    Sector.WATER: Names("물·수처리", "water", "Wasser", "agua"),
    Sector.AGRIFOOD: Names("농식품", "agrifood", "Agrar und Ernährung", "agroalimentario"),
    Sector.SMART_CITY: Names("스마트시티", "smart city", "Smart City", "ciudad inteligente"),
    Sector.CONSTRUCTION: Names("건설", "construction", "Bau", "construcción"),
    Sector.GAMING_XR: Names("게임·XR", "gaming and XR", "Games und XR", "videojuegos y XR"),
    Sector.EDTECH: Names("에듀테크", "edtech", "EdTech", "tecnología educativa"),
    Sector.FINTECH: Names("핀테크", "fintech", "FinTech", "fintech"),
    ANY_SECTOR: Names("모든 분야", "all sectors", "alle Branchen", "todos los sectores"),
}

TRL_LABELS: Mapping[str, Names] = {
    "1": Names(
        "기초 이론·실험",
        "basic principles observed",
        "Grundprinzipien beobachtet",
        "principios básicos observados",
    ),
    "2": Names(
        "기술개발 개념 정립",
        "concept formulated",
        "Technologiekonzept formuliert",
        "concepto tecnológico formulado",
    ),
    "3": Names(
        "실험실 규모 기본성능 검증",
        "experimental proof of concept",
        "Konzept experimentell nachgewiesen",
        "prueba de concepto experimental",
    ),
    "4": Names(
        "실험실 규모 핵심성능 평가", "validated in lab", "im Labor validiert", "validación en laboratorio"
    ),
    "5": Names(
        "실험실 시작품 제작·성능평가",
        "validated in relevant environment",
        "in relevanter Umgebung validiert",
        "validación en entorno relevante",
    ),
    "6": Names(
        "파일럿 시작품 제작·성능평가",
        "demonstrated in relevant environment",
        "in relevanter Umgebung demonstriert",
        "demostración en entorno relevante",
    ),
    "7": Names(
        "신뢰성 평가·수요기업 평가",
        "prototype in operational environment",
        "Prototyp in Einsatzumgebung",
        "prototipo en entorno operativo",
    ),
    "8": Names(
        "시제품 인증·표준화",
        "system complete and qualified",
        "System vollständig und qualifiziert",
        "sistema completo y certificado",
    ),
    "9": Names(
        "양산·사업화",
        "proven in operational environment",
        "in Einsatzumgebung bewährt",
        "probado en entorno operativo",
    ),
}
"""TRL labels as used in Korea and in the European Union; levels 5-9 are no exact twins."""
