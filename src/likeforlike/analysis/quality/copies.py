"""Copied values: a number that repeats where numbers hardly ever do, in the next period or in another council.

Every rule asks how many such repeats chance would make among all councils and periods, given how often values of
this indicator repeat at all. Rounded figures repeat all the time and are then not flagged; noughts and 100 never
are, because much can end there for good.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from likeforlike.analysis.quality.levels import EVENTS, events, own_level
from likeforlike.analysis.quality.series import FEWEST_COUNCILS, Series
from likeforlike.domain.matrix import BoolArray, FloatArray, IntArray
from likeforlike.domain.quality import Check, Flag, Pattern, Severity

#: A run, or two councils alike, is flagged when chance would make fewer than this in the whole indicator.
CHANCE_RUNS, CHANCE_PAIRS = 0.01, 0.001
#: A period is carried forward when this many more councils repeat their value than TIMES as many as in any other
#: period, and than chance explains at the precision of that period.
FEWEST, TIMES = 5, 3.0
#: With fewer other periods to compare with, a fifth of all councils must repeat.
OTHER_PERIODS, SHARE_WITHOUT = 3, 0.2
#: From this share on it is said once, of all councils.
MOST_COUNCILS = 0.5
#: A run is of values with at least so many digits: round numbers stay.
DIGITS_OF_A_RUN = 3
#: One repeat is flagged in values of so many digits, where no more than two do and no more than one in so many.
DIGITS, MOST_ALONE, ONE_IN = 6, 2, 1000
#: Changes of up to so many last digits show how often none at all would come by chance.
NEAR = 5
#: Two councils must agree in so many periods in a row.
PERIODS_ALIKE = 3
MOST_DECIMALS = 8


def copied(series: Series) -> list[Flag]:
    """Every value that was probably copied from the period before or from another council."""
    values = _without_ends(series.matrix.values)
    if values.shape[1] < 2:
        return []
    repeated, asked = _repeats(values, series.stretch)
    forward = _carried_forward(values, repeated, asked)
    flags = [*_forward_flags(series, repeated, asked, forward)]
    alone = repeated & ~forward[None, :]
    share = max(int(alone.sum()), 1) / max(int(asked[:, ~forward].sum()), 1)
    alone = alone & _many_events(series)
    runs = _long_runs(values, alone, share, int(asked.sum()))
    flags += [_repeat(series, row, column, Pattern.RUN, number) for row, column, number in runs]
    told = {(row, column) for row, column, _ in runs}
    for row, column in _to_the_last_digit(values, alone, share):
        if (row, column) not in told:
            flags.append(_repeat(series, row, column, Pattern.TO_THE_LAST_DIGIT, 2))
    return [*flags, *_two_councils(series, values, share)]


def _without_ends(values: FloatArray) -> FloatArray:
    """Values with those missing that repeat for good reason."""
    return np.where((values == 0) | (values == 100), np.nan, values)


def _many_events(series: Series) -> BoolArray:
    """Cells that stand for so many events that an equal number in the next period is no ordinary thing."""
    if (series.matrix.values < 0).any():
        return np.ones(series.matrix.values.shape, dtype=np.bool_)
    found = events(series.matrix.values, own_level(series.matrix.values), series.people)
    return np.isnan(found) | (found > EVENTS)


def _repeats(values: FloatArray, stretch: IntArray) -> tuple[BoolArray, BoolArray]:
    """Which cells repeat the period before, and which could have."""
    asked = np.zeros(values.shape, dtype=np.bool_)
    asked[:, 1:] = np.isfinite(values[:, 1:]) & np.isfinite(values[:, :-1])
    asked[:, 1:] &= stretch[1:] == stretch[:-1]
    repeated = asked.copy()
    repeated[:, 1:] &= values[:, 1:] == values[:, :-1]
    return repeated, asked


def _carried_forward(values: FloatArray, repeated: BoolArray, asked: BoolArray) -> BoolArray:
    """Periods in which far more councils repeat their value than in any other, and than chance explains."""
    count, among = repeated.sum(axis=0), asked.sum(axis=0)
    used = np.flatnonzero(among >= FEWEST_COUNCILS)
    found = np.zeros(len(count), dtype=np.bool_)
    for column in used[count[used] > FEWEST].tolist():
        others = count[used[used != column]]
        most = int(others.max()) if len(others) else 0
        if len(others) < OTHER_PERIODS and count[column] < SHARE_WITHOUT * among[column]:
            continue
        expected = max(float(most), _by_chance(values[:, column - 1], values[:, column]))
        found[column] = count[column] >= FEWEST + TIMES * expected
    return found


def _by_chance(before: FloatArray, now: FloatArray) -> float:
    """How many values would repeat by chance, from how many change by a few last digits."""
    known = np.isfinite(before) & np.isfinite(now)
    step = 10.0 ** -most_decimals(np.concatenate((before[known], now[known])))
    change = np.abs(now[known] - before[known])
    return float(((change > 0) & (change < (NEAR + 0.5) * step)).sum()) / (2 * NEAR)


def _forward_flags(
    series: Series, repeated: BoolArray, asked: BoolArray, forward: BoolArray
) -> Iterator[Flag]:
    for column in np.flatnonzero(forward).tolist():
        rows = np.flatnonzero(repeated[:, column])
        if len(rows) >= MOST_COUNCILS * asked[:, column].sum():
            middle = float(np.median(series.matrix.values[rows, column]))
            yield Flag(
                Check.COPIED,
                Pattern.CARRIED_FORWARD,
                Severity.PROBABLE_ERROR,
                -1,
                column,
                middle,
                middle,
                float(len(rows)),
                compared_column=column - 1,
            )
            continue
        for row in rows.tolist():
            yield _repeat(series, row, column, Pattern.CARRIED_FORWARD, len(rows))


def _long_runs(
    values: FloatArray, repeated: BoolArray, share: float, asked: int
) -> list[tuple[int, int, int]]:
    """Cells of runs too long for chance: row, column, periods in the run.

    A value to which the council's series comes back outside the run is a floor or a ceiling, not a copy.
    """
    length = np.zeros(repeated.shape, dtype=np.int64)
    for column in range(1, repeated.shape[1]):
        length[:, column] = np.where(repeated[:, column], length[:, column - 1] + 1, 0)
    chance = asked * share ** np.maximum(length, 1)
    ends = (length > 1) & (chance < CHANCE_RUNS)
    ends[:, :-1] &= ~repeated[:, 1:]
    return [
        (row, column, int(length[row, last]) + 1)
        for row, last in np.argwhere(ends).tolist()
        if _digits(float(values[row, last])) >= DIGITS_OF_A_RUN
        and (values[row] == values[row, last]).sum() == length[row, last] + 1
        for column in range(last - int(length[row, last]) + 1, last + 1)
    ]


def _to_the_last_digit(values: FloatArray, repeated: BoolArray, share: float) -> Iterator[tuple[int, int]]:
    """Cells with many digits that repeat where hardly any value does and none comes near the one before."""
    if share * ONE_IN > 1 or repeated.sum() > MOST_ALONE:
        return
    change = np.abs(np.diff(values, axis=1))
    for row, column in np.argwhere(repeated).tolist():
        value = float(values[row, column])
        decimals = _decimals(value)
        if _digits(value) < DIGITS:
            continue
        near = ((change > 0) & (change < (NEAR + 0.5) * 10.0**-decimals)).sum() / (2 * NEAR)
        if near < 0.5:
            yield row, column


def most_decimals(values: FloatArray, share: float = 1.0) -> int:
    """How many decimals are enough to write this share of the values (eight at most)."""
    for places in range(MOST_DECIMALS):
        written = np.abs(np.round(values, places) - values) <= 1e-9 * np.maximum(np.abs(values), 1)
        if written.mean() >= share:
            return places
    return MOST_DECIMALS


def _decimals(value: float) -> int:
    return most_decimals(np.array([value]))


def _digits(value: float) -> int:
    """How many digits a value has in all, without zeros in front or at the end."""
    text = f"{abs(value):.{_decimals(value)}f}".replace(".", "")
    return len(text.strip("0"))


def _two_councils(series: Series, values: FloatArray, share: float) -> Iterator[Flag]:
    """Pairs of councils with the same values in several periods in a row, other than declared shared ones."""
    values = np.where(series.matrix.counted, values, np.nan)
    own = [bool(row.all()) for row in series.matrix.counted]
    if values.shape[1] < PERIODS_ALIKE:
        return
    codes, alike = _codes(values)
    for one, other in sorted(_pairs(codes)):
        if not (own[one] and own[other]):
            continue
        for first, last in _stretches_alike(values[one] == values[other]):
            length = last - first + 1
            pairs = len(values) * (len(values) - 1) / 2 * values.shape[1]
            if pairs * alike * share ** (length - 1) >= CHANCE_PAIRS:
                continue
            for column in range(first, last + 1):
                for row, against in ((one, other), (other, one)):
                    yield Flag(
                        Check.COPIED,
                        Pattern.TWO_COUNCILS,
                        Severity.PROBABLE_ERROR,
                        row,
                        column,
                        float(values[row, column]),
                        float(values[against, column]),
                        float(length),
                        compared_row=against,
                        compared_column=column,
                    )


def _codes(values: FloatArray) -> tuple[IntArray, float]:
    """Values numbered within each period (-1 missing), and the share of pairs alike in the middle period."""
    codes = np.full(values.shape, -1, dtype=np.int64)
    alike = []
    for column in range(values.shape[1]):
        known = np.isfinite(values[:, column])
        _, codes[known, column], counts = np.unique(
            values[known, column], return_inverse=True, return_counts=True
        )
        among = int(known.sum())
        if among > 1:
            alike.append(float((counts * (counts - 1)).sum()) / (among * (among - 1)))
    areas = len(values)
    least = 1 / max(areas * (areas - 1), 1)
    return codes, max(float(np.median(alike)) if alike else 0.0, least)


def _pairs(codes: IntArray) -> set[tuple[int, int]]:
    """Pairs of rows that agree in any window of periods."""
    found: set[tuple[int, int]] = set()
    base = len(codes) + 1
    for first in range(codes.shape[1] - PERIODS_ALIKE + 1):
        window = codes[:, first : first + PERIODS_ALIKE]
        rows = np.flatnonzero((window >= 0).all(axis=1))
        keys = window[rows] @ base ** np.arange(PERIODS_ALIKE)
        order = np.argsort(keys, kind="stable")
        same = np.flatnonzero(np.diff(keys[order]) == 0)
        if not len(same):
            continue
        for key in np.unique(keys[order][same]):
            members = np.sort(rows[keys == key]).tolist()
            found.update(combinations(members, 2))
    return found


def _stretches_alike(same: BoolArray) -> Iterator[tuple[int, int]]:
    """First and last column of each run of agreement that is long enough."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], same.astype(np.int8), [0]))))
    for first, after in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if after - first >= PERIODS_ALIKE:
            yield first, after - 1


def _repeat(series: Series, row: int, column: int, pattern: Pattern, number: int) -> Flag:
    value = float(series.matrix.values[row, column])
    return Flag(
        Check.COPIED,
        pattern,
        Severity.UNUSUAL,
        row,
        column,
        value,
        value,
        float(number),
        compared_column=column - 1,
    )
