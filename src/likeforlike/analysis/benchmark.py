"""Every council beside its nearest neighbour, the mean of its neighbours and the median of all.

One universe: the council itself is in the median and the ranks; its neighbours never include it. An estimate
that the publisher shares between areas counts once, in the median, in the ranks, in n and in a mean of
neighbours. Missing is left out and counted; zero is a value.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from likeforlike.analysis.position import QUARTILE_NEEDS, Positions, positions
from likeforlike.analysis.shared_estimates import counted_once, estimate_rows, repeats_an_earlier_one
from likeforlike.analysis.verdicts import (
    VerdictArray,
    against_exact,
    against_interval,
    beyond_most,
    first_decidable,
    named,
)
from likeforlike.domain.indicator import Certainty, Indicator
from likeforlike.domain.matrix import BoolArray, FloatArray, IntArray, LabelledMatrix
from likeforlike.domain.verdict import Verdict

#: A mean of neighbours needs at least this many of them with a value.
NEIGHBOURS_NEEDED = 5
Z_95 = 1.96


@dataclass(frozen=True)
class Benchmark:
    """Comparisons of one indicator in one comparison group; areas x periods unless said otherwise.

    Values are in the indicator's unit, NaN where missing. `rank`..`rank_last` are the places a council
    shares with its equals (1 = best; neutral polarity: 1 = highest; 0 = unranked). `percentile` runs 0-100,
    higher is better. `quartile` is 1 (best) to 4, 0 = none given. `neighbour_count` is how many estimates
    the mean of neighbours rests on. `all_median` and `all_count` have one entry per period. Verdicts are
    values of `Verdict`.
    """

    matrix: LabelledMatrix
    neighbours: IntArray  # areas x k, row numbers, -1 = none
    nearest_value: FloatArray
    nearest_lower: FloatArray
    nearest_upper: FloatArray
    neighbour_mean: FloatArray
    neighbour_mean_lower: FloatArray
    neighbour_mean_upper: FloatArray
    neighbour_count: IntArray
    all_median: FloatArray
    all_count: IntArray
    rank: IntArray
    rank_last: IntArray
    percentile: FloatArray
    quartile: IntArray
    verdict_nearest: VerdictArray
    verdict_neighbours: VerdictArray
    verdict_all: VerdictArray

    def nearest(self, area_row: int) -> str | None:
        """The code of the nearest neighbour, None when the council has none."""
        row = int(self.neighbours[area_row, 0]) if self.neighbours.shape[1] else -1
        return self.matrix.areas[row] if row >= 0 else None

    def neighbours_missing(self, area_row: int, column: int) -> tuple[str, ...]:
        """Codes of the neighbours without a value in that period, nearest first."""
        rows = self.neighbours[area_row]
        missing = rows[(rows >= 0) & ~np.isfinite(self.matrix.values[rows, column])]
        return tuple(self.matrix.areas[row] for row in missing.tolist())

    def neighbours_repeated(self, area_row: int, column: int) -> tuple[str, ...]:
        """Codes of neighbours left out of the mean because a nearer one holds the same shared estimate."""
        rows = self.neighbours[area_row]
        rows = rows[rows >= 0]
        heads = estimate_rows(self.matrix)[rows, column]
        present = np.isfinite(self.matrix.values[rows, column])
        repeated = repeats_an_earlier_one(heads[None, :, None], present[None, :, None])[0, :, 0]
        return tuple(self.matrix.areas[row] for row in rows[repeated])


def benchmark(matrix: LabelledMatrix, neighbours: IntArray, indicator: Indicator) -> Benchmark:
    """Compare every council in every period.

    `neighbours` is areas x k: row numbers into `matrix.areas`, nearest first, -1 where there is none. The
    nearest neighbour is the first, with no step to the next when it has no value. The mean of neighbours is
    the plain mean of those with a value, missing below five; its standard error is sqrt(sum SE^2) / m with
    SE = (upper - lower) / 3.92, given when every neighbour used has an interval. An indicator with a
    reason for no verdict gets neither verdicts nor ranks; values, means and medians stay.
    """
    assert neighbours.shape[:1] == (len(matrix.areas),), "neighbours need one row per area"
    assert not (neighbours == np.arange(len(matrix.areas))[:, None]).any(), (
        "a council cannot neighbour itself"
    )
    heads = estimate_rows(matrix)
    universe = counted_once(matrix, heads)
    places = positions(matrix.values, universe, indicator.sign)
    group = _Neighbours.of(matrix, neighbours, heads)
    mean, lower, upper, count = group.mean()
    near, near_lower, near_upper = _nearest(matrix, neighbours)
    full_count = indicator.certainty is Certainty.FULL_COUNT
    own = (matrix.lower_95, matrix.upper_95)

    by_neighbours = [against_interval(*own, lower, upper)]
    by_all = [against_exact(*own, places.median)]
    by_nearest = [against_interval(*own, near_lower, near_upper)]
    if full_count:
        by_neighbours.append(beyond_most(matrix.values, group.values, count, NEIGHBOURS_NEEDED))
        by_all.append(_outer_quartile(matrix.values, places, indicator.sign))
        by_nearest.append(_further_than_usual(matrix.values, near, group.spread(), count))
    verdicts = [
        named(*first_decidable(rules), indicator.sign) for rules in (by_nearest, by_neighbours, by_all)
    ]
    if indicator.no_verdict:
        places = places.withheld()
        verdicts = [np.full(matrix.values.shape, Verdict.CANNOT_TELL.value, dtype="U11")] * len(verdicts)
    return Benchmark(
        matrix=matrix,
        neighbours=neighbours,
        nearest_value=near,
        nearest_lower=near_lower,
        nearest_upper=near_upper,
        neighbour_mean=mean,
        neighbour_mean_lower=lower,
        neighbour_mean_upper=upper,
        neighbour_count=count,
        all_median=places.median,
        all_count=places.count,
        rank=places.rank,
        rank_last=places.rank_last,
        percentile=places.percentile,
        quartile=places.quartile,
        verdict_nearest=verdicts[0],
        verdict_neighbours=verdicts[1],
        verdict_all=verdicts[2],
    )


@dataclass(frozen=True)
class _Neighbours:
    """Neighbours' values and standard errors, areas x k x periods, NaN where there is none to use."""

    values: FloatArray
    errors: FloatArray
    used: BoolArray

    @classmethod
    def of(cls, matrix: LabelledMatrix, neighbours: IntArray, heads: IntArray) -> _Neighbours:
        exists = (neighbours >= 0)[:, :, None]
        values = matrix.values[neighbours]  # -1 picks the last row; masked next
        used = np.isfinite(values) & exists
        if (heads != np.arange(len(heads))[:, None]).any():
            used &= ~repeats_an_earlier_one(heads[neighbours], used)
        errors = ((matrix.upper_95 - matrix.lower_95) / (2 * Z_95))[neighbours]
        return cls(np.where(used, values, np.nan), np.where(used, errors, np.nan), used)

    def mean(self) -> tuple[FloatArray, FloatArray, FloatArray, IntArray]:
        """Mean, its lower and upper 95 % limit, and the number of estimates it rests on."""
        count = self.used.sum(axis=1).astype(np.int64)
        enough = np.where(count >= NEIGHBOURS_NEEDED, count, np.nan)
        mean = np.where(self.used, self.values, 0.0).sum(axis=1) / enough
        variance = np.where(self.used, self.errors, 0.0) ** 2  # NaN stays where a used one has no interval
        margin = Z_95 * np.sqrt(variance.sum(axis=1)) / enough
        return mean, mean - margin, mean + margin, count

    def spread(self) -> FloatArray:
        """Standard deviation (divisor m - 1) of the neighbours' values; NaN below five."""
        count = self.used.sum(axis=1)
        enough = np.where(count >= NEIGHBOURS_NEEDED, count, np.nan)
        centre = np.where(self.used, self.values, 0.0).sum(axis=1) / enough
        squares = np.where(self.used, (self.values - centre[:, None, :]) ** 2, 0.0)
        spread: FloatArray = np.sqrt(squares.sum(axis=1) / (enough - 1))
        return spread


def _nearest(matrix: LabelledMatrix, neighbours: IntArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    if not neighbours.shape[1]:
        none = np.full(matrix.values.shape, np.nan)
        return none, none, none
    first = neighbours[:, 0]
    exists = (first >= 0)[:, None]
    near, lower, upper = (
        np.where(exists, array[first], np.nan) for array in (matrix.values, matrix.lower_95, matrix.upper_95)
    )
    return near, lower, upper


def _outer_quartile(
    values: FloatArray, places: Positions, sign: int
) -> tuple[BoolArray, BoolArray, BoolArray]:
    """Above or below the rest: in the outer quarter of all values."""
    best, worst = places.quartile == 1, places.quartile == 4
    known = np.isfinite(values) & (places.count >= QUARTILE_NEEDS)
    return (worst, best, known) if sign < 0 else (best, worst, known)


def _further_than_usual(
    values: FloatArray, near: FloatArray, spread: FloatArray, count: IntArray
) -> tuple[BoolArray, BoolArray, BoolArray]:
    """Above or below the nearest by more than the spread among the neighbours."""
    difference = values - near
    known = np.isfinite(difference) & (count >= NEIGHBOURS_NEEDED)
    return difference > spread, difference < -spread, known
