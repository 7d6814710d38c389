"""Housing tables of MHCLG, the Valuation Office Agency and ONS, as Open Innovations publishes them in long form.

Taken as published: the median price of homes sold in the twelve months that end with the quarter, dwellings at
31 March, and net additional dwellings of the financial year. Worked out here, from rows of one council and year:

- vacant homes: homes empty in early October, and those empty for six months or more, per 100 dwellings of the
  same count, or of 31 March where that count is on other boundaries;
- affordable homes: all tenures added up, and per 1,000 dwellings at the beginning of the financial year.

The publisher leaves out tenures of which a council had none. The tenures that are there add up to England's, so a
council without a row in a year had no new affordable home, and gets a zero.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from likeforlike.domain.errors import SourceChangedError
from likeforlike.domain.provenance import Source, SourceFile
from likeforlike.sources.reading import SOURCE_ROW, read_csv, take_columns
from likeforlike.sources.rows import financial_year, raw_rows

PRICES = "house-prices.median_house_prices.csv.gz"
STOCK = "properties.all_properties.csv.gz"
VACANT = "vacant-homes.AllCombined_Cleaned_2024.csv.gz"
AFFORDABLE = "affordable-homes.by_tenure.csv.gz"
ADDITIONAL = "additional-dwellings.by_local_authority.csv.gz"

ENGLAND = "E92000001"
#: Last month of a quarter -> the day after the year that it ends, and how many years later that is.
QUARTERS = {"Mar": ("04-01", 0), "Jun": ("07-01", 0), "Sep": ("10-01", 0), "Dec": ("01-01", 1)}
TENURES = (
    "Social Rent",
    "Affordable Rent",
    "London Affordable Rent",
    "Intermediate Rent",
    "Affordable Home Ownership",
    "Shared Ownership",
    "First Homes",
    "Unknown",
)
#: Vacancy measure -> series.
VACANCIES = {"AllVacants": "vacant/All vacant homes", "LongTermVacants": "vacant/Long-term vacant homes"}
OTHER_MEASURES = ("Dwellings", "HouseholdProjection")
#: A code that the table misspells -> the right one.
MISSPELT = {"E066000065": "E06000065"}
_LONG = {"geography_code": "area_code", "geography_name": "area_name", "date": "date", "Measure": "measure"}


def parse(folder: Path, source: Source) -> pl.DataFrame:
    """Prices, dwellings, vacant, affordable and additional homes as RAW_SCHEMA.

    Raises SourceChangedError for columns, measures, dates or numbers that are not as declared.
    """
    files = {Path(file.path).name: file for file in source.files}
    stock = _read(folder, files[STOCK], source.id, measures=("number_of_properties",))
    return pl.concat(
        [
            house_prices(
                _read(folder, files[PRICES], source.id, measures=("Median",)), files[PRICES], source.id
            ),
            raw_rows(
                stock,
                files[STOCK],
                series=pl.lit("dwellings/Dwellings"),
                area_code=pl.col("area_code"),
                area_name=pl.col("area_name"),
                period=pl.col("date") + "-03-31",
                value=pl.col("value"),
            ),
            *vacant_homes(folder, files[VACANT], stock, source.id),
            *affordable_homes(
                _read(folder, files[AFFORDABLE], source.id, measures=TENURES), files[AFFORDABLE], stock
            ),
            additional_dwellings(folder, files[ADDITIONAL], source.id),
        ]
    )


def house_prices(table: pl.DataFrame, file: SourceFile, source_id: str) -> pl.DataFrame:
    """Median prices; "Dec 1995" is the year that ends in December 1995."""
    month, year = pl.col("date").str.slice(0, 3), pl.col("date").str.slice(4).cast(pl.Int32, strict=False)
    wrong = table.filter(~month.is_in(list(QUARTERS)) | year.is_null())
    for row in wrong.head(1).iter_rows(named=True):
        raise SourceChangedError(
            source_id,
            file.path,
            expected="the last month of a quarter and a year, such as Dec 1995",
            found=repr(row["date"]),
            row=row[SOURCE_ROW],
        )
    day = month.replace_strict({name: day for name, (day, _) in QUARTERS.items()})
    later = month.replace_strict({name: later for name, (_, later) in QUARTERS.items()})
    return raw_rows(
        table,
        file,
        series=pl.lit("prices/Median price"),
        area_code=pl.col("area_code"),
        area_name=pl.col("area_name"),
        period=pl.format("{}-{}/P1Y", year + later - 1, day),
        value=pl.col("value"),
    )


def vacant_homes(folder: Path, file: SourceFile, stock: pl.DataFrame, source_id: str) -> list[pl.DataFrame]:
    """Homes empty in early October per 100 dwellings, all of them and the long-term ones."""
    measures = (*VACANCIES, *OTHER_MEASURES)
    table = _read(folder, file, source_id, measures=measures, value="Value")
    table = table.with_columns(pl.col("area_code").replace(MISSPELT), pl.lit(None, pl.String).alias("marker"))
    homes = table.filter(pl.col("measure") == "Dwellings").select(
        "area_code", "date", pl.col("value").cast(pl.Float64).alias("homes")
    )
    march = stock.select("area_code", "date", pl.col("value").cast(pl.Float64).alias("march"))
    key = ["area_code", "date"]
    table = table.join(homes, on=key, how="left", maintain_order="left").join(
        march, on=key, how="left", maintain_order="left"
    )
    share = pl.col("value").cast(pl.Float64) / pl.coalesce("homes", "march") * 100
    return [
        raw_rows(
            table.filter(pl.col("measure") == measure),
            file,
            series=pl.lit(series),
            area_code=pl.col("area_code"),
            area_name=pl.col("area_name"),
            period=pl.col("date") + "-10-01",
            value=share.cast(pl.String),
            marker=pl.col("marker"),
        )
        for measure, series in VACANCIES.items()
    ]


def affordable_homes(table: pl.DataFrame, file: SourceFile, stock: pl.DataFrame) -> list[pl.DataFrame]:
    """New affordable homes of the financial year: how many, and per 1,000 dwellings at its beginning."""
    councils = table.select("area_code", "area_name").unique("area_code", maintain_order=True)
    years = table.select("date").unique(maintain_order=True)
    first = table.select(SOURCE_ROW, "date").group_by("date").agg(pl.col(SOURCE_ROW).min().alias("year_row"))
    made = table.group_by("area_code", "date").agg(
        pl.col("value").cast(pl.Float64).sum().alias("built"), pl.col(SOURCE_ROW).min()
    )
    made = (
        councils.join(years, how="cross")
        .join(made, on=["area_code", "date"], how="left", maintain_order="left")
        .join(first, on="date", maintain_order="left")
        .with_columns(pl.col("built").fill_null(0.0), pl.coalesce(SOURCE_ROW, "year_row").alias(SOURCE_ROW))
        .with_columns(pl.col("date").str.slice(0, 4).alias("year"))
    )
    homes = stock.select(
        "area_code", pl.col("date").alias("year"), pl.col("value").cast(pl.Float64).alias("homes")
    )
    rated = made.join(homes, on=["area_code", "year"], maintain_order="left")
    common = {
        "area_code": pl.col("area_code"),
        "area_name": pl.col("area_name"),
        "period": financial_year(pl.col("date")),
    }
    rate = pl.col("built") / pl.col("homes") * 1000
    return [
        raw_rows(
            made, file, series=pl.lit("affordable/Homes"), value=pl.col("built").cast(pl.String), **common
        ),
        raw_rows(
            rated, file, series=pl.lit("affordable/Per 1,000 dwellings"), value=rate.cast(pl.String), **common
        ),
    ]


def additional_dwellings(folder: Path, file: SourceFile, source_id: str) -> pl.DataFrame:
    """Net additional dwellings; demolitions can make them negative, and councils not in force have no number."""
    names = {name: ours for name, ours in _LONG.items() if name != "geography_name"}
    table = take_columns(
        read_csv(folder, file.path, source_id), {**names, "value": "value"}, file.path, source_id
    )
    _check_measures(table, ("net_additional_dwellings",), file, source_id)
    return raw_rows(
        table,
        file,
        series=pl.lit("additional/Net additional dwellings"),
        area_code=pl.col("area_code"),
        period=financial_year(pl.col("date")),
        value=pl.col("value"),
    )


def _read(
    folder: Path, file: SourceFile, source_id: str, *, measures: tuple[str, ...], value: str = "value"
) -> pl.DataFrame:
    """One long table; every value must be a number and every measure one of those declared."""
    table = take_columns(
        read_csv(folder, file.path, source_id), {**_LONG, value: "value"}, file.path, source_id
    )
    _check_measures(table, measures, file, source_id)
    wrong = table.filter(pl.col("value").cast(pl.Float64, strict=False).is_null())
    for row in wrong.head(1).iter_rows(named=True):
        raise SourceChangedError(
            source_id,
            file.path,
            expected=f"a number for {row['area_name']} and {row['date']}",
            found=repr(row["value"]),
            row=row[SOURCE_ROW],
        )
    return table


def _check_measures(table: pl.DataFrame, measures: tuple[str, ...], file: SourceFile, source_id: str) -> None:
    for row in table.filter(~pl.col("measure").is_in(measures)).head(1).iter_rows(named=True):
        raise SourceChangedError(
            source_id,
            file.path,
            expected=f"{' or '.join(measures)} as Measure",
            found=repr(row["measure"]),
            row=row[SOURCE_ROW],
            next_step="Decide whether it belongs to a total before declaring it in the source module.",
        )
