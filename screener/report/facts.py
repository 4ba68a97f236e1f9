"""What a report says beside its figures: the event, where the prices come from, what keeps them from being used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from screener.analysis.frames import Frames
from screener.analysis.model import Flows, Rules, Window
from screener.config.models import Event
from screener.data.findings import refuse
from screener.data.panel import EventTime
from screener.data.sources import FETCHED, Market
from screener.errors import DataError
from screener.i18n import N_
from screener.report.model import Abroad, Bilingual, EventFacts, Happening, Provenance, Report
from screener.study.placebo import PlaceboPlan, other_windows

if TYPE_CHECKING:
    from screener.data.connections import Connections


@dataclass(frozen=True)
class EventPrices:
    """The prices around an event, and its place among their sessions."""

    event_id: str
    event: Event
    market: Market
    at: EventTime
    others: Sequence[Event]
    """The other configured events that the prices reach: news that moves prices for reasons of its own."""

    def other_windows(self, rules: Rules) -> list[int]:
        """Rows of the other events' windows: no ordinary days."""
        days = np.array([event.earliest_session for event in self.others], dtype="datetime64[D]")
        sessions = self.market.panel.sessions
        return other_windows(np.searchsorted(sessions, days).tolist(), rules.windows, len(sessions))

    def refuse_without_index(self, rules: Rules) -> None:
        """An index that is missing inside an event window would leave every stock of its market without a figure."""
        panel, fetched = self.market.panel, self.market.fetched is not None
        hint = N_("`screener sync` fetches it") if fetched else N_("complete the --benchmark file")
        for first, last in rules.windows:
            rows = slice(self.at.row + first, self.at.row + last + 1)
            if rows.start < 1 or rows.stop > len(panel.sessions):
                continue
            for name, returns in panel.benchmarks.items():
                missing = np.flatnonzero(np.isnan(returns[rows]))
                if missing.size:
                    day = panel.sessions[rows.start + missing[0]]
                    raise DataError("{name} has no level on {day} or the session before", hint=hint, name=name, day=day)

    def refuse_unknown(self, rules: Rules) -> None:
        """A session of the event windows of which no row is there, or none that can be believed, is an error."""
        panel = self.market.panel
        first = max(self.at.row + min(window[0] for window in rules.windows) - 1, 0)
        last = self.at.row + max(window[1] for window in rules.windows)
        days = panel.sessions[first : last + 1]
        traded = panel.span[first : last + 1] > 0
        told = traded | (panel.volume[first : last + 1] == 0) | np.isfinite(panel.caps[first : last + 1])
        doubted = panel.suspect[first : last + 1]
        refuse(
            doubted.any(axis=1) & ~traded.any(axis=1),
            "{day}: no row of it can be believed{more}",
            hint="look at the prices of that day: they repeat the session before, or contradict themselves",
            day=days,
        )
        missing = ~told.any(axis=1) & ~doubted.any(axis=1)
        missing[: 1 if first == 0 else 0] = False  # the first session has no return
        refuse(
            missing,
            "{day} was a session, and no stock has a row of it{more}",
            hint="add it; if KRX was closed, add the day to closed in [calendar] of screener.toml",
            day=days,
        )

    def report(self, rules: Rules, windows: tuple[Window, ...], frames: Frames, *, study: bool) -> Report:
        """The report of these figures; `study`: whether there is an estimation window to study anything with."""
        return Report(
            event=self._event_facts(),
            as_of=self.market.panel.sessions[-1].item(),
            provenance=self._provenance(rules, windows, study=study),
            rules=rules,
            windows=windows,
            frames=frames,
            findings=self.market.findings,
            sessions=tuple(self.market.panel.sessions[self.at.row :].tolist()),
            last_prices_since=self._last_prices_since(windows),
        )

    def _last_prices_since(self, windows: Sequence[Window]) -> date | None:
        measured = [(window.base or window.start, window.end) for window in windows]
        return min(
            (
                day
                for day in self.market.panel.last_prices
                if any(base and end and base <= day <= end for base, end in measured)
            ),
            default=None,
        )

    def _event_facts(self) -> EventFacts:
        event = self.event
        own = _timeline(event)
        others = [
            Happening(one.earliest_session, "KR", Bilingual(one.name.ko, one.name.en), "events.toml", True)
            for one in self.others
        ]
        abroad = [
            Abroad(Bilingual(one.name.ko, one.name.en), one.date, one.change_pct, one.article) for one in event.abroad
        ]
        return EventFacts(
            id=self.event_id,
            name=Bilingual(event.name.ko, event.name.en),
            news=event.news_date,
            event_day=self.at.event_day,
            base=self.at.base,
            timeline=(*own, *others),
            abroad=tuple(abroad),
        )

    def texts_by_session(self) -> dict[str, dict[date, str]]:
        """By session, the names of the configured events of that day, and what else moved prices, in both languages.

        What happened while the market was closed belongs to the session after it, as the return of that session does.
        """
        sessions = self.market.panel.sessions
        days = [(self.event, self.at.event_day), *((event, event.earliest_session) for event in self.others)]
        named = {"events": [(day, Bilingual(event.name.ko, event.name.en)) for event, day in days]}
        confounders = [one for event, _day in days for one in _timeline(event) if one.confounder]
        named["confounders"] = [
            (one.first_day, Bilingual(f"{one.day} {one.what.ko}", f"{one.day} {one.what.en}")) for one in confounders
        ]
        texts: dict[str, dict[date, str]] = {}
        for column, happenings in named.items():
            for suffix in ("ko", "en"):
                by_session = texts.setdefault(f"{column}_{suffix}", {})
                for day, text in happenings:
                    row = int(np.searchsorted(sessions, np.datetime64(day)))
                    if sessions[0] <= np.datetime64(day) and row < len(sessions):
                        session = sessions[row].item()
                        so_far = [by_session[session]] if session in by_session else []
                        by_session[session] = "; ".join([*so_far, getattr(text, suffix)])
        return texts

    def _provenance(self, rules: Rules, windows: Sequence[Window], *, study: bool) -> Provenance:
        market, panel = self.market, self.market.panel
        estimation = rules.refit.estimation_of(self.at.row)
        leading = next((range(window.first, window.last + 1) for window in windows if window.available), range(1))
        plan = PlaceboPlan(rules.refit, (), self.at.row, (), self.other_windows(rules), rules.placebo_dates)
        return Provenance(
            source=market.source,
            files=market.files,
            first_session=panel.sessions[0].item(),
            last_session=panel.sessions[-1].item(),
            sessions=len(panel.sessions),
            benchmark=market.benchmark,
            benchmark_returns={name: float(returns[self.at.row]) for name, returns in panel.benchmarks.items()},
            selected=market.selected,
            simulated=market.simulated,
            study=study,
            fetched=market.fetched,
            proxies=market.proxies,
            tried=market.tried,
            # The first session of the prices has no return.
            estimation_sessions=max(estimation.stop - max(estimation.start, 1), 0),
            placebo_sessions=len(plan.dates(leading)),
        )


def _timeline(event: Event) -> list[Happening]:
    return [
        Happening(one.date, one.place, Bilingual(one.what.ko, one.what.en), one.source, one.confounder)
        for one in event.timeline
    ]


def load_flows(
    source: str, access: Callable[[], Connections], tickers: Sequence[str], windows: Sequence[Window]
) -> Flows | None:
    """Net purchases of `tickers` in `windows`, as far as the store knows them; None if of no day.

    Files, newspapers and the simulated market have no flows: `access` is opened if `source` goes by way of the store.
    """
    if source not in ("auto", "store", *FETCHED):
        return None
    from screener.krx.tables import FLOWS

    days = [day for window in windows for day in (window.start, window.end) if day]
    stored = access().store.table("pykrx-login", FLOWS)
    try:
        rows = stored.read(FLOWS.schema.names, min(days), max(days), tickers).to_pandas()
    except DataError:
        return None  # flows are an addition; what is damaged is named by `screener store verify`
    if rows.empty:
        return None
    bought = {
        name: rows.pivot(index="date", columns="ticker", values=name).reindex(columns=list(tickers))
        for name in ("foreign", "institution", "individual")
    }
    days_of = bought["foreign"].index.to_numpy().astype("datetime64[D]")
    return Flows(days_of, tuple(tickers), **{name: table.to_numpy(np.float64) for name, table in bought.items()})
