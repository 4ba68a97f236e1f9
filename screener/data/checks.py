"""Sessions, levels and histories of live sources as a whole, before they go into the store.

Throughout, `source` is how messages call where rows come from, and `day` the session that was asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from screener.data.findings import refuse
from screener.data.price_rows import WHOLE_MARKET, with_base
from screener.data.witnesses import LIMIT, WEIGHTED, equal, outside_average
from screener.errors import NetworkError
from screener.i18n import _
from screener.krx.codes import TICKER
from screener.krx.tables import BENCHMARKS, FLOWS, TableKind, floats, to_numpy, words

_WHOLE_SINCE = date(2021, 1, 1)
WHOLE, _WHOLE_EARLIER = 2_500, 1_500
"""Names that a whole market has at least, since then and before: KRX lists more of them every year."""
_ALIKE = 0.5
"""Part of the stocks whose figures may equal the day before's; it takes both price and volume to be equal."""
_SHRUNK = 0.95
"""Part of the day before's names that a session has at least: no more than a few leave on one day."""
_NAMED = 0.90
"""Part of a session's stocks that its flows and industries name at least."""
_ROUNDED = 0.02
"""Points by which a change of an index may differ from the difference of its levels, both of two decimals."""
_RATES_FIT = 0.98
"""Part of the stocks whose rate must go with the closes of the two sessions: of those that had corporate actions there
were five among 2,868 at most. Beyond it not the rows are doubted one by one, but the session."""
_APART = 0.5
"""Part of the stocks whose average price may lie outside their high and low; by blocks it does of one in a thousand."""
_MOVED = 0.02
"""Part of the stocks that may have another market than the session before; in truth it is one or two."""
_JOINS = 0.05
"""Part by which a level may differ from what is stored of its day: that may be the level of the day before."""
_WEIGHTED_IN_PART = 0.03
"""The same as WEIGHTED where fewer than WHOLE_MARKET stocks of a market are known."""


def session_is_open(source: str, day: date, rows: pa.Table) -> bool:
    """Whether the market was open on `day`; if it was, `rows` are a whole and consistent session.

    `rows` are of MARKET, with the `change` that the source gives, if it does.

    Raises:
        DataError: half a market, or figures that contradict themselves.
    """
    what = _("{source}: the session {day}", source=source, day=day)
    if not rows.num_rows:
        return False  # a source gives none only for a day that it knows to be no session
    fewest = WHOLE if day >= _WHOLE_SINCE else _WHOLE_EARLIER
    refuse(
        rows.num_rows < fewest,
        "{what} arrived with {count:,} stocks, at least {fewest:,} are required: a partial market is not stored",
        what=what,
        count=rows.num_rows,
        fewest=fewest,
    )
    close, volume, rate = (floats(rows, name) for name in ("close", "volume", "change_pct"))
    traded = volume > 0
    if not traded.any():
        return False
    tickers = words(rows, "ticker")
    refuse(len(set(tickers)) < len(tickers), "{what} lists a stock twice: not stored", what=what)
    odd = [TICKER.fullmatch(ticker) is None for ticker in tickers]
    refuse(odd, "{what} contains {odd!r}, which is not a ticker: not stored", what=what, odd=tickers)
    if "change" in rows.column_names:  # the rate of a stock is its own change over its base price
        change = floats(rows, "change")
        known = traded & np.isfinite(change) & np.isfinite(rate) & (close > change)
        fits = np.abs(100.0 * change[known] / (close - change)[known] - rate[known]) < 0.01
        too_few = fits.size > 0 and fits.mean() < _RATES_FIT
        refuse(too_few, "{what}: its rates of change contradict its changes: not stored", what=what)
    figures = {name: floats(rows, name)[traded] for name in ("close", "high", "low", "volume", "value")}
    apart = outside_average(figures).mean() > _APART
    refuse(apart, "{what}: its traded values contradict its volumes and prices: not stored", what=what)
    return True


def session_follows(source: str, day: date, rows: pa.Table, before: pa.Table) -> None:
    """Refuse a session that does not follow on the one before.

    Both are MARKET rows; `day` is the later one.

    Raises:
        DataError: it has lost stocks, or its rates are against other closes.
        NetworkError: the source is stale: these are the figures of the session before.
    """
    what = _("{source}: the session {day}", source=source, day=day)
    refuse(
        rows.num_rows < _SHRUNK * before.num_rows,
        "{what} arrived with {count:,} stocks, the previous session has {before:,}: a partial market is not stored",
        what=what,
        count=rows.num_rows,
        before=before.num_rows,
    )
    _both, now, then = np.intersect1d(words(rows, "ticker"), words(before, "ticker"), return_indices=True)
    listed, listed_before = (
        np.array([market.split()[0] for market in words(table, "market")])[which]
        for table, which in ((rows, now), (before, then))
    )
    refuse(
        now.size > 0 and (listed != listed_before).mean() > _MOVED,
        "{what} has many stocks on another market than in the previous session: not stored",
        what=what,
    )
    close, volume, rate = (floats(rows, name)[now] for name in ("close", "volume", "change_pct"))
    close_before, volume_before = (floats(before, name)[then] for name in ("close", "volume"))
    traded = (volume > 0) & (volume_before > 0) & (close_before > 0)
    if not traded.any():
        return
    was = before["date"][0].as_py()
    alike = (close == close_before) & (volume == volume_before)
    refuse(
        alike[traded].mean() > _ALIKE,
        "{what} arrived with the figures of {was}",
        hint="nothing was stored; try again later",
        error=NetworkError,
        what=what,
        was=was,
    )
    fits = np.abs(close[traded] / close_before[traded] - 1.0 - rate[traded] / 100.0) < 0.001
    refuse(
        fits.mean() < _RATES_FIT,
        "{what}: its closes and rates of change contradict the closes of {before}",
        hint="not stored; if KRX traded between them, add the day to [calendar] in screener.toml",
        what=what,
        before=was,
    )


def indices_are_sound(source: str, rows: pa.Table) -> None:
    """Refuse levels of indices that cannot be.

    `rows` are INDICES rows of sessions without a gap, in any order, with the `change` that the source gives, or null.

    Raises:
        DataError: a level that is missing, stands twice, is none, or moves otherwise than the source says.
        NetworkError: the source is stale: a session has the figures of the one before.
    """
    sessions = np.unique(to_numpy(rows["date"]))
    names = words(rows, "index")
    what = _("{source}: the indices of", source=source)
    for index in sorted({*names, *BENCHMARKS}) if sessions.size else []:
        levels = rows.filter(pa.array([name == index for name in names])).sort_by("date")
        days = to_numpy(levels["date"])
        told: dict[str, Any] = {"what": what, "index": index, "day": days[1:]}
        refuse(days[1:] == days[:-1], "{what} {day}: {index} is listed twice: not stored", **told)
        lacking = ~np.isin(sessions, days) & (index in BENCHMARKS)
        refuse(lacking, "{what} {day}: {index} is missing: not stored", what=what, day=sessions, index=index)
        close = floats(levels, "close")
        refuse(
            ~(close > 0),
            "{source}: the indices of {day}: {index} has no level: not stored",
            source=source,
            day=days,
            index=index,
        )
        figures = [floats(levels, name) for name in ("open", "high", "low", "close", "volume")]
        refuse(
            np.all([equal(figure[1:], figure[:-1]) for figure in figures], axis=0),
            "{what} {day} arrived with the figures of {before}",
            hint="nothing was stored; try again later",
            error=NetworkError,
            before=days[:-1],
            **told,
        )
        refuse(
            np.abs(np.diff(close) - floats(levels, "change")[1:]) > _ROUNDED,
            "{what} {day}: the move of {index} since {before} differs from its stated change",
            hint="not stored; if KRX traded between them, add the day to [calendar] in screener.toml",
            before=days[:-1],
            **told,
        )
        refuse(
            np.abs(np.diff(close)) > LIMIT * close[:-1],
            "{what} {day}: {index} moves from {before:g} to {level:g}: not stored",
            before=close[:-1],
            level=close[1:],
            **told,
        )


def levels_join(source: str, rows: pa.Table, stored: pa.Table) -> None:
    """Refuse levels that differ widely from final ones that are stored of the same days.

    Raises:
        DataError: they do.
    """

    def places(table: pa.Table) -> list[str]:
        days: list[Any] = table["date"].to_pylist()
        return [f"{name} {day}" for name, day in zip(words(table, "index"), days, strict=True)]

    held = dict(zip(places(stored), stored["close"].to_pylist(), strict=True))
    known = np.array([held.get(place, np.nan) for place in places(rows)], dtype=np.float64)
    refuse(
        np.abs(floats(rows, "close") / known - 1.0) > _JOINS,
        "{source}: {place} arrived as {level:g}, but {known:g} is stored: not stored",
        hint="if the stored values are wrong, delete the table of the indices",
        source=source,
        place=places(rows),
        level=floats(rows, "close"),
        known=known,
    )


def weighted_move(rows: pa.Table, before: pa.Table, market: str) -> tuple[float, float]:
    """Capitalisation-weighted move of a market's stocks, and how far an index may be from it; NaN if not known."""

    def inside(table: pa.Table) -> pa.Table:
        return table.filter(pc.starts_with(table["market"].cast(pa.string()), market))

    rows, before = with_base(inside(rows)), inside(before)
    total = floats(before, "marcap")
    if not rows.num_rows or not np.nansum(total):
        return np.nan, np.nan
    # What is not known of a stock may have moved as far as the price limit lets it.
    told = np.isin(words(before, "ticker"), words(rows, "ticker"))
    slack = LIMIT * np.nansum(total[~told]) / np.nansum(total)
    moved = floats(rows, "marcap").sum() / floats(rows, "base").sum() - 1.0
    return moved, slack + (WEIGHTED if rows.num_rows >= WHOLE_MARKET else _WEIGHTED_IN_PART)


def investors_are_whole(kind: TableKind, source: str, day: date, rows: pa.Table, session: pa.Table) -> None:
    """Refuse net purchases (FLOWS) or INDUSTRIES of a part of the market; `session` are the MARKET rows of the day.

    There is hardly a stock that was traded and that no individual traded; KONEX has no industries.

    Raises:
        DataError: they lack many of the stocks.
    """
    if kind is FLOWS:
        what = _("{source}: the flows of {day}", source=source, day=day)
        rows = rows.filter(pc.is_valid(rows["individual"]))
        session = session.filter(pc.greater(session["volume"], pa.scalar(0)))
    else:
        what = _("{source}: the industries of {day}", source=source, day=day)
        session = session.filter(pa.array([market != "KONEX" for market in words(session, "market")], pa.bool_()))
    wanted = set(words(session, "ticker"))
    named = wanted.intersection(words(rows, "ticker"))
    refuse(
        len(named) < _NAMED * len(wanted),
        "{what} arrived with {count:,} of {wanted:,} stocks: a partial market is not stored",
        what=what,
        count=len(named),
        wanted=len(wanted),
    )


def histories_are_fresh(source: str, histories: Sequence[pa.Table], last: date, before: date) -> None:
    """Refuse PRICES rows, each of one stock, if most that traded on `last` have the very figures of the session before.

    Raises:
        NetworkError: the source is stale.
    """
    alike = []
    for rows in histories:
        figures = [
            rows.filter(pc.equal(rows["date"], pa.scalar(day))).drop_columns(["date"]).to_pylist()
            for day in (last, before)
        ]
        if figures[0] and figures[0][0]["volume"]:
            alike.append(figures[0] == figures[1])
    refuse(
        sum(alike) > _ALIKE * len(alike),
        "{source} returns the figures of {before} for {last}",
        hint="they were not stored; try again later",
        error=NetworkError,
        source=source,
        before=before,
        last=last,
    )
