"""DfE pupil attendance: absence from school week by week in every edition, and the school year to date.

Weekly figures of councils are given for primary and secondary schools; all schools together appear from 2025
only and are not taken. Every edition is read, so that the newest one stands and the earlier ones show how far
it was revised. Weeks are numbered as in ISO 8601.

Where most schools of a council are on holiday the few that are open say little: a week in which they teach
less than four fifths of the pupils of the council's middle week of that year is marked as of low reliability.
A week in which every pupil is counted absent is a week in which schools were closed, and has no value.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from likeforlike.domain.errors import SourceChangedError
from likeforlike.domain.provenance import Source, SourceFile
from likeforlike.sources.reading import SOURCE_ROW, read_csv, read_parquet, take_columns
from likeforlike.sources.rows import raw_rows

WEEKLY = "weekly_attendance_by_la.all-vintages.2022-2025.parquet"
YEAR_TO_DATE = "EES_ytd_data.vintage-2026-07-23.csv.gz"
ENGLAND = "E92000001"

LEVELS = ("Local authority", "Regional", "National")
PHASES = {"Primary": "weekly/Primary absence", "Secondary": "weekly/Secondary absence"}
OTHER_PHASES = ("Special", "Total")
#: Share of the pupils of the middle week below which a week says little.
ENOUGH_PUPILS = 0.8
EVERYBODY_PCT = 100.0
#: Year-to-date columns (per cent of sessions, per cent of pupils) -> series.
RATES = {"overall_absence_perc": "year-to-date/Absence", "pa_perc": "year-to-date/Persistent absence"}
MARKERS = ("c", "z", "x")
_YEAR_TO_DATE_YEAR = "202526"


def parse(folder: Path, source: Source) -> pl.DataFrame:
    """Absence per 100 possible sessions as RAW_SCHEMA, every edition of the weekly file among them.

    Raises SourceChangedError for a column, level, phase, marker or number that is not as declared.
    """
    files = {Path(file.path).name: file for file in source.files}
    return pl.concat(
        [
            weekly_absence(folder, files[WEEKLY], source.id),
            year_to_date(folder, files[YEAR_TO_DATE], source.id),
        ]
    )


def weekly_absence(folder: Path, file: SourceFile, source_id: str) -> pl.DataFrame:
    """Every edition's weeks, primary and secondary schools; `published` is the day of the edition."""
    names = {
        "geographic_level": "level",
        "region_code": "region_code",
        "new_la_code": "council_code",
        "la_name": "area_name",
        "education_phase": "phase",
        "enrolments": "enrolments",
        "overall_absence_perc": "value",
        "vintage_date": "edition",
        "suppressed": "marker",
        "week": "week",
        "year": "year",
    }
    frame = read_parquet(folder, file.path, source_id)
    ignored = (
        "old_la_code",
        "source_phase_column",
        "num_schools",
        "attendance_perc",
        "authorised_absence_perc",
        "unauthorised_absence_perc",
        "illness_perc",
        "vintage_commit",
    )
    table = take_columns(frame, names, file.path, source_id, ignored=ignored)
    _check(table, "level", LEVELS, file, source_id)
    _check(table, "phase", (*PHASES, *OTHER_PHASES), file, source_id)
    _check(table.filter(pl.col("marker").is_not_null()), "marker", MARKERS, file, source_id)
    table = table.filter(pl.col("phase").is_in(list(PHASES))).with_columns(_place())
    pupils = pl.col("enrolments").cast(pl.Float64)
    usual = pupils.median().over("area_code", "phase", "edition", "year")
    absent = pl.col("value").cast(pl.Float64, strict=False)
    closed = absent == EVERYBODY_PCT
    few = absent.is_not_null() & (pupils < ENOUGH_PUPILS * usual)
    marker = pl.when(closed).then(pl.lit("x")).when(few).then(pl.lit("u")).otherwise("marker").alias("marker")
    table = table.with_columns(marker, pl.when(~closed.fill_null(value=False)).then("value").alias("value"))
    weeks = table.select("year", "week").unique()
    starts = pl.DataFrame(
        [(year, week, _monday(int(year), int(week))) for year, week in weeks.iter_rows()],
        schema={"year": pl.String, "week": pl.String, "monday": pl.Date},
        orient="row",
    )
    table = table.join(starts, on=["year", "week"], maintain_order="left")
    return raw_rows(
        table,
        file,
        series=pl.col("phase").replace_strict(PHASES),
        area_code=pl.col("area_code"),
        area_name=pl.col("area_name"),
        period=pl.col("monday").cast(pl.String) + "/P1W",
        value=pl.col("value"),
        marker=pl.col("marker"),
        published=pl.col("edition").str.to_date(),
    )


def year_to_date(folder: Path, file: SourceFile, source_id: str) -> pl.DataFrame:
    """The school year as far as it was recorded when the file appeared, all state-funded schools."""
    names = {
        "time_period": "year",
        "geographic_level": "level",
        "region_code": "region_code",
        "new_la_code": "council_code",
        "la_name": "area_name",
        "education_phase": "phase",
        **{name: name for name in RATES},
    }
    frame = read_csv(folder, file.path, source_id)
    ignored = [name for name in frame.columns if name not in names]
    table = take_columns(frame, names, file.path, source_id, ignored=ignored)
    _check(table, "year", (_YEAR_TO_DATE_YEAR,), file, source_id)
    _check(table, "level", LEVELS, file, source_id)
    table = table.filter(pl.col("phase") == "Total").with_columns(_place())
    parts = []
    for column, series in RATES.items():
        is_marker = pl.col(column).is_in(MARKERS)
        parts.append(
            raw_rows(
                table,
                file,
                series=pl.lit(series),
                area_code=pl.col("area_code"),
                area_name=pl.col("area_name"),
                period=pl.format("{}-09-01/P1Y", pl.col("year").str.slice(0, 4)),
                value=pl.when(~is_marker).then(column),
                marker=pl.when(is_marker).then(column).otherwise(pl.lit("p")),
            )
        )
    return pl.concat(parts)


def _place() -> pl.Expr:
    level = pl.col("level")
    return (
        pl.when(level == "Local authority")
        .then("council_code")
        .when(level == "Regional")
        .then("region_code")
        .otherwise(pl.lit(ENGLAND))
        .alias("area_code")
    )


def _monday(year: int, week: int) -> date:
    return date.fromisocalendar(year, week, 1)


def _check(
    table: pl.DataFrame, column: str, known: tuple[str, ...], file: SourceFile, source_id: str
) -> None:
    for row in (
        table.filter(~pl.col(column).is_in(known).fill_null(value=False)).head(1).iter_rows(named=True)
    ):
        raise SourceChangedError(
            source_id,
            file.path,
            expected=f"{' or '.join(known)} as {column}",
            found=repr(row[column]),
            row=row[SOURCE_ROW],
        )
