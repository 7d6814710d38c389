"""Levelling Up Fund round 3, the part that could be read: one row = one award."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from likeforlike.domain.allocation import RAW_AWARD_SCHEMA
from likeforlike.domain.errors import SourceChangedError
from likeforlike.domain.provenance import Source
from likeforlike.sources.reading import SOURCE_ROW, read_csv, take_columns

COLUMNS = {
    "local_authority": "recipient_name",
    "project": "project",
    "amount_gbp": "amount_gbp",
    "lad24cd": "area_codes",
    "amount_precision": "precision",
    "source": "reported_by",
}
PRECISION = ("exact", "rounded", "amount missing")


def parse(folder: Path, source: Source) -> pl.DataFrame:
    """Every award in the file, in Great Britain, as RAW_AWARD_SCHEMA; `amount_note` says how exact the amount
    is.
    """
    (file,) = source.files
    frame = take_columns(
        read_csv(folder, file.path, source.id), COLUMNS, file.path, source.id, ignored=("country",)
    )
    for row in frame.filter(~pl.col("precision").is_in(PRECISION)).head(1).iter_rows(named=True):
        raise SourceChangedError(
            source.id,
            file.path,
            expected=" or ".join(PRECISION),
            found=repr(row["precision"]),
            row=row[SOURCE_ROW],
        )
    return (
        frame.with_columns(
            pl.lit("levelling-up-fund-round-3").alias("fund_id"),
            pl.lit("3").alias("round"),
            pl.when(~pl.col("project").str.starts_with("not named")).then("project").alias("project"),
            pl.format("{}", SOURCE_ROW).str.zfill(4).alias("award_code"),
            pl.lit(None, pl.String).alias("recipient_code"),
            pl.lit(None, pl.String).alias("place"),
            pl.lit(None, pl.String).alias("named_codes"),
            pl.lit(None, pl.String).alias("area_note"),
            pl.lit(value=False).alias("whole_place"),
            pl.format("{}, as reported by {}", "precision", "reported_by").alias("amount_note"),
            pl.lit(file.published, pl.Date).alias("announced_date"),
            pl.lit(file.path).alias("file"),
        )
        .select(RAW_AWARD_SCHEMA.names())
        .cast(RAW_AWARD_SCHEMA)
    )
