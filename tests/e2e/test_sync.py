"""What `screener sync` is asked for, and what it says that it has."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial

import pytest

from screener.config import load_settings
from screener.data.connections import open_access
from screener.data.sources.live import plan_of
from screener.data.store import Store
from screener.krx.tables import INDICES, MARKET
from tests.e2e.command import Command
from tests.e2e.secrets import KEY
from tests.fakes.krx import Exchange, kst


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--from", "0001-01-01"], "--from 0001-01-01 is before 1980-01-04, the start of KOSPI"),
        (["--to", "0001-01-01"], "--to 0001-01-01 is before 1980-01-04, the start of KOSPI"),
        (["--from", "9999-12-31"], "--from 9999-12-31 is in the future (today is 2025-02-10)"),
        (["--to", "2025-02-11"], "--to 2025-02-11 is in the future (today is 2025-02-10)"),
        (["--from", "2025-02-05", "--to", "2025-02-02"], "--from 2025-02-05 is after --to 2025-02-02: swap them"),
        (["--to", "2020-02-03"], "--to 2020-02-03 is before 2024-"),
    ],
)
def test_days_that_cannot_be_are_a_mistake_of_the_command_line(
    command: Command, exchange: Exchange, options: list[str], said: str
) -> None:
    done = command.run("sync", *options)
    assert (done.code, done.out, exchange.requests) == (2, "", [])
    assert len(done.said) == 1
    assert said in done.said[0]


def test_through_is_the_last_session_that_came(command: Command, exchange: Exchange) -> None:
    """On its own evening the Open API has none; asked for or not, it is no session of the store."""
    user = command.given(KRX_AUTH_KEY=KEY)
    done = user.run("sync", "--source", "openapi", "--from", "2025-02-06")
    assert (done.code, done.said) == (0, [])
    assert done.out.splitlines()[0] == "openapi: 2 sessions, 12 requests; through 2025-02-07"
    exchange.requests.clear()
    assert user.run("sync", "--source", "openapi", "--from", "2025-02-06").code == 0
    assert exchange.requests == []
    night = kst(2025, 2, 11, 1, 0)  # the API has it from the morning on
    exchange.market.now = night
    exchange.faults.add("empty_block")
    late = user.with_(now=night).run("sync", "--source", "openapi", "--from", "2025-02-06")
    assert (late.code, late.said) == (0, [])
    assert late.out.splitlines()[0].endswith("through 2025-02-07")
    assert "2025-02-10: no figures: a holiday, or not published yet" in late.out
    exchange.faults.clear()
    exchange.market.now = kst(2025, 2, 11, 8, 0)
    done = user.with_(now=exchange.market.now).run("sync", "--source", "openapi", "--from", "2025-02-06")
    assert done.out.splitlines()[0].endswith("through 2025-02-10")


def test_the_open_api_goes_on_where_it_was_interrupted(command: Command, exchange: Exchange) -> None:
    exchange.market.now = kst(2025, 2, 11, 8, 0)
    user = command.given(KRX_AUTH_KEY=KEY).with_(now=exchange.market.now)
    exchange.account.quota = 5 * 21 + 30
    done = user.run("sync", "--source", "openapi", "--from", "2024-12-02")
    assert done.code == 5
    store = Store.open(command.store)
    held = store.table("openapi", MARKET).sessions
    assert len(held) >= 20
    assert set(held) <= set(store.table("openapi", INDICES).sessions)
    exchange.account.quota = 10_000
    exchange.requests.clear()
    assert user.run("sync", "--source", "openapi", "--from", "2024-12-02").code == 0
    asked = {request.query["basDd"] for request in exchange.requests if request.bld == "stk_bydd_trd"}
    assert not asked & {f"{day:%Y%m%d}" for day in held}


def test_flows_wait_until_the_windows_of_their_event_are_over(command: Command) -> None:
    """The windows of 31 January reach to 3 February; a session and its flows together would be six requests."""
    settings = load_settings(command.folder / "config")
    access = open_access(settings, {}, str(command.store))
    for last, flows in ((date(2025, 1, 31), ()), (date(2025, 2, 3), (date(2025, 1, 31), date(2025, 2, 3)))):
        evening = partial(kst, last.year, last.month, last.day)
        assert plan_of(settings, replace(access, now=evening), None, None).flow_days == flows
