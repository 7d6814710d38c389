"""Households in fuel poverty by council, 2020: modelled from the English Housing Survey.

One sheet, one row per council, county, region and England, names in one of three columns.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from likeforlike.domain.provenance import Source
from likeforlike.sources.rows import raw_rows
from likeforlike.sources.workbooks import read_sheet, take_cells

SHEET = "Table 2"
SHARE = 6
YEAR = "2020"


def parse(folder: Path, source: Source) -> pl.DataFrame:
    """Series `share`, households in fuel poverty of every 100, as RAW_SCHEMA."""
    (file,) = source.files
    sheet = read_sheet(folder, file.path, SHEET, source.id)
    sheet = sheet.with_columns(pl.coalesce("1", "2", "3").alias("1"))
    headings = {0: YEAR, SHARE: "Proportion of households fuel poor (%)"}
    cells = take_cells(sheet, headings, file.path, SHEET, source.id)
    return raw_rows(
        cells,
        file,
        series=pl.lit("share"),
        area_code=pl.col("area_code"),
        area_name=pl.col("area_name"),
        period=pl.lit(YEAR),
        value=pl.col(str(SHARE)),
    )
