"""Editions of a source's rows: what each would have shown, and what each changed.

A source module reads every edition at hand, each row with the day it was published. What stood on one of
those days is found by the very steps that find what stands today, from the rows published by then. Each
edition of a period is given an id of its own in the indicator's place, so that those steps need not know.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from likeforlike.domain.observation import OBSERVATION_SCHEMA, Method
from likeforlike.domain.vintage import OBSERVATION_VINTAGE_SCHEMA, VINTAGE_SCHEMA

PERIOD = ("indicator_id", "period_start", "period_end")
CELL = (*PERIOD, "area_code")
#: What makes an observation another one; how it came about and where it was read do not.
CONTENT = ("value", "lower_95", "upper_95", "status", "shared_with")
#: More decimals than this are a binary fraction written out, not precision.
MOST_DECIMALS = 6
_MARK = "@"


def with_editions(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows of indicators of which any period was published twice, all their rows being dated.

    An indicator whose periods were published once each, in files of different days, has no editions: what
    else was published between those days is not at hand.
    """
    dated = pl.col("published").is_not_null().all().over("indicator_id")
    twice = (pl.col("published").n_unique().over(PERIOD) > 1).any().over("indicator_id")
    return rows.filter(dated & twice)


def by_edition(rows: pl.DataFrame) -> pl.DataFrame:
    """Every edition's rows, `indicator_id` being replaced by the indicator and the day of the edition.

    An edition of a period is a day on which any series of the indicator was published for it; it holds of
    each series the newest publication by then.
    """
    series = rows.select(*PERIOD, "series", "published").unique()
    editions = series.select(*PERIOD, pl.col("published").alias("edition")).unique()
    newest = (
        editions.join(series, on=PERIOD)
        .filter(pl.col("published") <= pl.col("edition"))
        .group_by(*PERIOD, "edition", "series")
        .agg(pl.col("published").max())
    )
    edition_id = pl.format(f"{{}}{_MARK}{{}}", "indicator_id", "edition")
    return (
        rows.join(newest, on=[*PERIOD, "series", "published"], maintain_order="left")
        .with_columns(edition_id.alias("indicator_id"))
        .drop("edition")
    )


def edition_traits(traits: pl.DataFrame, editions: pl.DataFrame) -> pl.DataFrame:
    """What the steps need to know about indicators, repeated for every edition in `editions`."""
    ids = editions.select(pl.col("indicator_id").unique().alias("edition_id")).with_columns(
        pl.col("edition_id").str.split(_MARK).list.first().alias("indicator_id")
    )
    return traits.join(ids, on="indicator_id").drop("indicator_id").rename({"edition_id": "indicator_id"})


def changes(observed: pl.DataFrame, editions: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Editions (VINTAGE_SCHEMA), and what stood before each changed it (OBSERVATION_VINTAGE_SCHEMA).

    `observed` has every edition's observations as OBSERVATION_SCHEMA, and `editions` the rows they were made
    of, both with an edition's id for the indicator's: an edition may leave nothing that is in force today.
    """
    parts = pl.col("indicator_id").str.split_exact(_MARK, 1).struct
    named = (parts[0].alias("indicator_id"), parts[1].str.to_date().alias("published"))
    table = observed.select(*named, pl.exclude("indicator_id"))
    days = editions.select(PERIOD).unique().select(*named, *PERIOD[1:])
    every = table.select(CELL).unique().join(days, on=PERIOD)
    told = every.join(table, on=[*CELL, "published"], how="left").sort(*CELL, "published")
    cell, content = pl.struct(CELL), pl.struct(CONTENT)
    first = cell.ne_missing(cell.shift(1))
    changed = (
        pl.when(first).then(pl.col("status").is_not_null()).otherwise(content.ne_missing(content.shift(1)))
    )
    last = cell.ne_missing(cell.shift(-1))
    stays = last | content.eq_missing(content.shift(-1))
    told = told.with_columns(
        changed.alias("changed"), stays.alias("stays"), pl.col("published").shift(-1).alias("superseded_on")
    )
    summary = told.group_by(*PERIOD, "published").agg(
        pl.col("value").count().alias("with_value"),
        pl.col("changed").sum(),
        decimals_of().alias("decimals"),
        pl.col("snapshot_id").drop_nulls().unique().sort().str.join(" ").alias("snapshot_ids"),
    )
    superseded = told.filter(~pl.col("stays"))
    return (
        summary.select(VINTAGE_SCHEMA.names()).cast(VINTAGE_SCHEMA).sort(*PERIOD, "published"),
        superseded.select(OBSERVATION_VINTAGE_SCHEMA.names()).cast(OBSERVATION_VINTAGE_SCHEMA),
    )


def known_on(
    observations: pl.DataFrame, editions: pl.DataFrame, superseded: pl.DataFrame, day: date
) -> pl.DataFrame:
    """One indicator's observations as published on or before a day, as OBSERVATION_SCHEMA.

    `observations` are those of today, `editions` follow VINTAGE_SCHEMA and `superseded`
    OBSERVATION_VINTAGE_SCHEMA, all three of one indicator. The file of a superseded value is the newest
    edition's by that day; its row is not kept.
    """
    published = editions.filter(pl.col("published") <= day).sort("published")
    begun = published.unique(PERIOD, keep="last").select(
        *PERIOD, pl.col("snapshot_ids").str.split(" ").list.first().alias("snapshot_id")
    )
    before = (
        superseded.filter(pl.col("superseded_on") > day)
        .sort(*CELL, "superseded_on")
        .unique(CELL, keep="first", maintain_order=True)
        .join(begun, on=PERIOD)
        .with_columns(pl.lit("").alias("source_rows"))
        .select(OBSERVATION_SCHEMA.names())
    )
    unchanged = observations.join(begun, on=PERIOD, how="semi").join(before, on=CELL, how="anti")
    known = pl.concat([unchanged, before.filter(pl.col("status").is_not_null())])
    return known.sort("indicator_id", "period_end", "period_start", "area_code")


def decimals_of() -> pl.Expr:
    """The fewest decimals that give every value as published; averages of predecessors have as many as they have."""
    value = pl.col("value").filter(pl.col("method") == Method.PUBLISHED.value).drop_nulls()
    needed = pl.lit(MOST_DECIMALS)
    for decimals in reversed(range(MOST_DECIMALS)):
        scaled = value * 10**decimals
        exact = ((scaled - scaled.round()).abs() < 1e-6 * 10**decimals).all()
        needed = pl.when(exact).then(pl.lit(decimals)).otherwise(needed)
    return needed
