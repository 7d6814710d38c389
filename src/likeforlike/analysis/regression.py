"""Regressions of money on need: least squares with robust errors, and Poisson pseudo-likelihood for the
many zeros.

Written out here because they are short and a build should not load a statistics package for them; the tests
hold them against one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from likeforlike.domain.matrix import FloatArray

_STEPS = 100
_CLOSE = 1e-10


@dataclass(frozen=True)
class Fit:
    """Coefficients with robust standard errors, in the order of the columns of the design.

    `p_value` is two-sided from the normal distribution; `explained_share` is R squared for least squares and
    one minus the ratio of deviances for Poisson.
    """

    coefficient: FloatArray
    standard_error: FloatArray
    p_value: FloatArray
    areas: int
    explained_share: float


def least_squares(y: FloatArray, design: FloatArray) -> Fit:
    """Ordinary least squares with HC3 errors (MacKinnon and White 1985); `design` is n x k and holds the
    constant.
    """
    inverse = _inverse(design.T @ design)
    coefficient = inverse @ design.T @ y
    residual = y - design @ coefficient
    leverage = np.einsum("ij,jk,ik->i", design, inverse, design)
    # An area that a control singles out is fitted exactly: it has leverage 1 and nothing to say about the
    # errors.
    free = np.maximum(1 - leverage, 1e-8)
    meat = (design * (residual / free)[:, None] ** 2).T @ design
    spread = ((y - y.mean()) ** 2).sum()
    explained = 1 - (residual**2).sum() / spread if spread > 0 else np.nan
    return _fit(coefficient, inverse @ meat @ inverse, len(y), float(explained))


def poisson(y: FloatArray, design: FloatArray, offset: FloatArray) -> Fit:
    """Poisson pseudo-maximum likelihood with robust errors (HC1), by reweighted least squares.

    Santos Silva and Tenreyro (2006). `y` is not negative and need not be whole; `offset` is the logarithm of
    exposure (population). Raises ArithmeticError when it does not settle, as where a control has no money at
    all.
    """
    mean = (y + y.mean()) / 2
    linear = np.log(mean) - offset
    coefficient = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        if not (np.isfinite(mean).all() and (mean > 0).all()):
            raise ArithmeticError("The Poisson regression does not settle: too few areas have any money.")
        working = linear + (y - mean) / mean
        weighted = design * mean[:, None]
        updated = np.linalg.solve(weighted.T @ design, weighted.T @ working)
        moved = float(np.abs(updated - coefficient).max())
        coefficient = updated
        linear = design @ coefficient
        with np.errstate(over="ignore"):  # what is infinite is refused in the next step
            mean = np.exp(linear + offset)
        if moved < _CLOSE * (1 + float(np.abs(coefficient).max())):
            break
    else:
        raise ArithmeticError(
            "The Poisson regression does not settle: a group of areas may have no money at all."
        )
    inverse = _inverse((design * mean[:, None]).T @ design)
    meat = (design * ((y - mean) ** 2)[:, None]).T @ design
    n, k = design.shape
    null = np.exp(offset) * y.sum() / np.exp(offset).sum()
    explained = 1 - _deviance(y, mean) / _deviance(y, null)
    return _fit(coefficient, inverse @ meat @ inverse * n / (n - k), n, float(explained))


def indicators(labels: Sequence[str], *, baseline: str | None = None) -> tuple[FloatArray, tuple[str, ...]]:
    """Columns of 0 and 1 for every label but the baseline (the first in order unless given): n x (labels
    - 1).
    """
    names = sorted(set(labels))
    without = names[0] if baseline is None else baseline
    kept = tuple(name for name in names if name != without)
    return np.array([[float(label == name) for name in kept] for label in labels]).reshape(
        len(labels), len(kept)
    ), kept


def _deviance(y: FloatArray, mean: FloatArray) -> float:
    some = y > 0
    return float(2 * (np.where(some, y * np.log(np.where(some, y, 1.0) / mean), 0.0) - (y - mean)).sum())


def _inverse(matrix: FloatArray) -> FloatArray:
    if np.linalg.cond(matrix) > 1e14:
        raise ArithmeticError("Two columns of the design say the same thing: leave one of the controls out.")
    return np.asarray(np.linalg.inv(matrix), dtype=np.float64)


def _fit(coefficient: FloatArray, covariance: FloatArray, areas: int, explained: float) -> Fit:
    error = np.sqrt(np.diag(covariance))
    return Fit(coefficient, error, 2 * ndtr(-np.abs(coefficient / error)), areas, explained)
