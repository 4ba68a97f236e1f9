"""The headline test of portfolios, as a reader gets it."""

from __future__ import annotations

import numpy as np

from screener.analysis.results import Headline
from screener.study.arrays import Floats
from screener.study.placebo import Placebo


def headlines(placebo: Placebo, q: Floats, p_family: Floats) -> list[Headline]:
    """One for each of the P portfolios of `placebo`; `q` and `p_family` (P,) are its p, corrected for the others."""
    half = placebo.half_width()
    table = []
    for place, (rank, z) in enumerate(zip(placebo.placebo_rank, placebo.placebo_z.T, strict=True)):
        ranked = bool(np.isfinite(rank))
        table.append(
            Headline(
                z_ewma=float(placebo.z_ewma[place]),
                rank=float(rank),
                n=int(placebo.placebo_n[place]) if ranked else 0,
                p=float(placebo.placebo_p[place]),
                q=float(q[place]),
                p_family=float(p_family[place]),
                caar=float(placebo.caar[place]),
                half_width=float(half[place]),
                reason=placebo.reason[place],
                ordinary=tuple(z[np.isfinite(z)].tolist()) if ranked else (),
            )
        )
    return table
