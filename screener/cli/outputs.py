"""Where an answer goes: to the terminal, to stdout as JSON or Markdown, or into files."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from screener import cells
from screener.cli.options import coloured, style_of
from screener.errors import UsageError
from screener.i18n import _
from screener.streams import emit

if TYPE_CHECKING:
    from screener.config import Settings
    from screener.report.answer import Answer
    from screener.report.terminal import Style

FORMATS = ("txt", "md", "html", "csv", "parquet", "xlsx", "json")
"""Those of `report.faces`, which start-up need not wait for."""
_FILES = ("html", "xlsx")
"""Formats that are one file of the user's naming."""


@dataclass(frozen=True)
class Output:
    """What the user wants of an answer, and how it is to look."""

    full: bool
    json: bool
    md: bool
    files: Mapping[str, Path]
    """By format, the folder (csv) or file to write; one at most."""
    palette: str | None
    ascii: bool
    width: int | None

    @property
    def page(self) -> bool:
        """Whether the answer is to be shown as a page, and nothing else asked for."""
        return not (self.json or self.md or self.files)

    def style(self, settings: Settings) -> Style:
        """How a page looks on this stdout."""
        return style_of(settings, self.palette, self.ascii, self.width)

    def deliver(self, answer: Answer, settings: Settings, said: str = "") -> None:
        """Print the answer, and write the files that were asked for and say where they went; `said` stands below."""
        style = self.style(settings)
        if self.json:
            emit(answer.document().decode())
        elif self.md:
            from screener.report.markdown import to_markdown

            emit(to_markdown(answer.page(self.full)))
        else:
            # The page first: it was made, whatever becomes of the files.
            emit(page(answer, style, full=self.full))
            for format_, path in self.files.items():
                said += written(answer, format_, path, style.palette, as_file=format_ in _FILES)
            if said:
                emit(f"\n{folded(said, style.width)}")


def page(answer: Answer, style: Style, *, full: bool) -> str:
    """The answer's page as it is shown."""
    from screener.report.terminal import render

    return render(answer.page(full), style, summary=answer.summarised and not full)


def written(answer: Answer, format_: str, path: Path, palette: str, *, as_file: bool = False) -> str:
    """Write the answer in one format, into the folder `path` or as the file `path`, and say where it went."""
    from screener.archive.publish import write_files
    from screener.report.faces import files_of

    files = files_of(answer, format_, palette)
    targets = (
        {path: next(iter(files.values()))} if as_file else {path / name: content for name, content in files.items()}
    )
    write_files(targets)
    folder = path.parent if as_file else path
    return _("Files: {folder} ({names})", folder=folder, names=", ".join(one.name for one in targets)) + "\n"


def folded(said: str, width: int) -> str:
    """Lines of text in the width of a page; no path is broken."""
    return "".join(f"{part}\n" for line in said.splitlines() for part in cells.folded(line, width))


def outputs(command: Callable[..., int]) -> Callable[..., int]:
    """Options of every command that has an answer; the command gets them as one `output`."""

    @functools.wraps(command)
    def with_output(
        *,
        full: bool,
        as_json: bool,
        as_md: bool,
        csv: Path | None,
        html: Path | None,
        xlsx: Path | None,
        palette: str | None,
        ascii_only: bool,
        width: int | None,
        **asked: Any,
    ) -> int:
        files = {name: path for name, path in (("csv", csv), ("html", html), ("xlsx", xlsx)) if path is not None}
        if as_json + as_md + len(files) > 1:
            raise UsageError("--json, --md, --csv, --html and --xlsx exclude each other", hint="give one of them")
        return command(output=Output(full, as_json, as_md, files, palette, ascii_only, width), **asked)

    path = click.Path(path_type=Path)
    for option in (
        click.option("--width", type=click.IntRange(60, 200), help="Columns of the page."),
        click.option("--ascii", "ascii_only", is_flag=True, help="No arrows or lines outside ASCII."),
        coloured,
        click.option("--xlsx", type=path, metavar="FILE", help="Write an Excel workbook, here."),
        click.option("--html", type=path, metavar="FILE", help="Write a web page, here."),
        click.option("--csv", type=path, metavar="DIR", help="Write CSV files, here."),
        click.option("--md", "as_md", is_flag=True, help="Print Markdown; write no files."),
        click.option("--json", "as_json", is_flag=True, help="Print JSON; write no files."),
        click.option("--full", is_flag=True, help="Everything, instead of a summary."),
    ):
        with_output = option(with_output)
    return with_output
