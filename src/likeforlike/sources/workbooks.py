"""Reading publishers' workbooks: a sheet as text, its rows numbered as the spreadsheet numbers them."""

from __future__ import annotations

import lzma
import re
from collections.abc import Mapping
from pathlib import Path

import fastexcel
import polars as pl

from likeforlike.domain.errors import SourceChangedError
from likeforlike.sources.reading import SOURCE_ROW, read_bytes

#: A nine-character code of the Office for National Statistics.
CODE = r"^[EWSNK]\d{8}$"


def read_sheet(folder: Path, file: str, sheet: str, source_id: str) -> pl.DataFrame:
    """One sheet as text columns `0`, `1`, ..., blanks around it removed, plus `source_row` (first row = 1).

    Raises SourceChangedError for a file that is no workbook, or one without the sheet.
    """
    try:
        content = read_bytes(folder, file, source_id)
        book = fastexcel.read_excel(lzma.decompress(content) if file.endswith(".xz") else content)
        names = [name for name in book.sheet_names if not name.startswith("'file:")]
        if sheet not in names:
            raise SourceChangedError(
                source_id, file, expected=f"a sheet {sheet!r}", found=f"the sheets {', '.join(names)}"
            )
        table = book.load_sheet(sheet, header_row=None, dtypes="string").to_polars()
    except (fastexcel.FastExcelError, lzma.LZMAError) as problem:
        raise SourceChangedError(
            source_id,
            file,
            expected="a workbook",
            found=f"one that cannot be read ({str(problem).splitlines()[0]})",
            next_step="Fetch the file again.",
        ) from problem
    text = [
        pl.col(name).str.strip_chars().replace("", None).alias(str(at))
        for at, name in enumerate(table.columns)
    ]
    return table.select(*text, pl.int_range(1, pl.len() + 1, dtype=pl.UInt32).alias(SOURCE_ROW))


def take_cells(
    table: pl.DataFrame,
    headings: Mapping[int, str],
    file: str,
    sheet: str,
    source_id: str,
    *,
    code: int = 0,
    name: int = 1,
    pattern: str = CODE,
) -> pl.DataFrame:
    """Rows that have an area's code: `area_code`, `area_name` and the columns in `headings` by number.

    `headings` says for each column a piece of text that must stand above it, so that a moved column stops
    the build. Case and spacing do not matter.
    """
    is_data = pl.col(str(code)).str.contains(pattern).fill_null(value=False)
    first = table.filter(is_data)[SOURCE_ROW].min()
    above = table.filter(pl.col(SOURCE_ROW) < (first if isinstance(first, int) else 0))
    for column, heading in headings.items():
        found = " ".join(above[str(column)].drop_nulls().to_list()) if str(column) in above.columns else ""
        if _plain(heading) not in _plain(found):
            raise SourceChangedError(
                source_id,
                file,
                expected=f"{heading!r} above column {column + 1} of sheet {sheet}",
                found=repr(found[:120]),
                next_step="Compare the sheet with its last edition and update the source module.",
            )
    return table.filter(is_data).select(
        pl.col(str(code)).alias("area_code"),
        pl.col(str(name)).alias("area_name"),
        *(pl.col(str(column)) for column in headings),
        SOURCE_ROW,
    )


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).strip()
