"""Reports of every kind, and the pages that say them."""

from __future__ import annotations

from pathlib import Path

import pytest

from screener.app.report import Request
from screener.config import load_settings
from screener.i18n import LANGUAGES, speaking
from screener.report.blocks import Page
from screener.report.model import Flow, Report
from screener.report.pages.card import card_page
from screener.report.pages.claims import claims_page
from screener.report.pages.comparison import comparison_page
from screener.report.pages.study import study_page
from tests.data import small
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
def pages(study: Report, press: Report, demo: Report) -> dict[str, Page]:
    """Every page of the commands but the scan's, which needs a whole market, in both languages."""
    made = {}
    for language in LANGUAGES:
        with speaking(language):
            for name, report in (("study", study), ("press", press), ("demo", demo)):
                made[f"{name} {language}"] = study_page(report)
                made[f"{name} whole {language}"] = study_page(report, full=True)
                made[f"{name} explained {language}"] = study_page(report, explain=True)
                if report.impact.spreads:
                    made[f"{name} compared {language}"] = comparison_page(report)
                first = report.impact.stocks[0].stock.ticker
                flows = [Flow(report.event.event_day, 123_456_789_012, -5, None)]
                made[f"{name} stock {language}"] = card_page(report, first, flows)
            made[f"claims {language}"] = claims_page(press)
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
