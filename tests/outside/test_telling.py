"""What a daily run must still say: a crash at each of its steps, a full stdout, a slow address; told once, and at least once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from screener.cli.daily import _Teller
from screener.config import load_settings
from screener.daily.notify import UNSENT, Outbox
from screener.daily.reports import Job
from screener.daily.run import SUMMARY, run_daily
from screener.daily.status import Status, Unsaid
from screener.data.connections import open_access
from screener.errors import ExitCode
from tests.crash import every_step
from tests.daily.conftest import EVENT, NEXT
from tests.daily.test_hard_times import files_of_prices
from tests.e2e.conftest import configure
from tests.fakes.krx import Market, kst

LOG = "daily.log"


class Evening:
    """A daily run in this process, on files, below a folder."""

    def __init__(self, folder: Path, day: date) -> None:
        self.root, self.folder = folder / "reports", folder
        self.out: Any = folder.with_name("out")
        self.now = kst(day.year, day.month, day.day)

    def run(self) -> int:
        """The run, with what it writes to stdout in a file of its own."""
        prices = self.folder.with_name("prices.csv")
        opened = nullcontext(self.out) if isinstance(self.out, Full) else self.out.open("a")
        with patch("screener.data.connections.now", lambda: self.now), opened as out:
            settings = load_settings(self.folder.with_name("config"), today=self.now.date())
            access = open_access(settings, {}, str(self.folder / "store"))
            indices = [self.folder.with_name("indices.csv")]
            job = Job(settings, access, self.root, source=f"file:{prices}", benchmark=indices)
            teller = _Teller(job, quiet=True, max_age=None, log=self.folder.with_name(LOG))
            with patch("sys.stdout", out), patch("screener.cli.daily.warn"):
                run_daily(job, teller.tell)
            return teller.code


@pytest.fixture(scope="module")
def market() -> Market:
    return Market(date(2024, 9, 2), date(2025, 4, 30), size=300)


@pytest.fixture(autouse=True)
def _brief() -> Iterator[None]:
    with patch("screener.archive.reports.FORMATS", ("csv",)):
        yield


def said(path: Path) -> list[str]:
    """Of the summaries that were told, the lines that say what changed."""
    return [line for line in path.read_text("utf-8").splitlines() if line.startswith("2025-") and ": " in line]


def test_after_a_crash_at_any_change_of_a_name_the_next_run_says_it(tmp_path: Path, market: Market) -> None:
    """What others read changes with a name alone; `make soak` crashes at the steps between as well."""
    names = r"2025-02-03/deepseek|history\.csv|status\.json|\.unsaid\.json"
    assert crashes(tmp_path, market, f"(rename|remove) reports/({names})$") > 4


def crashes(tmp_path: Path, market: Market, wanted: str) -> int:
    """Crash at each step of a run that is `wanted`, and run once more; returns how many there were."""
    disk, out = tmp_path / "disk", tmp_path / "out"
    configure(tmp_path)
    evening = Evening(disk, NEXT)

    def prepare() -> None:
        disk.mkdir()
        files_of_prices(tmp_path, market, EVENT)
        Evening(disk, EVENT).run()
        files_of_prices(tmp_path, market, NEXT)
        for path in (out, tmp_path / LOG):
            path.write_text("")

    steps = 0
    summary = ""
    for step in every_step(disk, evening.run, prepare):
        if not re.match(wanted, step):
            continue
        told_already = not (evening.root / Unsaid.NAME).exists() and Status.load(evening.root).last_success is not None
        told_already = told_already and Status.load(evening.root).last_success.through == NEXT  # type: ignore[union-attr]
        out.write_text("")
        assert evening.run() == ExitCode.DONE, step
        found = said(out)
        summary = summary or (evening.root / SUMMARY).read_text("utf-8")
        assert (evening.root / SUMMARY).read_text("utf-8") == summary, step
        assert found == ([] if told_already else [summary.splitlines()[1]]), step
        status = Status.load(evening.root)
        assert status.last_success is not None, step
        assert (status.last_success.through, status.failing) == (NEXT, None), step
        assert not (evening.root / Unsaid.NAME).exists(), step
        assert not [
            path for path in evening.root.rglob(".*") if path.name not in (".daily.json", ".daily.lock", ".lock")
        ]
        steps += 1
    return steps


class Full:
    """A stdout on a full disk."""

    def write(self, _text: str) -> int:
        raise OSError(28, "No space left on device")

    def flush(self) -> None:
        """Nothing is left to write."""


def test_a_summary_that_stdout_did_not_take_is_said_by_the_next_run(tmp_path: Path, market: Market) -> None:
    (tmp_path / "disk").mkdir()
    configure(tmp_path)
    files_of_prices(tmp_path, market, EVENT)
    evening = Evening(tmp_path / "disk", EVENT)
    with patch.object(evening, "out", Full()), patch("os.dup2"):
        assert evening.run() == ExitCode.DONE, "the run's own code stays"
    assert Status.load(evening.root).last_success is not None
    assert [told.left for told in Unsaid.load(evening.root).waiting] == [("stdout",)]
    log = (tmp_path / LOG).read_text("utf-8")
    assert evening.run() == ExitCode.DONE
    summary = (evening.root / SUMMARY).read_text("utf-8")
    assert evening.out.read_text("utf-8") == summary
    assert (tmp_path / LOG).read_text("utf-8").startswith(log), "what was logged is not logged again"
    assert not (evening.root / Unsaid.NAME).exists()
    assert evening.run() == ExitCode.DONE
    assert evening.out.read_text("utf-8") == summary, "told once"


def test_a_message_waits_on_the_disk_while_a_slow_address_is_tried(tmp_path: Path) -> None:
    sent: list[str] = []

    def slow(_apprise: object, url: str, _title: str, _body: str, _page: object) -> str:
        if url == "json://slow":
            raise KeyboardInterrupt  # the machine goes down
        sent.append(url)
        return ""

    urls = ["json://quick", "json://slow"]
    with patch("screener.daily.notify._sent", slow), patch("screener.daily.notify._import"):
        outbox = Outbox(tmp_path, urls)
        assert outbox.take("one") == ""
        with pytest.raises(KeyboardInterrupt):
            outbox.send(None)
        assert "one" in (tmp_path / UNSENT).read_text("utf-8")

    def quick(_apprise: object, url: str, *_given: object) -> str:
        sent.append(url)
        return ""

    with patch("screener.daily.notify._sent", quick), patch("screener.daily.notify._import"):
        assert Outbox(tmp_path, urls).send(None) == []
    assert sent == ["json://quick", "json://slow"]
    assert not (tmp_path / UNSENT).exists()
