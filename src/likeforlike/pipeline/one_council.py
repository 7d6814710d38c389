"""One funded council against a mixture of unfunded ones that moved as it did before the award."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from likeforlike.analysis.change_design import COVERAGE, Unusable, robust_spread, window
from likeforlike.analysis.synthetic_control import Synthetic, synthetic_control
from likeforlike.domain.area import Area, AreaRegister
from likeforlike.domain.indicator import Indicator
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
    present = np.isfinite(matrix.values).sum(axis=0)
    breaks = [date.fromisoformat(one.at) for one in indicator.breaks]
    made = window(matrix.periods, present >= COVERAGE * present.max(), day, breaks)
    if isinstance(made, Unusable):
        return "there are too few periods before or after the award"
    known = np.isfinite(matrix.values[row])
    before = [c for c in range(made.last_before + 1) if known[c] and present[c] >= COVERAGE * present.max()]
    after = [c for c in made.after if known[c]]
    if len(before) < LEAST_BEFORE or not after:
        return "there are too few periods before or after the award"
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
    found = synthetic_control(
        matrix.values[row, columns],
        matrix.values[np.ix_(donors, columns)],
        fitted,
        spread=robust_spread(matrix.values[usable][:, before].mean(axis=1)),
    )
    return OneCouncil(
        found=found,
        donors=tuple(matrix.areas[donor] for donor in donors),
        periods=tuple(matrix.periods[column] for column in columns),
        outcome=tuple(float(value) for value in matrix.values[row, columns]),
    )
