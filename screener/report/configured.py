"""What is configured, as data: the events with their sessions, and the sectors with their stocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from screener.choices import Market
from screener.config import Settings
from screener.data.store import Store
from screener.krx.calendar import Calendar
from screener.report.model import Bilingual


@dataclass(frozen=True)
class ConfiguredEvent:
    """A configured event and the sessions that belong to it."""

    id: str
    name: Bilingual
    news: str
    """When the news came out, KST: a day, or a day and a time."""
    event_day: date
    """First session on which KRX could react."""
    base: date
    """The session before it."""
    since: int | None
    """Sessions from the event day to the last final one, 0 on the event day itself; null: it has not closed."""
    sectors: tuple[str, ...]
    """Ids of the sectors that are studied, its family."""
    spreads: tuple[tuple[str, str], ...]
    """Pairs of these whose difference is tested; without any it is the best minus the worst."""


@dataclass(frozen=True)
class ConfiguredStock:
    """A stock of a configured sector."""

    ticker: str
    name: Bilingual
    market: Market
    theme: str | None
    first_price: date | None
    """First session of which the store has a price; null: none."""


@dataclass(frozen=True)
class ConfiguredSector:
    """A configured sector."""

    id: str
    name: Bilingual
    post_hoc: tuple[str, ...]
    """Events after which it was put together because of how it moved: descriptive only, not evidence of these."""
    in_library: bool
    """Of the shipped library."""
    themes: Mapping[str, Bilingual]
    """By id; SECTOR:theme names one."""
    size: int
    """Number of its stocks."""
    first_price: date | None
    """First session of which the store has a price of any of its stocks; null: none."""
    stocks: tuple[ConfiguredStock, ...] | None
    """Null unless the sector was asked for by its id."""


@dataclass(frozen=True)
class EventList:
    """The configured events."""

    default: str
    """Id of the event that is meant where none is named."""
    events: tuple[ConfiguredEvent, ...]


@dataclass(frozen=True)
class SectorList:
    """The configured sectors, or those that were asked for."""

    sectors: tuple[ConfiguredSector, ...]


def list_events(settings: Settings, calendar: Calendar, now: datetime) -> EventList:
    """The configured events as `calendar` places them; `now` is an aware time."""
    listed = []
    for name, event in settings.events.items():
        days = calendar.place(event.first_day, event.event_day, event.base, now)
        listed.append(
            ConfiguredEvent(
                id=name,
                name=Bilingual.of(event.name),
                news=event.news.isoformat(),
                event_day=days.event_day,
                base=days.base,
                since=days.since,
                sectors=tuple(settings.family(name)),
                spreads=event.spreads,
            )
        )
    return EventList(settings.screener.event, tuple(listed))


def list_sectors(settings: Settings, named: Sequence[str], store: Store) -> SectorList:
    """The sectors `named`, with their stocks, or all of them without; `store` says since when they have prices.

    Raises:
        UsageError: one of them is not configured; the nearest is named.
    """
    ids = dict.fromkeys(map(settings.sector_id, named)) or settings.sectors
    since = store.first_dates({member.ticker for name in ids for member in settings.sectors[name].members})
    return SectorList(tuple(_configured(settings, name, since, with_stocks=bool(named)) for name in ids))


def _configured(settings: Settings, name: str, since: Mapping[str, date], *, with_stocks: bool) -> ConfiguredSector:
    sector = settings.sectors[name]
    stocks = tuple(
        ConfiguredStock(member.ticker, Bilingual.of(member), member.market, member.theme, since.get(member.ticker))
        for member in sector.members
    )
    return ConfiguredSector(
        id=name,
        name=Bilingual.of(sector.name),
        post_hoc=sector.post_hoc,
        in_library=name in settings.library,
        themes={theme: Bilingual.of(title) for theme, title in sector.themes.items()},
        size=len(stocks),
        first_price=min((stock.first_price for stock in stocks if stock.first_price), default=None),
        stocks=stocks if with_stocks else None,
    )
