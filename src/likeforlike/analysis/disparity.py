"""How far apart places are on one indicator, period by period.

Every area counts the same in `min` to `best_worst_gap`, the quantiles, `s80_s20`, `sd`, `cv`, `gini` and
`sigma`; `cv_weighted`, `gini_weighted` and Theil's measures weight areas by their people (the areas' mean is
then the mean person's). An estimate that is shared between areas counts once, with the people of all of
them.

Measures of proportion (ratios, variation, Gini, Theil, sigma) need values with a natural zero: they are
refused, with the reason, for an indicator that takes values below zero; those that need logarithms are
missing in a period with a zero.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from likeforlike.analysis import inequality
from likeforlike.analysis.intervals import standard_error
from likeforlike.analysis.shared_estimates import counted_once, estimate_rows
from likeforlike.domain.matrix import BoolArray, FloatArray, IntArray, LabelledMatrix

#: Dispersion net of sampling error needs an interval for this share of the values.
INTERVALS_NEEDED = 0.9


@dataclass(frozen=True)
class Disparity:
    """One entry per period; NaN where a measure has no value.

    `lowest` and `highest` are area rows (-1 = none). Gaps and `sd` are in the indicator's unit;
    `p90_p10_ratio` to `sigma` have none. `best_worst_gap` is the highest value less the lowest, whichever of
    the two is the good end; `best_worst_error` its standard error from the two areas' intervals, which
    ignores that they were picked for being extreme. `sd_net` is the standard deviation that remains when the
    mean squared standard error is taken off the variance; 0 when nothing remains.
    """

    area_count: IntArray
    lowest: IntArray
    highest: IntArray
    min: FloatArray
    p10: FloatArray
    median: FloatArray
    p90: FloatArray
    max: FloatArray
    best_worst_gap: FloatArray
    best_worst_error: FloatArray
    p90_p10_gap: FloatArray
    sd: FloatArray
    sd_net: FloatArray
    p90_p10_ratio: FloatArray
    s80_s20: FloatArray
    cv: FloatArray
    cv_weighted: FloatArray
    gini: FloatArray
    gini_weighted: FloatArray
    theil: FloatArray
    theil_between: FloatArray
    theil_within: FloatArray
    theil_l: FloatArray
    theil_l_between: FloatArray
    theil_l_within: FloatArray
    sigma: FloatArray
    refused: str  # why there are no measures of proportion; empty where there are


@dataclass(frozen=True)
class Distribution:
    """Values that count, areas x periods, with the people behind them and their standard errors."""

    values: FloatArray
    people: FloatArray
    errors: FloatArray

    @classmethod
    def of(cls, matrix: LabelledMatrix, people: FloatArray) -> Distribution:
        """Blank the repeats of shared estimates and give their people to the cell that counts.

        `people` is areas x periods, NaN where unknown (such an area then has no part in weighted measures).
        """
        heads = estimate_rows(matrix)
        once = counted_once(matrix, heads)
        return cls(
            values=np.where(once, matrix.values, np.nan),
            people=_gathered(people, heads, np.isfinite(matrix.values)),
            errors=np.where(once, standard_error(matrix.lower_95, matrix.upper_95), np.nan),
        )

    def take(self, columns: list[int]) -> Distribution:
        """The same for some of the periods."""
        return Distribution(self.values[:, columns], self.people[:, columns], self.errors[:, columns])

    def drawn(self, rows: IntArray, column: int) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Values, people and errors of one period for the given rows (any shape, rows may repeat)."""
        return self.values[rows, column], self.people[rows, column], self.errors[rows, column]


def disparity(matrix: LabelledMatrix, people: FloatArray, regions: IntArray) -> Disparity:
    """All measures of every period.

    `people` is areas x periods; `regions` numbers each area's region from 0, for Theil's split.
    """
    data = Distribution.of(matrix, people)
    values = data.values
    lowest, highest = _extremes(values)
    p10, median, p90 = inequality.quantiles(values, (0.1, 0.5, 0.9))
    columns = np.arange(values.shape[1])
    low, high = (np.where(row >= 0, values[row, columns], np.nan) for row in (lowest, highest))
    refused = refusal(values)
    usable = np.full_like(values, np.nan) if refused else values
    theil, theil_l = (
        measure(usable, data.people, regions) for measure in (inequality.theil_t, inequality.theil_l)
    )
    ratio_p10 = inequality.quantiles(usable, (0.1,))[0]
    return Disparity(
        area_count=np.isfinite(values).sum(axis=0).astype(np.int64),
        lowest=lowest,
        highest=highest,
        min=low,
        p10=p10,
        median=median,
        p90=p90,
        max=high,
        best_worst_gap=high - low,
        best_worst_error=np.hypot(data.errors[lowest, columns], data.errors[highest, columns]),
        p90_p10_gap=p90 - p10,
        sd=inequality.standard_deviation(values),
        sd_net=net_deviation(values, data.errors),
        p90_p10_ratio=p90 / np.where(ratio_p10 > 0, ratio_p10, np.nan),
        s80_s20=inequality.top_to_bottom_fifth(usable),
        cv=inequality.variation(usable),
        cv_weighted=inequality.variation(usable, data.people),
        gini=inequality.gini(usable),
        gini_weighted=inequality.gini(usable, data.people),
        theil=theil.total,
        theil_between=theil.between,
        theil_within=theil.within,
        theil_l=theil_l.total,
        theil_l_between=theil_l.between,
        theil_l_within=theil_l.within,
        sigma=inequality.log_deviation(usable),
        refused=refused,
    )


def refusal(values: FloatArray) -> str:
    """Why an indicator has no measures of proportion; empty where it has."""
    below = int((values < 0).sum())
    if below:
        return f"{below} of its values lie below zero, so that no proportion between places can be formed"
    return ""


def net_deviation(values: FloatArray, errors: FloatArray) -> FloatArray:
    """Standard deviation net of sampling error: sqrt(variance (divisor n - 1) - mean SE^2), at least 0.

    Over the areas with an interval, when they are nine in ten of those with a value; else NaN.
    """
    both = np.isfinite(values) & np.isfinite(errors)
    count = both.sum(axis=0)
    enough = (count >= INTERVALS_NEEDED * np.isfinite(values).sum(axis=0)) & (count >= 2)
    n = np.where(enough, count, np.nan)
    centre = np.where(both, values, 0.0).sum(axis=0) / n
    variance = np.where(both, (values - centre) ** 2, 0.0).sum(axis=0) / (n - 1)
    noise = np.where(both, errors**2, 0.0).sum(axis=0) / n
    net: FloatArray = np.sqrt(np.maximum(variance - noise, 0.0))
    return net


def _extremes(values: FloatArray) -> tuple[IntArray, IntArray]:
    """Rows of each period's lowest and highest value (the first of several); -1 for an empty period."""
    empty = ~np.isfinite(values).any(axis=0)
    low = np.argmin(np.where(np.isfinite(values), values, np.inf), axis=0)
    high = np.argmax(np.where(np.isfinite(values), values, -np.inf), axis=0)
    return np.where(empty, -1, low), np.where(empty, -1, high)


def _gathered(people: FloatArray, heads: IntArray, present: BoolArray) -> FloatArray:
    """People of every cell that holds an estimate, added under the cell that counts."""
    total = np.zeros(people.shape)
    columns = np.broadcast_to(np.arange(people.shape[1]), people.shape)
    np.add.at(total, (heads, columns), np.where(present, people, 0.0))
    return total
