"""Plan for Neighbourhoods (phase 1) and Pride in Place (phases 2 and 3): one row = one place."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from likeforlike.domain.allocation import RAW_AWARD_SCHEMA
from likeforlike.domain.errors import SourceChangedError
from likeforlike.domain.provenance import Source
from likeforlike.sources.reading import SOURCE_ROW, read_csv, take_columns

PHASE_1 = {
    "place": "place",
    "local_authority": "recipient_name",
    "lad24cd": "area_codes",
    "announced": "announced",
    "amount_gbp": "amount_gbp",
    "period": "period",
}
PHASES_2_3 = {
    "gss_code": "area_codes",
    "neighbourhood": "place",
    "phase": "phase",
    "amount_gbp": "amount_gbp",
    "period": "period",
}
#: How the second file names its phases -> the round, and the day it was announced.
PHASES = {
    "phase 2 (169, Sept 2025)": ("phase 2", date(2025, 9, 25)),
    "phase 3 (40, March 2026)": ("phase 3", date(2026, 3, 20)),
}


def parse(folder: Path, source: Source) -> pl.DataFrame:
    """Every place of the three phases, in Great Britain, as RAW_AWARD_SCHEMA.

    Raises SourceChangedError for a phase that is not declared.
    """
    first, second = source.files
    one = take_columns(
        read_csv(folder, first.path, source.id), PHASE_1, first.path, source.id, ignored=("region", "tranche")
    ).with_columns(
        pl.lit("plan-for-neighbourhoods").alias("fund_id"),
        pl.lit("phase 1").alias("round"),
        pl.col("announced").str.to_date("%Y-%m-%d").alias("announced_date"),
        pl.lit(first.path).alias("file"),
    )
    later = take_columns(read_csv(folder, second.path, source.id), PHASES_2_3, second.path, source.id)
    for row in later.filter(~pl.col("phase").is_in(list(PHASES))).head(1).iter_rows(named=True):
        raise SourceChangedError(
            source.id,
            second.path,
            expected=" or ".join(PHASES),
            found=repr(row["phase"]),
            row=row[SOURCE_ROW],
            next_step="Add the phase and the day it was announced to the source module.",
        )
    names = {phase: name for phase, (name, _) in PHASES.items()}
    days = {phase: day for phase, (_, day) in PHASES.items()}
    two = later.with_columns(
        pl.lit("pride-in-place").alias("fund_id"),
        pl.col("phase").replace_strict(names, return_dtype=pl.String).alias("round"),
        pl.col("phase").replace_strict(days, return_dtype=pl.Date).alias("announced_date"),
        pl.lit(None, pl.String).alias("recipient_name"),
        pl.lit(second.path).alias("file"),
    )
    shared = [name for name in one.columns if name in two.columns]
    both = pl.concat([one.select(shared), two.select(shared)])
    return (
        both.with_columns(
            pl.format("{}", SOURCE_ROW).str.zfill(4).alias("award_code"),
            pl.lit(None, pl.String).alias("recipient_code"),
            pl.lit(None, pl.String).alias("project"),
            pl.lit(None, pl.String).alias("named_codes"),
            pl.lit(None, pl.String).alias("area_note"),
            pl.lit(value=True).alias("whole_place"),
            pl.format("up to, over {}", "period").alias("amount_note"),
        )
        .select(RAW_AWARD_SCHEMA.names())
        .cast(RAW_AWARD_SCHEMA)
    )
