"""Statutory homelessness: detailed tables of one quarter, one sheet per subject, one row per council.

Rates for every thousand households are the publisher's. Two shares are worked out here from its counts:
households whose duty ended with a home secured, for every 100 whose duty ended; there is none where no duty
ended.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from likeforlike.domain.provenance import Source, SourceFile
from likeforlike.sources.rows import raw_rows
from likeforlike.sources.workbooks import read_sheet, take_cells

MISSING = ".."


@dataclass(frozen=True)
class Rate:
    """A published rate: its series, sheet, column and what stands above the column."""

    series: str
    sheet: str
    column: int
    heading: str


@dataclass(frozen=True)
class Share:
    """A share worked out from two counts: its series, sheet, and the columns of the part and the whole."""

    series: str
    sheet: str
    part: int
    part_heading: str
    whole: int
    whole_heading: str


@dataclass(frozen=True)
class Edition:
    """One quarter's workbook: its period, the last day of the quarter, and where the figures stand."""

    period: str
    last_day: str
    tables: tuple[Rate | Share, ...]


THREATENED = "Households assessed as threatened with homelessness per (000s)"
HOMELESS = "Households assessed as homeless per (000s)"
ACCOMMODATED = "Total number of households in TA per (000s)"
PREVENTION = (6, "Total secured accommodation", 4, "whose prevention duty ended")
RELIEF = (5, "Secured accommodation for 6+ months", 4, "whose relief duty ended")

#: Editions by the end of the file's name.
EDITIONS = {
    "homelessness_detailed_la.xlsx": Edition(
        "2025-04-01/P3M",
        "2025-06-30",
        (
            Rate("A1/threatened", "A1", 16, THREATENED),
            Rate("A1/homeless", "A1", 17, HOMELESS),
            Rate("TA1/temporary accommodation", "TA1", 6, ACCOMMODATED),
            Share("P1/prevention secured", "P1", *PREVENTION),
            Share("R1/relief secured", "R1", *RELIEF),
        ),
    ),
    "Detailed_LA_202212.ods": Edition(
        "2022-10-01/P3M",
        "2022-12-31",
        (
            Rate("A1/threatened", "A1", 14, THREATENED),
            Rate("A1/homeless", "A1", 15, HOMELESS),
            Rate("TA1/temporary accommodation", "TA1_", 6, ACCOMMODATED),
            Share("P1/prevention secured", "P1_", *PREVENTION),
            Share("R1/relief secured", "R1_", *RELIEF),
        ),
    ),
}


def parse(folder: Path, source: Source) -> pl.DataFrame:
    """The figures of every edition as RAW_SCHEMA, one series per rate or share.

    Raises SourceChangedError for a workbook that is not known, a sheet that is absent, or a column that has
    moved. "Rest of England" has no code and is left out with headings and notes.
    """
    return pl.concat(
        [
            _rows(folder, file, EDITIONS[Path(file.path).name], table, source.id)
            for file in source.files
            for table in EDITIONS[Path(file.path).name].tables
        ]
    )


def _rows(
    folder: Path, file: SourceFile, edition: Edition, table: Rate | Share, source_id: str
) -> pl.DataFrame:
    sheet = read_sheet(folder, file.path, table.sheet, source_id)
    if isinstance(table, Rate):
        cells = take_cells(sheet, {table.column: table.heading}, file.path, table.sheet, source_id)
        value, marker = _published(pl.col(str(table.column)))
    else:
        headings = {table.part: table.part_heading, table.whole: table.whole_heading}
        cells = take_cells(sheet, headings, file.path, table.sheet, source_id)
        value, marker = _worked_out(pl.col(str(table.part)), pl.col(str(table.whole)))
    day = table.series.startswith("TA1")
    return raw_rows(
        cells,
        file,
        series=pl.lit(table.series),
        area_code=pl.col("area_code"),
        area_name=pl.col("area_name"),
        period=pl.lit(edition.last_day if day else edition.period),
        value=value,
        marker=marker,
    )


def _published(cell: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Value and marker of a published rate."""
    return pl.when(cell != MISSING).then(cell), pl.when(cell == MISSING).then(pl.lit("x"))


def _worked_out(part_cell: pl.Expr, whole_cell: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Value and marker of a share of two counts; there is none where either is missing or nothing ended."""
    part, whole = (pl.when(cell != MISSING).then(cell).cast(pl.Float64) for cell in (part_cell, whole_cell))
    marker = pl.when(whole == 0).then(pl.lit("z")).when(part.is_null() | whole.is_null()).then(pl.lit("x"))
    return pl.when(whole > 0).then(100 * part / whole), marker
