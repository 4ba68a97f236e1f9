"""The first lines of a report: one sign, that of what was tested, and what the test says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from screener.report.blocks import Line, Page
from screener.report.model import Report
from screener.report.rows import sectors_at
from screener.report.views.study import study_page
from tests.i18n import speaking


def with_sectors(report: Report, **figures: dict[str, Any]) -> Report:
    """`report` of these sectors alone, each with these figures in the leading window."""
    frame = report.frames.sectors
    frame = frame[frame["theme"].isna() & frame["sector"].isin(list(figures)) & ~frame["post_hoc"]].copy()
    leading = (frame["window_start"] == report.leading.first) & (frame["window_end"] == report.leading.last)
    for sector, of_sector in figures.items():
        for column, value in of_sector.items():
            frame.loc[leading & (frame["sector"] == sector), column] = value
    spreads = report.frames.spreads.iloc[:0]
    return report.with_frames(sectors=frame.reset_index(drop=True), spreads=spreads)


def lead(report: Report) -> list[str]:
    page: Page = study_page(report)
    return [line.text for line in page.head if any(span.sign for span in line.spans)]


FELL_LESS = {"mean_return_ew": -0.03, "caar_ew": 0.0088, "verdict": "winner", "placebo_rank": 1, "placebo_n": 149}
FELL_MORE = {"mean_return_ew": -0.09, "caar_ew": -0.05, "verdict": "loser", "placebo_rank": 4, "placebo_n": 149}


def test_a_sector_that_fell_less_than_its_index_is_a_winner_in_every_line(demo: Report) -> None:
    """On a day on which all fell, the first line, the order and the list of verdicts have the abnormal return's sign."""
    report = with_sectors(demo, HELD=FELL_LESS, FADED=FELL_MORE)
    best, worst = lead(report)
    names = {row.sector: row.name for row in sectors_at(report, report.leading)}
    assert best.startswith(
        f"Won: ▲ {names['HELD']} abnormal return +0.88% (return -3.00%); exceeds all 148 ordinary sessions"
    )
    assert worst.startswith(
        f"Lost: ▼ {names['FADED']} abnormal return -5.00% (return -9.00%); 3 of 148 ordinary sessions were as extreme"
    )
    body = study_page(report).sections[0].body
    [text] = [block.text for block in body if isinstance(block, Line) and block.text.startswith("Winners: ")]
    assert f"Winners: {names['HELD']}" in text
    assert f"Losers: {names['FADED']}" in text
    with speaking("ko"):
        best, worst = lead(report)
    assert best.startswith("수혜 업종: ▲")
    assert "초과수익률 +0.88%(등락률 -3.00%)" in best
    assert worst.startswith("피해 업종: ▼")


def test_sectors_rank_by_the_abnormal_return(demo: Report) -> None:
    """A had the higher return, but B beat its index by more."""
    a, b = {"mean_return_ew": 0.05, "caar_ew": 0.01}, {"mean_return_ew": 0.02, "caar_ew": 0.03}
    ranked = sectors_at(with_sectors(demo, HELD=a, FADED=b), demo.leading)
    assert [row.sector for row in ranked] == ["FADED", "HELD"]


@pytest.mark.parametrize(
    ("verdict", "label", "words"),
    [
        ("winner", "Won", ""),
        ("no clear effect", "Sector", "; no clear effect"),
        ("withheld", "Sector", "; verdict withheld"),
        ("cannot be tested", "Sector", "; cannot be tested: 8 ordinary sessions"),
    ],
)
def test_a_line_without_a_winner_says_why(demo: Report, verdict: str, label: str, words: str) -> None:
    figures = {"caar_ew": 0.05, "mean_return_ew": 0.04, "verdict": verdict, "family_n": 8, "placebo_rank": float("nan")}
    [line] = lead(with_sectors(demo, HELD=figures))
    assert line.startswith(f"{label}: ▲ ")
    assert line.endswith(f"(return +4.00%){words}")


def test_without_a_study_the_words_are_those_of_plain_returns(demo: Report) -> None:
    provenance = replace(demo.provenance, study=False)
    unknown = {"caar_ew": float("nan"), "placebo_rank": float("nan"), "verdict": None}
    rose, fell = {"mean_return_ew": 0.02, **unknown}, {"mean_return_ew": -0.01, **unknown}
    best, worst = lead(replace(with_sectors(demo, HELD=rose, FADED=fell), provenance=provenance))
    assert best.startswith("Rose most: ▲")
    assert worst.startswith("Fell most: ▼")
    titles = [section.title for section in study_page(replace(demo, provenance=provenance), full=True).sections]
    assert any(title.startswith("Rose most, ") for title in titles)
    assert not any("inner" in title for title in titles)
