"""Price files that anything has happened to, beside what plain Python makes of the same file."""

from __future__ import annotations

import csv
import io
import math
import tempfile
from datetime import date
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from screener.data.sources import PriceRequest
from screener.data.sources.files import Files
from screener.errors import ScreenerError
from tests.data import small
from tests.fuzz.mutations import mutated

NEED = PriceRequest(
    market_of={"000001": "KOSPI", "000002": "KOSDAQ", "000003": "KOSPI"},
    news=small.event_day(),
    as_of=None,
    price_limit=0.30,
    today=date(2025, 4, 1),
)


def _prices() -> str:
    with tempfile.TemporaryDirectory() as folder:
        return small.write_prices(Path(folder)).read_text(encoding="utf-8")


PRICES = _prices()


def closes(text: str) -> dict[tuple[str, str], float]:
    """By ticker and day what the file says, read without the screener; only what it says once and for all."""
    found: dict[tuple[str, str], float] = {}
    for row in csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")):
        try:
            found[str(row["ticker"]).strip().zfill(6), str(row["date"]).strip()] = float(str(row["close"]).strip())
        except (KeyError, ValueError):
            continue
    return found


@settings(deadline=None)
@given(st.data())
def test_a_mistake_has_its_place_or_returns_are_those_of_the_file(data: st.DataObject) -> None:
    text = data.draw(mutated(PRICES))
    with tempfile.TemporaryDirectory() as folder:
        prices, benchmark = Path(folder) / "prices.csv", small.write_benchmark(Path(folder))
        prices.write_bytes(text.encode("utf-8", "surrogatepass"))
        said = ""
        panel = None
        try:
            panel = Files([prices], [benchmark], []).load(NEED).panel
        except ScreenerError as error:
            said = str(error)
        if panel is None:
            assert said
            assert "\n" not in said
            assert "prices.csv" in said or "benchmark.csv" in said or any(one in said for one in NEED.tickers), said
            return
    told = closes(text)
    days = [str(day) for day in panel.sessions]
    for column, ticker in enumerate(panel.tickers):
        for row, day in enumerate(days):
            value, span = float(panel.returns[row, column]), int(panel.span[row, column])
            if math.isfinite(value) and (ticker, day) in told and (ticker, days[row - span]) in told:
                assert abs(value - (told[ticker, day] / told[ticker, days[row - span]] - 1)) < 1e-9, (ticker, day)
                assert abs(value) <= 0.3011
