"""What a report says in lines of text: other news, markets abroad, what was left out and why, data quality."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby

from screener.analysis.results import Skipped, Window
from screener.i18n import N_, _, language, name_of
from screener.report.blocks import Line, Section, line
from screener.report.figures import number, percent, signed
from screener.report.model import Report

MOVERS = 5
"""Stocks that are named for each index."""
IN_SHORT = 4
"""Markets abroad that a summary names."""


_VERDICTS = {
    "winner": N_("Winners: {names}."),
    "loser": N_("Losers: {names}."),
    "no clear effect": N_(
        "No clear effect: {names}. Whatever they moved, the corrected test does not carry it "
        "(a winner or loser scores 25 at least, with q at most .10)."
    ),
}
_SKIPPED = {
    "no_price": N_("no price in the source"),
    "listed_after": N_("first price after the event day ({day})"),
    "no_history": N_("the prices hold no session of the estimation window"),
    "too_short": N_("traded on {observations} sessions of the estimation window, {min_obs} needed; first price {day}"),
    "no_index": N_("no index level in the estimation window"),
    "gap": N_("its return of {day} spans sessions before the window"),
    "halted": N_("no trade on {day}"),
}
_FINDINGS = {
    "zeros_restored": N_("tickers whose lost leading zeros were restored"),
    "unsorted": N_("rows out of date order, sorted"),
    "closed_days": N_("rows on days when the market was closed, dropped"),
    "duplicates": N_("identical rows that stood twice, one kept"),
    "missing_price": N_("rows without a price, taken as no trade"),
    "zero_price": N_("rows with price and volume 0, taken as no trade"),
    "halted": N_("halted days: no trade, not 0%"),
    "session_missing": N_("sessions on which no stock has a price"),
    "gap": N_("sessions missing for a stock"),
    "beyond_limit": N_("returns beyond the price limit, not used"),
    "corporate_action": N_("days on which the official rate differs from the closes, official rate used"),
    "benchmark_gap": N_("sessions without an index level"),
    "other_market": N_("stocks that the market file lists on another market"),
    "in_no_sector": N_("stocks that newspapers printed but no sector holds"),
}


def confounders(report: Report) -> list[str]:
    """What else moved prices in the windows that the report shows."""
    lines = _news(report)
    later = [window for window in _shown(report) if window.first >= 0 and window != report.leading]
    fewest = len(report.confounders(report.leading))
    if later and all(len(report.confounders(window)) > fewest for window in later):
        lines.append(_("Longer windows hold more of this, so the report leads with {window}.", window=report.leading))
    return lines


def _news(report: Report) -> list[str]:
    once = {one: None for window in _shown(report) for one in report.confounders(window)}
    return [f"{one.day} {one.what.in_(language())}" for one in once]


def _shown(report: Report) -> list[Window]:
    if not report.provenance.study:
        return [report.leading]
    return [window for window in report.impact.windows if window.available]


def verdicts(report: Report) -> list[str]:
    """Who is a winner, who is a loser, of whom that cannot be said."""
    rows = sorted(report.sectors(report.leading), key=lambda row: -abs(row.score.value))
    lines = []
    for verdict, message in _VERDICTS.items():
        named = [
            _("{name} {score}", name=name_of(row.group), score=signed(row.score.value, 0))
            for row in rows
            if row.score.verdict == verdict
        ]
        if named:
            lines.append(_(message, names=", ".join(named)))
    return lines


def makers(report: Report) -> list[str]:
    """Which sectors hang on one stock."""
    lines = []
    stock_of = {row.stock.ticker: row.stock for row in report.impact.stocks}
    for row in report.sectors(report.leading):
        if row.score.maker and not row.group.post_hoc:
            low, high = signed(row.score.low, 0), signed(row.score.high, 0)
            stock = name_of(stock_of[row.score.maker])
            lines.append(
                _(
                    "{name}: one stock, {stock}, makes its score (from {low} to {high} when each is left out).",
                    name=name_of(row.group),
                    stock=stock,
                    low=low,
                    high=high,
                )
            )
    return lines


def large(report: Report) -> list[str]:
    """Stocks that are a large part of their index: the index hides part of what they did."""
    rows = [row for row in report.impact.stocks if row.window == report.leading and math.isfinite(row.car_loo)]
    return [
        _(
            "{name}: {weight}% of {market}, CAR {window} {car}% (against the whole index {plain}%), t {t}",
            name=name_of(row.stock),
            market=row.stock.market,
            weight=number(row.index_weight * 100, 1),
            window=row.window,
            car=percent(row.car_loo),
            plain=percent(row.car),
            t=signed(row.scar_loo, 1),
        )
        for row in sorted(rows, key=lambda row: -row.index_weight)
    ]


def contribution(report: Report) -> list[str]:
    """Which stocks moved each index most, in percentage points of it."""
    rows = {row.stock.ticker: row for row in report.impact.stocks if row.window == report.leading}
    lines = []
    for market, moved in sorted(report.provenance.benchmark_returns.items(), reverse=True):
        mine = [row for row in rows.values() if row.stock.market == market and math.isfinite(row.index_contribution)]
        mine.sort(key=lambda row: -abs(row.index_contribution))
        if mine:
            named = [f"{name_of(row.stock)} {percent(row.index_contribution)}" for row in mine[:MOVERS]]
            if len(mine) > MOVERS:
                named.append(_("and {n} more (--csv DIR)", n=len(mine) - MOVERS))
            lines.append(_("{market} {moved}%: {named}", market=market, moved=percent(moved), named=", ".join(named)))
    return lines


def abroad(report: Report) -> list[str]:
    """Markets abroad, on one line."""
    said = _abroad(report)
    return [", ".join(said)] if said else []


def _abroad(report: Report) -> list[str]:
    return [
        _("{name} {value}%", name=one.name.in_(language()), value=f"{one.change_pct:+.2f}")
        for one in report.event.abroad
    ]


def skipped(report: Report) -> list[str]:
    """Stocks without an abnormal return, one line per reason."""

    def reason(one: Skipped) -> str:
        unprinted = one.code == "no_price" and report.provenance.selected
        said = _(
            "printed by no newspaper" if unprinted else _SKIPPED[one.code],
            day=one.day,
            observations=one.observations,
            min_obs=report.rules.min_obs,
        )
        return f"{said}; {_('its return counts in the means')}" if one.has_return else said

    listed = sorted(_left_out(report), key=lambda one: (one.code, reason(one)))
    return [f"{_named(list(members))}: {why}" for why, members in groupby(listed, key=reason)]


def _left_out(report: Report) -> list[Skipped]:
    # A newspaper gives no history of any stock, as the banner says.
    return [one for one in report.impact.skipped if one.code != "no_history" or not report.provenance.selected]


def _named(skipped: Sequence[Skipped]) -> str:
    return ", ".join(f"{name_of(one.stock)} ({one.stock.ticker})" for one in skipped)


def quality(report: Report) -> list[str]:
    """Findings, warnings first and marked."""
    lines = []
    for one in sorted(report.findings, key=lambda one: (one.severity != "warning", one.code)):
        mark = "! " if one.severity == "warning" else ""
        examples = f" ({_('such as {examples}', examples=', '.join(one.examples))})" if one.examples else ""
        lines.append(f"{mark}{_(_FINDINGS[one.code])}: {one.count:,}{examples}")
    if not lines and report.provenance.study:
        lines.append(_("nothing found"))
    return lines


def in_short(report: Report) -> list[Line]:
    """What a summary says of all this: a line for each, and how much more there is."""
    lines = []
    if said := _abroad(report):
        lines.append(_("Abroad, as newspapers printed it: {named}", named=_first(said, IN_SHORT)))
    if news := _news(report):
        lines.append(_("Other news: {named}", named=_first(news, 1)))
    warnings = sum(one.severity == "warning" for one in report.findings)
    lines.append(
        _(
            "Stocks left out: {skipped}. Findings of the data checks: {findings} (warnings: "
            "{warnings}). Everything: --full",
            skipped=len(_left_out(report)),
            findings=len(report.findings),
            warnings=warnings,
        )
    )
    return [line(one) for one in lines]


def _first(said: Sequence[str], n: int) -> str:
    more = [_("and {n} more: --full", n=len(said) - n)] if len(said) > n else []
    return ", ".join([*said[:n], *more])


def sections(report: Report, *keys: str) -> Iterator[Section]:
    """A section for each of `keys` that has anything to say."""
    for key in keys:
        title, says = _NOTES[key]
        if lines := says(report):
            yield Section(key, _(title), tuple(map(line, lines)))


_NOTES: Mapping[str, tuple[str, Callable[[Report], list[str]]]] = {
    "contribution": (
        N_("What the stocks studied moved their index by on the event day: part at the base times return, in %p"),
        contribution,
    ),
    "large": (N_("Large parts of their index, measured against it without themselves"), large),
    "confounders": (N_("What else moved prices in these windows"), confounders),
    "abroad": (N_("Abroad, as newspapers printed it"), abroad),
    "skipped": (N_("Left out, and why"), skipped),
    "quality": (N_("Data quality"), quality),
}
"""By section, its title and what it says."""
