"""What a report says beside its figures: the event, where the prices come from, what keeps them from being used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from screener.analysis.model import Flows, Rules
from screener.config.models import Event
from screener.data.panel import Panel
from screener.data.sources import FETCHED, Market
from screener.errors import DataError, UsageError
from screener.i18n import N_, _
from screener.report.model import Abroad, Bilingual, EventFacts, Happening, Provenance
from screener.study.models import Model
from screener.study.placebo import other_windows

if TYPE_CHECKING:
    from screener.data.connections import Connections


def facts_of(event_id: str, event: Event, event_day: date, base: date, others: Sequence[Event]) -> EventFacts:
    """The event, placed among the sessions; other events are news that moves prices for reasons of its own."""
    return EventFacts(
        id=event_id,
        name=Bilingual(event.name.ko, event.name.en),
        news=event.news_date,
        event_day=event_day,
        base=base,
        timeline=tuple(
            Happening(one.date, one.place, Bilingual(one.what.ko, one.what.en), one.source, one.confounder)
            for one in event.timeline
        )
        + tuple(
            Happening(one.event_day or one.first_day, "KR", Bilingual(one.name.ko, one.name.en), "events.toml", True)
            for one in others
        ),
        abroad=tuple(
            Abroad(Bilingual(one.name.ko, one.name.en), one.date, one.change_pct, one.article) for one in event.abroad
        ),
    )


def other_events(others: Sequence[Event], panel: Panel, rules: Rules) -> list[int]:
    """Rows of the other configured events' windows: no ordinary days."""
    days = np.array([event.event_day or event.first_day for event in others], dtype="datetime64[D]")
    return other_windows(np.searchsorted(panel.sessions, days).tolist(), rules.windows, len(panel.sessions))


def provenance_of(market: Market, event_row: int, *, study: bool) -> Provenance:
    """Where the figures come from."""
    panel = market.panel
    return Provenance(
        source=market.source,
        files=market.files,
        first_session=panel.sessions[0].item(),
        last_session=panel.sessions[-1].item(),
        sessions=len(panel.sessions),
        benchmark=market.benchmark,
        benchmark_returns={name: float(panel.benchmarks[name][event_row]) for name in panel.benchmarks},
        selected=market.selected,
        simulated=market.simulated,
        fetched=market.fetched,
        proxies=market.proxies,
        tried=market.tried,
        study=study,
    )


def refuse_without_index(market: Market, event_row: int, rules: Rules) -> None:
    """An index that is missing inside an event window would leave every stock of its market without a figure."""
    panel = market.panel
    if rules.model is not Model.MEAN_ADJUSTED and not panel.benchmarks:
        raise UsageError(
            "the {model} model needs an index",
            hint="give --benchmark FILE, or --model mean-adjusted",
            model=rules.model,
        )
    hint = N_("complete the --benchmark file") if market.fetched is None else N_("`screener sync` fetches it")
    for first, last in rules.windows:
        rows = slice(event_row + first, event_row + last + 1)
        if rows.start < 1 or rows.stop > len(panel.sessions):
            continue
        for name, returns in panel.benchmarks.items():
            missing = np.flatnonzero(np.isnan(returns[rows]))
            if missing.size:
                day = panel.sessions[rows.start + missing[0]]
                raise DataError(
                    "{name} has no level on {day} or the session before",
                    hint=hint,
                    name=name,
                    day=day,
                )


def refuse_suspects(market: Market, event_row: int, rules: Rules) -> None:
    """A move beyond the price limit inside an event window is an error: no sector mean survives it."""
    panel = market.panel
    first = max(event_row + min(window[0] for window in rules.windows), 0)
    last = event_row + max(window[1] for window in rules.windows)
    suspects = np.argwhere(panel.suspect[first : last + 1])
    if len(suspects):
        row, column = suspects[0]
        more = _(" (and {count} more)", count=len(suspects) - 1) if len(suspects) > 1 else ""
        raise DataError(
            "{ticker} on {day}{more}: its move is beyond the daily limit",
            hint="mend it, or give that day's official rate with --market FILE (price_limit = 0 "
            "switches the check off)",
            ticker=panel.tickers[column],
            day=panel.sessions[first + row],
            more=more,
        )


INVESTORS = ("foreign", "institution", "individual")


def load_flows(
    source: str, access: Callable[[], Connections], tickers: Sequence[str], first: date, last: date
) -> Flows | None:
    """Net purchases of `tickers` from `first` through `last`, as far as the store knows them; None if of no day.

    Args:
        source: what the user asked for; files, newspapers and the simulated market have no flows.
        access: opened if the source goes by way of the store.
        tickers: the columns.
        first: a day.
        last: a day.
    """
    if source not in ("auto", "store", *FETCHED):
        return None
    from screener.krx.tables import FLOWS

    table = access().store.table("pykrx-login", FLOWS)
    try:
        rows = table.read(FLOWS.schema.names, first, last, tickers).to_pylist()
    except DataError:
        return None  # flows are an addition; what is damaged is named by `screener store verify`
    if not rows:
        return None
    days = sorted({row["date"] for row in rows})
    row_of, column_of = ({key: place for place, key in enumerate(keys)} for keys in (days, tickers))
    bought = {investor: np.full((len(days), len(tickers)), np.nan) for investor in INVESTORS}
    for row in rows:
        at = row_of[row["date"]], column_of[row["ticker"]]
        for investor in INVESTORS:
            if row[investor] is not None:
                bought[investor][at] = row[investor]
    return Flows(np.array(days, dtype="datetime64[D]"), tuple(tickers), **bought)
