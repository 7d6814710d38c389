"""Counts and amounts of events for every so many people."""

from __future__ import annotations

import polars as pl

from likeforlike.domain.event import EVENT_SCHEMA, EventDefinition, EventSeries
from likeforlike.sources.per_head import rate_rows
from likeforlike.sources.reading import SOURCE_ROW

PROVISIONAL = "p"
_PLACE = ("area_code", "period_start", "period_end")


def rates(values: pl.DataFrame, definition: EventDefinition, people: pl.DataFrame) -> pl.DataFrame:
    """The rates of series that ask for one (EVENT_SCHEMA), divided by the mid-year population of the year in
    which the period starts.

    `people` has `area_code`, `year` and `people` of councils of today. Periods newer than the newest
    population are divided by that, and such a rate is provisional. A council whose population is not there
    has no rate.
    """
    tables = [_rate(values, series, people) for series in definition.series if series.per]
    return pl.concat([EVENT_SCHEMA.to_frame(), *tables])


def _rate(values: pl.DataFrame, series: EventSeries, people: pl.DataFrame) -> pl.DataFrame:
    assert series.per, "asked only for series with a rate"
    own = values.filter(pl.col("series") == series.id)
    newest = people["year"].max()
    year = pl.col("period_start").dt.year().cast(pl.Int32)
    later = year > pl.lit(newest, pl.Int32)
    counts = own.select(
        "area_code",
        pl.format("{}/{}", "period_start", "period_end").alias("key"),
        pl.min_horizontal(year, pl.lit(newest, pl.Int32)).alias("year"),
        pl.col("value").alias("count"),
        pl.coalesce("marker", pl.when(later).then(pl.lit(PROVISIONAL))).alias("marker"),
        pl.lit(None, pl.UInt32).alias(SOURCE_ROW),
    )
    made = rate_rows(counts, people, series.per)
    days = pl.col("key").str.split("/")
    return (
        made.with_columns(
            pl.lit(series.rate_id).alias("series"),
            days.list.get(0).str.to_date().alias("period_start"),
            days.list.get(1).str.to_date().alias("period_end"),
            pl.col("rate").alias("value"),
        )
        .join(own.select(*_PLACE, "events"), on=_PLACE, how="left", maintain_order="left")
        .with_columns(pl.col("events").fill_null(0))
        .select(EVENT_SCHEMA.names())
        .cast(EVENT_SCHEMA)
        .sort("series", "period_start", "period_end", "area_code")
    )
