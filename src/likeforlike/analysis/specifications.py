"""Every reasonable way of asking whether money went to need, answered at once: the specification curve.

A specification is one choice of funds, measure of need, treatment of awards that reach several councils,
money per head or in total, tier, and outliers in or out. The same bootstrap draws serve all specifications on
the same areas, so that differences between them are differences of method and not of chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from likeforlike.analysis.concentration import concentration_se, indices
from likeforlike.analysis.correlation import pearson, rank_scores, signs
from likeforlike.analysis.counterfactual import misallocated_share
from likeforlike.analysis.resampling import Resamples, fractional_ranks
from likeforlike.domain.matrix import BoolArray, FloatArray

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


def answer_all(universe: Universe, *, draws: int, seed: int) -> Iterator[Answer]:
    """Answer every combination of money and need, per head and in total."""
    for mask, needs in _by_present(universe.need):
        resamples = Resamples.of(int(mask.sum()), draws=draws, seed=seed)
        for per_head in (True, False):
            yield from _answer(universe, mask, needs, resamples, per_head=per_head)


def _by_present(need: Mapping[str, FloatArray]) -> Iterator[tuple[BoolArray, list[str]]]:
    """Measures grouped by the areas for which they have a value."""
    groups: dict[bytes, list[str]] = {}
    for name, values in need.items():
        groups.setdefault(np.isfinite(values).tobytes(), []).append(name)
    for packed, names in groups.items():
        yield np.frombuffer(packed, dtype=np.bool_), names


def _answer(
    universe: Universe, mask: BoolArray, needs: Sequence[str], resamples: Resamples, *, per_head: bool
) -> Iterable[Answer]:
    population = universe.population[mask]
    weights = population if per_head else np.ones(len(population))
    both = np.vstack([np.ones((1, len(population))), resamples.counts])
    keys = list(universe.money_gbp)
    money = np.stack([universe.money_gbp[key][mask] for key in keys], axis=1)
    outcomes = money / population[:, None] if per_head else money
    # Single precision halves the time and keeps seven digits, which an interval of 2,000 draws does not have.
    outcome_scores = [rank_scores(outcomes[:, i], both).astype(np.float32) for i in range(len(keys))]
    outcome_signs = [signs(outcomes[:, i]) for i in range(len(keys))]
    ones = np.ones(len(population))
    for name in needs:
        values = universe.need[name][mask]
        scores = rank_scores(values, both).astype(np.float32)
        need_signs = signs(values)
        concentration = indices(money, fractional_ranks(-values, both * weights), both)
        for i, key in enumerate(keys):
            spearman = np.einsum("ij,ij->i", scores, outcome_scores[i]).astype(np.float64)
            low, high = resamples.interval(float(spearman[0]), spearman[1:])
            at = concentration[:, i]
            below, above = resamples.interval(float(at[0]), at[1:])
            quantity = universe.quantity.get(name)
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
