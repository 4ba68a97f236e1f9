"""The page of a report: sessions that were as extreme, a pair that was chosen, and more sectors than a summary shows."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.analysis import long_market
from tests.analysis.long_market import DAYS, EARLIER
from tests.conftest import Run
from tests.data import small


def page(run: Run, tmp_path: Path, *options: str) -> str:
    done = run("report", *options, "--lang", "en", "--reports", tmp_path / "reports")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_sessions_as_extreme_are_named_with_what_is_known_of_them(run: Run, tmp_path: Path) -> None:
    """The stock's largest move before the event came after news overnight, which the event's timeline has."""
    market = long_market.options(tmp_path)
    named = f"{DAYS[EARLIER]} (z +14.7; Overnight)"
    said = " ".join(page(run, tmp_path, *market).split())
    assert f"1 of 42 ordinary sessions was as extreme: {named}" in said
    full = page(run, tmp_path, *market, "--full").splitlines()
    [title] = [number for number, line in enumerate(full) if line.startswith("Ordinary sessions as extreme")]
    assert f"Sector B, 1 of 42: {named}" in full[title + 1 : title + 3]
    [sector] = [
        row
        for row in json.loads(page(run, tmp_path, *market, "--json"))["sectors"]
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
        document = json.loads(page(run, tmp_path, "--config", config, *market, "--json"))
        found.append([row for row in document["spreads"] if row["window_start"] == 0])
    named, chosen = found
    assert [row["chosen"] for row in named + chosen] == [0] * len(named) + [1] * len(chosen)
    assert [(row["placebo_rank"], row["placebo_n"]) for row in chosen] == [
        (row["placebo_rank"], row["placebo_n"]) for row in named
    ]
    assert all(abs(row["z_ewma"]) == pytest.approx(abs(other["z_ewma"])) for row, other in zip(*found, strict=True))
    said = " ".join(page(run, tmp_path, "--config", config, *market, "--full").split())
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
    summary = page(run, tmp_path, *market)
    assert len(re.findall(r"^Sector [A-L]  ", summary, re.MULTILINE)) == 10
    assert "and 2 more sectors in between: --full" in summary
    assert max(map(summary.count, ("Stock 000001", "Stock 000002", "Stock 000003"))) == 1
    full = page(run, tmp_path, *market, "--full")
    assert all(f"Sector {name} " in full for name in "ABCDEFGHIJKL")
    assert "in between" not in full
