"""The tables of a study, a scan and a report as pandas frames: their columns, and how they are put together.

The columns are those of the CSV files under the same names, unrounded, and those that a view or chart needs beside
them. Columns that hold the same value in every row of a report (event, as_of, source, model, benchmark, banner) and
columns whose text depends on the language (name, confounders, the words of a claim) are added by the writer.

Returns are decimals. float64: NaN = unknown. Text: None = none, but '' in `flags`, `undefined`, `undefined_tests`,
`sectors`, `overlap`, and in `verdict` of a scan. Days are datetime.date. Every frame has a RangeIndex.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from screener.analysis.scores import PARTS

_F, _I, _B, _O = "float64", "int64", "bool", "object"

_WINDOW = {"window_start": _I, "window_end": _I}
_NAMES = {"name_ko": _O, "name_en": _O}
_PLACEBO = {"z_ewma": _F, "placebo_rank": _F, "placebo_n": _F, "placebo_p": _F}
_INTERVAL = {"half_width": _F, "ci_low": _F, "ci_high": _F}
_TESTS = (
    *("t_portfolio", "p_portfolio", "z_patell", "t_bmp", "rbar", "t_adj_bmp", "p_adj_bmp", "t_grank", "p_grank"),
    *("z_corrado", "p_corrado", "p_patell", "p_bmp"),
)
_SCAN_GROUP = {
    **_WINDOW,
    "n": _I,
    "members": _I,
    "mean_return_ew": _F,
    "caar_ew": _F,
    "breadth_up": _F,
    **_PLACEBO,
    "q": _F,
    "p_family": _F,
    "t_portfolio": _F,
    "p_portfolio": _F,
    "q_portfolio": _F,
    "caar_tested": _F,
    "half_width": _F,
    "overlap": _O,
    "overlap_shares": _O,
    "tickers": _O,
    "undefined": _O,
}

COLUMNS: Mapping[str, Mapping[str, str]] = {
    # One stock as a member of one sector, in one available window; `post_hoc` is its sector's.
    "stocks": {
        "ticker": _O,
        "symbol": _O,
        **_NAMES,
        "market": _O,
        "sector": _O,
        "theme": _O,
        "post_hoc": _B,
        **_WINDOW,
        "raw_return": _F,
        "benchmark_return": _F,
        "car": _F,
        "bhar": _F,
        "scar": _F,
        "t": _F,
        "p": _F,
        "q": _F,
        "placebo_p": _F,
        "volume_ratio": _F,
        "score": _F,
        "rank": _F,
        "verdict": _O,
        "flags": _O,
        "index_weight": _F,
        "car_loo": _F,
        "scar_loo": _F,
        "index_contribution": _F,
        **{f"score_{part}": _F for part in PARTS if part != "breadth"},
        "steady": _F,
        "lasting": _O,
        "half_life": _F,
        "published_by": _O,
        "article": _O,
        **_INTERVAL,
        "marcap": _F,
    },
    # One sector (theme is None) or theme, in one available window.
    "sectors": {
        "sector": _O,
        "theme": _O,
        **_NAMES,
        "post_hoc": _B,
        "members": _I,
        "n": _I,
        "n_skipped": _I,
        **_WINDOW,
        "mean_return_ew": _F,
        "mean_return_cw": _F,
        "median_return": _F,
        "breadth_up": _F,
        "caar_ew": _F,
        "caar_cw": _F,
        "benchmark_return": _F,
        **dict.fromkeys(_TESTS, _F),
        **_PLACEBO,
        "q": _F,
        "p_family": _F,
        "caar_tested": _F,
        **_INTERVAL,
        "undefined": _O,
        "undefined_tests": _O,
        "volume_ratio": _F,
        "score": _F,
        "rank": _F,
        "verdict": _O,
        **{f"score_{part}": _F for part in PARTS},
        "steady": _F,
        "score_low": _F,
        "score_high": _F,
        "score_maker": _O,
        "lasting": _O,
        "half_life": _F,
        "n_up": _I,
        "n_flat": _I,
        "n_down": _I,
        "foreign_net": _F,
        "institution_net": _F,
    },
    # One pair in one available window.
    "spreads": {
        "sector_a": _O,
        "sector_b": _O,
        **_WINDOW,
        "n_a": _I,
        "n_b": _I,
        "mean_return_ew": _F,
        "mean_return_cw": _F,
        "caar_ew": _F,
        "t_portfolio": _F,
        "p_portfolio": _F,
        "t_kp": _F,
        "p_kp": _F,
        "r_ab": _F,
        **_PLACEBO,
        "caar_tested": _F,
        **_INTERVAL,
        "detectable": _F,
        "undefined": _O,
    },
    # One placebo session of one spread; `ordinary` counts from 1, the earliest.
    "placebos": {"sector_a": _O, "sector_b": _O, **_WINDOW, "ordinary": _I, "z_ewma": _F},
    # One sector or theme on one session.
    "paths": {
        "sector": _O,
        "theme": _O,
        **_NAMES,
        "post_hoc": _B,
        "tau": _I,
        "date": _O,
        "n": _I,
        "aar": _F,
        "caar": _F,
        **_INTERVAL,
    },
    "levels": {"series": _O, "kind": _O, "tau": _I, "date": _O, "level": _F},
    # One sector as the report of one session (`reported`) had it.
    "trend": {"sector": _O, "tau": _I, "reported": _O, "score": _F, "rank": _F, "caar_ew": _F, "q": _F},
    "planted": {
        "sector": _O,
        "theme": _O,
        **_NAMES,
        "post_hoc": _B,
        **_WINDOW,
        "planted": _F,
        "caar_ew": _F,
        "ci_low": _F,
        "ci_high": _F,
        "covered": _B,
    },
    # `window_start`, `window_end`: NaN without a window. `by`, `otherwise_by`: tuples of articles. `reason_ko/_en`:
    # not_testable, else caveat. `against`: id of the claim that says otherwise.
    "claims": {
        "id": _O,
        "said_ko": _O,
        "said_en": _O,
        "by": _O,
        "date": _O,
        "kind": _O,
        "window_start": _F,
        "window_end": _F,
        "base": _O,
        "start": _O,
        "end": _O,
        "verdict": _O,
        "lacks": _O,
        "reason_ko": _O,
        "reason_en": _O,
        "against": _O,
        "otherwise_ko": _O,
        "otherwise_en": _O,
        "otherwise_by": _O,
        "value": _F,
        "unit": _O,
    },
    # One figure of one claim, in order. `of_ko/_en`: name of the group, stocks or peer ('' = of nothing);
    # `window_start`, `window_end`: NaN unless the figure is of another window than the claim.
    "figures": {
        "id": _O,
        "what": _O,
        "value": _F,
        "of_ko": _O,
        "of_en": _O,
        "post_hoc": _B,
        "n": _I,
        "window_start": _F,
        "window_end": _F,
        "stated": _F,
    },
    # A stock without an abnormal return in the leading window, and why. `day`: None = none.
    "skipped": {
        "ticker": _O,
        **_NAMES,
        "market": _O,
        "sector": _O,
        "theme": _O,
        "code": _O,
        "day": _O,
        "observations": _I,
        "has_return": _B,
    },
    # Estimation of one stock; the days are tuples of datetime.date.
    "behaviours": {
        "ticker": _O,
        "beta": _F,
        "alpha": _F,
        "sigma": _F,
        "r_squared": _F,
        "observations": _I,
        "limit_days": _O,
        "halted_days": _O,
        "action_days": _O,
        "lowest": _F,
        "regained": _F,
    },
    # Net purchases of one stock by session, KRW; of the card of a stock alone.
    "flows": {"date": _O, "foreign": _F, "institution": _F, "individual": _F},
    # One stock of a whole market, highest score first. `group`: NaN = in none.
    "scan": {
        "ticker": _O,
        "symbol": _O,
        **_NAMES,
        "market": _O,
        "sectors": _O,
        "group": _F,
        **_WINDOW,
        "raw_return": _F,
        "benchmark_return": _F,
        "car": _F,
        "t": _F,
        "placebo_p": _F,
        "q": _F,
        "volume_ratio": _F,
        "score": _F,
        "rank": _F,
        "verdict": _O,
        "steady": _F,
        "marcap": _F,
        "value": _F,
        "flags": _O,
    },
    # One discovered group. `strongest_ko/_en`: names of its first members; `overlap_shares`: dict of sector to share;
    # `stocks`: tuple of its members (analysis.model.Stock), the strongest first.
    "groups": {
        "group": _I,
        "strongest_ko": _O,
        "strongest_en": _O,
        **_SCAN_GROUP,
        "correlation": _F,
        "as_extreme": _I,
        "ordinary": _I,
        "stocks": _O,
    },
    "industries": {"industry": _O, **_SCAN_GROUP},
}
"""By frame, its columns and their dtypes."""


@dataclass(frozen=True)
class Frames:
    """The tables of a report; a frame of which the report has nothing has no rows."""

    stocks: pd.DataFrame
    sectors: pd.DataFrame
    spreads: pd.DataFrame
    placebos: pd.DataFrame
    paths: pd.DataFrame
    levels: pd.DataFrame
    trend: pd.DataFrame
    planted: pd.DataFrame
    claims: pd.DataFrame
    figures: pd.DataFrame
    skipped: pd.DataFrame
    behaviours: pd.DataFrame
    flows: pd.DataFrame
    scan: pd.DataFrame
    groups: pd.DataFrame
    industries: pd.DataFrame

    @classmethod
    def of(cls, **frames: pd.DataFrame) -> Frames:
        """These frames; the others are empty."""
        return cls(**{name: frames[name] if name in frames else stacked(name, ()) for name in COLUMNS})


def stacked(name: str, parts: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """The frame `name` of `parts`, one below the other; each has arrays of equal length by column.

    A single value stands for all rows of its part. A column that a part lacks is NaN or None there.
    """
    dtypes = COLUMNS[name]
    lengths = [max((len(value) for value in part.values() if _is_column(value)), default=1) for part in parts]
    columns = {}
    for column, dtype in dtypes.items():
        missing = np.nan if dtype == "float64" else None
        values = [part.get(column, missing) for part in parts]
        columns[column] = np.concatenate(
            [
                np.asarray(value, dtype=dtype) if _is_column(value) else np.full(length, value, dtype=dtype)
                for value, length in zip(values, lengths, strict=True)
            ]
            or [np.empty(0, dtype=dtype)]
        )
    return pd.DataFrame(columns)


def from_rows(name: str, rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """The frame `name` of rows by column, for the few tables whose rows are found one by one."""
    table = list(rows)
    return pd.DataFrame(
        {column: pd.Series([row.get(column) for row in table], dtype=dtype) for column, dtype in COLUMNS[name].items()}
    )


def by_column(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """The values of rows with the same keys, by key."""
    return {name: [row[name] for row in rows] for name in rows[0]} if rows else {}


def _is_column(value: object) -> bool:
    return isinstance(value, np.ndarray | list)
