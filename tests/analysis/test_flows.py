"""Who bought the groups: by hand, and from the store against what the stand-in exchange knows."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from screener.analysis.impact import with_flows
from screener.analysis.model import Flows
from screener.config import load_settings
from screener.data.fetch import Plan
from screener.report.make import make_report
from screener.report.model import Report
from screener.report.request import Request
from tests.analysis.find import rows
from tests.analysis.test_impact import DAY, EVENT, measure
from tests.data import live
from tests.e2e.conftest import configure
from tests.fakes.krx import kst, mocked

TICKERS = ("000001", "000002", "000003")
SESSIONS = np.array([DAY[EVENT + tau] for tau in range(-5, 5)], dtype="datetime64[D]")


def bought(report: Report, **known: Any) -> dict[tuple[str, int], Any]:
    """By sector and end of the window; foreigners buy 1, 10 and 100 of the stocks on the event day, 2, 20 ... later."""
    days = known.get("days", SESSIONS[5:9])
    plain = np.outer(np.arange(1, len(days) + 1), [1.0, 10.0, 100.0])
    flows = Flows(days, TICKERS, known.get("foreign", plain), known.get("institution", -plain), 0.0 * plain)
    found = with_flows(report.frames, flows, SESSIONS, report.windows)
    return {(row.sector, row.window_end): row for row in rows(found.sectors)}


def test_sums_over_members_and_sessions(tmp_path: Path) -> None:
    found = bought(measure(tmp_path))
    assert len(found) == 4
    assert (found["A", 0].foreign_net, found["A", 0].institution_net) == (11, -11)
    assert (found["A", 3].foreign_net, found["A", 3].institution_net) == (11 * (1 + 2 + 3 + 4), -110)
    assert (found["B", 0].foreign_net, found["B", 3].foreign_net) == (100, 1000)


def test_session_that_is_not_stored_is_no_zero(tmp_path: Path) -> None:
    found = bought(measure(tmp_path), days=SESSIONS[[5, 6, 8]])
    assert found["A", 0].foreign_net == 11
    assert math.isnan(found["A", 3].foreign_net)
    assert math.isnan(found["B", 3].institution_net)


def test_member_that_is_not_known_is_no_zero(tmp_path: Path) -> None:
    foreign = np.ones((4, 3))
    foreign[2, 1] = np.nan
    found = bought(measure(tmp_path), foreign=foreign)
    assert found["A", 0].foreign_net == 2
    assert math.isnan(found["A", 3].foreign_net)
    assert found["A", 3].institution_net == -110
    assert found["B", 3].foreign_net == 4


def test_member_without_a_return_does_not_count(tmp_path: Path) -> None:
    def halt(line: dict[str, str]) -> None:
        if line["ticker"] == "000001" and line["date"] == DAY[EVENT]:
            line.update(open="0", volume="0")

    foreign = np.ones((4, 3))
    foreign[0, 0] = np.nan
    day = bought(measure(tmp_path, halt), foreign=foreign)["A", 0]
    assert day.foreign_net == 1


def test_theme_without_members_that_moved_has_none(tmp_path: Path) -> None:
    report = measure(tmp_path)
    sectors = report.frames.sectors.assign(theme=np.array(["none"] * len(report.frames.sectors), dtype=object))
    empty = report.with_frames(sectors=sectors)
    assert math.isnan(bought(empty)["A", 0].foreign_net)


def test_files_have_no_flows(tmp_path: Path) -> None:
    frames = measure(tmp_path).frames
    assert frames.flows.empty
    assert frames.sectors["foreign_net"].isna().all()


def test_report_and_card_read_them_from_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("screener.data.checks.WHOLE", live.WHOLE)
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
        card = make_report(settings, replace(asked, stock="000660"), lambda: opened)
        truth = exchange.market.truth
        for report, known_through in ((half, event), (whole, last)):
            for name, own in members.items():
                for row in rows(report.frames.sectors, sector=name):
                    end = event if row.window_end == 0 else last
                    for said, investor in ((row.foreign_net, "9000"), (row.institution_net, "7050")):
                        expected = sum(truth.net_value(event, end, ticker, investor) for ticker in own)
                        assert said == expected if end <= known_through else math.isnan(said)
        assert len(rows(whole.frames.sectors)) == 2 * 3
        flows = rows(card.frames.flows)
        assert [row.date for row in flows] == [event, last]
        for row in flows:
            of_day = [truth.net_value(row.date, row.date, "000660", code) for code in ("9000", "7050", "8000")]
            assert [row.foreign, row.institution, row.individual] == of_day
