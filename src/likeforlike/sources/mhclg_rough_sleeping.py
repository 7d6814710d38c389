"""Rough sleeping: people seen on one night of autumn, for every 100,000 living in the area, 2010 to 2022."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from likeforlike.domain.provenance import Source
from likeforlike.sources.rows import raw_rows
from likeforlike.sources.workbooks import CODE, read_sheet, take_cells

SHEET = "Table 5 Rates"
YEARS = range(2010, 2023)
FIRST_COLUMN = 4
#: Totals have their code in the column of region codes, and dashes in the council's.
COUNCIL, REGION = 0, 3


def parse(folder: Path, source: Source) -> pl.DataFrame:
    """One row per council, region or England and year, as RAW_SCHEMA; the series is `rate`.

    Councils choose the night, between 1 October and 30 November. Raises SourceChangedError for a sheet or
    column that is not as declared.
    """
    (file,) = source.files
    sheet = read_sheet(folder, file.path, SHEET, source.id)
    total = ~pl.col(str(COUNCIL)).str.contains(CODE)
    sheet = sheet.with_columns(
        pl.when(total & pl.col(str(REGION)).str.contains(CODE))
        .then(str(REGION))
        .otherwise(str(COUNCIL))
        .alias(str(COUNCIL))
    )
    headings = {FIRST_COLUMN + at: str(year) for at, year in enumerate(YEARS)}
    cells = take_cells(sheet, headings, file.path, SHEET, source.id)
    long = cells.unpivot(
        [str(column) for column in headings],
        index=["area_code", "area_name", "source_row"],
        variable_name="column",
    )
    year = pl.col("column").replace_strict({str(column): year for column, year in headings.items()})
    return raw_rows(
        long,
        file,
        series=pl.lit("rate"),
        area_code=pl.col("area_code"),
        area_name=pl.col("area_name"),
        period=pl.format("{}-10-01/{}-11-30", year, year),
        value=pl.col("value"),
    )
