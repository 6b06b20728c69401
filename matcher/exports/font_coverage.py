"""Which characters a font holds, read from its own table (`cmap`, format 12 of OpenType)."""

import struct
from functools import cache
from pathlib import Path

_TABLE_RECORD = struct.Struct(">4sLLL")
_SUBTABLE_RECORD = struct.Struct(">HHL")
_GROUPS = struct.Struct(">HHLLL")
_GROUP = struct.Struct(">LLL")
_FIRST_RECORD = 12
_SEGMENTED_COVERAGE = 12


@cache
def characters_of(font: Path) -> frozenset[str]:
    """List the characters a font has a glyph for.

    Args:
        font: an OpenType file of ours.

    Raises:
        ValueError: the font holds no such table.
    """
    data = font.read_bytes()
    start = _character_map(data)
    (count,) = struct.unpack_from(">H", data, start + 2)
    for number in range(count):
        _, _, offset = _SUBTABLE_RECORD.unpack_from(data, start + 4 + number * _SUBTABLE_RECORD.size)
        (kind,) = struct.unpack_from(">H", data, start + offset)
        if kind == _SEGMENTED_COVERAGE:
            return frozenset(_segments(data, start + offset))
    raise ValueError(f"{font.name} holds no map of all characters")


def _character_map(data: bytes) -> int:
    (tables,) = struct.unpack_from(">H", data, 4)
    for number in range(tables):
        tag, _, offset, _ = _TABLE_RECORD.unpack_from(data, _FIRST_RECORD + number * _TABLE_RECORD.size)
        if tag == b"cmap":
            return int(offset)
    raise ValueError("no cmap table")


def _segments(data: bytes, start: int) -> list[str]:
    *_, groups = _GROUPS.unpack_from(data, start)
    first_group = start + _GROUPS.size
    found: list[str] = []
    for number in range(groups):
        first, last, glyph = _GROUP.unpack_from(data, first_group + number * _GROUP.size)
        if glyph:
            found += map(chr, range(first, last + 1))
    return found
