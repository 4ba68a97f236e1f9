"""The same prices in the forms that people hold, made here: every form gives the table that they were written from."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from screener.data.forms.dialects import Hints
from screener.data.forms.reading import read_table, recognise
from screener.errors import DataError

TICKERS = ("000660", "035420", "005930")
DAYS = [date(2025, 1, 20) + timedelta(days=day) for day in range(14) if (date(2025, 1, 20).weekday() + day) % 7 < 5]
COLUMNS = ("open", "high", "low", "close", "volume")


def prices() -> pd.DataFrame:
    """A row per session and stock; 005930 does not trade on the third session."""
    rows = []
    for number, ticker in enumerate(TICKERS):
        for step, day in enumerate(DAYS):
            close = 10_000 * (number + 1) + 130 * step - 70 * (step % 3)
            row = {"date": str(day), "ticker": ticker, "open": close - 50, "high": close + 100, "low": close - 120}
            row |= {"close": close, "volume": 1_234_567 + 1_000 * step}
            if ticker == "005930" and step == 2:
                row |= dict.fromkeys(("open", "high", "low", "volume"), 0)
            rows.append(row)
    return pd.DataFrame(rows)


def signed(frame: pd.DataFrame) -> pd.DataFrame:
    """As Korean trading systems export prices: with the direction of the day's move as their sign."""
    up = (
        frame.groupby("ticker")["close"].diff().fillna(0).map(lambda step: "+" if step > 0 else "-" if step < 0 else "")
    )
    return frame.assign(**{name: up + frame[name].astype(str) for name in ("open", "high", "low", "close")})


def dates(written: Callable[[pd.Timestamp], object]) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda frame: frame.assign(date=pd.to_datetime(frame["date"]).map(written))


def tickers(written: Callable[[str], object]) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda frame: frame.assign(ticker=frame["ticker"].map(written))


def yahoo(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame of yf.download() with several stocks."""
    by_stock = frame.assign(ticker=frame["ticker"] + ".KS").rename(columns=str.capitalize)
    columns = [name.capitalize() for name in COLUMNS]
    return by_stock.pivot(index="Date", columns="Ticker", values=columns).rename_axis(columns=["Price", "Ticker"])


KOREAN = {"date": "일자", "ticker": "종목코드", "open": "시가", "high": "고가", "low": "저가", "close": "종가"}
KOREAN["volume"] = "거래량"
CSV: dict[str, tuple[Callable[[pd.DataFrame], pd.DataFrame], dict[str, object]]] = {
    "plain": (lambda frame: frame, {}),
    "capitals": (lambda frame: frame.rename(columns=str.capitalize), {}),
    "spaces in the header": (lambda frame: frame.rename(columns=lambda name: f" {name} "), {}),
    "Korean headers, CP949": (lambda frame: frame.rename(columns=KOREAN), {"encoding": "cp949"}),
    "UTF-16 with tabs": (lambda frame: frame, {"encoding": "utf-16", "sep": "\t"}),
    "semicolons": (lambda frame: frame, {"sep": ";"}),
    "pipes": (lambda frame: frame, {"sep": "|"}),
    "Windows lines and a byte order mark": (lambda frame: frame, {"encoding": "utf-8-sig", "lineterminator": "\r\n"}),
    "everything in quotes": (lambda frame: frame, {"quoting": 1}),
    "A000660": (tickers(lambda code: "A" + code), {}),
    "KRX:000660": (tickers(lambda code: "KRX:" + code), {}),
    "000660.KS": (tickers(lambda code: code + ".KS"), {}),
    "a suffix on some": (tickers(lambda code: code + (".KQ" if code == "035420" else "")), {}),
    "'000660": (tickers(lambda code: "'" + code), {}),
    '="000660"': (tickers(lambda code: f'="{code}"'), {}),
    "ISIN": (tickers(lambda code: f"KR7{code}003"), {}),
    "codes that became numbers": (tickers(int), {}),
    "codes that became fractions": (tickers(float), {}),
    "20250131": (dates(lambda day: f"{day:%Y%m%d}"), {}),
    "2025/01/31": (dates(lambda day: f"{day:%Y/%m/%d}"), {}),
    "2025. 1. 31.": (dates(lambda day: f"{day.year}. {day.month}. {day.day}."), {}),
    "2025년 01월 31일": (dates(lambda day: f"{day:%Y년 %m월 %d일}"), {}),
    "01/31/2025": (dates(lambda day: f"{day:%m/%d/%Y}"), {}),
    "31/01/2025": (dates(lambda day: f"{day:%d/%m/%Y}"), {}),
    "Jan 31, 2025": (dates(lambda day: f"{day:%b %d, %Y}"), {}),
    "midnight": (dates(lambda day: f"{day:%Y-%m-%d} 00:00:00"), {}),
    "midnight in Seoul": (dates(lambda day: f"{day:%Y-%m-%d}T00:00:00+09:00"), {}),
    "midnight in Seoul, as UTC": (dates(lambda day: f"{day - pd.Timedelta('9h'):%Y-%m-%dT%H:%M:%S}Z"), {}),
    "days of a spreadsheet": (dates(lambda day: (day - pd.Timestamp("1899-12-30")).days), {}),
    "seconds since 1970": (dates(lambda day: int(day.timestamp())), {}),
    "milliseconds since 1970": (dates(lambda day: int(day.timestamp()) * 1000), {}),
    "signs of a trading system": (signed, {}),
    "a column of row numbers": (lambda frame: frame.set_index(pd.RangeIndex(5, 5 + len(frame))), {"index": True}),
    "thousands": (lambda frame: frame.assign(**{name: frame[name].map("{:,}".format) for name in COLUMNS}), {}),
    "won and pieces": (lambda frame: frame.assign(close=frame["close"].map("₩{:,}".format)), {}),
    "yfinance": (yahoo, {"index": True}),
}


def written(path: Path, name: str) -> Path:
    make, how = CSV[name]
    make(prices()).to_csv(path, **{"index": False, **how})  # type: ignore[call-overload]
    return path


def read(path: Path, hints: Hints = Hints()) -> pd.DataFrame:  # noqa: B008 - frozen
    numbers = (*COLUMNS, "change_pct")
    frame = read_table(path, ("date", "ticker", "close"), numbers, ("ticker",), hints).to_pandas()
    frame["ticker"] = frame["ticker"].astype(str).str.zfill(6)
    frame["date"] = frame["date"].astype(str)
    return frame.sort_values(["ticker", "date"], ignore_index=True)


def assert_same(found: pd.DataFrame, columns: tuple[str, ...] = COLUMNS) -> None:
    expected = prices().sort_values(["ticker", "date"], ignore_index=True)
    assert found["date"].tolist() == expected["date"].tolist()
    assert found["ticker"].tolist() == expected["ticker"].tolist()
    for name in columns:
        np.testing.assert_array_equal(found[name].to_numpy(float), expected[name].to_numpy(float), err_msg=name)


@pytest.mark.parametrize("name", CSV)
def test_text_in_every_form_gives_the_same_table(tmp_path: Path, name: str) -> None:
    assert_same(read(written(tmp_path / "prices.csv", name)))


@pytest.mark.parametrize("above", ["sep=,\n", "KRX 주가,,,,,,\n", "Prices of KRX\n\n"])
def test_lines_above_the_header_are_passed_over(tmp_path: Path, above: str) -> None:
    path = written(tmp_path / "prices.csv", "plain")
    path.write_text(above + path.read_text() + "\n\n")
    assert_same(read(path))


PARQUET: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "timestamps": dates(lambda day: day),
    "timestamps in Seoul": dates(lambda day: day.tz_localize("Asia/Seoul")),
    "dates as index": lambda frame: dates(lambda day: day)(frame).set_index("date"),
    "dates as index without a name": lambda frame: dates(lambda day: day)(frame).set_index("date").rename_axis(None),
    "two levels of index": lambda frame: dates(lambda day: day)(frame).set_index(["date", "ticker"]),
    "categories": lambda frame: frame.assign(ticker=frame["ticker"].astype("category")),
    "numbers as dates": dates(lambda day: int(f"{day:%Y%m%d}")),
    "single precision": lambda frame: frame.assign(close=frame["close"].astype("float32")),
    "capitals and prefixes": lambda frame: tickers(lambda code: "A" + code)(frame).rename(columns=str.capitalize),
    "closes by stock": lambda frame: frame.pivot(index="date", columns="ticker", values="close"),
    "yfinance": yahoo,
}


@pytest.mark.parametrize("name", PARQUET)
def test_parquet_in_every_form_gives_the_same_table(tmp_path: Path, name: str) -> None:
    PARQUET[name](prices()).to_parquet(tmp_path / "prices.parquet")
    found = read(tmp_path / "prices.parquet")
    assert_same(found, ("close",) if name == "closes by stock" else COLUMNS)


def test_a_dash_is_no_trade_and_no_volume(tmp_path: Path) -> None:
    frame = prices().astype(object)
    frame.loc[frame["volume"] == 0, list(COLUMNS)] = "-"
    frame.to_csv(tmp_path / "prices.csv", index=False)
    found = read(tmp_path / "prices.csv")
    halted = found[found["close"].isna()]
    assert halted["date"].tolist() == [str(DAYS[2])]
    assert halted["volume"].tolist() == [0.0]


def test_closes_by_stock_and_workbooks_and_packed_text(tmp_path: Path) -> None:
    prices().pivot(index="date", columns="ticker", values="close").to_csv(tmp_path / "closes.csv")
    assert_same(read(tmp_path / "closes.csv"), ("close",))
    prices().assign(date=pd.to_datetime(prices()["date"])).to_excel(tmp_path / "prices.xlsx", index=False)
    assert_same(read(tmp_path / "prices.xlsx"))
    (tmp_path / "prices.csv.gz").write_bytes(gzip.compress(prices().to_csv(index=False).encode()))
    assert_same(read(tmp_path / "prices.csv.gz"))
    prices().to_html(tmp_path / "prices.xls", index=False)
    assert_same(read(tmp_path / "prices.xls"))


def test_files_of_one_stock_are_named_after_it(tmp_path: Path) -> None:
    one = prices().query("ticker == '000660'").drop(columns="ticker")
    expected = one["close"].tolist()
    one.rename(columns=KOREAN).rename(columns={"일자": "날짜"}).to_csv(tmp_path / "000660.csv", index=False)
    assert read(tmp_path / "000660.csv")["ticker"].unique().tolist() == ["000660"]
    assert recognise(tmp_path / "000660.csv").told == "pykrx, one stock"
    seconds = (pd.to_datetime(one["date"]).astype("int64") // 10**9).rename("time")
    pd.concat([seconds, one[list(COLUMNS)]], axis=1).to_csv(tmp_path / "KRX_DLY_000660, 1D.csv", index=False)
    assert read(tmp_path / "KRX_DLY_000660, 1D.csv")["close"].tolist() == expected
    assert recognise(tmp_path / "KRX_DLY_000660, 1D.csv").dialect == "TradingView"
    one.to_csv(tmp_path / "chips.csv", index=False)
    with pytest.raises(DataError, match=r"chips\.csv: contains one stock but does not say which: pass --ticker"):
        read(tmp_path / "chips.csv")
    assert read(tmp_path / "chips.csv", Hints(ticker="000660"))["close"].tolist() == expected


def test_an_answer_of_a_broker_is_read(tmp_path: Path) -> None:
    rows = [
        {"stck_bsop_date": day.replace("-", ""), "stck_clpr": str(close), "acml_vol": str(volume)}
        for day, close, volume in prices()
        .query("ticker == '000660'")[["date", "close", "volume"]]
        .itertuples(index=False)
    ]
    (tmp_path / "000660.json").write_text(json.dumps({"rt_cd": "0", "output1": {}, "output2": rows}))
    assert recognise(tmp_path / "000660.json").dialect == "KIS Developers"
    assert read(tmp_path / "000660.json")["close"].tolist() == prices().query("ticker == '000660'")["close"].tolist()


def test_a_session_is_named_after_its_day(tmp_path: Path) -> None:
    day = prices().query(f"date == '{DAYS[0]}'")
    frame = day[["ticker", *COLUMNS]].rename(columns=KOREAN)
    frame.insert(1, "종목명", "이름")
    frame = frame.assign(시장구분="KOSPI", 소속부="", 등락률=["1.30", "-0.81", "0.00"])
    frame.to_csv(tmp_path / f"data_1234_{DAYS[0]:%Y%m%d}.csv", index=False, encoding="cp949", quoting=1)
    found = read(tmp_path / f"data_1234_{DAYS[0]:%Y%m%d}.csv")
    assert set(found["date"]) == {str(DAYS[0])}
    assert found.set_index("ticker")["change_pct"].to_dict() == {"000660": 1.3, "035420": -0.81, "005930": 0.0}
    assert recognise(tmp_path / f"data_1234_{DAYS[0]:%Y%m%d}.csv").told == "data.krx.co.kr, one session, CP949"
    frame.to_csv(tmp_path / "market.csv", index=False)
    with pytest.raises(DataError, match=r"market\.csv: contains one session but does not say which: add a column date"):
        read(tmp_path / "market.csv")


def test_change_of_financedatareader_is_a_decimal(tmp_path: Path) -> None:
    one = prices().query("ticker == '000660'").drop(columns="ticker").rename(columns=str.capitalize)
    one.assign(Change=one["Close"].pct_change()).to_csv(tmp_path / "000660.csv", index=False)
    rates = read(tmp_path / "000660.csv")["change_pct"]
    assert rates.iloc[1] == pytest.approx(100 * (one["Close"].iloc[1] / one["Close"].iloc[0] - 1))


def test_files_of_one_index_are_named_after_it(tmp_path: Path) -> None:
    frame = pd.DataFrame({"Date": [str(day) for day in DAYS], "Close": np.arange(2500.0, 2500.0 + len(DAYS))})
    for name in ("KS11.csv", "코스피.csv", "kospi_2025.csv"):
        frame.to_csv(tmp_path / name, index=False)
        table = read_table(tmp_path / name, ("date", "index", "close"), ("close",), ("index",))
        assert set(table["index"].to_pylist()) == {"KOSPI"}
    frame.to_csv(tmp_path / "levels.csv", index=False)
    with pytest.raises(DataError, match="contains one index but does not say which"):
        read_table(tmp_path / "levels.csv", ("date", "index", "close"), ("close",), ("index",))


def test_two_closes_with_the_same_returns_are_one_price(tmp_path: Path) -> None:
    prices().assign(수정종가=prices()["close"]).to_csv(tmp_path / "same.csv", index=False)
    assert_same(read(tmp_path / "same.csv"))
    # Of two units, the one of the other prices.
    prices().assign(**{"Adj Close": prices()["close"], "close": prices()["close"] * 2}).to_csv(
        tmp_path / "twice.csv", index=False
    )
    assert_same(read(tmp_path / "twice.csv"))


def test_two_closes_with_different_returns_are_asked_about(tmp_path: Path) -> None:
    frame = prices()
    late = frame["date"] > str(DAYS[4])
    frame = frame.assign(**{"Adj Close": frame["close"].where(late, frame["close"] / 5)})
    frame.to_csv(tmp_path / "split.csv", index=False)
    with pytest.raises(
        DataError, match="'close' and 'Adj Close' give different returns: choose the column to read: --adjusted"
    ):
        read(tmp_path / "split.csv")
    assert_same(read(tmp_path / "split.csv", Hints(adjusted=False)))
    adjusted = read(tmp_path / "split.csv", Hints(adjusted=True))
    assert adjusted["close"].tolist() == frame.sort_values(["ticker", "date"])["Adj Close"].tolist()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "date,ticker,close\n01/02/2025,000660,1\n03/02/2025,000660,2\n",
            "'01/02/2025' can be read as two different dates",
        ),
        ("date,ticker,close\n1738270800,000660,1\n", "'1738270800' can be read as two different dates"),
        ("date,ticker,close\n25/01/31,000660,1\n", ":2: '25/01/31' is not a date"),
        ("date,ticker,close\n2025-01-31,000660,1\n2025-02-30,000660,1\n", ":3: '2025-02-30' is not a date"),
        ("date,ticker,close\n2025-01-31,000660,1\n20250203,000660,1\n", ":3: '20250203' is not a date"),
        ("date;ticker;close\n2025-01-31;000660;1234,5\n", ":2: '1234,5' is not a number"),
        ("date,ticker,close\n2025-01-31,000660,12O0\n", ":2: '12O0' is not a number"),
        ("date,ticker,close\n2025-01-31,000660,1\n,,12345\n", ":3: column date is empty"),
        ("date,ticker,close,종가\n2025-01-31,000660,1,2\n", "the columns 'close', '종가' all contain the close"),
        ("날짜,티커,시가\n2025-01-31,000660,1\n", "no header with a close and a date or ticker was found"),
        ("a,b\n1,2\n", "columns found: 'a', 'b'"),
        ("{", "is not valid JSON"),
        ('{"rt_cd": "1", "msg1": "no"}', "contains no list of rows"),
    ],
)
def test_what_cannot_be_told_is_asked_for_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "prices.csv").write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as error:
        read(tmp_path / "prices.csv")
    assert said in str(error.value)
    assert "\n" not in str(error.value)
