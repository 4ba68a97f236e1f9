"""The outcomes of the pseudo-events as a table, for machines and for people."""

from __future__ import annotations

import numpy as np
import pandas as pd


def summarise(outcomes: pd.DataFrame) -> pd.DataFrame:
    """One row per cell, window and test: size with its standard error, size after calm and wild weeks, power.

    The standard error is clustered by month, for event days close to each other share their placebo dates and sets
    drawn on one day share its news. Calm and wild: the third of the events with the lowest and the highest ratio of
    recent to estimation-window volatility.
    """
    rows = []
    for key, group in outcomes.groupby(["cell", "length", "test"], sort=False):
        cell, length, test = key[0], int(str(key[1])), key[2]
        quiet = group[group.effect == 0]
        size = quiet.rejected.mean()
        sums = (quiet.rejected - size).groupby(quiet.month).sum()
        low, high = quiet.wild.quantile([1 / 3, 2 / 3])
        row = {
            "cell": cell,
            "window": f"[0,{'+' if length > 1 else ''}{length - 1}]",
            "test": test,
            "n": len(quiet),
            "size": size,
            "size_se": np.sqrt(np.square(sums).sum()) / len(quiet),
            "size_calm": quiet.rejected[quiet.wild <= low].mean(),
            "size_wild": quiet.rejected[quiet.wild >= high].mean(),
        }
        for effect, added in group[group.effect > 0].groupby("effect"):
            row[f"power_{100 * float(str(effect)):.0f}pct"] = added.rejected.mean()
        rows.append(row)
    return pd.DataFrame(rows)


def markdown(table: pd.DataFrame, span: str, draws: int, seed: int) -> str:
    """Size of every test in every cell, then each cell in full."""
    lines = [
        "# Calibration on real KRX returns",
        "",
        f"Pseudo-events from {span}, {draws:,} per cell (fewer where the table says so), seed {seed}; nominal level",
        "5%. Written by `python -m tests.calibration`.",
        "",
        "## Size: share rejected where nothing was added, %",
        "",
        "Window [0,0] / [0,+5].",
        "",
    ]
    for cells in (
        [c for c in table.cell.unique() if ":" not in c],
        [c for c in table.cell.unique() if "A - B" in c],
        [c for c in table.cell.unique() if "any of" in c],
    ):
        part = table[table.cell.isin(cells)]
        lines += [f"| test | {' | '.join(cells)} |", "|---" * (len(cells) + 1) + "|"]
        for test in part.test.unique():
            found = [part[(part.test == test) & (part.cell == cell)] for cell in cells]
            shown = [" / ".join(f"{100 * value:.1f}" for value in rows["size"]) or "-" for rows in found]
            lines.append(f"| {test} | {' | '.join(shown)} |")
        lines.append("")
    lines += [
        "## Each cell",
        "",
        "± is one standard error, clustered by month. Calm and wild: the thirds of events with the lowest and the",
        "highest recent volatility relative to the estimation window. Power: share found of an added effect.",
        "",
    ]
    for (cell, window), part in table.groupby(["cell", "window"], sort=False):
        lines += [
            f"### {cell}, {window}",
            "",
            "| test | n | size | calm | wild | +1% | +2% | +5% |",
            "|---" + "|---:" * 7 + "|",
        ]
        for row in part.to_dict("records"):
            figures = [row["size_calm"], row["size_wild"], row["power_1pct"], row["power_2pct"], row["power_5pct"]]
            others = " | ".join(f"{100 * value:.1f}" for value in figures)
            lines.append(
                f"| {row['test']} | {row['n']} | {100 * row['size']:.1f} ± {100 * row['size_se']:.1f} | {others} |"
            )
        lines.append("")
    return "\n".join(lines)
