"""Templates to fill in, and tables that wait between their preview and being written.

A waiting table is a private file for at most an hour; only whoever sent it finds it again.
"""

import csv
import io
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from matcher.documents.tables import TableRow
from matcher.errors import UnknownThingError
from matcher.exports.csv_file import spreadsheet_safe
from matcher.settings import Settings
from matcher.workflows.duplicates import Duplicate, DuplicateKind
from matcher.workflows.import_columns import HEADERS
from matcher.workflows.imports import EXAMPLE_MARK, ImportCheck, ImportTable, RowError
from matcher.workflows.private_files import make_folder, write_file
from matcher.workflows.secret_tokens import new_token
from models.access import Actor
from models.base import now_utc
from models.vocabulary import Language

KEPT = timedelta(hours=1)
_ID = re.compile(r"[A-Za-z0-9_-]{20,100}")
_LANGUAGES = (Language.KO, Language.EN, Language.DE, Language.ES)
_COLUMN_WIDTH = 24

_EXAMPLE_ROW = {
    "name": f"{EXAMPLE_MARK} (invented, delete this row): Lantern Robotics",
    "native_name": "예시(가상 기업): 랜턴로보틱스",
    "registration_no": "000-00-00000",
    "one_liner": "Robot arms that swap battery packs of delivery vans in four minutes.",
    "summary": "An invented company. Its robot arms change the battery packs of vans at night.",
    "problem": "Fleets of electric vans stand still while they charge.",
    "solution": "A robot arm on a rail opens the floor of the van and swaps the pack.",
    "market_entry": "A pilot with one parcel service, then its other depots.",
    "team": "Two engineers and a former manager of a vehicle fleet.",
    "sectors": "robotics; logistics",
    "stage": "seed",
    "trl": "6",
    "founded": "2022",
    "employees": "9",
    "country": "KR",
    "city": "Daejeon",
    "needs": "pilot-customer; investors",
    "target_cities": "",
    "target_regions": "de; eu",
    "revenue_band": "under-100k",
    "raised_band": "100k-1m",
    "raised_usd": "",
    "ip_status": "filed",
    "export_flags": "none",
    "languages": "ko native; en B2",
    "institutions": "",
}


KEPT_ERRORS = 200
"""Errors of a table that are kept to be shown; the others are counted."""


@dataclass(frozen=True, slots=True)
class WaitingImport:
    """A table that was sent and is not written yet."""

    id: str
    file_name: str
    table: ImportTable
    mapping: dict[str, str | None]
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class KeptCheck:
    """What checking a waiting table found; `errors` are the first of `error_count`."""

    rows: int
    ok: int
    error_count: int
    errors: tuple[RowError, ...]
    duplicates: tuple[Duplicate, ...]
    examples: int
    incomplete: int


def template_csv(language: Language) -> bytes:
    """Write the template as CSV with a byte order mark."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_headers(language))
    writer.writerow([spreadsheet_safe(_EXAMPLE_ROW[field]) for field in HEADERS])
    return out.getvalue().encode("utf-8-sig")


def template_xlsx(language: Language) -> bytes:
    """Write the template as XLSX; every cell is a text, none a formula."""
    from xlsxwriter import Workbook  # noqa: PLC0415  for this act alone

    out = io.BytesIO()
    with Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("startups")
        heading = book.add_format({"bold": True, "text_wrap": True})
        example = book.add_format({"italic": True, "font_color": "#666666"})
        sheet.set_column(0, len(HEADERS) - 1, _COLUMN_WIDTH)
        sheet.freeze_panes(1, 1)
        for column, (field, header) in enumerate(zip(HEADERS, _headers(language), strict=True)):
            sheet.write_string(0, column, header, heading)
            sheet.write_string(1, column, _EXAMPLE_ROW[field], example)
    return out.getvalue()


def keep_import(
    settings: Settings, actor: Actor, file_name: str, table: ImportTable, mapping: dict[str, str | None]
) -> str:
    """Keep a table for an hour; give the id it is found again by."""
    drop_old_imports(settings, now_utc())
    import_id = new_token()
    _write(settings, actor, WaitingImport(import_id, file_name[:200], table, mapping, now_utc()))
    return import_id


def find_import(settings: Settings, actor: Actor, import_id: str) -> WaitingImport:
    """Find a table this actor sent within the last hour.

    Raises:
        UnknownThingError: there is none, it is older, or somebody else sent it.
    """
    stored = _read(_path(settings, import_id))
    if stored is None:
        raise UnknownThingError("import")
    sent_at = datetime.fromisoformat(stored["sent_at"])
    if stored["account"] != actor.key or sent_at < now_utc() - KEPT:
        raise UnknownThingError("import")
    rows = tuple(TableRow(number, tuple(cells)) for number, cells in stored["rows"])
    table = ImportTable(tuple(stored["headers"]), rows)
    return WaitingImport(import_id, stored["file_name"], table, stored["mapping"], sent_at)


def remap_import(
    settings: Settings, actor: Actor, waiting: WaitingImport, mapping: dict[str, str | None]
) -> str:
    """Keep a table under a new id with another mapping, and forget the old one."""
    import_id = new_token()
    _write(
        settings, actor, WaitingImport(import_id, waiting.file_name, waiting.table, mapping, waiting.sent_at)
    )
    drop_import(settings, waiting.id)
    return import_id


def keep_check(settings: Settings, import_id: str, check: ImportCheck) -> None:
    """Keep what checking a waiting table found, so that it is done once; nothing if it was forgotten."""
    path = _path(settings, import_id)
    content = {
        "rows": check.rows,
        "ok": len(check.checked),
        "error_count": len(check.errors),
        "errors": [[one.row, one.column, one.reason] for one in check.errors[:KEPT_ERRORS]],
        "duplicates": [[one.row, one.other, one.kind] for one in check.duplicates],
        "examples": len(check.examples),
        "incomplete": len(check.incomplete),
    }
    written = path.with_suffix(".new")
    written.unlink(missing_ok=True)
    write_file(written, json.dumps(content).encode())
    if path.exists():
        written.rename(path.with_suffix(".check"))
    else:
        written.unlink()


def kept_check(settings: Settings, import_id: str) -> KeptCheck | None:
    """Give what checking a table found; None where that is not done."""
    stored = _read(_path(settings, import_id).with_suffix(".check"))
    if stored is None:
        return None
    stored["errors"] = tuple(RowError(*one) for one in stored["errors"])
    stored["duplicates"] = tuple(
        Duplicate(row, other, DuplicateKind(kind)) for row, other, kind in stored["duplicates"]
    )
    return KeptCheck(**stored)


def drop_import(settings: Settings, import_id: str) -> None:
    """Forget a table and what was found in it."""
    path = _path(settings, import_id)
    for kept in (path, path.with_suffix(".check")):
        kept.unlink(missing_ok=True)


def drop_old_imports(settings: Settings, now: datetime) -> None:
    """Delete what nobody came back for within the hour."""
    folder = _folder(settings)
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        try:
            if path.stat().st_mtime < (now - KEPT).timestamp():
                path.unlink()
        except FileNotFoundError:
            continue


def _headers(language: Language) -> list[str]:
    return [names[_LANGUAGES.index(language)] for names in HEADERS.values()]


def _folder(settings: Settings) -> Path:
    return settings.data_dir / "imports"


def _path(settings: Settings, import_id: str) -> Path:
    if _ID.fullmatch(import_id) is None:
        raise UnknownThingError("import")
    return _folder(settings) / f"{import_id}.json"


def _read(path: Path) -> Any:
    """Read a file; None where it is not there, or not whole."""
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None


def _write(settings: Settings, actor: Actor, waiting: WaitingImport) -> None:
    make_folder(_folder(settings))
    content = {
        "account": actor.key,
        "file_name": waiting.file_name,
        "sent_at": waiting.sent_at.isoformat(),
        "headers": waiting.table.headers,
        "rows": [[row.number, row.cells] for row in waiting.table.rows],
        "mapping": waiting.mapping,
    }
    write_file(_path(settings, waiting.id), json.dumps(content).encode())
