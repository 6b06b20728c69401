"""Cursors of lists: the id the last page ended with, spelled so that every well-formed one is good."""

from typing import Annotated

from pydantic import Field

CURSOR = r"^(?:[2-7][0-9a-f]){1,60}$"

Cursor = Annotated[str, Field(pattern=CURSOR, description="`next` of the page before.")]


def write_cursor(last_id: str) -> str:
    """Make the cursor of the page after this id; ids are ASCII, so two hexadecimal digits a character."""
    return last_id.encode("ascii").hex()


def read_cursor(cursor: str) -> str:
    """Give the id a cursor stands for; its form was checked at the boundary."""
    return bytes.fromhex(cursor).decode("ascii")
