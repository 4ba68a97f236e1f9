"""Writes a discovered group into the user's own sectors.toml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import tomlkit
from pydantic import TypeAdapter, ValidationError

from screener.analysis.scanned import ScanGroup
from screener.config import Settings
from screener.config.models import Identifier
from screener.errors import UsageError
from screener.files import write_file
from screener.i18n import _
from screener.report.scan.model import ScanReport

_FILE = "sectors.toml"


def group_of(report: ScanReport, number: int) -> ScanGroup:
    """The discovered group of that number."""
    groups = report.scan.groups
    if not 1 <= number <= len(groups):
        known = _("1 to {count}", count=len(groups)) if groups else _("none: too few sessions before the event")
        raise UsageError("no group {number}", hint="the scan found {known}", number=number, known=known)
    return groups[number - 1]


def refuse_name(settings: Settings, directory: Path | None, name: str, *, replace: bool) -> Path:
    """Where the sector `name` is to be saved: `directory`.

    Raises:
        UsageError: there is no directory, the name is none, or a sector has it already.
    """
    if directory is None:
        raise UsageError(
            "--save needs --config DIR, a directory of your own", hint="`screener config init DIR` makes one"
        )
    try:
        TypeAdapter(Identifier).validate_python(name)
    except ValidationError:
        raise UsageError(
            "--save {name!r}: is no id", hint="letters, digits, _ and - only, at most 40", name=name
        ) from None
    if name in settings.sectors and not replace:
        raise UsageError(
            "--save {name}: {file} has a sector of that name",
            hint="choose another, or --replace",
            name=name,
            file=settings.files[_FILE],
        )
    return directory / _FILE


def save_group(settings: Settings, path: Path, name: str, report: ScanReport, group: ScanGroup) -> None:
    """Write `group` as the sector `name` into `path`; everything else in force stays as it is, comments included.

    Where `path` is not there yet it begins as the file in force, for it takes that file's place.
    """
    document: Any = tomlkit.parse(settings.files[_FILE].read_text(encoding="utf-8-sig"))
    listed = {one.ticker: one for sector in settings.sectors.values() for one in sector.members}
    event = report.event
    why = _(
        "discovered by a scan of {event}, {day}: moved with the others of its group on {sessions} "
        "sessions before the event (mean correlation {correlation:.2f})",
        event=event.id,
        day=event.event_day,
        sessions=report.scan.sessions,
        correlation=group.correlation,
    )
    members = tomlkit.array()
    for stock in group.members:
        known = listed.get(stock.ticker)
        entry = tomlkit.inline_table()
        entry.update(
            {
                "ticker": stock.ticker,
                "ko": known.ko if known else stock.ko,
                "en": known.en if known else stock.en,
                "market": known.market if known else stock.market,
                "why": why,
            }
        )
        members.append(entry)
    strongest = group.members[0]
    title = tomlkit.inline_table()
    title.update({"ko": f"{strongest.ko} 외 {len(members) - 1}", "en": f"{strongest.en} and {len(members) - 1} more"})
    sector = tomlkit.table()
    sector.update({"name": title, "post_hoc": True, "members": members.multiline(True)})
    document[name] = sector
    write_file(path, tomlkit.dumps(document).encode())
