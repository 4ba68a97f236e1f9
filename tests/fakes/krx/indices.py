"""What data.krx.co.kr answers about indices: levels by day, names and codes, members."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from tests.fakes.krx.forms import Form, between, sign, to_day
from tests.fakes.krx.market import Market
from tests.fakes.krx.simulation import Floats, Ints

INDEX_NAMES = {
    "1001": "코스피",
    "1028": "코스피 200",
    "1018": "건설",
    "2001": "코스닥",
    "2026": "건설",
    "5044": "KRX 반도체",
    "5300": "KRX 300",
    "1163": "코스피 고배당 50",
}
"""Code -> name; names repeat across markets. Those without figures have none here either."""
_GROUPS = {"5": ("01", "KRX", "KRX"), "1": ("02", "STK", "KOSPI"), "2": ("03", "KSQ", "KOSDAQ")}
_THEMES = {"1163"}


class Indices:
    """The index services."""

    def __init__(self, market: Market) -> None:
        self.market = market

    def one_index(self, form: Form) -> dict[str, Any]:
        """[11003] one index by day."""
        code = form["indIdx"] + form["indIdx2"]
        if code not in self.market.members:
            return {"output": []}
        days = self.market.days[: self.market.last + 1]
        level, total = self.market.level(code), self.market.index_totals(code)
        return {"output": [_index_day(days, level, total, n) for n in between(days, form)]}

    def all_indices(self, form: Form) -> dict[str, Any]:
        """[11001] all indices of a group on a day; the first of KOSPI and KOSDAQ has no level."""
        row, group = self.market.row(to_day(form["trdDd"])), form["idxIndMidclssCd"]
        if row is None:
            return {"output": []}
        out = []
        for code in self._codes(group):
            if code in self.market.members:
                day = _index_day(self.market.days, self.market.level(code), self.market.index_totals(code), row)
                named = {
                    "IDX_NM": INDEX_NAMES[code],
                    "CMPPREVDD_IDX": day.pop("PRV_DD_CMPR"),
                    "FLUC_RT": day.pop("UPDN_RATE"),
                }
                out.append(named | {name: value for name, value in day.items() if name != "TRD_DD"})
        if group in ("02", "03"):
            blank = dict.fromkeys(
                ("CLSPRC_IDX", "CMPPREVDD_IDX", "FLUC_RT", "OPNPRC_IDX", "HGPRC_IDX", "LWPRC_IDX"), "-"
            )
            out.insert(0, out[0] | blank | {"IDX_NM": f"{out[0]['IDX_NM']} (외국주포함)", "FLUC_TP_CD": ""})
        return {"output": out}

    @staticmethod
    def _codes(group: str) -> list[str]:
        return [
            c
            for c in INDEX_NAMES
            if (c in _THEMES if group == "04" else _GROUPS[c[0]][0] == group and c not in _THEMES)
        ]

    def index_basics(self, form: Form) -> dict[str, Any]:
        """[11004] names and codes of the indices of a group."""
        fixed = {
            "BAS_TM_CONTN": "1980.01.04",
            "ANNC_TM_CONTN": "1983.01.04",
            "BAS_IDX_CONTN": "100.00",
            "CALC_CYCLE_CONTN": "1초",
            "CALC_TM_CONTN": "09:00:10 ~ 15:30:00",
            "COMPST_ISU_CNT": "100",
        }
        codes = self._codes(form["idxIndMidclssCd"])
        return {
            "output": [
                {"IDX_NM": INDEX_NAMES[c], "IDX_ENG_NM": c, **fixed, "IND_TP_CD": c[0], "IDX_IND_CD": c[1:]}
                for c in codes
            ]
        }

    def index_finder(self, form: Form) -> dict[str, Any]:  # noqa: ARG002 - all of them, whatever is searched
        """Search of indices."""
        return {
            "block1": [
                {
                    "full_code": code[0],
                    "short_code": code[1:],
                    "codeName": name,
                    "marketCode": _GROUPS[code[0]][1],
                    "marketName": "테마" if code in _THEMES else _GROUPS[code[0]][2],
                }
                for code, name in INDEX_NAMES.items()
            ]
        }

    def index_members(self, form: Form) -> dict[str, Any]:
        """[11006] members of an index, biggest first."""
        row, code = self.market.row(to_day(form["trdDd"])), form["indIdx"] + form["indIdx2"]
        if row is None or code not in self.market.members:
            return {"output": []}
        session = self.market.session(row)
        cap = session.close * session.shares
        places = sorted(np.flatnonzero(self.market.members[code] & session.listed), key=lambda place: -cap[place])
        return {
            "output": [
                {
                    "ISU_SRT_CD": self.market.stocks[p].ticker,
                    "ISU_ABBRV": self.market.name(p, row),
                    "TDD_CLSPRC": f"{session.close[p]:,}",
                    "FLUC_TP_CD": sign(int(session.close[p] - session.base[p])),
                    "STR_CMP_PRC": f"{session.close[p] - session.base[p]:,}",
                    "FLUC_RT": f"{session.change_pct[p]:,.2f}",
                    "MKTCAP": f"{cap[p]:,}",
                }
                for p in places
            ]
        }


def _index_day(days: list[date], level: Floats, total: Ints, n: int) -> dict[str, str]:
    before = level[n - 1, 3] if n else level[n, 0]
    moved = round(level[n, 3] - before, 2)
    return {
        "TRD_DD": f"{days[n]:%Y/%m/%d}",
        "CLSPRC_IDX": f"{level[n, 3]:,.2f}",
        "FLUC_TP_CD": sign(moved),
        "PRV_DD_CMPR": f"{moved:,.2f}",
        "UPDN_RATE": f"{moved / before * 100:,.2f}",
        "OPNPRC_IDX": f"{level[n, 0]:,.2f}",
        "HGPRC_IDX": f"{level[n, 1]:,.2f}",
        "LWPRC_IDX": f"{level[n, 2]:,.2f}",
        "ACC_TRDVOL": f"{total[n, 0]:,}",
        "ACC_TRDVAL": f"{total[n, 1]:,}",
        "MKTCAP": f"{total[n, 2]:,}",
    }
