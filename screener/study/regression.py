"""Regression of cumulative abnormal returns on characteristics of their events."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from screener.study import Floats, Ints
from screener.study.parametric import Statistic

INTERCEPT = "intercept"
"""Name of the term that is no characteristic."""
_COLLINEAR = 1e-8
"""A column is told apart from the others if at least this share of its own variation is left beside them."""


@dataclass(frozen=True)
class Term:
    """One coefficient, NaN with a reason where it cannot be had."""

    name: str
    coefficient: float
    """CAR, decimal, for one unit of the characteristic."""
    se: float
    t: float
    p: float
    """Two-sided, Student's t with one less than the number of clusters, of the kind that has fewer."""
    reason: str = ""


@dataclass(frozen=True)
class Regression:
    """Ordinary least squares with errors clustered by date and by firm."""

    terms: tuple[Term, ...]
    """The intercept, then the characteristics in their order."""
    n: int
    """Rows of which the CAR and all characteristics that are in it are known."""
    dates: int
    """Clusters by date."""
    firms: int
    """Clusters by firm."""
    clustered: tuple[str, ...]
    """What the errors are clustered by: date, firm, both, or neither where no date and no firm has two rows."""
    r2: float
    reason: str = ""
    """Why there are no figures at all; empty where there are some."""


def regress(y: Floats, characteristics: Mapping[str, Floats], date: Ints, firm: Ints) -> Regression:
    """Explain E CARs by their characteristics; errors may be correlated within a date and within a firm.

    V = V_date + V_firm - V_both, each with its own (G / (G - 1)) ((N - 1) / (N - K)) (Cameron, Gelbach and Miller 2011,
    JBES 29:238, section 2; Petersen 2009, RFS 22:435). If every cluster of one kind is a single row, the other alone;
    if of both, White's errors. Few clusters make the errors too small, and the difference can come out negative: then
    there is none.

    A characteristic that is constant, or that those before it give, is named and left out.

    Args:
        y: (E,) cumulative abnormal returns, decimal; NaN = left out.
        characteristics: by name (E,) each; a row without one of them is left out.
        date: (E,) the session of each row, as a number.
        firm: (E,) the security or group of each row, as a number.

    Raises:
        ImportError: statsmodels is not installed (extra `study`).
    """
    known = np.isfinite(y)
    for values in characteristics.values():
        known &= np.isfinite(values)
    x, left_out = _columns({name: values[known] for name, values in characteristics.items()})
    count, parameters = len(x), x.shape[1]
    dates, firms = len(np.unique(date[known])), len(np.unique(firm[known]))
    clusters = _clusters(date[known], firm[known])
    clustered = tuple(clusters)
    reason = _problem(count, parameters, dates, firms, clustered)
    if reason:
        names = (INTERCEPT, *characteristics)
        terms = tuple(_missing(name, left_out.get(name, reason)) for name in names)
        return Regression(terms, count, dates, firms, clustered, math.nan, reason)
    coefficients, variances, r2 = _least_squares(y[known], x, list(clusters.values()))
    fewest = min([dates if name == "date" else firms for name in clustered], default=count - parameters + 1)
    figures = iter(zip(coefficients.tolist(), variances.tolist(), strict=True))
    terms = tuple(
        _missing(name, left_out[name]) if name in left_out else _term(name, next(figures), fewest - 1)
        for name in (INTERCEPT, *characteristics)
    )
    return Regression(terms, count, dates, firms, clustered, r2)


def _columns(characteristics: Mapping[str, Floats]) -> tuple[Floats, dict[str, str]]:
    """The regressors (N, K), the constant first, and why a characteristic is none."""
    rows = len(next(iter(characteristics.values()))) if characteristics else 0
    kept, left_out = [np.ones(rows)], {}
    for name, values in characteristics.items():
        centred = values - values.mean() if rows else values
        size = float(np.linalg.norm(centred))
        if not size > _COLLINEAR * float(np.linalg.norm(values)):
            left_out[name] = "constant"
            continue
        scaled = centred / size
        basis, _ = np.linalg.qr(np.column_stack(kept))
        if np.linalg.norm(scaled - basis @ (basis.T @ scaled)) < _COLLINEAR:
            left_out[name] = "collinear with the characteristics before it"
            continue
        kept.append(values)
    return np.column_stack(kept), left_out


def _clusters(date: Ints, firm: Ints) -> dict[str, Ints]:
    """The kinds of clusters that hold more than single rows."""
    return {name: codes for name, codes in (("date", date), ("firm", firm)) if len(np.unique(codes)) < len(codes)}


def _problem(count: int, parameters: int, dates: int, firms: int, clustered: tuple[str, ...]) -> str:
    if count < parameters + 2:
        return f"{count} rows for {parameters} coefficients; {parameters + 2} are needed"
    for name, clusters in (("date", dates), ("firm", firms)):
        if name in clustered and clusters < 2:
            return f"all rows are of one {name}: errors cannot be clustered by it"
    return ""


def _least_squares(y: Floats, x: Floats, groups: list[Ints]) -> tuple[Floats, Floats, float]:
    """Coefficients (K,), their variances (K,) and R^2, by statsmodels."""
    from statsmodels.regression.linear_model import OLS

    scale = np.sqrt(np.square(x).mean(axis=0))  # capitalisations in KRW beside ratios would pass for collinear
    x = x / scale
    if groups:
        codes = np.column_stack([np.unique(own, return_inverse=True)[1] for own in groups])
        found = OLS(y, x).fit(cov_type="cluster", cov_kwds={"groups": codes if len(groups) > 1 else codes[:, 0]})
    else:
        found = OLS(y, x).fit(cov_type="HC1")
    variances = np.diagonal(np.asarray(found.cov_params()))
    return np.asarray(found.params) / scale, variances / np.square(scale), float(found.rsquared)


def _term(name: str, figures: tuple[float, float], df: int) -> Term:
    """A term from its coefficient and variance."""
    coefficient, variance = figures
    if not variance > 0:
        return Term(name, coefficient, math.nan, math.nan, math.nan, "no positive variance: too few clusters")
    found = Statistic.student(coefficient, math.sqrt(variance), df)
    return Term(name, coefficient, math.sqrt(variance), found.value, found.p, found.reason)


def _missing(name: str, reason: str) -> Term:
    return Term(name, math.nan, math.nan, math.nan, math.nan, reason)
