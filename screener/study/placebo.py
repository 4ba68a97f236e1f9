"""The headline test: how extreme the event is among the ordinary days of the same portfolio's own past.

All securities of an event study on one market share the event day, their returns move together, have fat tails and
volatility that comes in clusters. The rank of the event among placebo dates needs no assumption about any of these
beyond 'the standardised abnormal return of an ordinary day is drawn from one law'.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from screener.study.arrays import Bools, Floats, Ints
from screener.study.expected import Design
from screener.study.portfolio import Portfolio, in_each_window
from screener.study.rolling import Refit, Rolling, roll

FEWEST_DATES = 39
"""With 39 placebo dates p moves in steps of 1/40, so that the level of 5 % is met exactly and does not hang on the
one most extreme date: the event may still rank second."""


@dataclass(frozen=True)
class Placebo:
    """P portfolios in one window, against B placebo dates that all of them share. Decimals; NaN where undefined."""

    dates: Ints
    """(B,) rows of the placebo dates, ascending."""
    length: int
    """Sessions L of the window."""
    caar: Floats
    """(P,) cumulative abnormal return of the event."""
    sd: Floats
    """(P,) standard deviation expected of one session's abnormal return, from the sessions before the event."""
    z_ewma: Floats
    """(P,) the statistic: caar / (sqrt(L) sd)."""
    t: Floats
    """(P,) portfolio t of the event."""
    placebo_rank: Floats
    """(P,) 1 + the number of placebo dates whose |z_ewma| is at least the event's: 'rank r of placebo_n'."""
    placebo_n: Ints
    """(P,) placebo dates with a statistic, plus the event itself."""
    placebo_p: Floats
    """(P,) two-sided: placebo_rank / placebo_n."""
    t_placebo_p: Floats
    """(P,) the same with the portfolio t as the statistic."""
    placebo_caar: Floats
    """(B, P) cumulative abnormal return at each placebo date."""
    placebo_z: Floats
    """(B, P) z_ewma at each placebo date."""
    placebo_t: Floats
    """(B, P) portfolio t at each placebo date."""
    reason: tuple[str, ...]
    """(P,) why placebo_p is NaN; empty where it is not."""

    def half_width(self, level: float = 0.05) -> Floats:
        """(P,) half the width of the 1 - `level` confidence interval of the abnormal return: what is not rejected.

        An effect is not rejected while what is left of the event is no more extreme than the critical placebo date.
        """
        half = np.full(len(self.caar), np.nan)
        for column in np.flatnonzero(np.isfinite(self.placebo_p)):
            half[column] = critical_value(self.placebo_z[:, column], level) * np.sqrt(self.length) * self.sd[column]
        return half


def placebo_test(
    refit: Refit,
    portfolios: Sequence[Portfolio],
    designs: Sequence[Design],
    event: int,
    windows: Sequence[slice],
    excluded: Ints | Sequence[int] = (),
    most: int = 240,
) -> list[Placebo]:
    """Rank each portfolio's event among its own placebo dates, one result per window.

    At the event and at each placebo date the model is refitted on the estimation window before it. The statistic is
    the cumulative abnormal return over sqrt(L) times the standard deviation that the sessions before it let expect,
    the latest weighing most (see `roll`), so that calm and wild times can be compared. p = (1 + #{|z_b| >= |z_0|}) /
    (B + 1), never below 1 / (B + 1); on why 1 is added see Phipson and Smyth 2010, SAGMB 9:39. To rank the event
    among the security's own other days is the idea of Corrado 1989, JFE 23:385.

    Args:
        refit: model and the sessions to learn from, before the event and before every placebo date.
        portfolios: P portfolios over the same T sessions, groups or differences of groups.
        designs: one design per benchmark.
        event: row of tau = 0.
        windows: rows of the panel, one slice per event window; one that ends beyond the panel gives NaN.
        excluded: rows of sessions that no placebo window may touch, such as the windows of other events.
        most: use at most this many placebo dates, the latest.
    """
    taus, sets, dates = placebo_spans(refit, event, windows, excluded, most)
    rolling = roll(refit, portfolios, designs, dates, taus)
    return [rank_among(result, rows) for result, rows in zip(rolling, sets, strict=True)]


def placebo_spans(
    refit: Refit, event: int, windows: Sequence[slice], excluded: Ints | Sequence[int], most: int
) -> tuple[list[range], list[Ints], slice]:
    """Each window relative to tau = 0, its placebo dates, and the rows from the earliest of these through the event."""
    taus = [range(window.start - event, window.stop - event) for window in windows]
    sets = [placebo_dates(refit, event, tau, excluded, most) for tau in taus]
    begin = min([int(rows[0]) for rows in sets if rows.size], default=event)
    return taus, sets, slice(begin, event + 1)


def placebo_dates(refit: Refit, event: int, tau: range, excluded: Ints | Sequence[int] = (), most: int = 240) -> Ints:
    """Rows, ascending, of the latest sessions that can stand in for the event in the window `tau`.

    A full estimation window stands before such a session, and its own window ends before the true event and its
    window begin and touches none of the `excluded` sessions. Its estimation window may: the event's own may as well.
    """
    candidates = np.arange(refit.history - min(0, tau.start), event + min(0, tau.start) - tau.stop + 1)
    touched = np.zeros(event + 1, dtype=np.int64)
    rows = np.asarray(excluded, dtype=np.int64)
    touched[rows[(rows >= 0) & (rows < event)] + 1] = 1
    before = np.cumsum(touched)
    clear = before[candidates + tau.stop] == before[candidates + tau.start]
    dates: Ints = candidates[clear][-most:] if most > 0 else candidates[:0]
    return dates


def placebo_of_groups(
    refit: Refit,
    returns: Floats,
    design_of: Ints,
    groups: Sequence[Ints],
    complete: Bools,
    designs: Sequence[Design],
    event: int,
    windows: Sequence[slice],
    excluded: Ints | Sequence[int] = (),
    most: int = 240,
) -> list[Placebo]:
    """`placebo_test` of the equal-weight portfolios of `groups`, in each window of the members complete in it.

    Args:
        refit: model and the sessions to learn from.
        returns: (T, N) simple returns, decimal; NaN = no trade.
        design_of: (N,) the design of each security.
        groups: columns of the members of each group.
        complete: (N, W) whether a security has a fit, and an abnormal return on every session of a window.
        designs: one design per benchmark.
        event: row of tau = 0.
        windows: W slices, rows of the panel.
        excluded: rows of sessions that no placebo window may touch.
        most: use at most this many placebo dates, the latest.
    """

    def test(inside: Bools, rows: list[slice]) -> list[Placebo]:
        members = [group[inside[group]] for group in groups]
        portfolios = [Portfolio.of(returns[:, own], design_of[own]) for own in members]
        return placebo_test(refit, portfolios, designs, event, rows, excluded, most)

    return in_each_window(complete, windows, test)


def critical_value(placebo: Floats, level: float) -> float:
    """Smallest |statistic| with p <= `level` against (B,) `placebo`: the m-th largest, m = floor(level (B + 1))."""
    extremes = np.sort(np.abs(placebo[np.isfinite(placebo)]))
    return float(extremes[-int(level * (extremes.size + 1) + 1e-9)])


def other_windows(rows: Sequence[int], windows: Sequence[tuple[int, int]], sessions: int) -> list[int]:
    """Rows that the windows (first, last tau) of other events cover, none for an event at or outside the panel's ends.

    Args:
        rows: row of the event day of each other event.
        windows: first and last tau of each window.
        sessions: rows of the panel.
    """
    first, last = min(first for first, _ in windows), max(last for _, last in windows)
    inside = [row for row in rows if 0 < row < sessions]
    return [tau + row for row in inside for tau in range(min(first, 0), max(last, 0) + 1)]


def each_security(returns: Floats, design_of: Ints) -> list[Portfolio]:
    """Each column of `returns` (T, N) as a portfolio of its own, for the placebo p of single securities."""
    one = np.ones(1)
    return [Portfolio(returns[:, i : i + 1], one, design_of[i : i + 1]) for i in range(returns.shape[1])]


def two_sided_rank(observed: Floats, placebo: Floats) -> tuple[Floats, Ints]:
    """Rank (P,) of each |observed| (P,) among its non-missing |placebo| (B, P), and of how many (P,), itself included.

    The rank is NaN where `observed` is, or where there are fewer than `FEWEST_DATES` placebo values.
    """
    count = np.isfinite(placebo).sum(axis=0)
    rank = 1.0 + (np.abs(placebo) >= np.abs(observed)).sum(axis=0)
    return np.where(np.isfinite(observed) & (count >= FEWEST_DATES), rank, np.nan), count + 1


def rank_among(rolling: Rolling, rows: Ints) -> Placebo:
    """Rank the last date of `rolling` among those in the panel's `rows`."""
    at = rows - rolling.dates.start
    z = rolling.z_ewma
    rank, n = two_sided_rank(z[-1], z[at])
    t_rank, t_n = two_sided_rank(rolling.t[-1], rolling.t[at])
    reason = tuple(
        "" if np.isfinite(r) else _reason(caar, sd, len(rows), int(m) - 1)
        for r, caar, sd, m in zip(rank, rolling.caar[-1], rolling.sd[-1], n, strict=True)
    )
    return Placebo(
        dates=rows,
        length=rolling.length,
        caar=rolling.caar[-1],
        sd=rolling.sd[-1],
        z_ewma=z[-1],
        t=rolling.t[-1],
        placebo_rank=rank,
        placebo_n=n,
        placebo_p=rank / n,
        t_placebo_p=t_rank / t_n,
        placebo_caar=rolling.caar[at],
        placebo_z=z[at],
        placebo_t=rolling.t[at],
        reason=reason,
    )


def _reason(caar: float, sd: float, candidates: int, dates: int) -> str:
    if candidates < FEWEST_DATES:
        return f"only {candidates} placebo dates; {FEWEST_DATES} are needed"
    if not np.isfinite(caar):
        return "no abnormal return: a session of the event window has none, or the estimation window bears no model"
    if not np.isfinite(sd):
        return "no volatility before the event: too few returns, or returns that do not vary"
    return f"only {dates} placebo dates; {FEWEST_DATES} are needed"
