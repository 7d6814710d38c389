"""How money lies across people ordered by need: concentration curve and index, Lorenz curve, Gini and
Hoover.

Order is from the most to the least deprived, so that a negative index means that more money per head goes to
the more deprived. Method: Kakwani, Wagstaff and van Doorslaer (1997), "Socioeconomic inequalities in health:
measurement, computation and statistical inference"; areas stand for groups of people whose size is their
population.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from likeforlike.analysis.resampling import fractional_ranks, tie_groups
from likeforlike.domain.matrix import FloatArray, IntArray


@dataclass(frozen=True)
class Curve:
    """Cumulative shares along an order, both starting at 0 and ending at 1."""

    people_share: FloatArray
    money_share: FloatArray


def concentration_index(money_gbp: FloatArray, need: FloatArray, population: FloatArray) -> float:
    """The concentration index of money per head over people ordered by need (higher `need` = more need).

    -1 to 1; 0 where money per head is the same everywhere; missing where there is no money. Areas with equal
    need share one rank.
    """
    ranks = fractional_ranks(-need, population[None, :])
    money = money_gbp[:, None]
    return float(indices(money, ranks, np.ones((1, len(need))) @ money)[0, 0])


def indices(money_gbp: FloatArray, counted_ranks: FloatArray, total: FloatArray) -> FloatArray:
    """Concentration indices of many resamples and columns of money: rows x columns.

    `money_gbp` is n x columns, `counted_ranks` (rows x n) is counts x fractional rank (most deprived first),
    `total` (rows x columns) is the money of each resample: counts @ money_gbp.
    """
    defined = total > 0
    return np.where(defined, 2 * (counted_ranks @ money_gbp) / np.where(defined, total, 1.0) - 1, np.nan)


def concentration_curve(money_gbp: FloatArray, need: FloatArray, population: FloatArray) -> Curve:
    """The share of money that reaches the most deprived share of people; areas with equal need are one
    step.
    """
    _, group = tie_groups(-need)
    people, money = _sums(group, population), _sums(group, money_gbp)
    return Curve(_cumulative(people), _cumulative(money))


def concentration_se(money_gbp: FloatArray, need: FloatArray, population: FloatArray) -> float:
    """Standard error of the concentration index for grouped data without spread within groups.

    Kakwani, Wagstaff and van Doorslaer (1997), their formula for grouped data without its second term, with
    the number of groups for the number of people, because nothing is known of how money differs within an
    area. Missing where there is no money or only one group.
    """
    _, group = tie_groups(-need)
    people, money = _sums(group, population), _sums(group, money_gbp)
    if money.sum() <= 0 or len(people) < 2:
        return float("nan")
    share, height = people / people.sum(), _cumulative(money)
    ranks = np.cumsum(share) - share / 2
    index = 2 * float((money / money.sum()) @ ranks) - 1
    relative = (money / money.sum()) / share
    terms = relative * (2 * ranks - 1 - index) + 2 - height[:-1] - height[1:]
    variance = (float(share @ terms**2) - (1 + index) ** 2) / len(people)
    return float(np.sqrt(max(variance, 0.0)))


def lorenz_curve(money_gbp: FloatArray, population: FloatArray) -> Curve:
    """The share of money that reaches the share of people whose areas get least per head."""
    order = np.argsort(money_gbp / population, kind="stable")
    return Curve(_cumulative(population[order]), _cumulative(money_gbp[order]))


def gini(money_gbp: FloatArray, population: FloatArray) -> float:
    """The Gini coefficient of money per head, people as weights: 0 where it is the same everywhere."""
    if money_gbp.sum() <= 0:
        return float("nan")
    curve = lorenz_curve(money_gbp, population)
    return float(1 - np.trapezoid(curve.money_share, curve.people_share) * 2)


def hoover(money_gbp: FloatArray, population: FloatArray) -> float:
    """The share of money that would have to move for money per head to be the same everywhere."""
    if money_gbp.sum() <= 0:
        return float("nan")
    return float(np.abs(money_gbp / money_gbp.sum() - population / population.sum()).sum() / 2)


def _sums(group: IntArray, amounts: FloatArray) -> FloatArray:
    return np.asarray(np.bincount(group, amounts), dtype=np.float64)


def _cumulative(amounts: FloatArray) -> FloatArray:
    total = amounts.sum()
    return np.concatenate([[0.0], np.cumsum(amounts) / total]) if total > 0 else np.zeros(len(amounts) + 1)
