"""Writes the data dictionary and the JSON Schemas into a folder: `python -m screener.report.files [DIR]`."""

from __future__ import annotations

import sys
from pathlib import Path

from screener.files import write_files
from screener.report.files.dictionary import dictionary
from screener.report.files.schema import as_text, report_schema, scan_schema


def descriptions() -> dict[str, bytes]:
    """Contents by file name."""
    return {
        "README.md": dictionary().encode(),
        "report.schema.json": as_text(report_schema()),
        "scan.schema.json": as_text(scan_schema()),
    }


if __name__ == "__main__":
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "reports")
    write_files({folder / name: content for name, content in descriptions().items()})
