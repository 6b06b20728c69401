"""Read a table in a child process, with the limits of documents: a hostile file ends that process."""

import json
from collections.abc import Iterator

from matcher.documents.child import Limits, run
from matcher.documents.refusals import DocumentRefusedError
from matcher.documents.tables import TableRow, stream_rows
from matcher.errors import FieldError

_WORK = "matcher.documents.table_child:rows_here"
_MIB = 1024 * 1024
LIMITS = Limits(seconds=10, cpu_seconds=8, memory_bytes=100 * _MIB, answer_bytes=32 * _MIB)


def read_table(data: bytes) -> tuple[TableRow, ...]:
    """Read the rows of a CSV or XLSX file in a child process.

    Raises:
        FieldError: see `matcher.documents.tables.read_rows`; or the file took too long or too much memory.
    """
    try:
        *rows, refused = run(data, _WORK, LIMITS)
    except DocumentRefusedError as error:
        raise FieldError("file", str(error).removeprefix("file: ")) from error
    if refused is not None:
        raise FieldError("file", refused)
    if not rows:
        raise FieldError("file", "the file holds no row")
    return tuple(TableRow(number, tuple(cells)) for number, cells in rows)


def rows_here(data: bytes) -> Iterator[str]:
    """Give the pieces of a JSON list: the rows, and at its end null or why the file is refused."""
    refused = None
    yield "["
    try:
        for row in stream_rows(data):
            yield json.dumps([row.number, row.cells], ensure_ascii=False, separators=(",", ":"))
            yield ","
    except FieldError as error:
        refused = error.reason
    yield f"{json.dumps(refused)}]"
