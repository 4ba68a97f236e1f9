"""What a daily run must still say, kept on the disk until it is said, so that a run that is killed loses no word of it.

Before the first report is published, the file says which reports are about to be made and what was there before. So the
next run, if this one is killed, compares with what this one compared with. Once the summary is known it takes the place
of that, and goes when it was said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from screener.archive import RECORD, report_name
from screener.archive.reports import stored_revision
from screener.daily.status import Moment, Record, Status, StoredRecord
from screener.errors import DataError

if TYPE_CHECKING:
    from screener.archive.history import Row

Channel = Literal["stdout", "log", "notification"]
_CHANNELS: tuple[Channel, ...] = ("notification", "log", "stdout")
"""In the order in which they are told."""
_KEPT = 20
"""What was never said is as old as that many runs at most."""


class Begun(Record):
    """Reports that are about to be made, and what there was before."""

    before: Mapping[str, tuple[int, int]] = {}
    """By report, its revision (0: it was not there) and the time at which its record was written."""
    new: tuple[str, ...] = ()
    """Those that the history did not have."""
    repaired: tuple[str, ...] = ()
    """What is wrong with files of the store, which are about to be taken out."""

    @classmethod
    def of(cls, root: Path, todo: Mapping[date, Sequence[str]], history: Sequence[Row]) -> Begun:
        """For the reports of `todo`, as they are now."""
        known = {report_name(date.fromisoformat(row["as_of"]), row["event"]) for row in history}
        names = [report_name(day, event) for day, events in todo.items() for event in events]
        before = {name: (stored_revision(root / name) or 0, written(root / name)) for name in names}
        return cls(before=before, new=tuple(name for name in names if name not in known))

    def and_then(self, later: Begun) -> Begun:
        """What did not come to its end, and what a later run adds to it."""
        return Begun(
            before={**later.before, **self.before},
            new=tuple(dict.fromkeys((*self.new, *(name for name in later.new if name not in self.before)))),
            repaired=tuple(dict.fromkeys((*self.repaired, *later.repaired))),
        )


class Told(Record):
    """What one run says."""

    at: Moment
    code: int
    line: str
    """What happened, on one line."""
    summary: tuple[str, ...] = ()
    """What changed, on ten lines at most; empty where nothing did."""
    message: str = ""
    """What is sent to addresses: the summary, and a failure if it is the first of several."""
    folder: str = ""
    """The newest report directory that was made."""
    left: tuple[Channel, ...] = _CHANNELS
    """Where it was not said yet."""


class Unsaid(StoredRecord):
    """The file."""

    NAME = ".unsaid.json"
    begun: Begun | None = None
    waiting: tuple[Told, ...] = ()
    status: Status | None = None
    """What status.json says once all is written."""

    def add(self, root: Path, told: Told, status: Status, begun: Begun | None = None) -> None:
        """Keep what a run says, and how it ended, before anything else says so.

        Raises:
            DataError: it cannot be written.
        """
        Unsaid(begun=begun, waiting=(*self.waiting, told)[-_KEPT:], status=status).save(root)


def settle(root: Path) -> Unsaid:
    """What runs before this one did not say; status.json, if they did not come to write it, is written now."""
    unsaid = Unsaid.load(root)
    if unsaid.status is not None and unsaid.status != Status.load(root):
        unsaid.status.save(root)
    return unsaid


def tell(root: Path, told: Told, say: Callable[[Told, Channel], bool], *, alone: bool) -> list[str]:
    """Say what waits, the oldest first, and `told`, and cross off what was said; returns the directories it is about.

    `say` says one thing on one channel, and returns whether that worked. Unless `alone`, what waits is another run's.
    """
    unsaid = Unsaid.load(root) if alone else Unsaid()
    waiting = unsaid.waiting if told in unsaid.waiting else (*unsaid.waiting, told)
    left = []
    for one in waiting:
        failed = tuple(channel for channel in one.left if not say(one, channel))
        if failed and one in unsaid.waiting:
            left.append(one.model_copy(update={"left": failed}))
    if unsaid.waiting:
        with suppress(DataError, OSError):  # then it is said twice
            cross_off(root, unsaid, left)
    return [one.folder for one in waiting if one.folder]


def cross_off(root: Path, unsaid: Unsaid, left: Sequence[Told]) -> None:
    """Keep of what waits what is `left`."""
    if left or unsaid.begun:
        Unsaid(begun=unsaid.begun, waiting=tuple(left)).save(root)
    elif (root / Unsaid.NAME).exists():
        (root / Unsaid.NAME).unlink()


def written(folder: Path) -> int:
    """When the record of a report directory was written, in nanoseconds; 0 where there is none."""
    try:
        return (folder / RECORD).stat().st_mtime_ns
    except OSError:
        return 0
