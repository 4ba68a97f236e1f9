"""The command that cron runs."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from screener.cli.help_i18n import Command
from screener.cli.options import access_to, common, settings_of, stored
from screener.errors import ExitCode, ScreenerError, UsageError
from screener.i18n import _, ngettext
from screener.streams import emit, note

if TYPE_CHECKING:
    from screener.config import Settings
    from screener.daily.job import Job, Outcome
    from screener.daily.schedule import Kind

_PATH = click.Path(path_type=Path)
_NOT_FOR_CRON = ("--install", "--yes", "--check", "--notify")


@click.command(cls=Command, epilog="Example: screener daily --quiet --log daily.log --max-age 3")
@click.option("--source", default="auto", metavar="SOURCE", help="auto, pykrx, openapi, or file:PATH,...")
@click.option("--benchmark", multiple=True, type=_PATH, help="With file:PATH: date,index,close.")
@click.option("--market", multiple=True, type=_PATH, help="With file:PATH: whole sessions.")
@click.option("--all", "everything", is_flag=True, help="Report on events that are over, too.")
@click.option("--reports", type=_PATH, default="reports", metavar="DIR", help="Where reports are filed.  [reports]")
@click.option("--max-age", type=click.IntRange(min=0), metavar="N", help="End with 5 if more than N sessions lack.")
@click.option("--check", is_flag=True, help="Fetch and change nothing: for monitors, with --max-age.")
@click.option("--quiet", is_flag=True, help="Print only when something changed or failed.")
@click.option("--log", type=_PATH, metavar="FILE", help="Append one line a run to it; it rotates.")
@click.option("--notify", multiple=True, metavar="URL", help="Send the summary there; better in SCREENER_NOTIFY.")
@click.option("--install", type=click.Choice(["cron", "systemd"]), help="Print what makes this machine run it.")
@click.option("--yes", is_flag=True, help="With --install: write it, too.")
@stored
@common
def daily(
    config_directory: Path | None,
    store: str | None,
    source: str,
    benchmark: tuple[Path, ...],
    market: tuple[Path, ...],
    everything: bool,
    reports: Path,
    max_age: int | None,
    check: bool,
    quiet: bool,
    log: Path | None,
    notify: tuple[str, ...],
    install: str | None,
    yes: bool,
) -> int:
    """Report on every new session: fetch, check, file, and say what changed; cron runs it again and again.

    Each event that is still open gets a report as of each session; sessions that were missed are made up for. On a
    holiday, before 18:00 KST and when all is done already nothing changes. What fails is remembered in
    reports/status.json, and leaves the last good report as it was.
    """
    if install:
        return _install(cast("Kind", install), yes=yes)
    if yes:
        raise UsageError("--yes goes with --install cron or --install systemd")
    from screener.daily.job import Job, Outcome
    from screener.daily.log import append, log_line
    from screener.daily.run import run_daily as run
    from screener.daily.run import sessions_behind

    try:
        settings = settings_of(config_directory)
    except ScreenerError as error:
        from screener.daily.run import remember_failure
        from screener.data.connections import now

        line = remember_failure(reports, now(), error.exit_code, str(error))
        if log:
            append(log, log_line(now(), error.exit_code, line))
        raise
    access = access_to(settings, store)
    job = Job(
        settings,
        access,
        reports,
        settings.screener.palette,
        source,
        benchmark,
        market,
        everything,
        config_directory,
    )
    outcome = Outcome(ExitCode.DONE, _("{folder}: only looked at", folder=reports)) if check else run(job)
    code = outcome.code
    behind = sessions_behind(job) if max_age is not None else 0
    line = outcome.line
    if max_age is not None and (behind is None or behind > max_age):
        code = code or ExitCode.NETWORK
        what = _("there is no report yet")
        if behind is not None:
            what = ngettext(
                "the newest session in the reports is {n} session old",
                "the newest session in the reports is {n} sessions old",
                behind,
            )
        line = f"{line}; {what}: --max-age {max_age}"
    faults = [] if check else _notify(job, settings, notify, outcome)
    if log:
        faults += [fault for fault in [append(log, log_line(access.now(), code, line))] if fault]
    if not quiet or outcome.summary or code:
        note(_("daily failed: {line}", line=line) if code else _("daily done: {line}", line=line))
    for fault in faults:
        note(fault)
    if outcome.summary:
        emit("".join(f"{one}\n" for one in outcome.summary))
    return code


def _notify(job: Job, settings: Settings, urls: tuple[str, ...], outcome: Outcome) -> list[str]:
    """Send the summary, or the first word of a failure; what could not be sent before goes with it."""
    from screener.config.secrets import with_secrets
    from screener.daily.notify import notify
    from screener.daily.status import load_status

    wanted = [*urls, *with_secrets(os.environ, settings.secrets).get("SCREENER_NOTIFY", "").split()]
    text = "\n".join(outcome.summary)
    failing = load_status(job.root).failing
    if outcome.code and failing is not None and failing.runs == 1:
        failed = _("daily failed: {line}", line=failing.what)
        text = "\n".join([*outcome.summary, failed, _("What to do: {remedy}", remedy=failing.do)])
    page = max(outcome.folder.glob("*/report.html"), default=None) if outcome.folder else None
    try:
        return notify(job.root, list(dict.fromkeys(wanted)), text.partition("\n")[0], text, page)
    except UsageError as error:
        return [str(error)]


def _install(kind: Kind, *, yes: bool) -> int:
    """Print what makes this machine run the command as it was typed, without --install; with `yes` put it there."""
    from screener.daily import schedule

    command = [sys.executable, "-m", "screener", *_without(sys.argv[1:])]
    # Cron's environment is bare: what this one says must stand on the line.
    for option, variable in (("--config", "SCREENER_CONFIG"), ("--store", "SCREENER_STORE")):
        if os.environ.get(variable) and option not in command and "://" not in os.environ[variable]:
            command += [option, os.environ[variable]]
    folder = Path.cwd()
    if any("KRX_" in word or "://" in word for word in command):
        note(_("others can read what is typed here: put accounts, keys and addresses into secrets.toml"))
    if kind == "cron":
        lines = schedule.cron_lines(command, folder)
        emit(lines)
        if yes:
            note(schedule.install_cron(lines))
        return ExitCode.DONE
    units = schedule.systemd_units(command, folder)
    emit("\n".join(f"# {name}\n{text}" for name, text in units.items()))
    if yes:
        home = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
        note(schedule.install_systemd(units, Path(home) / "systemd/user"))
    return ExitCode.DONE


def _without(asked: list[str]) -> list[str]:
    """The words typed, but for the options that are about the installation itself; relative paths stay relative."""
    kept: list[str] = []
    skip = False
    for word in asked:
        if skip:
            skip = False
            continue
        name = word.partition("=")[0]
        if name in _NOT_FOR_CRON:
            skip = name in ("--install", "--notify") and "=" not in word
            continue
        kept.append(word)
    return kept if "--quiet" in kept else [*kept, "--quiet"]
