"""Workbooks (XLSX): one sheet a table, and a first sheet that says what the file is."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import date, datetime

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from likeforlike.publish.numbers import tidy
from likeforlike.publish.pages.page import About, Table

#: No formula, link or number is ever guessed from text, so that a cell holds what the table holds. Fixed
#: creation day: the same page gives the same bytes.
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_CREATED = datetime(2000, 1, 1)
_SHEET_NAME = re.compile(r"[\[\]:*?/\\']")


def workbook(title: str, path: str, about: About, tables: Sequence[Table]) -> bytes:
    """The tables as an XLSX workbook."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, _OPTIONS) as book:
        book.set_properties({"title": title, "created": _CREATED})
        bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        _write_about(book.add_worksheet("About"), title, path, about, (bold, wrap))
        for table in tables:
            _write_table(book.add_worksheet(_SHEET_NAME.sub(" ", table.name)[:31]), table, bold, day)
    return out.getvalue()


def _write_about(
    sheet: Worksheet, title: str, path: str, about: About, formats: tuple[Format, Format]
) -> None:
    bold, wrap = formats
    lines = [
        ("Title", title),
        ("Address", path),
        ("Compared with", about.comparator),
        *(("Source", source) for source in about.sources),
        *(("Licence", licence) for licence in about.licences),
        ("Release", about.release_id),
        *(("Caveat", caveat) for caveat in about.caveats),
    ]
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 1, 100)
    for row, (name, value) in enumerate(lines):
        sheet.write_string(row, 0, name, bold)
        sheet.write_string(row, 1, value, wrap)


def _write_table(sheet: Worksheet, table: Table, bold: Format, day: Format) -> None:
    sheet.freeze_panes(1, 0)
    for at, column in enumerate(table.columns):
        sheet.write_string(0, at, column.key, bold)
        sheet.set_column(at, at, max(10, min(40, len(column.key) + 2)))
    for at_row, row in enumerate(table.rows, start=1):
        for at, column in enumerate(table.columns):
            _write_cell(sheet, (at_row, at), row.get(column.key), day)


def _write_cell(sheet: Worksheet, at: tuple[int, int], value: object, day: Format) -> None:
    if value is None:
        return
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        sheet.write_number(*at, tidy(value) if isinstance(value, float) else value)
    elif isinstance(value, date):
        sheet.write_datetime(*at, value, day)
    elif isinstance(value, (tuple, list)):
        sheet.write_string(*at, " ".join(str(item) for item in value))
    else:
        sheet.write_string(*at, str(value))
