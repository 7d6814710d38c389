"""Bootstrap over areas by counting how often each is drawn, so that thousands of resamples are one
matrix.

A resample of n areas is a row of n whole numbers that add up to n. Ranks, means and products within a
resample follow from those counts without sorting anything again: that is what makes thousands of draws for
thousands of questions quick. Leaving each area out once (for the acceleration of the BCa interval) is the
same thing with counts of 0 and 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from likeforlike.domain.matrix import FloatArray, IntArray

DRAWS = 2_000
LEVEL = 0.95

#: Numbers nearer to each other than this, relative to their size, differ by rounding alone.
ROUNDING = 1e-12


@dataclass(frozen=True)
class Resamples:
    """How often each of n areas is counted: once each, in each bootstrap draw, and with each area left
    out once.

    `counts` is (1 + draws + n) x n, areas contiguous in memory, because what is done to it runs along the
    areas.
    """

    counts: FloatArray
    draws: int

    @classmethod
    def of(cls, areas: int, *, draws: int, seed: int) -> Resamples:
        """Draw `draws` resamples of `areas` areas with replacement, and leave each area out once."""
        rng = np.random.default_rng(seed)
        drawn = rng.integers(0, areas, size=(draws, areas)) + np.arange(draws)[:, None] * areas
        counts = np.bincount(drawn.ravel(), minlength=draws * areas).reshape(draws, areas)
        rows = np.vstack([np.ones((1, areas)), counts, 1 - np.eye(areas)]).astype(np.float64)
        return cls(np.asfortranarray(rows), draws)

    def interval(self, values: FloatArray, *, level: float = LEVEL) -> tuple[float, float]:
        """The BCa interval of a statistic, given its value for every row of `counts`.

        Efron (1987). Where the statistic is undefined in some resamples those are left out; where it is
        undefined at the point, or the same everywhere, both limits are missing.
        """
        draws, left_out = values[1 : self.draws + 1], values[self.draws + 1 :]
        return bca_interval(float(values[0]), draws, left_out, level=level)


def bca_interval(
    point: float, draws: FloatArray, left_out: FloatArray, *, level: float = LEVEL
) -> tuple[float, float]:
    """Bias-corrected and accelerated percentile interval (Efron 1987), from draws and leave-one-out
    values.
    """
    draws, left_out = draws[np.isfinite(draws)], left_out[np.isfinite(left_out)]
    if not np.isfinite(point) or len(draws) < 2:
        return (np.nan, np.nan)
    noise = ROUNDING * max(abs(point), float(np.abs(draws).max()))
    if np.ptp(draws) <= noise:
        return (np.nan, np.nan)
    same = np.abs(draws - point) <= noise
    share = ((draws[~same] < point).sum() + 0.5 * same.sum()) / len(draws)
    bias = float(ndtri(np.clip(share, 0.5 / len(draws), 1 - 0.5 / len(draws))))
    spread = left_out.mean() - left_out if len(left_out) else np.zeros(1)
    scale = 6 * (spread**2).sum() ** 1.5
    acceleration = float((spread**3).sum() / scale) if scale > 0 else 0.0
    tails = ndtri(np.array([(1 - level) / 2, (1 + level) / 2]))
    moved = bias + tails
    adjusted = ndtr(bias + moved / (1 - acceleration * moved))
    low, high = np.quantile(draws, adjusted)
    return float(low), float(high)


def tie_groups(values: FloatArray) -> tuple[IntArray, IntArray]:
    """Areas in ascending order of `values`, and for every area the number of its group of equal values.

    Values that differ by no more than rounding leaves (two means of the same two numbers, the same pounds per
    head in another unit) are equal: rounding must not put places in order.
    """
    order = np.argsort(values, kind="stable")
    ascending = values[order]
    size = np.maximum(np.abs(ascending[1:]), np.abs(ascending[:-1]))
    group = np.empty(len(values), dtype=np.int64)
    group[order] = np.concatenate([[0], np.cumsum(np.diff(ascending) > ROUNDING * size)])
    return order, group


def positions(values: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Weight below, and weight at, each area's value, by rows of `weights` (rows x n).

    Equal values share both, so that ties are pooled: `below + at / 2` is the middle of the group.
    """
    order, group = tie_groups(values)
    ends = np.flatnonzero(np.diff(group[order], append=group.max() + 1))
    above = np.cumsum(weights.T[order], axis=0)[ends]
    below = np.concatenate([np.zeros((1, above.shape[1])), above[:-1]])
    return below[group].T, (above - below)[group].T


def midranks(values: FloatArray, counts: FloatArray) -> FloatArray:
    """Mean ranks (1 = lowest, ties pooled) of each area within each resample: rows x n, from counts rows
    x n.
    """
    below, at = positions(values, counts)
    return below + (at + 1) / 2


def fractional_ranks(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Share of weight below the middle of each area's group of equal values: 0 to 1, ties pooled; rows x
    n.
    """
    below, at = positions(values, weights)
    total: FloatArray = weights.sum(axis=-1, keepdims=True)
    return (below + at / 2) / total
