"""Reports on files, press figures and the simulated market, which need neither store nor exchange."""

from __future__ import annotations

from typing import NoReturn

from screener.app import report
from screener.report.model import Report
from screener.settings import Settings


def make_report(settings: Settings, request: report.Request) -> Report:
    """The report, made without store and exchange."""
    return report.make_report(settings, request, _none)


def _none() -> NoReturn:
    raise AssertionError("this report needs neither store nor exchange")
