"""Two commands on one store: the second waits for the first."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from screener.data.connections import Connections
from screener.data.store import Store
from screener.errors import BusyError
from screener.krx.calendar import Calendar
from screener.krx.client import Breaker
from screener.krx.hours import KST

NOW = datetime(2025, 2, 3, 18, 30, tzinfo=KST)


def connections(folder: Path) -> Connections:
    return Connections(Store.open(str(folder)), Calendar(), Breaker(folder / "state", lambda: NOW), lambda: NOW)


class Told:
    """Remembers what is said."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def start(self, what: str, total: int) -> None: ...
    def step(self, what: str) -> None: ...
    def say(self, what: str) -> None:
        self.lines.append(what)


def test_a_writer_waits_for_the_one_before_and_says_so(tmp_path: Path) -> None:
    first, told, slept = ExitStack(), Told(), list[float]()
    first.enter_context(Store.open(str(tmp_path)).writing("download from pykrx", NOW))

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            first.close()

    access = replace(connections(tmp_path), patience=10, sleep=sleep, progress=told)
    with access.writing("download from pykrx"):
        pass
    assert len(slept) == 3
    [line] = told.lines
    assert "download from pykrx (pid" in line
    assert line.endswith("is writing there; waiting")


def test_patience_ends(tmp_path: Path) -> None:
    with Store.open(str(tmp_path)).writing("sync", NOW):
        access = replace(connections(tmp_path), patience=2, sleep=lambda _seconds: None)
        with (
            pytest.raises(BusyError, match="is writing there: wait for it to finish, or stop it"),
            access.writing("sync"),
        ):
            pass
