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
from likeforlike.domain.area import Area, AreaRegister
from likeforlike.domain.indicator import Indicator
from likeforlike.domain.matrix import IntArray
from likeforlike.domain.neighbour_model import NeighbourModel, Pool
from likeforlike.observations.features import feature_table
from likeforlike.observations.matrices import MatrixStore
from likeforlike.pipeline.same_powers import SamePowers


class Comparisons:
    """Comparisons between the councils of one release."""

    def __init__(
        self,
        matrices: MatrixStore,
        register: AreaRegister,
        indicators: Mapping[str, Indicator],
        models: Mapping[str, NeighbourModel],
    ) -> None:
        """Take what is compared; nothing is computed yet."""
        self.matrices, self.register, self.indicators = matrices, register, indicators
        self.powers = SamePowers(register, models)
        self._sets: dict[tuple[NeighbourModel, date | None], NeighbourSet] = {}
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
            table = feature_table(model, self.matrices, self.register, as_of=as_of)
            self._sets[model, as_of] = find(table, model, nested=self._nested)
        return self._sets[model, as_of]

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
