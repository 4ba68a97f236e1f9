"""The parts of a daily run by themselves: what is due, what is news, what became of stocks, the log, the status."""

from __future__ import annotations

import json
from collections.abc import Hashable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screener.archive.history import sector_changes, sector_trend, spread_changes
from screener.archive.reports import (
    _Correction,
    _corrections_of,
    _have_same_keys,
    _revision_of,
    _revisions_csv,
    load_directory,
    stored_revision,
)
from screener.config import load_settings
from screener.console import escaped
from screener.daily import status
from screener.daily.due import complete_from, newest_final, spans, to_look_at_again
from screener.daily.reports import Batch, Latest
from screener.daily.summary import _finding, _standing
from screener.data.universe import StatusChange, status_changes
from screener.errors import ExitCode
from screener.krx.calendar import Calendar
from screener.krx.tables import MARKET
from screener.report.model import Report
from screener.report.request import Request
from tests.e2e.conftest import configure
from tests.fakes.krx import kst
from tests.i18n import speaking
from tests.reports import make_report

WEEK = [date(2025, 2, day) for day in (3, 4, 5, 6, 7)]


@pytest.mark.parametrize(
    ("way", "now", "newest"),
    [
        ("pykrx-login", kst(2025, 2, 4, 17, 59), date(2025, 2, 3)),
        ("pykrx-login", kst(2025, 2, 4, 18, 0), date(2025, 2, 4)),
        ("pykrx-login", kst(2025, 2, 9), date(2025, 2, 7)),
        ("openapi", kst(2025, 2, 4, 18, 0), date(2025, 2, 3)),
        ("openapi", kst(2025, 2, 5, 8, 0), date(2025, 2, 4)),
        ("datagokr", kst(2025, 2, 5, 12, 59), date(2025, 2, 3)),
        ("datagokr", kst(2025, 2, 5, 13, 0), date(2025, 2, 4)),
        ("datagokr", kst(2025, 2, 10, 12, 59), date(2025, 2, 6)),  # Friday's comes on Monday
        ("pykrx-login", kst(2024, 11, 14, 18, 30), date(2024, 11, 14)),  # the examination: the close is at 16:30
        # From here on there is an after-market.
        ("pykrx-login", kst(2026, 9, 15, 19, 59), date(2026, 9, 14)),
        ("pykrx-login", kst(2026, 9, 15, 20, 0), date(2026, 9, 15)),
        ("pykrx-keyless", kst(2026, 9, 15, 20, 0), date(2026, 9, 14)),
        ("pykrx-keyless", kst(2026, 9, 16, 5, 59), date(2026, 9, 14)),
        ("pykrx-keyless", kst(2026, 9, 16, 6, 0), date(2026, 9, 15)),
        ("openapi", kst(2026, 9, 15, 20, 0), date(2026, 9, 14)),
        ("openapi", kst(2026, 9, 16, 0, 0), date(2026, 9, 15)),
        ("datagokr", kst(2026, 9, 15, 20, 0), date(2026, 9, 14)),
    ],
)
def test_the_newest_session_whose_figures_are_final(way: str, now: datetime, newest: date) -> None:
    calendar = Calendar()
    assert newest_final(calendar, way, now) == newest
    assert complete_from(calendar, way, newest) <= now < complete_from(calendar, way, calendar.shift(newest, 1))


def test_a_session_is_looked_at_again_the_next_day_and_a_week_on() -> None:
    days = [date(2025, 2, 3) + timedelta(days=n) for n in range(12)]
    days = [day for day in days if day.weekday() < 5]
    evening = {day: kst(day.year, day.month, day.day) for day in days}
    looked: dict[str, str] = {}
    seen: list[tuple[int, int]] = []
    for at in range(1, len(days)):
        stored = {day: evening[day] for day in days[:at]}
        for day in to_look_at_again(stored, days[at], looked):
            looked[str(day)] = str(days[at])
            seen.append((days.index(day), at - days.index(day)))
    assert [age for row, age in seen if row == 0] == [1, 5]
    assert {age for _, age in seen} == {1, 5}
    # What was fetched late has been looked at late already.
    late = dict.fromkeys(days[:3], evening[days[2]])
    assert to_look_at_again(late, days[3], {}) == [days[2]]


def test_an_event_is_open_until_its_path_is_over(tmp_path: Path) -> None:
    configure(tmp_path)
    settings = load_settings(tmp_path / "config", today=date(2025, 4, 1))
    sessions = [day for day in (date(2025, 1, 31) + timedelta(days=n) for n in range(60)) if day.weekday() < 5]
    (span,) = spans(settings, sessions[:3], everything=False)
    assert (span.days, span.last) == (tuple(sessions[:3]), None)
    (span,) = spans(settings, sessions, everything=False)
    assert (len(span.days), span.last) == (21, sessions[20])
    (span,) = spans(settings, sessions, everything=True)
    assert span.days[-1] == sessions[-1]


def row(as_of: str, sector: str, end: int, **figures: str) -> dict[str, str]:
    base = {"as_of": as_of, "event": "e", "sector": sector, "window_start": "0", "window_end": str(end)}
    return {**base, "score": "", "rank": "", "caar_ew": "", "q": "", "p_family": "", **figures}


SESSIONS = [date(2025, 1, 31), date(2025, 2, 3), date(2025, 2, 4)]
"""From the event day on."""


def test_the_trend_is_of_the_days_since_the_event() -> None:
    rows = [
        row("2025-02-03", "A", 0, caar_ew="0.05"),
        row("2025-02-03", "A", 1, caar_ew="0.07", score="60.0", rank="1", q="0.30", p_family="0.02"),
        {**row("2025-02-03", "A", 9, caar_ew="0.99"), "window_start": "-5"},
        {**row("2025-02-03", "A", 9, caar_ew="0.99"), "event": "other"},
        row("2025-01-31", "A", 0, caar_ew="0.05"),
        row("2025-02-04", "A", 1, caar_ew="0.08"),  # a report without the days so far
        row("2025-02-03", "A", 5, caar_ew="0.99"),
        row("2025-02-08", "A", 5, caar_ew="0.99"),  # no session
    ]
    first, second = sector_trend(rows, "e", SESSIONS)
    assert (first.as_of, first.tau, first.caar, first.score != first.score) == (date(2025, 1, 31), 0, 0.05, True)
    assert (second.tau, second.caar, second.score, second.rank, second.significant) == (1, 0.07, 60.0, 1.0, True)


def test_news_are_what_crossed_what_moved_and_what_changed_places() -> None:
    def report(as_of: str, **sectors: tuple[str, str]) -> list[dict[str, str]]:
        end = SESSIONS.index(date.fromisoformat(as_of))
        return [row(as_of, name, end, rank=rank, p_family=p) for name, (rank, p) in sectors.items()]

    one = report("2025-02-03", A=("1", "0.20"), B=("2", "0.05"), C=("3", "0.50"), D=("", ""))
    other = report("2025-02-04", A=("1", "0.04"), B=("3", "0.30"), C=("2", "0.50"), D=("", ""))
    before, after = sector_trend(one, "e", SESSIONS), sector_trend(other, "e", SESSIONS)
    found = [(one.kind, one.subject, one.before, one.after) for one in sector_changes(before, after)]
    assert found == [
        ("significant", "A", 0.20, 0.04),
        ("insignificant", "B", 0.05, 0.30),
        ("rank", "C", 3.0, 2.0),
        ("rank", "B", 2.0, 3.0),
    ]


@pytest.mark.parametrize(
    ("before", "after", "how"),
    [
        ("0.100000", "0.115000", "widened"),
        ("-0.100000", "-0.115000", "widened"),
        ("0.100000", "0.080000", "narrowed"),
        ("0.030000", "-0.040000", "turned"),
        ("0.030000", "0.005000", "closed"),
        ("0.100000", "0.109000", None),
    ],
)
def test_a_spread_that_moved_by_a_percentage_point_is_news(before: str, after: str, how: str | None) -> None:
    def spread(end: str, value: str) -> dict[str, str]:
        return {"sector_a": "A", "sector_b": "B", "window_start": "0", "window_end": end, "caar_ew": value}

    found = spread_changes(
        [spread("0", "9"), spread("1", before)], [spread("0", "9"), spread("1", before), spread("2", after)]
    )
    assert [one.direction for one in found] == ([how] if how else [])


def session(day: date, **stocks: tuple[str, float, float, int, float]) -> pa.Table:
    """MARKET rows: by ticker name, high, close, volume, rate."""
    rows = [
        {"date": day, "ticker": ticker[1:], "name": name, "market": "KOSPI", "open": high, "high": high, "low": close,
         "close": close, "volume": volume, "value": 0, "marcap": 0, "shares": 0, "change_pct": rate}
        for ticker, (name, high, close, volume, rate) in stocks.items()
    ]  # fmt: skip
    plain = pa.schema(
        [(one.name, pa.string() if pa.types.is_dictionary(one.type) else one.type) for one in MARKET.schema]
    )
    return pa.Table.from_pylist(rows, plain).cast(MARKET.schema)


def test_what_became_of_stocks() -> None:
    before = session(
        WEEK[0],
        t000001=("하나", 100, 100, 5, 0.0),
        t000002=("둘", 100, 100, 5, 0.0),
        t000003=("셋", 0, 100, 0, 0.0),
        t000004=("넷", 100, 100, 5, 0.0),
        t000005=("다섯", 100, 100, 5, 0.0),
        t000006=("여섯", 100, 100, 5, 0.0),
    )
    after = session(
        WEEK[1],
        t000001=("하나", 130, 130, 5, 29.97),
        t000002=("둘", 0, 100, 0, 0.0),
        t000003=("셋", 100, 90, 5, -10.0),
        t000004=("새이름", 100, 70, 5, -29.9),
        t000006=("여섯", 135, 130, 5, 29.97),  # it touched the limit and fell back
        t000007=("일곱", 100, 100, 5, 60.0),
        t999999=("남", 130, 130, 5, 29.97),
    )
    mine = {f"00000{n}" for n in range(1, 8)}
    assert status_changes(before, after, mine, 0.30) == [
        StatusChange("000001", "limit_up", "하나"),
        StatusChange("000002", "halted", "둘"),
        StatusChange("000003", "resumed", "셋"),
        StatusChange("000004", "renamed", "새이름", "넷"),
        StatusChange("000004", "limit_down", "새이름"),
        StatusChange("000005", "delisted", "다섯"),
        StatusChange("000007", "listed", "일곱"),
    ]
    assert status_changes(before.slice(0, 0), after, mine, 0.30) == []


def test_changes_are_of_figures_in_rows_that_both_have() -> None:
    old = [{"sector": "A", "window_start": "0", "window_end": "0", "caar_ew": "0.01", "name": "Eins", "q": ""}]
    new = [
        {"sector": "A", "window_start": "0", "window_end": "0", "caar_ew": "0.02", "name": "One", "q": "0.5"},
        {"sector": "A", "window_start": "0", "window_end": "1", "caar_ew": "0.03", "name": "One", "q": ""},
    ]
    assert _corrections_of("sectors", old, new) == [
        _Correction("sectors", "A 0 0", "caar_ew", "0.01", "0.02"),
        _Correction("sectors", "A 0 0", "q", "", "0.5"),
    ]
    assert not _have_same_keys(old, new)
    # A correction within the path can leave the figures of every window as they are.
    at = [{"sector": "A", "theme": "", "tau": str(tau), "caar": "0.01"} for tau in range(3)]
    corrected = [at[0], {**at[1], "caar": "0.02"}, at[2]]
    assert _corrections_of("paths", at, corrected) == [_Correction("paths", "A 1", "caar", "0.01", "0.02")]
    second = _revisions_csv(2, _corrections_of("sectors", old, new)[:1], b"")
    third = _revisions_csv(3, [_Correction("sectors", "A 0 0", "caar_ew", "0.02", "0.04")], second)
    lines = third.decode("utf-8-sig").splitlines()
    assert lines == [
        "revision,table,row,column,before,after",
        "2,sectors,A 0 0,caar_ew,0.01,0.02",
        "3,sectors,A 0 0,caar_ew,0.02,0.04",
    ]
    assert _revisions_csv(3, [_Correction("sectors", "A 0 0", "caar_ew", "0.02", "0.04")], third) == third


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_whatever_stands_in_a_report_directory_it_is_whole_or_not(content: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "run.json").write_bytes(content)
        assert load_directory(Path(folder)) == ({}, {})
        assert stored_revision(Path(folder)) is None
    assert _revision_of({"revision": "x"}) == 1


@settings(deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "last_attempt",
                        "last_success",
                        "failing",
                        "missed",
                        "at",
                        "through",
                        "code",
                        "said",
                        "made",
                        "looked",
                        "x",
                    ]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_whatever_stands_in_status_json_the_next_run_goes_on(content: object) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        for name in (status.Status.NAME, status.Memory.NAME):
            (Path(folder) / name).write_text(json.dumps(content), encoding="utf-8")
        known = status.Status.load(Path(folder))
        after = known.failed(kst(2025, 2, 3), ExitCode.NETWORK, "why")
        assert after.failing is not None
        assert status.Memory.load(Path(folder)).looked.keys() >= set()
        after.save(Path(folder))
        assert status.Status.load(Path(folder)) == after


def test_the_log_rotates_and_is_its_owners(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status, "LARGEST", 100)
    path = tmp_path / "logs/daily.log"
    for number in range(12):
        assert status.append_log(path, kst(2025, 2, 3), 0, f"run {number}") == ""
    assert sorted(one.name for one in path.parent.iterdir()) == ["daily.log", *(f"daily.log.{n}" for n in (1, 2, 3))]
    assert path.stat().st_mode & 0o077 == 0
    files = [path.with_name(f"daily.log.{number}") for number in (3, 2, 1)]
    kept = [int(line.split()[-1]) for one in [*files, path] for line in one.read_text().splitlines()]
    assert kept == list(range(kept[0], 12)), "in order, and none of the last ones is lost"
    assert "File exists" in status.append_log(path / "below", kst(2025, 2, 3), 0, "x")


EVIL = "\x1b[2J\x1b]0;owned\x07\r\nscreener: daily done\u202e"


def test_what_the_exchange_calls_a_stock_reaches_no_terminal_and_no_log_as_a_command(
    tmp_path: Path,
) -> None:
    status.append_log(tmp_path / "log", kst(2025, 2, 3), 0, EVIL)
    for shown in (escaped(EVIL), (tmp_path / "log").read_text().removesuffix("\n")):
        assert shown.isprintable()
        assert "\\x1b[2J" in shown
        assert "\n" not in shown


@pytest.mark.parametrize(
    ("verdict", "p", "said"),
    [
        ("winner", 0.0207, "Brokers -3.00% (abnormal return +0.88%, corrected p .021, winner)"),
        ("no clear effect", 0.4, "Brokers -3.00% (abnormal return +0.88%, corrected p .400, no clear effect)"),
        ("cannot be tested", float("nan"), "Brokers -3.00% (abnormal return +0.88%, cannot be tested)"),
    ],
)
def test_the_summary_labels_the_return_and_what_was_tested_of_it(verdict: str, p: float, said: str) -> None:
    names: dict[Hashable, Any] = {"name_en": "Brokers", "name_ko": "증권"}
    row: dict[Hashable, Any] = {**names, "mean_return_ew": -0.03, "caar_ew": 0.0088, "p_family": p, "verdict": verdict}
    assert _standing(row) == said
    with speaking("ko"):
        assert _standing(row).startswith("증권 -3.00%(초과수익률 +0.88%, ")


def told_of(report: Report, *rows: dict[str, Any]) -> str:
    """The subject of a notification on these sectors, with a theme and a group made after the event beside them."""
    common = {"window_start": 0, "window_end": 5, "theme": None, "post_hoc": False}
    beside = {"caar_ew": 0.9, "p_family": 0.001, "verdict": "winner", "name_ko": "x", "name_en": "x"}
    extra = [{**common, **beside, "theme": "x"}, {**common, **beside, "post_hoc": True}]
    frame = pd.DataFrame([*({**common, **row} for row in rows), *extra])
    windows = tuple(replace(report.windows[0], first=0, last=last) for last in (0, 5))
    report = replace(report, windows=windows, frames=replace(report.frames, sectors=frame))
    return "".join(_finding(Batch(latest=[Latest(report, None)])))


@pytest.mark.parametrize(
    ("verdict", "en", "ko"),
    [
        (
            "loser",
            "DeepSeek shock: AI software +14.35% (p .007), Power equipment -11.65% (p .042); abnormal, corrected p; ",
            "딥시크 쇼크: AI 소프트웨어 +14.35%(p .007), 전력기기 -11.65%(p .042); 초과수익률, 보정 p; ",
        ),
        (
            "withheld",
            "DeepSeek shock: AI software +14.35% (p .007), Power equipment -11.65% (withheld); abnormal, corrected p; ",
            "딥시크 쇼크: AI 소프트웨어 +14.35%(p .007), 전력기기 -11.65%(판단 보류); 초과수익률, 보정 p; ",
        ),
    ],
)
def test_the_first_line_has_the_finding_in_what_a_lock_screen_shows(verdict: str, en: str, ko: str) -> None:
    report = make_report(load_settings(), Request(source="press"))
    names: list[dict[str, Any]] = [
        {"name_en": "Power equipment", "name_ko": "전력기기", "caar_ew": -0.1165, "p_family": 0.0424},
        {"name_en": "Data centre", "name_ko": "데이터센터", "caar_ew": -0.03, "p_family": 0.4},
        {"name_en": "AI software", "name_ko": "AI 소프트웨어", "caar_ew": 0.1435, "p_family": 0.0068},
    ]
    verdicts = (verdict, "no clear effect", "winner")
    rows = [{**row, "verdict": one} for row, one in zip(names, verdicts, strict=True)]
    assert told_of(report, *rows) == en + str(report.as_of)
    with speaking("ko"):
        assert told_of(report, *rows) == ko + str(report.as_of)
    assert all(said.index(";") <= 85 for said in (en, ko))
