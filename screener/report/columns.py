"""The columns of the report's tables: their names, how each takes its value from a row, and its decimals."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from screener.screens.results import GroupRow
from screener.screens.scores import PARTS

RETURN, STATISTIC, PROBABILITY, RATIO = 6, 4, 8, 4
"""Decimals of a column."""

Cell = str | int | float | None


@dataclass(frozen=True)
class Column:
    """One column: its name, how to take its value from a row, and its decimals if it holds a figure."""

    name: str
    value: Callable[[Any], Any]
    decimals: int | None = None


def count(value: float) -> int | None:
    return int(value) if math.isfinite(value) else None


def _test(name: str) -> Column:
    """A column that holds one of the tests beside the headline."""
    decimals = PROBABILITY if name.startswith("p_") else STATISTIC
    return Column(name, lambda row: row.tests.get(name), decimals)


def _part(name: str) -> Column:
    """A column that holds one part of the score."""
    return Column(f"score_{name}", lambda row: row.score.parts.get(name), RATIO)


def _reasons(row: GroupRow) -> str:
    """Why tests have no value."""
    of_tests = [f"{name}: {why}" for name, why in row.undefined.items()]
    return "; ".join([*([f"placebo: {row.headline.reason}"] if row.headline.reason else []), *of_tests])


_HEADLINE = (
    Column("z_ewma", lambda row: row.headline.z_ewma, STATISTIC),
    Column("placebo_rank", lambda row: count(row.headline.rank)),
    Column("placebo_n", lambda row: row.headline.n or None),
    Column("placebo_p", lambda row: row.headline.p, PROBABILITY),
)

_INTERVAL = (
    Column("caar_tested", lambda row: row.headline.caar, RETURN),
    Column("ci_low", lambda row: row.low, RETURN),
    Column("ci_high", lambda row: row.high, RETURN),
)

_SCORE = (
    Column("score", lambda row: row.score.value, 1),
    Column("rank", lambda row: count(row.score.rank)),
    Column("verdict", lambda row: row.score.verdict or None),
)

_LASTING = (
    Column("lasting", lambda row: row.lasting.what or None),
    Column("half_life", lambda row: row.lasting.half_life, 2),
)

STOCKS = (
    Column("ticker", lambda row: row.stock.ticker),
    Column("symbol", lambda row: f"KRX:{row.stock.ticker}"),
    Column("name", lambda row: row.stock),
    Column("market", lambda row: row.stock.market),
    Column("sector", lambda row: row.stock.sector),
    Column("theme", lambda row: row.stock.theme),
    Column("window_start", lambda row: row.window.first),
    Column("window_end", lambda row: row.window.last),
    Column("raw_return", lambda row: row.raw_return, RETURN),
    Column("benchmark_return", lambda row: row.benchmark_return, RETURN),
    Column("car", lambda row: row.car, RETURN),
    Column("bhar", lambda row: row.bhar, RETURN),
    Column("scar", lambda row: row.scar, STATISTIC),
    Column("t", lambda row: row.scar, STATISTIC),
    Column("p", lambda row: row.p, PROBABILITY),
    Column("q", lambda row: row.q, PROBABILITY),
    Column("placebo_p", lambda row: row.placebo_p, PROBABILITY),
    Column("volume_ratio", lambda row: row.volume_ratio, RATIO),
    *_SCORE,
    Column("flags", lambda row: " ".join(row.flags)),
    Column("index_weight", lambda row: row.index_weight, RETURN),
    Column("car_loo", lambda row: row.car_loo, RETURN),
    Column("scar_loo", lambda row: row.scar_loo, STATISTIC),
    Column("index_contribution", lambda row: row.index_contribution, RETURN),
    *(_part(name) for name in PARTS if name != "breadth"),
    Column("steady", lambda row: row.score.steady, RATIO),
    *_LASTING,
)

SECTORS = (
    Column("sector", lambda row: row.group.sector),
    Column("theme", lambda row: row.group.theme),
    Column("n", lambda row: row.n),
    Column("n_skipped", lambda row: row.n_skipped),
    Column("window_start", lambda row: row.window.first),
    Column("window_end", lambda row: row.window.last),
    Column("mean_return_ew", lambda row: row.mean_return_ew, RETURN),
    Column("mean_return_cw", lambda row: row.mean_return_cw, RETURN),
    Column("median_return", lambda row: row.median_return, RETURN),
    Column("breadth_up", lambda row: row.breadth_up, RATIO),
    Column("caar_ew", lambda row: row.caar_ew, RETURN),
    Column("caar_cw", lambda row: row.caar_cw, RETURN),
    *(_test(name) for name in ("t_portfolio", "p_portfolio", "z_patell", "t_bmp", "rbar", "t_adj_bmp", "p_adj_bmp")),
    *(_test(name) for name in ("t_grank", "p_grank")),
    *_HEADLINE,
    Column("q", lambda row: row.headline.q, PROBABILITY),
    Column("volume_ratio", lambda row: row.volume_ratio, RATIO),
    *_SCORE,
    Column("members", lambda row: row.members),
    Column("benchmark_return", lambda row: row.benchmark_return, RETURN),
    Column("post_hoc", lambda row: int(row.group.post_hoc)),
    Column("p_family", lambda row: row.headline.p_family, PROBABILITY),
    *_INTERVAL,
    *(_test(name) for name in ("z_corrado", "p_corrado", "p_patell", "p_bmp")),
    Column("undefined", lambda row: _reasons(row)),
    *(_part(name) for name in PARTS),
    Column("steady", lambda row: row.score.steady, RATIO),
    Column("score_low", lambda row: row.score.low, 1),
    Column("score_high", lambda row: row.score.high, 1),
    Column("score_maker", lambda row: row.score.maker or None),
    *_LASTING,
)

SPREADS = (
    Column("sector_a", lambda row: row.sector_a),
    Column("sector_b", lambda row: row.sector_b),
    Column("window_start", lambda row: row.window.first),
    Column("window_end", lambda row: row.window.last),
    Column("n_a", lambda row: row.n_a),
    Column("n_b", lambda row: row.n_b),
    Column("mean_return_ew", lambda row: row.mean_return_ew, RETURN),
    Column("mean_return_cw", lambda row: row.mean_return_cw, RETURN),
    Column("caar_ew", lambda row: row.caar_ew, RETURN),
    Column("t_portfolio", lambda row: row.t_portfolio, STATISTIC),
    Column("p_portfolio", lambda row: row.p_portfolio, PROBABILITY),
    Column("t_kp", lambda row: row.t_kp, STATISTIC),
    Column("p_kp", lambda row: row.p_kp, PROBABILITY),
    Column("r_ab", lambda row: row.r_ab, STATISTIC),
    *_HEADLINE,
    *_INTERVAL,
    Column("detectable", lambda row: row.detectable, RETURN),
    Column("undefined", lambda row: row.headline.reason),
)

PLANTED = (
    Column("sector", lambda row: row.group.sector),
    Column("window_start", lambda row: row.window.first),
    Column("window_end", lambda row: row.window.last),
    Column("planted", lambda row: row.planted, RETURN),
    Column("caar_ew", lambda row: row.found, RETURN),
    Column("ci_low", lambda row: row.low, RETURN),
    Column("ci_high", lambda row: row.high, RETURN),
    Column("covered", lambda row: int(row.covered)),
)

PATHS = (
    Column("sector", lambda row: row.group.sector),
    Column("theme", lambda row: row.group.theme),
    Column("tau", lambda row: row.tau),
    Column("date", lambda row: row.day),
    Column("n", lambda row: row.n),
    Column("aar", lambda row: row.aar, RETURN),
    Column("caar", lambda row: row.caar, RETURN),
)
