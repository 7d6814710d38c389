"""What a target asks of each area: which areas it is read for, their evidence, and the level to reach.

Nothing is made local in silence: `applied_locally` marks every area for which the policy itself set no
target.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from likeforlike.analysis.disparity import Distribution
from likeforlike.analysis.gap_change import (
    DIFFERENCE,
    PROPORTION,
    GapChange,
    gap_change,
    measure_changes,
    suitable_measures,
)
from likeforlike.analysis.grid import DAYS_PER_YEAR, segment_start
from likeforlike.analysis.inequality import quantiles
from likeforlike.analysis.intervals import standard_error
from likeforlike.analysis.targets import Evidence
from likeforlike.domain.area import ENGLAND, AreaKind, AreaRegister
from likeforlike.domain.errors import DefinitionError
from likeforlike.domain.indicator import Certainty, Indicator
from likeforlike.domain.matrix import BoolArray, FloatArray, LabelledMatrix
from likeforlike.domain.mission import GapMeasure, Group, Reach, SetFor, Target, TargetKind
from likeforlike.domain.period import Period
from likeforlike.pipeline.comparisons import Comparisons
from likeforlike.pipeline.fund_panels import pool_of

#: A period stands for all councils when this share of the most that any period has have a value.
COVERAGE = 0.9
WORST_SHARE = 0.2
SEED = 11


@dataclass(frozen=True)
class Asked:
    """A target as it is read for some areas: one entry per area, NaN where missing.

    `reason` says why nothing can be told, empty where something can. `series` is areas x periods from the
    first comparable period to the latest one, for projections. `relative` as in `target_progress`. `gap` is
    what all measures of a gap together say, for a gap between percentiles.
    """

    areas: tuple[str, ...]
    applied_locally: bool
    indicator: Indicator
    sign: int
    periods: tuple[Period, ...]
    series: FloatArray
    baseline_column: int
    evidence: Evidence
    aim: FloatArray
    relative: bool
    reason: str
    gap: GapChange | None = None

    @property
    def baseline(self) -> Period:
        """The baseline period."""
        return self.periods[self.baseline_column]

    @property
    def latest(self) -> Period:
        """The newest period."""
        return self.periods[-1]


def years(day: date) -> float:
    """A day as a number of years."""
    return day.toordinal() / DAYS_PER_YEAR


def asked(
    target: Target, indicator: Indicator, comparisons: Comparisons, register: AreaRegister
) -> Iterator[Asked]:
    """The target as read for the nation, its regions and its councils, each as far as it makes sense.

    A gap is one reading for England. A national level is read for England itself, and applied to regions and
    councils.
    """
    matrix = comparisons.matrices.matrix(indicator.id, pool_of(indicator))
    if not matrix.periods or target.baseline is None:
        return
    if target.kind is TargetKind.GAP:
        source = (
            matrix
            if target.group is Group.COUNCILS
            else wider(comparisons, indicator, matrix, regions(register))
        )
        made = _gap(target, indicator, source)
        if made is not None:
            yield made
        return
    columns = _columns(target, indicator, matrix)
    if columns is None:
        return
    nation = [] if target.group is Group.WORST_FIFTH else [(ENGLAND,), regions(register)]
    for codes in nation:
        other = wider(comparisons, indicator, matrix, codes)
        if target.reach is None and np.isfinite(other.values).any():
            local = target.national and codes != (ENGLAND,)
            yield _levels(target, indicator, other, columns, local=local)
    yield _councils(target, indicator, matrix, columns, comparisons)


def regions(register: AreaRegister) -> tuple[str, ...]:
    """Codes of the regions in force."""
    return tuple(c for c, area in register.current.areas.items() if area.kind is AreaKind.REGION)


def wider(
    comparisons: Comparisons, indicator: Indicator, like: LabelledMatrix, codes: tuple[str, ...]
) -> LabelledMatrix:
    """Published values of areas outside the pools for the same periods as `like`."""
    column_of = {period: column for column, period in enumerate(like.periods)}
    arrays = np.full((3, len(codes), len(like.periods)), np.nan)
    for row, code in enumerate(codes):
        found = comparisons.matrices.aggregate(indicator.id, code)
        wanted = found.select("period_end", "period_start", "value", "lower_95", "upper_95")
        for end, start, *numbers in wanted.iter_rows():
            column = column_of.get(Period(end=end, start=start))
            if column is not None:
                arrays[:, row, column] = [np.nan if number is None else number for number in numbers]
    counted = np.ones(arrays.shape[1:], dtype=np.bool_)
    return LabelledMatrix(codes, like.periods, arrays[0], arrays[1], arrays[2], counted)


@dataclass(frozen=True)
class _Columns:
    """First comparable, baseline and latest column, and why nothing can be told (empty when it can)."""

    first: int
    baseline: int
    latest: int
    reason: str


def _columns(target: Target, indicator: Indicator, matrix: LabelledMatrix) -> _Columns | None:
    """None when no period ended by the baseline's day."""
    assert target.baseline is not None, "only targets with an indicator come here, and those have a baseline"
    present = np.isfinite(matrix.values).sum(axis=0)
    covered = present >= COVERAGE * present.max()
    before = [c for c, p in enumerate(matrix.periods) if covered[c] and p.end <= target.baseline.period_end]
    if not before:
        return None
    latest = matrix.latest_column(COVERAGE)
    first = segment_start(matrix.periods, indicator.breaks, latest)
    reason = ""
    if latest <= before[-1]:
        reason = "no figure since the baseline"
    elif before[-1] < first:
        reason = "the figures before and after a break do not compare"
    return _Columns(min(first, before[-1]), before[-1], max(latest, before[-1]), reason)


def _levels(
    target: Target,
    indicator: Indicator,
    matrix: LabelledMatrix,
    columns: _Columns,
    *,
    local: bool,
    wanted: FloatArray | None = None,
) -> Asked:
    """The reading for the areas of a matrix; `wanted` overrides the level to reach."""
    errors = standard_error(matrix.lower_95, matrix.upper_95)
    base, now = matrix.values[:, columns.baseline], matrix.values[:, columns.latest]
    aim = _aim(target, base) if wanted is None else wanted
    periods = matrix.periods[columns.first : columns.latest + 1]
    return Asked(
        areas=matrix.areas,
        applied_locally=local,
        indicator=indicator,
        sign=direction_of(target, indicator, base, aim),
        periods=periods,
        series=matrix.values[:, columns.first : columns.latest + 1],
        baseline_column=columns.baseline - columns.first,
        evidence=Evidence(
            baseline=base,
            latest=now,
            baseline_error=errors[:, columns.baseline],
            latest_error=errors[:, columns.latest],
            baseline_time=years(matrix.periods[columns.baseline].end),
            latest_time=years(matrix.periods[columns.latest].end),
            exact=indicator.certainty is Certainty.FULL_COUNT,
        ),
        aim=aim,
        relative=target.change is not None or target.change_pct is not None,
        reason=columns.reason,
    )


def _aim(target: Target, base: FloatArray) -> FloatArray:
    """The level a target asks for; NaN for a direction."""
    if target.value is not None:
        return np.full(base.shape, target.value)
    if target.change is not None:
        return base + target.change
    if target.change_pct is not None:
        return base * (1 + target.change_pct / 100)
    return np.full(base.shape, np.nan)


def direction_of(target: Target, indicator: Indicator, base: FloatArray, aim: FloatArray) -> int:
    """+1 when more is wanted, -1 when less: as the target says, else by polarity, else towards the level."""
    if target.direction is not None:
        return 1 if target.direction == "up" else -1
    if indicator.sign:
        return indicator.sign
    known = np.isfinite(base) & np.isfinite(aim)
    return 1 if np.median(aim[known] - base[known], axis=0) >= 0 else -1


def _councils(
    target: Target,
    indicator: Indicator,
    matrix: LabelledMatrix,
    columns: _Columns,
    comparisons: Comparisons,
) -> Asked:
    """The reading for councils: all of them, the worst fifth, or those on the worse side of a benchmark."""
    if target.reach is not None and not indicator.sign:
        raise DefinitionError(
            f"The target {target.id} asks {indicator.id}, of which neither more nor less is better, to reach what "
            "other councils had: no council is on the worse side.",
            instead="Choose an indicator with a direction, or set a number.",
        )
    base, sign = matrix.values[:, columns.baseline], indicator.sign or 1
    local = target.set_for is not SetFor.EVERY_COUNCIL
    if target.reach is not None:
        level = _reached(target.reach, indicator, base, columns.baseline, comparisons)
        below = np.flatnonzero((level - base) * sign > 0)
        wanted = base + target.close_share * (level - base)
        fewer = matrix.take([matrix.areas[row] for row in below])
        return _levels(target, indicator, fewer, columns, local=local, wanted=wanted[below])
    if target.group is Group.WORST_FIFTH:
        cut = np.nanquantile(base * sign, WORST_SHARE)
        rows = np.flatnonzero(base * sign <= cut)
        fewer = matrix.take([matrix.areas[row] for row in rows])
        return _levels(target, indicator, fewer, columns, local=local)
    return _levels(target, indicator, matrix, columns, local=local)


def _reached(
    reach: Reach, indicator: Indicator, base: FloatArray, column: int, comparisons: Comparisons
) -> FloatArray:
    """The level that other councils had in the baseline period, one entry per area."""
    if reach is Reach.LIKE_COUNCILS_MEAN:
        return comparisons.benchmark(indicator.id, pool_of(indicator)).neighbour_mean[:, column]
    if reach is Reach.ALL_MEDIAN:
        return np.full(base.shape, np.nanmedian(base))
    sign = indicator.sign or 1
    return np.full(base.shape, sign * np.nanquantile(base * sign, 1 - WORST_SHARE))


def _gap(target: Target, indicator: Indicator, matrix: LabelledMatrix) -> Asked | None:
    """The gap between places as one series for England, over the areas that have a value at both dates."""
    columns = _columns(target, indicator, matrix)
    if columns is None:
        return None
    data = Distribution.of(matrix, np.ones(matrix.values.shape))
    both = np.asarray(np.isfinite(data.values[:, [columns.baseline, columns.latest]]).all(axis=1))
    values, errors = data.values[both], data.errors[both]
    span = slice(columns.first, columns.latest + 1)
    if target.gap_measure is GapMeasure.BEST_WORST:
        gaps, gap_errors = _best_worst(values, errors)
    else:
        low, high = quantiles(values, (0.1, 0.9))
        ratio = target.gap_measure is GapMeasure.P90_P10_RATIO
        gaps, gap_errors = high / low if ratio else high - low, np.full(values.shape[1], np.nan)
        gap_errors[columns.latest] = _change_error(data, both, columns, ratio=ratio)
        gap_errors[columns.baseline] = 0.0
    base = gaps[[columns.baseline]]
    together = None
    if target.gap_measure is not GapMeasure.BEST_WORST and not columns.reason:
        measures = suitable_measures(indicator)
        together = gap_change(data, columns.baseline, columns.latest, measures, seed=SEED)
    return Asked(
        areas=(ENGLAND,),
        applied_locally=False,
        indicator=indicator,
        sign=-1,
        periods=matrix.periods[span],
        series=gaps[None, span],
        baseline_column=columns.baseline - columns.first,
        evidence=Evidence(
            baseline=base,
            latest=gaps[[columns.latest]],
            baseline_error=gap_errors[[columns.baseline]],
            latest_error=gap_errors[[columns.latest]],
            baseline_time=years(matrix.periods[columns.baseline].end),
            latest_time=years(matrix.periods[columns.latest].end),
            exact=False,
        ),
        aim=_aim(target, base),
        relative=target.change is not None or target.change_pct is not None,
        reason=columns.reason,
        gap=together,
    )


def _best_worst(values: FloatArray, errors: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Highest less lowest of every column, and its standard error from the two areas' own."""
    columns = np.arange(values.shape[1])
    empty = ~np.isfinite(values).any(axis=0)
    top = np.argmax(np.where(np.isfinite(values), values, -np.inf), axis=0)
    bottom = np.argmin(np.where(np.isfinite(values), values, np.inf), axis=0)
    gap = np.where(empty, np.nan, values[top, columns] - values[bottom, columns])
    return gap, np.hypot(errors[top, columns], errors[bottom, columns])


def _change_error(data: Distribution, both: BoolArray, columns: _Columns, *, ratio: bool) -> float:
    """The standard error of the change between both dates, from drawing the areas again."""
    if columns.reason or both.sum() < 3:
        return float("nan")
    name = "p90_p10_ratio" if ratio else "p90_p10_gap"
    measure = {name: (DIFFERENCE | PROPORTION)[name]}
    rows = np.flatnonzero(both)
    (found,) = measure_changes(data, rows, (columns.baseline, columns.latest), measure, seed=SEED)
    return (found.upper_95 - found.lower_95) / (2 * 1.959964)
