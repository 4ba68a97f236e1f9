"""What is configured, as plain columns of text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from rich.cells import cell_len

from screener.market.calendar import EventDays
from screener.settings import Settings


def list_events(settings: Settings, days: Mapping[str, EventDays]) -> str:
    """One line per event, with its `days` by id; sessions since an event day that has not closed are a dash."""
    rows = [("ID", "NEWS", "EVENT DAY", "BASE", "SINCE", "NAME")]
    for name, event in settings.events.items():
        at = days[name]
        news = f"{event.news:%Y-%m-%d %H:%M}" if isinstance(event.news, datetime) else str(event.news)
        since = "-" if at.since is None else str(at.since)
        rows.append((name, news, str(at.event_day), str(at.base), since, f"{event.name.en} / {event.name.ko}"))
    return columns(rows)


def list_sectors(settings: Settings) -> str:
    """One line per sector; a star marks those that were put together after the event."""
    rows = [("ID", "STOCKS", "THEMES", "NAME")]
    for name, sector in settings.sectors.items():
        star = " *" if sector.post_hoc else ""
        rows.append(
            (name, str(len(sector.members)), str(len(sector.themes)), f"{sector.name.en} / {sector.name.ko}{star}")
        )
    note = "* put together after the event because of how they moved\n" if "*" in str(rows) else ""
    return columns(rows) + note


def list_members(settings: Settings, sector: str) -> str:
    """The stocks of one sector."""
    rows = [("TICKER", "MARKET", "THEME", "NAME")]
    rows += [
        (one.ticker, one.market, one.theme or "-", f"{one.en} / {one.ko}") for one in settings.sector(sector).members
    ]
    return f"{sector}\n{columns(rows)}"


def columns(rows: Sequence[Sequence[str]]) -> str:
    """Rows of text, each column as wide as its widest cell."""
    widths = [max(cell_len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)]
        lines.append("  ".join(cells).rstrip() + "\n")
    return "".join(lines)
