"""`make_study`: events of a file on prices of files, held against the report of one event and against plain sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import NoReturn

import numpy as np
import pandas as pd
import pytest

import screener
from screener.config import load_settings
from screener.data.connections import open_access
from screener.data.sources.files import Files, import_files
from screener.data.store import Store
from screener.errors import DataError, UsageError
from screener.krx.hours import KST
from screener.pooled.events import StudyRequest
from screener.pooled.make import make_study
from screener.pooled.pools import overlaps
from screener.report.make import make_report
from screener.report.model import PooledReport
from screener.report.request import Request

SETTINGS = load_settings(today=date(2025, 6, 30))
STOCKS = ["000660", "005930", "042700", "035420", "035720", "012510"]
DAYS = SETTINGS.calendar.sessions(date(2022, 1, 3), date(2024, 6, 28))
EVENT = DAYS[500]


class Unwatched:
    def start(self, what: str, total: int) -> None: ...
    def step(self, what: str) -> None: ...
    def say(self, what: str) -> None: ...


def _no_access() -> NoReturn:
    raise AssertionError("files need no store")


@pytest.fixture(scope="module")
def prices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with closes of six stocks and both indices over 2.5 years."""
    folder, random = tmp_path_factory.mktemp("prices"), np.random.default_rng(5)
    index = random.normal(0, 0.01, len(DAYS))
    returns = index[:, None] + random.normal(0, 0.02, (len(DAYS), len(STOCKS)))
    closes = np.round(50_000 * np.cumprod(1 + returns, axis=0))
    pd.DataFrame(
        {
            "date": np.repeat(np.array(DAYS, dtype="datetime64[ms]"), len(STOCKS)),
            "ticker": STOCKS * len(DAYS),
            "close": closes.ravel(),
            "volume": 1000,
        }
    ).to_parquet(folder / "prices.parquet", index=False)
    level = 1000 * np.cumprod(1 + index)
    both = pd.DataFrame({"date": DAYS * 2, "index": ["KOSPI"] * len(DAYS) + ["KOSDAQ"] * len(DAYS)})
    both.assign(close=np.concatenate([level, level * 0.5])).to_csv(folder / "indices.csv", index=False)
    return folder


def study(prices: Path, events: str, tmp_path: Path, **asked: object) -> PooledReport:
    (tmp_path / "events.csv").write_text(events, encoding="utf-8")
    request = StudyRequest(
        events=tmp_path / "events.csv",
        source=f"file:{prices / 'prices.parquet'}",
        benchmark=[prices / "indices.csv"],
        parts=tmp_path / "parts",
        **{"jobs": 1, "windows": ((0, 0), (0, 5)), **asked},  # type: ignore[arg-type]
    )
    return make_study(SETTINGS, request, _no_access, Unwatched())


def rows(*events: Sequence[object], header: str = "event_id,date,ticker") -> str:
    return "\n".join([header, *(",".join(map(str, event)) for event in events)]) + "\n"


def scattered(count: int) -> str:
    """Events on two stocks in turn, nine sessions apart."""
    return rows(*((number, DAYS[200 + 9 * number], STOCKS[number % 2]) for number in range(count)))


def test_one_event_has_the_figures_of_its_report(prices: Path, tmp_path: Path) -> None:
    found = study(prices, rows(("one", EVENT, "000660")), tmp_path).frames.events
    request = Request(
        moment=EVENT,
        source=f"file:{prices / 'prices.parquet'}",
        benchmark=[prices / "indices.csv"],
        model="market",
        sectors=("SEMI",),
    )
    stocks = make_report(SETTINGS, request, _no_access).frames.stocks
    for last in (0, 5):
        [own] = found[found["window_end"] == last].to_dict("records")
        [same] = stocks[
            (stocks["ticker"] == "000660") & (stocks["window_start"] == 0) & (stocks["window_end"] == last)
        ].to_dict("records")
        assert own["car"] == pytest.approx(same["car"], rel=1e-12)
        assert own["t"] == pytest.approx(same["scar"], rel=1e-12)
        assert (own["placebo_n"], own["placebo_p"]) == (same["placebo_n"], same["placebo_p"])


def test_the_pooled_figure_is_the_mean_of_the_sessions(prices: Path, tmp_path: Path) -> None:
    events = rows(
        *(("a", DAYS[300], ticker) for ticker in STOCKS[:3]), ("b", DAYS[340], STOCKS[3]), ("c", DAYS[380], STOCKS[4])
    )
    found = study(prices, events, tmp_path)
    own = found.frames.events.query("window_end == 0")
    [pooled] = found.frames.pooled.query("window_end == 0").to_dict("records")
    # Three stocks of one session are one portfolio.
    by_session = own.groupby("event_day")["car"].mean()
    assert pooled["caar"] == pytest.approx(by_session.mean(), rel=1e-9)
    assert (pooled["events"], pooled["sessions"], found.sessions) == (5, 3, 3)
    assert pooled["median_car"] == pytest.approx(own["car"].median())
    assert own["share"].sum() == pytest.approx(1.0)


@pytest.mark.parametrize("asked", [{"jobs": 2}, {"jobs": 3}])
def test_bytes_do_not_depend_on_the_number_of_workers(
    prices: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: dict[str, int]
) -> None:
    monkeypatch.setattr("screener.pooled.pools._UNITS", 8)  # cuts the study into several slices
    (tmp_path / "alone").mkdir()
    alone = study(prices, scattered(25), tmp_path / "alone")
    together = study(prices, scattered(25), tmp_path, **asked)
    for name in ("events", "pooled", "paths"):
        assert getattr(alone.frames, name).to_csv() == getattr(together.frames, name).to_csv()
    assert len(list((tmp_path / "parts").iterdir())) > 2


def test_how_a_study_is_cut_changes_no_figure(prices: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = study(prices, scattered(25), tmp_path)
    monkeypatch.setattr("screener.pooled.pools._SESSIONS", 40)
    cut = study(prices, scattered(25), tmp_path)
    for name in ("events", "pooled", "paths"):
        pd.testing.assert_frame_equal(getattr(whole.frames, name), getattr(cut.frames, name), rtol=1e-9)


def test_a_changed_input_is_computed_anew(prices: Path, tmp_path: Path) -> None:
    first = study(prices, rows(("a", EVENT, "000660")), tmp_path)
    parts = {path.name for path in (tmp_path / "parts").iterdir()}
    study(prices, rows(("a", EVENT, "000660")), tmp_path)
    assert {path.name for path in (tmp_path / "parts").iterdir()} == parts
    second = study(prices, rows(("a", EVENT, "005930")), tmp_path)
    assert first.frames.events["car"].tolist() != second.frames.events["car"].tolist()
    study(prices, rows(("a", EVENT, "000660")), tmp_path, model="mean-adjusted")
    assert len(list((tmp_path / "parts").iterdir())) == 3 * len(parts)


def test_every_row_is_used_or_left_out_with_its_reason(prices: Path, tmp_path: Path) -> None:
    events = rows(
        ("fine", EVENT, "000660"),
        ("again", EVENT, "A000660"),
        ("by name", DAYS[420], "삼성전자"),
        ("early", DAYS[20], "000660"),
        ("not over", DAYS[-2], "000660"),
        ("future", "2031-01-02", "000660"),
        ("nothing", "", "000660"),
        ("unknown", EVENT, "Hynyx"),
        ("unlisted", EVENT, "999990"),
        ("weekend", "2024-01-06", "000660"),
    )
    found = study(prices, events, tmp_path)
    told = found.frames.events.drop_duplicates("event_id").set_index("event_id")["reason"]
    assert told.to_dict() == {
        "fine": "",
        "by name": "",
        "weekend": "",
        "again": "twice",
        "early": "before the prices",
        "not over": "window not over",
        "future": "window not over",
        "nothing": "no date",
        "unknown": "no such stock",
        "unlisted": "no market",
    }
    assert found.events == 3
    assert sum(found.left_out.values()) == 7
    assert found.rows == 10
    [monday] = found.frames.events.query("event_id == 'weekend' and window_end == 0")["event_day"]
    assert monday == date(2024, 1, 8)


@pytest.mark.parametrize(
    ("clock", "session"), [("15:29", date(2024, 1, 5)), ("15:30", date(2024, 1, 8)), ("9:01", date(2024, 1, 5))]
)
def test_news_after_the_close_moves_the_next_session(prices: Path, tmp_path: Path, clock: str, session: date) -> None:
    events = rows(("a", "2024-01-05", clock, "000660"), header="event_id,date,time,ticker")
    found = study(prices, events, tmp_path).frames.events
    assert found["event_day"].tolist() == [session, session]


def test_sectors_are_the_groups_of_events_of_the_whole_market(prices: Path, tmp_path: Path) -> None:
    found = study(prices, "날짜\n2024-01-05\n2024-02-05\n", tmp_path)
    assert found.grouped_by == "sectors"
    assert {"all", "SEMI", "AI_SW"} <= set(found.groups)
    own = found.frames.pooled.query("window_end == 0 and group == 'SEMI'")
    assert own["sessions"].tolist()[0] == 2


def test_groups_are_those_of_a_column(prices: Path, tmp_path: Path) -> None:
    events = rows(
        *((number, DAYS[200 + 9 * number], STOCKS[number % 2], "xy"[number % 2], number) for number in range(30)),
        header="id,date,code,kind,size",
    )
    found = study(prices, events, tmp_path, groups="KIND")
    assert list(found.groups) == ["all", "x", "y"]
    [difference] = found.frames.pooled.query("versus.notna() and window_end == 0").to_dict("records")
    caar = found.frames.pooled.query("versus.isna() and window_end == 0").set_index("group")["caar"]
    assert difference["caar"] == pytest.approx(caar[difference["group"]] - caar[difference["versus"]])
    with pytest.raises(UsageError, match="no column 'kinds' to group by: use one of sectors, industry, kind"):
        study(prices, events, tmp_path, groups="kinds")


def test_an_event_may_have_a_window_of_its_own(prices: Path, tmp_path: Path) -> None:
    events = rows(
        ("a", DAYS[300], "000660", ""), ("b", DAYS[330], "000660", '"-1,1"'), header="event_id,date,ticker,window"
    )
    found = study(prices, events, tmp_path, windows=((0, 0),)).frames
    own = found.events[["event_id", "window_start", "window_end"]].to_numpy().tolist()
    assert sorted(own) == [["a", -1, 1], ["a", 0, 0], ["b", -1, 1]]


def test_the_store_gives_what_the_files_give(prices: Path, tmp_path: Path) -> None:
    now = datetime(2024, 7, 1, 9, tzinfo=KST)
    store = Store.open(tmp_path / "store")
    with store.writing("test", now):
        import_files(store, Files([prices / "prices.parquet"], [prices / "indices.csv"]), now, SETTINGS.calendar)
    (tmp_path / "events.csv").write_text(scattered(8), encoding="utf-8")
    request = StudyRequest(
        tmp_path / "events.csv",
        windows=((0, 0), (0, 5)),
        source="store",
        jobs=1,
        parts=tmp_path / "parts",
        store=str(tmp_path / "store"),
    )
    stored = make_study(SETTINGS, request, lambda: open_access(SETTINGS, {}, str(tmp_path / "store")), Unwatched())
    filed = study(prices, scattered(8), tmp_path)
    for name in ("events", "pooled", "paths"):
        pd.testing.assert_frame_equal(getattr(stored.frames, name), getattr(filed.frames, name), rtol=1e-9)


def test_closes_of_the_after_market_are_said_and_carry_no_verdict(tmp_path: Path) -> None:
    settings = load_settings(today=date(2026, 11, 30))
    days = settings.calendar.sessions(date(2025, 6, 2), date(2026, 11, 27))
    random = np.random.default_rng(3)
    closes = np.round(50_000 * np.cumprod(1 + random.normal(0, 0.01, len(days))))
    pd.DataFrame({"date": days, "ticker": "000660", "close": closes, "volume": 1000}).to_csv(
        tmp_path / "prices.csv", index=False
    )
    levels = pd.DataFrame(
        {"date": days, "index": "KOSPI", "close": 2500 * np.cumprod(1 + random.normal(0, 0.01, len(days)))}
    )
    levels.to_csv(tmp_path / "indices.csv", index=False)
    before, since = [day for day in days if day < date(2026, 9, 1)][-5:], date(2026, 10, 20)
    (tmp_path / "events.csv").write_text(
        rows(*((day, day, "000660") for day in (*before[::2], since))), encoding="utf-8"
    )
    request = StudyRequest(
        tmp_path / "events.csv",
        windows=((0, 0),),
        source=f"file:{tmp_path / 'prices.csv'}",
        benchmark=[tmp_path / "indices.csv"],
        jobs=1,
        parts=tmp_path / "parts",
    )
    found = make_study(settings, request, _no_access, Unwatched())
    assert (found.last_prices_since, found.banner) == (date(2026, 10, 19), "unknown-close")
    # One event of four may be off by 3 %.
    assert found.frames.pooled["close_gap"].tolist() == pytest.approx([0.03 / 4])
    sure = make_study(settings, replace(request, regular_close=True), _no_access, Unwatched())
    assert (sure.banner, sure.frames.pooled["close_gap"].tolist()) == (None, [0.0])


def test_where_all_events_have_windows_of_their_own_these_lead(prices: Path, tmp_path: Path) -> None:
    events = rows(("a", DAYS[300], "000660", '"-1,1"'), header="event_id,date,ticker,window")
    found = study(prices, events, tmp_path)
    assert found.rules.windows == ((-1, 1),)
    assert found.frames.pooled["events"].tolist() == [1]


def test_a_group_cannot_be_called_as_all_events_are(prices: Path, tmp_path: Path) -> None:
    events = rows(("a", DAYS[300], "000660", "All"), header="event_id,date,ticker,group")
    with pytest.raises(UsageError, match="a group is called all"):
        study(prices, events, tmp_path)


@pytest.mark.parametrize(
    ("events", "message"),
    [
        ("ticker\n000660\n", "no column of dates"),
        ("date,ticker\n", "contains no event"),
        ("date,ticker\n01/02/2024,000660\n", "day and month are ambiguous"),
        ("date,news,ticker\n2024-01-05,2024-01-05,000660\n", "two columns of date"),
        ("date,window,ticker\n2024-01-05,soon,000660\n", ":2: 'soon' is not a window"),
        ("date,ticker\n2031-01-02,000660\n", "no event can be used \\(1 in the file; "),
    ],
)
def test_what_cannot_be_understood_is_refused_by_name(prices: Path, tmp_path: Path, events: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        study(prices, events, tmp_path)


def test_overlaps_are_counted_by_hand() -> None:
    # Windows of three sessions: 10-12 and 12-14 share one, 15-17 shares none with 12-14, 40 is alone.
    assert overlaps([10, 12, 15, 40], 3) == [1, 1, 0, 0]
    assert overlaps([7, 7, 7], 1) == [2, 2, 2]


def test_a_notebook_has_the_same_figures(prices: Path, tmp_path: Path) -> None:
    """`pooled_study`, on returns made of the same prices."""
    events = scattered(20).replace("event_id,date,ticker", "event_id,date,ticker,group,size").splitlines()
    events = [events[0], *(f"{line},{'ab'[n % 3 == 0]},{n * n % 7}" for n, line in enumerate(events[1:]))]
    command = study(prices, "\n".join(events) + "\n", tmp_path).frames
    closes = pd.read_parquet(prices / "prices.parquet").pivot(index="date", columns="ticker", values="close")
    levels = pd.read_csv(prices / "indices.csv", parse_dates=["date"]).pivot(
        index="date", columns="index", values="close"
    )
    notebook = screener.pooled_study(
        pd.read_csv(tmp_path / "events.csv", dtype={"ticker": str}),
        closes.pct_change(fill_method=None),
        levels["KOSPI"].pct_change(fill_method=None),
    )
    for name in ("pooled", "paths", "regression"):
        pd.testing.assert_frame_equal(getattr(notebook, name), getattr(command, name), rtol=1e-9)
    figures = ["event_id", "event_day", "ticker", "group", "car", "t", "z_ewma", "placebo_p", "overlaps", "share"]
    pd.testing.assert_frame_equal(notebook.events[figures], command.events[figures], rtol=1e-9)
