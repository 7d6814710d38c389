"""MoJ possession statistics: claims and repossessions by landlords and mortgage lenders, council by quarter.

The file leaves out cells that are zero. A council with any row in a quarter had its courts' records counted,
so its absent cells are zeros; a council with no row at all in a quarter has no value.

Rates are worked out here: cases for every 100,000 people at the mid-year of the same year. Population is held
on the boundaries of today, so the cases of councils that were merged since are added up first, and such a
rate is marked as estimated. England is all its councils' cases. A worked-out row names the first of the rows
that were added up; where the file has none of the kind, the first row of the council and quarter, which is why it
is a zero.
"""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl

from likeforlike.definitions.register import load_register
from likeforlike.domain.area import ENGLAND, AreaKind, AreaRegister
from likeforlike.domain.errors import SourceChangedError
from likeforlike.domain.provenance import Source, SourceFile
from likeforlike.sources.ons_mid_year_population import read_population
from likeforlike.sources.reading import SOURCE_ROW, read_parquet, take_columns
from likeforlike.sources.rows import raw_rows

CASES = "mortgage-landlord-possession.parquet"
POPULATION = "population_by_area_1991_2024.csv.gz"

LANDLORDS = ("Accelerated_Landlord", "Private_Landlord", "Social_Landlord")
LENDERS = ("Mortgage",)
TYPES = (*LANDLORDS, *LENDERS, "Other")
ACTIONS = ("Claims", "Outright_Orders", "Suspended_Orders", "Warrants", "Repossessions", "Other")
#: Series -> types and action added up. Orders and warrants are steps between the two that are taken.
SERIES = {
    "landlord/Claims": (LANDLORDS, "Claims"),
    "landlord/Repossessions": (LANDLORDS, "Repossessions"),
    "mortgage/Claims": (LENDERS, "Claims"),
    "mortgage/Repossessions": (LENDERS, "Repossessions"),
}
PER = 100_000
#: Councils in England; other rows are of Wales or of unknown place.
COUNCIL = "E0"
_QUARTER = re.compile(r"(\d{4}) Q([1-4])")
ESTIMATED = "e"


def parse(folder: Path, source: Source) -> pl.DataFrame:
    """Cases per 100,000 people by council of today and quarter, as RAW_SCHEMA.

    Raises SourceChangedError for a column, quarter, type, action or number that is not as declared.
    """
    files = {Path(file.path).name: file for file in source.files}
    cases = read_cases(folder, files[CASES], source.id)
    population = read_population(folder, files[POPULATION], source.id)
    today = on_todays_boundaries(cases, load_register())
    people = people_of_today(population, load_register())
    return pl.concat([_rates(today, people, series, files[CASES]) for series in SERIES])


def read_cases(folder: Path, file: SourceFile, source_id: str) -> pl.DataFrame:
    """One row per council in England and quarter with a row, one column per series, zeros filled in."""
    names = {
        "date": "date",
        "geography_code": "area_code",
        "geography_name": "area_name",
        "possession_type": "type",
        "possession_action": "action",
        "value": "value",
    }
    table = take_columns(read_parquet(folder, file.path, source_id), names, file.path, source_id)
    for column, known in (("type", TYPES), ("action", ACTIONS)):
        for row in table.filter(~pl.col(column).is_in(known)).head(1).iter_rows(named=True):
            raise SourceChangedError(
                source_id,
                file.path,
                expected=f"{' or '.join(known)} as {column}",
                found=repr(row[column]),
                row=row[SOURCE_ROW],
            )
    number = pl.col("value").cast(pl.Float64, strict=False)
    wrong = table.filter(
        ~pl.col("date").str.contains(f"^{_QUARTER.pattern}$") | number.is_null() | (number < 0)
    )
    for row in wrong.head(1).iter_rows(named=True):
        raise SourceChangedError(
            source_id,
            file.path,
            expected="a quarter such as 2003 Q1 and a number of cases",
            found=f"{row['date']!r} and {row['value']!r}",
            row=row[SOURCE_ROW],
        )
    table = table.filter(pl.col("area_code").str.starts_with(COUNCIL))
    return table.group_by("area_code", "date", maintain_order=True).agg(
        pl.col(SOURCE_ROW).first(),
        *(
            number.filter(pl.col("type").is_in(types), pl.col("action") == action).sum().alias(series)
            for series, (types, action) in SERIES.items()
        ),
        *(
            pl.col(SOURCE_ROW)
            .filter(pl.col("type").is_in(types), pl.col("action") == action)
            .first()
            .alias(_row_of(series))
            for series, (types, action) in SERIES.items()
        ),
    )


def _row_of(series: str) -> str:
    """The column with the first row of a series' cases."""
    return f"row of {series}"


def on_todays_boundaries(cases: pl.DataFrame, register: AreaRegister) -> pl.DataFrame:
    """Cases by council in force today (`today`) and quarter, with `merged` where predecessors were added up.

    A council's own row comes before its predecessors'; where neither it nor all of them have a row in the
    quarter, it has none here.
    """
    before = predecessors(register)
    links: list[tuple[str, str, str, bool]] = []
    for date, codes in cases.group_by("date").agg("area_code").iter_rows():
        present = set(codes)
        for council in register.lower_tier:
            parts = _cover(council, present, before)
            links += [(date, council, part, len(parts) > 1) for part in parts]
    table = pl.DataFrame(links, schema=["date", "today", "area_code", "merged"], orient="row")
    england = cases.select(
        "date", pl.lit(ENGLAND).alias("today"), "area_code", pl.lit(value=False).alias("merged")
    )
    return (
        pl.concat([table, england])
        .join(cases, on=["date", "area_code"])
        .group_by("date", "today")
        .agg(
            pl.col("merged").any(),
            pl.col(SOURCE_ROW).min(),
            *(pl.col(series).sum() for series in SERIES),
            *(pl.col(_row_of(series)).min() for series in SERIES),
        )
        .sort("date", "today")
    )


def predecessors(register: AreaRegister) -> dict[str, list[str]]:
    """Council below county level -> the councils that became it."""
    before: dict[str, list[str]] = {}
    for change in register.changes:
        if register.areas[change.predecessor].kind is not AreaKind.COUNTY:
            before.setdefault(change.successor, []).append(change.predecessor)
    return before


def _cover(council: str, present: set[str], before: dict[str, list[str]]) -> list[str]:
    """The rows that together cover a council: its own, or all its predecessors'; none where one lacks."""
    if council in present:
        return [council]
    parts = [_cover(code, present, before) for code in before.get(council, [])]
    return [code for part in parts for code in part] if all(parts) else []


def people_of_today(population: pl.DataFrame, register: AreaRegister) -> pl.DataFrame:
    """People by council in force today and year."""
    codes = population["area_code"].unique().to_list()
    today = {code: register.successors(code)[0] for code in codes if code in register.areas}
    return population.filter(pl.col("area_code").is_in(list(today))).select(
        pl.col("area_code").replace_strict(today).alias("today"), "year", pl.col("value").alias("people")
    )


def _rates(cases: pl.DataFrame, people: pl.DataFrame, series: str, file: SourceFile) -> pl.DataFrame:
    """One series per 100,000 people; a quarter's population is that of its mid-year."""
    quarter = pl.col("date").str.slice(6, 1).cast(pl.Int32)
    table = cases.with_columns(
        pl.col("date").str.slice(0, 4).cast(pl.Int32).alias("year"),
        pl.coalesce(_row_of(series), SOURCE_ROW).alias(SOURCE_ROW),
    ).join(people, on=["today", "year"], how="left", maintain_order="left")
    start = pl.format("{}-{}-01/P1Q", "year", (quarter * 3 - 2).cast(pl.String).str.zfill(2))
    return raw_rows(
        table,
        file,
        series=pl.lit(series),
        area_code=pl.col("today"),
        period=start,
        value=(pl.col(series) / pl.col("people") * PER).cast(pl.String),
        marker=pl.when("merged").then(pl.lit(ESTIMATED)),
    )
