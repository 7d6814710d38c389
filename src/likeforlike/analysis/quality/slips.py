"""Unit slips: a value ten, a hundred or a thousand times what it should be, or as much too small.

A council's values are compared with all councils' middle value of the period, as powers of ten. A slip lies almost
exactly 1, 2 or 3 powers from where the council usually is, far beyond what it, and what all councils, usually stray,
and is a leap: the values beside it are where they usually are. When the middle of all councils moves by such a power
and they keep their order, the whole period is in another unit.
"""

from __future__ import annotations

import numpy as np

from likeforlike.analysis.quality.series import FEWEST_COUNCILS, Series, median, spread
from likeforlike.domain.matrix import FloatArray
from likeforlike.domain.quality import Check, Flag, Pattern, Severity

POWERS = (1, 2, 3)
#: A council needs so many values, the one in doubt among them.
FEWEST_VALUES = 3
#: A slip is so many times what the council or all councils usually stray.
TIMES_USUAL = 6.0
#: And so many times what all but one in a hundred values of the indicator stray.
TIMES_THE_99TH = 2.0
#: A slip may miss its power of ten by this and by so many times the usual straying, but never by more than MOST.
EXACT, TIMES_EXACT, MOST = 0.03, 3.0, 0.1
#: The values before and after a slip, or after several alike, lie no further off than this part of its power.
BESIDE = 0.5
#: When all councils slip, the middle one misses the power by no more than this (a third of a per cent).
EXACT_ALL = 0.05


def unit_slips(series: Series) -> list[Flag]:
    """Every value in another unit than the council's others, and every period in another than the one before.

    An indicator with values below zero, or with noughts in most periods' middle, is not checked.
    """
    values = series.matrix.values
    known = values[np.isfinite(values)]
    if len(series.matrix.periods) < 2 or (known < 0).any():
        return []
    with np.errstate(divide="ignore", invalid="ignore"):
        powers = np.log10(np.where(values > 0, values, np.nan))
    powers[:, (values > 0).sum(axis=0) < FEWEST_COUNCILS] = np.nan
    whole = _whole_periods(series, powers)
    shift = np.zeros(powers.shape[1])
    for flag in whole:
        shift[flag.column :] += flag.number
    return [*whole, *_own(series, powers - shift)]


def _own(series: Series, powers: FloatArray) -> list[Flag]:
    place = powers - median(powers, 0)
    usual_place = median(place, 1)
    usual_place[np.isfinite(place).sum(axis=1) < FEWEST_VALUES] = np.nan
    off = place - usual_place[:, None]
    all_stray = spread(off, 0)
    if not np.isfinite(all_stray).any():
        return []
    all_stray = np.maximum(all_stray, float(median(all_stray, 0)))
    strays = np.maximum(spread(off, 1)[:, None], all_stray[None, :] * series.smallness[:, None])
    least = TIMES_THE_99TH * float(np.nanquantile(np.abs(off), 0.99))
    power = np.clip(np.round(np.abs(off)), POWERS[0], POWERS[-1])
    misses = np.abs(np.abs(off) - power)
    with np.errstate(invalid="ignore"):
        slipped = (np.abs(off) >= np.maximum(TIMES_USUAL * strays, least)) & (
            misses <= np.minimum(EXACT + TIMES_EXACT * strays, MOST)
        )
    values = series.matrix.values
    return [
        Flag(
            check=Check.UNIT_SLIP,
            pattern=Pattern.OWN_UNIT,
            severity=Severity.PROBABLE_ERROR,
            row=row,
            column=column,
            value=float(values[row, column]),
            compared=float(values[row, column] / 10 ** off[row, column]),
            number=float(np.sign(off[row, column]) * power[row, column]),
        )
        for row, column in np.argwhere(slipped).tolist()
        if _is_leap(off[row], np.where(slipped[row], np.sign(off[row]) * power[row], 0), column)
    ]


def _is_leap(off: FloatArray, slips: FloatArray, column: int) -> bool:
    """Whether the nearest values before and after that have not slipped alike are about where they usually are."""
    other = np.isfinite(off) & (slips != slips[column])
    beside = [*np.flatnonzero(other[:column])[-1:], *(column + np.flatnonzero(other[column:])[:1])]
    return all(abs(off[one]) <= BESIDE * abs(slips[column]) for one in beside)


def _whole_periods(series: Series, powers: FloatArray) -> list[Flag]:
    """Periods in which every council is a power of ten from the period before."""
    change = np.diff(powers, axis=1)
    enough = np.isfinite(change).sum(axis=0) >= FEWEST_COUNCILS
    enough &= series.stretch[1:] == series.stretch[:-1]
    middle = median(change, 0)
    keeps_order = spread(change - middle, 0)
    flags = []
    for column in np.flatnonzero(enough).tolist():
        power = round(abs(float(middle[column])))
        if power not in POWERS or abs(abs(middle[column]) - power) > EXACT_ALL:
            continue
        if TIMES_USUAL * keeps_order[column] > power:
            continue
        values = median(series.matrix.values, 0)
        flags.append(
            Flag(
                check=Check.UNIT_SLIP,
                pattern=Pattern.ALL_UNITS,
                severity=Severity.PROBABLE_ERROR,
                row=-1,
                column=column + 1,
                value=float(values[column + 1]),
                compared=float(values[column]),
                number=float(np.sign(middle[column]) * power),
                compared_column=column,
            )
        )
    return flags
