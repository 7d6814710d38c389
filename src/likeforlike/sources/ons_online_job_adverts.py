"""ONS labour demand by local authority: online job adverts in January of each year, 2017 to 2022.

One row = year x area. The publisher counts adverts of a job search engine once a week in January, takes the mean and
divides it by a number that it does not disclose, the same for all areas and years: councils and years compare,
but nobody can say how many adverts there were. Councils stand under their names of May 2021; 45 of the United
Kingdom's are not published. Rates are worked out here for every 100,000 people of today's councils, by
the population of the same year's middle.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from likeforlike.definitions.register import load_register
from likeforlike.domain.errors import SourceChangedError
from likeforlike.domain.provenance import Source
from likeforlike.sources.named import NORTHERN_IRELAND, SCOTLAND_AND_WALES, with_codes
from likeforlike.sources.per_head import POPULATION, rate_rows, read_people
from likeforlike.sources.reading import SOURCE_ROW, read_csv, take_columns
from likeforlike.sources.rows import raw_rows, year_from

SERIES = "adverts/All"
ADVERTS = "C_Vacancy_ONS1722.csv.gz"
COUNCIL = "LADU"
#: Enterprise partnerships, skills areas, regions and combined authorities: made of the councils.
GROUPS = frozenset({"GOR", "LEP", "LSIP", "MCA"})
BOUNDARIES = date(2021, 5, 1)
PER = 100_000


def parse(folder: Path, source: Source) -> pl.DataFrame:
    """Series `adverts/All`, units for every 100,000 people, as RAW_SCHEMA.

    Raises SourceChangedError for a column, level, year, number or name that is not as declared.
    """
    files = {Path(file.path).name: file for file in source.files}
    file = files[ADVERTS]
    names = {"year": "year", "area": "area_name", "geographic_level": "level", "vacancy_unit": "text"}
    table = take_columns(read_csv(folder, file.path, source.id), names, file.path, source.id)
    table = table.with_columns(pl.col("text").cast(pl.Float64, strict=False).alias("count"))
    known = pl.col("level").is_in([COUNCIL, *GROUPS])
    for row in (
        table.filter(~known | pl.col("count").is_null() | ~pl.col("year").str.contains(r"^20\d\d$"))
        .head(1)
        .iter_rows(named=True)
    ):
        raise SourceChangedError(
            source.id,
            file.path,
            expected="a known level, a year and a number",
            found=f"{row['level']!r}, {row['year']!r} and {row['text']!r} for {row['area_name']}",
            row=row[SOURCE_ROW],
        )
    councils = with_codes(
        table.filter(pl.col("level") == COUNCIL),
        load_register().as_of(BOUNDARIES),
        SCOTLAND_AND_WALES | NORTHERN_IRELAND,
        file.path,
        source.id,
    )
    counts = councils.with_columns(
        year_from(pl.col("year"), "01-01", "P1M").alias("key"),
        pl.col("year").cast(pl.Int32),
        pl.lit(None, pl.String).alias("marker"),
    )
    rates = rate_rows(counts, read_people(folder, files[POPULATION].path, source.id), PER)
    return raw_rows(
        rates,
        file,
        series=pl.lit(SERIES),
        area_code=pl.col("area_code"),
        period=pl.col("key"),
        value=pl.col("rate"),
        marker=pl.col("marker"),
    )
