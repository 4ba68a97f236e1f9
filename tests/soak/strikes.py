"""What goes wrong with a run, drawn by dice: the network, the account, the machine, its disk, its clock."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.e2e.command import Command
from tests.fakes.datagokr import HOST, DataGoKr, Row, refusal
from tests.fakes.datagokr.answers import published
from tests.fakes.krx import Exchange
from tests.lies.wire import ONE, THREE, TWO, Before, Spoil, bomb, cells, exchanged, level, session, times, turned

SESSION, INDEX = "MDCSTAT01501", "MDCSTAT00301"
WAYS = ("login", "datagokr", "mixed")
"""What the user has: an account of KRX, a key of data.go.kr, or both, and then the exchange lies every other day."""
IMPATIENT = {"connect": 5, "read": 1, "request": 3, "first": None, "attempts": 2, "backoff": 0}
"""A `Timeouts` for servers that never answer whole: to wait for them longer finds nothing more."""
LOST = 5
"""Days of reports that are lost at once; to make one again takes as long as to make it."""


@dataclass(frozen=True)
class Strike:
    """One fault, for the runs of one day or some."""

    name: str
    days: int = 1
    kills: int = 0
    """How many runs of the day are killed."""
    off: bool = False
    """Nothing runs at all."""
    wire: Callable[[Exchange], None] = lambda _: None
    """What goes wrong beyond the machine."""
    here: Callable[[Command, random.Random], None] = lambda _command, _dice: None
    """What goes wrong on its disk, before the run."""
    clock: timedelta = timedelta()
    """How far its clock is wrong."""
    endless: bool = False
    """Whether no request is ever answered whole."""
    ways: tuple[str, ...] = ("login", "datagokr")
    """Who meets it."""


def wire(name: Any, **which: Any) -> Callable[[Exchange], None]:
    """A fault of the stand-in."""

    def strike(exchange: Exchange) -> None:
        exchange.faults.drip_seconds = 0.1
        exchange.faults.add(name, **which)

    return strike


def expire(exchange: Exchange) -> None:
    exchange.account.password_expired = True


def elsewhere(exchange: Exchange) -> None:
    exchange.account.session = "of another program"


def lie(told: Callable[[date, date], Spoil]) -> Callable[[Exchange], None]:
    """A lie of `tests.lies`, told of the newest session; it is given that and the session before."""

    def strike(exchange: Exchange) -> None:
        market, usual = exchange.market, exchange.answer
        spoil = told(market.days[market.last], market.days[market.last - 1])
        exchange.answer = lambda request: spoil(request, usual(request))  # type: ignore[method-assign]

    return strike


def bursts(day: date, _before: date) -> Spoil:
    """12 MB in 12 kB for the session."""
    return lambda request, answer: bomb(answer, 2) if request.form.get("trdDd") == f"{day:%Y%m%d}" else answer


def key_expires(exchange: Exchange) -> None:
    if isinstance(exchange, DataGoKr):
        exchange.says = refusal(31)


def used_up(exchange: Exchange) -> None:
    if isinstance(exchange, DataGoKr):
        exchange.says = refusal(22)


def of_data(change: Callable[[dict[str, Row]], None]) -> Callable[[Exchange], None]:
    """A lie of data.go.kr about stocks of the newest session that it has; it is given the rows by ticker."""

    def strike(exchange: Exchange) -> None:
        if not isinstance(exchange, DataGoKr):
            return
        newest = max(day for day in exchange.market.days if published(day) <= exchange.market.now)

        def turned(rows: list[Row]) -> list[Row]:
            if rows and rows[0]["basDt"] == f"{newest:%Y%m%d}" and "srtnCd" in rows[0]:
                change({row["srtnCd"]: row for row in rows})
            return rows

        exchange.turned = turned

    return strike


def truth(exchange: Exchange) -> None:
    """Nothing is wrong any more beyond the machine."""
    exchange.faults.clear()
    exchange.account.password_expired = False
    vars(exchange).pop("answer", None)
    if isinstance(exchange, DataGoKr):
        exchange.says, exchange.turned = None, lambda rows: rows


def flip_a_bit(command: Command, dice: random.Random) -> None:
    """In any file of the store."""
    files = sorted(path for path in command.store.rglob("*") if path.is_file() and path.name[0] != ".")
    if files:
        flip(dice.choice(files), dice)


def flip(path: Path, dice: random.Random) -> None:
    """One bit of a file."""
    content = bytearray(path.read_bytes())
    content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
    path.write_bytes(content)


def lose_reports(command: Command, _dice: random.Random) -> None:
    """The newest ones, whole days of them."""
    for path in sorted((command.folder / "reports").glob("20*"))[-LOST:]:
        shutil.rmtree(path)


def lose_a_report(command: Command, dice: random.Random) -> None:
    there = sorted((command.folder / "reports").glob("20*/*"))
    if there:
        shutil.rmtree(dice.choice(there))


def lose_a_file(command: Command, dice: random.Random) -> None:
    there = sorted(
        path for path in (command.folder / "reports").rglob("*") if path.is_file() and "lock" not in path.name
    )
    if there:
        dice.choice(there).unlink()


ACCOUNT, KEY, LIED_TO = ("login",), ("datagokr",), ("login", "mixed")
STRIKES = (
    Strike("machine off", days=3, off=True),
    Strike("machine off for a day", off=True),
    Strike("machine off for a fortnight", days=14, off=True),
    Strike("killed", kills=2),
    Strike("killed again and again", kills=5),
    Strike("unreachable", wire=wire("refused")),
    Strike("dead server", wire=wire("no_answer"), endless=True),
    Strike("slow server", wire=wire("drip"), endless=True),
    Strike("dropped", wire=wire("dropped")),
    Strike("half an answer", wire=wire("truncated")),
    Strike("status 500", days=2, wire=wire("status", status=500)),
    Strike("status 503 on sessions", wire=wire("status", status=503, bld=SESSION), ways=ACCOUNT),
    Strike("blocked", wire=wire("status", status=403)),
    Strike("a web page instead of data", wire=wire("html", bld=SESSION), ways=ACCOUNT),
    Strike("LOGOUT once", wire=wire("logout", bld=SESSION, first=1, last=1), ways=ACCOUNT),
    Strike("LOGOUT always", wire=wire("logout", bld=SESSION), ways=ACCOUNT),
    Strike("password expired", days=3, wire=expire, ways=LIED_TO),
    Strike("logged in elsewhere", wire=elsewhere, ways=ACCOUNT),
    Strike("half a market", wire=wire("half", bld=SESSION), ways=ACCOUNT),
    Strike("all-zero rows", wire=wire("zeros", bld=SESSION, first=1, last=1), ways=ACCOUNT),
    Strike("yesterday's figures", wire=wire("stale", bld=SESSION), ways=ACCOUNT),
    Strike("yesterday's indices", wire=wire("stale", bld=INDEX), ways=ACCOUNT),
    Strike("renamed column", wire=wire("renamed", bld=SESSION), ways=ACCOUNT),
    Strike("gzip garbage", wire=wire("gzip_garbage")),
    Strike("wrong charset", wire=wire("wrong_charset", bld=SESSION), ways=ACCOUNT),
    Strike("empty table", wire=wire("empty_block", bld=SESSION), ways=ACCOUNT),
    Strike("redirect", wire=wire("redirect", bld=SESSION), ways=ACCOUNT),
    Strike("clock slow", clock=timedelta(hours=-3)),
    Strike("clock fast", clock=timedelta(days=2)),
    Strike("a bit of the store flipped", here=flip_a_bit),
    Strike("reports lost", here=lose_reports),
    Strike("a report lost", here=lose_a_report),
    Strike("a file of the reports lost", here=lose_a_file),
    Strike("a lie: a rate of 25", wire=lie(lambda day, _: cells(ONE, day, FLUC_RT="25.00")), ways=LIED_TO),
    Strike("a lie: a rate that is none", wire=lie(lambda day, _: cells(ONE, day, FLUC_RT="inf")), ways=LIED_TO),
    Strike("a lie: the other sign", wire=lie(lambda day, _: turned(ONE, TWO, THREE, day=day)), ways=LIED_TO),
    Strike("a lie: ten times the price", wire=lie(lambda day, _: times(10, ONE, day=day)), ways=LIED_TO),
    Strike(
        "a lie: 20% more, rate and change as well",
        wire=lie(lambda day, _: times(1.2, ONE, self_made=True, day=day)),
        ways=LIED_TO,
    ),
    Strike("a lie: two stocks exchanged", wire=lie(lambda day, _: session(exchanged, day)), ways=LIED_TO),
    Strike(
        "a lie: rows of the day before",
        wire=lie(lambda day, before: Before(ONE, TWO, THREE, day=day, before=before)),
        ways=LIED_TO,
    ),
    Strike("a lie: a price as text", wire=lie(lambda day, _: cells(ONE, day, TDD_CLSPRC="N/A")), ways=LIED_TO),
    Strike(
        "a lie: an index 6% off",
        wire=lie(lambda day, _: level("1001", 0.94, on=day, after=date.max)),
        ways=LIED_TO,
    ),
    Strike("a lie: an answer that bursts", wire=lie(bursts), ways=LIED_TO),
    Strike("key expired", days=6, wire=key_expires, ways=KEY),
    Strike("requests used up", wire=used_up, ways=KEY),
    Strike("a lie: data.go.kr's rate", wire=of_data(lambda rows: rows[ONE].update(fltRt="25")), ways=KEY),
    Strike("a lie: data.go.kr's close", wire=of_data(lambda rows: rows[TWO].update(clpr="1")), ways=KEY),
    Strike("a lie: data.go.kr's figures of the day before", wire=wire("stale", host=HOST), ways=KEY),
)
