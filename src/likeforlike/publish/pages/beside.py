"""A council's value beside a comparator: difference and verdict, as numbers and in words."""

from __future__ import annotations

import math

from likeforlike.domain.indicator import Indicator
from likeforlike.publish import text
from likeforlike.publish.pages.page import Frozen
from likeforlike.publish.pages.standing import Standing

COMPARATORS = ("nearest", "neighbours", "all")


class Beside(Frozen):
    """One comparator's value and what the council's value is beside it.

    `difference` is council minus comparator in the indicator's unit; both it and `value` are None where
    missing.
    """

    value: float | None
    lower_95: float | None
    upper_95: float | None
    value_words: str
    difference: float | None
    difference_words: str
    verdict: str
    verdict_words: str


def known(number: object) -> float | None:
    """A number of a table or matrix as a plain float; None where it is missing."""
    if number is None:
        return None
    value = float(number)  # type: ignore[arg-type]
    return value if math.isfinite(value) else None


def beside(standing: Standing, row: int, column: int, comparator: str) -> Beside:
    """The council in `row` beside its nearest neighbour, the mean of its neighbours or the median of all."""
    found = standing.benchmark
    own_lower = known(found.matrix.lower_95[row, column])
    if comparator == "nearest":
        value, verdict = found.nearest_value[row, column], found.verdict_nearest[row, column]
        lower, upper = known(found.nearest_lower[row, column]), known(found.nearest_upper[row, column])
    elif comparator == "neighbours":
        value, verdict = found.neighbour_mean[row, column], found.verdict_neighbours[row, column]
        lower = known(found.neighbour_mean_lower[row, column])
        upper = known(found.neighbour_mean_upper[row, column])
    else:
        value, verdict = found.all_median[column], found.verdict_all[row, column]
        lower = upper = None
    margins = own_lower is not None and (comparator == "all" or lower is not None)
    return compare(
        standing.indicator,
        known(found.matrix.values[row, column]),
        known(value),
        (lower, upper),
        str(verdict),
        margins=margins,
    )


def compare(
    indicator: Indicator,
    own: float | None,
    other: float | None,
    limits: tuple[float | None, float | None],
    verdict: str,
    *,
    margins: bool,
) -> Beside:
    """Put a value beside another; `margins` says whether the verdict rests on published intervals."""
    difference = own - other if own is not None and other is not None else None
    return Beside(
        value=other,
        lower_95=limits[0],
        upper_95=limits[1],
        value_words=text.value_words(other, indicator.unit, indicator.decimals),
        difference=difference,
        difference_words=text.difference_words(difference, indicator.unit, indicator.decimals),
        verdict=verdict,
        verdict_words=text.verdict_words(verdict, intervals=margins),
    )
