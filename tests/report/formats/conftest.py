"""Screens of every kind, for the tests of files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from screener.config import load_settings
from screener.data.connections import open_access
from screener.report.make import make_report
from screener.report.model import Report
from screener.report.request import Request
from screener.report.screens import Screen
from tests.analysis import whole
from tests.i18n import speaking

KINDS = (
    "study ko",
    "study en",
    "press ko",
    "demo en",
    "compare ko",
    "stock en",
    "claims ko",
    "scan ko",
    "days ko",
    "real ko",
)


@pytest.fixture(scope="package")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Screen:
    """Of a simulated whole market, with industries and groups."""
    folder = tmp_path_factory.mktemp("scan")
    store = whole.write_store(folder / "store")
    settings = load_settings(whole.write_config(folder))
    request = Request(universe="market", source="store")
    return Screen("scan", make_report(settings, request, lambda: open_access(settings, {}, str(store))))


@pytest.fixture(params=KINDS)
def screen(request: pytest.FixtureRequest) -> Iterator[Screen]:
    """Each kind of screen; of real prices where they are at hand."""
    kind, language = request.param.split()
    with speaking(language):
        yield _screen(request, kind)


def _screen(request: pytest.FixtureRequest, kind: str) -> Screen:
    if kind == "scan":
        found: Screen = request.getfixturevalue("scan")
        return found
    report: Report = request.getfixturevalue({"compare": "study", "stock": "demo", "claims": "press"}.get(kind, kind))
    if kind == "stock":
        report = replace(report, ticker=report.frames.stocks["ticker"].iloc[0])
    return Screen(kind if kind in ("compare", "stock", "claims", "days") else "report", report)
