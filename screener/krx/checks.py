"""Is what a live source gave what it should be? Only then does it go into the store.

Throughout, `source` is how messages call where the rows come from, and `day` the session that was asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from screener.errors import DataError, NetworkError
from screener.i18n import N_, _
from screener.krx.calendar import TICKER
from screener.krx.tables import to_numpy

Floats = np.ndarray[tuple[int], np.dtype[np.float64]]

WHOLE_SINCE = date(2021, 1, 1)
WHOLE, WHOLE_EARLIER = 2_500, 1_500
"""Names that a whole market has at least, since then and before: KRX lists more of them every year."""
ALIKE = 0.5
"""Part of the stocks whose figures may equal the day before's; it takes both price and volume to be equal."""
SHRUNK = 0.95
"""Part of the day before's names that a session has at least: no more than a few leave on one day."""
PRICE_ROUNDED = 0.001
"""Part of a price that rounding may have moved it by."""
NAMED = 0.90
"""Part of a session's stocks that its flows and industries name at least."""
LARGEST = 2.0**53
"""No figure of a day is larger, and none that is could be told from its neighbours as a float."""
BENCHMARKS = ("KOSPI", "KOSDAQ")
"""Indices without which a session has no benchmark."""
ROUNDED = 0.02
"""Points by which a change of an index may differ from the difference of its levels, both of two decimals."""
RATES_FIT = 0.90
"""Part of the stocks whose rate must go with the closes of the two sessions; the rest had corporate actions."""


def session_is_open(source: str, day: date, rows: pa.Table) -> bool:
    """Whether the market was open on `day`; if it was, `rows` are a whole and consistent session.

    `rows` are of MARKET, with the `change` that the source gives, if it does.

    Raises:
        DataError: half a market, or figures that contradict themselves.
    """
    what = _("{source}: the session {day}", source=source, day=day)
    if not rows.num_rows:
        return False  # a source gives none only for a day that it knows to be no session
    fewest = WHOLE if day >= WHOLE_SINCE else WHOLE_EARLIER
    if rows.num_rows < fewest:
        raise DataError(
            "{what} came with {count:,} stocks where {fewest:,} are the least: part of a market is not stored",
            what=what,
            count=rows.num_rows,
            fewest=fewest,
        )
    close, volume = _numbers(rows, "close"), _numbers(rows, "volume")
    if not (np.nan_to_num(volume) > 0).any():
        return False
    tickers = _words(rows, "ticker")
    if len(set(tickers)) < len(tickers):
        raise DataError("{what} names a stock twice: not stored", what=what)
    odd = next((ticker for ticker in tickers if not TICKER.fullmatch(ticker)), None)
    if odd is not None:
        raise DataError("{what} names {odd!r}, which is no ticker: not stored", what=what, odd=odd)
    _refuse_impossible(what, rows, tickers)
    traded = (np.nan_to_num(volume) > 0) & ~(close > 0)
    if traded.any():
        raise DataError(
            "{what}: {ticker} traded without a price: not stored", what=what, ticker=tickers[int(np.argmax(traded))]
        )
    _refuse_other_rates(what, rows)
    return True


def _refuse_other_rates(what: str, rows: pa.Table) -> None:
    """The rate of a stock is its own change over its base price."""
    if "change" not in rows.column_names:
        return
    close, volume, change, rate = (_numbers(rows, name) for name in ("close", "volume", "change", "change_pct"))
    known = (volume > 0) & np.isfinite(change) & np.isfinite(rate) & (close > change)
    fits = np.abs(100.0 * change[known] / (close - change)[known] - rate[known]) < 0.01
    if fits.size and fits.mean() < RATES_FIT:
        raise DataError("{what}: its rates do not go with its changes: not stored", what=what)


def session_follows(source: str, day: date, rows: pa.Table, before: pa.Table) -> None:
    """Refuse a session that does not follow on the one before.

    Both are MARKET rows; `day` is the later one.

    Raises:
        DataError: it has lost stocks, or its rates are against other closes.
        NetworkError: the source is stale: these are the figures of the session before.
    """
    what = _("{source}: the session {day}", source=source, day=day)
    if rows.num_rows < SHRUNK * before.num_rows:
        raise DataError(
            "{what} came with {count:,} stocks, the session before has {before:,}: part of a market is not stored",
            what=what,
            count=rows.num_rows,
            before=before.num_rows,
        )
    earlier = {ticker: row for row, ticker in enumerate(_words(before, "ticker"))}
    now = enumerate(_words(rows, "ticker"))
    pairs = np.array([(row, earlier[ticker]) for row, ticker in now if ticker in earlier], dtype=np.int64)
    close, volume, rate = (_numbers(rows, name)[pairs[:, 0]] for name in ("close", "volume", "change_pct"))
    close_before, volume_before = (_numbers(before, name)[pairs[:, 1]] for name in ("close", "volume"))
    traded = (volume > 0) & (volume_before > 0) & (close_before > 0)
    if not traded.any():
        return
    alike = (close == close_before) & (volume == volume_before)
    if alike[traded].mean() > ALIKE:
        was = before["date"][0].as_py()
        raise NetworkError(
            "{what} came with the figures of {was}", hint="nothing is stored, try again later", what=what, was=was
        )
    fits = np.abs(close / np.where(traded, close_before, 1.0) - 1.0 - rate / 100.0) < 0.001
    if fits[traded].mean() < RATES_FIT:
        raise DataError(
            "{what}: its closes and its rates do not go with the closes of {before}",
            hint="not stored; if KRX traded between them, add the day to [calendar] in screener.toml",
            what=what,
            before=before["date"][0].as_py(),
        )


def indices_are_sound(source: str, rows: pa.Table) -> None:
    """Refuse levels of indices that cannot be.

    `rows` are INDICES rows of sessions without a gap, in any order, with the `change` that the source gives, or null.

    Raises:
        DataError: a level that is missing, stands twice, is none, or moves otherwise than the source says.
        NetworkError: the source is stale: a session has the figures of the one before.
    """
    sessions = sorted(set(_days(rows)))
    names = _words(rows, "index")
    what = _("{source}: the indices of", source=source)
    for index in sorted({*names, *BENCHMARKS}) if sessions else []:
        levels = rows.filter(pa.array([name == index for name in names])).sort_by("date")
        days = _days(levels)
        twice = next((day for day, following in pairwise(days) if day == following), None)
        if twice:
            raise DataError("{what} {day}: {index} stands twice: not stored", what=what, day=twice, index=index)
        lacking = sorted(set(sessions) - set(days)) if index in BENCHMARKS else []
        if lacking:
            raise DataError("{what} {day}: {index} is missing: not stored", what=what, day=lacking[0], index=index)
        without = ~(_numbers(levels, "close") > 0)
        if without.any():
            day = days[int(np.argmax(without))]
            raise DataError(
                "{source}: the indices of {day}: {index} has no level: not stored", source=source, day=day, index=index
            )
        _refuse_other_moves(what, index, levels)


def _refuse_other_moves(what: str, index: str, levels: pa.Table) -> None:
    """Each session has figures of its own, and its change is that of the levels."""
    days = _days(levels)
    same = np.ones(len(days) - 1, dtype=bool)
    for name in ("open", "high", "low", "close", "volume"):
        column = _numbers(levels, name)
        same &= (column[1:] == column[:-1]) | (np.isnan(column[1:]) & np.isnan(column[:-1]))
    if same.any():
        row = int(np.argmax(same))
        raise NetworkError(
            "{what} {day} came with the figures of {before}",
            hint="nothing is stored, try again later",
            what=what,
            day=days[row + 1],
            before=days[row],
        )
    moved = np.abs(np.diff(_numbers(levels, "close")) - _numbers(levels, "change")[1:]) > ROUNDED
    if moved.any():
        row = int(np.argmax(moved))
        raise DataError(
            "{what} {day}: {index} moved otherwise since {before} than its change says",
            hint="not stored; if KRX traded between them, add the day to [calendar] in screener.toml",
            what=what,
            day=days[row + 1],
            index=index,
            before=days[row],
        )


def flows_are_whole(source: str, day: date, rows: pa.Table, session: pa.Table) -> None:
    """Refuse net purchases of a part of the market.

    `rows` are of FLOWS, `session` the MARKET rows of the same day.

    Raises:
        DataError: they lack many of the stocks that were traded; there is hardly one that no individual trades.
    """
    known = rows.filter(pc.is_valid(rows["individual"]))
    traded = session.filter(pc.greater(session["volume"], pa.scalar(0)))
    named, wanted = set(_words(known, "ticker")), set(_words(traded, "ticker"))
    _refuse_part(_("{source}: the flows of {day}", source=source, day=day), named, wanted)


def industries_are_whole(source: str, day: date, rows: pa.Table, session: pa.Table) -> None:
    """Refuse industries of a part of the market; KONEX has none.

    `rows` are of INDUSTRIES, `session` the MARKET rows of the same day.

    Raises:
        DataError: they lack many of the stocks.
    """
    markets = zip(_words(session, "ticker"), _words(session, "market"), strict=True)
    wanted = {ticker for ticker, market in markets if market != "KONEX"}
    _refuse_part(_("{source}: the industries of {day}", source=source, day=day), set(_words(rows, "ticker")), wanted)


def _refuse_part(what: str, named: set[str], wanted: set[str]) -> None:
    if len(named & wanted) < NAMED * len(wanted):
        raise DataError(
            "{what} came with {count:,} of {wanted:,} stocks: part of a market is not stored",
            what=what,
            count=len(named & wanted),
            wanted=len(wanted),
        )


def history_is_sound(
    source: str, ticker: str, rows: pa.Table, until: date, after_market: date | None = None
) -> pa.Table:
    """Rows of one stock's history through `until`; later ones are not final yet.

    From `after_market` on the close may be a price of the after-market, not bounded by the high and low of the regular
    session.

    Raises:
        DataError: figures that contradict themselves.
    """
    what = f"{source}: {ticker}"
    rows = rows.filter(pc.less_equal(rows["date"], pa.scalar(until)))
    days = to_numpy(rows["date"])
    if (np.diff(days).astype(np.int64) <= 0).any():
        raise DataError("{what}: its days are not in order, or stand twice: not stored", what=what)
    if not np.is_busday(days).all():
        raise DataError("{what}: {day} is no working day: not stored", what=what, day=days[~np.is_busday(days)][0])
    _refuse_impossible(what, rows, [_("{ticker} on {day}", ticker=ticker, day=day) for day in days])
    close, high, low, volume = (_numbers(rows, name) for name in ("close", "high", "low", "volume"))
    # Adjusted prices are rounded one by one, so that a close may stand a little above its own high.
    slack = np.maximum(1.0, PRICE_ROUNDED * close)
    bounded = (volume > 0) & (True if after_market is None else days < np.datetime64(after_market))
    bad = ~(close > 0) | (bounded & ((high < close - slack) | (low > close + slack)))
    if bad.any():
        raise DataError(
            "{what} on {day}: close {close:g} cannot be: not stored", what=what, day=days[bad][0], close=close[bad][0]
        )
    return rows


def last_session_is_stale(histories: Sequence[pa.Table], last: date, before: date) -> bool:
    """Whether most stocks that traded on `last` have the very figures of the session before.

    `histories` are PRICES rows, each of one stock; `before` is the session before `last`.
    """
    alike = []
    for rows in histories:
        figures = {}
        for day in (last, before):
            there = rows.filter(pc.equal(rows["date"], pa.scalar(day)))
            figures[day] = [there[name].to_pylist() for name in ("open", "high", "low", "close", "volume")]
        if figures[last][-1] and figures[last][-1][0]:
            alike.append(figures[last] == figures[before])
    return sum(alike) > ALIKE * len(alike)


def _refuse_impossible(what: str, rows: pa.Table, named: list[str]) -> None:
    for name in ("open", "high", "low", "close", "volume", "value", "marcap", "shares"):
        if name in rows.column_names:
            figures = _numbers(rows, name)
            for bad, message in (
                (figures > LARGEST, N_("{what}: {where}: {name} is larger than can be: not stored")),
                (figures < 0, N_("{what}: {where}: negative {name}: not stored")),
            ):
                if bad.any():
                    raise DataError(message, what=what, where=named[int(np.argmax(bad))], name=name)


def _numbers(rows: pa.Table, name: str) -> Floats:
    """A column as floats, NaN for null."""
    return to_numpy(rows[name].cast(pa.float64(), safe=False))


def _words(rows: pa.Table, name: str) -> list[str]:
    """A column of words."""
    return [str(word) for word in rows[name].cast(pa.string()).to_pylist()]


def _days(rows: pa.Table) -> list[date]:
    """The dates, row by row."""
    days: list[date] = to_numpy(rows["date"]).tolist()
    return days
