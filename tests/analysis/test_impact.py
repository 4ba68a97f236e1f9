"""One event measured on the small market, whose moves are planted."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from screener.config import load_settings
from screener.config.fields import Name
from screener.config.models import Event
from screener.data.sources import demo as market
from screener.demo import _demo_event, _demo_sectors
from screener.errors import UsageError
from screener.report.model import Report
from screener.report.request import Request
from tests.analysis.find import leading, rows, stock
from tests.data import small
from tests.reports import make_report

Change = Callable[[dict[str, str]], None]
EVENT = small.EVENT_ROW
DAY = {row: str(day) for row, day in enumerate(small.sessions())}


def measure(folder: Path, change: Change | None = None, official: str = "", **asked: object) -> Report:
    settings = load_settings(small.write_config(folder))
    prices = small.write_prices(folder, change)
    extra = []
    if official:
        (folder / "market.csv").write_text(official, encoding="utf-8")
        extra = [folder / "market.csv"]
    request = Request(source=f"file:{prices}", benchmark=[small.write_benchmark(folder)], market=extra, **asked)  # type: ignore[arg-type]
    return make_report(settings, request)


def sector(report: Report, name: str) -> Any:
    return leading(report, "sectors", sector=name)[0]


def test_event_is_found_in_the_data(tmp_path: Path) -> None:
    report = measure(tmp_path)
    assert report.event.event_day == small.event_day()
    assert report.event.base == small.sessions()[EVENT - 1]


def test_market_model_agrees_with_scipy(tmp_path: Path) -> None:
    """CAR, its standard error and p of one day against scipy's regression and the textbook prediction error."""
    row = stock(measure(tmp_path), "000001")
    learned = range(EVENT - 5 - 24, EVENT - 5)
    x = np.array([small.index_return(r) for r in learned])
    y = np.array([small.stock_return("000001", r) for r in learned])
    line = stats.linregress(x, y)
    x0 = small.index_return(EVENT)
    ar = 0.10 - (line.intercept + line.slope * x0)
    s = math.sqrt(((y - line.intercept - line.slope * x) ** 2).sum() / 22)
    se = s * math.sqrt(1 + 1 / 24 + (x0 - x.mean()) ** 2 / ((x - x.mean()) ** 2).sum())
    assert row.raw_return == pytest.approx(0.10)
    assert row.benchmark_return == pytest.approx(0.01)
    assert row.car == pytest.approx(ar)
    assert row.scar == pytest.approx(ar / se)
    assert row.p == pytest.approx(2 * stats.t.sf(ar / se, 22))
    assert row.bhar == pytest.approx(row.car)


def test_sector_is_the_mean_of_its_stocks(tmp_path: Path) -> None:
    report = measure(tmp_path)
    a = sector(report, "A")
    assert (a.n, a.members, a.n_skipped) == (2, 2, 0)
    assert a.mean_return_ew == pytest.approx((0.10 - 0.05) / 2)
    assert a.median_return == pytest.approx(0.025)
    assert a.breadth_up == 0.5
    assert a.caar_ew == pytest.approx((stock(report, "000001").car + stock(report, "000002").car) / 2)
    assert math.isnan(a.mean_return_cw)  # nobody said what the stocks are worth


def test_sector_of_one_is_its_stock(tmp_path: Path) -> None:
    report = measure(tmp_path)
    b, one = sector(report, "B"), stock(report, "000003")
    assert (b.caar_ew, b.t_portfolio, b.p_portfolio) == pytest.approx((one.car, one.scar, one.p))


def test_cap_weights_are_those_of_the_base_session(tmp_path: Path) -> None:
    caps = {EVENT - 1: (300, 100), EVENT: (1, 1)}
    lines = [
        f"{DAY[row]},{ticker},1,1,{cap}"
        for row, pair in caps.items()
        for ticker, cap in zip(("000001", "000002"), pair, strict=True)
    ]
    report = measure(tmp_path, official="date,ticker,close,volume,marcap\n" + "\n".join(lines) + "\n")
    assert sector(report, "A").mean_return_cw == pytest.approx((3 * 0.10 - 0.05) / 4)


@pytest.mark.parametrize(("stocks", "known"), [(699, False), (700, True)])
def test_index_weight_needs_the_whole_market(tmp_path: Path, stocks: int, known: bool) -> None:
    """In a file of a few stocks each of them would be a large part of the index."""
    day = DAY[EVENT - 1]
    lines = [f"{day},{number:06d},KOSPI,1,1,1000" for number in range(1, stocks + 1)]
    lines[1] = lines[1].replace("KOSPI", "KOSDAQ GLOBAL")
    lines.append(f"{day},900001,KOSPI,1,1,1000")
    report = measure(tmp_path, official="date,ticker,market,close,volume,marcap\n" + "\n".join(lines) + "\n")
    weight = stock(report, "000001").index_weight
    assert weight == pytest.approx(1 / 700) if known else math.isnan(weight)
    assert math.isnan(stock(report, "000001").car_loo)
    assert math.isnan(stock(report, "000002").index_weight)


def test_spread_is_the_difference_and_its_test_agrees_with_its_own_portfolio(tmp_path: Path) -> None:
    report = measure(tmp_path)
    [spread] = leading(report, "spreads")
    assert spread.mean_return_ew == pytest.approx(0.025 - 0.02)
    assert spread.caar_ew == pytest.approx(sector(report, "A").caar_ew - sector(report, "B").caar_ew)
    # Both indices are the same series here, so one regression of the difference must give the same t.
    learned = range(EVENT - 29, EVENT - 5)
    x = np.array([small.index_return(r) for r in learned])

    def difference(r: int) -> float:
        a = (small.stock_return("000001", r) + small.stock_return("000002", r)) / 2
        return a - small.stock_return("000003", r)

    y = np.array([difference(r) for r in learned])
    line = stats.linregress(x, y)
    x0 = small.index_return(EVENT)
    s = math.sqrt(((y - line.intercept - line.slope * x) ** 2).sum() / 22)
    se = s * math.sqrt(1 + 1 / 24 + (x0 - x.mean()) ** 2 / ((x - x.mean()) ** 2).sum())
    assert spread.t_portfolio == pytest.approx((difference(EVENT) - line.intercept - line.slope * x0) / se)


def test_path_is_zero_at_the_base_and_ends_at_the_window(tmp_path: Path) -> None:
    report = measure(tmp_path)
    path = {point.tau: point.caar for point in rows(report.frames.paths, sector="B")}
    assert path[-1] == 0
    assert path[0] == pytest.approx(stock(report, "000003").car)
    assert path[3] == pytest.approx(stock(report, "000003", 0, 3).car)
    assert max(path) == 4


def test_window_that_is_not_over_is_left_open(tmp_path: Path) -> None:
    report = measure(tmp_path, as_of=small.sessions()[EVENT + 1])
    assert [window.available for window in report.windows] == [True, False]
    assert set(report.frames.stocks["window_end"]) == {0}


def test_late_listing_keeps_its_return_and_is_skipped_for_the_rest(tmp_path: Path) -> None:
    def list_late(line: dict[str, str]) -> None:
        if line["ticker"] == "000002" and line["date"] < DAY[EVENT - 2]:
            line.update(close="", volume="0")

    report = measure(tmp_path, list_late)
    row = stock(report, "000002")
    assert row.raw_return == pytest.approx(-0.05)
    assert math.isnan(row.car)
    assert "no_estimation" in row.flags
    [skipped] = rows(report.frames.skipped)
    assert (skipped.ticker, skipped.code, skipped.observations) == ("000002", "too_short", 0)
    assert skipped.has_return
    a = sector(report, "A")
    assert (a.n, a.n_skipped) == (2, 1)
    assert a.caar_ew == pytest.approx(stock(report, "000001").car)


def test_listing_after_the_event(tmp_path: Path) -> None:
    settings = load_settings(small.write_config(tmp_path))
    kept = [row for row in small.price_rows() if row["ticker"] != "000002" or row["date"] > DAY[EVENT]]
    prices = small.write(tmp_path / "prices.csv", kept)
    report = make_report(settings, Request(source=f"file:{prices}", benchmark=[small.write_benchmark(tmp_path)]))
    [skipped] = rows(report.frames.skipped)
    assert (skipped.code, str(skipped.day), skipped.has_return) == ("listed_after", DAY[EVENT + 1], False)
    assert sector(report, "A").n == 1


def test_halt_on_the_event_day_is_no_zero_return(tmp_path: Path) -> None:
    def halt(line: dict[str, str]) -> None:
        if line["ticker"] == "000001" and line["date"] == DAY[EVENT]:
            line.update(open="0", volume="0")

    report = measure(tmp_path, halt)
    row = stock(report, "000001")
    assert math.isnan(row.raw_return)
    assert math.isnan(row.car)
    assert "halted" in row.flags
    assert [(row.code, str(row.day)) for row in rows(report.frames.skipped)] == [("halted", DAY[EVENT])]
    assert sector(report, "A").mean_return_ew == pytest.approx(-0.05)
    # Over the longer window its price stands at both ends, so the return is known; the CAR of a missed day is not.
    longer = stock(report, "000001", 0, 3)
    assert math.isfinite(longer.raw_return)
    assert math.isnan(longer.car)


def test_return_that_straddles_the_windows_edge_is_not_the_windows(tmp_path: Path) -> None:
    def halt(line: dict[str, str]) -> None:
        if line["ticker"] == "000001" and line["date"] == DAY[EVENT - 1]:
            line.update(open="0", volume="0")

    row = stock(measure(tmp_path, halt), "000001")
    assert math.isnan(row.raw_return)
    assert math.isnan(row.car)
    assert "resumed" in row.flags


def test_halts_in_the_estimation_window_are_left_out_of_the_fit(tmp_path: Path) -> None:
    def halt(line: dict[str, str]) -> None:
        if line["ticker"] == "000001" and line["date"] == DAY[15]:
            line.update(open="0", volume="0")

    report = measure(tmp_path, halt)
    kept = [r for r in range(EVENT - 29, EVENT - 5) if r not in (15, 16)]  # the day, and the return that spans it
    x = np.array([small.index_return(r) for r in kept])
    y = np.array([small.stock_return("000001", r) for r in kept])
    line = stats.linregress(x, y)
    expected = 0.10 - line.intercept - line.slope * small.index_return(EVENT)
    assert stock(report, "000001").car == pytest.approx(expected)


@pytest.mark.parametrize(("model", "expected"), [("market-adjusted", 0.10 - 0.01), ("mean-adjusted", None)])
def test_other_models(tmp_path: Path, model: str, expected: float | None) -> None:
    if expected is None:
        expected = 0.10 - float(np.mean([small.stock_return("000001", r) for r in range(EVENT - 29, EVENT - 5)]))
    assert stock(measure(tmp_path, model=model), "000001").car == pytest.approx(expected)


def test_limit_up_is_flagged(tmp_path: Path) -> None:
    def limit(line: dict[str, str]) -> None:
        if line["ticker"] == "000001" and line["date"] >= DAY[EVENT]:
            line["close"] = str(float(line["close"]) / 1.10 * 1.30)

    assert stock(measure(tmp_path, limit), "000001").flags == "limit_up"


def test_move_beyond_the_limit_in_a_window_leaves_the_stock_out(tmp_path: Path) -> None:
    def split(line: dict[str, str]) -> None:
        if line["ticker"] == "000001" and line["date"] >= DAY[EVENT + 2]:
            line["close"] = str(float(line["close"]) / 2)

    report = measure(tmp_path, split)
    [found] = [one for one in report.findings if one.code == "beyond_limit"]
    assert found.examples == (f"000001 {DAY[EVENT + 2]}",)
    rows = report.frames.stocks
    longer = rows[rows["window_end"] == 3]
    one, three = (longer[longer["ticker"] == ticker] for ticker in ("000001", "000003"))
    assert one["raw_return"].isna().all()
    assert one["car"].isna().all()
    assert three["car"].notna().all()


def test_one_sector_alone(tmp_path: Path) -> None:
    report = measure(tmp_path, sectors=["B"])
    assert set(report.frames.sectors["sector"]) == {"B"}
    assert report.frames.spreads.empty


def test_model_without_an_index(tmp_path: Path) -> None:
    settings = load_settings(small.write_config(tmp_path))
    source = f"file:{small.write_prices(tmp_path)}"
    with pytest.raises(UsageError, match="the market model needs an index: pass --benchmark FILE"):
        make_report(settings, Request(source=source))
    report = make_report(settings, Request(source=source, model="mean-adjusted"))
    assert math.isfinite(stock(report, "000001").car)


def test_stock_of_two_sectors_counts_in_both(tmp_path: Path) -> None:
    config = small.write_config(tmp_path)
    path = config / "sectors.toml"
    text = path.read_text(encoding="utf-8")
    twice = '{ ticker = "000001", ko = "하나", en = "One", market = "KOSPI" }, { ticker = "000003"'
    path.write_text(text.replace('{ ticker = "000003"', twice), encoding="utf-8")
    prices, benchmark = small.write_prices(tmp_path), small.write_benchmark(tmp_path)
    report = make_report(load_settings(config), Request(source=f"file:{prices}", benchmark=[benchmark]))
    assert sector(report, "B").mean_return_ew == pytest.approx((0.10 + 0.02) / 2)
    assert len(rows(report.frames.stocks, ticker="000001")) == 4


def test_listing_inside_the_window_has_no_return_over_it(tmp_path: Path) -> None:
    """Two sessions' return beside six sessions' of the others would be a wrong mean."""
    settings = load_settings(small.write_config(tmp_path))
    kept = [row for row in small.price_rows() if row["ticker"] != "000002" or row["date"] > DAY[EVENT]]
    prices = small.write(tmp_path / "prices.csv", kept)
    report = make_report(settings, Request(source=f"file:{prices}", benchmark=[small.write_benchmark(tmp_path)]))
    assert math.isnan(stock(report, "000002", 0, 3).raw_return)
    [longer] = rows(report.frames.sectors, sector="A", window_end=3)
    assert longer.n == 1
    assert longer.mean_return_ew == pytest.approx(stock(report, "000001", 0, 3).raw_return)


def test_the_caar_that_is_tested_is_the_one_that_is_shown(tmp_path: Path) -> None:
    """A member that misses a day of the longer window counts in neither."""

    def halt(line: dict[str, str]) -> None:
        if line["ticker"] == "000002" and line["date"] == DAY[EVENT + 1]:
            line.update(open="0", volume="0")

    report = measure(tmp_path, halt)
    [longer] = rows(report.frames.sectors, sector="A", window_end=3)
    one = stock(report, "000001", 0, 3)
    assert longer.caar_ew == pytest.approx(one.car)
    assert longer.t_portfolio == pytest.approx(one.scar)
    day = sector(report, "A")
    assert day.caar_ew == pytest.approx((stock(report, "000001").car + stock(report, "000002").car) / 2)


def test_market_file_without_volume_cannot_undo_a_halt(tmp_path: Path) -> None:
    def halt(line: dict[str, str]) -> None:
        if line["ticker"] == "000001" and line["date"] == DAY[EVENT]:
            line.update(open="0", volume="0")

    market = f"date,ticker,close,change_pct\n{DAY[EVENT]},000001,1,0.0\n"
    assert math.isnan(stock(measure(tmp_path, halt, market), "000001").raw_return)


def test_confounder_while_the_market_was_closed_is_in_the_next_window(tmp_path: Path) -> None:
    config = small.write_config(tmp_path)
    weekend = small.event_day() - timedelta(days=1)
    friday_in_new_york = small.event_day() - timedelta(days=3)
    assert weekend.weekday() == 6
    entry = '\n[[test.timeline]]\nwhat = {{ ko = "다른", en = "Other" }}\nsource = "x"\nconfounder = true\ndate = {}\n'
    with (config / "events.toml").open("a", encoding="utf-8") as file:
        file.write(entry.format(weekend) + entry.format(friday_in_new_york) + 'place = "US"\n')
        file.write(entry.format(friday_in_new_york))
    prices, benchmark = small.write_prices(tmp_path), small.write_benchmark(tmp_path)
    report = make_report(load_settings(config), Request(source=f"file:{prices}", benchmark=[benchmark]))
    assert [(one.day, one.place) for one in report.confounders(report.leading)] == [
        (weekend, "KR"),
        (friday_in_new_york, "US"),
    ]


def test_rank_among_ordinary_sessions_needs_enough_of_them(tmp_path: Path) -> None:
    row = sector(measure(tmp_path), "A")
    assert math.isnan(row.placebo_p)
    assert re.search(r"^placebo: .* placebo dates; 9 are needed", row.undefined)


def test_windows_of_other_configured_events_are_no_ordinary_days() -> None:
    """The windows reach from -5 to +5, so another event takes eleven sessions from the dates of [0,0]."""
    settings = load_settings()
    rules = settings.screener.model_copy(update={"event": "demo", "spreads": (), "placebo_dates": 1000})
    alone = replace(settings, events={"demo": _demo_event()}, sectors=_demo_sectors(), screener=rules)
    other = Event(name=Name(ko="다른", en="Other"), news=market.DAYS[market.EVENT_ROW - 100].item())
    both = replace(alone, events={**alone.events, "other": other})
    dates = [
        leading(report, "sectors", theme=None)[0].placebo_n
        for report in (make_report(one, Request(source="demo:1")) for one in (alone, both))
    ]
    assert dates[0] - dates[1] == 11
