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
#: A period compares with a later one when it has values for this share of the later one's areas.
COMMON_SHARE = 0.9
#: A span of about so many years may be this much longer or shorter.
SPAN_SLACK_YEARS = 2


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


def comparable_span(
    periods: Sequence[Period],
    values: FloatArray,
    breaks: Sequence[Break],
    last: int,
    *,
    at_least: float,
    years: float | None = None,
) -> int | None:
    """The column to compare column `last` with: the earliest, or one within two years of `years` before.

    Only columns after the last break whose period is as long, does not overlap, lies at least `at_least`
    years before, and has a value for nine in ten of the areas that have one in column `last`. None when
    there is none.
    """
    first = segment_start(periods, breaks, last)
    present = np.isfinite(values)
    needed = COMMON_SHARE * present[:, last].sum()
    ends = np.array([period.end.toordinal() for period in periods])
    before = (ends[last] - ends) / DAYS_PER_YEAR
    length = _days(periods[last])
    fitting = [
        column
        for column in range(first, last)
        if before[column] >= at_least - YEAR_SLACK_DAYS / DAYS_PER_YEAR
        and periods[column].end < periods[last].start
        and abs(_days(periods[column]) - length) <= SLACK_DAYS
        and (present[:, column] & present[:, last]).sum() >= needed
    ]
    if years is not None:
        fitting = [column for column in fitting if abs(before[column] - years) <= SPAN_SLACK_YEARS]
        return min(fitting, key=lambda column: abs(before[column] - years), default=None)
    return min(fitting, default=None)


def _days(period: Period) -> int:
    return (period.end - period.start).days + 1
