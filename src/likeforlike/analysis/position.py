"""Where a council stands among all: median, rank, percentile, quartile, robust z.

Arrays are areas x periods with NaN for missing; `universe` marks the cells that count (each shared estimate
once). A cell outside the universe that has a value still gets the position of the estimate it repeats.
`sign` is +1 when high is good, -1 when low is good, 0 when neither is judged (then 1st is the highest).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from likeforlike.domain.matrix import BoolArray, FloatArray, IntArray

#: Below these numbers of values a percentile or a quartile would suggest a precision that is not there.
PERCENTILE_NEEDS = 20
QUARTILE_NEEDS = 8
#: A block of equal values that straddles a quartile cut gets no quartile when it holds more than this share.
TIES_AT_CUT = 0.10
#: Makes the median absolute deviation of a normal distribution equal its standard deviation.
MAD_TO_SD = 1.4826


@dataclass(frozen=True)
class Positions:
    """Positions of every cell; `median` and `count` are per period, the rest areas x periods.

    `rank` and `rank_last` are the first and last place that a block of equal values holds together
    (0 = no value). `percentile` is NaN when not given; `quartile` is 1 (best) to 4, 0 when not given.
    """

    median: FloatArray
    count: IntArray
    rank: IntArray
    rank_last: IntArray
    percentile: FloatArray
    quartile: IntArray

    def withheld(self) -> Positions:
        """The same median and count without any council's position."""
        none = np.zeros_like(self.rank)
        return replace(
            self, rank=none, rank_last=none, quartile=none, percentile=np.full(self.percentile.shape, np.nan)
        )


def positions(values: FloatArray, universe: BoolArray, sign: int) -> Positions:
    """All positions from one sort per period.

    Rank: 1 + the number of better values; equal values share the places rank..rank_last. Percentile: middle
    of those places from the bottom, (n - (rank + rank_last) / 2 + 1/2) / n x 100, so that higher is better
    (neutral: higher). Quartile: cuts by linear interpolation (type 7); a value equal to a cut belongs to the
    lower band.
    """
    ordered = np.sort(np.where(universe, values, np.nan), axis=0)  # NaN sorts last
    count = universe.sum(axis=0).astype(np.int64)
    below, through = _counts(values, ordered, count)
    present = np.isfinite(values)
    best_is_low = sign < 0
    rank = np.where(best_is_low, below + 1, count - through + 1)
    rank_last = np.where(best_is_low, through, count - below)
    with np.errstate(invalid="ignore", divide="ignore"):
        percentile = (count - (rank + rank_last) / 2 + 0.5) / count * 100
    return Positions(
        median=quantile(ordered, count, 0.5),
        count=count,
        rank=np.where(present, rank, 0),
        rank_last=np.where(present, rank_last, 0),
        percentile=np.where(present & (count >= PERCENTILE_NEEDS), percentile, np.nan),
        quartile=_quartiles(values, ordered, count, below, through, best_is_low=best_is_low),
    )


def quantile(ordered: FloatArray, count: IntArray, share: float) -> FloatArray:
    """Quantile of each column by linear interpolation (type 7); the columns are sorted with NaN last.

    For a median of an even number this is the mean of the middle two. NaN for an empty column.
    """
    if not ordered.size:
        return np.full(ordered.shape[1], np.nan)
    place = np.maximum(count - 1, 0) * share
    low = np.floor(place).astype(np.int64)
    high = np.minimum(low + 1, np.maximum(count - 1, 0))
    columns = np.arange(ordered.shape[1])
    at_low, at_high = ordered[low, columns], ordered[high, columns]
    return np.where(at_low == at_high, at_low, at_low + (place - low) * (at_high - at_low))


def robust_z(values: FloatArray, universe: BoolArray) -> FloatArray:
    """Distance from the median in units of 1.4826 median absolute deviations; never turned by polarity.

    NaN where the value is missing or more than half of the values are equal (deviation zero).
    """
    counted = np.where(universe, values, np.nan)
    count = universe.sum(axis=0).astype(np.int64)
    centre = quantile(np.sort(counted, axis=0), count, 0.5)
    spread = MAD_TO_SD * quantile(np.sort(np.abs(counted - centre), axis=0), count, 0.5)
    return (values - centre) / np.where(spread > 0, spread, np.nan)


def _counts(values: FloatArray, ordered: FloatArray, count: IntArray) -> tuple[IntArray, IntArray]:
    """How many counted values are below each cell's value, and how many are below or equal."""
    below, through = np.zeros(values.shape, np.int64), np.zeros(values.shape, np.int64)
    for column, n in enumerate(count):
        known = ordered[:n, column]
        below[:, column] = np.searchsorted(known, values[:, column], side="left")
        through[:, column] = np.searchsorted(known, values[:, column], side="right")
    return below, through


def _quartiles(
    values: FloatArray,
    ordered: FloatArray,
    count: IntArray,
    below: IntArray,
    through: IntArray,
    *,
    best_is_low: bool,
) -> IntArray:
    band = np.ones(values.shape, np.int64)  # 1 = lowest values
    straddles = np.zeros(values.shape, np.bool_)
    for share in (0.25, 0.50, 0.75):
        band += values > quantile(ordered, count, share)
        last_under = np.floor(np.maximum(count - 1, 0) * share).astype(
            np.int64
        )  # 0-based place under the cut
        straddles |= (below <= last_under) & (through > last_under + 1)
    large = (through - below) > TIES_AT_CUT * count
    given = np.isfinite(values) & (count >= QUARTILE_NEEDS) & ~(straddles & large)
    return np.where(given, band if best_is_low else 5 - band, 0)
