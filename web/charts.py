"""Bar charts as SVG: no script, no style of their own, so that they stand under the site's content policy.

A chart and its table are made of the same rows. The drawing is one picture to assistive technology, with a
title and a description; the links over its bars are for pointers alone, because the table has the same ones.
Widths are shares of the room there is and letters keep their size, so a chart reads the same on a phone.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from unicodedata import east_asian_width

from markupsafe import Markup, escape

_WIDEST = 82.0
"""Percent of the room the longest bar takes; its figure stands in the rest."""
_LABEL_ROOM = 40
"""Letters a label may have, wide ones counted twice; the table has all of it."""
_LABEL_HEIGHT = 20
_BAR_HEIGHT = 15
_BAR_GAP = 3
_ROW_GAP = 10
_COLUMN_HEIGHT = 150
_COLUMN_TOP = 18
_COLUMN_FOOT = 40
_COLUMN_SHARE = 0.78
_THOUSAND = 1000
_MOST_PRINTED = 14
_SHORTENED_FROM = 10_000
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_WIDE = frozenset({"W", "F"})


class Kind(StrEnum):
    """Fixed colours, as classes of the style sheet."""

    ALL = "all"
    CHOSEN = "chosen"
    WAITING = "waiting"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Series:
    """What one bar of each row counts."""

    kind: Kind
    name: str


@dataclass(frozen=True, slots=True)
class Count:
    """A figure from 0, and the address of the cases behind it, empty where there is none."""

    value: int
    address: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A group with a figure for each series.

    `address` is that of the group itself; `short` is where a part of a scale begins, as columns show it.
    """

    label: str
    counts: tuple[Count, ...]
    address: str = ""
    short: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with its table.

    Attributes:
        key: letters, digits and hyphens, once on a page.
        title: what is counted.
        head: what the groups are, as the heading of their column.
        series: what is counted of each group, with one figure each in every row.
        rows: the groups, in order.
        upright: columns from left to right, for groups that are parts of a scale; the second series of these
            is a part of the first.
        note: what one has to know to read it.
    """

    key: str
    title: str
    head: str
    series: tuple[Series, ...]
    rows: tuple[Row, ...]
    upright: bool = False
    note: str = ""

    @property
    def long(self) -> bool:
        """Whether the drawing is higher than a printed page, where the table alone stands for it."""
        return not self.upright and len(self.rows) > _MOST_PRINTED

    @property
    def drawing(self) -> Markup:
        """The chart as SVG, with the links over it."""
        return _columns(self) if self.upright else _bars(self)


@dataclass(frozen=True, slots=True)
class _Box:
    """A part of the drawing, in percent across and points down."""

    left: float
    top: float
    width: float
    height: float

    @property
    def attributes(self) -> Markup:
        """The box as attributes of a rectangle."""
        return Markup(' x="{}%" y="{}" width="{}%" height="{}"').format(
            *(_number(length) for length in (self.left, self.top, self.width, self.height))
        )


@dataclass(frozen=True, slots=True)
class _Spot:
    """A part of the drawing that leads to cases."""

    box: _Box
    address: str
    words: str


def _bars(chart: Chart) -> Markup:
    most = max((count.value for row in chart.rows for count in row.counts), default=0)
    drawn: list[Markup] = []
    spots: list[_Spot] = []
    top = 0.0
    for row in chart.rows:
        drawn.append(_text("chart-label", 0, top + 14, _fitting(row.label)))
        foot = top + _LABEL_HEIGHT + len(chart.series) * _BAR_HEIGHT - _BAR_GAP
        drawn.append(_axis("0", "0", top + _LABEL_HEIGHT, foot))
        for number, (series, count) in enumerate(zip(chart.series, row.counts, strict=True)):
            at = top + _LABEL_HEIGHT + number * _BAR_HEIGHT
            width = _share(count.value, most) * _WIDEST
            drawn.append(_bar(series.kind, count.value, _Box(0, at, width, _BAR_HEIGHT - _BAR_GAP)))
            drawn.append(_text("chart-count", width, at + 11, str(count.value), shift=6))
            spots.append(_Spot(_Box(0, at - 2, 100, _BAR_HEIGHT), count.address, _words(row, series, count)))
        top += _LABEL_HEIGHT + len(chart.series) * _BAR_HEIGHT + _ROW_GAP
    return _drawing(chart, top, drawn, spots)


def _columns(chart: Chart) -> Markup:
    most = max((count.value for row in chart.rows for count in row.counts), default=0)
    base = _COLUMN_TOP + _COLUMN_HEIGHT
    step = 100 / max(len(chart.rows), 1)
    drawn = [_axis("0", "100%", base, base)]
    spots: list[_Spot] = []
    for place, row in enumerate(chart.rows):
        left, width = place * step + step * (1 - _COLUMN_SHARE) / 2, step * _COLUMN_SHARE
        middle = place * step + step / 2
        # Where a part of the scale begins stands below its edge; what is no part has a dash below its middle.
        at = place * step if row.short else middle
        drawn.append(_text("chart-label", at, base + 16, row.short or "–", middle=True))
        for number, (series, count) in enumerate(zip(chart.series, row.counts, strict=True)):
            height = _share(count.value, most) * _COLUMN_HEIGHT
            drawn.append(_bar(series.kind, count.value, _Box(left, base - height, width, height)))
            # The whole stands above its column, a part of it below the label.
            at = base - height - 5 if number == 0 else base + 18 + number * 16
            classes = "chart-count" if number == 0 else f"chart-count chart-count-{series.kind}"
            if number == 0 or count.value:
                drawn.append(_text(classes, middle, at, _short(count.value), middle=True))
            reach = _COLUMN_HEIGHT if number == 0 else height
            spots.append(
                _Spot(_Box(left, base - reach, width, reach + 1), count.address, _words(row, series, count))
            )
    return _drawing(chart, base + _COLUMN_FOOT, drawn, spots)


def _drawing(chart: Chart, height: float, drawn: Iterable[Markup], spots: Iterable[_Spot]) -> Markup:
    told = "; ".join(
        f"{row.label}: "
        + ", ".join(
            f"{series.name} {count.value}" for series, count in zip(chart.series, row.counts, strict=True)
        )
        for row in chart.rows
    )
    picture = Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="chart-picture" role="img" width="100%"'
        ' height="{height}" aria-labelledby="{key}-title {key}-told"><title id="{key}-title">{title}</title>'
        '<desc id="{key}-told">{told}</desc>{drawn}</svg>'
    ).format(
        height=_number(height),
        key=chart.key,
        title=_written(chart.title),
        told=_written(told),
        drawn=Markup("").join(drawn),
    )
    links = Markup("").join(_link(spot) for spot in spots if spot.address)
    if not links:
        return picture
    return picture + Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="chart-links" aria-hidden="true" focusable="false"'
        ' width="100%" height="{height}">{links}</svg>'
    ).format(height=_number(height), links=links)


def _axis(left: str, right: str, top: float, foot: float) -> Markup:
    return Markup('<line class="chart-axis" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(
        left, right, _number(top), _number(foot)
    )


def _bar(kind: Kind, value: int, box: _Box) -> Markup:
    return Markup('<rect class="bar-{kind}" data-count="{value}"{box}/>').format(
        kind=kind.value, value=value, box=box.attributes
    )


def _text(
    classes: str, left: float, top: float, words: str, *, shift: int = 0, middle: bool = False
) -> Markup:
    return Markup('<text class="{classes}" x="{left}%" y="{top}"{shift}{anchor}>{words}</text>').format(
        classes=classes,
        left=_number(left),
        top=_number(top),
        shift=Markup(' dx="{}"').format(shift) if shift else "",
        anchor=Markup(' text-anchor="middle"') if middle else "",
        words=_written(words),
    )


def _link(spot: _Spot) -> Markup:
    return Markup(
        '<a href="{address}" tabindex="-1"><title>{words}</title><rect class="chart-spot"{box}/></a>'
    ).format(address=_written(spot.address), words=_written(spot.words), box=spot.box.attributes)


def _words(row: Row, series: Series, count: Count) -> str:
    return f"{row.label} · {series.name}: {count.value}"


def _share(value: int, most: int) -> float:
    return value / most if most else 0.0


def _number(value: float) -> str:
    """Write a length with as many digits as make a difference."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _short(value: int) -> str:
    """Write a figure in few letters; the table has it in full."""
    return f"{value // _THOUSAND}k" if value >= _SHORTENED_FROM else str(value)


def _fitting(words: str) -> str:
    """Cut a label where there is no more room for it."""
    if _room(words) <= _LABEL_ROOM:
        return words
    taken = ""
    for letter in words:
        if _room(taken + letter) > _LABEL_ROOM - 1:
            break
        taken += letter
    return f"{taken.rstrip()}…"


def _room(words: str) -> int:
    return sum(2 if east_asian_width(letter) in _WIDE else 1 for letter in words)


def _written(words: str) -> Markup:
    """Escape words, without the characters XML has no place for."""
    return escape(_NOT_XML.sub("", words))
