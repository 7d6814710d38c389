"""Neighbour sets and benchmarks of a release, found when first asked for and kept.

The build and every renderer compare councils here, so that a stored figure and one that a visitor's choice
asks for are the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property

import numpy as np

from likeforlike.analysis.benchmark import Benchmark, benchmark
from likeforlike.analysis.neighbours import NeighbourSet, find
from likeforlike.analysis.similarity_history import check_one_scale, find_yearly
from likeforlike.domain.area import Area, AreaRegister
from likeforlike.domain.indicator import Indicator
from likeforlike.domain.matrix import FeatureTable, IntArray
from likeforlike.domain.neighbour_model import NeighbourModel, Pool
from likeforlike.observations.features import feature_table
from likeforlike.observations.matrices import MatrixStore
from likeforlike.observations.yearly import YearlyTables, check_yearly, yearly_tables
from likeforlike.pipeline.own_tables import OwnTables
from likeforlike.pipeline.same_powers import SamePowers


class Comparisons:
    """Comparisons between the councils of one release."""

    def __init__(
        self,
        matrices: MatrixStore,
        register: AreaRegister,
        indicators: Mapping[str, Indicator],
        models: Mapping[str, NeighbourModel],
        own: OwnTables | None = None,
    ) -> None:
        """Take what is compared, `own` being what models bring with them; nothing is computed yet."""
        self.matrices, self.register, self.indicators = matrices, register, indicators
        self.own = own or OwnTables()
        self.powers = SamePowers(register, models)
        self._declared = frozenset(models.values())
        self._tables: dict[NeighbourModel, FeatureTable] = {}
        self._sets: dict[tuple[NeighbourModel, date | None], NeighbourSet] = {}
        self._yearly: dict[NeighbourModel, tuple[YearlyTables, dict[int, NeighbourSet]]] = {}
        self._benchmarks: dict[tuple[str, Pool, str], Benchmark] = {}

    def subject(self, indicator: Indicator, area: Area) -> Area:
        """Whose value an area is shown; see `SamePowers.subject`."""
        return self.powers.subject(indicator, area)

    def neighbours(
        self, model_id: str, without: str | None = None, as_of: date | None = None
    ) -> NeighbourSet:
        """Every area's neighbours under a model, without the feature that an indicator supplies if it is one.

        `as_of` takes each feature's newest period that ends on or before that day.
        """
        model = self.powers.model(model_id)
        if without is not None:
            model = model.without(without)
        return self.neighbours_of(model, as_of)

    def neighbours_of(self, model: NeighbourModel, as_of: date | None = None) -> NeighbourSet:
        """Every area's neighbours under a model that need not be one of the release's."""
        if (model, as_of) not in self._sets:
            self._sets[model, as_of] = self.find_anew(model, as_of)
        return self._sets[model, as_of]

    def table_of(self, model: NeighbourModel, as_of: date | None = None) -> FeatureTable:
        """The features a model compares: its own table's, or this release's indicators."""
        if model.pool is Pool.OWN_TABLE:
            return self.own.feature_table(model)
        if as_of is not None or model not in self._declared:
            return feature_table(model, self.matrices, self.register, as_of=as_of)
        if model not in self._tables:
            self._tables[model] = feature_table(model, self.matrices, self.register)
        return self._tables[model]

    def yearly(self, model_id: str) -> tuple[YearlyTables, dict[int, NeighbourSet]]:
        """A model's features and neighbours for every year, on one scale.

        Raises DefinitionError for a model that has no history.
        """
        return self.yearly_of(self.powers.model(model_id))

    def yearly_of(self, model: NeighbourModel) -> tuple[YearlyTables, dict[int, NeighbourSet]]:
        """As `yearly`, for a model that need not be one of the release's; a reader's own is not kept."""
        if model in self._yearly:
            return self._yearly[model]
        check_yearly(model)
        check_one_scale(model)
        tables = yearly_tables(model, self.matrices, self.register)
        found = tables, find_yearly(tables.tables, tables.model)
        if self.powers.models.get(model.id) == model:
            self._yearly[model] = found
        return found

    def find_anew(self, model: NeighbourModel, as_of: date | None = None) -> NeighbourSet:
        """As `neighbours_of`, without keeping the answer: what readers ask for knows no end."""
        if not model.computed_here:
            return self.own.published(model)
        return find(self.table_of(model, as_of), model, nested=self._nested)

    def benchmark(self, indicator_id: str, pool: Pool, model_id: str | None = None) -> Benchmark:
        """One indicator's comparisons for a pool, all periods.

        An indicator that is itself a feature of the model is compared with neighbours found without it:
        neighbours chosen to be alike on it would hide the difference.
        """
        model = self.powers.model_for(pool, model_id)
        key = (indicator_id, pool, model.id)
        if key not in self._benchmarks:
            matrix = self.matrices.matrix(indicator_id, pool)
            found = self.neighbours(model.id, without=indicator_id)
            rows = _rows_into(matrix.areas, found)
            self._benchmarks[key] = benchmark(matrix, rows, self.indicators[indicator_id])
        return self._benchmarks[key]

    @cached_property
    def _nested(self) -> dict[str, frozenset[str]]:
        """Areas that contain or lie within each council: never neighbours of it."""
        councils = {*self.register.lower_tier, *self.register.upper_tier}
        return {code: self.register.nested(code) for code in sorted(councils)}


def _rows_into(areas: tuple[str, ...], found: NeighbourSet) -> IntArray:
    """Neighbours as row numbers of `areas`; -1 for none, or for one that is not among them."""
    if found.areas == areas:
        return found.neighbours
    row_of = {code: row for row, code in enumerate(areas)}
    place = np.array([*(row_of.get(code, -1) for code in found.areas), -1], dtype=np.int64)
    rows = np.full((len(areas), found.neighbours.shape[1]), -1, dtype=np.int64)
    own = place[:-1]
    rows[own[own >= 0]] = place[found.neighbours][own >= 0]
    return rows
