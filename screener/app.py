"""The use cases: joins settings, market, screens and report. Prints nothing."""

from __future__ import annotations

import importlib
import json
import math
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from screener import __version__
from screener.errors import DataError, UsageError
from screener.market.panel import Panel
from screener.market.sessions import place_event
from screener.market.sources import choose, load
from screener.market.sources.base import Market, Need
from screener.report.document import to_json
from screener.report.model import SCHEMA_VERSION, Abroad, Bilingual, EventFacts, Happening, Provenance, Report
from screener.report.publish import history_with, locked, point_to_latest, publish, write_file
from screener.report.tables import tables, to_csv
from screener.report.words import Words
from screener.screens.impact import measure_impact
from screener.screens.measurement import Rules
from screener.screens.results import Group, Stock
from screener.settings import Settings
from screener.settings.models import Event, Sector
from screener.study.expected import Model
from screener.study.placebo import other_windows


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


def make_report(settings: Settings, request: Request) -> Report:
    """Compute the report that `request` asks for."""
    event_id = request.event or settings.screener.event
    event = settings.event(event_id)
    chosen = {name: settings.sector(name) for name in request.sectors} or settings.sectors
    stocks, groups = _stocks(chosen), _groups(chosen)
    rules = _rules(settings, request, chosen)
    need = Need(
        market_of={stock.ticker: stock.market for stock in stocks},
        news=event.first_day,
        as_of=request.as_of,
        price_limit=settings.screener.price_limit,
        today=settings.today,
    )
    market = load(choose(request.source, request.benchmark, request.market), need)
    panel = market.panel
    at = place_event(panel.sessions, event_id, need.news, event.event_day, event.base)
    if rules.model is not Model.MEAN_ADJUSTED and not panel.benchmarks:
        raise UsageError(f"the {rules.model} model needs an index: give --benchmark FILE, or --model mean-adjusted")
    _refuse_suspects(market, at.row, rules)
    _refuse_without_index(panel, at.row, rules)
    others = [one for name, one in settings.events.items() if name != event_id]
    impact = measure_impact(panel, at.row, stocks, groups, rules, _other_events(others, panel, rules))
    leading = impact.leading
    if leading is None:
        raise DataError(f"{event_id}: the prices reach over none of the configured windows")
    if not any(math.isfinite(row.raw_return) for row in impact.stocks if row.window == leading):
        why = "; ".join(sorted({f"{one.stock.ticker} {one.code}" for one in impact.skipped})[:3])
        raise DataError(f"{event_id}: no stock has a return over {leading} from {at.base} ({why}): nothing to report")
    first, last = panel.sessions[0].item(), panel.sessions[-1].item()
    return Report(
        event=_facts(event_id, event, at.event_day, at.base),
        as_of=last,
        provenance=Provenance(
            source=market.source,
            files=market.files,
            first_session=first,
            last_session=last,
            sessions=len(panel.sessions),
            benchmark=market.benchmark,
            benchmark_returns={name: float(panel.benchmarks[name][at.row]) for name in panel.benchmarks},
            selected=market.selected,
            simulated=market.simulated,
            study=any(math.isfinite(row.car) for row in impact.stocks),
        ),
        rules=rules,
        groups=tuple(groups),
        impact=impact,
        findings=market.findings,
        printed=market.printed or {},
    )


def file_report(
    root: Path, report: Report, settings: Settings, words: Words, text: str, argv: Sequence[str]
) -> tuple[Path | None, list[str]]:
    """Write the report directory under `root`, and bring `latest` and the history up to it.

    Args:
        root: the reports directory.
        report: the report.
        settings: what it was made with, for the record of the run.
        words: language of the names in the files.
        text: the report as plain text.
        argv: what the user typed, for the record of the run.

    Returns:
        The directory, or None if a full study that is there was kept, and the names of the files.
    """
    its_tables = {table.name: table for table in tables(report, words)}
    files = {
        "report.txt": text.encode(),
        **{f"{name}.csv": to_csv(table) for name, table in its_tables.items()},
        "report.json": to_json(report, words, list(its_tables.values())),
        "run.json": _run_record(report, settings, argv),
    }
    with locked(root):
        history = history_with(root, report, its_tables["sectors"])
        folder = publish(root, report, files)
        if history is not None:
            write_file(root / "history.csv", history)
        point_to_latest(root, report)
    return folder, list(files)


def write_csv(folder: Path, report: Report, words: Words) -> list[Path]:
    """Write every table of `report` into `folder`."""
    written = []
    for table in tables(report, words):
        path = folder / f"{table.name}.csv"
        write_file(path, to_csv(table))
        written.append(path)
    return written


def _run_record(report: Report, settings: Settings, argv: Sequence[str]) -> bytes:
    """What it takes to run the report again; holds no time, so that the same inputs give the same bytes."""
    record = {
        "schema_version": SCHEMA_VERSION,
        "event": report.event.id,
        "as_of": report.as_of.isoformat(),
        "source": report.provenance.source,
        "study": report.provenance.study,
        "argv": list(argv),
        "versions": {
            "screener": __version__,
            "python": platform.python_version(),
            **{name: str(importlib.import_module(name).__version__) for name in ("numpy", "pyarrow", "scipy")},
        },
        "config": settings.sha256,
        "data": {file.name: file.sha256 for file in report.provenance.files},
    }
    return (json.dumps(record, ensure_ascii=False, indent=1) + "\n").encode()


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


def _rules(settings: Settings, request: Request, chosen: Mapping[str, Sector]) -> Rules:
    configured = settings.screener
    return Rules(
        model=Model(request.model or configured.model),
        estimation=configured.estimation,
        gap=configured.gap,
        min_obs=configured.min_obs,
        placebo_dates=configured.placebo_dates,
        windows=configured.windows,
        spreads=tuple((a, b) for a, b in configured.spreads if a in chosen and b in chosen),
    )


def _facts(event_id: str, event: Event, event_day: date, base: date) -> EventFacts:
    return EventFacts(
        id=event_id,
        name=Bilingual(event.name.ko, event.name.en),
        news=event.news_date,
        event_day=event_day,
        base=base,
        timeline=tuple(
            Happening(one.date, one.place, Bilingual(one.what.ko, one.what.en), one.source, one.confounder)
            for one in event.timeline
        ),
        abroad=tuple(
            Abroad(Bilingual(one.name.ko, one.name.en), one.date, one.change_pct, one.article) for one in event.abroad
        ),
    )


def _other_events(others: Sequence[Event], panel: Panel, rules: Rules) -> list[int]:
    """Rows of the other configured events' windows: no ordinary days."""
    days = np.array([event.event_day or event.first_day for event in others], dtype="datetime64[D]")
    return other_windows(np.searchsorted(panel.sessions, days).tolist(), rules.windows, len(panel.sessions))


def _refuse_without_index(panel: Panel, event_row: int, rules: Rules) -> None:
    """An index that is missing inside an event window would leave every stock of its market without a figure."""
    for first, last in rules.windows:
        rows = slice(event_row + first, event_row + last + 1)
        if rows.start < 1 or rows.stop > len(panel.sessions):
            continue
        for name, returns in panel.benchmarks.items():
            missing = np.flatnonzero(np.isnan(returns[rows]))
            if missing.size:
                day = panel.sessions[rows.start + missing[0]]
                raise DataError(f"{name} has no level on {day} or the session before: complete the --benchmark file")


def _refuse_suspects(market: Market, event_row: int, rules: Rules) -> None:
    """A move beyond the price limit inside an event window is an error: no sector mean survives it."""
    panel = market.panel
    first = max(event_row + min(window[0] for window in rules.windows), 0)
    last = event_row + max(window[1] for window in rules.windows)
    suspects = np.argwhere(panel.suspect[first : last + 1])
    if len(suspects):
        row, column = suspects[0]
        more = f" (and {len(suspects) - 1} more)" if len(suspects) > 1 else ""
        raise DataError(
            f"{panel.tickers[column]} on {panel.sessions[first + row]}{more}: its move is beyond the daily limit: mend "
            "it, or give that day's official rate with --market FILE (price_limit = 0 switches the check off)"
        )
