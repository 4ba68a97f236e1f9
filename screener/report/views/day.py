"""What a page says of the day of an event, and of windows that are measured in another way than the rest."""

from __future__ import annotations

import math
from collections.abc import Iterator

from screener.analysis.day import RANDOM_ON_WILD_DAYS, WILD
from screener.analysis.model import Window, WindowCheck
from screener.i18n import _
from screener.report.blocks import Line, line
from screener.report.formatting import number
from screener.report.model import Report
from screener.report.views.notes import window_name


def day_check(report: Report) -> Iterator[Line]:
    """How many random groups moved as much, and what it means for the verdicts."""
    check = report.day
    if check is None or not check.windows:
        return
    leading, *others = check.windows
    when = _sessions_of(report, leading)
    if leading.random_share is not None:
        share, n = _percentage(leading.random_share), check.groups
        if check.before is None:
            text = _(
                "{share} % of {n} random groups moved as much on {when}; 5 % are expected.", share=share, n=n, when=when
            )
        else:
            text = _(
                "{before} % of {n} random groups moved as much on {when} by the market model; measured against market "
                "and size, {share} % do; 5 % are expected.",
                before=_percentage(check.before),
                share=share,
                n=n,
                when=when,
            )
        if leading.withheld:
            text += " " + _("Verdicts are withheld: on such a day a move is no evidence of an effect of the event.")
        yield line(text, "strong" if leading.withheld else "plain")
    elif leading.withheld:
        yield line(
            _(
                "On {when} an index, or the difference between the two, moved by {moved} standard deviations. On days "
                "with more than {wild}, {share} % of random groups moved as much as 5 % should: verdicts are withheld.",
                when=when,
                moved=number(leading.moved or math.nan, 1),
                wild=f"{WILD:g}",
                share=f"{100 * RANDOM_ON_WILD_DAYS:.0f}",
            ),
            "strong",
        )
    if named := ", ".join(_random_share(one) for one in others if one.withheld):
        yield line(_("Verdicts are withheld over {windows}: too many random groups moved as much.", windows=named))


def window_label(report: Report, window: Window) -> str:
    """A window, with its model where that is not the report's."""
    if report.provenance.study and report.rules.without_constant(window.first, window.last):
        return _("{window}, alpha 0", window=window)
    return str(window)


def long_windows(report: Report) -> Iterator[str]:
    """Why some windows are measured without the constant; nothing where none is."""
    windows = [window for window in report.windows if window.available]
    if named := ", ".join(str(window) for window in windows if window_label(report, window) != str(window)):
        yield _(
            "{windows}: alpha set to 0, because the months before the event need not continue for so long. p is "
            "approximate: such windows overlap among the ordinary sessions, and without any effect p is below .05 in 7 "
            "to 14 of 100 cases.",
            windows=named,
        )


def _sessions_of(report: Report, check: WindowCheck) -> str:
    """Its day, or the window with its days."""
    if check.first == check.last == 0:
        return str(report.event.event_day)
    [window] = [window for window in report.windows if (window.first, window.last) == (check.first, check.last)]
    return window_name(window)


def _percentage(share: float) -> str:
    """Of 200 groups each is half a per cent."""
    return f"{round(100 * share, 1):g}"


def _random_share(check: WindowCheck) -> str:
    window = str(Window(check.first, check.last, None, None, None))
    if check.random_share is None:
        return window
    return _("{window} ({share} %)", window=window, share=_percentage(check.random_share))
