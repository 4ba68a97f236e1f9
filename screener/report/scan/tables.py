"""The scan as rows of plain values: scan.csv, groups.csv and industries.csv, and one JSON document."""

from __future__ import annotations

import math
from dataclasses import asdict

from screener.report.document import member
from screener.report.model import SCHEMA_VERSION
from screener.report.scan.forms import GROUPS, INDUSTRIES, SCAN
from screener.report.scan.model import ScanReport
from screener.report.tables import Table, table_of


def tables(report: ScanReport) -> list[Table]:
    """Every table of a scan; names of stocks in the language of `words`."""
    return [
        table_of(report, SCAN, report.scan.stocks),
        table_of(report, GROUPS, report.scan.groups),
        table_of(report, INDUSTRIES, report.scan.industries),
    ]


def to_json(report: ScanReport) -> bytes:
    """UTF-8, keys in a fixed order, null where a figure cannot be had."""
    scan = report.scan
    document = {
        "schema_version": SCHEMA_VERSION,
        "event": asdict(report.event),
        "as_of": report.as_of,
        "provenance": asdict(report.provenance),
        "rules": asdict(report.rules),
        "filters": {**asdict(report.filters), "kept": sorted(report.filters.kept)},
        "window": asdict(scan.window),
        "confounders": [asdict(one) for one in report.confounders],
        "listed": scan.listed,
        "left_out": dict(scan.left_out),
        "formed_on": scan.sessions,
        "ordinary": scan.ordinary,
        "stirred": {**asdict(scan.stirred), "p": scan.stirred.p if math.isfinite(scan.stirred.p) else None},
        **{table.name: table.records() for table in tables(report)},
        "findings": [asdict(one) for one in report.findings],
    }
    return "".join(["{\n", ",\n".join(member(key, value) for key, value in document.items()), "\n}\n"]).encode()
