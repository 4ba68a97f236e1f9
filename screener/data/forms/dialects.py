"""What the columns of a file are called by those who write such files, and by what a file is recognised.

A name is compared without regard to case, spaces, full stops, underscores and a unit in brackets.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from screener.i18n import N_
from screener.krx.codes import code_of

_NAMES = {
    "date": "날짜 일자 거래일 거래일자 기준일 기준일자 time datetime timestamp tradedate basdd basdt trddd "
    "stckbsopdate",
    "ticker": "code symbol stockcode 티커 종목코드 종목번호 단축코드 isucd isusrtcd srtncd stckshrniscd "
    "mkscshrniscd isin isincd 표준코드",
    "name": "종목명 한글종목명 종목 itmsnm isunm isuabbrv htskorisnm",
    "market": "시장구분 시장 mktnm mrktctg",
    "index": "지수명 indexname idxnm 지수",
    "open": "시가 오픈 tddopnprc mkp stckoprc",
    "high": "고가 tddhgprc hipr stckhgpr",
    "low": "저가 tddlwprc lopr stcklwpr",
    "close": "종가 현재가 price last closeprice tddclsprc clpr stckclpr clspridx",
    "adjusted": "adjclose adjustedclose closeadj 수정종가 수정주가",
    "volume": "vol 거래량 누적거래량 acctrdvol trqu acmlvol",
    "value": "amount turnover 거래대금 누적거래대금 acctrdval trprc acmltrpbmn",
    "marcap": "marketcap 시가총액 상장시가총액 mktcap mrkttotamt lstgmrkttotamt",
    "shares": "stocks sharesoutstanding 상장주식수 listshrs lstgstcnt",
    "change": "changes 대비 전일대비 cmpprevddprc vs prdyvrss",
    "change_pct": "changepct change% chagesratio changesratio chgpct 등락률 등락율 변동% flucrt fltrt prdyctrt",
}
COLUMNS = {name: (re.sub(r"_", "", name), *others.split()) for name, others in _NAMES.items()}
"""The screener's columns, and what others call them."""
_COLUMN_OF = {other: name for name, others in COLUMNS.items() for other in others}
PRICES = ("open", "high", "low", "close", "adjusted")

DECIMAL_RATE = "FinanceDataReader"
"""In whose files `Change` is the change rate as a decimal."""
_DIALECTS = (
    ("marcap", "code chagesratio marcap stocks"),
    (DECIMAL_RATE, "date open high low close volume change"),
    ("data.krx.co.kr", "종목코드 종목명 시장구분 소속부 종가"),
    ("data.krx.co.kr", "일자 종가 대비 등락률 시가"),
    ("pykrx", "날짜 시가 고가 저가 종가 거래량"),
    ("pykrx", "티커 시가 고가 저가 종가 거래량"),
    ("KRX Open API", "basdd isucd tddclsprc"),
    ("KRX Open API", "basdd idxnm clspridx"),
    ("data.go.kr", "basdt srtncd clpr"),
    ("data.go.kr", "basdt idxnm clpr"),
    ("KIS Developers", "stckbsopdate stckclpr"),
    ("Investing.com", "날짜 종가 오픈 변동%"),
    ("Investing.com", "date price open change%"),
    ("TradingView", "time open high low close"),
)
"""Who writes files with these headers, as `bare` gives them; a file of the dialect has them all."""

SHAPES = {
    "long": N_("one row per stock and session"),
    "stock": N_("one stock"),
    "session": N_("one session"),
    "wide": N_("one column per stock"),
    "index": N_("indices"),
}


@dataclass(frozen=True)
class Hints:
    """What the user says of a file that does not say it itself."""

    ticker: str | None = None
    """Whose prices a file of one stock holds."""
    adjusted: bool | None = None
    """Which of two columns of closes to read."""


NO_HINTS = Hints()


def bare(header: str) -> str:
    """A header as it is compared."""
    return re.sub(r"\(.*?\)|\[.*?\]|[\s._'\"\ufeff]", "", header).casefold()


def column_of(header: str) -> str | None:
    """The screener's name of a column; None where it has none."""
    return _COLUMN_OF.get(bare(header))


def dialect_of(headers: Sequence[str]) -> str | None:
    """Who writes such headers, the first that fits."""
    there = {bare(header) for header in headers}
    return next((writer for writer, its_headers in _DIALECTS if there.issuperset(its_headers.split())), None)


@dataclass(frozen=True)
class Field:
    """A column of a file that the screener reads."""

    name: str
    """One of `COLUMNS`."""
    header: str
    """As it stands in the file."""
    position: int
    ticker: str | None = None
    """Of a wide file, whose column it is."""


def fields_of(rows: Sequence[Sequence[str]]) -> list[Field]:
    """The columns that a header of one to three rows names; empty where it is no header.

    A file with a column for each stock names these in its header, alone (closes) or with a row of column names above
    or below. Of two columns of the same, such as a short code and an ISIN, the one that `COLUMNS` names first is read.
    """
    found: list[Field] = []
    for position, levels in enumerate(zip(*rows, strict=True)):
        header = " ".join(dict.fromkeys(level.strip() for level in levels if level.strip()))
        names = [name for level in levels if (name := column_of(level))]
        codes = [code for level in levels if len(level) > 3 and (code := code_of(level))]
        if codes and (names or len(rows) == 1):
            found.append(Field(names[0] if names else "close", header, position, codes[0]))
        elif names:
            found.append(Field("date" if "date" in names else names[0], header, position))
    if found and found[0].position and not rows[-1][0].strip() and all(field.name != "date" for field in found):
        found.insert(0, Field("date", "", 0))  # the unnamed index of a frame
    known = {field.name for field in found}
    return found if known & {"date", "ticker"} and known & {"close", "adjusted"} else []


def preferred(fields: Sequence[Field]) -> list[Field]:
    """Each column once, by the name that `COLUMNS` has first."""
    ordered = sorted(fields, key=_rank)
    once = {(field.name, field.ticker): field for field in reversed(ordered)}
    return [field for field in fields if once[field.name, field.ticker] is field]


def _rank(field: Field) -> int:
    others = COLUMNS[field.name]
    return others.index(bare(field.header)) if bare(field.header) in others else len(others)


_INDEX_NAMES = {
    "KOSPI": "kospi 코스피 ks11 1001",
    "KOSDAQ": "kosdaq 코스닥 kq11 2001",
}
"""What the name of a file of one index says that it is."""


def told_by_name(stem: str) -> dict[str, Any]:
    """What the name of a file says of all its rows: the ticker, the date and the index; None where it says nothing."""
    return {"ticker": _code_in(stem), "date": _day_in(stem), "index": _index_in(stem)}


def _index_in(stem: str) -> str | None:
    """The index that the name of a file names, the first one of several."""
    called = stem.casefold()
    return next((name for name, words in _INDEX_NAMES.items() if any(word in called for word in words.split())), None)


def _code_in(stem: str) -> str | None:
    """The one code that the name of a file holds."""
    found = {code for part in re.split(r"[^0-9A-Za-z.]+", stem) if len(part) > 5 and (code := code_of(part))}
    return found.pop() if len(found) == 1 else None


def _day_in(stem: str) -> date | None:
    """The one day that the name of a file holds."""
    found = re.findall(r"(?<!\d)(20\d{2})[-_.]?(\d{2})[-_.]?(\d{2})(?!\d)", stem)
    try:
        days = {date(*map(int, parts)) for parts in found}
    except ValueError:
        return None
    return days.pop() if len(days) == 1 else None
