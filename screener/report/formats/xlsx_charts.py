"""Charts of a workbook, which Excel draws: bars of sectors, and paths by session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from screener.columns.column import Unit
from screener.i18n import N_, _
from screener.report.formatting import window_name
from screener.report.palette import PALETTES, SERIES, Directions
from screener.report.rows import POST_HOC
from screener.report.views.pooled import group_name

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.chart import Chart
    from xlsxwriter.worksheet import Worksheet

Record = Mapping[str, Any]
FORMATS = {
    Unit.DATE: "yyyy-mm-dd",
    Unit.TAU: "+0;-0;0",
    Unit.RETURN: "+0.00%;-0.00%;0.00%",
    Unit.GROWTH: "0.0000",
    Unit.SHARE: "0%",
    Unit.WEIGHT: "0.00%",
    Unit.PART: "+0.00;-0.00;0.00",
    Unit.CORRELATION: "+0.00;-0.00;0.00",
    Unit.SIGNED_SHARE: "+0%;-0%;0%",
    Unit.COEFFICIENT: "0.000E+00",
    Unit.RATIO: "0.0",
    Unit.STATISTIC: "+0.00;-0.00;0.00",
    Unit.PROBABILITY: '[<0.001]"<.001";0.000',
    Unit.SCORE: "+0;-0;0",
    Unit.SESSIONS: "0.0",
    Unit.KRW: "#,##0",
    Unit.SEE_UNIT: "0.0000",
}
"""Number formats; the cell holds the value of the CSV. Text is `@`, whole numbers are plain."""
_MOST_LINES = 8
"""Paths of one chart."""
_DASHES = ("solid", "long_dash_dot", "round_dot")
"""For sectors beyond the distinguishable colours; post-hoc groups are dashed."""
_GREY = {"line": {"color": "#DFE3E8"}}
_TITLE = {"name_font": {"size": 12, "bold": True}, "overlay": False}
_PERCENT = FORMATS[Unit.RETURN]
_LABEL = 0.15
"""Space for the value beside a bar, as a share of the range of the bars."""
_WIDTH, _HEIGHT, _ROWS = 760, 400, 21
"""Size of a chart in pixels, and the rows that it covers, with one empty row."""
_PATHS = 3
"""Column in which the figures of the paths begin, beside those of the bars."""


def in_first_window(rows: Sequence[Record]) -> tuple[list[Record], str]:
    """The sectors in the first window, and by what they are compared: abnormal returns of a study, else returns."""
    sectors = [row for row in rows if row["theme"] is None]
    windows = [(row["window_start"], row["window_end"]) for row in sectors]
    inside = [row for row, window in zip(sectors, windows, strict=True) if window == windows[0]]
    return inside, "caar_ew" if any(row["caar_ew"] is not None for row in inside) else "mean_return_ew"


def draw(
    book: Workbook,
    front: Worksheet,
    row: int,
    records: Mapping[str, Sequence[Record]],
    palette: str,
    sector_names: Mapping[str, str],
) -> None:
    """Charts on `front` from `row` on, one below the other; their figures go on a sheet of their own.

    Of `records`, the rows of the tables by name, those of sectors, of pooled events and of paths are drawn.
    """
    if "pooled" in records:
        groups = dict.fromkeys(str(row["group"]) for row in records["paths"])
        figures = book.add_worksheet(_("Chart figures"))
        title = _("Cumulative abnormal return (CAAR) by group of events, base day = 0")
        shown = {group: group_name(group) for group in list(groups)[:_MOST_LINES]}
        chart = _lines(book, figures, [row for row in records["paths"] if row["group"] in shown], shown, "group", title)
        chart.set_size({"width": _WIDTH, "height": _HEIGHT})
        front.insert_chart(row, 0, chart)
        return
    sectors = [row for row in records.get("sectors", []) if row["theme"] is None]
    if not sectors:
        return
    ids = {str(row["sector"]): " *" if row["post_hoc"] else "" for row in sectors}
    names = {sector: sector_names.get(sector, f"{sector}{star}") for sector, star in ids.items()}
    figures = book.add_worksheet(_("Chart figures"))
    figures.set_column(0, 20, 12)
    charts = [_bars(book, figures, records["sectors"], names, PALETTES[palette].day)]
    paths = [row for row in records.get("paths", []) if row["sector"] in names and row["theme"] is None]
    if paths:
        title = _("Cumulative abnormal return (CAAR) by sector, base day = 0")
        charts.append(_lines(book, figures, paths, names, "sector", title))
    for number, chart in enumerate(charts):
        chart.set_size({"width": _WIDTH, "height": _HEIGHT})
        front.insert_chart(row + number * _ROWS, 0, chart)
    if any(row["post_hoc"] and row["mean_return_ew"] is not None for row in sectors):
        front.write_string(row + len(charts) * _ROWS, 0, _(POST_HOC))


def _bars(
    book: Workbook, sheet: Worksheet, sectors: Sequence[Record], names: Mapping[str, str], colours: Directions
) -> Chart:
    """The sectors in the first window, the best on top."""
    inside, measure = in_first_window(sectors)
    study, window = measure == "caar_ew", window_name(inside[0]["window_start"], inside[0]["window_end"])
    title = N_("Abnormal return (CAAR) by sector, {window}") if study else N_("Mean return by sector, {window}")
    known = [(names[row["sector"]], row[measure]) for row in inside if row[measure] is not None]
    known.sort(key=lambda pair: -pair[1])
    up, down = colours.up.upper(), colours.down.upper()
    percent = book.add_format({"num_format": _PERCENT})
    sheet.write_row(0, 0, ["sector", measure])
    for row, (name, value) in enumerate(known, 1):
        sheet.write_string(row, 0, name)
        sheet.write_number(row, 1, value, percent)
    chart: Chart = book.add_chart({"type": "bar"})
    chart.add_series(
        {
            "name": measure,
            "categories": [sheet.get_name(), 1, 0, len(known), 0],
            "values": [sheet.get_name(), 1, 1, len(known), 1],
            "points": [{"fill": {"color": down if value < 0 else up}} for _name, value in known],
            "data_labels": {"value": True, "num_format": _PERCENT},
            "gap": 60,
        }
    )
    chart.set_title({"name": _(title, window=window), **_TITLE})
    low, high = (bound(0, *(value for _name, value in known)) for bound in (min, max))
    room = (high - low) * _LABEL
    chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}, "min": low - room, "max": high + room})
    chart.set_y_axis({"reverse": True, "label_position": "low", "major_tick_mark": "none", **_GREY})
    chart.set_legend({"none": True})
    return chart


def _lines(
    book: Workbook, sheet: Worksheet, paths: Sequence[Record], names: Mapping[str, str], of: str, title: str
) -> Chart:
    """CAAR by session, 0 at the base, of each sector or group: what the column `of` says."""
    sessions = sorted({row["tau"] for row in paths})
    percent = book.add_format({"num_format": _PERCENT})
    sheet.write_row(0, _PATHS, ["tau", *names.values()])
    sheet.write_column(1, _PATHS, sessions)
    chart: Chart = book.add_chart({"type": "line"})
    for number, (sector, name) in enumerate(names.items()):
        index = _PATHS + 1 + number
        for row in paths:
            if row[of] == sector and row["caar"] is not None:
                sheet.write_number(1 + sessions.index(row["tau"]), index, row["caar"], percent)
        chart.add_series(
            {
                "name": [sheet.get_name(), 0, index],
                "categories": [sheet.get_name(), 1, _PATHS, len(sessions), _PATHS],
                "values": [sheet.get_name(), 1, index, len(sessions), index],
                "line": {
                    "color": SERIES[number % len(SERIES)].upper(),
                    "width": 2,
                    "dash_type": "dash" if name.endswith("*") else _DASHES[number // len(SERIES) % len(_DASHES)],
                },
            }
        )
    chart.set_title({"name": title, **_TITLE})
    chart.set_x_axis(
        {
            "name": _("Sessions relative to the event day"),
            "label_position": "low",
            "interval_unit": 5,
            "interval_tick": 5,
        }
    )
    chart.set_y_axis({"num_format": "0%", "major_gridlines": {"visible": True, **_GREY}})
    chart.set_legend({"position": "right"})
    return chart
