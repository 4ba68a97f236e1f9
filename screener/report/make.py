"""Makes a report: on the configured sectors, two of them, one stock, a whole market, or the sessions of a sector."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING

import numpy as np

from screener.analysis.claims import check_claims, windows_of
from screener.analysis.frames import Frames, stacked
from screener.analysis.impact import days_frame, market_cars, measure_impact, with_flows, with_window
from screener.analysis.measurement import Measurement, Reference, in_force
from screener.analysis.model import Group, Rules, Stock, Window
from screener.analysis.scan import left_out, moved_alone, scan_market
from screener.config import Settings
from screener.config.models import Event, Sector
from screener.data.choice import choose, load
from screener.data.panel import place_event
from screener.data.sources import PriceRequest, Source
from screener.data.universe import NEEDED, Universe, apply_filters, market_of_files, market_of_store
from screener.errors import DataError, UsageError
from screener.i18n import N_
from screener.report.facts import EventPrices, load_flows
from screener.report.model import Bilingual, DaysFacts, Report, ScanFacts
from screener.report.request import Request, event_of, find_card, find_series, listed_stocks, rules_of, stocks_of
from screener.study.models import Model

if TYPE_CHECKING:
    import pandas as pd

    from screener.data.connections import Connections

_INDEX_OF = {"KONEX": "KOSDAQ"}
"""KONEX has no index of its own."""


def make_report(settings: Settings, request: Request, access: Callable[[], Connections]) -> Report:
    """Compute the report that `request` asks for; `access` is opened if a source needs it.

    Raises:
        UsageError: what is asked for cannot be had.
        DataError: the prices do not bear it.
    """
    once = cache(access)
    settings, event_id = event_of(settings, request)
    if request.universe == "market":
        return _scan(settings, request, event_id, once)
    if request.days is not None:
        return _days(settings, request, event_id, request.days, once)
    if request.stock is not None:
        return _card(settings, request, event_id, request.stock, once)
    return _study(settings, request, event_id, once)


def _study(settings: Settings, request: Request, event_id: str, access: Callable[[], Connections]) -> Report:
    named = dict.fromkeys(map(settings.sector_id, request.sectors))
    chosen = {name: settings.sectors[name] for name in named} or settings.family(event_id)
    stocks, groups = stocks_of(chosen), _groups(chosen, event_id)
    rules = rules_of(settings, request.model, _spreads(settings, request, event_id, chosen))
    sources = choose(request.source, request.benchmark, request.market, access, request.hints)
    prices = _prices(settings, request, event_id, stocks, rules, sources)
    market, panel, row = prices.market, prices.market.panel, prices.at.row
    prices.refuse_unknown(rules)
    prices.refuse_without_index(rules)
    whole, reference = prices.whole_market(
        _compared_with(settings, event_id, stocks), rules, _size_of_random(settings, event_id)
    )

    measure = partial(prices.measurement, stocks, reference)

    def frames_of(measurement: Measurement) -> Frames:
        # Sizes are compared with those of the whole market where the store holds it.
        cars = market_cars(whole, measurement) if whole is not None and market.source != "file" else None
        return measure_impact(measurement, groups, cars)

    measurement, check = in_force(rules, reference, measure)
    rules, windows, frames = measurement.rules, measurement.windows, frames_of(measurement)
    to_date = 0, len(panel.sessions) - 1 - row
    if request.so_far and to_date not in rules.windows:
        # Measured by itself, so that the figures of windows that are over stay the same from day to day.
        leading = [window.taus for window in measurement.available[:1]]
        other = measure(replace(rules, windows=tuple(dict.fromkeys((*leading, (0, 0), to_date)))))
        frames = with_window(frames, frames_of(other), to_date)
        windows += tuple(window for window in other.windows if window.taus == to_date)
        check = replace(check, windows=(*check.windows, other.checks[-1]))
    report = prices.report(rules, windows, frames, study=bool(np.isfinite(frames.stocks["car"]).any()))
    report = replace(report, day=check if report.provenance.study else None)
    _refuse_nothing(report)
    # Claims are about the whole market that is configured, not about a choice of sectors.
    if not request.sectors:
        report = report.with_frames(**_claims(settings, prices, groups, measurement, reference))
    if market.printed:
        stocks_frame = report.frames.stocks
        printed = [market.printed.get(ticker) for ticker in stocks_frame["ticker"]]
        who = {
            name: np.array([getattr(one, name, None) for one in printed], dtype=object)
            for name in ("published_by", "article")
        }
        report = report.with_frames(stocks=stocks_frame.assign(**who))
    flows = load_flows(request.source, access, panel.tickers, report.windows)
    if flows is None:
        return report
    return replace(report, frames=with_flows(report.frames, flows, panel.sessions, report.windows))


def _spreads(
    settings: Settings, request: Request, event_id: str, chosen: Mapping[str, Sector]
) -> Sequence[tuple[str, str]] | None:
    """The pairs that are asked for, or of the event's own those that are chosen; None = the best minus the worst."""
    if request.spreads is not None:
        return request.spreads
    own = [pair for pair in settings.event(event_id).spreads if chosen.keys() >= set(pair)]
    return own or (None if chosen else ())


def _refuse_nothing(report: Report) -> None:
    """A report without a window, or without a return in the leading one, says nothing."""
    event = report.event
    if not any(window.available for window in report.windows):
        raise DataError("{event}: the prices cover none of the configured windows", event=event.id)
    leading, stocks, skipped = report.leading, report.frames.stocks, report.frames.skipped
    inside = (stocks["window_start"] == leading.first) & (stocks["window_end"] == leading.last)
    if not np.isfinite(stocks.loc[inside, "raw_return"]).any():
        why = "; ".join(sorted(set(skipped["ticker"] + " " + skipped["code"]))[:3])
        raise DataError(
            "{event}: no stock has a return over {leading} from {base} ({why}): nothing to report",
            event=event.id,
            leading=leading,
            base=event.base,
            why=why,
        )


def _claims(
    settings: Settings,
    prices: EventPrices,
    groups: Sequence[Group],
    measured: Measurement,
    reference: Reference | None,
) -> dict[str, pd.DataFrame]:
    """The claims about the event, measured as the event was, over windows of their own."""
    claims = settings.claims_about(prices.event_id)
    # The sessions left out as other events' windows are the report's, so that one window has one p.
    excluded = prices.other_windows(measured.rules)
    rules = replace(measured.rules, windows=windows_of(claims))
    measurement = Measurement(measured.panel, measured.event_row, measured.stocks, rules, excluded, reference)
    checked, figures = check_claims(claims, settings.articles, measurement, groups, prices.event.abroad)
    return {"claims": checked, "figures": figures}


def _card(settings: Settings, request: Request, event_id: str, asked: str, access: Callable[[], Connections]) -> Report:
    """Everything about one stock, beside all others, so that its score and its q are those of the report."""
    listed = partial(listed_stocks, request.source, request.market, settings.event(event_id), access)
    member, sectors = find_card(settings, asked, event_id, listed)
    whole = replace(settings, sectors={**settings.sectors, **sectors}, claims={})
    report = _study(whole, replace(request, sectors=tuple(sectors), spreads=()), event_id, access)
    skipped = report.frames.skipped
    report = replace(report, ticker=member.ticker).with_frames(
        skipped=skipped[skipped["ticker"] == member.ticker].reset_index(drop=True)
    )
    flows = load_flows(request.source, access, [member.ticker], report.windows)
    if flows is None:
        return report
    figures = {name: getattr(flows, name)[:, 0] for name in ("foreign", "institution", "individual")}
    return report.with_frames(flows=stacked("flows", [{"date": flows.days.tolist(), **figures}]))


def _days(settings: Settings, request: Request, event_id: str, asked: str, access: Callable[[], Connections]) -> Report:
    """The sessions of one sector, theme or stock, with all others loaded so that its prices are those of the report."""
    if request.first and request.last and request.first > request.last:
        raise UsageError(
            "--from {first} is after --to {last}", hint="swap them", first=request.first, last=request.last
        )
    listed = partial(listed_stocks, request.source, request.market, settings.event(event_id), access)
    label, sectors = find_series(settings, asked, event_id, listed)
    [group] = [group for group in _groups(sectors, event_id) if group.label == label]
    stocks, rules = stocks_of(sectors), rules_of(settings, request.model)
    sources = choose(request.source, request.benchmark, request.market, access, request.hints)
    prices = _prices(settings, request, event_id, stocks, rules, sources)
    panel, event_row = prices.market.panel, prices.at.row
    begin = int(np.searchsorted(panel.sessions, np.datetime64(request.first))) if request.first else 0
    end = len(panel.sessions)
    if request.last:
        end = int(np.searchsorted(panel.sessions, np.datetime64(request.last), "right"))
    rows = slice(max(begin, rules.refit.history), end)
    _, reference = prices.whole_market(
        _compared_with(settings, event_id, stocks), rules, _size_of_random(settings, event_id)
    )
    measurement, check = in_force(rules, reference, partial(prices.measurement, stocks, reference))
    frame = stacked("days", ())
    if rows.start < rows.stop:
        frame, placebo = days_frame(measurement, group, rows, prices.texts_by_session())
    if not (measured := int(frame["rank"].notna().sum())):
        raise DataError(
            "{series}: no session can be measured: each needs {needed} sessions before it, and the prices cover "
            "{first} to {last}",
            hint="provide a longer price history, or choose other days",
            series=group.label,
            needed=rules.refit.history,
            first=panel.sessions[0],
            last=panel.sessions[-1],
        )
    first, last = (panel.sessions[row].item() for row in (rows.start, rows.stop - 1))
    window = Window(
        rows.start - event_row, rows.stop - 1 - event_row, panel.sessions[rows.start - 1].item(), first, last
    )
    ranked = bool(np.isfinite(placebo.placebo_rank[0]))
    facts = DaysFacts(
        series=group.label,
        name=Bilingual.of(group),
        post_hoc=group.post_hoc,
        first=first,
        last=last,
        measured=measured,
        placebo_rank=int(placebo.placebo_rank[0]) if ranked else None,
        placebo_n=int(placebo.placebo_n[0]) if ranked else None,
        undefined=placebo.reason[0],
    )
    report = prices.report(measurement.rules, (window,), Frames.of(days=frame), study=True)
    # The ordinary sessions are those of the event day; the whole table as one window has none.
    provenance = replace(report.provenance, placebo_sessions=(facts.placebo_n or 1) - 1)
    return replace(report, provenance=provenance, days=facts, day=check)


def _scan(settings: Settings, request: Request, event_id: str, access: Callable[[], Connections]) -> Report:
    """A whole market in the leading window."""
    whole, source = _whole_market(request, settings.event(event_id), access)
    chosen, taken = apply_filters(whole, request.filters)
    if not chosen.any():
        raise UsageError(
            "none of {count} stocks passes the filters", hint="lower --min-cap or --min-value", count=len(chosen)
        )
    stocks = _stocks_of_market(whole, np.flatnonzero(chosen).tolist(), settings)
    rules = rules_of(settings, request.model)
    prices = _prices(settings, request, event_id, stocks, rules, [source])
    panel, row = prices.market.panel, prices.at.row
    prices.refuse_without_index(rules)
    first, last = rules.windows[0]
    if row + first < 1 or row + last >= len(panel.sessions):
        raise DataError(
            "{event}: the prices do not cover the window [{first}, {last}]",
            hint="sync more, or wait",
            event=event_id,
            first=first,
            last=last,
        )
    others = prices.other_windows(rules)
    _, reference = prices.whole_market(stocks, rules, _size_of_random(settings, event_id), scanned=True)

    def measure(rules: Rules) -> Measurement:
        return Measurement(panel, row, stocks, rules, others, reference)

    measurement, check = in_force(replace(rules, windows=rules.windows[:1]), reference, measure)
    sectors = {
        name: frozenset(member.ticker for member in sector.members)
        for name, sector in settings.sectors.items()
        if name not in settings.at_hand
    }
    values = dict(zip(whole.tickers, whole.value.tolist(), strict=True))
    frames, found, z = scan_market(measurement, values, sectors, whole.industries)
    if frames.scan.empty:
        raise DataError(
            "{event}: none of {count} stocks has an abnormal return and, before it, an estimation window of "
            "{estimation} sessions with ordinary sessions",
            hint="sync more history, or provide longer files",
            event=event_id,
            count=len(stocks),
            estimation=rules.estimation,
        )
    facts = ScanFacts(
        filters=request.filters,
        listed=len(whole.tickers),
        left_out={**taken, **left_out(measurement, frames)},
        formed_on=found.sessions,
        ordinary=len(found.moves),
        stirred=found.stirred(z),
        moved=moved_alone(measurement.study.stock_placebos[0]),
    )
    report = prices.report(measurement.rules, measurement.windows, frames, study=True)
    names = {name: Bilingual.of(settings.sectors[name].name) for name in sectors}
    return replace(report, scan=facts, day=check, sector_names=names)


def _whole_market(request: Request, event: Event, access: Callable[[], Connections]) -> tuple[Universe, Source]:
    """The market before the event, and where its prices come from."""
    from screener.data.sources.stored import Stored

    files = request.source.startswith("file:")
    if not files and request.source not in ("auto", "store"):
        raise UsageError("the source {source!r} does not support scan", hint=NEEDED, source=request.source)
    [source] = choose(request.source if files else "store", request.benchmark, request.market, access, request.hints)
    if not isinstance(source, Stored):
        return market_of_files(request.market, event.earliest_session), source
    whole = market_of_store(source.store, event.earliest_session)
    return whole, replace(source, of=(whole.source,))


def _prices(
    settings: Settings,
    request: Request,
    event_id: str,
    stocks: Sequence[Stock],
    rules: Rules,
    sources: Sequence[Source],
) -> EventPrices:
    """The prices of `stocks` from the first of `sources` that can serve, and the event placed among them."""
    event = settings.event(event_id)
    before, after = _reach(settings, request, event_id, rules)
    need = PriceRequest(
        market_of={stock.ticker: stock.market for stock in stocks},
        news=event.first_day,
        as_of=request.as_of,
        price_limit=settings.screener.price_limit,
        today=settings.today,
        event_day=event.event_day,
        least=rules.estimation + rules.gap,
        before=before,
        after=after,
        after_market=None if request.regular_close else settings.calendar.schedule.after_market_since,
        calendar=settings.calendar,
    )
    market = load(sources, need)
    panel = market.panel
    at = place_event(panel.sessions, event_id, need.news, event.event_day, event.base)
    if rules.model is not Model.MEAN_ADJUSTED and not panel.benchmarks:
        scanned = request.universe == "market"
        raise UsageError(
            "the {model} model needs an index",
            hint=N_("pass --benchmark FILE") if scanned else N_("pass --benchmark FILE, or --model mean-adjusted"),
            model=rules.model,
        )
    last = panel.sessions[-1].item()
    # A report as of a day knows nothing of what came later.
    others = [other for name, other in settings.events.items() if name != event_id and other.first_day <= last]
    return EventPrices(event_id, event, market, at, others)


def _reach(settings: Settings, request: Request, event_id: str, rules: Rules) -> tuple[int, int]:
    """Sessions before and after the event day that the report can use: as configured, and those that are asked for."""
    calendar = settings.calendar
    event_day = settings.event(event_id).session(calendar)
    before, after = settings.screener.sessions_before, settings.sessions_after(event_id)
    if request.first and request.first < event_day:
        before = max(before, len(calendar.sessions(request.first, event_day)) + rules.refit.history)
    if request.last and request.last > event_day:
        after = max(after, len(calendar.sessions(event_day, request.last)))
    return before, after


def _stocks_of_market(whole: Universe, places: Sequence[int], settings: Settings) -> list[Stock]:
    """The stocks at `places`, with the English names that the configuration knows."""
    english = {member.ticker: member.en for sector in settings.sectors.values() for member in sector.members}
    stocks = []
    for place in places:
        ticker, name, market = whole.tickers[place], whole.names[place], whole.markets[place].split()[0]
        stocks.append(Stock(ticker, name, english.get(ticker, name), _INDEX_OF.get(market, market), "", None))
    return stocks


def _groups(sectors: Mapping[str, Sector], event: str) -> list[Group]:
    groups = []
    for name, sector in sectors.items():
        post_hoc = event in sector.post_hoc
        groups.append(Group(name, None, sector.name.ko, sector.name.en, post_hoc))
        groups += [Group(name, theme, title.ko, title.en, post_hoc) for theme, title in sector.themes.items()]
    return groups


def _compared_with(settings: Settings, event: str, stocks: Sequence[Stock]) -> list[Stock]:
    """The stocks that random groups are put together like: those of the event's family, the same for every screen.

    They are of the markets of `stocks`; where none of a market is configured, its `stocks` stand for them.
    """
    configured = stocks_of(settings.family(event))
    known = {stock.market for stock in configured}
    wanted = {stock.market for stock in stocks}
    return [
        *(stock for stock in configured if stock.market in wanted),
        *(stock for stock in stocks if stock.market not in known),
    ]


def _size_of_random(settings: Settings, event: str) -> int:
    """Members of a random group: of the median sector that is evidence, or of a usual one where none is."""
    sectors = [sector for sector in settings.family(event).values() if event not in sector.post_hoc]
    return int(np.median([len(sector.members) for sector in sectors] or [20]))
