"""The report as one JSON document, with the same columns and decimals as the CSV files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from screener.report.model import SCHEMA_VERSION, Report
from screener.report.tables import Table
from screener.report.words import Words


def to_json(report: Report, words: Words, its_tables: Sequence[Table]) -> bytes:
    """UTF-8, keys in a fixed order, null where a figure cannot be had."""
    document = {
        "schema_version": SCHEMA_VERSION,
        "banner": words("banner_short") if report.provenance.selected else None,
        "event": asdict(report.event),
        "as_of": report.as_of,
        "provenance": asdict(report.provenance),
        "rules": asdict(report.rules),
        "windows": [asdict(window) for window in report.impact.windows],
        **{table.name: table.records() for table in its_tables},
        "skipped": [asdict(one) for one in report.impact.skipped],
        "findings": [asdict(one) for one in report.findings],
    }
    return (json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False, default=_plain) + "\n").encode()


def _plain(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a report")
