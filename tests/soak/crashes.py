"""A crash at every step of a daily run and of a sync: `pytest tests/soak/crashes.py`, part of `make soak`.

The suite has one of each kind (`tests.daily.test_hard_times`, `tests.e2e.test_crashes`).
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from tests.daily.conftest import exchange, market, member, reports, small
from tests.daily.test_hard_times import assert_the_same_after_a_crash
from tests.e2e.command import Command
from tests.e2e.secrets import ID, PASSWORD
from tests.e2e.test_crashes import BEFORE_SPLIT, Sync, assert_the_next_goes_on, whole_sessions
from tests.fakes.krx import Exchange, Market

__all__ = ["exchange", "market", "member", "reports", "small"]
NONE = re.compile("(?!)")


def test_of_a_daily_run(member: Command, market: Market, reports: Path, tmp_path: Path) -> None:
    assert_the_same_after_a_crash(member, market, reports, tmp_path, [".*"])


def test_of_a_sync(member: Command, exchange: Exchange, market: Market) -> None:
    days = [date(2025, 3, 11), date(2025, 3, 12)]
    market.now = BEFORE_SPLIT
    user = member.given(KRX_ID=ID, KRX_PW=PASSWORD, **exchange.environment).with_(batch=1, now=BEFORE_SPLIT)
    sync = Sync(user, ("--source", "pykrx", "--from", str(days[0])), "pykrx-login/market")
    assert_the_next_goes_on(sync, whole_sessions(market, days), NONE)
