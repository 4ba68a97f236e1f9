"""Every stock that was listed before an event, from the sessions that hold a whole market."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa

from screener.data.longform import WHOLE_MARKET, read_table
from screener.data.panel import Floats
from screener.data.sources.stored import SOURCES
from screener.data.store import Store
from screener.errors import DataError
from screener.krx.tables import INDUSTRIES, MARKET, to_numpy
from screener.words import say

TURNOVER_SESSIONS = 20
"""Sessions over which the usual traded value is taken: a month."""
_REACH = timedelta(days=45)
"""Holds so many sessions, however long KRX closes in between."""
_WORDS = ("ticker", "name", "market")
_FIGURES = ("marcap", "value")


@dataclass(frozen=True)
class WholeMarket:
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


def needed() -> str:
    """What a scan cannot do without, and where it comes from."""
    return say(
        "scan needs the whole market: sync it with KRX_AUTH_KEY or with KRX_ID and KRX_PW set (`screener sync`), or "
        "give --source file:PATH --benchmark FILE --market FILE"
    )


def market_of_files(paths: Sequence[Path], first_day: date) -> WholeMarket:
    """The market of the last session before `first_day` in market files.

    Raises:
        DataError: no file, no such session, or no whole market on it.
    """
    if not paths:
        raise DataError(needed())
    required = ("date", *_WORDS)
    tables = [read_table(path, required, _FIGURES, _WORDS) for path in paths]
    there = [name for name in (*required, *_FIGURES) if all(name in table.column_names for table in tables)]
    rows = pa.concat_tables([table.select(there) for table in tables], promote_options="permissive")
    called = ", ".join(path.name for path in paths)
    return _market("file", called, rows.unify_dictionaries(), first_day, {})


def market_of_store(store: Store, first_day: date) -> WholeMarket:
    """The market of the last session before `first_day` in the best source of the store that holds it.

    Raises:
        DataError: the store holds no whole market before that day.
    """
    last = first_day - timedelta(days=1)
    for source in SOURCES:
        table = store.table(source, MARKET)
        if not any(last - _REACH <= day <= last for day in table.sessions):
            continue
        rows = table.read(("date", *_WORDS, *_FIGURES), last - _REACH, last)
        return _market(source, f"{store.shown} ({source})", rows, first_day, _industries(store, source, last))
    raise DataError(
        "{store} holds no whole market before {first_day}: {needed}",
        store=store.shown,
        first_day=first_day,
        needed=needed(),
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


def _market(source: str, called: str, rows: pa.Table, first_day: date, industries: Mapping[str, str]) -> WholeMarket:
    day = to_numpy(rows["date"])
    before = day < np.datetime64(first_day)
    if not before.any():
        raise DataError(
            "{called}: no session before {first_day}: {needed}", called=called, first_day=first_day, needed=needed()
        )
    sessions = np.unique(day[before])[-TURNOVER_SESSIONS:]
    recent = np.flatnonzero(before & (day >= sessions[0]))
    rows, day = rows.take(recent), day[recent]
    at_base = np.flatnonzero(day == sessions[-1])
    base: date = sessions[-1].item()
    words = {name: [str(word) for word in rows[name].take(at_base).to_pylist()] for name in _WORDS}
    tickers = [ticker.zfill(6) for ticker in words["ticker"]]
    if len(tickers) < WHOLE_MARKET:
        raise DataError(
            "{called}: {count} stocks on {base}, a whole market has {least} or more: {needed}",
            called=called,
            count=len(tickers),
            base=base,
            least=WHOLE_MARKET,
            needed=needed(),
        )
    figures = {
        name: to_numpy(rows[name]).astype(np.float64) if name in rows.column_names else np.full(len(day), np.nan)
        for name in _FIGURES
    }
    place = {ticker: number for number, ticker in enumerate(tickers)}
    number = np.array([place.get(str(ticker).zfill(6), -1) for ticker in rows["ticker"].to_pylist()])
    listed = number >= 0
    traded = np.full((len(sessions), len(tickers)), np.nan)
    traded[np.searchsorted(sessions, day[listed]), number[listed]] = figures["value"][listed]
    value = np.full(len(tickers), np.nan)
    known = np.isfinite(traded).any(axis=0)
    value[known] = np.nanmedian(traded[:, known], axis=0)
    return WholeMarket(
        source,
        base,
        tuple(tickers),
        tuple(words["name"]),
        tuple(words["market"]),
        figures["marcap"][at_base],
        value,
        industries,
    )
