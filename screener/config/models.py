"""The form of events.toml and sectors.toml. Anything that the models of a file do not know is a mistake."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

from screener.i18n import _
from screener.krx.hours import KST, TICKER, closing

Market = Literal["KOSPI", "KOSDAQ"]
Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$")]
"""Names a directory and stands in file names, so it holds neither slashes nor dots."""


def mistake(message: str, /, *at: str | int, **values: Any) -> PydanticCustomError:
    """A validation error with `values` in its message that points at `at`, a path below the model that raises it."""
    return PydanticCustomError("mistake", "{message}", {"message": _(message, **values), "at": at})


def _plain(value: str) -> str:
    if not value.strip() or not value.isprintable():
        raise mistake("{value!r} is no plain text on one line: it is empty, or holds a control character", value=value)
    return value


Words = Annotated[str, AfterValidator(_plain)]
"""Text that may reach a terminal."""


def _ticker(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 999999:
        raise mistake('a ticker is text, not a number: write "{value:06d}" in quotes', value=value)
    if not isinstance(value, str) or not TICKER.fullmatch(value):
        raise mistake('{value!r} is no ticker: six digits or capital letters in quotes, such as "000660"', value=value)
    return value


Ticker = Annotated[str, BeforeValidator(_ticker)]


class Strict(BaseModel):
    """Base of every configuration model: immutable, and unknown keys are mistakes."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Name(Strict):
    """A name in both languages."""

    ko: Words
    en: Words


class Member(Strict):
    """A stock of a sector."""

    ticker: Ticker
    ko: Words
    en: Words
    market: Market
    theme: str | None = None
    why: str = ""


class Sector(Strict):
    """A named set of stocks, optionally split into themes."""

    name: Name
    post_hoc: bool = False
    """Chosen after the event because of how it moved: never evidence."""
    themes: dict[Identifier, Name] = {}
    members: Annotated[tuple[Member, ...], Field(min_length=1, strict=False)]

    @model_validator(mode="after")
    def _members_fit(self) -> Self:
        seen: set[str] = set()
        for number, member in enumerate(self.members):
            if member.ticker in seen:
                raise mistake(
                    "ticker {ticker} ({ko}) stands twice in this sector: delete one",
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
    if not isinstance(value, date):
        raise mistake(
            "{value!r} is no date: write it as 2025-01-31 or 2025-01-31T15:40:00, without quotes", value=value
        )
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(KST).replace(tzinfo=None)
    return value


class Event(Strict):
    """A dated piece of news."""

    name: Name
    news: Annotated[datetime | date, PlainValidator(_moment)]
    """When the news came out, KST."""
    event_day: date | None = None
    """First session on which KRX could react; found in the data if it is left out."""
    base: date | None = None
    """The session before the event day; found in the data if it is left out."""
    timeline: Annotated[tuple[Happening, ...], Field(strict=False)] = ()
    abroad: Annotated[tuple[Abroad, ...], Field(strict=False)] = ()

    @property
    def news_date(self) -> date:
        """Calendar day of the news."""
        return self.news.date() if isinstance(self.news, datetime) else self.news

    @property
    def first_day(self) -> date:
        """First calendar day on which KRX could react: news after the close belongs to the next session."""
        late = isinstance(self.news, datetime) and self.news.time() >= closing(self.news_date)
        return self.news_date + timedelta(days=1 if late else 0)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.event_day is not None and self.event_day < self.first_day:
            late = self.first_day != self.news_date
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
                "event_day {event_day} is a weekend: leave it out, and the data decides",
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
