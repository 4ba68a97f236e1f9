"""Time of the placebo test on a whole market, and how it grows: `python -m tests.bench.placebo_speed`.

The target: 230 dates refitted x 30 sectors x 4 windows of 2,500 stocks in at most 0.5 s on one core, forming the
sectors' portfolios included.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from time import perf_counter

import numpy as np

from screener.study.abnormal import Portfolio
from screener.study.models import Design, Model, Refit
from screener.study.placebo import PlaceboPlan, placebo_test

STOCKS, SECTORS, TARGET = 2_500, 30, 0.5
TAUS = (range(1), range(2), range(6), range(-5, 0))


def best_of(repeats: int, action: Callable[[], object]) -> float:
    """Shortest wall-clock seconds of `repeats` runs."""
    times = []
    for _ in range(repeats):
        start = perf_counter()
        action()
        times.append(perf_counter() - start)
    return min(times)


def main() -> None:
    """Print seconds and ratios."""
    rng = np.random.default_rng(1)
    refit = Refit()
    design_of = rng.integers(0, 2, STOCKS)
    members = [rng.choice(STOCKS, 40, replace=False) for _ in range(SECTORS)]

    def timing(dates: int, sectors: int, stocks: int = 0) -> float:
        # The longest and the earliest of the windows need the event to stand 11 sessions after the last full history.
        event = refit.history + dates + 10
        benchmarks = rng.normal(0, 0.01, (event + 6, 2))
        returns = benchmarks[:, design_of] + 0.02 * rng.standard_t(4, (event + 6, STOCKS))
        returns[rng.random(returns.shape) < 0.03] = np.nan
        designs = [Design.of(Model.MARKET, benchmarks[:, k]) for k in range(2)]
        windows = [slice(event + tau.start, event + tau.stop) for tau in TAUS]

        def run() -> None:
            if stocks:
                portfolios = Portfolio.each(returns[:, :stocks], design_of[:stocks])
            else:
                portfolios = [Portfolio.of(returns[:, m], design_of[m]) for m in members[:sectors]]
            results = placebo_test(PlaceboPlan(refit, designs, event, windows, most=dates), portfolios)
            if any(len(result.dates) != dates for result in results):
                raise RuntimeError("the panel is too short for the dates asked for")

        return best_of(5, run)

    lines = []
    target = timing(230, SECTORS)
    lines.append(f"230 dates x {SECTORS} sectors x 4 windows   {target:6.3f} s   {target / TARGET:5.2f} of the target")
    singles = (100, STOCKS)
    lines.extend(f"230 dates x {count:5,} single stocks      {timing(230, 0, count):6.3f} s" for count in singles)
    for what, times in (
        ("dates", [timing(factor * 230, SECTORS) for factor in (1, 2, 4)]),
        ("sectors", [timing(230, factor * SECTORS // 4) for factor in (1, 2, 4)]),
        ("stocks", [timing(230, 0, factor * 300) for factor in (1, 2, 4)]),
    ):
        ratios = ", ".join(f"{time / times[0]:.2f}" for time in times)
        lines.append(f"1x, 2x, 4x the {what:8} cost {ratios}")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
