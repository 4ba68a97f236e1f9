"""Regression with errors clustered two ways: the formula of the paper in plain loops, and statsmodels itself."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from screener.study import Floats, Ints
from screener.study.regression import INTERCEPT, Regression, regress

Data = tuple[Floats, dict[str, Floats], Ints, Ints]


def _data(seed: int, rows: int = 120, dates: int = 25, firms: int = 18) -> Data:
    rng = np.random.default_rng(seed)
    date, firm = rng.integers(0, dates, rows) * 7, rng.integers(0, firms, rows) + 1000
    size, news = rng.standard_normal(rows), rng.standard_normal(dates)[date // 7]
    y = 0.01 + 0.02 * size + 0.02 * rng.standard_normal(dates)[date // 7] + 0.02 * rng.standard_normal(rows)
    return y, {"size": size, "news": news}, date, firm


def _meat(x: Floats, e: Floats, clusters: list[tuple[int, ...]]) -> Floats:
    """Sum over clusters of the outer products of their scores, with the correction of Cameron, Gelbach and Miller."""
    n, k = x.shape
    distinct = sorted(set(clusters))
    total = np.zeros((k, k))
    for cluster in distinct:
        score = np.zeros(k)
        for i in range(n):
            if clusters[i] == cluster:
                score += x[i] * e[i]
        total += np.outer(score, score)
    g = len(distinct)
    total *= g / (g - 1) * (n - 1) / (n - k)
    return total


def _by_hand(y: Floats, x: Floats, kinds: list[list[int]]) -> tuple[Floats, Floats]:
    bread = np.linalg.inv(x.T @ x)
    beta = bread @ x.T @ y
    e = y - x @ beta
    meat = sum((_meat(x, e, [(code,) for code in kind]) for kind in kinds), np.zeros_like(bread))
    if len(kinds) == 2:
        meat = meat - _meat(x, e, list(zip(*kinds, strict=True)))
    return beta, np.sqrt(np.diagonal(bread @ meat @ bread))


def _figures(found: Regression, name: str) -> list[float]:
    return [float(getattr(term, name)) for term in found.terms]


def test_errors_clustered_by_date_and_firm_are_those_of_the_paper() -> None:
    y, characteristics, date, firm = _data(1)
    x = np.column_stack([np.ones(len(y)), *characteristics.values()])
    beta, se = _by_hand(y, x, [date.tolist(), firm.tolist()])
    found = regress(y, characteristics, date, firm)
    np.testing.assert_allclose(_figures(found, "coefficient"), beta, rtol=1e-9)
    np.testing.assert_allclose(_figures(found, "se"), se, rtol=1e-9)
    np.testing.assert_allclose(_figures(found, "p"), 2 * stats.t.sf(np.abs(beta / se), 17), rtol=1e-9)
    assert [term.name for term in found.terms] == [INTERCEPT, "size", "news"]
    assert (found.n, found.dates, found.firms, found.clustered) == (120, 25, 18, ("date", "firm"))
    e = y - x @ beta
    assert found.r2 == pytest.approx(1 - e @ e / np.square(y - y.mean()).sum())


def test_against_statsmodels() -> None:
    from statsmodels.regression.linear_model import OLS

    y, characteristics, date, firm = _data(2)
    x = np.column_stack([np.ones(len(y)), *characteristics.values()])
    kinds = np.column_stack([np.unique(date, return_inverse=True)[1], np.unique(firm, return_inverse=True)[1]])
    expected = OLS(y, x).fit(cov_type="cluster", cov_kwds={"groups": kinds}, use_t=True)
    found = regress(y, characteristics, date, firm)
    np.testing.assert_allclose(_figures(found, "se"), expected.bse, rtol=1e-10)
    np.testing.assert_allclose(_figures(found, "t"), expected.tvalues, rtol=1e-10)
    np.testing.assert_allclose(_figures(found, "p"), expected.pvalues, rtol=1e-8)


def test_where_each_firm_has_one_row_errors_are_clustered_by_date_alone() -> None:
    y, characteristics, date, _ = _data(3)
    x = np.column_stack([np.ones(len(y)), *characteristics.values()])
    beta, se = _by_hand(y, x, [date.tolist()])
    found = regress(y, characteristics, date, np.arange(len(y)))
    np.testing.assert_allclose(_figures(found, "se"), se, rtol=1e-9)
    np.testing.assert_allclose(_figures(found, "p"), 2 * stats.t.sf(np.abs(beta / se), 24), rtol=1e-9)
    assert found.clustered == ("date",)


def test_where_each_row_has_a_date_and_a_firm_of_its_own_errors_are_whites() -> None:
    y, characteristics, _, _ = _data(4)
    x = np.column_stack([np.ones(len(y)), *characteristics.values()])
    beta, se = _by_hand(y, x, [list(range(len(y)))])
    found = regress(y, characteristics, np.arange(len(y)), np.arange(len(y)))
    np.testing.assert_allclose(_figures(found, "se"), se, rtol=1e-9)
    np.testing.assert_allclose(_figures(found, "p"), 2 * stats.t.sf(np.abs(beta / se), len(y) - 3), rtol=1e-9)
    assert found.clustered == ()


def test_rows_without_a_car_or_a_characteristic_are_left_out() -> None:
    y, characteristics, date, firm = _data(5)
    y[3], characteristics["size"][10] = np.nan, np.nan
    kept = np.delete(np.arange(120), [3, 10])
    found = regress(y, characteristics, date, firm)
    fewer = {name: values[kept] for name, values in characteristics.items()}
    assert found == regress(y[kept], fewer, date[kept], firm[kept])
    assert found.n == 118


def test_a_constant_and_a_collinear_column_are_named_and_the_rest_has_its_figures() -> None:
    y, characteristics, date, firm = _data(6)
    more = {"year": np.full(len(y), 2024.0), **characteristics}
    more["sum"] = 3 * characteristics["size"] - characteristics["news"] + 5
    found = regress(y, more, date, firm)
    plain = regress(y, characteristics, date, firm)
    reasons = {term.name: term.reason for term in found.terms}
    assert reasons == {
        INTERCEPT: "",
        "year": "constant",
        "size": "",
        "news": "",
        "sum": "collinear with the characteristics before it",
    }
    assert [term for term in found.terms if not term.reason] == list(plain.terms)
    assert math.isnan(found.terms[1].coefficient)


def test_a_column_of_large_numbers_is_not_taken_for_a_constant() -> None:
    y, characteristics, date, firm = _data(7)
    found = regress(y, {"cap": 4e14 * (1 + 0.1 * characteristics["size"])}, date, firm)
    assert not found.terms[1].reason
    expected = regress(y, {"size": characteristics["size"]}, date, firm)
    assert found.terms[1].t == pytest.approx(expected.terms[1].t)


def test_what_cannot_be_had_is_said() -> None:
    y, characteristics, date, firm = _data(8)
    few = {name: values[:4] for name, values in characteristics.items()}
    found = regress(y[:4], few, date[:4], firm[:4])
    assert found.reason == "4 rows for 3 coefficients; 5 are needed"
    assert all(math.isnan(term.coefficient) and term.reason == found.reason for term in found.terms)
    together = regress(y, characteristics, np.zeros_like(date), firm)
    assert together.reason == "all rows are of one date: errors cannot be clustered by it"
    nothing = regress(np.full_like(y, np.nan), characteristics, date, firm)
    assert nothing.n == 0
    assert nothing.reason


def test_a_negative_variance_gives_no_error() -> None:
    """V_date + V_firm - V_both is a difference: here that of x is -0.0236, by statsmodels."""
    x = np.array([0.4, 1.0, -0.1, 1.4, -0.7, 0.4, 0.9, 0.1, -0.7])
    y = np.array([-0.9, -0.5, 0.2, -1.0, -0.2, -0.2, 0.5, 0.2, 0.4])
    found = regress(y, {"x": x}, np.repeat(np.arange(3), 3), np.tile(np.arange(3), 3))
    assert found.terms[0].se == pytest.approx(math.sqrt(0.03572773), rel=1e-6)
    assert found.terms[1].coefficient == pytest.approx(np.polyfit(x, y, 1)[0])
    assert math.isnan(found.terms[1].se)
    assert found.terms[1].reason == "no positive variance: too few clusters"
