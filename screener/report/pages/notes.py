"""What a report says in lines of text: other news, markets abroad, what was left out and why, data quality."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby

from screener.analysis.results import Skipped, Window
from screener.report.blocks import Line, Section, line
from screener.report.figures import number, percent, signed
from screener.report.model import Report
from screener.words import Words

MOVERS = 5
"""Stocks that are named for each index."""
IN_SHORT = 4
"""Markets abroad that a summary names."""


def confounders(report: Report, words: Words) -> list[str]:
    """What else moved prices in the windows that the report shows."""
    lines = _news(report, words)
    later = [window for window in _shown(report) if window.first >= 0 and window != report.leading]
    fewest = len(report.confounders(report.leading))
    if later and all(len(report.confounders(window)) > fewest for window in later):
        lines.append(words("leads", window=report.leading))
    return lines


def _news(report: Report, words: Words) -> list[str]:
    once = {one: None for window in _shown(report) for one in report.confounders(window)}
    return [f"{one.day} {one.what.in_(words.language)}" for one in once]


def _shown(report: Report) -> list[Window]:
    if not report.provenance.study:
        return [report.leading]
    return [window for window in report.impact.windows if window.available]


def verdicts(report: Report, words: Words) -> list[str]:
    """Who is a winner, who is a loser, of whom that cannot be said."""
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
    return lines


def makers(report: Report, words: Words) -> list[str]:
    """Which sectors hang on one stock."""
    lines = []
    stock_of = {row.stock.ticker: row.stock for row in report.impact.stocks}
    for row in report.sectors(report.leading):
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
            named = [f"{words.name(row.stock)} {percent(row.index_contribution)}" for row in mine[:MOVERS]]
            if len(mine) > MOVERS:
                named.append(words("more_in_files", n=len(mine) - MOVERS))
            lines.append(words("moved_index", market=market, moved=percent(moved), named=", ".join(named)))
    return lines


def abroad(report: Report, words: Words) -> list[str]:
    """Markets abroad, on one line."""
    said = _abroad(report, words)
    return [", ".join(said)] if said else []


def _abroad(report: Report, words: Words) -> list[str]:
    return [
        words("change", name=one.name.in_(words.language), value=f"{one.change_pct:+.2f}")
        for one in report.event.abroad
    ]


def skipped(report: Report, words: Words) -> list[str]:
    """Stocks without an abnormal return, one line per reason."""

    def reason(one: Skipped) -> str:
        press = "_press" if one.code == "no_price" and report.provenance.selected else ""
        said = words(
            f"skip_{one.code}{press}", day=one.day, observations=one.observations, min_obs=report.rules.min_obs
        )
        return f"{said}; {words('skip_return_kept')}" if one.has_return else said

    listed = sorted(_left_out(report), key=lambda one: (one.code, reason(one)))
    return [f"{_named(list(members), words)}: {why}" for why, members in groupby(listed, key=reason)]


def _left_out(report: Report) -> list[Skipped]:
    # A newspaper gives no history of any stock, as the banner says.
    return [one for one in report.impact.skipped if one.code != "no_history" or not report.provenance.selected]


def _named(skipped: Sequence[Skipped], words: Words) -> str:
    return ", ".join(f"{words.name(one.stock)} ({one.stock.ticker})" for one in skipped)


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


def in_short(report: Report, words: Words) -> list[Line]:
    """What a summary says of all this: a line for each, and how much more there is."""
    lines = []
    if said := _abroad(report, words):
        lines.append(words("abroad_short", named=_first(said, IN_SHORT, words)))
    if news := _news(report, words):
        lines.append(words("news_short", named=_first(news, 1, words)))
    warnings = sum(one.severity == "warning" for one in report.findings)
    lines.append(words("rest_short", skipped=len(_left_out(report)), findings=len(report.findings), warnings=warnings))
    return [line(one) for one in lines]


def _first(said: Sequence[str], n: int, words: Words) -> str:
    more = [words("more_full", n=len(said) - n)] if len(said) > n else []
    return ", ".join([*said[:n], *more])


def sections(report: Report, words: Words, *keys: str) -> Iterator[Section]:
    """A section for each of `keys` that has anything to say."""
    for key in keys:
        if lines := _NOTES[key](report, words):
            yield Section(key, words(key), tuple(map(line, lines)))


_NOTES: Mapping[str, Callable[[Report, Words], list[str]]] = {
    "contribution": contribution,
    "large": large,
    "confounders": confounders,
    "abroad": abroad,
    "skipped": skipped,
    "quality": quality,
}
"""By section, what it says."""
