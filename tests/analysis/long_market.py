"""The small market over 112 sessions, with two sessions on which one stock moved far and the news of these days."""

from __future__ import annotations

from pathlib import Path

from tests.data import small

COUNT, EVENT, EARLIER, OTHER = 112, 106, 66, 70
"""Sessions; rows of the event, of an earlier session that was more extreme, and of another event."""
TICKER = "000003"
"""Goes its own way: a beta of 0, and residuals of +-0.002."""
MOVES = {EARLIER: {TICKER: 0.03}, EVENT: {TICKER: -0.02}}
DAYS = small.sessions(COUNT)
CALENDAR = "[calendar]\nopened = [2024-04-10, 2024-05-01, 2024-05-06, 2024-05-15, 2024-06-06]\n"
"""Holidays, on which this market trades."""
EVENTS = f"""[test]
name = {{ ko = "시험", en = "Test" }}
news = {DAYS[EVENT]}
timeline = [
    {{ date = {DAYS[EARLIER - 1]}, place = "US", what = {{ ko = "밤사이", en = "Overnight" }}, source = "x", confounder = true }},
    {{ date = 2024-06-08, what = {{ ko = "토요일", en = "On a Saturday" }}, source = "x", confounder = true }},
    {{ date = {DAYS[80]}, what = {{ ko = "배경", en = "Background" }}, source = "x" }},
]

[other]
name = {{ ko = "다른 일", en = "Another event" }}
news = 2024-06-09
"""


def options(folder: Path) -> list[str]:
    """Options that point at this market, which is written into `folder`."""
    config = small.write_config(folder)
    (config / "events.toml").write_text(EVENTS, encoding="utf-8")
    rules = (config / "screener.toml").read_text(encoding="utf-8")
    (config / "screener.toml").write_text(rules.replace(small.CALENDAR, CALENDAR), encoding="utf-8")

    def trade(row: dict[str, str]) -> None:
        if row["date"] == str(DAYS[EARLIER]):
            row["volume"] = "3000"

    prices = small.write(folder / "prices.csv", small.price_rows(COUNT, MOVES), trade)
    benchmark = small.write_benchmark(folder, COUNT, kosdaq=700.0)
    return ["--config", str(config), "--source", f"file:{prices}", "--benchmark", str(benchmark)]
