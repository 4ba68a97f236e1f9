"""The commands that show what is configured."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from screener.cli.completion import completing
from screener.cli.help_i18n import commands, language_option
from screener.cli.options import PATH, Workspace, common_options, json_option, parse_moment, store_option
from screener.console import aligned, echo
from screener.errors import ExitCode
from screener.i18n import Named, _, language, ngettext

if TYPE_CHECKING:
    from screener.config import Settings
    from screener.krx.calendar import EventDays


@commands.command(
    "events",
    epilog="Example: screener events --config my",
    help="""List the configured events.

    News, event day, base, sessions since, number of sectors.
    """,
)
@json_option
@store_option
@common_options
def _events(workspace: Workspace, as_json: bool) -> int:
    from screener.data.connections import now

    settings, calendar = workspace.settings, workspace.access().calendar
    if as_json:
        from screener.report.configured import list_events
        from screener.report.formats.data import list_to_json

        echo(list_to_json(list_events(settings, calendar, now())).decode())
        return ExitCode.DONE
    days = {
        name: calendar.place(event.first_day, event.event_day, event.base, now())
        for name, event in settings.events.items()
    }
    echo(_event_table(settings, days))
    return ExitCode.DONE


@commands.command(
    "sectors",
    epilog="Example: screener sectors SEMI AI_SW",
    help="""List the configured sectors, or their stocks.

    With names: their stocks; FIRST PRICE as in the store.
    """,
)
@click.argument("ids", nargs=-1, metavar="[SECTOR]...", shell_complete=completing("sector"))
@json_option
@store_option
@common_options
def _sectors(workspace: Workspace, ids: tuple[str, ...], as_json: bool) -> int:
    settings = workspace.settings
    ids = tuple(map(settings.sector_id, ids))  # a wrong name is an error before the store is read
    if as_json:
        from screener.report.configured import list_sectors
        from screener.report.formats.data import list_to_json

        echo(list_to_json(list_sectors(settings, ids, workspace.open_store())).decode())
        return ExitCode.DONE
    tickers = {member.ticker for sector in settings.sectors.values() for member in sector.members}
    since = workspace.open_store().first_dates(tickers)
    tables = [_member_table(settings, sector, since) for sector in ids] or [_sector_table(settings, since)]
    echo("\n".join(tables))
    return ExitCode.DONE


@commands.group(
    "config",
    no_args_is_help=False,
    epilog="Example: screener config check --config my",
    help="Check, show, copy or extend the configuration.",
)
@language_option
def _config() -> None: ...


@_config.command(
    "check",
    epilog="Example: screener config check --config my",
    help="Validate the configuration; every mistake with its file and line.",
)
@common_options
def _check(workspace: Workspace) -> int:
    settings = workspace.settings
    stocks = len({member.ticker for sector in settings.sectors.values() for member in sector.members})
    paths = "".join(f"{path}\n" for path in settings.files.values())
    right = _(
        "OK: {events}, {sectors}, {stocks}, {claims}",
        events=ngettext("{n} event", "{n} events", len(settings.events)),
        sectors=ngettext("{n} sector", "{n} sectors", len(settings.sectors)),
        stocks=ngettext("{n} stock", "{n} stocks", stocks),
        claims=ngettext("{n} claim", "{n} claims", len(settings.claims)),
    )
    echo(f"{paths}{right}\n")
    return ExitCode.DONE


@_config.command(
    "show", epilog="Example: screener config show --config my", help="""Print the configuration files in force."""
)
@common_options
def _show(workspace: Workspace) -> int:
    for path in workspace.settings.files.values():
        echo(f"# {path}\n{path.read_text(encoding='utf-8-sig')}\n")
    return ExitCode.DONE


@_config.command(
    "init",
    epilog="Example: screener config init my",
    help="Copy the shipped configuration into DIRECTORY, for you to edit; existing files are kept.",
)
@language_option
@click.argument("directory", type=PATH)
def _init(directory: Path) -> int:
    from screener.config.load import copy_shipped

    for path, copied in copy_shipped(directory):
        line = _("{path}: copied", path=path) if copied else _("{path}: unchanged", path=path)
        echo(f"{line}\n")
    return ExitCode.DONE


@_config.command(
    "add-sector",
    epilog="Example: screener config add-sector 조선 009540 010140 042660 --config my",
    help="Add a sector of these stocks (codes or names) to sectors.toml in --config DIR.",
)
@click.argument("name")
@click.argument("stocks", nargs=-1, required=True, metavar="STOCK...", shell_complete=completing("stock"))
@click.option("--market", multiple=True, type=PATH, help="Sessions of the whole market, for names of unknown stocks.")
@click.option("--replace", is_flag=True, help="Replace the sector of that name.")
@store_option
@common_options
def _add_sector(
    workspace: Workspace, name: str, stocks: tuple[str, ...], market: tuple[Path, ...], replace: bool
) -> int:
    from screener.config.edit import file_for, identifier_of, with_sector
    from screener.config.fields import Name
    from screener.files import write_files
    from screener.report.request import find_stock, listed_stocks

    settings = _before(workspace)
    identifier = identifier_of(name)
    path = file_for(settings, workspace.directory, "sectors.toml", identifier, replace=replace)
    source, event = "file:" if market else "store", settings.event(settings.screener.event)
    listed = partial(listed_stocks, source, market, event, workspace.access)
    found = [find_stock(settings, asked, listed) for asked in stocks]
    members = list({member.ticker: member for member in found}.values())
    write_files({path: with_sector(settings, identifier, Name(ko=name, en=name), members)})
    named = ", ".join(f"{member.ko} ({member.ticker})" for member in members)
    echo(_("{path}: {name}: {members}", path=path, name=identifier, members=named) + "\n")
    return ExitCode.DONE


@_config.command(
    "add-event",
    epilog="Example: screener config add-event 관세 --date '2025-04-02 16:10' --config my",
    help="Add an event to events.toml in --config DIR.",
)
@click.argument("name")
@click.option("--date", "moment", required=True, metavar="DATE", callback=parse_moment, help="Day or time of its news.")
@click.option("--sector", "sectors", multiple=True, metavar="ID", help="Limit the report to this sector.  [all]")
@common_options
def _add_event(workspace: Workspace, name: str, moment: date, sectors: tuple[str, ...]) -> int:
    from screener.config.edit import file_for, identifier_of, with_event
    from screener.config.fields import Name
    from screener.files import write_files

    settings = _before(workspace)
    identifier = identifier_of(name)
    path = file_for(settings, workspace.directory, "events.toml", identifier)
    placed, day = settings.with_event_on(moment, name)
    family = [settings.sector_id(sector) for sector in sectors]
    write_files({path: with_event(settings, identifier, Name(ko=name, en=name), moment, family)})
    session = placed.event(day).session(settings.calendar)
    echo(_("{path}: {name}: event day {day}", path=path, name=identifier, day=session) + "\n")
    return ExitCode.DONE


def _before(workspace: Workspace) -> Settings:
    """What an addition is added to: the shipped configuration where the directory is still to be filled."""
    directory = workspace.directory
    if directory is not None and not (directory.is_dir() and any(directory.iterdir())):
        return Workspace(None, workspace.store).settings
    return workspace.settings


def _event_table(settings: Settings, days: Mapping[str, EventDays]) -> str:
    """One line per event, with its `days` by id; sessions since an event day that has not closed are a dash."""
    rows = [("ID", _("NEWS"), _("EVENT DAY"), _("BASE"), _("SINCE"), _("SECTORS"), _("NAME"))]
    for name, event in settings.events.items():
        placed = days[name]
        news = f"{event.news:%Y-%m-%d %H:%M}" if isinstance(event.news, datetime) else str(event.news)
        since = "-" if placed.since is None else str(placed.since)
        dates = news, str(placed.event_day), str(placed.base), since
        rows.append((name, *dates, str(len(settings.family(name))), _both_names(event.name)))
    return aligned(rows)


def _sector_table(settings: Settings, since: Mapping[str, date]) -> str:
    """One line per sector, with the first session of `since`, by ticker, on which any of its stocks has a price.

    A star marks those that were put together after the event.
    """
    rows = [("ID", _("STOCKS"), _("THEMES"), _("FIRST PRICE"), _("NAME"))]
    for name, sector in settings.sectors.items():
        star = " *" if sector.post_hoc else ""
        first = min((since[member.ticker] for member in sector.members if member.ticker in since), default=None)
        counts = str(len(sector.members)), str(len(sector.themes))
        rows.append((name, *counts, str(first or "-"), _both_names(sector.name) + star))
    made_after: dict[str, list[str]] = {}
    for name, sector in settings.sectors.items():
        for event in sector.post_hoc:
            made_after.setdefault(event, []).append(name)
    notes = [
        _("* put together after {event} because of how they moved: {sectors}", event=event, sectors=", ".join(names))
        for event, names in made_after.items()
    ]
    if settings.at_hand:
        begins = next(name for name in settings.sectors if name in settings.at_hand)
        notes.append(_("{first} and below: the shipped library, studied only if named", first=begins))
    if not since:
        notes.append(_("no prices in the store yet: run `screener sync`"))
    return aligned(rows) + "".join(f"{note}\n" for note in notes)


def _member_table(settings: Settings, sector: str, since: Mapping[str, date]) -> str:
    rows = [(_("TICKER"), _("MARKET"), _("THEME"), _("FIRST PRICE"), _("NAME"))]
    rows += [
        (
            member.ticker,
            member.market,
            member.theme or "-",
            str(since.get(member.ticker, "-")),
            _both_names(member),
        )
        for member in settings.sector(sector).members
    ]
    return f"{sector}\n{aligned(rows)}"


def _both_names(thing: Named) -> str:
    """A name in both languages, that of the process first."""
    return f"{thing.ko} / {thing.en}" if language() == "ko" else f"{thing.en} / {thing.ko}"
