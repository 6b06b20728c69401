"""The words of the pages that manage programs: what a field, a condition or a state is called."""

from collections.abc import Mapping

from matcher.engine.phrases import Phrase, phrase
from models.vocabulary import Direction, Publication

DIRECTIONS: Mapping[str, Phrase] = {
    Direction.INBOUND_TO_MEMBER: phrase("from abroad into the member city"),
    Direction.OUTBOUND_FROM_KOREA: phrase("from Korea abroad"),
    Direction.INBOUND_TO_KOREA: phrase("from abroad into Korea"),
    Direction.OUTBOUND_FROM_MEMBER: phrase("from the member city abroad"),
    Direction.LOCAL: phrase("for companies of the place"),
    Direction.DOMESTIC_KOREA: phrase("inside Korea"),
    Direction.BILATERAL_RD: phrase("joint research of two countries"),
    Direction.VISA_PATHWAY: phrase("a way to a visa"),
    Direction.MATCHING_SERVICE: phrase("a matching service"),
    Direction.SUPPORT_FOR_AGENCIES: phrase("support for agencies"),
}

PUBLICATIONS: Mapping[str, Phrase] = {
    Publication.PUBLISHED: phrase("published"),
    Publication.PARTLY_PUBLISHED: phrase("partly published"),
    Publication.DETAILS_NOT_PUBLISHED: phrase("details not published"),
}

STATES: Mapping[str, Phrase] = {
    "draft": phrase("draft"),
    "submitted": phrase("waits for approval"),
    "returned": phrase("sent back"),
}

KINDS: Mapping[str, Phrase] = {
    "direction": phrase("Countries that may apply"),
    "origin": phrase("Where applicants come from"),
    "company_age": phrase("Age of the company"),
    "headcount": phrase("Number of employees"),
    "stage": phrase("Financing stage"),
    "sector": phrase("Sector"),
    "trl": phrase("Technology readiness (TRL)"),
    "raised_usd": phrase("Money raised so far"),
    "seat": phrase("Seat of the company"),
    "institution_link": phrase("Tie to an institution"),
    "language_level": phrase("Language of the team"),
    "incorporated": phrase("Company already founded"),
    "call": phrase("State of the call"),
    "ask": phrase("A question to the startup"),
}
"""What each kind of condition is called, in the order it is offered."""

LABELS: Mapping[str, Phrase] = {
    "name_en": phrase("Name in English"),
    "name": phrase("Name in the program's own language"),
    "city": phrase("City"),
    "place": phrase("Place in more detail"),
    "direction": phrase("Direction"),
    "text": phrase("Text"),
    "text.ko": phrase("Text in Korean"),
    "text.en": phrase("Text in English"),
    "text.de": phrase("Text in German"),
    "text.es": phrase("Text in Spanish"),
    "text_language": phrase("Main text"),
    "working_languages": phrase("Working languages"),
    "unverified_languages": phrase("Working languages that are not confirmed"),
    "offers": phrase("Offers"),
    "sectors": phrase("Sectors"),
    "stages": phrase("Stages"),
    "regions": phrase("Regions the program opens a door to"),
    "seats": phrase("Seats"),
    "windows": phrase("Application windows"),
    "windows.opens": phrase("Opens on"),
    "windows.closes": phrase("Closes on"),
    "windows.closes_at": phrase("Closes at"),
    "windows.time_zone": phrase("Time zone"),
    "windows.rolling": phrase("Applications are taken at any time"),
    "windows.note": phrase("Note on the window"),
    "rules": phrase("Who can take part"),
    "new_rule": phrase("Kind of condition"),
    "rules.source": phrase("Words of your call"),
    "rules.verified": phrase("Confirmed"),
    "rubric": phrase("How applications are judged"),
    "rubric.name": phrase("Criterion"),
    "rubric.name_ko": phrase("in Korean"),
    "rubric.name_en": phrase("in English"),
    "rubric.name_de": phrase("in German"),
    "rubric.name_es": phrase("in Spanish"),
    "rubric.weight": phrase("Weight"),
    "rubric.scale_max": phrase("Most points"),
    "rubric.threshold": phrase("Least points"),
    "rubric.bonus": phrase("Bonus: adds to the sum"),
    "details": phrase("Further facts"),
    "details.topic": phrase("Topic"),
    "details.text": phrase("Fact"),
    "details.verified": phrase("Confirmed"),
    "as_of": phrase("As of"),
    "source_url": phrase("Main source"),
    "source_urls": phrase("Further sources"),
    "publication": phrase("How much is published"),
    "verified": phrase("Facts are confirmed"),
    "verification_note": phrase("Note on the sources"),
    "note": phrase("What you changed and why"),
    "answer": phrase("What is to be changed"),
}
"""What each field is called; a field of a row stands behind the name of its list."""

ADVICE: Mapping[str, Phrase] = {
    "name_en": phrase("Enter the name in English, at most 300 characters."),
    "name": phrase("Enter the name as plain text, at most 300 characters."),
    "city": phrase("Choose a city from the list."),
    "place": phrase("Enter the place as plain text, at most 300 characters."),
    "direction": phrase("Choose a direction from the list."),
    "publication": phrase("Choose one of the entries in the list."),
    "text_language": phrase("Choose one of the languages in the list."),
    "text": phrase("Enter plain text, at most 20,000 characters in each language."),
    "working_languages": phrase("Choose from the languages in the list."),
    "unverified_languages": phrase("Choose from the languages in the list."),
    "offers": phrase("Choose from the offers in the list."),
    "sectors": phrase("Choose from the sectors in the list; every sector stands alone."),
    "stages": phrase("Choose from the stages in the list."),
    "regions": phrase("Choose from the regions in the list."),
    "seats": phrase("Enter a whole number from 1, or leave it empty."),
    "windows": phrase("The window must say something, and it cannot close before it opens."),
    "windows.opens": phrase("Enter a day such as 2027-01-04."),
    "windows.closes": phrase("Enter a day such as 2027-02-26."),
    "windows.closes_at": phrase("Enter an hour such as 23:59."),
    "windows.time_zone": phrase("Choose a time zone from the list."),
    "windows.note": phrase("Enter plain text, at most 500 characters."),
    "rules": phrase("State in exactly one condition which countries may apply."),
    "new_rule": phrase("Choose the kind of condition, then add it."),
    "rules.source": phrase("Quote the sentence of your call or page that says this."),
    "rubric": phrase("The least points cannot lie above the most points."),
    "rubric.name": phrase("Name the criterion in at most 200 characters."),
    "rubric.weight": phrase("Enter a number from 0 to 1000, for instance 30 or 2.5."),
    "rubric.scale_max": phrase("Enter a number above 0, at most 1000, for instance 5."),
    "rubric.threshold": phrase("Enter a number from 0 to the most points, or leave it empty."),
    "details.topic": phrase("Choose a topic from the list."),
    "details.text": phrase("Enter plain text, at most 2,000 characters."),
    "as_of": phrase("Enter a day such as 2027-01-04, or leave it empty."),
    "source_url": phrase("Enter an address that begins with https://."),
    "source_urls": phrase("Enter one address a line, each beginning with https://."),
    "verification_note": phrase("Enter plain text, at most 2,000 characters."),
    "note": phrase("Enter plain text, at most 500 characters."),
    "answer": phrase("Say in at most 500 characters what is to be changed."),
}
"""What to do about a field that was refused."""

MISSING: Mapping[str, Phrase] = {
    "city": phrase("Choose the city."),
    "direction": phrase("Choose the direction."),
    "text": phrase("Write the main text."),
    "sectors": phrase("Choose the sectors, or every sector."),
    "rules": phrase("State in exactly one condition which countries may apply."),
}
"""What is still to be done before a draft can be submitted."""
