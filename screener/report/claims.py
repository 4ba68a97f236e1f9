"""Claims in words: the figures that a verdict rests on, why there is none, and who says otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from screener.analysis.claims import Checked, Figure
from screener.config.claims import Claim, Ratio, Target
from screener.config.models import Name
from screener.report.figures import number, percent
from screener.report.model import Happening, Report
from screener.words import Words

NAMED = 6
"""Stocks that did otherwise and are named; `stocks.csv` has every stock."""


def said(text: Name, words: Words) -> str:
    """A configured text in the language of `words`."""
    return text.ko if words.language == "ko" else text.en


def by(claim: Claim, words: Words) -> str:
    """Who said it, and when."""
    key = "claims_by_on" if claim.date else "claims_by"
    return words(key, by=", ".join(claim.by), day=claim.date)


def figures(one: Checked, report: Report, words: Words) -> list[str]:
    """The figures of a verdict, each with what it is of."""
    lines = []
    for exceptions, group in groupby(one.figures, key=lambda figure: figure.what == "but"):
        told = [_figure(figure, report, words) for figure in group]
        if exceptions:
            more = [words("more", n=len(told) - NAMED)] if len(told) > NAMED else []
            told = [words("claims_except", named=", ".join([*told[:NAMED], *more]))]
        lines += told
    return lines


def window(one: Checked, report: Report, words: Words) -> str:
    """The window of a claim with its days; empty where it has none."""
    if one.claim.test and isinstance(one.claim.test, Ratio):
        return words("claims_base", base=report.event.base)
    if one.window is None or not one.window.available:
        return ""
    if (one.window.first, one.window.last) == (0, 0):
        return f"{words('window_day')}, {one.window.end}"
    return words("window_other", window=one.window, start=one.window.start, end=one.window.end)


def reason(one: Checked, words: Words) -> str:
    """Why there is no verdict, or what it does not carry; empty where there is nothing to say."""
    if one.lacks:
        return words(f"claims_lacks_{one.lacks}", window=one.window)
    text = one.claim.not_testable or one.claim.caveat
    return said(text, words) if text else ""


def confounders(one: Checked, report: Report) -> list[Happening]:
    """What else moved prices in a claim's window."""
    return report.confounders(one.window) if one.window and not one.lacks else []


def others(one: Checked, report: Report, words: Words) -> Iterator[tuple[str, str, str]]:
    """Of those who say otherwise: id (empty if it is no claim of its own), what, and who."""
    for other in report.claims:
        if other.id == one.claim.against or (other.claim.against == one.id and other.id != one.id):
            yield other.id, said(other.claim.said, words), by(other.claim, words)
    if one.claim.otherwise:
        yield "", said(one.claim.otherwise, words), words("claims_by", by=", ".join(one.claim.otherwise.by))


def _figure(figure: Figure, report: Report, words: Words) -> str:
    at = f" {figure.window}" if figure.window else ""
    return words(
        f"claims_{figure.what}",
        of=_name(figure.of, report, words),
        at=at,
        value=percent(figure.value),
        share=number(figure.value * 100, 0),
        n=figure.n,
        k=round(figure.value * figure.n if figure.what in ("up", "down") else figure.value),
        trillion=number(figure.value, 1),
        ratio=number(figure.value, 2),
        stated=f"{figure.stated:g}",
    )


def _name(of: Target | str, report: Report, words: Words) -> str:
    if isinstance(of, str):
        return next((one.name.in_(words.language) for one in report.event.abroad if one.name.en == of), of)
    if of.tickers:
        known = {row.stock.ticker: row.stock for row in report.impact.stocks}
        return ", ".join(words.name(known[ticker]) for ticker in of.tickers)
    for group in report.groups:
        if (group.sector, group.theme) == (of.sector, of.theme):
            return words.name(group)
    return str(of)
