"""Which closes each source of the store gives: regular ones, or prices of the after-market."""

from __future__ import annotations

from datetime import date
from math import isnan

from screener.data.store import Store, StoredTable
from screener.doctor.check import Check, first_few
from screener.i18n import _
from screener.krx.calendar import Calendar
from screener.krx.tables import MARKET, PRICES

STOCKS = ("000660", "005930")
"""SK hynix and Samsung Electronics: traded in every after-market, and seldom split."""
SESSIONS = 20
"""Newest sessions that are compared."""
_RATE_ROUNDING = 0.00006
"""Official rates have two decimals of a percent: a base price made of one is off by half of the last digit."""

Closes = dict[tuple[str, date], tuple[float, float]]
"""Close, KRW, and official rate, %, of a stock on a session; NaN where there is no rate."""


def check_closes(store: Store, calendar: Calendar) -> list[Check]:
    """Each source's closes of two large stocks: those of whole sessions by the base price chain, others beside them.

    The base price of a session, its close less its official change, is the regular close of the session before.
    """
    by_source = {
        table.source: closes for table in store.tables() if table.kind is MARKET and (closes := _closes(table))
    }
    checks = [_chain(source, closes, calendar) for source, closes in by_source.items()]
    official = {key: cell for closes in by_source.values() for key, cell in closes.items()}
    histories = (table for table in store.tables() if table.kind is PRICES and table.source not in by_source)
    return [*checks, *(_beside(table, official, calendar) for table in histories)]


def _closes(table: StoredTable) -> Closes:
    days = sorted(table.sessions)[-SESSIONS:]
    if not days:
        return {}
    columns = ("date", "ticker", "close", *(("change_pct",) if table.kind is MARKET else ()))
    rows = table.read(columns, days[0], days[-1], STOCKS).to_pylist()
    return {
        (row["ticker"], row["date"]): (row["close"], row.get("change_pct") or float("nan"))
        for row in sorted(rows, key=lambda row: (row["ticker"], row["date"]))
    }


def _chain(source: str, closes: Closes, calendar: Calendar) -> Check:
    breaks: list[str] = []
    pairs = 0
    for (ticker, before), (ticker_then, day) in zip(list(closes), list(closes)[1:], strict=False):
        close, rate = closes[ticker, day] if ticker == ticker_then else (0.0, float("nan"))
        if isnan(rate) or calendar.before(day) != before:
            continue
        pairs += 1
        base, known = close / (1 + rate / 100), closes[ticker, before][0]
        if abs(base - known) > known * _RATE_ROUNDING + 1:
            breaks.append(
                _(
                    "{ticker} on {day}: base price {base:,.0f}, close of {before} {known:,.0f}",
                    ticker=ticker,
                    day=day,
                    base=base,
                    before=before,
                    known=known,
                )
            )
    name = "closes"
    if not breaks:
        return Check(name, "ok", _("{source}: regular closes, {n} of {n} base prices agree", source=source, n=pairs))
    fix = _(
        "do not rely on reports from {source} until it is explained: a split, or closes that are not official",
        source=source,
    )
    return Check(name, "failed", "\n".join([f"{source}:", first_few(breaks)]), fix)


def _beside(table: StoredTable, official: Closes, calendar: Calendar) -> Check:
    """A source that has no rates: its closes beside the official ones, as far as there are any."""
    since = calendar.schedule.after_market_since
    closes = {key: cell[0] for key, cell in _closes(table).items() if since is not None and key[1] >= since}
    if not closes:
        return Check("closes", "ok", _("{source}: only sessions without an after-market", source=table.source))
    shared = [key for key in closes if key in official]
    differ = [key for key in shared if abs(closes[key] - official[key][0]) > 1]
    if shared and not differ:
        return Check("closes", "ok", _("{source}: regular closes, same as the official ones", source=table.source))
    found = (
        _(
            "{source}: {n} of {m} closes differ from the official ones",
            source=table.source,
            n=len(differ),
            m=len(shared),
        )
        if shared
        else _("{source}: no official closes to compare with", source=table.source)
    )
    fix = _("for official closes set KRX_AUTH_KEY, DATA_GO_KR_KEY, or KRX_ID and KRX_PW")
    return Check("closes", "warning", found, fix)
