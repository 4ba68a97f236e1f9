"""Answers of every kind with their tables and documents, for the tests of files."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from screener.app.scan import Request, make_scan
from screener.config import load_settings
from screener.data.connections import open_access
from screener.i18n import speaking
from screener.report.answer import Answer, claims_answer, comparison_answer, report_answer, scan_answer, stock_answer
from screener.report.model import Report
from tests.analysis import whole

KINDS = ("study ko", "study en", "press ko", "demo en", "compare ko", "stock en", "claims ko", "scan ko", "real ko")


@pytest.fixture(scope="package")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Answer:
    """Of a simulated whole market, with industries and groups."""
    folder = tmp_path_factory.mktemp("scan")
    store = whole.write_store(folder / "store")
    settings = load_settings(whole.write_config(folder))
    made = make_scan(settings, Request(source="store"), lambda: open_access(settings, {}, str(store)))
    return scan_answer(made, 15)


@pytest.fixture(params=KINDS)
def answer(request: pytest.FixtureRequest) -> Iterator[Answer]:
    """Each kind of answer; of real prices where they are at hand."""
    kind, language = request.param.split()
    with speaking(language):
        yield _answer(request, kind)


def _answer(request: pytest.FixtureRequest, kind: str) -> Answer:
    if kind == "scan":
        found: Answer = request.getfixturevalue("scan")
        return found
    report: Report = request.getfixturevalue({"compare": "demo", "stock": "demo", "claims": "press"}.get(kind, kind))
    match kind:
        case "compare":
            return comparison_answer(report)
        case "stock":
            return stock_answer(report, report.impact.stocks[0].stock.ticker, [])
        case "claims":
            return claims_answer(report)
    return report_answer(report)
