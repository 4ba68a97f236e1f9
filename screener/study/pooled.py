"""Many events as one: the test by circular shifts of their calendar, and the tests of the literature beside it.

A *row* is one event on one set of securities, usually one stock. The rows of one session form one portfolio of equal
weights, the *session portfolio*: dates, not rows, are the units, for what else happened on a date happened to all its
rows. A session is a number in one calendar that all rows share.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from screener.study import Bools, Floats, Ints
from screener.study.correlation import overlapping_correlation
from screener.study.parametric import (
    Statistic,
    adjusted_bmp,
    brown_warner_1985,
    columns_of,
    cross_sectional,
    known,
    sample_sd,
)
from screener.study.placebo import FEWEST_DATES, FEWEST_FOR_LEVEL, critical
from screener.study.portfolio import mean_of_available

_FEWEST_SHIFTS = 199
"""Shifts that are looked for before one that puts events on events is left out; p then moves in steps of 1/200."""
_FEWEST_COMMON = 20
"""Estimation sessions that all rows of a portfolio must share for its standard deviation."""
NAIVE = ("t_bmp", "t_csect")
"""Statistics that assume independence between rows."""


@dataclass(frozen=True)
class ShiftSums:
    """For each shift s = 0 .. S of the calendar, the sum of the portfolios' statistics; s = 0 is the true calendar."""

    total: Floats
    """(S + 1,)"""
    count: Ints
    """(S + 1,) portfolios that have a statistic."""

    def __add__(self, other: ShiftSums) -> ShiftSums:
        """The sums over two slices of sessions, or over two parts of the portfolios.

        Floating-point addition depends on its order: add in one that does not depend on who is ready first.
        """
        return ShiftSums(self.total + other.total, self.count + other.count)


@dataclass(frozen=True)
class ShiftTest:
    """A pool of events among the same pool on other dates; NaN with a reason where it cannot be ranked."""

    value: float
    """The statistic: sum of z over the root of the number of portfolios, about standard normal."""
    p: float
    """Two-sided: (1 + #{|shifted| >= |true|}) / (S + 1)."""
    shifts: int
    """S, the shifts that it is ranked among."""
    collided: int
    """Most portfolios that one of these shifts puts on an event of a security of theirs. Where it is not 0, a real
    effect is in the ordinary calendars too: p is then too large, not too small."""
    critical: float
    """Smallest |statistic| with p <= 5%; NaN with fewer than 39 shifts."""
    reason: str = ""

    @property
    def statistic(self) -> Statistic:
        """The test as the others are."""
        return Statistic(self.value, self.p, math.nan, self.reason)

    def half_width(self, sd: Floats, length: int, other: Floats | None = None) -> float:
        """Half of the 95% interval of the pool's CAAR, the mean over its portfolios, decimal.

        Args:
            sd: (D,) standard deviation expected of one session's abnormal return of each portfolio, decimal; NaN for
                one that is not in the mean.
            length: sessions L of the window.
            other: of the pool that is subtracted, for the difference of two pools.
        """
        variance = 0.0
        for one in (sd,) if other is None else (sd, other):
            own = one[np.isfinite(one)]
            variance += length * float(np.square(own).sum()) / own.size**2 if own.size else math.nan
        return self.critical * math.sqrt(variance)


def shift_sums(z: Floats, rows: slice, session_of: Ints, sessions: range) -> ShiftSums:
    """What one slice of sessions adds to the sums over all shifts of the calendar of D portfolios.

    Shift s moves the event of a portfolio from its session t to the session s places on in `sessions`, from the last
    on to the first: all spacings and clusters of the calendar stay, but for the one place where it is closed.

    Args:
        z: (R, D) statistic of each portfolio when the session rows.start + r is taken for its event; NaN = none.
        rows: the R sessions.
        session_of: (D,) the true session of each portfolio, one of `sessions`.
        sessions: those that events may be moved to.
    """
    if not ((session_of >= sessions.start) & (session_of < sessions.stop)).all():
        raise ValueError(f"an event lies outside the sessions {sessions.start} to {sessions.stop - 1}")
    span = len(sessions)
    first, last = max(rows.start, sessions.start), min(rows.stop, sessions.stop)
    inside = np.ascontiguousarray(z[first - rows.start : max(last, first) - rows.start].T)
    known = np.isfinite(inside)
    total, count = np.zeros(span), np.zeros(span, dtype=np.int64)
    for values, have, session in zip(np.where(known, inside, 0.0), known, session_of.tolist(), strict=True):
        begin = (first - session) % span
        wrapped = max(begin + values.size - span, 0)
        total[begin : begin + values.size] += values[: values.size - wrapped]
        count[begin : begin + values.size] += have[: values.size - wrapped]
        total[:wrapped] += values[values.size - wrapped :]
        count[:wrapped] += have[values.size - wrapped :]
    return ShiftSums(total, count)


def collisions(session_of: Ints, members: Sequence[Collection[int] | Ints], length: int, sessions: range) -> Ints:
    """(S + 1,) how many of D portfolios each shift puts into the window of an event of a security of theirs.

    Such a session is no ordinary one. The portfolio's own event counts too; entry 0, the true calendar, is 0.

    Args:
        session_of: (D,) the session of each portfolio.
        members: (D,) the securities of each, as numbers.
        length: sessions L of the window; two windows overlap if they begin less than L sessions apart.
        sessions: those that events may be moved to.
    """
    span = len(sessions)
    places = (np.asarray(session_of) - sessions.start).tolist()
    # Most portfolios of a study of sectors or of the market have the same members.
    alike: dict[bytes, list[int]] = {}
    for place, own in zip(places, members, strict=True):
        numbers = own if isinstance(own, np.ndarray) else np.fromiter(own, np.int64)
        alike.setdefault(np.unique(numbers).astype(np.int64).tobytes(), []).append(place)
    sets = {key: np.frombuffer(key, np.int64).tolist() for key in alike}
    touched: dict[int, Bools] = {}
    for key, own_places in alike.items():
        near = np.zeros(span, dtype=np.bool_)
        for place in own_places:
            near[max(place - length + 1, 0) : place + length] = True
        for security in sets[key]:
            touched[security] = touched.get(security, False) | near
    counted = np.zeros(span, dtype=np.int64)
    for key, own_places in alike.items():
        hit = np.logical_or.reduce([touched[security] for security in sets[key]])
        for place in own_places:
            counted[: span - place] += hit[place:]
            counted[span - place :] += hit[:place]
    counted[0] = 0
    return counted


def circular_shift(sums: ShiftSums, collided: Ints) -> ShiftTest:
    """Rank a pool of events among the pools that shifts of its calendar make of ordinary dates.

    The statistic is the sum of the portfolios' standardised abnormal returns over the root of their number. A shift
    keeps the calendar's spacings and clusters, and which securities are moved together, so that nothing is assumed of
    how windows overlap or how stocks move together; only that dates are exchangeable in turn. p as in Phipson and
    Smyth 2010, SAGMB 9:39. Shifts that put an event on another are left out (see `collisions`), as far as
    `_FEWEST_SHIFTS` remain; so is a shift on which fewer than half of the portfolios have a statistic.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        values = sums.total / np.sqrt(sums.count)
    return _ranked(values, sums.count * 2 >= sums.count[0], collided)


def shift_difference(a: ShiftSums, b: ShiftSums, collided: Ints) -> ShiftTest:
    """The same of the mean of pool A less that of pool B, both moved by the same shift.

    The statistic is the difference of the two means of z over sqrt(1 / n_A + 1 / n_B).

    Args:
        a: sums of one pool.
        b: sums of the other, over the same sessions.
        collided: `collisions` of the two together.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        values = (a.total / a.count - b.total / b.count) / np.sqrt(1.0 / a.count + 1.0 / b.count)
    return _ranked(values, (a.count * 2 >= a.count[0]) & (b.count * 2 >= b.count[0]), collided)


def _ranked(values: Floats, whole: Bools, collided: Ints) -> ShiftTest:
    """Rank entry 0 of `values` (S + 1,) among the others that are `whole` and collide least."""
    true = float(values[0])
    if not math.isfinite(true):
        return ShiftTest(math.nan, math.nan, 0, 0, math.nan, "no event with a statistic")
    usable = np.flatnonzero(whole & np.isfinite(values))
    usable = usable[usable > 0]
    if usable.size < FEWEST_DATES:
        reason = f"only {usable.size} shifts of the calendar; {FEWEST_DATES} are needed"
        return ShiftTest(true, math.nan, int(usable.size), 0, math.nan, reason)
    wanted = next(fewest for fewest in (_FEWEST_SHIFTS, FEWEST_FOR_LEVEL, FEWEST_DATES) if usable.size >= fewest)
    most = int(np.sort(collided[usable])[wanted - 1])
    shifted = values[usable[collided[usable] <= most]]
    p = (1.0 + float((np.abs(shifted) >= abs(true)).sum())) / (shifted.size + 1.0)
    limit = critical(shifted) if shifted.size >= FEWEST_FOR_LEVEL else math.nan
    return ShiftTest(true, p, int(shifted.size), most, limit)


def normal_score(observed: Floats, placebo: Floats) -> Floats:
    """(P,) normal score of each signed statistic (P,) among its own placebo sessions (B, P).

    Phi^-1((rank - 1/2) / (B + 1)), rank ascending among the B and itself, ties at their middle: about standard normal
    whatever the law of the statistic. NaN where `observed` is, or with fewer than `FEWEST_DATES` placebo sessions.
    """
    count = np.isfinite(placebo).sum(axis=0)
    rank = 1.0 + (placebo < observed).sum(axis=0) + 0.5 * (placebo == observed).sum(axis=0)
    score: Floats = np.where(
        np.isfinite(observed) & (count >= FEWEST_DATES), ndtri((rank - 0.5) / (count + 1.0)), np.nan
    )
    return score


@dataclass(frozen=True)
class Rows:
    """E rows in one window of L sessions, decimals; a row whose `car` is NaN is left out of every figure."""

    session: Ints
    """(E,) the session of each row's event."""
    car: Floats
    """(E,)"""
    scar: Floats
    """(E,) CAR over its standard error, estimation error included."""
    daily: Floats
    """(E, L) abnormal return on each session of the window; they add up to `car`."""
    residuals: Floats
    """(E, M) residuals of the estimation window over `sigma`; its last session is as far before the row's own for
    every row. NaN where missing."""
    sigma: Floats
    """(E,) residual standard deviation."""


@dataclass(frozen=True)
class Portfolios:
    """The D session portfolios of the same rows in the same window, decimals; NaN where there is none."""

    session: Ints
    """(D,) each once."""
    caar: Floats
    """(D,) cumulative abnormal return."""
    sd: Floats
    """(D,) standard deviation expected of one session's abnormal return."""
    score: Floats
    """(D,) `normal_score` among the portfolio's own placebo sessions."""


@dataclass(frozen=True)
class PooledTests:
    """All that is known of one pool of events over one window, decimals."""

    rows: int
    """Rows with a CAR."""
    dates: int
    """Session portfolios with a CAAR and a standard deviation."""
    caar: float
    """Mean of the session portfolios' CAARs: dates are the units. NaN without any."""
    half_width: float
    """Half of its 95% interval, what the shifts do not reject."""
    rbar: float
    """Mean correlation of two rows' CARs, 0 for two whose windows do not overlap; NaN for fewer than two rows."""
    alpha_calendar: float
    """Mean abnormal return of the calendar-time portfolio on a session."""
    shift: ShiftTest
    statistics: Mapping[str, Statistic]
    """By column name: z_shift, z_score, t_kp, t_calendar, t_crude, and `NAIVE`."""

    def columns(self) -> dict[str, float]:
        """One flat row: `z_shift` has its p in `p_shift`, and so on."""
        return {
            "events": self.rows,
            "sessions": self.dates,
            "caar": self.caar,
            "caar_low": self.caar - self.half_width,
            "caar_high": self.caar + self.half_width,
            "r_overlap": self.rbar,
            "alpha_calendar": self.alpha_calendar,
            "calendar_sessions": self.statistics["t_calendar"].df + 1,
            "shifts": self.shift.shifts,
            "collided": self.shift.collided,
            **columns_of(self.statistics),
        }


def pooled_tests(rows: Rows, portfolios: Portfolios, shift: ShiftTest) -> PooledTests:
    """Every test of one pool of events over one window.

    Beside the shifts stand: z_score, the normal scores of the placebo ranks over sqrt(D), where no windows overlap;
    t_kp, BMP with the mean correlation of partly overlapping windows (Kolari, Pape and Pynnonen 2018, SSRN 3167271);
    t_calendar (see `calendar_time`); t_crude, the crude dependence adjustment in event time (Brown and Warner 1985);
    t_bmp and t_csect, which assume independence between rows. The last three and t_kp are of rows, the first two of
    dates.
    """
    inside = np.isfinite(rows.car) & np.isfinite(rows.scar)
    rows = Rows(**{name: values[inside] for name, values in vars(rows).items()})
    inside = np.isfinite(portfolios.caar) & np.isfinite(portfolios.sd)
    portfolios = Portfolios(**{name: values[inside] for name, values in vars(portfolios).items()})
    length = rows.daily.shape[1]
    count, dates = len(rows.car), len(portfolios.caar)
    caar_rows = float(rows.car.mean()) if count else math.nan
    rbar = overlapping_correlation(rows.residuals, rows.session, length)
    alpha, in_calendar = calendar_time(rows.daily, rows.residuals * rows.sigma[:, None], rows.session)
    aar = mean_of_available((rows.residuals * rows.sigma[:, None]).T)
    return PooledTests(
        rows=count,
        dates=dates,
        caar=float(portfolios.caar.mean()) if dates else math.nan,
        half_width=shift.half_width(portfolios.sd, length),
        rbar=rbar,
        alpha_calendar=alpha,
        shift=shift,
        statistics={
            "z_shift": shift.statistic,
            "z_score": scores(portfolios.score, portfolios.session, length),
            "t_kp": adjusted_bmp(rows.scar, rbar, count - 1),
            "t_calendar": in_calendar,
            "t_crude": brown_warner_1985(aar, caar_rows, length),
            "t_bmp": cross_sectional(rows.scar),
            "t_csect": cross_sectional(rows.car),
        },
    )


def scores(score: Floats, session: Ints, length: int) -> Statistic:
    """Sum of (D,) normal scores over sqrt(D), standard normal; undefined where windows overlap.

    Args:
        score: `normal_score` of each session portfolio; NaN is left out.
        session: (D,) their sessions.
        length: sessions L of the window.
    """
    have = np.isfinite(score)
    if not have.any():
        return Statistic.undefined("no event with a placebo rank")
    close = int((np.diff(np.sort(session[have])) < length).sum())
    if close:
        return Statistic.undefined(f"windows overlap: {close} of {have.sum()} begin before the one before has ended")
    return Statistic.normal(float(score[have].sum()), math.sqrt(int(have.sum())))


def calendar_time(daily: Floats, residuals: Floats, session: Ints) -> tuple[float, Statistic]:
    """Mean abnormal return on a session of the portfolio of all rows in their window, decimal, and its t.

    The portfolio holds equal weights, for the rows of a busy session are no more evidence than those of a quiet one,
    and its mean is over sessions, each alike (Fama 1998, JFE 49:283, section 4.2; Lyon, Barber and Tsai 1999,
    JF 54:165). Its variance changes with the number and kind of its rows. So the t, Student's with one less than the
    number of sessions, is that of the session's returns each over the standard deviation that the same portfolio had
    in the estimation windows (Jaffe 1974, JB 47:410; Mandelker 1974, JFE 1:303): the root mean square of the same
    rows' mean residual, on the sessions that all of them have in their estimation window. It carries how the rows move
    together; that the days of a window follow each other it takes for independent.

    Args:
        daily: (E, L) abnormal returns of each row's window, decimal; NaN on a session without.
        residuals: (E, M) of each row's estimation window, decimal; it ends as long before the row's session for all.
        session: (E,) of each row's event.
    """
    order = np.argsort(session, kind="stable")
    daily, residuals, session = daily[order], residuals[order], session[order]
    length = daily.shape[1]
    returns, scaled = [], []
    sizes: dict[bytes, float] = {}  # most portfolios stay the same for some sessions
    for day in np.unique(session[:, None] + np.arange(length)).tolist():
        first, last = np.searchsorted(session, [day - length + 1, day + 1]).tolist()
        rows = np.arange(first, last)
        now = daily[rows, day - session[rows]]
        rows, now = rows[np.isfinite(now)], now[np.isfinite(now)]
        if not rows.size:
            continue
        returns.append(float(now.mean()))
        key = rows.tobytes()
        if key not in sizes:
            sizes[key] = _usual_size(residuals[rows], session[rows])
        if sizes[key] > 0:
            scaled.append(returns[-1] / sizes[key])
    alpha = float(np.mean(returns)) if returns else math.nan
    if len(scaled) < 2:
        return alpha, Statistic.undefined(f"needs 2 sessions with a portfolio, has {len(scaled)}")
    values = np.array(scaled)
    return alpha, Statistic.student(values.mean(), sample_sd(values) / math.sqrt(values.size), values.size - 1)


def _usual_size(residuals: Floats, session: Ints) -> float:
    """Root mean square of the mean of (E, M) residuals on the sessions that all rows share; 0 where it has none."""
    common = residuals.shape[1] - int(session[-1] - session[0])
    if common < _FEWEST_COMMON:
        return 0.0
    begins = session[-1] - session
    shared = residuals[np.arange(len(session))[:, None], begins[:, None] + np.arange(common)]
    before = known(mean_of_available(shared.T))
    return math.sqrt(float(np.square(before).mean())) if before.size >= _FEWEST_COMMON else 0.0
