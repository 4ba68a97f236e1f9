"""Many ordinary least squares at once: every security on the same regressors, each over its own days."""

from __future__ import annotations

import numpy as np

from screener.study.arrays import Bools, Floats

_COLLINEAR = 1e-12
"""Determinant of a Gram matrix scaled to a unit diagonal below which its regressors cannot be told apart."""


def least_squares(x: Floats, y: Floats, own: Bools) -> tuple[Floats, Floats]:
    """Coefficients (p, n) and inverse Gram matrices (n, p, p) of each column of `y` on `x` over its own days.

    Complete columns share one QR factorisation. Columns with gaps go through their own normal equations, which
    the moderate condition numbers of daily returns leave exact to about 1e-12. NaN where regressors are collinear.

    Args:
        x: (M, p) regressors, finite.
        y: (M, n) what is explained; only `own` days are read.
        own: (M, n) the days that count for each column.
    """
    days, parameters = x.shape
    columns = y.shape[1]
    if parameters == 0:
        return np.empty((0, columns)), np.empty((columns, 0, 0))
    beta = np.empty((parameters, columns))
    inverse = np.empty((columns, parameters, parameters))
    complete = own.all(axis=0)
    if complete.any():
        q, r = np.linalg.qr(x)
        r_inverse = inverted((r.T @ r)[None])[0] @ r.T
        chosen = slice(None) if complete.all() else complete
        beta[:, chosen] = r_inverse @ np.einsum("tp,tn->pn", q, y[:, chosen])  # thin: see rank_tests._sum
        inverse[chosen] = r_inverse @ r_inverse.T
    if not complete.all():
        mask = own[:, ~complete]
        products = (x[:, :, None] * x[:, None, :]).reshape(days, -1)
        gram = (mask.T.astype(np.float64) @ products).reshape(-1, parameters, parameters)
        moments = np.where(mask, y[:, ~complete], 0.0).T @ x
        inverse[~complete] = inverted(gram)
        beta[:, ~complete] = np.einsum("nij,nj->in", inverse[~complete], moments)
    return beta, inverse


def inverted(gram: Floats) -> Floats:
    """Inverses of a stack (n, p, p) of Gram matrices; NaN for one whose regressors are collinear."""
    size = np.sqrt(np.diagonal(gram, axis1=1, axis2=2))
    size = np.where(size > 0, size, 1.0)
    scaled = gram / (size[:, :, None] * size[:, None, :])
    singular = ~(np.linalg.det(scaled) > _COLLINEAR)
    if singular.any():
        scaled[singular] = np.eye(gram.shape[1])
    inverse: Floats = np.linalg.inv(scaled) / (size[:, :, None] * size[:, None, :])
    inverse[singular] = np.nan
    return inverse
