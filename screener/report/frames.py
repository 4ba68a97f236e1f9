"""The tables of a report as pandas frames, built from the row dataclasses of the analysis.

The columns are those of the CSV files under the same names, unrounded, and those that a view or chart needs beside
them. Columns that hold the same value in every row of a report (event, as_of, source, model, benchmark, banner) and
columns whose text depends on the language (name, confounders, the words of a claim) are added by the writer.

Returns are decimals. float64: NaN = unknown. Text: None = none, but '' in `flags`, `undefined`, `undefined_tests`,
`sectors`, `overlap`, and in `verdict` of a scan. Days are datetime.date. Every frame has a RangeIndex.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from screener.analysis.claims import Checked, Figure
from screener.analysis.results import Group, GroupRow, Headline, SpreadRow, Stock, StockRow, Window
from screener.analysis.scanned import Scan, ScanGroup, ScanStock
from screener.analysis.scores import PARTS

if TYPE_CHECKING:
    from screener.report.model import Flow, Report

STRONGEST = 3
"""Members that name a discovered group."""

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
    # One discovered group. `strongest_ko/_en`: names of its first members; `overlap_shares`: dict of sector to share.
    "groups": {
        "group": _I,
        "strongest_ko": _O,
        "strongest_en": _O,
        **_SCAN_GROUP,
        "correlation": _F,
        "as_extreme": _I,
        "ordinary": _I,
    },
    "industries": {"industry": _O, **_SCAN_GROUP},
}
"""By frame, its columns and their dtypes."""


def _empty(name: str) -> pd.DataFrame:
    return pd.DataFrame({column: pd.Series(dtype=dtype) for column, dtype in COLUMNS[name].items()})


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
        return cls(**{name: frames[name] if name in frames else _empty(name) for name in COLUMNS})


def frames_of(report: Report, flows: Iterable[Flow] = ()) -> Frames:
    """The frames of a report; `flows` are those of the card of one stock."""
    impact = report.impact
    return Frames.of(
        stocks=_frame("stocks", (_stock_row(report, row) for row in impact.stocks)),
        sectors=_frame("sectors", (_group_row(report, row) for row in impact.groups)),
        spreads=_frame("spreads", map(_spread_row, impact.spreads)),
        placebos=_frame(
            "placebos",
            (
                {**_sides(row), **_window(row.window), "ordinary": number, "z_ewma": z}
                for row in impact.spreads
                for number, z in enumerate(row.headline.ordinary, 1)
            ),
        ),
        paths=_frame(
            "paths",
            (
                {
                    **_group(row.group),
                    "tau": row.tau,
                    "date": row.day,
                    "n": row.n,
                    "aar": row.aar,
                    "caar": row.caar,
                    **_interval(row.caar, row.half_width),
                }
                for row in impact.paths
            ),
        ),
        levels=_frame(
            "levels",
            (
                {"series": row.series, "kind": row.kind, "tau": row.tau, "date": row.day, "level": row.level}
                for row in impact.levels
            ),
        ),
        trend=_frame(
            "trend",
            (
                {
                    "sector": row.sector,
                    "tau": row.tau,
                    "reported": row.as_of,
                    "score": row.score,
                    "rank": row.rank,
                    "caar_ew": row.caar,
                    "q": row.q,
                }
                for row in report.trend
            ),
        ),
        planted=_frame(
            "planted",
            (
                {
                    **_group(row.group),
                    **_window(row.window),
                    "planted": row.planted,
                    "caar_ew": row.found,
                    "ci_low": row.low,
                    "ci_high": row.high,
                    "covered": row.covered,
                }
                for row in report.planted
            ),
        ),
        claims=_frame("claims", map(_claim_row, report.claims)),
        figures=_frame(
            "figures", (_figure_row(report, claim.id, figure) for claim in report.claims for figure in claim.figures)
        ),
        skipped=_frame(
            "skipped",
            (
                {
                    **_stock(row.stock),
                    "code": row.code,
                    "day": row.day,
                    "observations": row.observations,
                    "has_return": row.has_return,
                }
                for row in impact.skipped
            ),
        ),
        behaviours=_frame("behaviours", (vars(row) for row in impact.behaviours)),
        flows=_frame(
            "flows",
            (
                {
                    "date": row.day,
                    "foreign": row.foreign,
                    "institution": row.institution,
                    "individual": row.individual,
                }
                for row in flows
            ),
        ),
    )


def frames_of_scan(scan: Scan) -> Frames:
    """The frames of a scan."""
    window = _window(scan.window)
    return Frames.of(
        scan=_frame("scan", ({**_scan_stock(row), **window} for row in scan.stocks)),
        groups=_frame(
            "groups",
            (
                {
                    "group": row.number,
                    **window,
                    **_scan_group(row),
                    "strongest_ko": ", ".join(stock.ko for stock in row.members[:STRONGEST]),
                    "strongest_en": ", ".join(stock.en for stock in row.members[:STRONGEST]),
                    "correlation": row.correlation,
                    "as_extreme": row.as_extreme,
                    "ordinary": scan.ordinary,
                }
                for row in scan.groups
            ),
        ),
        industries=_frame(
            "industries", ({"industry": row.name, **window, **_scan_group(row)} for row in scan.industries)
        ),
    )


def _frame(name: str, rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    table = list(rows)
    columns = {}
    for column, dtype in COLUMNS[name].items():
        values = [row[column] for row in table]
        if dtype == "float64":
            values = [float("nan") if value is None else value for value in values]
        columns[column] = pd.Series(values, dtype=dtype)
    return pd.DataFrame(columns)


def _stock(stock: Stock) -> dict[str, Any]:
    return {
        "ticker": stock.ticker,
        "name_ko": stock.ko,
        "name_en": stock.en,
        "market": stock.market,
        "sector": stock.sector,
        "theme": stock.theme,
    }


def _group(group: Group) -> dict[str, Any]:
    return {
        "sector": group.sector,
        "theme": group.theme,
        "name_ko": group.ko,
        "name_en": group.en,
        "post_hoc": group.post_hoc,
    }


def _window(window: Window) -> dict[str, Any]:
    return {"window_start": window.first, "window_end": window.last}


def _interval(value: float, half_width: float) -> dict[str, Any]:
    return {"half_width": half_width, "ci_low": value - half_width, "ci_high": value + half_width}


def _placebo(headline: Headline) -> dict[str, Any]:
    return {
        "z_ewma": headline.z_ewma,
        "placebo_rank": headline.rank,
        "placebo_n": headline.n or None,
        "placebo_p": headline.p,
    }


def _scored(row: StockRow | GroupRow) -> dict[str, Any]:
    return {
        "volume_ratio": row.volume_ratio,
        "score": row.score.value,
        "rank": row.score.rank,
        "verdict": row.score.verdict or None,
        "steady": row.score.steady,
        **{f"score_{part}": row.score.parts.get(part) for part in PARTS},
        "lasting": row.lasting.what or None,
        "half_life": row.lasting.half_life,
    }


def _stock_row(report: Report, row: StockRow) -> dict[str, Any]:
    printed = report.printed.get(row.stock.ticker)
    return {
        **_stock(row.stock),
        **_window(row.window),
        **_scored(row),
        **_interval(row.car, row.half_width),
        "symbol": f"KRX:{row.stock.ticker}",
        "post_hoc": report.group(row.stock.sector).post_hoc,
        "raw_return": row.raw_return,
        "benchmark_return": row.benchmark_return,
        "car": row.car,
        "bhar": row.bhar,
        "scar": row.scar,
        "t": row.scar,
        "p": row.p,
        "q": row.q,
        "placebo_p": row.placebo_p,
        "flags": " ".join(row.flags),
        "index_weight": row.index_weight,
        "car_loo": row.car_loo,
        "scar_loo": row.scar_loo,
        "index_contribution": row.index_contribution,
        "published_by": printed and printed.published_by,
        "article": printed and printed.article,
        "marcap": row.cap,
    }


def _group_row(report: Report, row: GroupRow) -> dict[str, Any]:
    headline, score = row.headline, row.score
    reasons = [*([f"placebo: {headline.reason}"] if headline.reason else [])]
    reasons += [f"{name}: {why}" for name, why in row.undefined.items()]
    flow = next((flow for flow in report.flows if (flow.group, flow.window) == (row.group, row.window)), None)
    return {
        **_group(row.group),
        **_window(row.window),
        **_placebo(headline),
        **_scored(row),
        **_interval(row.caar_ew, headline.half_width),
        **{name: row.tests.get(name) for name in _TESTS},
        "members": row.members,
        "n": row.n,
        "n_skipped": row.n_skipped,
        "mean_return_ew": row.mean_return_ew,
        "mean_return_cw": row.mean_return_cw,
        "median_return": row.median_return,
        "breadth_up": row.breadth_up,
        "caar_ew": row.caar_ew,
        "caar_cw": row.caar_cw,
        "benchmark_return": row.benchmark_return,
        "q": headline.q,
        "p_family": headline.p_family,
        "caar_tested": headline.caar,
        "undefined": "; ".join(reasons),
        "undefined_tests": " ".join(sorted(row.undefined)),
        "score_low": score.low,
        "score_high": score.high,
        "score_maker": score.maker or None,
        "n_up": row.n_up,
        "n_flat": row.n_flat,
        "n_down": row.n_down,
        "foreign_net": flow and flow.foreign,
        "institution_net": flow and flow.institution,
    }


def _sides(row: SpreadRow) -> dict[str, Any]:
    return {"sector_a": row.sector_a, "sector_b": row.sector_b}


def _spread_row(row: SpreadRow) -> dict[str, Any]:
    return {
        **_sides(row),
        **_window(row.window),
        **_placebo(row.headline),
        **_interval(row.caar_ew, row.headline.half_width),
        "n_a": row.n_a,
        "n_b": row.n_b,
        "mean_return_ew": row.mean_return_ew,
        "mean_return_cw": row.mean_return_cw,
        "caar_ew": row.caar_ew,
        "t_portfolio": row.t_portfolio,
        "p_portfolio": row.p_portfolio,
        "t_kp": row.t_kp,
        "p_kp": row.p_kp,
        "r_ab": row.r_ab,
        "caar_tested": row.headline.caar,
        "detectable": row.detectable,
        "undefined": row.headline.reason,
    }


def _claim_row(row: Checked) -> dict[str, Any]:
    claim = row.claim
    reason, otherwise = claim.not_testable or claim.caveat, claim.otherwise
    return {
        "id": row.id,
        "said_ko": claim.said.ko,
        "said_en": claim.said.en,
        "by": tuple(claim.by),
        "date": claim.date,
        "kind": claim.test and claim.test.kind,
        "window_start": row.window and row.window.first,
        "window_end": row.window and row.window.last,
        "base": row.window and row.window.base,
        "start": row.window and row.window.start,
        "end": row.window and row.window.end,
        "verdict": row.verdict,
        "lacks": row.lacks or None,
        "reason_ko": reason and reason.ko,
        "reason_en": reason and reason.en,
        "against": claim.against,
        "otherwise_ko": otherwise and otherwise.ko,
        "otherwise_en": otherwise and otherwise.en,
        "otherwise_by": tuple(otherwise.by) if otherwise else (),
        "value": row.value,
        "unit": row.unit,
    }


def _figure_row(report: Report, claim: str, figure: Figure) -> dict[str, Any]:
    of, post_hoc = figure.of, False
    if isinstance(of, str):
        ko, en = next(((peer.name.ko, peer.name.en) for peer in report.event.abroad if peer.name.en == of), (of, of))
    elif of.tickers:
        known = {row.stock.ticker: row.stock for row in report.impact.stocks}
        ko, en = (", ".join(getattr(known[ticker], name) for ticker in of.tickers) for name in ("ko", "en"))
    else:
        group = next((one for one in report.groups if (one.sector, one.theme) == (of.sector, of.theme)), None)
        ko, en = (group.ko, group.en) if group else (str(of), str(of))
        post_hoc = bool(group and group.post_hoc)
    return {
        "id": claim,
        "what": figure.what,
        "value": figure.value,
        "of_ko": ko,
        "of_en": en,
        "post_hoc": post_hoc,
        "n": figure.n,
        "stated": figure.stated,
        "window_start": figure.window and figure.window.first,
        "window_end": figure.window and figure.window.last,
    }


def _scan_stock(row: ScanStock) -> dict[str, Any]:
    return {
        **_stock(row.stock),
        "symbol": f"KRX:{row.stock.ticker}",
        "sectors": " ".join(row.sectors),
        "group": row.group,
        "raw_return": row.raw_return,
        "benchmark_return": row.benchmark_return,
        "car": row.car,
        "t": row.t,
        "placebo_p": row.placebo_p,
        "q": row.q,
        "volume_ratio": row.volume_ratio,
        "score": row.score,
        "rank": row.rank,
        "verdict": row.verdict,
        "steady": row.steady,
        "marcap": row.cap,
        "value": row.value,
        "flags": " ".join(row.flags),
    }


def _scan_group(row: ScanGroup) -> dict[str, Any]:
    return {
        **_placebo(row.headline),
        "n": row.n,
        "members": len(row.members),
        "mean_return_ew": row.mean_return,
        "caar_ew": row.mean_car,
        "breadth_up": row.breadth_up,
        "q": row.headline.q,
        "p_family": row.headline.p_family,
        "t_portfolio": row.t_portfolio,
        "p_portfolio": row.p_portfolio,
        "q_portfolio": row.q_portfolio,
        "caar_tested": row.headline.caar,
        "half_width": row.headline.half_width,
        "overlap": " ".join(f"{name}:{share:.2f}" for name, share in row.overlap.items()),
        "overlap_shares": dict(row.overlap),
        "tickers": " ".join(stock.ticker for stock in row.members),
        "undefined": row.headline.reason,
    }
