"""The user's own CSV or Parquet files: read for one report, or taken into the store."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from screener.data.panel import build_panel
from screener.data.price_rows import PriceRows, price_rows_of, read_prices, read_table
from screener.data.quality import Finding, checked_level, clean, finding
from screener.data.sources import Fetched, File, Market, PriceRequest
from screener.data.store import Store
from screener.errors import DataError, UsageError
from screener.i18n import _
from screener.krx.tables import INDICES, MARKET, PRICES, Days, TableKind, plain, to_numpy


@dataclass(frozen=True)
class Files:
    """A panel of prices, index levels beside it, and optionally a market file with official change rates and caps."""

    prices: Sequence[Path]
    benchmark: Sequence[Path] = ()
    market: Sequence[Path] = ()
    name: str = "file"

    def refusal(self, need: PriceRequest) -> str | None:  # noqa: ARG002 - what files hold shows when they are read
        """None: files that the user names are always tried."""
        return None

    def load(self, need: PriceRequest) -> Market:
        """The panel of all the files together."""
        called = ", ".join(path.name for path in self.prices)
        rows = read_prices(self.prices, need.tickers, need.as_of)
        if not rows.day.size:
            until = _(" through {day}", day=need.as_of) if need.as_of else ""
            raise DataError(
                "{called}: none of the {count} configured tickers has a price{until}",
                called=called,
                count=len(need.tickers),
                until=until,
            )
        _refuse_future(called, rows.day.max(), need.today)
        prices, findings = clean(rows, need.tickers, called)
        if not prices.traded.any():
            raise DataError(
                "{called}: none of the {count} configured tickers ever traded",
                called=called,
                count=len(need.tickers),
            )
        official = None
        if self.market:
            market_called = ", ".join(path.name for path in self.market)
            official, found = clean(read_prices(self.market, need.tickers, need.as_of), need.tickers, market_called)
            findings += found + _other_markets(official, need)
        levels = self._levels(need) if self.benchmark else {}
        panel, found = build_panel(prices, official, levels, need.tickers, need.price_limit)
        sessions: list[date] = panel.sessions.tolist()
        return Market(
            source=self.name,
            panel=panel,
            findings=tuple(findings + found),
            benchmark=", ".join(need.markets) if self.benchmark else _("none"),
            files=tuple(File(path.name, _sha256(path)) for path in (*self.prices, *self.benchmark, *self.market)),
            last_prices=frozenset(day for day in sessions if need.after_market and day >= need.after_market),
        )

    def _levels(self, need: PriceRequest) -> dict[str, tuple[Days, NDArray[np.float64]]]:
        """Days and levels of each index that is needed."""
        called = ", ".join(path.name for path in self.benchmark)
        parts = [read_table(path, ("date", "index", "close"), ("close",), ("index",)) for path in self.benchmark]
        table = pa.concat_tables(parts)
        code: Any = table.unify_dictionaries()["index"].combine_chunks()
        there = [str(text) for text in code.dictionary.to_pylist()]
        levels = {}
        for name in need.markets:
            if name not in there:
                raise DataError(
                    "{called}: no index {name!r}",
                    hint="the column index holds {there}",
                    called=called,
                    name=name,
                    there=", ".join(sorted(there)[:12]),
                )
            rows = np.flatnonzero(to_numpy(code.indices) == there.index(name))
            days, close = to_numpy(table["date"], rows), to_numpy(table["close"], rows).astype(np.float64)
            levels[name] = checked_level(called, name, days, close, need.as_of)
        return levels


def _other_markets(official: PriceRows, need: PriceRequest) -> list[Finding]:
    """Stocks that the market file lists elsewhere than the configuration; `KOSDAQ GLOBAL` is a segment of KOSDAQ."""
    elsewhere = [
        f"{need.tickers[ticker]} {market}"
        for ticker, market in sorted(official.market_of.items())
        if not market.startswith(need.market_of[need.tickers[ticker]])
    ]
    return finding("other_market", "warning", elsewhere)


def _refuse_future(called: str, day: np.datetime64, today: date) -> None:
    if day > np.datetime64(today):
        raise DataError(
            "{called}: {day} is in the future (today is {today})",
            hint="correct the date",
            called=called,
            day=day,
            today=today,
        )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


SOURCE = "file"
RATES = ("change_pct", "marcap")
"""What a price file may tell of the whole-market kind."""
_LARGEST = 2.0**63


def import_files(
    store: Store, prices: Sequence[Path], benchmark: Sequence[Path], market: Sequence[Path], at: datetime
) -> Fetched:
    """Take the files into the store; all of them are looked at together before the first row is written.

    Call it under `store.writing`. Official rates and capitalisations in price files are kept as well. A stock whose
    closes differ from those that are stored has other adjustments: it is replaced whole.

    Raises:
        UsageError: a file that is not there, or none.
        DataError: a file that cannot be read; rows that contradict each other, cannot be, or are of the future.
    """
    if not prices:
        raise UsageError("--source file: names no file", hint="write --source file:PATH")
    histories, sessions, levels = _rows(prices, PRICES, at), _rows(market, MARKET, at), _rows(benchmark, INDICES, at)
    official = _official(sessions, histories)
    tables = {kind: store.table(SOURCE, kind) for kind in (PRICES, MARKET, INDICES)}
    stored = tables[PRICES].read(("date", "ticker", "close"), keys=_words(histories, PRICES))
    restated = _restated(stored, histories)
    # The closes come last: as long as they are the old ones, an import that was cut short is seen to be unfinished.
    for kind, rows in ((MARKET, official), (INDICES, levels), (PRICES, histories)):
        is_restated = pc.is_in(rows[kind.key].cast(pa.string()), pa.array(sorted(restated), pa.string()))
        added, again = rows.filter(pc.invert(is_restated)), rows.filter(is_restated)
        if added.num_rows:
            tables[kind].write(added, replacing="rows", fetched=at, coverage=_spans(added) if kind is PRICES else None)
        if restated and kind is not INDICES:
            # What was told of a stock beside its other closes goes with them, also where nothing new is told.
            tables[kind].write(
                again, replacing="series", fetched=at, keys=restated, coverage=_spans(again) if kind is PRICES else None
            )
    days = to_numpy(histories["date"])
    return Fetched(
        SOURCE,
        days.max().item(),
        sessions=len(sessions["date"].unique()),
        series=len(_words(histories, PRICES)),
        restated=sorted(restated),
    )


def _rows(paths: Sequence[Path], kind: TableKind, at: datetime) -> pa.Table:
    """Rows of all files together in the form of `kind`, checked, each once; of prices also what `MARKET` holds."""
    form = INDICES.schema if kind is INDICES else MARKET.schema
    text = [kind.key] if kind is PRICES else [field.name for field in form if pa.types.is_dictionary(field.type)]
    numeric = [field.name for field in form if pa.types.is_integer(field.type) or pa.types.is_floating(field.type)]
    parts = [read_table(path, ("date", kind.key, "close"), numeric, text) for path in paths]
    if not parts:
        return kind.schema.empty_table()
    called = ", ".join(path.name for path in paths)
    table = pa.concat_tables(parts, promote_options="permissive").unify_dictionaries().combine_chunks()
    day = to_numpy(table["date"])
    _refuse_future(called, day.max(), at.date())
    code: Any = table[kind.key].combine_chunks()
    written = [str(word) for word in code.dictionary.to_pylist()]
    if kind is INDICES:
        names = sorted(written)
        for name in names:
            rows = np.flatnonzero(to_numpy(code.indices) == written.index(name))
            checked_level(called, name, day[rows], to_numpy(table["close"])[rows].astype(np.float64), None)
        sessions = np.unique(day)
    else:
        written = [word.zfill(6) for word in written]
        names = sorted(set(written))
        sound, _findings = clean(price_rows_of(table, names), names, called)
        sessions = np.unique(sound.day)
        restored = pa.DictionaryArray.from_arrays(code.indices, pa.array(written))
        table = table.set_column(table.column_names.index(kind.key), kind.key, restored)
    place = {name: number for number, name in enumerate(names)}
    number = np.array([place[word] for word in written], dtype=np.int64)[to_numpy(code.indices)]
    return _whole_numbers(table.take(_each_once(day, number, sessions)), kind, form, called)


def _whole_numbers(table: pa.Table, kind: TableKind, form: pa.Schema, called: str) -> pa.Table:
    """Pieces and won as whole numbers, null where there is none; a file may hold them as fractions."""
    for position, name in enumerate(table.column_names):
        if not pa.types.is_integer(form.field(name).type) or pa.types.is_integer(table[name].type):
            continue
        figures = to_numpy(table[name])
        bad = np.flatnonzero((figures < 0) | (figures >= _LARGEST))
        if bad.size:
            row = int(bad[0])
            raise DataError(
                "{called}: {key} on {day}: {name} {figure:g} cannot be",
                hint="correct it",
                called=called,
                key=table[kind.key][row],
                day=table["date"][row],
                name=name,
                figure=figures[row],
            )
        known = np.isfinite(figures)
        whole = np.where(known, np.rint(np.where(known, figures, 0.0)), 0.0).astype(np.int64)
        table = table.set_column(position, name, pa.array(whole, mask=~known))
    return table


def _official(sessions: pa.Table, histories: pa.Table) -> pa.Table:
    """Rows of market files, and beside them what price files tell of the same kind; the market file is believed."""
    rates = [name for name in RATES if name in histories.column_names]
    if not rates:
        return sessions
    has_any = np.any([np.isfinite(to_numpy(histories[name].cast(pa.float64()))) for name in rates], axis=0)
    rated = histories.filter(pa.array(has_any & (to_numpy(histories["close"]) > 0)))
    both = pa.concat_tables([rows.cast(plain(rows.schema)) for rows in (sessions, rated)], promote_options="permissive")
    others = [name for name in both.column_names if name not in ("date", "ticker")]
    # The first one that is known.
    rows = both.group_by(["date", "ticker"], use_threads=False).aggregate([(name, "first") for name in others])
    return rows.rename_columns([name.removesuffix("_first") for name in rows.column_names])


def _restated(stored: pa.Table, fresh: pa.Table) -> set[str]:
    """Stocks whose closes differ from those that are stored."""
    if not stored.num_rows:
        return set()
    held = dict(zip(_keys(stored), stored["close"].to_pylist(), strict=True))
    return {
        key[1]
        for key, close in zip(_keys(fresh), fresh["close"].to_pylist(), strict=True)
        if held.get(key, close) != close
    }


def _spans(rows: pa.Table) -> dict[str, tuple[date, date]]:
    """First and last day of each stock."""
    found = rows.group_by("ticker").aggregate([("date", "min"), ("date", "max")])
    spans: Any = zip(found["date_min"].to_pylist(), found["date_max"].to_pylist(), strict=True)
    return dict(zip(_column(found, "ticker"), spans, strict=True))


def _keys(rows: pa.Table) -> list[tuple[Any, str]]:
    return list(zip(rows["date"].to_pylist(), _column(rows, "ticker"), strict=True))


def _column(rows: pa.Table, name: str) -> list[str]:
    return [str(word) for word in rows[name].cast(pa.string()).to_pylist()]


def _words(rows: pa.Table, kind: TableKind) -> list[str]:
    return sorted(set(_column(rows, kind.key)))


def _each_once(day: np.ndarray[Any, Any], number: np.ndarray[Any, Any], days: np.ndarray[Any, Any]) -> pa.Array[Any]:
    """Rows on `days`, by day and number, the first of equal ones."""
    order = np.lexsort((number, day))
    order = order[np.isin(day[order], days)]
    again = np.zeros(len(order), dtype=bool)
    again[1:] = (day[order][1:] == day[order][:-1]) & (number[order][1:] == number[order][:-1])
    return pa.array(order[~again])
