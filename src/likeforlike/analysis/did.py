"""Difference-in-differences when places are funded at different times.

Each cohort of places (funded at the same time) is compared with places not funded, period by period, and
only then are the comparisons averaged: Callaway and Sant'Anna (2021), "Difference-in-Differences with
multiple time periods", without covariates. One regression with place and period effects is not used,
because it compares late-funded places with early-funded ones. Standard errors come from each place's
influence on the estimate, so they allow for any dependence between a place's own periods.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy import stats

from likeforlike.domain.matrix import BoolArray, FloatArray, IntArray

#: `first` of a place that is never funded.
NEVER = -1


class Base(StrEnum):
    """Which period a cell is compared with before funding: the one before it, or the last one before
    funding."""

    VARYING = "varying"
    UNIVERSAL = "universal"


class Controls(StrEnum):
    """Who stands for "not funded"."""

    NEVER = "never"
    NOT_YET = "not_yet"


@dataclass(frozen=True)
class Estimate:
    """One average of differences: `label` is a cohort, an event time or a period; `places` counts the
    funded."""

    label: int
    value: float
    standard_error: float
    places: int

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval, from the normal distribution."""
        half = float(stats.norm.ppf(0.975)) * self.standard_error
        return self.value - half, self.value + half

    @property
    def p_value(self) -> float:
        """Two-sided p-value of no difference; NaN without a standard error."""
        return (
            float(2 * stats.norm.sf(abs(self.value / self.standard_error)))
            if self.standard_error > 0
            else np.nan
        )


@dataclass(frozen=True)
class GroupTime:
    """Differences by cohort and period: cells are rows of `cohort`, `column` and `att`.

    `influence` is places x cells; a cell's variance is the mean square of its column divided by the number
    of places. `first` is every place's first funded column (NEVER = never), `gap` the columns skipped
    before it.
    """

    cohort: IntArray
    column: IntArray
    att: FloatArray
    influence: FloatArray
    first: IntArray
    gap: int

    @property
    def event_time(self) -> IntArray:
        """Periods since funding; 0 is the first funded period."""
        return self.column - self.cohort

    @property
    def standard_errors(self) -> FloatArray:
        """One per cell."""
        errors: FloatArray = np.sqrt((self.influence**2).sum(axis=0)) / len(self.first)
        return errors


def two_by_two(
    funded_before: FloatArray, funded_after: FloatArray, others_before: FloatArray, others_after: FloatArray
) -> Estimate:
    """The plain difference of two changes, with the unequal-variance standard error over places.

    Places without both values are left out.
    """
    funded, others = _finite(funded_after - funded_before), _finite(others_after - others_before)
    error = float(np.sqrt(funded.var(ddof=1) / len(funded) + others.var(ddof=1) / len(others)))
    return Estimate(0, float(funded.mean() - others.mean()), error, len(funded))


def _finite(values: FloatArray) -> FloatArray:
    return values[np.isfinite(values)]


def att_gt(
    outcome: FloatArray,
    first: IntArray,
    *,
    controls: Controls = Controls.NEVER,
    base: Base = Base.VARYING,
    gap: int = 0,
) -> GroupTime:
    """Every cohort's difference in every period.

    `outcome` is places x periods (NaN missing), `first` the first funded column of each place. `gap`
    columns before it count neither as before nor as after (money announced, year only partly funded). A
    place is left out of a cell in which it lacks one of the two values; a cell without two funded and two
    unfunded places is left out.
    """
    cells: list[tuple[int, int, float]] = []
    influences: list[FloatArray] = []
    for cohort in np.unique(first[first != NEVER]):
        for column in range(outcome.shape[1]):
            start = _base_column(int(cohort), column, base, gap)
            if start < 0 or (start == column and base is Base.VARYING):
                continue
            made = _cell(
                outcome, first, cohort=int(cohort), column=column, start=start, controls=controls, gap=gap
            )
            if made is not None:
                cells.append((int(cohort), column, made[0]))
                influences.append(made[1])
    shape = (len(first), 0)
    return GroupTime(
        cohort=np.array([cell[0] for cell in cells], dtype=np.int64),
        column=np.array([cell[1] for cell in cells], dtype=np.int64),
        att=np.array([cell[2] for cell in cells], dtype=np.float64),
        influence=np.stack(influences, axis=1) if influences else np.empty(shape),
        first=first,
        gap=gap,
    )


def _base_column(cohort: int, column: int, base: Base, gap: int) -> int:
    last_before = cohort - 1 - gap
    return column - 1 if base is Base.VARYING and column <= last_before else last_before


def _cell(
    outcome: FloatArray,
    first: IntArray,
    *,
    cohort: int,
    column: int,
    start: int,
    controls: Controls,
    gap: int,
) -> tuple[float, FloatArray] | None:
    """One cell's difference and the influence of every place on it."""
    change = outcome[:, column] - outcome[:, start]
    seen = np.isfinite(change)
    funded = seen & (first == cohort)
    unfunded = first == NEVER
    if controls is Controls.NOT_YET:
        unfunded |= first - gap > max(column, start)
    unfunded &= seen & (first != cohort)
    if funded.sum() < 2 or unfunded.sum() < 2:
        return None
    here, there = change[funded].mean(), change[unfunded].mean()
    influence = np.zeros(len(first))
    influence[funded] = len(first) / funded.sum() * (change[funded] - here)
    influence[unfunded] = -len(first) / unfunded.sum() * (change[unfunded] - there)
    return float(here - there), influence


def simple(cells: GroupTime) -> Estimate | None:
    """The mean over all cells after funding, weighted by the size of the cohort."""
    return _weighted(cells, cells.column >= cells.cohort, 0)


def dynamic(cells: GroupTime) -> tuple[Estimate, ...]:
    """The event study: one mean per event time (negative = before funding), over the cohorts that have it."""
    made = (_weighted(cells, cells.event_time == event, int(event)) for event in np.unique(cells.event_time))
    return tuple(one for one in made if one is not None)


def by_cohort(cells: GroupTime) -> tuple[Estimate, ...]:
    """One mean per cohort over its funded periods."""
    made = (_plain(cells, int(cohort)) for cohort in np.unique(cells.cohort))
    return tuple(one for one in made if one is not None)


def by_period(cells: GroupTime) -> tuple[Estimate, ...]:
    """One mean per calendar period over the cohorts funded by then."""
    after = cells.column >= cells.cohort
    made = (_weighted(cells, after & (cells.column == c), int(c)) for c in np.unique(cells.column[after]))
    return tuple(one for one in made if one is not None)


def _plain(cells: GroupTime, cohort: int) -> Estimate | None:
    chosen = (cells.cohort == cohort) & (cells.column >= cohort)
    if not chosen.any():
        return None
    error = _error(cells.influence[:, chosen].mean(axis=1))
    return Estimate(cohort, float(cells.att[chosen].mean()), error, int((cells.first == cohort).sum()))


def _weighted(cells: GroupTime, chosen: BoolArray, label: int) -> Estimate | None:
    """Cells weighted by cohort size; the error allows for the sizes being those of a sample."""
    if not chosen.any():
        return None
    cohorts, att = cells.cohort[chosen], cells.att[chosen]
    member = (cells.first[:, None] == cohorts[None, :]).astype(np.float64)
    size = member.mean(axis=0)
    weight = size / size.sum()
    deviation = member - size
    of_weights = deviation / size.sum() - deviation.sum(axis=1)[:, None] * size / size.sum() ** 2
    influence = cells.influence[:, chosen] @ weight + of_weights @ att
    places = sum(int((cells.first == one).sum()) for one in np.unique(cohorts))
    return Estimate(label, float(att @ weight), _error(influence), places)


def _error(influence: FloatArray) -> float:
    return float(np.sqrt((influence**2).sum()) / len(influence))


def pre_trend_p(cells: GroupTime) -> float:
    """Joint test that no cell before funding differs from nought (Wald, chi-square); NaN when there is none.

    Passing it says little when the test has little power, so the number of cells is shown beside it.
    """
    before = cells.column < cells.cohort - cells.gap
    before &= cells.standard_errors > 0
    if not before.any():
        return float("nan")
    influence = cells.influence[:, before]
    covariance = influence.T @ influence / len(cells.first) ** 2
    rank = int(np.linalg.matrix_rank(covariance))
    statistic = float(cells.att[before] @ np.linalg.pinv(covariance) @ cells.att[before])
    return float(stats.chi2.sf(statistic, rank))
