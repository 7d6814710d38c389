"""How alike areas have been over time: yearly models on one scale, and how lists and distances changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from likeforlike.analysis.distances import parts
from likeforlike.analysis.neighbours import NONE, NeighbourSet, find_prepared
from likeforlike.analysis.preparation import (
    Prepared,
    check_features,
    check_spread,
    effective_scaling,
    in_code_order,
    prepare_with,
    transformed_values,
)
from likeforlike.analysis.scaling import scale_of, winsor_limits
from likeforlike.domain.errors import DefinitionError
from likeforlike.domain.matrix import BoolArray, FeatureTable, FloatArray, IntArray
from likeforlike.domain.neighbour_model import Metric, Missing, NeighbourModel, Rebasing, Scaling, Transform

#: Weight that rank-biased overlap gives each further place, relative to the one before: the first ten places
#: then have 86 per cent of all.
PERSISTENCE = 0.9

#: Share of the pool that counts as near an area when drifting is told.
NEAR = 0.25


def find_yearly(tables: Mapping[int, FeatureTable], model: NeighbourModel) -> dict[int, NeighbourSet]:
    """Each year's neighbours, on one scale, so that distances compare between years.

    Winsor limits, location and spread are those of all years together; a missing value gets the median of its
    own year. Tables have the same areas. Raises DefinitionError for a model whose scale cannot be shared
    between years: ranks, Mahalanobis, distances divided by the farthest.
    """
    check_one_scale(model)
    ordered = {
        year: in_code_order(tables[year].select(check_features(tables[year], model)))
        for year in sorted(tables)
    }
    assert len({table.areas for table in ordered.values()}) == 1, "every year has the same areas"
    values = {year: transformed_values(table, model) for year, table in ordered.items()}
    limits = winsor_limits(np.vstack(list(values.values())), model.winsorise)
    filled = np.vstack([_filled(limits.applied(one), model) for one in values.values()])
    scale = scale_of(filled, effective_scaling(model), model.ddof)
    check_spread(scale.spread, model)
    return {
        year: find_prepared(prepare_with(ordered[year], model, values[year], limits, scale), model)
        for year in ordered
    }


def check_one_scale(model: NeighbourModel) -> None:
    """Refuse a model whose distances cannot be compared between years."""
    problem = (
        "ranks start anew every year"
        if model.scaling is Scaling.RANK or any(f.transform is Transform.RANK for f in model.features)
        else "the Mahalanobis distance takes its scale from each year's correlations"
        if model.metric is Metric.MAHALANOBIS
        else "distances are divided by each year's farthest"
        if model.rebasing is not Rebasing.NONE
        else "labels have no scale"
        if any(feature.nominal for feature in model.features)
        else ""
    )
    if problem:
        raise DefinitionError(
            f"Model {model.id} has no history: {problem}.",
            instead="Choose a model with z-scores and plain Euclidean distance.",
        )


def _filled(values: FloatArray, model: NeighbourModel) -> FloatArray:
    if model.missing is Missing.LEAVE_OUT:
        return values
    return np.where(np.isnan(values), np.nanmedian(values, axis=0), values)


def jaccard(first: Sequence[int], second: Sequence[int]) -> float:
    """Members of both lists over members of either (1 when both are empty)."""
    one, other = set(first), set(second)
    return len(one & other) / len(one | other) if one | other else 1.0


def rank_biased_overlap(
    first: Sequence[int], second: Sequence[int], persistence: float = PERSISTENCE
) -> float:
    """Overlap of two ranked lists of one length, 0 to 1, the top weighing most (Webber and others 2010).

    The extrapolated form, their equation 23: what is unseen below the lists is taken to agree as the lists
    do. Each list holds an item once.
    """
    depth = min(len(first), len(second))
    assert len(first) == len(second), "both lists are equally long"
    assert 0 < persistence < 1, "the persistence lies between 0 and 1"
    if depth == 0:
        return 1.0
    seen_first: set[int] = set()
    seen_second: set[int] = set()
    total = agreement = 0.0
    for place in range(1, depth + 1):
        seen_first.add(first[place - 1])
        seen_second.add(second[place - 1])
        agreement = len(seen_first & seen_second) / place
        total += agreement * persistence**place
    return agreement * persistence**depth + (1 - persistence) / persistence * total


def median_slope(years: Sequence[int], values: FloatArray) -> FloatArray:
    """Change per year of each column: the median slope between all pairs of years (Theil and Sen).

    `values` is years x columns; a column with a missing year has no slope (NaN).
    """
    first, second = np.triu_indices(len(years), 1)
    gap = np.array(years)[second] - np.array(years)[first]
    slopes = (values[second] - values[first]) / gap[:, np.newaxis]
    found: FloatArray = np.median(slopes, axis=0)
    return found


@dataclass(frozen=True)
class AreaHistory:
    """One area's neighbours through the years; arrays are years x others, `others` all areas ever listed.

    `ranks` holds 1 for the nearest and 0 outside the list. `overlap` and `rank_overlap` compare each year's
    list with the last year's, `turnover` is the Jaccard overlap with the year before (NaN for the first
    year).
    """

    area: str
    years: tuple[int, ...]
    others: tuple[str, ...]
    ranks: IntArray
    distances: FloatArray
    overlap: FloatArray
    rank_overlap: FloatArray
    turnover: FloatArray

    @property
    def now(self) -> tuple[str, ...]:
        """The last year's neighbours, nearest first."""
        last = self.ranks[-1]
        listed = np.flatnonzero(last)
        return tuple(self.others[column] for column in listed[np.argsort(last[listed], kind="stable")])

    @property
    def years_listed(self) -> dict[str, int]:
        """In how many years each other area was listed, most often first, then by its mean rank in those."""
        counts = (self.ranks > 0).sum(axis=0)
        mean = self.ranks.sum(axis=0) / np.maximum(counts, 1)
        return {self.others[c]: int(counts[c]) for c in np.lexsort((mean, -counts))}

    @property
    def since(self) -> dict[str, int]:
        """For each of the last year's neighbours the first year of its unbroken stay, newest first."""
        stays: dict[str, int] = {}
        for code in self.now:
            absent = np.flatnonzero(self.ranks[:, self.others.index(code)] == 0)
            stays[code] = self.years[absent[-1] + 1] if len(absent) else self.years[0]
        return dict(sorted(stays.items(), key=lambda item: -item[1]))


def area_history(sets: Mapping[int, NeighbourSet], area: str, k: int) -> AreaHistory:
    """One area's k nearest through the years."""
    years = tuple(sorted(sets))
    row = sets[years[0]].row_of[area]
    lists = [[int(n) for n in sets[year].neighbours[row, :k] if n != NONE] for year in years]
    ever = sorted({other for listed in lists for other in listed})
    ranks = np.zeros((len(years), len(ever)), dtype=np.int64)
    for place, listed in enumerate(lists):
        for rank, other in enumerate(listed, start=1):
            ranks[place, ever.index(other)] = rank
    last = lists[-1]
    return AreaHistory(
        area,
        years,
        tuple(sets[years[0]].areas[other] for other in ever),
        ranks,
        np.array([sets[year].all_distances[row, ever] for year in years]),
        np.array([jaccard(listed, last) for listed in lists]),
        np.array([rank_biased_overlap(listed, last) for listed in lists]),
        np.array([np.nan, *(jaccard(a, b) for a, b in pairwise(lists))]),
    )


@dataclass(frozen=True)
class Drift:
    """How another area's distance changed: per year (median slope), and from the first year to the last."""

    other: str
    slope: float
    first_distance: float
    last_distance: float


def drifts(
    sets: Mapping[int, NeighbourSet], area: str, *, limit: int = 5, near: float = NEAR
) -> tuple[list[Drift], list[Drift]]:
    """The areas that an area has drifted towards most, and away from most, by median slope of the distance.

    Only areas whose median slope and first and last distance agree on the direction are named, and only
    those that were among the nearest `near` of the pool in the first or the last year: that a far place is a
    little less far tells nobody anything.
    """
    years = sorted(sets)
    areas = sets[years[0]].areas
    row = sets[years[0]].row_of[area]
    distances = np.array([sets[year].all_distances[row] for year in years])
    slopes = median_slope(years, distances)
    slopes[row] = 0.0
    places = np.argsort(np.argsort(distances[[0, -1]], axis=1, kind="stable"), axis=1)
    slopes[(places > near * len(areas)).all(axis=0)] = 0.0
    order = np.lexsort((np.arange(len(areas)), slopes))

    def drift(other: int) -> Drift:
        return Drift(
            areas[other], float(slopes[other]), float(distances[0, other]), float(distances[-1, other])
        )

    change = distances[-1] - distances[0]
    towards = [drift(other) for other in order if slopes[other] < 0 and change[other] < 0]
    away = [drift(other) for other in order[::-1] if slopes[other] > 0 and change[other] > 0]
    return towards[:limit], away[:limit]


def moved_by(first: NeighbourSet, last: NeighbourSet, area: str, other: str) -> dict[str, float]:
    """What each feature added to the squared distance between two areas from one year to another.

    Negative where it brought them closer; the parts add up to the whole change. Largest movement first.
    """
    place = (np.array(first.row_of[area]), np.array(first.row_of[other]))
    change = parts(last.coordinates, last.prepared, *place) - parts(first.coordinates, first.prepared, *place)
    return {first.features[c]: float(change[c]) for c in np.argsort(-np.abs(change), kind="stable")}


def present_share(prepared: Prepared) -> float:
    """The share of cells that hold a value of the area's own."""
    absent: BoolArray = prepared.imputed | prepared.inherited | np.isnan(prepared.scaled)
    return float(1 - absent.mean())
