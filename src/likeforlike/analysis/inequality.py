"""Measures of how unequal places are, for many periods at once.

Sources: Gini (trapezium under the weighted Lorenz curve); Theil (1967) for T and L and their exact split
into between and within groups; Williamson (1965) for the population-weighted coefficient of variation;
quintile share ratio as in Eurostat's S80/S20. `values` and `weights` are areas x periods (or areas x
samples); a cell without a value has NaN and is left out. Weights are non-negative; None gives every area the
same weight. Nothing here asks whether a measure suits an indicator: `disparity` does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from likeforlike.analysis.position import quantile
from likeforlike.domain.matrix import FloatArray, IntArray


@dataclass(frozen=True)
class Split:
    """An additive measure and its two parts; between + within = total."""

    total: FloatArray
    between: FloatArray
    within: FloatArray


def quantiles(values: FloatArray, shares: tuple[float, ...]) -> tuple[FloatArray, ...]:
    """Quantiles of every column by linear interpolation (type 7)."""
    count = np.isfinite(values).sum(axis=0).astype(np.int64)
    ordered = np.sort(values, axis=0)
    return tuple(quantile(ordered, count, share) for share in shares)


def weighted_quantile(values: FloatArray, weights: FloatArray, share: float) -> FloatArray:
    """The smallest value of every column at or below which at least `share` of the weight lies."""
    ordered, weight = _ordered(values, weights)
    total = weight.sum(axis=0)
    reached = np.cumsum(weight, axis=0) >= share * total - 1e-12 * total
    place = np.argmax(reached, axis=0)
    found = ordered[place, np.arange(ordered.shape[1])]
    return np.where(total > 0, found, np.nan)


def standard_deviation(values: FloatArray, weights: FloatArray | None = None) -> FloatArray:
    """Root of the weighted mean squared distance from the weighted mean (divisor n without weights)."""
    shares, y = _shares(values, weights)
    squares: FloatArray = (shares * (y - (shares * y).sum(axis=0)) ** 2).sum(axis=0)
    return np.sqrt(squares)


def mean(values: FloatArray, weights: FloatArray | None = None) -> FloatArray:
    """Weighted mean of every column."""
    shares, y = _shares(values, weights)
    centre: FloatArray = (shares * y).sum(axis=0)
    return centre


def variation(values: FloatArray, weights: FloatArray | None = None) -> FloatArray:
    """Coefficient of variation; with population weights Williamson's."""
    return _over(standard_deviation(values, weights), mean(values, weights))


def gini(values: FloatArray, weights: FloatArray | None = None) -> FloatArray:
    """Gini coefficient: twice the area between diagonal and (weighted) Lorenz curve; no n / (n - 1)."""
    y, weight = _ordered(values, weights)
    people = _over(weight, weight.sum(axis=0))
    amount = _over(weight * y, (weight * y).sum(axis=0))
    cumulated = np.cumsum(amount, axis=0)
    twice_under_curve: FloatArray = (people * (2 * cumulated - amount)).sum(axis=0)
    return 1 - twice_under_curve


def top_to_bottom_fifth(values: FloatArray, weights: FloatArray | None = None) -> FloatArray:
    """Mean of the highest fifth over mean of the lowest; the area on the edge belongs to it in part."""
    y, weight = _ordered(values, weights)
    upto = np.cumsum(_over(weight, weight.sum(axis=0)), axis=0)
    from_ = upto - _over(weight, weight.sum(axis=0))
    low = np.clip(np.minimum(upto, 0.2) - from_, 0, None)
    high = np.clip(upto - np.maximum(from_, 0.8), 0, None)
    return _over((high * y).sum(axis=0), (low * y).sum(axis=0))


def log_deviation(values: FloatArray) -> FloatArray:
    """Sigma: standard deviation (divisor n) of natural logarithms; NaN for a column with a value up to 0."""
    positive = ~(values <= 0).any(axis=0)
    return np.where(positive, standard_deviation(np.log(np.where(values > 0, values, np.nan))), np.nan)


def theil_t(values: FloatArray, weights: FloatArray | None, groups: IntArray) -> Split:
    """Theil's T: sum of s (y / m) ln(y / m), s the shares of weight, m the weighted mean; 0 ln 0 = 0.

    `groups` numbers each area's group from 0. Groups enter the within part by their share of the total. NaN
    for a column with a value below 0.
    """
    usable = np.where((values < 0).any(axis=0), np.nan, values)
    shares, y = _shares(usable, weights)
    centre = (shares * y).sum(axis=0)
    relative = _over(y, centre)
    by_group = _group_sums(shares, groups), _group_sums(shares * relative, groups)
    total = (shares * _times_log(relative)).sum(axis=0)
    between = _times_log_ratio(by_group[1], by_group[0]).sum(axis=0)
    return Split(total, between, _within_t(shares * relative, relative, by_group, groups))


def theil_l(values: FloatArray, weights: FloatArray | None, groups: IntArray) -> Split:
    """Theil's L (mean log deviation): sum of s ln(m / y); NaN for a column with a value at or below 0."""
    usable = np.where(values > 0, values, np.nan)
    positive = ~(values <= 0).any(axis=0)
    shares, y = _shares(usable, weights)
    centre = (shares * y).sum(axis=0)
    logs = np.where(shares > 0, np.log(np.where(y > 0, y, 1.0)), 0.0)
    people = _group_sums(shares, groups)
    group_mean = _over(_group_sums(shares * y, groups), people)
    group_log = np.log(np.where(people > 0, group_mean, 1.0))
    total = np.log(np.where(positive, centre, np.nan)) - (shares * logs).sum(axis=0)
    between = np.log(np.where(positive, centre, np.nan)) - (people * group_log).sum(axis=0)
    within = (people * group_log).sum(axis=0) - (shares * logs).sum(axis=0)
    return Split(total, between, np.where(positive, within, np.nan))


def _within_t(
    amounts: FloatArray, relative: FloatArray, by_group: tuple[FloatArray, FloatArray], groups: IntArray
) -> FloatArray:
    """Sum over areas of their share of the total times ln(value / mean of their group)."""
    group_mean = _over(by_group[1], by_group[0])[groups]
    usable = (amounts > 0) & (group_mean > 0)
    ratio = np.where(usable, relative, 1.0) / np.where(usable, group_mean, 1.0)
    within: FloatArray = (amounts * np.log(ratio)).sum(axis=0)
    return np.where(np.isfinite(relative).all(axis=0), within, np.nan)


def _group_sums(numbers: FloatArray, groups: IntArray) -> FloatArray:
    """Groups x periods."""
    out = np.zeros((int(groups.max(initial=-1)) + 1, numbers.shape[1]))
    np.add.at(out, groups, numbers)
    return out


def _times_log(numbers: FloatArray) -> FloatArray:
    return numbers * np.log(np.where(numbers == 0, 1.0, numbers))


def _times_log_ratio(amount: FloatArray, people: FloatArray) -> FloatArray:
    """amount x ln(amount / people), 0 where there is no amount."""
    usable = (amount > 0) & (people > 0)
    return np.where(
        usable, amount * np.log(np.where(usable, amount, 1.0) / np.where(usable, people, 1.0)), 0.0
    )


def _shares(values: FloatArray, weights: FloatArray | None) -> tuple[FloatArray, FloatArray]:
    """Shares of weight that sum to 1 over the cells with value and weight, and values with 0 elsewhere."""
    weight = np.ones_like(values) if weights is None else np.broadcast_to(weights, values.shape)
    use = np.isfinite(values) & (weight >= 0)
    weight = np.where(use, weight, 0.0)
    return _over(weight, weight.sum(axis=0)), np.where(use, values, 0.0)


def _ordered(values: FloatArray, weights: FloatArray | None) -> tuple[FloatArray, FloatArray]:
    """Values from low to high and their weights; cells without a value come last with weight 0."""
    if weights is None:
        ordered = np.sort(values, axis=0)
        return np.nan_to_num(ordered), np.isfinite(ordered).astype(np.float64)
    order = np.argsort(values, axis=0)
    ordered = np.take_along_axis(values, order, axis=0)
    weight = np.take_along_axis(np.broadcast_to(weights, values.shape), order, axis=0)
    use = np.isfinite(ordered) & (weight >= 0)
    return np.where(use, ordered, 0.0), np.where(use, weight, 0.0)


def _over(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    """Quotient, NaN where the denominator is 0."""
    return numerator / np.where(denominator == 0, np.nan, denominator)
