"""What a report says in lines of text: other news, markets abroad, what was left out and why, data quality."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby

from screener.report.figures import number, percent, signed
from screener.report.model import Report
from screener.screens.results import Skipped
from screener.words import Words

MOVERS = 5
"""Stocks that are named for each index."""
NAMED = 4
"""Stocks that one reason for leaving out names; the JSON names all."""


def confounders(report: Report, words: Words) -> list[str]:
    """What else moved prices in the windows that the report shows."""
    shown = [window for window in report.impact.windows if window.available]
    if not report.provenance.study:
        shown = [report.leading]
    once = {one: None for window in shown for one in report.confounders(window)}
    lines = [f"{one.day}  {one.what.in_(words.language)}" for one in once]
    later = [window for window in shown if window.first >= 0 and window != report.leading]
    fewest = len(report.confounders(report.leading))
    if later and all(len(report.confounders(window)) > fewest for window in later):
        lines.append(words("leads", window=report.leading))
    return lines


def verdicts(report: Report, words: Words) -> list[str]:
    """Who is a winner, who is a loser, of whom that cannot be said, and which sector hangs on one stock."""
    rows = sorted(report.sectors(report.leading), key=lambda row: -abs(row.score.value))
    lines = []
    for verdict in ("winner", "loser", "no clear effect"):
        named = [
            words("verdict_item", name=words.name(row.group), score=signed(row.score.value, 0))
            for row in rows
            if row.score.verdict == verdict
        ]
        if named:
            lines.append(words(f"named_{verdict}", names=", ".join(named)))
    stock_of = {row.stock.ticker: row.stock for row in report.impact.stocks}
    for row in rows:
        if row.score.maker and not row.group.post_hoc:
            low, high = signed(row.score.low, 0), signed(row.score.high, 0)
            stock = words.name(stock_of[row.score.maker])
            lines.append(words("maker", name=words.name(row.group), stock=stock, low=low, high=high))
    return lines


def large(report: Report, words: Words) -> list[str]:
    """Stocks that are a large part of their index: the index hides part of what they did."""
    rows = [row for row in report.impact.stocks if row.window == report.leading and math.isfinite(row.car_loo)]
    return [
        words(
            "large_stock",
            name=words.name(row.stock),
            market=row.stock.market,
            weight=number(row.index_weight * 100, 1),
            window=row.window,
            car=percent(row.car_loo),
            plain=percent(row.car),
            t=signed(row.scar_loo, 1),
        )
        for row in sorted(rows, key=lambda row: -row.index_weight)
    ]


def contribution(report: Report, words: Words) -> list[str]:
    """Which stocks moved each index most, in percentage points of it."""
    rows = {row.stock.ticker: row for row in report.impact.stocks if row.window == report.leading}
    lines = []
    for market, moved in sorted(report.provenance.benchmark_returns.items(), reverse=True):
        mine = [row for row in rows.values() if row.stock.market == market and math.isfinite(row.index_contribution)]
        mine.sort(key=lambda row: -abs(row.index_contribution))
        if mine:
            named = ", ".join(f"{words.name(row.stock)} {percent(row.index_contribution)}" for row in mine[:MOVERS])
            lines.append(words("moved_index", market=market, moved=percent(moved), named=named))
    return lines


def abroad(report: Report, words: Words) -> list[str]:
    """Markets abroad, on one line."""
    said = [
        words("change", name=one.name.in_(words.language), value=f"{one.change_pct:+.2f}")
        for one in report.event.abroad
    ]
    return [", ".join(said)] if said else []


def skipped(report: Report, words: Words) -> list[str]:
    """Stocks without an abnormal return, one line per reason."""

    def reason(one: Skipped) -> str:
        press = "_press" if one.code == "no_price" and report.provenance.selected else ""
        said = words(
            f"skip_{one.code}{press}", day=one.day, observations=one.observations, min_obs=report.rules.min_obs
        )
        return f"{said}; {words('skip_return_kept')}" if one.has_return else said

    # A newspaper gives no history of any stock, as the banner says.
    listed = [one for one in report.impact.skipped if one.code != "no_history" or not report.provenance.selected]
    listed.sort(key=lambda one: (one.code, reason(one)))
    return [f"{_named(list(members), words)}: {why}" for why, members in groupby(listed, key=reason)]


def _named(skipped: Sequence[Skipped], words: Words) -> str:
    named = ", ".join(f"{words.name(one.stock)} ({one.stock.ticker})" for one in skipped[:NAMED])
    return f"{named} {words('more', n=len(skipped) - NAMED)}" if len(skipped) > NAMED else named


def quality(report: Report, words: Words) -> list[str]:
    """Findings, warnings first and marked."""
    lines = []
    for one in sorted(report.findings, key=lambda one: (one.severity != "warning", one.code)):
        mark = "! " if one.severity == "warning" else ""
        examples = f" ({words('such_as', examples=', '.join(one.examples))})" if one.examples else ""
        lines.append(f"{mark}{words(f'finding_{one.code}')}: {one.count:,}{examples}")
    if not lines and report.provenance.study:
        lines.append(words("finding_none"))
    return lines
