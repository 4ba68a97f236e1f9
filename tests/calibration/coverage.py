"""How often the 95% interval holds the planted truth, on the simulated market: `python -m tests.calibration.coverage`."""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from pathlib import Path

from screener.analysis.model import Window
from screener.config import load_settings
from screener.demo import make_demo
from tests.analysis.find import rows

FIRST_SEED = 1000


def coverage(seeds: int) -> dict[str, list[bool]]:
    """For each window, whether the interval of each sector of each simulated market covers its planted effect."""
    settings = load_settings()
    held = defaultdict(list)
    for seed in range(FIRST_SEED, FIRST_SEED + seeds):
        for row in rows(make_demo(settings, seed).frames.planted):
            held[str(Window(row.window_start, row.window_end, None, None, None))].append(row.covered)
    return dict(held)


def markdown(held: dict[str, list[bool]], seeds: int) -> str:
    """Share covered in each window, and over all."""
    lines = [
        "# Intervals on the simulated market",
        "",
        f"Share of 95% intervals that hold the planted effect, over the {seeds} markets of seeds {FIRST_SEED} to",
        f"{FIRST_SEED + seeds - 1}, 7 sectors each. Written by `python -m tests.calibration.coverage`.",
        "",
        "| window | intervals | covered, % |",
        "|---|---:|---:|",
    ]
    everything = [one for part in held.values() for one in part]
    for window, part in (*held.items(), ("all", everything)):
        lines.append(f"| {window} | {len(part):,} | {100 * sum(part) / len(part):.1f} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Simulate, count, write."""
    parser = argparse.ArgumentParser(prog="python -m tests.calibration.coverage", description=__doc__)
    parser.add_argument("--seeds", type=int, default=500)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    options = parser.parse_args()
    text = markdown(coverage(options.seeds), options.seeds)
    (options.out / "coverage.md").write_text(text, encoding="utf-8")
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
