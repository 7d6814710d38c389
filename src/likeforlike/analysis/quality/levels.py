"""False zeros and councils that stopped reporting: a number, or none, where another was to be expected."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from likeforlike.analysis.quality.series import FEWEST_COUNCILS, MAD_TO_SD, Series, median
from likeforlike.domain.matrix import BoolArray, FloatArray, IntArray
from likeforlike.domain.quality import Check, Flag, Pattern, Severity

#: A nought is doubted only in periods in which no more than this share of councils has one.
MOST_ZEROS = 0.05
#: So many of the council's other values must lead to expect something else.
FEWEST_OTHERS = 3
#: What was expected is so many robust standard deviations of the council's own values from nought.
DEVIATIONS = 3.0
#: And stands for at least so many events, which chance would leave out once in e^9 = 8,000 times.
EVENTS = 9.0
#: Own values of one council vary by no less than this share of them.
LEAST_SPREAD = 0.05
#: Without values of its own to go by: hardly any council has a nought, and those lowest are far above it.
MOST_ZEROS_ACROSS, LOWEST, LOWEST_OF_MIDDLE = 0.01, 0.01, 0.25
#: And the place has at least a quarter of the middling place's people, so that chance moves it at most twice as much.
MOST_SMALLNESS = 2.0
#: A council has stopped reporting when so many of all councils have reported and it has not.
REPORTED = 0.9


def false_zeros(series: Series) -> list[Flag]:
    """Noughts that the council's own values, or those of all councils, make hard to believe."""
    values = series.matrix.values
    known = values[np.isfinite(values)]
    if not len(known) or (known < 0).any() or not (known == 0).any():
        return []
    own = own_level(values)
    expected = own.centre[:, None] * own.middle
    expected_events = events(expected, own, series.people)
    zero = values == 0
    present = np.isfinite(values).sum(axis=0)
    share = zero.sum(axis=0) / np.maximum(present, 1)
    counted = zero & (present >= FEWEST_COUNCILS) & (own.middle > 0)
    with np.errstate(invalid="ignore"):
        steady = (own.values >= FEWEST_OTHERS) & (own.centre > DEVIATIONS * own.deviation)
        among_own = counted & (share <= MOST_ZEROS) & steady[:, None] & (expected_events > EVENTS)
    across = counted & (share <= MOST_ZEROS_ACROSS) & _far_above(values)
    across &= ((own.values < FEWEST_OTHERS) & (series.smallness <= MOST_SMALLNESS))[:, None]
    return [
        *_zero_flags(among_own, expected, Pattern.AMONG_OWN_VALUES),
        *_zero_flags(across, np.broadcast_to(own.middle, values.shape), Pattern.AMONG_COUNCILS),
    ]


@dataclass(frozen=True)
class OwnLevel:
    """What each council usually has, its values other than noughts divided by the middle council's of the period.

    `centre` and `deviation` are their median and robust standard deviation, `values` how many there are, by
    council; `middle` is the middle council's value by period.
    """

    centre: FloatArray
    deviation: FloatArray
    values: IntArray
    middle: FloatArray


def events(values: FloatArray, own: OwnLevel, people: FloatArray) -> FloatArray:
    """How many events values (areas x periods) stand for; NaN where nothing says what one is worth."""
    return values * _weights(people)[:, None] / chance_of_one(own, people)


def chance_of_one(own: OwnLevel, people: FloatArray) -> float:
    """What one event is worth, times people: variance over mean, times people, of the middle council and period.

    Where events come by chance their number's variance is its mean (and more where they come together), so that
    variance over mean is what one of them adds to a rate, and falls with the number of people.
    """
    enough = (own.values >= FEWEST_OTHERS) & (own.centre > 0)
    if not enough.any():
        return float("nan")
    worth = np.square(own.deviation[enough]) / own.centre[enough] * _weights(people)[enough]
    return float(np.median(worth) * np.median(own.middle[own.middle > 0]))


def stopped_reporting(series: Series, explained: BoolArray) -> list[Flag]:
    """Councils without a value in the newest period that nearly all have reached, and with values before.

    A council must have had a value in the period before, or in at least two. `explained` is True for
    councils whose value the publisher says it withholds or does not apply.
    """
    matrix = series.matrix
    if len(matrix.periods) < 2:
        return []
    newest = matrix.latest_column()
    given = np.isfinite(matrix.values)
    if given[:, newest].sum() < REPORTED * len(matrix.areas):
        return []
    before = given[:, :newest].sum(axis=1)
    recently = given[:, newest - 1] if newest else np.zeros(len(given), dtype=np.bool_)
    silent = ~given[:, newest] & ~explained & (recently | (before >= 2))
    flags = []
    for row in np.flatnonzero(silent).tolist():
        last = int(np.flatnonzero(given[row, :newest])[-1])
        flags.append(
            Flag(
                check=Check.STOPPED,
                pattern=Pattern.NO_VALUE,
                severity=Severity.NOT_REPORTED,
                row=row,
                column=newest,
                value=float("nan"),
                compared=float(matrix.values[row, last]),
                number=float(newest - last),
                compared_column=last,
            )
        )
    return flags


def own_level(values: FloatArray) -> OwnLevel:
    """What each council usually has, from areas x periods."""
    middle = median(values, 0)
    relative = np.full(values.shape, np.nan)
    usable = np.isfinite(middle) & (middle > 0)
    relative[:, usable] = values[:, usable] / middle[usable]
    relative[relative == 0] = np.nan
    centre = median(relative, 1)
    deviation = MAD_TO_SD * median(np.abs(relative - centre[:, None]), 1)
    return OwnLevel(
        centre=centre,
        deviation=np.maximum(deviation, LEAST_SPREAD * centre),
        values=np.isfinite(relative).sum(axis=1),
        middle=np.where(usable, middle, 0.0),
    )


def _weights(people: FloatArray) -> FloatArray:
    """People, or for places whose number is not known the middle place's, or 1 where no number is known."""
    known = people[np.isfinite(people)]
    middle = float(np.median(known)) if len(known) else 1.0
    return np.where(np.isfinite(people), people, middle)


def _far_above(values: FloatArray) -> BoolArray:
    """Periods in which even the lowest of the councils that have anything are far above nought."""
    far = np.zeros(values.shape[1], dtype=np.bool_)
    for column in range(values.shape[1]):
        positive = values[values[:, column] > 0, column]
        if len(positive) >= FEWEST_COUNCILS:
            far[column] = np.quantile(positive, LOWEST) >= LOWEST_OF_MIDDLE * np.median(positive)
    return far


def _zero_flags(found: BoolArray, expected: FloatArray, pattern: Pattern) -> list[Flag]:
    return [
        Flag(
            check=Check.FALSE_ZERO,
            pattern=pattern,
            severity=Severity.PROBABLE_ERROR,
            row=row,
            column=column,
            value=0.0,
            compared=float(expected[row, column]),
            number=float(expected[row, column]),
        )
        for row, column in np.argwhere(found).tolist()
    ]
