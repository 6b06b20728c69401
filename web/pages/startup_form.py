"""The form about a startup: what was typed, kept as it was typed, and what was refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from fastapi import Request
from starlette.datastructures import UploadFile

from matcher.engine.phrases import Phrase, mark, phrase
from matcher.engine.values import StartupFacts
from matcher.errors import FieldError
from matcher.workflows.inputs import read_form_facts, read_text
from models.vocabulary import Language, Offer, Region, Sector, Stage, TechnologyReadiness
from web.i18n import current_language
from web.names import countries
from web.uploads import decode_text_file, parse_in_memory

MOST_CHARACTERS = 200_000
MOST_FIELDS = 200
AUTO = "auto"
NEAR_COUNTRIES = ("KR", "US", "CA", "DE", "ES")
"""Countries of the member cities: they stand first in the list."""

_SINGLE = ("founded", "employees", "stage", "trl", "country", "city", "raised_usd")
_SEVERAL = ("sectors", "needs", "target_regions")


@dataclass(frozen=True, slots=True)
class StartupForm:
    """What stands in the form, as text."""

    text: str = ""
    language: str = AUTO
    founded: str = ""
    employees: str = ""
    stage: str = ""
    trl: str = ""
    sectors: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    target_regions: tuple[str, ...] = ()
    country: str = ""
    city: str = ""
    raised_usd: str = ""


@dataclass(frozen=True, slots=True)
class FormProblem:
    """A refused field: its name in the form, its label and what to do about it."""

    field: str
    label: Phrase
    advice: Phrase


@dataclass(frozen=True, slots=True)
class FormChoices:
    """What can be chosen in the form."""

    languages: tuple[str, ...] = tuple(Language)
    stages: tuple[str, ...] = tuple(Stage)
    readiness: tuple[int, ...] = tuple(int(level) for level in TechnologyReadiness)
    sectors: tuple[str, ...] = tuple(Sector)
    needs: tuple[str, ...] = tuple(Offer)
    regions: tuple[str, ...] = tuple(region for region in Region if region is not Region.KR)
    near: tuple[str, ...] = NEAR_COUNTRIES
    most_characters: int = MOST_CHARACTERS

    def countries(self) -> tuple[tuple[str, str], ...]:
        """List the other countries as (code, name) in the interface language."""
        return tuple(entry for entry in countries(current_language()) if entry[0] not in self.near)


@dataclass(frozen=True, slots=True)
class Submission:
    """What came with a request: the form as typed, and the bytes of a file if one was chosen."""

    form: StartupForm
    file: bytes | None


@dataclass(frozen=True, slots=True)
class ReadForm:
    """A form that was read; with problems, text and facts are not to be used."""

    form: StartupForm
    text: str
    language: Language | None
    facts: StartupFacts
    problems: tuple[FormProblem, ...]


async def receive_submission(request: Request) -> Submission:
    """Take form and file off the request; nothing of it is written anywhere."""
    data = await parse_in_memory(request, MOST_FIELDS)
    try:
        upload = data.get("file")
        file = await upload.read() if isinstance(upload, UploadFile) and upload.filename else None
        values = {key: [item for item in data.getlist(key) if isinstance(item, str)] for key in data}
    finally:
        await data.close()
    return Submission(_form(values), file)


def read_submission(submission: Submission) -> ReadForm:
    """Read text, language and facts, and collect every problem instead of the first."""
    form, problems = submission.form, list[FormProblem]()
    text, facts = "", StartupFacts()
    source = "text" if submission.file is None else "file"
    try:
        typed = form.text if submission.file is None else decode_text_file(submission.file, source)
        form = replace(form, text=typed)
        text = read_text(typed, source)
    except FieldError as error:
        problems.append(_problem(error))
    language = None
    if form.language != AUTO:
        try:
            language = Language(form.language)
        except ValueError:
            problems.append(_problem(FieldError("language", "unknown")))
    facts, refused = _read_facts(form)
    order = list(FIELD_LABELS)
    found = sorted((*problems, *refused), key=lambda problem: order.index(problem.field))
    return ReadForm(form, text, language, facts, tuple(found))


def _form(values: Mapping[str, Sequence[str]]) -> StartupForm:
    single = {key: values[key][0].strip() for key in _SINGLE if values.get(key)}
    several = {key: tuple(values[key]) for key in _SEVERAL if values.get(key)}
    text = (values.get("text") or [""])[0]
    language = (values.get("language") or [AUTO])[0]
    return StartupForm(text=text, language=language, **single, **several)  # type: ignore[arg-type]


def _read_facts(form: StartupForm) -> tuple[StartupFacts, tuple[FormProblem, ...]]:
    """Read the facts; a refused one is set aside and the rest read again, so that all are named."""
    values = {key: [getattr(form, key)] for key in _SINGLE if getattr(form, key)} | {
        key: list(getattr(form, key)) for key in _SEVERAL if getattr(form, key)
    }
    problems: list[FormProblem] = []
    while True:
        try:
            return read_form_facts(values), tuple(problems)
        except FieldError as error:
            problems.append(_problem(error))
            field = error.field.split(".")[0]
            if field not in values:
                return StartupFacts(), tuple(problems)
            del values[field]


def _problem(error: FieldError) -> FormProblem:
    field = error.field.split(".")[0]
    label = FIELD_LABELS[field]
    advice = _advice_on_text(error.reason) if field in {"text", "file"} else FIELD_ADVICE.get(field)
    return FormProblem(field, label, advice or phrase("This value could not be read."))


def _advice_on_text(reason: str) -> Phrase:
    """Say what to do about a refused text; the reasons are those of `read_text` and `decode_text_file`."""
    for sign, advice in _TEXT_ADVICE:
        if sign in reason:
            return phrase(advice)
    return phrase("This text cannot be read. Paste it as plain text in Korean, English, German or Spanish.")


_TEXT_ADVICE = (
    ("is empty", mark("Paste a text or choose a .txt file.")),
    ("letter", mark("We need words to read. Describe in a few sentences what you make and what you seek.")),
    ("longer than", mark("The text is too long: at most 200,000 characters.")),
    ("larger than", mark("The file is too large: at most 1 MiB.")),
    (
        "save it as plain text",
        mark("This is not a text file. Save it as plain text (.txt) and choose it again."),
    ),
    ("not a text file", mark("This is not a text file. Save it as plain text (.txt) and choose it again.")),
    ("encoding", mark("The file is in an encoding we do not read. Save it as UTF-8, UTF-16 or CP949.")),
)

FIELD_LABELS: Mapping[str, Phrase] = {
    "text": phrase("Your text"),
    "file": phrase("Text file (.txt)"),
    "language": phrase("Language of the text"),
    "founded": phrase("Year of foundation"),
    "employees": phrase("Employees"),
    "country": phrase("Country of registration"),
    "city": phrase("City of the seat"),
    "stage": phrase("Financing stage"),
    "trl": phrase("Technology readiness (TRL)"),
    "raised_usd": phrase("Money raised so far (USD)"),
    "needs": phrase("What you are looking for"),
    "target_regions": phrase("Target regions"),
    "sectors": phrase("Sectors"),
}
"""Labels of the fields, in the order of the form."""

FIELD_ADVICE: Mapping[str, Phrase] = {
    "language": phrase("Choose one of the languages in the list."),
    "founded": phrase("Enter the year with four digits, not in the future."),
    "employees": phrase("Enter a whole number of people, 0 or more."),
    "stage": phrase("Choose one of the stages in the list."),
    "trl": phrase("Choose a level from 1 to 9."),
    "sectors": phrase("Choose from the sectors in the list."),
    "needs": phrase("Choose from the needs in the list."),
    "target_regions": phrase("Choose from the regions in the list."),
    "country": phrase("Choose a country from the list."),
    "city": phrase("Enter the name of the city, without special characters."),
    "raised_usd": phrase("Enter an amount in US dollars as digits, 0 or more."),
}
