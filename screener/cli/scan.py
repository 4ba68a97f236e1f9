"""The command that scans a whole market."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from screener.cli.options import access_to, common, day, looks, settings_of, stored, style_of
from screener.cli.speaking import Command
from screener.errors import ExitCode, UsageError
from screener.streams import emit

_KINDS = ("konex", "preferreds", "spacs")  # those of `screens.sift`, which start-up need not wait for


def _kinds(_context: click.Context, parameter: click.Parameter, value: str | None) -> frozenset[str]:
    kept = frozenset(one.strip() for one in (value or "").split(",") if one.strip())
    for one in sorted(kept - set(_KINDS)):
        raise click.BadParameter(f"{one!r} is none of {', '.join(_KINDS)}", param=parameter)
    return kept


@click.command(cls=Command, epilog="Example: screener scan --top 20 --save AI_FRIENDS --group 1 --config my")
@click.option("--event", metavar="ID", help="Event to scan around; `screener events` lists them.")
@click.option("--as-of", metavar="DATE", callback=day, help="Use prices through this day only.")
@click.option("--source", default="auto", metavar="SOURCE", help="store, or file:PATH,...  [store]")
@click.option("--benchmark", multiple=True, type=click.Path(path_type=Path), help="With file:PATH: date,index,close.")
@click.option("--market", multiple=True, type=click.Path(path_type=Path), help="With file:PATH: whole sessions.")
@click.option("--top", type=click.IntRange(1, 500), default=15, show_default=True, help="Stocks in each table.")
@click.option("--min-cap", type=click.FloatRange(min=0), metavar="KRW", help="Least market capitalisation.  [5e10]")
@click.option("--min-value", type=click.FloatRange(min=0), metavar="KRW", help="Least traded value a session.  [1e8]")
@click.option("--only", type=click.Choice(["KOSPI", "KOSDAQ"]), help="Only this market.")
@click.option("--with", "kept", callback=_kinds, metavar="KIND,...", help="Leave in: konex, preferreds, spacs.")
@click.option("--json", "as_json", is_flag=True, help="Print the scan as JSON.")
@click.option("--csv", "csv_folder", type=click.Path(path_type=Path), metavar="DIR", help="Write CSV files, here.")
@click.option("--save", metavar="NAME", help="Save a discovered group as a sector in --config DIR.")
@click.option("--group", "number", type=int, metavar="N", help="Number of the group to save.")
@click.option("--replace", is_flag=True, help="Let --save replace a sector.")
@stored
@common
@looks
def scan(
    config_directory: Path | None,
    palette: str | None,
    ascii_only: bool,
    width: int | None,
    store: str | None,
    top: int,
    min_cap: float | None,
    min_value: float | None,
    only: str | None,
    kept: frozenset[str],
    as_json: bool,
    csv_folder: Path | None,
    save: str | None,
    number: int | None,
    replace: bool,
    **asked: Any,
) -> int:
    """Scan the whole market, blind: best, worst, and groups nobody listed.

    Needs whole-market sessions, in the store or in files. What the filters leave out is counted.
    """
    if as_json and csv_folder:
        raise UsageError("--json and --csv exclude each other: give one of them")
    if (save is None) is not (number is None):
        raise UsageError("--save NAME and --group N go together")
    settings = settings_of(config_directory)
    from screener.app.own_sectors import group_of, refuse_name, save_group
    from screener.app.scan import Request, make_scan
    from screener.report.publish import write_file
    from screener.report.scan.page import render
    from screener.report.scan.tables import tables, to_json
    from screener.report.tables import to_csv
    from screener.screens.sift import Filters
    from screener.words import Words

    path = refuse_name(settings, config_directory, save, replace=replace) if save else None
    style = style_of(settings, palette, ascii_only, width)
    words = Words(style.language)
    least = {"least_cap": min_cap, "least_value": min_value}
    given = {name: value for name, value in least.items() if value is not None}
    request = Request(filters=Filters(**given, only=only, kept=kept), **asked)
    made = make_scan(settings, request, lambda: access_to(settings, store))
    said = ""
    if save and number is not None and path is not None:
        group = group_of(made, number)
        save_group(settings, path, save, made, group)
        said += words("scan_saved", number=number, n=len(group.members), name=save, path=path) + "\n"
    if as_json:
        emit(to_json(made, words).decode())
        return ExitCode.DONE
    if csv_folder is not None:
        its_tables = tables(made, words)
        for table in its_tables:
            write_file(csv_folder / f"{table.name}.csv", to_csv(table))
        names = ", ".join(f"{table.name}.csv" for table in its_tables)
        said += words("scan_files", folder=csv_folder, names=names) + "\n"
    emit(render(made, style, top) + (f"\n{said}" if said else ""))
    return ExitCode.DONE
