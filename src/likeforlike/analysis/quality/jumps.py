"""Jumps: a change far beyond what the council and all others usually change by.

Changes are measured on the scale on which small and large values vary alike (Tukey's spread-versus-level rule,
out of level, square root and logarithm), less the change of the middle council. A change is held against
the larger of two usual changes, the council's own and all councils' in that period, and must be more than the
usual distance between councils, and more than both margins together where margins are published.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from likeforlike.analysis.quality.series import (
    FEWEST_COUNCILS,
    Series,
    last_known,
    median,
    median_change,
    spread,
    taken,
)
from likeforlike.domain.matrix import BoolArray, FloatArray, IntArray
from likeforlike.domain.quality import Check, Flag, Pattern, Severity

#: A jump is so many usual changes.
FEWEST_USUAL_CHANGES = 6.0
#: And so many times what all but one in a hundred changes of the indicator stay under: where large changes are
#: ordinary (masts, chargers), only an extraordinary one is a jump.
TIMES_THE_99TH = 2.0
#: A council's own changes count once it has so many.
FEWEST_OWN_CHANGES = 5
#: A value has come back when it lies so near to where it was, in parts of the jump.
BACK = 0.5
#: The exponents among which the scale is chosen; 0 is the logarithm.
EXPONENTS = (1.0, 0.5, 0.0)
#: Noughts are left to another check where no more than this share of values are noughts.
RARE_ZEROS = 0.01
_FEWEST_FOR_A_SLOPE = 20


@dataclass(frozen=True)
class Changes:
    """Every cell's change since the row's value before it, on the scale chosen.

    `relative` are values on that scale less the middle council's path, `change` the change in them, `before`
    the column it is counted from (-1 for none), `times` the change in usual changes.
    """

    exponent: float
    relative: FloatArray
    change: FloatArray
    before: IntArray
    times: FloatArray


def jumps(series: Series) -> list[Flag]:
    """Every jump; of one that goes and comes back only the value between is flagged."""
    if len(series.matrix.periods) < 2:
        return []
    found = changes(series)
    candidate = candidates(series, found)
    return [
        flag
        for row in np.flatnonzero(candidate.any(axis=1)).tolist()
        for flag in _of_row(series, found, candidate[row], row)
    ]


def changes(series: Series) -> Changes:
    """What every value changed by, and how unusual that is."""
    values, stretch = _without_rare_zeros(series.matrix.values), series.stretch
    exponent = exponent_of(values, stretch)
    scaled = _scaled(values, exponent)
    path = np.cumsum(np.nan_to_num(median_change(scaled, stretch)))
    relative = scaled - path
    before = last_known(values, stretch)
    change = relative - taken(relative, before)
    steps = np.where(before >= 0, np.arange(values.shape[1]) - before, 1)
    usual = usual_change(change / np.sqrt(steps), series.smallness) * np.sqrt(steps)
    return Changes(exponent, relative, change, before, np.abs(change) / usual)


def usual_change(change: FloatArray, smallness: FloatArray) -> FloatArray:
    """The larger of all councils' usual change in the period and the council's own; NaN where none is known.

    All councils' is no less than in the middle period, and is larger for a small place. Where more than half
    do not change at all, the usual change is that of those that do. `change` is per period: over several it
    grows with the square root of their number.
    """
    known = np.isfinite(change)
    in_period = spread(change, 0)
    moving = np.where(change == 0, np.nan, change)
    in_period = np.where(in_period > 0, in_period, spread(moving, 0))
    in_period[known.sum(axis=0) < FEWEST_COUNCILS] = np.nan
    if not np.isfinite(in_period).any():
        return np.full(change.shape, np.nan)
    in_period = np.maximum(in_period, float(median(in_period, 0)))
    own = np.where(known.sum(axis=1) >= FEWEST_OWN_CHANGES, spread(change, 1), 0.0)
    return np.maximum(in_period[None, :] * smallness[:, None], own[:, None])


def candidates(series: Series, found: Changes) -> BoolArray:
    """Cells whose change is a jump, before it is asked which of the two values is the odd one."""
    usual = np.isfinite(found.times)
    if not usual.any():
        return usual
    needed = max(FEWEST_USUAL_CHANGES, TIMES_THE_99TH * float(np.quantile(found.times[usual], 0.99)))
    between = spread(found.relative - median(found.relative, 0), 0)
    with np.errstate(invalid="ignore"):
        return (
            usual & (found.times > needed) & (np.abs(found.change) > between) & beyond_margins(series, found)
        )


def beyond_margins(series: Series, found: Changes) -> BoolArray:
    """Where the change less the middle one is more than both margins; true where margins are not published."""
    matrix = series.matrix
    middle = np.cumsum(np.nan_to_num(median_change(matrix.values, series.stretch)))
    moved = matrix.values - middle
    change = np.abs(moved - taken(moved, found.before))
    half = (matrix.upper_95 - matrix.lower_95) / 2
    both = np.hypot(half, taken(half, found.before))
    with np.errstate(invalid="ignore"):
        beyond: BoolArray = np.isnan(both) | (change > both)
    return beyond


def exponent_of(values: FloatArray, stretch: IntArray) -> float:
    """The exponent on whose scale councils with high and with low values vary alike (0 = logarithm).

    The slope of log usual change on log level over councils is taken from 1 and the nearest of the exponents
    used. Values below zero keep their scale; with zeros there is no logarithm. With too few councils
    or periods to tell, the logarithm or square root is taken.
    """
    known = values[np.isfinite(values)]
    if (known < 0).any():
        return 1.0
    allowed = EXPONENTS if (known > 0).all() else EXPONENTS[:-1]
    excess = np.diff(values, axis=1) - median_change(values, stretch)[1:]
    level, varies = median(values, 1), spread(excess, 1)
    usable = (level > 0) & (varies > 0) & (np.isfinite(excess).sum(axis=1) >= min(4, values.shape[1] - 1))
    if usable.sum() < _FEWEST_FOR_A_SLOPE:
        return allowed[-1]
    across = np.log(level[usable])
    if np.ptp(across) == 0:
        return allowed[-1]
    slope = float(np.polyfit(across, np.log(varies[usable]), 1)[0])
    return min(allowed, key=lambda exponent: abs(exponent - (1 - slope)))


def _without_rare_zeros(values: FloatArray) -> FloatArray:
    """Values without noughts where those are rare: they are for the check of false zeros, and have no logarithm."""
    zero = values == 0
    rare = 0 < zero.sum() <= RARE_ZEROS * np.isfinite(values).sum()
    return np.where(zero, np.nan, values) if rare else values


def _scaled(values: FloatArray, exponent: float) -> FloatArray:
    if exponent == 1:
        return values
    return np.log(values) if exponent == 0 else np.sqrt(values)


def _of_row(series: Series, found: Changes, candidate: BoolArray, row: int) -> Iterator[Flag]:
    """The flags of one council, in the order of periods."""
    relative, values = found.relative[row], series.matrix.values[row]
    explained = -1
    for column in np.flatnonzero(candidate).tolist():
        if column == explained:
            continue
        before = int(found.before[row, column])
        later = _later(values, series.stretch, column)
        jump = relative[column] - relative[before]
        earlier = int(found.before[row, before])
        pattern, odd, against = Pattern.STEP, column, before
        if len(later) and abs(relative[later[0]] - relative[before]) <= BACK * abs(jump):
            pattern, explained = Pattern.SPIKE, int(later[0])
        elif earlier >= 0 and abs(relative[earlier] - relative[column]) <= BACK * abs(jump):
            pattern, odd, against = Pattern.SPIKE, before, earlier
        elif not len(later):
            pattern = Pattern.LAST
        elif earlier < 0 and len(later) > 1:
            settled = np.abs(relative[later] - relative[column]) <= BACK * abs(jump)
            if settled.all():
                pattern, odd, against = Pattern.FIRST, before, column
        yield Flag(
            check=Check.JUMP,
            pattern=pattern,
            severity=Severity.UNUSUAL,
            row=row,
            column=odd,
            value=float(values[odd]),
            compared=float(values[against]),
            number=float(found.times[row, column]),
            compared_column=against,
        )


def _later(values: FloatArray, stretch: IntArray, column: int) -> IntArray:
    """The columns after `column` in its stretch that have a value."""
    after = np.flatnonzero(np.isfinite(values) & (stretch == stretch[column]))
    later: IntArray = after[after > column]
    return later
