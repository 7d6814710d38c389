"""Which periods of a series may stand in one trend: after the last break, not overlapping, evenly spaced."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from likeforlike.domain.indicator import Break
from likeforlike.domain.matrix import FloatArray
from likeforlike.domain.period import Period

DAYS_PER_YEAR = 365.25
#: A year between two ends may be this much short (leap years, moved census days); less than half a month, so
#: that eleven months of a monthly series never pass for a year.
YEAR_SLACK_DAYS = 14
#: Spacings may differ by this much and still be even.
SLACK_DAYS = 31


def years_of(periods: Sequence[Period]) -> FloatArray:
    """The middle of every period in years, so that slopes are per year."""
    return np.array([(p.start.toordinal() + p.end.toordinal()) / 2 / DAYS_PER_YEAR for p in periods])


def segment_start(periods: Sequence[Period], breaks: Sequence[Break], last: int) -> int:
    """The first column that compares with column `last`: nothing before the newest break at or before it.

    A break lies at the first period start after it, so that a period that straddles the break stays out.
    """
    starts = [date.fromisoformat(b.at) for b in breaks]
    before = [at for at in starts if at <= periods[last].start]
    straddled = [at for at in starts if periods[last].start < at <= periods[last].end]
    if straddled:
        return last
    since = max(before, default=date.min)
    return next(column for column in range(last + 1) if periods[column].start >= since)


def apart(periods: Sequence[Period], first: int, last: int) -> list[int]:
    """Columns first..last thinned, from the newest backwards, to periods that do not overlap.

    At least a year lies between two ends, so that seasons are never taken for a trend and a moving three-year
    average keeps one value in three.
    """
    kept = [last]
    for column in range(last - 1, first - 1, -1):
        newer, older = periods[kept[-1]], periods[column]
        far_enough = newer.end.toordinal() - older.end.toordinal() >= DAYS_PER_YEAR - YEAR_SLACK_DAYS
        if far_enough and older.end < newer.start:
            kept.append(column)
    return kept[::-1]


def even(periods: Sequence[Period], columns: Sequence[int]) -> list[int]:
    """The newest run of `columns` without a gap: neighbouring ends are one typical spacing apart.

    The spacing is the smallest between neighbouring columns.
    """
    ends = [periods[column].end.toordinal() for column in columns]
    steps = np.diff(ends)
    if not len(steps):
        return list(columns)
    gaps = np.flatnonzero(steps > steps.min() + SLACK_DAYS)
    return list(columns[int(gaps[-1]) + 1 :] if len(gaps) else columns)
