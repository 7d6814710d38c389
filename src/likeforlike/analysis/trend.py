"""Whether a council's values rise or fall, tested; "not tested" is never dressed up as "no change".

Estimates with intervals: the recent-trend test of the public health profiles (Fingertips): a line weighted by
1/SE^2 through the newest five points, chi-squared = (slope / its error)^2 beyond 9.5495 (p < 0.002), and the
slope keeps its sign with any one of the five left out. Complete counts without intervals: Mann-Kendall over
the newest eight to ten points at 5 %. Both use periods that do not overlap, evenly spaced, after the last
declared break. Anything else is not tested.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2 as chi_squared

from likeforlike.analysis.grid import apart, even, segment_start, years_of
from likeforlike.analysis.intervals import standard_error
from likeforlike.analysis.monotonic import mann_kendall
from likeforlike.domain.indicator import Certainty, Indicator
from likeforlike.domain.matrix import BoolArray, FloatArray, IntArray, LabelledMatrix
from likeforlike.domain.verdict import Direction, Judgement

RECENT_POINTS = 5
CHI_SQUARED_CRITICAL = 9.5495
MONOTONIC_NEEDS = 8
MONOTONIC_POINTS = 10
MONOTONIC_LEVEL = 0.05


class TrendTest(StrEnum):
    """Which test was made, or why none was."""

    RECENT_FIVE = "recent_five"
    MANN_KENDALL = "mann_kendall"
    TOO_FEW_POINTS = "too_few_points"
    NO_INTERVALS = "no_intervals"  # an estimate from a sample, published without


@dataclass(frozen=True)
class Trend:
    """One entry per area: values of `Direction`, `Judgement` and `TrendTest`; slope in the unit per year.

    `slope_per_year` and `p` are NaN where nothing was tested; `first` and `last` are the columns of the
    first and last point used (-1 = none), `points` how many were used.
    """

    direction: NDArray[np.str_]
    judgement: NDArray[np.str_]
    test: NDArray[np.str_]
    slope_per_year: FloatArray
    p: FloatArray
    first: IntArray
    last: IntArray
    points: IntArray


@dataclass(frozen=True)
class WeightedSlopes:
    """The recent-trend test of every row: slope per year, chi-squared, and whether its sign is stable."""

    slope: FloatArray
    chi_squared: FloatArray
    stable: BoolArray


def trend(matrix: LabelledMatrix, indicator: Indicator, *, last_column: int | None = None) -> Trend:
    """Test every area's series up to `last_column` (default: the newest that nine in ten areas have).

    An area without a value in that period is not tested: its trend would be of another span.
    """
    result = _untested(len(matrix.areas))
    if not matrix.periods:
        return result
    last = matrix.latest_column() if last_column is None else last_column
    series = _Series.of(matrix, indicator, last)
    run = even(matrix.periods, [int(column) for column in series.columns])
    five = np.isfinite(series.values[:, -RECENT_POINTS:]).sum(axis=1) == RECENT_POINTS
    five &= len(run) >= RECENT_POINTS
    by_interval = five & (series.errors[:, -RECENT_POINTS:] > 0).all(axis=1)
    _fill_recent(result, series, by_interval, indicator.sign)
    if indicator.certainty is Certainty.FULL_COUNT:
        eight = np.isfinite(series.values[:, -MONOTONIC_POINTS:]).sum(axis=1) >= MONOTONIC_NEEDS
        by_order = eight & np.isfinite(series.values[:, -1]) & ~by_interval
        _fill_monotonic(result, series, by_order, indicator.sign)
    else:
        result.test[five & ~by_interval] = TrendTest.NO_INTERVALS.value
    return result


def recent_trend(values: FloatArray, errors: FloatArray, times: FloatArray) -> WeightedSlopes:
    """Weighted least squares of every row (areas x points) on time, with weights 1 / SE^2.

    The error of the slope follows from the weights alone (1 / sqrt of the weighted sum of squares of time).
    A slope of exactly zero counts as rising in the check of its sign.
    """
    weights = 1 / np.square(errors)
    slope, squares = _weighted_slope(values, weights, times)
    stable = np.ones(len(values), dtype=np.bool_)
    for point in range(values.shape[1]):
        others = np.arange(values.shape[1]) != point
        without, _ = _weighted_slope(values[:, others], weights[:, others], times[others])
        stable &= (without >= 0) == (slope >= 0)
    return WeightedSlopes(slope, np.square(slope) * squares, stable)


def judged(direction: NDArray[np.str_], sign: int) -> NDArray[np.str_]:
    """What a direction means by polarity (+1 high is good, -1 low is good, 0 not judged)."""
    rising, falling = Judgement.IMPROVING, Judgement.WORSENING
    if sign < 0:
        rising, falling = falling, rising
    if sign == 0:
        rising = falling = Judgement.NOT_JUDGED
    meaning = {
        Direction.RISING: rising,
        Direction.FALLING: falling,
        Direction.NO_CLEAR_CHANGE: Judgement.NO_CLEAR_CHANGE,
        Direction.NOT_TESTED: Judgement.NOT_TESTED,
    }
    out = np.empty(direction.shape, dtype="U15")
    for way, word in meaning.items():
        out[direction == way.value] = word.value
    return out


@dataclass(frozen=True)
class _Series:
    """What may stand in one trend: areas x points, the points' times in years and their columns."""

    values: FloatArray
    errors: FloatArray
    times: FloatArray
    columns: IntArray

    @classmethod
    def of(cls, matrix: LabelledMatrix, indicator: Indicator, last: int) -> _Series:
        first = segment_start(matrix.periods, indicator.breaks, last)
        columns = np.array(apart(matrix.periods, first, last), dtype=np.int64)
        return cls(
            values=matrix.values[:, columns],
            errors=standard_error(matrix.lower_95[:, columns], matrix.upper_95[:, columns]),
            times=years_of([matrix.periods[column] for column in columns]),
            columns=columns,
        )


def _untested(areas: int) -> Trend:
    return Trend(
        direction=np.full(areas, Direction.NOT_TESTED.value, dtype="U15"),
        judgement=np.full(areas, Judgement.NOT_TESTED.value, dtype="U15"),
        test=np.full(areas, TrendTest.TOO_FEW_POINTS.value, dtype="U15"),
        slope_per_year=np.full(areas, np.nan),
        p=np.full(areas, np.nan),
        first=np.full(areas, -1, dtype=np.int64),
        last=np.full(areas, -1, dtype=np.int64),
        points=np.zeros(areas, dtype=np.int64),
    )


def _fill_recent(result: Trend, series: _Series, rows: BoolArray, sign: int) -> None:
    """Enter the answer of the recent-trend test for the chosen rows."""
    if not rows.any():
        return
    recent = slice(-RECENT_POINTS, None)
    found = recent_trend(series.values[rows, recent], series.errors[rows, recent], series.times[recent])
    clear = (found.chi_squared > CHI_SQUARED_CRITICAL) & found.stable
    _fill(result, rows, _direction(clear, found.slope), sign)
    result.test[rows] = TrendTest.RECENT_FIVE.value
    result.slope_per_year[rows], result.p[rows] = found.slope, chi_squared.sf(found.chi_squared, 1)
    result.first[rows], result.last[rows] = series.columns[-RECENT_POINTS], series.columns[-1]
    result.points[rows] = RECENT_POINTS


def _fill_monotonic(result: Trend, series: _Series, rows: BoolArray, sign: int) -> None:
    """Enter the answer of the Mann-Kendall test for the chosen rows."""
    if not rows.any():
        return
    recent = slice(-MONOTONIC_POINTS, None)
    window = series.values[rows, recent]
    found = mann_kendall(window, series.times[recent])
    clear = (found.p < MONOTONIC_LEVEL) & (found.slope != 0)
    _fill(result, rows, _direction(clear, found.slope), sign)
    result.test[rows] = TrendTest.MANN_KENDALL.value
    result.slope_per_year[rows], result.p[rows] = found.slope, found.p
    result.first[rows] = series.columns[recent][np.argmax(np.isfinite(window), axis=1)]
    result.last[rows], result.points[rows] = series.columns[-1], found.points


def _fill(result: Trend, rows: BoolArray, direction: NDArray[np.str_], sign: int) -> None:
    result.direction[rows], result.judgement[rows] = direction, judged(direction, sign)


def _direction(clear: BoolArray, slope: FloatArray) -> NDArray[np.str_]:
    way = np.where(slope > 0, Direction.RISING.value, Direction.FALLING.value)
    return np.where(clear, way, Direction.NO_CLEAR_CHANGE.value)


def _weighted_slope(
    values: FloatArray, weights: FloatArray, times: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Slope of every row and the weighted sum of squares of time around its weighted mean."""
    total = weights.sum(axis=1, keepdims=True)
    centred = times - (weights * times).sum(axis=1, keepdims=True) / total
    squares = (weights * centred**2).sum(axis=1)
    return (weights * centred * values).sum(axis=1) / squares, squares
