"""Who bought the groups: by hand, and from the store against what the stand-in exchange knows."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from screener.analysis.flows import Flows, GroupFlow, group_flows
from screener.analysis.results import Group
from screener.app.report import Request, make_report
from screener.app.stock import make_card
from screener.config import load_settings
from screener.data.sync import Plan
from screener.report.model import Report
from tests.analysis.test_impact import DAY, EVENT, measure
from tests.data import live
from tests.e2e.conftest import configure
from tests.fakes.krx import kst, mocked

TICKERS = ("000001", "000002", "000003")
SESSIONS = np.array([DAY[EVENT + tau] for tau in range(-5, 5)], dtype="datetime64[D]")


def bought(report: Report, **known: Any) -> dict[tuple[str, int], GroupFlow]:
    """By sector and end of the window; foreigners buy 1, 10 and 100 of the stocks on the event day, 2, 20 ... later."""
    days = known.get("days", SESSIONS[5:9])
    plain = np.outer(np.arange(1, len(days) + 1), [1.0, 10.0, 100.0])
    flows = Flows(days, TICKERS, known.get("foreign", plain), known.get("institution", -plain), 0.0 * plain)
    found = group_flows(flows, SESSIONS, report.impact.stocks, report.groups)
    return {(one.group.label, one.window.last): one for one in found}


def test_sums_over_members_and_sessions(tmp_path: Path) -> None:
    found = bought(measure(tmp_path))
    assert len(found) == 4
    assert (found["A", 0].foreign, found["A", 0].institution, found["A", 0].n) == (11, -11, 2)
    assert (found["A", 3].foreign, found["A", 3].institution) == (11 * (1 + 2 + 3 + 4), -110)
    assert (found["B", 0].foreign, found["B", 3].foreign, found["B", 3].n) == (100, 1000, 1)


def test_session_that_is_not_stored_is_no_zero(tmp_path: Path) -> None:
    found = bought(measure(tmp_path), days=SESSIONS[[5, 6, 8]])
    assert found["A", 0].foreign == 11
    assert math.isnan(found["A", 3].foreign)
    assert math.isnan(found["B", 3].institution)


def test_member_that_is_not_known_is_no_zero(tmp_path: Path) -> None:
    foreign = np.ones((4, 3))
    foreign[2, 1] = np.nan
    found = bought(measure(tmp_path), foreign=foreign)
    assert found["A", 0].foreign == 2
    assert math.isnan(found["A", 3].foreign)
    assert found["A", 3].institution == -110
    assert found["B", 3].foreign == 4


def test_member_without_a_return_does_not_count(tmp_path: Path) -> None:
    def halt(line: dict[str, str]) -> None:
        if line["ticker"] == "000001" and line["date"] == DAY[EVENT]:
            line.update(open="0", volume="0")

    foreign = np.ones((4, 3))
    foreign[0, 0] = np.nan
    day = bought(measure(tmp_path, halt), foreign=foreign)["A", 0]
    assert (day.foreign, day.n) == (1, 1)


def test_theme_without_members_that_moved_has_none(tmp_path: Path) -> None:
    report = measure(tmp_path)
    empty = replace(report, groups=(Group("A", "none", "", "", post_hoc=False),))
    nothing = bought(empty)["A:none", 0]
    assert nothing.n == 0
    assert math.isnan(nothing.foreign)


def test_files_have_no_flows(tmp_path: Path) -> None:
    assert measure(tmp_path).flows == ()


def test_report_and_card_read_them_from_the_store(tmp_path: Path) -> None:
    first, event, last = date(2025, 1, 20), date(2025, 1, 31), date(2025, 2, 3)
    configure(tmp_path)
    settings = load_settings(tmp_path / "config")
    members = {"CHIPS": ("000660", "005930", "042700"), "POWER": ("298040",)}
    with mocked(live.market()) as exchange:
        exchange.market.now = kst(2025, 2, 10, 18, 30)
        opened = live.access(tmp_path, exchange)
        live.live("pykrx-login", opened).fetch(Plan(first, last, (), flow_days=(event,)))
        asked = Request(source="store", as_of=last)
        half = make_report(settings, asked, lambda: opened)
        live.live("pykrx-login", opened).fetch(Plan(first, last, (), flow_days=(event, last)))
        whole = make_report(settings, asked, lambda: opened)
        card = make_card(settings, asked, "000660", lambda: opened)
        truth = exchange.market.truth
        for report, known_through in ((half, event), (whole, last)):
            for one in report.flows:
                if one.group.sector not in members:
                    continue
                own = members[one.group.sector]
                assert one.n == len(own)
                end = event if one.window.last == 0 else last
                for said, investor in ((one.foreign, "9000"), (one.institution, "7050")):
                    expected = sum(truth.net_value(event, end, ticker, investor) for ticker in own)
                    assert said == expected if end <= known_through else math.isnan(said)
        assert len(whole.flows) == len(half.flows) == 2 * 3
        assert [one.day for one in card.flows] == [event, last]
        for flow in card.flows:
            of_day = [truth.net_value(flow.day, flow.day, "000660", code) for code in ("9000", "7050", "8000")]
            assert [flow.foreign, flow.institution, flow.individual] == of_day
