"""Tables for Korean readers: headers, names of sectors and verdicts in Korean instead of the codes for programs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from screener.columns.korean import HEADERS
from screener.i18n import _
from screener.report.grids import FLAGS, LASTING
from screener.report.model import MODELS, VERDICTS
from screener.report.screens import Cell, Table
from screener.report.views.claims import VERDICTS_ON_CLAIMS


def localised(table: Table, names: Mapping[str, str]) -> Table:
    """`table` with what people read in the place of codes; the figures are the same. `names`: sectors and themes."""
    # The theme of a row has its name together with the sector of the row.
    sectors = dict(zip(table.header, table.cells, strict=True)).get("sector", [])
    cells = []
    for column, values in zip(table.columns, table.cells, strict=True):
        if column.name == "theme":
            labels = [f"{sector}:{theme}" for sector, theme in zip(sectors, values, strict=True)]
            values = [theme and _name(names, label, str(theme)) for theme, label in zip(values, labels, strict=True)]
        elif say := _sayings(names).get(column.name):
            values = [say(value) if isinstance(value, str) else value for value in values]
        cells.append(values)
    columns = tuple(replace(column, name=HEADERS[column.name]) for column in table.columns)
    return replace(table, columns=columns, cells=tuple(cells))


def _sayings(names: Mapping[str, str]) -> Mapping[str, Callable[[str], Cell]]:
    """By name of a column of codes, what is said instead of one."""

    def sector(code: str) -> str:
        return _name(names, code, code)

    verdicts = {**VERDICTS, **VERDICTS_ON_CLAIMS}
    return {
        "sector": sector,
        "sector_a": sector,
        "sector_b": sector,
        "series": sector,
        "sectors": lambda codes: ", ".join(map(sector, codes.split())),
        "verdict": lambda code: _(verdicts[code]) if code in verdicts else code,
        "lasting": lambda code: _(LASTING[code]) if code in LASTING else code,
        "flags": lambda codes: ", ".join(_(FLAGS[code]) for code in codes.split()),
        "model": lambda code: _(MODELS[code]) if code in MODELS else code,
    }


def _name(names: Mapping[str, str], label: str, otherwise: str) -> str:
    return names.get(label, otherwise)
