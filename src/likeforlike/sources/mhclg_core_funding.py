"""Formula money: core spending power (2015-16 to 2020-21) and central grants in the revenue outturn (2022-23
on).
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from likeforlike.domain.errors import SourceChangedError
from likeforlike.domain.provenance import Source
from likeforlike.sources.reading import SOURCE_ROW, read_csv, take_columns

#: One row = one authority, year and component, in pounds; a missing amount is a row that says nothing.
RAW_CORE_SCHEMA = pl.Schema(
    {
        "fund_id": pl.String,
        "area_code": pl.String,
        "area_name": pl.String,
        "year_start": pl.Int32,
        "component": pl.String,
        "amount_gbp": pl.Float64,
        "file": pl.String,
        "source_row": pl.UInt32,
    }
)
#: Publisher's column -> component. Council tax is the council's own; all the others come from central
#: government.
SPENDING_POWER = {
    "sfa": "settlement funding assessment",
    "under_index": "compensation for under-indexing",
    "ct_total": "council tax",
    "nhb": "new homes bonus",
    "nhb_return": "returned new homes bonus",
    "rsdg": "rural services delivery grant",
}
OWN_REVENUE = "council tax"
GRANTS = "all central grants"
OUTTURN = {
    "fy": "year",
    "ons_code": "area_code",
    "name": "area_name",
    "status": "return",
    "central_grants_in_gbp": "amount_gbp",
}


def parse_spending_power(folder: Path, source: Source) -> pl.DataFrame:
    """Core spending power by component as RAW_CORE_SCHEMA, in pounds.

    A row whose total is 0 or empty is an authority that did not exist in that year: it is left without
    amounts, because absent is not nought.
    """
    (file,) = source.files
    names = {
        "ons_code": "area_code",
        "authority": "area_name",
        "year": "year",
        "total_spend": "total",
    } | {name: name for name in SPENDING_POWER}
    frame = take_columns(
        read_csv(folder, file.path, source.id), names, file.path, source.id, ignored=("region",)
    )
    numbers = frame.with_columns(
        number(frame, name, file.path, source.id) for name in ("year", "total", *SPENDING_POWER)
    )
    existed = pl.col("total").fill_null(0) != 0
    return (
        numbers.unpivot(
            on=list(SPENDING_POWER),
            index=["area_code", "area_name", "year", "total", SOURCE_ROW],
            variable_name="component",
            value_name="millions",
        )
        .with_columns(
            pl.lit("core-spending-power").alias("fund_id"),
            pl.col("year").cast(pl.Int32).alias("year_start"),
            pl.col("component").replace_strict(SPENDING_POWER, return_dtype=pl.String),
            pl.when(existed).then(pl.col("millions") * 1e6).alias("amount_gbp"),
            pl.lit(file.path).alias("file"),
        )
        .select(RAW_CORE_SCHEMA.names())
        .cast(RAW_CORE_SCHEMA)
    )


def parse_outturn_grants(folder: Path, source: Source) -> pl.DataFrame:
    """Central grants in the revenue outturn as RAW_CORE_SCHEMA, in pounds; no amount where no return was
    sent.
    """
    (file,) = source.files
    frame = read_csv(folder, file.path, source.id)
    others = [name for name in frame.columns if name.endswith("_gbp") and name not in OUTTURN]
    frame = take_columns(
        frame, OUTTURN, file.path, source.id, ignored=("lgf_code", "class", "subclass", *others)
    )
    sent = pl.col("return").str.starts_with("submitted")
    return (
        frame.with_columns(number(frame, "amount_gbp", file.path, source.id))
        .with_columns(
            pl.lit("revenue-outturn-grants").alias("fund_id"),
            pl.col("year").str.slice(0, 4).cast(pl.Int32).alias("year_start"),
            pl.lit(GRANTS).alias("component"),
            pl.when(sent).then("amount_gbp").alias("amount_gbp"),
            pl.lit(file.path).alias("file"),
        )
        .select(RAW_CORE_SCHEMA.names())
        .cast(RAW_CORE_SCHEMA)
    )


def number(frame: pl.DataFrame, name: str, file: str, source_id: str) -> pl.Series:
    """A text column as numbers; raises SourceChangedError with the row for text that is not one."""
    text = frame[name].str.strip_chars()
    text = text.set(text == "", None)
    values = text.cast(pl.Float64, strict=False)
    bad = frame.filter(values.is_null() & text.is_not_null())
    for row in bad.head(1).iter_rows(named=True):
        raise SourceChangedError(
            source_id, file, expected=f"a number in {name}", found=repr(row[name]), row=row[SOURCE_ROW]
        )
    return values
