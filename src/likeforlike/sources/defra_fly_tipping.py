"""Fly-tipping incidents that councils reported to Defra, and incidents for every 1,000 people.

One row = financial year x council. Fractions are Defra's estimates for councils that did not report every
month; ":" means that no figure is available. Rates divide by the population in the middle of the calendar
year in which the financial year starts, on the councils of today.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from likeforlike.domain.provenance import Source
from likeforlike.sources.per_head import ESTIMATED, POPULATION, rate_rows, read_people
from likeforlike.sources.rows import financial_year, raw_rows
from likeforlike.sources.workbooks import read_sheet, take_cells

SHEET = "LA_incidents"
YEAR, CODE_COLUMN, NAME, TOTAL = 0, 1, 2, 4
PER = 1_000
MISSING = ":"


def parse(folder: Path, source: Source) -> pl.DataFrame:
    """Series `count/incidents`, as reported, and `rate/incidents`, worked out, as RAW_SCHEMA.

    Totals of England and regions have no code in the file and are not read.
    """
    files = {Path(file.path).name: file for file in source.files}
    file = files["Flytipping.xlsx"]
    sheet = read_sheet(folder, file.path, SHEET, source.id)
    cells = take_cells(
        sheet,
        {YEAR: "Year", TOTAL: "Total Incidents"},
        file.path,
        SHEET,
        source.id,
        code=CODE_COLUMN,
        name=NAME,
    )
    reported = cells.select(
        "area_code",
        "area_name",
        financial_year(pl.col(str(YEAR))).alias("key"),
        pl.col(str(YEAR)).str.slice(0, 4).cast(pl.Int32).alias("year"),
        pl.col(str(TOTAL)).replace(MISSING, None).alias("text"),
        "source_row",
    ).with_columns(pl.col("text").cast(pl.Float64).alias("count"))
    marker = (
        pl.when(pl.col("count").is_null())
        .then(pl.lit("x"))
        .when(pl.col("count") != pl.col("count").round())
        .then(pl.lit(ESTIMATED))
    )
    reported = reported.with_columns(marker.alias("marker"))
    rates = rate_rows(reported, read_people(folder, files[POPULATION].path, source.id), PER)
    common = {"area_code": pl.col("area_code"), "period": pl.col("key"), "marker": pl.col("marker")}
    return pl.concat(
        [
            raw_rows(
                reported,
                file,
                series=pl.lit("count/incidents"),
                area_name=pl.col("area_name"),
                value=pl.col("text"),
                **common,
            ),
            raw_rows(rates, file, series=pl.lit("rate/incidents"), value=pl.col("rate"), **common),
        ]
    )
