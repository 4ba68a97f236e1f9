"""The embedded newspaper figures, against the printed table and the exchange."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from screener.data.sources import PriceRequest
from screener.data.sources.press import Press
from screener.errors import DataError
from tests.conftest import SHARED

ASKED = ("000660", "005930", "039030", "300080")


def need(news: date = date(2025, 1, 27), as_of: date | None = None) -> PriceRequest:
    markets = dict(zip(ASKED, ("KOSPI", "KOSPI", "KOSDAQ", "KOSDAQ"), strict=True))
    return PriceRequest(markets, news, as_of, 0.3, date(2025, 6, 30))


def test_figures_are_those_that_were_printed() -> None:
    market = Press().load(need())
    np.testing.assert_allclose(market.panel.returns, [[-0.0986, -0.0242, np.nan, 0.2991]])
    assert {name: float(value[0]) for name, value in market.panel.benchmarks.items()} == {
        "KOSPI": -0.0077,
        "KOSDAQ": -0.0006,
    }
    assert market.printed is not None
    assert "Korea Times" in market.printed["000660"].published_by
    assert market.selected


def test_embedded_table_is_the_printed_one() -> None:
    printed = SHARED / "facts" / "press_2025-01-31.csv"
    if not printed.is_file():
        pytest.skip("the printed table is not here")
    embedded = Path(__file__).parents[2] / "screener/data/sources/press/stocks_2025-01-31.csv"
    with printed.open(encoding="utf-8", newline="") as a, embedded.open(encoding="utf-8", newline="") as b:
        assert list(csv.DictReader(a)) == list(csv.DictReader(b))


def test_no_printed_figure_is_far_from_the_exchange(krx: Path) -> None:
    import pyarrow.parquet as pq

    table = pq.read_table(krx / "market_2025-01-02_2025-02-11.parquet", columns=["date", "ticker", "change_pct"])
    official = {row["ticker"]: row["change_pct"] for row in table.to_pylist() if row["date"] == date(2025, 1, 31)}
    market = Press().load(need())
    for ticker, value in zip(ASKED, market.panel.returns[0], strict=True):
        if np.isfinite(value):
            assert value * 100 == pytest.approx(official[ticker], abs=0.06)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (need(news=date(2025, 4, 2)), "newspaper figures are available for 2025-01-31 only"),
        (need(as_of=date(2025, 1, 24)), "newspaper figures are for 2025-01-31, after --as-of 2025-01-24"),
    ],
)
def test_other_days_are_refused(asked: PriceRequest, expected: str) -> None:
    assert expected in (Press().refusal(asked) or "")
    with pytest.raises(DataError, match=expected):
        Press().load(asked)
