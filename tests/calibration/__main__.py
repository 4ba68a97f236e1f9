"""`python -m tests.calibration`: how often each test cries wolf on real KRX returns, and how much it sees.

Pseudo-events on days on which nothing is configured: the share rejected at 5% is the size of a test, and with an
effect added to the event day its power. Writes calibration.csv and calibration.md.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd

from screener.study.models import Refit
from tests.calibration.market import ROOT, load_market
from tests.calibration.sets import Cell, draw_sets, event_rows
from tests.calibration.table import markdown, summarise
from tests.calibration.trial import FAMILY, family_trials, pair_trials, trials

LENGTHS = (1, 6)
SETS = 200


def main() -> None:
    """Draw, test, write."""
    parser = argparse.ArgumentParser(prog="python -m tests.calibration", description=__doc__)
    parser.add_argument("--krx", type=Path, default=ROOT.parent / "shared" / "krx", help="folder of the real prices")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="where the two tables go")
    parser.add_argument("--draws", type=int, default=3000, help="pseudo-events per cell")
    parser.add_argument("--seed", type=int, default=20250131)
    options = parser.parse_args()
    if not (options.krx / "prices_long.parquet").exists():
        sys.exit(f"{options.krx}: no prices_long.parquet; --krx DIR says where it is")
    start = perf_counter()
    rng = np.random.default_rng(options.seed)
    refit = Refit()
    market = load_market(options.krx)
    rows = event_rows(market, refit, max(LENGTHS))
    cells = draw_sets(market, refit, max(LENGTHS), SETS, rng)
    frames = []

    def events(count: int) -> list[tuple[int, int]]:
        """Distinct pairs of a set's number and a date."""
        everything = count * len(rows)
        picked = rng.choice(everything, min(options.draws, everything), replace=False)
        return [(int(i) // len(rows), int(rows[int(i) % len(rows)])) for i in picked]

    def keep(name: str, outcomes: object) -> None:
        frames.append(summarise(pd.DataFrame(outcomes)))  # type: ignore[call-overload]
        sys.stderr.write(f"{perf_counter() - start:6.0f} s  {name}\n")

    for cell in cells:
        keep(cell.name, trials(market, refit, cell, events(len(cell.sets)), LENGTHS))
    for cell in cells:
        pairs = _pairs(cell)
        if cell.name in ("random 20", "correlated 20", "configured"):
            keep(f"{cell.name} pairs", pair_trials(market, refit, cell, pairs, events(len(pairs)), LENGTHS))
    for cell in cells:
        if cell.name in ("random 20", "correlated 20"):
            families = [rng.choice(len(cell.sets), FAMILY, replace=False) for _ in range(SETS)]
            keep(f"{cell.name} families", family_trials(market, refit, cell, families, events(SETS), LENGTHS))
    table = pd.concat(frames, ignore_index=True)
    options.out.mkdir(parents=True, exist_ok=True)
    table.to_csv(options.out / "calibration.csv", index=False, float_format="%.4f", lineterminator="\n")
    span = f"{market.sessions[rows[0]]} to {market.sessions[rows[-1]]}"
    text = markdown(table, span, options.draws, options.seed)
    (options.out / "calibration.md").write_text(text, encoding="utf-8")
    sys.stdout.write(text)


def _pairs(cell: Cell) -> list[tuple[int, int]]:
    """Disjoint pairs of many sets, every pair of a few."""
    if len(cell.sets) < 10:
        return list(itertools.combinations(range(len(cell.sets)), 2))
    return [(i, i + 1) for i in range(0, len(cell.sets) - 1, 2)]


if __name__ == "__main__":
    main()
