"""The page of a report: its first lines, sessions as extreme, a chosen pair, and more sectors than a summary shows."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from screener.report.blocks import Line, Page
from screener.report.model import Report
from screener.report.rows import sectors_at
from screener.report.views.study import study_page
from tests.analysis import long_market
from tests.analysis.long_market import DAYS, EARLIER
from tests.conftest import Run
from tests.data import small
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


def printed(run: Run, tmp_path: Path, *options: str) -> str:
    done = run("report", *options, "--lang", "en", "--reports", tmp_path / "reports")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_sessions_as_extreme_are_named_with_what_is_known_of_them(run: Run, tmp_path: Path) -> None:
    """The stock's largest move before the event came after news overnight, which the event's timeline has."""
    market = long_market.options(tmp_path)
    named = f"{DAYS[EARLIER]} (z +14.7; Overnight)"
    said = " ".join(printed(run, tmp_path, *market).split())
    assert f"1 of 42 ordinary sessions was as extreme: {named}" in said
    full = printed(run, tmp_path, *market, "--full").splitlines()
    [title] = [number for number, line in enumerate(full) if line.startswith("Ordinary sessions as extreme")]
    assert f"Sector B, 1 of 42: {named}" in full[title + 1 : title + 3]
    [sector] = [
        row
        for row in json.loads(printed(run, tmp_path, *market, "--json"))["sectors"]
        if (row["sector"], row["window_end"]) == ("B", 0)
    ]
    assert sector["as_extreme_on"] == str(DAYS[EARLIER])


def test_chosen_pair_of_two_sectors_has_the_p_of_the_pair(run: Run, tmp_path: Path) -> None:
    """With nothing to choose but the sign, the p of the choice is the two-sided one."""
    config, *market = long_market.options(tmp_path)[1:]
    events = Path(config) / "events.toml"
    text = events.read_text(encoding="utf-8")
    found = []
    for spreads in ('[["A", "B"]]', "[]"):
        events.write_text(text.replace("[test]\n", f"[test]\nspreads = {spreads}\n"), encoding="utf-8")
        document = json.loads(printed(run, tmp_path, "--config", config, *market, "--json"))
        found.append([row for row in document["spreads"] if row["window_start"] == 0])
    named, chosen = found
    assert [row["chosen"] for row in named + chosen] == [0] * len(named) + [1] * len(chosen)
    assert [(row["placebo_rank"], row["placebo_n"]) for row in chosen] == [
        (row["placebo_rank"], row["placebo_n"]) for row in named
    ]
    assert all(abs(row["z_ewma"]) == pytest.approx(abs(other["z_ewma"])) for row, other in zip(*found, strict=True))
    said = " ".join(printed(run, tmp_path, "--config", config, *market, "--full").split())
    assert "The event names no pair, so this is the strongest minus the weakest sector." in said


def test_summary_of_many_sectors_shows_both_ends_and_each_stock_once(run: Run, tmp_path: Path) -> None:
    market = small.options(tmp_path)
    tickers = [("000001", "KOSPI"), ("000002", "KOSDAQ"), ("000003", "KOSPI")]
    sectors = [
        f'[{name}]\nname = {{ ko = "{name}", en = "Sector {name}" }}\n'
        f'members = [{{ ticker = "{ticker}", ko = "{ticker}", en = "Stock {ticker}", market = "{market}" }}]\n'
        for name, (ticker, market) in zip("ABCDEFGHIJKL", 4 * tickers, strict=True)
    ]
    (tmp_path / "config/sectors.toml").write_text("".join(sectors), encoding="utf-8")
    summary = printed(run, tmp_path, *market)
    assert len(re.findall(r"^Sector [A-L]  ", summary, re.MULTILINE)) == 10
    assert "and 2 more sectors in between: --full" in summary
    assert max(map(summary.count, ("Stock 000001", "Stock 000002", "Stock 000003"))) == 1
    full = printed(run, tmp_path, *market, "--full")
    assert all(f"Sector {name} " in full for name in "ABCDEFGHIJKL")
    assert "in between" not in full
