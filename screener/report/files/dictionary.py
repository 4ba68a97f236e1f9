"""The data dictionary: what every file of a report holds, column by column, in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from screener.report.columns import Column, Form
from screener.report.forms import FORMS
from screener.report.forms.common import FIRST, LAST
from screener.report.scan.forms import FORMS as OF_SCAN

_EVERYWHERE = (*FIRST, *LAST)

_HEAD = """\
# What the files hold

`make dictionary` makes this page, `report.schema.json` and `scan.schema.json` of the code that writes the files;
a test holds them together. With an installed screener, `python -m screener.report.files DIR` does.

## Where they are

- `<as-of>/<event>/` is a report, replaced whole or not at all: `report.txt` and `report.html` for people, a CSV for
  each table, `report.json` with all of them for programs, and `run.json`.
- `run.json` holds what it takes to make the report again: `event`, `as_of`, `source`, whether it is a `study`, the
  command line (`argv`), the `versions` of the screener, of Python and of what computes, and the SHA-256 of each file of
  the configuration (`config`), of the prices that were used (`data`), and of the report itself (`files`).
- `latest` links to the newest as-of that holds a study.
- `history.csv` holds the rows of `sectors.csv`, without themes, of every study filed here: one for each as-of, event,
  sector and window, replaced when that report is made again. A last column, `revision`, is 1 until figures of that
  report were corrected. Rows of an earlier version have nothing in columns that came later. In reports of `screener
  daily` the rows whose `window_start` is 0 and whose `window_end` is the largest of their as-of are of all days since
  the event: one after the other they are its trend.
- `revisions.csv`, in a report whose figures were corrected, holds each that changed: `revision`, `table`, `row` (its
  sector or ticker, and window), `column`, and the figure `before` and `after`.
- `status.json` and `summary.txt` are what `screener daily` last said of itself and of what changed.

The same inputs give the same bytes. Newspaper figures never take the place of a study.

## How to read them

- **CSV** is UTF-8 with a byte-order mark (`encoding="utf-8-sig"`); lines end with `\\n`, figures have a fixed number of
  decimals and no thousands separators. Read tickers as text: `symbol` is there for spreadsheets, which eat their zeros.
  Text that a spreadsheet would run, for it begins with `=`, `+`, `-` or `@`, has a `'` before it.
- **JSON** has the same columns and figures, `null` for an empty cell, and no `'`. `schema_version` changes when a key
  changes its name or meaning. `report.schema.json` is about reports, comparisons, stocks and claims, `scan.schema.json`
  about scans; both are JSON Schema 2020-12.
- **Parquet** has the same figures typed: dates, whole numbers, floats, text. The metadata of a field says unit,
  meaning, decimals and when it is null; that of the file which event, as-of, source and banner.
- **Excel** has the same figures, a sheet for each table, shown in their units.
- Read columns by name: new ones come before `confounders` or `model`.

A decimal of `-0.098600` is -9.86 %. A session is told by its number from the event day, which is 0; the base is -1. A p
and a share lie between 0 and 1. A figure that cannot be had is an empty cell and never 0: *empty when* says why.

Every table begins and ends with these columns:
"""

_REPORT = "## Tables of a report\n"
_SCAN = "## Tables of a scan\n\n`screener scan --csv DIR` writes them; `scan.schema.json` describes its JSON.\n"


def dictionary() -> str:
    """The page as Markdown; a line feed ends it."""
    parts = [
        _HEAD,
        _columns(_EVERYWHERE),
        _REPORT,
        *(part for form in FORMS for part in _form(form)),
        _SCAN,
        *(part for form in OF_SCAN for part in _form(form)),
    ]
    return "\n".join(parts)


def _form(form: Form) -> Iterator[str]:
    yield f"### {form.name}.csv\n\n{form.row}\n"
    yield _columns(one for one in form.columns if one not in _EVERYWHERE)


def _columns(columns: Iterable[Column]) -> str:
    rows = [_row(one.name, one.unit.label, one.decimals, one.meaning, one.empty or "never") for one in columns]
    head = ["| column | unit | decimals | meaning | empty when |", "|---|---|---|---|---|"]
    return "\n".join([*head, *rows]) + "\n"


def _row(name: str, unit: str, decimals: int | None, meaning: str, empty: str) -> str:
    cells = (f"`{name}`", unit, "" if decimals is None else str(decimals), meaning, empty)
    inside = " | ".join(cell.replace("|", r"\|") for cell in cells)
    return f"| {inside} |"
