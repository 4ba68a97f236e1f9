"""Reports on files, press figures and the simulated market, which need neither store nor exchange."""

from __future__ import annotations

from functools import cache
from typing import NoReturn

from screener.config import Settings, load_settings
from screener.demo import make_demo
from screener.report import make
from screener.report.model import Report
from screener.report.request import Request


def make_report(settings: Settings, request: Request) -> Report:
    """The report, made without store and exchange."""
    return make.make_report(settings, request, _none)


@cache
def simulated(seed: int) -> Report:
    """The report on a simulated market, made once for all tests of a process."""
    return make_demo(load_settings(), seed)


def _none() -> NoReturn:
    raise AssertionError("this report needs neither store nor exchange")
