"""Which closes a source gives: the figures of 29 September 2026, as projects that read KRX's sources measured them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import pytest

from screener.data.store import Store
from screener.doctor.store import check_closes
from screener.krx.calendar import Calendar
from tests.doctor.conftest import put

BEFORE, DAY, AFTER = date(2026, 9, 28), date(2026, 9, 29), date(2026, 9, 30)
OFFICIAL = {"000660": (1_752_000, 1_765_000, 1_781_000), "005930": (270_500, 272_500, 268_000)}
LAST_PRICES = {"000660": 1_790_000, "005930": 275_000}
"""Of 29 September, from Naver on the next morning."""


def put_sessions(
    store: Store, source: str, closes: Mapping[str, Sequence[int]], rates_of: Mapping[str, Sequence[int]]
) -> None:
    rows = []
    for ticker, series in closes.items():
        official = rates_of[ticker]
        rates = [None, *(round((new / old - 1) * 100, 2) for old, new in itertools.pairwise(official))]
        rows += [
            {"date": day, "ticker": ticker, "market": "KOSPI", "close": float(close), "change_pct": rate}
            for day, close, rate in zip((BEFORE, DAY, AFTER), series, rates, strict=True)
        ]
    put(store, source, "market", rows)


def put_histories(store: Store, closes: dict[str, int]) -> None:
    rows = [
        {"date": DAY, "ticker": ticker, "close": float(close), "open": float(close), "volume": 1}
        for ticker, close in closes.items()
    ]
    put(store, "pykrx-keyless", "prices", rows, coverage=dict.fromkeys(closes, (DAY, DAY)))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store")


def test_closes_that_chain_with_official_rates_are_regular(store: Store) -> None:
    put_sessions(store, "openapi", OFFICIAL, OFFICIAL)
    (check,) = check_closes(store, Calendar())
    assert (check.state, check.found) == ("ok", "openapi: regular closes, 4 of 4 base prices agree")


def test_prices_of_the_after_market_break_the_chain(store: Store) -> None:
    told = {ticker: (series[0], LAST_PRICES[ticker], series[2]) for ticker, series in OFFICIAL.items()}
    put_sessions(store, "openapi", told, OFFICIAL)
    (check,) = check_closes(store, Calendar())
    assert check.state == "failed"
    assert "000660 on 2026-09-30: base price 1,764,9" in check.found
    assert "close of 2026-09-29 1,790,000" in check.found


def test_a_session_that_is_missing_breaks_nothing(store: Store) -> None:
    put_sessions(store, "openapi", OFFICIAL, OFFICIAL)
    later = {"date": date(2026, 10, 2), "ticker": "000660", "market": "KOSPI", "close": 9e5, "change_pct": 1.0}
    put(store, "openapi", "market", [later])
    (check,) = check_closes(store, Calendar())
    assert check.state == "ok"


def test_histories_are_held_against_official_closes(store: Store) -> None:
    put_sessions(store, "openapi", OFFICIAL, OFFICIAL)
    put_histories(store, LAST_PRICES)
    _, check = check_closes(store, Calendar())
    assert (check.state, check.found) == ("warning", "pykrx-keyless: 2 of 2 closes differ from the official ones")
    assert "KRX_AUTH_KEY" in check.fix


def test_histories_of_the_evening_are_regular(store: Store) -> None:
    put_sessions(store, "openapi", OFFICIAL, OFFICIAL)
    put_histories(store, {ticker: series[1] for ticker, series in OFFICIAL.items()})
    _, check = check_closes(store, Calendar())
    assert (check.state, check.found) == ("ok", "pykrx-keyless: regular closes, same as the official ones")


def test_without_official_closes_there_is_nothing_to_tell_by(store: Store) -> None:
    put_histories(store, LAST_PRICES)
    (check,) = check_closes(store, Calendar())
    assert (check.state, check.found) == (
        "warning",
        "pykrx-keyless: no official closes to compare with",
    )
