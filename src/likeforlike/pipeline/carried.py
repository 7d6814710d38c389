"""Vintages of successive releases: what the release before held, and newer files have changed since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

import polars as pl

from likeforlike.definitions.loader import Definitions
from likeforlike.domain.indicator import Indicator
from likeforlike.domain.observation import OBSERVATION_SCHEMA
from likeforlike.domain.provenance import Snapshot
from likeforlike.domain.vintage import OBSERVATION_VINTAGE_SCHEMA, VINTAGE_SCHEMA
from likeforlike.observations.standardise import Standardised
from likeforlike.observations.vintages import CELL, CONTENT, PERIOD, decimals_of
from likeforlike.store.release import OpenRelease

#: What a series of figures is: where any of it differs, other figures are no revision.
_SAME = ("source_id", "unit", "per", "prices", "price_year", "combination", "weight", "series")


def carry_over(
    previous: OpenRelease, observed: Standardised, definitions: Definitions, snapshots: Iterable[Snapshot]
) -> Standardised:
    """The observations with the vintages of the release before, and with what newer files changed in it.

    A file's day is that of its publication, or of its retrieval where that is not known. A period is published
    again when its figures come from a file of a later day. An indicator whose own files hold its editions
    keeps those; one whose definition reads other figures than before begins anew.
    """
    before = previous.definitions.indicators
    own = {*observed.vintages["indicator_id"]}
    ids = [
        one.id
        for one in definitions.indicators.values()
        if one.id in before and one.id not in own and _reading(one) == _reading(before[one.id])
    ]
    then = _dated(previous.table("observation"), ids, _days_before(previous))
    now = _dated(observed.observations, ids, _days_now(definitions, snapshots))
    again = _periods(then, "old").join(_periods(now, "new"), on=PERIOD).filter(pl.col("new") > pl.col("old"))
    kept = "vintage" in previous.manifest.tables
    chosen = pl.col("indicator_id").is_in(ids)
    editions = previous.table("vintage").filter(chosen) if kept else VINTAGE_SCHEMA.to_frame()
    superseded = (
        previous.table("observation_vintage").filter(chosen)
        if kept
        else OBSERVATION_VINTAGE_SCHEMA.to_frame()
    )
    tracked = pl.col("indicator_id").is_in(
        [*editions["indicator_id"].unique(), *again["indicator_id"].unique()]
    )
    changed = _changed(then, now, again)
    begun = _editions(then.filter(tracked), changed.head(0)).join(editions, on=PERIOD, how="anti")
    followed = _editions(now.join(again, on=PERIOD, how="semi"), changed)
    known = pl.concat([editions, begun, followed])
    fresh = _editions(now.filter(tracked), changed.head(0)).join(known, on=PERIOD, how="anti")
    return replace(
        observed,
        vintages=pl.concat([observed.vintages, known, fresh]),
        superseded=pl.concat([observed.superseded, superseded, changed]),
    )


def _reading(indicator: Indicator) -> object:
    return indicator.model_dump(mode="json", include=set(_SAME))


def _days_now(definitions: Definitions, snapshots: Iterable[Snapshot]) -> dict[str, date]:
    files = {
        (source.id, file.path): file.published or source.retrieved
        for source in definitions.sources.values()
        for file in source.files
    }
    return {one.snapshot_id: files[one.source_id, one.path] for one in snapshots}


def _days_before(previous: OpenRelease) -> dict[str, date]:
    return {
        file.snapshot_id: file.published or source.retrieved
        for source in previous.manifest.sources
        for file in source.files
    }


def _dated(observations: pl.DataFrame, ids: list[str], days: Mapping[str, date]) -> pl.DataFrame:
    """Observations of the indicators, with the `day` of each one's file."""
    day = pl.col("snapshot_id").replace_strict(dict(days), return_dtype=pl.Date)
    rows = observations.filter(pl.col("indicator_id").is_in(ids))
    return rows.select(*OBSERVATION_SCHEMA.names(), day.alias("day"))


def _periods(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    """The newest day of every period."""
    return rows.group_by(PERIOD).agg(pl.col("day").max().alias(name))


def _changed(then: pl.DataFrame, now: pl.DataFrame, again: pl.DataFrame) -> pl.DataFrame:
    """What stood before the periods published again (OBSERVATION_VINTAGE_SCHEMA), where it differs from now."""
    old = then.join(again, on=PERIOD, how="semi").with_columns(pl.lit(value=True).alias("was"))
    new = now.join(again, on=PERIOD, how="semi").select(*CELL, pl.struct(CONTENT).alias("content"))
    both = old.join(new, on=CELL, how="full", coalesce=True).join(again, on=PERIOD)
    same = pl.struct(CONTENT).eq_missing(pl.col("content")) & pl.col("was").fill_null(value=False)
    return (
        both.filter(~same)
        .rename({"new": "superseded_on"})
        .select(OBSERVATION_VINTAGE_SCHEMA.names())
        .cast(OBSERVATION_VINTAGE_SCHEMA)
    )


def _editions(rows: pl.DataFrame, changed: pl.DataFrame) -> pl.DataFrame:
    """One edition per period (VINTAGE_SCHEMA): in a first one every row is new."""
    counts = changed.group_by(PERIOD).agg(pl.len().alias("differing"))
    first = changed.is_empty()
    return (
        rows.group_by(PERIOD)
        .agg(
            pl.col("day").max().alias("published"),
            pl.col("value").count().alias("with_value"),
            pl.len().alias("rows"),
            decimals_of().alias("decimals"),
            pl.col("snapshot_id").unique().sort().str.join(" ").alias("snapshot_ids"),
        )
        .join(counts, on=PERIOD, how="left")
        .with_columns((pl.col("rows") if first else pl.col("differing").fill_null(0)).alias("changed"))
        .select(VINTAGE_SCHEMA.names())
        .cast(VINTAGE_SCHEMA)
    )
