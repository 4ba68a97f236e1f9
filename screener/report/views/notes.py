"""What a page says in lines of text below its head: other news, markets abroad, skipped stocks, quality of the data."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from screener.analysis.model import Window
from screener.data.findings import in_words
from screener.i18n import N_, _, name_of, ngettext
from screener.report.blocks import Key, Line, Section, line
from screener.report.formatting import number, percent, signed
from screener.report.model import Report
from screener.report.rows import names_in, news, rows_of, sectors_at, stocks_at


def ordinary_sessions(n: float) -> str:
    """How many ordinary sessions there are."""
    return ngettext("{n} ordinary session", "{n} ordinary sessions", int(n))


def among_ordinary(rank: float, n: float) -> str:
    """How many ordinary sessions were as extreme as the event, whose rank among `n` sessions is `rank`; it goes on."""
    before, days = int(rank) - 1, int(n) - 1
    if not before:
        return _("; exceeds all {days} ordinary sessions", days=days)
    return ngettext(
        "; {n} of {days} ordinary sessions was as extreme",
        "; {n} of {days} ordinary sessions were as extreme",
        before,
        days=days,
    )


def more(message: str, n: int) -> str:
    """`message`, which tells that `n` more are not shown; '' where none are."""
    return _(message, n=n) if n > 0 else ""


def first(n: int, texts: Sequence[str], every: str, some: str, **values: object) -> str:
    """The sentence `every` with all of the texts, or `some` with the first `n` and how many more there are."""
    return _(some if len(texts) > n else every, named=", ".join(texts[:n]), n=len(texts) - n, **values)


def several(names: Sequence[str], most: int | None = None) -> str:
    """The names, up to `most`, and how many more there are."""
    shown = names if most is None else names[:most]
    return ", ".join(shown) + more(N_(" and {n} more"), len(names) - len(shown))


_INDEX_MOVERS = 5
"""Stocks that are named for each index."""
_MARKETS_ABROAD = 4
"""Markets abroad that a summary names."""
_SKIPPED = {
    "no_price": N_("no price in the source"),
    "listed_after": N_("first price after the event day ({day})"),
    "no_history": N_("the prices contain no session of the estimation window"),
    "no_index": N_("no index level in the estimation window"),
    "gap": N_("its return of {day} includes sessions before the window"),
    "halted": N_("no trade on {day}"),
    "refused": N_("its figures of {day} are not reliable: see the data quality"),
}


def _heavyweights(report: Report) -> list[str]:
    """Stocks that are a large part of their index, which hides part of their move."""
    rows = [row for row in stocks_at(report, report.leading) if math.isfinite(row.car_loo)]
    return [
        _(
            "{name}: {weight}% of {market}, CAR {window} {car}% (against the full index {plain}%), t {t}",
            name=row.name,
            market=row.market,
            weight=number(row.index_weight * 100, 1),
            window=report.leading,
            car=percent(row.car_loo),
            plain=percent(row.car),
            t=signed(row.scar_loo, 1),
        )
        for row in sorted(rows, key=lambda row: -row.index_weight)
    ]


def _contributions(report: Report) -> list[str]:
    """The stocks that moved each index most, in percentage points of it."""
    stocks = {row.ticker: row for row in stocks_at(report, report.leading)}
    lines = []
    for market, moved in sorted(report.provenance.benchmark_returns.items(), reverse=True):
        rows = [row for row in stocks.values() if row.market == market and math.isfinite(row.index_contribution)]
        rows.sort(key=lambda row: -abs(row.index_contribution))
        if rows:
            text = first(
                _INDEX_MOVERS,
                [f"{row.name} {percent(row.index_contribution)}" for row in rows],
                N_("{market} {moved}%: {named}"),
                N_("{market} {moved}%: {named}, and {n} more"),
                market=market,
                moved=percent(moved),
            )
            lines.append(text)
    return lines


def _windows(report: Report) -> list[Window]:
    """Those that the report shows figures of."""
    return [window for window in report.windows if window.available] if report.provenance.study else [report.leading]


def _news(report: Report) -> list[str]:
    return news(dict.fromkeys(happening for window in _windows(report) for happening in report.confounders(window)))


def _confounders(report: Report) -> list[str]:
    lines = _news(report)
    later = [window for window in _windows(report) if window.first >= 0 and window != report.leading]
    fewest = len(report.confounders(report.leading))
    if later and all(len(report.confounders(window)) > fewest for window in later):
        lines.append(
            _("Longer windows contain more other news, so the report starts with {window}.", window=report.leading)
        )
    return lines


def _abroad(report: Report) -> list[str]:
    return [
        _("{name} {value}%", name=name_of(market.name), value=f"{market.change_pct:+.2f}")
        for market in report.event.abroad
    ]


def _skipped(report: Report) -> list[str]:
    """Stocks without an abnormal return, one line per reason."""
    reasons = [(row.code, _reason(row, report), f"{row.name} ({row.ticker})") for row in _left_out(report)]
    reasons.sort(key=lambda reason: reason[:2])
    return [
        f"{', '.join(name for _code, _why, name in rows)}: {why}"
        for why, rows in groupby(reasons, key=lambda reason: reason[1])
    ]


def _reason(row: Any, report: Report) -> str:
    if row.code == "too_short":
        reason = ngettext(
            "traded on {n} session of the estimation window, {min_obs} required; first price {day}",
            "traded on {n} sessions of the estimation window, {min_obs} required; first price {day}",
            row.observations,
            min_obs=report.rules.min_obs,
            day=row.day,
        )
    else:
        unprinted = row.code == "no_price" and report.provenance.selected
        reason = _(N_("not reported by any newspaper") if unprinted else _SKIPPED[row.code], day=row.day)
    return _("{reason}; its return is included in the means", reason=reason) if row.has_return else reason


def _left_out(report: Report) -> list[Any]:
    frame = report.frames.skipped
    if report.ticker:
        frame = frame[frame["ticker"] == report.ticker]
    rows = rows_of(frame.assign(name=names_in(frame)).drop_duplicates("ticker"))
    # A newspaper gives no history of any stock, as the banner says.
    return [row for row in rows if row.code != "no_history" or not report.provenance.selected]


def _quality(report: Report) -> list[str]:
    found = in_words(report.findings)
    return found if found or not report.provenance.study else [_("nothing found")]


_AS_EXTREME, _AS_EXTREME_IN_FULL = 3, 20
"""Sessions as extreme as the event that a line names, and the most that the full report names before it does so too."""


def as_extreme(report: Report, row: Any, *, full: bool = False) -> str:
    """The ordinary sessions that were as extreme for a sector, with what is known of each: some, or in `full` all.

    It goes on from 'n of m ordinary sessions were as extreme'; '' where none was.
    """
    if not row.as_extreme_on:
        return ""
    days = row.as_extreme_on.split()
    named = [_session(report, *session) for session in zip(days, map(float, row.as_extreme_z.split()), strict=True)]
    most = len(days) if full and len(days) <= _AS_EXTREME_IN_FULL else _AS_EXTREME
    return first(most, named, N_(": {named}"), N_(": {named}, and {n} more"))


def _session(report: Report, day: str, z: float) -> str:
    known = report.known_days.get(date.fromisoformat(day))
    if known is None:
        return _("{day} (z {z})", day=day, z=signed(z, 1))
    return _("{day} (z {z}; {what})", day=day, z=signed(z, 1), what=name_of(known))


def _sessions_as_extreme(report: Report) -> list[str]:
    """Of each sector, the ordinary sessions that were as extreme as the event."""
    return [
        _(
            "{name}, {n} of {days}{sessions}",
            name=row.name,
            n=int(row.placebo_rank) - 1,
            days=int(row.placebo_n) - 1,
            sessions=as_extreme(report, row, full=True),
        )
        for row in sectors_at(report, report.leading)
        if math.isfinite(row.placebo_rank)
    ]


def in_short(report: Report) -> Iterator[Line]:
    """What a summary says of all this: a line for each, and how much more there is."""
    if markets := _abroad(report):
        every = N_("Foreign markets, as reported in newspapers: {named}")
        some = N_("Foreign markets, as reported in newspapers: {named}, and {n} more: --full")
        yield line(first(_MARKETS_ABROAD, markets, every, some))
    if lines := _news(report):
        yield line(first(1, lines, N_("Other news: {named}"), N_("Other news: {named}, and {n} more: --full")))
    for finding in report.findings:
        if finding.code == "quarantined":
            every = N_("Rejected and not used: {named}")
            some = N_("Rejected and not used: {named}, and {n} more: screener store verify")
            more = [""] * (finding.count - len(finding.examples))
            yield line(first(len(finding.examples), [*finding.examples, *more], every, some))
    text = _(
        "Stocks left out: {skipped}. Findings of the data checks: {findings} (warnings: {warnings}). Full report: "
        "--full",
        skipped=len(_left_out(report)),
        findings=len(report.findings),
        warnings=sum(finding.severity == "warning" for finding in report.findings),
    )
    yield line(text)


def sections(report: Report, *keys: Key) -> Iterator[Section]:
    """The sections of `keys`, those that have nothing to say without a line."""
    for key in keys:
        title, lines_of = _NOTES[key]
        yield Section(key, _(title), tuple(map(line, lines_of(report))))


_NOTES: Mapping[Key, tuple[str, Callable[[Report], list[str]]]] = {
    Key.AS_EXTREME: (
        N_("Ordinary sessions as extreme as the event, the most extreme first"),
        _sessions_as_extreme,
    ),
    Key.CONTRIBUTION: (
        N_("Index contribution of the stocks studied on the event day (base weight × return, pp)"),
        _contributions,
    ),
    Key.HEAVYWEIGHTS: (N_("Index heavyweights, against the index excluding the stock itself"), _heavyweights),
    Key.CONFOUNDERS: (N_("Other news in these windows"), _confounders),
    Key.ABROAD: (
        N_("Foreign markets, as reported in newspapers"),
        lambda report: [", ".join(markets)] if (markets := _abroad(report)) else [],
    ),
    Key.SKIPPED: (N_("Left out, with reasons"), _skipped),
    Key.QUALITY: (N_("Data quality"), _quality),
}
"""By section, its title and its lines."""
