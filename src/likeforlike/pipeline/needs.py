"""Measures of need as numbers for every area of a tier, on the day an award was made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from likeforlike.analysis.counterfactual import Rule, need_quantity
from likeforlike.domain.area import AreaKind, AreaRegister
from likeforlike.domain.errors import NotFoundError, RequestError
from likeforlike.domain.matrix import BoolArray, FloatArray, LabelledMatrix
from likeforlike.domain.money import NeedEdition, NeedFormula, NeedMeasure
from likeforlike.domain.neighbour_model import Pool
from likeforlike.domain.period import Period
from likeforlike.observations.matrices import MatrixStore

POPULATION = "population"
_ENOUGH = 0.9


@dataclass(frozen=True)
class Need:
    """One measure on one day: `value` by area as published, `order` the same with higher = more need, NaN
    = missing.

    `quantity` is population x value where the measure adds up, else None. `derived` marks areas whose value
    is not their own: a county's from its districts by population, or a district's from its county. `label`
    names the edition or period.
    """

    measure_id: str
    label: str
    value: FloatArray
    order: FloatArray
    quantity: FloatArray | None
    derived: BoolArray


class Needs:
    """Measures of need and people, for the areas of one tier in the order of the register."""

    def __init__(
        self, matrices: MatrixStore, register: AreaRegister, measures: Mapping[str, NeedMeasure], pool: Pool
    ) -> None:
        """Nothing is computed yet."""
        self._matrices, self._register, self._measures, self.pool = matrices, register, measures, pool
        self.areas = register.lower_tier if pool is Pool.LOWER_TIER else register.upper_tier
        self._people: dict[date, FloatArray] = {}

    def population(self, day: date) -> FloatArray:
        """People at the last mid-year before a day (the first there is, for any day before it), by area.

        Barnsley and Sheffield were recoded and every area has an estimate each year: a missing one is our
        mistake.
        """
        if day not in self._people:
            matrix = self._matrices.matrix(POPULATION, self.pool)
            people = matrix.values[:, _column_at(matrix, day)]
            assert np.isfinite(people).all(), "every area has a population estimate"
            self._people[day] = people
        return self._people[day]

    def need(self, measure_id: str, day: date) -> Need:
        """One measure as it stood on a day; NotFoundError lists the measures there are.

        "a:0.7,b:0.3" weighs measures: each is put in order of need, scaled to mean 0 and standard deviation
        1, and averaged.
        """
        if ":" in measure_id:
            return self._weighted(parse_weights(measure_id), measure_id, day)
        if measure_id not in self._measures:
            raise NotFoundError(
                f"There is no measure of need {measure_id!r}.",
                instead=f"Write one of {', '.join(self._measures)}, or weigh several: "
                "pay:0.5,income-deprivation:0.5.",
            )
        measure = self._measures[measure_id]
        edition = measure.edition(day)
        parts = [self._indicator(indicator, edition, day) for indicator in measure.indicator_ids]
        value = np.mean([values for values, _, _ in parts], axis=0)
        derived = np.any([marks for _, marks, _ in parts], axis=0)
        people = self.population(day)
        adds_up = measure.formula is NeedFormula.PEOPLE
        return Need(
            measure_id,
            edition.label if edition else parts[0][2].short_label,
            value,
            value * measure.sign,
            need_quantity(value, people, Rule.PROPORTIONAL) if adds_up else None,
            derived,
        )

    def available(self, day: date) -> dict[str, Need]:
        """Every declared measure of which the release has the values in force on a day."""
        found = {}
        for name in self._measures:
            try:
                found[name] = self.need(name, day)
            except RequestError:  # a release built from few sources lacks the indicator or the edition
                continue
        return found

    def _weighted(self, weights: Mapping[str, float], name: str, day: date) -> Need:
        parts = [(self.need(measure, day), weight) for measure, weight in weights.items()]
        scores = []
        for need, weight in parts:
            spread = np.nanstd(need.order)
            scores.append(weight * (need.order - np.nanmean(need.order)) / spread)
        order = np.sum(scores, axis=0) / sum(weights.values())
        derived = np.any([need.derived for need, _ in parts], axis=0)
        label = ", ".join(f"{need.measure_id} {need.label}" for need, _ in parts)
        return Need(name, label, order, order, None, derived)

    def _indicator(
        self, indicator_id: str, edition: NeedEdition | None, day: date
    ) -> tuple[FloatArray, BoolArray, Period]:
        """Values by area, which of them are derived, and their period."""
        matrix = self._matrices.matrix(indicator_id, self.pool)
        other = self._matrices.matrix(
            indicator_id, Pool.UPPER_TIER if self.pool is Pool.LOWER_TIER else Pool.LOWER_TIER
        )
        # An indicator of upper-tier services has no value for districts: the period is then the counties'
        # choice.
        source = matrix if matrix.periods and (edition or not other.periods) else other
        if not matrix.periods and not other.periods:
            raise RequestError(f"The release has no value of {indicator_id}.")
        if edition is None:
            fuller = _fuller(matrix, other)
            period = fuller.periods[_column_at(fuller, day)]
        else:
            ends = [period for period in source.periods if period.end == edition.period_end]
            if not ends:
                raise RequestError(
                    f"The release has no {indicator_id} for the edition {edition.label} (period ending "
                    f"{edition.period_end})."
                )
            period = ends[0]
        own, far = _values(matrix, period), _values(other, period)
        return *self._complete(own, dict(zip(other.areas, far.tolist(), strict=True)), day), period

    def _complete(
        self, own: FloatArray, other: Mapping[str, float], day: date
    ) -> tuple[FloatArray, BoolArray]:
        """Fill what an area lacks from the other tier: a county from all its districts, a district from
        its county.
        """
        values, derived = own.copy(), np.zeros(len(own), dtype=np.bool_)
        for row in np.flatnonzero(~np.isfinite(own)):
            area = self._register.areas[self.areas[row]]
            if area.kind is AreaKind.COUNTY:
                districts = self._register.districts_of(area.code)
                people = self._district_people(districts, day)
                values[row] = float(np.average([other[code] for code in districts], weights=people))
            elif area.county_code is not None:
                values[row] = other.get(area.county_code, np.nan)
            derived[row] = bool(np.isfinite(values[row]))
        return values, derived

    def _district_people(self, districts: Sequence[str], day: date) -> FloatArray:
        matrix = self._matrices.matrix(POPULATION, Pool.LOWER_TIER)
        rows = [matrix.row_of[code] for code in districts]
        return matrix.values[rows, _column_at(matrix, day)]


def parse_weights(text: str) -> dict[str, float]:
    """ "a:0.7,b:0.3" as a mapping; RequestError for anything else."""
    weights: dict[str, float] = {}
    for part in text.split(","):
        name, _, number = part.strip().partition(":")
        try:
            weight = float(number)
        except ValueError:
            weight = -1.0
        if not name or not 0 < weight < float("inf") or name in weights:
            raise RequestError(
                f"{part.strip()!r} is not a measure of need and its weight.",
                instead="Write each measure once with a number above 0: pay:0.5,income-deprivation:0.5.",
            )
        weights[name] = weight
    return weights


def _fuller(one: LabelledMatrix, other: LabelledMatrix) -> LabelledMatrix:
    """The matrix with values for more of its areas; the first where they tie."""
    return max((one, other), key=lambda m: np.isfinite(m.values).any(axis=1).mean() if m.periods else -1.0)


def _column_at(matrix: LabelledMatrix, day: date) -> int:
    """The newest well-filled column that had ended by a day; the oldest well-filled one for any day
    before it.
    """
    present = np.isfinite(matrix.values).sum(axis=0)
    filled = np.flatnonzero(present >= _ENOUGH * present.max())
    ended = [column for column in filled if matrix.periods[column].end <= day]
    return int(ended[-1] if ended else filled[0])


def _values(matrix: LabelledMatrix, period: Period) -> FloatArray:
    if period not in matrix.periods:
        return np.full(len(matrix.areas), np.nan)
    return matrix.values[:, matrix.column(period)]
