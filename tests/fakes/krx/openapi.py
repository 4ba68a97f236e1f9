"""What KRX's Open API answers: one service a table, numbers as plain strings, through yesterday."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np

from tests.fakes.krx.indices import INDEX_NAMES
from tests.fakes.krx.listing import ETFS
from tests.fakes.krx.login import Account
from tests.fakes.krx.market import Market
from tests.fakes.krx.messages import Answer, Request, as_json

_STOCKS = {"stk": "STK", "ksq": "KSQ", "knx": "KNX"}
_INDICES = {"krx_dd_trd": ("KRX", "5"), "kospi_dd_trd": ("KOSPI", "1"), "kosdaq_dd_trd": ("KOSDAQ", "2")}


def answer(market: Market, account: Account, request: Request) -> Answer:
    """One call: 401 in the body for a wrong key, 429 over the quota, an empty block for a day without figures."""
    account.calls += 1
    if account.calls > account.quota:
        return Answer(429, b'{"respCode":"429","respMsg":"Too Many Requests"}')
    if request.headers.get("auth_key") != account.auth_key:
        return as_json({"respCode": "401", "respMsg": "Unauthorized Key"})
    return as_json({"OutBlock_1": _rows(market, request.bld, request.query)})


def _rows(market: Market, service: str, query: Mapping[str, str]) -> list[dict[str, Any]]:
    day = datetime.strptime(query["basDd"], "%Y%m%d").date()  # noqa: DTZ007 - a date
    row = market.row(day) if day < market.now.date() else None
    if row is None:
        return []
    prefix = service.split("_", 1)[0]
    if service.endswith("isu_base_info"):
        return _listing(market, row, _STOCKS[prefix])
    if prefix in _STOCKS:
        return _trades(market, row, _STOCKS[prefix])
    if service in _INDICES:
        return _indices(market, row, *_INDICES[service])
    return _funds(market, row) if service == "etf_bydd_trd" else []


def _trades(market: Market, row: int, market_id: str) -> list[dict[str, Any]]:
    session = market.session(row)
    rate, moved = session.change_pct, session.close - session.base
    return [
        {
            "BAS_DD": f"{session.day:%Y%m%d}",
            "ISU_CD": market.stocks[p].ticker,
            "ISU_NM": market.name(p, row),
            "MKT_NM": market.stocks[p].market,
            "SECT_TP_NM": market.stocks[p].section,
            "TDD_CLSPRC": str(session.close[p]),
            "CMPPREVDD_PRC": str(moved[p]),
            "FLUC_RT": f"{rate[p]:.2f}",
            "TDD_OPNPRC": str(session.open[p]),
            "TDD_HGPRC": str(session.high[p]),
            "TDD_LWPRC": str(session.low[p]),
            "ACC_TRDVOL": str(session.volume[p]),
            "ACC_TRDVAL": str(session.value[p]),
            "MKTCAP": str(session.close[p] * session.shares[p]),
            "LIST_SHRS": str(session.shares[p]),
        }
        for p in np.flatnonzero(session.listed & (market.market_ids == market_id))
    ]


def _listing(market: Market, row: int, market_id: str) -> list[dict[str, Any]]:
    session = market.session(row)
    out = []
    for place in np.flatnonzero(session.listed & (market.market_ids == market_id)):
        stock = market.stocks[place]
        since = market.days[int(np.argmax(market.figures.listed[:, place]))]
        out.append(
            {
                "ISU_CD": stock.isin,
                "ISU_SRT_CD": stock.ticker,
                "ISU_NM": f"{market.name(place, row)}보통주",
                "ISU_ABBRV": market.name(place, row),
                "ISU_ENG_NM": stock.ticker,
                "LIST_DD": f"{since:%Y%m%d}",
                "MKT_TP_NM": stock.market,
                "SECUGRP_NM": "주권",
                "SECT_TP_NM": stock.section,
                "KIND_STKCERT_TP_NM": "보통주" if stock.ticker.endswith("0") else "구형우선주",
                "PARVAL": "500",
                "LIST_SHRS": str(session.shares[place]),
            }
        )
    return out


def _indices(market: Market, row: int, group: str, digit: str) -> list[dict[str, Any]]:
    out = []
    for code in market.members:
        if code[0] == digit:
            level, total = market.level(code), market.index_totals(code)[row]
            before = level[row - 1, 3] if row else level[row, 0]
            moved = round(level[row, 3] - before, 2)
            out.append(
                {
                    "BAS_DD": f"{market.days[row]:%Y%m%d}",
                    "IDX_CLSS": group,
                    "IDX_NM": INDEX_NAMES[code],
                    "CLSPRC_IDX": f"{level[row, 3]:.2f}",
                    "CMPPREVDD_IDX": f"{moved:.2f}",
                    "FLUC_RT": f"{moved / before * 100:.2f}",
                    "OPNPRC_IDX": f"{level[row, 0]:.2f}",
                    "HGPRC_IDX": f"{level[row, 1]:.2f}",
                    "LWPRC_IDX": f"{level[row, 2]:.2f}",
                    "ACC_TRDVOL": str(total[0]),
                    "ACC_TRDVAL": str(total[1]),
                    "MKTCAP": str(total[2]),
                }
            )
    return out


def _funds(market: Market, row: int) -> list[dict[str, Any]]:
    out = []
    for etf in ETFS:
        figures = market.fund(etf.ticker)[1]
        opened, high, low, close, volume = figures[row].tolist()
        before = int(figures[row - 1, 3]) if row else opened
        out.append(
            {
                "BAS_DD": f"{market.days[row]:%Y%m%d}",
                "ISU_CD": etf.ticker,
                "ISU_NM": etf.name,
                "TDD_CLSPRC": str(close),
                "CMPPREVDD_PRC": str(close - before),
                "FLUC_RT": f"{(close / before - 1) * 100:.2f}",
                "NAV": f"{close:.2f}",
                "TDD_OPNPRC": str(opened),
                "TDD_HGPRC": str(high),
                "TDD_LWPRC": str(low),
                "ACC_TRDVOL": str(volume),
                "ACC_TRDVAL": str(volume * close),
                "IDX_IND_NM": INDEX_NAMES[etf.index],
            }
        )
    return out
