"""A report as one JSON document, with the same columns and decimals as the CSV files."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from screener.analysis.model import Stock
from screener.report.model import SCHEMA_VERSION, Report, short_banner
from screener.report.tables import Table, news
from screener.report.views.grids import rows_of


@dataclass(frozen=True)
class Skipped:
    """A stock that has no abnormal return in the leading window, and why."""

    stock: Stock
    code: str
    """no_price, listed_after, no_history, too_short, no_index, halted, or gap: its return spans sessions before it."""
    day: date | None
    """First day with a price; for `halted` and `gap` the day that is concerned."""
    observations: int
    """Sessions of the estimation window on which the stock traded."""
    has_return: bool
    """Whether its raw return counts in the sector's means all the same."""


def to_json(report: Report, tables: Sequence[Table]) -> bytes:
    """UTF-8, keys in a fixed order, null for an unknown figure, one line for each entry of a list."""
    document = _scan(report, tables) if report.scan else _study(report, tables)
    return "".join(["{\n", ",\n".join(_member(key, value) for key, value in document.items()), "\n}\n"]).encode()


def _study(report: Report, tables: Sequence[Table]) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "banner": short_banner(report.banner),
        **_facts(report),
        "windows": [{**asdict(window), "confounders": news(report.confounders(window))} for window in report.windows],
        **{table.name: table.records() for table in tables},
        "skipped": _skipped(report),
        "findings": [asdict(finding) for finding in report.findings],
    }


def _scan(report: Report, tables: Sequence[Table]) -> dict[str, Any]:
    scan = report.scan
    assert scan is not None  # noqa: S101 - for the type alone
    stirred = asdict(scan.stirred)
    return {
        "schema_version": SCHEMA_VERSION,
        **_facts(report),
        "filters": {**asdict(scan.filters), "kept": sorted(scan.filters.kept)},
        "window": asdict(report.leading),
        "confounders": [asdict(happening) for happening in report.confounders(report.leading)],
        "listed": scan.listed,
        "left_out": dict(scan.left_out),
        "formed_on": scan.formed_on,
        "ordinary": scan.ordinary,
        "stirred": {**stirred, "p": stirred["p"] if math.isfinite(stirred["p"]) else None},
        **{table.name: table.records() for table in tables},
        "findings": [asdict(finding) for finding in report.findings],
    }


def _facts(report: Report) -> dict[str, Any]:
    return {
        "event": asdict(report.event),
        "as_of": report.as_of,
        "provenance": asdict(report.provenance),
        "rules": asdict(report.rules),
    }


def _skipped(report: Report) -> list[dict[str, Any]]:
    return [
        asdict(
            Skipped(
                Stock(row.ticker, row.name_ko, row.name_en, row.market, row.sector, row.theme),
                row.code,
                row.day,
                row.observations,
                row.has_return,
            )
        )
        for row in rows_of(report.frames.skipped)
    ]


def _member(key: str, value: Any) -> str:
    """One key of the document; the lines of a list let two reports be compared line by line."""
    if isinstance(value, list) and value:
        return f"{_dump(key)}: [\n" + ",\n".join(map(_dump, value)) + "\n]"
    return f"{_dump(key)}: {_dump(value)}"


def _iso(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


_dump = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=_iso).encode
