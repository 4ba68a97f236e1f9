"""The tour of the simulated market."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from screener.data.sources import demo
from screener.report.model import Report
from tests.analysis.find import rows
from tests.conftest import Run
from tests.reports import simulated


@pytest.fixture(scope="module")
def report() -> Report:
    return simulated(1)


def test_report_carries_its_banner_and_the_truth(run: Run) -> None:
    done = run("demo", "--seed", "2")
    assert done.returncode == 0, done.stderr
    assert "SIMULATED MARKET" in done.stdout
    assert re.search(r"\d+ of 28 confidence intervals contain the true effect", done.stdout)
    assert run("demo", "--seed", "2").stdout == done.stdout
    assert run("demo", "--seed", "3").stdout != done.stdout


def test_market_has_what_makes_real_ones_hard(report: Report) -> None:
    found = {one.code for one in report.findings}
    assert {"halted", "corporate_action"} <= found
    codes = set(report.frames.skipped["code"])
    assert codes == {"too_short", "listed_after", "halted"}
    flags = set(" ".join(report.frames.stocks["flags"]).split())
    assert {"limit_up", "halted", "resumed", "no_estimation"} <= flags
    [other] = report.confounders(next(window for window in report.windows if window.last == 5))
    assert other.day == demo.CONFOUNDER_DAY


def test_intervals_cover_what_was_planted() -> None:
    """Over a dozen markets; `make calibrate` counts over 500."""
    covered = [covers for seed in range(12) for covers in simulated(seed).frames.planted["covered"]]
    assert 0.92 < sum(covered) / len(covered) < 0.98


def test_planted_paths_are_told_apart() -> None:
    found: dict[str, list[str]] = {}
    for seed in range(9):
        for row in rows(simulated(seed).frames.sectors, window_start=0, window_end=5):
            found.setdefault(row.sector, []).append(row.lasting or "")
    for sector in ("HELD", "FADED", "REVERSED", "EXTENDED", "DELAYED"):
        # What is planted lies near no border, but a week of noise lies on top of it.
        assert Counter(found[sector]).most_common(1)[0][0] == sector.lower(), (sector, found[sector])
    assert Counter(found["UNMOVED"]).most_common(1)[0][0] == ""


def test_price_limit_spreads_a_move_over_two_days(report: Report) -> None:
    limited = rows(report.frames.stocks, ticker=demo.ticker(len(demo.SECTORS) - 1, 0))
    by_window = {(row.window_start, row.window_end): row for row in limited}
    assert by_window[0, 0].raw_return == pytest.approx(0.30)
    assert by_window[0, 1].raw_return == pytest.approx(0.40)


def test_auto_never_chooses_it(run: Run) -> None:
    assert run("report", "--source", "demo").returncode == 2
    assert "SIMULATED" not in run("report", "--source", "press").stdout
