"""The command that shows how a file of prices or indices is understood."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from screener.cli.help_i18n import commands
from screener.cli.options import PATH, Workspace, common_options, file_options
from screener.console import aligned, echo, warn
from screener.errors import DataError, ExitCode
from screener.i18n import _, ngettext

if TYPE_CHECKING:
    from screener.data.forms.dialects import Hints
    from screener.data.forms.reading import Form


@commands.command(
    "columns",
    epilog="Example: screener columns data_4721_20250131.csv",
    help="""Show how price or index files are read.

    Shows the format, the columns, and what is missing.
    """,
)
@click.argument("files", nargs=-1, required=True, type=PATH, metavar="FILE...")
@file_options
@common_options
def _columns(workspace: Workspace, files: tuple[Path, ...], hints: Hints) -> int:
    workspace.load()
    from screener.data.choice import expanded
    from screener.data.forms.reading import recognise

    code = ExitCode.DONE
    for number, path in enumerate(expanded(files)):
        if number:
            echo("\n")
        try:
            form = recognise(path, hints)
            echo(_("{path}: {form}", path=path, form=form.told) + "\n" + _table(form))
            echo(_rows(form))
        except DataError as error:
            warn(str(error))
            code = error.exit_code
    return code


def _table(form: Form) -> str:
    """A line for each column of the file; those of single stocks in one."""
    rows = [[_("column"), _("read as"), _("first value")]]
    stocks = 0
    for field, column in zip(form.grid.fields, form.grid.columns, strict=True):
        stocks += bool(field.ticker)
        if stocks < 2 or not field.ticker:
            first = str(column[0].as_py()) if len(column) else ""
            name = field.name if field in form.fields else _("not read")
            rows.append([repr(field.header)[1:-1] or _("(index)"), name, first[:30]])
    if stocks > 1:
        rows.append([ngettext("... {n} column of stocks", "... {n} columns of stocks", stocks), "", ""])
    read = {field.header for field in form.grid.fields}
    rows += [[header, _("not read"), ""] for header in form.headers if header and header not in read][:20]
    return aligned([[f"  {row[0]}", *row[1:]] for row in rows])


def _rows(form: Form) -> str:
    """How much a file holds, once it is read as a report reads it."""
    key = "index" if form.shape == "index" else "ticker"
    table = form.table(("date", key, "close"), ("close",), (key,))
    days = table["date"].unique().sort()
    return (
        _(
            "  {rows} rows · {series} of column {key} · {first} to {last}",
            rows=f"{table.num_rows:,}",
            series=f"{len(table[key].unique()):,}",
            key=key,
            first=days[0],
            last=days[-1],
        )
        + "\n"
    )
