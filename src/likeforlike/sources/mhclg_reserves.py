"""Councils' usable reserves against what they spend, 31 March 2011 to 2018.

The ministry's revenue summary: one workbook per year, one row per authority, by the "E-code" of its
accounts, thousands of pounds. Usable
reserves are those set aside for a purpose (schools and public health left out) and those not set aside at
all. The share is worked out here; for councils that were merged since, both sides are added up first.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from likeforlike.definitions.area_codes import FINANCE, load_area_codes
from likeforlike.definitions.register import load_register
from likeforlike.domain.provenance import Source, SourceFile
from likeforlike.sources.per_head import today_counts
from likeforlike.sources.reading import SOURCE_ROW
from likeforlike.sources.rows import raw_rows
from likeforlike.sources.workbooks import read_sheet, take_cells

E_CODE = r"^E\d{4}$"
NO_FIGURE = "…"
EARMARKED, UNALLOCATED, SPENDING = (
    "other earmarked reserves",
    "unallocated reserves",
    "net revenue expenditure",
)
HEADINGS = {
    EARMARKED: "other earmarked financial reserves level",
    UNALLOCATED: "unallocated financial reserves level",
    SPENDING: "net revenue expenditure",
}


@dataclass(frozen=True)
class Edition:
    """One year's workbook: where the reserves at its end stand, and its spending; columns count from 0.

    Until 2014-15 reserves at the end of the year have a sheet of their own; later one sheet holds all, and
    the headings say "at 31 March".
    """

    last_day: str
    spending_sheet: str
    spending: int
    reserves_sheet: str
    earmarked: int
    unallocated: int
    name: int = 1
    at: str = ""


def _two_sheets(year: int, spending: int, earmarked: int, name: int = 1) -> Edition:
    sheet = f"RS LA Data {year - 1}-{year % 100}"
    return Edition(f"{year}-03-31", f"{sheet} (1)", spending, f"{sheet} (2)", earmarked, earmarked + 1, name)


def _one_sheet(year: int, spending: int, earmarked: int) -> Edition:
    sheet = f"RS LA Data {year - 1}-{year % 100}"
    return Edition(f"{year}-03-31", sheet, spending, sheet, earmarked, earmarked + 1, 2, " at 31 March")


#: Editions by the year in the file's name.
EDITIONS = {
    "2010-11": _two_sheets(2011, 54, 67),
    "2011-12": _two_sheets(2012, 57, 70),
    "2012-13": _two_sheets(2013, 57, 69),
    "2013-14": _two_sheets(2014, 57, 70),
    "2014-15": _two_sheets(2015, 58, 71, 2),
    "2015-16": _one_sheet(2016, 57, 74),
    "2016-17": _one_sheet(2017, 58, 75),
    "2017-18": _one_sheet(2018, 58, 76),
}


def parse(folder: Path, source: Source) -> pl.DataFrame:
    """Series `thousand/<item>`, as published, and `share/usable reserves`, worked out, as RAW_SCHEMA.

    Raises SourceChangedError for a sheet that is absent or a column that has moved.
    """
    return pl.concat([_rows(folder, file, source.id) for file in source.files])


def edition_of(path: str) -> Edition:
    """The edition whose year stands in a file's name; KeyError for another."""
    return next(edition for year, edition in EDITIONS.items() if year in Path(path).name)


def _rows(folder: Path, file: SourceFile, source_id: str) -> pl.DataFrame:
    edition = edition_of(file.path)
    spending = read_sheet(folder, file.path, edition.spending_sheet, source_id)
    reserves = read_sheet(folder, file.path, edition.reserves_sheet, source_id)
    long = pl.concat(
        [
            _column(spending, edition.spending, SPENDING, file, source_id),
            _column(reserves, edition.earmarked, EARMARKED, file, source_id),
            _column(reserves, edition.unallocated, UNALLOCATED, file, source_id),
        ]
    )
    day = pl.lit(edition.last_day)
    published = raw_rows(
        long,
        file,
        series=pl.lit("thousand/") + pl.col("key"),
        area_code=pl.col("area_code"),
        area_name=pl.col("area_name"),
        period=day,
        value=pl.col("text"),
        marker=pl.col("marker"),
    )
    shares = raw_rows(
        share_of_spending(long),
        file,
        series=pl.lit("share/usable reserves"),
        area_code=pl.col("area_code"),
        period=day,
        value=pl.col("share"),
        marker=pl.col("marker"),
    )
    return pl.concat([published, shares])


def share_of_spending(long: pl.DataFrame) -> pl.DataFrame:
    """Reserves of every 100 pounds spent, for today's councils: `area_code`, `share`, `marker`, `source_row`.

    None where a figure is missing, or where spending is nought or less.
    """
    councils = long.filter(pl.col("area_code").is_not_null())
    today = today_counts(councils, load_register(), money=True)
    wide = today.pivot("key", index="area_code", values=["count", "marker", SOURCE_ROW])
    reserves = pl.col(f"count_{EARMARKED}") + pl.col(f"count_{UNALLOCATED}")
    spending = pl.col(f"count_{SPENDING}")
    share = pl.when(spending > 0).then(100 * reserves / spending)
    return wide.select(
        "area_code",
        share.alias("share"),
        pl.when(spending <= 0)
        .then(pl.lit("z"))
        .when(share.is_null())
        .then(pl.lit("x"))
        .otherwise(pl.col(f"marker_{SPENDING}"))
        .alias("marker"),
        pl.col(f"{SOURCE_ROW}_{SPENDING}").alias(SOURCE_ROW),
    )


def _column(table: pl.DataFrame, column: int, item: str, file: SourceFile, source_id: str) -> pl.DataFrame:
    """One item of every authority: area, `key` (the item), `text`, `count`, `marker`, `source_row`."""
    edition = edition_of(file.path)
    sheet = edition.spending_sheet if item == SPENDING else edition.reserves_sheet
    heading = HEADINGS[item] + ("" if item == SPENDING else edition.at)
    cells = take_cells(
        table, {column: heading}, file.path, sheet, source_id, name=edition.name, pattern=E_CODE
    )
    text = pl.col(str(column)).replace(NO_FIGURE, None)
    codes = load_area_codes(FINANCE)
    return cells.select(
        pl.col("area_code").replace_strict(codes, default=None).alias("area_code"),
        "area_name",
        pl.lit(item).alias("key"),
        text.alias("text"),
        text.cast(pl.Float64).alias("count"),
        pl.when(text.is_null()).then(pl.lit("x")).alias("marker"),
        SOURCE_ROW,
    )
