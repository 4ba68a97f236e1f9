"""Descriptions of the files: JSON Schema (2020-12) of the documents, and the data dictionary in Markdown.

`python -m screener.report.formats.schema [DIR]` writes them.
"""

from __future__ import annotations

import ast
import inspect
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import NonNegativeInt

from screener.analysis.model import DayCheck, Moved, Rules, Stirred, Window
from screener.columns import REPORT_TABLES, SCAN_TABLES
from screener.columns.column import FIRST, LAST, Column, TableSpec, Unit
from screener.columns.groups import DAYS
from screener.columns.pooled import STUDY_TABLES
from screener.config.models import Filters
from screener.data.findings import Finding
from screener.data.sources import File, Tried
from screener.report.configured import EventList, SectorList
from screener.report.formats.data import BESIDE_FACTS, Skipped
from screener.report.model import (
    SCHEMA_VERSION,
    DaysFacts,
    EventFacts,
    Happening,
    PooledReport,
    Provenance,
    ScanFacts,
)

Schema = dict[str, Any]
_DIALECT = "https://json-schema.org/draft/2020-12/schema"

_TYPES: Mapping[type, Schema] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
}
_LIMITS: Mapping[Unit, Schema] = {
    Unit.COUNT: {"minimum": 0},
    Unit.NUMBER: {"minimum": 1},
    Unit.SHARE: {"minimum": 0, "maximum": 1},
    Unit.WEIGHT: {"minimum": 0, "maximum": 1},
    Unit.PART: {"minimum": -1, "maximum": 1},
    Unit.PROBABILITY: {"minimum": 0, "maximum": 1},
    Unit.SCORE: {"minimum": -100, "maximum": 100},
    Unit.GROWTH: {"minimum": 0},
}

_NAMED = {kind.__name__: kind for kind in (DayCheck, File, Filters, Finding, Moved, Stirred, Tried)} | {
    "NonNegativeInt": NonNegativeInt
}
"""Types that the report model names but does not load."""


_BANNER: Schema = {
    "banner": {"type": ["string", "null"], "description": "Warning that belongs on these figures; null: none does."}
}
_PART: Schema = {
    "description": "What this document holds of a larger one, as `screener mcp` gives it; absent: it is whole.",
    "type": "object",
    "properties": {
        "tables": {
            "description": "Tables that this part may have; the others are left out.",
            "type": "array",
            "items": {"type": "string"},
        },
        "windows": {
            "description": "First and last session of the windows that it has rows of; claims keep theirs.",
            "type": "array",
            "items": {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2},
        },
        "top": {
            "description": "Rows that it has of each end of a table that is in order: of a scan the highest and the "
            "lowest, of its groups and industries and of sessions the first.",
            "type": "integer",
            "minimum": 1,
        },
    },
    "minProperties": 1,
    "additionalProperties": False,
}


def _report_schema() -> Schema:
    """Of report.json and of what `--json` prints of a report, a comparison, a stock and claims."""
    defs: Schema = {}
    window = _object(Window, defs)
    window["properties"]["confounders"] = {"type": "string", "description": "What else moved prices during the window."}
    window["required"].append("confounders")
    before = {**_BANNER, **_common(defs), "windows": {"type": "array", "items": window}}
    after = {"skipped": _array(Skipped, defs), "findings": _array(Finding, defs)}
    schema = _document("Report of the KRX sector impact screener", before, REPORT_TABLES, after, defs)
    # The whole report has every table; a document on one screen has those that are about it, a part those asked for.
    whole = [spec.name for spec in REPORT_TABLES if not spec.optional]
    return {**schema, "if": {"required": ["part"]}, "else": {"dependentRequired": {"sectors": whole}}}


def _scan_schema() -> Schema:
    """Of what `screener scan --json` prints."""
    defs: Schema = {}
    common, facts = _common(defs), _object(ScanFacts, defs)["properties"]
    facts["stirred"] = stirred = defs.pop("Stirred")
    stirred["properties"]["p"]["type"] = ["number", "null"]
    before = {
        **common,
        "filters": facts.pop("filters"),
        "window": _reference(Window, defs),
        "confounders": _array(Happening, defs),
        **facts,
    }
    after = {"findings": _array(Finding, defs)}
    schema = _document("Scan of a whole market by the KRX sector impact screener", before, SCAN_TABLES, after, defs)
    return {**schema, "required": [*schema["required"], *(spec.name for spec in SCAN_TABLES)]}


def _days_schema() -> Schema:
    """Of what `screener days --json` prints."""
    defs: Schema = {}
    before = {**_BANNER, **_common(defs), **_object(DaysFacts, defs)["properties"]}
    after = {"findings": _array(Finding, defs)}
    title = "Sessions of one sector or stock, by the KRX sector impact screener"
    schema = _document(title, before, (DAYS,), after, defs)
    return {**schema, "required": [*schema["required"], DAYS.name]}


def _study_schema() -> Schema:
    """Of what `screener study --json` prints."""
    defs: Schema = {}
    before = {**_BANNER, "study": _object(PooledReport, defs, without=BESIDE_FACTS)}
    after = {"findings": _array(Finding, defs)}
    schema = _document("Study of many events by the KRX sector impact screener", before, STUDY_TABLES, after, defs)
    del schema["properties"]["part"]
    return {**schema, "required": [*schema["required"], *(spec.name for spec in STUDY_TABLES if not spec.optional)]}


def _list_schema(kind: type[EventList | SectorList], title: str) -> Schema:
    """Of what `screener events --json` and `screener sectors --json` print."""
    defs: Schema = {}
    listed = _object(kind, defs)
    return {
        "$schema": _DIALECT,
        "title": title,
        **listed,
        "properties": {"schema_version": {"const": SCHEMA_VERSION}, **listed["properties"]},
        "required": ["schema_version", *listed["required"]],
        "$defs": defs,
    }


@cache
def descriptions() -> Mapping[str, bytes]:
    """Contents by file name; the sources of the columns are read once."""
    return {
        "README.md": _dictionary().encode(),
        "report.schema.json": _as_text(_report_schema()),
        "scan.schema.json": _as_text(_scan_schema()),
        "days.schema.json": _as_text(_days_schema()),
        "study.schema.json": _as_text(_study_schema()),
        "events.schema.json": _as_text(_list_schema(EventList, "Events that the KRX sector impact screener knows")),
        "sectors.schema.json": _as_text(_list_schema(SectorList, "Sectors that the KRX sector impact screener knows")),
    }


def _as_text(schema: Schema) -> bytes:
    return (json.dumps(schema, ensure_ascii=False, indent=1) + "\n").encode()


def _common(defs: Schema) -> Schema:
    return {
        "event": _reference(EventFacts, defs),
        "as_of": {**_TYPES[date], "description": "Last day of the prices."},
        "provenance": _reference(Provenance, defs),
        "rules": _reference(Rules, defs),
        "day_check": {"anyOf": [_reference(DayCheck, defs), {"type": "null"}]},
    }


def _document(title: str, before: Schema, specs: Sequence[TableSpec], after: Schema, defs: Schema) -> Schema:
    defs |= {spec.name: _row(spec) for spec in specs}
    rows = {spec.name: {"type": "array", "items": {"$ref": f"#/$defs/{spec.name}"}} for spec in specs}
    return {
        "$schema": _DIALECT,
        "title": title,
        "type": "object",
        "properties": {"schema_version": {"const": SCHEMA_VERSION}, "part": _PART, **before, **rows, **after},
        "required": ["schema_version", *before, *after],
        "additionalProperties": False,
        "$defs": defs,
    }


def _row(spec: TableSpec) -> Schema:
    return {
        "description": spec.row,
        "type": "object",
        "properties": {column.name: _cell(column) for column in spec.columns},
        "required": [column.name for column in spec.columns],
        "additionalProperties": False,
    }


def _cell(column: Column) -> Schema:
    unit = column.unit
    schema: Schema = {"enum": [0, 1]} if unit.holds is bool else {**_TYPES[unit.holds], **_LIMITS.get(unit, {})}
    texts = [column.meaning]
    if unit.holds not in (str, date):
        texts.append(f"Unit: {unit.label}.")
    if column.empty:
        schema["type"] = [schema["type"], "null"]
        texts.append(f"{'Null or empty' if unit.holds is str else 'Null'}: {column.empty}.")
    return {**schema, "description": " ".join(texts)}


def _array(kind: type, defs: Schema) -> Schema:
    return {"type": "array", "items": _reference(kind, defs)}


def _reference(kind: type, defs: Schema) -> Schema:
    """A reference to the definition of a dataclass, which is added to `defs`."""
    if kind.__name__ not in defs:
        defs[kind.__name__] = {}  # before its fields, one of which might lead back to it
        defs[kind.__name__] = _object(kind, defs)
    return {"$ref": f"#/$defs/{kind.__name__}"}


def _object(kind: Any, defs: Schema, without: Sequence[str] = ()) -> Schema:
    """A dataclass, described by its docstring and those below its fields, `without` some of them."""
    hints, texts = get_type_hints(kind, localns=_NAMED, include_extras=True), _field_docs(kind)
    names = [field.name for field in fields(kind) if field.name not in without]
    described = {name: {"description": texts[name]} if name in texts else {} for name in names}
    return {
        "description": _line(ast.get_docstring(_definition(kind))),
        "type": "object",
        "properties": {name: {**_value(hints[name], defs), **described[name]} for name in names},
        "required": names,
        "additionalProperties": False,
    }


def _definition(kind: type) -> ast.ClassDef:
    """Its source: `python -OO` leaves nothing else of a docstring."""
    [definition] = ast.parse(inspect.getsource(kind)).body
    assert isinstance(definition, ast.ClassDef)  # noqa: S101 - for the type alone
    return definition


def _field_docs(kind: type) -> dict[str, str]:
    """By field, the docstring below it."""
    definition = _definition(kind)
    return {
        statement.target.id: _line(below.value.value)
        for statement, below in pairwise(definition.body)
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
        if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant) and isinstance(below.value.value, str)
    }


def _line(text: str | None) -> str:
    return " ".join((text or "").split())


def _value(hint: Any, defs: Schema) -> Schema:
    """The schema of a value of that type."""
    arguments, origin = get_args(hint), get_origin(hint)
    if origin in (Union, UnionType):
        [known] = [argument for argument in arguments if argument is not NoneType]
        schema = _value(known, defs)
        return (
            {**schema, "type": [schema["type"], "null"]} if "type" in schema else {"anyOf": [schema, {"type": "null"}]}
        )
    if origin is Annotated:
        return {**_value(arguments[0], defs), "minimum": arguments[1].ge}
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin is tuple and arguments[-1] is not Ellipsis:
        items = [_value(argument, defs) for argument in arguments]
        return {"type": "array", "prefixItems": items, "minItems": len(items), "maxItems": len(items)}
    if origin in (tuple, frozenset, Sequence):
        return {"type": "array", "items": _value(arguments[0], defs)}
    if origin is not None and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _value(arguments[1], defs)}
    if is_dataclass(hint) and isinstance(hint, type):
        return _reference(hint, defs)
    if issubclass(hint, Enum):
        return {"enum": [member.value for member in hint]}
    return dict(_TYPES[hint])


_EVERYWHERE = (*FIRST, *LAST)

_REPORT = "## Tables of a report\n"
_SCAN = "## Tables of a scan\n\n`screener scan --csv DIR` writes them; `scan.schema.json` describes its JSON.\n"


_DAYS = "## Sessions\n\n`screener days --csv DIR` writes them; `days.schema.json` describes their JSON.\n"
_STUDY = (
    "## Tables of a study of many events\n\n`screener study EVENTS.csv --csv DIR` writes them; `study.schema.json` "
    "describes its JSON.\n"
)


def _dictionary() -> str:
    """The page as Markdown."""
    parts = [
        files("screener.report.formats").joinpath("dictionary.md").read_text(encoding="utf-8"),
        _listed(_EVERYWHERE),
        _REPORT,
        *(part for spec in REPORT_TABLES for part in _table(spec)),
        _SCAN,
        *(part for spec in SCAN_TABLES for part in _table(spec)),
        _DAYS,
        *_table(DAYS),
        _STUDY,
        *(part for spec in STUDY_TABLES for part in _table(spec, " of a study")),
    ]
    return "\n".join(parts)


def _table(spec: TableSpec, of: str = "") -> Iterator[str]:
    yield f"### {spec.name}.csv{of}\n\n{spec.row}\n"
    yield _listed(column for column in spec.columns if column not in _EVERYWHERE)


def _listed(columns: Iterable[Column]) -> str:
    head = ["| column | unit | decimals | meaning | empty when |", "|---|---|---|---|---|"]
    return "\n".join([*head, *map(_line_of, columns)]) + "\n"


def _line_of(column: Column) -> str:
    decimals = "" if column.unit.decimals is None else str(column.unit.decimals)
    cells = (f"`{column.name}`", column.unit.label, decimals, column.meaning, column.empty or "never")
    inside = " | ".join(cell.replace("|", r"\|") for cell in cells)
    return f"| {inside} |"


if __name__ == "__main__":
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "reports")
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in descriptions().items():
        (folder / name).write_bytes(content)
