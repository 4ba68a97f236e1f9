"""Remembers on disk that a host refuses this machine, so that nothing goes out to it until that is over.

KRX blocks scrapers for a day, and for another day on the next try.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from screener.errors import BlockedError
from screener.i18n import _, cause
from screener.krx.memory import remember

REST = timedelta(hours=24)
CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far this machine's clock may be from the exchange's."""


@dataclass(frozen=True)
class Block:
    """A refusal that is not over."""

    host: str
    since: datetime
    why: str

    @property
    def until(self) -> datetime:
        """When the next request may go out."""
        return self.since + REST


@dataclass(frozen=True)
class Breaker:
    """One small file per host below `folder`."""

    folder: Path
    now: Callable[[], datetime]

    def check(self, host: str) -> None:
        """Nothing, if requests may go out to `host`.

        Raises:
            BlockedError: they may not.
        """
        block = self.block(host)
        if block is not None:
            raise BlockedError(
                "{host} refused this machine on {since:%Y-%m-%d %H:%M} ({why})",
                hint="nothing is sent there before {until:%Y-%m-%d %H:%M} KST, for asking sooner prolongs it",
                host=host,
                since=block.since,
                why=block.why,
                until=block.until,
            )

    def block(self, host: str) -> Block | None:
        """The refusal of `host` that is not over, if there is one."""
        path = self.path(host)
        try:
            written = path.read_text(encoding="utf-8")
        except OSError:
            return None
        try:
            facts = json.loads(written)
            block = Block(host, datetime.fromisoformat(facts["since"]).astimezone(self.now().tzinfo), str(facts["why"]))
        except (ValueError, KeyError, TypeError):
            # What cannot be read was a refusal: when is all that the disk still knows of it.
            since = datetime.fromtimestamp(path.stat().st_mtime, self.now().tzinfo)
            block = Block(host, since, _("{file} cannot be read", file=path.name))
        if block.since > self.now() + CLOCK_TOLERANCE:
            # The clock was wrong then or is now: a day from now on is the most that can be left of it.
            block = Block(host, self.now(), block.why)
            self.trip(host, block.why)
        return block if self.now() < block.until else None

    def trip(self, host: str, why: str) -> str:
        """Remember a refusal; returns what to say of it if the disk would not take it."""
        facts = {"host": host, "since": self.now().isoformat(timespec="seconds"), "why": why}
        path = self.path(host)
        try:
            remember(path, facts)
        except OSError as error:
            return _(
                "; this could not be remembered ({path}: {cause}): do not ask again for a day",
                path=path,
                cause=cause(error),
            )
        return ""

    def path(self, host: str) -> Path:
        """The file that remembers a refusal of `host`; deleting it is the way to ask again at one's own risk."""
        return self.folder / f"blocked-{host}.json"
