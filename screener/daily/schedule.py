"""Schedules `screener daily`: a line for cron, two units for systemd."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Sequence
from datetime import date, time, timedelta
from pathlib import Path

from screener.errors import UsageError
from screener.i18n import _, cause
from screener.krx.hours import Schedule

_MARK = "# screener daily:"
"""How the comment above the line begins, by which a later installation finds it."""
_MARGIN = timedelta(minutes=30)
"""From when the figures of a session are final to the run that reports on them."""
NAME = "screener-daily"
_SERVICE = """\
[Unit]
Description={name}
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
WorkingDirectory={folder}
ExecStart={run}
NoNewPrivileges=true
UMask=0022
"""
_TIMER = """\
[Unit]
Description={name}

[Timer]
OnCalendar=Mon..Fri *-*-* {at:%H:%M}:00 Asia/Seoul
Persistent=true

[Install]
WantedBy=timers.target
"""


def time_of_run(schedule: Schedule, day: date) -> time:
    """When the run of `day` starts, KST: a quarter of an hour, once volume and flows are final."""
    earliest = schedule.settles(day) + _MARGIN
    return (earliest + timedelta(minutes=-earliest.minute % 15)).time()


def cron_lines(command: Sequence[str], folder: Path, at: time) -> str:
    """Lines of a crontab: `at` in Seoul, a quarter of an hour, on weekdays, whatever the zone of the machine.

    Few crons know time zones. So the line asks every quarter of an hour what time it is in Seoul: zones differ from
    it by quarters of hours, with and without summer time.
    """
    # A percent sign ends a line of a crontab, so it is escaped.
    when = r"$(TZ=Asia/Seoul date +\%u\%H\%M)"
    run = shlex.join(command).replace("%", r"\%")
    line = f"*/15 * * * * case {when} in [1-5]{at:%H%M}) cd {shlex.quote(str(folder))} && {run};; esac"
    return f"{_MARK} {at:%H:%M} Asia/Seoul, Monday to Friday\n{line}\n"


def systemd_units(command: Sequence[str], folder: Path, at: time) -> dict[str, str]:
    """The units by name: a service, and the timer that starts it at `at` in Seoul.

    A start that was missed follows at the next boot.
    """
    run = " ".join(_quoted(word) for word in command)
    service = _SERVICE.format(name=NAME, folder=str(folder).replace("%", "%%"), run=run)
    return {f"{NAME}.service": service, f"{NAME}.timer": _TIMER.format(name=NAME, at=at)}


def install_cron(lines: str) -> str:
    """Put the lines into the user's crontab, in the place of earlier ones; returns a message.

    Raises:
        UsageError: there is no cron, or it refuses.
    """
    before = _crontab(["-l"]).stdout.splitlines()
    ours = [
        line.startswith(_MARK) or (index > 0 and before[index - 1].startswith(_MARK))
        for index, line in enumerate(before)
    ]
    kept = [line for line, is_ours in zip(before, ours, strict=True) if not is_ours]
    done = _crontab(["-"], "".join(f"{line}\n" for line in kept) + lines)
    if done.returncode:
        why = " ".join(done.stderr.split())
        raise UsageError("crontab rejected it ({why})", hint="add the lines by hand (crontab -e)", why=why)
    return _("written into the crontab; `crontab -l` shows it")


def install_systemd(units: dict[str, str], folder: Path) -> str:
    """Write the units into `folder`; returns a message with what is left to do.

    Raises:
        UsageError: it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in units.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            "{folder}: cannot be written ({cause})", hint="write the units yourself", folder=folder, cause=cause(error)
        ) from None
    start = f"systemctl --user daemon-reload && systemctl --user enable --now {NAME}.timer"
    return _("{folder}: written; start them with: {start}", folder=folder, start=start)


def _crontab(arguments: Sequence[str], given: str = "") -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(["crontab", *arguments], input=given, capture_output=True, text=True, check=False)  # noqa: S603, S607 - the user's own
    except FileNotFoundError:
        raise UsageError(
            "there is no crontab on this machine", hint="`apt-get install cron`, or `--install systemd`"
        ) from None


def _quoted(word: str) -> str:
    """A word of ExecStart, where % and $ have meanings of their own."""
    plain = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{plain}"' if any(char in plain for char in " \t;'\"\\") or not plain else plain
