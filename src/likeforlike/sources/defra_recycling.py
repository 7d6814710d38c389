"""Household waste recycled, all of the United Kingdom, one row = council x financial or calendar year.

Scotland's figures are for calendar years ("2015"); they are read and counted, and set aside as outside
England.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from likeforlike.domain.provenance import Source
from likeforlike.sources.reading import read_csv, take_columns
from likeforlike.sources.rows import financial_year, raw_rows

COLUMNS = {
    "area_code": "area_code",
    "area_name": "area_name",
    "period": "period",
    "indicator": "indicator",
    "value": "value",
}
IGNORED = ("measure", "unit")


def parse(folder: Path, source: Source) -> pl.DataFrame:
    """Every row as RAW_SCHEMA; the series is the indicator's name in the file."""
    (file,) = source.files
    table = take_columns(
        read_csv(folder, file.path, source.id), COLUMNS, file.path, source.id, ignored=IGNORED
    )
    financial = pl.col("period").str.contains(r"^\d{4}/\d{2}$")
    return raw_rows(
        table,
        file,
        series=pl.col("indicator"),
        area_code=pl.col("area_code"),
        area_name=pl.col("area_name"),
        period=pl.when(financial).then(financial_year(pl.col("period"))).otherwise("period"),
        value=pl.col("value").replace("NA", None),
    )
