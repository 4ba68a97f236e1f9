"""Prices from files: what is read, what is mended and counted, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from screener.data.choice import files_of
from screener.data.forms.dialects import NO_HINTS
from screener.data.forms.reading import read_table
from screener.data.sources import Market, PriceRequest
from screener.data.sources.files import Files
from screener.errors import DataError, UsageError
from tests.data import small

TICKERS = tuple(small.STOCKS)
DAY = {row: str(day) for row, day in enumerate(small.sessions())}
EVENT = small.EVENT_ROW


def need(as_of: date | None = None, price_limit: float = 0.3) -> PriceRequest:
    market_of = dict.fromkeys(TICKERS, "KOSPI") | {"000002": "KOSDAQ"}
    return PriceRequest(market_of, small.event_day(), as_of, price_limit, date(2025, 6, 30))


def load(prices: Path, market: Path | None = None, **wishes: Any) -> Market:
    benchmark = small.write_benchmark(prices.parent)
    return Files([prices], [benchmark], [market] if market else []).load(need(**wishes))


def codes(market: Market) -> dict[str, int]:
    return {one.code: one.count for one in market.findings}


def at(ticker: str, row: int) -> Any:
    """A condition on one row of the price file."""
    return lambda line: line["ticker"] == ticker and line["date"] == DAY[row]


def test_returns_are_those_that_made_the_prices(tmp_path: Path) -> None:
    market = load(small.write_prices(tmp_path))
    expected = [[small.stock_return(ticker, row) for ticker in TICKERS] for row in range(1, small.SESSIONS)]
    np.testing.assert_allclose(market.panel.returns[1:], expected, atol=1e-9)
    assert np.isnan(market.panel.returns[0]).all()
    np.testing.assert_allclose(
        market.panel.benchmarks["KOSPI"][1:], [small.index_return(row) for row in range(1, small.SESSIONS)], atol=1e-9
    )
    assert market.findings == ()


def test_parquet_and_several_files_give_the_same(tmp_path: Path) -> None:
    csv = load(small.write_prices(tmp_path))
    rows = small.price_rows()
    for name, part in (("a.parquet", rows[:60]), ("b.parquet", rows[60:])):
        table = pa.table(
            {
                "date": pa.array([date.fromisoformat(row["date"]) for row in part]),
                "ticker": [row["ticker"] for row in part],
                "close": [float(row["close"]) for row in part],
                "volume": [int(row["volume"]) for row in part],
            }
        )
        pq.write_table(table, tmp_path / name)
    files = Files([tmp_path / "a.parquet", tmp_path / "b.parquet"], [small.write_benchmark(tmp_path)])
    np.testing.assert_array_equal(files.load(need()).panel.returns, csv.panel.returns)


def test_as_of_hides_what_came_later(tmp_path: Path) -> None:
    market = load(small.write_prices(tmp_path), as_of=small.event_day())
    assert market.panel.sessions[-1] == np.datetime64(small.event_day())


def test_halt_is_no_trade_and_the_next_return_spans_it(tmp_path: Path) -> None:
    def halt(line: dict[str, str]) -> None:
        if line["ticker"] == "000001" and line["date"] in (DAY[10], DAY[11]):
            line.update(open="0", volume="0", close="12345")  # the last close is kept; this one must not matter

    market = load(small.write_prices(tmp_path, halt))
    assert codes(market) == {"halted": 2}
    assert np.isnan(market.panel.returns[10:12, 0]).all()
    assert market.panel.span[12, 0] == 3
    whole = np.prod([1 + small.stock_return("000001", row) for row in (10, 11, 12)]) - 1
    np.testing.assert_allclose(market.panel.returns[12, 0], whole, atol=1e-9)
    assert np.isnan(market.panel.daily_returns[12, 0])


def test_filled_in_weekend_is_dropped(tmp_path: Path) -> None:
    rows = small.price_rows()
    saturday = next(day for day in small.sessions() if day.weekday() == 4) + timedelta(days=1)
    filled = [dict(row, date=str(saturday)) for row in rows if row["date"] == str(saturday - timedelta(days=1))]
    market = load(small.write(tmp_path / "prices.csv", rows + filled))
    assert codes(market)["closed_days"] == 3
    assert len(market.panel.sessions) == small.SESSIONS


def test_holiday_rows_without_a_trade_are_dropped(tmp_path: Path) -> None:
    def close_market(line: dict[str, str]) -> None:
        if line["date"] == DAY[12]:
            line.update(open="0", close="0", volume="0")

    prices = small.write_prices(tmp_path, close_market)
    benchmark = tmp_path / "closed.csv"
    lines = small.write_benchmark(tmp_path).read_text(encoding="utf-8").splitlines()
    benchmark.write_text("\n".join(line for line in lines if DAY[12] not in line) + "\n", encoding="utf-8")
    market = Files([prices], [benchmark]).load(need())
    assert codes(market) == {"closed_days": 3}
    assert len(market.panel.sessions) == small.SESSIONS - 1


def test_unsorted_rows_are_sorted(tmp_path: Path) -> None:
    rows = small.price_rows()
    straight = load(small.write(tmp_path / "prices.csv", rows))
    market = load(small.write(tmp_path / "prices.csv", rows[::-1]))
    assert codes(market)["unsorted"] > 0
    np.testing.assert_array_equal(market.panel.returns, straight.panel.returns)


def test_identical_duplicates_are_counted_and_contradicting_ones_refused(tmp_path: Path) -> None:
    rows = small.price_rows()
    market = load(small.write(tmp_path / "prices.csv", [*rows, rows[7]]))
    assert codes(market)["duplicates"] == 1
    wrong = dict(rows[7], close="1")
    with pytest.raises(
        DataError, match=rf"000001 on {rows[7]['date']} is listed twice, with close .* delete the wrong"
    ):
        load(small.write(tmp_path / "prices.csv", [*rows, wrong]))


@pytest.mark.parametrize("price", ["0", "-5"])
def test_price_that_is_none_is_left_out(tmp_path: Path, price: str) -> None:
    def spoil(line: dict[str, str]) -> None:
        if at("000002", 20)(line):
            line["close"] = price

    market = load(small.write_prices(tmp_path, spoil))
    [found] = [one for one in market.findings if one.code == "impossible"]
    assert found.examples == (f"000002 {DAY[20]}",)
    assert np.isnan(market.panel.returns[20, 1])
    assert market.panel.suspect[20, 1]


def test_empty_price_is_no_trade(tmp_path: Path) -> None:
    def spoil(line: dict[str, str]) -> None:
        if at("000002", 20)(line):
            line["close"] = ""

    market = load(small.write_prices(tmp_path, spoil))
    assert codes(market)["missing_price"] == 1
    assert np.isnan(market.panel.returns[20, 1])


def test_lost_zeros_are_restored_and_counted(tmp_path: Path) -> None:
    straight = load(small.write_prices(tmp_path))

    def strip(line: dict[str, str]) -> None:
        line["ticker"] = line["ticker"].lstrip("0")

    market = load(small.write_prices(tmp_path, strip))
    assert codes(market) == {"zeros_restored": 3 * small.SESSIONS}
    np.testing.assert_array_equal(market.panel.returns, straight.panel.returns)


def test_missing_row_is_a_gap(tmp_path: Path) -> None:
    rows = [row for row in small.price_rows() if not at("000003", 15)(row)]
    market = load(small.write(tmp_path / "prices.csv", rows))
    assert codes(market) == {"gap": 1}
    assert market.findings[0].examples == (f"000003 {DAY[15]}",)
    assert market.panel.span[16, 2] == 2


def test_session_that_only_the_index_has_is_named(tmp_path: Path) -> None:
    rows = [row for row in small.price_rows() if row["date"] != DAY[15]]
    market = load(small.write(tmp_path / "prices.csv", rows))
    assert codes(market) == {"session_missing": 1}
    assert (market.panel.span[16] == 2).all()


def test_split_without_official_rate_is_suspect_and_with_it_is_right(tmp_path: Path) -> None:
    def split(line: dict[str, str]) -> None:
        if line["ticker"] == "000001" and line["date"] >= DAY[20]:
            line["close"] = str(float(line["close"]) / 2)

    prices = small.write_prices(tmp_path, split)
    market = load(prices)
    assert codes(market) == {"beyond_limit": 1}
    assert market.panel.suspect[20, 0]
    assert np.isnan(market.panel.returns[20, 0])

    official = tmp_path / "market.csv"
    raw_close = next(row["close"] for row in small.price_rows() if at("000001", 20)(row))
    official.write_text(
        f"date,ticker,name,market,close,volume,marcap,change_pct\n{DAY[20]},000001,하나,KOSPI,{raw_close},9,1e9,-1.60\n",
        encoding="utf-8",
    )
    market = load(prices, official)
    assert codes(market) == {"closes_contradict": 1}
    np.testing.assert_allclose(market.panel.returns[20, 0], -0.016)
    assert market.panel.caps[20, 0] == 1e9


def test_market_without_a_limit_is_not_checked(tmp_path: Path) -> None:
    def jump(line: dict[str, str]) -> None:
        if line["ticker"] == "000001" and line["date"] >= DAY[20]:
            line["close"] = str(float(line["close"]) * 3)

    market = load(small.write_prices(tmp_path, jump), price_limit=0)
    assert market.findings == ()
    np.testing.assert_allclose(market.panel.returns[20, 0], 3 * (1 + small.stock_return("000001", 20)) - 1, atol=1e-9)


def test_listing_day_has_no_return_even_if_a_rate_is_given(tmp_path: Path) -> None:
    rows = [row for row in small.price_rows() if row["ticker"] != "000003" or row["date"] >= DAY[30]]
    official = tmp_path / "market.csv"
    official.write_text(f"date,ticker,close,volume,change_pct\n{DAY[30]},000003,100,9,160.0\n", encoding="utf-8")
    market = load(small.write(tmp_path / "prices.csv", rows), official)
    assert np.isnan(market.panel.returns[30, 2])
    assert market.panel.first_price[2] == np.datetime64(DAY[30])


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "prices.csv:1: the file is empty"),
        ("date,close\n2024-03-04,1\n", "prices.csv: contains one stock but does not say which: pass --ticker"),
        ("date,ticker,close\n2024-03-04,000001,x\n", "prices.csv:2: 'x' is not a number"),
        ("date,ticker,close\n2024-03-04,000001,1\n04.03.2024,000001,1\n", "prices.csv:3: '04.03.2024' is not a date such"),
        ("date,ticker,close\n2024-03-04,,1\n", "prices.csv:2: column ticker is empty"),
        ("date,ticker,close\n2024-03-04,000001\n", "prices.csv:2: cannot be read"),
        ("date,ticker,close,close\n2024-03-04,000001,1,2\n", "prices.csv: the columns 'close', 'close' all contain the close: delete all but one"),
        ("date,ticker,open\n2024-03-04,000001,1\n", "columns found: 'date', 'ticker', 'open'"),
        ("date,ticker,close\n2024-03-04,A000660,1\n", "the first one in the file is '000660'"),
        ("date,ticker,close\n2024-03-04,999999,1\n", "prices.csv: contains none of the configured tickers: the first one in the file is '999999'"),
    ],
)  # fmt: skip
def test_bad_file_is_one_line_with_its_place(tmp_path: Path, content: str, expected: str) -> None:
    path = tmp_path / "prices.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        load(path)
    said = str(caught.value).replace(f"{tmp_path}/", "")
    assert expected in said
    assert "\n" not in said


def test_wrong_encoding_and_no_parquet(tmp_path: Path) -> None:
    (tmp_path / "prices.csv").write_bytes(b"date,ticker,close\n2024-03-04," + b"\xff\x80,1\n")
    with pytest.raises(DataError, match="is neither UTF-8 nor CP949 text: save the file as UTF-8"):
        load(tmp_path / "prices.csv")
    (tmp_path / "prices.parquet").write_bytes(b"not parquet at all")
    with pytest.raises(DataError, match=r"prices\.parquet: is not a Parquet file"):
        load(tmp_path / "prices.parquet")


def test_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        load(tmp_path / "prices.csv")


def test_index_that_is_not_in_the_file(tmp_path: Path) -> None:
    prices = small.write_prices(tmp_path)
    benchmark = tmp_path / "other.csv"
    benchmark.write_text("date,index,close\n2024-03-04,S&P,1\n", encoding="utf-8")
    with pytest.raises(DataError, match="no index 'KOSPI': the column index contains S&P"):
        Files([prices], [benchmark]).load(need())


@pytest.mark.parametrize(("column", "value"), [("close", "inf"), ("close", "1e400"), ("volume", "-5"), ("open", "-1")])
def test_a_row_with_an_impossible_value_is_left_out_by_name(tmp_path: Path, column: str, value: str) -> None:
    def spoil(line: dict[str, str]) -> None:
        if at("000002", 20)(line):
            line[column] = value

    market = load(small.write_prices(tmp_path, spoil))
    assert [(one.code, one.examples) for one in market.findings] == [("impossible", (f"000002 {DAY[20]}",))]
    assert np.isnan(market.panel.returns[20, 1])
    assert np.isfinite(market.panel.returns[20, [0, 2]]).all()
    assert market.panel.span[21, 1] == 2


def test_official_rate_beyond_the_limit_is_not_believed(tmp_path: Path) -> None:
    official = tmp_path / "market.csv"
    official.write_text(f"date,ticker,close,volume,change_pct\n{DAY[20]},000001,100,9,986.0\n", encoding="utf-8")
    market = load(small.write_prices(tmp_path), official)
    assert codes(market) == {"rate_contradicts": 1}
    np.testing.assert_allclose(market.panel.returns[20, 0], small.stock_return("000001", 20), atol=1e-9)


def test_rates_given_as_decimals_are_refused(tmp_path: Path) -> None:
    official = tmp_path / "market.csv"
    lines = [
        f"{DAY[row]},{ticker},1,9,{small.stock_return(ticker, row):.4f}" for ticker in TICKERS for row in range(1, 20)
    ]
    official.write_text("date,ticker,close,volume,change_pct\n" + "\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"change_pct contradicts the closes .* check that it is in %"):
        load(small.write_prices(tmp_path), official)


def test_marcap_of_nothing_is_left_out(tmp_path: Path) -> None:
    official = tmp_path / "market.csv"
    official.write_text(f"date,ticker,close,volume,marcap\n{DAY[20]},000001,100,9,-1\n", encoding="utf-8")
    market = load(small.write_prices(tmp_path), official)
    assert codes(market) == {"impossible": 1}
    assert np.isnan(market.panel.caps[20, 0]) or market.panel.caps[20, 0] > 0


def test_stock_that_the_market_file_lists_elsewhere_is_named(tmp_path: Path) -> None:
    official = tmp_path / "market.csv"
    official.write_text(
        f"date,ticker,market,close,volume\n{DAY[20]},000001,KOSDAQ GLOBAL,100,9\n{DAY[20]},000002,KOSDAQ GLOBAL,100,9\n",
        encoding="utf-8",
    )
    market = load(small.write_prices(tmp_path), official)
    assert [(one.code, one.examples) for one in market.findings] == [("other_market", ("000001 KOSDAQ GLOBAL",))]


def test_move_after_missing_rows_is_not_judged_by_one_days_limit(tmp_path: Path) -> None:
    rows = [row for row in small.price_rows() if row["ticker"] != "000001" or not DAY[5] < row["date"] < DAY[30]]
    for row in rows:
        if row["ticker"] == "000001" and row["date"] >= DAY[30]:
            row["close"] = str(float(row["close"]) * 1.5)
    market = load(small.write(tmp_path / "prices.csv", rows))
    assert codes(market) == {"gap": 24}
    assert market.panel.span[30, 0] == 25


def test_future_date_is_refused(tmp_path: Path) -> None:
    rows = [*small.price_rows(), {"date": "2199-01-02", "ticker": "000001", "open": "1", "close": "1", "volume": "1"}]
    with pytest.raises(DataError, match="2199-01-02 is in the future"):
        load(small.write(tmp_path / "prices.csv", rows))


@pytest.mark.parametrize(
    ("level", "expected"),
    [("99999", "moves from .* to 99999"), ("inf", "inf is not an index level"), ("0", "0 is not an")],
)
def test_index_level_that_cannot_be_is_refused(tmp_path: Path, level: str, expected: str) -> None:
    prices = small.write_prices(tmp_path)
    benchmark = small.write_benchmark(tmp_path)
    lines = benchmark.read_text(encoding="utf-8").splitlines()
    lines[20] = f"{DAY[19]},KOSPI,{level}"
    benchmark.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(DataError, match=expected):
        Files([prices], [benchmark]).load(need())


def test_forms_of_parquet(tmp_path: Path) -> None:
    """Tickers as numbers, dictionaries or large strings; dates as text or time stamps: all the same prices."""
    straight = load(small.write_prices(tmp_path)).panel.returns
    rows = small.price_rows()
    days, tickers = [row["date"] for row in rows], [row["ticker"] for row in rows]
    closes = [float(row["close"]) for row in rows]
    for date_column in (pa.array(days), pa.array(days).cast(pa.timestamp("ns")), pa.array(days).dictionary_encode()):
        for ticker_column in (
            pa.array([int(one) for one in tickers]),
            pa.array(tickers).dictionary_encode(),
            pa.array(tickers, pa.large_string()),
        ):
            table = pa.table({"date": date_column, "ticker": ticker_column, "close": closes})
            pq.write_table(table, tmp_path / "prices.parquet")
            np.testing.assert_array_equal(load(tmp_path / "prices.parquet").panel.returns, straight)


@pytest.mark.parametrize(
    ("before", "longest"), [(0, 2**20), (1_000_000, 2**20), (3_000_000, 2**21)], ids=["first", "astride", "late"]
)
def test_a_line_that_is_too_long_is_named_wherever_it_stands(tmp_path: Path, before: int, longest: int) -> None:
    path = tmp_path / "prices.csv"
    rows = before // 32
    path.write_text("date,ticker,close\n" + "2025-01-31,000660,000000012000\n" * rows + "9" * (longest + 1), "utf-8")
    with pytest.raises(DataError, match=rf"prices\.csv:{rows + 2}: the line is longer than 1,048,576 bytes"):
        read_table(path, ("date", "ticker", "close"), ("close",), ("ticker",))


def test_a_word_of_a_parquet_file_that_is_too_long_is_named(tmp_path: Path) -> None:
    path = tmp_path / "prices.parquet"
    rows: dict[str, Any] = {"date": [date(2025, 1, 31)] * 2, "ticker": ["000660", "9" * 70_000], "close": [1.0, 1.0]}
    pq.write_table(pa.table(rows), path)
    with pytest.raises(DataError, match="column ticker: a cell is longer than 65,536 bytes"):
        read_table(path, ("date", "ticker", "close"), ("close",), ("ticker",))


def test_files_of_single_stocks_in_a_directory_are_one_panel(tmp_path: Path) -> None:
    whole = load(small.write_prices(tmp_path))
    folder = tmp_path / "stocks"
    folder.mkdir()
    for ticker in (*small.STOCKS, "999999"):
        rows = [row for row in small.price_rows() if row["ticker"] == ticker.replace("999999", "000003")]
        kept = [{name.capitalize(): cell for name, cell in row.items() if name != "ticker"} for row in rows]
        small.write(folder / f"{ticker}.csv", kept)
    apart = files_of(f"file:{folder}", [small.write_benchmark(tmp_path)], [], NO_HINTS).load(need())
    np.testing.assert_array_equal(apart.panel.returns, whole.panel.returns)
    assert {file.form for file in apart.files} == {"one stock", ""}
    pattern = files_of(f"file:{folder}/0*.csv", [small.write_benchmark(tmp_path)], [], NO_HINTS)
    assert [path.stem for path in pattern.prices] == list(small.STOCKS)


def test_a_file_of_one_session_names_what_a_report_needs(tmp_path: Path) -> None:
    rows = [row for row in small.price_rows() if row["date"] == str(small.event_day())]
    prices = small.write(tmp_path / "prices.csv", rows)
    with pytest.raises(
        DataError, match=rf"contains one session, {small.event_day()}: a report needs 20 sessions before"
    ):
        Files([prices]).load(replace(need(), least=20))


def test_the_name_of_a_file_may_hold_a_comma(tmp_path: Path) -> None:
    for name in ("KRX_DLY_000001, 1D.csv", "b.csv"):
        (tmp_path / name).touch()
    files = files_of(f"file:{tmp_path}/KRX_DLY_000001, 1D.csv,{tmp_path}/b.csv", [], [], NO_HINTS)
    assert [path.name for path in files.prices] == ["KRX_DLY_000001, 1D.csv", "b.csv"]
