"""OHID Fingertips: one indicator's CSV per kind of area, headline rows only, in the layout of the raw files.

The headings after "Compared to" vary with the parent area. A row with a category type (a tenth of deprivation,
say) carries the code of the whole area and is no headline value.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from likeforlike.domain.errors import FetchError
from likeforlike.domain.live import Download, FaultKind, FingertipsRequest
from likeforlike.sources.live.bodies import check_columns, read_table
from likeforlike.sources.live.client import Check, Fetcher
from likeforlike.sources.live.making import Made, Standing, made_of_rows

ENGLAND = "E92000001"
NONE = "NA"
NEEDED = (
    "Indicator ID",
    "Area Code",
    "Area Name",
    "Area Type",
    "Sex",
    "Category Type",
    "Time period",
    "Value",
)
KNOWN = (
    *NEEDED,
    "Indicator Name",
    "Parent Code",
    "Parent Name",
    "Age",
    "Category",
    "Lower CI 95.0 limit",
    "Upper CI 95.0 limit",
    "Lower CI 99.8 limit",
    "Upper CI 99.8 limit",
    "Count",
    "Denominator",
    "Value note",
    "Recent Trend",
    "Time period Sortable",
    "New data",
    "Time period range",
)
COMPARED = "Compared to"


def collect(download: Download, fetcher: Fetcher, standing: Standing) -> Made:
    """The raw file of one indicator; FetchError where an answer cannot be had whole."""
    request = download.request
    assert isinstance(request, FingertipsRequest), "the definition's connector says so"
    bodies, tables = [], []
    for area_type in request.area_type_ids:
        parameters = {
            "indicator_ids": str(request.indicator_id),
            "child_area_type_id": str(area_type),
            "parent_area_type_id": "15",
            "parent_area_code": ENGLAND,
        }
        body = fetcher.get(
            fetcher.url("/all_data/csv/by_indicator_id", parameters), checks(request.indicator_id)
        )
        bodies.append(body)
        tables.append(_rows(read_table(body.path), request))
    # England, and unitary councils, are in the answers of both kinds of area, under other names of their kind.
    key = ("area_code", "period", "unit", "inequality", "value")
    table = pl.concat(tables).unique(key, keep="first", maintain_order=True)
    return made_of_rows(download, table, bodies, standing)


def checks(indicator_id: int) -> Check:
    """A check of one indicator's answer."""

    def check(path: Path) -> None:
        table = read_table(path)
        compared = [name for name in table.columns if name.startswith(COMPARED)]
        check_columns(table, NEEDED, {*KNOWN, *compared})
        if table.is_empty():
            raise FetchError(FaultKind.TRUNCATED, "a header and no row")
        ids = table["Indicator ID"].unique().to_list()
        if ids != [str(indicator_id)]:
            raise FetchError(
                FaultKind.SHAPE, f"rows of the indicators {ids}, not {indicator_id}", again=False
            )

    return check


def _rows(table: pl.DataFrame, request: FingertipsRequest) -> pl.DataFrame:
    compared = next((name for name in table.columns if name.startswith(COMPARED)), None)
    headline = pl.col("Category Type").is_null()
    if request.periods:
        headline &= pl.col("Time period").str.contains(request.periods)
    return table.filter(headline).select(
        pl.col("Area Code").alias("area_code"),
        pl.col("Area Name").alias("area_name"),
        pl.col("Area Type").alias("area_type"),
        pl.col("Time period").alias("period"),
        pl.lit(request.label).alias("indicator"),
        pl.lit(request.measure).alias("measure"),
        (pl.lit(request.unit) if request.unit else pl.col("Sex")).alias("unit"),
        pl.col("Value").fill_null(NONE).alias("value"),
        (pl.col(compared) if compared else pl.lit(None, pl.String)).alias("compared_to_England"),
        (pl.col("Sex") if request.sex else pl.lit(NONE)).alias("inequality"),
    )
