"""QR codes as the one path of an inline SVG: no picture file, no inline style."""

from dataclasses import dataclass

import segno

QUIET_MODULES = 4
"""Width of the empty margin readers need (ISO/IEC 18004)."""


@dataclass(frozen=True, slots=True)
class QrCode:
    """A code to draw: `path` in a square of `size` by `size` modules."""

    path: str
    size: int


def qr_code(text: str) -> QrCode:
    """Draw a text as a QR code with medium error correction."""
    rows = [bytes(row) for row in segno.make(text, error="m", micro=False).matrix]
    strokes = [
        f"M{QUIET_MODULES + start} {QUIET_MODULES + line}h{length}v1h-{length}z"
        for line, row in enumerate(rows)
        for start, length in _dark_runs(row)
    ]
    return QrCode("".join(strokes), len(rows) + 2 * QUIET_MODULES)


def _dark_runs(row: bytes) -> list[tuple[int, int]]:
    """Give start and length of each run of dark modules."""
    runs: list[tuple[int, int]] = []
    for place, module in enumerate(row):
        if not module & 1:
            continue
        if runs and sum(runs[-1]) == place:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((place, 1))
    return runs
