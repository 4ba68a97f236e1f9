"""The simulated exchange at a moment: what it would say now, and the truth that tests compare with.

market = Market()                      # 2,620 stocks, 2023-01-02 .. 2025-03-31, the last evening
market.now = kst(2025, 1, 31, 14, 0)   # during a session: its figures are provisional
market.truth.close(date(2025, 1, 31), "000660")  # 199200
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any, Literal
from zoneinfo import ZoneInfo

import numpy as np

from tests.fakes.krx.listing import MARKET_IDS, Stock
from tests.fakes.krx.simulation import Figures, Flags, Floats, Ints, Trouble, sessions, simulate, to_tick
from tests.fakes.krx.truth import Truth

KST = ZoneInfo("Asia/Seoul")
OPENS, CLOSES, SETTLED, AFTER_MARKET_ENDS = time(9, 0), time(15, 30), time(18, 0), time(20, 0)
SEED = 20250131

Stage = Literal["final", "closed", "trading"]
"""Of a session: final; closed with volumes and flows still to settle; trading, nothing final."""


def kst(year: int, month: int, day: int, hour: int = 18, minute: int = 30) -> datetime:
    """A moment of Korean time."""
    return datetime(year, month, day, hour, minute, tzinfo=KST)


@dataclass(frozen=True)
class Session:
    """One session as the exchange shows it now; arrays over the N stocks."""

    day: date
    open: Ints
    high: Ints
    low: Ints
    close: Ints
    base: Ints
    volume: Ints
    value: Ints
    shares: Ints
    listed: Flags

    @property
    def change_pct(self) -> Floats:
        """Change against the base price, %, two decimals."""
        return change_pct(self.close, self.base)


@dataclass(frozen=True)
class Correction:
    """A close that was told wrong at first."""

    ticker: str
    day: date
    seen: date
    """From this day on it is told right."""
    factor: float = 1.02
    """What was told over what is right."""


@dataclass(frozen=True)
class History:
    """One stock as it is shown now; arrays over its sessions, oldest first."""

    days: list[date]
    open: Ints
    high: Ints
    low: Ints
    close: Ints
    base: Ints
    volume: Ints
    value: Ints
    shares: Ints


def change_pct(close: Ints, base: Ints) -> Floats:
    """Change against the base, %, two decimals."""
    return np.round((close / np.maximum(base, 1) - 1) * 100, 2)


class Market:
    """A deterministic exchange between two dates, seen at `now`."""

    def __init__(
        self,
        start: date = date(2023, 1, 2),
        end: date = date(2025, 3, 31),
        *,
        size: int = 2_620,
        seed: int = SEED,
        closed: frozenset[date] = frozenset(),
        late: frozenset[date] = frozenset(),
        corrections: Sequence[Correction] = (),
        after_market: date | None = None,
        now: datetime | None = None,
    ) -> None:
        self.start, self.end = start, end
        self.late, self.corrections = late, list(corrections)
        self.after_market = after_market
        self.days = sessions(start, end, closed)
        self.figures: Figures = simulate(self.days, size, seed)
        self.stocks: list[Stock] = self.figures.stocks
        self.places = {stock.ticker: place for place, stock in enumerate(self.stocks)}
        self.market_ids = np.array([MARKET_IDS[stock.market] for stock in self.stocks])
        self.now = now or datetime.combine(end, time(18, 30), KST)
        self.truth = Truth(start, end, self.figures, lambda: self.last)

    @property
    def now(self) -> datetime:
        """The moment at which the exchange is asked."""
        return self._now

    @now.setter
    def now(self, moment: datetime) -> None:
        if moment.tzinfo is None:
            raise ValueError(f"now needs a time zone: {moment}")
        self._now = moment.astimezone(KST)

    @property
    def troubles(self) -> dict[str, Trouble]:
        """What is unusual, by name: split, halt, reverse_split, delisting, rename, letter, overflow, limit_up_0 .."""
        return self.figures.troubles

    def day_of(self, trouble: str) -> date:
        """First session of a trouble."""
        return self.days[self.troubles[trouble].row]

    @property
    def last(self) -> int:
        """Row of the newest session that is shown, -1 for none."""
        today = self._now.date()
        last = bisect_right(self.days, today) - 1
        if last >= 0 and self.days[last] == today and self._clock(today) < OPENS:
            last -= 1
        return last

    def row(self, day: date) -> int | None:
        """Row of `day`, None where it is no session that is shown."""
        row = bisect_left(self.days, day)
        return row if row <= self.last and self.days[row] == day else None

    def stage(self, row: int) -> Stage:
        """How final the figures of a session are."""
        day = self.days[row]
        settled = AFTER_MARKET_ENDS if self.after_market and day >= self.after_market else SETTLED
        if day != self._now.date() or self._now.time() >= settled:
            return "final"
        return "closed" if self._clock(self.days[row]) >= CLOSES else "trading"

    def gives_last_prices(self, row: int) -> bool:
        """Whether Naver gives the price of the after-market for the close: from its end at 20:00 on."""
        day = self.days[row]
        if self.after_market is None or day < self.after_market:
            return False
        return self._now >= datetime.combine(day, AFTER_MARKET_ENDS, KST)

    def last_prices(self, ticker: str, closes: Ints) -> Ints:
        """Closes (T,) of one stock as Naver gives them: those of after-markets moved by up to 1.5% on 3 of 5 days."""
        told = closes.copy()
        for row in range(len(told)):
            rng = np.random.default_rng([int(ticker, 36), row])
            if self.gives_last_prices(row) and rng.random() < 0.6:
                told[row] = to_tick(told[row : row + 1] * (1 + rng.uniform(-0.015, 0.015)))[0]
        return told

    def _clock(self, day: date) -> time:
        """The time of day by which a session goes: on some days it begins and ends an hour late."""
        late = timedelta(hours=1 if day in self.late else 0)
        return max(self._now - late, datetime.combine(day, time(0), KST)).time()

    def _as_told(self, session: Session) -> Session:
        """The session as it is told now, before what is wrong in it is corrected."""
        for one in self.corrections:
            if one.day == session.day and self._now.date() < one.seen:
                place = self.places[one.ticker]
                close, high = session.close.copy(), session.high.copy()
                close[place] = to_tick(close[place : place + 1] * one.factor)[0]
                high[place] = max(high[place], close[place])
                session = replace(session, close=close, high=high)
        return session

    def session(self, row: int) -> Session:
        """The whole market on one session."""
        f = self.figures
        arrays = (f.open, f.high, f.low, f.close, f.base, f.volume, f.value, f.shares, f.listed)
        final = self._as_told(Session(self.days[row], *(array[row] for array in arrays)))
        stage = self.stage(row)
        if stage == "final":
            return final
        part = 97 if stage == "closed" else 40
        shown = replace(final, volume=final.volume * part // 100, value=final.value * part // 100)
        if stage == "closed":
            return shown
        traded = final.volume > 0
        close = np.where(traded, to_tick((final.open + 0.0 + final.close) / 2 * 1.004), final.close)
        high = np.where(traded, np.maximum(final.open, close), 0)
        low = np.where(traded, np.minimum(final.open, close), 0)
        return replace(shown, close=close, high=high, low=low)

    def history(self, ticker: str, *, adjusted: bool) -> History | None:
        """One stock's sessions; adjusted prices are restated for every split that has happened by now."""
        place = self.places.get(ticker)
        if place is None or self.last < 0:
            return None
        f, last, newest = self.figures, self.last, self.session(self.last)
        rows = np.flatnonzero(f.listed[: last + 1, place])
        columns: dict[str, Ints] = {}
        for name in ("open", "high", "low", "close", "base", "volume", "value", "shares"):
            column = getattr(f, name)[: last + 1, place].copy()
            for wrong in (one for one in self.corrections if one.ticker == ticker and one.day in self.days):
                told = self.row(wrong.day)
                if told is not None:
                    column[told] = getattr(self.session(told), name)[place]
            column[last] = getattr(newest, name)[place]
            if adjusted and name == "close":
                column = self.last_prices(ticker, column)
            if adjusted and name in ("open", "high", "low", "close", "base"):
                column = self._adjusted(ticker, column)
            columns[name] = column[rows]
        return History([self.days[row] for row in rows], **columns)

    def _adjusted(self, ticker: str, prices: Ints) -> Ints:
        for trouble in self.troubles.values():
            if trouble.ticker == ticker and trouble.factor != 1 and trouble.row <= self.last:
                prices[: trouble.row] = np.round(prices[: trouble.row] / trouble.factor)
        return prices

    def fund(self, ticker: str) -> tuple[list[date], Ints]:
        """Sessions of an ETF and its (T, 5) open, high, low, close, volume."""
        last = self.last
        rows = self.figures.funds[ticker][: last + 1].copy()
        if last >= 0 and self.stage(last) == "trading":
            rows[last, 3] = rows[last, [0, 3]].mean() // 5 * 5 + 5
            rows[last, 1], rows[last, 2] = rows[last, [0, 3]].max(), rows[last, [0, 3]].min()
        if last >= 0 and self.stage(last) != "final":
            rows[last, 4] = rows[last, 4] * (97 if self.stage(last) == "closed" else 40) // 100
        return self.days[: last + 1], rows

    def level(self, code: str) -> Floats:
        """(T, 4) open, high, low, close of an index."""
        last = self.last
        rows = self.figures.index[code][: last + 1].copy()
        if last >= 0 and self.stage(last) == "trading":
            rows[last, 3] = round(rows[last, [0, 3]].mean() * 1.002, 2)
            rows[last, 1], rows[last, 2] = rows[last, [0, 3]].max(), rows[last, [0, 3]].min()
        return rows

    def index_totals(self, code: str) -> Ints:
        """(T, 3) volume, value and market capitalisation of an index's members."""
        totals = self._totals[code][: self.last + 1].copy()
        if self.last >= 0 and self.stage(self.last) != "final":
            session, members = self.session(self.last), self.members[code] & self.figures.listed[self.last]
            shown = (session.volume, session.value, session.close * session.shares)
            totals[-1] = [int(column[members].sum()) for column in shown]
        return totals

    @cached_property
    def members(self) -> dict[str, Flags]:
        """Which stocks an index is made of."""
        kospi, kosdaq = self.market_ids == "STK", self.market_ids == "KSQ"
        caps = np.where(kospi, self.figures.close[0] * self.figures.shares[0], 0)
        top = kospi & (caps >= np.sort(caps)[-min(200, len(caps))])
        chips = np.array([stock.sector == "SEMI" for stock in self.stocks])
        return {"1001": kospi, "1028": top, "2001": kosdaq, "5044": chips}

    @cached_property
    def _totals(self) -> dict[str, Ints]:
        f = self.figures
        cap = f.close * f.shares
        return {
            code: np.column_stack([np.where(f.listed & members, array, 0).sum(1) for array in (f.volume, f.value, cap)])
            for code, members in self.members.items()
        }

    def flows(self, first: int, end: int, investor: str) -> Ints:
        """(3, N) sold, bought and net pieces of one kind of investor over rows first .. end-1, and the net value."""
        f = self.figures
        net, volume = f.net[investor][first:end], f.volume[first:end]
        bought = np.maximum(net, 0) + (volume - abs(net)) // 5
        value = (net * f.close[first:end]).sum(0), (bought * f.close[first:end]).sum(0)
        out = np.array([(bought - net).sum(0), bought.sum(0), net.sum(0), value[1] - value[0], value[1], value[0]])
        if end - 1 == self.last and self.stage(self.last) != "final":
            out = out * 9 // 10
        return out

    def name(self, place: int | np.integer[Any], row: int) -> str:
        """Name of a stock on a session."""
        rename = self.troubles["rename"]
        stock = self.stocks[int(place)]
        return f"구{stock.name}" if stock.ticker == rename.ticker and row < rename.row else stock.name
