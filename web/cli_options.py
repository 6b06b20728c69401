"""Options that several commands take."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from models.vocabulary import Language


class LanguageChoice(StrEnum):
    """Languages a text may be said to be in."""

    AUTO = "auto"
    KO = "ko"
    EN = "en"
    DE = "de"
    ES = "es"

    @property
    def language(self) -> "Language | None":
        """The language that was named; None when it is to be found out."""
        from models.vocabulary import Language  # noqa: PLC0415 - --help need not load it

        return None if self is LanguageChoice.AUTO else Language(self.value)


class Fixture(StrEnum):
    """Invented worlds that can be loaded."""

    DEMO = "demo"
    ACCEPTANCE = "acceptance"


JsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
