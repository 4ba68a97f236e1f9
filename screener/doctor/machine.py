"""Checks of the machine: Python, libraries, locale, terminal, a font, the clock, the disks."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import locale
import os
import shutil
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from screener.doctor.check import Check
from screener.errors import ExitCode
from screener.i18n import _
from screener.krx.client import CLOCK_TOLERANCE

_PYTHONS = (3, 11), (3, 13)
"""The oldest and the newest that the screener is tested on."""
DISTRIBUTION = "krx-impact-screener"
_LIBRARIES = ("pykrx", "pandas", "numpy", "scipy", "pyarrow")
"""Those whose versions decide whether figures are right: pandas 3, for one, brings a pykrx that cannot log in."""
FONT = "NanumBarunGothic.ttf"
NARROW = 80
"""Columns below which tables lose columns."""
SCARCE, FULL = 1_000_000_000, 50_000_000
"""Bytes: a store of 30 years takes the first, a report and the marks of a sync less than the second."""


def checks(
    environment: Mapping[str, str], now: datetime, ahead: timedelta | None, folders: Mapping[str, Path]
) -> list[Check]:
    """Everything about the machine.

    Args:
        environment: the variables that describe the terminal.
        now: KST.
        ahead: how far this machine's clock is before the exchange's; None if that is not known.
        folders: where something is to be written, by name; none need exist.
    """
    return [
        _python(),
        _libraries(),
        _text_encoding(environment),
        _terminal(environment),
        _font(),
        _clock(now, ahead),
        *(_disk(name, folder) for name, folder in sorted(folders.items())),
    ]


def _python(version: tuple[int, ...] = sys.version_info[:3]) -> Check:
    found = ".".join(map(str, version))
    oldest, newest = _PYTHONS
    fix = _("use Python 3.11, 3.12 or 3.13")
    if version[:2] < oldest:
        return Check("Python", "failed", _("{found} is too old", found=found), fix, ExitCode.USAGE)
    if version[:2] > newest:
        return Check("Python", "warning", _("{found}: not tested with the screener", found=found), fix)
    return Check("Python", "ok", found)


def _libraries() -> Check:
    versions, wrong = [], []
    try:
        required = _required()
    except importlib.metadata.PackageNotFoundError:
        required, wrong = {}, [_("{name} is not installed", name=DISTRIBUTION)]
    for name in [name for name in _LIBRARIES if name in required]:
        try:
            version = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            wrong.append(_("{name} is not installed", name=name))
            continue
        versions.append(f"{name} {version}")
        if not required[name].contains(version, prereleases=True):
            wrong.append(_unsuitable(name, version, required[name]))
    if wrong:
        fix = _("reinstall the screener in its own environment")
        return Check("libraries", "failed", "\n".join(wrong), fix, ExitCode.USAGE)
    return Check("libraries", "ok", ", ".join(versions))


def _unsuitable(name: str, version: str, required: SpecifierSet) -> str:
    bounds = {bound.operator: bound.version for bound in required}
    first, last = bounds[">="], bounds.get("<")
    if last is None:
        return _("{name} {version}: version {first} or later is required", name=name, version=version, first=first)
    return _(
        "{name} {version}: version {first} or later and below {last} is required",
        name=name,
        version=version,
        first=first,
        last=last,
    )


def _required() -> dict[str, SpecifierSet]:
    """The version bounds of each library that the screener needs without an extra."""
    requirements = map(Requirement, importlib.metadata.requires(DISTRIBUTION) or ())
    return {one.name: one.specifier for one in requirements if one.marker is None}


def _text_encoding(environment: Mapping[str, str]) -> Check:
    name = next((environment[key] for key in ("LC_ALL", "LC_CTYPE", "LANG") if environment.get(key)), _("none set"))
    encoding = "UTF-8" if sys.flags.utf8_mode else locale.getencoding()
    if _is_unicode(encoding):
        return Check("locale", "ok", f"{name}, {encoding}")
    found = _("{where}, {encoding}: Hangul cannot be displayed", where=name, encoding=encoding)
    return Check("locale", "warning", found, "export LANG=C.UTF-8")


def _terminal(environment: Mapping[str, str]) -> Check:
    encoding = getattr(sys.stdout, "encoding", None) or _("no encoding")
    if sys.stdout is None or not sys.stdout.isatty():
        where, width = _("none: plain text without colour"), None
    else:
        width = shutil.get_terminal_size().columns
        kind = environment.get("TERM") or _("of unknown kind")
        where = _("{kind}, {width} columns", kind=kind, width=width)
    if not _is_unicode(encoding):
        found = _("{where}, {encoding}: Hangul cannot be displayed", where=where, encoding=encoding)
        return Check("terminal", "warning", found, _("export LANG=C.UTF-8, or PYTHONIOENCODING=utf-8"))
    if width is not None and environment.get("TERM") == "linux":
        fix = _("use a terminal emulator, or --lang en --ascii")
        return Check("terminal", "warning", _("{where}: this console cannot display Hangul", where=where), fix)
    if width is not None and width < NARROW:
        fix = _("widen it to {least} columns or more; the CSV files contain everything", least=NARROW)
        return Check("terminal", "warning", _("{where}: tables omit columns", where=where), fix)
    return Check("terminal", "ok", f"{where}, {encoding}")


def _font() -> Check:
    """A font with Hangul for charts: pykrx brings one, which is found without importing it."""
    spec = importlib.util.find_spec("pykrx")
    if spec is not None and spec.origin is not None and Path(spec.origin).with_name(FONT).is_file():
        return Check("font", "ok", _("{font}, which comes with pykrx", font=FONT))
    found = _("pykrx and its {font} are missing: charts would show boxes instead of Hangul", font=FONT)
    return Check("font", "warning", found, _("reinstall the screener"))


def _clock(now: datetime, ahead: timedelta | None) -> Check:
    local = datetime.now().astimezone()
    found = _("{now:%Y-%m-%d %H:%M} KST ({here:%H:%M} {zone} here)", now=now, here=local, zone=local.tzname())
    if ahead is None:
        return Check("clock", "ok", found)
    if abs(ahead) > CLOCK_TOLERANCE:
        minutes = abs(ahead).total_seconds() / 60
        if ahead > timedelta(0):
            found = _("{found} is {minutes:,.0f} minutes ahead of the exchange", found=found, minutes=minutes)
        else:
            found = _("{found} is {minutes:,.0f} minutes behind the exchange", found=found, minutes=minutes)
        fix = _("set it (timedatectl set-ntp true): it determines which session is complete and how long a block lasts")
        return Check("clock", "warning", found, fix)
    return Check("clock", "ok", _("{found}, same as the exchange", found=found))


def _disk(name: str, folder: Path) -> Check:
    """Whether something can be written to `folder`, which need not exist."""
    name = f"disk: {name}"
    existing = next((path for path in (folder, *folder.parents) if path.exists()), Path())
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        if existing.is_dir():
            found = _("{folder}: {there} is not writable", folder=folder, there=existing)
        else:
            found = _("{folder}: {there} is not a directory", folder=folder, there=existing)
        return Check(name, "failed", found, _("change its permissions, or choose another location"))
    free = shutil.disk_usage(existing).free
    found = _("{free:,.1f} GB free at {folder}", free=free / 1e9, folder=folder)
    if free < SCARCE:
        fix = _("free some space there, or choose another location")
        return Check(name, "failed" if free < FULL else "warning", found, fix)
    return Check(name, "ok", found)


def _is_unicode(encoding: str) -> bool:
    return encoding.lower().replace("-", "").replace("_", "").startswith("utf")
