"""`screener daily` under a configuration that has changed: what is told, what stays, and what a rebuild makes."""

from __future__ import annotations

import csv
import shutil
from datetime import date
from pathlib import Path

import pytest

from tests.daily.conftest import EVENT, NEXT, THIRD, Daily
from tests.daily.test_run import history
from tests.e2e.command import BRIEF, Command
from tests.fakes.krx import Exchange, Market, kst
from tests.fakes.krx.market import Correction
from tests.soak.play import tree

SHIPS = """[SHIPS]
name = { ko = "조선", en = "Ships" }
members = [{ ticker = "035720", ko = "카카오", en = "Kakao", market = "KOSPI" }]
"""


def configure_otherwise(folder: Path) -> None:
    """One sector more, and another second window."""
    for name, old, new in (
        ("sectors", "[POWER]", f"{SHIPS}[POWER]"),
        ("screener", "[[0, 0], [0, 1]]", "[[0, 0], [0, 2]]"),
    ):
        path = folder / f"config/{name}.toml"
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


CHANGED = "configuration changed: 1 sector added (SHIPS); window [0,+1] removed; window [0,+2] added"


@pytest.mark.usefixtures("second")
def test_a_changed_configuration_is_told_as_that_and_not_as_corrected_figures(
    daily: Daily, member: Command, reports: Path
) -> None:
    configure_otherwise(member.folder)
    before = tree(reports)
    done = daily(kst(2025, 2, 3, 20))
    assert (done.code, done.out) == (0, "")
    assert f"nothing changed; {CHANGED}: in reports from the next one on; `screener daily --rebuild`" in done.err
    assert tree(reports) == before
    done = daily(THIRD, "--log", "daily.log")
    lines = done.out.splitlines()
    assert lines[1] == f"2025-02-04: {CHANGED}"
    assert "Earlier reports use the previous configuration: `screener daily --rebuild` makes them again" in lines
    assert "Revised" not in done.out
    assert f"1 report through 2025-02-04; {CHANGED}" in (member.folder / "daily.log").read_text(encoding="utf-8")
    assert {name: one for name, one in tree(reports).items() if name[:10] in (str(EVENT), str(NEXT))} == {
        name: one for name, one in before.items() if name[:10] in (str(EVENT), str(NEXT))
    }
    assert {row["as_of"] for row in history(reports) if row["sector"] == "SHIPS"} == {str(THIRD)}
    text = (reports / "latest/deepseek/report.txt").read_text(encoding="utf-8")
    assert "Added on 2025-02-04: Ships. Earlier reports do not include it." in text


@pytest.mark.usefixtures("second")
def test_a_rebuild_makes_every_report_under_the_configuration_of_now(
    daily: Daily, member: Command, reports: Path
) -> None:
    configure_otherwise(member.folder)
    done = daily(kst(2025, 2, 3, 20), "--rebuild")
    lines = done.out.splitlines()
    assert lines[0] == f"2025-02-03: {CHANGED}"
    made = "Made again with the changed configuration: deepseek as of 2025-01-31, deepseek as of 2025-02-03"
    assert made in lines
    assert "Revised" not in done.out
    with (reports / "2025-01-31/deepseek/revisions.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["table"], row["row"], row["column"], row["before"]) for row in rows] == [
        ("configuration", "SHIPS", "sectors", ""),
        ("configuration", "[0,+1]", "windows", "measured"),
        ("configuration", "[0,+2]", "windows", ""),
    ]
    figures = [{**row, "revision": ""} for row in history(reports)]
    again = tree(reports)
    assert daily(kst(2025, 2, 3, 21), "--rebuild").out == ""
    assert tree(reports) == again
    # They are those of somebody who has had this configuration from the beginning.
    shutil.rmtree(reports)
    assert daily(kst(2025, 2, 3, 22)).code == 0
    assert [{**row, "revision": ""} for row in history(reports)] == figures


@pytest.mark.usefixtures("third")
def test_a_correction_is_told_apart_from_a_changed_configuration(
    member: Command, exchange: Exchange, reports: Path, market: Market
) -> None:
    configure_otherwise(member.folder)
    market.corrections.append(Correction("000660", EVENT, date.max, 1.05))
    now = exchange.market.now = kst(2025, 2, 5)
    constants = {**BRIEF, "screener.daily.due.LOOKS": [1, 3]}
    done = member.with_(now=now, constants=constants).run("daily")
    (revised,) = [line for line in done.out.splitlines() if line.startswith("Revised because figures were corrected")]
    assert f"2025-02-05: {CHANGED}" in done.out
    with (reports / "2025-01-31/deepseek/revisions.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["table"] != "configuration"]
    # Of the corrected close follow its return, and in no sector any figure that the changed sectors move as well.
    assert {(row["table"], row["row"], row["column"]) for row in rows} == {("stocks", "CHIPS 000660 0 0", "raw_return")}
    # [0,0] of the first report, and beside it [0,+1] of the second and [0,+2] of the third, all days until then.
    assert revised.endswith(": 5 figures")
