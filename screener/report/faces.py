"""The formats that any answer can be written in; each face says the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from screener.report.answer import Answer
from screener.report.tables import to_csv
from screener.report.terminal import Style, render


def files_of(answer: Answer, format_: str, palette: str) -> dict[str, bytes]:
    """The answer in one format: contents by file name; CSV and Parquet have a file for each table.

    Raises:
        UsageError: the library that the format needs is not installed.
    """
    return dict(_WRITERS[format_](answer, palette))


def _text(answer: Answer, _palette: str) -> Mapping[str, bytes]:
    return {f"{answer.name}.txt": render(answer.page(True), Style()).encode()}


def _markdown(answer: Answer, _palette: str) -> Mapping[str, bytes]:
    from screener.report.markdown import to_markdown

    return {f"{answer.name}.md": to_markdown(answer.page(True)).encode()}


def _html(answer: Answer, palette: str) -> Mapping[str, bytes]:
    from screener.report.html import render_html

    page = render_html(answer.page(True), answer.charts(), palette=palette)
    return {f"{answer.name}.html": page}


def _csv(answer: Answer, _palette: str) -> Mapping[str, bytes]:
    return {f"{table.name}.csv": to_csv(table) for table in answer.tables()}


def _parquet(answer: Answer, _palette: str) -> Mapping[str, bytes]:
    from screener.report.files.parquet import to_parquet

    return {f"{table.name}.parquet": to_parquet(table) for table in answer.tables()}


def _workbook(answer: Answer, palette: str) -> Mapping[str, bytes]:
    from screener.report.files.workbook import to_workbook

    page = answer.page(False)
    lines = [page.title, *(line.text for line in page.head)]
    return {f"{answer.name}.xlsx": to_workbook(answer.tables(), lines, palette, answer.names)}


def _json(answer: Answer, _palette: str) -> Mapping[str, bytes]:
    return {f"{answer.name}.json": answer.document()}


_WRITERS: Mapping[str, Callable[[Answer, str], Mapping[str, bytes]]] = {
    "txt": _text,
    "md": _markdown,
    "html": _html,
    "csv": _csv,
    "parquet": _parquet,
    "xlsx": _workbook,
    "json": _json,
}
