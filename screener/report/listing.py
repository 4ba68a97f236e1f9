"""What is configured, as plain columns of text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from screener.cells import padded, widened
from screener.config import Settings
from screener.i18n import Named, _, language
from screener.krx.calendar import EventDays


def list_events(settings: Settings, days: Mapping[str, EventDays]) -> str:
    """One line per event, with its `days` by id; sessions since an event day that has not closed are a dash."""
    rows = [("ID", _("NEWS"), _("EVENT DAY"), _("BASE"), _("SINCE"), _("NAME"))]
    for name, event in settings.events.items():
        at = days[name]
        news = f"{event.news:%Y-%m-%d %H:%M}" if isinstance(event.news, datetime) else str(event.news)
        since = "-" if at.since is None else str(at.since)
        rows.append((name, news, str(at.event_day), str(at.base), since, in_both(event.name)))
    return columns(rows)


def list_sectors(settings: Settings, since: Mapping[str, date]) -> str:
    """One line per sector, with the first session of `since`, by ticker, that any of its stocks has a price of.

    A star marks those that were put together after the event.
    """
    rows = [("ID", _("STOCKS"), _("THEMES"), _("FIRST PRICE"), _("NAME"))]
    for name, sector in settings.sectors.items():
        star = " *" if sector.post_hoc else ""
        first = min((since[one.ticker] for one in sector.members if one.ticker in since), default=None)
        counts = str(len(sector.members)), str(len(sector.themes))
        rows.append((name, *counts, str(first or "-"), in_both(sector.name) + star))
    notes = []
    if any(sector.post_hoc for sector in settings.sectors.values()):
        notes.append(_("* put together after the event because of how they moved"))
    if not since:
        notes.append(_("no price in the store yet: `screener sync` fetches them"))
    return columns(rows) + "".join(f"{note}\n" for note in notes)


def list_members(settings: Settings, sector: str, since: Mapping[str, date]) -> str:
    """The stocks of one sector, each with the first session that there is a price of."""
    rows = [(_("TICKER"), _("MARKET"), _("THEME"), _("FIRST PRICE"), _("NAME"))]
    rows += [
        (one.ticker, one.market, one.theme or "-", str(since.get(one.ticker, "-")), in_both(one))
        for one in settings.sector(sector).members
    ]
    return f"{sector}\n{columns(rows)}"


def in_both(thing: Named) -> str:
    """A name in both languages, that of the process first."""
    return f"{thing.ko} / {thing.en}" if language() == "ko" else f"{thing.en} / {thing.ko}"


def columns(rows: Sequence[Sequence[str]]) -> str:
    """Rows of text, each column as wide as its widest cell."""
    widths = [max(len(widened(cell)) for cell in column) for column in zip(*rows, strict=True)]
    lines = ["  ".join(padded(cell, width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "".join(line.rstrip() + "\n" for line in lines)
