"""The checks of the store, on stores that are written, and then damaged, for the purpose."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from screener.config import load_settings
from screener.data.sources.press import compare
from screener.data.store import Store
from screener.doctor.check import exit_code
from screener.doctor.store import _newest
from screener.errors import ExitCode
from screener.krx.calendar import Calendar
from screener.krx.client import Breaker
from tests.data.small import write_config
from tests.doctor.conftest import NOW, Examine, put, weekdays
from tests.fakes.krx import Exchange, kst
from tests.fakes.krx.messages import NAVER

BASE, DAY = date(2025, 1, 24), date(2025, 1, 31)
CLOSES = {"000660": 199_200, "005930": 52_400, "035420": 216_500, "035720": 38_350}
RATES = {"000660": -9.86, "005930": -2.42, "035420": 6.13, "035720": 7.27}
LEVELS = {"KOSPI": 2517.37, "KOSDAQ": 728.29}


def put_day(store: Store, closes: Mapping[str, float], rates: Mapping[str, float], source: str = "openapi") -> None:
    """The whole market of the day, as far as it was printed."""
    rows = [
        {"date": DAY, "ticker": name, "market": "KOSPI", "close": float(close), "change_pct": rates[name]}
        for name, close in closes.items()
    ]
    put(store, source, "market", rows)


def put_levels(store: Store, levels: dict[str, float], source: str = "openapi") -> None:
    put(store, source, "indices", [{"date": DAY, "index": name, "close": level} for name, level in levels.items()])


def put_histories(store: Store, closes: dict[str, tuple[float, float]]) -> None:
    """Adjusted closes of two sessions."""
    rows = [
        {"date": day, "ticker": ticker, "close": close, "open": close, "volume": 1}
        for ticker, pair in closes.items()
        for day, close in zip((BASE, DAY), pair, strict=True)
    ]
    put(store, "pykrx-keyless", "prices", rows, coverage=dict.fromkeys(closes, (BASE, DAY)))


def test_empty_store_is_a_warning(examined: Examine) -> None:
    checks = examined()
    assert checks["store"].state == "warning"
    assert "screener sync" in checks["store"].fix
    assert exit_code(list(checks.values())) == 0


def test_figures_as_they_were_published(store: Store, examined: Examine) -> None:
    put_day(store, CLOSES, RATES)
    check = examined()["published"]
    assert (check.state, check.found) == (
        "ok",
        "openapi: 4 closes and 4 returns of 2025-01-31 as in newspapers",
    )
    put_levels(store, LEVELS)
    assert examined()["published"].state == "ok"
    assert [(one.shown.rsplit("/", 1)[-1], one.compared) for one in compare(store)] == [
        ("indices", (2, 0)),
        ("market", (4, 4)),
    ]


@pytest.mark.parametrize(
    ("ticker", "close", "rate", "said"),
    [
        ("000660", 199_100, -9.86, "000660 closed at 199,100, published 199,200"),
        ("035720", 7_670, 7.27, "035720 closed at 7,670, published 38,350"),
        ("005930", 52_400, -2.53, "005930 moved -2.53%, published -2.42%"),
        ("035420", 216_500, 6.23, ""),
        ("035420", 216_500, 6.24, "035420 moved +6.24%, published +6.13%"),
    ],
)
def test_unadjusted_figures_that_differ(
    store: Store, examined: Examine, ticker: str, close: float, rate: float, said: str
) -> None:
    put_day(store, CLOSES | {ticker: close}, RATES | {ticker: rate})
    checks = examined()
    check = checks["published"]
    assert check.state == ("failed" if said else "ok")
    assert said in check.found
    assert exit_code(list(checks.values())) == (ExitCode.DATA if said else 0)


def test_index_that_differs(store: Store, examined: Examine) -> None:
    put_levels(store, LEVELS | {"KOSDAQ": 728.92})
    check = examined()["published"]
    assert check.state == "failed"
    assert "KOSDAQ closed at 728.92, published 728.29" in check.found


def test_adjusted_closes_are_held_to_returns_only(store: Store, examined: Examine) -> None:
    # After a split of five for one; 199,200 / 221,000 - 1 = -9.86%. The funds are no indices.
    put_histories(store, {"000660": (44_200, 39_840), "069500": (33_000, 32_700), "229200": (11_500, 11_490)})
    check = examined()["published"]
    assert check.state == "ok"
    assert "1 return of" in check.found
    assert "later splits" in check.found
    put_histories(store, {"000660": (44_200, 39_790)})  # -9.98%
    assert "000660 moved -9.98%, published -9.86%" in examined()["published"].found


def test_real_sources_pass(krx: Path, store: Store) -> None:
    day, ticker = pc.field("date"), pc.field("ticker")
    near = (day >= BASE) & (day <= DAY)
    names = list(
        pq.read_table(krx / "market_2025-01-02_2025-02-11.parquet", filters=near)["ticker"].unique().to_pylist()
    )
    put(
        store,
        "openapi",
        "market",
        _rows(krx / "market_2025-01-02_2025-02-11.parquet", near, "date ticker close change_pct"),
    )
    put(
        store,
        "openapi",
        "indices",
        _rows(krx / "indices.parquet", near & pc.field("index").isin([*LEVELS]), "date index close"),
    )
    put(
        store,
        "pykrx-keyless",
        "prices",
        _rows(krx / "prices_adjusted.parquet", near & ticker.isin(names), "date ticker close"),
    )
    found = {one.shown.rsplit("/", 1)[-1]: (one.compared, one.differences) for one in compare(store)}
    assert found == {"market": ((4, 26), ()), "indices": ((2, 0), ()), "prices": ((0, 26), ())}


def _rows(path: Path, wanted: Any, columns: str) -> list[dict[str, Any]]:
    return [
        {name: float(value) if name == "close" else value for name, value in row.items()}
        for row in pq.read_table(path, columns=columns.split(), filters=wanted).to_pylist()
    ]


def test_calendar_against_data(store: Store, examined: Examine) -> None:
    """28 January 2025 was the New Year; 6 February an ordinary Thursday."""
    rows = [
        {"date": day, "ticker": "000660", "market": "KOSPI", "close": 1.0}
        for day in (date(2025, 1, 28), date(2025, 2, 5), date(2025, 2, 7))
    ]
    put(store, "openapi", "market", rows, closed=[date(2025, 2, 6)])
    check = examined()["calendar"]
    assert check.state == "warning"
    assert "2025-01-28: trades" in check.found
    assert "2025-02-06: no trades" in check.found
    # With the days that the shipped configuration has.
    assert check.fix.splitlines()[1:] == ["closed = [2025-02-06, 2026-06-03, 2026-07-17]", "opened = [2025-01-28]"]


def test_calendar_mended_as_told(store: Store, examined: Examine, home: Path) -> None:
    put(store, "openapi", "market", [{"date": date(2025, 1, 28), "ticker": "000660", "close": 1.0}], closed=[DAY])
    config = write_config(home)
    lines = examined(config=config)["calendar"].fix.splitlines()[1:]
    path = config / "screener.toml"
    before, _, _ = path.read_text(encoding="utf-8").partition("[calendar]")
    path.write_text(before + "[calendar]\n" + "\n".join(lines) + "\n", encoding="utf-8")
    assert examined(config=config)["calendar"].state == "ok"


def test_newest_session(store: Store, examined: Examine) -> None:
    def newest(day: date) -> Any:
        put(store, "openapi", "market", [{"date": day, "ticker": "000660", "close": 1.0}])
        return examined()["newest session"]

    check = newest(date(2025, 2, 4))
    assert (check.state, check.found) == ("warning", "2025-02-04, 2 sessions behind 2025-02-06")
    check = newest(date(2025, 2, 6))  # the Open API has a session from the next morning on
    assert (check.state, check.found) == ("ok", "2025-02-06, the last session that its source has")
    assert newest(date(2025, 2, 7)).state == "ok"
    assert newest(date(2025, 2, 10)).state == "failed"


@pytest.mark.parametrize(
    ("source", "kind", "now", "behind"),
    [
        ("datagokr", "market", kst(2025, 2, 10, 12, 59), 0),  # Friday's session comes on Monday at 13:00
        ("datagokr", "market", kst(2025, 2, 10, 13, 0), 1),
        ("openapi", "market", kst(2025, 2, 7, 23, 59), 0),
        ("openapi", "market", kst(2025, 2, 8, 0, 0), 1),
        ("pykrx-login", "market", kst(2025, 2, 7, 15, 29), 0),
        ("pykrx-login", "market", kst(2025, 2, 7, 15, 30), 1),
        ("pykrx-keyless", "prices", kst(2025, 2, 7, 15, 30), 1),
    ],
)
def test_nothing_is_behind_before_its_source_has_it(
    store: Store, source: str, kind: str, now: datetime, behind: int
) -> None:
    put(store, source, kind, [{"date": date(2025, 2, 6), "ticker": "000660", "close": 1.0}])
    check = _newest(store, Calendar(), now)
    told = "2025-02-06, 1 session behind 2025-02-07" if behind else "2025-02-06, the last "
    assert check.state == ("warning" if behind else "ok")
    assert check.found.startswith(told)


def test_damaged_rows(store: Store, examined: Examine) -> None:
    put_day(store, CLOSES, RATES)
    part = Path(store.shown) / "openapi/market/year=2025/2025-01.parquet"
    content = bytearray(part.read_bytes())
    content[100] ^= 1
    part.write_bytes(content)
    checks = examined()
    assert checks["store files"].state == "failed"
    assert f"{part} checksum mismatch" in checks["store files"].found
    assert "screener store repair" in checks["store files"].fix
    assert checks["calendar"].state == "ok"
    assert exit_code(list(checks.values())) == ExitCode.DATA


def test_damaged_footer(store: Store, examined: Examine) -> None:
    put_day(store, CLOSES, RATES)
    part = Path(store.shown) / "openapi/market/year=2025/2025-01.parquet"
    part.write_bytes(part.read_bytes()[:-9])
    checks = examined()
    assert (checks["store"].state, checks["store files"].state) == ("failed", "failed")
    assert checks["store"].fix == "run `screener store repair`"
    assert "not checked" in checks["published"].found
    assert "configuration" in checks


@pytest.mark.parametrize("url", ["nowhere://bucket", "file:///"])
def test_store_that_cannot_be_opened(url: str) -> None:
    from screener.doctor import examine

    checks = {one.name: one for one in examine(None, url, {}, offline=url.startswith("file:"))}
    assert (checks["store"].state, checks["store"].exit_code) == ("failed", ExitCode.USAGE)


def test_remote_store_is_not_asked_offline() -> None:
    from screener.doctor import examine

    checks = {one.name: one for one in examine(None, "s3://key:secret@bucket/store", {}, offline=True)}
    assert checks["store"].found == "is a remote URL: not read (--offline)"


@pytest.mark.parametrize("whole", [True, False])
def test_network_is_spared_where_the_store_can_serve(
    store: Store, examined: Examine, exchange: Exchange, state: Path, home: Path, whole: bool
) -> None:
    config = write_config(home)  # its event is of April 2024
    event = load_settings(config).event("test").first_day
    days = weekdays(event - timedelta(days=700), event + timedelta(days=30))
    tickers = ["000001", "000002", "000003", "069500", *(["229200"] if whole else [])]
    rows = [{"date": day, "ticker": ticker, "close": 1.0} for day in days for ticker in tickers]
    put(store, "pykrx-keyless", "prices", rows, coverage=dict.fromkeys(tickers, (days[0], days[-1])))
    Breaker(state, lambda: NOW).trip(NAVER, "status 403")
    checks = examined(config=config, offline=False)
    expected = "warning" if whole else "failed"
    assert (checks["network Naver"].state, checks["breaker Naver"].state) == (expected, expected)
    assert exit_code(list(checks.values())) == (0 if whole else ExitCode.NETWORK)
    assert exchange.requests


def test_broken_configuration(store: Store, examined: Examine, home: Path) -> None:
    config = write_config(home)
    (config / "screener.toml").write_text('evnt = 1\nevent = "test"\n', encoding="utf-8")
    put_day(store, CLOSES, RATES)
    checks = examined(config=config)
    check = checks["configuration"]
    assert (check.state, check.exit_code) == ("failed", ExitCode.USAGE)
    mistakes = check.found.split("\n")
    assert all(line.startswith(f"{config / 'screener.toml'}:1: ") for line in mistakes[:-1])
    assert mistakes[-1] == "and 6 more"  # ten keys are missing, one is unknown
    assert checks["published"].state == "ok"
    assert exit_code(list(checks.values())) == ExitCode.USAGE
    assert examined(config=home / "nowhere")["configuration"].state == "failed"


def test_broken_shipped_configuration(
    store: Store, examined: Examine, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_day(store, CLOSES, RATES)
    monkeypatch.setattr("screener.config.load._shipped_directory", lambda: home)
    checks = examined()
    assert checks["configuration"].state == "failed"
    assert checks["published"].state == checks["calendar"].state == "ok"
