"""MHCLG Indices of Deprivation: council summaries of the 2015, 2019 and 2025 editions.

One row of a summary file is a council and an index: the overall index (IMD), one of its seven domains, or the
indices for children (IDACI) and older people (IDAOPI). A series is `<index>/<measure>`.

An edition is given the mid-year of the populations it is built on, not the day it appeared: 2012, 2015 and
2022. Shares and rates that the publisher gives from 0 to 1 become percentages. Ranks are not taken: an
edition ranks 326, 317 or 296 councils, and ranks among today's councils are worked out where they are shown.

Upper-tier summaries hold single-tier councils again; a figure that differs between the two files stops the
build in the next step, which refuses two values for one council.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from likeforlike.domain.errors import SourceChangedError
from likeforlike.domain.observation import RAW_SCHEMA
from likeforlike.domain.provenance import Source, SourceFile
from likeforlike.sources.reading import SOURCE_ROW, read_csv, take_columns

#: Edition -> the mid-year of its populations.
REFERENCE_DAY = {"2015": "2012-06-30", "2019": "2015-06-30", "2025": "2022-06-30"}

INDICES = (
    "imd",
    "income",
    "employment",
    "education",
    "health",
    "crime",
    "barriers",
    "living_environment",
    "idaci",
    "idaopi",
)
#: Indices whose average score is a rate from 0 to 1: the share of people the index counts as deprived.
RATES = ("income", "employment", "idaci", "idaopi")
#: Measure -> the indices it is taken for. All else in the files is a rank, or of a superseded version.
MEASURES = {
    "average_score": INDICES,
    "average_rank": ("imd",),
    "proportion_lsoas_most_deprived_10pct": ("imd",),
    "extent": ("imd",),
    "local_concentration": ("imd",),
    "scale": ("income", "employment"),
}
SHARES = ("proportion_lsoas_most_deprived_10pct", "extent")
NOT_TAKEN = (
    "rank_of_average_score",
    "rank_of_average_rank",
    "rank_of_proportion_most_deprived_10pct",
    "rank_of_extent",
    "rank_of_local_concentration",
    "rank_of_scale",
    "weight_population",
    "n_lsoa",
)
#: The version of the 2025 file whose figures are taken, and the indices for which only the first was found.
VERSIONS = ("v2",)
MIXED_VERSION = ("idaci", "idaopi")


def parse(folder: Path, source: Source) -> pl.DataFrame:
    """Every council summary in the source's files, as RAW_SCHEMA.

    Raises SourceChangedError for columns, an index, an edition or a number that is not as declared, and where
    a council lacks a figure that its file holds for others.
    """
    return pl.concat([read_summary(folder, file, source.id) for file in source.files])


def read_summary(folder: Path, file: SourceFile, source_id: str) -> pl.DataFrame:
    """One summary file, districts (`lad_`) or upper-tier councils (`utla_`), in long form."""
    frame = read_csv(folder, file.path, source_id)
    kind = "utla" if "utla_code" in frame.columns else "lad"
    measures = [name for name in MEASURES if name in frame.columns]
    names = {
        "iod_year": "edition",
        f"{kind}_code": "area_code",
        f"{kind}_name": "area_name",
        "index": "index",
    }
    columns = {**names, "average_score": "average_score", **{name: name for name in measures}}
    if "file_version" in frame.columns:
        columns["file_version"] = "file_version"
    table = take_columns(frame, columns, file.path, source_id, ignored=NOT_TAKEN)
    _check_known(table, file.path, source_id)
    return pl.concat([_measure(table, name, file, source_id) for name in measures])


def _measure(table: pl.DataFrame, measure: str, file: SourceFile, source_id: str) -> pl.DataFrame:
    """One measure's rows; every council must have a number for every index that the file gives it for."""
    rows = table.filter(pl.col("index").is_in(MEASURES[measure]))
    number = pl.col(measure).cast(pl.Float64, strict=False)
    for row in rows.filter(number.is_null()).head(1).iter_rows(named=True):
        raise SourceChangedError(
            source_id,
            file.path,
            expected=f"a number as {measure} of {row['index']} for {row['area_name']}",
            found=repr(row[measure]),
            row=row[SOURCE_ROW],
        )
    is_share = pl.col("index").is_in(RATES) if measure == "average_score" else pl.lit(measure in SHARES)
    nothing = pl.lit(None, pl.String)
    return rows.select(
        pl.format("{}/{}", "index", pl.lit(measure)).alias("series"),
        "area_code",
        "area_name",
        pl.col("edition").replace_strict(REFERENCE_DAY).alias("period"),
        pl.when(is_share).then(number * 100).otherwise(number).cast(pl.String).alias("value"),
        *(nothing.alias(name) for name in ("lower_95", "upper_95", "marker")),
        pl.lit(file.path).alias("file"),
        pl.lit(file.published, pl.Date).alias("published"),
        SOURCE_ROW,
    ).cast(RAW_SCHEMA)


def _check_known(table: pl.DataFrame, file: str, source_id: str) -> None:
    """Editions, indices and versions must be those declared above."""
    checks = [
        ("edition", ~pl.col("edition").is_in(list(REFERENCE_DAY)), " or ".join(REFERENCE_DAY)),
        ("index", ~pl.col("index").is_in(INDICES), " or ".join(INDICES)),
    ]
    if "file_version" in table.columns:
        old = ~pl.col("file_version").is_in(VERSIONS) & ~pl.col("index").is_in(MIXED_VERSION)
        checks.append(("file_version", old, "v2, in which Cherwell and West Northamptonshire were put right"))
    for column, wrong, expected in checks:
        for row in table.filter(wrong.fill_null(value=True)).head(1).iter_rows(named=True):
            raise SourceChangedError(
                source_id,
                file,
                expected=f"{expected} as {column}",
                found=repr(row[column]),
                row=row[SOURCE_ROW],
                next_step="Check the edition's notes before declaring it in the source module.",
            )
