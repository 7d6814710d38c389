"""Dense area x period matrices with labels: what every statistic is computed on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from likeforlike.domain.period import Period

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

#: A period that this share of areas have reached is the latest where nine in ten last did so many days
#: before it.
MOST, STALE_DAYS = 0.75, 3 * 365 + 1


@dataclass(frozen=True)
class LabelledMatrix:
    """One indicator for one comparison group: areas (sorted by code) x periods (oldest first).

    `values`, `lower_95` and `upper_95` are areas x periods, NaN where missing. `counted` is False where the
    cell repeats an estimate that another area's cell already holds (a combined area), so that medians and
    ranks count it once.
    """

    areas: tuple[str, ...]
    periods: tuple[Period, ...]
    values: FloatArray
    lower_95: FloatArray
    upper_95: FloatArray
    counted: BoolArray

    def __post_init__(self) -> None:
        """Check that labels and arrays agree."""
        shape = (len(self.areas), len(self.periods))
        for name in ("values", "lower_95", "upper_95", "counted"):
            assert getattr(self, name).shape == shape, (
                f"{name} is {getattr(self, name).shape}, labels say {shape}"
            )

    def row(self, area_code: str) -> int:
        """The row of an area; KeyError when it is not in the matrix."""
        return self.row_of[area_code]

    @cached_property
    def row_of(self) -> dict[str, int]:
        """Row number by area code."""
        return {code: index for index, code in enumerate(self.areas)}

    def column(self, period: Period) -> int:
        """The column of a period; ValueError when it is not in the matrix."""
        return self.periods.index(period)

    def take(self, areas: Sequence[str]) -> LabelledMatrix:
        """The same matrix for the given areas, in their order; an unknown one has no values."""
        rows = self.row_of
        index = np.array([rows.get(code, -1) for code in areas], dtype=np.int64)
        known = index >= 0

        def pick(array: FloatArray) -> FloatArray:
            out = np.full((len(index), len(self.periods)), np.nan)
            out[known] = array[index[known]]
            return out

        counted = np.zeros((len(index), len(self.periods)), dtype=np.bool_)
        counted[known] = self.counted[index[known]]
        return LabelledMatrix(
            tuple(areas), self.periods, pick(self.values), pick(self.lower_95), pick(self.upper_95), counted
        )

    def latest_column(self, share: float = 0.9) -> int:
        """The newest period that has values for at least `share` of the most areas any period has.

        A newest period that only some areas have reached would compare each council with a partial universe.
        Where fewer and fewer areas take part, though, that period would stay the newest for ever: one that
        three in four areas have reached is taken when it ends more than three years later.
        """
        if share not in self._latest:
            self._latest[share] = self._find_latest(share)
        return self._latest[share]

    def _find_latest(self, share: float) -> int:
        present = self._present
        column = int(np.flatnonzero(present >= share * present.max())[-1])
        after = np.flatnonzero(present[column + 1 :] >= MOST * present.max()) + column + 1
        stale = [c for c in after if (self.periods[c].end - self.periods[column].end).days > STALE_DAYS]
        return int(stale[-1]) if stale else column

    @cached_property
    def _latest(self) -> dict[float, int]:
        """Latest columns found so far, by the share asked for: a page asks for hundreds, again and again."""
        return {}

    @cached_property
    def _present(self) -> IntArray:
        """How many areas have a value in each period."""
        present: IntArray = np.isfinite(self.values).sum(axis=0)
        return present

    @cached_property
    def deviations(self) -> FloatArray:
        """The standard deviation of all areas' values in each period, NaN where none has one."""
        enough = self._present > 0
        out = np.full(len(self.periods), np.nan)
        out[enough] = np.nanstd(self.values[:, enough], axis=0)
        return out


@dataclass(frozen=True)
class FeatureTable:
    """What a neighbour model compares: rows are areas, columns features.

    `values` is areas x features in the features' own units, NaN where missing. `inherited` is True where a
    district holds its county's value. `lower_95` and `upper_95` are the published limits, NaN where none is
    published. `periods` says which period each column describes (None where a column has no single one).
    Areas must not repeat.
    """

    areas: tuple[str, ...]
    features: tuple[str, ...]
    values: FloatArray
    inherited: BoolArray
    lower_95: FloatArray
    upper_95: FloatArray
    periods: tuple[Period | None, ...]

    def __post_init__(self) -> None:
        """Check that labels and arrays agree."""
        shape = (len(self.areas), len(self.features))
        for name in ("values", "inherited", "lower_95", "upper_95"):
            assert getattr(self, name).shape == shape, (
                f"{name} is {getattr(self, name).shape}, labels say {shape}"
            )
        assert len(self.periods) == len(self.features), "one period, or None, per feature"

    @classmethod
    def of(
        cls,
        areas: Sequence[str],
        features: Sequence[str],
        values: FloatArray,
        *,
        inherited: BoolArray | None = None,
        lower_95: FloatArray | None = None,
        upper_95: FloatArray | None = None,
        periods: Sequence[Period | None] | None = None,
    ) -> FeatureTable:
        """A table from its values; what is not given is: nothing inherited, no limits, no period."""
        none = np.full(values.shape, np.nan)
        return cls(
            tuple(areas),
            tuple(features),
            values,
            np.zeros(values.shape, dtype=np.bool_) if inherited is None else inherited,
            none if lower_95 is None else lower_95,
            none if upper_95 is None else upper_95,
            (None,) * len(features) if periods is None else tuple(periods),
        )

    def take(self, rows: IntArray) -> FeatureTable:
        """The same columns for the given rows, in that order."""
        return replace(
            self,
            areas=tuple(self.areas[row] for row in rows),
            values=self.values[rows],
            inherited=self.inherited[rows],
            lower_95=self.lower_95[rows],
            upper_95=self.upper_95[rows],
        )

    def select(self, features: Sequence[str]) -> FeatureTable:
        """The same rows for the given features, in that order; KeyError names one that is not there."""
        column = {name: index for index, name in enumerate(self.features)}
        columns = np.array([column[name] for name in features], dtype=np.int64)
        return replace(
            self,
            features=tuple(features),
            values=self.values[:, columns],
            inherited=self.inherited[:, columns],
            lower_95=self.lower_95[:, columns],
            upper_95=self.upper_95[:, columns],
            periods=tuple(self.periods[index] for index in columns),
        )
