"""A shortlist as a PDF for people who decide: a summary, then a sheet for each startup.

`shortlist.typ` sets it; it is given JSON and shows its texts as texts, so that nothing in them is ever run.
"""

import json
import re
import unicodedata
from pathlib import Path
from typing import Any

from matcher.errors import FieldError
from matcher.exports.column_widths import AskedWidth, digits_wide, fit_columns
from matcher.exports.font_coverage import characters_of
from matcher.exports.shortlist import (
    COLUMN_BY_KEY,
    Cell,
    CellKind,
    Column,
    EvidencePair,
    ListedProgram,
    Outcome,
    RubricScore,
    Shortlist,
    ShortlistRow,
    count_outcome,
)
from matcher.exports.texts import storable
from matcher.exports.typesetting import set_pdf
from matcher.exports.words import word, words
from models.vocabulary import Language

MOST_SHEETS = 500
MOST_ROWS = 2_000
MOST_CHARACTERS = 3_000
"""Characters of one text on paper; what is longer is cut with …"""
_MOST_IN_CELL = 400
_MOST_IN_HEADER = 70
_MOST_UNBROKEN = 700
"""Characters of a block of evidence that is kept on one page."""
_LONGEST_WORD = 30
_LONGEST_IN_CELL = 16
_FONT = Path(__file__).parent / "fonts" / "Pretendard-Regular.otf"
_BOLD = 1.1
_ROOM = 1.5
_WIDEST_HEADING = 12.0
_MOST_STRETCHED = 1.5
"""In digits: what bold takes more, what stands between columns, headings that are not broken."""
_BREAK = "\N{ZERO WIDTH SPACE}"
_MISSING = f"□{_BREAK}"
_IN_WORD = r"[^\s\u200b\uac00-\ud7a3]"
_DROPPED = frozenset({"Cf", "Cc", "Cs", "Cn"})
_VARIATION_SELECTORS = re.compile("[\ufe00-\ufe0f]")
_DECIMAL_COMMA = frozenset({Language.DE, Language.ES})


def write_pdf(shortlist: Shortlist, *, sheets: bool = True) -> bytes:
    """Write the list as PDF/A-2a and PDF/UA-1, with its fonts in it.

    Args:
        shortlist: the list.
        sheets: also write a sheet for each row.

    Raises:
        FieldError: the list has more than 500 rows, or more than 2,000 without sheets.
        TypesettingError: setting it took too long or too much memory.
    """
    most = MOST_SHEETS if sheets else MOST_ROWS
    if len(shortlist.rows) > most:
        raise FieldError("rows", f"a printed list holds at most {most:,}; filter it, or leave the sheets out")
    page = PrintedList(shortlist)
    document = json.dumps(page.document(sheets=sheets), ensure_ascii=False).encode()
    return set_pdf("shortlist.typ", document, int(shortlist.made_at.timestamp()))


class PrintedList:
    """Turns a list into what the template shows, and remembers whether the font lacked a character."""

    def __init__(self, shortlist: Shortlist) -> None:
        """Take the list; nothing is lacking before its texts are gone through."""
        self._list = shortlist
        self._language = shortlist.language
        self._held = characters_of(_FONT)
        self._lacking = False

    def document(self, *, sheets: bool) -> dict[str, Any]:
        """Give everything the template shows."""
        given = self._list
        round_name = self.text(given.round_name, _MOST_IN_CELL) or "–"
        made = {
            "language": self._language.value,
            "words": words(self._language),
            "title": f"{word('shortlist', self._language)} · {round_name}",
            "list-word": word("shortlist", self._language),
            "round": round_name,
            "short-round": self.text(given.round_name, _MOST_IN_HEADER) or "–",
            "run": word("run", self._language).format(number=given.run),
            "pack": self.text(given.pack_hash, _MOST_IN_HEADER),
            "made-at": f"{given.made_at:%Y-%m-%d %H:%M %Z}",
            "draft": not given.published,
            "figures": self._figures(),
            "program-heads": [
                word(key, self._language)
                for key in (
                    "program",
                    "agency",
                    "city",
                    "seats",
                    "listed",
                    "selected",
                    "waitlisted",
                    "not_selected",
                )
            ],
            "programs": [self._program(program) for program in given.programs],
            "columns": self._columns(),
            "rows": [self._row(place, row, sheets=sheets) for place, row in enumerate(given.rows)],
            "sheets": [self._sheet(place, row) for place, row in enumerate(given.rows)] if sheets else [],
        }
        size, widths = fit_columns([self._asked_width(column) for column in given.shown_columns])
        return made | {"notes": self._notes(), "size": size, "widths": widths}

    def text(self, text: str, most: int = MOST_CHARACTERS, longest_word: int = _LONGEST_WORD) -> str:
        """Give a text as it can be printed: what the font lacks is marked, very long words may break."""
        flat = unicodedata.normalize("NFC", storable(text[: 2 * most]))
        kept = "".join(map(self._printable, _VARIATION_SELECTORS.sub("", flat).strip()))
        if len(kept) > most or len(text) > 2 * most:
            kept = kept[: most - 1] + "…"
        return re.sub(f"{_IN_WORD}{{{longest_word}}}(?={_IN_WORD})", rf"\g<0>{_BREAK}", kept)

    def _printable(self, character: str) -> str:
        if character in "\n\t":
            return "\n" if character == "\n" else " "
        category = unicodedata.category(character)
        if category in _DROPPED:
            return ""
        if character in self._held and category != "Co":
            return character
        self._lacking = True
        return _MISSING

    def _figures(self) -> list[dict[str, str]]:
        rows = self._list.rows
        counted = [
            ("selected", Outcome.SELECTED),
            ("waitlisted", Outcome.WAITLISTED),
            ("not_selected", Outcome.NOT_SELECTED),
        ]
        shown = [{"label": word("listed", self._language), "value": str(len(rows)), "outcome": ""}]
        for key, outcome in counted:
            number = str(count_outcome(rows, outcome))
            shown.append({"label": word(key, self._language), "value": number, "outcome": outcome.value})
        return shown

    def _program(self, program: ListedProgram) -> list[str]:
        rows = self._list.rows_of(program)
        outcomes = (Outcome.SELECTED, Outcome.WAITLISTED, Outcome.NOT_SELECTED)
        return [
            *(
                self.text(text, _MOST_IN_CELL, _LONGEST_IN_CELL)
                for text in (program.name, program.agency, program.city)
            ),
            "–" if program.seats is None else str(program.seats),
            str(len(rows)),
            *(str(count_outcome(rows, outcome)) for outcome in outcomes),
        ]

    def _row(self, place: int, row: ShortlistRow, *, sheets: bool) -> dict[str, Any]:
        shown = [self._cell(self._list.cell(row, column), column.kind) for column in self._list.shown_columns]
        return {
            "cells": shown,
            "outcome": row.result.outcome.value,
            "sheet": f"sheet-{place}" if sheets else "",
        }

    def _columns(self) -> list[dict[str, Any]]:
        return [
            {
                "key": column.key,
                "heading": column.heading(self._language),
                "number": column.kind in {CellKind.WHOLE, CellKind.NUMBER},
                "hyphenate": digits_wide(max(column.heading(self._language).split(), key=len))
                > _WIDEST_HEADING,
            }
            for column in self._list.shown_columns
        ]

    def _asked_width(self, column: Column) -> AskedWidth:
        cells = [self._cell(self._list.cell(row, column), column.kind) for row in self._list.rows]
        parts = [part for cell in cells for part in cell.replace(_BREAK, " ").split()]
        heading = max(map(digits_wide, column.heading(self._language).split())) * _BOLD
        least = max(
            min(max(map(digits_wide, parts), default=0.0), _LONGEST_IN_CELL), min(heading, _WIDEST_HEADING)
        )
        # Half as much again as on a screen is the most; what is longer wraps.
        wide = min(max(map(digits_wide, cells), default=0.0), _MOST_STRETCHED * column.width)
        return AskedWidth(least + _ROOM, max(least, wide) + _ROOM)

    def _cell(self, value: Cell, kind: CellKind) -> str:
        if value is None:
            return ""
        if kind is CellKind.NUMBER:
            return self._number(value)
        return self.text(str(value), _MOST_IN_CELL, _LONGEST_IN_CELL)

    def _number(self, value: Any, *, exact: bool = True) -> str:
        written = f"{value:.2f}" if exact else f"{value:.2f}".rstrip("0").rstrip(".")
        return written.replace(".", ",") if self._language in _DECIMAL_COMMA else written

    def _sheet(self, place: int, row: ShortlistRow) -> dict[str, Any]:
        program = self._list.program_of(row)
        details = row.details
        return {
            "label": f"sheet-{place}",
            "company": self.text(row.company, _MOST_IN_CELL) or "–",
            "item": self.text(row.item, _MOST_IN_CELL),
            "outcome": row.result.outcome.value,
            "result": row.result.words(self._language),
            "program": " · ".join(
                self.text(text, _MOST_IN_CELL)
                for text in (program.name, program.agency, program.city)
                if text
            ),
            "figures": self._scores(row),
            "facts": self._facts(row),
            "conditions": [
                {"text": self.text(one.text), "state": one.state.value, "fact": self.text(one.fact)}
                for one in details.conditions
            ],
            "rubric": [self._rubric(one) for one in details.rubric],
            "evidence": [self._evidence(pair) for pair in details.evidence],
            "reasons": [
                {"label": self.text(one.label, _MOST_IN_CELL), "text": self.text(one.text)}
                for one in details.reasons
            ],
        }

    def _scores(self, row: ShortlistRow) -> list[dict[str, str]]:
        """Give the figures of a row that it has, under the headings of the list."""
        shown = []
        for key in ("rank", "total", "document_score", "presentation_score", "bonus"):
            value = getattr(row, key)
            if value is not None:
                written = str(value) if key == "rank" else self._number(value)
                shown.append({"label": COLUMN_BY_KEY[key].heading(self._language), "value": written})
        return shown

    def _facts(self, row: ShortlistRow) -> list[dict[str, str]]:
        """Give what is known of the startup: the row's own texts first."""
        shown = []
        for key in ("ceo", "sector", "stage", "location", "target_city", "owner", "flags", "note"):
            column = COLUMN_BY_KEY[key]
            value = self._list.cell(row, column)
            if value is not None and not (column.contact and self._list.contact_masked):
                shown.append({"label": column.heading(self._language), "value": self.text(str(value))})
        for fact in row.details.facts:
            if not (fact.contact and self._list.contact_masked):
                label = self.text(fact.label, _MOST_IN_CELL, _LONGEST_IN_CELL)
                shown.append({"label": label, "value": self.text(fact.value)})
        return shown

    def _rubric(self, one: RubricScore) -> list[str]:
        return [
            self.text(one.criterion),
            word("not_scored", self._language) if one.points is None else self._number(one.points),
            self._number(one.most, exact=False),
            "" if one.weight is None else self._number(one.weight, exact=False),
            self.text(one.remark),
        ]

    def _evidence(self, pair: EvidencePair) -> dict[str, Any]:
        def side(kind: str, text: str, language: Language, gloss: str) -> dict[str, str]:
            return {
                "head": f"{word(kind, self._language)} · {word(language.value, self._language)}",
                "text": self.text(text),
                "language": language.value,
                "gloss": self.text(gloss),
            }

        longest = max(
            len(pair.profile) + len(pair.profile_gloss), len(pair.program) + len(pair.program_gloss)
        )
        return {
            "profile": side("profile", pair.profile, pair.profile_language, pair.profile_gloss),
            "program": side("program", pair.program, pair.program_language, pair.program_gloss),
            "links": "   ".join(self.text(link, _MOST_IN_CELL) for link in pair.links),
            "long": longest > _MOST_UNBROKEN,
        }

    def _notes(self) -> list[str]:
        """Give the notes; called last, because only then it is known whether the font lacked something."""
        notes = [self.text(note) for note in self._list.notes]
        if self._list.contact_masked:
            notes.append(word("contact_masked", self._language))
        if self._lacking:
            notes.append(word("missing_characters", self._language))
        return notes
