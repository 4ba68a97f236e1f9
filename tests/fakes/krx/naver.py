"""What Naver's chart answers: EUC-KR XML, oldest first, adjusted prices, unadjusted volume; no account needed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache

import numpy as np

from tests.fakes.krx.listing import ETFS
from tests.fakes.krx.market import Market
from tests.fakes.krx.messages import Answer
from tests.fakes.krx.simulation import Ints

LONGEST = 3_000
"""Rows that Naver gives at most."""


def chart(market: Market, query: Mapping[str, str]) -> Answer:
    """/sise.nhn?symbol=&timeframe=day&count=&requestType=0; an unknown symbol has no items."""
    ticker = query.get("symbol", "")
    name, rows = _rows(market, ticker)
    count = min(int(query.get("count", "0")), LONGEST)
    items = "\n".join(f'\t\t<item data="{row}" />' for row in rows[-count:] if count > 0)
    text = (
        '<?xml version="1.0" encoding="EUC-KR" ?>\n<protocol>\n'
        f'\t<chartdata symbol="{ticker}" name="{name}" count="{count}" timeframe="day" precision="0" '
        f'origintime="19900103">\n{items}\n\t</chartdata>\n</protocol>\n'
    )
    return Answer(200, text.encode("euc-kr"), "text/xml;charset=EUC-KR")


def _rows(market: Market, ticker: str) -> tuple[str, list[str]]:
    for etf in ETFS:
        if etf.ticker == ticker:
            days, figures = market.fund(ticker)
            return etf.name, _lines(days, figures)
    history = market.history(ticker, adjusted=True)
    if history is None:
        return "", []
    columns = (history.open, history.high, history.low, history.close, history.volume)
    name = market.name(market.places[ticker], max(market.last, 0)).replace("&", "&amp;")
    return name, _lines(history.days, np.column_stack(columns))


def _lines(days: list[date], figures: Ints) -> list[str]:
    return [f"{_stamp(day)}|{'|'.join(map(str, row))}" for day, row in zip(days, figures.tolist(), strict=True)]


@cache
def _stamp(day: date) -> str:
    return f"{day:%Y%m%d}"
