"""What a page says of the day of an event, and of windows that are measured in another way than the rest."""

from __future__ import annotations

import math
from collections.abc import Iterator

from screener.analysis.measurement import RANDOM_ON_WILD_DAYS, WILD
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
                "{share}% of {n} random groups are significant at 5% on {when} (5% expected).",
                share=share,
                n=n,
                when=when,
            )
        else:
            text = _(
                "By the market model {before}% of {n} random groups were significant at 5% on {when}; measured "
                "against market and size, {share}% are (5% expected).",
                before=_percentage(check.before),
                share=share,
                n=n,
                when=when,
            )
        if leading.withheld:
            text += " " + _("Verdicts are withheld: on such a day a move is not evidence of an effect of the event.")
        yield line(text, "strong" if leading.withheld else "plain")
    elif leading.withheld:
        yield line(
            _(
                "On {when} an index, or the difference between the two, moved by {moved} standard deviations. On "
                "days with more than {wild}, {share}% of random groups are significant at 5%, so verdicts are "
                "withheld.",
                when=when,
                moved=number(leading.moved or math.nan, 1),
                wild=f"{WILD:g}",
                share=f"{100 * RANDOM_ON_WILD_DAYS:.0f}",
            ),
            "strong",
        )
    if named := ", ".join(_random_share(one) for one in others if one.withheld):
        yield line(_("Verdicts are withheld for {windows}: too many random groups are significant.", windows=named))


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
            "{windows}: alpha is set to 0, because the trend of the months before the event need not continue that "
            "long. p is approximate: such windows overlap among the ordinary sessions; without any effect p is "
            "below .05 in 7 to 14 of 100 cases.",
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
    return _("{window} ({share}%)", window=window, share=_percentage(check.random_share))
