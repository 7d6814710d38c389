"""Insolvency Service: people who became insolvent, and breathing spaces, by council and year.

The file has rates per 10,000 adults for areas down to districts; its rows for wards, nine in ten, are not
read. Breathing spaces began on 4 May 2021, so the figure of 2021 is given those eight months as its period;
blank cells of the years before the scheme existed are not read either.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from likeforlike.domain.errors import SourceChangedError
from likeforlike.domain.provenance import Source
from likeforlike.sources.reading import SOURCE_ROW, read_parquet, take_columns
from likeforlike.sources.rows import raw_rows

WARD = "ward"
LEVELS = (
    "Country",
    "Region",
    "County",
    "Metropolitan County",
    "Metropolitan District",
    "Non-metropolitan District",
    "Unitary Authority",
    "London Borough",
)
TOTAL = "Total insolvencies rate per 10,000 adults"
BREATHING_SPACES = "Breathing spaces rate per 10,000 adults"
SERIES = {TOTAL: "insolvency/All", BREATHING_SPACES: "insolvency/Breathing spaces"}
FIRST_BREATHING_SPACES = ("2021", "2021-05-04/2021-12-31")


def parse(folder: Path, source: Source) -> pl.DataFrame:
    """Insolvencies and breathing spaces per 10,000 adults as RAW_SCHEMA.

    Raises SourceChangedError for a column, level, year or blank cell that is not as declared.
    """
    (file,) = source.files
    names = {
        "date": "year",
        "geography_code": "area_code",
        "geography_name": "area_name",
        "geography_type": "level",
        "variable": "variable",
        "value": "value",
    }
    table = take_columns(read_parquet(folder, file.path, source.id), names, file.path, source.id)
    table = table.filter(pl.col("level").ne_missing(pl.lit(WARD)), pl.col("variable").is_in(list(SERIES)))
    number = pl.col("value").cast(pl.Float64, strict=False)
    not_yet = (pl.col("variable") == BREATHING_SPACES) & (pl.col("year") < FIRST_BREATHING_SPACES[0])
    wrong = table.filter(
        ~pl.col("level").is_in(LEVELS).fill_null(value=False)
        | ~pl.col("year").str.contains(r"^\d{4}$")
        | (number.is_null() != not_yet)
    )
    for row in wrong.head(1).iter_rows(named=True):
        raise SourceChangedError(
            source.id,
            file.path,
            expected="a known level, a year, and a rate in every year of a scheme",
            found=f"{row['value']!r} for {row['area_name']} ({row['level']}) in {row['year']}",
            row=row[SOURCE_ROW],
        )
    first = (pl.col("variable") == BREATHING_SPACES) & (pl.col("year") == FIRST_BREATHING_SPACES[0])
    return raw_rows(
        table.filter(~not_yet),
        file,
        series=pl.col("variable").replace_strict(SERIES),
        area_code=pl.col("area_code"),
        area_name=pl.col("area_name"),
        period=pl.when(first).then(pl.lit(FIRST_BREATHING_SPACES[1])).otherwise("year"),
        value=pl.col("value"),
    )
