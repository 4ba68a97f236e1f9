"""The real market of 31 January 2025, with no list at all: what an independent first probe found, and what stands."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import NoReturn

import pytest

from screener.analysis.scanned import ScanGroup
from screener.app.scan import Request, make_scan
from screener.config import load_settings
from screener.report.scan.model import ScanReport


def _none() -> NoReturn:
    raise AssertionError("files need neither store nor exchange")


@pytest.fixture(scope="module")
def report(krx: Path) -> ScanReport:
    market = krx / "market_2025-01-02_2025-02-11.parquet"
    request = Request(
        as_of=date(2025, 1, 31),
        source=f"file:{krx / 'prices_adjusted.parquet'}",
        benchmark=[krx / "indices.parquet"],
        market=[market],
    )
    return make_scan(load_settings(), request, _none)


def group_with(report: ScanReport, ticker: str) -> ScanGroup:
    return next(one for one in report.scan.groups if ticker in {stock.ticker for stock in one.members})


def test_every_stock_is_looked_at_or_counted(report: ScanReport) -> None:
    """2,871 stocks were listed on 24 January: 961 of KOSPI, 1,788 of KOSDAQ and its segment, 122 of KONEX."""
    scan = report.scan
    assert scan.listed == 2871
    assert scan.left_out["konex"] == 122
    assert scan.left_out["administrative"] is None
    assert len(scan.stocks) + sum(count or 0 for count in scan.left_out.values()) == scan.listed


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
    report: ScanReport, ticker: str, also: set[str], sizes: tuple[int, int], mean: float, breadth: tuple[float, float]
) -> None:
    """Beyond what their own ordinary days let expect, and significant by the probe's own test, which trusts tails."""
    group = group_with(report, ticker)
    assert also <= {stock.ticker for stock in group.members}
    assert sizes[0] <= group.n <= sizes[1]
    assert group.mean_return * 100 == pytest.approx(mean, abs=2.0)
    assert breadth[0] <= group.breadth_up <= breadth[1]
    assert group.headline.p < 0.05
    assert group.q_portfolio < 0.05
    assert group.number <= 12


def test_none_of_them_stands_after_a_correction_that_holds(report: ScanReport) -> None:
    """The same search finds something as extreme as the first group on one ordinary session in four."""
    scan = report.scan
    assert scan.ordinary == 148
    assert not any(one.significant for one in scan.groups)
    assert 30 <= (scan.groups[0].as_extreme or 0) <= 60
    assert scan.stirred.groups > 2 * 0.05 * len(scan.groups)
    assert 0.02 < scan.stirred.p < 0.10


def test_power_equipment_comes_out_whole(report: ScanReport) -> None:
    group = group_with(report, "010120")  # LS Electric
    assert group.overlap["POWER"] > 0.7
    assert group.mean_return < -0.07


def test_hynix_is_among_the_lowest(report: ScanReport) -> None:
    hynix = next(one for one in report.scan.stocks if one.stock.ticker == "000660")
    assert hynix.raw_return == pytest.approx(-0.0986)
    assert hynix.rank > len(report.scan.stocks) - 15
    assert hynix.score < -90
    assert hynix.sectors == ("SEMI",)


def test_samsung_news_of_the_day_is_named(report: ScanReport) -> None:
    assert [str(one.day) for one in report.confounders] == ["2025-01-31"]
