"""How far money goes to places in the order of their need: every statistic of one question, with
intervals.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from likeforlike.analysis.concentration import concentration_index, concentration_se, indices
from likeforlike.analysis.correlation import kendall, pearson, rank_scores, signs
from likeforlike.analysis.counterfactual import misallocated_share
from likeforlike.analysis.resampling import Resamples, fractional_ranks
from likeforlike.domain.matrix import FloatArray

Interval = tuple[float, float]


@dataclass(frozen=True)
class Question:
    """Money (pounds), need (higher = more need) and people of the same areas, none missing, in one order.

    `quantity` is need as an amount that adds up (population x rate), where the measure has one. `per_head`
    says whether places are compared by money per head or by money in total.
    """

    money_gbp: FloatArray
    need: FloatArray
    population: FloatArray
    quantity: FloatArray | None = None
    per_head: bool = True

    def __post_init__(self) -> None:
        """Check that the arrays belong together."""
        n = len(self.money_gbp)
        assert len(self.need) == len(self.population) == n, "money, need and population are of the same areas"
        assert np.isfinite(self.need).all() and np.isfinite(self.money_gbp).all(), "nothing is missing"
        assert (self.population > 0).all(), "every area has people"

    @property
    def outcome(self) -> FloatArray:
        """What is compared between areas: pounds per head, or pounds."""
        return self.money_gbp / self.population if self.per_head else self.money_gbp

    @property
    def weights(self) -> FloatArray:
        """Whom the concentration index counts: people, or areas where totals are compared."""
        return self.population if self.per_head else np.ones(len(self.need))


@dataclass(frozen=True)
class Alignment:
    """Statistics of one question; intervals are 95% BCa bootstrap intervals over areas.

    Positive correlations and a negative concentration index mean more money where need is greater.
    """

    council_count: int
    funded_count: int
    total_gbp: float
    gbp_per_head: float
    spearman: float
    spearman_interval: Interval
    pearson: float
    pearson_interval: Interval
    kendall: float
    kendall_interval: Interval
    weighted_pearson: float
    weighted_pearson_interval: Interval
    concentration_index: float
    concentration_se: float
    concentration_interval: Interval
    misallocated_share: float
    misallocated_interval: Interval


@dataclass(frozen=True)
class Inequality:
    """How unequal money per head is, whatever the need, with 95% BCa intervals over areas."""

    gini: float
    gini_interval: Interval
    hoover: float
    hoover_interval: Interval


def inequality(money_gbp: FloatArray, population: FloatArray, resamples: Resamples) -> Inequality:
    """Gini coefficient and Hoover index of money per head, people as weights."""
    counts = resamples.counts
    places = fractional_ranks(money_gbp / population, counts * population)
    ginis = indices(money_gbp[:, None], counts * places, counts @ money_gbp[:, None])[:, 0]
    hoovers = moved_shares(money_gbp, population, counts)
    return Inequality(
        float(ginis[0]), resamples.interval(ginis), float(hoovers[0]), resamples.interval(hoovers)
    )


def moved_shares(money_gbp: FloatArray, quantity: FloatArray, counts: FloatArray) -> FloatArray:
    """The share of money that would have to move to lie as `quantity` does, in every resample.

    Missing where a resample holds no money or none of the quantity.
    """
    money, whole = counts @ money_gbp, counts @ quantity
    defined = (money > 0) & (whole > 0)
    scale, other = np.where(defined, money, 1.0), np.where(defined, whole, 1.0)
    apart = np.abs(money_gbp / scale[:, None] - quantity / other[:, None])
    return np.where(defined, np.einsum("ij,ij->i", counts, apart) / 2, np.nan)


def align(question: Question, resamples: Resamples) -> Alignment:
    """Every alignment statistic of one question; `resamples` is for its number of areas."""
    q, counts = question, resamples.counts
    outcome = q.outcome
    ranks = (rank_scores(outcome, counts) * rank_scores(q.need, counts)).sum(axis=1)
    linear = pearson(q.need, outcome, counts)
    tau = kendall(signs(q.need), signs(outcome), counts)
    weighted = pearson(q.need, outcome, counts * q.population)
    places = fractional_ranks(-q.need, counts * q.weights)
    concentration = indices(q.money_gbp[:, None], counts * places, counts @ q.money_gbp[:, None])[:, 0]
    interval = resamples.interval
    moved = None if q.quantity is None else moved_shares(q.money_gbp, q.quantity, counts)

    return Alignment(
        council_count=len(q.need),
        funded_count=int((q.money_gbp > 0).sum()),
        total_gbp=float(q.money_gbp.sum()),
        gbp_per_head=float(q.money_gbp.sum() / q.population.sum()),
        spearman=float(ranks[0]),
        spearman_interval=interval(ranks),
        pearson=float(linear[0]),
        pearson_interval=interval(linear),
        kendall=float(tau[0]),
        kendall_interval=interval(tau),
        weighted_pearson=float(weighted[0]),
        weighted_pearson_interval=interval(weighted),
        concentration_index=concentration_index(q.money_gbp, q.need, q.weights),
        concentration_se=concentration_se(q.money_gbp, q.need, q.weights),
        concentration_interval=interval(concentration),
        misallocated_share=np.nan if q.quantity is None else misallocated_share(q.money_gbp, q.quantity),
        misallocated_interval=(np.nan, np.nan) if moved is None else interval(moved),
    )


class Equal(StrEnum):
    """What groups of areas have equally much of."""

    AREAS = "areas"
    POPULATION = "population"


@dataclass(frozen=True)
class Group:
    """Areas of similar need: group 1 is the most deprived. Shares are of all areas in the question."""

    number: int
    area_count: int
    funded_count: int
    population: float
    money_gbp: float
    people_share: float
    money_share: float
    need_share: float
    gbp_per_head: float


def group_table(question: Question, groups: int, equal: Equal) -> tuple[Group, ...]:
    """Tenths or fifths from the most to the least deprived, with equally many areas or equally many
    people.

    An area is in the group that holds the middle of its own stretch of the order; areas with equal need are
    never parted. Money per head is the group's money over the group's people, not a mean of areas.
    """
    q = question
    weights = q.population if equal is Equal.POPULATION else np.ones(len(q.need))
    middle = fractional_ranks(-q.need, weights[None, :])[0]
    number = np.minimum((middle * groups).astype(np.int64), groups - 1)
    people, money = q.population.sum(), q.money_gbp.sum()
    table = []
    for index in range(groups):
        mine = number == index
        head, gbp = float(q.population[mine].sum()), float(q.money_gbp[mine].sum())
        table.append(
            Group(
                number=index + 1,
                area_count=int(mine.sum()),
                funded_count=int((q.money_gbp[mine] > 0).sum()),
                population=head,
                money_gbp=gbp,
                people_share=head / people,
                money_share=gbp / money if money > 0 else np.nan,
                need_share=np.nan if q.quantity is None else float(q.quantity[mine].sum() / q.quantity.sum()),
                gbp_per_head=gbp / head if head > 0 else np.nan,
            )
        )
    return tuple(table)
