"""The form of events.toml, sectors.toml and screener.toml. A key that the model of a file lacks is a mistake."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BeforeValidator,
    Field,
    PlainValidator,
    PrivateAttr,
    ValidationInfo,
    model_validator,
)

from screener.choices import Headers, Market, ModelName, Palette
from screener.config.fields import (
    MOST_PLACEBOS,
    MOST_SESSIONS,
    Day,
    Identifier,
    Name,
    PlainText,
    Strict,
    Ticker,
    mistake,
    moment_of,
)
from screener.i18n import _
from screener.krx.calendar import Calendar
from screener.krx.codes import code_of
from screener.krx.hours import KRX_SCHEDULE, KST, Schedule, Span, TradingHours


class Member(Strict):
    """A stock of a sector."""

    ticker: Ticker
    ko: PlainText
    en: PlainText
    market: Market
    theme: str | None = None
    why: str = ""

    @model_validator(mode="before")
    @classmethod
    def _of_code(cls, value: Any, info: ValidationInfo) -> Any:
        """A stock of the shipped sectors needs its code only; one with a Korean name needs no English one."""
        written = {"ticker": value} if isinstance(value, str) else value
        if not isinstance(written, dict) or written.keys() >= {"ko", "en", "market"}:
            return written
        ticker = written.get("ticker")
        known = (info.context or {}).get("known", {}).get(code_of(ticker) if isinstance(ticker, str) else None)
        if known is not None:
            return {"ko": known.ko, "en": known.en, "market": known.market, **written}
        if isinstance(value, str) and code_of(value):
            raise mistake(
                '{value} is not among the shipped stocks: write {{ ticker = "{value}", ko = "...", market = '
                '"KOSPI" }}, or KOSDAQ',
                value=value,
            )
        return {"en": written["ko"], **written} if "ko" in written else written


def _events_named(value: Any) -> Any:
    if not isinstance(value, list):
        raise mistake(
            'post_hoc takes events: write post_hoc = ["EVENT"], the events after which the group was put together'
        )
    return value


class Sector(Strict):
    """A named set of stocks, optionally split into themes."""

    name: Name
    post_hoc: Annotated[tuple[Identifier, ...], BeforeValidator(_events_named), Field(strict=False)] = ()
    """Events after which it was put together because of how it moved: never evidence of these."""
    themes: dict[Identifier, Name] = Field(default_factory=dict)
    members: Annotated[tuple[Member, ...], Field(min_length=1, strict=False)]

    @model_validator(mode="after")
    def _members_fit(self) -> Self:
        seen: set[str] = set()
        for number, member in enumerate(self.members):
            if member.ticker in seen:
                raise mistake(
                    "ticker {ticker} ({ko}) is listed twice in this sector: delete one",
                    "members",
                    number,
                    "ticker",
                    ticker=member.ticker,
                    ko=member.ko,
                )
            seen.add(member.ticker)
            if member.theme is not None and member.theme not in self.themes:
                known = ", ".join(self.themes) or _("none yet")
                raise mistake(
                    "theme {theme!r} is not declared in this sector's themes ({known})",
                    "members",
                    number,
                    "theme",
                    theme=member.theme,
                    known=known,
                )
        return self


class Happening(Strict):
    """One entry of an event's timeline."""

    date: date
    what: Name
    source: str
    place: Literal["KR", "US"] = "KR"
    """Whose calendar the date belongs to: a US date reaches KRX on its next session."""
    confounder: bool = False
    """Moves prices for a reason of its own, so that a window that holds it does not measure the event alone."""


class Abroad(Strict):
    """What newspapers printed of a market abroad."""

    name: Name
    date: date
    change_pct: float
    article: str


def _moment(value: Any) -> datetime | date:
    if isinstance(value, str):
        value = moment_of(value) or value
    if not isinstance(value, date):
        raise mistake(
            "{value!r} is not a valid date: write it as 2025-01-31 or 2025-01-31T15:40:00, without quotes", value=value
        )
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(KST).replace(tzinfo=None)
    return value


_Pair = Annotated[tuple[Identifier, Identifier], Field(strict=False)]


class Event(Strict):
    """A dated piece of news."""

    name: Name
    news: Annotated[datetime | date, PlainValidator(_moment)]
    """When the news came out, KST."""
    event_day: Day | None = None
    """First session on which KRX could react; found in the data if it is left out."""
    base: Day | None = None
    """The session before the event day; found in the data if it is left out."""
    sectors: Annotated[tuple[Identifier, ...], Field(strict=False)] = ()
    """The sectors that are studied, its family; empty = see `Settings.family`."""
    spreads: Annotated[tuple[_Pair, ...], Field(strict=False)] = ()
    """Pairs of sectors whose difference is tested; empty = the best minus the worst."""
    timeline: Annotated[tuple[Happening, ...], Field(strict=False)] = ()
    abroad: Annotated[tuple[Abroad, ...], Field(strict=False)] = ()
    _first_day: date = PrivateAttr()

    @property
    def news_date(self) -> date:
        """Calendar day of the news."""
        return self.news.date() if isinstance(self.news, datetime) else self.news

    @property
    def first_day(self) -> date:
        """First calendar day on which KRX could react: news after the regular close belongs to the next session."""
        return self._first_day

    @property
    def earliest_session(self) -> date:
        """The event day if it is configured, else the first day on which it can be."""
        return self.event_day or self.first_day

    def session(self, calendar: Calendar) -> date:
        """The event day: as configured, else the first session of `calendar` on or after `first_day`."""
        return self.event_day or calendar.first_on_or_after(self.first_day)

    @model_validator(mode="after")
    def _sectors_fit(self) -> Self:
        for number, sector in enumerate(self.sectors):
            if sector in self.sectors[:number]:
                raise mistake("{sector} is listed twice: delete one", "sectors", number, sector=sector)
        for number, (a, b) in enumerate(self.spreads):
            if a == b:
                raise mistake("the spread of {a} with itself is 0: name two sectors", "spreads", number, a=a)
            missing = next((sector for sector in (a, b) if self.sectors and sector not in self.sectors), None)
            if missing:
                raise mistake(
                    "{sector} is not among the sectors of the event: add it there", "spreads", number, sector=missing
                )
        return self

    @model_validator(mode="after")
    def _in_order(self, info: ValidationInfo) -> Self:
        schedule: Schedule = (info.context or {}).get("schedule", KRX_SCHEDULE)
        late = isinstance(self.news, datetime) and self.news.replace(tzinfo=KST) >= schedule.closes(self.news_date)
        self._first_day = self.news_date + timedelta(days=1 if late else 0)
        if self.event_day is not None and self.event_day < self.first_day:
            raise mistake(
                "event_day {event_day} is before KRX could react to the news of {news} after the close"
                if late
                else "event_day {event_day} is before KRX could react to the news of {news}",
                "event_day",
                event_day=self.event_day,
                news=self.news_date,
            )
        if self.event_day is not None and self.event_day.weekday() > 4:
            raise mistake(
                "event_day {event_day} is a weekend: omit it to use the first session in the data",
                "event_day",
                event_day=self.event_day,
            )
        if self.base is not None and self.event_day is not None and self.base >= self.event_day:
            raise mistake(
                "base {base} must be the session before event_day {event_day}",
                "base",
                base=self.base,
                event_day=self.event_day,
            )
        return self


class Weights(Strict):
    """What a score is made of; the parts sum to 1."""

    magnitude: Annotated[float, Field(ge=0)]
    certainty: Annotated[float, Field(ge=0)]
    persistence: Annotated[float, Field(ge=0)]
    breadth: Annotated[float, Field(ge=0)]
    volume: Annotated[float, Field(ge=0)]

    @model_validator(mode="after")
    def _sum_to_one(self) -> Self:
        total = sum(self.model_dump().values())
        if abs(total - 1) > 1e-9:
            raise mistake("the weights sum to {total:g}; they must sum to 1", total=total)
        return self


def _window(value: Any) -> tuple[int, int]:
    if (
        not isinstance(value, list | tuple)
        or len(value) != 2
        or not all(isinstance(day, int) and not isinstance(day, bool) for day in value)
    ):
        raise mistake(
            "{value!r} is not a valid window: write [first, last] in sessions relative to the event day, such as "
            "[0, 5]",
            value=value,
        )
    first, last = value
    if max(-first, last) > MOST_SESSIONS:
        raise mistake(
            "the window [{first}, {last}] exceeds {most} sessions",
            first=first,
            last=last,
            most=MOST_SESSIONS,
        )
    if first > last:
        raise mistake("the window [{first}, {last}] is reversed: write [{last}, {first}]", first=first, last=last)
    return first, last


Window = Annotated[tuple[int, int], BeforeValidator(_window)]


def _span(value: Any) -> Any:
    try:
        opens, closes = (time.fromisoformat(part.strip()) for part in str(value).split("-"))
    except ValueError:
        raise mistake('{value!r} is not a valid trading period: write it as "09:00-15:30"', value=value) from None
    if opens >= closes:
        raise mistake('"{value}" ends before it begins: write it as "09:00-15:30"', value=value)
    return Span(opens, closes)


_Span = Annotated[Span, PlainValidator(_span)]


class _Hours(Strict):
    """Trading hours from a day on, until those of a later one."""

    since: Day
    regular: _Span
    after_market: _Span | None = None
    pre_market: _Span | None = None


class CalendarRules(Strict):
    """Days on which KRX closed or opened other than the holiday library knows, and trading hours that have changed."""

    closed: Annotated[tuple[Day, ...], Field(strict=False)] = ()
    opened: Annotated[tuple[Day, ...], Field(strict=False)] = ()
    exams: Annotated[tuple[Day, ...], Field(strict=False)] = ()
    """Days of the university entrance examination, on which trading is an hour later."""
    hours: Annotated[tuple[_Hours, ...], Field(strict=False)] = ()

    @property
    def calendar(self) -> Calendar:
        """KRX's calendar with these corrections, before anything is observed in data."""
        hours = (TradingHours(one.since, one.regular, one.after_market, one.pre_market) for one in self.hours)
        schedule = KRX_SCHEDULE.corrected(hours, self.exams)
        return Calendar(frozenset(self.closed), frozenset(self.opened), schedule=schedule)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        for key, days in (("closed", self.closed), ("opened", self.opened), ("exams", self.exams)):
            for number, day in enumerate(days):
                if day in days[:number]:
                    raise mistake("{day} is listed twice: delete one", key, number, day=day)
        for number, day in enumerate(self.closed):
            if day.weekday() > 4:
                raise mistake("{day} is a weekend, when KRX is closed anyway: delete it", "closed", number, day=day)
            if day in self.opened:
                raise mistake("{day} is also listed in opened: delete one", "closed", number, day=day)
        return self


class _StoreRules(Strict):
    """Whose the store of prices is."""

    group: str = ""
    """A group of users of this machine who may all write it; empty: the user alone."""


_SPARE = 30
"""Sessions of history beyond the estimation window and the placebo dates."""


class Screener(Strict):
    """How the screener works."""

    event: Identifier
    language: Literal["auto", "ko", "en"]
    palette: Palette
    headers: Headers = "code"
    """Of CSV files that are asked for; report directories hold those in Korean beside the others if it is `ko`."""
    model: ModelName
    estimation: Annotated[int, Field(ge=20, le=MOST_SESSIONS)]
    """Sessions of the estimation window."""
    gap: Annotated[int, Field(ge=0, le=MOST_SESSIONS)]
    """Sessions between the estimation window and the event day."""
    min_obs: Annotated[int, Field(ge=10, le=MOST_SESSIONS)]
    """Fewest sessions of the estimation window on which a stock traded."""
    placebo_dates: Annotated[int, Field(ge=39, le=MOST_PLACEBOS)]
    """Ordinary sessions that the event is ranked among, at most; with fewer than 39 the test cannot reach 5%."""
    price_limit: Annotated[float, Field(ge=0, le=1)]
    """Daily price limit as a decimal; 0 for a market without one."""
    windows: Annotated[tuple[Window, ...], Field(min_length=1, strict=False)]
    """Event windows; the first one leads the report."""
    request_spacing: Annotated[float, Field(ge=0, le=60)] = 0.5
    """Seconds between two requests to one host of the exchange."""
    weights: Weights
    store: _StoreRules = _StoreRules()
    calendar: CalendarRules = CalendarRules()

    @property
    def sessions_before(self) -> int:
        """Sessions before an event day that its study can use, and some to spare for windows of other events."""
        return self.estimation + self.gap + self.placebo_dates + _SPARE

    @property
    def sessions_after(self) -> int:
        """Sessions after an event day that its windows reach."""
        return max(0, *(last for _, last in self.windows))

    @model_validator(mode="before")
    @classmethod
    def _spreads_belong_to_events(cls, given: Any) -> Any:
        if isinstance(given, dict) and "spreads" in given:
            raise mistake("spreads belong to an event: move them below [EVENT] in events.toml", "spreads")
        return given

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.min_obs > self.estimation:
            raise mistake(
                "min_obs {min_obs} exceeds the {estimation} sessions of the estimation window",
                "min_obs",
                min_obs=self.min_obs,
                estimation=self.estimation,
            )
        for number, window in enumerate(self.windows):
            first, last = window
            if window in self.windows[:number]:
                raise mistake("the window [{first}, {last}] is listed twice", "windows", number, first=first, last=last)
            if first < -self.gap:
                raise mistake(
                    "the window [{first}, {last}] overlaps the estimation window: start it at {earliest} or later, "
                    "or widen the gap",
                    "windows",
                    number,
                    first=first,
                    last=last,
                    earliest=-self.gap,
                )
        return self


@dataclass(frozen=True)
class Filters:
    """What a stock must be like."""

    least_cap: float = 50e9
    """Market capitalisation, KRW. Below it, nothing that a fund could hold moves the price."""
    least_value: float = 1e8
    """Value traded in a usual session, KRW. Below 100 million won a single private order makes the day's close."""
    only: str | None = None
    """KOSPI or KOSDAQ; None: both."""
    kept: frozenset[str] = frozenset()
    """Of `KINDS`, those that are not left out."""
