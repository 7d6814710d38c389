"""Whether like values lie side by side on the map: Moran's I with a permutation test.

Source: Moran (1950); Cliff and Ord (1981). Row-standardised weights: every area's neighbours on the map
share a weight of 1. (Neighbours here are those that touch, not those that a neighbour model finds.) An area
without any neighbour among the areas with a value (an island, or all around it missing) is left out of the
statistic.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from likeforlike.domain.matrix import BoolArray, FloatArray, IntArray

#: Fewer areas than this say nothing about a map.
AREAS_NEEDED = 10


@dataclass(frozen=True)
class Moran:
    """Moran's I. `expected` is -1 / (n - 1), its mean when values are laid out at random.

    `p` is two-sided from permutations, NaN when none were asked for: twice the smaller share of permutations
    at least as extreme, the observed layout counted among them. `count` areas had a value and a neighbour.
    """

    value: float
    expected: float
    p: float
    count: int


def touching(areas: Sequence[str], pairs: Iterable[tuple[str, str]]) -> BoolArray:
    """Areas x areas, True where two touch; pairs with an unknown code are left out."""
    row_of = {code: row for row, code in enumerate(areas)}
    out = np.zeros((len(areas), len(areas)), dtype=np.bool_)
    for first, second in pairs:
        if first in row_of and second in row_of and first != second:
            out[row_of[first], row_of[second]] = out[row_of[second], row_of[first]] = True
    return out


def nearest(places: FloatArray, k: int) -> BoolArray:
    """Areas x areas, True for each area's `k` nearest by straight line; `places` is areas x 2 on a plane.

    Not symmetric: B can be among A's nearest and A not among B's. Ties go to the earlier row.
    """
    distance = np.hypot(*(places[:, None, :] - places[None, :, :]).transpose(2, 0, 1))
    np.fill_diagonal(distance, np.inf)
    order = np.argsort(distance, axis=1, kind="stable")[:, :k]
    out = np.zeros(distance.shape, dtype=np.bool_)
    np.put_along_axis(out, order, True, axis=1)
    return out


def two_steps(links: BoolArray) -> BoolArray:
    """The same links, and every area's neighbours' neighbours."""
    reached: BoolArray = links | (links.astype(np.int64) @ links.astype(np.int64) > 0)
    np.fill_diagonal(reached, False)
    return reached


def with_islands_joined(links: BoolArray, places: FloatArray, k: int = 1) -> BoolArray:
    """The same links, and the `k` nearest areas for every area that touches none (both ways)."""
    alone = np.flatnonzero(~links.any(axis=1))
    extra = np.zeros_like(links)
    extra[alone] = nearest(places, k)[alone]
    joined: BoolArray = links | extra | extra.T
    return joined


def moran(values: FloatArray, links: BoolArray, *, permutations: int = 0, seed: int = 0) -> Moran:
    """Moran's I of one period's values (one per area, NaN = missing) over `links` (areas x areas).

    I = z' W z / z' z with z the distances from the mean and W the row-standardised links; NaN below ten
    areas or when all values are equal.
    """
    weights, z = _prepared(values, links)
    count = len(z)
    if count < AREAS_NEEDED or not z.any():
        return Moran(np.nan, np.nan, np.nan, count)
    total = float(z @ z)
    observed = float(z @ (weights @ z)) / total
    p = np.nan
    if permutations:
        random = np.random.default_rng(seed)
        shuffled = random.permuted(np.broadcast_to(z, (permutations, count)), axis=1).T
        layouts = (shuffled * (weights @ shuffled)).sum(axis=0) / total
        above = int((layouts >= observed - 1e-12).sum())
        below = int((layouts <= observed + 1e-12).sum())
        p = min(1.0, 2 * (min(above, below) + 1) / (permutations + 1))
    return Moran(observed, -1 / (count - 1), p, count)


def moran_by_period(values: FloatArray, links: BoolArray) -> FloatArray:
    """Moran's I of every column (areas x periods), without a test.

    Columns that lack the same areas are taken together, since they share their weights.
    """
    out = np.full(values.shape[1], np.nan)
    present = np.isfinite(values)
    patterns, number = np.unique(present, axis=1, return_inverse=True)
    for pattern in range(patterns.shape[1]):
        columns = np.flatnonzero(number.ravel() == pattern)
        out[columns] = _moran_columns(values[:, columns], links)
    return out


def _moran_columns(values: FloatArray, links: BoolArray) -> FloatArray:
    """Moran's I of columns that have values for the same areas."""
    rows = _connected(np.isfinite(values[:, 0]), links)
    if len(rows) < AREAS_NEEDED:
        return np.full(values.shape[1], np.nan)
    weights = _row_standardised(links[np.ix_(rows, rows)])
    z = values[rows] - values[rows].mean(axis=0)
    total = (z * z).sum(axis=0)
    even = np.ptp(values[rows], axis=0) == 0
    return np.where(even, np.nan, (z * (weights @ z)).sum(axis=0) / np.where(even, 1.0, total))


def _prepared(values: FloatArray, links: BoolArray) -> tuple[csr_array, FloatArray]:
    rows = _connected(np.isfinite(values), links)
    known = values[rows]
    z = known - known.mean() if len(known) and np.ptp(known) > 0 else np.zeros(len(known))
    return _row_standardised(links[np.ix_(rows, rows)]), z


def _connected(present: BoolArray, links: BoolArray) -> IntArray:
    """Areas with a value that have at least one neighbour with a value."""
    linked = (links & present[None, :]).any(axis=1)
    return np.flatnonzero(present & linked)


def _row_standardised(links: BoolArray) -> csr_array:
    degree = np.maximum(links.sum(axis=1, keepdims=True), 1)
    return csr_array(links / degree)
