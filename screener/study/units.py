"""Many events on one set of returns: each as `Study` has it, and portfolios on every session for the shift test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from screener.study import Floats, Ints
from screener.study.models import Design, Model, Refit
from screener.study.pooled import normal_score
from screener.study.portfolio import Portfolio, mean_of_available
from screener.study.rolling import Rolling, roll
from screener.study.study import Study

MODELS = (Model.MARKET, Model.MARKET_ADJUSTED, Model.MEAN_ADJUSTED)
"""What many events may be measured with: the others need the whole market, or factors."""
_PATH = range(-5, 11)
"""Tau that paths show, at least."""


@dataclass(frozen=True, eq=False)
class Returns:
    """T sessions, N securities, B benchmarks."""

    values: Floats
    """(T, N) one-session simple returns, decimal; NaN = no trade, or a return over several sessions."""
    benchmarks: Floats
    """(B, T) returns of the benchmarks, decimal; NaN where unknown."""
    benchmark_of: Ints
    """(N,) the benchmark of each security."""

    def rolled(self, refit: Refit, windows: Sequence[range], members: Sequence[Ints], rows: slice) -> list[Rolling]:
        """By window, portfolios of `members`, columns of securities, on every session of `rows`; their t are NaN."""
        designs = [Design.of(refit.model, benchmark) for benchmark in self.benchmarks]
        portfolios = [Portfolio.of(self.values[:, own], self.benchmark_of[own]) for own in members]
        return roll(refit, portfolios, designs, rows, windows, t_rows=slice(0, 0))


@dataclass(frozen=True)
class Plan:
    """How every event is measured, in sessions relative to its own."""

    refit: Refit
    windows: Sequence[range]
    """Event windows as ranges of tau."""
    placebo_dates: int = 240
    """Use at most this many placebo sessions, the latest."""
    reach: int | None = None
    """Use no session earlier than so many before the event; None = any."""

    @property
    def path(self) -> range:
        """Tau that the paths show; it reaches over every window."""
        windows = (_PATH, *self.windows)
        return range(min(window.start for window in windows), max(window.stop for window in windows))

    @property
    def before(self) -> int:
        """Sessions before an event without which it cannot be measured; the first of the prices has no return."""
        return self.refit.history - min(0, *(window.start for window in self.windows)) + 1

    @property
    def after(self) -> int:
        """Sessions after it that its windows reach; the path may end earlier than it should."""
        return max(window.stop for window in self.windows) - 1


@dataclass(frozen=True)
class Units:
    """U events, each on one set of securities; W windows. Decimals; NaN where a figure cannot be had."""

    n: Ints
    """(U, W) securities with an abnormal return on every session of the window."""
    car: Floats
    """(U, W) cumulative abnormal return, the mean of the securities'."""
    t: Floats
    """(U, W) of it, of the portfolio: a single security's SCAR."""
    sd: Floats
    """(U, W) standard deviation expected of one session's abnormal return."""
    z: Floats
    """(U, W) car / (sqrt(L) sd)."""
    placebo_rank: Floats
    """(U, W) of |z| among the placebo sessions, the event itself included."""
    placebo_n: Ints
    """(U, W) placebo sessions and the event."""
    score: Floats
    """(U, W) normal score of z among the placebo sessions, signed; see `normal_score`."""
    abnormal: Floats
    """(U, path) mean abnormal return by tau."""
    residuals: Floats
    """(U, M) residuals of the estimation window over `sigma`, oldest first; NaN where missing."""
    sigma: Floats
    """(U,) residual standard deviation."""

    @classmethod
    def empty(cls, count: int, plan: Plan) -> Units:
        """Of events that cannot be measured."""
        shape = count, len(plan.windows)
        return cls(
            n=np.zeros(shape, dtype=np.int64),
            car=np.full(shape, np.nan),
            t=np.full(shape, np.nan),
            sd=np.full(shape, np.nan),
            z=np.full(shape, np.nan),
            placebo_rank=np.full(shape, np.nan),
            placebo_n=np.zeros(shape, dtype=np.int64),
            score=np.full(shape, np.nan),
            abnormal=np.full((count, len(plan.path)), np.nan),
            residuals=np.full((count, plan.refit.estimation), np.nan),
            sigma=np.full(count, np.nan),
        )


def measure_units(
    returns: Returns, plan: Plan, rows: Sequence[int], members: Sequence[Ints], excluded: Sequence[Sequence[int]]
) -> Units:
    """Measure each event as if it were the only one.

    Args:
        returns: of all securities, over sessions that reach before and after the events.
        plan: how.
        rows: (U,) row of each event's tau = 0.
        members: (U,) columns of its securities.
        excluded: (U,) rows that no placebo window of it may touch, because something else happened there.
    """
    units = Units.empty(len(rows), plan)
    alike: dict[tuple[int, tuple[int, ...]], list[int]] = {}
    for number, (row, others) in enumerate(zip(rows, excluded, strict=True)):
        if _within(returns, plan, row):
            alike.setdefault((row, tuple(others)), []).append(number)
    for (row, others), numbers in alike.items():
        _measure(units, returns, plan, row, others, numbers, [members[number] for number in numbers])
    return units


def _within(returns: Returns, plan: Plan, row: int) -> bool:
    """Whether the sessions reach over the event's shortest history and every window of it."""
    first = min(0, *(window.start for window in plan.windows))
    return row + first >= 1 and row + plan.after < len(returns.values)


def _measure(
    units: Units,
    returns: Returns,
    plan: Plan,
    row: int,
    excluded: Sequence[int],
    numbers: Sequence[int],
    members: Sequence[Ints],
) -> None:
    """Fill in the events `numbers`, all on the session `row`."""
    columns, places = np.unique(np.concatenate(members), return_inverse=True)
    groups = np.split(places, np.cumsum([len(own) for own in members])[:-1])
    begin = 0 if plan.reach is None else max(row - plan.reach, 0)
    values, row = returns.values[begin:], row - begin
    # What is not asked for costs nothing.
    study = Study(
        returns=values[:, columns],
        benchmarks=returns.benchmarks[:, begin:],
        benchmark_of=returns.benchmark_of[columns],
        event=row,
        refit=plan.refit,
        windows=[slice(row + window.start, row + window.stop) for window in plan.windows],
        excluded=[other - begin for other in excluded if other >= begin],
        placebo_dates=plan.placebo_dates,
    )
    complete = study.complete(study.windows)
    for window, placebo in enumerate(study.placebos(groups)):
        units.car[numbers, window] = placebo.caar
        units.t[numbers, window] = placebo.t
        units.sd[numbers, window] = placebo.sd
        units.z[numbers, window] = placebo.z_ewma
        units.placebo_rank[numbers, window] = placebo.placebo_rank
        units.placebo_n[numbers, window] = placebo.placebo_n
        units.score[numbers, window] = normal_score(placebo.z_ewma, placebo.placebo_z)
        units.n[numbers, window] = [complete[group, window].sum() for group in groups]
    fit = study.fit
    learned = slice(row - plan.refit.gap - plan.refit.estimation, row - plan.refit.gap)
    taus = np.arange(plan.path.start, plan.path.stop)
    there = (row + taus >= 0) & (row + taus < len(values))
    for number, group in zip(numbers, groups, strict=True):
        own = group[fit.sigma[group] > 0]
        if not own.size:
            continue
        mean = mean_of_available(fit.abnormal[:, own])
        units.abnormal[number, there] = mean[row + taus[there]]
        if learned.start >= 0:
            residuals = mean[learned]
            known = residuals[np.isfinite(residuals)]
            units.sigma[number] = np.sqrt(np.square(known).sum() / fit.df[own].min())
            units.residuals[number] = residuals / units.sigma[number]
