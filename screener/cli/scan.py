"""The command that scans a whole market."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from screener.cli import candidates
from screener.cli.help_i18n import Command
from screener.cli.options import access_to, common, day, settings_of, stored
from screener.cli.outputs import Output, outputs
from screener.errors import ExitCode, UsageError
from screener.i18n import _
from screener.progress import busy

_KINDS = ("konex", "preferreds", "spacs")  # those of `screens.sift`, which start-up need not wait for


def _kinds(_context: click.Context, parameter: click.Parameter, value: str | None) -> frozenset[str]:
    kept = frozenset(one.strip() for one in (value or "").split(",") if one.strip())
    for one in sorted(kept - set(_KINDS)):
        what = _("{one!r} is none of {kinds}", one=one, kinds=", ".join(_KINDS))
        raise click.BadParameter(what, param=parameter)
    return kept


@click.command(cls=Command, epilog="Example: screener scan --top 20 --save AI_FRIENDS --group 1 --config my")
@click.option(
    "--event",
    metavar="ID",
    shell_complete=candidates.events,
    help="Event to scan around; `screener events` lists them.",
)
@click.option("--as-of", metavar="DATE", callback=day, help="Use prices through this day only.")
@click.option("--source", default="auto", metavar="SOURCE", help="store, or file:PATH,...  [store]")
@click.option("--benchmark", multiple=True, type=click.Path(path_type=Path), help="With file:PATH: date,index,close.")
@click.option("--market", multiple=True, type=click.Path(path_type=Path), help="With file:PATH: whole sessions.")
@click.option("--top", type=click.IntRange(1, 500), default=15, show_default=True, help="Stocks in each table.")
@click.option("--min-cap", type=click.FloatRange(min=0), metavar="KRW", help="Least market capitalisation.  [5e10]")
@click.option("--min-value", type=click.FloatRange(min=0), metavar="KRW", help="Least traded value a session.  [1e8]")
@click.option("--only", type=click.Choice(["KOSPI", "KOSDAQ"]), help="Only this market.")
@click.option("--with", "kept", callback=_kinds, metavar="KIND,...", help="Leave in: konex, preferreds, spacs.")
@click.option("--save", metavar="NAME", help="Save a discovered group as a sector in --config DIR.")
@click.option("--group", "number", type=int, metavar="N", help="Number of the group to save.")
@click.option("--replace", is_flag=True, help="Let --save replace a sector.")
@stored
@common
@outputs
def scan(
    config_directory: Path | None,
    store: str | None,
    output: Output,
    top: int,
    min_cap: float | None,
    min_value: float | None,
    only: str | None,
    kept: frozenset[str],
    save: str | None,
    number: int | None,
    replace: bool,
    **asked: Any,
) -> int:
    """Scan the whole market, blind: best, worst, and groups nobody listed.

    Needs whole-market sessions, in the store or in files. What the filters leave out is counted.
    """
    if (save is None) is not (number is None):
        raise UsageError("--save NAME and --group N go together")
    settings = settings_of(config_directory)
    from screener.app.own_sectors import group_of, refuse_name, save_group
    from screener.app.scan import Request, make_scan
    from screener.data.universe import Filters
    from screener.report.answer import scan_answer

    path = refuse_name(settings, config_directory, save, replace=replace) if save else None
    least = {"least_cap": min_cap, "least_value": min_value}
    given = {name: value for name, value in least.items() if value is not None}
    request = Request(filters=Filters(**given, only=only, kept=kept), **asked)
    with busy(_("measuring")):
        made = make_scan(settings, request, lambda: access_to(settings, store))
    said = ""
    if save and number is not None and path is not None:
        group = group_of(made, number)
        save_group(settings, path, save, made, group)
        said = (
            _(
                "Saved: group {number}, {n} stocks, as {name} in {path}; marked post-hoc.",
                number=number,
                n=len(group.members),
                name=save,
                path=path,
            )
            + "\n"
        )
    output.deliver(scan_answer(made, top), settings, said)
    return ExitCode.DONE
