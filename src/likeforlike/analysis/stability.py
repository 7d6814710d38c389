"""How sure neighbours are: features redrawn within their published intervals, or left out one by one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np

from likeforlike.analysis.distances import coordinates, pairwise
from likeforlike.analysis.neighbours import NeighbourSet, find, nearest, nested_pairs
from likeforlike.analysis.preparation import check_features, in_code_order, prepare
from likeforlike.domain.matrix import BoolArray, FeatureTable, FloatArray, IntArray
from likeforlike.domain.neighbour_model import Feature, NeighbourModel, Transform

#: Half-width of a 95 per cent interval in standard errors.
Z_95 = 1.959963984540054

#: Percentages that end at a bound are kept this far inside it when they are redrawn on a logit scale.
_EDGE = 1e-6

CORE, PROBABLE = 0.8, 0.5


@dataclass(frozen=True)
class Stability:
    """How often, over all draws, one area was among another's k nearest, and where.

    `probability` is areas x areas: the share of draws in which the column was among the row's k nearest.
    `rank_lower` and `rank_upper` are areas x k for the listed neighbours: the 5th and 95th percentile of
    their rank (0 where there is no neighbour). `kept_without` is areas x k: how many of the models with one
    feature left out still list the neighbour. `measured_weight` is the share of the model's weight whose
    values have published intervals; the rest is taken as exact.
    """

    found: NeighbourSet
    draws: int
    probability: FloatArray
    rank_lower: IntArray
    rank_upper: IntArray
    kept_without: IntArray
    models_without: int
    measured_weight: float


def word_for(probability: float) -> str:
    """core (at least 0.8), probable (at least 0.5) or fringe."""
    return "core" if probability >= CORE else "probable" if probability >= PROBABLE else "fringe"


def assess_stability(
    table: FeatureTable,
    model: NeighbourModel,
    *,
    draws: int,
    seed: int,
    nested: Mapping[str, Collection[str]] | None = None,
) -> Stability:
    """Redraw the features and find all neighbours again, `draws` times, and once without each feature.

    Each value with a published interval is drawn from a normal distribution of its standard error (interval
    width over 3.92), on a logarithmic or logit scale where the model transforms it so; errors of different
    cells are taken as independent. Everything after is done again: transform, winsor limits, medians, scale,
    distances. A value inherited from a county stays as it is, because its error is shared.
    """
    table = in_code_order(table.select(check_features(table, model)))
    found = find(table, model, nested=nested)
    excluded = nested_pairs(found.areas, nested) if model.exclude_nested else None
    rng = np.random.default_rng(seed)
    listed = found.neighbours
    rows = np.arange(len(found.areas))[:, np.newaxis]
    members = np.zeros((len(rows), len(rows)))
    ranks = np.empty((draws, *listed.shape), dtype=np.int16)
    for draw in range(draws):
        distances = _distances(redrawn(table, model, rng), model)
        order = nearest_members(distances, model.k, excluded)
        members[rows, order] += 1
        ranks[draw] = _ranks(distances, listed, excluded)
    lower, upper = np.percentile(ranks, [5, 95], axis=0, method="nearest").astype(np.int64)
    there = listed >= 0
    kept, tried = _kept_without(table, model, found, nested)
    return Stability(
        found,
        draws,
        members / draws,
        np.where(there, lower, 0),
        np.where(there, upper, 0),
        np.where(there, kept, 0),
        tried,
        _measured_weight(table, found),
    )


def redrawn(table: FeatureTable, model: NeighbourModel, rng: np.random.Generator) -> FeatureTable:
    """The table with every value that has an interval of its own drawn anew."""
    values = table.values.copy()
    for column, feature in enumerate(model.features):
        values[:, column] = _redrawn(
            table.values[:, column],
            table.lower_95[:, column],
            table.upper_95[:, column],
            inherited=table.inherited[:, column],
            feature=feature,
            noise=rng.standard_normal(len(values)),
        )
    return replace(table, values=values)


def _redrawn(
    values: FloatArray,
    lower: FloatArray,
    upper: FloatArray,
    *,
    inherited: BoolArray,
    feature: Feature,
    noise: FloatArray,
) -> FloatArray:
    own = np.isfinite(values) & np.isfinite(lower) & np.isfinite(upper) & ~inherited
    drawn = values.copy()
    if feature.transform is Transform.LOG:
        own &= lower > 0
        error = (np.log(upper[own]) - np.log(lower[own])) / (2 * Z_95)
        drawn[own] = values[own] * np.exp(error * noise[own])
    elif feature.transform is Transform.LOGIT:
        own &= (lower > 0) & (upper < 100)
        error = (_logit(upper[own]) - _logit(lower[own])) / (2 * Z_95)
        drawn[own] = np.clip(_percent(_logit(values[own]) + error * noise[own]), _EDGE, 100 - _EDGE)
    else:
        drawn[own] = values[own] + (upper[own] - lower[own]) / (2 * Z_95) * noise[own]
    return drawn


def _logit(percent: FloatArray) -> FloatArray:
    found: FloatArray = np.log(percent / (100 - percent))
    return found


def _percent(logit: FloatArray) -> FloatArray:
    found: FloatArray = 100 / (1 + np.exp(-logit))
    return found


def _distances(table: FeatureTable, model: NeighbourModel) -> FloatArray:
    prepared = prepare(table, model)
    return pairwise(coordinates(prepared), prepared)


def nearest_members(distances: FloatArray, k: int, excluded: BoolArray | None) -> IntArray:
    """The rows of each row's k nearest, in no order: areas x k."""
    masked = distances.copy()
    np.fill_diagonal(masked, np.inf)
    if excluded is not None:
        masked[excluded] = np.inf
    members: IntArray = np.argpartition(masked, k - 1, axis=1)[:, :k]
    return members


def _ranks(distances: FloatArray, listed: IntArray, excluded: BoolArray | None) -> IntArray:
    """The rank of each listed neighbour under these distances: 1 plus how many others are nearer."""
    masked = distances.copy()
    np.fill_diagonal(masked, np.inf)
    if excluded is not None:
        masked[excluded] = np.inf
    theirs = np.take_along_axis(masked, np.maximum(listed, 0), axis=1)
    nearer = np.empty(listed.shape, dtype=np.int64)
    in_order = np.sort(masked, axis=1)
    for row in range(len(masked)):
        nearer[row] = np.searchsorted(in_order[row], theirs[row], side="left")
    return nearer + 1


def _kept_without(
    table: FeatureTable,
    model: NeighbourModel,
    found: NeighbourSet,
    nested: Mapping[str, Collection[str]] | None,
) -> tuple[IntArray, int]:
    """How many models with one feature left out list each neighbour too; and how many there are."""
    excluded = nested_pairs(found.areas, nested) if model.exclude_nested else None
    kept = np.zeros(found.neighbours.shape, dtype=np.int64)
    weighted = [feature for feature in model.features if feature.weight > 0]
    if len(weighted) < 2:
        return kept, 0
    for feature in weighted:
        fewer = model.model_copy(update={"features": tuple(f for f in model.features if f != feature)})
        order, _ = nearest(_distances(table, fewer), model.k, excluded)
        kept += (found.neighbours[:, :, np.newaxis] == order[:, np.newaxis, :]).any(axis=2)
    return kept, len(weighted)


def _measured_weight(table: FeatureTable, found: NeighbourSet) -> float:
    measured = np.isfinite(table.lower_95) & np.isfinite(table.upper_95) & ~table.inherited
    return float((measured.mean(axis=0) * found.prepared.weight_shares).sum())
