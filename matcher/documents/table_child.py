"""Read a table in a child process, with the limits of documents: a hostile file ends that process."""

from typing import Any

from matcher.documents.child import Limits, run
from matcher.documents.refusals import DocumentRefusedError
from matcher.documents.tables import TableRow, read_rows
from matcher.errors import FieldError

_WORK = "matcher.documents.table_child:rows_here"
_MIB = 1024 * 1024
_LIMITS = Limits(seconds=15, cpu_seconds=12, memory_bytes=400 * _MIB, answer_bytes=48 * _MIB)
"""A table as large as is allowed needs most of this; one that would unpack into more is refused before."""


def read_table(data: bytes) -> tuple[TableRow, ...]:
    """Read the rows of a CSV or XLSX file in a child process.

    Raises:
        FieldError: see `matcher.documents.tables.read_rows`; or the file took too long or too much memory.
    """
    try:
        answer = run(data, _WORK, _LIMITS)
    except DocumentRefusedError as error:
        raise FieldError("file", str(error).removeprefix("file: ")) from error
    if "refused" in answer:
        raise FieldError("file", answer["refused"])
    return tuple(TableRow(number, tuple(cells)) for number, cells in answer["rows"])


def rows_here(data: bytes) -> dict[str, Any]:
    """Give the rows as JSON values, or why the file is refused."""
    try:
        return {"rows": [[row.number, row.cells] for row in read_rows(data)]}
    except FieldError as error:
        return {"refused": error.reason}
