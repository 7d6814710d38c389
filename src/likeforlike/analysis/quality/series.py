"""What the checks share: which periods follow each other, and what a council's series is beside all others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from likeforlike.domain.indicator import Break
from likeforlike.domain.matrix import FloatArray, IntArray, LabelledMatrix
from likeforlike.domain.period import Period

MAD_TO_SD = 1.4826
#: Two periods are as long as each other within this many days.
SLACK_DAYS = 31
#: Medians over fewer councils than this say nothing about all of them.
FEWEST_COUNCILS = 10


@dataclass(frozen=True)
class Series:
    """An indicator's matrix with what every check needs to know of it.

    `stretch` numbers the runs of periods that compare with each other: a new one begins after a declared break
    and where periods become longer or shorter. `people` is each area's population, NaN where unknown.
    """

    matrix: LabelledMatrix
    stretch: IntArray
    people: FloatArray

    @classmethod
    def of(cls, matrix: LabelledMatrix, breaks: Sequence[Break], people: FloatArray | None = None) -> Series:
        """The series of a matrix; without `people` no allowance is made for small places."""
        if people is None:
            people = np.full(len(matrix.areas), np.nan)
        return cls(matrix, stretches(matrix.periods, breaks), people)

    @property
    def smallness(self) -> FloatArray:
        """By how much more a small place's figures move by chance than a middling one's: at least 1.

        Chance falls with the square root of the number of people.
        """
        known = self.people[np.isfinite(self.people)]
        if not len(known):
            return np.ones(len(self.people))
        factor = np.sqrt(np.median(known) / self.people)
        return np.where(np.isfinite(factor), np.maximum(factor, 1.0), 1.0)


def stretches(periods: Sequence[Period], breaks: Sequence[Break]) -> IntArray:
    """The number of the stretch that each period belongs to, counted from 0."""
    at = [date.fromisoformat(one.at) for one in breaks]
    starts = np.zeros(len(periods), dtype=np.int64)
    for column in range(1, len(periods)):
        before, now = periods[column - 1], periods[column]
        broken = any(before.start < day <= now.end for day in at)
        starts[column] = broken or abs(_days(before) - _days(now)) > SLACK_DAYS
    return np.cumsum(starts)


def last_known(values: FloatArray, stretch: IntArray) -> IntArray:
    """For every cell the column of the row's last value before it in the same stretch; -1 for none."""
    columns = np.arange(values.shape[1])
    known = np.where(np.isfinite(values), columns, -1)
    before = np.full(values.shape, -1, dtype=np.int64)
    before[:, 1:] = np.maximum.accumulate(known, axis=1)[:, :-1]
    same = stretch[np.maximum(before, 0)] == stretch[columns]
    return np.where((before >= 0) & same, before, -1)


def median(values: FloatArray, axis: int) -> FloatArray:
    """The median without missing values; NaN where all are missing."""
    in_order = np.sort(values, axis=axis)  # missing values last
    known = np.isfinite(values).sum(axis=axis, keepdims=True)
    if not values.shape[axis]:
        return np.full(known.shape, np.nan).squeeze(axis)
    below = np.take_along_axis(in_order, np.maximum(known - 1, 0) // 2, axis)
    above = np.take_along_axis(in_order, np.minimum(known // 2, values.shape[axis] - 1), axis)
    found: FloatArray = np.where(known > 0, (below + above) / 2, np.nan).squeeze(axis)
    return found


def spread(values: FloatArray, axis: int) -> FloatArray:
    """The robust standard deviation around zero: 1.4826 times the median distance from it."""
    return MAD_TO_SD * median(np.abs(values), axis)


def median_change(values: FloatArray, stretch: IntArray) -> FloatArray:
    """What the middle council's value changed by since the period before; NaN across a break or for few."""
    change = np.full(values.shape, np.nan)
    change[:, 1:] = np.diff(values, axis=1)
    change[:, 1:][:, stretch[1:] != stretch[:-1]] = np.nan
    middle = median(change, 0)
    middle[np.isfinite(change).sum(axis=0) < FEWEST_COUNCILS] = np.nan
    return middle


def taken(values: FloatArray, columns: IntArray) -> FloatArray:
    """Of each row the value in the column that each cell names; NaN where it names none."""
    rows = np.arange(len(values))[:, None]
    return np.where(columns >= 0, values[rows, np.maximum(columns, 0)], np.nan)


def people_in(area_count: int, values: FloatArray) -> FloatArray:
    """Each row's newest known value of a population matrix; NaN for a row without one."""
    out = np.full(area_count, np.nan)
    for column in range(values.shape[1]):
        known = np.isfinite(values[:, column])
        out[known] = values[known, column]
    return out


def _days(period: Period) -> int:
    return (period.end - period.start).days + 1
