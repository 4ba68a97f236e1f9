"""Answers of KRX, as it writes them, become tables."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from screener.errors import DataError
from screener.krx.tables import (
    FLOWS,
    INDEX_FIELDS,
    INDICES,
    INDUSTRIES,
    MARKET,
    PRICES,
    STOCK_FIELDS,
    flow_rows,
    history_rows,
    index_rows,
    industry_rows,
    market_rows,
)

DAY = date(2025, 1, 31)

# As data.krx.co.kr writes them (MDCSTAT01501): traded, halted, and a holiday's.
HYNIX = {
    "ISU_SRT_CD": "000660",
    "ISU_CD": "KR7000660001",
    "ISU_ABBRV": "SK하이닉스",
    "MKT_NM": "KOSPI",
    "SECT_TP_NM": "",
    "TDD_CLSPRC": "199,200",
    "FLUC_TP_CD": "2",
    "CMPPREVDD_PRC": "-21,800",
    "FLUC_RT": "-9.86",
    "TDD_OPNPRC": "201,000",
    "TDD_HGPRC": "203,500",
    "TDD_LWPRC": "194,600",
    "ACC_TRDVOL": "12,468,393",
    "ACC_TRDVAL": "2,471,235,862,100",
    "MKTCAP": "145,017,979,078,800",
    "LIST_SHRS": "728,002,365",
    "MKT_ID": "STK",
}
HALTED = {
    **HYNIX,
    "ISU_SRT_CD": "0009K0",
    "ISU_ABBRV": "정지",
    "MKT_NM": "KOSDAQ GLOBAL",
    "TDD_CLSPRC": "2,260",
    "FLUC_RT": "0.00",
    "TDD_OPNPRC": "0",
    "TDD_HGPRC": "0",
    "TDD_LWPRC": "0",
    "ACC_TRDVOL": "0",
    "ACC_TRDVAL": "0",
}
HOLIDAY = {
    **HYNIX,
    **dict.fromkeys(("TDD_CLSPRC", "FLUC_RT", "TDD_OPNPRC", "TDD_HGPRC", "TDD_LWPRC"), "-"),
    "MKTCAP": "",
}


SITE_FIELDS = STOCK_FIELDS | {"ticker": "ISU_SRT_CD", "name": "ISU_ABBRV"}
CHANGE = pa.field("change", pa.float64())


def session(*records: dict[str, str]) -> list[dict[str, object]]:
    table = market_rows(DAY, records, SITE_FIELDS)
    assert table.schema == MARKET.schema.append(CHANGE).append(pa.field("fault", pa.string()))
    table = table.drop_columns(["fault"])
    return table.to_pylist()


def test_market_row() -> None:
    assert session(HYNIX) == [
        {
            "date": DAY,
            "ticker": "000660",
            "name": "SK하이닉스",
            "market": "KOSPI",
            "open": 201000.0,
            "high": 203500.0,
            "low": 194600.0,
            "close": 199200.0,
            "volume": 12468393,
            "value": 2471235862100,
            "marcap": 145017979078800,
            "shares": 728002365,
            "change_pct": -9.86,
            "change": -21800.0,
        }
    ]


def test_halt_stays_as_krx_gives_it_and_a_dash_is_null() -> None:
    halted, holiday = session(HALTED, HOLIDAY)
    assert (halted["ticker"], halted["market"]) == ("0009K0", "KOSDAQ GLOBAL")
    assert [halted[name] for name in ("open", "high", "low", "close", "volume")] == [0, 0, 0, 2260, 0]
    assert [holiday[name] for name in ("open", "high", "low", "close", "change_pct", "marcap")] == [None] * 6


def test_volume_beyond_32_bits() -> None:
    (row,) = session({**HYNIX, "ACC_TRDVOL": "2,147,483,648"})
    assert row["volume"] == 2**31


def test_a_change_that_krx_does_not_give_is_null() -> None:
    record = {name: text for name, text in HYNIX.items() if name != "CMPPREVDD_PRC"}
    assert session(record)[0]["change"] is None


def test_no_records_no_rows() -> None:
    assert session() == []


def test_renamed_column_is_named() -> None:
    records = [{("TDD_CLOSE" if name == "TDD_CLSPRC" else name): text for name, text in HYNIX.items()}]
    with pytest.raises(DataError, match="session 2025-01-31: no TDD_CLSPRC: renamed by KRX"):
        session(*records)
    with pytest.raises(DataError, match="no ISU_NM"):
        market_rows(DAY, [HYNIX])


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"TDD_CLSPRC": "n/a"}, "TDD_CLSPRC of row 2 is 'n/a', which is not a number"),
        ({"ACC_TRDVOL": "1.5"}, "ACC_TRDVOL of row 2 is '1.5', which is not a number"),
        ({"ACC_TRDVOL": 5}, "ACC_TRDVOL is not text"),
        ({"ISU_SRT_CD": None}, "a row has no ISU_SRT_CD"),
        ({"ISU_SRT_CD": float("nan")}, "a row has no ISU_SRT_CD"),  # how pandas fills a gap
    ],
)
def test_what_cannot_be_is_named(change: dict[str, str], expected: str) -> None:
    with pytest.raises(DataError, match=f"session 2025-01-31: {expected}"):
        session(HYNIX, {**HYNIX, **change})


@pytest.mark.parametrize(("field", "text"), [("TRD_DD", "2025/01/31"), ("BAS_DD", "20250131")])
def test_index_row(field: str, text: str) -> None:
    record = {
        field: text,
        "CLSPRC_IDX": "2,517.37",
        "OPNPRC_IDX": "2,513.44",
        "HGPRC_IDX": "2,522.52",
        "LWPRC_IDX": "-",
        "ACC_TRDVOL": "3,594,367,000",
        "ACC_TRDVAL": "12,032,513,284,345",
        "MKTCAP": "2,067,301,235,152,340",
        "PRV_DD_CMPR": "-19.43",
    }
    table = index_rows("KOSPI", [record, record], INDEX_FIELDS | {"date": field})
    assert table.schema == INDICES.schema.append(CHANGE)
    assert (
        table.to_pylist()
        == [
            {
                "date": DAY,
                "index": "KOSPI",
                "open": 2513.44,
                "high": 2522.52,
                "low": None,
                "close": 2517.37,
                "volume": 3594367000,
                "value": 12032513284345,
                "marcap": 2067301235152340,
                "change": -19.43,
            }
        ]
        * 2
    )
    assert index_rows("KOSPI", []).to_pylist() == []
    with pytest.raises(DataError, match=f"index KOSPI: {field} of row 1 is '31 Jan', which is not a date"):
        index_rows("KOSPI", [{**record, field: "31 Jan"}], INDEX_FIELDS | {"date": field})


def test_history_rows() -> None:
    """Items of Naver's chart, of 005930; a volume beyond 32 bits, and a day without a trade."""
    items = ["20180803|0|0|0|45500|0", "20180802|46550|46800|45500|45500|2147483648", "20180801|1|1|1|1|1"]
    first, last = date(2018, 8, 2), date(2018, 8, 3)
    table = history_rows("005930", first, last, items)
    assert table.schema == PRICES.schema
    traded = {"open": 46550.0, "high": 46800.0, "low": 45500.0, "close": 45500.0, "volume": 2147483648}
    silent = {"open": 0.0, "high": 0.0, "low": 0.0, "close": 45500.0, "volume": 0}
    assert table.to_pylist() == [
        {"date": first, "ticker": "005930", **traded},
        {"date": last, "ticker": "005930", **silent},
    ]
    assert history_rows("005930", first, last, []).equals(PRICES.schema.empty_table())
    for item in ("20180802|46550|46800|45500|45500", "2 August|1|1|1|1|1", "20180802|1|1|1|N/A|1"):
        with pytest.raises(ValueError, match=r"20180802|August|N/A"):
            history_rows("005930", first, last, [item])


def test_flow_rows_are_null_where_a_kind_of_investor_did_not_trade() -> None:
    def bought(ticker: str, amount: str) -> dict[str, str]:
        return {"ISU_SRT_CD": ticker, "ISU_NM": "이름", "NETBID_TRDVOL": "1", "NETBID_TRDVAL": amount}

    table = flow_rows(
        DAY,
        {
            "foreign": [bought("006400", "226,557,639,000"), bought("000660", "-1,012,345,678,900")],
            "institution": [bought("000660", "0")],
            "individual": [],
        },
    )
    assert table.schema == FLOWS.schema
    assert table.to_pylist() == [
        {"date": DAY, "ticker": "000660", "foreign": -1012345678900, "institution": 0, "individual": None},
        {"date": DAY, "ticker": "006400", "foreign": 226557639000, "institution": None, "individual": None},
    ]
    with pytest.raises(DataError, match=r"flows 2025-01-31 \(foreign\): no NETBID_TRDVAL"):
        flow_rows(DAY, {"foreign": [{"ISU_SRT_CD": "000660"}]})


def test_industry_rows() -> None:
    records = [{"ISU_SRT_CD": "138930", "ISU_ABBRV": "BNK금융지주", "MKT_TP_NM": "KOSPI", "IDX_IND_NM": "기타금융"}]
    table = industry_rows(DAY, records)
    assert table.schema == INDUSTRIES.schema
    assert table.to_pylist() == [{"date": DAY, "ticker": "138930", "industry": "기타금융"}]


def test_whole_market_is_converted() -> None:
    records = [{**HYNIX, "ISU_SRT_CD": f"{number:06d}", "ISU_ABBRV": f"회사 {number}"} for number in range(2700)]
    rows = market_rows(DAY, records, SITE_FIELDS)
    assert rows.num_rows == 2700
    assert rows["ticker"].to_pylist()[::2699] == ["000000", "002699"]


def test_a_name_in_another_charset_is_refused() -> None:
    spoiled = {**HYNIX, "ISU_ABBRV": "SK하이닉스".encode("euc-kr").decode("utf-8", "replace")}
    with pytest.raises(DataError, match="ISU_ABBRV of row 2 cannot be read: its charset is not the declared one"):
        session(HYNIX, spoiled)
