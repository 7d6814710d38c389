"""What each area would have had if the same money had followed need under a stated rule, and how much
would have to move.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from likeforlike.domain.matrix import FloatArray


class Rule(StrEnum):
    """A rule by which money follows need.

    `proportional`: population x value of the measure; `above_median`: the same, counting only what is above
    the median area's value; `equal`: the same amount for every person, whatever the need.
    """

    PROPORTIONAL = "proportional"
    ABOVE_MEDIAN = "above_median"
    EQUAL = "equal"


@dataclass(frozen=True)
class Counterfactual:
    """What a rule would have given; arrays by area. `gap_gbp` is actual minus needed; `ratio` actual /
    needed.
    """

    needed_gbp: FloatArray
    gap_gbp: FloatArray
    ratio: FloatArray
    misallocated_share: float


@dataclass(frozen=True)
class Band:
    """How far an area is over or under its share, per head, and where it ranks, across several measures
    of need.

    Rank 1 is furthest above its share. Low and high are the least and the most that any measure says: the
    width is the measures' disagreement, not sampling error.
    """

    middle_gbp_per_head: FloatArray
    low_gbp_per_head: FloatArray
    high_gbp_per_head: FloatArray
    rank_low: FloatArray
    rank_high: FloatArray


def need_quantity(value: FloatArray, population: FloatArray, rule: Rule) -> FloatArray:
    """How much need each area has under a rule; `value` is a rate or score per person, not negative,
    higher = more.
    """
    if rule is Rule.EQUAL:
        return population.astype(np.float64)
    if rule is Rule.ABOVE_MEDIAN:
        return population * np.maximum(value - np.median(value), 0.0)
    return population * value


def misallocated_share(money_gbp: FloatArray, quantity: FloatArray) -> float:
    """Half the sum of differences between shares of money and shares of need: what would have to move, 0
    to 1.
    """
    if money_gbp.sum() <= 0 or quantity.sum() <= 0:
        return float("nan")
    return float(np.abs(money_gbp / money_gbp.sum() - quantity / quantity.sum()).sum() / 2)


def counterfactual(money_gbp: FloatArray, quantity: FloatArray) -> Counterfactual:
    """The same total shared out in proportion to need; the gaps add up to nothing."""
    needed = money_gbp.sum() * quantity / quantity.sum()
    some = needed > 0
    ratio = np.where(some, money_gbp / np.where(some, needed, 1.0), np.nan)
    return Counterfactual(needed, money_gbp - needed, ratio, misallocated_share(money_gbp, quantity))


def band(money_gbp: FloatArray, quantities: FloatArray, population: FloatArray) -> Band:
    """Over- and under-funding under several measures of need: `quantities` is measures x areas, none
    missing.
    """
    gaps = np.array([counterfactual(money_gbp, quantity).gap_gbp / population for quantity in quantities])
    above = (gaps[:, None, :] > gaps[:, :, None]).sum(axis=-1) + 1.0
    return Band(
        np.median(gaps, axis=0), gaps.min(axis=0), gaps.max(axis=0), above.min(axis=0), above.max(axis=0)
    )
