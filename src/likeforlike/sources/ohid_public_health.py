"""Public health outcomes of every council, from files that a council's data team drew from OHID's Fingertips.

One file per subject, all with the same ten columns; one row = area x period x sex or group. Confidence
limits are not in the files. Periods are years ("2014"), school or financial years ("2014/15") and three
calendar years together ("2015 - 17").
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from likeforlike.domain.errors import SourceChangedError
from likeforlike.domain.provenance import Source, SourceFile
from likeforlike.sources.reading import read_csv, take_columns
from likeforlike.sources.rows import raw_rows, year_from

COLUMNS = {
    "area_code": "area_code",
    "area_name": "area_name",
    "period": "period",
    "unit": "unit",
    "inequality": "inequality",
    "value": "value",
}
IGNORED = ("area_type", "indicator", "measure", "compared_to_England")
NONE = "NA"

#: First day of a year written "2014/15", by file: school years for children's teeth, and the survey of
#: adults' activity, which runs from mid-November.
YEAR_STARTS = {"children_dental_decay": "09-01", "inactive_adults": "11-15"}


def parse(folder: Path, source: Source) -> pl.DataFrame:
    """Every row of every file as RAW_SCHEMA; the series is `<file>/<unit>, <group>`, "NA" left out.

    Raises SourceChangedError for columns that are not as declared or a period in another form.
    """
    return pl.concat([_rows(folder, file, source.id) for file in source.files])


def _rows(folder: Path, file: SourceFile, source_id: str) -> pl.DataFrame:
    table = take_columns(
        read_csv(folder, file.path, source_id), COLUMNS, file.path, source_id, ignored=IGNORED
    )
    stem = Path(file.path).name.split(".")[0]
    table = table.with_columns(_period(stem).alias("period_read"))
    for row in table.filter(pl.col("period_read").is_null()).head(1).iter_rows(named=True):
        raise SourceChangedError(
            source_id,
            file.path,
            expected="a year, two halves of a year, or three years",
            found=f"{row['period']!r}",
            row=row["source_row"],
        )
    group = pl.concat_str(
        [pl.col("unit"), pl.col("inequality").replace(NONE, None)], separator=", ", ignore_nulls=True
    )
    missing = pl.col("value") == NONE
    return raw_rows(
        table,
        file,
        series=pl.lit(stem + "/") + group,
        area_code=pl.col("area_code"),
        area_name=pl.col("area_name"),
        period=pl.col("period_read"),
        value=pl.when(~missing).then("value"),
        marker=pl.when(missing).then(pl.lit("x")),
    )


def _period(stem: str) -> pl.Expr:
    text = pl.col("period")
    return (
        pl.when(text.str.contains(r"^\d{4}$"))
        .then(text)
        .when(text.str.contains(r"^\d{4}/\d{2}$"))
        .then(year_from(text, YEAR_STARTS.get(stem, "04-01")))
        .when(text.str.contains(r"^\d{4} - \d{2}$"))
        .then(year_from(text, "01-01", "P3Y"))
    )
