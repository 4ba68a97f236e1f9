"""The calibration itself: its plain textbook tests against exact figures, and one small run on a simulated market."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import stdtr

from screener.study.abnormal import Portfolio
from screener.study.models import Design, Model, Refit, fit
from tests.calibration import candidates, days
from tests.calibration.candidates import Study
from tests.calibration.market import Market
from tests.calibration.sets import Cell, event_rows
from tests.calibration.table import markdown, summarise
from tests.calibration.trial import FAMILY, family_trials, pair_trials, trials
from tests.study.simulated import simulate

GOLDEN = json.loads((Path(__file__).parents[1] / "study" / "golden_complete.json").read_text())


@pytest.mark.parametrize(
    ("test", "p"),
    [
        (candidates.cross_sectional, GOLDEN["complete"]["full"]["p"]["csect_t"]),
        (candidates.patell, GOLDEN["complete"]["full"]["p"]["patell_z"]),
        (candidates.bmp, GOLDEN["complete"]["full"]["p"]["bmp_t"]),
        # Their r-bar is negative, so that it adjusts nothing.
        (candidates.adjusted_bmp, GOLDEN["complete"]["full"]["p"]["bmp_t"]),
        (candidates.adjusted_patell, GOLDEN["complete"]["full"]["p"]["patell_z"]),
        (candidates.grank_t, GOLDEN["complete"]["full"]["p"]["grank_t"]),
        (candidates.corrado, 2 * stdtr(np.inf, -GOLDEN["complete"]["full"]["tests"]["cz_rank_z_window_fpc"])),
    ],
)
def test_textbook_tests_against_exact_figures(test: Callable[[Study], float], p: float) -> None:
    returns = np.hstack([GOLDEN["complete"]["est"], GOLDEN["complete"]["evt"]]).T.astype(float)
    design = Design.of(Model.MARKET, np.array(GOLDEN["market_est"] + GOLDEN["market_evt"], dtype=float))
    fitted = fit(returns, [design], np.zeros(5, dtype=np.int64), slice(0, 12), min_obs=10)
    assert test(Study(fitted, returns, slice(0, 12), slice(12, 15), 0.0)) == pytest.approx(p, rel=1e-9)


def test_a_small_run() -> None:
    simulated = simulate(sessions=420, securities=60, missing=0.01)
    sessions = [date(2023, 1, 1) + timedelta(days=day) for day in range(420)]
    market = Market(
        sessions,
        [f"{number:06d}" for number in range(60)],
        simulated.returns,
        simulated.design_of,
        simulated.benchmarks.T,
        np.arange(60),
        {},
        np.array([400, 401]),
        np.arange(60),
    )
    refit = Refit()
    rows = event_rows(market, refit, 6)
    assert rows[0] == 130 + 240 + 5
    assert not set(range(395, 402)) & set(rows)
    cell = Cell("drawn", [np.arange(start, start + 6) for start in range(0, 54, 6)])
    events = [(number, int(row)) for number in range(3) for row in rows[::9]]
    outcomes = [
        *trials(market, refit, cell, events, (1, 6)),
        *pair_trials(market, refit, cell, [(0, 1), (2, 3), (4, 5)], events, (1, 6)),
        *family_trials(market, refit, cell, [np.arange(FAMILY)] * 3, events, (1, 6)),
    ]
    table = summarise(pd.DataFrame(outcomes))
    assert table.n.max() == len(events)
    assert table.n.min() >= len(events) - 2  # a group that is left with too few members has no two-sample t
    day = table[(table.window == "[0,0]") & (table.cell == "drawn")]
    sees = day[day.test != "CZ sign"]  # the signs of six members are too few for anything
    assert (sees.power_5pct > sees["size"] + 0.5).all()
    text = markdown(table, "then to now", len(events), 1)
    for test in table.test.unique():
        assert f"| {test} |" in text
    widths = {line.count("|") for line in text.splitlines() if line.startswith("| ") and "placebo z_ewma, 240" in line}
    assert widths == {3, 9}


def test_a_small_run_by_day() -> None:
    """Nothing happens in a simulated market whose stocks share what its indices do not see; it is not a wild one."""
    simulated = simulate(sessions=300, securities=60)
    sessions = [date(2023, 1, 2) + timedelta(days=day) for day in range(300)]
    market = Market(
        sessions, [], simulated.returns, simulated.design_of, simulated.benchmarks.T, np.arange(60), {},
        np.array([], dtype=np.int64), np.arange(60),
    )  # fmt: skip
    rng = np.random.default_rng(0)
    sets = [rng.choice(60, 8, replace=False) for _ in range(days.CHECKED + 10)]
    portfolios = [Portfolio.of(market.returns[:, own], market.design_of[own]) for own in sets]
    found = {
        name: days.histories(market, model, portfolios, Refit(), market.large) for name, model in days.MODELS.items()
    }
    table = days.run(market, {"random 20": slice(days.CHECKED, None)}, found, Refit())
    assert set(table["rule"]) == set(days.RULES)
    assert len(table) == 2 * 3 * (300 - 5 - (130 + days.FEWEST + 5))
    by_rule = table[table["window"] == "[0,0]"].groupby("rule")["power_5"].mean()
    assert (by_rule[["market model", "market and size"]] > 0.8).all()
    text = days.markdown(table, {sessions[-10]})
    assert f"| {sessions[-10]} (event) |" in text
