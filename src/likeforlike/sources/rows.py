"""What source modules share: rows under common names, and the ways publishers write years."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from likeforlike.domain.errors import SourceChangedError
from likeforlike.domain.observation import RAW_SCHEMA
from likeforlike.domain.provenance import SourceFile
from likeforlike.sources.reading import SOURCE_ROW

#: A value that is a known mistake -> the marker that takes its place.
Mistakes = Mapping[tuple[str, str, str], str]


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


def strike_out(
    frame: pl.DataFrame, mistakes: Mistakes, key: tuple[str, str, str], file: str, source_id: str
) -> pl.DataFrame:
    """Take known false values out: `value` becomes empty and `marker` says why.

    `mistakes` names rows by the columns in `key`. A mistake that is no longer in the file stops the build,
    so that no correction outlives its reason. The frame must have `value` and `marker` as text.
    """
    table = pl.DataFrame(
        [(*where, marker) for where, marker in mistakes.items()],
        schema={**dict.fromkeys(key, pl.String), "struck": pl.String},
        orient="row",
    )
    gone = table.join(
        frame.filter(pl.col("value").cast(pl.Float64, strict=False) == 0), on=list(key), how="anti"
    )
    for row in gone.head(1).select(key).iter_rows():
        raise SourceChangedError(
            source_id,
            file,
            expected=f"a nought for {', '.join(row)}, which is taken out as false",
            found="another value, or none",
            next_step="The publisher may have put it right: take the correction out of the source module.",
        )
    return (
        frame.join(table, on=list(key), how="left", maintain_order="left")
        .with_columns(
            pl.when(pl.col("struck").is_null()).then("value").alias("value"),
            pl.coalesce("struck", "marker").alias("marker"),
        )
        .drop("struck")
    )
