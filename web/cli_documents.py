"""The `landfall extract` command: what a business plan says, and which fields it would fill."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from web.cli_options import JsonFlag

if TYPE_CHECKING:
    from matcher.documents.child import Extraction


def extract(
    file: Annotated[Path, typer.Argument(help="Business plan: PDF, HWPX, HWP, DOCX or TXT.")],
    json: JsonFlag = False,
) -> None:
    """Read a business plan and propose values for a profile, each with its passage; writes nothing."""
    from matcher.documents.child import extract as extract_document
    from matcher.documents.kinds import MOST_BYTES
    from matcher.errors import FieldError
    from web.cli_tables import print_json

    try:
        with file.open("rb") as opened:
            data = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise FieldError("file", f"{file} cannot be read: {error.strerror}") from error
    extraction = extract_document(data)
    if json:
        print_json(_document(extraction))
    else:
        _print(extraction)


def _document(extraction: "Extraction") -> dict[str, Any]:
    return {
        "fields": {
            field: {
                "value": proposal.value,
                "passage": proposal.passage,
                "place": {proposal.place.kind.value: proposal.place.number},
            }
            for field, proposal in extraction.proposals.items()
        },
        "text": extraction.text,
        "warnings": [str(note) for note in extraction.notes],
    }


def _print(extraction: "Extraction") -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("field", "value", "passage", "place")
    for field, proposal in extraction.proposals.items():
        place = f"{proposal.place.kind.value} {proposal.place.number}"
        table.add_row(field, Text(_short(proposal.value)), Text(_short(proposal.passage)), place)
    console = Console(highlight=False)
    if extraction.proposals:
        console.print(table)
    for note in extraction.notes:
        typer.echo(f"warning: {note}", err=True)


_SHOWN = 120
"""Characters of a value or passage that stand in the table."""


def _short(value: Any) -> str:
    if isinstance(value, dict):
        text = ", ".join(f"{name} {part}" for name, part in value.items())
    elif isinstance(value, list):
        text = ", ".join(map(str, value))
    else:
        text = " ".join(str(value).split())
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
