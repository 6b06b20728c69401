"""The words of the profile form: what a field is called, what helps to fill it in, what a state is called."""

from collections.abc import Mapping
from types import MappingProxyType

from matcher.engine.phrases import Amount, Phrase, phrase
from matcher.workflows.submission_contents import (
    BAND_LIMITS,
    TEXT_LIMITS,
    ExportFlag,
    IpStatus,
    LanguageLevel,
    MoneyBand,
)
from models.vocabulary import Language, WorkingLanguage

TEXTS: Mapping[str, Phrase] = {
    "one_liner": phrase("In one sentence"),
    "summary": phrase("Summary"),
    "problem": phrase("Problem"),
    "solution": phrase("Solution"),
    "market_entry": phrase("Way into the market"),
    "team": phrase("Team"),
}
"""What the fields of text are called."""

TEXT_HINTS: Mapping[str, Phrase] = {
    "one_liner": phrase("What you make, for whom. At most 140 characters; 50 are read best."),
    "summary": phrase("What you make, what is new about it, what is proven. At most 500 characters."),
    "problem": phrase("Who has which problem today, and what it costs them. At most 2,000 characters."),
    "solution": phrase(
        "How it works, what you measured, what protects it. This text tells most. At most 2,000 characters."
    ),
    "market_entry": phrase(
        "Which market first, which partners or customers you look for there. At most 2,000 characters."
    ),
    "team": phrase("Who does what, and what they have done before. At most 2,000 characters."),
}
"""What helps to fill them in, with the limit."""

EXAMPLES: Mapping[str, str] = {
    "ko": "폐배터리에서 블랙매스 없이 니켈을 바로 회수하는 공정을 배터리 재활용 기업에 공급합니다.",
    "en": "We recover nickel straight from spent batteries, for recycling plants.",
    "de": "Wir gewinnen Nickel direkt aus Altbatterien zurück, für Recyclingbetriebe.",
    "es": "Recuperamos níquel directamente de baterías usadas, para plantas de reciclaje.",
}
"""One sentence of an invented company in each language."""

LABELS: Mapping[str, Phrase] = MappingProxyType({
    "name": phrase("Company name"),
    "native_name": phrase("Company name in its own script"),
    "registration_no": phrase("Registration number"),
    **{f"{text}.{language.value}": label for language in Language for text, label in TEXTS.items()},
    "needs": phrase("What you are looking for"),
    "target_cities": phrase("Target cities"),
    "target_regions": phrase("Target regions"),
    "sectors": phrase("Sectors"),
    "stage": phrase("Financing stage"),
    "trl": phrase("Technology readiness (TRL)"),
    "founded": phrase("Year of foundation"),
    "employees": phrase("Employees"),
    "country": phrase("Country of registration"),
    "city": phrase("City of the seat"),
    "revenue_band": phrase("Revenue of the last year"),
    "raised_band": phrase("Money raised so far"),
    "raised_usd": phrase("Money raised so far (USD)"),
    "ip_status": phrase("Patents and other rights"),
    "export_flags": phrase("Protected technology"),
    **{f"level.{code.value}": phrase("Language of the team") for code in WorkingLanguage},
    "institutions": phrase("Institutions you are tied to"),
    "plan": phrase("Business plan"),
})  # fmt: skip
"""What each field is called, in the order of the form."""

ADVICE: Mapping[str, Phrase] = {
    "name": phrase("Enter the name of the company, at most 100 characters."),
    "native_name": phrase("Enter the name as plain text, at most 100 characters."),
    "registration_no": phrase("Enter the number as it stands on the certificate, at most 40 characters."),
    "one_liner": phrase("Enter plain text with words in it, at most 140 characters."),
    "summary": phrase("Enter plain text with words in it, at most 500 characters."),
    "needs": phrase("Choose from the needs in the list."),
    "target_cities": phrase("Choose from the cities in the list."),
    "target_regions": phrase("Choose from the regions in the list."),
    "sectors": phrase("Choose from the sectors in the list."),
    "stage": phrase("Choose one of the stages in the list."),
    "trl": phrase("Choose a level from 1 to 9."),
    "founded": phrase("Enter the year with four digits, not in the future."),
    "employees": phrase("Enter a whole number of people, 0 or more."),
    "country": phrase("Choose a country from the list."),
    "city": phrase("Enter the name of the city, without special characters."),
    "revenue_band": phrase("Choose one of the entries in the list."),
    "raised_band": phrase("Choose one of the entries in the list."),
    "raised_usd": phrase("Enter an amount in US dollars as digits, 0 or more."),
    "ip_status": phrase("Choose one of the entries in the list."),
    "export_flags": phrase("“None of these” stands alone; otherwise tick all that apply."),
    "level": phrase("Choose one of the entries in the list."),
    "institutions": phrase("One institution a line, at most 20, each at most 100 characters."),
    "plan": phrase("Choose a file: PDF, HWPX, DOCX or TXT, at most 10 MiB."),
} | {
    text: phrase("Enter plain text with words in it, at most 2,000 characters.")
    for text, most in TEXT_LIMITS.items()
    if most == TEXT_LIMITS["solution"]
}
"""What to do about a refused field."""

STATES: Mapping[str, Phrase] = {
    "empty": phrase("nothing saved yet"),
    "draft": phrase("draft saved, not submitted"),
    "submitted": phrase("submitted"),
    "changed": phrase("submitted, with changes not submitted yet"),
    "withdrawn": phrase("withdrawn"),
}
"""What the state of a profile is called."""

STATE_NOTES: Mapping[str, Phrase] = {
    "empty": phrase("Nobody is shown anything yet. What you type is saved as a draft while you type."),
    "draft": phrase("Only you and the other founders see a draft. No agency considers it before you submit."),
    "submitted": phrase(
        "This version is what agencies may be shown: those of programs you want and consent to."
    ),
    "changed": phrase(
        "Agencies go on with the version you submitted. The changes below count once you submit them."
    ),
    "withdrawn": phrase("No agency is shown your profile and no program considers it. You can submit again."),
}
"""What a state means."""

BANDS: Mapping[str, Phrase] = {
    MoneyBand.NONE: phrase("nothing yet"),
    MoneyBand.UNDER_100K: phrase("under %(most)s", most=Amount(BAND_LIMITS[MoneyBand.UNDER_100K][1], "USD")),
    **{
        band: phrase("%(least)s to %(most)s", least=Amount(least, "USD"), most=Amount(most, "USD"))
        for band, (least, most) in BAND_LIMITS.items()
        if least and band is not MoneyBand.OVER_20M
    },
    MoneyBand.OVER_20M: phrase("%(least)s or more", least=Amount(BAND_LIMITS[MoneyBand.OVER_20M][0], "USD")),
}
"""How much money, in words."""

IP_STATUSES: Mapping[str, Phrase] = {
    IpStatus.NONE: phrase("no rights filed"),
    IpStatus.FILED: phrase("patent filed"),
    IpStatus.GRANTED: phrase("patent granted"),
    IpStatus.LICENSED: phrase("licensed from others"),
    IpStatus.SECRET: phrase("kept as a trade secret"),
}
"""How far the rights are, in words."""

EXPORT_FLAGS: Mapping[str, Phrase] = {
    ExportFlag.CORE_TECHNOLOGY: phrase("National core technology (Korea)"),
    ExportFlag.RULING_ASKED: phrase("A ruling on our technology was asked for"),
    ExportFlag.STATE_FUNDED: phrase("Developed with state money"),
    ExportFlag.STRATEGIC_GOODS: phrase("Strategic goods (dual use)"),
    ExportFlag.ITAR_EAR: phrase("Under ITAR or EAR (United States)"),
    ExportFlag.FOREIGN_CONTROL: phrase("A foreign investor with control"),
    ExportFlag.HUMAN_DATA: phrase("Human samples or genome data"),
    ExportFlag.UNKNOWN: phrase("We do not know"),
    ExportFlag.NONE: phrase("None of these"),
}
"""Declarations about protected technology, in words."""

LEVELS: Mapping[str, Phrase] = {
    LanguageLevel.A1: phrase("A1, beginner"),
    LanguageLevel.A2: phrase("A2, basic"),
    LanguageLevel.B1: phrase("B1, independent"),
    LanguageLevel.B2: phrase("B2, good"),
    LanguageLevel.C1: phrase("C1, fluent"),
    LanguageLevel.C2: phrase("C2, near native"),
    LanguageLevel.NATIVE: phrase("native"),
}
"""How well a team works in a language."""


def advice_on(field: str) -> Phrase:
    """Say what to do about a refused field."""
    return ADVICE.get(field) or ADVICE.get(field.partition(".")[0]) or phrase("This value could not be read.")
