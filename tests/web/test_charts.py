"""Charts: well-formed, without script or style, the same figures in the drawing and in the table."""

from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.charts import Chart, Count, Kind, Row, Series

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = (
    "</title><script>alert(1)</script>",
    '" onload="alert(1)',
    "a & b < c > d '",
    "\u202ereversed",
    "NUL \x00 bell \x07 half \ud800",
    "대전 딥테크 스타트업 글로벌 진출 지원 프로그램 2026년 하반기 모집",
    "",
)
PAIR = (Series(Kind.ALL, "Considered"), Series(Kind.CHOSEN, "Selected"))


def drawn(chart: Chart) -> list[Element]:
    """Read the drawing as XML: the picture, and the links over it where there are any."""
    return list(fromstring(f"<all>{chart.drawing}</all>"))  # noqa: S314  drawn a line above


def counts(chart: Chart, kind: Kind) -> list[int]:
    """Give what the bars of a series stand for, in order."""
    bars = drawn(chart)[0].iter(f"{SVG}rect")
    return [int(bar.attrib["data-count"]) for bar in bars if bar.attrib["class"] == f"bar-{kind}"]


def chart_of(*rows: Row, upright: bool = False, series: tuple[Series, ...] = PAIR) -> Chart:
    """Make a chart."""
    return Chart("one", "Coverage", "Sector", series, rows, upright=upright)


def test_a_worked_example_is_drawn() -> None:
    chart = chart_of(
        Row("Batteries", (Count(8, "/cases?by=sector&key=batteries"), Count(2))),
        Row("Water", (Count(4), Count(0))),
    )

    picture, links = drawn(chart)
    bars = [(one.attrib["class"], one.attrib["width"]) for one in picture.iter(f"{SVG}rect")]
    assert bars == [("bar-all", "82%"), ("bar-chosen", "20.5%"), ("bar-all", "41%"), ("bar-chosen", "0%")]
    assert picture.attrib["role"] == "img"
    assert picture.attrib["aria-labelledby"] == "one-title one-told"
    title, told = picture.find(f"{SVG}title"), picture.find(f"{SVG}desc")
    assert title is not None
    assert title.text == "Coverage"
    assert told is not None
    assert told.text == "Batteries: Considered 8, Selected 2; Water: Considered 4, Selected 0"
    assert [one.attrib["href"] for one in links.iter(f"{SVG}a")] == ["/cases?by=sector&key=batteries"]
    assert links.attrib["aria-hidden"] == "true"
    assert all(one.attrib["tabindex"] == "-1" for one in links.iter(f"{SVG}a"))


def test_columns_stand_on_one_line() -> None:
    chart = chart_of(
        Row("0–10", (Count(12000), Count(3000)), short="0"), Row("10–20", (Count(0), Count(0))), upright=True
    )

    (picture,) = drawn(chart)
    bars = [one.attrib for one in picture.iter(f"{SVG}rect")]
    assert {float(one["y"]) + float(one["height"]) for one in bars} == {168.0}
    assert [float(one["height"]) for one in bars] == [150.0, 37.5, 0.0, 0.0]
    assert "12k" in [one.text for one in picture.iter(f"{SVG}text")]


@pytest.mark.parametrize("upright", [False, True])
@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_are_shown_and_do_nothing(words: str, *, upright: bool) -> None:
    chart = Chart(
        "one", words, words, (Series(Kind.ALL, words),), (Row(words, (Count(1, f"/?q={words}"),)),), upright
    )

    for part in drawn(chart):
        tags = {one.tag.removeprefix(SVG) for one in part.iter()}
        assert tags <= {"svg", "title", "desc", "rect", "text", "line", "a"}
        names = {name for one in part.iter() for name in one.attrib}
        assert not {name for name in names if name == "style" or name.startswith("on")}


def test_a_label_is_cut_where_there_is_no_room() -> None:
    (picture,) = drawn(chart_of(Row("가" * 50, (Count(1), Count(1))), Row("a" * 40, (Count(1), Count(1)))))

    labels = [one.text or "" for one in picture.iter(f"{SVG}text") if one.attrib["class"] == "chart-label"]
    assert labels == ["가" * 19 + "…", "a" * 40]


def test_a_drawing_higher_than_a_page_leaves_printing_to_its_table() -> None:
    rows = [Row(str(number), (Count(1), Count(1))) for number in range(15)]

    assert [chart_of(*rows[:14]).long, chart_of(*rows).long, chart_of(*rows, upright=True).long] == [
        False,
        True,
        False,
    ]


def test_nothing_at_all_is_drawn_as_nothing() -> None:
    for upright in (False, True):
        assert len(drawn(chart_of(upright=upright))) == 1
        assert counts(chart_of(Row("none", (Count(0), Count(0))), upright=upright), Kind.ALL) == [0]


@given(
    rows=st.lists(st.tuples(st.text(max_size=60), st.integers(0, 10**7), st.integers(0, 10**7)), max_size=30),
    upright=st.booleans(),
)
def test_the_bars_stand_for_the_figures_of_the_table(
    *, rows: list[tuple[str, int, int]], upright: bool
) -> None:
    chart = chart_of(
        *(Row(words, (Count(one, "/x"), Count(other, "/y"))) for words, one, other in rows), upright=upright
    )

    assert counts(chart, Kind.ALL) == [row.counts[0].value for row in chart.rows]
    assert counts(chart, Kind.CHOSEN) == [row.counts[1].value for row in chart.rows]
    lengths = [
        float(one.attrib["height" if upright else "width"].rstrip("%"))
        for one in drawn(chart)[0].iter(f"{SVG}rect")
    ]
    figures = [count.value for row in chart.rows for count in row.counts]
    longest = 150.0 if upright else 82.0
    for length, figure in zip(lengths, figures, strict=True):
        assert length == pytest.approx(longest * figure / max(*figures, 1), abs=0.006)
