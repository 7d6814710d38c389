"""ONS Explore Local Statistics: every area and period of one indicator at a time, as the publisher's own files.

A request for several indicators, areas and periods at once is refused by the service as too large; one
indicator with all its areas and periods is not. The answer names an indicator by its code and leaves out unit,
measure and notes: the first three are declared, and a note is carried over from the file that stands where
area, period and value are the same.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from likeforlike.domain.errors import FetchError
from likeforlike.domain.live import Download, ElsIndicator, ElsRequest, FaultKind
from likeforlike.sources.live.bodies import check_columns, read_table
from likeforlike.sources.live.client import Fetcher
from likeforlike.sources.live.making import Made, Standing, made_of_rows

NEEDED = ("areacd", "period", "value")
KNOWN = ("indicator", "areacd", "areanm", "period", "value", "lci_95", "uci_95", "status")
#: The columns of the publisher's files, in their order.
COLUMNS = (
    "areacd",
    "areanm",
    "geography",
    "indicator",
    "period",
    "observation",
    "measure",
    "unit",
    "lci_95",
    "uci_95",
    "status",
    "notes",
)
_SAME = ("indicator", "areacd", "period")


def collect(download: Download, fetcher: Fetcher, standing: Standing) -> Made:
    """The raw file of one or more indicators; FetchError where one cannot be had whole."""
    request = download.request
    assert isinstance(request, ElsRequest), "the definition's connector says so"
    bodies, tables = [], []
    for indicator in request.indicators:
        parameters = {
            "indicator": indicator.slug,
            "geo": "all",
            "time": "all",
            "measure": "all",
            "includeNames": "true",
            "includeStatus": "true",
        }
        body = fetcher.get(fetcher.url("/data.csv", parameters), check)
        bodies.append(body)
        tables.append(_rows(read_table(body.path), indicator))
    table = _with_notes(pl.concat(tables), standing.table(download.file))
    return made_of_rows(download, table.select(COLUMNS), bodies, standing)


def check(path: Path) -> None:
    """Raise FetchError for another shape, another indicator's rows among these, or rows without a key."""
    table = read_table(path)
    check_columns(table, NEEDED, KNOWN)
    if "indicator" in table.columns and table["indicator"].n_unique() > 1:
        raise FetchError(FaultKind.SHAPE, "rows of several indicators where one was asked for", again=False)
    if table["areacd"].null_count() or table["period"].null_count():
        raise FetchError(FaultKind.SHAPE, "a row without area or period", again=False)
    twice = table.filter(pl.struct("areacd", "period").is_duplicated())
    if not twice.is_empty():
        raise FetchError(
            FaultKind.SHAPE,
            f"two rows for {twice['areacd'][0]} in {twice['period'][0]}: a dimension was added",
            again=False,
        )


def _rows(table: pl.DataFrame, indicator: ElsIndicator) -> pl.DataFrame:
    empty = [name for name in KNOWN if name not in table.columns]
    return table.with_columns(pl.lit(None, pl.String).alias(name) for name in empty).select(
        "areacd",
        "areanm",
        pl.lit(None, pl.String).alias("geography"),
        pl.lit(indicator.label).alias("indicator"),
        "period",
        pl.col("value").alias("observation"),
        pl.lit(indicator.measure).alias("measure"),
        pl.lit(indicator.unit).alias("unit"),
        *("lci_95", "uci_95", "status"),
    )


def _with_notes(table: pl.DataFrame, standing: pl.DataFrame | None) -> pl.DataFrame:
    """Notes from the file that stands, where the value is the same number."""
    standing = pl.DataFrame() if standing is None else standing.rename(str.lower)
    if not {*_SAME, "observation", "notes"} <= set(standing.columns):
        return table.with_columns(pl.lit(None, pl.String).alias("notes"))
    notes = standing.select(
        *_SAME, pl.col("observation").cast(pl.Float64, strict=False).alias("before"), "notes"
    ).unique(_SAME, keep="none")
    same = pl.col("observation").cast(pl.Float64, strict=False).eq_missing(pl.col("before"))
    return table.join(notes, on=_SAME, how="left", maintain_order="left").with_columns(
        pl.when(same).then("notes").alias("notes")
    )
