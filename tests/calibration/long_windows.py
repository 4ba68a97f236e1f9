"""Long windows: whether the constant of the model should be carried over them. Part of `tests.calibration.days`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from unittest import mock

import numpy as np

from screener.study import Floats, rolling
from screener.study.models import Design, Model, Refit
from screener.study.placebo import LEVEL, PlaceboPlan, two_sided_rank
from screener.study.portfolio import Portfolio
from screener.study.rolling import Rolling, roll
from tests.calibration.market import Market

LENGTHS = (6, 21, 41, 61, 90)
STEP = 3
"""Every third session is a pseudo-event: they share most of their windows anyway."""
FEWEST, MOST = 39, 240
WAYS = ("constant carried on", "constant left out", "240 sessions of estimation, constant carried on")


def long_tables(market: Market, portfolios: Sequence[Portfolio], refit: Refit) -> str:
    """Size, spread of the abnormal return, width of its interval, for each way and length."""
    lines = [
        "## Long windows",
        "",
        f"Pseudo-events from every {STEP}rd session with {FEWEST} ordinary ones or more before it, all sets. Off: root mean",
        "square of an abnormal return where nothing was added, %. Half: median half of its 95% interval, %. t: share that",
        "the portfolio t rejects at 5%.",
        "",
        "| window | way | sessions | size, placebo | size, t | off | half |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for way in WAYS:
        # What the product decides by the length of the window is decided here.
        with mock.patch.object(rolling, "leaves_out_constant", return_value=way == WAYS[1]):
            lines += _rows(market, portfolios, replace(refit, estimation=240) if way == WAYS[2] else refit, way)
    return "\n".join([*lines[:8], *sorted(lines[8:], key=_by_window), ""])


def _by_window(line: str) -> tuple[int, int]:
    window, way = (cell.strip() for cell in line.split("|")[1:3])
    return int(window.strip("[]").split(",")[1]), WAYS.index(way)


def _rows(market: Market, portfolios: Sequence[Portfolio], refit: Refit, way: str) -> Iterator[str]:
    designs = [Design.of(Model.MARKET, benchmark) for benchmark in market.benchmarks]
    dates = slice(refit.history, len(market.sessions))
    for one in roll(refit, portfolios, designs, dates, [range(length) for length in LENGTHS]):
        figures = list(_figures(market, one, refit))
        p, t, off, half = (np.array(part) for part in zip(*figures, strict=True))
        cells = [100 * p.mean(), 100 * t.mean(), 100 * np.sqrt(np.mean(off**2)), 100 * np.median(half)]
        yield f"| [0,+{one.length - 1}] | {way} | {len(figures)} | {' | '.join(f'{cell:.1f}' for cell in cells)} |"


def _figures(market: Market, one: Rolling, refit: Refit) -> Iterator[tuple[float, float, float, float]]:
    """Of each pseudo-event, over all sets: share rejected by placebo p and by t, root mean square, median half width."""
    z = one.z_ewma
    for row in range(refit.history + FEWEST + one.length, len(market.sessions) - one.length + 1, STEP):
        rows = PlaceboPlan(refit, [], row, [], most=MOST).dates(range(one.length)) - one.dates.start
        at = row - one.dates.start
        rank, n = two_sided_rank(z[at], z[rows])
        known = np.isfinite(rank)
        half = _critical(z[rows][:, known]) * one.sd[at, known] * np.sqrt(one.length)
        yield (
            float((rank[known] / n[known] <= LEVEL).mean()),
            float((np.abs(one.t[at, known]) > 1.98).mean()),
            float(np.sqrt(np.mean(one.caar[at, known] ** 2))),
            float(np.median(half)),
        )


def _critical(placebo: Floats) -> Floats:
    """(P,) smallest |z| with a p of 5% at most."""
    extremes = np.sort(np.abs(placebo), axis=0)
    return np.asarray(extremes[-int(LEVEL * (len(extremes) + 1) + 1e-9)])
