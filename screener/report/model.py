"""The models of a report and of a study of many events: every number final, nothing formatted, no language chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from screener.analysis.frames import Frames, from_rows
from screener.analysis.model import Rules, Window
from screener.analysis.scores import LARGEST_P
from screener.i18n import N_, Named, _

if TYPE_CHECKING:
    import pandas as pd
    from pydantic import NonNegativeInt

    from screener.analysis.model import DayCheck, Moved, Stirred
    from screener.config.models import Filters
    from screener.data.findings import Finding
    from screener.data.sources import File, Tried

SCHEMA_VERSION = "2"
"""Of report.json; changes when a key changes its name or meaning."""


BANNERS = {
    "press": (
        N_(
            "These are {n} figures selected by newspapers. Newspapers print large moves, so sector means are "
            "overstated and significance cannot be assessed."
        ),
        N_("The full study: {command}"),
    ),
    "after-market": (
        N_(
            "Closes from {since} on are the last prices of the after-market (20:00), not the official closes "
            "(15:30) that the benchmark uses."
        ),
        N_("Set KRX_AUTH_KEY, DATA_GO_KR_KEY or a KRX account for official closes."),
    ),
    "unknown-close": (
        N_("Closes from {since} on may be the last prices of the after-market (20:00); the files do not say."),
        N_("If they are the official closes (15:30), add --regular-close."),
    ),
    "demo": (
        N_("SIMULATED MARKET: all stocks and figures are invented. The known effects are shown next to the estimates."),
        "",
    ),
}
"""By `Report.banner`, the warning that belongs on every page of a report, and what helps against it on a command line;
`n` = figures, `command` = the full study, `since` = first session of another kind of close."""
MODELS = {
    "market": N_("market model"),
    "market-size": N_("market and size"),
    "market-adjusted": N_("market-adjusted"),
    "mean-adjusted": N_("mean-adjusted"),
}
"""How the expected return is formed."""
VERDICTS = {
    "winner": N_("winner"),
    "loser": N_("loser"),
    "no clear effect": N_("no clear effect"),
    "withheld": N_("withheld"),
    "cannot be tested": N_("cannot be tested"),
}
"""By verdict on a sector, theme or stock."""
VERDICTS_ON_CLAIMS = {
    "consistent": N_("consistent with prices"),
    "partly consistent": N_("partly consistent"),
    "not consistent": N_("not consistent with prices"),
    "no data": N_("no data"),
    "not testable": N_("not testable on prices"),
}
MEASURES = {"score": N_("Score"), "caar_ew": N_("CAAR %"), "p_family": N_("corrected p")}
"""Figures of a trend."""
_SHORT_BANNERS = {
    "press": N_("figures selected by newspapers: sector means are overstated"),
    "after-market": N_("closes are last prices of the after-market (20:00), not official closes (15:30)"),
    "unknown-close": N_("closes may be last prices of the after-market (20:00), not official closes (15:30)"),
    "demo": N_("simulated market: all figures are invented"),
}


@dataclass(frozen=True)
class Bilingual:
    """A text in both languages."""

    ko: str
    en: str

    @staticmethod
    def of(named: Named) -> Bilingual:
        """The name of a configured event, sector or stock."""
        return Bilingual(named.ko, named.en)


@dataclass(frozen=True)
class Happening:
    """One entry of the event's timeline."""

    day: date
    place: str
    what: Bilingual
    source: str
    confounder: bool

    @property
    def dated(self) -> Bilingual:
        """What happened, with its day."""
        return Bilingual(f"{self.day} {self.what.ko}", f"{self.day} {self.what.en}")

    @property
    def first_day(self) -> date:
        """First calendar day on which KRX could react: a US day ends after the next KRX day has begun."""
        return self.day + timedelta(days=1 if self.place == "US" else 0)


@dataclass(frozen=True)
class Abroad:
    """What a newspaper printed of a market abroad; `change_pct` in %."""

    name: Bilingual
    day: date
    change_pct: float
    article: str


@dataclass(frozen=True)
class EventFacts:
    """The event, placed among the sessions."""

    id: str
    name: Bilingual
    news: date
    event_day: date
    base: date
    timeline: tuple[Happening, ...]
    abroad: tuple[Abroad, ...]


@dataclass(frozen=True)
class Provenance:
    """Where the numbers come from."""

    source: str
    """file, press, ..."""
    files: tuple[File, ...]
    first_session: date
    last_session: date
    sessions: int
    benchmark: str
    benchmark_returns: Mapping[str, float]
    """Event-day return of each market's index, decimal."""
    selected: bool
    """The stocks were chosen by a newspaper for how they moved: a banner belongs on every page."""
    simulated: bool
    """The prices are made up: a banner belongs on every page."""
    study: bool
    """Whether there is an estimation window to study anything with."""
    fetched: datetime | None = None
    """When the last session was fetched from its source; None if nothing was fetched."""
    proxies: Mapping[str, str] = field(default_factory=dict)
    """By market, the fund that stands for its index; empty where the index itself is the benchmark."""
    tried: tuple[Tried, ...] = ()
    """Better sources that could not serve."""
    estimation_sessions: int = 0
    """Sessions of the estimation window that the prices reach; fewer than `rules.estimation` where they begin late."""
    placebo_sessions: int = 0
    """Ordinary sessions before the event that the leading window is ranked among."""


@dataclass(frozen=True)
class TrendRow:
    """One sector as the report of one session had it, over all days since the event. Decimals; NaN = not known."""

    as_of: date
    """Of that report."""
    tau: int
    """Sessions since the event day, 0 on it."""
    sector: str
    score: float
    """In [-100, 100]."""
    rank: float
    """1 = highest score; NaN for sectors that are no evidence."""
    caar: float
    q: float
    p_family: float
    """The corrected p."""

    @property
    def significant(self) -> bool:
        """Whether its corrected p is one that a verdict takes."""
        return self.p_family <= LARGEST_P


@dataclass(frozen=True)
class ScanFacts:
    """How a whole market was scanned; its rows are in the frames."""

    filters: Filters
    listed: NonNegativeInt
    """Stocks at the base, before any filter."""
    left_out: Mapping[str, NonNegativeInt | None]
    """By filter, stocks that it left out; null: the source does not know."""
    formed_on: NonNegativeInt
    """Sessions that groups were formed on; 0: too few."""
    ordinary: NonNegativeInt
    """Ordinary sessions that were searched as well."""
    stirred: Stirred
    """Whether more groups moved than usual."""
    moved: Moved
    """How many stocks moved by themselves, then and usually."""


@dataclass(frozen=True)
class DaysFacts:
    """Whose sessions were measured, and how the event ranks among its ordinary ones; the sessions are a frame."""

    series: str
    """Id of the sector, SECTOR:theme, or ticker."""
    name: Bilingual
    post_hoc: bool
    """Put together after the event because of how it moved."""
    first: date
    """First session of the table."""
    last: date
    """Last session of the table."""
    measured: NonNegativeInt
    """Sessions with a statistic, which are ranked."""
    placebo_rank: int | None
    """Place of the event among the ordinary sessions before it, in the window [0,0]; null: it has none."""
    placebo_n: int | None
    """These sessions, and the event."""
    undefined: str
    """Why there is no place; empty where there is one."""


@dataclass(frozen=True)
class Report:
    """Everything a report says: on the configured sectors, on one stock, on a whole market, or on sessions."""

    event: EventFacts
    as_of: date
    provenance: Provenance
    rules: Rules
    windows: tuple[Window, ...]
    """The event windows, those that the prices do not reach over among them."""
    frames: Frames
    """The tables."""
    findings: tuple[Finding, ...]
    sessions: tuple[date, ...]
    """From the event day to the last session of the prices."""
    known_days: Mapping[date, Bilingual] = field(default_factory=dict)
    """By session, the configured events and the entries of their timelines that reached KRX on it."""
    last_prices_since: date | None = None
    """First session that the windows measure by a close that is, or may be, a price of the after-market."""
    scan: ScanFacts | None = None
    """Of a whole market; None otherwise."""
    sector_names: Mapping[str, Bilingual] = field(default_factory=dict)
    """By id, the configured sectors of a scan, which has no frame of them."""
    days: DaysFacts | None = None
    """Of the sessions of one sector or stock; None otherwise."""
    ticker: str | None = None
    """The stock that the report is about; None for a report on all."""
    day: DayCheck | None = None
    """Whether the days can carry a verdict; None where nothing was tested."""

    def __repr__(self) -> str:
        """A few lines for notebooks, with the warning that belongs on the figures: no frame carries it."""
        rows = {name: len(frame) for name, frame in vars(self.frames).items() if len(frame)}
        lines = [
            f"Report on {self.event.id}: event day {self.event.event_day}, prices through {self.as_of}, "
            f"source {self.provenance.source}, {self.rules.model} model",
            f"windows: {', '.join(str(window) for window in self.windows if window.available)}",
            f"frames: {', '.join(f'{name} ({count})' for name, count in rows.items())}",
        ]
        return "\n".join([*lines, *filter(None, [short_banner(self.banner)])])

    def with_frames(self, **frames: pd.DataFrame) -> Report:
        """The report with other tables of these names."""
        return replace(self, frames=replace(self.frames, **frames))

    def with_trend(self, rows: Iterable[TrendRow]) -> Report:
        """The report with how the reports of its sessions had the sectors, itself last."""
        names = {"as_of": "reported", "caar": "caar_ew"}
        return self.with_frames(
            trend=from_rows("trend", ({names.get(key, key): value for key, value in vars(row).items()} for row in rows))
        )

    @property
    def banner(self) -> str | None:
        """Key of the warning that belongs on every face of this report; None for a study of real prices."""
        facts = self.provenance
        banner = _banner(facts.source, self.last_prices_since, simulated=facts.simulated)
        return "press" if banner is None and facts.selected else banner

    @property
    def leading(self) -> Window:
        """The window that the report leads with; a report without one is not made."""
        return next(window for window in self.windows if window.available)

    def confounders(self, window: Window) -> list[Happening]:
        """What else moved prices during `window`."""
        if window.start is None or window.end is None:
            return []
        # What happened while the market was closed is in the window's first return.
        base = self.event.base if window.first == 0 else window.base
        return [
            one
            for one in self.event.timeline
            if one.confounder and (base or window.start) < one.first_day <= window.end
        ]


ALL = "all"
"""The group of every event of a study of many events."""


@dataclass(frozen=True)
class PooledFrames:
    """The tables of a study; the columns are those of `screener.columns.pooled`. Decimals, unrounded."""

    events: pd.DataFrame
    """A row per event, stock or sector, and window: those that are used, then those that are left out, with why."""
    pooled: pd.DataFrame
    """A row per group and window, and per pair of groups and window."""
    paths: pd.DataFrame
    """A row per group and session around the event."""
    regression: pd.DataFrame
    """A row per window and term; empty without numeric columns."""


@dataclass(frozen=True)
class PooledReport:
    """A study of many events."""

    name: str
    """Of the file of events, without its suffix."""
    as_of: date
    """Last session of the prices."""
    rules: Rules
    """How each event was measured; `windows` are those of the study, the leading one first."""
    groups: Sequence[str]
    """`ALL`, then the groups in the order in which they are shown."""
    grouped_by: str
    """`sectors`, `industry`, the column of the file, or '' where there are no groups."""
    rows: int
    """In the file."""
    events: int
    """That are used, as rows of `frames.events` of the leading window: an event without a ticker is one per sector."""
    sessions: int
    """On which these fall."""
    overlapping: int
    """Of these rows, those whose leading window shares a session with that of another."""
    left_out: Mapping[str, int]
    """By reason (a key of `REASONS`), rows of the file that are not used."""
    source: str
    files: tuple[File, ...]
    """The file of events first."""
    first_session: date
    last_session: date
    benchmark: str
    simulated: bool
    last_prices_since: date | None
    """First session of a measured window whose close is, or may be, the last price of the after-market."""
    findings: tuple[Finding, ...]
    tried: tuple[Tried, ...]
    note: str
    """Why there is no regression, in words; empty where there is one, or where nothing was to be regressed."""
    frames: PooledFrames

    @property
    def banner(self) -> str | None:
        """Key of the warning that belongs on every face of the study; None where there is none."""
        return _banner(self.source, self.last_prices_since, simulated=self.simulated)


def _banner(source: str, last_prices_since: date | None, *, simulated: bool) -> str | None:
    if simulated:
        return "demo"
    if last_prices_since is None:
        return None
    return "unknown-close" if source == "file" else "after-market"


def short_banner(banner: str | None) -> str | None:
    """The warning of a report, short enough for a cell; None where it needs none."""
    return _(_SHORT_BANNERS[banner]) if banner else None
