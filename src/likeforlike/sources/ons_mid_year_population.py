"""ONS mid-year population estimates: people, median age, broad age groups, density and ten-year change.

Four tables of the publisher's workbook. Three series are worked out here from them, by these rules:

- density of a year: its population divided by the land area measured in December 2024, for every year, so
  that the line shows people and not remeasured land; the publisher's whole numbers for mid-2024 must agree;
- shares of age groups: people of those ages at mid-2024 for every 100 people of all ages;
- ten-year change: (population / population ten years before - 1) x 100, over the ten years that end at the
  mid-year.

A worked-out row names the row of the population table that it was made from. Estimates describe 30 June.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from likeforlike.domain.errors import SourceChangedError
from likeforlike.domain.observation import RAW_SCHEMA
from likeforlike.domain.provenance import Source, SourceFile
from likeforlike.sources.reading import SOURCE_ROW, read_csv, take_columns

POPULATION = "population_by_area_1991_2024.csv.gz"
AGES = "population_single_year_age_mid2024.csv.gz"
MEDIAN_AGE = "median_age_2011_2024.csv.gz"
LAND = "area_and_density_2024.csv"

OLDEST = 90
AGE_YEAR = 2024
#: Series -> first and last age counted.
AGE_GROUPS = {"Aged 0 to 15": (0, 15), "Aged 16 to 64": (16, 64), "Aged 65 and over": (65, OLDEST)}

COMBINED_AUTHORITY = "combined authority"
#: Another word here would be a row that no rule below knows about.
AREA_TYPES = frozenset(
    {
        COMBINED_AUTHORITY,
        "country",
        "county",
        "district",
        "london borough",
        "metropolitan county",
        "metropolitan district",
        "region",
        "unitary",
    }
)
#: Combined authorities' rows of these years were not revised with the rest in 2025.
UNREVISED_FROM = 2022
PROVISIONAL = "p"

#: How far a number may lie from the whole number it was rounded to, with room for its last binary digit.
ROUNDED = 0.5 + 1e-9

_AREA = {"area_code": "area_code", "area_name": "area_name"}


def parse(folder: Path, source: Source) -> pl.DataFrame:
    """Every published or worked-out row as RAW_SCHEMA.

    Series are `population/All ages`, `population/Ten-year change`, `density/People per square km`,
    `ages/Aged 0 to 15`, `ages/Aged 16 to 64`, `ages/Aged 65 and over` and `median-age/All people`. Raises
    SourceChangedError where a column or number is not as declared, or where the tables disagree with each
    other.
    """
    files = {Path(file.path).name: file for file in source.files}
    population = read_population(folder, files[POPULATION], source.id)
    return pl.concat(
        [
            _rows(population, "population/All ages", files[POPULATION]),
            _rows(ten_year_change(population), "population/Ten-year change", files[POPULATION]),
            _rows(
                density(population, folder, files[LAND], source.id),
                "density/People per square km",
                files[POPULATION],
            ),
            *age_groups(population, folder, files[AGES], source.id),
            median_age(folder, files[MEDIAN_AGE], source.id),
        ]
    )


def read_population(folder: Path, file: SourceFile, source_id: str) -> pl.DataFrame:
    """`area_code`, `area_name`, `year`, `value` (people), `marker`, `period` and `source_row`."""
    columns = {**_AREA, "area_type": "area_type", "year": "year", "population": "value"}
    frame = take_columns(
        read_csv(folder, file.path, source_id), columns, file.path, source_id, ignored=("source",)
    )
    frame = _numbers(frame, ("year", "value"), file.path, source_id)
    for row in frame.filter(~pl.col("area_type").is_in(AREA_TYPES)).head(1).iter_rows(named=True):
        raise SourceChangedError(
            source_id,
            file.path,
            expected=f"one of {', '.join(sorted(AREA_TYPES))} as area_type",
            found=f"{row['area_type']!r} for {row['area_name']}",
            row=row[SOURCE_ROW],
        )
    unrevised = (pl.col("area_type") == COMBINED_AUTHORITY) & (pl.col("year") >= UNREVISED_FROM)
    return frame.select(
        *_AREA,
        pl.col("year").cast(pl.Int32),
        "value",
        pl.when(unrevised).then(pl.lit(PROVISIONAL)).alias("marker"),
        _mid_year("year").alias("period"),
        SOURCE_ROW,
    )


def ten_year_change(population: pl.DataFrame) -> pl.DataFrame:
    """Percentage change over the ten years that end at each mid-year, where both ends are held."""
    before = population.select("area_code", pl.col("year") + 10, pl.col("value").alias("before"))
    end = pl.col("year").cast(pl.String)
    return population.join(before, on=["area_code", "year"], maintain_order="left").with_columns(
        ((pl.col("value") / pl.col("before") - 1) * 100).alias("value"),
        pl.format("{}-07-01/{}-06-30", pl.col("year") - 10, end).alias("period"),
    )


def density(population: pl.DataFrame, folder: Path, file: SourceFile, source_id: str) -> pl.DataFrame:
    """People per square kilometre of land, every year on the land area of 2024."""
    columns = {**_AREA, "area_sq_km": "land", "people_per_sq_km_2024": "published"}
    land = take_columns(
        read_csv(folder, file.path, source_id), columns, file.path, source_id, ignored=("geography",)
    )
    land = _numbers(land, ("land", "published"), file.path, source_id)
    made = population.join(
        land.select("area_code", "land", "published", pl.col(SOURCE_ROW).alias("land_row")),
        on="area_code",
        maintain_order="left",
    ).with_columns((pl.col("value") / pl.col("land")).alias("value"))
    apart = (pl.col("value") - pl.col("published")).abs() > ROUNDED
    for row in made.filter(pl.col("year") == AGE_YEAR, apart).head(1).iter_rows(named=True):
        raise SourceChangedError(
            source_id,
            file.path,
            expected=f"{row['published']:.0f} people per square km in {row['area_name']}, as the table says",
            found=f"{row['value']:.1f} from its population and land area",
            row=row["land_row"],
            next_step="Check that population and area are of one edition.",
        )
    return made


def age_groups(
    population: pl.DataFrame, folder: Path, file: SourceFile, source_id: str
) -> list[pl.DataFrame]:
    """Shares of the three age groups at mid-2024, per 100 people; single years must add up to all ages."""
    single = [f"age_{age}" for age in range(OLDEST)] + [f"age_{OLDEST}_plus"]
    columns = {**_AREA, "all_ages": "all_ages", **{name: name for name in single}}
    frame = take_columns(
        read_csv(folder, file.path, source_id), columns, file.path, source_id, ignored=("geography",)
    )
    frame = _numbers(frame, ("all_ages", *single), file.path, source_id)
    known = population.filter(pl.col("year") == AGE_YEAR).select("area_code", pl.col("value").alias("known"))
    frame = frame.join(known, on="area_code", how="left", maintain_order="left")
    total = pl.sum_horizontal(single)
    wrong = frame.filter((total != pl.col("all_ages")) | (pl.col("known") != pl.col("all_ages")))
    for row in wrong.head(1).iter_rows(named=True):
        raise SourceChangedError(
            source_id,
            file.path,
            expected=f"ages that add up to {row['all_ages']:.0f}, the population of {row['area_name']}",
            found=f"{sum(row[name] for name in single):.0f}, and {row['known'] or 0:.0f} in the other table",
            row=row[SOURCE_ROW],
        )
    tables = []
    for series, (first, last) in AGE_GROUPS.items():
        share = pl.sum_horizontal(single[first : last + 1]) / pl.col("all_ages") * 100
        made = frame.with_columns(
            share.alias("value"),
            pl.lit(f"{AGE_YEAR}-06-30").alias("period"),
            pl.lit(None, pl.String).alias("marker"),
        )
        tables.append(_rows(made, f"ages/{series}", file))
    return tables


def median_age(folder: Path, file: SourceFile, source_id: str) -> pl.DataFrame:
    """The publisher's median age of all people, 2011 to 2024, in years."""
    columns = {**_AREA, "year": "year", "median_age": "value"}
    frame = take_columns(read_csv(folder, file.path, source_id), columns, file.path, source_id)
    frame = _numbers(frame, ("year", "value"), file.path, source_id)
    frame = frame.with_columns(_mid_year("year").alias("period"), pl.lit(None, pl.String).alias("marker"))
    return _rows(frame, "median-age/All people", file)


def _mid_year(year: str) -> pl.Expr:
    return pl.col(year).cast(pl.Int32).cast(pl.String) + pl.lit("-06-30")


def _numbers(frame: pl.DataFrame, names: tuple[str, ...], file: str, source_id: str) -> pl.DataFrame:
    """Text columns as numbers; a cell that is none stops the build, because these tables have no markers."""
    read = frame.with_columns(pl.col(name).cast(pl.Float64, strict=False) for name in names)
    for name in names:
        for row in frame.filter(read[name].is_null()).head(1).iter_rows(named=True):
            raise SourceChangedError(
                source_id,
                file,
                expected=f"a number as {name}",
                found=f"{row[name]!r} for {row['area_name']}",
                row=row[SOURCE_ROW],
            )
    return read


def _rows(frame: pl.DataFrame, series: str, file: SourceFile) -> pl.DataFrame:
    """A table with `area_code`, `area_name`, `period`, `value`, `marker` and `source_row` as RAW_SCHEMA."""
    return frame.select(
        pl.lit(series).alias("series"),
        "area_code",
        "area_name",
        "period",
        pl.col("value").cast(pl.String),
        pl.lit(None, pl.String).alias("lower_95"),
        pl.lit(None, pl.String).alias("upper_95"),
        "marker",
        pl.lit(file.path).alias("file"),
        pl.lit(file.published, pl.Date).alias("published"),
        SOURCE_ROW,
    ).cast(RAW_SCHEMA)
