"""The real market of 31 January 2025, with no list at all: what an independent first probe found, and what stands."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, NoReturn

import pytest

from screener.analysis.scores import LARGEST_P
from screener.config import load_settings
from screener.report.make import make_report
from screener.report.model import Report, ScanFacts
from screener.report.request import Request
from tests.analysis.find import rows


def _none() -> NoReturn:
    raise AssertionError("files need neither store nor exchange")


@pytest.fixture(scope="module")
def report(krx: Path) -> Report:
    market = krx / "market_2025-01-02_2025-02-11.parquet"
    request = Request(
        universe="market",
        as_of=date(2025, 1, 31),
        source=f"file:{krx / 'prices_adjusted.parquet'}",
        benchmark=[krx / "indices.parquet"],
        market=[market],
    )
    return make_report(load_settings(), request, _none)


def facts(report: Report) -> ScanFacts:
    assert report.scan is not None
    return report.scan


def group_with(report: Report, ticker: str) -> Any:
    return next(group for group in rows(report.frames.groups) if ticker in group.tickers.split())


def test_every_stock_is_looked_at_or_counted(report: Report) -> None:
    """2,871 stocks were listed on 24 January: 961 of KOSPI, 1,788 of KOSDAQ and its segment, 122 of KONEX."""
    scan = facts(report)
    assert scan.listed == 2871
    assert scan.left_out["konex"] == 122
    assert scan.left_out["administrative"] is None
    assert len(report.frames.scan) + sum(count or 0 for count in scan.left_out.values()) == scan.listed


@pytest.mark.parametrize(
    ("ticker", "also", "sizes", "mean", "breadth"),
    [
        (
            "402030",
            {"304100", "301300", "377480", "108860"},
            (5, 9),
            11.6,
            (1, 1),
        ),  # Konan: Saltlux, VAIV, Maum, Selvas
        ("033160", set(), (4, 8), 7.6, (0.5, 1)),  # MK Electron
        ("277810", {"090360", "058610", "108490"}, (15, 20), 8.0, (0.95, 1)),  # robots: Robostar, SPG, Robotis
        ("074600", {"166090", "319660"}, (33, 38), -5.6, (0, 0.05)),  # chip equipment: Wonik QnC, Hana Materials, PSK
    ],
)
def test_groups_of_the_first_probe_come_out(
    report: Report, ticker: str, also: set[str], sizes: tuple[int, int], mean: float, breadth: tuple[float, float]
) -> None:
    """Beyond what their own ordinary days let expect, and significant by the probe's own test, which trusts tails."""
    group = group_with(report, ticker)
    assert also <= set(group.tickers.split())
    assert sizes[0] <= group.n <= sizes[1]
    assert group.mean_return_ew * 100 == pytest.approx(mean, abs=2.0)
    assert breadth[0] <= group.breadth_up <= breadth[1]
    assert group.placebo_p < 0.05
    assert group.q_portfolio < 0.05
    assert group.group <= 12


def test_none_of_them_stands_after_a_correction_that_holds(report: Report) -> None:
    """The same search finds something as extreme as the first group on one ordinary session in four."""
    scan = facts(report)
    assert scan.ordinary == 148
    assert not (report.frames.groups["q"] <= LARGEST_P).any()
    assert 30 <= report.frames.groups["as_extreme"][0] <= 60
    assert scan.stirred.groups > 2 * 0.05 * len(report.frames.groups)
    assert 0.02 < scan.stirred.p < 0.10


def test_power_equipment_comes_out_whole(report: Report) -> None:
    group = group_with(report, "010120")  # LS Electric
    assert group.overlap_shares["POWER"] > 0.7
    assert group.mean_return_ew < -0.07


def test_hynix_is_among_the_lowest(report: Report) -> None:
    hynix = rows(report.frames.scan, ticker="000660")[0]
    assert hynix.raw_return == pytest.approx(-0.0986)
    assert hynix.rank > len(report.frames.scan) - 15
    assert hynix.score < -90
    assert hynix.sectors == "SEMI"


def test_samsung_news_of_the_day_is_named(report: Report) -> None:
    assert [str(one.day) for one in report.confounders(report.leading)] == ["2025-01-31"]
