"""The report as one JSON document, with the same columns and decimals as the CSV files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from screener.i18n import language
from screener.report.model import SCHEMA_VERSION, Report, short_banner
from screener.report.tables import Table


def to_json(report: Report, its_tables: Sequence[Table]) -> bytes:
    """UTF-8, keys in a fixed order, null where a figure cannot be had."""
    document = {
        "schema_version": SCHEMA_VERSION,
        "banner": short_banner(report.banner),
        "event": asdict(report.event),
        "as_of": report.as_of,
        "provenance": asdict(report.provenance),
        "rules": asdict(report.rules),
        "windows": [
            {**asdict(window), "confounders": report.other_news(window, language())} for window in report.impact.windows
        ],
        **{table.name: table.records() for table in its_tables},
        "skipped": [asdict(one) for one in report.impact.skipped],
        "findings": [asdict(one) for one in report.findings],
    }
    return "".join(["{\n", ",\n".join(member(key, value) for key, value in document.items()), "\n}\n"]).encode()


def member(key: str, value: Any) -> str:
    """One key of the document; a list has one line per entry, so that two reports can be compared line by line."""
    if isinstance(value, list) and value:
        return f"{_dump(key)}: [\n" + ",\n".join(_dump(entry) for entry in value) + "\n]"
    return f"{_dump(key)}: {_dump(value)}"


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, default=_plain)


def _plain(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a report")
