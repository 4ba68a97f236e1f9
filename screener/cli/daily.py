"""The command that cron runs."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from screener.cli.help_i18n import commands
from screener.cli.options import FETCHED, PATH, Workspace, close_option, common_options, source_options, store_option
from screener.console import echo, warn
from screener.errors import ExitCode, ScreenerError, UsageError
from screener.i18n import _, cause, language, ngettext

if TYPE_CHECKING:
    from screener.daily.reports import Job
    from screener.daily.status import Channel, Told

_LONG = 10
"""Sessions, stocks or reports from which on a log is told how many there are; an evening has fewer."""
_NOT_SCHEDULED = {"--install": True, "--yes": False, "--check": False, "--rebuild": False, "--notify": True}
"""Options that a scheduled run does not get, and whether each has a value."""


@commands.command(
    "daily",
    epilog="Example: screener daily --quiet --log daily.log --max-age 3",
    help="""Report on every new session, as a cron job.

    Downloads, checks and stores prices, and reports what changed.

    Each open event gets a report for every session; missed sessions are made up for. Nothing changes on a holiday,
    before 20:00 KST, or when everything is done already. Failures are recorded in reports/status.json and leave the
    last good report in place.
    """,
)
@source_options(FETCHED)
@close_option
@click.option("--all", "everything", is_flag=True, help="Also report on events that are over.")
@click.option("--rebuild", is_flag=True, help="Make the reports of an earlier configuration again.")
@click.option("--reports", type=PATH, default="reports", metavar="DIR", help="Directory for reports.  [reports]")
@click.option("--max-age", type=click.IntRange(min=0), metavar="N", help="Exit 5 if more than N sessions are missing.")
@click.option("--check", is_flag=True, help="Download and change nothing; for monitoring, with --max-age.")
@click.option("--quiet", is_flag=True, help="Print only if something changed or failed.")
@click.option("--log", type=PATH, metavar="FILE", help="Append one line per run to this file, which is rotated.")
@click.option(
    "--notify", multiple=True, metavar="URL", help="Address for notifications; better set in SCREENER_NOTIFY."
)
@click.option("--install", type=click.Choice(["cron", "systemd"]), help="Print the cron or systemd setup.")
@click.option("--yes", is_flag=True, help="With --install: also install it.")
@store_option
@common_options
def _daily(workspace: Workspace, reports: Path, log: Path | None, **options: Any) -> int:
    install, yes, check, quiet, max_age, urls = (
        options.pop(name) for name in ("install", "yes", "check", "quiet", "max_age", "notify")
    )
    if install:
        return _install(workspace, install, yes=yes)
    if yes:
        raise UsageError("--yes requires --install cron or --install systemd")
    from screener.daily.run import run_daily, said

    job = _job(workspace, reports, log, options, quiet=quiet)
    if check:
        told = said(job, ExitCode.DONE, _("{folder}: checked only", folder=reports))
        return _Teller(job, quiet=quiet, max_age=max_age).finish(told)
    teller = _Teller(job, quiet=quiet, max_age=max_age, log=log, urls=urls)
    run_daily(job, teller.tell)
    return teller.code


def _job(workspace: Workspace, reports: Path, log: Path | None, options: dict[str, Any], *, quiet: bool) -> Job:
    """The job; a mistake in the configuration is remembered as a failure of the run."""
    from screener.daily.reports import Job
    from screener.daily.status import append_log, remember_failure

    try:
        settings = workspace.settings
    except ScreenerError as error:
        from screener.data.connections import now

        line = remember_failure(reports, now(), error.exit_code, str(error))
        if log:
            append_log(log, now(), error.exit_code, line)
        raise
    access = workspace.access(show_progress=not quiet, least=_LONG)
    return Job(settings, access, reports, config=workspace.directory, **options)


class _Teller:
    """Says what a run, and runs before it, have to say."""

    def __init__(
        self,
        job: Job,
        *,
        quiet: bool,
        max_age: int | None,
        log: Path | None = None,
        urls: tuple[str, ...] = (),
    ) -> None:
        self._job, self._quiet, self._max_age, self._log, self._urls = job, quiet, max_age, log, urls
        self.code = int(ExitCode.DONE)
        """Of the run."""
        self._faults: list[str] = []

    def tell(self, told: Told, alone: bool) -> None:
        """Say what waits unless it is another run's, and this last; what could not be said waits for the next run."""
        from screener.config.load import with_secrets
        from screener.daily.notify import Outbox
        from screener.daily.status import append_log, tell

        configured = with_secrets(os.environ, self._job.settings.secrets).get("SCREENER_NOTIFY", "").split()
        outbox = Outbox(self._job.root, list(dict.fromkeys([*self._urls, *configured])))
        told, now = self._with_age(told), told

        def say(one: Told, channel: Channel) -> bool:
            one = told if one == now else one
            if channel == "notification":
                return self._heard(outbox.take(one.message))
            if channel == "log":
                return self._log is None or self._heard(append_log(self._log, one.at, one.code, one.line))
            return self._show(one)

        waited = tell(self._job.root, now, say, alone=alone)
        self._report(told)
        page = max((page for folder in waited for page in Path(folder).glob("*/report.html")), default=None)
        try:
            self._faults = outbox.send(page)
        except UsageError as error:
            self._faults = [str(error)]
        for fault in self._faults:
            warn(fault)

    def finish(self, told: Told) -> int:
        """Say how a run ended that has nothing else to say; returns its code."""
        self._report(self._with_age(told))
        return self.code

    def _with_age(self, told: Told) -> Told:
        stale = _too_old(self._job, self._max_age)
        if stale:
            told = told.model_copy(update={"code": told.code or ExitCode.NETWORK, "line": f"{told.line}; {stale}"})
        self.code = int(told.code)
        return told

    def _report(self, told: Told) -> None:
        """One line to stderr, and one for each place where something could not be said."""
        if not self._quiet or told.summary or told.code:
            failed = _("daily failed: {line}", line=told.line)
            warn(failed if told.code else _("daily done: {line}", line=told.line))
        for fault in self._faults:
            warn(fault)
        self._faults = []

    def _show(self, told: Told) -> bool:
        try:
            echo("".join(f"{entry}\n" for entry in told.summary))
        except OSError as error:
            why = _("stdout cannot be written ({cause}): the next run repeats the message", cause=cause(error))
            return self._heard(why)
        return True

    def _heard(self, fault: str) -> bool:
        if fault:
            self._faults.append(fault)
        return not fault


def _too_old(job: Job, max_age: int | None) -> str:
    from screener.daily.run import sessions_behind

    behind = sessions_behind(job) if max_age is not None else 0
    if max_age is None or (behind is not None and behind <= max_age):
        return ""
    age = _("there is no report yet")
    if behind is not None:
        age = ngettext(
            "the latest session in the reports is {n} session old",
            "the latest session in the reports is {n} sessions old",
            behind,
        )
    return f"{age}: --max-age {max_age}"


def _install(workspace: Workspace, kind: Literal["cron", "systemd"], *, yes: bool) -> int:
    """Print what makes this machine run the command as it was typed, without --install; with `yes` install it."""
    from screener.daily import schedule
    from screener.data.connections import now

    at = schedule.time_of_run(workspace.settings.calendar.schedule, now().date())

    command = [sys.executable, "-m", "screener", *_scheduled(sys.argv[1:])]
    # Cron's environment is bare: what this one says must be on the line.
    for option, variable in (("--config", "SCREENER_CONFIG"), ("--store", "SCREENER_STORE")):
        if os.environ.get(variable) and option not in command and "://" not in os.environ[variable]:
            command += [option, os.environ[variable]]
    if not any(word.partition("=")[0] == "--lang" for word in command):
        command += ["--lang", language()]
    folder = Path.cwd()
    if any("KRX_" in word or "://" in word for word in command):
        warn(_("other users can read command lines: put accounts, keys and addresses into secrets.toml"))
    if kind == "cron":
        lines = schedule.cron_lines(command, folder, at)
        echo(lines)
        if yes:
            warn(schedule.install_cron(lines))
        return ExitCode.DONE
    units = schedule.systemd_units(command, folder, at)
    echo("\n".join(f"# {name}\n{text}" for name, text in units.items()))
    if yes:
        home = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
        warn(schedule.install_systemd(units, Path(home) / "systemd/user"))
    return ExitCode.DONE


def _scheduled(arguments: list[str]) -> list[str]:
    """The arguments of a scheduled run: quiet, and without those about the installation."""
    kept = []
    words = iter(arguments)
    for word in words:
        option, equals, _value = word.partition("=")
        if option not in _NOT_SCHEDULED:
            kept.append(word)
        elif _NOT_SCHEDULED[option] and not equals:
            next(words, None)
    return kept if "--quiet" in kept else [*kept, "--quiet"]
