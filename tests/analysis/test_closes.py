"""Closes of two kinds: a report on them says so first, and carries no verdict on what their mix alone can make.

The small market's stocks move by +10, -5 and +2% on the event day; two closes, each off by up to 1.5%, make 3%.
"""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from screener.analysis.scores import verdicts
from screener.config import load_settings
from screener.report.formats import files_of
from screener.report.model import Report
from screener.report.request import Request
from screener.report.screens import Screen
from tests.analysis.find import rows
from tests.data import small
from tests.reports import make_report

CLAIM = """[X]
event = "test"
said = {{ ko = "말", en = "Said" }}
by = ["x"]
test = {{ {test} }}
"""


def measure(folder: Path, since: date, claim: str = "", **asked: Any) -> Report:
    """The report on the small market, with an after-market from `since` on."""
    config = small.write_config(folder)
    with (config / "screener.toml").open("a", encoding="utf-8") as file:
        file.write(f'[[calendar.hours]]\nsince = {since}\nregular = "09:00-15:30"\nafter_market = "16:00-20:00"\n')
    if claim:
        (config / "claims.toml").write_text(CLAIM.format(test=claim), encoding="utf-8")
    prices, benchmark = small.write_prices(folder), small.write_benchmark(folder)
    return make_report(load_settings(config), Request(source=f"file:{prices}", benchmark=[benchmark], **asked))


def test_a_verdict_is_withheld_within_what_two_closes_can_make() -> None:
    score, p = np.array([60.0, -60.0, 60.0, 5.0, np.nan]), np.array([0.01, 0.01, 0.01, 0.9, np.nan])
    car = np.array([0.029, -0.029, 0.031, 0.2, 0.0])
    untested = "cannot be tested"
    assert verdicts(score, p, car, 0.03) == ("withheld", "withheld", "winner", "no clear effect", untested)
    assert verdicts(score, p, car, 0.0) == ("winner", "loser", "winner", "no clear effect", untested)


@pytest.mark.parametrize(
    ("row", "banner"),
    [
        (small.EVENT_ROW, "unknown-close"),  # the event day
        (small.EVENT_ROW + 3, "unknown-close"),  # the last session of [0,+3]
        (small.EVENT_ROW + 4, None),  # no window reaches it
    ],
)
def test_the_banner_is_about_what_the_windows_measure(tmp_path: Path, row: int, banner: str | None) -> None:
    report = measure(tmp_path, small.sessions()[row])
    assert report.banner == banner
    assert report.last_prices_since == (small.sessions()[row] if banner else None)


def test_who_knows_the_closes_says_so(tmp_path: Path) -> None:
    assert measure(tmp_path, small.event_day(), regular_close=True).banner is None


def test_a_base_of_another_kind_counts_as_well(tmp_path: Path) -> None:
    base = small.sessions()[small.EVENT_ROW - 1]
    assert measure(tmp_path, base).last_prices_since == base


def test_every_format_carries_the_words(tmp_path: Path) -> None:
    report = measure(tmp_path, small.event_day())
    screen = Screen("report", report)
    first_lines = "\n".join("".join(span.text for span in line.spans) for line in screen.page(full=False).head[:4])
    assert f"Closes from {small.event_day()} on may be the last prices of the after-market (20:00)" in first_lines
    assert "--regular-close" in first_lines
    assert " (return +2.00%); cannot be tested: 0 ordinary sessions" in first_lines
    words = "closes may be last prices of the after-market (20:00), not official closes (15:30)"
    assert json.loads(screen.document())["banner"] == words
    tables = files_of(screen, "csv", "kr")
    for name in ("stocks.csv", "sectors.csv"):
        [found] = {row["banner"] for row in csv.DictReader(io.StringIO(tables[name].decode("utf-8-sig")))}
        assert found == words
    for format_ in ("html", "md"):
        [page] = files_of(screen, format_, "kr").values()
        assert "may be the last prices of the after-market" in page.decode()


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ('kind = "change", ticker = "000001", consistent = [5, inf]', "consistent"),  # 7 to 13%
        ('kind = "change", ticker = "000001", consistent = [9, 11]', "no data"),
        ('kind = "change", ticker = "000002", consistent = [0, 5]', "not consistent"),  # -8 to -2%
        ('kind = "change", ticker = "000003", consistent = [0, 5]', "no data"),  # -1 to 5%
        ('kind = "group", of = "A", measure = "up", consistent = [0.4, 0.6]', "no data"),
    ],
)
def test_a_claim_has_a_verdict_only_if_the_mix_cannot_turn_it(tmp_path: Path, claim: str, verdict: str) -> None:
    [found] = rows(measure(tmp_path, small.event_day(), claim).frames.claims)
    assert found.verdict == verdict
    assert found.lacks == ("closes" if verdict == "no data" else None)
