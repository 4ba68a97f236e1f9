"""What goes wrong with a run, drawn by dice: the network, the account, the machine, its disk, its clock."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.e2e.command import Command
from tests.fakes.krx import Exchange

SESSION, INDEX = "MDCSTAT01501", "MDCSTAT00301"
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


STRIKES = (
    Strike("machine off", days=3, off=True),
    Strike("machine off for a day", off=True),
    Strike("machine off for a fortnight", days=14, off=True),
    Strike("killed", kills=2),
    Strike("killed again and again", kills=5),
    Strike("unreachable", wire=wire("refused")),
    Strike("dead server", wire=wire("no_answer")),
    Strike("slow server", wire=wire("drip")),
    Strike("dropped", wire=wire("dropped")),
    Strike("half an answer", wire=wire("truncated")),
    Strike("status 500", days=2, wire=wire("status", status=500)),
    Strike("status 503 on sessions", wire=wire("status", status=503, bld=SESSION)),
    Strike("blocked", wire=wire("status", status=403)),
    Strike("a web page instead of data", wire=wire("html", bld=SESSION)),
    Strike("LOGOUT once", wire=wire("logout", bld=SESSION, first=1, last=1)),
    Strike("LOGOUT always", wire=wire("logout", bld=SESSION)),
    Strike("password expired", days=3, wire=expire),
    Strike("logged in elsewhere", wire=elsewhere),
    Strike("half a market", wire=wire("half", bld=SESSION)),
    Strike("all-zero rows", wire=wire("zeros", bld=SESSION, first=1, last=1)),
    Strike("yesterday's figures", wire=wire("stale", bld=SESSION)),
    Strike("yesterday's indices", wire=wire("stale", bld=INDEX)),
    Strike("renamed column", wire=wire("renamed", bld=SESSION)),
    Strike("gzip garbage", wire=wire("gzip_garbage")),
    Strike("wrong charset", wire=wire("wrong_charset", bld=SESSION)),
    Strike("empty table", wire=wire("empty_block", bld=SESSION)),
    Strike("redirect", wire=wire("redirect", bld=SESSION)),
    Strike("clock slow", clock=timedelta(hours=-3)),
    Strike("clock fast", clock=timedelta(days=2)),
    Strike("a bit of the store flipped", here=flip_a_bit),
    Strike("reports lost", here=lose_reports),
    Strike("a report lost", here=lose_a_report),
    Strike("a file of the reports lost", here=lose_a_file),
)
