"""What the review's pages are asked for and sent: the view in the address, and the fields of the forms."""

from typing import Literal
from urllib.parse import urlencode

from pydantic import BaseModel, Field

from matcher.errors import FieldError
from matcher.workflows.queue_views import QueueView, Show, Sort
from matcher.workflows.review_setups import SeenDesk
from matcher.workflows.shortlists import ShortlistFormat
from models.vocabulary import Decision, ReasonKind, Verdict

MOST_PAGES = 100_000
MOST_POSITION = 1_000_000
MOST_REVISION = 2**53
MOST_CRITERIA = 40
LONGEST_WORDS = 100


class ViewFields(BaseModel):
    """What narrows and orders a queue; every form carries it, so that one stays where one was."""

    show: Show = Show.OPEN
    eligibility: Literal["", "eligible", "cannot_tell", "not_eligible"] = ""
    sort: Sort = Sort.OWN
    q: str = Field(default="", max_length=LONGEST_WORDS)
    on: Literal["queue", "candidate"] = "queue"

    @property
    def view(self) -> QueueView:
        """The view as the workflow knows it."""
        return QueueView(
            self.show, Verdict(self.eligibility) if self.eligibility else None, self.sort, self.q.strip()
        )

    @property
    def pairs(self) -> dict[str, str]:
        """What differs from the usual view, for addresses and hidden fields."""
        usual = ViewFields()
        given = {
            "show": self.show.value,
            "eligibility": self.eligibility,
            "sort": self.sort.value,
            "q": self.q,
        }
        return {name: value for name, value in given.items() if value != getattr(usual, name)}

    def queue_address(self, program_id: str, **more: str | int) -> str:
        """Give the address of the queue in this view."""
        asked = urlencode({**self.pairs, **more})
        return f"/review/{program_id}?{asked}" if asked else f"/review/{program_id}"

    def candidate_address(self, program_id: str, startup_id: str) -> str:
        """Give the address of one candidate in this view."""
        asked = urlencode(self.pairs)
        return f"/review/{program_id}/{startup_id}" + (f"?{asked}" if asked else "")

    def back(self, program_id: str, startup_id: str) -> str:
        """Give the address a form leads back to."""
        if self.on == "candidate":
            return self.candidate_address(program_id, startup_id)
        # Which page it is on by now, the queue finds when it is opened.
        return f"{self.queue_address(program_id, startup=startup_id)}#startup-{startup_id}"


class QueueFields(ViewFields):
    """What the address of a queue may ask for; without a page it opens at the first open startup."""

    page: int | None = Field(default=None, ge=1, le=MOST_PAGES)
    startup: str = Field(default="", max_length=60)


class WriteFields(ViewFields):
    """Where a change was made; a form that does not say so is taken as one of the desk of now."""

    desk: Literal["", "own", "agency"] = ""

    @property
    def seen_desk(self) -> SeenDesk | None:
        """The desk the form was filled in at."""
        return self.desk or None


class ReasonFields(WriteFields):
    """Why somebody decides."""

    reason: str = Field(default="", max_length=500)
    reason_kind: ReasonKind | Literal[""] = ""

    @property
    def kind(self) -> ReasonKind | None:
        """What the reason is about."""
        return self.reason_kind or None


class ScoreFields(ReasonFields):
    """Fields of the review form beside the decision; `criterion` and `points` belong together by order."""

    criterion: list[str] = Field(default_factory=list, max_length=MOST_CRITERIA)
    points: list[str] = Field(default_factory=list, max_length=MOST_CRITERIA)
    revision: int = Field(ge=0, le=MOST_REVISION)

    @property
    def scores(self) -> dict[str, float] | None:
        """The points that were given, None where the form has no criteria.

        Raises:
            FieldError: a figure cannot be read; named `scores.<key>`.
        """
        if not self.criterion:
            return None
        found: dict[str, float] = {}
        for key, points in zip(self.criterion, self.points, strict=False):
            if points.strip():
                try:
                    found[key] = float(points.strip().replace(",", "."))
                except ValueError:
                    raise FieldError(f"scores.{key[:60]}", "a number expected") from None
        return found

    @property
    def typed(self) -> dict[str, str]:
        """The points as they were typed."""
        return dict(zip(self.criterion, self.points, strict=False))


class DecisionForm(ScoreFields):
    """Fields of the review form."""

    decision: Literal["", "accept", "maybe", "decline"] = ""

    @property
    def chosen(self) -> Decision | None:
        """The decision, None for none."""
        return Decision(self.decision) if self.decision else None


class BulkForm(ReasonFields):
    """Fields of the form that decides about several startups; `chosen` holds `id:revision`."""

    chosen: list[str] = Field(default_factory=list, max_length=200)
    decision: Literal["accept", "maybe", "decline"]

    @property
    def seen(self) -> dict[str, int]:
        """The revision that was seen of each startup.

        Raises:
            FieldError: an entry cannot be read.
        """
        found: dict[str, int] = {}
        for entry in self.chosen:
            startup, _, revision = entry.rpartition(":")
            if not startup or not revision.isascii() or not revision.isdigit() or len(revision) > 16:  # noqa: PLR2004
                raise FieldError("chosen", "a startup and its revision expected")
            found[startup] = int(revision)
        return found


class ExportForm(BaseModel):
    """Fields of the form that takes the shortlist away."""

    file_format: ShortlistFormat
    reason: str = Field(default="", max_length=500)
    page: int = Field(default=1, ge=1, le=MOST_PAGES)


class PinForm(WriteFields):
    """Fields of the pin button."""

    pinned: bool


class ExcludeForm(WriteFields):
    """Fields of the button that excludes."""

    excluded: bool


class LikingForm(WriteFields):
    """Fields of the buttons for more and less like this."""

    liking: Literal["-1", "0", "1"]


class OverrideForm(WriteFields):
    """Fields of the form that overrides the computed verdict; `seen` is the revision that was looked at."""

    verdict: Literal["", "eligible", "cannot_tell", "not_eligible"] = ""
    override_reason: str = Field(default="", max_length=500)
    seen: int = Field(ge=0, le=MOST_REVISION)


class MoveForm(WriteFields):
    """Fields of the move form."""

    position: int = Field(ge=1, le=MOST_POSITION)
