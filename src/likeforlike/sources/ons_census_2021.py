"""ONS Census 2021: households by council, and residents of rural small areas by council.

Households are published by council. The share of residents in rural areas is worked out here: every small
area (LSOA of 2021) has an ONS class, rural where its code begins with R; the rural ones' census residents are
added up by council and divided by all residents. A worked-out row names the row of the council's first small
area.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from likeforlike.domain.errors import SourceChangedError
from likeforlike.domain.observation import RAW_SCHEMA
from likeforlike.domain.provenance import Source, SourceFile
from likeforlike.sources.reading import SOURCE_ROW, read_csv, take_columns

HOUSEHOLDS = "households_census2021_lad23.csv"
RESIDENTS = "lsoa21_census2021_residents_households.csv.gz"
CLASSES = "rural_urban_2021_lsoa21.csv.gz"
COUNCILS = "iod2025_lsoa.csv.gz"
COUNTIES = "lad24_to_county_region_fire_police.csv"
ENGLAND = "E92000001"

CENSUS_DAY = "2021-03-21"
#: Two classes each of larger rural towns, smaller rural places, and the two kinds of urban area.
RURAL = ("RLF1", "RLN1", "RSF1", "RSN1")
URBAN = ("UF1", "UN1")


def parse(folder: Path, source: Source) -> pl.DataFrame:
    """Series `households/Households` and `rural/Residents in rural areas` (per 100 residents), as RAW_SCHEMA.

    Raises SourceChangedError for a column, class or small area that is not as declared.
    """
    files = {Path(file.path).name: file for file in source.files}
    return pl.concat(
        [
            households(folder, files[HOUSEHOLDS], source.id),
            rural_share(folder, files, source.id),
        ]
    )


def households(folder: Path, file: SourceFile, source_id: str) -> pl.DataFrame:
    """Households with at least one usual resident on census day."""
    columns = {"lad23_code": "area_code", "households_census2021": "value"}
    frame = take_columns(read_csv(folder, file.path, source_id), columns, file.path, source_id)
    return _rows(frame, "households/Households", file)


def rural_share(folder: Path, files: dict[str, SourceFile], source_id: str) -> pl.DataFrame:
    """Residents of rural small areas per 100 residents: councils, counties and England."""

    def read(name: str, columns: dict[str, str], *, others: bool = False) -> pl.DataFrame:
        frame = read_csv(folder, files[name].path, source_id)
        ignored = [column for column in frame.columns if column not in columns] if others else []
        return take_columns(frame, columns, files[name].path, source_id, ignored=ignored)

    small = read(RESIDENTS, {"lsoa21_code": "lsoa", "residents_census2021": "residents"}, others=True)
    classes = read(CLASSES, {"lsoa21_code": "lsoa", "ruc21_code": "class"}).drop(SOURCE_ROW)
    councils = read(COUNCILS, {"lsoa21_code": "lsoa", "lad24_code": "council"}, others=True).drop(SOURCE_ROW)
    counties = read(COUNTIES, {"lad24_code": "council", "utla23_code": "county"}, others=True).drop(
        SOURCE_ROW
    )
    table = small.join(classes, on="lsoa", how="left", maintain_order="left").join(
        councils, on="lsoa", how="left", maintain_order="left"
    )
    wrong = table.filter(
        pl.col("council").is_null()
        | ~pl.col("class").is_in([*RURAL, *URBAN]).fill_null(value=False)
        | pl.col("residents").cast(pl.Int64, strict=False).is_null()
    )
    for row in wrong.head(1).iter_rows(named=True):
        raise SourceChangedError(
            source_id,
            files[RESIDENTS].path,
            expected="a small area with a number of residents, a rural or urban class and a council",
            found=f"{row['lsoa']} with {row['residents']!r}, {row['class']!r} and {row['council']!r}",
            row=row[SOURCE_ROW],
            next_step="Check that all four files are of the 2021 small areas.",
        )
    table = table.join(counties, on="council", how="left", maintain_order="left").with_columns(
        pl.col("residents").cast(pl.Int64), pl.col("class").is_in(RURAL).alias("is_rural")
    )
    in_county = table.filter(pl.col("county") != pl.col("council")).with_columns(
        pl.col("county").alias("area_code")
    )
    levels = pl.concat(
        [
            table.with_columns(pl.col("council").alias("area_code")),
            in_county,
            table.with_columns(pl.lit(ENGLAND).alias("area_code")),
        ]
    )
    residents = pl.col("residents")
    made = levels.group_by("area_code", maintain_order=True).agg(
        (residents.filter("is_rural").sum() / residents.sum() * 100).alias("value"),
        pl.col(SOURCE_ROW).first(),
    )
    return _rows(made.sort("area_code"), "rural/Residents in rural areas", files[RESIDENTS])


def _rows(frame: pl.DataFrame, series: str, file: SourceFile) -> pl.DataFrame:
    nothing = pl.lit(None, pl.String)
    return frame.select(
        pl.lit(series).alias("series"),
        "area_code",
        nothing.alias("area_name"),
        pl.lit(CENSUS_DAY).alias("period"),
        pl.col("value").cast(pl.String),
        *(nothing.alias(name) for name in ("lower_95", "upper_95", "marker")),
        pl.lit(file.path).alias("file"),
        pl.lit(file.published, pl.Date).alias("published"),
        SOURCE_ROW,
    ).cast(RAW_SCHEMA)
