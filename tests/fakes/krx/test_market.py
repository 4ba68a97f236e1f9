"""The simulated market itself: it must hang together, and move as a market does."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pytest

from tests.fakes.krx import Market, kst
from tests.fakes.krx.krx import Krx
from tests.fakes.krx.listing import Stock, configured


@pytest.fixture(scope="module")
def market() -> Market:
    return Market()


@pytest.fixture
def at(market: Market, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """For tests that change the hour of the shared market."""
    monkeypatch.setattr(market, "_now", market.now)
    return monkeypatch


@pytest.mark.parametrize(
    ("ticker", "isin"),
    [("005930", "KR7005930003"), ("000660", "KR7000660001"), ("060310", "KR7060310000"), ("005935", "KR7005931001")],
)
def test_isins_of_real_stocks(ticker: str, isin: str) -> None:
    assert Stock(ticker, "", "KOSPI").isin == isin


def test_who_is_listed(market: Market) -> None:
    assert len(market.stocks) == 2_620
    assert {stock.market for stock in market.stocks} == {"KOSPI", "KOSDAQ", "KOSDAQ GLOBAL", "KONEX"}
    assert len({stock.isin for stock in market.stocks}) == len({stock.name for stock in market.stocks}) == 2_620
    assert len(configured()) == 88
    assert set(configured()) <= set(market.places)
    assert any(stock.ticker[5] == "5" for stock in market.stocks)
    assert any("스팩" in stock.name for stock in market.stocks)
    assert any("관리종목" in stock.section for stock in market.stocks)


def test_listings_and_a_delisting(market: Market) -> None:
    truth = market.truth
    assert truth.close(date(2025, 2, 4), "064400") is None  # LG CNS was listed on 5 February 2025
    assert truth.close(date(2025, 2, 5), "064400")
    gone = market.troubles["delisting"]
    assert truth.close(market.days[gone.row - 1], gone.ticker)
    assert truth.close(market.days[gone.row], gone.ticker) is None
    assert truth.close(date(2025, 1, 25), "000660") is None  # a Saturday
    form = {"mktsel": "ALL"}
    krx = Krx(market)
    assert [row["short_code"] for row in krx.delisted_stocks(form)["block1"]] == [gone.ticker]
    assert gone.ticker not in {row["short_code"] for row in krx.listed_stocks(form)["block1"]}


def test_a_rename(market: Market) -> None:
    rename = market.troubles["rename"]
    place = market.places[rename.ticker]
    assert market.name(place, rename.row - 1) != market.name(place, rename.row) == market.stocks[place].name


def test_rates_are_changes_of_adjusted_closes(market: Market) -> None:
    """For each stock on each session: the official rate bridges splits, up to the rounding of a won."""
    f = market.figures
    adjusted = f.close.astype(float)
    for trouble in market.troubles.values():
        adjusted[: trouble.row, market.places[trouble.ticker]] /= trouble.factor
    both = f.listed[1:] & f.listed[:-1]
    rates = f.close[1:] / f.base[1:] - 1
    apart = abs(adjusted[1:] / adjusted[:-1] - 1 - rates)
    assert (apart <= 0.66 / f.base[1:])[both].all()  # half a won of the base price, times at most 1.3


def test_prices_keep_the_rules_of_the_exchange(market: Market) -> None:
    f = market.figures
    traded = f.listed & (f.volume > 0)
    traded[: market.troubles["delisting"].row, market.places[market.troubles["delisting"].ticker]] = False
    first = np.argmax(f.listed, axis=0)
    traded[first, np.arange(len(first))] = False
    assert ((f.low <= f.close) & (f.close <= f.high) & (f.low <= f.open) & (f.open <= f.high))[traded].all()
    assert (f.close <= f.base * 1.3)[traded].all()
    assert (f.close >= f.base * 0.7)[traded].all()
    halted = f.listed & (f.volume == 0)
    assert halted[market.days.index(date(2025, 1, 31))].sum() > 20
    assert not (f.open + f.high + f.low + f.value)[halted].any()
    assert (f.close == np.vstack([f.close[:1], f.close[:-1]]))[halted].all()
    assert not np.sum(list(f.net.values()), axis=0).any()


def test_the_adjusted_history_depends_on_the_day(market: Market, at: pytest.MonkeyPatch) -> None:
    split = market.troubles["split"]
    before = market.days[split.row - 5]
    raw = market.truth.close(before, split.ticker)
    assert raw
    assert market.truth.adjusted(before, split.ticker) == raw / 5
    day = market.days[split.row - 1]
    at.setattr(market, "_now", kst(day.year, day.month, day.day))
    assert market.truth.adjusted(before, split.ticker) == raw


def test_the_same_market_every_time(market: Market) -> None:
    again = Market()
    for name in ("close", "volume", "shares"):
        assert (getattr(again.figures, name) == getattr(market.figures, name)).all()


def test_extra_closed_days_are_no_sessions() -> None:
    closed = frozenset({date(2026, 6, 3), date(2026, 7, 17)})
    market = Market(date(2026, 5, 1), date(2026, 7, 31), size=300, closed=closed)
    assert closed <= set(market.truth.closed_days)
    assert not closed & set(market.truth.sessions)


@pytest.mark.parametrize(
    ("moment", "session", "stage"),
    [
        (kst(2025, 1, 31, 8, 59), date(2025, 1, 24), "final"),
        (kst(2025, 1, 31, 9, 0), date(2025, 1, 31), "trading"),
        (kst(2025, 1, 31, 15, 29), date(2025, 1, 31), "trading"),
        (kst(2025, 1, 31, 15, 30), date(2025, 1, 31), "closed"),
        (kst(2025, 1, 31, 18, 0), date(2025, 1, 31), "final"),
        (kst(2025, 2, 2, 12, 0), date(2025, 1, 31), "final"),
        (datetime.fromisoformat("2025-01-31T09:30+00:00"), date(2025, 1, 31), "final"),
    ],
)
def test_hours(market: Market, at: pytest.MonkeyPatch, moment: datetime, session: date, stage: str) -> None:
    at.setattr(market, "_now", market.now)
    market.now = moment
    assert market.days[market.last] == session
    assert market.stage(market.last) == stage


def test_a_moment_needs_its_time_zone(market: Market) -> None:
    with pytest.raises(ValueError, match="time zone"):
        market.now = kst(2025, 1, 31).replace(tzinfo=None)
