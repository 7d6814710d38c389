"""ONS Explore Local Statistics: one file per indicator group, one row = area x indicator x period.

The publisher's current files have twelve lower-case columns. Earlier vintages, kept because the publisher
overwrites single-period files at each update, have other names for the same columns and a few that are not
used here.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import polars as pl

from likeforlike.domain.errors import SourceChangedError
from likeforlike.domain.observation import RAW_SCHEMA
from likeforlike.domain.provenance import Source, SourceFile
from likeforlike.sources.reading import SOURCE_ROW, read_csv, take_columns

#: Publisher's column name in lower case -> ours. The old files say "value" or "observation" for the same
#: column.
COLUMNS = {
    "areacd": "area_code",
    "areanm": "area_name",
    "indicator": "indicator",
    "period": "period",
    "observation": "value",
    "measure": "measure",
    "unit": "unit",
    "lci_95": "lower_95",
    "uci_95": "upper_95",
    "status": "status",
}
OLD_NAMES = {
    "value": "observation",
    "lower confidence interval (95%)": "lci_95",
    "upper confidence interval (95%)": "uci_95",
    "observation status": "status",
}
IGNORED = ("geography", "mission", "category", "polarity", "variable name", "notes", "notes_2")

#: Notes about the area or the publisher's arithmetic; every other note says something about the value itself.
REMARK = r"^Obsolete code since|^This data (has been|was) aggregated|renamed (to|from) "

#: Files that the publisher dated wrongly and issued again, all values unchanged, under the right date
#: within days: the file's name before `.csv` -> the period it states and the period it describes. Read as
#: stated they would be a false observation of the wrong month; read as corrected they are an earlier
#: vintage of the right one.
CORRECTED_PERIODS = {
    "gigabit-capable-broadband.period-2025-01-15.vintage-2026-01-12": ("2025-01-15", "2025-07-01"),
    "network-coverage-4g.period-2025-01-15.vintage-2026-01-12": ("2025-01-15", "2025-07-01"),
    "network-coverage-5g.period-2025-01-15.vintage-2026-01-12": ("2025-01-15", "2025-07-01"),
    "premises-below-30.period-2025-01-15.vintage-2026-01-12": ("2025-01-15", "2025-07-01"),
    "network-coverage-5g.period-2023-09.vintage-2024-09-20": ("2023-09", "2024-01"),
}


def parse(folder: Path, source: Source) -> pl.DataFrame:
    """Every row of every file and vintage that the source's definition lists, as RAW_SCHEMA.

    `series` is `<group>/<indicator>`; files in a folder `recovered` get `recovered/<name before the first
    dot>/<indicator>`, so that all vintages of one indicator share a series and differ in `published`. A
    remark in the notes that qualifies a value is given as its marker. Raises SourceChangedError for
    columns, rows or bytes that are not as declared, and where one indicator comes with two units in one
    file.
    """
    return pl.concat([read_file(folder, file, source.id).select(RAW_SCHEMA.names()) for file in source.files])


def read_file(folder: Path, file: SourceFile, source_id: str) -> pl.DataFrame:
    """One file as RAW_SCHEMA plus the publisher's `measure` and `unit`."""
    frame = read_csv(folder, file.path, source_id)
    lower = {name: name.lower() for name in frame.columns}
    frame = frame.rename({name: OLD_NAMES.get(low, low) for name, low in lower.items()})
    absent = {"notes", "notes_2", "variable name"} - set(frame.columns)
    frame = frame.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)
    remarks = frame.select(
        pl.coalesce("notes", "notes_2").alias("note"), pl.col("variable name").alias("variable")
    )
    table = take_columns(frame, COLUMNS, file.path, source_id, ignored=IGNORED).hstack(remarks)
    text = pl.col(pl.String)
    table = table.with_columns(pl.when(text.str.strip_chars() != "").then(text.str.strip_chars()))
    _check_one_unit(table, file.path, source_id)
    table = _correct_period(table, file.path, source_id)
    about_value = pl.when(~pl.col("note").str.contains(REMARK)).then(pl.col("note"))
    return table.select(
        (pl.lit(group_of(file.path) + "/") + shorter("indicator", "variable")).alias("series"),
        *("area_code", "area_name", "period", "value", "lower_95", "upper_95"),
        pl.coalesce(about_value, "status").alias("marker"),
        pl.lit(file.path).alias("file"),
        pl.lit(file.published, pl.Date).alias("published"),
        SOURCE_ROW,
        "measure",
        "unit",
    )


def group_of(path: str) -> str:
    """The group of a file: its folder's name, or `recovered/` and the file's name before the first dot."""
    pure = PurePosixPath(path)
    return f"recovered/{pure.name.split('.')[0]}" if "recovered" in pure.parts else pure.parent.name


def shorter(first: str, second: str) -> pl.Expr:
    """The shorter of two text columns, the first where they tie or the second is missing.

    Between September 2024 and January 2026 the publisher swapped its columns `Indicator` and `Variable
    Name` in some vintages; the shorter of the two is the same text in all of them.
    """
    return (
        pl.when(pl.col(second).str.len_chars() < pl.col(first).str.len_chars())
        .then(pl.col(second))
        .otherwise(pl.col(first))
    )


def _correct_period(table: pl.DataFrame, file: str, source_id: str) -> pl.DataFrame:
    """Give a wrongly dated file its period; a correction that no longer matches the file is refused."""
    stated, right = CORRECTED_PERIODS.get(PurePosixPath(file).name.partition(".csv")[0], (None, None))
    if stated is None:
        return table
    other = table.filter(pl.col("period").ne_missing(pl.lit(stated)))
    for period, row in other.select("period", SOURCE_ROW).head(1).iter_rows():
        raise SourceChangedError(
            source_id,
            file,
            expected=f"the period {stated}, which is corrected to {right}",
            found=f"{period}",
            row=row,
            next_step="The publisher may have put it right: take the correction out of the source module.",
        )
    return table.with_columns(pl.lit(right).alias("period"))


def _check_one_unit(table: pl.DataFrame, file: str, source_id: str) -> None:
    """A second unit or measure under one indicator would be another series under the same name."""
    units = table.group_by("indicator", maintain_order=True).agg(
        pl.struct("measure", "unit").n_unique().alias("count"),
        pl.concat_str("measure", pl.lit(" in "), "unit", ignore_nulls=True)
        .unique(maintain_order=True)
        .alias("found"),
        pl.col(SOURCE_ROW)
        .filter(pl.struct("measure", "unit") != pl.struct("measure", "unit").first())
        .first(),
    )
    for indicator, _, found, row in units.filter(pl.col("count") > 1).iter_rows():
        raise SourceChangedError(
            source_id,
            file,
            expected=f"one measure and unit for {indicator!r}",
            found=" and ".join(found),
            row=row,
            next_step="Give each measure its own series in the source module.",
        )
