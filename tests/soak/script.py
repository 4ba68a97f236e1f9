"""What happens on the simulated exchange, fault or no fault: events, odd sessions, corrections, unknown holidays."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

from tests.fakes.krx import Market
from tests.fakes.krx.market import Correction
from tests.fakes.krx.simulation import sessions

SEED = 20230601
SIZE, WHOLE = 300, 200
"""Stocks of this exchange, and how many of them count as a whole market: what is played here does not hang on it."""
BEFORE = 95
"""Sessions of history before the first event: 20 + 39 + 30 are needed, and some are holidays to the calendar."""
ALWAYS = ("000660", "005930", "042700", "035420", "035720", "189330", "298040")
"""Configured stocks: two sectors, and in the third one whoever has trouble."""
TROUBLED = ("reverse_split", "delisting", "rename", "letter", "long_halt", "new_listing", "limit_up_3")


@dataclass(frozen=True)
class Script:
    """One play: from the first day to the last."""

    market: Market
    first: date
    last: date
    events: dict[str, date]
    """By id, the day of the news, which is a session."""
    announced: dict[date, date]
    """Days that KRX closed without the calendar knowing, of those that the user configures: by the day before."""
    troubled: tuple[str, ...]
    """Tickers of the third sector."""


def script(length: int, events: int) -> Script:
    """A play of `length` sessions.

    Args:
        length: sessions from the first run to the last.
        events: how many events there are, spread so that their reports see what happens to stocks.
    """
    start = date(2023, 1, 2)
    plain = sessions(start, start + timedelta(days=3 * (length + BEFORE)), frozenset())
    days = plain[: length + BEFORE]
    dice = random.Random(SEED)  # noqa: S311 - a draw that can be repeated
    shut = sorted(dice.sample(days[BEFORE + 5 : -min(15, length // 4)], max(2, length // 80)))
    late = frozenset(dice.sample(days[BEFORE:], max(1, length // 60)))
    after_market = days[BEFORE + length // 2]
    market = Market(start, days[-1], size=SIZE, closed=frozenset(shut), late=late, after_market=after_market)
    open_days = market.days
    at = {name: market.troubles[name].row for name in market.troubles}
    wanted = [BEFORE + 1, *(at[name] - 4 for name in (*TROUBLED, "halt", "split") if at[name] > BEFORE + 8)]
    chosen = sorted(set(wanted), key=lambda row: (row != BEFORE + 1, row))[:: max(1, len(set(wanted)) // events)][
        :events
    ]
    named = {f"event{number}": open_days[row] for number, row in enumerate(sorted(chosen), 1)}
    for day in sorted(named.values()):
        row = open_days.index(day)
        for ticker, later, seen in ((ALWAYS[0], 2, 1), (ALWAYS[3], 4, 3)):
            if row + later + seen < len(open_days) - 6:
                market.corrections.append(
                    Correction(ticker, open_days[row + later], open_days[row + later + seen], 1.03)
                )
    return Script(
        market=market,
        first=open_days[BEFORE + 1],
        last=open_days[-1],
        events=named,
        announced={day - timedelta(days=1): day for day in shut[::2]},
        troubled=tuple(market.troubles[name].ticker for name in TROUBLED),
    )


def after_market_toml(play: Script) -> str:
    """Trading hours of the second half of the play, in which stocks trade on until 20:00."""
    return (
        f"[[calendar.hours]]\nsince = {play.market.after_market}\n"
        'regular = "09:00-15:30"\nafter_market = "16:00-20:00"\n'
    )


def events_toml(play: Script, today: date) -> str:
    """The events that have happened by `today`; a user cannot configure one that has not."""
    return "".join(
        f'[{name}]\nname = {{ ko = "사건 {name}", en = "Event {name}" }}\nnews = {day}\n\n'
        for name, day in play.events.items()
        if day <= today
    )


def sectors_toml(play: Script) -> str:
    """Two sectors of stocks that are always there, and one of those that have trouble."""
    market_of = {stock.ticker: stock.market for stock in play.market.stocks}

    def sector(name: str, tickers: tuple[str, ...]) -> str:
        members = "".join(
            f'    {{ ticker = "{one}", ko = "종목{one}", en = "Stock {one}", market = "{market_of[one].split()[0]}" }},\n'
            for one in tickers
        )
        return f'[{name}]\nname = {{ ko = "{name}", en = "{name}" }}\nmembers = [\n{members}]\n'

    return sector("CHIPS", ALWAYS[:3]) + sector("SOFT", ALWAYS[3:]) + sector("ODD", play.troubled)
