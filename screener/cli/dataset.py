"""The commands that fetch prices into the store, and look after it."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import date
from pathlib import Path

import click

from screener.cli.help_i18n import Command, Group
from screener.cli.options import access_to, common, day, in_colour, language, settings_of, stored
from screener.errors import ConfigError, ExitCode
from screener.i18n import _
from screener.streams import emit, note


@click.command(cls=Command, epilog="Example: screener sync --from 2024-01-02 --to 2025-02-28")
@click.option("--from", "first", metavar="DATE", callback=day, help="First day.  [what the events need]")
@click.option("--to", "last", metavar="DATE", callback=day, help="Last day.  [the last session that is over]")
@click.option("--source", default="auto", metavar="SOURCE", help="auto, pykrx, openapi, or file:PATH,...")
@click.option("--benchmark", multiple=True, type=click.Path(path_type=Path), help="With file:PATH: date,index,close.")
@click.option("--market", multiple=True, type=click.Path(path_type=Path), help="With file:PATH: whole sessions.")
@stored
@common
def sync(
    config_directory: Path | None,
    store: str | None,
    first: date | None,
    last: date | None,
    source: str,
    benchmark: tuple[Path, ...],
    market: tuple[Path, ...],
) -> int:
    """Fetch into the store what is missing; run again, it goes on where it stopped."""
    settings = settings_of(config_directory)
    from screener.data.sync.command import describe, sync_files, sync_store

    access = access_to(settings, store, watched=True)
    if source.startswith("file:") or benchmark or market:
        done = sync_files(access, source, benchmark, market)
    else:
        done = sync_store(settings, access, source, first, last)
    emit(describe(done, access.store.shown))
    return ExitCode.NETWORK if done.blocked else ExitCode.DONE


@click.group(cls=Group, no_args_is_help=False, epilog="Example: screener store verify")
@language
def store() -> None:
    """Show, check or mend the store of prices."""


@store.command(epilog="Example: screener store info --store my/store")
@stored
@common
def info(config_directory: Path | None, store: str | None) -> int:
    """What the store holds, by source and table."""
    from screener.report.holdings import holdings

    opened = access_to(settings_of(config_directory), store).store
    emit(holdings(opened.shown, [(one.source, one.kind.name, one.info()) for one in opened.tables()]))
    return ExitCode.DONE


@store.command(epilog="Example: screener store verify")
@stored
@common
def verify(config_directory: Path | None, store: str | None) -> int:
    """Read every file of the store, and name what is damaged."""
    from screener.data.connections import open_store

    settings_of(config_directory)
    opened = open_store(store)
    damages = [damage for table in opened.tables() for damage in table.verify()]
    found = [f"{one.path}: {one.what}" for one in damages] or [_("{store}: sound", store=opened.shown)]
    emit("\n".join(found) + "\n")
    if damages:
        return ExitCode.DATA
    for path in [path for table in opened.tables() for path in table.leftovers()]:
        note(
            _(
                "{path}: left from a write that was cut short, and no part of the store: the next sync clears it away",
                path=path,
            )
        )
    return ExitCode.DONE


@store.command(epilog="Example: screener store repair")
@stored
@common
def repair(config_directory: Path | None, store: str | None) -> int:
    """Take out what is damaged; the next sync fetches it anew."""
    from screener.data.connections import now, open_store

    settings_of(config_directory)
    opened = open_store(store)
    with opened.writing("store repair", now()):
        done = [line for table in opened.tables() for line in table.repair()]
    emit("\n".join(done or [_("{store}: nothing to mend", store=opened.shown)]) + "\n")
    return ExitCode.DONE


@click.command(cls=Command, epilog="Example: screener doctor --offline")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.option("--offline", is_flag=True, help="Send nothing.")
@stored
@common
def doctor(config_directory: Path | None, store: str | None, as_json: bool, offline: bool) -> int:
    """Check this machine, the account, the network and the store; each line with what mends it.

    Sends one small request to each host, waits 3 seconds at most for an answer, and logs in once where KRX_ID and
    KRX_PW are set, which ends another session of that account. A host that refuses this machine is not asked.

    A host that cannot be reached, or whose refusal is not over, has failed if the best way to the exchange leads there
    (the Open API with a key, KRX with an account, else Naver) and the store lacks something that the configured report
    needs; it is a warning otherwise.

    Exit codes: 0 nothing failed (warnings count as nothing), 3 data, 2 configuration or installation, 4 login or key
    refused, 5 network or refusal; where several failed, the first of these.
    """
    from screener.doctor import examine, exit_code
    from screener.report.diagnosis import as_text, to_json

    with suppress(ConfigError):  # the language that it asks for counts; what is wrong with it is a finding
        settings_of(config_directory)
    checks = examine(config_directory, store, os.environ, offline=offline)
    emit(to_json(checks) if as_json else as_text(checks, colour=in_colour()))
    return exit_code(checks)
