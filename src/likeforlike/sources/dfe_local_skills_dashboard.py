"""DfE local skills dashboard: people in work by council, from the Annual Population Survey, to March 2025.

The one file that holds the survey's council figures after 2023, where Explore Local Statistics stopped.
It gives numbers of people, rounded to the nearest hundred, under councils' names. Two shares are worked
out here, of one council and year: people of 16 and over who are in work per 100 people of 16 and over,
and self-employed people per 100 people in work. A worked-out row names the row of its numerator.
"""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl

from likeforlike.definitions.register import load_register
from likeforlike.domain.errors import SourceChangedError
from likeforlike.domain.provenance import Source, SourceFile
from likeforlike.sources.named import SCOTLAND_AND_WALES, with_codes
from likeforlike.sources.reading import SOURCE_ROW, read_parquet, take_columns
from likeforlike.sources.rows import raw_rows

#: What the file writes after a council's name; other areas are groups of councils.
COUNCIL = " LADU"
ENGLAND = "England"
#: Series -> metric counted, and metric it is a share of.
SHARES = {
    "work/In work, 16 and over": ("inemployment", "all"),
    "work/Self-employed": ("selfemployed", "inemployment"),
}
NOT_AVAILABLE = "x"
#: "Apr 2024-Mar 2025": the survey year that starts in April.
_YEAR = re.compile(r"Apr (\d{4})-Mar (\d{4})")


def parse(folder: Path, source: Source) -> pl.DataFrame:
    """Shares of people in work and of self-employed people, councils of England and England, as RAW_SCHEMA.

    Raises SourceChangedError for a column, name, year or number that is not as declared.
    """
    (file,) = source.files
    table = _read(folder, file, source.id)
    return pl.concat([_share(table, series, file) for series in SHARES])


def _read(folder: Path, file: SourceFile, source_id: str) -> pl.DataFrame:
    """Totals of the metrics taken, with `area_code`, `start` (year) and `number`."""
    names = {
        "Area": "area",
        "metric": "metric",
        "Breakdown": "breakdown",
        "Subgroup": "subgroup",
        "Period": "period",
        "valueText": "value",
    }
    frame = read_parquet(folder, file.path, source_id)
    table = take_columns(frame, names, file.path, source_id, ignored=("metricNeat",))
    taken = {metric for pair in SHARES.values() for metric in pair}
    council = pl.col("area").str.ends_with(COUNCIL)
    table = table.filter(
        pl.col("metric").is_in(list(taken)),
        (pl.col("breakdown") == "Total") & (pl.col("subgroup") == "Total"),
        council | (pl.col("area") == ENGLAND),
    ).with_columns(
        pl.col("area").str.strip_suffix(COUNCIL).alias("area_name"),
        pl.col("value").cast(pl.Float64, strict=False).alias("number"),
        pl.col("period").str.extract(_YEAR.pattern, 1).alias("start"),
    )
    wrong = table.filter(
        pl.col("start").is_null() | (pl.col("value").is_not_null() & pl.col("number").is_null())
    )
    for row in wrong.head(1).iter_rows(named=True):
        raise SourceChangedError(
            source_id,
            file.path,
            expected="a survey year such as Apr 2024-Mar 2025 and a number of people, or none",
            found=f"{row['period']!r} and {row['value']!r}",
            row=row[SOURCE_ROW],
        )
    return with_codes(table, load_register(), SCOTLAND_AND_WALES, file.path, source_id)


def _share(table: pl.DataFrame, series: str, file: SourceFile) -> pl.DataFrame:
    part, whole = SHARES[series]
    key = ["area_code", "start"]
    bases = table.filter(pl.col("metric") == whole).select(*key, pl.col("number").alias("base"))
    rows = table.filter(pl.col("metric") == part).join(bases, on=key, how="left", maintain_order="left")
    value = pl.col("number") / pl.col("base") * 100
    return raw_rows(
        rows,
        file,
        series=pl.lit(series),
        area_code=pl.col("area_code"),
        area_name=pl.col("area_name"),
        period=pl.col("start") + "-04-01/P1Y",
        value=value.cast(pl.String),
        marker=pl.when(value.is_null()).then(pl.lit(NOT_AVAILABLE)),
    )
