"""The user's own CSV or Parquet files: read for one report, or taken into the store."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from screener.data.cleaning import clean, dated, refuse_untraded
from screener.data.fetch import Fetched, restated
from screener.data.findings import Finding, refuse
from screener.data.forms.dialects import NO_HINTS, Hints
from screener.data.forms.reading import read_table
from screener.data.levels import by_index, index_is_sound, join, refuse_alike, refuse_exchanged, weigh_levels
from screener.data.panel import build_panel
from screener.data.price_rows import PRICE_COLUMNS, PriceRows
from screener.data.sources import File, Market, PriceRequest, Source
from screener.data.store import Store, StoredTable
from screener.data.universe import LISTED, OF_PRICES, OF_RATES, WholeMarket, whole_market
from screener.errors import DataError, TooEarlyError, UsageError
from screener.i18n import _
from screener.krx.calendar import Calendar
from screener.krx.tables import INDICES, MARKET, PRICES, Days, Floats, TableKind, coded, floats, plain, to_numpy, words


@dataclass(frozen=True)
class _FileReader:
    """Reads a file in whatever form; its dates are days that KRX has."""

    calendar: Calendar
    today: date
    hints: Hints
    said: list[Finding] = field(default_factory=list)
    """What was mended."""
    recognised: dict[Path, str] = field(default_factory=dict)
    """By file, the form that it is in, where that is not the screener's own."""
    kept: dict[Path, tuple[set[str], pa.Table]] | None = None
    """By file, the columns that it was read for, and what was read; None where each file is read once."""
    since: date | None = None
    """First day that is read; None = the first that there is."""

    def table(self, path: Path, required: Sequence[str], numeric: Sequence[str], text: Sequence[str]) -> pa.Table:
        """Columns of a file, as `read_table`."""
        wanted = {*required, *numeric, *text}
        if self.kept and path in self.kept and wanted <= self.kept[path][0]:
            table = self.kept[path][1]
            return table.select([name for name in table.column_names if name in wanted])
        table = read_table(path, required, numeric, text, self.hints, self.recognised)
        if self.since is not None:
            table = table.filter(pc.greater_equal(table["date"], pa.scalar(self.since)))
        table = dated(table, path.name, self.calendar, self.today, self.said)
        if self.kept is not None:
            self.kept[path] = wanted, table
        return table

    def rows(
        self,
        paths: Sequence[Path],
        tickers: Sequence[str],
        until: date | None,
        columns: Sequence[str] = PRICE_COLUMNS,
    ) -> PriceRows:
        """Rows of `tickers`, through `until`, of all files together, with those of `columns` that are there."""
        tables = [self.table(path, ("date", "ticker", "close"), columns, ("ticker", "market")) for path in paths]
        _refuse_others(paths, tables, tickers)
        return PriceRows.of_all(tables, tickers, until)


@dataclass(frozen=True)
class Files(Source):
    """A panel of prices, index levels beside it, and optionally a market file with official change rates and caps."""

    prices: Sequence[Path]
    benchmark: Sequence[Path] = ()
    market: Sequence[Path] = ()
    hints: Hints = NO_HINTS
    name: str = "file"

    def extent(self) -> tuple[date, date]:
        """First and last day of the price files."""
        days = [read_table(path, ("date",), (), (), self.hints)["date"] for path in self.prices]
        ends = [(pc.min(column).as_py(), pc.max(column).as_py()) for column in days]
        return min(first for first, _last in ends), max(last for _first, last in ends)

    def made_of(self, first: date, last: date) -> str:  # noqa: ARG002 - a file is one thing
        """Checksums of the files."""
        return " ".join(_sha256(path) for path in (*self.prices, *self.benchmark, *self.market))

    def within(self, first: date, last: date) -> Files:
        """Those of the files that hold a day from `first` to `last`, as far as they tell without being read."""
        files = (self.prices, self.benchmark, self.market)
        prices, benchmark, market = ([path for path in paths if _may_hold(path, first, last)] for paths in files)
        return replace(self, prices=prices or self.prices, benchmark=benchmark, market=market)

    def load(self, need: PriceRequest) -> Market:
        """The panel of all the files together."""
        called = _called(self.prices)
        calendar = need.calendar or Calendar()
        # With a market file, the check of the day takes other stocks from the same files; a study of many has none.
        kept: dict[Path, tuple[set[str], pa.Table]] | None = {} if self.market and need.since is None else None
        reader = _FileReader(calendar, need.today, self.hints, kept=kept, since=need.since)
        rows = reader.rows(self.prices, need.tickers, need.as_of)
        if not rows.day.size:
            if need.since is not None:
                raise TooEarlyError("{called}: no price from {since} on", called=called, since=need.since)
            until = _(" through {day}", day=need.as_of) if need.as_of else ""
            raise DataError(
                "{called}: none of the {count} configured tickers has a price{until}",
                called=called,
                count=len(need.tickers),
                until=until,
            )
        since = need.after_market or calendar.schedule.after_market_since
        prices, findings = clean(rows, called, need.calendar, since)
        if not prices.traded.any():
            clean(rows, called, need.calendar, since, strict=True)  # says what is wrong, if it is that
        refuse_untraded(prices, called)
        _refuse_one_session(rows.day, need.least, called)
        official = None
        if self.market:
            rows = reader.rows(self.market, need.tickers, need.as_of)
            official, found = clean(rows, _called(self.market), need.calendar)
            findings += found + _other_markets(official, need)
        levels = self._levels(need, reader) if self.benchmark else {}
        panel, found = build_panel(prices, official, levels, need.price_limit, need.calendar)
        if levels:
            named = _called(self.benchmark)
            refuse_alike(levels, named)
            moves = official.market_moves if official else prices.market_moves
            panel, refused = weigh_levels(panel, levels, need.market_of, named, moves)
            found = found + refused
        return Market(
            source=self.name,
            panel=replace(panel, last_prices=need.last_prices(panel.sessions.tolist())),
            findings=tuple(reader.said + findings + found),
            benchmark=", ".join(need.markets) if self.benchmark else _("none"),
            files=tuple(
                File(path.name, _sha256(path), reader.recognised.get(path, ""))
                for path in (*self.prices, *self.benchmark, *self.market)
            ),
            everyone=partial(self._everyone, need, panel.sessions, reader) if self.market else None,
        )

    def _everyone(self, need: PriceRequest, sessions: Days, reader: _FileReader) -> WholeMarket | None:
        """Every stock that the market files list on the session before the event; None if they begin later."""
        told = [reader.table(path, ("date", "ticker"), ("marcap",), LISTED) for path in self.market]
        table = pa.concat_tables(told, promote_options="permissive").unify_dictionaries()
        day = to_numpy(table["date"])
        event_day = sessions[sessions >= np.datetime64(need.event_day or need.news)].min()
        if not (day < event_day).any():
            return None

        def rows_of(tickers: Sequence[str]) -> tuple[PriceRows, PriceRows]:
            return (
                reader.rows(self.prices, tickers, need.as_of, OF_PRICES),
                reader.rows(self.market, tickers, need.as_of, OF_RATES),
            )

        listed = table.filter(pa.array(day == day[day < event_day].max()))
        return whole_market(listed, need.markets, rows_of, sessions, need.price_limit)

    def _levels(self, need: PriceRequest, reader: _FileReader) -> dict[str, tuple[Days, Floats]]:
        called = _called(self.benchmark)
        parts = [reader.table(path, ("date", "index", "close"), ("close",), ("index",)) for path in self.benchmark]
        table = pa.concat_tables(parts)
        there, levels = by_index(table), {}
        for name in need.markets:
            if name not in there:
                raise DataError(
                    "{called}: no index {name!r}",
                    hint="the column index contains {there}",
                    called=called,
                    name=name,
                    there=", ".join(sorted(there)[:12]),
                )
            days, close = index_is_sound(called, name, *there[name], need.as_of)
            trades = np.array([need.calendar is None or need.calendar.is_session(day) for day in days.tolist()], bool)
            reader.said.extend(Finding.at("closed_days", [f"{name} {day}" for day in days[~trades]]))
            levels[name] = days[trades], close[trades]
        return levels


def _called(paths: Sequence[Path]) -> str:
    """How messages call several files."""
    return ", ".join(path.name for path in paths)


def _refuse_others(paths: Sequence[Path], tables: Sequence[pa.Table], tickers: Sequence[str]) -> None:
    """Files of other stocks altogether; one of several may be."""
    first = ""
    for table in tables:
        _number, written = coded(table, "ticker")
        if not written or set(tickers) & {text.zfill(6) for text in written}:
            return
        first = first or written[0]
    raise DataError(
        "{path}: contains none of the configured tickers",
        hint="the first one in the file is {ticker!r}",
        path=paths[0] if len(paths) == 1 else _called(paths[:3]),
        ticker=first,
    )


def _refuse_one_session(days: Days, least: int, called: str) -> None:
    """Refuse the rows of a single session where a report needs `least`."""
    if len(sessions := np.unique(days)) == 1 and least > 1:
        raise DataError(
            "{called}: contains one session, {day}",
            hint="a report needs {least} sessions before the event: pass all files of the same kind, such as "
            "--source file:DIRECTORY",
            called=called,
            day=sessions[0],
            least=least,
        )


def _other_markets(official: PriceRows, need: PriceRequest) -> list[Finding]:
    """Stocks that the market file lists elsewhere than the configuration; `KOSDAQ GLOBAL` is a segment of KOSDAQ."""
    elsewhere = [
        f"{need.tickers[ticker]} {market}"
        for ticker, market in sorted(official.market_of.items())
        if not market.startswith(need.market_of[need.tickers[ticker]])
    ]
    return Finding.at("other_market", elsewhere)


def _may_hold(path: Path, first: date, last: date) -> bool:
    """False for a Parquet file whose footer says that all its days are others."""
    if path.suffix.lower() not in (".parquet", ".pq"):
        return True
    try:
        footer = pq.ParquetFile(path).metadata
    except (pa.ArrowException, OSError):
        return True  # reading it says what is wrong
    names = footer.schema.names
    if "date" not in names or not footer.num_row_groups:
        return True
    told = [footer.row_group(group).column(names.index("date")).statistics for group in range(footer.num_row_groups)]
    ends: list[Any] = [end for one in told if one is not None and one.has_min_max for end in (one.min, one.max)]
    if len(ends) < 2 * len(told) or not all(isinstance(end, date) for end in ends):
        return True
    days: list[date] = [end.date() if isinstance(end, datetime) else end for end in ends]
    return min(days) <= last and max(days) >= first


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


_SOURCE = "file"
_RATES = ("change_pct", "marcap", "shares")
"""What a price file may tell of the whole-market kind."""
_LARGEST = 2.0**63


def import_files(store: Store, files: Files, at: datetime, calendar: Calendar | None = None) -> Fetched:
    """Take the files into the store; all of them are looked at together before the first row is written.

    Call it under `store.writing`. Official rates and capitalisations in price files are kept as well. A stock whose
    closes differ from those that are stored has other adjustments: it is replaced whole.

    Raises:
        UsageError: a file that is not there, or none.
        DataError: a file that cannot be read; rows that contradict each other, cannot be, or are of the future.
    """
    if not files.prices:
        raise UsageError("--source file: has no path", hint="write --source file:PATH")
    reader = _FileReader(calendar or Calendar(), at.date(), files.hints)
    histories, sessions, levels = (
        _rows(paths, kind, reader)
        for paths, kind in ((files.prices, PRICES), (files.market, MARKET), (files.benchmark, INDICES))
    )
    official = _official(sessions, histories)
    tables = {kind: store.table(_SOURCE, kind) for kind in (PRICES, MARKET, INDICES)}
    _join(_called(files.benchmark), levels, tables[INDICES])
    tickers = words(histories, "ticker")
    stored = tables[PRICES].read(("date", "ticker", "close"), keys=set(tickers))
    changed = zip(tickers, restated(histories, stored, "ticker"), strict=True)
    others = sorted({ticker for ticker, differs in changed if differs})
    # The closes come last: as long as they are the old ones, an import that was cut short is seen to be unfinished.
    for kind, rows in ((MARKET, official), (INDICES, levels), (PRICES, histories)):
        is_restated = pc.is_in(rows[kind.key].cast(pa.string()), pa.array(others, pa.string()))
        added, again = rows.filter(pc.invert(is_restated)), rows.filter(is_restated)
        if added.num_rows:
            tables[kind].write(added, replacing="rows", fetched=at, coverage=_spans(added) if kind is PRICES else None)
        if others and kind is not INDICES:
            # What was told of a stock beside its other closes goes with them, also where nothing new is told.
            tables[kind].write(
                again,
                replacing=frozenset(others),
                fetched=at,
                coverage=_spans(again) if kind is PRICES else None,
            )
    days = to_numpy(histories["date"])
    return Fetched(
        _SOURCE,
        days.max().item(),
        sessions=len(sessions["date"].unique()),
        series=len(set(tickers)),
        restated=others,
        findings=reader.said,
    )


def _join(called: str, levels: pa.Table, stored: StoredTable) -> None:
    """Levels of a file go on from those that are stored, and are no other index's."""
    by_name = by_index(levels)
    for name in by_name:
        known = stored.read(("date", "index", "close"), keys=[name])
        join(called, name, *by_name[name], (to_numpy(known["date"]), floats(known, "close")))
    refuse_exchanged(by_name, called)
    refuse_alike(by_name, called)


def _rows(paths: Sequence[Path], kind: TableKind, reader: _FileReader) -> pa.Table:
    """Rows of all files together in the form of `kind`, checked, each once; of prices also what `MARKET` holds."""
    form = INDICES.schema if kind is INDICES else MARKET.schema
    text = [kind.key] if kind is PRICES else [field.name for field in form if pa.types.is_dictionary(field.type)]
    numeric = [field.name for field in form if pa.types.is_integer(field.type) or pa.types.is_floating(field.type)]
    parts = [reader.table(path, ("date", kind.key, "close"), numeric, text) for path in paths]
    if not parts:
        return kind.schema.empty_table()
    called = _called(paths)
    table = pa.concat_tables(parts, promote_options="permissive").unify_dictionaries().combine_chunks()
    day = to_numpy(table["date"])
    number, written = coded(table, kind.key)
    taken = np.isin(day, [one for one in np.unique(day) if reader.calendar.is_session(one.item())])
    if kind is INDICES:
        for name, level in by_index(table).items():
            index_is_sound(called, name, *level, None)
    else:
        written = [word.zfill(6) for word in written]
        names = sorted(set(written))
        since = reader.calendar.schedule.after_market_since if kind is PRICES else None
        sound, found = clean(PriceRows.of(table, names), called, reader.calendar, since, strict=True)
        reader.said.extend(found)
        taken = np.isin(day, sound.day)
        restored = pa.DictionaryArray.from_arrays(pa.array(number), pa.array(written))
        table = table.set_column(table.column_names.index(kind.key), kind.key, restored)
    key = np.unique(written, return_inverse=True)[1][number]
    order = np.lexsort((key, day))
    order = order[taken[order]]
    again = np.zeros(len(order), dtype=bool)
    again[1:] = (np.diff(day[order]) == np.timedelta64(0)) & (np.diff(key[order]) == 0)
    return _whole_numbers(table.take(order[~again]), kind, form, called)


def _whole_numbers(table: pa.Table, kind: TableKind, form: pa.Schema, called: str) -> pa.Table:
    """Pieces and won as whole numbers, null where there is none; a file may hold them as fractions."""
    for position, name in enumerate(table.column_names):
        if not pa.types.is_integer(form.field(name).type) or pa.types.is_integer(table[name].type):
            continue
        figures = to_numpy(table[name])
        refuse(
            (figures < 0) | (figures >= _LARGEST),
            "{called}: {key} on {day}: {name} {figure:g} is impossible",
            hint="correct it",
            called=called,
            key=table[kind.key],
            day=table["date"],
            name=name,
            figure=figures,
        )
        known = pc.if_else(pc.is_finite(table[name]), table[name], pa.scalar(None, table[name].type))
        whole = pc.round(known, round_mode="half_to_even").cast(pa.int64())
        table = table.set_column(position, name, whole)
    return table


def _official(sessions: pa.Table, histories: pa.Table) -> pa.Table:
    """Rows of market files, and beside them what price files tell of the same kind; the market file is believed."""
    rates = [name for name in _RATES if name in histories.column_names]
    if not rates:
        return sessions
    has_any = np.any([np.isfinite(floats(histories, name)) for name in rates], axis=0)
    rated = histories.filter(pa.array(has_any & (to_numpy(histories["close"]) > 0)))
    both = pa.concat_tables([rows.cast(plain(rows.schema)) for rows in (sessions, rated)], promote_options="permissive")
    others = [name for name in both.column_names if name not in ("date", "ticker")]
    # The first one that is known.
    rows = both.group_by(["date", "ticker"], use_threads=False).aggregate([(name, "first") for name in others])
    return rows.rename_columns([name.removesuffix("_first") for name in rows.column_names])


def _spans(rows: pa.Table) -> dict[str, tuple[date, date]]:
    found = rows.group_by("ticker").aggregate([("date", "min"), ("date", "max")])
    spans: Any = zip(found["date_min"].to_pylist(), found["date_max"].to_pylist(), strict=True)
    return dict(zip(words(found, "ticker"), spans, strict=True))
