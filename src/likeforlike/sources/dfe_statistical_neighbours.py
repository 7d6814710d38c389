"""DfE: the ten statistical neighbours of every children's services authority, as published in May 2025.

A workbook with one row per authority in the department's own numbers. The lists end where "Old SNs:" begins:
below it stand authorities abolished before the list was made.
"""

from __future__ import annotations

from pathlib import Path

import fastexcel
import polars as pl

from likeforlike.domain.area import AreaRegister
from likeforlike.domain.errors import SourceChangedError
from likeforlike.domain.provenance import Source
from likeforlike.sources.reading import read_bytes, read_csv, take_columns

LISTS = "sn_may_2025.xlsx"
SHEET = "LA SN Groups"
NUMBERS = "children_0_17_upper_tier_2012_2024.csv.gz"
HEADER_ROW = 3
SIZE = 10
OLD = "Old SNs:"
#: How close a neighbour is, closest first, in the publisher's words.
CLOSENESS = ("Extremely close", "Very close", "Close", "Somewhat close", "Not close")
#: The columns with an authority's number of the list and of the population file.
_NUMBER_COLUMN = "LA num"
_IGNORED = (
    "time_period",
    "time_identifier",
    "geographic_level",
    "country_code",
    "country_name",
    "region_code",
    "region_name",
    "la_name",
    "age_group",
    "population_estimate",
)


def read_lists(folder: Path, source: Source, register: AreaRegister) -> pl.DataFrame:
    """Columns area_code, rank (1 = closest), neighbour_code, closeness; ordered by area and rank.

    Raises SourceChangedError for another layout, an unknown authority or closeness, or a list that is not ten
    others.
    """
    file = next(file.path for file in source.files if file.path.endswith(LISTS))
    numbers = next(file.path for file in source.files if file.path.endswith(NUMBERS))
    code_of = _codes(folder, numbers, source.id, register)
    rows = []
    for number, cells in _authorities(folder, file, source.id):
        area = _code(cells[0], code_of, file, source.id, number)
        pairs = list(zip(cells[5::2], cells[6::2], strict=True))
        for rank, (neighbour, closeness) in enumerate(pairs, start=1):
            if closeness not in CLOSENESS:
                raise SourceChangedError(
                    source.id,
                    file,
                    expected=f"one of {', '.join(CLOSENESS)}",
                    found=f"{closeness!r}",
                    row=number,
                )
            rows.append((area, rank, _code(neighbour, code_of, file, source.id, number), closeness))
        _check_list(area, [code for one, _, code, _ in rows if one == area], file, source.id, number)
    schema = {"area_code": pl.String, "rank": pl.UInt16, "neighbour_code": pl.String, "closeness": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row").sort("area_code", "rank")


def _authorities(folder: Path, file: str, source_id: str) -> list[tuple[int, list[str]]]:
    """Row number in the sheet, and cells, of every authority in the current part of the list."""
    workbook = fastexcel.read_excel(read_bytes(folder, file, source_id))
    if SHEET not in workbook.sheet_names:
        raise SourceChangedError(
            source_id, file, expected=f"a sheet {SHEET!r}", found=", ".join(workbook.sheet_names)
        )
    sheet = workbook.load_sheet(SHEET, header_row=None, dtypes="string").to_polars()
    header = list(sheet.row(HEADER_ROW - 1))
    expected = [_NUMBER_COLUMN, "LA Name", "LA number", "GOInd", "GOReg"]
    expected += [name for rank in range(1, SIZE + 1) for name in (f"SN{rank}", "SNP")]
    if header[: len(expected)] != expected:
        raise SourceChangedError(
            source_id, file, expected=", ".join(expected), found=", ".join(map(str, header)), row=HEADER_ROW
        )
    rows: list[tuple[int, list[str]]] = []
    for number, cells in enumerate(sheet.rows()[HEADER_ROW:], start=HEADER_ROW + 1):
        if cells[1] == OLD:
            return rows
        if not any(cells):
            continue
        rows.append((number, ["" if cell is None else cell.strip() for cell in cells[: len(expected)]]))
    raise SourceChangedError(source_id, file, expected=f"a row {OLD!r} below the lists", found="none")


def _codes(folder: Path, file: str, source_id: str, register: AreaRegister) -> dict[str, str]:
    """The department's number of each authority in force -> its code."""
    table = take_columns(
        read_csv(folder, file, source_id),
        {"old_la_code": "number", "new_la_code": "area_code"},
        file,
        source_id,
        ignored=_IGNORED,
    )
    # The file writes the numbers as decimals: 301.0.
    known = (
        table.drop_nulls()
        .unique(["number", "area_code"])
        .with_columns(pl.col("number").str.strip_suffix(".0"))
    )
    current: dict[str, str] = {}
    for number, code in known.select("number", "area_code").iter_rows():
        successors = register.successors(code)
        if len(successors) == 1 and successors[0] in register.upper_tier:
            current[number] = successors[0]
    return current


def _code(number: str, code_of: dict[str, str], file: str, source_id: str, row: int) -> str:
    if number not in code_of:
        raise SourceChangedError(
            source_id,
            file,
            expected="the number of an authority in force",
            found=f"{number!r}",
            row=row,
            next_step=f"Add it to {NUMBERS}, or correct the list.",
        )
    return code_of[number]


def _check_list(area: str, others: list[str], file: str, source_id: str, row: int) -> None:
    if len(set(others)) != SIZE or area in others:
        raise SourceChangedError(
            source_id, file, expected=f"{SIZE} different others", found=", ".join(others), row=row
        )
