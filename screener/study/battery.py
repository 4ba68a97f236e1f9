"""All tests of all groups over all windows, each shared ingredient computed once."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from screener.study import Bools, Floats, Ints
from screener.study.abnormal import over_window, standardised
from screener.study.correlation import mean_correlation
from screener.study.models import Fit
from screener.study.nonparametric import (
    EstimationRanks,
    corrado_scores,
    daily_test,
    generalised_rank,
    generalised_sign,
    share_positive,
    sign,
    sign_scores,
    wilcoxon,
)
from screener.study.parametric import (
    FEWEST_MEMBERS,
    Statistic,
    adjusted_bmp,
    adjusted_patell,
    brown_warner_1980,
    brown_warner_1985,
    columns_of,
    cross_sectional,
    mean,
    patell,
    skewness_adjusted,
    two_sided,
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
        means = {"caar_ew": self.caar_ew, "caar_cw": self.caar_cw, "rbar": self.rbar}
        return means | columns_of(self.statistics)


def battery(
    fitted: Fit,
    groups: Sequence[Ints],
    windows: Sequence[slice],
    *,
    caps: Floats | None = None,
    everything: bool = False,
    wider: Sequence[tuple[float, float]] | None = None,
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
        wider: for each window, what multiplies the standard errors of a security and of a portfolio (see `moves`).

    Returns:
        for each group, one `GroupTests` for each window.
    """
    if not windows or not groups:
        return [[] for _ in groups]
    span = _span_of(windows, fitted.estimation)
    members = np.unique(np.concatenate(groups))
    shared = _Panel.of(fitted, members[fitted.sigma[members] > 0], span)
    wider = wider or [(1.0, 1.0) for _ in windows]
    results = [over_window(fitted, window, factor) for window, (factor, _) in zip(windows, wider, strict=True)]
    found = []
    for group in groups:
        own = np.asarray(group)[np.isin(group, shared.securities)]
        panel = shared.of_group(own)
        complete = np.stack([np.isfinite(result.scar[own]) for result in results], axis=1)
        rbars = _mean_correlations(panel.residuals, complete)
        portfolios = in_each_window(complete, windows, partial(_portfolio_tests, fitted, own))
        statistics = _tests(fitted, panel, everything=everything)
        tests = []
        for number, (window, result, portfolio) in enumerate(zip(windows, results, portfolios, strict=True)):
            inside, rbar = complete[:, number], float(rbars[number])
            t_portfolio = _of_portfolio(portfolio, wider[number][1])
            car, scar = np.where(inside, result.car[own], np.nan), result.scar[own]
            tests.append(
                GroupTests(
                    n=len(own),
                    n_window=int(inside.sum()),
                    caar_ew=mean(car),
                    caar_cw=math.nan if caps is None else weighted_mean(car, caps[own]),
                    rbar=rbar,
                    statistics={"t_portfolio": t_portfolio, **statistics(window, car, scar, rbar)},
                )
            )
        found.append(tests)
    return found


def _span_of(windows: Sequence[slice], estimation: slice) -> slice:
    """The rows from the first to the last of `windows`, which must lie outside the estimation window."""
    span = slice(min(window.start for window in windows), max(window.stop for window in windows))
    if span.start < estimation.stop and estimation.start < span.stop:
        raise ValueError(
            f"event rows {span.start}:{span.stop} overlap estimation rows {estimation.start}:{estimation.stop}"
        )
    return span


@dataclass(frozen=True)
class _Panel:
    """Abnormal returns of n securities on M estimation and L event days, and their ranks, computed of all at once."""

    securities: Ints
    """(n,) their columns."""
    span: slice
    """Rows of the event days."""
    abnormal: Floats
    """(M + L, n)"""
    ranks: EstimationRanks
    joint: Floats
    """(n, M + L) ranks of all days together."""

    @classmethod
    def of(cls, fitted: Fit, securities: Ints, span: slice) -> _Panel:
        abnormal = np.concatenate([fitted.abnormal[fitted.estimation], fitted.abnormal[span]])
        abnormal = abnormal[:, _chosen(securities, abnormal.shape[1])]
        learned = len(abnormal) - (span.stop - span.start)
        ranks = EstimationRanks.of(abnormal[:learned])
        return cls(securities, span, abnormal, ranks, ranks.joined(np.ascontiguousarray(abnormal[learned:].T)))

    def of_group(self, members: Ints) -> _Panel:
        """The same of some of the securities."""
        own = _chosen(np.searchsorted(self.securities, members), len(self.securities))
        ranks = EstimationRanks(self.ranks.ordered[own], self.ranks.rank[own])
        return _Panel(members, self.span, self.abnormal[:, own], ranks, self.joint[own])

    @property
    def residuals(self) -> Floats:
        """(M, n)"""
        return self.abnormal[: self.ranks.rank.shape[1]]

    def days(self, window: slice) -> slice:
        """Which of the M + L days the window, rows of the panel of returns, has."""
        before = self.span.start - len(self.residuals)
        return slice(window.start - before, window.stop - before)


def _portfolio_tests(fitted: Fit, members: Ints, inside: Bools, windows: list[slice]) -> list[PortfolioTest]:
    own = members[inside]
    portfolio = Portfolio.of(fitted.returns[:, _chosen(own, fitted.returns.shape[1])], fitted.design_of[own])
    return portfolio_t(portfolio, fitted.designs, fitted.estimation, windows, fitted.min_obs)


def _tests(
    fitted: Fit, panel: _Panel, *, everything: bool
) -> Callable[[slice, Floats, Floats, float], dict[str, Statistic]]:
    """The tests of one group, as a function of a window, the members' CAR and SCAR (n,) and r-bar in it.

    What the windows share is computed once.
    """
    sigma, df = fitted.sigma[panel.securities], fitted.df[panel.securities]
    corrado = corrado_scores(panel.joint)
    compare = _comparisons(fitted, panel) if everything else None

    def tests(window: slice, car: Floats, scar: Floats, rbar: float) -> dict[str, Statistic]:
        inside = np.isfinite(car)
        t_grank, z_grank = generalised_rank(panel.ranks, sigma, scar, rbar)
        statistics = {
            "z_patell": patell(scar, df),
            "t_bmp": cross_sectional(scar),
            "t_adj_bmp": adjusted_bmp(scar, rbar, int(df[inside].min()) if inside.any() else 0),
            "z_adj_patell": adjusted_patell(scar, df, rbar),
            "t_grank": t_grank,
            "z_corrado": daily_test(corrado, panel.days(window)),
        }
        if inside.sum() < FEWEST_MEMBERS:
            few = Statistic.undefined(f"fewer than {FEWEST_MEMBERS} members")
            statistics |= dict.fromkeys(("t_bmp", "t_adj_bmp", "t_grank"), few)
        if compare:
            statistics |= compare(window, car, z_grank)
        return statistics

    return tests


def _comparisons(fitted: Fit, panel: _Panel) -> Callable[[slice, Floats, Statistic], dict[str, Statistic]]:
    """The tests that only comparisons need, as a function of a window, the members' CARs (n,) and GRANK-Z in it."""
    sigma, observations = fitted.sigma[panel.securities], fitted.observations[panel.securities]
    sd = sigma * np.sqrt(fitted.df[panel.securities] / np.maximum(observations - 1, 1))
    sar = standardised(fitted, panel.span)[:, panel.securities]
    robust = corrado_scores(panel.ranks.joined((_by_cross_section(sar) * sigma).T))
    signs = sign_scores(panel.abnormal)
    positive = share_positive(panel.residuals)
    aar = mean_of_available(panel.residuals)

    def tests(window: slice, car: Floats, z_grank: Statistic) -> dict[str, Statistic]:
        length = window.stop - window.start
        return {
            "z_corrado_robust": daily_test(robust, panel.days(window)),
            "z_cz_sign": daily_test(signs, panel.days(window)),
            "t_bw85": brown_warner_1985(aar, mean(car), length),
            "t_csect": cross_sectional(car),
            "z_bw80": brown_warner_1980(car, sd, length),
            "z_grank_naive": z_grank,
            "z_sign": sign(car),
            "z_gsign": generalised_sign(car, positive),
            "w_wilcoxon": wilcoxon(car),
            "t_skew": skewness_adjusted(car),
            "t_hall": skewness_adjusted(car, cubic=True),
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
    middle = filled.sum(axis=1) / np.maximum(count, 1)
    deviation = np.where(have, sar - middle[:, None], 0.0)
    sd = np.sqrt(np.square(deviation).sum(axis=1) / np.maximum(count - 1, 1))
    sd[sd <= 1e-12 * np.abs(filled).max(axis=1, initial=0.0)] = np.nan
    scaled: Floats = sar / sd[:, None]
    return scaled


def _chosen(columns: Ints, size: int) -> slice | Ints:
    """The columns as an index; a slice, which copies nothing, where they are all of them."""
    return slice(None) if np.array_equal(columns, np.arange(size)) else columns


def _of_portfolio(test: PortfolioTest, wider: float) -> Statistic:
    if math.isfinite(test.t):
        t = test.t / wider
        return Statistic(t, float(two_sided(t, test.df)), float(test.df))
    if math.isfinite(test.caar):
        return Statistic.undefined("zero variance")
    return Statistic.undefined("no member traded on a day of the window, or too few estimation days")
