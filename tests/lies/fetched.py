"""Tells a lie on the wire and looks at what a report would get, what is stored, and whether the next fetch heals it."""

from __future__ import annotations

import math
import shutil
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, timedelta
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import Any, cast
from unittest.mock import patch

import krx_openapi.session
import numpy as np
import pytest
import requests
import urllib3

from screener.data.sources import PriceRequest
from screener.data.store import Store
from screener.errors import ScreenerError
from screener.krx.tables import INDICES, MARKET, PRICES
from tests.data import live
from tests.fakes.datagokr import DataGoKr
from tests.fakes.krx import Market, MockedExchange, kst, mocked
from tests.fakes.krx.messages import Answer, Request
from tests.lies import wire
from tests.lies.judge import Figures, Outcome
from tests.lies.wire import DATAGOKR, KEYLESS, LOGIN, OPENAPI, STOCKS, WireLie

SIZE, WHOLE = 300, 200
"""Stocks of the market, and how many of them count as a whole one."""
LARGEST = "screener.krx.client.LARGEST"
"""The constant that says how many bytes an answer may have, unpacked; lowered here, so that a small bomb is one."""
FIRST, NOW = date(2025, 1, 16), kst(2025, 2, 11, 8, 0)
SOURCES: dict[str, live.Provider] = {
    KEYLESS: "pykrx-keyless",
    LOGIN: "pykrx-login",
    OPENAPI: "openapi",
    DATAGOKR: "datagokr",
}
CODES = {"KOSPI": "1001", "KOSDAQ": "2001", "KRX_SEMICONDUCTOR": "5044"}


def simulated() -> Market:
    return Market(date(2024, 12, 2), date(2025, 3, 31), size=SIZE)


@contextmanager
def whole_is(count: int) -> Iterator[None]:
    """So many stocks are a whole market."""
    with patch("screener.data.checks.WHOLE", count):
        yield


@contextmanager
def small_limits() -> Iterator[None]:
    """A small market is whole, and a small answer too large."""
    with whole_is(WHOLE), patch(LARGEST, 2_000_000):
        yield


@contextmanager
def exchange_of(lie: WireLie, market: Market, environment: pytest.MonkeyPatch | None) -> Iterator[Any]:
    """The stand-in: inside the process, but for the Open API and data.go.kr, which are not asked through `requests`."""
    if lie.way not in (OPENAPI, DATAGOKR):
        with mocked(market) as inside:
            yield inside
        return
    assert environment is not None
    with DataGoKr(market) as running:
        for name, value in running.environment.items():
            environment.setenv(name, value)
        # The library's own knows the proxy of the time at which it was imported.
        opener = urllib.request.build_opener(krx_openapi.session._NoRedirect)
        environment.setattr(krx_openapi.session, "_OPENER", opener)
        yield running


def need(market: Market, lie: WireLie) -> PriceRequest:
    day = market.day_of(lie.news) if lie.news else wire.EVENT
    return PriceRequest(STOCKS, day, None, 0.3, market.now.date(), least=3, before=6, after=4)


def opened_for(lie: WireLie, exchange: Any, folder: Path) -> live.Connections:
    """The way of the lie."""
    data_key = exchange.key if lie.way == DATAGOKR else None
    return live.access(
        folder,
        cast(MockedExchange, exchange),
        account=lie.way == LOGIN,
        key=exchange.account.auth_key,
        data_key=data_key,
    )


def load(lie: WireLie, exchange: Any, folder: Path) -> Outcome:
    """What a report gets that goes to the exchange."""
    opened = opened_for(lie, exchange, folder)
    try:
        got = live.live(SOURCES[lie.way], opened).load(need(exchange.market, lie))
    except ScreenerError as error:
        return Outcome(int(error.exit_code), str(error), {})
    except Exception as error:
        return Outcome(1, f"{type(error).__name__}: {error}", {})
    said = [f"{one.code} {one.severity} {one.count}: {', '.join(one.examples)}" for one in got.findings]
    said += [one.why for one in got.tried]
    panel, figures = got.panel, dict[tuple[Any, ...], float]()
    for column, ticker in enumerate(panel.tickers):
        for row, day in enumerate(panel.sessions.tolist()):
            value = panel.returns[row, column] if panel.span[row, column] <= 1 else math.nan
            figures["stock", ticker, str(day)] = float(value)
    for name, series in panel.benchmarks.items():
        for day, value in zip(panel.sessions.tolist(), series, strict=True):
            figures["index", name, str(day)] = float(value)
    return Outcome(0, "\n".join(said), figures)


def tell(lie: WireLie, exchange: Any) -> None:
    """From now on the stand-in lies."""
    usual = exchange.answer

    def answer(request: Request) -> Answer:
        if lie.spoil is wire.swapped:
            return _swapped(request, usual)
        return lie.spoil(request, usual(request))

    exchange.answer = answer


FUNDS = {"069500": "229200", "229200": "069500"}


def _swapped(request: Request, usual: Callable[[Request], Answer]) -> Answer:
    """The answer about the other index, or the other fund, under the name of the one that was asked for."""
    if request.bld == "MDCSTAT00301":
        body = request.body.replace("indIdx=1&", "indIdx=?&").replace("indIdx=2&", "indIdx=1&")
        return usual(replace(request, body=body.replace("indIdx=?&", "indIdx=2&")))
    if request.symbol in FUNDS:
        other = FUNDS[request.symbol]
        given = usual(replace(request, url=request.url.replace(request.symbol, other)))
        return replace(given, body=given.body.replace(other.encode(), request.symbol.encode()))
    return usual(request)


@cache
def _true(market: Market, day: date) -> dict[str, tuple[int | None, float | None]]:
    """Close and rate of each stock that was there."""
    truth = market.truth
    return {one: (truth.close(day, one), truth.change_pct(day, one)) for one in truth.tickers(day)}


def false_rows(lie: WireLie, store: Store, market: Market) -> list[str]:
    """Rows of the store that are not the truth."""
    source, found, truth = SOURCES[lie.way], [], market.truth
    for kind in (MARKET, PRICES, INDICES):
        table = store.table(source, kind)
        if not table.sessions:
            continue
        rows = table.read(("date", kind.key, "close", *(("change_pct",) if kind is MARKET else ())))
        for row in rows.to_pylist():
            day, key = row["date"], str(row[kind.key])
            if day not in truth.sessions:
                found.append(f"{key} {day}")
            elif kind is INDICES:
                if key in CODES and abs(row["close"] - truth.level(day, CODES[key])) > 0.005:
                    found.append(f"{key} {day}")
            elif kind is PRICES:
                right = truth.fund(day, key) if key in ("069500", "229200") else truth.adjusted(day, key)
                if row["close"] != right:
                    found.append(f"{key} {day}")
            else:
                close, right_rate = _true(market, day).get(key, (None, None))
                rate = row["change_pct"]
                other_rate = rate is not None and right_rate is not None and abs(rate - right_rate) > 0.006
                if row["close"] != close or other_rate:
                    found.append(f"{key} {day}")
    return found


def others_moved(lie: WireLie, came: Figures, true: Figures) -> str:
    """Why the figures of the stocks that the lie is not about are not the truth's; '' if they are."""
    for key, value in true.items():
        if key[1] in lie.about or (not lie.about and key[0] == "stock"):
            continue
        if key not in came or not (np.isnan(value) or abs(came[key] - value) <= 1e-9):
            return f"{key} is {came.get(key)}, not {value:+.4f}, though the lie is about {', '.join(lie.about)}"
    return ""


def now_of(lie: WireLie, market: Market) -> Any:
    if lie.news is None:
        return NOW
    day = market.days[market.troubles[lie.news].row + 5]
    return kst(day.year, day.month, day.day, 8, 0)


def stage(lie: WireLie, exchange: Any, folder: Path, staged: Path | None = None) -> None:
    """Put the sessions before the base into the store, as they were told on the evening of the base.

    With `staged`, from that folder, where this has been done for another lie of the same way and news.
    """
    market = exchange.market
    if staged:
        shutil.copytree(staged, folder, dirs_exist_ok=True)
    elif lie.news is None:
        market.now = kst(2025, 1, 25, 8, 0)
        opened = opened_for(lie, exchange, folder)
        funds = ("069500", "229200") if lie.way == KEYLESS else ()
        live.live(SOURCES[lie.way], opened).fetch(live.plan(FIRST, date(2025, 1, 23), (*STOCKS, *funds)))
    market.now = now_of(lie, market)


@dataclass(frozen=True)
class Truth:
    """What a report gets where nobody lies, and what was stored before."""

    outcome: Outcome
    staged: Path


def truth_of(lie: WireLie, market: Market, folder: Path) -> Truth:
    """The truth of a lie; those of the same way and news have the same."""
    with pytest.MonkeyPatch.context() as environment, exchange_of(lie, market, environment) as exchange:
        (folder / "staged").mkdir()
        stage(lie, exchange, folder / "staged")
        shutil.copytree(folder / "staged", folder / "loaded")
        came = load(lie, exchange, folder / "loaded")
    return Truth(replace(came, said="") if lie.true else came, folder / "staged")


@contextmanager
def without_end(lie: WireLie, exchange: Any) -> Iterator[None]:
    """Answers that go on for ever, where the lie is that; `responses` itself takes whole bodies alone."""
    if lie.spoil is not wire.endless:
        yield
        return
    usual = requests.adapters.HTTPAdapter.send

    def send(adapter: Any, asked: Any, **options: Any) -> Any:
        body = asked.body.decode() if isinstance(asked.body, bytes) else str(asked.body or "")
        request = Request(
            str(asked.method), str(asked.url), {k.lower(): str(v) for k, v in asked.headers.items()}, body
        )
        if not wire.bursts(request):
            return usual(adapter, asked, **options)
        answer = exchange.answer(request)
        wire.ENDLESS.append(wire.Endless(answer.body))
        told = {"Date": format_datetime(exchange.market.now.astimezone(UTC), usegmt=True), "Content-Type": answer.kind}
        raw = urllib3.HTTPResponse(wire.ENDLESS[-1], headers=told, status=200, preload_content=False)
        return adapter.build_response(asked, raw)

    with patch.object(requests.adapters.HTTPAdapter, "send", send):
        yield


def faults_of(lie: WireLie, market: Market, truth: Truth, folder: Path) -> list[str]:
    """What is wrong with how the lie ends; nothing if it ends as it must."""
    wrong, true = [], truth.outcome
    with pytest.MonkeyPatch.context() as environment, exchange_of(lie, market, environment) as exchange:
        stage(lie, exchange, folder, truth.staged)
        wire.ENDLESS.clear()
        tell(lie, exchange)
        with without_end(lie, exchange):
            came = load(lie, exchange, folder)
        why = [must.holds(came, true) for must in lie.must]
        if "" not in why:
            wrong.append(f"code {came.code}: " + "; ".join(why) + f" [{came.said[:200]}]")
        if lie.about and came.code == 0 and (moved := others_moved(lie, came.figures, true.figures)):
            wrong.append(moved)
        if lie.most_read and any(one.taken > lie.most_read for one in wire.ENDLESS):
            wrong.append(f"{max(one.taken for one in wire.ENDLESS):,} bytes were taken")
        stored = false_rows(lie, Store.open(folder / "store"), market)
        if stored:
            wrong.append(f"stored: {', '.join(stored[:3])} ({len(stored)})")
        del exchange.answer  # the class's own answers again
        market.now += timedelta(days=1)  # what was refused is asked for again once a day
        healed = load(lie, exchange, folder)
        if healed.code != 0:
            wrong.append(f"the next report ends with {healed.code}: {healed.said[:160]}")
        elif moved := others_moved(replace(lie, about=("nobody",)), healed.figures, true.figures):
            wrong.append(f"the next report: {moved}")
    return wrong
