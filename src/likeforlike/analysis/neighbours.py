"""Statistical nearest neighbours: who is most like whom under a declared model, and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from likeforlike.analysis.distances import coordinates, pairwise, parts, shares_of
from likeforlike.analysis.nearest import nearest_exact
from likeforlike.analysis.preparation import Prepared, prepare
from likeforlike.domain.errors import RequestError
from likeforlike.domain.matrix import BoolArray, FeatureTable, FloatArray, IntArray
from likeforlike.domain.neighbour_model import Metric, NeighbourModel, Rebasing

#: Pools larger than this keep the k nearest only: all distances between 33,755 small areas would fill 9 GB.
KEEP_ALL_DISTANCES = 5_000

NONE = -1


@dataclass(frozen=True)
class NeighbourSet:
    """What a model finds. Rows are areas sorted by code; a neighbour is a row number, -1 where there is none.

    `neighbours` and `distances` are areas x k, nearest first; `distances` are as the model reports them
    (divided by the row's farthest where it says so), NaN where there is none. `all_distances` is areas x
    areas, never rebased, and empty for pools above KEEP_ALL_DISTANCES. `coordinates` (areas x features) are
    what distances are made of.
    """

    model_id: str
    areas: tuple[str, ...]
    neighbours: IntArray
    distances: FloatArray
    all_distances: FloatArray
    coordinates: FloatArray
    prepared: Prepared

    @property
    def features(self) -> tuple[str, ...]:
        """Ids of the features, in the order of the columns."""
        return self.prepared.features

    @cached_property
    def row_of(self) -> dict[str, int]:
        """Row number by area code."""
        return {code: index for index, code in enumerate(self.areas)}

    @cached_property
    def farther(self) -> FloatArray:
        """See `farther_share`; worked out when first asked for."""
        return farther_share(self)

    def codes(self, area_code: str) -> tuple[str, ...]:
        """The neighbours of an area, nearest first; KeyError when the area is not in the pool."""
        row = self.neighbours[self.row_of[area_code]]
        return tuple(self.areas[index] for index in row if index != NONE)


@dataclass(frozen=True)
class Contribution:
    """One feature's part in the distance between two areas."""

    feature: str
    share: float | None  # of the squared distance (of the distance itself for Gower's); None when that is 0
    signed_difference: float | None  # first minus second, in scaled units; None where left out or a label


def find(
    table: FeatureTable, model: NeighbourModel, *, nested: Mapping[str, Collection[str]] | None = None
) -> NeighbourSet:
    """Find every area's `model.k` nearest neighbours.

    The area itself is left out by its code, and so are areas nested with it (`nested`: code -> codes that
    contain it or lie in it) when the model says so. Equal distances are ordered by area code. Raises
    DefinitionError for a model the table cannot serve, RequestError when k is larger than the pool allows.
    """
    prepared = prepare(table, model)
    return find_prepared(prepared, model, nested=nested)


def find_prepared(
    prepared: Prepared, model: NeighbourModel, *, nested: Mapping[str, Collection[str]] | None = None
) -> NeighbourSet:
    """As `find`, from features that are already prepared."""
    check_k(model.k, len(prepared.areas))
    points = coordinates(prepared)
    excluded = nested_pairs(prepared.areas, nested) if model.exclude_nested else None
    if len(prepared.areas) > KEEP_ALL_DISTANCES:
        _check_large(points, model)
        neighbours, distances = nearest_exact(points, model.k)
        return NeighbourSet(
            model.id, prepared.areas, neighbours, distances, np.empty((0, 0)), points, prepared
        )
    everything = pairwise(points, prepared)
    neighbours, distances = nearest(everything, model.k, excluded)
    if model.rebasing is Rebasing.FARTHEST_IS_ONE:
        distances = distances / farthest(everything)[:, np.newaxis]
    return NeighbourSet(model.id, prepared.areas, neighbours, distances, everything, points, prepared)


def with_k(found: NeighbourSet, k: int | None) -> NeighbourSet:
    """The same set with k neighbours for each area; unchanged for None. Distances must not be rebased."""
    if k is None or k == found.neighbours.shape[1]:
        return found
    check_k(k, len(found.areas))
    neighbours, distances = nearest(found.all_distances, k)
    return replace(found, neighbours=neighbours, distances=distances)


def check_k(k: int, areas: int) -> None:
    """Refuse more neighbours than there are other areas."""
    if k < 1 or k > areas - 1:
        raise RequestError(
            f"There cannot be {k} neighbours in a pool of {areas} areas.",
            instead=f"Write a k from 1 to {areas - 1}." if areas > 1 else "Give at least two areas.",
        )


def _check_large(points: FloatArray, model: NeighbourModel) -> None:
    limits = f"with more than {KEEP_ALL_DISTANCES:,} areas"
    if model.metric is Metric.GOWER or np.isnan(points).any():
        raise RequestError(
            f"Gower's distance and left-out values are not available {limits}.",
            instead="Write `metric: euclidean` and `missing: pool_median`.",
        )
    if model.exclude_nested or model.rebasing is not Rebasing.NONE:
        raise RequestError(
            f"Nesting and rebasing are not available {limits}.",
            instead="Write `exclude_nested: false` and `rebasing: none`.",
        )


def nearest(distances: FloatArray, k: int, excluded: BoolArray | None = None) -> tuple[IntArray, FloatArray]:
    """Row numbers and distances of each row's k nearest others: by distance, then by row (that is, by code).

    Fewer than k leave -1 and NaN at the end of the row.
    """
    masked = distances.copy()
    np.fill_diagonal(masked, np.inf)
    if excluded is not None:
        masked[excluded] = np.inf
    order = np.argsort(masked, axis=1, kind="stable")[:, :k]
    found = np.take_along_axis(masked, order, axis=1)
    there = np.isfinite(found)
    return np.where(there, order, NONE).astype(np.int64), np.where(there, found, np.nan)


def nested_pairs(areas: tuple[str, ...], nested: Mapping[str, Collection[str]] | None) -> BoolArray:
    """Areas x areas: True where one contains the other."""
    assert nested is not None, "the model excludes nested areas, so `nested` must be given"
    row_of = {code: index for index, code in enumerate(areas)}
    pairs = np.zeros((len(areas), len(areas)), dtype=np.bool_)
    for code, others in nested.items():
        for other in others:
            if code in row_of and other in row_of:
                pairs[row_of[code], row_of[other]] = pairs[row_of[other], row_of[code]] = True
    return pairs


def farthest(distances: FloatArray) -> FloatArray:
    """Each row's largest finite distance; 1 where all are 0, so that dividing changes nothing."""
    largest = np.where(np.isfinite(distances), distances, 0.0).max(axis=1)
    return np.where(largest > 0, largest, 1.0)


def contributions(found: NeighbourSet, first: int, second: int) -> tuple[Contribution, ...]:
    """Each feature's share of the squared distance between two rows, in the model's order.

    Shares sum to 1; all are None when the two areas do not differ, and one is None where a value is left
    out.
    """
    shares = shares_of(parts(found.coordinates, found.prepared, np.array(first), np.array(second)))
    signed = _signed(found.prepared, np.array(first), np.array(second))
    return tuple(
        Contribution(name, _or_none(share), _or_none(difference))
        for name, share, difference in zip(found.features, shares.tolist(), signed.tolist(), strict=True)
    )


def _signed(prepared: Prepared, first: IntArray, second: IntArray) -> FloatArray:
    """First less second in scaled units, one more axis for features; NaN for labels, which have no order."""
    return np.where(prepared.nominal, np.nan, prepared.scaled[first] - prepared.scaled[second])


def _or_none(number: float) -> float | None:
    return None if np.isnan(number) else number


def contribution_table(found: NeighbourSet) -> tuple[FloatArray, FloatArray]:
    """Shares and signed differences of all lists: areas x k x features, NaN where there is none."""
    rows = np.arange(len(found.areas), dtype=np.int64)
    first = np.broadcast_to(rows[:, np.newaxis], found.neighbours.shape)
    there = (found.neighbours != NONE)[:, :, np.newaxis]
    shares = shares_of(parts(found.coordinates, found.prepared, first, found.neighbours))
    signed = _signed(found.prepared, first, found.neighbours)
    return np.where(there, shares, np.nan), np.where(there, signed, np.nan)


def mutual(neighbours: IntArray) -> BoolArray:
    """Areas x k: whether the area is among its neighbour's own k."""
    rows = np.arange(len(neighbours))[:, np.newaxis, np.newaxis]
    there: BoolArray = (neighbours[neighbours] == rows).any(axis=2) & (neighbours != NONE)
    return there


def times_chosen(neighbours: IntArray) -> IntArray:
    """How often each area is in others' lists (hubness; Radovanović, Nanopoulos and Ivanović 2010)."""
    counts: IntArray = np.bincount(neighbours[neighbours != NONE], minlength=len(neighbours))
    return counts


def skewness(counts: IntArray) -> float:
    """Third standardised moment: 0 when lists are shared evenly, large when few areas are in most lists."""
    centred = counts - counts.mean()
    deviation = np.sqrt((centred**2).mean())
    return float((centred**3).mean() / deviation**3) if deviation > 0 else 0.0


def farther_share(found: NeighbourSet) -> FloatArray:
    """Areas x areas: the share of all pairs in the pool that are farther apart than this one (0 to 1).

    Unlike a distance it means the same under every model, and unlike a rebased distance the same for every
    area.
    """
    upper = np.triu_indices(len(found.areas), 1)
    pairs = np.sort(found.all_distances[upper])
    beyond = len(pairs) - np.searchsorted(pairs, found.all_distances, side="right")
    share: FloatArray = beyond / len(pairs)
    return share
