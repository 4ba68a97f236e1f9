"""What is configured, as plain columns of text."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from screener.settings import Settings


def list_events(settings: Settings) -> str:
    """One line per event; a day that the prices decide is shown as a dash."""
    rows = [("ID", "NEWS", "EVENT DAY", "BASE", "NAME")]
    for name, event in settings.events.items():
        event_day, base = str(event.event_day or "-"), str(event.base or "-")
        rows.append((name, str(event.news_date), event_day, base, f"{event.name.en} / {event.name.ko}"))
    return _columns(rows)


def list_sectors(settings: Settings) -> str:
    """One line per sector; a star marks those that were put together after the event."""
    rows = [("ID", "STOCKS", "THEMES", "NAME")]
    for name, sector in settings.sectors.items():
        star = " *" if sector.post_hoc else ""
        rows.append(
            (name, str(len(sector.members)), str(len(sector.themes)), f"{sector.name.en} / {sector.name.ko}{star}")
        )
    note = "* put together after the event because of how they moved\n" if "*" in str(rows) else ""
    return _columns(rows) + note


def list_members(settings: Settings, sector: str) -> str:
    """The stocks of one sector."""
    rows = [("TICKER", "MARKET", "THEME", "NAME")]
    rows += [
        (one.ticker, one.market, one.theme or "-", f"{one.en} / {one.ko}") for one in settings.sector(sector).members
    ]
    return f"{sector}\n{_columns(rows)}"


def _columns(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(cell_len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)]
        lines.append("  ".join(cells).rstrip() + "\n")
    return "".join(lines)
