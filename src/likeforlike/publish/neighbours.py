"""Neighbours as people ask for them: by a declared model, with weights of their own, now or in a year."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from likeforlike.analysis.neighbours import NONE, NeighbourSet, contributions, with_k
from likeforlike.domain.area import Area, AreaKind
from likeforlike.domain.errors import NotFoundError, RequestError
from likeforlike.domain.matrix import FloatArray
from likeforlike.domain.neighbour_model import Feature, Missing, NeighbourModel, Pool
from likeforlike.pipeline.neighbours import current_year
from likeforlike.pipeline.same_powers import DEFAULT_MODELS

if TYPE_CHECKING:
    from likeforlike.domain.area import AreaRegister
    from likeforlike.publish.catalogue import Catalogue

#: Id of a model that a person made of features and weights of their own.
OWN = "own"

NEIGHBOUR_KEYS = (
    "model_id",
    "year",
    "area_code",
    "rank",
    "neighbour_code",
    "neighbour_name",
    "distance",
    "similarity",
    "filled_share",
)
EXPLAIN_KEYS = (*NEIGHBOUR_KEYS, "feature", "share", "signed_difference")


@dataclass(frozen=True)
class Found:
    """Neighbours that were asked for, with what is needed to show them.

    `similarity` of a pair is the percentage of all pairs in the pool that are farther apart (None for
    published lists).
    """

    model: NeighbourModel
    neighbours: NeighbourSet
    year: int | None
    names: Mapping[str, str]
    farther: FloatArray | None
    yearly: bool = False

    def row(self, area: Area, register: AreaRegister) -> int:
        """The row of an area, by its code or the one it had before; RequestError if it is not there."""
        row_of = self.neighbours.row_of
        if area.code in row_of:
            return row_of[area.code]
        for code, row in row_of.items():
            if code in register.areas and register.successors(code) == (area.code,):
                return row
        kind = area.kind.value.replace("_", " ")
        raise RequestError(
            f"The model {self.model.id!r} does not compare {area.name} ({kind}).",
            instead="`likeforlike models` says which areas each model compares.",
        )

    def similarity(self, first: int, second: int) -> float | None:
        """Percentage of all pairs in the pool that are farther apart than these two."""
        return None if self.farther is None else 100 * float(self.farther[first, second])

    def name(self, code: str) -> str:
        """An area's name; its code where nobody knows one."""
        return self.names.get(code, code)


def default_model_id(area: Area | None) -> str:
    """The model an area is compared by where none is named: a county's is that of the upper tier."""
    county = area is not None and area.kind is AreaKind.COUNTY
    return DEFAULT_MODELS[Pool.UPPER_TIER if county else Pool.LOWER_TIER]


def choose_model(
    catalogue: Catalogue, area: Area | None, model_id: str | None, factors: Mapping[str, float]
) -> NeighbourModel:
    """The model asked for: declared, declared with other weights, or made of the features named alone.

    Raises NotFoundError for an unknown model or feature, RequestError for weights on a published list.
    """
    if not factors:
        return catalogue.powers.model(model_id or default_model_id(area))
    if model_id is None:
        pool = catalogue.models[default_model_id(area)].pool
        return _own_model(catalogue, pool, factors)
    model = catalogue.powers.model(model_id)
    if not model.computed_here:
        raise RequestError(
            f"The list {model_id!r} is taken over as published and has no weights.",
            instead="Choose a model that is computed here, such as overall.",
        )
    known = {feature.id for feature in model.features}
    added = [name for name in factors if name not in known]
    if model.pool is Pool.OWN_TABLE and added:
        columns = catalogue.comparisons.own.feature_table(model).features
        for name in added:
            if name not in columns:
                raise NotFoundError(
                    f"The table of {model_id} has no feature {name!r}.",
                    instead=f"It has {', '.join(columns)}.",
                )
    elif added:
        for name in added:
            catalogue.indicator(name)
    return model.reweighted(factors).model_copy(update={"id": f"{model.id}-{OWN}"})


def _own_model(catalogue: Catalogue, pool: Pool, factors: Mapping[str, float]) -> NeighbourModel:
    features = tuple(
        Feature(id=catalogue.indicator(name).id, weight=factor, why="Chosen by the reader.")
        for name, factor in factors.items()
    )
    return NeighbourModel(
        id=OWN,
        title="Your own features",
        description="Features and weights that the reader chose.",
        pool=pool,
        features=features,
        winsorise=(0.01, 0.99),
        missing=Missing.UPPER_TIER_THEN_MEDIAN,
    )


def find_neighbours(
    catalogue: Catalogue, model: NeighbourModel, *, year: int | None = None, k: int | None = None
) -> Found:
    """The neighbours of every area under a model: current, or those of one year.

    Raises RequestError for a year the model has no list of, or a k larger than its pool.
    """
    comparisons = catalogue.comparisons
    names = catalogue.names
    if year is not None and year != current_year(comparisons, model):
        tables, sets = comparisons.yearly_of(model)
        if year not in sets:
            raise RequestError(
                f"The model {model.id!r} has no list of {year}.",
                instead=f"Write a year from {tables.years[0]} to {tables.years[-1]}.",
            )
        found = with_k(sets[year], k)
        return Found(tables.model, found, year, names, found.farther, yearly=True)
    if k is not None and model.computed_here and k != model.k:
        model = model.model_copy(update={"k": k})
    declared = catalogue.models.get(model.id) == model
    found = comparisons.neighbours_of(model) if declared else comparisons.find_anew(model)
    farther = found.farther if found.all_distances.size else None
    return Found(model, found, current_year(comparisons, model), names, farther)


def neighbour_rows(found: Found, rows: Sequence[int], k: int | None = None) -> Iterator[dict[str, Any]]:
    """One row per area and neighbour, nearest first, with NEIGHBOUR_KEYS."""
    pool = found.neighbours
    for row in rows:
        for rank, other in enumerate(pool.neighbours[row, :k].tolist(), start=1):
            if other != NONE:
                yield _pair(found, row, rank, other)


def explained_rows(found: Found, rows: Sequence[int], k: int | None = None) -> Iterator[dict[str, Any]]:
    """One row per area, neighbour and feature, with EXPLAIN_KEYS; shares sum to 1 over a pair's features."""
    if not found.model.computed_here:
        raise RequestError(
            f"The list {found.model.id!r} is taken over as published, without features to explain it by.",
            instead="Choose a model that is computed here.",
        )
    pool = found.neighbours
    for row in rows:
        for rank, other in enumerate(pool.neighbours[row, :k].tolist(), start=1):
            if other == NONE:
                continue
            pair = _pair(found, row, rank, other)
            for part in contributions(pool, row, other):
                yield pair | {
                    "feature": part.feature,
                    "share": part.share,
                    "signed_difference": part.signed_difference,
                }


def _pair(found: Found, row: int, rank: int, other: int) -> dict[str, Any]:
    pool = found.neighbours
    distance = float(pool.distances[row, rank - 1])
    code = pool.areas[other]
    return {
        "model_id": found.model.id,
        "year": found.year,
        "area_code": pool.areas[row],
        "rank": rank,
        "neighbour_code": code,
        "neighbour_name": found.name(code),
        "distance": None if distance != distance else distance,  # noqa: PLR0124 - NaN is not itself
        "similarity": found.similarity(row, other),
        # Of the model's weight, what rests on a county's value or the pool's median in either area.
        "filled_share": pool.prepared.filled_share(row, other) if pool.features else None,
    }


def read_factors(texts: Sequence[str], separator: str) -> dict[str, float]:
    """Weights from texts such as `population=2`; RequestError for one that is not a name and a number."""
    factors: dict[str, float] = {}
    for text in texts:
        name, found, number = text.rpartition(separator)
        try:
            factor = float(number)
        except ValueError:
            factor = float("nan")
        if not found or not name or not 0 <= factor < float("inf"):
            raise RequestError(
                f"{text!r} is not a feature and a weight.",
                instead=f"Write for example population{separator}2; 0 leaves a feature out.",
            )
        factors[name] = factor
    return factors
