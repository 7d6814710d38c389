"""Mann-Kendall test and Sen's slope for many series at once.

Sources: Mann (1945) and Kendall (1975) for the test; Sen (1968) for the slope; Hamed and Rao (1998) for the
correction of its variance under autocorrelation. Series are rows (areas x points), NaN where a point is
missing; a missing point drops out of its own series only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.stats import norm, rankdata

from likeforlike.domain.matrix import BoolArray, FloatArray, IntArray

#: Below this many points the p value comes from the exact distribution.
NORMAL_NEEDS = 10
Z_95 = 1.959963984540054


@dataclass(frozen=True)
class MonotonicTrend:
    """One entry per series. `s` is Kendall's S, `slope` Sen's slope per unit of time, NaN below two points.

    `p` is two-sided; `inflation` is the factor by which autocorrelation enlarged the variance of S (1 =
    none).
    """

    s: FloatArray
    p: FloatArray
    slope: FloatArray
    points: IntArray
    inflation: FloatArray


def mann_kendall(values: FloatArray, times: FloatArray) -> MonotonicTrend:
    """Test every row for a monotonic trend over `times` (increasing, one per column).

    Exact p for fewer than ten points, ties included; from ten on the normal approximation with continuity
    correction. Where the lag-1 autocorrelation of the detrended ranks is significant, the variance is
    enlarged as Hamed and Rao have it; a factor below 1, which would make a trend clearer, is not applied.
    """
    present = np.isfinite(values)
    points = present.sum(axis=1).astype(np.int64)
    first, second = np.triu_indices(values.shape[1], k=1)
    with np.errstate(invalid="ignore"):
        rises = values[:, second] - values[:, first]
    s = np.where(np.isfinite(rises), np.sign(rises), 0.0).sum(axis=1)
    slope = _median_of_rows(rises / (times[second] - times[first]))
    p, inflation = np.full(len(values), np.nan), np.ones(len(values))
    for points_present, rows in _by_pattern(present):
        if points_present.sum() >= 2:
            series = values[np.ix_(rows, points_present)]
            inflation[rows] = hamed_rao_factor(series, times[points_present], slope[rows])
            p[rows] = _p_values(series, s[rows], inflation[rows])
    return MonotonicTrend(s, p, slope, points, inflation)


def hamed_rao_factor(series: FloatArray, times: FloatArray, slope: FloatArray) -> FloatArray:
    """How much larger the variance of every row's S is than for independent points; at least 1.

    1 + 2 / (n (n - 1) (n - 2)) x sum over significant lags of (n - i)(n - i - 1)(n - i - 2) r(i), with r the
    autocorrelation of the ranks of the series without its Sen slope. Applied only when lag 1 is significant
    at 5 %. `series` (rows x n) has no missing point, `slope` one entry per row.
    """
    n = series.shape[1]
    if n < 4:
        return np.ones(len(series))
    ranks = rankdata(series - slope[:, None] * times, axis=1)
    centred = ranks - ranks.mean(axis=1, keepdims=True)
    total = np.square(centred).sum(axis=1)
    lags = np.arange(1, n)
    products = np.stack([(centred[:, :-lag] * centred[:, lag:]).sum(axis=1) for lag in lags], axis=1)
    r = products / np.where(total == 0, 1.0, total)[:, None]  # ranks all alike have products of nought
    significant = np.abs(r) > Z_95 / np.sqrt(n)
    weights = (n - lags) * (n - lags - 1) * (n - lags - 2)
    factor = 1 + 2 / (n * (n - 1) * (n - 2)) * np.where(significant, weights * r, 0.0).sum(axis=1)
    return np.where(significant[:, 0], np.maximum(factor, 1.0), 1.0)


@cache
def exact_tail(ties: tuple[int, ...], s: int) -> float:
    """P(|S| >= |s|) when every order of the values is equally likely.

    `ties` are the sizes of the blocks of equal values. The number of discordant pairs among the orders of a
    multiset follows the Gaussian multinomial coefficient [n]! / prod [t]!, which is multiplied out here with
    whole numbers.
    """
    orders = [1]
    filled = 0
    for size in ties:
        orders = _times(orders, _gaussian_binomial(filled + size, size))
        filled += size
    pairs = len(orders) - 1  # untied pairs
    extreme = sum(number for discordant, number in enumerate(orders) if abs(pairs - 2 * discordant) >= abs(s))
    return extreme / sum(orders)


@cache
def _gaussian_binomial(n: int, k: int) -> tuple[int, ...]:
    """Coefficients of the Gaussian binomial: [n, k] = [n - 1, k - 1] + q^k [n - 1, k]."""
    if k in (0, n):
        return (1,)
    without, shifted = _gaussian_binomial(n - 1, k - 1), (0,) * k + _gaussian_binomial(n - 1, k)
    length = max(len(without), len(shifted))
    pad = [(*part, *(0,) * (length - len(part))) for part in (without, shifted)]
    return tuple(a + b for a, b in zip(*pad, strict=True))


def _times(left: list[int], right: tuple[int, ...]) -> list[int]:
    product = [0] * (len(left) + len(right) - 1)
    for i, a in enumerate(left):
        for j, b in enumerate(right):
            product[i + j] += a * b
    return product


def _by_pattern(present: BoolArray) -> Iterator[tuple[BoolArray, IntArray]]:
    """Which points are present, and the rows of which that is so: most rows have all of them."""
    patterns, pattern_of = np.unique(present, axis=0, return_inverse=True)
    for index, pattern in enumerate(patterns):
        yield pattern, np.flatnonzero(pattern_of.ravel() == index)


def _p_values(series: FloatArray, s: FloatArray, inflation: FloatArray) -> FloatArray:
    """Two-sided p of every row (rows x n, none missing)."""
    n = series.shape[1]
    blocks = _blocks_of_equal_values(series)
    tied = (blocks * (blocks - 1) * (2 * blocks + 5)).sum(axis=1)
    variance = (n * (n - 1) * (2 * n + 5) - tied) / 18 * inflation
    alike = variance == 0
    z = np.maximum(np.abs(s) - 1, 0) / np.sqrt(np.where(alike, 1.0, variance))
    p = np.where(alike, 1.0, 2 * norm.sf(z))
    if n < NORMAL_NEEDS:
        for row in np.flatnonzero(inflation == 1.0):
            sizes = sorted(blocks[row][blocks[row] > 0].tolist())
            p[row] = exact_tail(tuple(sizes), int(s[row]))
    return p


def _blocks_of_equal_values(series: FloatArray) -> IntArray:
    """For every row how often each of its values occurs, filled up with noughts (rows x n)."""
    ordered = np.sort(series, axis=1)
    starts = np.ones(series.shape, dtype=np.bool_)
    starts[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    block = np.cumsum(starts, axis=1) - 1 + np.arange(len(series))[:, None] * series.shape[1]
    return np.bincount(block.ravel(), minlength=series.size).reshape(series.shape).astype(np.int64)


def _median_of_rows(numbers: FloatArray) -> FloatArray:
    """Median of every row without its NaN; NaN for a row of nothing else."""
    known = np.isfinite(numbers).sum(axis=1)
    ordered = np.sort(numbers, axis=1)
    rows = np.arange(len(numbers))
    if not numbers.shape[1]:
        return np.full(len(numbers), np.nan)
    low, high = np.maximum(known - 1, 0) // 2, known // 2
    high = np.minimum(high, np.maximum(known - 1, 0))
    middle = (ordered[rows, low] + ordered[rows, high]) / 2
    return np.where(known > 0, middle, np.nan)
