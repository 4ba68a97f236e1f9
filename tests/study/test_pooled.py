"""Pools of events: circular shifts, normal scores, partly overlapping windows, calendar-time portfolios."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from screener.study import Floats, Ints
from screener.study.correlation import mean_correlation, overlapping_correlation
from screener.study.parametric import adjusted_bmp, cross_sectional
from screener.study.placebo import two_sided_rank
from screener.study.pooled import (
    Portfolios,
    Rows,
    ShiftSums,
    calendar_time,
    circular_shift,
    collisions,
    normal_score,
    pooled_tests,
    scores,
    shift_difference,
    shift_sums,
)

SESSIONS = range(5, 305)


def _z(seed: int, portfolios: int, missing: float = 0.0) -> Floats:
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((310, portfolios))
    z[rng.random(z.shape) < missing] = np.nan
    return z


def _shifted_by_hand(z: Floats, session_of: list[int], sessions: range) -> tuple[list[float], list[int]]:
    totals, counts = [], []
    for shift in range(len(sessions)):
        terms = []
        for portfolio, session in enumerate(session_of):
            moved = sessions.start + (session - sessions.start + shift) % len(sessions)
            if not math.isnan(z[moved, portfolio]):
                terms.append(z[moved, portfolio])
        totals.append(sum(terms))
        counts.append(len(terms))
    return totals, counts


def test_shift_sums_are_those_of_a_plain_loop_however_the_sessions_are_sliced() -> None:
    session_of = [5, 9, 9, 120, 303, 304]
    z = _z(1, len(session_of), missing=0.2)
    totals, counts = _shifted_by_hand(z, session_of, SESSIONS)
    whole = shift_sums(z, slice(0, 310), np.array(session_of), SESSIONS)
    np.testing.assert_allclose(whole.total, totals, atol=1e-12)
    assert whole.count.tolist() == counts
    parts = [slice(0, 100), slice(100, 101), slice(101, 310)]
    added = ShiftSums(np.zeros(300), np.zeros(300, dtype=np.int64))
    for part in parts:
        added += shift_sums(z[part], part, np.array(session_of), SESSIONS)
    np.testing.assert_allclose(added.total, totals, atol=1e-12)
    assert added.count.tolist() == counts


def test_an_event_outside_the_sessions_is_refused() -> None:
    with pytest.raises(ValueError, match="outside the sessions 5 to 304"):
        shift_sums(_z(1, 1), slice(0, 310), np.array([305]), SESSIONS)


@pytest.mark.parametrize("length", [1, 4])
def test_collisions_are_those_of_a_plain_loop(length: int) -> None:
    rng = np.random.default_rng(2)
    session_of = np.sort(rng.choice(np.arange(5, 305), 12, replace=False))
    members = [set(rng.choice(6, rng.integers(1, 4), replace=False).tolist()) for _ in session_of]
    found = collisions(session_of, members, length, SESSIONS)
    for shift in range(1, len(SESSIONS)):
        collided = 0
        for session, own in zip(session_of.tolist(), members, strict=True):
            moved = 5 + (session - 5 + shift) % 300
            collided += any(
                abs(moved - other) < length and own & theirs
                for other, theirs in zip(session_of.tolist(), members, strict=True)
            )
        assert found[shift] == collided
    assert found[0] == 0


def test_firm_events_of_different_firms_collide_with_their_own_windows_only() -> None:
    found = collisions(np.array([10, 100, 200]), [np.array([0]), np.array([1]), np.array([2])], 3, SESSIONS)
    assert np.flatnonzero(found).tolist() == [1, 2, 298, 299]
    market = collisions(np.array([10, 100, 200]), [range(50)] * 3, 1, SESSIONS)
    assert np.flatnonzero(market).tolist() == [90, 100, 110, 190, 200, 210]


def test_all_events_on_one_session_are_ranked_as_placebo_sessions_rank_them() -> None:
    """One portfolio: a shift of the calendar is another session, and the test the rank of the event among them."""
    z = _z(3, 1)
    sums = shift_sums(z, slice(0, 310), np.array([150]), SESSIONS)
    found = circular_shift(sums, collisions(np.array([150]), [[0]], 1, SESSIONS))
    others = np.delete(z[5:305], 145, axis=0)
    rank, n = two_sided_rank(z[150], others)
    assert found.shifts == 299
    assert found.collided == 0
    assert found.value == pytest.approx(z[150, 0])
    assert found.p == pytest.approx(float(rank[0] / n[0]))


def test_beyond_the_critical_value_p_is_5_percent_at_most() -> None:
    z = _z(4, 3)
    session_of = np.array([50, 100, 250])
    found = circular_shift(shift_sums(z, slice(0, 310), session_of, SESSIONS), np.zeros(300, dtype=np.int64))
    shifted = [
        sum(z[5 + (t - 5 + s) % 300, d] for d, t in enumerate(session_of.tolist())) / math.sqrt(3)
        for s in range(1, 300)
    ]

    def p(value: float) -> float:
        return (1 + int((np.abs(shifted) >= value).sum())) / 300

    assert p(found.critical + 1e-9) <= 0.05 < p(found.critical - 1e-9)
    assert found.p == p(abs(found.value))


def test_shifts_that_put_events_on_events_are_left_out_as_far_as_199_remain() -> None:
    sums = ShiftSums(np.arange(300.0), np.full(300, 4))
    clean = np.zeros(300, dtype=np.int64)
    clean[200:] = 3
    assert circular_shift(sums, clean).shifts == 199
    assert circular_shift(sums, clean).collided == 0
    clean[199] = 1
    mixed = circular_shift(sums, clean)
    assert (mixed.shifts, mixed.collided) == (199, 1)
    clean[150:] = 2
    crowded = circular_shift(sums, clean)
    assert (crowded.shifts, crowded.collided) == (299, 2)


def test_a_calendar_too_short_for_a_rank_says_so() -> None:
    few = circular_shift(ShiftSums(np.ones(9), np.ones(9, dtype=np.int64)), np.zeros(9, dtype=np.int64))
    assert math.isnan(few.p)
    assert few.reason == "only 8 shifts of the calendar; 9 are needed"
    none = circular_shift(ShiftSums(np.zeros(99), np.zeros(99, dtype=np.int64)), np.zeros(99, dtype=np.int64))
    assert none.statistic.reason == "no event with a statistic"
    short = circular_shift(ShiftSums(np.ones(31), np.ones(31, dtype=np.int64)), np.zeros(31, dtype=np.int64))
    assert short.p == 1.0
    assert math.isnan(short.critical)
    assert math.isnan(short.half_width(np.ones(1), 1))


def test_a_shift_on_which_most_portfolios_have_no_statistic_is_left_out() -> None:
    count = np.full(300, 10)
    count[1:51] = 4
    found = circular_shift(ShiftSums(np.ones(300), count), np.zeros(300, dtype=np.int64))
    assert found.shifts == 249


def test_the_interval_holds_what_the_shifts_do_not_reject() -> None:
    """With one volatility, the pooled CAAR at the edge of its interval around 0 has the critical statistic."""
    length, sd = 6, 0.013
    sums = shift_sums(_z(5, 8), slice(0, 310), np.arange(20, 260, 30), SESSIONS)
    found = circular_shift(sums, np.zeros(300, dtype=np.int64))
    half = found.half_width(np.full(8, sd), length)
    z_at_edge = np.full(8, half / (math.sqrt(length) * sd))
    assert z_at_edge.sum() / math.sqrt(8) == pytest.approx(found.critical)


def test_the_difference_of_two_pools_is_that_of_a_plain_loop() -> None:
    a_of, b_of = np.array([50, 100, 250]), np.array([60, 100])
    za, zb = _z(6, 3, 0.1), _z(7, 2, 0.1)
    a, b = (shift_sums(z, slice(0, 310), of, SESSIONS) for z, of in ((za, a_of), (zb, b_of)))
    found = shift_difference(a, b, np.zeros(300, dtype=np.int64))
    values = []
    for shift in range(300):
        means, counts = [], []
        for z, of in ((za, a_of), (zb, b_of)):
            now = [z[5 + (t - 5 + shift) % 300, d] for d, t in enumerate(of.tolist())]
            known = [value for value in now if not math.isnan(value)]
            means.append(sum(known) / len(known) if known else math.nan)
            counts.append(len(known))
        short = counts[0] < 1.5 or counts[1] < 1
        values.append(math.nan if short else (means[0] - means[1]) / math.sqrt(1 / counts[0] + 1 / counts[1]))
    shifted = [abs(value) for value in values[1:] if not math.isnan(value)]
    assert found.value == pytest.approx(values[0])
    assert found.shifts == len(shifted)
    assert found.p == pytest.approx((1 + sum(v >= abs(values[0]) for v in shifted)) / (len(shifted) + 1))
    sd_a, sd_b = np.array([0.01, 0.02, 0.03]), np.array([0.02, np.nan])
    variance = 6 * (0.01**2 + 0.02**2 + 0.03**2) / 9 + 6 * 0.02**2
    assert found.half_width(sd_a, 6, sd_b) == pytest.approx(found.critical * math.sqrt(variance))


def test_normal_scores() -> None:
    """By hand: 1.5 is the third of four values and itself, 0 among (-1, 0, 0, 1) the third of five with its ties."""
    placebo = np.array([[-3.0, -1.0], [1.0, 0.0], [2.0, 0.0], [np.nan, 1.0]])
    many = np.vstack([placebo, np.repeat([[9.0, 9.0]], 8, axis=0)])
    found = normal_score(np.array([1.5, 0.0]), many)
    np.testing.assert_allclose(found, stats.norm.ppf([2.5 / 12, 2.5 / 13]))
    assert np.isnan(normal_score(np.array([1.5, 0.0]), placebo)).all()
    assert np.isnan(normal_score(np.array([np.nan, 0.0]), many)).tolist() == [True, False]


def test_pooled_score_needs_windows_that_do_not_overlap() -> None:
    found = scores(np.array([1.0, 2.0, np.nan]), np.array([20, 10, 11]), 6)
    assert found.value == pytest.approx(3 / math.sqrt(2))
    assert found.p == pytest.approx(2 * stats.norm.sf(3 / math.sqrt(2)))
    close = scores(np.array([1.0, 2.0, 0.5]), np.array([20, 10, 11]), 6)
    assert math.isnan(close.value)
    assert close.reason == "windows overlap: 1 of 3 begin before the one before has ended"
    assert scores(np.array([np.nan]), np.array([1]), 1).reason == "no event with a placebo rank"


def _rows(seed: int, session: Ints, length: int = 4, learned: int = 60, missing: float = 0.0) -> Rows:
    """Rows of different securities that share a factor by calendar session."""
    rng = np.random.default_rng(seed)
    common = rng.standard_normal(800)
    sessions = np.asarray(session, dtype=np.int64)
    estimation = sessions[:, None] + np.arange(100, 100 + learned)
    window = sessions[:, None] + np.arange(200, 200 + length)
    residuals = common[estimation] + rng.standard_normal(estimation.shape)
    residuals[rng.random(residuals.shape) < missing] = np.nan
    sigma = rng.uniform(0.01, 0.03, len(sessions))
    daily = sigma[:, None] * (common[window] + rng.standard_normal(window.shape))
    car = daily.sum(axis=1)
    return Rows(sessions, car, car / (sigma * math.sqrt(length)), daily, residuals, sigma)


def _correlation_by_hand(rows: Rows, length: int) -> float:
    learned = rows.residuals.shape[1]
    total, pairs = 0.0, 0
    for i in range(len(rows.car)):
        for j in range(i):
            pairs += 1
            days = {int(rows.session[i]) + m: m for m in range(learned)}
            shared = [(days[int(rows.session[j]) + m], m) for m in range(learned) if int(rows.session[j]) + m in days]
            overlap = max(0, length - abs(int(rows.session[i]) - int(rows.session[j]))) / length
            if overlap:
                x = np.array([(rows.residuals[i, a], rows.residuals[j, b]) for a, b in shared])
                x = x[np.isfinite(x).all(axis=1)]
                total += overlap * np.corrcoef(x.T)[0, 1]
    return total / pairs


@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_correlation_of_partly_overlapping_windows_is_that_of_a_plain_loop(missing: float) -> None:
    session = np.random.default_rng(8).integers(0, 40, 30)
    rows = _rows(9, session, missing=missing)
    found = overlapping_correlation(rows.residuals, rows.session, 4)
    assert found == pytest.approx(_correlation_by_hand(rows, 4), rel=1e-10)
    assert 0 < found < 0.1


def test_correlation_of_more_rows_than_one_block_holds() -> None:
    session = np.random.default_rng(10).integers(0, 60, 250)
    rows = _rows(11, session, learned=30)
    found = overlapping_correlation(rows.residuals, rows.session, 4)
    assert found == pytest.approx(_correlation_by_hand(rows, 4), rel=1e-10)


def test_full_overlap_gives_the_adjusted_bmp_of_one_date_and_no_overlap_bmp() -> None:
    together = _rows(12, np.full(25, 30))
    rbar = overlapping_correlation(together.residuals, together.session, 4)
    assert rbar == pytest.approx(float(mean_correlation(together.residuals.T)[0]))
    portfolios = Portfolios(np.array([30]), np.array([0.01]), np.array([0.01]), np.array([0.5]))
    shift = circular_shift(ShiftSums(np.arange(300.0), np.ones(300, dtype=np.int64)), np.zeros(300, dtype=np.int64))
    tests = pooled_tests(together, portfolios, shift).statistics
    assert tests["t_kp"] == adjusted_bmp(together.scar, rbar, 24)
    assert abs(tests["t_kp"].value) < 0.5 * abs(tests["t_bmp"].value)
    apart = pooled_tests(_rows(12, np.arange(25) * 4), portfolios, shift)
    assert apart.rbar == 0.0
    assert apart.statistics["t_kp"] == apart.statistics["t_bmp"]


def test_calendar_time_portfolio_is_that_of_a_plain_loop() -> None:
    rows = _rows(13, np.array([3, 3, 5, 9, 30, 4]), missing=0.1)
    residuals = rows.residuals * rows.sigma[:, None]
    learned, length = 60, 4
    returns, scaled = [], []
    for day in range(100):
        active = [e for e in range(6) if 0 <= day - rows.session[e] < length]
        if not active:
            continue
        returns.append(np.mean([rows.daily[e, day - rows.session[e]] for e in active]))
        squares = []
        for session in range(200):
            if all(0 <= session - rows.session[e] < learned for e in active):
                now = [residuals[e, session - rows.session[e]] for e in active]
                known = [value for value in now if not math.isnan(value)]
                if known:
                    squares.append(np.mean(known) ** 2)
        scaled.append(returns[-1] / math.sqrt(np.mean(squares)))
    alpha, found = calendar_time(rows.daily, residuals, rows.session)
    assert alpha == pytest.approx(np.mean(returns))
    expected = stats.ttest_1samp(scaled, 0.0)
    assert found.value == pytest.approx(expected.statistic)
    assert found.p == pytest.approx(expected.pvalue)
    assert found.df == len(scaled) - 1


def test_calendar_time_of_one_session_has_no_t() -> None:
    rows = _rows(14, np.array([3, 3]), length=1)
    alpha, found = calendar_time(rows.daily, rows.residuals, rows.session)
    assert alpha == pytest.approx(rows.car.mean())
    assert found.reason == "needs 2 sessions with a portfolio, has 1"


def test_all_tests_of_a_pool() -> None:
    rows = _rows(15, np.array([3, 3, 12, 40, 80]))
    gone = Rows(
        np.append(rows.session, 90),
        np.append(rows.car, np.nan),
        np.append(rows.scar, np.nan),
        np.vstack([rows.daily, np.full(4, np.nan)]),
        np.vstack([rows.residuals, np.full(60, np.nan)]),
        np.append(rows.sigma, np.nan),
    )
    portfolios = Portfolios(
        np.array([3, 12, 40, 80, 90]),
        np.array([0.01, 0.02, 0.03, -0.01, np.nan]),
        np.array([0.01, 0.01, 0.02, 0.01, np.nan]),
        np.array([0.5, 1.0, 1.5, -0.5, np.nan]),
    )
    shift = circular_shift(ShiftSums(np.arange(300.0), np.full(300, 4)), np.zeros(300, dtype=np.int64))
    found = pooled_tests(gone, portfolios, shift)
    columns = found.columns()
    assert (columns["events"], columns["sessions"]) == (5, 4)
    assert found.caar == pytest.approx(0.05 / 4)
    assert columns["p_csect"] == pytest.approx(stats.ttest_1samp(rows.car, 0.0).pvalue)
    assert columns["t_bmp"] == cross_sectional(rows.scar).value
    assert columns["z_score"] == pytest.approx(2.5 / 2)
    assert columns["p_shift"] == shift.p
    aar = (rows.residuals * rows.sigma[:, None]).mean(axis=0)
    assert columns["t_crude"] == pytest.approx(rows.car.mean() / (aar.std(ddof=1) * 2))
    assert columns["caar_high"] - columns["caar"] == pytest.approx(shift.critical * math.sqrt(4 * 7e-4) / 4)
    assert not any(statistic.reason for statistic in found.statistics.values())


def test_an_empty_pool_has_reasons_instead_of_figures() -> None:
    none = np.empty(0)
    rows = Rows(none.astype(np.int64), none, none, np.empty((0, 4)), np.empty((0, 60)), none)
    sums = ShiftSums(np.zeros(300), np.zeros(300, dtype=np.int64))
    shift = circular_shift(sums, np.zeros(300, dtype=np.int64))
    found = pooled_tests(rows, Portfolios(none.astype(np.int64), none, none, none), shift)
    assert all(statistic.reason for statistic in found.statistics.values())
    assert math.isnan(found.caar)
    assert math.isnan(found.columns()["caar_low"])
