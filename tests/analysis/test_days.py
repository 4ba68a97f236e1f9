"""Sessions beyond the ordinary: figures worked out by hand, and the identity with the rank that a report gives."""

from __future__ import annotations

import csv
import json
import math
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from screener import demo
from screener.config import Settings, load_settings
from screener.data.sources import Market, PriceRequest, Source
from screener.errors import DataError
from screener.report import make
from screener.report.charts import charts_of
from screener.report.model import Report
from screener.report.request import Request
from screener.report.rows import rows_of
from tests.analysis import long_market
from tests.analysis.long_market import DAYS, EARLIER, EVENT, OTHER, TICKER
from tests.conftest import ROOT, Run
from tests.reports import make_report, simulated

ORDINARY_Z = math.sqrt(55 / 57)
"""0.002 over sqrt(0.6 x 0.002^2 + 0.4 x 24 x 0.002^2 / 22): the moving part has the weight 0.6, the estimation window
of 24 sessions, two of them spent, 0.4."""
LATER = 0.94 ** (EVENT - 1 - EARLIER) / ((1 - 0.94**60) / 0.06)
"""Weight of the earlier session in the volatility before the event."""
EVENT_Z = -0.02 / math.sqrt(0.6 * (0.002**2 + LATER * (0.03**2 - 0.002**2)) + 0.4 * 24 / 22 * 0.002**2)


@pytest.fixture
def market(tmp_path: Path) -> list[str]:
    return [*long_market.options(tmp_path), "--lang", "en"]


def found(run: Run, *arguments: str) -> Any:
    done = run("days", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_figures_of_a_session(run: Run, market: list[str]) -> None:
    document = found(run, TICKER, *market)
    rows = {row["date"]: row for row in document["days"]}
    first, second = document["days"][:2]
    assert (first["date"], first["rank"], first["tau"]) == (str(DAYS[EARLIER]), 1, EARLIER - EVENT)
    assert first["z_ewma"] == pytest.approx(15 * ORDINARY_Z, abs=1e-3)
    assert first["raw_return"] == first["abnormal_return"] == 0.03
    assert (first["benchmark_return"], first["volume_ratio"], first["n"]) == (-0.01, 3.0, 1)
    assert (second["date"], second["rank"], second["tau"]) == (str(DAYS[EVENT]), 2, 0)
    assert second["z_ewma"] == pytest.approx(EVENT_Z, abs=1e-3)
    assert (second["raw_return"], second["volume_ratio"]) == (-0.02, 1.0)
    before = rows[str(DAYS[EARLIER - 1])]
    assert abs(before["z_ewma"]) == pytest.approx(ORDINARY_Z, abs=1e-4)
    assert [row["rank"] for row in document["days"]] == list(range(1, 53))
    sizes = [abs(row["z_ewma"]) for row in document["days"]]
    assert sizes == sorted(sizes, reverse=True)


def test_a_sector_is_the_portfolio_of_its_members(run: Run, market: list[str]) -> None:
    """Sector B holds this stock alone."""
    of_sector, of_stock = found(run, "B", *market), found(run, TICKER, *market)
    assert (of_sector["series"], of_sector["name"]["en"]) == ("B", "Sector B")
    names = ("series", "name")
    assert [{**row, **dict.fromkeys(names)} for row in of_sector["days"]] == [
        {**row, **dict.fromkeys(names)} for row in of_stock["days"]
    ]


def test_sessions_that_the_event_is_ranked_among(run: Run, market: list[str]) -> None:
    document = found(run, TICKER, *market)
    ordinary = {row["date"] for row in document["days"] if row["ordinary"]}
    excluded = range(OTHER, OTHER + 4)  # the windows of the other event reach three sessions on
    assert ordinary == {str(DAYS[row]) for row in range(60, EVENT) if row not in excluded}
    assert [row["date"] for row in document["days"] if row["as_extreme"]] == [str(DAYS[EARLIER])]
    assert (document["placebo_rank"], document["placebo_n"], document["undefined"]) == (2, 43, "")


def test_the_rank_is_that_of_another_event(run: Run, market: list[str]) -> None:
    """Ten sessions before it can be measured; with a longer estimation window eight, too few for a rank."""
    document = found(run, TICKER, "--event", "other", *market)
    assert document["event"]["id"] == "other"
    assert document["placebo_n"] == 11
    rules = Path(market[1]) / "screener.toml"
    rules.write_text(rules.read_text(encoding="utf-8").replace("estimation = 24", "estimation = 57"), "utf-8")
    document = found(run, TICKER, "--event", "other", *market)
    assert (document["placebo_rank"], document["placebo_n"]) == (None, None)
    assert document["undefined"] == "only 8 placebo dates; 9 are needed"
    assert [row["date"] for row in document["days"] if row["tau"] == 0] == [str(DAYS[OTHER])]
    page = run("days", TICKER, "--event", "other", *market).stdout.replace("\n", " ")
    assert "too few ordinary sessions before it for a rank" in page


def test_events_and_news_stand_at_the_session_that_they_moved_first(run: Run, market: list[str]) -> None:
    rows = found(run, TICKER, *market)["days"]
    told = {row["date"]: (row["events"], row["confounders"]) for row in rows if row["events"] or row["confounders"]}
    assert told == {
        str(DAYS[EVENT]): ("Test", None),
        str(DAYS[EARLIER]): (None, f"{DAYS[EARLIER - 1]} Overnight"),
        "2024-06-10": ("Another event", "2024-06-08 On a Saturday"),
    }
    korean = {row["date"]: row["events"] for row in found(run, TICKER, *market, "--lang", "ko")["days"]}
    assert korean["2024-06-10"] == "다른 일"


def test_only_some_sessions(run: Run, market: list[str]) -> None:
    document = found(run, TICKER, "--from", str(DAYS[64]), "--to", str(DAYS[70]), *market)
    assert (document["first"], document["last"], document["measured"]) == (str(DAYS[64]), str(DAYS[70]), 7)
    assert {row["date"] for row in document["days"]} == {str(day) for day in DAYS[64:71]}
    assert document["days"][0]["date"] == str(DAYS[EARLIER])
    assert document["placebo_rank"] == 2  # the event's, wherever it is
    page = run("days", TICKER, "--from", str(DAYS[70]), *market, "--to", str(DAYS[80])).stdout.replace("\n", " ")
    assert f"Test, {DAYS[EVENT]}: not among these sessions; 1 of 42 ordinary sessions was as extreme" in page


def test_the_page(run: Run, market: list[str]) -> None:
    page = run("days", "B", "--top", "2", *market).stdout
    lines = page.splitlines()
    assert lines[0] == f"Sector B (B) · sessions with the largest moves, {DAYS[60]} to {DAYS[-1]}"
    assert lines[1] == f"Most extreme of 52, {DAYS[EARLIER]}: ▲ abnormal return +3.00%; z +14.7, return +3.00%"
    assert f"Test, {DAYS[EVENT]}: ▼ abnormal return -2.00%; z {EVENT_Z:.1f}, return -2.00%; rank 2 of 52" in page
    [first] = [line.split() for line in lines if line.startswith(f"{DAYS[EARLIER]} ")][:1]
    assert first == [str(DAYS[EARLIER]), "1", "+14.7", "▲", "+3.00", "+3.00", "-1.00", "3.0", "as", "extreme"]
    assert "and 50 more sessions: --top N, or --csv DIR" in page
    assert page.count("\n20") == 2 + 1 + 2  # two sessions, those as extreme, and the news of both


def test_the_model_has_the_ordinary_sessions_that_the_event_is_ranked_among(run: Run, market: list[str]) -> None:
    page = " ".join(run("days", "B", *market).stdout.split())
    ranked = re.search(r"of (\d+) ordinary sessions? was as extreme", page)
    assert ranked is not None
    assert re.search(rf"Model: [^.]*; {ranked[1]} ordinary sessions", page)


@pytest.mark.parametrize("format_", ["html", "csv"])
def test_export(run: Run, market: list[str], tmp_path: Path, format_: str) -> None:
    done = run("export", "days", "B", "--out", tmp_path / "out", "--format", format_, *market)
    assert done.returncode == 0, done.stderr
    [written] = (tmp_path / "out").iterdir()
    assert written.name == f"days.{format_}"
    if format_ == "csv":
        with written.open(encoding="utf-8-sig", newline="") as file:
            assert len(list(csv.DictReader(file))) == 52
    if format_ == "html":
        assert written.read_text("utf-8").count('class="bar ') == 2 * 52  # for a page and for a phone


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["days", "C"], "no stock 'C' in the sectors or the store"),
        (["days", "B:nothing"], "no theme 'nothing' in B"),
        (["days", "B", "--from", "2024-06-04", "--to", "2024-06-03"], "--from 2024-06-04 is after --to 2024-06-03"),
        (["days", "B", "--to", str(DAYS[59])], "B: no session can be measured: each needs 60 sessions before it"),
        (["days", "SEMI", "--source", "press", "--config", str(ROOT / "config")], "SEMI: no session can be measured"),
        (["export", "days", "--out", "x"], "days takes one sector, theme or stock, got 0"),
    ],
)
def test_what_cannot_be_had(run: Run, market: list[str], wrong: list[str], said: str) -> None:
    done = run(*wrong, *([] if "--source" in wrong else market))
    assert done.returncode in (2, 3)
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def settings_of_the_tour() -> Settings:
    """The configuration that `screener demo` reports on."""
    with patch.object(demo, "make_report", side_effect=InterruptedError) as made, pytest.raises(InterruptedError):
        demo.make_demo(load_settings(), 1)
    settings: Settings = made.call_args.args[0]
    return settings


def days_of(settings: Settings, name: str, **asked: Any) -> Report:
    return make_report(settings, Request(source="demo:1", days=name, **asked))


def test_a_report_counts_the_sessions_that_are_as_extreme() -> None:
    settings, report = settings_of_the_tour(), simulated(1)
    sectors = [row for row in rows_of(report.frames.sectors) if row.window_start == row.window_end == 0]
    ranks = set()
    for row in sectors:
        made = days_of(settings, row.sector)
        days = made.frames.days
        assert made.days is not None
        assert (made.days.placebo_rank, made.days.placebo_n) == (row.placebo_rank, row.placebo_n)
        assert days["as_extreme"].sum() == row.placebo_rank - 1
        assert days["ordinary"].sum() == row.placebo_n - 1
        [event] = rows_of(days[days["tau"] == 0])
        # Held against |z| once more, by the figures of the table alone.
        above = days["ordinary"] & (days["z_ewma"].abs() >= abs(event.z_ewma))
        assert above.sum() == row.placebo_rank - 1
        assert event.z_ewma == pytest.approx(row.z_ewma)
        assert event.abnormal_return == pytest.approx(row.caar_tested)
        assert event.raw_return == pytest.approx(row.mean_return_ew)
        assert event.benchmark_return == pytest.approx(row.benchmark_return)
        assert event.volume_ratio == pytest.approx(row.volume_ratio)
        ranks.add(row.placebo_rank)
    assert len(ranks) > 2
    assert max(ranks) > 5


def test_so_for_a_stock() -> None:
    settings, report = settings_of_the_tour(), simulated(1)
    stocks = [row for row in rows_of(report.frames.stocks) if row.window_start == row.window_end == 0]
    for row in [row for row in stocks if math.isfinite(row.placebo_p)][::7]:
        made = days_of(settings, row.ticker)
        assert made.days is not None
        assert made.days.placebo_rank == pytest.approx(row.placebo_p * (made.days.placebo_n or 0))
        [event] = rows_of(made.frames.days.query("tau == 0"))
        assert (event.raw_return, event.n) == (pytest.approx(row.raw_return), 1)


def test_a_later_end_of_prices_moves_no_session() -> None:
    """Each is measured against the sessions before it alone."""
    settings = settings_of_the_tour()
    whole = days_of(settings, "HELD")
    cut = days_of(settings, "HELD", as_of=whole.event.event_day)
    columns = ["date", "z_ewma", "raw_return", "abnormal_return", "volume_ratio", "ordinary", "as_extreme"]
    earlier = whole.frames.days[whole.frames.days["tau"] <= 0]
    for a, b in zip(rows_of(earlier[columns]), rows_of(cut.frames.days[columns]), strict=True):
        assert a == pytest.approx(b, abs=1e-9, nan_ok=True)


def test_chart_shows_every_session_and_names_the_event() -> None:
    report = days_of(settings_of_the_tour(), "HELD")
    [figure] = charts_of("days", report)["sessions"]
    assert figure.svg.count('class="bar ') == len(report.frames.days)
    assert "Simulated event" in figure.svg
    assert figure.title.startswith("The most extreme of ")
    assert charts_of("days", replace(report, frames=replace(report.frames, days=report.frames.days[:1]))) == {}


def test_real_prices(krx: Path) -> None:
    """docs/reading.md's 'seven times in 148 sessions', looked up."""

    def days(name: str) -> Report:
        files = [krx / "indices.parquet"], [krx / "market_2025-01-02_2025-02-11.parquet"]
        source = f"file:{krx / 'prices_adjusted.parquet'}"
        return make_report(load_settings(), Request(source=source, benchmark=files[0], market=files[1], days=name))

    chips = days("SEMI")
    assert chips.days is not None
    assert (chips.days.placebo_rank, chips.days.placebo_n) == (8, 149)
    assert chips.frames.days["as_extreme"].sum() == 7
    software = days("AI_SW").frames.days.iloc[0]
    assert (software["date"], software["events_en"], software["rank"]) == (date(2025, 1, 31), "DeepSeek shock", 1)


def test_a_source_is_asked_for_the_sessions_and_those_before_them(monkeypatch: pytest.MonkeyPatch) -> None:
    needs: list[PriceRequest] = []

    class Recorder(Source):
        name = "recorder"

        def load(self, need: PriceRequest) -> Market:
            needs.append(need)
            raise DataError("no prices")

    monkeypatch.setattr(make, "choose", lambda *_: [Recorder()])
    settings = load_settings()
    for first, last in ((None, None), (date(2023, 1, 2), date(2025, 6, 30))):
        with pytest.raises(DataError):
            make_report(settings, Request(days="SEMI", first=first, last=last))
    plain, wide = needs
    assert (plain.before, plain.after) == (settings.screener.sessions_before, settings.sessions_after("deepseek"))
    earliest = settings.calendar.shift(date(2025, 1, 31), -wide.before)
    assert settings.calendar.count(earliest, date(2023, 1, 2)) >= 130  # the estimation window and the gap of the first
    assert settings.calendar.shift(date(2025, 1, 31), wide.after) >= date(2025, 6, 30)
