"""The features of yearly neighbour models: the same ones in every year, from the period that ends in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from likeforlike.domain.area import AreaRegister
from likeforlike.domain.errors import DefinitionError
from likeforlike.domain.matrix import FeatureTable, LabelledMatrix
from likeforlike.domain.neighbour_model import NeighbourModel, Pool
from likeforlike.domain.period import Period
from likeforlike.observations.features import feature_table
from likeforlike.observations.matrices import MatrixStore

FIRST_YEAR = 2011

#: A period that ended this many years earlier still stands for a year (a publisher's delay), an older one
#: does not.
LAG = 1

#: A period counts when it has values for this share of the pool.
COVERED = 0.9

#: A model has a history when the features that every year has carry this share of its weight.
ENOUGH_WEIGHT = 0.4


@dataclass(frozen=True)
class YearlyTables:
    """The feature tables of every year, and what is in them.

    `model` has the features that every year has; `left_out` are the declared model's others. `periods` holds
    year -> feature -> the period it is from.
    """

    model: NeighbourModel
    tables: dict[int, FeatureTable]
    left_out: tuple[str, ...]
    periods: dict[int, dict[str, Period]]

    @property
    def model_features(self) -> tuple[str, ...]:
        """Ids of the features that every year has."""
        return tuple(feature.id for feature in self.model.features)

    @property
    def years(self) -> tuple[int, ...]:
        """The years, oldest first."""
        return tuple(self.tables)


def yearly_tables(model: NeighbourModel, matrices: MatrixStore, register: AreaRegister) -> YearlyTables:
    """The model's features for every year from 2011 to the last that has enough of them.

    A feature belongs when every year has a period with values for nine tenths of the pool that ended in that
    year or the one before. The last year is the latest for which the features that reach it carry at least
    two fifths of the model's weight, none of the features of 2011 being lost. Raises DefinitionError when no
    year qualifies.
    """
    ends = {feature.id: _years(matrices.matrix(feature.indicator, model.pool)) for feature in model.features}
    long = {name for name, years in ends.items() if FIRST_YEAR in years or FIRST_YEAR - LAG in years}
    last = _last_year([ends[name] for name in long])
    kept = tuple(feature for feature in model.features if feature.id in long)
    fewer = model.model_copy(update={"features": kept})
    if last < FIRST_YEAR or _weight_of(fewer, model) < ENOUGH_WEIGHT:
        raise DefinitionError(
            f"Model {model.id} has no history: too few of its features go back to {FIRST_YEAR}.",
            instead="Choose another model; `overall` has one.",
        )
    years = range(FIRST_YEAR, last + 1)
    tables = {year: feature_table(fewer, matrices, register, as_of=date(year, 12, 31)) for year in years}
    return YearlyTables(
        fewer,
        tables,
        tuple(feature.id for feature in model.features if feature.id not in long),
        {year: _periods(table) for year, table in tables.items()},
    )


def check_yearly(model: NeighbourModel) -> None:
    """Refuse a model that is not made of this release's indicators: its table or list is of one year."""
    if model.pool is Pool.OWN_TABLE or not model.computed_here:
        raise DefinitionError(
            f"Model {model.id} has no history: it is of one edition.",
            instead="Choose a model made of this release's indicators, such as `overall`.",
        )


def _years(matrix: LabelledMatrix) -> set[int]:
    """The years in which a period ends that covers the pool."""
    present = np.isfinite(matrix.values).mean(axis=0) >= COVERED
    return {period.end.year for period, enough in zip(matrix.periods, present, strict=True) if enough}


def _last_year(years_of: list[set[int]]) -> int:
    """The last year up to which every feature has a period in it or at most LAG years before."""
    year = FIRST_YEAR - 1
    while years_of and all(any(year + 1 - lag in years for lag in range(LAG + 1)) for years in years_of):
        year += 1
    return year


def _weight_of(fewer: NeighbourModel, model: NeighbourModel) -> float:
    """The share of the model's weight that the fewer features carry."""
    shares = model.weight_shares
    return sum(shares[feature.id] for feature in fewer.features)


def _periods(table: FeatureTable) -> dict[str, Period]:
    return {
        name: period for name, period in zip(table.features, table.periods, strict=True) if period is not None
    }
