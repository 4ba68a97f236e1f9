"""`Study`: one event on one set of returns, every part of it computed once and only if it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from screener.study import Bools, Floats, Ints
from screener.study.abnormal import WindowResult, daily, leave_one_out, over_window
from screener.study.battery import GroupTests, battery
from screener.study.models import Design, Fit, Model, Refit, fit
from screener.study.parametric import half_width
from screener.study.placebo import Placebo, PlaceboPlan, placebo_test, share_beyond
from screener.study.portfolio import Portfolio, PortfolioTest, in_each_window, mean_of_available, portfolio_t
from screener.study.rolling import Rolling
from screener.study.spread import TwoSample, best_and_worst, spreads, two_sample


@dataclass(frozen=True, eq=False)
class Study:
    """T sessions, N securities, B benchmarks, W windows. Groups are arrays of columns."""

    returns: Floats
    """(T, N) one-session simple returns, decimal; NaN = no trade, or a return over several sessions."""
    benchmarks: Floats
    """(B, T) returns of the benchmarks, decimal; NaN where unknown."""
    benchmark_of: Ints
    """(N,) the benchmark of each security."""
    event: int
    """Row of tau = 0."""
    refit: Refit
    """The model, and the sessions that it learns from before the event and before each placebo date."""
    windows: Sequence[slice]
    """Rows of each event window."""
    excluded: Sequence[int] = ()
    """Rows that no placebo window may touch, because something else happened there."""
    placebo_dates: int = 240
    """Use at most this many placebo sessions, the latest."""
    caps: Floats | None = None
    """(N,) capitalisation before the event, KRW, for `caar_cw`; NaN where unknown."""
    factors: Floats | None = None
    """(T, k) regressors of the factor model beside the constant, decimal."""
    equal_weight: Floats | None = None
    """(T,) equal-weight return of the whole market, decimal, for the market-size model."""
    random_groups: Sequence[Portfolio] = ()
    """Groups of stocks of the market that chance put together, over the same T sessions and benchmarks."""
    random_stocks: Sequence[Portfolio] = ()
    """Single stocks of the market, likewise."""

    @cached_property
    def designs(self) -> list[Design]:
        """One for each benchmark."""
        return [
            Design.of(self.refit.model, benchmark, factors=self.factors, equal_weight=self.equal_weight)
            for benchmark in self.benchmarks
        ]

    @property
    def estimation(self) -> slice:
        """Rows of the estimation window."""
        return self.refit.estimation_of(self.event)

    @cached_property
    def fit(self) -> Fit:
        """The model, fitted to each security before the event."""
        return fit(self.returns, self.designs, self.benchmark_of, self.estimation, self.refit.min_obs)

    @property
    def studied(self) -> Bools:
        """(N,) securities with a fit."""
        return np.isfinite(self.fit.sigma)

    @property
    def has_history(self) -> bool:
        """Whether there is anything to learn normal behaviour from, and a window to measure."""
        return bool(self.studied.any()) and bool(self.windows)

    @cached_property
    def results(self) -> list[WindowResult]:
        """For each window, what each security did."""
        return [over_window(self.fit, window, wider) for window, wider in zip(self.windows, self._wider, strict=True)]

    @cached_property
    def _wider(self) -> list[float]:
        """For each window, by how much the market's move widens the abnormal return of a security."""
        if self.plan.moves is None or not self.studied.any():
            return [1.0 for _ in self.windows]
        return [placebo.wider for placebo in self.stock_placebos]

    @cached_property
    def benchmark_returns(self) -> Floats:
        """(W, N) return of each security's benchmark over each window; NaN if a session of it is unknown."""
        compounded = [np.prod(1.0 + self.benchmarks[:, window], axis=1) - 1.0 for window in self.windows]
        return np.array(compounded).reshape(len(self.windows), len(self.benchmarks))[:, self.benchmark_of]

    @cached_property
    def half_widths(self) -> Floats:
        """(W, N) half of the 95% interval of each security's CAR, by its t; decimal."""
        return np.array([half_width(result.se, self.fit.df) for result in self.results])

    def stock_columns(self, number: int) -> dict[str, Floats]:
        """(N,) what each security did in one window, by column, with its 95% interval."""
        result, half = self.results[number], self.half_widths[number]
        return {
            "benchmark_return": self.benchmark_returns[number],
            "car": result.car,
            "ci_low": result.car - half,
            "ci_high": result.car + half,
            "bhar": result.bhar,
            "scar": result.scar,
            "t": result.scar,
            "p": result.p,
        }

    def path_columns(self, group: Ints, rows: range, half_width: Floats) -> dict[str, Floats | Ints]:
        """The group's mean abnormal return on each of `rows`, and its sum since the base, by column.

        A session on which no member traded adds nothing to the sum, and has no mean of its own. `half_width` is that of
        the interval of each sum, see `path_half_widths`.
        """
        abnormal, base = self.fit.abnormal[rows.start : rows.stop][:, group], self.event - 1
        aar = mean_of_available(abnormal)
        running = np.nancumsum(aar)
        caar = running - (running[base - rows.start] if base in rows else 0.0)
        count = np.isfinite(abnormal).sum(axis=1)
        return {"n": count, "aar": aar, "caar": caar, "ci_low": caar - half_width, "ci_high": caar + half_width}

    @cached_property
    def plan(self) -> PlaceboPlan:
        """How the event is ranked among placebo sessions."""
        moves = None
        if self.refit.model is Model.MARKET_SIZE and self.equal_weight is not None:
            moves = np.column_stack([*self.benchmarks, self.equal_weight])
        return PlaceboPlan(
            self.refit,
            self.designs,
            self.event,
            self.windows,
            self.excluded,
            self.placebo_dates,
            moves,
            self.random_groups,
            [range(window.start - self.event, window.stop - self.event) for window in self.windows],
        )

    @cached_property
    def random_shares(self) -> Floats:
        """(W,) share of the random groups with a placebo p of 5% at most in each window; NaN without any.

        5% are expected. More say that the market as a whole moved in ways which the model does not know of, so that
        what a group of the event did need not be the event's doing.
        """
        if not self.random_groups:
            return np.full(len(self.windows), np.nan)
        return np.array([share_beyond(placebo.placebo_p) for placebo in placebo_test(self.plan, self.random_groups)])

    def daily(self, window: slice) -> Floats:
        """(L, N) abnormal returns of the sessions of a window, which add up to its CARs."""
        return daily(self.fit, window)

    def complete(self, windows: Sequence[slice]) -> Bools:
        """(N, len(windows)) whether a security has a fit, and an abnormal return on every session of a window."""
        known, fitted = np.isfinite(self.fit.abnormal), self.fit.sigma > 0
        return np.array([known[rows].all(axis=0) & fitted for rows in windows]).reshape(-1, len(fitted)).T

    def tests(self, groups: Sequence[Ints], *, everything: bool = False) -> list[list[GroupTests]]:
        """For each group, its tests in each window; see `battery`."""
        wider = None
        if self.plan.moves is not None and self.studied.any():
            of_groups = [placebo.wider for placebo in self.placebos(groups)]
            wider = list(zip(self._wider, of_groups, strict=True))
        return battery(self.fit, groups, self.windows, caps=self.caps, everything=everything, wider=wider)

    @cached_property
    def stock_placebos(self) -> list[Placebo]:
        """For each window, each security among its placebo sessions."""
        return placebo_test(self._plan_of_stocks, Portfolio.each(self.returns, self.benchmark_of))

    @cached_property
    def _plan_of_stocks(self) -> PlaceboPlan:
        """Stocks are noisier than groups, so that the market's move widens theirs less: they tell by how much."""
        return self.plan.asking(self.random_stocks)

    def placebos(self, groups: Sequence[Ints], windows: Sequence[slice] | None = None) -> list[Placebo]:
        """For each window (default: those of the study), the groups' portfolios among their placebo sessions.

        A portfolio holds, in each window, the members that are complete in it.
        """
        plan = self._plan_of_stocks if all(len(group) == 1 for group in groups) else self.plan
        plan = plan if windows is None else replace(plan, windows=windows)
        # Most groups have the same members in every window; a portfolio that several windows share is rolled once.
        numbers: dict[bytes, int] = {}
        which = np.empty((len(plan.windows), len(groups)), dtype=np.int64)
        for number, inside in enumerate(self.complete(plan.windows).T):
            for place, group in enumerate(groups):
                own = group[inside[group]]
                which[number, place] = numbers.setdefault(own.tobytes(), len(numbers))
        portfolios = [self._portfolio(np.frombuffer(key, np.int64)) for key in numbers]
        dates, span = plan.spans()
        rolling = plan.rolled(portfolios, span)
        return [Placebo.of(result.take(own), rows) for result, own, rows in zip(rolling, which, dates, strict=True)]

    def path_half_widths(self, groups: Sequence[Ints], rows: range) -> Floats:
        """(rows, groups) half of the 95% interval of a group's sum of abnormal returns between the base and each row.

        It is the primary test's, of the window from the event day to the row, or from the session after the row to the
        base: the same placebo dates, and the members that are complete in that window. A path's own sum is over the
        members that traded each day, so that where some did not it is a little off the middle of the interval. Each
        window is a test of its own. 0 at the base.
        """
        half = np.zeros((len(rows), len(groups)))
        base = self.event - 1
        windows = {
            row: slice(self.event, row + 1) if row > base else slice(row + 1, self.event) for row in rows if row != base
        }
        for row, placebo in zip(windows, self.placebos(groups, list(windows.values())), strict=True):
            half[row - rows.start] = placebo.half_width()
        return half

    def each_session(self, group: Ints, rows: slice) -> Rolling:
        """The group's portfolio on each of `rows` alone, measured against the sessions before that one.

        The portfolio is that of the event day, so that the event and its placebo sessions are among these sessions as
        `placebos` has them. Where no member can be measured on the event day, it holds them all.
        """
        [inside] = self.complete([slice(self.event, self.event + 1)]).T
        members = group[inside[group]] if inside[group].any() else group
        plan = self._plan_of_stocks if len(group) == 1 else self.plan
        plan = replace(plan, windows=[slice(self.event, self.event + 1)])
        [rolling] = plan.rolled([self._portfolio(members)], rows)
        return rolling

    def _portfolio(self, members: Ints) -> Portfolio:
        return Portfolio.of(self.returns[:, members], self.benchmark_of[members])

    def spreads(self, a: Ints, b: Ints) -> list[tuple[PortfolioTest, Placebo]]:
        """For each window, group A minus group B, of the members that are complete in it."""

        def test(inside: Bools, rows: list[slice]) -> list[tuple[PortfolioTest, Placebo]]:
            plan = replace(self.plan, windows=rows)
            return spreads(plan, self._portfolio(a[inside[a]]), self._portfolio(b[inside[b]]))

        return in_each_window(self.complete(self.windows), self.windows, test)

    def widest(self, groups: Sequence[Ints]) -> tuple[int, int, list[Placebo]] | None:
        """The best and the worst of the groups in the first window, and for each window their difference.

        Who chooses a pair because it moved apart finds a small p on most days. So each placebo session is given the
        same choice: its statistic is that of the groups that were best and worst on it, in the first window. Then p is
        that of the choice as a whole, exact for it as for a pair that was named before. None if fewer than two groups
        can be measured.
        """
        plan, complete = self.plan, self.complete(self.windows)
        dates, span = plan.spans()
        portfolios = [self._portfolio(group[complete[group, 0]]) for group in groups]
        [rolling] = replace(plan, windows=plan.windows[:1]).rolled(portfolios, span)
        best, worst = best_and_worst(rolling)
        if best[-1] < 0:
            return None
        pairs, pair_of = np.unique(np.stack([best, worst], axis=1), axis=0, return_inverse=True)

        def test(inside: Bools, rows: list[slice]) -> list[Rolling]:
            members = [group[inside[group]] for group in groups]
            apart = [self._portfolio(members[a]) - self._portfolio(members[b]) for a, b in pairs.tolist()]
            return [found.chosen(pair_of) for found in replace(plan, windows=rows).rolled(apart, span)]

        found = in_each_window(complete, self.windows, test)
        placebos = [
            Placebo.of(result, rows[best[rows - span.start] >= 0]) for result, rows in zip(found, dates, strict=True)
        ]
        return int(best[-1]), int(worst[-1]), placebos

    def spread_tests(self, a: Ints, b: Ints) -> list[PortfolioTest]:
        """For each window, the t alone of group A minus group B, for models that have no placebo sessions."""

        def test(inside: Bools, rows: list[slice]) -> list[PortfolioTest]:
            portfolio = self._portfolio(a[inside[a]]) - self._portfolio(b[inside[b]])
            return portfolio_t(portfolio, self.designs, self.estimation, rows, self.refit.min_obs)

        return in_each_window(self.complete(self.windows), self.windows, test)

    def two_sample(self, a: Ints, b: Ints, window: int) -> TwoSample:
        """Group A against group B in one window, robust to variance that the event itself raised."""
        scar, residuals = self.results[window].scar, self.fit.abnormal[self.estimation]
        return two_sample(scar[a], scar[b], residuals[:, a], residuals[:, b])

    def without_itself(self, weights: Floats, least: float) -> dict[int, list[WindowResult]]:
        """By column of a security that is a large part of its index: its results against the index without it.

        Its weight on other days follows from the base session's, for it grows as the stock outgrows the index.

        Args:
            weights: (N,) part of each security in its index at the base session; NaN where not known.
            least: weight from which a security is a large part.
        """
        base, results = self.event - 1, {}
        for column in np.flatnonzero(self.studied & (weights >= least)):
            index, own = self.benchmarks[self.benchmark_of[column]], self.returns[:, column]
            relative = np.cumprod((1.0 + np.nan_to_num(own)) / (1.0 + np.nan_to_num(index)))
            weight = weights[column] * relative / relative[base]
            before = np.concatenate([[np.nan], weight[:-1]])[:, None]
            rest = leave_one_out(index, own[:, None], before).T
            alone = replace(self, returns=own[:, None], benchmarks=rest, benchmark_of=np.zeros(1, dtype=np.int64))
            results[int(column)] = [
                over_window(alone.fit, window, wider) for window, wider in zip(self.windows, self._wider, strict=True)
            ]
        return results
