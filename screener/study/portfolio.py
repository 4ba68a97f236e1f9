"""Groups of securities as one portfolio: descriptive means, and a test that needs no independence between them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np

from screener.study import Bools, Floats, Ints
from screener.study.abnormal import daily
from screener.study.models import Design, fit
from screener.study.parametric import two_sided

T = TypeVar("T")


class _Cross(NamedTuple):
    """How a group's returns over one window lie, decimals; NaN where nothing is known."""

    n: int
    """Members with a return."""
    mean_ew: float
    mean_cw: float
    """Weighted by capitalisation over the members whose capitalisation is known; NaN if that is not every one."""
    median: float
    n_up: int
    """Members that rose."""
    n_down: int
    """Members that fell."""
    breadth_up: float
    """Share of members that rose."""


def cross_section(values: Floats, caps: Floats | None = None) -> _Cross:
    """Describe (N,) window returns of a group; `caps` (N,) in KRW at the base session, NaN or None where unknown."""
    have = np.isfinite(values)
    known = values[have]
    if not known.size:
        return _Cross(0, np.nan, np.nan, np.nan, 0, 0, np.nan)
    n_up = int((known > 0).sum())
    return _Cross(
        n=int(known.size),
        mean_ew=float(known.mean()),
        mean_cw=np.nan if caps is None else weighted_mean(values, caps),
        median=float(np.median(known)),
        n_up=n_up,
        n_down=int((known < 0).sum()),
        breadth_up=n_up / known.size,
    )


def weighted_mean(values: Floats, weights: Floats) -> float:
    """Mean of the non-missing `values`; NaN unless each of them has a weight, for a partial mean would mislead."""
    have = np.isfinite(values)
    w = weights[have]
    if not have.any() or not np.isfinite(w).all() or w.sum() <= 0:
        return float("nan")
    return float(values[have] @ w / w.sum())


@dataclass(frozen=True)
class Portfolio:
    """A weighted sum of K legs, one leg for each benchmark that the members are measured against.

    The equal-weight mean of a group is one portfolio; the difference of two groups is another.
    """

    returns: Floats
    """(T, K) return of each leg, the mean over its members that traded; decimal, NaN on a day without any."""
    weights: Floats
    """(K,) weight of each leg."""
    design_of: Ints
    """(K,) which benchmark's design belongs to each leg."""

    @classmethod
    def of(cls, returns: Floats, design_of: Ints) -> Portfolio:
        """Equal-weight portfolio of the columns of `returns` (T, N), whose benchmarks are `design_of` (N,)."""
        present, counts = np.unique(design_of, return_counts=True)
        legs = [
            mean_of_available(returns if len(present) == 1 else returns[:, design_of == number]) for number in present
        ]
        stacked = np.stack(legs, axis=1) if legs else np.empty((len(returns), 0))
        return cls(stacked, counts / max(len(design_of), 1), present.astype(np.int64))

    @classmethod
    def each(cls, returns: Floats, design_of: Ints) -> list[Portfolio]:
        """Each column of `returns` (T, N) as a portfolio of its own."""
        one = np.ones(1)
        return [cls(returns[:, i : i + 1], one, design_of[i : i + 1]) for i in range(returns.shape[1])]

    def __sub__(self, other: Portfolio) -> Portfolio:
        """Long this portfolio, short the other."""
        return Portfolio(
            np.hstack([self.returns, other.returns]),
            np.concatenate([self.weights, -other.weights]),
            np.concatenate([self.design_of, other.design_of]),
        )


class PortfolioTest(NamedTuple):
    """A portfolio's abnormal return in one window; NaN where it cannot be had."""

    caar: float
    """Cumulative abnormal return of the portfolio, decimal."""
    t: float
    p: float
    """Two-sided, Student's t with `df` degrees of freedom."""
    df: int


def portfolio_t(
    portfolio: Portfolio,
    designs: Sequence[Design],
    estimation: slice,
    windows: Sequence[slice],
    min_obs: int,
) -> list[PortfolioTest]:
    """Test a portfolio's abnormal return in each window with the model fitted to the portfolio's own legs.

    The portfolio's residual carries the members' whole correlation in its own variance, so the test needs no
    independence between them, and with one benchmark it is exact under normality (crude dependence adjustment of
    Brown and Warner 1985, JFE 14:3, with the prediction error of Campbell, Lo and MacKinlay 1997, section 4.4.3):

        Var = sum_gh w_g w_h s_gh (L + z_g' (X_g'X_g)^-1 X_g'X_h (X_h'X_h)^-1 z_h)

    over the legs g, h, with s_gh their residual covariance over M - p. A thin-trading beta puts its own weights on
    the estimation days in the place of X (X'X)^-1.

    Args:
        portfolio: the legs; only sessions on which every leg has a return are used.
        designs: one design per benchmark.
        estimation: rows of the panel that normal behaviour is learned from.
        windows: rows of the panel, one slice per event window.
        min_obs: fewest estimation days; below it every figure is NaN.
    """
    complete = np.asarray(np.isfinite(portfolio.returns).all(axis=1))
    returns = np.where(complete[:, None], portfolio.returns, np.nan)
    fitted = fit(returns, designs, portfolio.design_of, estimation, min_obs)
    df = int(fitted.df.min()) if fitted.df.size else 0
    if df < 1 or not np.isfinite(fitted.sigma).all():
        return [PortfolioTest(np.nan, np.nan, np.nan, df) for _ in windows]
    used = complete[estimation] & np.isfinite(fitted.abnormal[estimation]).all(axis=1)
    for number in portfolio.design_of:
        used &= designs[number].usable(estimation)
    residuals = fitted.abnormal[estimation][used]
    covariance = residuals.T @ residuals / df
    pair_weights = np.outer(portfolio.weights, portfolio.weights) * covariance
    influence = [designs[number].influence(estimation, used) for number in portfolio.design_of]
    tests = []
    for window in windows:
        abnormal = daily(fitted, window)
        caar = float(abnormal.sum(axis=0) @ portfolio.weights)
        loading = np.stack(
            [
                on_day @ designs[number].total(window, estimation)
                for on_day, number in zip(influence, portfolio.design_of, strict=True)
            ]
        )
        variance = float((pair_weights * (len(abnormal) + loading @ loading.T)).sum())
        t = caar / np.sqrt(variance) if variance > 0 else np.nan
        tests.append(PortfolioTest(caar, float(t), float(two_sided(t, df)), df))
    return tests


def alike(complete: Bools) -> list[tuple[Ints, Bools]]:
    """Windows that the same securities are complete in: (their numbers, (N,) which securities) for each such set.

    A portfolio is tested in a window with the members that are complete in it. Its CAAR is the mean of their CARs
    where they also share the estimation days; where some were listed late, a portfolio fitted as one differs from it
    a little. `complete` is (N, W).
    """
    numbers: dict[bytes, list[int]] = {}
    for number, inside in enumerate(complete.T):
        numbers.setdefault(inside.tobytes(), []).append(number)
    return [(np.array(own), complete[:, own[0]]) for own in numbers.values()]


def in_each_window(
    complete: Bools, windows: Sequence[slice], test: Callable[[Bools, list[slice]], Sequence[T]]
) -> list[T]:
    """What `test` finds in each of W windows, called once for all windows that the same securities are complete in.

    It gets (N,) which securities these are, and the windows; `complete` is (N, W) as for `alike`.
    """
    found: dict[int, T] = {}
    for numbers, inside in alike(complete):
        results = test(inside, [windows[number] for number in numbers])
        found |= dict(zip(numbers.tolist(), results, strict=True))
    return [found[number] for number in range(len(windows))]


def mean_of_available(values: Floats) -> Floats:
    """(T,) mean over the non-missing columns of (T, N) `values`; NaN on a day without any."""
    have = np.isfinite(values)
    count = have.sum(axis=1)
    total = (values if have.all() else np.where(have, values, 0.0)).sum(axis=1)
    mean: Floats = np.divide(total, count, out=np.full(len(total), np.nan), where=count > 0)
    return mean
