"""The benchmark table: one row per indicator, period and council, beside its comparators."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from likeforlike.domain.indicator import Indicator, Tier
from likeforlike.domain.matrix import FloatArray, IntArray
from likeforlike.domain.neighbour_model import Pool
from likeforlike.domain.observation import ObservationStatus
from likeforlike.domain.verdict import Verdict

if TYPE_CHECKING:  # a stored row is read without what computes it, which takes long to load
    from likeforlike.analysis.benchmark import Benchmark
    from likeforlike.pipeline.comparisons import Comparisons
    from likeforlike.pipeline.context import BuildContext

#: `neighbours_missing` holds the codes of those of the neighbours that have no value, nearest first,
#: separated by spaces. Ranks, percentile and quartile are null where none is given.
BENCHMARK_SCHEMA = pl.Schema(
    {
        "area_code": pl.String,
        "indicator_id": pl.String,
        "period_start": pl.Date,
        "period_end": pl.Date,
        "model_id": pl.String,
        "value": pl.Float64,
        "lower_95": pl.Float64,
        "upper_95": pl.Float64,
        "status": pl.String,
        "nearest_code": pl.String,
        "nearest_value": pl.Float64,
        "neighbour_mean": pl.Float64,
        "neighbour_mean_lower": pl.Float64,
        "neighbour_mean_upper": pl.Float64,
        "neighbour_count": pl.UInt16,
        "neighbours_missing": pl.String,
        "all_median": pl.Float64,
        "all_count": pl.UInt16,
        "rank": pl.UInt16,
        "rank_last": pl.UInt16,
        "percentile": pl.Float64,
        "quartile": pl.UInt8,
        "verdict_nearest": pl.String,
        "verdict_neighbours": pl.String,
        "verdict_all": pl.String,
    }
)
_PLACE = ("area_code", "period_start", "period_end")
_POSITION = ("rank", "rank_last", "percentile", "quartile")
_VERDICTS = ("verdict_nearest", "verdict_neighbours", "verdict_all")
POOLS = (Pool.LOWER_TIER, Pool.UPPER_TIER)


def benchmark_tables(context: BuildContext) -> dict[str, pl.DataFrame]:
    """The table `benchmark`: every indicator's latest period for every council, under the default models."""
    comparisons = context.comparisons
    parts = [
        benchmark_rows(comparisons, indicator_id, pool, latest_periods(comparisons, indicator_id, pool))
        for indicator_id in comparisons.indicators
        for pool in POOLS
    ]
    return {"benchmark": pl.concat([pl.DataFrame(schema=BENCHMARK_SCHEMA), *parts])}


def latest_periods(comparisons: Comparisons, indicator_id: str, pool: Pool) -> list[int]:
    """The column of the newest period that nine tenths of the areas have reached; none without any value."""
    matrix = comparisons.matrices.matrix(indicator_id, pool)
    return [matrix.latest_column()] if matrix.periods else []


def benchmark_rows(
    comparisons: Comparisons,
    indicator_id: str,
    pool: Pool,
    columns: Sequence[int],
    *,
    model_id: str | None = None,
    areas: Collection[str] | None = None,
) -> pl.DataFrame:
    """Rows of BENCHMARK_SCHEMA for the given columns of the pool's matrix, of all its areas or of some.

    A council without a value gets a row that says so; one that is not compared on this indicator in this
    pool gets none. Where the definition says why no verdict is given, there is no rank either.
    """
    indicator = comparisons.indicators[indicator_id]
    compared = compared_areas(comparisons, indicator, pool)
    wanted = [code for code in compared if areas is None or code in areas]
    if not wanted or not columns:
        return pl.DataFrame(schema=BENCHMARK_SCHEMA)
    found = comparisons.benchmark(indicator_id, pool, model_id)
    row = np.array([found.matrix.row_of[code] for code in wanted], dtype=np.int64)
    table = _flat(found, row, np.array(columns, dtype=np.int64)).with_columns(
        pl.lit(indicator_id).alias("indicator_id"),
        pl.lit(comparisons.powers.model_for(pool, model_id).id).alias("model_id"),
    )
    status = comparisons.matrices.observations(indicator_id).select(*_PLACE, "status")
    table = table.join(status, on=_PLACE, how="left", maintain_order="left").with_columns(
        pl.col("status").fill_null(ObservationStatus.NOT_AVAILABLE.value)
    )
    if indicator.no_verdict:
        table = table.with_columns(
            *(pl.lit(None).alias(name) for name in _POSITION),
            *(pl.lit(Verdict.CANNOT_TELL.value).alias(name) for name in _VERDICTS),
        )
    return table.select(BENCHMARK_SCHEMA.names()).cast(BENCHMARK_SCHEMA)


def compared_areas(comparisons: Comparisons, indicator: Indicator, pool: Pool) -> tuple[str, ...]:
    """The councils of a pool that an indicator has rows for.

    Single-tier councils are in both pools: on a service of the upper tier they stand among counties, on all
    else among districts. Counties have rows of an indicator about places where the publisher gives any
    county a value.
    """
    register = comparisons.register
    if pool is Pool.LOWER_TIER:
        return () if indicator.tier is Tier.UPPER else register.lower_tier
    if indicator.tier is Tier.UPPER:
        return register.upper_tier
    if indicator.tier is Tier.LOWER:
        return ()
    counties = comparisons.matrices.matrix(indicator.id, pool).take(register.counties)
    return register.counties if np.isfinite(counties.values).any() else ()


def _flat(found: Benchmark, row: IntArray, column: IntArray) -> pl.DataFrame:
    """The benchmark's arrays as columns, period by period within each area."""
    matrix = found.matrix
    cells = np.ix_(row, column)
    each_area, each_column = np.repeat(row, len(column)), np.tile(column, len(row))

    def number(array: FloatArray) -> pl.Series:
        return pl.Series(array[cells].ravel(), dtype=pl.Float64, nan_to_null=True)

    def whole(array: IntArray) -> pl.Series:
        values = array[cells].ravel()
        return pl.Series(values, dtype=pl.Int64).set(pl.Series(values == 0), None)

    def by_period(array: FloatArray | IntArray) -> np.ndarray:
        return array[each_column]

    periods = [matrix.periods[number] for number in each_column]
    lacking = found.neighbour_count[cells].ravel() < (found.neighbours[each_area] >= 0).sum(axis=1)
    return pl.DataFrame(
        {
            "area_code": [matrix.areas[number] for number in each_area],
            "period_start": pl.Series([period.start for period in periods], dtype=pl.Date),
            "period_end": pl.Series([period.end for period in periods], dtype=pl.Date),
            "value": number(matrix.values),
            "lower_95": number(matrix.lower_95),
            "upper_95": number(matrix.upper_95),
            "nearest_code": [found.nearest(int(number)) for number in each_area],
            "nearest_value": number(found.nearest_value),
            "neighbour_mean": number(found.neighbour_mean),
            "neighbour_mean_lower": number(found.neighbour_mean_lower),
            "neighbour_mean_upper": number(found.neighbour_mean_upper),
            "neighbour_count": found.neighbour_count[cells].ravel(),
            "neighbours_missing": [
                " ".join(found.neighbours_missing(int(area), int(period))) if some else ""
                for area, period, some in zip(each_area, each_column, lacking, strict=True)
            ],
            "all_median": pl.Series(by_period(found.all_median), nan_to_null=True),
            "all_count": by_period(found.all_count),
            "rank": whole(found.rank),
            "rank_last": whole(found.rank_last),
            "percentile": number(found.percentile),
            "quartile": whole(found.quartile),
            **{name: getattr(found, name)[cells].ravel().tolist() for name in _VERDICTS},
        }
    )
