"""The commands that show what is configured."""

from __future__ import annotations

from pathlib import Path

import click

from screener.cli import candidates
from screener.cli.help_i18n import Command, Group
from screener.cli.options import access_to, common, language, settings_of, stored
from screener.errors import ExitCode
from screener.i18n import _, ngettext
from screener.streams import emit


@click.command(cls=Command, epilog="Example: screener events --config my")
@stored
@common
def events(config_directory: Path | None, store: str | None) -> int:
    """List the configured events: news, event day, base, sessions since."""
    from screener.data.connections import now
    from screener.report.listing import list_events

    settings = settings_of(config_directory)
    calendar = access_to(settings, store).calendar
    days = {
        name: calendar.place(event.first_day, event.event_day, event.base, now())
        for name, event in settings.events.items()
    }
    emit(list_events(settings, days))
    return ExitCode.DONE


@click.command(cls=Command, epilog="Example: screener sectors SEMI AI_SW")
@click.argument("ids", nargs=-1, metavar="[SECTOR]...", shell_complete=candidates.sectors)
@stored
@common
def sectors(config_directory: Path | None, store: str | None, ids: tuple[str, ...]) -> int:
    """List the configured sectors, or the stocks of those that are named; FIRST PRICE as the store has it."""
    from screener.data.connections import open_store
    from screener.report.listing import list_members, list_sectors

    settings = settings_of(config_directory)
    for one in ids:
        settings.sector(one)  # a name that is wrong is told before the store is read
    members = {one.ticker for sector in settings.sectors.values() for one in sector.members}
    since = open_store(store).first_dates(members)
    emit("\n".join(list_members(settings, one, since) for one in ids) if ids else list_sectors(settings, since))
    return ExitCode.DONE


@click.group(cls=Group, no_args_is_help=False, epilog="Example: screener config check --config my")
@language
def config() -> None:
    """Check, show or copy the configuration."""


@config.command(epilog="Example: screener config check --config my")
@common
def check(config_directory: Path | None) -> int:
    """Say whether the configuration is right; every mistake with its file and line."""
    settings = settings_of(config_directory)
    stocks = sum(len(sector.members) for sector in settings.sectors.values())
    paths = "".join(f"{path}\n" for path in settings.files.values())
    right = _(
        "right: {events}, {sectors}, {stocks}, {claims}",
        events=ngettext("{n} event", "{n} events", len(settings.events)),
        sectors=ngettext("{n} sector", "{n} sectors", len(settings.sectors)),
        stocks=ngettext("{n} stock", "{n} stocks", stocks),
        claims=ngettext("{n} claim", "{n} claims", len(settings.claims)),
    )
    emit(f"{paths}{right}\n")
    return ExitCode.DONE


@config.command(epilog="Example: screener config show --config my")
@common
def show(config_directory: Path | None) -> int:
    """Print the configuration files in force."""
    for path in settings_of(config_directory).files.values():
        emit(f"# {path}\n{path.read_text(encoding='utf-8-sig')}\n")
    return ExitCode.DONE


@config.command(epilog="Example: screener config init my")
@language
@click.argument("directory", type=click.Path(path_type=Path))
def init(directory: Path) -> int:
    """Copy the shipped configuration into DIRECTORY, to be changed there; files that exist are left alone."""
    from screener.config.load import copy_shipped

    for path, copied in copy_shipped(directory):
        done = _("{path}: copied", path=path) if copied else _("{path}: left as it is", path=path)
        emit(f"{done}\n")
    return ExitCode.DONE
