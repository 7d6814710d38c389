"""How a known break, such as 2020-21, shifted series: segmented regression with Newey-West errors.

y = a + b t + c after + d (t - break) after, fitted to every area by least squares; errors from the Newey-West
estimator with Bartlett weights, bandwidth floor(4 (n / 100)^(2/9)) and the small-sample factor n / (n - 4).
Source: Newey and West (1987); Wagner et al. (2002) for interrupted time series.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from likeforlike.domain.matrix import FloatArray, IntArray

BEFORE_NEEDED = 4
AFTER_NEEDED = 3


@dataclass(frozen=True)
class Interruption:
    """One entry per area; NaN where the points do not suffice.

    `level` is the jump at the break (unit), `slope` the change of the yearly slope after it; 95 % limits
    beside them.
    """

    level: FloatArray
    level_lower_95: FloatArray
    level_upper_95: FloatArray
    slope: FloatArray
    slope_lower_95: FloatArray
    slope_upper_95: FloatArray
    points: IntArray


def interruption(values: FloatArray, times: FloatArray, at: float) -> Interruption:
    """Fit every row (areas x points, NaN = missing) around a break at time `at`, in years.

    A point at or after `at` counts as after. At least four points before and three after are needed.
    """
    after = times >= at
    present = np.isfinite(values)
    points = present.sum(axis=1).astype(np.int64)
    usable = (present & ~after).sum(axis=1) >= BEFORE_NEEDED
    usable &= (present & after).sum(axis=1) >= AFTER_NEEDED
    found = np.full((len(values), 6), np.nan)
    patterns, number = np.unique(present[usable], axis=0, return_inverse=True)
    rows = np.flatnonzero(usable)
    for pattern, keep in enumerate(patterns):
        same = rows[number.ravel() == pattern]
        found[same] = _fit(values[np.ix_(same, np.flatnonzero(keep))], times[keep], at)
    level, level_lower, level_upper, slope, slope_lower, slope_upper = found.T
    return Interruption(level, level_lower, level_upper, slope, slope_lower, slope_upper, points)


def newey_west_lags(points: int) -> int:
    """The bandwidth in common use: floor(4 (n / 100)^(2/9))."""
    return int(np.floor(4 * (points / 100) ** (2 / 9)))


def _fit(y: FloatArray, times: FloatArray, at: float) -> FloatArray:
    """Level and slope change with limits, areas x 6; all rows have the same points."""
    after = (times >= at).astype(np.float64)
    design = np.column_stack([np.ones_like(times), times - at, after, (times - at) * after])
    n, k = design.shape
    bread = np.linalg.inv(design.T @ design)
    coefficients = y @ design @ bread
    scores = (y - coefficients @ design.T)[:, :, None] * design[None, :, :]  # areas x points x terms
    meat = np.einsum("atj,atk->ajk", scores, scores)
    lags = newey_west_lags(n)
    for lag in range(1, lags + 1):
        cross = np.einsum("atj,atk->ajk", scores[:, lag:], scores[:, :-lag])
        meat += (1 - lag / (lags + 1)) * (cross + cross.transpose(0, 2, 1))
    variance = bread @ meat @ bread * n / (n - k)
    errors = np.sqrt(np.maximum(np.diagonal(variance, axis1=1, axis2=2), 0.0))
    margin = float(student.ppf(0.975, n - k)) * errors
    parts = [coefficients[:, 2], coefficients[:, 2] - margin[:, 2], coefficients[:, 2] + margin[:, 2]]
    parts += [coefficients[:, 3], coefficients[:, 3] - margin[:, 3], coefficients[:, 3] + margin[:, 3]]
    return np.column_stack(parts)
