"""The charts: each figure lies where its axis says that it lies."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.i18n import LANGUAGES, Language, set_language
from screener.report.charts import charts_of
from screener.report.charts.drawing import NARROW, WIDE, Box, Figure, Scale, round_step
from screener.report.charts.groups import breadth, paths, placebos, sectors_and_themes
from screener.report.charts.lines import apart, sector_prices, trend
from screener.report.charts.stocks import movers
from screener.report.charts.treemap import squarified, step, tiles
from screener.report.model import Report
from screener.report.rows import groups_at
from tests.report.charts import handmade

DRAWN = ["svg", "narrow"]
"""Of a figure, for a page and for a phone."""


@pytest.fixture(scope="module")
def report(study: Report) -> Report:
    return handmade.handmade(study)


def drawing(figure: Figure | None, which: str) -> ET.Element:
    assert figure is not None
    return ET.fromstring(getattr(figure, which))  # noqa: S314 - our own


def looks(element: ET.Element) -> list[str]:
    return element.get("class", "").split()


def of(root: ET.Element, tag: str, *look: str) -> list[ET.Element]:
    return [one for one in root.iter(tag) if set(look) <= set(looks(one))]


def at(element: ET.Element, name: str) -> float:
    return float(element.get(name, "nan"))


def points(element: ET.Element) -> list[tuple[float, float]]:
    """Of a path."""
    return [(float(x), float(y)) for x, y in (one.split(",") for one in element.get("d", "").strip("MZ").split())]


def axis(root: ET.Element, direction: str) -> list[tuple[float, float]]:
    """Place and figure of each label of an axis: `x` those in the middle below, `y` those beside, at their grid line."""
    anchor = {"x": "middle", "y": "end"}[direction]
    labels = [one for one in of(root, "text", "axis") if one.get("text-anchor") == anchor]
    figures = [(at(one, direction), (one.text or "").rstrip("%")) for one in labels]
    known = [(place, float(text)) for place, text in figures if text.lstrip("+-").replace(".", "").isdigit()]
    if direction == "x":
        return known
    lines = [at(one, "y1") for look in ("grid", "zero") for one in of(root, "line", look)]
    return [(_nearest(lines, place), figure) for place, figure in known]


def _nearest(places: Sequence[float], place: float) -> float:
    return min(places, key=lambda one: abs(one - place))


def read(labels: Sequence[tuple[float, float]], place: float) -> float:
    """The figure that an axis has at a place."""
    (first, low), (last, high) = min(labels), max(labels)
    return low + (place - first) / (last - first) * (high - low)


@pytest.mark.parametrize("which", DRAWN)
def test_a_bar_has_the_share_of_its_stocks(report: Report, which: str) -> None:
    bars = [
        one
        for one in of(drawing(breadth(report, sectors_and_themes(report)), which), "rect", "bar")
        if at(one, "height") > 12
    ]
    rows = sorted({at(one, "y") for one in bars})
    assert len(rows) == 3
    first = [one for one in bars if at(one, "y") == rows[0]]
    whole = sum(at(one, "width") for one in first)
    shares = {looks(one)[1]: at(one, "width") / whole for one in first}
    assert shares == pytest.approx({"up": 12 / 17, "flat": 2 / 17, "down": 3 / 17}, abs=1e-4)
    # A sector of one stock fills its bar.
    assert [at(one, "width") for one in bars if at(one, "y") == rows[1]] == pytest.approx([whole], abs=0.02)


@pytest.mark.parametrize("which", DRAWN)
def test_a_block_a_session_and_the_event_at_its_z(report: Report, which: str) -> None:
    root = drawing(placebos(report), which)
    blocks = of(root, "rect", "block")
    assert len(blocks) == int(report.frames.spreads["placebo_n"].iloc[0]) - 1 == 11
    extreme = of(root, "rect", "extreme")
    assert len(extreme) == 2
    # p as the note under the chart gives it.
    assert (len(extreme) + 1) / (len(blocks) + 1) == report.frames.spreads["placebo_p"].iloc[0]
    labels = axis(root, "x")
    [marker], [mirror] = of(root, "line", "marker"), of(root, "line", "mirror")
    assert at(marker, "x1") == at(marker, "x2")
    assert read(labels, at(marker, "x1")) == pytest.approx(handmade.EVENT, abs=0.01)
    assert read(labels, at(mirror, "x1")) == pytest.approx(-handmade.EVENT, abs=0.01)
    # Each session lies in the column that holds its z.
    columns = sorted((read(labels, at(one, "x")), read(labels, at(one, "x") + at(one, "width"))) for one in blocks)
    for z, (low, high) in zip(sorted(handmade.ORDINARY), columns, strict=True):
        assert low - 0.01 <= z <= high + 0.01


@pytest.mark.parametrize("which", DRAWN)
def test_a_tile_has_the_area_of_its_capitalisation(report: Report, which: str) -> None:
    rects = of(drawing(tiles(report), which), "rect", "tile")
    named = {one.findtext("title", ""): one for one in rects if one.find("title") is not None}
    area = {
        ticker: at(one, "width") * at(one, "height")
        for tip, one in named.items()
        for ticker in handmade.CAPS
        if ticker in tip
    }
    whole = sum(area.values())
    assert {ticker: one / whole for ticker, one in area.items()} == pytest.approx(
        {"000001": 8 / 16, "000002": 4 / 16, "000003": 2 / 16, "000004": 1 / 16, "000005": 1 / 16}, abs=2e-3
    )
    look = {tip.split("(")[1][:6]: looks(one)[1] for tip, one in named.items()}
    assert look == {
        "000001": "up2",  # +5%: beyond 3%
        "000002": "down1",  # -2%: beyond 1%
        "000003": "level",
        "000004": "down4",  # -15%: beyond 10%
        "000005": "unknown",
        "000006": "up1",  # +1%
    }, "without the sector that was put together after the event"
    a, b = (at(one, "width") * at(one, "height") for one in of(drawing(tiles(report), which), "rect", "edge"))
    assert a / b == pytest.approx(16 / 3, rel=1e-3), "sectors have the area of theirs, too"


@pytest.mark.parametrize("which", DRAWN)
def test_a_tile_names_its_stock_and_its_return_where_there_is_room(report: Report, which: str) -> None:
    texts = [one.text for one in drawing(tiles(report), which).iter() if one.tag.endswith("text")]
    for name, value in (("Stock 1", "+5.00%"), ("Stock 2", "-2.00%"), ("Stock 6", "+1.00%")):
        assert value in texts
        assert name in " ".join(map(str, texts))
    legend = ["-10%", "-6%", "-3%", "-1%", "0%", "+1%", "+3%", "+6%", "+10%"]
    assert texts[-len(legend) :] == legend


def test_colour_of_a_tile_changes_at_its_steps() -> None:
    assert [step(car) for car in (0.0999, 0.1, -0.0299, -0.03, 0.0)] == ["up3", "up4", "down1", "down2", "level"]


@pytest.mark.parametrize("which", DRAWN)
def test_dots_and_intervals_lie_at_their_figures(report: Report, which: str) -> None:
    root = drawing(movers(report), which)
    labels, dots, lines = axis(root, "x"), of(root, "circle", "mark"), of(root, "line", "interval")
    cars = sorted((car for car in [*handmade.CARS.values(), 0.01, 0.29] if car == car), reverse=True)
    assert [read(labels, at(one, "cx")) / 100 for one in dots] == pytest.approx(cars, abs=5e-4)
    assert [read(labels, at(one, "x1")) / 100 for one in lines] == pytest.approx([c - 0.03 for c in cars], abs=5e-4)
    assert [read(labels, at(one, "x2")) / 100 for one in lines] == pytest.approx([c + 0.03 for c in cars], abs=5e-4)
    # 0 lies in the intervals around +1, 0 and -2%.
    assert ["unclear" in looks(one) for one in lines] == [False, False, True, True, True, False]
    assert ["hollow" in looks(one) for one in dots] == [True, False, False, False, False, False]


@pytest.mark.parametrize("which", DRAWN)
def test_paths_and_their_bands(report: Report, which: str) -> None:
    figure = paths(report, groups_at(report, report.leading))
    root = drawing(figure, which)
    labels = [one for one in axis(root, "y") if one[0] < 240]  # of the first panel: on a phone they stand in a column
    series = [points(one) for one in of(root, "path", "series")]
    assert len(series) == 2  # a group that was put together after the event has none
    read_off = [read(labels, y) / 100 for _, y in series[0]]
    assert read_off == pytest.approx([-0.02, 0.0, 0.04, 0.06], abs=1e-3)
    [band] = of(root, "path", "band")  # sector B has none
    ends = [read(labels, y) / 100 for _, y in points(band)]
    assert ends == pytest.approx([-0.01, 0.0, 0.06, 0.09, 0.03, 0.02, 0.0, -0.03], abs=1e-3)
    assert figure is not None
    assert "Late *" in figure.note
    assert (
        "Without a band, the confidence interval is not known; it is not measured for themes." in figure.note
    )  # for sector B
    # The line of the event day goes through tau = 0, which is the third session.
    assert at(of(root, "line", "event")[0], "x1") == pytest.approx(series[0][2][0])


@pytest.mark.parametrize("which", DRAWN)
def test_prices_meet_at_100_on_the_base(report: Report, which: str) -> None:
    figure = sector_prices(report, groups_at(report, report.leading))
    root = drawing(figure, which)
    labels = axis(root, "y")
    lines = [[read(labels, y) for _, y in points(one)] for one in of(root, "path", "series")]
    assert [line[1] for line in lines] == pytest.approx([100, 100, 100], abs=0.1)
    assert [line[-1] for line in lines] == pytest.approx([108, 94, 99], abs=0.1)
    text = " ".join(one.text or "" for one in of(root, "text", "value"))
    for label in ("Sector A", "108.0", "Sector B", "94.0", "KOSPI", "99.0"):
        assert label in text
    assert figure is not None
    assert figure.title == "Sector A +8.00% and Sector B -6.00% since the base day, by 2024-04-23"


@pytest.mark.parametrize("which", DRAWN)
def test_the_trend_has_a_dot_for_each_report(report: Report, which: str) -> None:
    figure = trend(report, groups_at(report, report.leading))
    root = drawing(figure, which)
    sessions = {round(x, 2): tau for x, tau in axis(root, "x") if tau in (0, 1, 3)}
    # The fields stand one above the other.
    labels = [[one for one in axis(root, "y") if (one[0] < 250) == (field == 0)] for field in range(2)]
    found = [
        [
            (sessions[round(at(one, "cx"), 2)], read(labels[field], at(one, "cy")), "hollow" not in looks(one))
            for one in root.iter("circle")
            if (at(one, "cy") < 250) == (field == 0)
        ]
        for field in range(2)
    ]
    # Filled where the corrected p is .10 or less; a score that is not known is not drawn; a group that is no evidence is left out.
    scores = [(0, 80.0, True), (1, 60.0, True), (3, -20.0, False), (0, -40.0, False), (3, -90.0, True)]
    caars = [(0, 4.0, True), (1, 6.0, True), (3, -2.0, False), (0, -3.0, False), (1, -5.0, False), (3, -8.0, True)]
    for drawn, expected in zip(found, (scores, caars), strict=True):
        assert [(tau, filled) for tau, _, filled in drawn] == [(tau, filled) for tau, _, filled in expected]
        assert [one for _, one, _ in drawn] == pytest.approx([one for _, one, _ in expected], abs=0.2)
    # No line crosses the session that has no report.
    assert [len(points(one)) for one in of(root, "path", "series")] == [2, 1, 1, 1, 2, 1, 2, 1]
    assert figure is not None
    assert figure.title == "On 2024-04-25, Sector A scored -20 and Sector B -90"
    assert "Late *" in figure.note
    assert "2024-04-22" in figure.alt


def test_one_report_is_no_trend(report: Report) -> None:
    rows = report.frames.trend
    alone = report.with_frames(trend=rows[rows["tau"] == 0])
    assert trend(alone, groups_at(report, report.leading)) is None


def test_without_scores_the_trend_is_of_abnormal_returns(report: Report) -> None:
    unscored = report.with_frames(trend=report.frames.trend.assign(score=math.nan))
    figure = trend(unscored, groups_at(report, report.leading))
    assert figure is not None
    assert figure.title == "By 2024-04-25, Sector A reached -2.00% and Sector B -8.00%"
    assert [one.text for one in of(drawing(figure, "svg"), "text", "name")] == ["CAAR %"]


def test_squarified_as_in_the_paper() -> None:
    """Bruls, Huizing and van Wijk (2000), figure 4: areas 6, 6, 4, 3, 2, 2, 1 in a rectangle of 6 by 4."""
    boxes = squarified([6, 6, 4, 3, 2, 2, 1], Box(0, 0, 6, 4))
    sizes = [(one.right - one.left, one.bottom - one.top) for one in boxes]
    expected = [(3, 2), (3, 2), (12 / 7, 7 / 3), (9 / 7, 7 / 3), (6 / 5, 5 / 3), (6 / 5, 5 / 3), (3 / 5, 5 / 3)]
    for size, one in zip(sizes, expected, strict=True):
        assert size == pytest.approx(one)


@given(
    st.lists(st.floats(0.01, 1e3), min_size=1, max_size=40).map(lambda values: sorted(values, reverse=True)),
    st.floats(50, 900),
    st.floats(50, 900),
)
def test_tiles_fill_their_box(values: list[float], width: float, height: float) -> None:
    boxes = squarified(values, Box(0, 0, width, height))
    areas = [(one.right - one.left) * (one.bottom - one.top) for one in boxes]
    assert areas == pytest.approx([value / sum(values) * width * height for value in values])
    assert all(one.left >= -1e-6 and one.right <= width + 1e-6 for one in boxes)
    assert all(one.top >= -1e-6 and one.bottom <= height + 1e-6 for one in boxes)
    # No two share more than an edge.
    for place, one in enumerate(boxes):
        for other in boxes[place + 1 :]:
            across = min(one.right, other.right) - max(one.left, other.left)
            down = min(one.bottom, other.bottom) - max(one.top, other.top)
            assert min(across, down) < 1e-6


def test_labels_are_moved_apart_and_no_further() -> None:
    assert apart([10, 11, 50], 10, 0, 100) == pytest.approx([5.5, 15.5, 50])
    assert apart([50, 11, 10], 10, 0, 100) == pytest.approx([50, 15.5, 5.5])
    assert apart([2, 3], 10, 0, 100) == pytest.approx([0, 10])
    assert apart([99, 100], 10, 0, 100) == pytest.approx([90, 100])
    assert apart([40, 50, 60], 10, 0, 100) == [40, 50, 60]


def test_ticks_are_round() -> None:
    assert round_step(57, 5) == 20
    assert round_step(0.9, 10) == pytest.approx(0.1)
    assert Scale(-27, 30, 0, 1).ticks(6) == [-20, -10, 0, 10, 20, 30]
    assert Scale(-0.03, 0.04, 0, 1).ticks(8) == pytest.approx([-0.03, -0.02, -0.01, 0, 0.01, 0.02, 0.03, 0.04])


def test_letters_of_hangul_are_wider() -> None:
    assert WIDE.length("반도체") > WIDE.length("abc") > NARROW.length("abc")
    assert WIDE.folded("Great Rich Technologies", 120) == ["Great Rich", "Technologies"]
    assert WIDE.folded("Technologies", 10) == ["Technologies"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_chart_has_its_words(report: Report, demo: Report, language: Language) -> None:
    set_language(language)
    for one, expected in ((report, 7), (demo, 7)):  # by hand: a trend, but no prices of single stocks
        charts = charts_of("report", one)
        figures = [figure for drawn in charts.values() for figure in drawn]
        assert len(figures) == expected
        for figure in figures:
            assert figure.title
            assert figure.measure
            assert len(figure.alt) > 20
            for which in DRAWN:
                root = drawing(figure, which)
                assert root.get("role") == "img"
                assert [child.tag for child in root][:2] == ["title", "desc"]
                assert root.findtext("desc") == figure.alt


def test_press_has_what_newspapers_can_carry(press: Report) -> None:
    charts = charts_of("report", press)
    assert {key: len(figures) for key, figures in charts.items()} == {"winners": 1, "themes": 1}
    for [figure] in charts.values():
        assert "figures selected by newspapers: sector means are overstated" in figure.note
    root = drawing(charts["winners"][0], "svg")
    assert of(root, "circle", "mark")
    assert not of(root, "line", "interval")
    assert "95" not in charts["winners"][0].measure


def test_a_simulated_market_says_so_at_every_figure(demo: Report) -> None:
    for figures in charts_of("report", demo).values():
        assert all("simulated market: all figures are invented" in figure.note for figure in figures)


def test_charts_of_one_pair_and_of_one_stock(report: Report, demo: Report) -> None:
    compared = charts_of("compare", report)
    assert set(compared) == {"windows", "sides", "paths", "drivers"}
    names = [one.text for one in of(drawing(compared["sides"][0], "svg"), "text", "name")]
    assert names == ["Sector A", "Sector B"]  # and no other group
    stocks = demo.frames.stocks
    ticker = stocks["ticker"].iloc[0]
    [price, by_window] = charts_of("stock", replace(demo, ticker=ticker))["windows"]
    known = stocks[(stocks["ticker"] == ticker) & stocks["car"].notna()]
    assert len(of(drawing(by_window, "svg"), "circle", "mark")) == len(known)
    assert len(of(drawing(price, "svg"), "path", "series")) == 3  # the stock, its sector, its index


def test_what_is_not_known_is_not_drawn(report: Report) -> None:
    empty = {
        name: getattr(report.frames, name).iloc[:0] for name in ("paths", "levels", "spreads", "placebos", "trend")
    }
    stocks = report.frames.stocks.assign(marcap=math.nan, car=math.nan, raw_return=math.nan)
    nothing = report.with_frames(stocks=stocks, **empty)
    assert set(charts_of("report", nothing)) == {"sectors"}  # breadth alone, which is counted apart from the stocks
