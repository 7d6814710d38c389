"""Where a series will be if it goes on as it has: drift with an interval, and the chance of a target.

Source: random walk with drift (Hyndman and Athanasopoulos, Forecasting: principles and practice, 5.2), for
points that need not be evenly spaced. Shares are projected on the logit scale, so that they stay between 0
and 100 %. A projection is not a forecast of what policy will do. None is made from fewer than five points.
The no-change projection stands beside it as a yardstick: what the same wandering without drift would give.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from likeforlike.analysis.intervals import Scale, from_scale, on_scale
from likeforlike.domain.matrix import FloatArray, IntArray

POINTS_NEEDED = 5


@dataclass(frozen=True)
class Projection:
    """One entry per area, at one future time; NaN where none is made.

    `middle`, `lower_95`, `upper_95` are in the unit; `p_reach` is the chance of standing at or beyond the
    target then (NaN without a target). `unchanged_lower_95` and `unchanged_upper_95` are the interval around
    the latest value when there is no drift.
    """

    middle: FloatArray
    lower_95: FloatArray
    upper_95: FloatArray
    p_reach: FloatArray
    unchanged_lower_95: FloatArray
    unchanged_upper_95: FloatArray
    points: IntArray


def project(
    values: FloatArray,
    times: FloatArray,
    at: float,
    *,
    target: FloatArray | float = np.nan,
    sign: int = 1,
    ceiling: float | None = None,
) -> Projection:
    """Project every row (areas x points, NaN = missing) from its last point to the time `at`, in years.

    `ceiling` is 1 or 100 for shares. The last column must be present, else nothing is projected. `sign` is +1
    when the target is to be reached from below, -1 from above.
    """
    scale = Scale.NATURAL if ceiling is None else Scale.LOGIT
    top = ceiling or 1.0
    y = on_scale(values, scale, top)
    walk = _walk(y, times)
    ahead = at - times[-1] if len(times) else np.nan
    middle = walk.last + walk.drift * ahead
    error = (
        np.sqrt(walk.variance * (ahead + ahead**2 / walk.span)) if ahead > 0 else np.full_like(middle, np.nan)
    )
    idle = np.sqrt(walk.variance_without * ahead) if ahead > 0 else np.full_like(middle, np.nan)
    freedom = np.maximum(walk.points - 2, 1)
    margin = student.ppf(0.975, freedom) * error
    margin_idle = student.ppf(0.975, freedom + 1) * idle
    goal = on_scale(np.broadcast_to(np.asarray(target, dtype=np.float64), middle.shape), scale, top)
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = student.cdf((middle - goal) * sign / error, freedom)
    made = np.isfinite(error)

    def back(numbers: FloatArray) -> FloatArray:
        return np.where(made, from_scale(numbers, scale, top), np.nan)

    return Projection(
        middle=back(middle),
        lower_95=back(middle - margin),
        upper_95=back(middle + margin),
        p_reach=np.where(made & np.isfinite(goal), reach, np.nan),
        unchanged_lower_95=back(walk.last - margin_idle),
        unchanged_upper_95=back(walk.last + margin_idle),
        points=walk.points,
    )


@dataclass(frozen=True)
class _Walk:
    """A random walk with drift fitted to every row; drift and variances are per year."""

    last: FloatArray
    drift: FloatArray
    variance: FloatArray
    variance_without: FloatArray
    span: FloatArray
    points: IntArray


def _walk(y: FloatArray, times: FloatArray) -> _Walk:
    rows = len(y)
    fitted = np.full((4, rows), np.nan)
    last = y[:, -1] if y.shape[1] else np.full(rows, np.nan)
    points = np.isfinite(y).sum(axis=1).astype(np.int64)
    for row in np.flatnonzero((points >= POINTS_NEEDED) & np.isfinite(last)):
        known = np.isfinite(y[row])
        steps, gaps = np.diff(y[row, known]), np.diff(times[known])
        span = gaps.sum()
        drift = steps.sum() / span
        variance = ((steps - drift * gaps) ** 2 / gaps).sum() / (len(steps) - 1)
        fitted[:, row] = drift, variance, (steps**2 / gaps).mean(), span
    return _Walk(last, fitted[0], fitted[1], fitted[2], fitted[3], points)
