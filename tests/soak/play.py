"""Plays a script day by day: every run is a process of its own, half an hour after the figures of the day are final."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.e2e.command import BRIEF, Command, Done
from tests.e2e.conftest import SCREENER
from tests.e2e.secrets import DATA_KEY, ID, KEY, PASSWORD, assert_nothing_leaked
from tests.fakes.datagokr import DataGoKr
from tests.fakes.krx import Exchange, kst
from tests.forkserver import Starter
from tests.soak.script import SEED, WHOLE, Script, after_market_toml, events_toml, sectors_toml
from tests.soak.strikes import IMPATIENT, Strike, truth

CALM = 4
"""Last days of a play, on which nothing fails: what was missed is made up for."""
CHANCES = {"login": 0.22, "datagokr": 0.22, "mixed": 0.5}
"""By way, chance of a strike on a day without one."""
ODD_HOURS = ((7, 10), (9, 30), (12, 0), (16, 10), (21, 0))


_ACCOUNT, _KEY = {"KRX_ID": ID, "KRX_PW": PASSWORD}, {"DATA_GO_KR_KEY": DATA_KEY}
GIVEN = {"login": _ACCOUNT, "datagokr": _KEY, "mixed": {**_ACCOUNT, **_KEY}}
"""By way, what the user has."""


@dataclass
class Diary:
    """What was met and what became of it."""

    runs: int = 0
    kills: int = 0
    codes: dict[str, int] = field(default_factory=dict)
    """How often a run ended with each exit code."""
    struck: dict[str, str] = field(default_factory=dict)
    """By day, what went wrong."""
    said: list[str] = field(default_factory=list)
    """All lines of all summaries."""

    def as_json(self) -> dict[str, Any]:
        """For another process."""
        return asdict(self)

    @classmethod
    def of_json(cls, content: dict[str, Any]) -> Diary:
        """What `as_json` gave."""
        return cls(**content)


def play(folder: Path, script: Script, strikes: Sequence[Strike], way: str = "login") -> Diary:
    """Run the whole script in `folder`, by one way to the exchange; without `strikes` nothing ever fails."""
    starter = Starter()
    try:
        with DataGoKr(script.market) as exchange:
            account, exchange.key = exchange.account, DATA_KEY
            account.name, account.password, account.auth_key = ID, PASSWORD, KEY
            met = [one for one in strikes if way in one.ways]
            evening = kst(script.first.year, script.first.month, script.first.day)
            command = Command(starter, folder, evening, exchange.environment).given(**GIVEN[way])
            player = _Player(script, exchange, command, met, CHANCES[way])
            player.play()
            assert_nothing_leaked(player.command, exchange)
            return player.diary
    finally:
        starter.stop()


class _Player:
    def __init__(
        self, script: Script, exchange: Exchange, command: Command, strikes: Sequence[Strike], chance: float
    ) -> None:
        self.script, self.exchange, self.strikes, self.chance = script, exchange, list(strikes), chance
        self.dice = random.Random(SEED)  # noqa: S311 - a draw that can be repeated
        self.diary = Diary()
        self.waiting = list(strikes)
        self.dice.shuffle(self.waiting)
        self.folder = command.folder
        (self.folder / "config").mkdir(parents=True)
        (self.folder / "config/sectors.toml").write_text(sectors_toml(script), encoding="utf-8")
        # No run reads a web page again, and tests/e2e looks at them: here only their time would be spent.
        self.command = command.given(SCREENER_CONFIG="config").with_(whole=WHOLE, constants=BRIEF)

    def play(self) -> None:
        day, closed, strike, left = self.script.first, list[date](), None, 0
        while day <= self.script.last:
            if day in self.script.announced:
                closed.append(self.script.announced[day])
            self._configure(day, closed)
            calm = (self.script.last - day).days < CALM
            if left == 0 or calm:
                strike, left = (None, 0) if calm else self._drawn()
            if strike:
                left -= 1
                if day.weekday() < 5:
                    self.diary.struck[str(day)] = strike.name
            if strike is None or not strike.off:
                self._day(day, strike)
            day += timedelta(days=1)

    def _drawn(self) -> tuple[Strike | None, int]:
        """Each strike has its turn before any comes again."""
        if not self.strikes or self.dice.random() > self.chance:
            return None, 0
        if not self.waiting:
            self.waiting = list(self.strikes)
            self.dice.shuffle(self.waiting)
        strike = self.waiting.pop()
        return strike, strike.days

    def _day(self, day: date, strike: Strike | None) -> None:
        if strike is None and self.strikes and self.dice.random() < 0.06:
            self._odd_hour(day)
        if day.weekday() > 4 and self.dice.random() < 0.9:
            return
        since = self.script.market.after_market
        now = kst(day.year, day.month, day.day, 20 if since and day >= since else 18)
        self.exchange.market.now = now
        if strike is None:
            self._run(self.command.with_(now=now))
            return
        strike.wire(self.exchange)
        strike.here(self.command, self.dice)
        command = self.command.with_(now=now + strike.clock)
        if strike.endless:
            command = command.with_(patience=IMPATIENT)
        for _ in range(strike.kills):
            self._kill(command)
        if not strike.kills:
            self._run(command)
        truth(self.exchange)

    def _odd_hour(self, day: date) -> None:
        """At any other hour it brings what was missed, or says why there is nothing, and then changes nothing more."""
        now = kst(day.year, day.month, day.day, *self.dice.choice(ODD_HOURS))
        self.exchange.market.now = now
        first = self._run(self.command.with_(now=now))
        if first.code == 0:
            before = tree(self.folder / "reports"), tree(self.command.store)
            again = self._run(self.command.with_(now=now))
            assert (again.code, again.out) == (0, ""), again
            assert (tree(self.folder / "reports"), tree(self.command.store)) == before

    def _run(self, command: Command) -> Done:
        done = command.run("daily", "--log", "daily.log")
        self.diary.runs += 1
        self.diary.codes[str(done.code)] = self.diary.codes.get(str(done.code), 0) + 1
        assert "Traceback" not in done.out + done.err, done
        assert done.code in (0, 3, 4, 5), done
        assert len(done.said) == 1, done
        lines = done.out.splitlines()
        assert len(lines) <= 10, done
        self.diary.said += lines
        return done

    def _kill(self, command: Command) -> None:
        running = command.start("daily", "--log", "daily.log")
        time.sleep(self.dice.uniform(0.0, 0.8))
        with suppress(ProcessLookupError):
            os.kill(running.pid, signal.SIGKILL)
        self.diary.kills += running.wait().code == -signal.SIGKILL

    def _configure(self, day: date, closed: Sequence[date]) -> None:
        """What the user has configured by `day`."""
        days = ", ".join(map(str, closed))
        texts = {
            "events.toml": events_toml(self.script, day),
            "screener.toml": SCREENER.replace('"deepseek"', '"event1"')
            + f"[calendar]\nclosed = [{days}]\n"
            + after_market_toml(self.script),
        }
        for name, text in texts.items():
            path = self.folder / "config" / name
            if text and (not path.exists() or path.read_text(encoding="utf-8") != text):
                path.write_text(text, encoding="utf-8")


def tree(folder: Path) -> dict[str, str]:
    """Every file below a folder and its checksum, but for locks."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "lock" not in path.name
    }
