"""Reports of every kind, and the pages that say them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from screener.config import load_settings
from screener.i18n import LANGUAGES
from screener.report.blocks import Page
from screener.report.model import Report
from screener.report.request import Request
from screener.report.views.claims import claims_page
from screener.report.views.compare import comparison_page
from screener.report.views.days import days_page
from screener.report.views.stock import stock_page
from screener.report.views.study import study_page
from tests.analysis import long_market
from tests.data import small
from tests.i18n import speaking
from tests.report.tables import frame
from tests.reports import make_report, simulated


@pytest.fixture(scope="package")
def study(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The small market's."""
    folder = tmp_path_factory.mktemp("market")
    settings = load_settings(small.write_config(folder))
    prices, benchmark = small.write_prices(folder), small.write_benchmark(folder)
    return make_report(settings, Request(source=f"file:{prices}", benchmark=[benchmark]))


@pytest.fixture(scope="package")
def press() -> Report:
    """What newspapers printed."""
    return make_report(load_settings(), Request(source="press"))


@pytest.fixture(scope="package")
def demo() -> Report:
    """The simulated market's."""
    return simulated(1)


@pytest.fixture(scope="package")
def days(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """On the sessions of one sector, with events and other news."""
    config, source, benchmark = long_market.options(tmp_path_factory.mktemp("days"))[1::2]
    return make_report(load_settings(Path(config)), Request(source=source, benchmark=[Path(benchmark)], days="B"))


@pytest.fixture(scope="package")
def pages(study: Report, press: Report, demo: Report, days: Report) -> dict[str, Page]:
    """Every page of the commands but the scan's, which needs a whole market, in both languages."""
    made = {}
    for language in LANGUAGES:
        with speaking(language):
            for name, report in (("study", study), ("press", press), ("demo", demo)):
                made[f"{name} {language}"] = study_page(report)
                made[f"{name} whole {language}"] = study_page(report, full=True)
                made[f"{name} explained {language}"] = study_page(report, explain=True)
                if len(report.frames.spreads):
                    made[f"{name} compared {language}"] = comparison_page(report)
                first = report.frames.stocks["ticker"].iloc[0]
                bought = [{"date": report.event.event_day, "foreign": 123_456_789_012, "institution": -5}]
                card = replace(report, ticker=first).with_frames(flows=frame("flows", bought))
                made[f"{name} stock {language}"] = stock_page(card)
            made[f"claims {language}"] = claims_page(press, full=True)
            made[f"days {language}"] = days_page(days, 15)
    return made


@pytest.fixture(scope="package")
def real(krx: Path) -> Report:
    """The real event on real prices."""
    request = Request(
        source=f"file:{krx / 'prices_adjusted.parquet'}",
        benchmark=[krx / "indices.parquet"],
        market=[krx / "market_2025-01-02_2025-02-11.parquet"],
    )
    return make_report(load_settings(), request)
