"""The real event on the real prices: the figures that newspapers, the exchange and an independent check have."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import Any

import pytest

from screener.config import load_settings
from screener.report.model import Report
from screener.report.request import Request
from tests.analysis.find import leading, rows, stock
from tests.conftest import ROOT, Run
from tests.reports import make_report
from tests.test_cli import AS_OF, sources


@pytest.fixture(scope="module")
def report(krx: Path) -> Report:
    from datetime import date

    request = Request(
        as_of=date.fromisoformat(AS_OF),
        source=f"file:{krx / 'prices_adjusted.parquet'}",
        benchmark=[krx / "indices.parquet"],
        market=[krx / "market_2025-01-02_2025-02-11.parquet"],
    )
    return make_report(load_settings(), request)


def sector(report: Report, name: str) -> Any:
    return leading(report, "sectors", sector=name, theme=None)[0]


@pytest.mark.parametrize(
    ("ticker", "printed"), [("000660", -9.86), ("005930", -2.42), ("035420", 6.13), ("035720", 7.27)]
)
def test_returns_are_those_that_newspapers_printed(report: Report, ticker: str, printed: float) -> None:
    assert stock(report, ticker).raw_return * 100 == pytest.approx(printed, abs=0.005)


def test_every_printed_figure_agrees(report: Report) -> None:
    with (ROOT / "screener/data/sources/press/stocks_2025-01-31.csv").open(encoding="utf-8", newline="") as file:
        printed = {row["ticker"]: float(row["change_pct"]) for row in csv.DictReader(file)}
    ours = {row.ticker: row.raw_return * 100 for row in leading(report, "stocks")}
    compared = [ticker for ticker in printed if ticker in ours]
    assert len(compared) == 25
    for ticker in compared:
        assert ours[ticker] == pytest.approx(printed[ticker], abs=0.06), ticker


@pytest.mark.parametrize(
    ("name", "n", "mean", "cap_weighted", "median", "up"),
    [
        ("SEMI", 25, -4.09, -4.93, -4.71, 12),
        ("AI_SW", 28, 7.89, 5.28, 5.29, 93),
        ("POWER", 17, -6.10, -5.75, -6.21, 6),
        ("DATACENTER", 4, -5.47, -5.40, -5.48, 0),
    ],
)
def test_sectors(report: Report, name: str, n: int, mean: float, cap_weighted: float, median: float, up: int) -> None:
    row = sector(report, name)
    assert row.n == n
    assert row.mean_return_ew * 100 == pytest.approx(mean, abs=0.005)
    assert row.mean_return_cw * 100 == pytest.approx(cap_weighted, abs=0.005)
    assert row.median_return * 100 == pytest.approx(median, abs=0.005)
    assert round(row.breadth_up * 100) == up


def test_listing_inside_the_window_does_not_count_in_it(report: Report) -> None:
    """LG CNS was listed on 5 February; the figures are an independent computation's over the other 28."""
    [row] = rows(report.frames.sectors, sector="AI_SW", theme=None, window_end=5)
    assert row.n == 28
    assert row.mean_return_ew == pytest.approx(0.182169, abs=5e-6)
    assert row.median_return == pytest.approx(0.126556, abs=5e-6)
    assert row.mean_return_cw == pytest.approx(0.123474, abs=5e-6)


@pytest.mark.parametrize(
    ("name", "bmp", "rbar", "adjusted"),
    [("SEMI", -3.8, 0.26, -1.2), ("AI_SW", 5.9, 0.17, 2.3), ("POWER", -6.3, 0.24, -2.5)],
)
def test_correlation_decides_the_answer(report: Report, name: str, bmp: float, rbar: float, adjusted: float) -> None:
    """Stars for the chip stocks if they are taken for independent, nothing like it if they are not."""
    row = sector(report, name)
    assert row.t_bmp == pytest.approx(bmp, abs=0.05)
    assert row.rbar == pytest.approx(rbar, abs=0.005)
    assert row.t_adj_bmp == pytest.approx(adjusted, abs=0.05)


def test_ai_software_was_the_extraordinary_thing_and_chips_were_not(report: Report) -> None:
    assert sector(report, "AI_SW").placebo_rank == 1
    chips = sector(report, "SEMI")
    assert 0.03 < chips.placebo_p < 0.08
    assert chips.ci_low < 0 < chips.ci_high
    [spread] = leading(report, "spreads", sector_a="AI_SW", sector_b="SEMI")
    assert spread.placebo_rank == 1


def test_hynix_alone_is_the_whole_fall_of_the_index(report: Report) -> None:
    """Its part of KOSPI times its fall is the index's official -0.77%; against the rest of KOSPI it fell further."""
    row = stock(report, "000660")
    assert row.index_weight * row.raw_return == pytest.approx(-0.0077, abs=0.0001)
    assert row.car_loo < row.car
    large = {row.ticker for row in rows(report.frames.stocks) if math.isfinite(row.car_loo)}
    assert large == {"000660", "005930"}


def test_hynix_beyond_the_market(report: Report) -> None:
    row = stock(report, "000660")
    assert row.car * 100 == pytest.approx(-8.71, abs=0.005)
    assert row.scar == pytest.approx(-3.06, abs=0.005)


def test_ai_software_minus_chips(report: Report) -> None:
    [row] = leading(report, "spreads", sector_a="AI_SW", sector_b="SEMI")
    assert row.mean_return_ew * 100 == pytest.approx(11.98, abs=0.005)


def test_split_is_no_fall(krx: Path) -> None:
    """Crowdworks resumed on 24 January after a 1:2 split: +1.6%, where raw closes say -49%."""
    from datetime import date

    import numpy as np

    from screener.data.sources import PriceRequest
    from screener.data.sources.files import Files

    asked = PriceRequest({"355390": "KOSDAQ"}, date(2025, 1, 27), None, 0.3, date(2025, 6, 30))
    market_file = krx / "market_2025-01-02_2025-02-11.parquet"
    for files in (
        Files([krx / "prices_adjusted.parquet"], [krx / "indices.parquet"]),
        Files([krx / "prices_adjusted.parquet"], [krx / "indices.parquet"], [market_file]),
        Files([market_file], [krx / "indices.parquet"]),
    ):
        panel = files.load(asked).panel
        row = int(np.searchsorted(panel.sessions, np.datetime64("2025-01-24")))
        assert panel.returns[row, 0] == pytest.approx(0.016, abs=0.0005)


def test_new_listings_are_skipped_with_the_reason(report: Report) -> None:
    skipped = {row.ticker: row for row in rows(report.frames.skipped)}
    assert set(skipped) == {"064400", "096250"}
    lg_cns, wisenut = skipped["064400"], skipped["096250"]
    assert (lg_cns.code, str(lg_cns.day), lg_cns.has_return) == ("listed_after", "2025-02-05", False)
    assert (wisenut.code, str(wisenut.day), wisenut.has_return) == ("too_short", "2025-01-24", True)


def test_limit_ups_of_the_day(report: Report) -> None:
    at_limit = {row.name_en for row in leading(report, "stocks") if "limit_up" in row.flags}
    assert at_limit == {"Flitto", "MK Electron", "FIDELIX", "Great Rich Technologies", "RAONTECH (Raon Tec)"}


def test_index_of_the_day(report: Report) -> None:
    assert report.provenance.benchmark_returns == pytest.approx({"KOSPI": -0.0077, "KOSDAQ": -0.0006}, abs=0.00005)


def test_tariffs_confound_the_longer_windows_only(report: Report) -> None:
    by_window = {
        (window.first, window.last): {str(one.day) for one in report.confounders(window)} for window in report.windows
    }
    assert by_window[0, 0] == {"2025-01-31"}
    assert by_window[0, 1] == {"2025-01-31", "2025-02-03"}


def test_committed_sample_is_what_the_data_gives(krx: Path, run: Run, tmp_path: Path) -> None:
    """Byte for byte, but for the versions and the command line that run.json records."""
    sample = ROOT / "reports" / AS_OF / "deepseek"
    done = run("report", "--lang", "en", "--as-of", AS_OF, *sources(krx), "--reports", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    fresh = tmp_path / "out" / AS_OF / "deepseek"
    assert {path.name for path in fresh.iterdir()} == {path.name for path in sample.iterdir()}
    for path in sample.iterdir():
        if path.name == "run.json":
            ours, theirs = (json.loads(one.read_text(encoding="utf-8")) for one in (path, fresh / path.name))
            for record in (ours, theirs):
                del record["versions"], record["argv"]
            assert ours == theirs
        else:
            assert path.read_bytes() == (fresh / path.name).read_bytes(), path.name
    assert not any(str(krx.parent) in path.read_text(encoding="utf-8") for path in sample.iterdir())


def test_stocks_csv_and_report_agree(report: Report) -> None:
    with (ROOT / "reports" / AS_OF / "deepseek" / "stocks.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(report.frames.stocks)
    hynix = next(row for row in rows if row["ticker"] == "000660" and row["window_end"] == "0")
    assert (hynix["symbol"], hynix["raw_return"], hynix["scar"]) == ("KRX:000660", "-0.098600", "-3.0554")
    late = next(row for row in rows if row["ticker"] == "064400" and row["window_end"] == "0")
    assert late["raw_return"] == late["car"] == late["p"] == ""
