"""The neighbour tables of a release: lists of all models, why, how sure, and how they were year by year."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import polars as pl

from likeforlike.analysis.neighbours import NONE, NeighbourSet
from likeforlike.analysis.stability import Stability, assess_stability, word_for
from likeforlike.domain.errors import DefinitionError
from likeforlike.domain.matrix import FeatureTable
from likeforlike.domain.neighbour_model import NeighbourModel
from likeforlike.observations.yearly import YearlyTables
from likeforlike.pipeline.comparisons import Comparisons
from likeforlike.pipeline.context import BuildContext
from likeforlike.pipeline.same_powers import DEFAULT_MODELS

#: One row = one place in one area's list. `basis` is "current" (each feature's newest period; `year` is that
#: of the newest feature) or "yearly" (that year's, on one scale with the other years). `distance` is null in
#: published lists, which come without; `shared_features` is of how many features both areas have a value of
#: their own.
NEIGHBOUR_SCHEMA = pl.Schema(
    {
        "model_id": pl.String,
        "year": pl.UInt16,
        "area_code": pl.String,
        "rank": pl.UInt8,
        "neighbour_code": pl.String,
        "distance": pl.Float64,
        "shared_features": pl.UInt8,
        "basis": pl.String,
    }
)
#: One row = one area and another that is, or with a probability of at least `SHOWN` would be, among its
#: nearest. `rank_5` and `rank_95` (listed neighbours only) bound nine tenths of the draws; `kept_without` of
#: `models_without` models with one feature left out list it.
STABILITY_SCHEMA = pl.Schema(
    {
        "model_id": pl.String,
        "area_code": pl.String,
        "neighbour_code": pl.String,
        "rank": pl.UInt8,
        "probability": pl.Float64,
        "label": pl.String,
        "rank_5": pl.UInt16,
        "rank_95": pl.UInt16,
        "kept_without": pl.UInt8,
        "models_without": pl.UInt8,
        "draws": pl.UInt16,
        "measured_weight": pl.Float64,
    }
)
#: One row = the period from which a yearly model takes a feature; null where the declared feature is left
#: out.
YEARLY_FEATURE_SCHEMA = pl.Schema(
    {
        "model_id": pl.String,
        "year": pl.UInt16,
        "feature": pl.String,
        "period_start": pl.Date,
        "period_end": pl.Date,
    }
)

DRAWS = 400
SEED = 20250401
SHOWN = 0.1


def neighbour_tables(context: BuildContext) -> dict[str, pl.DataFrame]:
    """All models' current lists and years; for the default models also how sure, and yearly lists.

    Why a pair is alike (each feature's share of the distance) is worked out when asked for: it takes a
    thousandth of a second, and stored it would be a sixteenth of the release.
    """
    comparisons = context.comparisons
    defaults = tuple(DEFAULT_MODELS.values())
    lists, stability, yearly, features = [], [], [], []
    for model in context.definitions.neighbour_models.values():
        found = comparisons.neighbours(model.id)
        year = current_year(comparisons, model)
        lists.append(list_rows(found, model.id, year, "current"))
        if model.id in defaults:
            stability.append(stability_rows(model_stability(comparisons, model), model.id))
        try:
            tables, sets = comparisons.yearly(model.id)
        except DefinitionError:
            continue  # a model of one edition, or without a scale that years can share
        features.append(yearly_feature_rows(tables, model.id))
        if model.id in defaults:
            yearly += [list_rows(one, model.id, when, "yearly") for when, one in sets.items() if when < year]
    return {
        "neighbour": _stack(NEIGHBOUR_SCHEMA, [*lists, *yearly]),
        "neighbour_stability": _stack(STABILITY_SCHEMA, stability),
        "yearly_feature": _stack(YEARLY_FEATURE_SCHEMA, features),
        **comparisons.own.tables(),
    }


def _stack(schema: pl.Schema, parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat([pl.DataFrame(schema=schema), *parts])


def current_year(comparisons: Comparisons, model: NeighbourModel) -> int:
    """The year that a model's current lists describe: its edition, or that of its newest feature."""
    if model.edition is not None:
        return model.edition
    return newest_year(comparisons.table_of(model), model.id)


def newest_year(table: FeatureTable, model_id: str) -> int:
    """The year in which the newest feature's period ends; DefinitionError for a table without periods."""
    years = [period.end.year for period in table.periods if period is not None]
    if not years:
        raise DefinitionError(
            f"Model {model_id} has neither periods nor an edition.", instead="Write `edition:` with the year."
        )
    return max(years)


def list_rows(found: NeighbourSet, model_id: str, year: int, basis: str) -> pl.DataFrame:
    """A neighbour set as rows of NEIGHBOUR_SCHEMA."""
    area, rank = np.nonzero(found.neighbours != NONE)
    other = found.neighbours[area, rank]
    own = ~(found.prepared.imputed | found.prepared.inherited | np.isnan(found.prepared.scaled))
    codes = np.array(found.areas)
    return pl.DataFrame(
        {
            "model_id": [model_id] * len(area),
            "year": [year] * len(area),
            "area_code": codes[area],
            "rank": rank + 1,
            "neighbour_code": codes[other],
            "distance": pl.Series(found.distances[area, rank], nan_to_null=True),
            "shared_features": (own[area] & own[other]).sum(axis=1),
            "basis": [basis] * len(area),
        }
    ).cast(NEIGHBOUR_SCHEMA)


def model_stability(comparisons: Comparisons, model: NeighbourModel) -> Stability:
    """How sure a declared model's lists are, with the seed and number of draws that a release uses."""
    return assess_stability(comparisons.table_of(model), model, draws=DRAWS, seed=SEED)


def stability_rows(assessed: Stability, model_id: str) -> pl.DataFrame:
    """What stays and what might come in, as rows of STABILITY_SCHEMA."""
    found = assessed.found
    place = np.zeros(assessed.probability.shape, dtype=np.int64)
    rows = np.arange(len(found.areas))[:, np.newaxis]
    there = found.neighbours != NONE
    ranks = np.broadcast_to(np.arange(1, found.neighbours.shape[1] + 1), found.neighbours.shape)
    place[np.broadcast_to(rows, there.shape)[there], found.neighbours[there]] = ranks[there]
    area, other = np.nonzero((place > 0) | (assessed.probability >= SHOWN))
    rank = place[area, other]
    listed = rank > 0
    column = np.maximum(rank - 1, 0)
    codes = np.array(found.areas)

    def of_listed(values: np.ndarray) -> pl.Series:
        numbers = values[area, column]
        return pl.Series(numbers).set(pl.Series(~listed), None)

    probability = assessed.probability[area, other]
    return pl.DataFrame(
        {
            "model_id": [model_id] * len(area),
            "area_code": codes[area],
            "neighbour_code": codes[other],
            "rank": pl.Series(rank).set(pl.Series(~listed), None),
            "probability": probability,
            "label": [word_for(one) for one in probability.tolist()],
            "rank_5": of_listed(assessed.rank_lower),
            "rank_95": of_listed(assessed.rank_upper),
            "kept_without": of_listed(assessed.kept_without),
            "models_without": [assessed.models_without] * len(area),
            "draws": [assessed.draws] * len(area),
            "measured_weight": [assessed.measured_weight] * len(area),
        }
    ).cast(STABILITY_SCHEMA)


def yearly_feature_rows(tables: YearlyTables, model_id: str) -> pl.DataFrame:
    """Which period each feature of a yearly model is from, as rows of YEARLY_FEATURE_SCHEMA."""
    rows = [
        (model_id, year, name, period.start if period else None, period.end if period else None)
        for year in tables.years
        for name in (*tables.model_features, *tables.left_out)
        for period in (tables.periods[year].get(name),)
    ]
    return pl.DataFrame(rows, schema=YEARLY_FEATURE_SCHEMA, orient="row")
