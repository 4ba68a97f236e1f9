"""A machine of its own for every test: an empty home, an empty folder, an evening of Korean time."""

from __future__ import annotations

import os
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import time_machine
from krx_openapi import session

from screener.data.store import Store
from screener.doctor import examine
from screener.doctor.check import Check
from screener.krx.tables import KINDS
from tests.fakes.datagokr import DataGoKr
from tests.fakes.datagokr.answers import KEY
from tests.fakes.krx import Market, kst

NOW = kst(2025, 2, 7)
"""A Friday, after the close."""
SECRETS = {"KRX_ID": "tester", "KRX_PW": "right-password", "KRX_AUTH_KEY": "right-key", "DATA_GO_KR_KEY": KEY}

Examine = Callable[..., dict[str, Check]]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in list(os.environ):
        if name.startswith("XDG_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def state(home: Path) -> Path:
    return home / ".local/state/krx-impact-screener"


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def store(home: Path) -> Store:
    return Store.open(home / "store")


@pytest.fixture(scope="session")
def market() -> Market:
    return Market(date(2025, 1, 20), date(2025, 2, 7), size=200)


@pytest.fixture
def exchange(market: Market, monkeypatch: pytest.MonkeyPatch) -> Iterator[DataGoKr]:
    """The stand-in, which every request of this process reaches."""
    with DataGoKr(market) as running:
        for name, value in running.environment.items():
            monkeypatch.setenv(name, value)
        # The library looks for proxies once, when it is imported.
        monkeypatch.setattr(session, "_OPENER", urllib.request.build_opener(session._NoRedirect))
        yield running


@pytest.fixture
def examined(store: Store) -> Examine:
    """The checks by name, with the store of this test; offline unless told otherwise."""

    def call(
        environment: Mapping[str, str] | None = None, *, config: Path | None = None, offline: bool = True
    ) -> dict[str, Check]:
        return {one.name: one for one in examine(config, store.shown, environment or {}, offline=offline)}

    return call


def put(store: Store, source: str, kind: str, rows: list[dict[str, Any]], **known: Any) -> None:
    """Rows into a table, as a fetch on that evening puts them."""
    table = pa.Table.from_pylist(rows, schema=_schema(kind, rows)) if rows else KINDS[kind].schema.empty_table()
    with store.writing("test", NOW):
        store.table(source, KINDS[kind]).write(table, replacing="rows", fetched=NOW, **known)


def _schema(kind: str, rows: list[dict[str, Any]]) -> pa.Schema:
    fields = [KINDS[kind].schema.field(name) for name in rows[0]]
    return pa.schema(
        [pa.field(one.name, pa.string() if pa.types.is_dictionary(one.type) else one.type) for one in fields]
    )


def weekdays(first: date, last: date) -> list[date]:
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [day for day in days if day.weekday() < 5]


def moment(days_before: int) -> datetime:
    return NOW - timedelta(days=days_before)
