"""One funded council against a mixture of unfunded ones that moved as it did before the award."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from likeforlike.analysis.change_design import (
    COVERAGE,
    Announced,
    Unusable,
    Window,
    robust_spread,
    window,
)
from likeforlike.analysis.synthetic_control import Synthetic, synthetic_control
from likeforlike.domain.area import Area, AreaRegister
from likeforlike.domain.indicator import Indicator
from likeforlike.domain.matrix import BoolArray, LabelledMatrix
from likeforlike.domain.period import Period
from likeforlike.pipeline.comparisons import Comparisons
from likeforlike.pipeline.fund_panels import awards, in_order_of, pool_of

#: Councils the mixture may draw on: the nearest ones, so that it is made of places somewhat like this one.
DONORS = 40
#: Fewer than this many periods before the award can be fitted by almost any mixture.
LEAST_BEFORE = 5


@dataclass(frozen=True)
class OneCouncil:
    """The comparison with its labels: donors' codes, and the periods of `found.path` oldest first."""

    found: Synthetic
    donors: tuple[str, ...]
    periods: tuple[Period, ...]
    outcome: tuple[float, ...]


@dataclass(frozen=True)
class Alone:
    """Which periods of an indicator can stand on either side of an award when a council is looked at alone."""

    matrix: LabelledMatrix
    breaks: tuple[date, ...]
    covered: BoolArray
    windows: dict[Announced, Window | Unusable]

    @classmethod
    def of(cls, matrix: LabelledMatrix, indicator: Indicator) -> Alone:
        """For one indicator's matrix; windows are found when first asked for and kept."""
        present = np.isfinite(matrix.values).sum(axis=0)
        breaks = tuple(date.fromisoformat(one.at) for one in indicator.breaks)
        return cls(matrix, breaks, present >= COVERAGE * present.max(initial=1), {})

    def columns(self, row: int, day: Announced) -> tuple[list[int], list[int]] | None:
        """Columns before and after the award in which the council has a value; None where they are too few."""
        if day not in self.windows:
            self.windows[day] = window(self.matrix.periods, self.covered, day, self.breaks)
        made = self.windows[day]
        if isinstance(made, Unusable):
            return None
        known = np.isfinite(self.matrix.values[row])
        before = [c for c in range(made.last_before + 1) if known[c] and self.covered[c]]
        after = [c for c in made.after if known[c]]
        return (before, after) if len(before) >= LEAST_BEFORE and after else None


def one_council(
    area: Area,
    fund_id: str,
    indicator: Indicator,
    *,
    by_area: pl.DataFrame,
    comparisons: Comparisons,
    register: AreaRegister,
) -> OneCouncil | str:
    """The synthetic control of one council, or in words why there is none."""
    matrix = comparisons.matrices.matrix(indicator.id, pool_of(indicator))
    if area.code not in matrix.row_of:
        return f"{area.name} has no figures of its own on {indicator.title}"
    given = awards(by_area, fund_id, matrix.areas, register)
    row = matrix.row(area.code)
    day = given.days[row]
    if day is None or given.unclear[row]:
        return f"{area.name} has no award of this fund with a known place"
    found = Alone.of(matrix, indicator).columns(row, day)
    if found is None:
        return "there are too few periods before or after the award"
    before, after = found
    columns = [*before, *after]
    unfunded = np.array([one is None for one in given.days]) & ~given.unclear
    usable = unfunded & np.isfinite(matrix.values[:, columns]).all(axis=1)
    near = comparisons.neighbours(comparisons.powers.model_for(pool_of(indicator)).id, without=indicator.id)
    apart = in_order_of(matrix.areas, near.areas, near.all_distances)[row]
    donors = [int(r) for r in np.argsort(apart, kind="stable") if usable[r] and np.isfinite(apart[r])][
        :DONORS
    ]
    if len(donors) < 2:
        return "there are too few councils without an award"
    fitted = np.array([column in before for column in columns])
    made = synthetic_control(
        matrix.values[row, columns],
        matrix.values[np.ix_(donors, columns)],
        fitted,
        spread=robust_spread(matrix.values[usable][:, before].mean(axis=1)),
    )
    return OneCouncil(
        found=made,
        donors=tuple(matrix.areas[donor] for donor in donors),
        periods=tuple(matrix.periods[column] for column in columns),
        outcome=tuple(float(value) for value in matrix.values[row, columns]),
    )
