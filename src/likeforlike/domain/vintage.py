"""Vintages: what stood before the figures of today, edition by edition, so that what was known on a day can
be told."""

from __future__ import annotations

import polars as pl

#: One row = one edition of one indicator's period: the day it was published, how many areas in force today
#: had a value in it, how many of its rows differ from those of the edition before (all of them in the first),
#: to how many decimals its values are given, and the files it was read from, separated by spaces.
VINTAGE_SCHEMA = pl.Schema(
    {
        "indicator_id": pl.String,
        "period_start": pl.Date,
        "period_end": pl.Date,
        "published": pl.Date,
        "with_value": pl.UInt32,
        "changed": pl.UInt32,
        "decimals": pl.UInt8,
        "snapshot_ids": pl.String,
    }
)

#: One row = what stood for an area and period until the edition of `superseded_on` changed it; a null
#: `status` says that nothing stood there. What no edition changed stands in the table of observations.
OBSERVATION_VINTAGE_SCHEMA = pl.Schema(
    {
        "indicator_id": pl.String,
        "area_code": pl.String,
        "period_start": pl.Date,
        "period_end": pl.Date,
        "superseded_on": pl.Date,
        "value": pl.Float64,
        "lower_95": pl.Float64,
        "upper_95": pl.Float64,
        "status": pl.String,
        "method": pl.String,
        "shared_with": pl.String,
    }
)
