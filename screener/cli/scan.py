"""The command that scans a whole market."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from screener.choices import KINDS, MARKETS
from screener.cli.help_i18n import commands
from screener.cli.options import (
    Output,
    Workspace,
    close_option,
    common_options,
    event_options,
    output_options,
    source_options,
    store_option,
)
from screener.console import busy
from screener.errors import ExitCode, UsageError
from screener.i18n import _

if TYPE_CHECKING:
    from screener.config import Settings
    from screener.report.model import Report


def _parse_kinds(_context: click.Context, parameter: click.Parameter, value: str | None) -> frozenset[str]:
    kept = frozenset(kind.strip() for kind in (value or "").split(",") if kind.strip())
    for kind in sorted(kept - set(KINDS)):
        message = _("{one!r} is not one of {kinds}", one=kind, kinds=", ".join(KINDS))
        raise click.BadParameter(message, param=parameter)
    return kept


@commands.command(
    "scan",
    epilog="Example: screener scan --top 20 --save AI_FRIENDS --group 1 --config my",
    help="""Whole-market scan: extremes and data-driven groups.

    Needs sessions of the whole market, in the store or in files. The stocks that the filters exclude are counted.
    """,
)
@event_options("Event to scan around; `screener events` lists them.")
@source_options("store, or file:PATH,...  [store]")
@close_option
@click.option(
    "--top", type=click.IntRange(1, 500), default=15, show_default=True, help="Number of stocks in each table."
)
@click.option(
    "--min-cap",
    "least_cap",
    type=click.FloatRange(min=0),
    metavar="KRW",
    help="Minimum market capitalisation, KRW.  [5e10]",
)
@click.option(
    "--min-value",
    "least_value",
    type=click.FloatRange(min=0),
    metavar="KRW",
    help="Minimum traded value per session, KRW.  [1e8]",
)
@click.option("--only", type=click.Choice(MARKETS), help="Limit the list to this market.")
@click.option(
    "--with", "kept", callback=_parse_kinds, metavar="KIND,...", help="Kinds to include: konex, preferreds, spacs."
)
@click.option("--save", metavar="NAME", help="Save a discovered group as a sector in --config DIR.")
@click.option("--group", "number", type=int, metavar="N", help="Number of the group to save.")
@click.option("--replace", is_flag=True, help="Allow --save to replace an existing sector.")
@store_option
@common_options
@output_options
def _scan(
    workspace: Workspace,
    output: Output,
    top: int,
    save: str | None,
    number: int | None,
    replace: bool,
    **options: Any,
) -> int:
    if (save is None) is not (number is None):
        raise UsageError("--save NAME and --group N go together")
    settings = workspace.settings
    from screener.config.edit import file_for, identifier_of
    from screener.config.models import Filters
    from screener.report.make import make_report
    from screener.report.request import Request
    from screener.report.screens import Screen

    path = None
    if save:
        save = identifier_of(save)
        path = file_for(settings, workspace.directory, "sectors.toml", save, replace=replace)
    limits = {name: options.pop(name) for name in ("least_cap", "least_value", "only", "kept")}
    filters = Filters(**{name: value for name, value in limits.items() if value is not None})
    with busy(_("measuring")):
        request = Request(universe="market", filters=filters, **options)
        made = make_report(settings, request, workspace.access)
    note = ""
    if save and number is not None and path is not None:
        stocks = _save(settings, path, save, made, number)
        saved = _(
            "Saved: group {number}, {n} stocks, as {name} in {path}; marked post-hoc.",
            number=number,
            n=stocks,
            name=save,
            path=path,
        )
        note = f"{saved}\n"
    output.deliver(Screen("scan", made, top=top), settings, note)
    return ExitCode.DONE


def _save(settings: Settings, path: Path, name: str, report: Report, number: int) -> int:
    """Save the discovered group of that number as the sector `name`; the number of its stocks."""
    from screener.config.edit import with_sector
    from screener.config.fields import Name
    from screener.config.models import Member
    from screener.files import write_files

    groups, scan = report.frames.groups, report.scan
    if scan is None or not 1 <= number <= len(groups):
        known = _("1 to {count}", count=len(groups)) if len(groups) else _("none: too few sessions before the event")
        raise UsageError("no group {number}", hint="groups found: {known}", number=number, known=known)
    group = groups.iloc[number - 1]
    why = _(
        "discovered by a scan of {event}, {day}: moved with the other stocks of its group on {sessions} sessions "
        "before the event (mean correlation {correlation:.2f})",
        event=report.event.id,
        day=report.event.event_day,
        sessions=scan.formed_on,
        correlation=group["correlation"],
    )
    # What comes from outside has no need to pass the checks of a configuration file twice.
    members = [
        Member.model_construct(ticker=stock.ticker, ko=stock.ko, en=stock.en, market=stock.market)
        for stock in group["stocks"]
    ]
    first, others = members[0], len(members) - 1
    title = Name(ko=f"{first.ko} 외 {others}", en=f"{first.en} and {others} more")
    write_files({path: with_sector(settings, name, title, members, report.event.id, why)})
    return len(members)
