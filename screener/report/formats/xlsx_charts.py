"""Charts of a workbook that Excel draws from its own cells: sectors in the first window, and their paths around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from screener.analysis.model import Window
from screener.i18n import N_, _
from screener.report.palette import PALETTES, SERIES, Directions
from screener.report.tables import Table

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.chart import Chart
    from xlsxwriter.worksheet import Worksheet

_DASHES = ("solid", "long_dash_dot", "round_dot")
"""For sectors beyond the colours that can be told apart; what was put together after the event is dashed."""
_GREY = {"line": {"color": "#DFE3E8"}}
_TITLE = {"name_font": {"size": 12, "bold": True}, "overlay": False}
_PERCENT = "+0.00%;-0.00%;0.00%"
_LABEL = 0.15
"""Part of the range of bars that the figure beside a bar takes."""
_WIDTH, _HEIGHT, _ROWS = 760, 400, 21
"""Of a chart in pixels, and the rows that it covers with one of air."""
_PATHS = 3
"""Column in which the figures of the paths begin, beside those of the bars."""

Record = Mapping[str, Any]


def draw(
    book: Workbook,
    front: Worksheet,
    row: int,
    tables: Sequence[Table],
    palette: str,
    called: Mapping[str, str],
) -> None:
    """Charts on `front` from `row` on, one below the other; their figures go on a sheet of their own.

    Tables that are no study of sectors are not drawn.
    """
    records = {table.name: table.records() for table in tables}
    sectors = [one for one in records.get("sectors", []) if one["theme"] is None]
    if not sectors:
        return
    ids = {str(one["sector"]): " *" if one["post_hoc"] else "" for one in sectors}
    names = {one: called.get(one, f"{one}{star}") for one, star in ids.items()}
    figures = book.add_worksheet(_("Chart figures"))
    figures.set_column(0, 20, 12)
    charts = [_bars(book, figures, sectors, names, PALETTES[palette].day)]
    paths = [one for one in records.get("paths", []) if one["sector"] in names and one["theme"] is None]
    if paths:
        charts.append(_lines(book, figures, paths, names))
    for number, chart in enumerate(charts):
        chart.set_size({"width": _WIDTH, "height": _HEIGHT})
        front.insert_chart(row + number * _ROWS, 0, chart)
    if any(one["post_hoc"] and one["mean_return_ew"] is not None for one in sectors):
        front.write_string(
            row + len(charts) * _ROWS,
            0,
            _("* put together after the event because of how they moved: they describe, they are no evidence."),
        )


def _bars(
    book: Workbook,
    sheet: Worksheet,
    sectors: Sequence[Record],
    names: Mapping[str, str],
    colours: Directions,
) -> Chart:
    """What the sectors did in the first window, the best on top: abnormal returns of a study, else returns."""
    first, last = sectors[0]["window_start"], sectors[0]["window_end"]
    if any(one["caar_ew"] is not None for one in sectors):
        measure, title = "caar_ew", N_("Abnormal return (CAAR) by sector, {window}")
    else:
        measure, title = "mean_return_ew", N_("Mean return by sector, {window}")
    inside = [one for one in sectors if (one["window_start"], one["window_end"]) == (first, last)]
    known = [(names[one["sector"]], one[measure]) for one in inside if one[measure] is not None]
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
    chart.set_title({"name": _(title, window=Window(first, last, None, None, None)), **_TITLE})
    low, high = (bound(0, *(value for _name, value in known)) for bound in (min, max))
    room = (high - low) * _LABEL
    chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}, "min": low - room, "max": high + room})
    chart.set_y_axis({"reverse": True, "label_position": "low", "major_tick_mark": "none", **_GREY})
    chart.set_legend({"none": True})
    return chart


def _lines(book: Workbook, sheet: Worksheet, paths: Sequence[Record], names: Mapping[str, str]) -> Chart:
    """CAAR of each sector by session, 0 at the base."""
    sessions = sorted({one["tau"] for one in paths})
    percent = book.add_format({"num_format": _PERCENT})
    sheet.write_row(0, _PATHS, ["tau", *names.values()])
    sheet.write_column(1, _PATHS, sessions)
    chart: Chart = book.add_chart({"type": "line"})
    for number, (sector, name) in enumerate(names.items()):
        place = _PATHS + 1 + number
        for one in paths:
            if one["sector"] == sector:
                sheet.write_number(1 + sessions.index(one["tau"]), place, one["caar"], percent)
        chart.add_series(
            {
                "name": [sheet.get_name(), 0, place],
                "categories": [sheet.get_name(), 1, _PATHS, len(sessions), _PATHS],
                "values": [sheet.get_name(), 1, place, len(sessions), place],
                "line": {
                    "color": SERIES[number % len(SERIES)].upper(),
                    "width": 2,
                    "dash_type": "dash" if name != sector else _DASHES[number // len(SERIES) % len(_DASHES)],
                },
            }
        )
    chart.set_title({"name": _("Cumulative abnormal return (CAAR) by sector, base = 0"), **_TITLE})
    chart.set_x_axis(
        {"name": _("Sessions from the event day"), "label_position": "low", "interval_unit": 5, "interval_tick": 5}
    )
    chart.set_y_axis({"num_format": "0%", "major_gridlines": {"visible": True, **_GREY}})
    chart.set_legend({"position": "right"})
    return chart
