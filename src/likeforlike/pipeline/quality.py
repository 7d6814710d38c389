"""The table `quality_flag`: every doubt about a number, with what raised it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from likeforlike.analysis.quality.checks import find_flags
from likeforlike.analysis.quality.copies import most_decimals
from likeforlike.analysis.quality.series import Series, people_in
from likeforlike.analysis.quality.wholes import counties_against_districts, implied_denominators
from likeforlike.domain.area import AreaRegister
from likeforlike.domain.errors import NotFoundError
from likeforlike.domain.indicator import Certainty, Combination, Indicator, Tier, Unit
from likeforlike.domain.matrix import BoolArray, FloatArray, LabelledMatrix
from likeforlike.domain.neighbour_model import Pool
from likeforlike.domain.observation import ObservationStatus
from likeforlike.domain.quality import ALL_COUNCILS, Flag
from likeforlike.observations.matrices import MatrixStore

if TYPE_CHECKING:
    from likeforlike.pipeline.context import BuildContext

#: One row = one doubt about one number; see `domain.quality.Flag` for what the numbers are. `other_code` is the
#: council that has the same values. A flag of all councils stands under England's code.
QUALITY_FLAG_SCHEMA = pl.Schema(
    {
        "indicator_id": pl.String,
        "area_code": pl.String,
        "period_start": pl.Date,
        "period_end": pl.Date,
        "check": pl.String,
        "pattern": pl.String,
        "severity": pl.String,
        "value": pl.Float64,
        "compared": pl.Float64,
        "compared_start": pl.Date,
        "compared_end": pl.Date,
        "other_code": pl.String,
        "number": pl.Float64,
    }
)
#: Digits kept of what is worked out here (values stay as they are).
DIGITS = 6
POPULATION = "population"
#: How many of the denominator a rate is of, by its unit.
PER = {
    Unit.PERCENT: 100.0,
    Unit.PER_1000: 1_000.0,
    Unit.PER_10000: 10_000.0,
    Unit.PER_100000: 100_000.0,
    Unit.PER_MILLION: 1_000_000.0,
}
#: A value missing for one of these reasons is no silence of the council's.
EXPLAINED = (
    ObservationStatus.SUPPRESSED,
    ObservationStatus.NOT_APPLICABLE,
    ObservationStatus.LOW_RELIABILITY,
)
#: The decimals of a rate are those that so many of its values need: averages made here have more.
AS_PUBLISHED = 0.8
_COUNTY = "E10"
#: A denominator describes a rate's period when it ends at most so many days from it.
DENOMINATOR_DAYS = 366


@dataclass(frozen=True)
class Measured:
    """The matrices of a release, every council of an indicator in one."""

    matrices: MatrixStore
    register: AreaRegister
    #: Where populations are, when not among `matrices`.
    elsewhere: MatrixStore | None = None

    def matrix(self, indicator: Indicator) -> LabelledMatrix:
        """All councils that an indicator describes: those of its tier, and counties beside their districts."""
        if indicator.tier is Tier.UPPER:
            return self.matrices.matrix(indicator.id, Pool.UPPER_TIER)
        lower = self.matrices.matrix(indicator.id, Pool.LOWER_TIER)
        if indicator.tier is Tier.LOWER or not lower.periods:
            return lower
        counties = self.matrices.matrix(indicator.id, Pool.UPPER_TIER).take(self.register.counties)
        present = np.isfinite(counties.values).any(axis=1)
        return _under(lower, counties.take([counties.areas[row] for row in np.flatnonzero(present)]))

    def people(self, areas: Iterable[str]) -> FloatArray:
        """The newest population of each area, NaN where the release holds none."""
        codes = tuple(areas)
        out = np.full(len(codes), np.nan)
        for pool in (Pool.UPPER_TIER, Pool.LOWER_TIER):
            try:
                matrix = (self.elsewhere or self.matrices).matrix(POPULATION, pool).take(codes)
            except NotFoundError:
                return out
            found = people_in(len(codes), matrix.values)
            out = np.where(np.isfinite(found), found, out)
        return out


def quality_tables(context: BuildContext) -> dict[str, pl.DataFrame]:
    """The table `quality_flag`."""
    measured = Measured(context.matrices, context.register)
    indicators = context.definitions.indicators
    parts = [flag_rows(measured, indicator, indicators) for indicator in indicators.values()]
    return {"quality_flag": pl.concat([pl.DataFrame(schema=QUALITY_FLAG_SCHEMA), *parts])}


def flag_rows(measured: Measured, indicator: Indicator, indicators: Mapping[str, Indicator]) -> pl.DataFrame:
    """Every flag of one indicator, as QUALITY_FLAG_SCHEMA."""
    matrix = measured.matrix(indicator)
    if not matrix.periods:
        return pl.DataFrame(schema=QUALITY_FLAG_SCHEMA)
    series = Series.of(matrix, indicator.breaks, measured.people(matrix.areas))
    flags = find_flags(
        series,
        _explained(measured.matrices, indicator, matrix),
        reported=indicator.certainty is Certainty.FULL_COUNT,
    )
    flags += _against_districts(measured, indicator, matrix)
    flags += _against_denominator(measured, indicator, matrix, indicators)
    return _table(indicator, matrix, flags)


def _against_districts(measured: Measured, indicator: Indicator, matrix: LabelledMatrix) -> list[Flag]:
    if indicator.tier is not Tier.BOTH or indicator.combination is Combination.NOT_DERIVABLE:
        return []
    rows = matrix.row_of
    parts = {
        rows[county]: [rows[code] for code in measured.register.districts_of(county)]
        for county in measured.register.counties
        if county in rows
    }
    return counties_against_districts(
        matrix.values,
        parts,
        adds_up=indicator.combination is Combination.SUM,
        decimals=indicator.decimals,
    )


def _against_denominator(
    measured: Measured, indicator: Indicator, matrix: LabelledMatrix, indicators: Mapping[str, Indicator]
) -> list[Flag]:
    """What a rate's declared count and denominator say about it."""
    numerator, denominator = indicator.numerator_indicator_id, indicator.denominator_indicator_id
    if indicator.unit not in PER or not {numerator, denominator} <= indicators.keys():
        return []
    assert numerator is not None
    assert denominator is not None
    count, used_counts = _aligned(measured.matrix(indicators[numerator]), matrix, days=0)
    base, used_bases = _aligned(measured.matrix(indicators[denominator]), matrix, days=DENOMINATOR_DAYS)
    return implied_denominators(
        matrix.values,
        count,
        base,
        per=PER[indicator.unit],
        rate_step=10.0 ** -most_decimals(matrix.values[np.isfinite(matrix.values)], AS_PUBLISHED),
        columns=np.flatnonzero(used_counts & used_bases),
    )


def _aligned(other: LabelledMatrix, matrix: LabelledMatrix, *, days: int) -> tuple[FloatArray, BoolArray]:
    """Another indicator's values in the areas and periods of a matrix, from the nearest period by end."""
    taken = other.take(matrix.areas)
    values, used = np.full(matrix.values.shape, np.nan), np.zeros(len(matrix.periods), dtype=np.bool_)
    for column, period in enumerate(matrix.periods):
        apart = [abs((one.end - period.end).days) for one in taken.periods]
        if apart and min(apart) <= days:
            values[:, column] = taken.values[:, apart.index(min(apart))]
            used[column] = True
    return values, used


def _explained(matrices: MatrixStore, indicator: Indicator, matrix: LabelledMatrix) -> BoolArray:
    """Councils whose value of the newest period is withheld, unreliable or not applicable."""
    newest = matrix.periods[matrix.latest_column()]
    told = (
        matrices.observations(indicator.id)
        .filter(
            pl.col("period_end") == newest.end,
            pl.col("period_start") == newest.start,
            pl.col("status").is_in([status.value for status in EXPLAINED]),
        )
        .get_column("area_code")
        .to_list()
    )
    silent = np.isin(np.array(matrix.areas), told)
    counties = np.array([code.startswith(_COUNTY) for code in matrix.areas])
    if not np.isfinite(matrix.values[counties, matrix.latest_column()]).any():
        silent |= counties  # no edition for counties: nobody's silence
    return silent


def _under(lower: LabelledMatrix, counties: LabelledMatrix) -> LabelledMatrix:
    """The counties' rows under those of the lower tier, for the periods that the lower tier has."""
    column_of = {period: column for column, period in enumerate(counties.periods)}
    columns = np.array([column_of.get(period, -1) for period in lower.periods], dtype=np.int64)

    def join(upper_part: FloatArray, lower_part: FloatArray) -> FloatArray:
        picked = np.full((len(counties.areas), len(columns)), np.nan)
        picked[:, columns >= 0] = upper_part[:, columns[columns >= 0]]
        return np.vstack([lower_part, picked])

    return replace(
        lower,
        areas=(*lower.areas, *counties.areas),
        values=join(counties.values, lower.values),
        lower_95=join(counties.lower_95, lower.lower_95),
        upper_95=join(counties.upper_95, lower.upper_95),
        counted=np.vstack([lower.counted, np.ones((len(counties.areas), len(columns)), dtype=np.bool_)]),
    )


def _table(indicator: Indicator, matrix: LabelledMatrix, flags: Iterable[Flag]) -> pl.DataFrame:
    return pl.DataFrame(
        [*_records(indicator, matrix, flags)], schema=QUALITY_FLAG_SCHEMA, orient="row"
    ).unique(["area_code", "period_end", "period_start", "check"], keep="first", maintain_order=True)


def _records(
    indicator: Indicator, matrix: LabelledMatrix, flags: Iterable[Flag]
) -> Iterator[tuple[object, ...]]:
    for flag in flags:
        period = matrix.periods[flag.column]
        before = matrix.periods[flag.compared_column] if flag.compared_column >= 0 else None
        yield (
            indicator.id,
            matrix.areas[flag.row] if flag.row >= 0 else ALL_COUNCILS,
            period.start,
            period.end,
            flag.check.value,
            flag.pattern.value,
            flag.severity.value,
            _number(flag.value),
            _number(flag.compared),
            before.start if before else None,
            before.end if before else None,
            matrix.areas[flag.compared_row] if flag.compared_row >= 0 else None,
            _number(flag.number, digits=3),
        )


def _number(value: float, digits: int = 9) -> float | None:
    """To so many significant digits, so that a table does not depend on the order of a sum; None for none."""
    return float(f"{value:.{digits}g}") if np.isfinite(value) else None
