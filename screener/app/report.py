"""Makes a report."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from screener.analysis.claims import Checked, check_claims, windows_of
from screener.analysis.flows import GroupFlow, group_flows
from screener.analysis.impact import Impact, market_cars, measure_impact
from screener.analysis.measurement import Measurement, Rules
from screener.analysis.results import Group, Stock
from screener.analysis.so_far import with_window
from screener.app.flows import load_flows
from screener.config import Settings
from screener.config.models import Event, Sector
from screener.data.choice import choose, load
from screener.data.panel import Panel, place_event
from screener.data.sources import Market, PriceRequest
from screener.errors import DataError, UsageError
from screener.i18n import N_, _
from screener.report.model import Abroad, Bilingual, EventFacts, Happening, Provenance, Report
from screener.study.expected import Model
from screener.study.placebo import other_windows

if TYPE_CHECKING:
    from screener.data.connections import Connections


@dataclass(frozen=True)
class Request:
    """What the user asks for; None = as configured."""

    event: str | None = None
    as_of: date | None = None
    sectors: Sequence[str] = ()
    source: str = "auto"
    benchmark: Sequence[Path] = ()
    market: Sequence[Path] = ()
    model: str | None = None
    spreads: Sequence[tuple[str, str]] | None = None
    """Pairs of sectors or themes (SECTOR:theme); None = as configured."""
    so_far: bool = False
    """Whether to measure the days from the event to the last session as well, as a window of their own."""


def make_report(settings: Settings, request: Request, access: Callable[[], Connections]) -> Report:
    """Compute the report that `request` asks for; `access` is opened if a source needs it."""
    event_id = request.event or settings.screener.event
    event = settings.event(event_id)
    named = dict.fromkeys(map(settings.sector_id, request.sectors))
    chosen = {name: settings.sectors[name] for name in named or settings.sectors}
    stocks, groups = _stocks(chosen), _groups(chosen)
    rules = rules_of(settings, request, chosen)
    need = need_of(settings, event_id, stocks, rules, request.as_of)
    once = cache(access)
    market = load(choose(request.source, request.benchmark, request.market, once), need)
    panel = market.panel
    at = place_event(panel.sessions, event_id, need.news, event.event_day, event.base)
    if rules.model is not Model.MEAN_ADJUSTED and not panel.benchmarks:
        raise UsageError(
            "the {model} model needs an index",
            hint="give --benchmark FILE, or --model mean-adjusted",
            model=rules.model,
        )
    _refuse_suspects(market, at.row, rules)
    refuse_without_index(market, at.row, rules)
    last: date = panel.sessions[-1].item()
    # A report as of a day knows nothing of what came later.
    others = [one for name, one in settings.events.items() if name != event_id and one.first_day <= last]
    everyone = market.everyone() if market.everyone is not None else None

    def measured(rules: Rules) -> Impact:
        cars = None
        if everyone is not None:
            row = int(np.searchsorted(everyone[0].sessions, np.datetime64(at.event_day)))
            cars = market_cars(everyone[0], row, everyone[1], rules)
        return measure_impact(panel, at.row, stocks, groups, rules, other_events(others, panel, rules), cars)

    impact = measured(rules)
    so_far = 0, len(panel.sessions) - 1 - at.row
    if request.so_far and so_far not in rules.windows:
        # Measured by itself, so that the figures of windows that are over stay the same from day to day.
        impact = with_window(impact, measured(replace(rules, windows=((0, 0), so_far))), so_far)
    leading = impact.leading
    if leading is None:
        raise DataError("{event}: the prices reach over none of the configured windows", event=event_id)
    if not any(math.isfinite(row.raw_return) for row in impact.stocks if row.window == leading):
        why = "; ".join(sorted({f"{one.stock.ticker} {one.code}" for one in impact.skipped})[:3])
        raise DataError(
            "{event}: no stock has a return over {leading} from {base} ({why}): nothing to report",
            event=event_id,
            leading=leading,
            base=at.base,
            why=why,
        )
    return Report(
        event=facts_of(event_id, event, at.event_day, at.base, others),
        as_of=panel.sessions[-1].item(),
        provenance=provenance_of(market, at.row, study=any(math.isfinite(row.car) for row in impact.stocks)),
        rules=rules,
        groups=tuple(groups),
        impact=impact,
        findings=market.findings,
        printed=market.printed or {},
        # Claims are about the whole market that is configured, not about a choice of sectors.
        claims=() if request.sectors else _claims(settings, event_id, panel, at.row, stocks, groups, rules),
        flows=_flows(request.source, once, panel, impact, groups),
        sessions=tuple(panel.sessions[at.row :].tolist()),
    )


def need_of(
    settings: Settings, event_id: str, stocks: Sequence[Stock], rules: Rules, as_of: date | None
) -> PriceRequest:
    """What a study of the event on `stocks` needs of a source."""
    event = settings.event(event_id)
    return PriceRequest(
        market_of={stock.ticker: stock.market for stock in stocks},
        news=event.first_day,
        as_of=as_of,
        price_limit=settings.screener.price_limit,
        today=settings.today,
        event_day=event.event_day,
        least=rules.estimation + rules.gap,
        before=settings.screener.sessions_before,
        after=settings.sessions_after(event_id),
    )


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


def _claims(
    settings: Settings,
    event_id: str,
    panel: Panel,
    event_row: int,
    stocks: Sequence[Stock],
    groups: Sequence[Group],
    rules: Rules,
) -> tuple[Checked, ...]:
    """The claims about the event, measured over windows of their own."""
    claims = settings.claims_about(event_id)
    measurement = Measurement(panel, event_row, stocks, replace(rules, windows=windows_of(claims)))
    abroad = {one.name.en: one.change_pct / 100 for one in settings.event(event_id).abroad}
    return check_claims(claims, measurement, groups, abroad)


def _flows(
    source: str, access: Callable[[], Connections], panel: Panel, impact: Impact, groups: Sequence[Group]
) -> tuple[GroupFlow, ...]:
    """Who bought the groups, where the store knows it."""
    days = [day for window in impact.windows for day in (window.start, window.end) if day]
    known = load_flows(source, access, panel.tickers, min(days), max(days))
    return () if known is None else group_flows(known, panel.sessions, impact.stocks, groups)


def _stocks(sectors: Mapping[str, Sector]) -> list[Stock]:
    return [
        Stock(member.ticker, member.ko, member.en, member.market, name, member.theme)
        for name, sector in sectors.items()
        for member in sector.members
    ]


def _groups(sectors: Mapping[str, Sector]) -> list[Group]:
    groups = []
    for name, sector in sectors.items():
        groups.append(Group(name, None, sector.name.ko, sector.name.en, sector.post_hoc))
        groups += [Group(name, theme, its.ko, its.en, sector.post_hoc) for theme, its in sector.themes.items()]
    return groups


def rules_of(settings: Settings, request: Request, chosen: Mapping[str, Sector]) -> Rules:
    """How an impact is measured, as configured or asked for."""
    configured = settings.screener
    return Rules(
        model=Model(request.model or configured.model),
        estimation=configured.estimation,
        gap=configured.gap,
        min_obs=configured.min_obs,
        placebo_dates=configured.placebo_dates,
        windows=configured.windows,
        spreads=tuple((a, b) for a, b in configured.spreads if a in chosen and b in chosen)
        if request.spreads is None
        else tuple(request.spreads),
        weights=configured.weights.model_dump(),
    )


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


def refuse_without_index(market: Market, event_row: int, rules: Rules) -> None:
    """An index that is missing inside an event window would leave every stock of its market without a figure."""
    panel = market.panel
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


def _refuse_suspects(market: Market, event_row: int, rules: Rules) -> None:
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
