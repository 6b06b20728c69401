"""What differs between two versions of a startup's profile, field by field, so that a person can read it."""

from collections.abc import Mapping

from matcher.workflows.program_changes import FieldChange, compare_codes, compare_texts, compare_values
from matcher.workflows.submission_contents import TEXT_LIMITS, ProfileTexts, SubmissionContent
from models.vocabulary import Language, WorkingLanguage


def compare_submissions(before: SubmissionContent, after: SubmissionContent) -> tuple[FieldChange, ...]:
    """Compare two versions; fields that say the same are left out."""
    changes: list[FieldChange] = []
    for field in ("name", "native_name", "registration_no"):
        changes += compare_values(field, getattr(before, field), getattr(after, field))
    for language in Language:
        old = before.texts.get(language, ProfileTexts())
        new = after.texts.get(language, ProfileTexts())
        for text in TEXT_LIMITS:
            changes += compare_texts(
                f"{text}.{language.value}", getattr(old, text), getattr(new, text), language
            )
    for field, kind in _CODES.items():
        changes += compare_codes(field, getattr(before, field), getattr(after, field), kind)
    for field in _VALUES:
        changes += compare_values(field, getattr(before, field), getattr(after, field))
    for code in WorkingLanguage:
        changes += compare_values(
            f"level.{code.value}", before.languages.get(code), after.languages.get(code)
        )
    return tuple(changes)


_CODES: Mapping[str, str] = {
    "needs": "need",
    "target_cities": "city",
    "target_regions": "region",
    "sectors": "sector",
    "export_flags": "export-flag",
    "institutions": "institution",
}
"""Fields that hold lists, with the kind of their words."""

_VALUES = (
    "stage",
    "trl",
    "founded",
    "employees",
    "country",
    "city",
    "revenue_band",
    "raised_band",
    "raised_usd",
    "ip_status",
)
"""Fields that hold one value."""
