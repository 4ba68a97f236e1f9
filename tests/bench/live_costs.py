"""How many requests the whole market costs, counted against a stand-in: `python -m tests.bench.live_costs`."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

from tests.data import live
from tests.fakes.krx import Market, kst, mocked

YEAR = date(2024, 1, 2), date(2024, 12, 30)
NEXT = date(2025, 1, 2)


def main() -> None:
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
