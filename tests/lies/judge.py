"""What a lie comes to, and whether that is what it must come to."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from screener.config import Settings, load_settings
from screener.errors import ScreenerError
from screener.report.model import Report
from screener.report.request import Request
from screener.report.screens import Screen
from tests.lies import world
from tests.reports import make_report

Figures = Mapping[tuple[Any, ...], float]
EXACT = 1e-9
NEARLY = 0.02
"""A CAR may move so far where a session of the estimation window is missing."""


MOST_ROWS = "screener.data.forms.grids.MOST_ROWS"
"""The constant that says how many rows a file may unpack to; lowered here, so that a small bomb is one."""


@dataclass(frozen=True)
class Outcome:
    """How it ended."""

    code: int
    """Exit code; 1 for a bug."""
    said: str
    """The error, or the page and every finding."""
    figures: Figures
    """By stock or group, and window: CAR or CAAR, and raw return. Empty if there is no report."""
    event_day: str = ""


@dataclass(frozen=True)
class Must:
    """What a lie must come to; of several, one."""

    what: str
    """In the words of the table."""
    holds: Callable[[Outcome, Outcome], str]
    """Given what it came to and what the truth comes to, why it does not hold; '' if it does."""


def nothing(within: float = EXACT) -> Must:
    """No figure moves, or by no more than `within`, which is what rates lose to rounding; nothing need be said."""
    return Must("changes no figure", lambda came, true: _ended(came, 0) or _moved(came.figures, true.figures, within))


def named(*words: str, moves: bool = False, action: bool = False) -> Must:
    """The report is made, says `words` (regular expressions), and holds no false figure.

    A stock that the lie is about has the figures that it has without the lie, or none; with `moves`, its figures are
    not looked at, for what was said of them is all that can be. To call it a corporate action is to believe it, unless
    it is one (`action`).
    """

    def holds(came: Outcome, true: Outcome) -> str:
        ended = _ended(came, 0) or _unsaid(came, true, words, believed=action)
        return ended or ("" if moves else _false(came, true))

    return Must("is named, and its rows are left out" if not action else "is accepted, and named with its ratio", holds)


def mended(*words: str) -> Must:
    """The report says `words`, and all its figures are those of the truth."""
    return Must(
        "is named, and changes no figure",
        lambda came, true: _ended(came, 0) or _unsaid(came, true, words) or _moved(came.figures, true.figures),
    )


def refused(code: int, *words: str) -> Must:
    """No report; the message says `words`."""
    return Must(
        f"is refused, exit code {code}",
        lambda came, _: _ended(came, code) or _unsaid(came, None, words),
    )


def _ended(came: Outcome, code: int) -> str:
    return "" if came.code == code else f"it ended with {came.code}, not {code}: {came.said[:200]}"


_BELIEVED = re.compile("(?i)corporate.action|official rate used")


def _unsaid(came: Outcome, true: Outcome | None, words: tuple[str, ...], *, believed: bool = True) -> str:
    """One line that the truth does not say must hold all the words; a row of a table does not count."""
    usual = set() if true is None else set(true.said.splitlines())
    for line in came.said.splitlines():
        if _BELIEVED.search(line) and not believed:
            continue
        if line not in usual and not line.startswith("|") and all(re.search(word, line) for word in words):
            return ""
    return f"no line says {', '.join(words)}"


def _moved(figures: Figures, true: Figures, within: float = EXACT) -> str:
    if figures.keys() != true.keys():
        return f"other figures: {sorted(map(str, figures.keys() ^ true.keys()))[:3]}"
    for key, value in figures.items():
        if not (abs(value - true[key]) <= within or (math.isnan(value) and math.isnan(true[key]))):
            return f"{key} is {value:+.4f}, not {true[key]:+.4f}"
    return ""


def _false(came: Outcome, true: Outcome) -> str:
    if came.event_day != true.event_day:
        return f"the event day is {came.event_day}"
    for key, value in came.figures.items():
        if key[0] != "stock" or math.isnan(value):
            continue
        if key not in true.figures or not abs(value - true.figures[key]) <= NEARLY:
            return f"{key} is {value:+.4f}, not {true.figures.get(key, math.nan):+.4f}"
    return ""


@cache
def _settings(config: Path) -> Settings:
    """No lie is told in the configuration, which is read once."""
    return load_settings(config, today=world.TODAY)


def report_on(lied: world.World, folder: Path, config: Path) -> Outcome:
    """The report on files, as `screener report` makes it."""
    paths = world.write(lied, folder)
    settings = _settings(config)
    market = [paths["market"]] if "market" in paths else []
    request = Request(source=f"file:{paths['prices']}", benchmark=[paths["index"]], market=market)
    try:
        with patch(MOST_ROWS, 100_000):
            made = make_report(settings, request)
    except ScreenerError as error:
        return Outcome(int(error.exit_code), str(error), {})
    except Exception as error:
        return Outcome(1, f"{type(error).__name__}: {error}", {})
    return Outcome(0, said_by(made), figures_of(made), str(made.event.event_day))


def said_by(made: Report) -> str:
    """The whole page, and every finding with its places."""
    from screener.report.formats.markdown import to_markdown

    found = [f"{one.code} {one.severity} {one.count}: {', '.join(one.examples)}" for one in made.findings]
    return "\n".join([*found, to_markdown(Screen("report", made).page(full=True))])


def figures_of(made: Report) -> Figures:
    figures: dict[tuple[Any, ...], float] = {}
    stocks: Any = made.frames.stocks.itertuples()
    for row in stocks:
        figures["stock", row.ticker, row.window_start, row.window_end, "car"] = float(row.car)
        figures["stock", row.ticker, row.window_start, row.window_end, "raw"] = float(row.raw_return)
    groups: Any = made.frames.sectors.itertuples()
    for row in groups:
        figures["group", row.sector, row.theme, row.window_start, row.window_end, "ew"] = float(row.caar_ew)
        figures["group", row.sector, row.theme, row.window_start, row.window_end, "cw"] = float(row.caar_cw)
    return figures
