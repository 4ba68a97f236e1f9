"""The primary test: how extreme the event is among the placebo sessions of the same portfolio's own past.

All securities of an event study on one market share the event day, their returns move together, have fat tails and
volatility that comes in clusters. The rank of the event among placebo dates needs no assumption about any of these
beyond 'the standardised abnormal return of an ordinary session is drawn from one law'.

The corrections for many tests stand here too, because they are only as good as the p-values that go in: on p-values
that assume independence between securities, Benjamini-Hochberg reported a discovery in 99.9% of simulations in which
nothing happened. Use them on the placebo p, or on the p of the portfolio t or of the correlation-adjusted tests.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from screener.study import Bools, Floats, Ints
from screener.study.models import Design, Refit
from screener.study.moves import distance, slope
from screener.study.portfolio import Portfolio
from screener.study.rolling import Rolling, roll

LEVEL, POWER = 0.05, 0.80
FEWEST_DATES = 9
"""With 9 placebo dates the smallest p is 1/10: with fewer, no event can reach the level of 10%."""
FEWEST_FOR_LEVEL = 39
"""With 39 placebo dates p moves in steps of 1/40, so that the level of 5% is met exactly and does not hang on the
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
    placebo_caar: Floats
    """(B, P) cumulative abnormal return at each placebo date."""
    placebo_z: Floats
    """(B, P) z_ewma at each placebo date."""
    reason: tuple[str, ...]
    """(P,) why placebo_p is NaN; empty where it is not."""
    wider: float = 1.0
    """By how much the market's move on the event multiplied `sd`."""

    @classmethod
    def of(cls, rolling: Rolling, dates: Ints) -> Placebo:
        """Rank the last date of `rolling` among the placebo `dates`, rows of the panel."""
        at = dates - rolling.dates.start
        z = rolling.z_ewma
        rank, n = two_sided_rank(z[-1], z[at])
        reason = tuple(
            "" if np.isfinite(r) else _reason(caar, sd, len(dates), int(m) - 1)
            for r, caar, sd, m in zip(rank, rolling.caar[-1], rolling.sd[-1], n, strict=True)
        )
        return cls(
            dates=dates,
            length=rolling.length,
            caar=rolling.caar[-1],
            sd=rolling.sd[-1],
            z_ewma=z[-1],
            t=rolling.t[-1],
            placebo_rank=rank,
            placebo_n=n,
            placebo_p=rank / n,
            placebo_caar=rolling.caar[at],
            placebo_z=z[at],
            reason=reason,
            wider=1.0 if rolling.wider is None else float(rolling.wider[-1]),
        )

    def half_width(self) -> Floats:
        """(P,) half the width of the 95% confidence interval of the abnormal return: what is not rejected.

        An effect is not rejected while what is left of the event is no more extreme than the critical placebo date.
        NaN with fewer than `FEWEST_FOR_LEVEL` placebo dates.
        """
        half = np.full(len(self.caar), np.nan)
        for column in np.flatnonzero(np.isfinite(self.placebo_p) & (self.placebo_n > FEWEST_FOR_LEVEL)):
            half[column] = critical(self.placebo_z[:, column]) * np.sqrt(self.length) * self.sd[column]
        return half

    def columns(self, caar: Floats) -> dict[str, Floats]:
        """(P,) figures by column, the interval around `caar` (P,), which may be of other members than the portfolio."""
        half = self.half_width()
        return {
            "ci_low": caar - half,
            "ci_high": caar + half,
            "z_ewma": self.z_ewma,
            "placebo_rank": self.placebo_rank,
            "placebo_n": self.placebo_n.astype(np.float64),
            "placebo_p": self.placebo_p,
        }

    def corrected(self, family: Bools) -> tuple[Floats, Floats]:
        """(P,) q and p_family: placebo_p of the portfolios of one `family` (P,), adjusted for the number of its tests.

        NaN for others, and for a portfolio without a rank, which is in no family.
        """
        q, p_family = np.full(len(family), np.nan), np.full(len(family), np.nan)
        tested = family & np.isfinite(self.placebo_rank)
        q[tested] = benjamini_hochberg(self.placebo_p[tested])
        p_family[tested] = westfall_young(self.z_ewma[tested], self.placebo_z[:, tested])
        return q, p_family

    def detectable(self) -> Floats:
        """(P,) smallest abnormal return, decimal, that the test at 5% finds with 80% power, whatever its sign.

        Added to the statistics of the placebo dates it lifts 80% of them above the critical value, the smallest
        |z| that would still have had p <= 5%; in units of the event's own volatility.
        """
        detectable = np.full(len(self.caar), np.nan)
        for column in np.flatnonzero(np.isfinite(self.sd)):
            z = self.placebo_z[:, column]
            z = z[np.isfinite(z)]
            if z.size < FEWEST_FOR_LEVEL:
                continue
            low, high = np.quantile(z, [1 - POWER, POWER])
            detectable[column] = (critical(z) + max(-low, high)) * np.sqrt(self.length) * self.sd[column]
        return detectable


@dataclass(frozen=True)
class PlaceboPlan:
    """How an event is ranked among placebo sessions, the same for every portfolio."""

    refit: Refit
    """Model, and the sessions to learn from, before the event and before every placebo date."""
    designs: Sequence[Design]
    """One design per benchmark."""
    event: int
    """Row of tau = 0."""
    windows: Sequence[slice]
    """Rows of the panel, one slice per event window; one that ends beyond the panel gives NaN."""
    excluded: Ints | Sequence[int] = ()
    """Rows of sessions that no placebo window may touch, such as the windows of other events."""
    most: int = 240
    """Use at most this many placebo dates, the latest."""
    moves: Floats | None = None
    """(T, k) returns of the market that widen the standard deviation of a date, see `moves`; None: it stays."""
    reference: Sequence[Portfolio] = ()
    """Portfolios whose placebo dates tell by how much; without any, those that are tested tell it of themselves."""
    learned: Sequence[range] = ()
    """Windows that `reference` is asked about; without any, those of this plan."""
    _slopes: dict[range, float] = field(default_factory=dict)
    """By window, what `reference` told."""

    def taus(self) -> list[range]:
        """Each window relative to tau = 0."""
        return [range(window.start - self.event, window.stop - self.event) for window in self.windows]

    def dates(self, tau: range) -> Ints:
        """Rows, ascending, of the latest sessions that can stand in for the event in the window `tau`.

        A full estimation window stands before such a session, and its own window ends before the true event and its
        window begin and touches none of the `excluded` sessions. Its estimation window may: the event's own may too.
        """
        event = self.event
        candidates = np.arange(self.refit.history - min(0, tau.start), event + min(0, tau.start) - tau.stop + 1)
        touched = np.zeros(event + 1, dtype=np.int64)
        rows = np.asarray(self.excluded, dtype=np.int64)
        touched[rows[(rows >= 0) & (rows < event)] + 1] = 1
        before = np.cumsum(touched)
        clear = before[candidates + tau.stop] == before[candidates + tau.start]
        dates: Ints = candidates[clear][-self.most :] if self.most > 0 else candidates[:0]
        return dates

    def spans(self) -> tuple[list[Ints], slice]:
        """The placebo dates of each window, and the rows from the earliest of these through the event."""
        sets = [self.dates(tau) for tau in self.taus()]
        begin = min([int(rows[0]) for rows in sets if rows.size], default=self.event)
        return sets, slice(begin, self.event + 1)

    def rolled(self, portfolios: Sequence[Portfolio], rows: slice) -> list[Rolling]:
        """`roll` over `rows` for each window, with standard deviations that know the market's move.

        The portfolio t is that of the event; on ordinary sessions it may be NaN.
        """
        at_event = slice(self.event, self.event + 1)
        rolling = roll(self.refit, portfolios, self.designs, rows, self.taus(), t_rows=at_event)
        if self.moves is None:
            return rolling
        widened = []
        for tau, one in zip(self.taus(), rolling, strict=True):
            squared = distance(self.moves, self.refit, rows, tau)
            grows = self._told(tau, self.moves) if self.reference else self._slope(tau, one, squared)
            widened.append(one.widened(np.sqrt(1.0 + grows * squared)))
        return widened

    def asking(self, reference: Sequence[Portfolio]) -> PlaceboPlan:
        """The same plan with another `reference`."""
        return replace(self, reference=reference, _slopes={})

    def _told(self, tau: range, moves: Floats) -> float:
        """By how much `reference` says that the variance grows, in the window of `learned` nearest in length to `tau`.

        It is asked about these alone, and once: one answer differs little from the next.
        """
        if not self._slopes:
            taus = self.learned or self.taus()
            asked = [slice(self.event + one.start, self.event + one.stop) for one in taus]
            _, rows = replace(self, windows=asked).spans()
            rolled = roll(self.refit, self.reference, self.designs, rows, taus, t_rows=slice(0, 0))
            for one, rolling in zip(taus, rolled, strict=True):
                self._slopes[one] = self._slope(one, rolling, distance(moves, self.refit, rows, one))
        nearest = min(self._slopes, key=lambda one: (one != tau, abs(len(one) - len(tau)), one.start))
        return self._slopes[nearest]

    def _slope(self, tau: range, rolling: Rolling, squared: Floats) -> float:
        """By how much the variance grows, from the placebo dates of `tau` that are among those of `rolling`."""
        dates = self.dates(tau)
        dates = dates[(dates >= rolling.dates.start) & (dates < rolling.dates.stop)]
        at = dates - rolling.dates.start
        return slope(rolling.z_ewma[at], squared[at])


def placebo_test(plan: PlaceboPlan, portfolios: Sequence[Portfolio]) -> list[Placebo]:
    """Rank each portfolio's event among its own placebo dates, one result per window.

    At the event and at each placebo date the model is refitted on the estimation window before it. The statistic is
    the cumulative abnormal return over sqrt(L) times the standard deviation that the sessions before it let expect,
    the latest weighing most (see `roll`), so that calm and wild times can be compared. p = (1 + #{|z_b| >= |z_0|}) /
    (B + 1), never below 1 / (B + 1); on why 1 is added see Phipson and Smyth 2010, SAGMB 9:39. To rank the event
    among the security's own other days is the idea of Corrado 1989, JFE 23:385.

    Args:
        plan: the event, its windows, and what its placebo dates are.
        portfolios: P portfolios over the same T sessions, groups or differences of groups.
    """
    sets, dates = plan.spans()
    rolling = plan.rolled(portfolios, dates)
    return [Placebo.of(result, rows) for result, rows in zip(rolling, sets, strict=True)]


def critical(placebo: Floats) -> float:
    """Smallest |statistic| with p <= `LEVEL` against (B,) `placebo`: the m-th largest, m = floor(LEVEL (B + 1)).

    It takes at least 19 that are not NaN; see `FEWEST_FOR_LEVEL`.
    """
    extremes = np.sort(np.abs(placebo[np.isfinite(placebo)]))
    return float(extremes[-int(LEVEL * (extremes.size + 1) + 1e-9)])


def other_windows(rows: Sequence[int], windows: Sequence[tuple[int, int]], sessions: int) -> list[int]:
    """Rows that the windows (first, last tau) of other events cover, none for an event at or outside the panel's ends.

    `rows` are those of the other events' days, in a panel of so many `sessions`.
    """
    first, last = min(first for first, _ in windows), max(last for _, last in windows)
    inside = [row for row in rows if 0 < row < sessions]
    return [tau + row for row in inside for tau in range(min(first, 0), max(last, 0) + 1)]


def two_sided_rank(observed: Floats, placebo: Floats) -> tuple[Floats, Ints]:
    """Rank (P,) of each |observed| (P,) among its non-missing |placebo| (B, P), and of how many (P,), itself included.

    The rank is NaN where `observed` is, or where there are fewer than `FEWEST_DATES` placebo values.
    """
    count = np.isfinite(placebo).sum(axis=0)
    rank = 1.0 + (np.abs(placebo) >= np.abs(observed)).sum(axis=0)
    return np.where(np.isfinite(observed) & (count >= FEWEST_DATES), rank, np.nan), count + 1


def _reason(caar: float, sd: float, candidates: int, dates: int) -> str:
    if candidates < FEWEST_DATES:
        return f"only {candidates} placebo dates; {FEWEST_DATES} are needed"
    if not np.isfinite(caar):
        return "no abnormal return: a session of the event window has none, or the estimation window bears no model"
    if not np.isfinite(sd):
        return "no volatility before the event: too few returns, or returns that do not vary"
    return f"only {dates} placebo dates; {FEWEST_DATES} are needed"


def share_beyond(p: Floats) -> float:
    """Share of the known `p` that are `LEVEL` at most; NaN without any."""
    known = p[np.isfinite(p)]
    return float((known <= LEVEL).mean()) if known.size else float("nan")


def benjamini_hochberg(p: Floats) -> Floats:
    """Adjusted p (false discovery rate) of each of the (m,) `p`; NaN stays NaN and is not counted as a test.

    q_(i) = min over j >= i of p_(j) m / j, for independent or positively dependent tests
    (Benjamini and Hochberg 1995, JRSS B 57:289).
    """
    adjusted = np.full(p.shape, np.nan)
    known = np.flatnonzero(np.isfinite(p))
    count = known.size
    order = known[np.argsort(-p[known], kind="stable")]
    ranks = np.arange(count, 0, -1.0)
    adjusted[order] = np.minimum(np.minimum.accumulate(p[order] * float(count) / ranks), 1.0)
    return adjusted


def westfall_young(observed: Floats, placebo: Floats) -> Floats:
    """Adjusted p (chance of any false rejection) of S groups, by the largest |statistic| on each placebo date.

    Step-down: the group with the largest |observed| is compared with the largest |placebo| of all groups on each
    date, the next with the largest of those that remain, and so on; p never falls along the way. The groups keep
    their joint law because they share the dates (Westfall and Young 1993, algorithm 2.8; Ge, Dudoit and Speed 2003,
    Test 12:1, box 2). Only for statistics on one scale, such as z_ewma or the portfolio t.

    Args:
        observed: (S,) statistics of the event; NaN gives NaN and is not counted.
        placebo: (B, S) the same on B dates. A date on which a counted group has no statistic is left out; with
            fewer than `FEWEST_DATES` left, all is NaN.
    """
    adjusted = np.full(observed.shape, np.nan)
    known = np.flatnonzero(np.isfinite(observed))
    order = known[np.argsort(-np.abs(observed[known]), kind="stable")]
    extremes = np.abs(placebo[:, order])
    extremes = extremes[np.isfinite(extremes).all(axis=1)]
    if len(extremes) < FEWEST_DATES or not order.size:
        return adjusted
    largest = np.maximum.accumulate(extremes[:, ::-1], axis=1)[:, ::-1]
    p = (1 + (largest >= np.abs(observed[order])).sum(axis=0)) / (len(largest) + 1)
    adjusted[order] = np.maximum.accumulate(p)
    return adjusted


def pooled_p(observed: Floats, ordinary: Floats, dates: int | None = None) -> Floats:
    """(S,) two-sided p of each |observed| (S,) among all |ordinary|, whatever portfolio and date they are of.

    p = (1 + #{|z| >= |z_s|}) / (K + 1) over K values: a step of 1 / (B S + 1) for S portfolios on B dates, where the
    rank among one's own dates has steps of 1 / (B + 1), which no correction for a hundred portfolios survives. One
    portfolio's own law may differ from the others'; but the mean number of false rejections, on which Bonferroni's
    inequality and the argument of Benjamini and Hochberg rest, hangs on the mean law alone, which is the pooled one
    (Tusher, Tibshirani and Chu 2001, PNAS 98:5116). NaN gives NaN and is not counted.

    Args:
        observed: (S,) statistics of the event.
        ordinary: the same of every portfolio on every date, in any shape.
        dates: how many dates these are of, one for each value by default; with fewer than `FEWEST_FOR_LEVEL` all is
            NaN, however many the values.
    """
    against = np.sort(np.abs(ordinary[np.isfinite(ordinary)]))
    known = np.isfinite(observed)
    above = against.size - np.searchsorted(against, np.abs(np.where(known, observed, 0.0)), side="left")
    enough = min(against.size, against.size if dates is None else dates) >= FEWEST_FOR_LEVEL
    return np.where(known & enough, (1.0 + above) / (against.size + 1.0), np.nan)
