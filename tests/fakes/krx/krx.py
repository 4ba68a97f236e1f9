"""What data.krx.co.kr answers to a data request: JSON, newest first, numbers as strings with commas."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np

from tests.fakes.krx.forms import Form, between, sign, to_day
from tests.fakes.krx.indices import Indices
from tests.fakes.krx.listing import MARKET_IDS
from tests.fakes.krx.market import History, Market
from tests.fakes.krx.messages import Answer, as_json

_MARKET_NAMES = {"STK": "유가증권", "KSQ": "코스닥", "KNX": "코넥스"}


class Krx:
    """The data service."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self._whole = lru_cache(maxsize=24)(self._whole_market)
        indices = Indices(market)
        self._services: dict[str, Callable[[Form], dict[str, Any]]] = {
            "MDCSTAT01701": self.one_stock,
            "MDCSTAT00301": indices.one_index,
            "MDCSTAT00101": indices.all_indices,
            "MDCSTAT00401": indices.index_basics,
            "MDCSTAT00601": indices.index_members,
            "MDCSTAT02401": self.net_purchases,
            "MDCSTAT02302": self.flows_by_day,
            "MDCSTAT02303": self.flows_by_day,
            "MDCSTAT03901": self.industries,
            "finder_stkisu": self.listed_stocks,
            "finder_listdelisu": self.delisted_stocks,
            "finder_equidx": indices.index_finder,
        }

    def answer(self, bld: str, form: Form) -> Answer:
        """The answer of one service; an unknown one answers as an empty table."""
        if bld == "MDCSTAT01501":
            day, row = to_day(form["trdDd"]), self.market.row(to_day(form["trdDd"]))
            stage = "holiday" if row is None else self.market.stage(row)
            head = self._whole(day, form.get("mktId", "ALL"), stage, self.market.last)
            return Answer(200, head + f'"CURRENT_DATETIME":"{self._now()}"}}'.encode())
        service = self._services.get(bld)
        content = service(form) if service else {"output": []}
        if not bld.startswith("finder"):
            content["CURRENT_DATETIME"] = self._now()
        return as_json(content)

    def _now(self) -> str:
        return self.market.now.strftime("%Y.%m.%d %p %I:%M:%S")

    def _whole_market(self, day: date, market_id: str, stage: str, last: int) -> bytes:
        """All stocks listed on a day, encoded; on a day without session they have shares and no figures."""
        market = self.market
        row = market.row(day)
        rows = [r for r in range(last + 1) if market.days[r] <= day] if row is None else [row]
        if not rows:
            return b'{"OutBlock_1":[],'
        session = market.session(rows[-1])
        rate, change = session.change_pct, session.close - session.base
        out = []
        for place in np.flatnonzero(session.listed & ((market.market_ids == market_id) | (market_id == "ALL"))):
            stock = market.stocks[place]
            head = (
                f'{{"ISU_SRT_CD":"{stock.ticker}","ISU_CD":"{stock.isin}","ISU_ABBRV":"{market.name(place, rows[-1])}",'
                f'"MKT_NM":"{stock.market}","SECT_TP_NM":"{stock.section}",'
            )
            if stage == "holiday":
                figures = (
                    '"TDD_CLSPRC":"-","FLUC_TP_CD":"","CMPPREVDD_PRC":"-","FLUC_RT":"-","TDD_OPNPRC":"-",'
                    '"TDD_HGPRC":"-","TDD_LWPRC":"-","ACC_TRDVOL":"-","ACC_TRDVAL":"-","MKTCAP":"-",'
                )
            else:
                close, moved = int(session.close[place]), int(change[place])
                figures = (
                    f'"TDD_CLSPRC":"{close:,}","FLUC_TP_CD":"{sign(moved)}","CMPPREVDD_PRC":"{moved:,}",'
                    f'"FLUC_RT":"{rate[place]:,.2f}","TDD_OPNPRC":"{int(session.open[place]):,}",'
                    f'"TDD_HGPRC":"{int(session.high[place]):,}","TDD_LWPRC":"{int(session.low[place]):,}",'
                    f'"ACC_TRDVOL":"{int(session.volume[place]):,}","ACC_TRDVAL":"{int(session.value[place]):,}",'
                    f'"MKTCAP":"{close * int(session.shares[place]):,}",'
                )
            shares = int(session.shares[place])
            out.append(f'{head}{figures}"LIST_SHRS":"{shares:,}","MKT_ID":"{MARKET_IDS[stock.market]}"}}')
        return f'{{"OutBlock_1":[{",".join(out)}],'.encode()

    def one_stock(self, form: Form) -> dict[str, Any]:
        """[12003] one stock by day."""
        ticker = next((s.ticker for s in self.market.stocks if s.isin == form["isuCd"]), "")
        history = self.market.history(ticker, adjusted=form.get("adjStkPrc") == "2")
        if history is None:
            return {"output": []}
        rate = history.close / np.maximum(history.base, 1) * 100 - 100
        return {"output": [self._stock_day(history, n, rate[n]) for n in between(history.days, form)]}

    @staticmethod
    def _stock_day(history: History, n: int, rate: float) -> dict[str, str]:
        moved = int(history.close[n] - history.base[n])
        return {
            "TRD_DD": f"{history.days[n]:%Y/%m/%d}",
            "TDD_CLSPRC": f"{history.close[n]:,}",
            "FLUC_TP_CD": sign(moved),
            "CMPPREVDD_PRC": f"{moved:,}",
            "FLUC_RT": f"{rate:,.2f}",
            "TDD_OPNPRC": f"{history.open[n]:,}",
            "TDD_HGPRC": f"{history.high[n]:,}",
            "TDD_LWPRC": f"{history.low[n]:,}",
            "ACC_TRDVOL": f"{history.volume[n]:,}",
            "ACC_TRDVAL": f"{history.value[n]:,}",
            "MKTCAP": f"{history.close[n] * history.shares[n]:,}",
            "LIST_SHRS": f"{history.shares[n]:,}",
        }

    def net_purchases(self, form: Form) -> dict[str, Any]:
        """[12010] net purchases of one kind of investor over a period, by stock, most bought first."""
        rows = between(self.market.days[: self.market.last + 1], form)
        if not rows or form["invstTpCd"] not in self.market.figures.net:
            return {"output": []}
        flows = self.market.flows(rows[-1], rows[0] + 1, form["invstTpCd"])
        wanted = (self.market.market_ids == form["mktId"]) | (form["mktId"] == "ALL")
        traded = wanted & self.market.figures.listed[rows[0]] & (flows[0] + flows[1] > 0)
        names = ("ASK_TRDVOL", "BID_TRDVOL", "NETBID_TRDVOL", "ASK_TRDVAL", "BID_TRDVAL", "NETBID_TRDVAL")
        return {
            "output": [
                {"ISU_SRT_CD": self.market.stocks[p].ticker, "ISU_NM": self.market.name(p, rows[0])}
                | {name: f"{flow:,}" for name, flow in zip(names, flows[:, p].tolist(), strict=True)}
                for p in sorted(np.flatnonzero(traded), key=lambda p: -flows[5, p])
            ]
        }

    def flows_by_day(self, form: Form) -> dict[str, Any]:
        """[12009] one stock's trade by kind of investor, by day: institutions, others, individuals, foreigners, all."""
        place = next((n for n, s in enumerate(self.market.stocks) if s.isin == form["isuCd"]), None)
        if place is None:
            return {"output": []}
        detail = form.get("detailView") == "1"
        column = {"1": 0, "2": 1, "3": 2}[form["askBid"]] + (3 if form["trdVolVal"] == "2" else 0)
        out = []
        for row in between(self.market.days[: self.market.last + 1], form):
            if not self.market.figures.listed[row, place]:
                continue
            kinds = ("7050", "7100", "8000", "9000")
            flow = [int(self.market.flows(row, row + 1, kind)[column, place]) for kind in kinds]
            shown = [flow[0], 0, 0, 0, 0, 0, 0, *flow[1:], 0] if detail else flow
            named = {f"TRDVAL{n}": f"{value:,}" for n, value in enumerate(shown, 1)}
            out.append({"TRD_DD": f"{self.market.days[row]:%Y/%m/%d}", **named, "TRDVAL_TOT": f"{sum(flow):,}"})
        return {"output": out}

    def industries(self, form: Form) -> dict[str, Any]:
        """[12025] KRX's industry of each stock; nothing on a day without session."""
        row = self.market.row(to_day(form["trdDd"]))
        if row is None or form["mktId"] not in ("STK", "KSQ"):
            return {"block1": []}
        session = self.market.session(row)
        rate, moved = session.change_pct, session.close - session.base
        return {
            "block1": [
                {
                    "ISU_SRT_CD": self.market.stocks[p].ticker,
                    "ISU_ABBRV": self.market.name(p, row),
                    "MKT_TP_NM": self.market.stocks[p].market,
                    "IDX_IND_NM": self.market.stocks[p].industry,
                    "TDD_CLSPRC": f"{session.close[p]:,}",
                    "CMPPREVDD_PRC": f"{moved[p]:,}",
                    "FLUC_RT": f"{rate[p]:,.2f}",
                    "MKTCAP": f"{session.close[p] * session.shares[p]:,}",
                    "FLUC_TP_CD": sign(int(moved[p])),
                }
                for p in np.flatnonzero(session.listed & (self.market.market_ids == form["mktId"]))
            ]
        }

    def listed_stocks(self, form: Form) -> dict[str, Any]:
        """Search of stocks that are listed now."""
        return {"block1": self._found(form, listed=True)}

    def delisted_stocks(self, form: Form) -> dict[str, Any]:
        """Search of stocks that are no longer listed."""
        return {"block1": self._found(form, listed=False)}

    def _found(self, form: Form, *, listed: bool) -> list[dict[str, str]]:
        figures, last = self.market.figures, max(self.market.last, 0)
        ever = figures.listed[: last + 1].any(0)
        chosen = figures.listed[last] if listed else ever & ~figures.listed[last]
        wanted = (self.market.market_ids == form.get("mktsel")) | (form.get("mktsel", "ALL") == "ALL")
        out = []
        for place in np.flatnonzero(chosen & wanted):
            stock, code = self.market.stocks[place], str(self.market.market_ids[place])
            row = {"full_code": stock.isin, "short_code": stock.ticker, "codeName": self.market.name(place, last)}
            row |= {"marketCode": code, "marketName": _MARKET_NAMES[code]}
            out.append(
                row | ({"marketEngName": stock.market.split()[0]} if listed else {}) | {"ord1": "", "ord2": "16"}
            )
        return out
