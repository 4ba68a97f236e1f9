"""The formats that any screen can be written in; all of them say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from screener.i18n import language

if TYPE_CHECKING:
    from screener.choices import Headers
    from screener.report.screens import Shown


def files_of(screen: Shown, format_: str, palette: str, headers: Headers = "code") -> dict[str, bytes]:
    """The screen in one format: contents by file name; CSV and Parquet have a file for each table.

    `headers`: whether CSV has the names of the columns for programs, or is in Korean for readers.

    Raises:
        UsageError: the library that the format needs is not installed.
    """
    if format_ == "csv":
        from screener.report.formats.data import to_csv

        tables = screen.tables() if headers == "code" else screen.localised()
        return {f"{table.name}.csv": to_csv(table) for table in tables}
    if format_ == "parquet":
        from screener.report.formats.data import to_parquet

        return {f"{table.name}.parquet": to_parquet(table) for table in screen.tables()}
    if format_ == "latex":
        return dict(screen.latex())
    return {f"{screen.name}.{format_}": _file_of(screen, format_, palette)}


def _file_of(screen: Shown, format_: str, palette: str) -> bytes:
    """The content of a format that is one file."""
    match format_:
        case "txt":
            from screener.report.formats.terminal import Style, render

            return render(screen.page(full=True), Style()).encode()
        case "md":
            from screener.report.formats.markdown import to_markdown

            return to_markdown(screen.page(full=True)).encode()
        case "html":
            from screener.report.formats.html import to_html

            return to_html(screen.page(full=True), screen.charts(), palette)
        case "png":
            from screener.report.formats.png import to_png

            return to_png(screen, palette)
        case "xlsx":
            from screener.report.formats.xlsx import to_workbook

            page = screen.page(full=False)
            lines = [page.title, *(line.without_advice for line in page.head)]
            shown = screen.localised() if language() == "ko" else None
            return to_workbook(screen.tables(), lines, palette, screen.names(), shown)
        case _:
            return screen.document()
