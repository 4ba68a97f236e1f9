"""The form of screener.toml: how the screener works."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from screener.config.models import Identifier, Strict, mistake

Palette = Literal["kr", "us", "cb"]
ModelName = Literal["market", "market-adjusted", "mean-adjusted"]


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
            "{value!r} is no window: write [first, last] in sessions around the event day, such as [0, 5]", value=value
        )
    first, last = value
    if first > last:
        raise mistake("the window [{first}, {last}] is reversed: write [{last}, {first}]", first=first, last=last)
    return first, last


Window = Annotated[tuple[int, int], BeforeValidator(_window)]


class CalendarDays(Strict):
    """Days on which KRX closed or opened other than the holiday library knows."""

    closed: Annotated[tuple[date, ...], Field(strict=False)] = ()
    opened: Annotated[tuple[date, ...], Field(strict=False)] = ()

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        for key, days in (("closed", self.closed), ("opened", self.opened)):
            for number, day in enumerate(days):
                if day in days[:number]:
                    raise mistake("{day} stands twice: delete one", key, number, day=day)
        for number, day in enumerate(self.closed):
            if day.weekday() > 4:
                raise mistake("{day} is a weekend, when KRX is closed anyway: delete it", "closed", number, day=day)
            if day in self.opened:
                raise mistake("{day} stands in opened as well: delete one", "closed", number, day=day)
        return self


SPARE = 30
"""Sessions of history beyond the estimation window and the placebo dates."""


class Screener(Strict):
    """How the screener works."""

    event: Identifier
    language: Literal["auto", "ko", "en"]
    palette: Palette
    model: ModelName
    estimation: Annotated[int, Field(ge=20)]
    """Sessions of the estimation window."""
    gap: Annotated[int, Field(ge=0)]
    """Sessions between the estimation window and the event day."""
    min_obs: Annotated[int, Field(ge=10)]
    """Fewest sessions of the estimation window on which a stock traded."""
    placebo_dates: Annotated[int, Field(ge=39)]
    """Ordinary sessions that the event is ranked among, at most; with fewer than 39 the test cannot reach 5 %."""
    price_limit: Annotated[float, Field(ge=0, le=1)]
    """Daily price limit as a decimal; 0 for a market without one."""
    windows: Annotated[tuple[Window, ...], Field(min_length=1, strict=False)]
    """Event windows; the first one leads the report."""
    request_spacing: Annotated[float, Field(ge=0, le=60)] = 0.5
    """Seconds between two requests to one host of the exchange."""
    spreads: Annotated[tuple[tuple[Identifier, Identifier], ...], Field(strict=False)]
    """Pairs of sectors whose difference is tested."""
    weights: Weights
    calendar: CalendarDays = CalendarDays()

    @property
    def sessions_before(self) -> int:
        """Sessions before an event day that its study can use, and some to spare for windows of other events."""
        return self.estimation + self.gap + self.placebo_dates + SPARE

    @property
    def sessions_after(self) -> int:
        """Sessions after an event day that its windows reach."""
        return max(0, *(last for _, last in self.windows))

    @field_validator("spreads", mode="before")
    @classmethod
    def _pairs(cls, value: Any) -> Any:
        return (
            tuple(tuple(pair) if isinstance(pair, list) else pair for pair in value)
            if isinstance(value, list)
            else value
        )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.min_obs > self.estimation:
            raise mistake(
                "min_obs {min_obs} is more than the {estimation} sessions of the estimation window",
                "min_obs",
                min_obs=self.min_obs,
                estimation=self.estimation,
            )
        for number, (a, b) in enumerate(self.spreads):
            if a == b:
                raise mistake("the spread of {a} with itself is nothing: name two sectors", "spreads", number, a=a)
        for number, window in enumerate(self.windows):
            first, last = window
            if window in self.windows[:number]:
                raise mistake("the window [{first}, {last}] stands twice", "windows", number, first=first, last=last)
            if first < -self.gap:
                raise mistake(
                    "the window [{first}, {last}] reaches into the estimation window: start it at {earliest} or later, "
                    "or widen the gap",
                    "windows",
                    number,
                    first=first,
                    last=last,
                    earliest=-self.gap,
                )
        return self
