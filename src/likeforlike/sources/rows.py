"""What source modules share: rows under common names, and the ways publishers write years."""

from __future__ import annotations

import polars as pl

from likeforlike.domain.observation import RAW_SCHEMA
from likeforlike.domain.provenance import SourceFile
from likeforlike.sources.reading import SOURCE_ROW


def raw_rows(frame: pl.DataFrame, file: SourceFile, **columns: pl.Expr) -> pl.DataFrame:
    """The frame as RAW_SCHEMA: `columns` give its columns by name, those left out are empty.

    The frame must carry `source_row`; `file` and `published` come from the source file.
    """
    given = {
        "file": pl.lit(file.path),
        "published": pl.lit(file.published, pl.Date),
        SOURCE_ROW: pl.col(SOURCE_ROW),
        **columns,
    }
    return frame.select(
        given.get(name, pl.lit(None)).cast(kind).alias(name) for name, kind in RAW_SCHEMA.items()
    )


def year_from(year: pl.Expr, start: str, length: str = "P1Y", *, back: int = 0) -> pl.Expr:
    """A period from the first four digits of `year`: "2016" with start "04-01" is "2016-04-01/P1Y".

    `back` is how many years before the written one the period starts: 1 where a year is named after its end.
    """
    first = year.str.slice(0, 4).cast(pl.Int32, strict=False) - back
    return pl.format("{}-" + start + "/" + length, first)


def financial_year(year: pl.Expr) -> pl.Expr:
    """ "2016-17", "2016/17" or "2016" as the year from 1 April 2016."""
    return year_from(year, "04-01")
