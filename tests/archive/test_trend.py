"""The trend of a report: what earlier reports said of the days since the event, and what it says itself."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from screener.archive.history import _trend_of, history_rows, load_history, sector_trend, updated_history
from screener.errors import DataError
from screener.i18n import language
from screener.report.blocks import Grid, Section
from screener.report.formats.data import to_csv
from screener.report.model import Report
from screener.report.screens import Screen
from screener.report.tables import Table
from screener.report.views.study import study_page
from tests.analysis.find import rows
from tests.conftest import Run
from tests.data import small
from tests.i18n import speaking
from tests.reports import simulated

LAST = 20


def row(report: Report, tau: int, sector: str, **figures: Any) -> dict[str, str]:
    """Of history.csv."""
    at = {"event": report.event.id, "as_of": str(report.sessions[tau]), "sector": sector}
    base = {
        "window_start": "0",
        "window_end": str(tau),
        "score": "",
        "rank": "",
        "caar_ew": "",
        "q": "",
        "p_family": "",
    }
    return {**at, **base, **figures}


@pytest.fixture
def report() -> Report:
    """The simulated market's through the fifth session after the event, whose window [0,+5] is of all days so far."""
    demo = simulated(1)
    return replace(demo, sessions=demo.sessions[:6], as_of=demo.sessions[5])


@pytest.fixture
def history(report: Report) -> list[dict[str, str]]:
    """Reports of the event day, of the first session after it, and of the third."""
    first, second = report.frames.sectors["sector"].unique().tolist()[:2]
    return [
        row(report, 0, first, score="50.0", rank="1", caar_ew="0.050000", q="0.04000000", p_family="0.05000000"),
        row(report, 0, second, score="-30.0", rank="2", caar_ew="-0.030000", q="0.20000000"),
        row(report, 1, first, score="60.0", rank="1", caar_ew="0.070000", q="0.02000000", p_family="0.03000000"),
        {**row(report, 1, first, score="99.0", caar_ew="0.990000"), "window_start": "-5"},
        row(report, 3, first, score="40.0", rank="2", caar_ew="0.040000", q="0.30000000"),
        row(report, 3, "GONE", score="7.0", caar_ew="0.070000"),
        row(report, 5, first, score="-77.0", caar_ew="-0.770000"),
    ]


def trended(report: Report, history: list[dict[str, str]]) -> Report:
    return report.with_trend(_trend_of(report, history, LAST))


def section(report: Report) -> Section | None:
    page = study_page(report, full=True)
    return next((one for one in page.sections if one.key == "trend"), None)


def test_earlier_reports_as_the_history_has_them_and_its_own_figures_last(
    report: Report, history: list[dict[str, str]]
) -> None:
    first = report.frames.sectors["sector"][0]
    found = _trend_of(report, history, LAST)
    mine = [(one.tau, one.score, one.rank, one.caar, one.q) for one in found if one.sector == first]
    assert mine[:3] == [(0, 50.0, 1.0, 0.05, 0.04), (1, 60.0, 1.0, 0.07, 0.02), (3, 40.0, 2.0, 0.04, 0.30)]
    [own] = rows(report.frames.sectors, sector=first, theme=None, window_start=0, window_end=5)
    assert mine[3:] == [(5, own.score, own.rank, own.caar_ew, own.q)]
    assert not [one for one in found if one.sector == "GONE"]  # it is no sector of this report
    assert {one.sector for one in found if one.tau == 5} == set(report.frames.sectors["sector"])


def test_a_report_without_the_days_so_far_has_none(report: Report, history: list[dict[str, str]]) -> None:
    short = replace(report, sessions=report.sessions[:5], as_of=report.sessions[4])  # [0,+4] was not measured
    assert _trend_of(short, history, LAST) == ()
    no_study = replace(report, provenance=replace(report.provenance, study=False))
    assert _trend_of(no_study, history, LAST) == ()


def test_what_comes_after_the_event_has_closed_is_no_part_of_it(report: Report, history: list[dict[str, str]]) -> None:
    assert {one.tau for one in _trend_of(report, history, 3)} == {0, 1, 3}


@pytest.mark.parametrize("cell", ["abc", "inf", "1,2"])
def test_what_is_no_figure_is_an_error_with_its_place(report: Report, history: list[dict[str, str]], cell: str) -> None:
    history[2]["q"] = cell
    place = f"{history[2]['as_of']}, {report.event.id}, {history[2]['sector']}: q is '{cell}'"
    with pytest.raises(DataError, match=re.escape(place)):
        _trend_of(report, history, LAST)


def test_one_report_alone_is_no_trend(report: Report) -> None:
    alone = trended(report, [])
    assert set(alone.frames.trend["tau"]) == {5}
    assert section(alone) is None


def test_the_page_says_what_the_table_holds(report: Report, history: list[dict[str, str]]) -> None:
    shown = trended(report, history)
    table = next(one for one in Screen("report", shown).tables() if one.name == "trend")
    records = list(csv.DictReader(io.StringIO(to_csv(table).decode("utf-8-sig"))))
    assert len(records) == len(shown.frames.trend)
    found = section(shown)
    assert found is not None
    grids = [one for one in found.body if isinstance(one, Grid)]
    by_name = {getattr(row, f"name_{language()}"): row.sector for row in rows(shown.frames.sectors, theme=None)}
    written: dict[str, Callable[[str], str]] = {
        "score": lambda text: f"{float(text):+.0f}",
        "caar_ew": lambda text: f"{float(text) * 100:+.2f}",
        "p_family": lambda text: "<.001" if float(text) < 0.001 else f"{float(text):.3f}".removeprefix("0"),
    }
    compared = 0
    for grid, (column, write) in zip(grids, written.items(), strict=True):
        names, sessions = grid.fields[0], grid.fields[1:]
        assert [field.header for field in sessions] == ["0", "+1", "+3", "+5"]
        for at, name in enumerate(names.cells):
            for field in sessions:
                held = [
                    one
                    for one in records
                    if (one["sector"], int(one["tau"])) == (by_name[name.text], int(field.header))
                ]
                text = held[0][column] if held else ""
                assert field.cells[at].text == (write(text) if text else "-"), (column, name, field.header)
                compared += bool(text)
    assert compared > 12
    said = " ".join(one.text for one in found.body if not isinstance(one, Grid))
    assert f"4 reports, {shown.sessions[0]} to {shown.sessions[5]}" in said
    assert f"Sessions without a report: {shown.sessions[2]}, {shown.sessions[4]}" in said
    with speaking("ko"):
        in_korean = section(shown)
    assert in_korean is not None
    assert "보고서가 없는 거래일" in " ".join(one.text for one in in_korean.body if not isinstance(one, Grid))


def test_the_history_gives_back_what_a_report_said(report: Report, tmp_path: Path) -> None:
    """From one report's rows, through the file, to the next one's trend: the same figures, rounded once."""
    sectors: Table = next(one for one in Screen("report", report).tables() if one.name == "sectors")
    (tmp_path / "history.csv").write_bytes(updated_history(tmp_path, history_rows(to_csv(sectors))))
    later = replace(report, sessions=(*report.sessions, report.sessions[-1].replace(year=2030)))
    again = sector_trend(load_history(tmp_path), report.event.id, later.sessions)
    own = _trend_of(report, [], LAST)
    assert len(again) == len(own) > 1
    for one, other in zip(again, own, strict=True):
        assert (one.as_of, one.tau, one.sector) == (other.as_of, other.tau, other.sector)
        for name, decimals in (("score", 1), ("rank", 0), ("caar", 6), ("q", 8), ("p_family", 8)):
            a, b = getattr(one, name), getattr(other, name)
            assert a == round(b, decimals) or (math.isnan(a) and math.isnan(b))


def test_reports_one_after_the_other_grow_a_trend(run: Run, tmp_path: Path) -> None:
    options = small.options(tmp_path)
    days = small.sessions()[small.EVENT_ROW :]
    for day in days[:3]:
        done = run("report", "--so-far", "--as-of", str(day), *options)
        assert done.returncode == 0, done.stderr
    folder = tmp_path / "reports" / str(days[2]) / "test"
    with (folder / "trend.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert sorted({(row["tau"], row["reported"]) for row in rows}) == [(str(n), str(days[n])) for n in range(3)]
    with (folder / "sectors.csv").open(encoding="utf-8-sig", newline="") as file:
        now = {row["sector"]: row["caar_ew"] for row in csv.DictReader(file) if row["window_end"] == "2"}
    assert {row["sector"]: row["caar_ew"] for row in rows if row["tau"] == "2"} == {one: now[one] for one in now}
    assert "Report by report" in (folder / "report.txt").read_text(encoding="utf-8")
    assert 'id="trend"' in (folder / "report.html").read_text(encoding="utf-8")
    # A plain report of that day has less to say: it is shown, and takes the place of nothing.
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    plain = run("report", "--as-of", str(days[2]), *options)
    assert plain.returncode == 0, plain.stderr
    assert "was not changed" in plain.stdout.replace("\n", " ")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    # Another choice of sectors, or figures that were corrected, do.
    assert run("report", "--as-of", str(days[2]), "--sector", "A", "--reports", "reports", *options).returncode == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} != before
