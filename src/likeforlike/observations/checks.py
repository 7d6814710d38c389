"""Checks on finished observations: which councils should have a value and which do."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from likeforlike.domain.area import AreaRegister
from likeforlike.domain.indicator import Indicator, Tier

#: One row = one indicator and period: councils that run the service or are places of its kind, those with a
#: row, those with a value, and the codes of those without any row.
COVERAGE_SCHEMA = pl.Schema(
    {
        "indicator_id": pl.String,
        "period_start": pl.Date,
        "period_end": pl.Date,
        "expected": pl.UInt32,
        "found": pl.UInt32,
        "with_value": pl.UInt32,
        "missing": pl.String,
    }
)


def coverage(
    observations: pl.DataFrame, indicators: Iterable[Indicator], register: AreaRegister
) -> pl.DataFrame:
    """Councils expected and found, per indicator and period (COVERAGE_SCHEMA).

    Upper-tier indicators expect every single-tier council and county, the others every lower-tier area. An
    indicator without any observation gives no row.
    """
    period = ("indicator_id", "period_start", "period_end")
    pools = [
        (indicator.id, code)
        for indicator in indicators
        for code in (register.upper_tier if indicator.tier is Tier.UPPER else register.lower_tier)
    ]
    pool = pl.DataFrame(pools, schema={"indicator_id": pl.String, "area_code": pl.String}, orient="row")
    cells = observations.select(*period, "area_code", "value").with_columns(found=pl.lit(value=True))
    return (
        observations.select(period)
        .unique()
        .join(pool, on="indicator_id")
        .join(cells, on=[*period, "area_code"], how="left")
        .group_by(period)
        .agg(
            pl.len().alias("expected"),
            pl.col("found").count(),
            pl.col("value").count().alias("with_value"),
            pl.col("area_code").filter(pl.col("found").is_null()).sort().str.join(" ").alias("missing"),
        )
        .select(COVERAGE_SCHEMA.names())
        .cast(COVERAGE_SCHEMA)
        .sort("indicator_id", "period_end", "period_start")
    )


def check_key(observations: pl.DataFrame) -> None:
    """Stop the build when an indicator has two values for one area and period."""
    key = ("indicator_id", "area_code", "period_start", "period_end")
    repeats = observations.filter(pl.len().over(key) > 1)
    assert repeats.is_empty(), f"{repeats.height} observations repeat a key, for example {repeats.row(0)[:4]}"
