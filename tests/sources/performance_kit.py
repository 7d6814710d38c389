"""Small copies of publishers' files, made of real rows, for tests of the sources of council performance."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import polars as pl
import xlsxwriter

from likeforlike.domain.observation import RAW_SCHEMA
from likeforlike.domain.provenance import Source, SourceFile
from likeforlike.sources import PARSERS

PEOPLE = """\
area_code,area_name,area_type,year,population,source
E06000001,Hartlepool,unitary,2021,92000,estimates
E06000001,Hartlepool,unitary,2022,93000,estimates
E06000001,Hartlepool,unitary,2024,100000,estimates
E06000066,Somerset,unitary,2017,555000,estimates
E06000065,North Yorkshire,unitary,2022,600000,estimates
E06000063,Cumberland,unitary,2022,275000,estimates
E06000063,Cumberland,unitary,2024,280000,estimates
E08000016,Barnsley,metropolitan,2021,244000,estimates
E08000016,Barnsley,metropolitan,2024,250000,estimates
E06000058,"Bournemouth, Christchurch and Poole",unitary,2024,400000,estimates
E07000244,East Suffolk,district,2024,250000,estimates
E07000008,Cambridge,district,2022,145000,estimates
E10000003,Cambridgeshire,county,2022,680000,estimates
"""


def parse(folder: Path, source_id: str, *paths: str) -> pl.DataFrame:
    """What a source's module makes of the files at these paths."""
    source = Source(
        id=source_id,
        title="A source",
        publisher="A publisher",
        url="https://example.org/",
        attribution="Source: a publisher",
        retrieved=date(2026, 7, 26),
        files=tuple(SourceFile(path=path) for path in paths),
    )
    raw = PARSERS[source_id](folder, source)
    assert raw.schema == RAW_SCHEMA
    return raw


def put(folder: Path, name: str, text: str) -> str:
    """Write text under its name, gzipped where the name says so; give the name back."""
    content = text.encode()
    (folder / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return name


def put_people(folder: Path) -> str:
    return put(folder, "population_by_area_1991_2024.csv.gz", PEOPLE)


def put_workbook(folder: Path, name: str, sheets: dict[str, list[list[object]]]) -> str:
    """Write a workbook of sheets, each a list of rows; None leaves a cell empty."""
    book = xlsxwriter.Workbook(folder / name)
    for title, rows in sheets.items():
        sheet = book.add_worksheet(title)
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    book.close()
    return name


def cells(raw: pl.DataFrame, series: str) -> dict[tuple[str | None, str], str | None]:
    """Value by area and period of one series."""
    rows = raw.filter(series=series)
    return {
        (area, period): value
        for area, period, value in rows.select("area_code", "period", "value").iter_rows()
    }
