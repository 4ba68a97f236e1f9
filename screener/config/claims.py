"""The form of claims.toml: claims about an event, and how prices can test them."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, Field, PlainValidator, model_validator

from screener.config.fields import MOST_SESSIONS, Identifier, Name, PlainText, Strict, Ticker, mistake
from screener.config.models import Window
from screener.krx.codes import TICKER


@dataclass(frozen=True)
class Target:
    """The stocks that a test is about: a sector, a theme of one, or single stocks."""

    sector: str = ""
    theme: str | None = None
    tickers: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " ".join(self.tickers) or (f"{self.sector}/{self.theme}" if self.theme else self.sector)


def _target(value: Any) -> Target:
    if isinstance(value, str):
        sector, slash, theme = value.partition("/")
        return Target(sector, theme if slash else None)
    if (
        isinstance(value, list)
        and value
        and all(isinstance(ticker, str) and TICKER.fullmatch(ticker) for ticker in value)
    ):
        if len(set(value)) < len(value):
            raise mistake("{value!r} lists a stock twice: delete one", value=value)
        return Target(tickers=tuple(value))
    raise mistake(
        '{value!r} is not a valid group: write "SECTOR", "SECTOR/theme", or tickers such as ["000660", "005930"]',
        value=value,
    )


def _range(value: Any) -> tuple[float, float]:
    numbers = isinstance(value, list) and all(isinstance(bound, int | float) and bound == bound for bound in value)
    if not numbers or len(value) != 2 or any(isinstance(bound, bool) for bound in value):
        raise mistake(
            "{value!r} is not a valid range: write [lowest, highest], such as [-10, -9] or [5, inf]", value=value
        )
    low, high = value
    if low > high:
        raise mistake("the range [{low}, {high}] is reversed: write [{high}, {low}]", low=low, high=high)
    return float(low), float(high)


Stocks = Annotated[Target, PlainValidator(_target)]
_Range = Annotated[tuple[float, float], BeforeValidator(_range)]
"""Lowest and highest, both included: % for a change, mean, median, CAAR or difference; else a share, rank or ratio."""
_Level = Literal["mean", "mean_cw", "median", "caar"]
"""Of a group's returns: mean, mean weighted by capitalisation, median; or of its abnormal returns: the mean."""
_Measure = Literal["mean", "mean_cw", "median", "caar", "up", "down"]
"""A level, or the share of the stocks that rose, or fell."""
_Tau = Annotated[int, Field(ge=0, le=MOST_SESSIONS)]


class Ranged(Strict):
    """A test of one figure: consistent inside one range, partly so inside a wider one, else not consistent."""

    consistent: _Range
    partly: _Range | None = None

    @property
    def targets(self) -> Mapping[str, Target]:
        """By key, the stocks that the test is about."""
        given = {key: value for key, value in self if key in ("ticker", "sector", "of", "a", "b")}
        if "ticker" in given:
            return {"ticker": Target(tickers=(given["ticker"],))}
        return {key: value if isinstance(value, Target) else Target(value) for key, value in given.items()}

    @property
    def windows(self) -> tuple[Window, ...]:
        """The windows that it needs."""
        return ()

    @model_validator(mode="after")
    def _partly_is_wider(self) -> Self:
        if self.partly and not (self.partly[0] <= self.consistent[0] and self.consistent[1] <= self.partly[1]):
            raise mistake(
                "{range} does not contain the range of consistent: widen it", "partly", range=list(self.partly)
            )
        return self


class _Windowed(Ranged):
    """A test over one window."""

    window: Window = (0, 0)

    @property
    def windows(self) -> tuple[Window, ...]:
        """The one window."""
        return (self.window,)


class Change(_Windowed):
    """A stock's change, %."""

    kind: Literal["change"]
    ticker: Ticker


class Grouped(_Windowed):
    """A figure of one group."""

    kind: Literal["group"]
    of: Stocks
    measure: _Measure = "mean"


class Rank(_Windowed):
    """A sector's place among all sectors that were not put together after the event."""

    kind: Literal["rank"]
    sector: Identifier
    measure: _Level = "mean"
    order: Literal["best", "worst"] = "best"
    """Which end has place 1."""


class Versus(_Windowed):
    """A figure of group a minus that of group b, percentage points."""

    kind: Literal["versus"]
    a: Stocks
    b: Stocks
    measure: _Level = "mean"


class Path(Ranged):
    """How much of a first move was undone later, as a share: 1 = all of it."""

    kind: Literal["path"]
    of: Stocks
    moved: Literal["up", "down"]
    by: _Tau
    """Session through which the group had moved so."""
    until: _Tau
    """Session through which the move may have been undone."""
    measure: _Level = "mean"

    @property
    def windows(self) -> tuple[Window, ...]:
        """From the event day through either session."""
        return (0, self.by), (0, self.until)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until <= self.by:
            raise mistake("until {until} must be after by {by}", "until", until=self.until, by=self.by)
        return self


class Ratio(Ranged):
    """A stated sum over a stock's market capitalisation at the base session."""

    kind: Literal["ratio"]
    ticker: Ticker
    trillion_won: Annotated[tuple[Annotated[float, Field(gt=0)], ...], Field(min_length=1, strict=False)]
    """Several where articles state several; the claim must hold with each."""


class Analogue(_Windowed):
    """The share of a group's stocks that moved as its peers abroad did; consistent only if its mean did so too."""

    kind: Literal["analogue"]
    of: Stocks
    peers: Annotated[tuple[str, ...], Field(min_length=1, strict=False)]
    """English names from the event's table `abroad`."""


Test = Change | Grouped | Rank | Versus | Path | Ratio | Analogue

_Articles = Annotated[tuple[PlainText, ...], Field(min_length=1, strict=False)]


class Article(Strict):
    """An article that made claims; what is not known of it is left out."""

    paper: Name
    date: datetime.date | None = None
    title: Name | None = None

    def text(self, language: Literal["ko", "en"]) -> str:
        """Paper, day and title."""
        title = f'"{getattr(self.title, language)}"' if self.title else ""
        day = str(self.date) if self.date else ""
        return ", ".join(filter(None, (getattr(self.paper, language), day, title)))


class ArticlesOfFile(BaseModel):
    """The table `articles` of claims.toml; everything else there is claims."""

    articles: dict[Identifier, Article] = {}


class _Otherwise(Name):
    """What others said against a claim."""

    by: _Articles


class Claim(Strict):
    """What was said about an event."""

    event: Identifier
    said: Name
    by: _Articles
    """Ids of articles, which the table `articles` knows more of, or their names."""
    date: datetime.date | None = None
    """Day on which it was said, where that is known and is not the article's."""
    against: Identifier | None = None
    """The claim that says otherwise."""
    otherwise: _Otherwise | None = None
    test: Annotated[Test | None, Field(discriminator="kind")] = None
    not_testable: Name | None = None
    """Why prices of the exchange cannot test it."""
    caveat: Name | None = None
    """What the verdict does not carry."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.test is None) == (self.not_testable is None):
            raise mistake("a claim needs a test, or not_testable with a reason: write one of the two")
        return self


def _without_articles(value: Any) -> Any:
    return {key: claim for key, claim in value.items() if key != "articles"} if isinstance(value, dict) else value


ClaimsOfFile = Annotated[dict[Identifier, Claim], BeforeValidator(_without_articles)]
"""The claims of claims.toml, by id."""
