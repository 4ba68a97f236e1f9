"""All tests of all groups over all windows, each shared ingredient computed once."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from screener.study.abnormal import WindowResult, over_window, standardised
from screener.study.arrays import Bools, Floats, Ints
from screener.study.correlation import mean_correlation
from screener.study.models import Fit
from screener.study.nonparametric import (
    EstimationRanks,
    JointRanks,
    corrado_scores,
    generalised_rank,
    generalised_sign,
    share_positive,
    sign,
    sign_scores,
    wilcoxon,
)
from screener.study.parametric import (
    Statistic,
    adjusted_bmp,
    adjusted_patell,
    bmp,
    brown_warner_1980,
    brown_warner_1985,
    cross_sectional,
    hall,
    patell,
    skewness_adjusted,
    undefined,
)
from screener.study.portfolio import (
    Portfolio,
    PortfolioTest,
    alike,
    in_each_window,
    mean_of_available,
    portfolio_t,
    weighted_mean,
)

ROBUST = ("t_portfolio", "t_adj_bmp", "t_grank", "z_adj_patell", "z_corrado", "z_corrado_robust", "z_cz_sign", "t_bw85")
"""Statistics that allow for correlation between securities on one common date."""
REPORTED = ("t_portfolio", "t_adj_bmp", "t_grank", "z_adj_patell", "z_corrado", "z_patell", "t_bmp")
"""Statistics that a report shows; the last two assume independence, and say so there."""
FEWEST_MEMBERS = 5
"""Below this the variance across members has under 4 degrees of freedom, and a test that divides by it says nothing."""
NAIVE = (
    "t_csect",
    "z_bw80",
    "z_patell",
    "t_bmp",
    "z_grank_naive",
    "z_sign",
    "z_gsign",
    "w_wilcoxon",
    "t_skew",
    "t_hall",
)
"""Statistics that assume independence between securities."""


@dataclass(frozen=True)
class GroupTests:
    """Everything known of one group over one window, decimals."""

    n: int
    """Members with a fitted model."""
    n_window: int
    """Those of them with an abnormal return on every session of the window."""
    caar_ew: float
    """Equal-weight mean CAR of these; NaN without any."""
    caar_cw: float
    """Their mean weighted by capitalisation; NaN unless each one's is known."""
    rbar: float
    """Their mean residual correlation in the estimation window, as it is; NaN for fewer than two."""
    statistics: Mapping[str, Statistic]
    """By column name: `REPORTED` always, the rest of `ROBUST` and `NAIVE` where everything is asked for."""

    @property
    def undefined(self) -> tuple[tuple[str, str], ...]:
        """(column, reason) of every statistic that has no value."""
        return tuple((name, statistic.reason) for name, statistic in self.statistics.items() if statistic.reason)

    def columns(self) -> dict[str, float]:
        """One flat row: `t_adj_bmp` has its p in `p_adj_bmp`, and so on."""
        row = {"caar_ew": self.caar_ew, "caar_cw": self.caar_cw, "rbar": self.rbar}
        for name, statistic in self.statistics.items():
            row[name] = statistic.value
            row[f"p_{name.partition('_')[2]}"] = statistic.p
        return row


def battery(
    fitted: Fit,
    groups: Sequence[Ints],
    windows: Sequence[slice],
    *,
    caps: Floats | None = None,
    everything: bool = False,
) -> list[list[GroupTests]]:
    """Run every test on each group and window.

    Ranks are taken over the estimation window and all sessions from the first to the last of `windows`, so the
    windows share them. Securities without a fit, or without any variance in it, are no members.

    Args:
        fitted: the model, fitted to all securities.
        groups: columns that belong to each group.
        windows: rows of each event window, outside the estimation window.
        caps: (N,) capitalisation before the event, KRW, for `caar_cw`.
        everything: also run the tests that only comparisons need; signed ranks import scipy.stats, half a second.

    Returns:
        for each group, one `GroupTests` for each window.
    """
    if not windows or not groups:
        return [[] for _ in groups]
    span = slice(min(window.start for window in windows), max(window.stop for window in windows))
    estimation = fitted.estimation
    if span.start < estimation.stop and estimation.start < span.stop:
        raise ValueError(f"event rows {span.start}:{span.stop} overlap estimation rows {_rows(estimation)}")
    shared = _Shared.of(fitted, span, windows, np.unique(np.concatenate(groups)))
    results = []
    for group in groups:
        members = np.asarray(group)[np.isin(group, shared.securities)]
        complete = np.stack([np.isfinite(result.scar[members]) for result in shared.results], axis=1)

        def test(inside: Bools, rows: list[slice], members: Ints = members) -> list[PortfolioTest]:
            own = members[inside]
            portfolio = Portfolio.of(_columns(fitted.returns, own), fitted.design_of[own])
            return portfolio_t(fitted.model, portfolio, fitted.designs, estimation, rows, fitted.min_obs)

        tests = in_each_window(complete, windows, test)
        results.append(_group(shared, members, complete, tests, caps, everything=everything))
    return results


@dataclass(frozen=True)
class _Shared:
    """What all groups and windows have in common; the columns are the securities in any group that have a fit."""

    securities: Ints
    """(S,) their columns in the panel, ascending."""
    sigma: Floats
    sd: Floats
    """(S,) residual standard deviation over M - 1."""
    df: Ints
    abnormal: Floats
    """(M + L, S) abnormal returns on the estimation and the event days."""
    days: int
    """Estimation days M, which come first."""
    sar: Floats
    """(L, S) standardised abnormal returns of the event days."""
    ranks: EstimationRanks
    joint: JointRanks
    windows: Sequence[slice]
    """Rows of each window, counted from the first event day."""
    results: Sequence[WindowResult]
    """What each security did in each window; (N,) columns of the panel."""

    @classmethod
    def of(cls, fitted: Fit, span: slice, windows: Sequence[slice], members: Ints) -> _Shared:
        securities = members[fitted.sigma[members] > 0]
        abnormal = _columns(np.concatenate([fitted.abnormal[fitted.estimation], fitted.abnormal[span]]), securities)
        days = len(abnormal) - (span.stop - span.start)
        ranks = EstimationRanks.of(abnormal[:days])
        joint = ranks.joined(np.ascontiguousarray(abnormal[days:].T))
        sigma, df = fitted.sigma[securities], fitted.df[securities]
        return cls(
            securities=securities,
            sigma=sigma,
            sd=sigma * np.sqrt(df / np.maximum(fitted.observations[securities] - 1, 1)),
            df=df,
            abnormal=abnormal,
            days=days,
            sar=standardised(fitted, span)[:, securities],
            ranks=ranks,
            joint=joint,
            windows=[slice(window.start - span.start, window.stop - span.start) for window in windows],
            results=[over_window(fitted, window) for window in windows],
        )


def _group(
    shared: _Shared,
    members: Ints,
    complete: Bools,
    portfolio: Sequence[PortfolioTest],
    caps: Floats | None,
    *,
    everything: bool,
) -> list[GroupTests]:
    """The tests of one group in each window; `complete` (n, W), `portfolio` its portfolio's own test in each."""
    own = np.searchsorted(shared.securities, members)
    ranks, joint = shared.ranks, shared.joint
    if not _is_everything(own, len(shared.securities)):
        ranks, joint = ranks[own], joint[own]
    abnormal = _columns(shared.abnormal, own)
    sigma, df = shared.sigma[own], shared.df[own]
    corrado = corrado_scores(joint)
    rbars = _mean_correlations(abnormal[: shared.days], complete)
    compare = _comparisons(shared, own, ranks, joint, abnormal) if everything else None
    rows = []
    for number, (window, result, test) in enumerate(zip(shared.windows, shared.results, portfolio, strict=True)):
        inside, rbar = complete[:, number], float(rbars[number])
        car, scar = np.where(inside, result.car[members], np.nan), result.scar[members]
        grank = generalised_rank(ranks, sigma, scar, rbar)
        statistics = {
            "t_portfolio": _of_portfolio(test),
            "z_patell": patell(scar, df),
            "t_bmp": bmp(scar),
            "t_adj_bmp": adjusted_bmp(scar, rbar, int(df[inside].min()) if inside.any() else 0),
            "z_adj_patell": adjusted_patell(scar, df, rbar),
            "t_grank": grank.t,
            "z_corrado": corrado.test(window),
        }
        if inside.sum() < FEWEST_MEMBERS:
            few = undefined(f"fewer than {FEWEST_MEMBERS} members")
            statistics |= dict.fromkeys(("t_bmp", "t_adj_bmp", "t_grank"), few)
        if compare:
            statistics |= compare(window, car, grank.z)
        rows.append(
            GroupTests(
                n=len(members),
                n_window=int(inside.sum()),
                caar_ew=float(car[inside].mean()) if inside.any() else math.nan,
                caar_cw=math.nan if caps is None else weighted_mean(car, caps[members]),
                rbar=rbar,
                statistics=statistics,
            )
        )
    return rows


def _comparisons(
    shared: _Shared, own: Ints, ranks: EstimationRanks, joint: JointRanks, abnormal: Floats
) -> Callable[[slice, Floats, Statistic], dict[str, Statistic]]:
    """The tests that only comparisons need, as a function of a window, the members' CARs (n,) and GRANK-Z in it.

    What the windows share is computed once.
    """
    residuals = abnormal[: shared.days]
    sd = shared.sd[own]
    robust = corrado_scores(ranks.joined((_by_cross_section(shared.sar[:, own]) * shared.sigma[own]).T))
    signs = sign_scores(joint.medians(), abnormal, shared.days)
    positive = share_positive(residuals)
    aar = mean_of_available(residuals)

    def tests(window: slice, car: Floats, grank_z: Statistic) -> dict[str, Statistic]:
        length, inside = window.stop - window.start, np.isfinite(car)
        caar = float(car[inside].mean()) if inside.any() else math.nan
        return {
            "z_corrado_robust": robust.test(window),
            "z_cz_sign": signs.test(window),
            "t_bw85": brown_warner_1985(aar, caar, length),
            "t_csect": cross_sectional(car),
            "z_bw80": brown_warner_1980(car, sd, length),
            "z_grank_naive": grank_z,
            "z_sign": sign(car),
            "z_gsign": generalised_sign(car, positive),
            "w_wilcoxon": wilcoxon(car),
            "t_skew": skewness_adjusted(car),
            "t_hall": hall(car),
        }

    return tests


def _mean_correlations(residuals: Floats, complete: Bools) -> Floats:
    """(W,) r-bar of the securities that are complete in each window; windows of the same ones are worked out once."""
    sets = alike(complete)
    correlations = mean_correlation(residuals, np.stack([inside for _, inside in sets], axis=1))
    rbars = np.empty(complete.shape[1])
    for (numbers, _), correlation in zip(sets, correlations, strict=True):
        rbars[numbers] = correlation
    return rbars


def _by_cross_section(sar: Floats) -> Floats:
    """(L, n) standardised abnormal returns over their standard deviation across securities, day by day.

    NaN on a day without two different ones.
    """
    have = np.isfinite(sar)
    count = have.sum(axis=1)
    filled = np.where(have, sar, 0.0)
    mean = filled.sum(axis=1) / np.maximum(count, 1)
    deviation = np.where(have, sar - mean[:, None], 0.0)
    sd = np.sqrt(np.square(deviation).sum(axis=1) / np.maximum(count - 1, 1))
    sd[sd <= 1e-12 * np.abs(filled).max(axis=1, initial=0.0)] = np.nan
    scaled: Floats = sar / sd[:, None]
    return scaled


def _columns(values: Floats, columns: Ints) -> Floats:
    """(T, n) some columns of (T, N) `values`; the array itself, not a copy, where they are all of them."""
    return values if _is_everything(columns, values.shape[1]) else values[:, columns]


def _is_everything(columns: Ints, size: int) -> bool:
    return len(columns) == size and bool((columns == np.arange(size)).all())


def _of_portfolio(test: PortfolioTest) -> Statistic:
    if math.isfinite(test.t):
        return Statistic(test.t, test.p, float(test.df))
    if math.isfinite(test.caar):
        return undefined("zero variance")
    return undefined("no member traded on a day of the window, or too few estimation days")


def _rows(rows: slice) -> str:
    return f"{rows.start}:{rows.stop}"
