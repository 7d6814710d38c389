"""Local Authority Interactive Tool: 434 measures of children's services and schools.

One row = measure x period x area, areas by the department's own numbers, every figure as text, "-" where
there is none. A bare year means something else for every measure (a day, a financial, school or calendar
year that is named after its end), so the measures that an indicator takes declare what it means; the
periods of all others are left as they are written.
"""

from __future__ import annotations

import io
from pathlib import Path

import polars as pl

from likeforlike.definitions.area_codes import DFE, load_area_codes
from likeforlike.domain.errors import SourceChangedError
from likeforlike.domain.provenance import Source
from likeforlike.sources.reading import SOURCE_ROW, read_bytes, take_columns
from likeforlike.sources.rows import raw_rows, year_from

COLUMNS = {
    "Short Desc": "measure",
    "Years": "year",
    "LA and Regions": "area_name",
    "Values": "value",
    "LA Number": "number",
}
IGNORED = ("Data item", "Region")
NO_VALUE = "-"

ON_31_MARCH = "on 31 March of the year"
TO_MARCH = "the twelve months to 31 March of the year"
ON_30_SEPTEMBER = "on 30 September of the year"
TO_SEPTEMBER = "the twelve months to 30 September of the year"
CALENDAR = "the calendar year"
SCHOOL_ENDING = "the school year that ends in the year"
SCHOOL = "the school year as written"
WINTER = "December of the year before to February of the year"
JANUARY = "January of the year"

#: What a year means, by measure.
YEARS = {
    "16-17_not known_NEET": WINTER,
    "%_2yr_olds": JANUARY,
    "AVG_Attain8_Score": SCHOOL_ENDING,
    "CIN": ON_31_MARCH,
    "CPP_rate": ON_31_MARCH,
    "CP_conf_15days": TO_MARCH,
    "CareLeaverAcc": TO_MARCH,
    "CareLeaverEET": TO_MARCH,
    "Continue_Assess_Comp": TO_MARCH,
    "DAP_KS4_ATT8": SCHOOL_ENDING,
    "DAP_NEW_KS2_RWM": SCHOOL_ENDING,
    "EngMaths9-4": SCHOOL_ENDING,
    "FSP_NEW_GOODDEV": SCHOOL_ENDING,
    "FirstYJS": CALENDAR,
    "LAC": ON_31_MARCH,
    "LACDistance": ON_31_MARCH,
    "LACStable_2016on": TO_MARCH,
    "LAC_LongStable%": ON_31_MARCH,
    "Level3Age19": SCHOOL_ENDING,
    "PrevRegCPR": TO_MARCH,
    "ReReferral": TO_MARCH,
    "SEN_EHC_Excpt_20wks": CALENDAR,
    "TotAbs": SCHOOL_ENDING,
    "TotFixedEx": SCHOOL,
    "TotPermEx": SCHOOL,
    "TotSevPerAbNew": SCHOOL_ENDING,
    "Work_Force_Agecy_Rate": ON_30_SEPTEMBER,
    "Work_Force_AvgNumCase_SW": ON_30_SEPTEMBER,
    "Work_Force_TO_Rate": TO_SEPTEMBER,
    "Work_Force_Vac_Rate": ON_30_SEPTEMBER,
}

#: Councils that run their children's services together: the department gives both the figures of the one
#: workforce. Numbers of the two, and the mark that says so.
WORKFORCE = "Work_Force_"
TOGETHER = (
    (("314", "318"), "Value for Kingston upon Thames and Richmond upon Thames"),
    (("940", "941"), "Value for North Northamptonshire and West Northamptonshire"),
)

#: England's row of this rate is the sum of the regions' rates; it is given a series of its own, which no
#: indicator takes.
ENGLAND = "970"
ADDED_UP = {"FirstYJS": "FirstYJS (England, regions' rates added up)"}


def parse(folder: Path, source: Source) -> pl.DataFrame:
    """Every row of the file as RAW_SCHEMA; the series is the department's short name of the measure.

    Raises SourceChangedError for columns that are not as declared, an area number that is not known, or a
    year that a measure's rule cannot read.
    """
    (file,) = source.files
    table = take_columns(_read(folder, file.path, source.id), COLUMNS, file.path, source.id, ignored=IGNORED)
    table = table.with_columns(pl.col("number").cast(pl.Int64).cast(pl.String))
    table = _place(table, file.path, source.id)
    table = table.with_columns(
        pl.col("value").replace(NO_VALUE, None),
        pl.when(pl.col("value") == NO_VALUE).then(pl.lit("x")).alias("marker"),
    )
    table = _mark_together(table).with_columns(_period().alias("period"))
    _check_periods(table, file.path, source.id)
    added_up = pl.when(pl.col("number") == ENGLAND).then(
        pl.col("measure").replace_strict(ADDED_UP, default=None)
    )
    return raw_rows(
        table,
        file,
        series=pl.coalesce(added_up, "measure"),
        area_code=pl.col("area_code"),
        area_name=pl.col("area_name"),
        period=pl.col("period"),
        value=pl.col("value"),
        marker=pl.col("marker"),
    )


def _read(folder: Path, file: str, source_id: str) -> pl.DataFrame:
    content = read_bytes(folder, file, source_id)
    try:
        table = pl.read_parquet(io.BytesIO(content))
    except pl.exceptions.PolarsError as problem:
        raise SourceChangedError(
            source_id,
            file,
            expected="a Parquet file",
            found=f"one that cannot be read ({problem})",
            next_step="Fetch the file again.",
        ) from problem
    return table.with_columns(pl.int_range(2, pl.len() + 2, dtype=pl.UInt32).alias(SOURCE_ROW))


def _place(table: pl.DataFrame, file: str, source_id: str) -> pl.DataFrame:
    """Give every row the code of its area."""
    codes = load_area_codes(DFE)
    placed = table.with_columns(pl.col("number").replace_strict(codes, default=None).alias("area_code"))
    for row in placed.filter(pl.col("area_code").is_null()).head(1).iter_rows(named=True):
        raise SourceChangedError(
            source_id,
            file,
            expected="an area number that definitions/area_codes.csv lists",
            found=f"{row['number']} ({row['area_name']})",
            row=row[SOURCE_ROW],
            next_step="Add the number to the table.",
        )
    return placed


def _mark_together(table: pl.DataFrame) -> pl.DataFrame:
    """Mark the equal figures of two councils with one workforce as one estimate."""
    for numbers, mark in TOGETHER:
        pair = pl.col("number").is_in(numbers) & pl.col("measure").str.starts_with(WORKFORCE)
        one = (pl.col("value").count() == 2) & (pl.col("value").n_unique() == 1)
        shared = pair & one.over("measure", "year", pair)
        table = table.with_columns(pl.when(shared).then(pl.lit(mark)).otherwise("marker").alias("marker"))
    return table


def _period() -> pl.Expr:
    """The period that a year means, by the measure's rule; the year as written where there is no rule."""
    year = pl.col("year")
    written = {
        ON_31_MARCH: pl.format("{}-03-31", year),
        TO_MARCH: year_from(year, "04-01", back=1),
        ON_30_SEPTEMBER: pl.format("{}-09-30", year),
        TO_SEPTEMBER: year_from(year, "10-01", back=1),
        CALENDAR: year,
        SCHOOL_ENDING: year_from(year, "09-01", back=1),
        SCHOOL: year_from(year, "09-01"),
        WINTER: year_from(year, "12-01", "P3M", back=1),
        JANUARY: pl.format("{}-01", year),
    }
    rule = pl.col("measure").replace_strict(YEARS, default=None, return_dtype=pl.String)
    period = year
    for name, expression in written.items():
        period = pl.when(rule == name).then(expression).otherwise(period)
    return period


def _check_periods(table: pl.DataFrame, file: str, source_id: str) -> None:
    """A measure with a rule must write its years as the rule expects: 2016, or 2015/16 for school years."""
    rule = pl.col("measure").replace_strict(YEARS, default=None, return_dtype=pl.String)
    pattern = pl.when(rule == SCHOOL).then(pl.col("year").str.contains(r"^\d{4}/\d{2}$"))
    fits = pattern.otherwise(pl.col("year").str.contains(r"^\d{4}$"))
    for row in table.filter(rule.is_not_null() & ~fits).head(1).iter_rows(named=True):
        raise SourceChangedError(
            source_id,
            file,
            expected=f"a year that means {YEARS[row['measure']]}",
            found=f"{row['year']!r} for {row['measure']}",
            row=row[SOURCE_ROW],
        )
