"""One small request to a host: does it answer, and what time does it say it is?"""

from __future__ import annotations

from datetime import datetime

from screener.krx.http import KRX, LOGIN_URL, NAVER, Transport, answered_at
from screener.krx.wire import Wire

_PAGES = {
    KRX: f"{LOGIN_URL}/contents/MDC/COMS/client/MDCCOMS001.cmd",
    NAVER: f"http://{NAVER}/sise.nhn?symbol=005930&timeframe=day&count=1&requestType=0",
}


def reach(host: str, wire: Wire) -> datetime | None:
    """Ask KRX for its login page, or Naver for one price; returns the answer's time, KST, or None if it has none.

    Raises:
        BlockedError: the host refuses this machine, now or since earlier.
        NetworkError: it could not be reached, or did not answer in time.
    """
    with Transport(wire, any_clock=True) as transport:
        return answered_at(transport.request("GET", _PAGES[host]))
