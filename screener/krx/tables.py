"""The tables of the store: what a row of each holds, and how the rows of an answer become rows of them.

Prices and values are KRW, volumes and shares are pieces, rates are %. Null = unknown. A halt is kept as KRX gives it:
open, high, low and volume 0, the last close in `close`.

KRX answers with text by field name: numbers with commas, and '' or '-' for none, which becomes null. A field that is
missing, or that holds no number or date where there should be one, is a DataError.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NoReturn

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from screener.errors import DataError
from screener.i18n import _

Days = NDArray[np.datetime64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class TableKind:
    """One kind of table."""

    name: str
    key: str
    """Column that, with `date`, makes a row unique."""
    schema: pa.Schema
    monthly: bool = True
    """Whether the store keeps a file a month, for whole markets; else one file holds all sessions."""


def _kind(name: str, key: str, columns: str, *, monthly: bool = True) -> TableKind:
    """A kind of table with a date, and columns of which all but words and prices are whole numbers."""
    types: dict[str, pa.DataType] = {}
    for column in ("ticker", "index", "name", "market", "industry"):
        types[column] = pa.dictionary(pa.int32(), pa.string())
    for column in ("open", "high", "low", "close", "change_pct"):
        types[column] = pa.float64()
    fields = [(column, types.get(column, pa.int64())) for column in columns.split()]
    schema = pa.schema([("date", pa.date32()), *fields])
    return TableKind(name, key, schema, monthly)


PRICES = _kind("prices", "ticker", "ticker open high low close volume", monthly=False)
"""Histories of single stocks: adjusted closes, volume not adjusted."""
MARKET = _kind("market", "ticker", "ticker name market open high low close volume value marcap shares change_pct")
"""Whole-market sessions: unadjusted prices, and the official rate against the base price."""
INDICES = _kind("indices", "index", "index open high low close volume value marcap", monthly=False)
"""Index levels; `index` is KOSPI, KOSDAQ or KRX_SEMICONDUCTOR."""
FLOWS = _kind("flows", "ticker", "ticker foreign institution individual")
"""Net purchases by kind of investor, KRW."""
INDUSTRIES = _kind("industries", "ticker", "ticker industry")
"""KRX's own industry of each stock, as of a session."""
BENCHMARKS = ("KOSPI", "KOSDAQ")
"""Indices without which a session has no benchmark."""
KINDS = {kind.name: kind for kind in (PRICES, MARKET, INDICES, FLOWS, INDUSTRIES)}


def to_numpy(column: pa.Array[Any] | pa.ChunkedArray[Any], rows: NDArray[np.int64] | None = None) -> NDArray[Any]:
    """A column, or some of its rows, as numpy array: days as datetime64[D], NaN for null.

    pyarrow's own conversion imports pandas, which takes longer than all that a look into the store does.
    """
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    bare: Any = pa.Array.from_buffers(array.type, len(array), [None, array.buffers()[1]], offset=array.offset)
    is_day = pa.types.is_date32(array.type)
    values = np.from_dlpack(bare.view(pa.int32()) if is_day else bare)
    if rows is not None:
        values = values[rows]
    if is_day:
        return values.astype("datetime64[D]")
    if array.null_count:
        missing = np.from_dlpack(array.is_null().cast(pa.uint8())).astype(bool)
        values = np.where(missing if rows is None else missing[rows], np.nan, values)
    return values


def floats(rows: pa.Table, name: str) -> Floats:
    """A column of numbers; NaN for null."""
    return to_numpy(rows[name].cast(pa.float64(), safe=False))


def words(rows: pa.Table, name: str) -> list[str]:
    """A column of words."""
    return [str(word) for word in rows[name].cast(pa.string()).to_pylist()]


def coded(rows: pa.Table, name: str) -> tuple[NDArray[Any], list[str]]:
    """A column of words as it is kept: by row the number of its word, NaN for null, and the words."""
    column: Any = rows[name].combine_chunks()
    return to_numpy(column.indices), [str(word) for word in column.dictionary.to_pylist()]


Records = Sequence[Mapping[str, str]]
_Fields = Mapping[str, "str | pa.Array[Any]"]
"""By column, the field that it comes from, or the column itself."""
_Origin = Mapping[str, str]
"""How messages call an answer: the `source`, and `what` it was asked for."""
_Faults = dict[int, str]
"""By row, a cell of it that holds no number."""
_FEW = 0.02
"""Part of the rows that may hold such cells; more, and the form of the answer is not the one that is known."""

_LONGEST_WORD = 100
"""Characters of a name that are kept; the longest that KRX has are of funds, with 40."""
_NONE = pa.array(["", "-"])
STOCK_FIELDS = {
    "ticker": "ISU_CD",
    "name": "ISU_NM",
    "market": "MKT_NM",
    "open": "TDD_OPNPRC",
    "high": "TDD_HGPRC",
    "low": "TDD_LWPRC",
    "close": "TDD_CLSPRC",
    "volume": "ACC_TRDVOL",
    "value": "ACC_TRDVAL",
    "marcap": "MKTCAP",
    "shares": "LIST_SHRS",
    "change_pct": "FLUC_RT",
    "change": "CMPPREVDD_PRC",
}
"""KRX's names, by column; `change` is KRW against the base price."""
INDEX_FIELDS = {
    "date": "TRD_DD",
    "open": "OPNPRC_IDX",
    "high": "HGPRC_IDX",
    "low": "LWPRC_IDX",
    "close": "CLSPRC_IDX",
    "volume": "ACC_TRDVOL",
    "value": "ACC_TRDVAL",
    "marcap": "MKTCAP",
    "change": "PRV_DD_CMPR",
}
"""The same of an index; `change` is points since the session before."""
_NAVER = ("open", "high", "low", "close", "volume")
"""What Naver gives of each session, in this order."""


def market_rows(day: date, records: Records, fields: Mapping[str, str] = STOCK_FIELDS, source: str = "KRX") -> pa.Table:
    """MARKET rows of one day, and `change`, KRW against the base price: null where `source` does not give it.

    `fields` names the field of each column. The records of a whole market do not hold the day. A few cells that hold no
    number are null, and stand in `fault`.
    """
    origin = _origin(_("session {day}", day=day), source)
    faults: _Faults = {}
    table = _table(MARKET, origin, records, {**fields, "date": _same(day, records)}, faults)
    table = table.append_column("change", _change(origin, records, fields["change"], faults))
    return table.append_column("fault", pa.array([faults.get(row) for row in range(len(records))], pa.string()))


def index_rows(index: str, records: Records, fields: Mapping[str, str] = INDEX_FIELDS, source: str = "KRX") -> pa.Table:
    """INDICES rows of one index, in the order of the records, and `change`, points: null where it is not given.

    `fields` names the field of each column; dates are written 2025/01/31 or 20250131.
    """
    name = pa.repeat(index, len(records)).dictionary_encode()
    origin = _origin(_("index {index}", index=index), source)
    table = _table(INDICES, origin, records, {**fields, "index": name})
    return table.append_column("change", _change(origin, records, fields["change"]))


def history_rows(ticker: str, first: date, last: date, items: Sequence[str]) -> pa.Table:
    """PRICES rows of one stock from `first` through `last`; each of `items` is `day|open|high|low|close|volume`.

    Raises:
        ValueError: one that is not.
    """
    days, rows = list[date](), list[list[int]]()
    for item in sorted(items):
        stamp, *figures = item.split("|")
        if len(figures) != len(_NAVER):
            raise ValueError(item)
        day = date.fromisoformat(stamp)
        if first <= day <= last:
            days.append(day)
            rows.append([int(figure) for figure in figures])
    columns = {name: pa.array([row[column] for row in rows], pa.int64()) for column, name in enumerate(_NAVER)}
    code = pa.array([ticker] * len(days), pa.string())
    return pa.table({"date": pa.array(days, pa.date32()), "ticker": code, **columns}).cast(PRICES.schema)


def flow_rows(day: date, records: Mapping[str, Records]) -> pa.Table:
    """FLOWS rows of one day, from the stocks that each kind of investor (foreign, institution, individual) traded."""
    bought: dict[Any, dict[str, Any]] = {}
    for investor, stocks in records.items():
        origin = _origin(_("flows {day} ({investor})", day=day, investor=investor))
        tickers = _texts(origin, stocks, "ISU_SRT_CD", required=True).to_pylist()
        amounts = _numbers(origin, stocks, "NETBID_TRDVAL", pa.int64()).to_pylist()
        for ticker, amount in zip(tickers, amounts, strict=True):
            bought.setdefault(ticker, {})[investor] = amount
    rows = [{"date": day, "ticker": ticker, **amounts} for ticker, amounts in sorted(bought.items())]
    return pa.Table.from_pylist(rows, plain(FLOWS.schema)).cast(FLOWS.schema)


def industry_rows(day: date, records: Records) -> pa.Table:
    """INDUSTRIES rows of one day."""
    fields: _Fields = {"date": _same(day, records), "ticker": "ISU_SRT_CD", "industry": "IDX_IND_NM"}
    return _table(INDUSTRIES, _origin(_("industries {day}", day=day)), records, fields)


def _origin(what: str, source: str = "KRX") -> _Origin:
    return {"source": source, "what": what}


def _table(
    kind: TableKind, origin: _Origin, records: Records, fields: _Fields, faults: _Faults | None = None
) -> pa.Table:
    columns: list[pa.Array[Any]] = []
    for column in kind.schema:
        field = fields[column.name]
        if not isinstance(field, str):
            columns.append(field)
        elif pa.types.is_dictionary(column.type):
            texts: Any = _texts(origin, records, field, required=column.name == kind.key)
            columns.append(pc.utf8_slice_codeunits(texts, 0, _LONGEST_WORD).dictionary_encode())
        elif pa.types.is_date(column.type):
            columns.append(_dates(origin, records, field))
        else:
            columns.append(_numbers(origin, records, field, column.type, faults))
    return pa.table(columns, schema=kind.schema)


def _change(origin: _Origin, records: Records, field: str, faults: _Faults | None = None) -> pa.Array[Any]:
    """What only the checks use, and nothing is lost without."""
    if all(field in record for record in records):
        return _numbers(origin, records, field, pa.float64(), faults)
    return pa.nulls(len(records), pa.float64())


def _texts(origin: _Origin, records: Records, field: str, *, required: bool = False) -> pa.Array[Any]:
    try:
        texts = pa.array([record[field] for record in records], pa.string(), from_pandas=True)
    except KeyError:
        _renamed(origin, field)
    except (pa.ArrowInvalid, TypeError):
        raise DataError(
            "{source}: {what}: {field} is not text",
            hint="check for a newer screener that supports the new format",
            field=field,
            **origin,
        ) from None
    unreadable = pc.match_substring(texts, "\ufffd")
    if pc.any(unreadable).as_py():
        row = pc.index(unreadable, pa.scalar(True)).as_py()
        raise DataError(
            "{source}: {what}: {field} of row {row} cannot be read: its charset is not the declared one: none of "
            "it is stored",
            field=field,
            row=row + 1,
            **origin,
        )
    if required and texts.null_count:
        raise DataError("{source}: {what}: a row has no {field}: none of it is stored", **origin, field=field)
    return texts


def _numbers(
    origin: _Origin, records: Records, field: str, kind: pa.DataType, faults: _Faults | None = None
) -> pa.Array[Any]:
    texts = _texts(origin, records, field)
    bare = pc.replace_substring(pc.utf8_trim_whitespace(texts), ",", "")
    bare = pc.if_else(pc.is_in(bare, _NONE), pa.scalar(None, pa.string()), bare)
    return _cast(origin, field, bare, lambda part: part.cast(kind), _("number"), faults)


def _dates(origin: _Origin, records: Records, field: str) -> pa.Array[Any]:
    bare = pc.replace_substring(_texts(origin, records, field, required=True), "/", "")
    return _cast(origin, field, bare, _to_dates, _("date"))


def _to_dates(texts: pa.Array[Any]) -> pa.Array[Any]:
    """Arrow by itself takes a date with blanks in it, or with something behind it, for the date."""
    if not pc.all(pc.match_substring_regex(texts, r"^[0-9]{8}$"), min_count=0).as_py():
        raise pa.ArrowInvalid
    return pc.strptime(texts, "%Y%m%d", "s").cast(pa.date32())


def _cast(
    origin: _Origin, field: str, texts: pa.Array[Any], convert: Any, kind: str, faults: _Faults | None = None
) -> pa.Array[Any]:
    """`texts` converted at once; only a failure is worth looking at one by one."""
    try:
        converted: pa.Array[Any] = convert(texts)
    except pa.ArrowInvalid:
        wrong = []
        for row in range(len(texts)):
            try:
                convert(texts.slice(row, 1))
            except pa.ArrowInvalid:
                wrong.append(row)
        if not wrong:
            raise
        found = {row: texts[row].as_py()[:20] for row in wrong}
        if faults is None or len(wrong) > _FEW * len(texts):
            raise DataError(
                "{source}: {what}: {field} of row {row} is {found!r}, which is not a {kind}: none of it is stored",
                **origin,
                field=field,
                row=wrong[0] + 1,
                found=found[wrong[0]],
                kind=kind,
            ) from None
        faults |= {row: f"{field} {text!r}" for row, text in found.items()}
        is_wrong = np.isin(np.arange(len(texts)), wrong)
        converted = convert(pc.if_else(pa.array(is_wrong), pa.scalar(None, texts.type), texts))
    return converted


def _renamed(origin: _Origin, field: str) -> NoReturn:
    raise DataError(
        "{source}: {what}: no {field}",
        hint="renamed by {source}; check for a newer screener that supports it",
        field=field,
        **origin,
    )


def _same(day: date, records: Records) -> pa.Array[Any]:
    return pa.array([day] * len(records), pa.date32())


def plain(schema: pa.Schema) -> pa.Schema:
    """The schema with its words as plain text: Arrow builds no dictionary from a list of rows."""
    texts = [(field.name, pa.string() if pa.types.is_dictionary(field.type) else field.type) for field in schema]
    return pa.schema(texts)
