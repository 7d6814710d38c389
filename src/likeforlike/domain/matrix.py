"""Dense area x period matrices with labels: what every statistic is computed on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from likeforlike.domain.period import Period

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class LabelledMatrix:
    """One indicator's values for one comparison group: rows are areas (sorted by code), columns periods (oldest first).

    `values`, `lower_95` and `upper_95` are areas x periods, NaN where missing. `counted` is False where the cell
    repeats an estimate that another area's cell already holds (a combined area), so that medians and ranks count it once.
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
            assert getattr(self, name).shape == shape, f"{name} is {getattr(self, name).shape}, labels say {shape}"

    def row(self, area_code: str) -> int:
        """The row of an area; KeyError when it is not in the matrix."""
        return self.row_of[area_code]

    @property
    def row_of(self) -> dict[str, int]:
        """Row number by area code."""
        return {code: index for index, code in enumerate(self.areas)}

    def column(self, period: Period) -> int:
        """The column of a period; ValueError when it is not in the matrix."""
        return self.periods.index(period)

    def take(self, areas: Sequence[str]) -> LabelledMatrix:
        """The same matrix for the given areas in the given order; an unknown area becomes a row of missing values."""
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
        """
        present = np.isfinite(self.values).sum(axis=0)
        enough = np.flatnonzero(present >= share * present.max())
        return int(enough[-1])
