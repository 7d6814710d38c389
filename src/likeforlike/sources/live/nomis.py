"""Nomis: one query, read page by page. Above its limit of cells the service answers 200 with a body cut short
and no error, so that every page is held against the number of records it states.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from likeforlike.domain.errors import FetchError
from likeforlike.domain.live import Download, FaultKind, NomisRequest
from likeforlike.sources.live.bodies import check_columns, read_table
from likeforlike.sources.live.client import Body, Check, Fetcher
from likeforlike.sources.live.making import Made, Standing, made_of_rows

COLUMNS = (
    "DATE",
    "GEOGRAPHY_NAME",
    "GEOGRAPHY_CODE",
    "GEOGRAPHY_TYPE",
    "OBS_VALUE",
    "OBS_STATUS",
    "RECORD_OFFSET",
    "RECORD_COUNT",
)
#: The kind of area by the first letters of its code, as the raw file says it.
AREA_TYPES = {
    "E06": "unitary",
    "E07": "district",
    "E08": "metropolitan district",
    "E09": "london borough",
    "E10": "county",
    "E11": "metropolitan county",
    "E12": "region",
    "E47": "combined authority",
    "E92": "country",
}
NORMAL = "A"


def collect(download: Download, fetcher: Fetcher, standing: Standing) -> Made:
    """The raw file of one query's pages; FetchError where a page cannot be had whole."""
    request = download.request
    assert isinstance(request, NomisRequest), "the definition's connector says so"
    bodies: list[Body] = []
    pages: list[pl.DataFrame] = []
    offset, count = 0, 1
    while offset < count:
        body = fetcher.get(_address(fetcher, request, offset), checks(request, offset))
        page = read_table(body.path)
        stated = int(page["RECORD_COUNT"][0])
        if pages and stated != count:
            raise FetchError(
                FaultKind.TRUNCATED,
                f"the first page states {count:,} records and the one from {offset:,} states {stated:,}: "
                "the figures changed while they were read",
                again=False,
            )
        bodies.append(body)
        pages.append(page)
        offset, count = offset + page.height, stated
    records = pl.concat(pages).with_columns(
        pl.col("GEOGRAPHY_CODE").str.slice(0, 3).replace_strict(AREA_TYPES, default=None).alias("area_type")
    )
    other = records.filter(pl.col("area_type").is_null())["GEOGRAPHY_CODE"].str.slice(0, 3)
    left_out = (
        (f"{len(other):,} records of areas whose codes begin with {', '.join(sorted(set(other)))} left out: "
         "the raw file holds England's councils, regions and combined authorities",)
        if len(other)
        else ()
    )  # fmt: skip
    return made_of_rows(download, _population(records, request), bodies, standing, left_out)


def checks(request: NomisRequest, offset: int) -> Check:
    """A check of the page that begins at `offset`."""

    def check(path: Path) -> None:
        table = read_table(path)
        check_columns(table, COLUMNS, COLUMNS)
        numbers = table.select(pl.col("RECORD_OFFSET", "RECORD_COUNT").cast(pl.Int64, strict=False))
        if table.is_empty():
            raise FetchError(FaultKind.TRUNCATED, f"no record from {offset:,} on")
        if numbers.null_count().sum_horizontal()[0] or numbers["RECORD_COUNT"].n_unique() != 1:
            raise FetchError(FaultKind.SHAPE, "record counts that are no numbers, or differ within a page")
        count = numbers["RECORD_COUNT"][0]
        expected = min(request.page_size, count - offset)
        if numbers["RECORD_OFFSET"].to_list() != list(range(offset, offset + expected)):
            raise FetchError(
                FaultKind.TRUNCATED,
                f"{table.height:,} records from {offset:,} on where the body states {count:,} in all: "
                f"{expected:,} should have come",
            )
        other = set(table["GEOGRAPHY_TYPE"].drop_nulls()) - set(request.area_types)
        if other:
            raise FetchError(
                FaultKind.SHAPE, f"areas of a kind not asked for: {', '.join(sorted(other))}", again=False
            )

    return check


def _address(fetcher: Fetcher, request: NomisRequest, offset: int) -> str:
    paging = {
        "select": ",".join(COLUMNS).lower(),
        "RecordOffset": str(offset),
        "RecordLimit": str(request.page_size),
    }
    return fetcher.url(f"/dataset/{request.dataset}.data.csv", {**request.query, **paging})


def _population(records: pl.DataFrame, request: NomisRequest) -> pl.DataFrame:
    """Rows as the raw file of population has them; a value whose status is not normal stays empty.

    A unitary council stands among districts and among counties, and is taken once.
    """
    table = records.filter(pl.col("area_type").is_not_null()).select(
        pl.col("GEOGRAPHY_CODE").alias("area_code"),
        pl.col("GEOGRAPHY_NAME").alias("area_name"),
        "area_type",
        pl.col("DATE").alias("year"),
        pl.when(pl.col("OBS_STATUS") == NORMAL).then("OBS_VALUE").alias("population"),
        pl.lit(f"Nomis {request.dataset}").alias("source"),
    )
    return table.unique(("area_code", "year"), keep="first", maintain_order=True)
