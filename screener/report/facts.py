"""What a report says beside its figures: the event, where the prices come from, what keeps them from being used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from screener.analysis.frames import Frames
from screener.analysis.measurement import Measurement, Reference
from screener.analysis.model import Flows, Rules, Stock, Window
from screener.config.models import Event
from screener.data.findings import refuse
from screener.data.panel import EventTime
from screener.data.sources import FETCHED, Market
from screener.data.universe import WholeMarket
from screener.errors import DataError, UsageError
from screener.i18n import LANGUAGES, N_
from screener.report.model import Abroad, Bilingual, EventFacts, Happening, Provenance, Report
from screener.study.models import Model
from screener.study.placebo import PlaceboPlan, other_windows

if TYPE_CHECKING:
    from screener.data.connections import Connections


_NEEDED = N_("pass --market FILE of the session before the event and prices of all stocks, or sync the whole market")


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

    def measurement(self, stocks: Sequence[Stock], reference: Reference | None, rules: Rules) -> Measurement:
        """Of the event, by `rules`."""
        return Measurement(self.market.panel, self.at.row, stocks, rules, self.other_windows(rules), reference)

    def whole_market(
        self, stocks: Sequence[Stock], rules: Rules, size: int, *, scanned: bool = False
    ) -> tuple[WholeMarket | None, Reference | None]:
        """Every stock over the same sessions, and groups of `size` to hold `stocks` against; None where not at hand.
        A market that is `scanned` consists of `stocks`.

        Raises:
            UsageError: the model cannot do without.
        """
        panel, everyone = self.market.panel, self.market.everyone
        if scanned:
            listed = {stock.ticker: stock.market for stock in stocks}
            everyone = partial(WholeMarket.of, panel, listed, panel.sessions, self.at.base)
        whole = everyone() if everyone is not None else None
        reference = Reference.of(whole, stocks, rules.refit, self.at.row, size) if whole is not None else None
        if rules.model is Model.MARKET_SIZE and reference is None:
            raise UsageError("the {model} model needs the whole market", hint=_NEEDED, model=rules.model)
        return whole, reference

    def refuse_without_index(self, rules: Rules) -> None:
        """An index that is missing inside an event window would leave every stock of its market without a figure."""
        panel, fetched = self.market.panel, self.market.fetched is not None
        hint = N_("download it with `screener sync`") if fetched else N_("complete the --benchmark file")
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
            "{day}: no reliable row{more}",
            hint="check the prices of that day: they repeat the previous session or contradict each other",
            day=days,
        )
        missing = ~told.any(axis=1) & ~doubted.any(axis=1)
        missing[: 1 if first == 0 else 0] = False  # the first session has no return
        refuse(
            missing,
            "{day} was a session, but no stock has a row for it{more}",
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
            known_days=self._known_days(),
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
            Happening(one.earliest_session, "KR", Bilingual.of(one.name), "events.toml", True) for one in self.others
        ]
        abroad = [Abroad(Bilingual.of(one.name), one.date, one.change_pct, one.article) for one in event.abroad]
        return EventFacts(
            id=self.event_id,
            name=Bilingual.of(event.name),
            news=event.news_date,
            event_day=self.at.event_day,
            base=self.at.base,
            timeline=(*own, *others),
            abroad=tuple(abroad),
        )

    def texts_by_session(self) -> dict[str, dict[date, str]]:
        """By session, the names of the configured events of that day, and what else moved prices, in both languages."""
        confounders = [one for event, _day in self._event_days() for one in _timeline(event) if one.confounder]
        named = {
            "events": [(day, Bilingual.of(event.name)) for event, day in self._event_days()],
            "confounders": [(one.first_day, one.dated) for one in confounders],
        }
        by_session = {column: self._on_sessions(dated) for column, dated in named.items()}
        return {
            f"{column}_{language}": {day: getattr(text, language) for day, text in texts.items()}
            for column, texts in by_session.items()
            for language in LANGUAGES
        }

    def _known_days(self) -> dict[date, Bilingual]:
        dated = [(day, Bilingual.of(event.name)) for event, day in self._event_days()]
        dated += [(one.first_day, one.what) for event, _day in self._event_days() for one in _timeline(event)]
        return self._on_sessions(dated)

    def _event_days(self) -> list[tuple[Event, date]]:
        return [(self.event, self.at.event_day), *((event, event.earliest_session) for event in self.others)]

    def _on_sessions(self, dated: Sequence[tuple[date, Bilingual]]) -> dict[date, Bilingual]:
        """By session, the texts of its day, one after the other.

        What happened while the market was closed belongs to the session after it, as the return of that session does.
        """
        sessions = self.market.panel.sessions
        texts: dict[date, Bilingual] = {}
        for day, text in dated:
            row = int(np.searchsorted(sessions, np.datetime64(day)))
            if sessions[0] <= np.datetime64(day) and row < len(sessions):
                session = sessions[row].item()
                so_far = texts.get(session)
                texts[session] = Bilingual(f"{so_far.ko}; {text.ko}", f"{so_far.en}; {text.en}") if so_far else text
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
        Happening(one.date, one.place, Bilingual.of(one.what), one.source, one.confounder) for one in event.timeline
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
