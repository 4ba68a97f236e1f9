"""The card of a stock: what it says of a low and of a recovery is of one window, and a place needs others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from screener.config import load_settings
from screener.i18n import Language
from screener.report.formats.terminal import Style, render
from screener.report.model import Report
from screener.report.request import Request
from screener.report.views.stock import stock_page
from tests.analysis.long_market import DAYS, EVENT, TICKER, options
from tests.data import small
from tests.i18n import speaking
from tests.reports import make_report


def card(folder: Path, moves: dict[int, float], ticker: str = TICKER) -> Report:
    """Of the stock of the long market, with these returns on sessions relative to the event day."""
    config, source, benchmark = options(folder)[1::2]
    of_rows = {EVENT + tau: {TICKER: move} for tau, move in moves.items()}
    small.write(folder / "prices.csv", small.price_rows(len(DAYS), of_rows))
    return make_report(load_settings(Path(config)), Request(source=source, benchmark=[Path(benchmark)], stock=ticker))


def text(report: Report) -> str:
    return " ".join(render(stock_page(report), Style(width=200)).split())


WINDOW = f"sessions [0,+3] ({DAYS[EVENT]} to {DAYS[EVENT + 3]})"


def test_a_low_after_the_window_is_no_low_of_it(tmp_path: Path) -> None:
    """-5%, back at once, and -25% on the fifth session, which no window reaches."""
    said = text(card(tmp_path, {0: -0.05, 1: 0.06, 2: 0.0, 3: 0.0, 5: -0.25}))
    assert (
        f"{WINDOW}: lowest close -5.00% from the base price, on {DAYS[EVENT]}; recovered the base price on {DAYS[EVENT + 1]}"
        in said
    )
    assert "-25" not in said


def test_a_recovery_comes_after_the_lowest_close(tmp_path: Path) -> None:
    """Below the base, above it, and then far below it until the window's end: it has not come back."""
    said = text(card(tmp_path, {0: -0.02, 1: 0.05, 2: -0.20, 3: 0.0}))
    lowest = (0.98 * 1.05 * 0.80 - 1) * 100
    day, last = DAYS[EVENT + 2], DAYS[EVENT + 3]
    assert f"lowest close {lowest:.2f}% from the base price, on {day}; base price not recovered by {last}" in said


def test_a_stock_that_never_fell_has_no_low(tmp_path: Path) -> None:
    assert "lowest close" not in text(card(tmp_path, {0: 0.05, 1: 0.0, 2: 0.0, 3: 0.0}))


@pytest.mark.parametrize(("language", "never"), [("en", "number 1 of 1"), ("ko", "1종목 중 1위")])
def test_the_only_stock_of_a_sector_has_a_verdict_but_no_place(tmp_path: Path, language: Language, never: str) -> None:
    report = card(tmp_path, {0: -0.05})
    with speaking(language):
        said = text(report)
    assert never not in said
    assert ("Sector B, [0,0]: loser" if language == "en" else "나, [0,0]: 피해") in said


def test_the_verdict_stands_first(tmp_path: Path) -> None:
    """The index stands still and the stock's days before are calm, so what it lost is abnormal but for its mean."""
    report = card(tmp_path, {0: -0.05})
    with speaking("en"):
        first, *_ = stock_page(report).verdicts
    row = report.frames.stocks[(report.frames.stocks["ticker"] == TICKER)].iloc[0]
    assert first.label == "Event day [0,0]"
    assert first.said.sign == -1
    assert first.said.text == f"\u25bc abnormal return {row['car'] * 100:+.2f}% (return -5.00%)"
    assert first.rest.startswith("p ")


def test_without_a_study_the_return_stands_there(press: Report) -> None:
    with speaking("en"):
        [verdict] = stock_page(replace(press, ticker="000660")).verdicts
    assert (verdict.label, verdict.said.text, verdict.rest) == ("Event day [0,0]", "\u25bc return -9.86%", "")
