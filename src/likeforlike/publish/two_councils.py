"""Two councils beside each other, and a council's neighbours through the years, as rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from likeforlike.analysis.neighbours import contributions
from likeforlike.analysis.similarity_history import AreaHistory, area_history
from likeforlike.domain.area import Area
from likeforlike.domain.errors import RequestError
from likeforlike.domain.matrix import FeatureTable
from likeforlike.domain.neighbour_model import NeighbourModel, Pool
from likeforlike.publish.neighbours import Found, find_neighbours

if TYPE_CHECKING:
    from likeforlike.analysis.neighbours import NeighbourSet
    from likeforlike.publish.catalogue import Catalogue

K = 10

COMPARE_KEYS = (
    "model_id",
    "year",
    "area_code",
    "other_code",
    "distance",
    "similarity",
    "rank",
    "rank_back",
    "feature",
    "feature_title",
    "unit",
    "period_end",
    "area_value",
    "other_value",
    "share",
    "signed_difference",
)
HISTORY_KEYS = (
    "model_id",
    "year",
    "area_code",
    "rank",
    "neighbour_code",
    "neighbour_name",
    "distance",
    "in_last_year",
    "overlap",
    "rank_overlap",
    "turnover",
)
PAIR_HISTORY_KEYS = (
    "model_id",
    "year",
    "area_code",
    "other_code",
    "distance",
    "rank",
    "rank_back",
    "largest_feature",
    "largest_share",
)


def compare_rows(
    catalogue: Catalogue, area: Area, other: Area, model: NeighbourModel, *, year: int | None = None
) -> list[dict[str, Any]]:
    """One row per feature with COMPARE_KEYS, the largest share of the squared distance first.

    `rank` is the other council's place among all of the first one's, `rank_back` the reverse. Raises
    RequestError for one council twice, or for one outside the model's pool.
    """
    if area.code == other.code:
        raise RequestError(f"{area.name} is named twice.", instead="Name two different councils.")
    found = find_neighbours(catalogue, model, year=year)
    if not found.model.computed_here:
        raise RequestError(
            f"The list {model.id!r} is taken over as published and has no features to compare.",
            instead="Choose a model that is computed here, such as overall.",
        )
    first, second = found.row(area, catalogue.register), found.row(other, catalogue.register)
    table = table_of(catalogue, found)
    pair = {
        "model_id": found.model.id,
        "year": found.year,
        "area_code": area.code,
        "other_code": other.code,
        "distance": float(found.neighbours.all_distances[first, second]),
        "similarity": found.similarity(first, second),
        "rank": place(found.neighbours, first, second),
        "rank_back": place(found.neighbours, second, first),
    }
    values = _values(table, found, {found.neighbours.areas[first], found.neighbours.areas[second]})
    rows = [
        pair
        | _about(catalogue, found.model, table, part.feature)
        | {
            "area_value": values[part.feature].get(found.neighbours.areas[first]),
            "other_value": values[part.feature].get(found.neighbours.areas[second]),
            "share": part.share,
            "signed_difference": part.signed_difference,
        }
        for part in contributions(found.neighbours, first, second)
    ]
    return sorted(rows, key=lambda row: -(row["share"] or 0.0))


def table_of(catalogue: Catalogue, found: Found) -> FeatureTable:
    """The features that a set was found from, in their own units."""
    if found.yearly:
        assert found.year is not None, "a yearly set has a year"
        return catalogue.comparisons.yearly_of(_declared(catalogue, found.model))[0].tables[found.year]
    return catalogue.comparisons.table_of(found.model)


def _declared(catalogue: Catalogue, model: NeighbourModel) -> NeighbourModel:
    return catalogue.models.get(model.id, model)


def _values(table: FeatureTable, found: Found, codes: set[str]) -> dict[str, dict[str, float | None]]:
    """The areas' values by feature and code."""
    rows = {code: row for row, code in enumerate(table.areas) if code in codes}
    return {
        name: {
            code: _none(float(table.values[row, table.features.index(name)])) for code, row in rows.items()
        }
        for name in found.neighbours.features
    }


def _about(catalogue: Catalogue, model: NeighbourModel, table: FeatureTable, name: str) -> dict[str, Any]:
    feature = next(one for one in model.features if one.id == name)
    indicator = None if model.pool is Pool.OWN_TABLE else catalogue.indicators.get(feature.indicator)
    period = table.periods[table.features.index(name)]
    return {
        "feature": name,
        "feature_title": indicator.title if indicator else feature_words(name),
        "unit": indicator.unit.value if indicator else "",
        "period_end": period.end if period else None,
    }


def feature_words(name: str) -> str:
    """A feature's id as words, for one that is no indicator of the release."""
    return name.replace("-", " ").capitalize()


def place(found: NeighbourSet, first: int, second: int) -> int:
    """The place of one row among all others of another, 1 = nearest; equal distances go by code."""
    distances = found.all_distances[first]
    mine = distances[second]
    before = (distances < mine) | ((distances == mine) & (np.arange(len(distances)) < second))
    before[first] = False
    return int(before.sum()) + 1


def yearly_history(
    catalogue: Catalogue, area: Area, model: NeighbourModel, k: int = K
) -> tuple[dict[int, NeighbourSet], AreaHistory]:
    """Every year's sets, and the council's own history in them; RequestError outside the model's pool."""
    sets = _yearly_sets(catalogue, area, model)
    return sets, area_history(sets, area.code, k)


def _yearly_sets(catalogue: Catalogue, area: Area, model: NeighbourModel) -> dict[int, NeighbourSet]:
    """Every year's neighbours; RequestError for a council that the model does not compare."""
    tables, sets = catalogue.comparisons.yearly_of(model)
    if area.code not in sets[tables.years[0]].row_of:
        kind = area.kind.value.replace("_", " ")
        raise RequestError(
            f"The model {model.id!r} does not compare {area.name} ({kind}).",
            instead="A county is compared by overall-upper, a district by overall.",
        )
    return sets


def history_rows(catalogue: Catalogue, area: Area, model: NeighbourModel) -> list[dict[str, Any]]:
    """One row per year and place with HISTORY_KEYS; overlaps are with the last year's list."""
    _, history = yearly_history(catalogue, area, model)
    names = catalogue.register.areas
    now = set(history.now)
    rows = []
    for place_of_year, year in enumerate(history.years):
        ranks = history.ranks[place_of_year]
        listed = sorted((int(ranks[column]), column) for column in np.flatnonzero(ranks))
        for rank, column in listed:
            code = history.others[column]
            rows.append(
                {
                    "model_id": model.id,
                    "year": year,
                    "area_code": area.code,
                    "rank": rank,
                    "neighbour_code": code,
                    "neighbour_name": names[code].name,
                    "distance": float(history.distances[place_of_year, column]),
                    "in_last_year": code in now,
                    "overlap": float(history.overlap[place_of_year]),
                    "rank_overlap": float(history.rank_overlap[place_of_year]),
                    "turnover": _none(float(history.turnover[place_of_year])),
                }
            )
    return rows


def pair_history_rows(
    catalogue: Catalogue, area: Area, other: Area, model: NeighbourModel
) -> list[dict[str, Any]]:
    """One row per year with PAIR_HISTORY_KEYS: how far apart two councils were, and on what most."""
    sets = _yearly_sets(catalogue, area, model)
    _yearly_sets(catalogue, other, model)
    return [_pair_year(year, found, area, other, model.id) for year, found in sorted(sets.items())]


def _pair_year(year: int, found: NeighbourSet, area: Area, other: Area, model_id: str) -> dict[str, Any]:
    first, second = found.row_of[area.code], found.row_of[other.code]
    largest = max(contributions(found, first, second), key=lambda part: part.share or 0.0)
    return {
        "model_id": model_id,
        "year": year,
        "area_code": area.code,
        "other_code": other.code,
        "distance": float(found.all_distances[first, second]),
        "rank": place(found, first, second),
        "rank_back": place(found, second, first),
        "largest_feature": largest.feature,
        "largest_share": largest.share,
    }


def _none(number: float) -> float | None:
    return None if np.isnan(number) else number
