"""What data.go.kr answers: pages of JSON, text in every field; and its errors, XML although JSON was asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from urllib.parse import quote, urlsplit

import numpy as np

from tests.fakes.krx import KST, Exchange, Market
from tests.fakes.krx.indices import INDEX_NAMES
from tests.fakes.krx.messages import HOSTS, Answer, Request, as_json

HOST = "apis.data.go.kr"
STOCKS = "/1160100/GetStockSecuritiesInfoService_V2/getStockPriceInfo_V2"
INDICES = "/1160100/GetMarketIndexInfoService_V2/getStockMarketIndex_V2"
KEY = "Zm9v+YmFy/YmF6cXV4+Zm9vYmFy/cXV1eA=="
"""One of the older ones, as it is before it is percent-encoded."""
OTHERS = 160
"""Indices that nobody needs, before those that are; the first page has none but them."""
Row = dict[str, str]
NAMES = {
    1: "APPLICATION_ERROR",
    3: "NODATA_ERROR",
    10: "INVALID_REQUEST_PARAMETER_ERROR",
    12: "NO_OPENAPI_SERVICE_ERROR",
    20: "SERVICE_ACCESS_DENIED_ERROR",
    21: "TEMPORARILY_DISABLE_THE_SERVICEKEY_ERROR",
    22: "LIMITED_NUMBER_OF_SERVICE_REQUESTS_EXCEEDS_ERROR",
    30: "SERVICE_KEY_IS_NOT_REGISTERED_ERROR",
    31: "DEADLINE_HAS_EXPIRED_ERROR",
    32: "UNREGISTERED_IP_ERROR",
    33: "UNSIGNED_CALL_ERROR",
    99: "UNKNOWN_ERROR",
}


def refusal(code: int, *, form: str = "xml", status: int = 200) -> Answer:
    """An error in one of its forms: xml, of the gateway; json, of the service behind it."""
    if form == "json":
        return as_json({"response": {"header": {"resultCode": f"{code:02d}", "resultMsg": NAMES.get(code, "?")}}})
    text = (
        "<OpenAPI_ServiceResponse>\n\t<cmmMsgHeader>\n\t\t<errMsg>SERVICE ERROR</errMsg>\n"
        f"\t\t<returnAuthMsg>{NAMES.get(code, '?')}</returnAuthMsg>\n"
        f"\t\t<returnReasonCode>{code:02d}</returnReasonCode>\n\t</cmmMsgHeader>\n</OpenAPI_ServiceResponse>"
    )
    return Answer(status, text.encode(), "text/xml;charset=utf-8")


def plain(text: str, status: int = 200) -> Answer:
    """A line of text."""
    return Answer(status, text.encode(), "text/plain; charset=utf-8")


class DataGoKr(Exchange):
    """A running stand-in, which answers for the exchange as well; what is public may be changed while it runs."""

    hosts = (*HOSTS, HOST)

    def __init__(self, market: Market, *, port: int = 0) -> None:
        super().__init__(market, port=port)
        self.key = KEY
        self.quota = 10_000
        self.calls = 0
        self.says: Answer | None = None
        """What it answers to everybody, whatever is asked."""
        self.turned: Callable[[list[Row]], list[Row]] = lambda rows: rows
        """What becomes of the rows of a day."""

    def answer(self, request: Request) -> Answer:
        """The answer that the real site would give."""
        if request.host != HOST:
            return super().answer(request)
        self.calls += 1
        if self.says is not None:
            return self.says
        if self.calls > self.quota:
            return refusal(22)
        known = f"serviceKey={quote(self.key, safe='')}" in urlsplit(request.url).query.split("&")
        if not known or request.path not in (STOCKS, INDICES):
            return refusal(30)
        day = datetime.strptime(request.query["basDt"], "%Y%m%d").date()  # noqa: DTZ007 - a date
        row = self.market.row(day) if self.market.now >= published(day) else None
        rows = [] if row is None else self._stocks(row) if request.path == STOCKS else self._indices(row)
        return _page(self.turned(rows), int(request.query["pageNo"]), int(request.query["numOfRows"]))

    def _stocks(self, row: int) -> list[Row]:
        market, session = self.market, self.market.session(row)
        rate, moved = session.change_pct, session.close - session.base
        return [
            {
                "basDt": f"{session.day:%Y%m%d}",
                "srtnCd": market.stocks[p].ticker,
                "isinCd": market.stocks[p].isin,
                "itmsNm": market.name(p, row),
                "mrktCtg": market.stocks[p].market.split()[0],
                "clpr": str(session.close[p]),
                "vs": str(moved[p]),
                "fltRt": _bare(rate[p]),
                "mkp": str(session.open[p]),
                "hipr": str(session.high[p]),
                "lopr": str(session.low[p]),
                "trqu": str(session.volume[p]),
                "trPrc": str(session.value[p]),
                "lstgStCnt": str(session.shares[p]),
                "mrktTotAmt": str(session.close[p] * session.shares[p]),
            }
            for p in np.flatnonzero(session.listed)
        ]

    def _indices(self, row: int) -> list[Row]:
        market = self.market
        levels = {INDEX_NAMES[code]: (market.level(code), market.index_totals(code)[row]) for code in market.members}
        kospi = levels["코스피"]
        named = [(f"테마 지수 {number}", kospi) for number in range(OTHERS)] + list(levels.items())
        rows = []
        for name, (level, total) in named:
            before = level[row - 1, 3] if row else level[row, 0]
            moved = round(level[row, 3] - before, 2)
            rows.append(
                {
                    "basDt": f"{market.days[row]:%Y%m%d}",
                    "idxCsf": "KOSPI시리즈",
                    "idxNm": name,
                    "clpr": f"{level[row, 3]:.2f}",
                    "vs": _bare(moved),
                    "fltRt": _bare(moved / before * 100),
                    "mkp": f"{level[row, 0]:.2f}",
                    "hipr": f"{level[row, 1]:.2f}",
                    "lopr": f"{level[row, 2]:.2f}",
                    "trqu": str(total[0]),
                    "trPrc": str(total[1]),
                    "lstgMrktTotAmt": str(total[2]),
                }
            )
        return rows


def published(day: date) -> datetime:
    """13:00 of the next working day."""
    following = day + timedelta(days=1)
    while following.weekday() > 4:
        following += timedelta(days=1)
    return datetime.combine(following, time(13), KST)


def _bare(number: float) -> str:
    """A change as data.go.kr writes it: without the zero before the point."""
    return f"{number:.2f}".replace("0.", ".", 1) if abs(number) < 1 else f"{number:.2f}"


def _page(rows: Sequence[Row], number: int, size: int) -> Answer:
    shown = list(rows[(number - 1) * size : number * size])
    items = {"item": shown[0] if len(shown) == 1 else shown} if shown else ""
    body = {"numOfRows": size, "pageNo": number, "totalCount": len(rows), "items": items}
    return as_json({"response": {"header": {"resultCode": "00", "resultMsg": "NORMAL SERVICE."}, "body": body}})
