"""The commands that fetch prices into the store, look after it, and check all that a report depends on."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from screener.cli.help_i18n import commands, language_option
from screener.cli.options import (
    FETCHED,
    Workspace,
    common_options,
    file_options,
    json_option,
    parse_day,
    source_options,
    store_option,
)
from screener.console import aligned, as_document, echo, shows_colour, warn
from screener.errors import ConfigError, ExitCode
from screener.i18n import _, ngettext

if TYPE_CHECKING:
    from screener.data.store import Info, StoredTable


@commands.command(
    "sync",
    epilog="Example: screener sync --from 2024-01-02 --to 2025-02-28",
    help="""Download missing prices into the store.

    If interrupted, run it again: it resumes where it stopped.
    """,
)
@click.option("--from", "first", metavar="DATE", callback=parse_day, help="First day.  [as the events require]")
@click.option("--to", "last", metavar="DATE", callback=parse_day, help="Last day.  [the last completed session]")
@source_options(FETCHED)
@file_options
@store_option
@common_options
def _sync(workspace: Workspace, first: date | None, last: date | None, source: str, **files: Any) -> int:
    settings = workspace.settings
    from screener.data.sources.live import sync_files, sync_store

    access = workspace.access(show_progress=True)
    if source.startswith("file:") or files["benchmark"] or files["market"]:
        done = sync_files(access, source, **files)
    else:
        done = sync_store(settings, access, source, first, last)
    echo(done.describe(access.store.shown))
    return ExitCode.NETWORK if done.blocked else ExitCode.DONE


@commands.group(
    "store",
    no_args_is_help=False,
    epilog="Example: screener store verify",
    help="Show, check or repair the price store.",
)
@language_option
def _store() -> None: ...


@_store.command(
    "info",
    epilog="Example: screener store info --store my/store",
    help="Contents of the store, by source and table.",
)
@json_option
@store_option
@common_options
def _info(workspace: Workspace, as_json: bool) -> int:
    opened = workspace.access().store
    tables = opened.tables()
    if as_json:
        held = [
            {
                "source": table.source,
                "table": table.kind.name,
                **table.info()._asdict(),
                "kept_aside": len(table.refused),
            }
            for table in tables
        ]
        echo(as_document({"store": opened.shown, "tables": held}))
        return ExitCode.DONE
    echo(_summary_of(opened.shown, [(table.source, table.kind.name, table.info()) for table in tables]))
    aside = sum(bool(one.reason) for table in tables for one in table.refused)
    if aside:
        said = ngettext("{n} row is", "{n} rows are", aside)
        echo(_("{said} rejected and kept aside: `screener store verify` lists them", said=said) + "\n")
    return ExitCode.DONE


@_store.command(
    "verify",
    epilog="Example: screener store verify",
    help="Read every file of the store and list damaged ones.",
)
@store_option
@common_options
def _verify(workspace: Workspace) -> int:
    opened = workspace.open_store()
    damages = [damage for table in opened.tables() for damage in table.verify()]
    lines = [f"{damage.path}: {damage.what}" for damage in damages] or [_("{store}: OK", store=opened.shown)]
    lines += [] if damages else [line for table in opened.tables() for line in _kept_aside(table)]
    echo("\n".join(lines) + "\n")
    if damages:
        return ExitCode.DATA
    for path in [path for table in opened.tables() for path in table.leftovers()]:
        warn(
            _(
                "{path}: left from an interrupted write and not part of the store; the next sync removes it",
                path=path,
            )
        )
    return ExitCode.DONE


@_store.command(
    "repair",
    epilog="Example: screener store repair",
    help="Remove damaged files; the next sync downloads them again.",
)
@store_option
@common_options
def _repair(workspace: Workspace) -> int:
    from screener.data.connections import now

    opened = workspace.open_store()
    with opened.writing("store repair", now()):
        lines = [line for table in opened.tables() for line in table.repair()]
    echo("\n".join(lines or [_("{store}: nothing to repair", store=opened.shown)]) + "\n")
    return ExitCode.DONE


def _kept_aside(table: StoredTable) -> list[str]:
    """What came and was not believed, a line each."""
    from screener.data.refusals import REASONS

    return [
        _(
            "{table}: {what}: rejected: {why}; received {at:%Y-%m-%d %H:%M}, the next sync asks again",
            table=f"{table.source}/{table.kind.name}",
            what=one.shown,
            why=_(REASONS.get(one.reason, one.reason)),
            at=one.fetched,
        )
        for one in table.refused
        if one.reason
    ]


def _summary_of(shown: str, tables: Sequence[tuple[str, str, Info]]) -> str:
    if not tables:
        return _("{store}: empty; fill it with `screener sync`", store=shown) + "\n"
    heads = _("SOURCE"), _("TABLE"), _("SESSIONS"), _("FIRST"), _("LAST"), _("ROWS"), "MB", _("FETCHED")
    rows = [
        (
            source,
            name,
            f"{info.sessions:,}",
            str(info.first or "-"),
            str(info.last or "-"),
            f"{info.rows:,}",
            f"{info.bytes / 1e6:.1f}",
            f"{info.fetched_last:%Y-%m-%d %H:%M}" if info.fetched_last else "-",
        )
        for source, name, info in tables
    ]
    return f"{shown}\n{aligned([heads, *rows])}"


@commands.command(
    "doctor",
    epilog="Example: screener doctor --offline",
    help="""Check this machine, the network and the store.

    Also checks the account; each line says how to fix the problem.

    Sends one small request to each host (two to data.go.kr, one per service) and waits at most 3 seconds for each
    answer. If KRX_ID and KRX_PW are set, logs in once, which ends any other session of that account. Hosts that block
    this machine are not contacted.

    A host that cannot be reached or still blocks this machine is a failure if it is the preferred route to the
    exchange (the Open API with its key, KRX with an account, data.go.kr with its key, otherwise Naver) and the store
    lacks something that the configured report needs; otherwise it is a warning.

    Exit codes: 0 nothing failed (warnings do not count), 3 data, 2 configuration or installation, 4 login or key
    refused, 5 network or block; if several checks failed, the first of these.
    """,
)
@json_option
@click.option("--offline", is_flag=True, help="Send no requests.")
@store_option
@common_options
def _doctor(workspace: Workspace, as_json: bool, offline: bool) -> int:
    from screener.doctor import examine
    from screener.doctor.check import as_text, exit_code, to_json

    with suppress(ConfigError):  # the language that it asks for counts; its mistakes are a finding
        workspace.load()
    checks = examine(workspace.directory, workspace.store, os.environ, offline=offline)
    echo(to_json(checks) if as_json else as_text(checks, colour=shows_colour()))
    return exit_code(checks)
