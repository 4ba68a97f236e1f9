"""What a stock and a sector carry beside their returns: interval, size, and how many rose, stayed and fell."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from screener.report.model import Report
from tests.analysis.find import leading, real_event, rows, stock
from tests.analysis.test_impact import DAY, EVENT, measure
from tests.data import small


def sector_a(report: Report, last: int = 0) -> Any:
    return rows(report.frames.sectors, sector="A", window_end=last)[0]


def counts(row: Any) -> tuple[int, int, int]:
    return row.n_up, row.n_flat, row.n_down


def test_interval_of_a_stock_agrees_with_scipy(tmp_path: Path) -> None:
    """The prediction interval of a regression, around the abnormal return."""
    row = stock(measure(tmp_path), "000001")
    learned = range(EVENT - 29, EVENT - 5)
    x = np.array([small.index_return(r) for r in learned])
    y = np.array([small.stock_return("000001", r) for r in learned])
    line = stats.linregress(x, y)
    x0 = small.index_return(EVENT)
    s = math.sqrt(((y - line.intercept - line.slope * x) ** 2).sum() / 22)
    se = s * math.sqrt(1 + 1 / 24 + (x0 - x.mean()) ** 2 / ((x - x.mean()) ** 2).sum())
    ar = 0.10 - line.intercept - line.slope * x0
    low, high = stats.t.interval(0.95, 22, loc=ar, scale=se)
    assert (row.ci_low, row.ci_high) == pytest.approx((low, high))
    assert row.half_width == pytest.approx((high - low) / 2)


def test_no_interval_without_an_abnormal_return(tmp_path: Path) -> None:
    def halt(line: dict[str, str]) -> None:
        if line["ticker"] == "000001" and line["date"] == DAY[EVENT]:
            line.update(open="0", volume="0")

    report = measure(tmp_path, halt)
    assert math.isnan(stock(report, "000001").half_width)
    assert math.isfinite(stock(report, "000002").half_width)


def test_cap_is_that_of_the_base_session(tmp_path: Path) -> None:
    lines = [f"{DAY[row]},000001,1,1,{cap}" for row, cap in ((EVENT - 1, 3_000_000), (EVENT, 1))]
    report = measure(tmp_path, official="date,ticker,close,volume,marcap\n" + "\n".join(lines) + "\n")
    assert [stock(report, "000001", 0, last).marcap for last in (0, 3)] == [3_000_000, 3_000_000]
    assert math.isnan(stock(report, "000002").marcap)


def test_who_rose_and_who_fell(tmp_path: Path) -> None:
    row = sector_a(measure(tmp_path))
    assert counts(row) == (1, 0, 1)
    assert row.breadth_up == 0.5


def test_price_that_comes_back_stayed(tmp_path: Path) -> None:
    """The product of these four changes is 1 less 2e-16."""
    closes = dict(zip((DAY[EVENT + tau] for tau in range(-1, 4)), (10700, 11000, 13300, 9800, 10700), strict=True))
    assert math.prod(b / a for a, b in zip([*closes.values()], [*closes.values()][1:], strict=False)) == pytest.approx(
        1
    )

    def change(line: dict[str, str]) -> None:
        if line["ticker"] == "000001" and line["date"] >= DAY[EVENT - 1]:
            line["close"] = str(closes.get(line["date"], 10700))

    report = measure(tmp_path, change)
    row = sector_a(report, 3)
    assert stock(report, "000001", 0, 3).raw_return == 0
    assert counts(row) == (0, 1, 1)
    assert row.breadth_up == 0


def test_member_without_a_return_is_none_of_the_three(tmp_path: Path) -> None:
    def halt(line: dict[str, str]) -> None:
        if line["ticker"] == "000001" and line["date"] == DAY[EVENT]:
            line.update(open="0", volume="0")

    assert counts(sector_a(measure(tmp_path, halt))) == (0, 0, 1)


def test_real_event(krx: Path) -> None:
    """SK hynix fell by 9.86%; 26 of the 28 AI stocks rose, and 3 of the 25 chip stocks."""
    report = real_event(krx)
    for row in rows(report.frames.sectors):
        assert sum(counts(row)) == row.n
        assert row.n_up == pytest.approx(row.breadth_up * row.n)
    of_day = {row.sector: row for row in leading(report, "sectors", theme=None)}
    assert (of_day["AI_SW"].n_up, of_day["SEMI"].n_up) == (26, 3)
    hynix = stock(report, "000660")
    assert hynix.ci_high < 0
    assert abs(hynix.car / hynix.half_width) == pytest.approx(abs(hynix.scar) / stats.t.ppf(0.975, 118))
    # 728,002,365 shares at 221,000 won.
    assert hynix.marcap == pytest.approx(728_002_365 * 221_000)
