"""Claims in words: the figures that a verdict rests on, why there is none, and who says otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from screener.analysis.claims import Checked, Figure
from screener.config.claims import Claim, Ratio, Target
from screener.config.models import Name
from screener.i18n import N_, _, language, name_of
from screener.report.figures import number, percent
from screener.report.model import Happening, Report

NAMED = 6
"""Stocks that did otherwise and are named; `stocks.csv` has every stock."""


_LACKS = {
    "window": N_("the prices do not reach over sessions {window}"),
    "return": N_("the stock has no return over the window"),
    "members": N_("too few of the stocks have a return"),
    "abnormal": N_("too few of the stocks have an abnormal return"),
    "cap": N_("the source gives no market capitalisation"),
}
_FIGURES = {
    "return": N_("{of} {value}%"),
    "but": N_("{of} {value}%"),
    "mean": N_("{of}{at} mean {value}%"),
    "mean_cw": N_("{of}{at} cap-weighted mean {value}%"),
    "median": N_("{of}{at} median {value}%"),
    "caar": N_("{of}{at} CAAR {value}%"),
    "up": N_("{k} of {n} rose ({of})"),
    "down": N_("{k} of {n} fell ({of})"),
    "difference": N_("difference {value} percentage points"),
    "rank_best": N_("place {k} of {n} sectors from the top"),
    "rank_worst": N_("place {k} of {n} sectors from the bottom"),
    "undone": N_("{share}% of it undone"),
    "cap": N_("market value of {of} {trillion} tn won"),
    "ratio": N_("{stated} tn won are {ratio} times that"),
    "peer": N_("{of} {value}%"),
    "known": N_("{k} of {n} known ({of})"),
}


def said(text: Name) -> str:
    """A configured text in the language of `words`."""
    return text.ko if language() == "ko" else text.en


def by(claim: Claim) -> str:
    """Who said it, and when."""
    return _("by {by}, {day}" if claim.date else "by {by}", by=", ".join(claim.by), day=claim.date)


def figures(one: Checked, report: Report) -> list[str]:
    """The figures of a verdict, each with what it is of."""
    lines = []
    for exceptions, group in groupby(one.figures, key=lambda figure: figure.what == "but"):
        told = [_figure(figure, report) for figure in group]
        if exceptions:
            more = [_("and {n} more", n=len(told) - NAMED)] if len(told) > NAMED else []
            told = [_("not so: {named}", named=", ".join([*told[:NAMED], *more]))]
        lines += told
    return lines


def window(one: Checked, report: Report) -> str:
    """The window of a claim with its days; empty where it has none."""
    if one.claim.test and isinstance(one.claim.test, Ratio):
        return _("close of the base, {base}", base=report.event.base)
    if one.window is None or not one.window.available:
        return ""
    if (one.window.first, one.window.last) == (0, 0):
        return f"{_('event day [0,0]')}, {one.window.end}"
    return _("sessions {window} ({start} to {end})", window=one.window, start=one.window.start, end=one.window.end)


def reason(one: Checked) -> str:
    """Why there is no verdict, or what it does not carry; empty where there is nothing to say."""
    if one.lacks:
        return _(_LACKS[one.lacks], window=one.window)
    text = one.claim.not_testable or one.claim.caveat
    return said(text) if text else ""


def confounders(one: Checked, report: Report) -> list[Happening]:
    """What else moved prices in a claim's window."""
    return report.confounders(one.window) if one.window and not one.lacks else []


def others(one: Checked, report: Report) -> Iterator[tuple[str, str, str]]:
    """Of those who say otherwise: id (empty if it is no claim of its own), what, and who."""
    for other in report.claims:
        if other.id == one.claim.against or (other.claim.against == one.id and other.id != one.id):
            yield other.id, said(other.claim.said), by(other.claim)
    if one.claim.otherwise:
        yield "", said(one.claim.otherwise), _("by {by}", by=", ".join(one.claim.otherwise.by))


def _figure(figure: Figure, report: Report) -> str:
    at = f" {figure.window}" if figure.window else ""
    return _(
        _FIGURES[figure.what],
        of=_name(figure.of, report),
        at=at,
        value=percent(figure.value),
        share=number(figure.value * 100, 0),
        n=figure.n,
        k=round(figure.value * figure.n if figure.what in ("up", "down") else figure.value),
        trillion=number(figure.value, 1),
        ratio=number(figure.value, 2),
        stated=f"{figure.stated:g}",
    )


def _name(of: Target | str, report: Report) -> str:
    if isinstance(of, str):
        return next((one.name.in_(language()) for one in report.event.abroad if one.name.en == of), of)
    if of.tickers:
        known = {row.stock.ticker: row.stock for row in report.impact.stocks}
        return ", ".join(name_of(known[ticker]) for ticker in of.tickers)
    for group in report.groups:
        if (group.sector, group.theme) == (of.sector, of.theme):
            return name_of(group)
    return str(of)
