"""What a page says in lines of text: its head, verdicts, other news, markets abroad, skipped stocks, data quality."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from screener.analysis.model import Window
from screener.i18n import N_, _, language, ngettext
from screener.report.blocks import Key, Line, Section, line
from screener.report.formatting import number, percent, signed
from screener.report.model import BANNERS, MODELS, EventFacts, Provenance, Report
from screener.report.rows import names_in, rows_of, sectors_at, stocks_at

FULL_STUDY = "screener sync && screener report"
SOURCES = {
    "openapi": N_("KRX Open API"),
    "datagokr": N_("data.go.kr (Financial Services Commission)"),
    "pykrx-login": N_("KRX through pykrx, with an account"),
    "pykrx-keyless": N_("Naver's adjusted closes through pykrx, without an account"),
    "store": N_("the store"),
    "file": N_("imported files"),
}


def title(event: EventFacts) -> str:
    """The event and its days."""
    return _(
        "{event} · event day {event_day} (base {base})",
        event=event.name.in_(language()),
        event_day=event.event_day,
        base=event.base,
    )


def page_title(report: Report) -> str:
    """The event, and the last day of the prices."""
    return f"{title(report.event)} · {_('through the close of {as_of}', as_of=report.as_of)}"


def window_name(window: Window) -> str:
    """A window with its days."""
    if (window.first, window.last) == (0, 0):
        return _("event day [0,0]")
    return _("sessions {window} ({start} to {end})", window=window, start=window.start, end=window.end)


def market(provenance: Provenance) -> list[Line]:
    """The change of each benchmark on the event day."""
    indices = [
        _("{name} {value}%", name=provenance.proxies.get(name, name), value=percent(value))
        for name, value in provenance.benchmark_returns.items()
    ]
    return [line(_("Market: {indices}", indices=", ".join(indices)))] if indices else []


def source_line(provenance: Provenance) -> Line:
    """Source, sessions and benchmark."""
    text = _(
        "Source: {source} · {sessions} sessions, {first} to {last} · benchmark {benchmark}",
        source=_source(provenance),
        sessions=provenance.sessions,
        first=provenance.first_session,
        last=provenance.last_session,
        benchmark=provenance.benchmark,
    )
    return line(text, "dim")


def _source(provenance: Provenance) -> str:
    if provenance.fetched is None:
        return " + ".join(file.name for file in provenance.files) or provenance.source
    name, fetched = _(SOURCES[provenance.source]), f"{provenance.fetched:%Y-%m-%d %H:%M}"
    return _("{source}, fetched {fetched} KST", source=name, fetched=fetched)


def provenance_lines(report: Report) -> list[Line]:
    """The warning of the report, if it has one, where the prices come from, and the model."""
    provenance, lines = report.provenance, []
    printed = int(report.frames.stocks.dropna(subset="published_by")["ticker"].nunique())
    if report.banner:
        lines.append(line(_(BANNERS[report.banner], n=printed, command=FULL_STUDY), "banner"))
    lines += [
        line(_("{source} could not serve: {why}", source=_(SOURCES[tried.source]), why=tried.why))
        for tried in provenance.tried
    ]
    if provenance.selected:
        text = ngettext(
            "Source: figures that newspapers printed for {day}, {n} stock",
            "Source: figures that newspapers printed for {day}, {n} stocks",
            printed,
            day=report.event.event_day,
        )
        return [*lines, line(text, "dim")]
    lines.append(source_line(provenance))
    if provenance.proxies:
        text = _(
            "The benchmark is a proxy: funds that follow KOSPI 200 and KOSDAQ 150, not the indices. "
            "KRX_ID and KRX_PW open the indices themselves."
        )
        lines.append(line(text))
    return [*lines, *_model(report)]


def _model(report: Report) -> list[Line]:
    if not report.provenance.study:
        return []
    rules = report.rules
    text = _(
        "Model: {model}, {estimation} sessions of estimation, gap {gap}, at least {min_obs} traded",
        model=_(MODELS[rules.model]),
        estimation=rules.estimation,
        gap=rules.gap,
        min_obs=rules.min_obs,
    )
    return [line(text, "dim")]


INDEX_MOVERS = 5
"""Stocks that are named for each index."""
ABROAD = 4
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


def verdicts(report: Report) -> list[str]:
    """The winners, the losers, and the sectors without a clear effect."""
    rows = sorted(sectors_at(report, report.leading), key=lambda row: -abs(row.score))
    lines = []
    for verdict, message in _VERDICTS.items():
        named = [
            _("{name} {score}", name=row.name, score=signed(row.score, 0)) for row in rows if row.verdict == verdict
        ]
        if named:
            lines.append(_(message, names=", ".join(named)))
    return lines


def dominant_members(report: Report) -> list[str]:
    """The sectors whose score rests on one stock."""
    names = {row.ticker: row.name for row in stocks_at(report, report.leading)}
    return [
        _(
            "{name}: one stock, {stock}, makes its score (from {low} to {high} when each is left out).",
            name=row.name,
            stock=names[row.score_maker],
            low=signed(row.score_low, 0),
            high=signed(row.score_high, 0),
        )
        for row in sectors_at(report, report.leading)
        if row.score_maker and not row.post_hoc
    ]


def _heavyweights(report: Report) -> list[str]:
    """Stocks that are a large part of their index, which hides part of their move."""
    rows = [row for row in stocks_at(report, report.leading) if math.isfinite(row.car_loo)]
    return [
        _(
            "{name}: {weight}% of {market}, CAR {window} {car}% (against the whole index {plain}%), t {t}",
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
            named = [f"{row.name} {percent(row.index_contribution)}" for row in rows[:INDEX_MOVERS]]
            if len(rows) > INDEX_MOVERS:
                named.append(_("and {n} more (--csv DIR)", n=len(rows) - INDEX_MOVERS))
            lines.append(_("{market} {moved}%: {named}", market=market, moved=percent(moved), named=", ".join(named)))
    return lines


def _confounders(report: Report) -> list[str]:
    """What else moved prices in the windows that the report shows."""
    lines = _news(report)
    later = [window for window in _shown(report) if window.first >= 0 and window != report.leading]
    fewest = len(report.confounders(report.leading))
    if later and all(len(report.confounders(window)) > fewest for window in later):
        lines.append(_("Longer windows hold more of this, so the report leads with {window}.", window=report.leading))
    return lines


def _news(report: Report) -> list[str]:
    happenings = dict.fromkeys(happening for window in _shown(report) for happening in report.confounders(window))
    return [f"{happening.day} {happening.what.in_(language())}" for happening in happenings]


def _shown(report: Report) -> list[Window]:
    if not report.provenance.study:
        return [report.leading]
    return [window for window in report.windows if window.available]


def _abroad(report: Report) -> list[str]:
    """Markets abroad, on one line."""
    markets = _markets_abroad(report)
    return [", ".join(markets)] if markets else []


def _markets_abroad(report: Report) -> list[str]:
    return [
        _("{name} {value}%", name=market.name.in_(language()), value=f"{market.change_pct:+.2f}")
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
    unprinted = row.code == "no_price" and report.provenance.selected
    reason = _(
        N_("printed by no newspaper") if unprinted else _SKIPPED[row.code],
        day=row.day,
        observations=row.observations,
        min_obs=report.rules.min_obs,
    )
    return f"{reason}; {_('its return counts in the means')}" if row.has_return else reason


def _left_out(report: Report) -> list[Any]:
    frame = report.frames.skipped
    if report.ticker:
        frame = frame[frame["ticker"] == report.ticker]
    rows = rows_of(frame.assign(name=names_in(frame)))
    # A newspaper gives no history of any stock, as the banner says.
    return [row for row in rows if row.code != "no_history" or not report.provenance.selected]


def _quality(report: Report) -> list[str]:
    """Findings, warnings first and marked."""
    lines = []
    for finding in sorted(report.findings, key=lambda finding: (finding.severity != "warning", finding.code)):
        mark = "! " if finding.severity == "warning" else ""
        examples = f" ({_('such as {examples}', examples=', '.join(finding.examples))})" if finding.examples else ""
        lines.append(f"{mark}{_(_FINDINGS[finding.code])}: {finding.count:,}{examples}")
    if not lines and report.provenance.study:
        lines.append(_("nothing found"))
    return lines


def in_short(report: Report) -> list[Line]:
    """What a summary says of all this: a line for each, and how much more there is."""
    lines = []
    if markets := _markets_abroad(report):
        lines.append(_("Abroad, as newspapers printed it: {named}", named=_first(markets, ABROAD)))
    if news := _news(report):
        lines.append(_("Other news: {named}", named=_first(news, 1)))
    warnings = sum(finding.severity == "warning" for finding in report.findings)
    lines.append(
        _(
            "Stocks left out: {skipped}. Findings of the data checks: {findings} (warnings: "
            "{warnings}). Everything: --full",
            skipped=len(_left_out(report)),
            findings=len(report.findings),
            warnings=warnings,
        )
    )
    return [line(text) for text in lines]


def _first(texts: Sequence[str], n: int) -> str:
    more = [_("and {n} more: --full", n=len(texts) - n)] if len(texts) > n else []
    return ", ".join([*texts[:n], *more])


def sections(report: Report, *keys: Key) -> Iterator[Section]:
    """A section for each of `keys` that has anything to say."""
    for key in keys:
        title, lines_of = _NOTES[key]
        if lines := lines_of(report):
            yield Section(key, _(title), tuple(map(line, lines)))


_NOTES: Mapping[Key, tuple[str, Callable[[Report], list[str]]]] = {
    Key.CONTRIBUTION: (
        N_("What the stocks studied moved their index by on the event day: part at the base times return, in %p"),
        _contributions,
    ),
    Key.HEAVYWEIGHTS: (N_("Large parts of their index, measured against it without themselves"), _heavyweights),
    Key.CONFOUNDERS: (N_("What else moved prices in these windows"), _confounders),
    Key.ABROAD: (N_("Abroad, as newspapers printed it"), _abroad),
    Key.SKIPPED: (N_("Left out, and why"), _skipped),
    Key.QUALITY: (N_("Data quality"), _quality),
}
"""By section, its title and its lines."""
