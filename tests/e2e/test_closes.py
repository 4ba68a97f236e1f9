"""Two closes a day, from the exchange to the page: the stand-in's after-market begins on the event day."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

from tests.e2e.command import Command
from tests.e2e.conftest import END, EVENING, SIZE, START, configure
from tests.fakes.krx import Exchange, Market, kst
from tests.forkserver import Starter

HOURS = """
[[calendar.hours]]
since = 2025-01-31
regular = "09:00-15:30"
after_market = "16:00-20:00"
"""


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    with Exchange(Market(START, END, size=SIZE, after_market=date(2025, 1, 31))) as running:
        yield running


def command(starter: Starter, folder: Path, exchange: Exchange, at: datetime = EVENING) -> Command:
    if not (folder / "config").is_dir():
        configure(folder)
        with (folder / "config/screener.toml").open("a", encoding="utf-8") as file:
            file.write(HOURS)
    exchange.market.now = at
    return Command(starter, folder, at, exchange.environment)


def test_without_an_account_the_report_says_which_close_and_withholds(
    starter: Starter, exchange: Exchange, tmp_path: Path
) -> None:
    asked = command(starter, tmp_path, exchange)
    done = asked.run("report", "--width", "100")
    assert done.code == 0, done.err
    page = " ".join(done.out.split())
    assert "Closes from 2025-01-31 on are the last prices of the after-market (20:00)" in page
    assert page.index("Closes from") < page.index("Market:")
    assert "Won: ▲ AI software" in page  # by 8.8%: more than the closes can make
    assert "Set KRX_AUTH_KEY, DATA_GO_KR_KEY or a KRX account for official closes." in page
    document = json.loads(asked.run("report", "--json").out)
    assert document["banner"] == "closes are last prices of the after-market (20:00), not official closes (15:30)"
    small = [row for row in document["sectors"] if row["verdict"] is not None and abs(row["caar_ew"]) <= 0.03]
    assert {row["verdict"] for row in small} <= {"withheld"}
    assert [row["verdict"] for row in document["sectors"] if row["caar_ew"] and abs(row["caar_ew"]) > 0.03]


def test_the_regular_close_of_the_evening_gives_way_to_the_settled_price(
    starter: Starter, exchange: Exchange, tmp_path: Path
) -> None:
    done = command(starter, tmp_path, exchange, kst(2025, 1, 31)).run("report")
    assert done.code == 0, done.err
    # The event day at its regular close, its base a session without an after-market: nothing is mixed.
    assert "after-market" not in done.out
    night = command(starter, tmp_path, exchange, kst(2025, 1, 31, 21)).run("sync")
    assert (night.code, "restated" in night.out + night.err) == (0, False)
    exchange.requests.clear()
    done = command(starter, tmp_path, exchange, kst(2025, 2, 3)).run("sync")
    assert (done.code, "restated" in done.out + done.err) == (0, False), done.err
    assert len(exchange.requests) == 1 + 9  # is the day there? then each stock and fund once
    assert "last prices of the after-market" in command(starter, tmp_path, exchange, kst(2025, 2, 3)).run("report").out
