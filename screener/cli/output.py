"""The output of a command: a page on the terminal, JSON or Markdown on stdout, or files."""

from __future__ import annotations

import functools
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from screener import cells
from screener.cli.options import PATH, palette_option
from screener.console import echo, is_terminal, shows_colour
from screener.errors import UsageError
from screener.i18n import _

if TYPE_CHECKING:
    from screener.config import Settings
    from screener.report.formats.terminal import Style
    from screener.report.screens import Screen

_ONE_FILE = ("html", "xlsx")
"""Formats that are one file of the user's naming."""


@dataclass(frozen=True)
class Output:
    """The output that the user wants, and how it is to look."""

    full: bool
    json: bool
    md: bool
    files: Mapping[str, Path]
    """By format, the directory (csv) or file to write; one at most."""
    palette: str | None
    ascii: bool
    width: int | None

    @property
    def page(self) -> bool:
        """Whether nothing but a page on the terminal is asked for."""
        return not (self.json or self.md or self.files)

    def style(self, settings: Settings) -> Style:
        """How a page looks on this stdout."""
        from screener.report.formats.terminal import PLAIN_WIDTH, Style

        unicode = (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "").startswith("utf")
        fitting = min(max(shutil.get_terminal_size().columns, 60), 200) if is_terminal() else PLAIN_WIDTH
        return Style(
            palette=self.palette or settings.screener.palette,
            ascii=self.ascii or not unicode,
            width=self.width or fitting,
            colour=shows_colour(),
        )

    def deliver(self, screen: Screen, settings: Settings, note: str = "") -> None:
        """Print the screen and `note` below it; write the files that were asked for and say where they are."""
        style = self.style(settings)
        if self.json:
            echo(screen.document().decode())
        elif self.md:
            from screener.report.formats.markdown import to_markdown

            echo(to_markdown(screen.page(full=self.full)))
        else:
            # The page first: it was made, whatever becomes of the files.
            echo(page(screen, style, full=self.full))
            for format_, path in self.files.items():
                note += write_screen(screen, format_, path, style.palette, as_file=format_ in _ONE_FILE)
            if note:
                echo(f"\n{folded(note, style.width)}")


def page(screen: Screen, style: Style, *, full: bool) -> str:
    """The page of a screen as text."""
    from screener.report.formats.terminal import render

    return render(screen.page(full=full), style, summary=screen.summarised and not full)


def write_screen(screen: Screen, format_: str, path: Path, palette: str, *, as_file: bool = False) -> str:
    """Write the screen in one format, into the directory `path` or as the file `path`; returns where it is."""
    from screener.files import write_files
    from screener.report.formats import files_of

    files = files_of(screen, format_, palette)
    targets = (
        {path: next(iter(files.values()))} if as_file else {path / name: content for name, content in files.items()}
    )
    write_files(targets)
    folder = path.parent if as_file else path
    names = ", ".join(target.name for target in targets)
    return _("Files: {folder} ({names})", folder=folder, names=names) + "\n"


def folded(text: str, width: int) -> str:
    """Lines of text in the width of a page; no path is broken."""
    return "".join(f"{part}\n" for line in text.splitlines() for part in cells.folded(line, width))


def output_options(command: Callable[..., int]) -> Callable[..., int]:
    """Options of every command with a page, which gets them as one `output`."""

    @functools.wraps(command)
    def with_output(**options: Any) -> int:
        files = {name: path for name in ("csv", "html", "xlsx") if (path := options.pop(name)) is not None}
        look = {name: options.pop(name) for name in ("full", "json", "md", "palette", "ascii", "width")}
        if look["json"] + look["md"] + len(files) > 1:
            raise UsageError("--json, --md, --csv, --html and --xlsx exclude each other", hint="give one of them")
        return command(output=Output(files=files, **look), **options)

    for option in (
        click.option("--width", type=click.IntRange(60, 200), help="Columns of the page."),
        click.option("--ascii", is_flag=True, help="No arrows or lines outside ASCII."),
        palette_option,
        click.option("--xlsx", type=PATH, metavar="FILE", help="Write an Excel workbook, here."),
        click.option("--html", type=PATH, metavar="FILE", help="Write a web page, here."),
        click.option("--csv", type=PATH, metavar="DIR", help="Write CSV files, here."),
        click.option("--md", is_flag=True, help="Print Markdown; write no files."),
        click.option("--json", is_flag=True, help="Print JSON; write no files."),
        click.option("--full", is_flag=True, help="Everything, instead of a summary."),
    ):
        with_output = option(with_output)
    return with_output
