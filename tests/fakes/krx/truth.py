"""The final figures of the simulated exchange, whatever the hour: what tests compare with."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from datetime import date, timedelta

from tests.fakes.krx.simulation import Figures, Ints


class Truth:
    """Final figures by day and ticker; None where the stock was not listed or the day was no session."""

    def __init__(self, start: date, end: date, figures: Figures, last: Callable[[], int]) -> None:
        self._start, self._end = start, end
        self._figures, self._last = figures, last
        self._places = {stock.ticker: place for place, stock in enumerate(figures.stocks)}

    @property
    def sessions(self) -> list[date]:
        """All sessions between start and end."""
        return self._figures.days

    @property
    def closed_days(self) -> list[date]:
        """Weekdays between start and end on which the exchange was closed."""
        days = (self._start + timedelta(days=n) for n in range((self._end - self._start).days + 1))
        return [day for day in days if day.weekday() < 5 and day not in set(self._figures.days)]

    def tickers(self, day: date) -> list[str]:
        """Stocks listed on a session."""
        row = self._figures.days.index(day)
        return [
            stock.ticker for stock, there in zip(self._figures.stocks, self._figures.listed[row], strict=True) if there
        ]

    def close(self, day: date, ticker: str) -> int | None:
        """Close as traded, KRW."""
        return self._cell(self._figures.close, day, ticker)

    def volume(self, day: date, ticker: str) -> int | None:
        """Pieces traded; 0 on a halt."""
        return self._cell(self._figures.volume, day, ticker)

    def shares(self, day: date, ticker: str) -> int | None:
        """Shares listed."""
        return self._cell(self._figures.shares, day, ticker)

    def change_pct(self, day: date, ticker: str) -> float | None:
        """Official change against the base price, %."""
        close, base = self.close(day, ticker), self._cell(self._figures.base, day, ticker)
        return None if close is None or base is None else round((close / base - 1) * 100, 2)

    def adjusted(self, day: date, ticker: str) -> int | None:
        """Close, restated for every split that has happened by the market's now."""
        close = self.close(day, ticker)
        for trouble in self._figures.troubles.values():
            restated = trouble.ticker == ticker and trouble.row <= self._last()
            if close is not None and restated and day < self._figures.days[trouble.row]:
                close = round(close / trouble.factor)
        return close

    def net_value(self, first: date, last: date, ticker: str, investor: str) -> int:
        """Net purchases from first to last, KRW, by KRX's code: 7050 institutions, 8000 individuals, 9000 foreigners."""
        place = self._places[ticker]
        net, close = self._figures.net[investor][:, place], self._figures.close[:, place]
        rows = [row for row, day in enumerate(self._figures.days) if first <= day <= last]
        return sum(int(net[row]) * int(close[row]) for row in rows)

    def level(self, day: date, code: str) -> float:
        """Closing level of an index (1001, 1028, 2001, 5044)."""
        return float(self._figures.index[code][self._figures.days.index(day), 3])

    def fund(self, day: date, ticker: str) -> int:
        """Close of an ETF, KRW."""
        return int(self._figures.funds[ticker][self._figures.days.index(day), 3])

    def industry(self, ticker: str) -> str:
        """KRX's industry of a stock."""
        return self._figures.stocks[self._places[ticker]].industry

    def _cell(self, array: Ints, day: date, ticker: str) -> int | None:
        days, place = self._figures.days, self._places[ticker]
        row = bisect_left(days, day)
        if row == len(days) or days[row] != day or not self._figures.listed[row, place]:
            return None
        return int(array[row, place])
