"""What a page says in lines of text: its head, verdicts, other news, markets abroad, skipped stocks, data quality."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from screener.analysis.model import Window
from screener.i18n import N_, _, language, ngettext
from screener.report.blocks import Key, Line, Section, line
from screener.report.formatting import number, percent, signed
from screener.report.model import BANNERS, MODELS, EventFacts, Happening, Provenance, Report
from screener.report.rows import names_in, rows_of, stocks_at

_FULL_STUDY = "screener sync && screener report"
_SOURCES = {
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


def more(message: str, n: int) -> str:
    """`message`, which tells that `n` more are not shown; '' where none are."""
    return _(message, n=n) if n > 0 else ""


def first(n: int, texts: Sequence[str], every: str, some: str, **values: object) -> str:
    """The sentence `every` with all of the texts, or `some` with the first `n` and how many more there are."""
    return _(some if len(texts) > n else every, named=", ".join(texts[:n]), n=len(texts) - n, **values)


def news(happenings: Iterable[Happening]) -> list[str]:
    """What else moved prices, each with its day."""
    return [f"{happening.day} {happening.what.in_(language())}" for happening in happenings]


def market(provenance: Provenance) -> list[Line]:
    """The change of each benchmark on the event day."""
    indices = [
        _("{name} {value}%", name=provenance.proxies.get(name, name), value=percent(value))
        for name, value in provenance.benchmark_returns.items()
    ]
    return [line(_("Market: {indices}", indices=", ".join(indices)))] if indices else []


def source_line(provenance: Provenance) -> Line:
    """Source, sessions and benchmark."""
    source = " + ".join(file.name for file in provenance.files) or provenance.source
    if provenance.fetched is not None:
        name, fetched = _(_SOURCES[provenance.source]), f"{provenance.fetched:%Y-%m-%d %H:%M}"
        source = _("{source}, fetched {fetched} KST", source=name, fetched=fetched)
    text = _(
        "Source: {source} · {sessions} sessions, {first} to {last} · benchmark {benchmark}",
        source=source,
        sessions=provenance.sessions,
        first=provenance.first_session,
        last=provenance.last_session,
        benchmark=provenance.benchmark,
    )
    return line(text, "dim")


def closes(report: Report) -> Iterator[Line]:
    """The warning that closes are, or may be, of two kinds: it comes before the first figure."""
    if report.banner and report.last_prices_since is not None:
        yield line(_(BANNERS[report.banner], since=report.last_prices_since), "banner")


def provenance_lines(report: Report) -> Iterator[Line]:
    """The warning of the report, if it has one, where the prices come from, and the model."""
    provenance, rules = report.provenance, report.rules
    printed = int(report.frames.stocks.dropna(subset="published_by")["ticker"].nunique())
    if report.banner and report.last_prices_since is None:
        yield line(_(BANNERS[report.banner], n=printed, command=_FULL_STUDY), "banner")
    for tried in provenance.tried:
        yield line(_("{source} could not serve: {why}", source=_(_SOURCES[tried.source]), why=tried.why))
    if provenance.selected:
        text = ngettext(
            "Source: figures that newspapers printed for {day}, {n} stock",
            "Source: figures that newspapers printed for {day}, {n} stocks",
            printed,
            day=report.event.event_day,
        )
        yield line(text, "dim")
        return
    yield source_line(provenance)
    if provenance.proxies:
        text = _(
            "The benchmark is a proxy: funds that follow KOSPI 200 and KOSDAQ 150, not the indices. "
            "KRX_ID and KRX_PW open the indices themselves."
        )
        yield line(text)
    if provenance.study:
        used = provenance.estimation_sessions
        text = _(
            N_(
                "Model: {model}, {used} sessions of estimation, gap {gap}, at least {min_obs} traded; {ordinary} "
                "ordinary sessions"
            )
            if used >= rules.estimation
            else N_(
                "Model: {model}, {used} of {estimation} sessions of estimation, gap {gap}, at least {min_obs} traded; "
                "{ordinary} ordinary sessions"
            ),
            model=_(MODELS[rules.model]),
            used=used,
            estimation=rules.estimation,
            gap=rules.gap,
            min_obs=rules.min_obs,
            ordinary=provenance.placebo_sessions,
        )
        yield line(text, "dim")
    elif (used := provenance.estimation_sessions) < rules.min_obs:
        text = ngettext(
            "Cannot be tested: {n} session of estimation, {min_obs} are needed. These are plain returns.",
            "Cannot be tested: {n} sessions of estimation, {min_obs} are needed. These are plain returns.",
            used,
            min_obs=rules.min_obs,
        )
        yield line(text)
    else:
        yield line(_("Cannot be tested: no stock has an abnormal return. These are plain returns."))


_INDEX_MOVERS = 5
"""Stocks that are named for each index."""
_MARKETS_ABROAD = 4
"""Markets abroad that a summary names."""
_SKIPPED = {
    "no_price": N_("no price in the source"),
    "listed_after": N_("first price after the event day ({day})"),
    "no_history": N_("the prices hold no session of the estimation window"),
    "no_index": N_("no index level in the estimation window"),
    "gap": N_("its return of {day} spans sessions before the window"),
    "halted": N_("no trade on {day}"),
    "refused": N_("its figures of {day} cannot be believed: see the data quality"),
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
    "corporate_action": N_("corporate actions: base price over the close before it, official rate used"),
    "action_unsure": N_("perhaps corporate actions, official rate used: check them with KIND"),
    "impossible": N_("rows with a figure that cannot be, left out: correct them"),
    "impossible_rate": N_("rates that cannot be, the closes are used: correct them"),
    "outside_range": N_("closes above their own high or below their own low, left out: correct them"),
    "repeated": N_("rows that repeat the session before, volume included, left out: get them again"),
    "false_cap": N_("capitalisations that are not close times shares, not used: correct them"),
    "untold_halt": N_("days without a trade that no volume tells: no trade, not 0%"),
    "stands_still": N_("closes that stand still for three sessions or more, taken as no trade: add volumes"),
    "rate_unit": N_("stocks whose rates are not in %, the closes are used: multiply or divide them by 100"),
    "rate_contradicts": N_("rates that contradict the closes, the closes are used: correct them"),
    "contradiction": N_("rates that contradict the closes, neither is used: correct one of them"),
    "closes_contradict": N_("closes that contradict the official rate, official rate used: correct them"),
    "files_disagree": N_("stocks whose closes are another stock's in one of the files, left out: correct the tickers"),
    "day_early": N_("files whose dates are all a day early, as midnight in Seoul is in UTC, moved by a day"),
    "day_late": N_("files whose dates are all a day late, moved by a day"),
    "level_refused": N_("levels of an index that the stocks contradict, not used: correct them"),
    "benchmark_gap": N_("sessions without an index level"),
    "quarantined": N_("rows of the source that were not believed, left out (`screener store verify` says why)"),
    "other_market": N_("stocks that the market file lists on another market"),
    "in_no_sector": N_("stocks that newspapers printed but no sector holds"),
}


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
            text = first(
                _INDEX_MOVERS,
                [f"{row.name} {percent(row.index_contribution)}" for row in rows],
                N_("{market} {moved}%: {named}"),
                N_("{market} {moved}%: {named}, and {n} more (--csv DIR)"),
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
        lines.append(_("Longer windows hold more of this, so the report leads with {window}.", window=report.leading))
    return lines


def _abroad(report: Report) -> list[str]:
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
    if row.code == "too_short":
        reason = ngettext(
            "traded on {n} session of the estimation window, {min_obs} needed; first price {day}",
            "traded on {n} sessions of the estimation window, {min_obs} needed; first price {day}",
            row.observations,
            min_obs=report.rules.min_obs,
            day=row.day,
        )
    else:
        unprinted = row.code == "no_price" and report.provenance.selected
        reason = _(N_("printed by no newspaper") if unprinted else _SKIPPED[row.code], day=row.day)
    return _("{reason}; its return counts in the means", reason=reason) if row.has_return else reason


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
        what = ("! " if finding.severity == "warning" else "") + _(_FINDINGS[finding.code])
        message = N_("{what}: {n} (such as {examples})") if finding.examples else N_("{what}: {n}")
        lines.append(_(message, what=what, n=f"{finding.count:,}", examples=", ".join(finding.examples)))
    if not lines and report.provenance.study:
        lines.append(_("nothing found"))
    return lines


def in_short(report: Report) -> Iterator[Line]:
    """What a summary says of all this: a line for each, and how much more there is."""
    if markets := _abroad(report):
        every = N_("Abroad, as newspapers printed it: {named}")
        some = N_("Abroad, as newspapers printed it: {named}, and {n} more: --full")
        yield line(first(_MARKETS_ABROAD, markets, every, some))
    if lines := _news(report):
        yield line(first(1, lines, N_("Other news: {named}"), N_("Other news: {named}, and {n} more: --full")))
    for finding in report.findings:
        if finding.code == "quarantined":
            every = N_("Not believed, and done without: {named}")
            some = N_("Not believed, and done without: {named}, and {n} more: screener store verify")
            more = [""] * (finding.count - len(finding.examples))
            yield line(first(len(finding.examples), [*finding.examples, *more], every, some))
    text = _(
        "Stocks left out: {skipped}. Findings of the data checks: {findings} (warnings: "
        "{warnings}). Everything: --full",
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
    Key.CONTRIBUTION: (
        N_("Index contribution of the stocks studied on the event day (base weight times return, pp)"),
        _contributions,
    ),
    Key.HEAVYWEIGHTS: (N_("Index heavyweights, against the index excluding the stock itself"), _heavyweights),
    Key.CONFOUNDERS: (N_("What else moved prices in these windows"), _confounders),
    Key.ABROAD: (
        N_("Abroad, as newspapers printed it"),
        lambda report: [", ".join(markets)] if (markets := _abroad(report)) else [],
    ),
    Key.SKIPPED: (N_("Left out, and why"), _skipped),
    Key.QUALITY: (N_("Data quality"), _quality),
}
"""By section, its title and its lines."""
