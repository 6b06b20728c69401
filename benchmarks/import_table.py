"""Time an import of the largest table there may be, from the file to the rows in the database.

The table has 20,000 rows and 20 columns of random words; every hundredth row repeats an earlier one:
its texts with a tenth of the words changed, or its name in another legal form.
"""

import io
import random
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from xlsxwriter import Workbook

from matcher.workflows.imports import check_import, read_import, read_mapping, write_import
from models.access import OPERATOR
from models.database import migrate, open_engine, read_session, write_session

ROWS, EVERY = 20_000, 100
_SEED = 20_261_123
_WORDS = 3000
_TEXTS = ["one_liner", "summary.ko", "summary.en", "problem.en", "solution.en"]
_FACTS = {
    "sectors": "robotics; logistics",
    "stage": "seed",
    "trl": "6",
    "founded": "2021",
    "employees": "12",
    "country": "KR",
    "city": "Daejeon",
    "needs": "pilot-customer",
    "revenue_band": "under-100k",
    "raised_band": "100k-1m",
    "ip_status": "filed",
    "languages": "ko native",
}
_HEADERS = ["name", "native_name", "registration_no", *_TEXTS, *_FACTS]

_Answer = TypeVar("_Answer")


def main() -> None:
    """Make the table, read it, check it, write it, and check it once more against what is stored."""
    data = workbook(make_rows(random.Random(_SEED)))  # noqa: S311
    print(f"{ROWS:,} rows of {len(_HEADERS)} columns, XLSX of {len(data) / 2**20:.1f} MiB")
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{Path(folder) / 'import.db'}")
        migrate(engine)
        table = timed("read in the child process", lambda: read_import(data))
        mapping = read_mapping(table.headers)
        with read_session(engine) as session:
            check = timed("checked and compared", lambda: check_import(session, table, mapping))
            timed("checked alone", lambda: check_import(session, table, mapping, duplicates=()))
        planted = set(range(EVERY + 1, ROWS + 2, EVERY))
        shown = {one.row for one in check.duplicates}
        print(
            f"  {len(planted & shown)} of {len(planted)} planted found, {len(shown - planted)} others shown"
        )
        with write_session(engine) as session:
            timed("written", lambda: write_import(session, OPERATOR, check, import_id="one"))
        with read_session(engine) as session:
            again = timed("checked against them", lambda: check_import(session, table, mapping))
        print(f"  {len({one.row for one in again.duplicates}):,} rows found again")
        engine.dispose()
    print(f"most memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def make_rows(chosen: random.Random) -> list[list[str]]:
    """Make the rows, the first of them the header."""
    english = [
        "".join(chosen.choices("abcdefghiklmnoprstuvw", k=chosen.randint(2, 9))) for _ in range(_WORDS)
    ]
    korean = [
        "".join(chr(chosen.randint(0xAC00, 0xD7A3)) for _ in range(chosen.randint(1, 4))) for _ in english
    ]
    rows: list[list[str]] = [list(_HEADERS)]
    for number in range(1, ROWS + 1):
        names = [
            f"{chosen.choice(english).title()} {number} Inc.",
            f"주식회사 {chosen.choice(korean)}{number}",
        ]
        texts = [
            " ".join(chosen.choices(words, k=count))
            for words, count in ((english, 8), (korean, 20), (english, 20), (english, 12), (english, 12))
        ]
        if number % EVERY == 0:
            earlier = rows[chosen.randint(1, len(rows) - 1)]
            if number % (2 * EVERY):
                names = [earlier[0].replace("Inc.", "Co., Ltd."), ""]
            else:
                texts = [changed(text, chosen) for text in earlier[3:8]]
        rows.append([*names, f"{number:010d}", *texts, *_FACTS.values()])
    return rows


def changed(text: str, chosen: random.Random) -> str:
    """Change a tenth of the words of a text."""
    return " ".join(word[::-1] if chosen.random() < 1 / 10 else word for word in text.split())


def workbook(rows: list[list[str]]) -> bytes:
    """Write rows as XLSX."""
    out = io.BytesIO()
    with Workbook(out, {"in_memory": True, "strings_to_numbers": False}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return out.getvalue()


def timed(what: str, work: Callable[[], _Answer]) -> _Answer:
    """Do something and print how long it took, also where others use the processors."""
    begun, used = time.monotonic(), time.process_time()
    answer = work()
    print(f"  {what}: {time.monotonic() - begun:.1f} s, {time.process_time() - used:.1f} s of the processor")
    return answer


if __name__ == "__main__":
    main()
