"""Every kind of test of a claim, on the small market, whose returns are planted: see tests/data/small.py.

Event day: +10, -5 and +2%. The session after: -1.8, -0.7 and +0.2%; the one after that +2.2, +0.3 and +0.2%.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from screener.config import load_settings
from screener.report.model import Report
from screener.report.request import Request
from tests.analysis.find import figures, rows
from tests.data import small
from tests.reports import make_report

ABROAD = """[[test.abroad]]
name = { ko = "애크미", en = "Acme" }
date = 2024-04-19
change_pct = -3.5
article = "x"
"""


def measure(
    folder: Path, *tests: str, caps: str = "", change: Callable[[dict[str, str]], None] | None = None
) -> Report:
    """The report with claims X0, X1, ... that have these tests."""
    config = small.write_config(folder)
    with (config / "events.toml").open("a", encoding="utf-8") as file:
        file.write(ABROAD)
    text = "".join(
        f'[X{number}]\nevent = "test"\nsaid = {{ ko = "말", en = "Said" }}\nby = ["x"]\ntest = {{ {test} }}\n'
        for number, test in enumerate(tests)
    )
    (config / "claims.toml").write_text(text, encoding="utf-8")
    prices, market = small.write_prices(folder, change), []
    if caps:
        day = small.sessions()[small.EVENT_ROW - 1]
        market = [folder / "market.csv"]
        rows = [f"{day},{ticker},1,1,{small.stock_return(ticker, 34) * 100:.4f},{caps}" for ticker in small.STOCKS]
        market[0].write_text("date,ticker,close,volume,change_pct,marcap\n" + "\n".join(rows) + "\n", encoding="utf-8")
    request = Request(source=f"file:{prices}", benchmark=[small.write_benchmark(folder)], market=market)
    return make_report(load_settings(config), request)


def check(folder: Path, test: str, **how: str) -> Any:
    [claim] = rows(measure(folder, test, **how).frames.claims)  # type: ignore[arg-type]
    return claim


@pytest.mark.parametrize(
    ("test", "verdict", "value"),
    [
        ('kind = "change", ticker = "000001", consistent = [9, 11]', "consistent", 0.10),
        ('kind = "change", ticker = "000001", consistent = [10, 10]', "consistent", 0.10),
        ('kind = "change", ticker = "000001", consistent = [11, 12], partly = [9, 13]', "partly consistent", 0.10),
        ('kind = "change", ticker = "000001", consistent = [11, 12]', "not consistent", 0.10),
        ('kind = "change", ticker = "000002", consistent = [-inf, 0]', "consistent", -0.05),
        # Neither window is configured: 1.1 x 0.982 x 1.022 - 1, and 0.982 x 1.022 - 1.
        ('kind = "change", ticker = "000001", window = [0, 2], consistent = [10.39, 10.4]', "consistent", 0.1039644),
        ('kind = "change", ticker = "000001", window = [1, 2], consistent = [0, 1]', "consistent", 0.003604),
        ('kind = "group", of = "A", consistent = [2.5, 2.5]', "consistent", 0.025),
        ('kind = "group", of = ["000001", "000002", "000003"], measure = "median", consistent = [2, 2]', "consistent", 0.02),
        ('kind = "group", of = "A", measure = "up", consistent = [1, 1], partly = [0.5, 1]', "partly consistent", 0.5),
        ('kind = "group", of = "A", measure = "down", consistent = [1, 1], partly = [0.75, 1]', "not consistent", 0.5),
        ('kind = "rank", sector = "A", consistent = [1, 1]', "consistent", 1),
        ('kind = "rank", sector = "B", consistent = [1, 1], partly = [1, 2]', "partly consistent", 2),
        ('kind = "rank", sector = "B", order = "worst", consistent = [1, 1]', "consistent", 1),
        ('kind = "versus", a = "A", b = ["000003"], consistent = [0.5, 0.5]', "consistent", 0.005),
        ('kind = "versus", a = "B", b = "A", consistent = [1, inf], partly = [-1, inf]', "partly consistent", -0.005),
        # +10% became 1.1 x 0.982 - 1 = +8.02%; -5% became 0.95 x 0.993 - 1 = -5.665%.
        ('kind = "path", of = ["000001"], moved = "up", by = 0, until = 1, consistent = [0.5, inf], partly = [0, inf]', "partly consistent", 0.198),
        ('kind = "path", of = ["000002"], moved = "down", by = 0, until = 1, consistent = [0.5, inf]', "not consistent", -0.133),
        ('kind = "path", of = ["000001"], moved = "down", by = 0, until = 1, consistent = [-inf, inf]', "not consistent", math.nan),
        ('kind = "analogue", of = ["000002"], peers = ["Acme"], consistent = [1, 1]', "consistent", 1),
        ('kind = "analogue", of = "B", peers = ["Acme"], consistent = [0.75, 1], partly = [0.5, 1]', "not consistent", 0),
        # Half of A fell, but its mean rose.
        ('kind = "analogue", of = "A", peers = ["Acme"], consistent = [0.5, 1]', "partly consistent", 0.5),
    ],
)  # fmt: skip
def test_verdict_and_figure(tmp_path: Path, test: str, verdict: str, value: float) -> None:
    one = check(tmp_path, test)
    assert one.verdict == verdict
    assert one.value == pytest.approx(value, nan_ok=True)
    assert one.lacks is None


def test_those_that_did_otherwise_are_named(tmp_path: Path) -> None:
    test = 'kind = "group", of = ["000001", "000002", "000003"], measure = "down", consistent = [1, 1]'
    assert figures(measure(tmp_path, test), "X0") == [
        ("down", "One, Two, Three", 0.333333),
        ("but", "One", 0.1),
        ("but", "Three", 0.02),
        ("mean", "One, Two, Three", 0.023333),
    ]


def test_peers_stand_beside_the_group(tmp_path: Path) -> None:
    test = 'kind = "analogue", of = ["000002"], peers = ["Acme"], consistent = [1, 1]'
    assert figures(measure(tmp_path, test), "X0")[1:] == [("mean", "Two", -0.05), ("peer", "Acme", -0.035)]


def test_ratio_must_hold_with_each_sum(tmp_path: Path) -> None:
    test = 'kind = "ratio", ticker = "000001", trillion_won = [3, 5], consistent = [2, inf], partly = [1, inf]'
    report = measure(tmp_path, test, caps="2e12")
    [one] = rows(report.frames.claims)
    assert (one.verdict, one.value) == ("partly consistent", 1.5)
    assert figures(report, "X0") == [("ratio", "", 1.5), ("ratio", "", 2.5), ("cap", "One", 2)]
    assert check(tmp_path, test, caps="1.5e12").verdict == "consistent"


def test_abnormal_returns_are_the_reports_own(tmp_path: Path) -> None:
    """Over windows that the report has as well, a claim's CAAR and means are the same numbers."""
    tests = [
        f'kind = "group", of = "A", measure = "{measure}", window = [0, {last}], consistent = [0, 1]'
        for last in (0, 3)
        for measure in ("caar", "mean", "median", "mean_cw")
    ]
    report = measure(tmp_path, *tests, caps="2e12")
    of_report = report.frames.sectors.loc[
        report.frames.sectors["sector"] == "A", ["caar_ew", "mean_return_ew", "median_return", "mean_return_cw"]
    ]
    assert report.frames.claims["value"].tolist() == pytest.approx(of_report.to_numpy().ravel().tolist())


def test_path_of_abnormal_returns_is_the_reports_own(tmp_path: Path) -> None:
    test = 'kind = "path", of = "A", measure = "caar", moved = "up", by = 1, until = 3, consistent = [0, 1]'
    report = measure(tmp_path, test)
    caar = {point.tau: point.caar for point in rows(report.frames.paths, sector="A")}
    assert report.frames.claims["value"][0] == pytest.approx(1 - caar[3] / caar[1])
    windows = report.frames.figures[["window_start", "window_end"]].to_numpy().tolist()
    assert windows == [pytest.approx([math.nan, math.nan], nan_ok=True), [0, 1], [0, 3]]


def test_window_has_its_days(tmp_path: Path) -> None:
    window = check(tmp_path, 'kind = "change", ticker = "000001", window = [1, 2], consistent = [0, 1]')
    days = small.sessions()
    assert (window.base, window.start, window.end) == (days[35], days[36], days[37])


def _halted(line: dict[str, str]) -> None:
    if line["ticker"] == "000002" and line["date"] == str(small.event_day()):
        line.update(volume="0", open="0")


@pytest.mark.parametrize(
    ("test", "lacks"),
    [
        ('kind = "change", ticker = "000001", window = [0, 5], consistent = [0, 1]', "window"),
        ('kind = "path", of = "A", moved = "up", by = 0, until = 5, consistent = [0, 1]', "window"),
        ('kind = "change", ticker = "000002", consistent = [0, 1]', "return"),
        ('kind = "group", of = "A", consistent = [0, 100]', "members"),
        ('kind = "group", of = "A", measure = "caar", consistent = [0, 100]', "abnormal"),
        ('kind = "group", of = "B", measure = "mean_cw", consistent = [0, 100]', "cap"),
        ('kind = "rank", sector = "A", consistent = [1, 1]', "members"),
        ('kind = "versus", a = "B", b = "A", consistent = [0, 100]', "members"),
        ('kind = "versus", a = "A", b = "B", consistent = [0, 100]', "members"),
        ('kind = "path", of = "A", moved = "up", by = 0, until = 1, consistent = [0, 1]', "members"),
        ('kind = "ratio", ticker = "000001", trillion_won = [1], consistent = [0, 1]', "cap"),
        ('kind = "analogue", of = "A", peers = ["Acme"], consistent = [0, 1]', "members"),
    ],
)
def test_no_data_says_what_is_lacking(tmp_path: Path, test: str, lacks: str) -> None:
    """One of the two stocks of A does not trade on the event day, and nobody says what the stocks are worth."""
    [one] = rows(measure(tmp_path, test, change=_halted).frames.claims)
    assert (one.verdict, one.lacks) == ("no data", lacks)
    assert math.isnan(one.value)


def test_rank_counts_the_sectors_that_can_be_ranked(tmp_path: Path) -> None:
    report = measure(tmp_path, 'kind = "rank", sector = "B", consistent = [1, 1]', change=_halted)
    first = rows(report.frames.figures)[0]
    assert (first.value, first.n) == (1, 1)


def test_choice_of_sectors_has_no_claims(tmp_path: Path) -> None:
    config = small.write_config(tmp_path)
    (config / "claims.toml").write_text(
        '[X]\nevent = "test"\nsaid = { ko = "말", en = "Said" }\nby = ["x"]\n'
        'test = { kind = "change", ticker = "000001", consistent = [0, 1] }\n',
        encoding="utf-8",
    )
    request = Request(
        source=f"file:{small.write_prices(tmp_path)}", benchmark=[small.write_benchmark(tmp_path)], sectors=["B"]
    )
    assert make_report(load_settings(config), request).frames.claims.empty


def test_newspaper_figures_serve_single_stocks_and_no_selection_stands_for_a_group() -> None:
    """They printed 11 of 29 AI-software stocks, and all 11 rose: that does not show that all 29 did."""
    report = make_report(load_settings(), Request(source="press"))
    claims = {claim.id: claim for claim in rows(report.frames.claims)}
    assert claims["C1"].verdict == "consistent"
    assert claims["C1"].value == pytest.approx(-0.0986)
    assert (claims["C3"].verdict, claims["C3"].lacks) == ("no data", "members")
    assert figures(report, "C3") == [("known", "AI software", 11)]
    assert {one.verdict for one in claims.values()} == {"consistent", "no data", "not testable"}
    assert {name for name, one in claims.items() if one.lacks == "window"} == {"C4", "C23", "C24", "C25"}
    assert claims["C29"].lacks == "cap"
