"""Adult social care outcomes as the Office for Local Government compared them, 2015/16 to 2022/23.

One row = council x financial year x measure. The office's own median of each year and measure stands in
every row; it is read back as a check of the file, never as data.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from likeforlike.domain.errors import SourceChangedError
from likeforlike.domain.provenance import Source
from likeforlike.sources.reading import read_csv, take_columns
from likeforlike.sources.rows import financial_year, raw_rows

COLUMNS = {
    "Financial year": "year",
    "Local authority code": "area_code",
    "Local authority name": "area_name",
    "Code": "measure",
    "Value": "value",
    "MEDIAN": "median",
    "MADs_from_median": "deviations",
}
IGNORED = ("Grouping", "Entity_Name", "Region", "Measure", "rank_order")
#: Half of the last place of the stated medians.
ROUNDING = 5.1e-7


def parse(folder: Path, source: Source) -> pl.DataFrame:
    """Every row as RAW_SCHEMA; the series is the measure's code, `ASC1` to `ASC7`.

    Raises SourceChangedError where columns are not as declared, or where a stated median is not the median
    of the values.
    """
    (file,) = source.files
    table = take_columns(
        read_csv(folder, file.path, source.id), COLUMNS, file.path, source.id, ignored=IGNORED
    )
    check_medians(table, file.path, source.id)
    table = table.with_columns(pl.lit(None, pl.String).alias("marker"))
    return raw_rows(
        table,
        file,
        series=pl.col("measure"),
        area_code=pl.col("area_code"),
        area_name=pl.col("area_name"),
        period=financial_year(pl.col("year")),
        value=pl.col("value"),
        marker=pl.col("marker"),
    )


def check_medians(table: pl.DataFrame, file: str, source_id: str) -> None:
    """The stated median of every measure and year must be that of its values."""
    numbers = table.with_columns(pl.col("value", "median").cast(pl.Float64, strict=False))
    groups = numbers.group_by("measure", "year", maintain_order=True).agg(
        pl.col("value").median().alias("found"),
        pl.col("median").n_unique().alias("medians"),
        pl.col("median").first(),
        pl.col("source_row").first(),
    )
    off = (pl.col("found") - pl.col("median")).abs() > ROUNDING
    wrong = groups.filter((pl.col("medians") != 1) | off.fill_null(value=True))
    for row in wrong.head(1).iter_rows(named=True):
        raise SourceChangedError(
            source_id,
            file,
            expected=f"{row['found']} as median of {row['measure']} in {row['year']}",
            found=str(row["median"]),
            row=row["source_row"],
        )
