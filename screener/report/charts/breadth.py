"""How broad the move was: of each sector and theme, how many stocks rose, stayed and fell."""

from __future__ import annotations

from collections.abc import Sequence

from screener.analysis.results import GroupRow
from screener.i18n import _, name_of
from screener.report.charts.drawing import Drawing, Figure, Frame, figure
from screener.report.model import Report

_STEP, _BAR = 24.0, 17.0
_LEGEND = 26.0
_INDENT = 14.0
_KEY = 26.0
"""Room for the colour of one kind of bar, beside its name."""


def breadth(report: Report, rows: Sequence[GroupRow]) -> Figure | None:
    """One bar a group in the leading window; None where there is no group."""
    if not rows:
        return None
    sectors = [row for row in rows if row.group.theme is None and not row.group.post_hoc]
    named = sectors if len(sectors) > 1 else rows
    most, least = (max(named, key=lambda row: row.n_up / row.n), max(named, key=lambda row: row.n_down / row.n))
    values = {
        "most": name_of(most.group),
        "up": most.n_up,
        "of_most": most.n,
        "least": name_of(least.group),
        "down": least.n_down,
        "of_least": least.n,
    }
    told = "; ".join(
        _(
            "{name} {up} up, {flat} flat, {down} down",
            name=name_of(row.group),
            up=row.n_up,
            flat=row.n_flat,
            down=row.n_down,
        )
        for row in rows
    )
    return figure(
        lambda frame: _draw(rows, frame),
        _("{up} of {of_most} rose in {most}; {down} of {of_least} fell in {least}", **values),
        _("Stacked bars of how many stocks rose and fell. {groups}.", groups=told),
        measure=_("Stocks that rose, stayed and fell, by sector and theme, {window}", window=report.leading),
        note=_("* put together after the event because of how they moved: they describe, they are no evidence.")
        if any(row.group.post_hoc for row in rows)
        else "",
    )


def sectors_and_themes(report: Report) -> list[GroupRow]:
    """Each sector of which a return is known, and its themes below it where it has more than one."""
    rows = []
    for sector in report.sectors(report.leading):
        themes = [row for row in report.themes(report.leading, sector.group.sector) if row.n]
        rows += [*([sector] if sector.n else []), *(themes if len(themes) > 1 else [])]
    return rows


def _draw(rows: Sequence[GroupRow], frame: Frame) -> Drawing:
    sectors = {row.group.sector for row in rows if row.group.theme is None}
    # A theme stands below its sector; in a comparison with another group it stands by itself.
    indents = [_INDENT if row.group.theme and row.group.sector in sectors else 0.0 for row in rows]
    names = [indent + frame.length(name_of(row.group)) for row, indent in zip(rows, indents, strict=True)]
    # On a phone the name stands above its bar, which leaves the bar the whole width.
    left, above = (0.0, frame.size + 4) if frame.narrow else (max(names) + 10, 0.0)
    right = frame.width - 34
    drawing = Drawing(frame, _LEGEND + (_STEP + above) * len(rows))
    _legend(drawing, left)
    for place, (row, indent) in enumerate(zip(rows, indents, strict=True)):
        top = _LEGEND + (_STEP + above) * place + above
        base = top + _BAR / 2 + 4.5
        drawing.text(indent, top - 4 if above else base, name_of(row.group), "label" if indent else "name")
        at = left
        for look, count in (("up", row.n_up), ("flat", row.n_flat), ("down", row.n_down)):
            width = (right - left) * count / row.n
            if count:
                drawing.rect(at, top, width, _BAR, f"bar {look}")
                if width > frame.length(str(count)) + 4:
                    drawing.text(at + width / 2, base, str(count), f"on-{look}", "middle")
            at += width
        drawing.text(frame.width, base, str(row.n), "axis", "end")
    return drawing


def _legend(drawing: Drawing, at: float) -> None:
    """What the colours mean, and that the figures at the end count the stocks."""
    for look, name in (("up", _("▲ up")), ("flat", _("= flat")), ("down", _("▼ down"))):
        drawing.rect(at, 4, 10, 10, f"bar {look}")
        drawing.text(at + 14, 13, name, "axis")
        at += _KEY + drawing.frame.length(name)
    drawing.text(drawing.frame.width, 13, _("n"), "axis", "end")
