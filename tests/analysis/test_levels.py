"""Prices as newspapers draw them: growth since the base close."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from screener.analysis.frames import Frames
from screener.config import load_settings
from screener.data.sources import demo
from screener.report.request import Request
from tests.analysis import planted
from tests.analysis.find import real_event, rows
from tests.analysis.test_impact import DAY, EVENT, Change, measure
from tests.data import small
from tests.reports import make_report

R = small.stock_return


def level(frames: Frames, series: str) -> dict[int, float]:
    """By tau."""
    return {row.tau: row.level for row in rows(frames.levels, series=series)}


def test_index_by_hand(tmp_path: Path) -> None:
    frames = measure(tmp_path).frames
    for series in ("KOSPI", "KOSDAQ"):
        own = level(frames, series)
        assert sorted(own) == list(range(-10, 5))
        assert own[-1] == 1
        assert [own[tau] for tau in (-3, -2, 0, 1)] == pytest.approx([1 / (0.99 * 1.01), 1 / 0.99, 1.01, 1.01 * 0.99])
    assert {(one.series, one.kind) for one in rows(frames.levels)} == {
        *((name, "index") for name in ("KOSPI", "KOSDAQ")),
        *((name, "sector") for name in ("A", "B")),
        *((ticker, "stock") for ticker in small.STOCKS),
    }
    assert all(str(one.date) == DAY[EVENT + one.tau] for one in rows(frames.levels))


def test_sector_is_bought_at_the_base_and_held(tmp_path: Path) -> None:
    """No member is sold to bring the others back to an equal weight, as a mean of daily returns would have it."""
    own = level(measure(tmp_path).frames, "A")
    one, two = 1.10 * (1 + R("000001", EVENT + 1)), 0.95 * (1 + R("000002", EVENT + 1))
    assert own[0] == pytest.approx(1.025)
    assert own[1] == pytest.approx((one + two) / 2)
    rebalanced = 1.025 * (1 + (R("000001", EVENT + 1) + R("000002", EVENT + 1)) / 2)
    assert abs(own[1] - rebalanced) > 1e-4
    before = [1 / (1 + R(ticker, EVENT - 1)) for ticker in ("000001", "000002")]
    assert own[-2] == pytest.approx(sum(before) / 2)


def check_identities(frames: Frames) -> int:
    """Levels at the ends of the windows from the event day are the returns over them; how many were compared."""
    levels = {(one.series, one.tau): one.level for one in rows(frames.levels)}
    compared = 0
    for row in rows(frames.stocks):
        if row.window_start == 0 and math.isfinite(row.raw_return):
            assert levels[row.ticker, row.window_end] - 1 == pytest.approx(row.raw_return, abs=1e-12)
            compared += 1
    for of in rows(frames.sectors, theme=None):
        if of.window_start == 0 and of.n == of.members:
            assert levels[of.sector, of.window_end] - 1 == pytest.approx(of.mean_return_ew, abs=1e-12)
            compared += 1
    return compared


def test_levels_end_where_the_returns_do() -> None:
    """On a market with halts, a split, a price limit and listings: 95 of its stocks are listed at the base."""
    frames = planted.measure(tuple((0, tau) for tau in range(21)))
    assert check_identities(frames) > 21 * (94 + 7)


def test_real_event(krx: Path) -> None:
    report = real_event(krx)
    assert check_identities(report.frames) > 3 * 85
    for name, moved in report.provenance.benchmark_returns.items():
        assert level(report.frames, name)[0] - 1 == pytest.approx(moved)
    # Newspapers: 221,000 won on 24 January, 199,200 on 31 January.
    assert level(report.frames, "000660")[0] == pytest.approx(199_200 / 221_000, abs=5e-5)
    assert len(level(report.frames, "SEMI")) == 18


def halted(ticker: str, *rows: int) -> Change:
    def change(line: dict[str, str]) -> None:
        if line["ticker"] == ticker and line["date"] in {DAY[row] for row in rows}:
            line.update(open="0", volume="0")

    return change


def test_halt_keeps_the_last_known_price(tmp_path: Path) -> None:
    frames = measure(tmp_path, halted("000001", EVENT + 1, EVENT + 2)).frames
    own = level(frames, "000001")
    assert own[0] == own[1] == own[2] == pytest.approx(1.10)
    resumed = 1.10 * (1 + R("000001", EVENT + 1)) * (1 + R("000001", EVENT + 2)) * (1 + R("000001", EVENT + 3))
    assert own[3] == pytest.approx(resumed)
    assert level(frames, "A")[1] == pytest.approx((1.10 + 0.95 * (1 + R("000002", EVENT + 1))) / 2)


def test_stock_that_stops_trading_is_kept_in_its_sector(tmp_path: Path) -> None:
    settings = load_settings(small.write_config(tmp_path))
    kept = [row for row in small.price_rows() if row["ticker"] != "000001" or row["date"] <= DAY[EVENT]]
    prices = small.write(tmp_path / "prices.csv", kept)
    request = Request(source=f"file:{prices}", benchmark=[small.write_benchmark(tmp_path)])
    frames = make_report(settings, request).frames
    assert level(frames, "000001")[4] == pytest.approx(1.10)
    two = 0.95 * math.prod(1 + R("000002", EVENT + tau) for tau in range(1, 5))
    assert level(frames, "A")[4] == pytest.approx((1.10 + two) / 2)


def test_stock_that_did_not_trade_at_the_base_has_no_level(tmp_path: Path) -> None:
    frames = measure(tmp_path, halted("000001", EVENT - 1)).frames
    assert level(frames, "000001") == {}
    assert level(frames, "A")[0] == pytest.approx(0.95)


def test_halt_at_the_base_and_an_impossible_move_do_not_make_up_for_each_other(tmp_path: Path) -> None:
    """One return spans a session too many, and one is missing."""

    def change(line: dict[str, str]) -> None:
        halted("000001", EVENT - 1)(line)
        if line["ticker"] == "000001" and line["date"] >= DAY[EVENT + 4]:
            line["close"] = str(float(line["close"]) / 2)

    assert level(measure(tmp_path, change).frames, "000001") == {}


def test_stock_listed_at_the_base_begins_there(tmp_path: Path) -> None:
    """In its sector it counts with its first price before, so that the sector does not jump when it is listed."""
    settings = load_settings(small.write_config(tmp_path))
    kept = [row for row in small.price_rows() if row["ticker"] != "000001" or row["date"] >= DAY[EVENT - 1]]
    prices = small.write(tmp_path / "prices.csv", kept)
    request = Request(source=f"file:{prices}", benchmark=[small.write_benchmark(tmp_path)])
    frames = make_report(settings, request).frames
    own = level(frames, "000001")
    assert sorted(own) == [-1, 0, 1, 2, 3, 4]
    assert (own[-1], own[0]) == pytest.approx((1, 1.10))
    assert level(frames, "A")[-2] == pytest.approx((1 + 1 / (1 + R("000002", EVENT - 1))) / 2)
    assert level(frames, "A")[0] == pytest.approx(1.025)


def test_stock_listed_after_the_base_is_no_member_of_the_levels() -> None:
    later = demo.ticker(len(demo.SECTORS) - 1, 5)
    frames = planted.measure(((0, 5),))
    assert level(frames, later) == {}
    others = [level(frames, demo.ticker(len(demo.SECTORS) - 1, member)) for member in range(12) if member != 5]
    assert level(frames, "AWKWARD")[10] == pytest.approx(sum(own[10] for own in others) / 11)


def test_nothing_is_known_beyond_a_move_that_cannot_be(tmp_path: Path) -> None:
    def split(line: dict[str, str]) -> None:
        if line["ticker"] == "000001" and line["date"] >= DAY[EVENT + 4]:
            line["close"] = str(float(line["close"]) / 2)

    frames = measure(tmp_path, split).frames
    own = level(frames, "000001")
    assert max(own) == 3
    two = 0.95 * math.prod(1 + R("000002", EVENT + tau) for tau in range(1, 5))
    assert level(frames, "A")[4] == pytest.approx((own[3] + two) / 2)


def test_index_without_a_level_is_not_known_from_there_on(tmp_path: Path) -> None:
    settings = load_settings(small.write_config(tmp_path))
    benchmark = small.write_benchmark(tmp_path)
    lines = benchmark.read_text(encoding="utf-8").splitlines()
    gone = f"{DAY[EVENT - 4]},KOSPI"
    benchmark.write_text("\n".join(line for line in lines if not line.startswith(gone)) + "\n", encoding="utf-8")
    request = Request(source=f"file:{small.write_prices(tmp_path)}", benchmark=[benchmark])
    frames = make_report(settings, request).frames
    assert min(level(frames, "KOSPI")) == -3
    assert min(level(frames, "KOSDAQ")) == -10
