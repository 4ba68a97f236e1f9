"""What the whole market costs in requests, counted against a stand-in, and in time: `python -m tests.bench.live_costs`."""

from __future__ import annotations

import tempfile
import time
from datetime import date
from pathlib import Path

from screener.krx.tables import STOCK_FIELDS, market_rows
from tests.data import live
from tests.fakes.krx import Market, kst, mocked

YEAR = date(2024, 1, 2), date(2024, 12, 30)
NEXT = date(2025, 1, 2)


def seconds_of_a_session() -> float:
    """How long the 2,700 rows of a session take to become a table, seconds; the best of ten."""
    names = ("TDD_CLSPRC", "TDD_OPNPRC", "TDD_HGPRC", "TDD_LWPRC", "ACC_TRDVOL", "ACC_TRDVAL", "MKTCAP", "LIST_SHRS")
    figures = {**dict.fromkeys(names, "199,200"), "FLUC_RT": "-9.86", "MKT_NM": "KOSPI"}
    records = [{**figures, "ISU_SRT_CD": f"{n:06d}", "ISU_ABBRV": f"회사 {n}"} for n in range(2700)]
    taken = []
    for _ in range(10):
        start = time.perf_counter()
        market_rows(date(2025, 1, 31), records, STOCK_FIELDS | {"ticker": "ISU_SRT_CD", "name": "ISU_ABBRV"})
        taken.append(time.perf_counter() - start)
    return min(taken)


def main() -> None:
    print(f"2,700 rows become a table: {1e3 * seconds_of_a_session():.0f} ms (at most 30)")
    with tempfile.TemporaryDirectory() as folder, mocked(Market(start=date(2023, 12, 1), end=NEXT)) as exchange:
        exchange.market.now = kst(2024, 12, 30)
        opened = live.access(Path(folder), exchange)

        def fetch(last: date) -> tuple[int, int]:
            exchange.requests.clear()
            done = live.live("pykrx-login", opened).fetch(live.plan(YEAR[0], last))
            return done.sessions, sum(request.bld != "" for request in exchange.requests)

        sessions, requests = fetch(YEAR[1])
        print(f"a year of the whole market: {requests} requests for {sessions} sessions and 3 indices")
        exchange.market.now = kst(2025, 1, 2)
        print(f"a day more: {fetch(NEXT)[1]} requests (at most 5), and 3 for the login")
        print(f"run again: {fetch(NEXT)[1]} requests (0)")


if __name__ == "__main__":
    main()
