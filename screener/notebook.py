"""`load_report`: what `screener report` computes, for notebooks."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from screener.choices import MODELS
from screener.config import Settings, load_settings
from screener.data.connections import open_access
from screener.demo import EVENT as DEMO
from screener.demo import make_demo
from screener.errors import UsageError
from screener.i18n import _
from screener.report.make import make_report
from screener.report.model import Report, short_banner
from screener.report.request import Request

Paths = str | os.PathLike[str] | Iterable[str | os.PathLike[str]]


def load_report(
    event: str | None = None,
    *,
    source: str = "auto",
    config: str | os.PathLike[str] | None = None,
    as_of: date | str | None = None,
    benchmark: Paths = (),
    market: Paths = (),
    regular_close: bool = False,
    model: str | None = None,
    sectors: Iterable[str] = (),
    so_far: bool = False,
) -> Report:
    """Make the report of an event: `report.frames` are its tables as pandas frames, unrounded, returns as decimals.

    Nothing is written but to the store, where `source` fetches. Columns are those of the CSV files of a report, which
    reports/README.md describes. A warning is given where the figures need one (`report.banner`), and where a source
    could not serve.

    Args:
        event: id of a configured event; None = the configured one.
        source: as in `screener report --source`: auto, store, pykrx, openapi, datagokr, press or file:PATH; or demo,
            or with a seed demo:SEED, for the simulated market.
        config: directory with configuration of your own; None = SCREENER_CONFIG, or the shipped one.
        as_of: use prices through this day only, a date or text such as '2025-02-11'.
        benchmark: files of index levels, with source='file:PATH'.
        market: files of whole sessions, with source='file:PATH'.
        regular_close: whether the closes of price files are those of the regular session, which from 14 September 2026
            on is taken for granted of none.
        model: as in `screener report --model`; None = the configured one.
        sectors: ids or names of the sectors to study; none = all of the event.
        so_far: whether to measure all days from the event to the last session as well, as a window of their own.

    Raises:
        ScreenerError: one line that says what is wrong and what to do; UsageError, ConfigError, DataError, LoginError
            and NetworkError of `screener.errors` are its kinds.
    """
    given = config if config is not None else os.environ.get("SCREENER_CONFIG")
    settings = load_settings(Path(given) if given is not None else None)
    if source.partition(":")[0] == "demo":
        return _demo(settings, event, source)
    request = Request(
        event=event,
        as_of=_day(as_of),
        sectors=[sectors] if isinstance(sectors, str) else list(sectors),
        source=source,
        benchmark=_paths(benchmark),
        market=_paths(market),
        regular_close=regular_close,
        model=_model(model),
        so_far=so_far,
    )
    store = os.environ.get("SCREENER_STORE")
    report = make_report(
        settings, request, lambda: open_access(settings, os.environ, store, fail_fast=source == "auto")
    )
    _warn_of(report)
    return report


def _demo(settings: Settings, event: str | None, source: str) -> Report:
    seed = source.partition(":")[2] or "1"
    if event not in (None, DEMO) or not seed.isdecimal():
        raise UsageError(
            "source={source!r} has only the event {event!r}",
            hint="write demo or demo:SEED",
            source=source,
            event=DEMO,
        )
    return make_demo(settings, int(seed))


def _warn_of(report: Report) -> None:
    """Warn at the line that has called `load_report`."""
    for failed in report.provenance.tried:
        warnings.warn(_("{source}: unavailable: {why}", source=failed.source, why=failed.why), stacklevel=3)
    if warning := short_banner(report.banner):
        warnings.warn(warning, stacklevel=3)


def _day(as_of: date | str | None) -> date | None:
    if not isinstance(as_of, str):
        return as_of
    try:
        return date.fromisoformat(as_of)
    except ValueError:
        raise UsageError(_("{value!r} is not a valid date: write it as 2025-01-31", value=as_of)) from None


def _model(name: str | None) -> str | None:
    if name is not None and name not in MODELS:
        raise UsageError("{value!r} is not a valid model: use one of {known}", value=name, known=", ".join(MODELS))
    return name


def _paths(given: Paths) -> list[Path]:
    if isinstance(given, str | os.PathLike):
        return [Path(given)]
    return [Path(one) for one in given]
