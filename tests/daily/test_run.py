"""`screener daily` by the day: what it makes, when it makes nothing, and what it says of either."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import pytest

from tests.daily.conftest import EVENT, NEXT, SIZE, THIRD, Daily, Evening
from tests.e2e.command import BRIEF, Command, Done
from tests.e2e.conftest import STOCKS
from tests.e2e.secrets import ID, KEY, PASSWORD
from tests.e2e.stocked import refill
from tests.fakes.krx import Exchange, Market, kst
from tests.fakes.krx.market import Correction
from tests.soak.play import tree

BASE = date(2025, 1, 24)
FILES = {"report.txt", "report.json", "run.json", "stocks.csv", "sectors.csv", "spreads.csv", "paths.csv", "claims.csv"}


def history(reports: Path) -> list[dict[str, str]]:
    with (reports / "history.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_report_a_session_with_the_finding_before_what_changed(
    evenings: dict[date, Evening],
) -> None:
    evening = evenings[EVENT]
    # A first run has a history to fetch, and says how much; an evening's session is not worth a line.
    assert evening.done.err.startswith("screener: pykrx-login: sessions: 90 to go\n")
    assert evening.done.said == ["screener: daily done: 1 report through 2025-01-31"]
    assert evenings[NEXT].done.err == "screener: daily done: 1 report through 2025-02-03\n"
    found, changed = evening.done.out.splitlines()[:2]
    assert re.fullmatch(
        r"DeepSeek shock: .+? [+-][\d.]+% \([^)]+\), .+? [+-][\d.]+% \([^)]+\); abnormal, corrected p; 2025-01-31",
        found,
    )
    assert changed == "2025-01-31: deepseek: first report"
    assert {path.name for path in (evening.folder / "reports/2025-01-31/deepseek").iterdir()} >= FILES
    assert (evening.folder / "reports/latest").readlink() == Path("2025-01-31")
    evening = evenings[NEXT]
    lines = evening.done.out.splitlines()
    assert lines[0].startswith("DeepSeek shock: ")
    assert lines[1].startswith("2025-02-03: ")
    assert lines[2].startswith("deepseek, 1 session since 2025-01-31: ")
    assert lines[-1] == "Files: reports/2025-02-03"
    assert (evening.folder / "reports/latest").readlink() == Path("2025-02-03")
    # The new session and two indices; of the stored sessions once more the last one, and the one of a week ago.
    assert evenings[THIRD].asked == {"MDCSTAT01501": 3, "MDCSTAT00301": 2}


@pytest.mark.usefixtures("second")
def test_the_figures_are_those_of_the_exchange(reports: Path, market: Market) -> None:
    truth = market.truth
    # Each member's official rates, chained from the close of the base on: [0,0] and [0,+1].
    for last, days in ((EVENT, [EVENT]), (NEXT, [EVENT, NEXT])):
        grown = []
        for ticker in ("000660", "005930", "042700"):
            value = 1.0
            for day in days:
                rate = truth.change_pct(day, ticker)
                assert rate is not None
                value *= 1 + rate / 100
            grown.append(value - 1)
        window = str(len(days) - 1)
        (row,) = [
            row
            for row in history(reports)
            if (row["as_of"], row["sector"], row["window_start"], row["window_end"])
            == (str(NEXT), "CHIPS", "0", window)
        ]
        assert float(row["mean_return_ew"]) == pytest.approx(sum(grown) / 3, abs=1e-6), last


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (kst(2025, 1, 31, 18, 31), "reports exist through 2025-01-31"),
        (kst(2025, 2, 1), "KRX is closed on 2025-02-01; reports exist through 2025-01-31"),
        (kst(2025, 2, 3, 9, 30), "figures of 2025-02-03 are not final yet; reports exist through 2025-01-31"),
        (kst(2025, 2, 3, 17, 59), "figures of 2025-02-03 are not final yet; reports exist through 2025-01-31"),
    ],
)
@pytest.mark.usefixtures("first")
def test_where_there_is_nothing_new_it_says_why_and_changes_nothing(
    daily: Daily, member: Command, exchange: Exchange, at: datetime, said: str
) -> None:
    before = tree(member.folder / "reports"), tree(member.store)
    done = daily(at)
    assert (done.code, done.out, done.err) == (0, "", f"screener: daily done: {said}: nothing changed\n")
    assert (tree(member.folder / "reports"), tree(member.store), exchange.requests) == (*before, [])
    quiet = daily(at, "--quiet")
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")


def test_a_holiday_that_no_calendar_knows_changes_nothing(member: Command, small: Market, reports: Path) -> None:
    shut = THIRD
    with Exchange(Market(small.start, small.end, size=SIZE, closed=frozenset({shut}))) as closed:
        closed.account.name, closed.account.password = ID, PASSWORD
        user = member.given(**closed.environment)

        def run(day: date) -> Done:
            closed.market.now = kst(day.year, day.month, day.day)
            return user.with_(now=closed.market.now).run("daily")

        assert run(NEXT).code == 0
        before = tree(reports), tree(member.store)
        done = run(shut)
        assert (done.code, done.out) == (0, "")
        assert "2025-02-04: no figures: a holiday, or not published yet; nothing changed" in done.err
        assert (tree(reports), tree(member.store)) == before
        done = run(date(2025, 2, 5))
        assert "deepseek, 2 sessions since 2025-01-31" in done.out
        assert "Late" not in done.out


@pytest.mark.usefixtures("third")
def test_history_has_one_row_each_however_often_it_runs(daily: Daily, reports: Path) -> None:
    for _ in range(2):
        assert daily(THIRD).code == 0
    rows = history(reports)
    keys = [(row["as_of"], row["event"], row["sector"], row["window_start"], row["window_end"]) for row in rows]
    assert len(set(keys)) == len(keys)
    # Three sectors; windows [0,0] on the first day, [0,0] and [0,+1] on the second, and the days so far on the third.
    assert Counter(row["as_of"] for row in rows) == {str(EVENT): 3, str(NEXT): 6, str(THIRD): 9}
    frozen = [row["caar_ew"] for row in rows if (row["sector"], row["window_end"]) == ("CHIPS", "0")]
    assert len(set(frozen)) == 1, "the figures of a window that is over stay as they are"


@pytest.mark.usefixtures("first")
def test_what_was_missed_is_made_up_for_with_the_reason(daily: Daily, reports: Path, exchange: Exchange) -> None:
    before = tree(reports)
    exchange.faults.add("status", status=503)
    for day, runs in ((NEXT, 1), (THIRD, 2)):
        done = daily(day)
        assert (done.code, done.out) == (5, "")
        status = json.loads((reports / "status.json").read_text())
        assert status["last_success"]["through"] == str(EVENT)
        assert (status["failing"]["runs"], status["failing"]["since"]) == (runs, "2025-02-03T18:30:00+09:00")
        assert "status 503" in status["failing"]["what"]
        assert "screener doctor" in status["failing"]["do"]
        assert {name: one for name, one in tree(reports).items() if name != "status.json"} == {
            name: one for name, one in before.items() if name != "status.json"
        }
    exchange.faults.clear()
    done = daily(date(2025, 2, 5))
    (late,) = [line for line in done.out.splitlines() if line.startswith("Late: ")]
    assert late.startswith("Late: 2 sessions missed (2025-02-03 - 2025-02-04); since 2025-02-03 18:30")
    assert "2 runs have failed" in late
    assert "status 503" in late
    assert sorted(path.name for path in reports.glob("20*")) == [str(EVENT), str(NEXT), str(THIRD), "2025-02-05"]
    status = json.loads((reports / "status.json").read_text())
    assert status["failing"] is None
    assert status["missed"]["sessions"] == [str(NEXT), str(THIRD)]


def trend(folder: Path) -> list[dict[str, str]]:
    with (folder / "deepseek/trend.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.usefixtures("third")
def test_the_history_feeds_the_trend_of_each_report(member: Command, exchange: Exchange, reports: Path) -> None:
    days = [EVENT, NEXT, THIRD]
    told = {(row["as_of"], row["sector"], row["window_end"]): row for row in history(reports)}
    for last, day in enumerate(days):
        rows = trend(reports / str(day))
        assert [(row["tau"], row["reported"]) for row in rows if row["sector"] == "CHIPS"] == [
            (str(tau), str(one)) for tau, one in enumerate(days[: last + 1])
        ]
        for row in rows:
            filed = told[row["reported"], row["sector"], row["tau"]]
            assert [row[name] for name in ("score", "rank", "caar_ew", "q")] == [
                filed[name] for name in ("score", "rank", "caar_ew", "q")
            ]
    text = (reports / "latest/deepseek/report.txt").read_text(encoding="utf-8")
    assert "3 reports, 2025-01-31 to 2025-02-04" in text.replace("\n", " ")
    # Made up for in one run, each report has the trend that it would have had on its day.
    before = {name: one for name, one in tree(reports).items() if name.endswith(".csv")}
    for name in (*map(str, days), "history.csv"):
        path = reports / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    exchange.market.now = kst(2025, 2, 4, 20)
    assert member.with_(now=exchange.market.now, constants={}).run("daily").code == 0
    assert {name: one for name, one in tree(reports).items() if name.endswith(".csv")} == before
    page = (reports / "latest/deepseek/report.html").read_text(encoding="utf-8")
    assert 'id="trend"' in page
    assert "By 2025-02-04, " in page


@pytest.mark.usefixtures("first")
def test_a_report_that_came_late_enters_the_trend_of_those_after_it(daily: Daily, reports: Path) -> None:
    (reports / str(NEXT)).write_text("in the way")
    done = daily(THIRD)
    assert done.code == 3
    assert f"deepseek as of {NEXT}" in done.err
    assert {row["reported"] for row in trend(reports / str(THIRD))} == {str(EVENT), str(THIRD)}
    text = (reports / str(THIRD) / "deepseek/report.txt").read_text(encoding="utf-8")
    assert f"Sessions without a report: {NEXT}" in text
    (reports / str(NEXT)).unlink()
    assert daily(kst(2025, 2, 4, 20)).code == 0
    assert {row["reported"] for row in trend(reports / str(THIRD))} == {str(EVENT), str(NEXT), str(THIRD)}
    record = json.loads((reports / str(THIRD) / "deepseek/run.json").read_text())
    assert record["revision"] == 1, "no figure of it was corrected"
    assert "nothing changed" in daily(kst(2025, 2, 4, 21)).err


@pytest.mark.usefixtures("first")
def test_days_off_have_no_failure_to_name(daily: Daily) -> None:
    done = daily(THIRD)
    assert "1 session missed (2025-02-03); no run finished: the machine was off" in done.out


@pytest.mark.usefixtures("second")
def test_a_late_correction_is_a_revision_with_what_changed(
    member: Command, exchange: Exchange, reports: Path, market: Market
) -> None:
    """Looked at again the next session and the third one on; the real numbers are those of test_parts.py."""

    def run(at: datetime) -> Done:
        exchange.market.now = at
        return member.with_(now=at, constants={**BRIEF, "screener.daily.due.LOOKS": [1, 3]}).run("daily")

    # What was told until now is corrected by 5%.
    market.corrections.append(Correction("000660", EVENT, date.max, 1.05))
    wrong = (reports / "2025-01-31/deepseek/stocks.csv").read_bytes()
    done = run(kst(2025, 2, 4))  # a look on the next session only: the correction came after it
    assert "Revised" not in done.out
    last = date(2025, 2, 5)
    done = run(kst(2025, 2, 5))
    (revised,) = [line for line in done.out.splitlines() if line.startswith("Revised")]
    assert "deepseek as of 2025-01-31 (revision 2)" in revised
    folder = reports / "2025-01-31/deepseek"
    assert (folder / "stocks.csv").read_bytes() != wrong
    with (folder / "revisions.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    (row,) = [
        one for one in rows if (one["table"], one["row"], one["column"]) == ("stocks", "CHIPS 000660 0 0", "raw_return")
    ]
    base, close = market.truth.close(BASE, "000660"), market.truth.close(EVENT, "000660")
    assert base
    assert close
    assert float(row["before"]) == pytest.approx(close / base - 1, abs=5e-5)
    assert float(row["after"]) == pytest.approx(close * 1.05 / base - 1, abs=5e-3)
    assert json.loads((folder / "run.json").read_text())["revision"] == 2
    assert {one["revision"] for one in history(reports) if one["as_of"] == str(EVENT)} == {"2"}
    assert {one["revision"] for one in history(reports) if one["as_of"] == str(last)} == {"1"}
    for later in (NEXT, last):
        told = {(row["reported"], row["sector"]): row["caar_ew"] for row in trend(reports / str(later))}
        now = {row["sector"]: row["caar_ew"] for row in history(reports) if row["as_of"] == str(EVENT)}
        assert {sector: told[str(EVENT), sector] for sector in now} == now, "in every trend, too"
    after = tree(reports)
    assert run(kst(2025, 2, 5, 19, 0)).out == ""
    assert tree(reports) == after


@pytest.mark.parametrize(
    "lost", ["2025-01-31", "2025-02-03/deepseek/stocks.csv", "history.csv", "latest", ".daily.json"]
)
@pytest.mark.usefixtures("second")
def test_what_is_deleted_comes_back_the_same(daily: Daily, reports: Path, lost: str) -> None:
    before = {name: one for name, one in tree(reports).items() if not name.startswith(("status", "summary"))}
    path = reports / lost
    shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    assert daily(kst(2025, 2, 3, 19, 0)).code == 0
    after = {name: one for name, one in tree(reports).items() if not name.startswith(("status", "summary"))}
    if lost == ".daily.json":  # when it has looked last it cannot know any more
        before.pop(lost)
        after.pop(lost)
    assert after == before
    assert (reports / "latest").readlink() == Path("2025-02-03")


@pytest.mark.parametrize("cell", ["0.999999", "nonsense", ""])
@pytest.mark.usefixtures("second")
def test_a_figure_of_the_history_that_was_damaged_comes_back(daily: Daily, reports: Path, cell: str) -> None:
    before = {name: one for name, one in tree(reports).items() if not name.startswith(("status", "summary"))}
    path = reports / "history.csv"
    whole = path.read_text(encoding="utf-8")
    (row,) = [
        one
        for one in history(reports)
        if (one["as_of"], one["sector"], one["window_end"]) == (str(EVENT), "CHIPS", "0")
    ]
    path.write_text(whole.replace(f",{row['caar_ew']},", f",{cell},"), encoding="utf-8")
    assert path.read_text(encoding="utf-8") != whole
    done = daily(kst(2025, 2, 3, 20))
    assert (done.code, len(done.said)) == (0, 1), done.err
    after = {name: one for name, one in tree(reports).items() if not name.startswith(("status", "summary"))}
    assert after == before, "and no later report has taken it into its trend"


@pytest.mark.usefixtures("second")
def test_an_event_that_is_over_gets_no_more_reports_unless_asked_for(
    member: Command, exchange: Exchange, reports: Path
) -> None:
    """With a path of two sessions; that it is 20 is shown by test_parts.py."""

    def run(at: datetime, *arguments: str) -> Done:
        exchange.market.now = at
        over = {**BRIEF, "screener.archive.history.PATH": [-5, 2]}
        return member.with_(now=at, constants=over).run("daily", *arguments)

    done = run(kst(2025, 2, 6))
    assert sorted(path.name for path in reports.glob("20*"))[-1] == "2025-02-04"  # two sessions after 31 January
    assert "Over; no new reports: deepseek (until 2025-02-04)" in done.out
    assert len(done.out.splitlines()) <= 10
    done = run(kst(2025, 2, 7))
    assert (done.out, done.code) == ("", 0)
    assert "no event is open: deepseek (until 2025-02-04)" in done.err
    run(kst(2025, 2, 7), "--all")
    assert (reports / "2025-02-07/deepseek/report.txt").exists()


@pytest.mark.usefixtures("first")
def test_monitors_see_the_age_of_the_newest_session(daily: Daily, exchange: Exchange, tmp_path: Path) -> None:
    assert daily(EVENT, "--check", "--max-age", "5", "--reports", tmp_path / "none").code == 5
    assert not (tmp_path / "none").exists()
    assert daily(NEXT, "--check", "--max-age", "1").code == 0
    done = daily(THIRD, "--check", "--max-age", "1")
    assert (done.code, exchange.requests) == (5, [])
    assert "the latest session in the reports is 2 sessions old: --max-age 1" in done.err
    assert daily(THIRD, "--max-age", "1").code == 0


@pytest.mark.parametrize("source", ["press", "demo:1", "store", "naver"])
def test_nothing_but_the_exchange_and_files_is_reported_from(daily: Daily, reports: Path, source: str) -> None:
    done = daily(EVENT, "--source", source)
    assert done.code == 2
    assert "use auto, pykrx, openapi, datagokr or file:PATH" in done.err
    assert not list(reports.glob("20*"))


def test_without_the_exchange_there_is_no_report_and_no_lesser_one(
    daily: Daily, reports: Path, exchange: Exchange
) -> None:
    exchange.faults.add("status", status=503, host="data.krx.co.kr")
    done = daily(EVENT)
    assert (done.code, done.out) == (5, "")
    assert not list(reports.glob("20*"))
    assert not [request for request in exchange.requests if request.host != "data.krx.co.kr"]


def test_a_key_reports_the_session_before(
    member: Command, exchange: Exchange, reports: Path, evenings: dict[date, Evening]
) -> None:
    exchange.market.now = kst(2025, 2, 3)
    stored = member.with_(folder=evenings[EVENT].folder).store
    refill(stored, member.store, BASE, "openapi")
    user = member.given(KRX_AUTH_KEY=KEY).with_(now=exchange.market.now)
    done = user.run("daily")
    assert done.code == 0, done.err
    assert [path.name for path in reports.glob("20*")] == [str(EVENT)]
    assert {row["source"] for row in history(reports)} == {"openapi"}


def test_without_an_account_the_proxy_is_named_in_every_report(
    member: Command, exchange: Exchange, reports: Path
) -> None:
    kept = {name: value for name, value in member.environment.items() if not name.startswith("KRX_")}
    user = member.with_(environment=kept)
    for day in (EVENT, NEXT):
        exchange.market.now = kst(day.year, day.month, day.day)
        assert user.with_(now=exchange.market.now).run("daily").code == 0
    assert {row["source"] for row in history(reports)} == {"pykrx-keyless"}
    assert "The benchmark is a proxy" in (reports / "2025-02-03/deepseek/report.txt").read_text()
    with (reports / "2025-02-03/deepseek/stocks.csv").open(encoding="utf-8-sig", newline="") as file:
        assert {row["ticker"] for row in csv.DictReader(file)} == set(STOCKS)


def test_the_same_files_twice_make_nothing_anew(member: Command, reports: Path, market: Market) -> None:
    days = [day for day in market.days if day <= NEXT]
    prices, indices = member.folder / "prices.csv", member.folder / "indices.csv"
    lines = [f"{day},{one},{market.truth.adjusted(day, one)}" for one in STOCKS for day in days]
    prices.write_text("\n".join(["date,ticker,close", *lines]) + "\n")
    codes = {"KOSPI": "1001", "KOSDAQ": "2001"}
    levels = [f"{day},{name},{market.truth.level(day, code)}" for name, code in codes.items() for day in days]
    indices.write_text("\n".join(["date,index,close", *levels]) + "\n")
    user = member.with_(now=kst(2025, 2, 3))
    asked = ("daily", "--source", f"file:{prices}", "--benchmark", indices)
    done = user.run(*asked)
    assert (done.code, done.out.splitlines()[1]) == (0, "2025-02-03: deepseek: first report"), done.err
    assert {row["source"] for row in history(reports)} == {"file"}
    before = tree(reports)
    again = user.with_(now=kst(2025, 2, 3, 20)).run(*asked)
    assert (again.code, again.out) == (0, "")
    assert tree(reports) == before
