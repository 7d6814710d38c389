"""Every reasonable way of asking whether money went to need, answered at once: the specification curve.

A specification is one choice of funds, measure of need, treatment of awards that reach several councils,
money per head or in total, tier, and outliers in or out. The same bootstrap draws serve all specifications on
the same areas, so that differences between them are differences of method and not of chance.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from likeforlike.analysis.concentration import concentration_se, indices
from likeforlike.analysis.correlation import pearson, rank_scores, signs
from likeforlike.analysis.counterfactual import misallocated_share
from likeforlike.analysis.resampling import Resamples, fractional_ranks
from likeforlike.domain.matrix import BoolArray, FloatArray

#: Ranks among people are kept for this many sets of weights: those of one year's people and of equal weights,
#: for each group of measures with the same areas. More would cost memory and not be asked for again.
_WEIGHTS_KEPT = 8

#: Any label that tells one row of money from another; the caller gives it back its meaning.
Key = tuple[str, ...]


@dataclass(frozen=True)
class Universe:
    """One set of areas and everything asked of it: money by key and need by key, arrays of areas in one
    order.

    A need value may be missing (NaN): that area is left out for that measure, and the count says so.
    `quantity` holds the needs that add up over areas.
    """

    population: FloatArray
    money_gbp: Mapping[Key, FloatArray]
    need: Mapping[str, FloatArray]
    quantity: Mapping[str, FloatArray]


@dataclass(frozen=True)
class Answer:
    """The answer to one specification; see Alignment for the meaning of the numbers."""

    money: Key
    need: str
    per_head: bool
    council_count: int
    total_gbp: float
    spearman: float
    spearman_low: float
    spearman_high: float
    pearson: float
    kendall: float
    concentration_index: float
    concentration_se: float
    concentration_low: float
    concentration_high: float
    misallocated_share: float


class Draws:
    """Bootstrap draws, and what follows from them for one measure of need, kept for every set of funds
    that asks.

    Ranks of need are the same whatever the money, which is most of the work. Keep one for all questions about
    one set of areas, and let it go when moving to the next: it holds about 8 MB per measure of 300 areas.
    """

    def __init__(self, *, draws: int, seed: int) -> None:
        """Nothing is drawn yet."""
        self._draws, self._seed = draws, seed
        self._resamples: dict[int, Resamples] = {}
        self._scores: dict[bytes, FloatArray] = {}
        self._ranks: dict[bytes, dict[bytes, FloatArray]] = {}

    def resamples(self, areas: int) -> Resamples:
        """The draws for a number of areas."""
        if areas not in self._resamples:
            self._resamples[areas] = Resamples.of(areas, draws=self._draws, seed=self._seed)
        return self._resamples[areas]

    def scores(self, values: FloatArray) -> FloatArray:
        """Rank scores of need in every draw.

        Single precision halves the time and keeps seven digits, which an interval of 2,000 draws does not
        have.
        """
        key = values.tobytes()
        if key not in self._scores:
            self._scores[key] = rank_scores(values, self.resamples(len(values)).counts).astype(np.float32)
        return self._scores[key]

    def counted_ranks(self, values: FloatArray, weights: FloatArray) -> FloatArray:
        """Count times fractional rank, most deprived first, in every draw."""
        ranks = self._ranks.setdefault(weights.tobytes(), {})
        while len(self._ranks) > _WEIGHTS_KEPT:
            del self._ranks[next(iter(self._ranks))]
        key = values.tobytes()
        if key not in ranks:
            counts = self.resamples(len(values)).counts
            ranks[key] = counts * fractional_ranks(-values, counts * weights)
        return ranks[key]


def answer_all(
    universe: Universe, draws: Draws, *, per_head: Sequence[bool] = (True, False)
) -> Iterator[Answer]:
    """Answer every combination of money and need, per head (True) and in total."""
    for mask, needs in _by_present(universe.need):
        for one in per_head:
            yield from _answer(universe, mask, needs, draws, per_head=one)


def _by_present(need: Mapping[str, FloatArray]) -> Iterator[tuple[BoolArray, list[str]]]:
    """Measures grouped by the areas for which they have a value."""
    groups: dict[bytes, list[str]] = {}
    for name, values in need.items():
        groups.setdefault(np.isfinite(values).tobytes(), []).append(name)
    for packed, names in groups.items():
        yield np.frombuffer(packed, dtype=np.bool_), names


def _answer(
    universe: Universe, mask: BoolArray, needs: Sequence[str], draws: Draws, *, per_head: bool
) -> Iterator[Answer]:
    population = universe.population[mask]
    ones = np.ones(len(population))
    weights = population if per_head else ones
    resamples = draws.resamples(len(population))
    keys = list(universe.money_gbp)
    money = np.stack([universe.money_gbp[key][mask] for key in keys], axis=1)
    totals = resamples.counts @ money
    outcomes = money / weights[:, None]
    outcome_scores = [
        rank_scores(outcomes[:, i], resamples.counts).astype(np.float32) for i in range(len(keys))
    ]
    outcome_signs = [signs(outcomes[:, i]) for i in range(len(keys))]
    for name in needs:
        values = universe.need[name][mask]
        quantity = universe.quantity.get(name)
        scores, need_signs = draws.scores(values), signs(values)
        concentration = indices(money, draws.counted_ranks(values, weights), totals)
        for i, key in enumerate(keys):
            # To six digits, which is what single precision holds: draws that tie with the point must still
            # tie.
            spearman = np.round(np.einsum("ij,ij->i", scores, outcome_scores[i]).astype(np.float64), 6)
            low, high = resamples.interval(spearman)
            at = np.ascontiguousarray(concentration[:, i])
            below, above = resamples.interval(at)
            yield Answer(
                money=key,
                need=name,
                per_head=per_head,
                council_count=int(mask.sum()),
                total_gbp=float(money[:, i].sum()),
                spearman=float(spearman[0]),
                spearman_low=low,
                spearman_high=high,
                pearson=float(pearson(values, outcomes[:, i], ones)),
                kendall=_tau(need_signs, outcome_signs[i]),
                concentration_index=float(at[0]),
                concentration_se=concentration_se(money[:, i], values, weights),
                concentration_low=below,
                concentration_high=above,
                misallocated_share=np.nan
                if quantity is None
                else misallocated_share(money[:, i], quantity[mask]),
            )


def _tau(x: FloatArray, y: FloatArray) -> float:
    """Kendall's tau-b from the signs of differences, every area once."""
    scale = np.sqrt(np.abs(x).sum() * np.abs(y).sum())
    return float((x * y).sum() / scale) if scale > 0 else float("nan")
