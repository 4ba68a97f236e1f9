"""What an agent may ask: each tool is a model whose fields are its parameters, and which answers with a document.

An agent reads all that it is given, and a whole report is larger than what it can read at once: it gets parts.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field

from screener.choices import Market, ModelName
from screener.config import Settings, load_settings
from screener.config.models import Filters
from screener.console import ProgressBar
from screener.data.connections import Connections, open_access
from screener.data.sources import FETCHED
from screener.data.store import Store
from screener.errors import UsageError
from screener.i18n import N_
from screener.report.configured import list_events, list_sectors
from screener.report.formats.data import list_to_json
from screener.report.formats.markdown import to_markdown
from screener.report.make import make_report
from screener.report.request import Request, request_for
from screener.report.screens import TABLES, TOP, Screen

Document = dict[str, Any]
_FIRST_OF = ("groups", "industries", "days")
"""Tables in order, of which the first rows say most; those of a scan have two ends."""
ReportTable = Literal[
    "stocks", "sectors", "spreads", "placebos", "paths", "trend", "levels", "planted", "claims"
]  # those of `TABLES["report"]`; a test holds the two together
_SHORT: tuple[ReportTable, ...] = ("sectors", "spreads")
"""What a report is about, in few rows."""
Text = Annotated[str, Field(min_length=1)]
"""Not empty: an empty name would be taken for none, and the answer for one about it."""
Window = Annotated[list[int], Field(min_length=2, max_length=2)]


@dataclass(frozen=True)
class Setup:
    """What the user started the server with; each call opens configuration and store anew, so no answer is old."""

    directory: Path | None
    """Of the configuration; None for the shipped one."""
    store: str | None
    """Path or URL; None for the user's own."""
    source: str = "store"
    benchmark: tuple[Path, ...] = ()
    market: tuple[Path, ...] = ()
    regular_close: bool = False

    @property
    def may_fetch(self) -> bool:
        """Whether the source that the user chose asks the exchange, and keeps in the store what it gets."""
        return self.source in ("auto", *FETCHED)

    def settings(self) -> Settings:
        """The configuration as it is now.

        Raises:
            ConfigError: it has mistakes.
        """
        return load_settings(self.directory)

    @contextmanager
    def access(self, settings: Settings) -> Iterator[Connections]:
        """The store and the ways to the exchange; what they say goes to stderr."""
        bar = ProgressBar()
        try:
            yield open_access(settings, os.environ, self.store, bar, fail_fast=self.source == "auto")
        finally:
            bar.stop()


class Answer(NamedTuple):
    """A document as JSON, and the page that a person would be shown of it, as Markdown; '' for none."""

    document: Document
    text: str
    """The document."""
    page: str = ""

    @classmethod
    def of(cls, written: bytes, page: str = "") -> Self:
        """With the whole of a written document."""
        text = written.decode()
        return cls(json.loads(text), text, page)


def part_of_report(document: Document, tables: Collection[str], windows: Sequence[Sequence[int]] | None) -> Document:
    """The `tables` of a report or comparison, with the rows of `windows`; None: of the first one.

    Claims keep their own windows.

    Raises:
        UsageError: the report has no such window.
    """
    known = [_ends(window) for window in document["windows"]]
    wanted = [tuple(window) for window in windows] if windows else known[:1]
    for window in wanted:
        if window not in known:
            listed = ", ".join(map(_shown, known))
            raise UsageError(
                "no window {window}", hint="windows of the report: {known}", window=_shown(window), known=listed
            )
    others = {spec.name for spec in TABLES["report"]} - set(tables)
    part = {
        key: [row for row in value if _ends(row) in wanted] if _has_windows(key, value) else value
        for key, value in document.items()
        if key not in others
    }
    return _marked(
        part, {"tables": [name for name in part if name in tables], "windows": [list(window) for window in wanted]}
    )


def part_of_order(document: Document, top: int) -> Document:
    """Of a scan the `top` highest and lowest stocks and the first groups and industries, or the first sessions.

    The session of the event stays, wherever it stands.
    """
    part = dict(document)
    for name in _FIRST_OF:
        if name in part:
            rows = part[name]
            part[name] = [row for place, row in enumerate(rows) if place < top or row.get("tau") == 0]
    if "scan" in part:
        rows = part["scan"]
        part["scan"] = rows if len(rows) <= 2 * top else [*rows[:top], *rows[-top:]]
    return document if part == document else _marked(part, {"top": top})


def _ends(row: Document) -> tuple[Any, ...]:
    return (row["first"], row["last"]) if "first" in row else (row["window_start"], row["window_end"])


def _has_windows(key: str, value: Any) -> bool:
    return key == "windows" or (
        key != "claims" and isinstance(value, list) and bool(value) and "window_start" in value[0]
    )


def _shown(window: Sequence[int]) -> str:
    return f"[{window[0]}, {window[1]}]"


def _marked(document: Document, part: Document) -> Document:
    return {"schema_version": document["schema_version"], "part": part, **document}


class Tool(BaseModel):
    """One call: the fields are its arguments. `name`, `title` and `about` are what an agent is told of the tool."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    name: ClassVar[str]
    title: ClassVar[str]
    about: ClassVar[str]

    def answer(self, setup: Setup) -> Answer:
        """The document that was asked for.

        Raises:
            ScreenerError: it cannot be made.
        """
        raise NotImplementedError


class _Events(Tool):
    name = "events"
    title = N_("Configured events")
    about = N_(
        "List the events that can be studied: id, name, when the news came out, the event day (the first session "
        "that could react), the base day (the session before it), and how many sessions have closed since. "
        "`default` is the event that the other tools use if none is given. Call this first."
    )

    def answer(self, setup: Setup) -> Answer:
        settings = setup.settings()
        with setup.access(settings) as opened:
            return Answer.of(list_to_json(list_events(settings, opened.calendar, opened.now())))


class _Sectors(Tool):
    name = "sectors"
    title = N_("Configured sectors and their stocks")
    about = N_(
        "List the sectors that can be studied, with their themes and the first session with prices in the store; with "
        "`sectors`, also their stocks. `post_hoc` sectors were put together after the event because of how they moved: "
        "they are descriptive only, not evidence."
    )
    sectors: list[Text] = Field(
        [],
        description=N_("Ids or names of the sectors to list with their stocks. Default: all sectors, without stocks."),
    )

    def answer(self, setup: Setup) -> Answer:
        return Answer.of(list_to_json(list_sectors(setup.settings(), self.sectors, Store.open(setup.store))))


class _Screen(Tool):
    """A tool that makes a report on an event."""

    event: Text | None = Field(
        None, description=N_("Id or name of the event, from `events`. Default: the default event.")
    )
    news: date | None = Field(
        None,
        description=N_("Instead of a configured event: the day of any news, KST, for example 2024-08-05."),
    )
    as_of: date | None = Field(
        None, description=N_("Use only prices up to this day, for example 2025-02-11. Default: all prices.")
    )

    def answer(self, setup: Setup) -> Answer:
        settings = setup.settings()
        with setup.access(settings) as opened:
            request = Request(
                source=self._source(setup),
                benchmark=setup.benchmark,
                market=setup.market,
                regular_close=setup.regular_close,
                event=self.event,
                moment=self.news,
                as_of=self.as_of,
                **self._asked(),
            )
            made = make_report(settings, request_for(settings, self.name, self._names(), request), lambda: opened)
        screen = Screen(self.name, made, top=self._top())
        whole = Answer.of(screen.document(), to_markdown(screen.page(full=False)))
        part = self._part(whole.document)
        return whole if part is whole.document else Answer(part, json.dumps(part, ensure_ascii=False), whole.page)

    def _source(self, setup: Setup) -> str:
        return setup.source

    def _asked(self) -> dict[str, Any]:
        """What the arguments say of a `Request`, beside event and as-of."""
        return {}

    def _names(self) -> list[str]:
        """What the arguments name: sectors, or a stock."""
        return []

    def _top(self) -> int:
        return TOP

    def _part(self, document: Document) -> Document:
        """What of the document is given."""
        return document


class _Study(_Screen):
    """One that measures configured stocks."""

    model: ModelName | None = Field(
        None, description=N_("Model of the expected return. Default: as configured (market, as shipped).")
    )

    def _asked(self) -> dict[str, Any]:
        return {"model": self.model}


class _Tables(_Study):
    """One whose document is too large to be given whole unasked."""

    tables: list[ReportTable] | None = Field(
        None,
        min_length=1,
        description=N_(
            "Tables to return: sectors (and themes), stocks, spreads (differences between sectors), placebos (the "
            "ordinary sessions behind placebo_p), paths (CAAR by session), levels (cumulative returns by session), "
            "claims, trend. Default: sectors and spreads."
        ),
    )
    windows: list[Window] | None = Field(
        None,
        min_length=1,
        description=N_(
            "Event windows to return, as first and last session relative to the event day (0): [[0, 0], [0, 5]]. "
            "Default: the first configured window, normally the event day. For an unknown window the answer lists "
            "the valid ones."
        ),
    )
    whole: bool = Field(
        default=False,
        description=N_("Return the whole document with every table and window; it can exceed a megabyte."),
    )

    def _part(self, document: Document) -> Document:
        if not self.whole:
            return part_of_report(document, self.tables or _SHORT, self.windows)
        if self.tables or self.windows:
            raise UsageError("whole cannot be combined with tables or windows", hint="omit one of them")
        return document


class _Report(_Tables):
    name = "report"
    title = N_("Report on an event")
    about = N_(
        "Study an event: which sectors rose and fell, by how much more than the market, and whether the move is "
        "statistically significant. Each row of `sectors` is a sector or theme in one window: mean_return_ew (mean "
        "return), caar_ew (mean cumulative abnormal return, the main figure), placebo_p (share of ordinary "
        "sessions that were as extreme), p_family (placebo_p corrected for the number of sectors, on which the "
        "verdict rests), verdict, score (-100 to +100), confounders (other news in the window). `spreads` are "
        "differences between two sectors. The second text is the page for a person. The table `stocks` is large: "
        "restrict it with `sectors`, or call `stock`."
    )
    sectors: list[Text] = Field([], description=N_("Ids or names of the sectors to study. Default: all."))

    def _names(self) -> list[str]:
        return self.sectors


class _Compare(_Tables):
    name = "compare"
    title = N_("One sector against another")
    about = N_(
        "Compare two sectors or themes over an event: the difference of their abnormal returns (a row of "
        "`spreads`: caar_ew of the first minus that of the second) with its confidence interval and its tests; the "
        "second text also names the stocks that drove it."
    )
    groups: list[Text] = Field(
        [], description=N_("Two sectors or themes (SECTOR:theme), from `sectors`. Default: the first configured pair.")
    )

    def _names(self) -> list[str]:
        return self.groups


class _Stock(_Study):
    name = "stock"
    title = N_("One stock around an event")
    about = N_(
        "All figures of one stock around an event: one row of `stocks` per window (raw_return, car, t, p, q, "
        "placebo_p, ci_low and ci_high, volume_ratio, verdict, score) and its `levels` by session. If the source "
        "covers the whole market, the stock need not be in a configured sector. `skipped` says why a stock has no "
        "figures."
    )
    stock: Text = Field(description=N_("Code, or Korean or English name: 000660, SK하이닉스 or SK hynix."))

    def _names(self) -> list[str]:
        return [self.stock]


class _Ordered(_Screen):
    """One whose table is in order, so that its ends say most."""

    top: int = Field(15, ge=1, le=500, description=N_("Number of rows to return from each end of a table."))

    def _top(self) -> int:
        return self.top

    def _part(self, document: Document) -> Document:
        return part_of_order(document, self.top)


class _Scan(_Ordered):
    name = "scan"
    title = N_("Whole-market scan")
    about = N_(
        "Scan every stock of the market around an event, without regard to configured sectors: the highest and lowest "
        "scores (`scan`), groups of stocks that had moved together before the event (`groups`), and industries. q is "
        "corrected for the number of stocks: extremes without a verdict of winner or loser occur on any session. "
        "Requires whole-market sessions in the store or in files. `left_out` counts the stocks that the filters "
        "excluded."
    )
    min_cap: float = Field(Filters.least_cap, ge=0, description=N_("Minimum market capitalisation, KRW."))
    min_value: float = Field(Filters.least_value, ge=0, description=N_("Minimum traded value per session, KRW."))
    only: Market | None = Field(None, description=N_("Limit the list to this market."))
    kinds: list[Literal["konex", "preferreds", "spacs"]] = Field(
        [], alias="with", description=N_("Kinds of stocks to include that are excluded by default.")
    )

    def _source(self, setup: Setup) -> str:
        return "store" if setup.may_fetch else setup.source  # it is the store that a live source fills

    def _asked(self) -> dict[str, Any]:
        return {"filters": Filters(self.min_cap, self.min_value, self.only, frozenset(self.kinds))}


class _Days(_Ordered, _Study):
    name = "days"
    title = N_("Most extreme sessions")
    about = N_(
        "The sessions on which a sector, theme or stock moved most, the most extreme first, each compared with the "
        "sessions before it: abnormal_return, z_ewma (abnormal return over expected volatility), as_extreme (an "
        "ordinary session as extreme as the event), and the configured events and other news of the day."
    )
    series: Text = Field(description=N_("Sector, theme (SECTOR:theme) or stock: id, code or name."))
    first: date | None = Field(None, alias="from", description=N_("First session, for example 2024-11-01."))
    last: date | None = Field(None, alias="to", description=N_("Last session."))

    def _asked(self) -> dict[str, Any]:
        return {**super()._asked(), "first": self.first, "last": self.last}

    def _names(self) -> list[str]:
        return [self.series]


class _Claims(_Study):
    name = "claims"
    title = N_("Claims checked against prices")
    about = N_(
        "Claims by newspapers and others about an event, each checked against prices: said, by, verdict "
        "(confirmed, partly, contradicted, no data or not testable here), the figures behind the verdict, and the "
        "reason if there is none. Only configured claims are checked; an event may have none."
    )


TOOLS: dict[str, type[Tool]] = {
    tool.name: tool for tool in (_Events, _Sectors, _Report, _Compare, _Stock, _Scan, _Days, _Claims)
}
"""By name, in the order in which they are listed."""
