"""Every listed stock: which there are before an event, which of them a scan looks at, and what became of them since.

Random groups, which an event is held against, are drawn from the returns of all of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
import pyarrow as pa

from screener.config.models import Filters
from screener.data.forms.reading import read_table
from screener.data.panel import Panel, limits_touched
from screener.data.price_rows import WHOLE_MARKET, PriceRows
from screener.data.sources import SOURCES
from screener.errors import DataError
from screener.i18n import N_
from screener.krx.tables import INDUSTRIES, MARKET, Bools, Days, Floats, floats, words

if TYPE_CHECKING:
    from screener.data.store import Store

_TURNOVER_SESSIONS = 20
"""Sessions over which the usual traded value is taken: a month."""
_REACH = timedelta(days=45)
"""Holds so many sessions, however long KRX closes in between."""
_WORDS = ("ticker", "name", "market")
_FIGURES = ("marcap", "value")


@dataclass(frozen=True)
class Universe:
    """N stocks as of the session before an event."""

    source: str
    day: date
    """That session."""
    tickers: tuple[str, ...]
    names: tuple[str, ...]
    markets: tuple[str, ...]
    """KOSPI, KOSDAQ, a segment such as `KOSDAQ GLOBAL`, or KONEX."""
    caps: Floats
    """(N,) market capitalisation, KRW; NaN = not known."""
    value: Floats
    """(N,) median value traded in a session of the month before, KRW, 0 on a halt; NaN = not known."""
    industries: Mapping[str, str] = field(default_factory=dict)
    """By ticker; empty where the source has none."""


NEEDED = N_(
    "scan needs the whole market: set KRX_AUTH_KEY, KRX_ID and KRX_PW, or DATA_GO_KR_KEY and run `screener sync`, "
    "or pass --source file:PATH --benchmark FILE --market FILE"
)
"""What a scan cannot do without, and where it comes from."""


def market_of_files(paths: Sequence[Path], first_day: date) -> Universe:
    """The market of the last session before `first_day` in market files."""
    if not paths:
        raise DataError(NEEDED)
    required = ("date", *_WORDS)
    tables = [read_table(path, required, _FIGURES, _WORDS) for path in paths]
    there = [name for name in (*required, *_FIGURES) if all(name in table.column_names for table in tables)]
    rows = pa.concat_tables([table.select(there) for table in tables], promote_options="permissive")
    called = ", ".join(path.name for path in paths)
    return _market("file", called, rows.unify_dictionaries(), first_day, {})


def market_of_store(store: Store, first_day: date) -> Universe:
    """The market of the last session before `first_day` in the best source of the store that holds it."""
    last = first_day - timedelta(days=1)
    for source in SOURCES:
        table = store.table(source, MARKET)
        if not any(last - _REACH <= day <= last for day in table.sessions):
            continue
        rows = table.read(("date", *_WORDS, *_FIGURES), last - _REACH, last)
        return _market(source, f"{store.shown} ({source})", rows, first_day, _industries(store, source, last))
    raise DataError(
        "{store} has no whole market before {first_day}",
        hint=NEEDED,
        store=store.shown,
        first_day=first_day,
    )


def _industries(store: Store, source: str, last: date) -> dict[str, str]:
    """Industry of each stock, as of the last session through `last` that it is known of."""
    table = store.table(source, INDUSTRIES)
    day = max((day for day in table.sessions if day <= last), default=None)
    if day is None:
        return {}
    rows = table.read(("ticker", "industry"), day, day)
    known = zip(rows["ticker"].to_pylist(), rows["industry"].to_pylist(), strict=True)
    return {ticker: industry for ticker, industry in known if ticker and industry}


def _market(source: str, called: str, rows: pa.Table, first_day: date, industries: Mapping[str, str]) -> Universe:
    import pandas as pd

    frame = rows.to_pandas(date_as_object=False).reindex(columns=["date", *_WORDS, *_FIGURES])
    frame = frame[frame["date"] < pd.Timestamp(first_day)]
    if frame.empty:
        raise DataError("{called}: no session before {first_day}", hint=NEEDED, called=called, first_day=first_day)
    sessions = np.sort(frame["date"].unique())[-_TURNOVER_SESSIONS:]
    frame = frame[frame["date"] >= sessions[0]].astype(dict.fromkeys(_WORDS, str) | dict.fromkeys(_FIGURES, float))
    frame["ticker"] = frame["ticker"].str.zfill(6)
    stocks = frame[frame["date"] == sessions[-1]]
    day = sessions[-1].astype("datetime64[D]").item()
    if len(stocks) < WHOLE_MARKET:
        raise DataError(
            "{called}: {count} stocks on {base}; a whole market has at least {least}",
            hint=NEEDED,
            called=called,
            count=len(stocks),
            base=day,
            least=WHOLE_MARKET,
        )
    usual = frame.groupby("ticker")["value"].median().reindex(stocks["ticker"])
    return Universe(
        source,
        day,
        tuple(stocks["ticker"]),
        tuple(stocks["name"]),
        tuple(stocks["market"]),
        stocks["marcap"].to_numpy(),
        usual.to_numpy(),
        industries,
    )


_SPAC = re.compile("스팩|SPAC(?!E)", re.IGNORECASE)


def apply_filters(universe: Universe, filters: Filters) -> tuple[Bools, dict[str, int | None]]:
    """Which of N stocks stay (N,), and how many each filter takes of those that the filters before it left.

    None in place of a number: the source does not know. No source knows which stocks are under administration
    (관리종목), so these are not left out.

    The ticker of an ordinary share ends with 0, and the name of a SPAC has 스팩 in it. A segment such as `KOSDAQ
    GLOBAL` counts with its market.
    """
    market = np.array([name.split()[0] for name in universe.markets])
    caps, value = universe.caps, universe.value
    out: Mapping[str, Bools | None] = {
        "market": (market != filters.only) if filters.only else np.zeros(len(market), dtype=bool),
        "konex": market == "KONEX",
        "preferreds": np.array([not ticker.endswith("0") for ticker in universe.tickers]),
        "spacs": np.array([_SPAC.search(name) is not None for name in universe.names]),
        "small": ~(caps >= filters.least_cap) if np.isfinite(caps).any() else None,
        "thin": ~(value >= filters.least_value) if np.isfinite(value).any() else None,
        "administrative": None,
    }
    stay = np.ones(len(market), dtype=bool)
    counts: dict[str, int | None] = {}
    for name, taken in out.items():
        if name in filters.kept or (name == "market" and not filters.only):
            continue
        if taken is None:
            counts[name] = None
            continue
        counts[name] = int((stay & taken).sum())
        stay &= ~taken
    return stay, counts


What = Literal["limit_up", "limit_down", "halted", "resumed", "listed", "delisted", "renamed"]


class StatusChange(NamedTuple):
    """Something that a reader of a stock's sector must know."""

    ticker: str
    what: What
    name: str
    """As of the later session; empty where the source tells no names."""
    was: str = ""
    """Its name before, of one that was renamed."""


def status_changes(
    before: pa.Table, rows: pa.Table, tickers: Collection[str], price_limit: float
) -> list[StatusChange]:
    """What became of the stocks of `tickers`.

    `before` and `rows` are MARKET or PRICES rows; `price_limit` is a decimal, 0 for a market without one.
    """
    earlier, now = (
        {str(row["ticker"]): row for row in table.to_pylist() if row["ticker"] in tickers} for table in (before, rows)
    )
    if not earlier:
        return []
    found = []
    for ticker in sorted({*earlier, *now}):
        a, b = earlier.get(ticker), now.get(ticker)
        if b is None:
            found.append(StatusChange(ticker, "delisted", str((a or {}).get("name") or "")))
            continue
        name = str(b.get("name") or "")
        if a is None:
            found.append(StatusChange(ticker, "listed", name))
            continue
        if a.get("name") and name and a["name"] != name:
            found.append(StatusChange(ticker, "renamed", name, str(a["name"])))
        traded = bool(b["volume"])
        if traded != bool(a["volume"]):
            found.append(StatusChange(ticker, "resumed" if traded else "halted", name))
        limit = _limit(a, b, price_limit) if traded else 0
        if limit:
            found.append(StatusChange(ticker, "limit_up" if limit > 0 else "limit_down", name))
    return found


def _limit(before: Mapping[str, Any], row: Mapping[str, Any], price_limit: float) -> int:
    """+1 for a close at the upper limit, -1 at the lower, by the official rate where there is one."""
    rate = row.get("change_pct")
    moved = rate / 100.0 if rate is not None else (row["close"] or np.nan) / (before["close"] or np.nan) - 1.0
    high, low, close = (np.array([[row[name] or np.nan]]) for name in ("high", "low", "close"))
    return int(limits_touched(np.array([[moved]]), high, low, close, price_limit)[0, 0])


@dataclass(frozen=True)
class WholeMarket:
    """T sessions, N stocks: all that KOSPI and KOSDAQ listed at the base, or one of them."""

    tickers: tuple[str, ...]
    markets: tuple[str, ...]
    """(N,) KOSPI or KOSDAQ."""
    returns: Floats
    """(T, N) simple returns over exactly one session, decimal; NaN = unknown, or no trade."""
    caps: Floats
    """(N,) market capitalisation at the base, KRW; NaN = unknown."""

    @classmethod
    def of(cls, panel: Panel, market_of: Mapping[str, str], sessions: Days, base: date) -> WholeMarket:
        """Of the panel of every stock, on the `sessions` of another; what it lacks of them is unknown."""
        there = np.isin(sessions, panel.sessions)
        rows = np.searchsorted(panel.sessions, sessions[there])
        returns = np.full((len(sessions), len(panel.tickers)), np.nan)
        returns[there] = panel.daily_returns[rows]
        at_base = panel.caps[panel.sessions == np.datetime64(base)]
        caps = at_base[0] if len(at_base) else np.full(len(panel.tickers), np.nan)
        return cls(panel.tickers, tuple(market_of[ticker] for ticker in panel.tickers), returns, caps)


LISTED, OF_PRICES, OF_RATES = ("ticker", "market"), ("close", "volume"), ("close", "volume", "change_pct")
"""Columns that are read of the listed stocks, beside `marcap`, of their prices, and of their official rates."""
_ROUNDED = 0.005
"""A limit price is rounded to a tick, of half a per cent of the price at most."""


def whole_market(
    listed: pa.Table,
    markets: Collection[str],
    rows_of: Callable[[Sequence[str]], tuple[PriceRows, PriceRows]],
    sessions: Days,
    price_limit: float,
) -> WholeMarket | None:
    """Every stock that `listed`, rows of one session, has of the `markets`; None if that is no whole market.

    The stocks studied are held against them by the hundred, so that a wrong price here and there does not show: they
    are read without the checks that the stocks themselves go through. A return beyond the limit is not used.

    Args:
        listed: ticker and market, perhaps marcap, of the session before the event.
        markets: KOSPI, KOSDAQ.
        rows_of: reads adjusted closes, and official rates, of the tickers that it is given.
        sessions: those of the panel.
        price_limit: daily limit as a decimal; 0 for a market without one.
    """
    if "market" not in listed.column_names:
        return None
    market_of = dict(zip(words(listed, "ticker"), words(listed, "market"), strict=True))
    marcap = floats(listed, "marcap") if "marcap" in listed.column_names else np.full(listed.num_rows, np.nan)
    caps = dict(zip(market_of, marcap.tolist(), strict=True))
    inside = {ticker: name.split()[0] for ticker, name in market_of.items() if name.split()[0] in markets}
    if len(inside) < WHOLE_MARKET:
        return None
    named = tuple(ticker.zfill(6) for ticker in inside)
    prices, rates = rows_of(named)
    close = prices.spread(sessions, np.where(prices.traded, prices.values["close"], np.nan))
    returns = np.full(close.shape, np.nan)
    returns[1:] = close[1:] / close[:-1] - 1.0
    if "change_pct" in rates.values:
        official = rates.spread(sessions, rates.values["change_pct"] / 100.0)
        returns = np.where(np.isfinite(returns) & np.isfinite(official), official, returns)
    if price_limit:
        returns[np.abs(returns) > price_limit + _ROUNDED] = np.nan
    return WholeMarket(named, tuple(inside.values()), returns, np.array([caps[ticker] for ticker in inside]))
