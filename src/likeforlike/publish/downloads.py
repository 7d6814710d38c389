"""Files made from page models: each says what it is, where its figures come from and under which licence.

Text that a spreadsheet could take for a formula is written so that it stays text.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum

import polars as pl

from likeforlike.domain.errors import NotFoundError
from likeforlike.publish import urls
from likeforlike.publish.charts.files import png, standalone
from likeforlike.publish.numbers import tidy
from likeforlike.publish.pages.page import About, Page, Table
from likeforlike.publish.workbook import workbook

_ON_EVERY_ROW = frozenset({"file_title", "file_address", "file_release_id"})
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_MEDIA = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "svg": "image/svg+xml",
    "png": "image/png",
}


@dataclass(frozen=True)
class File:
    """A file ready to be saved or sent."""

    name: str
    media_type: str
    content: bytes


def file(page: Page, kind: str, table: str = "", address: str = "") -> File:
    """The page as a file of one kind; NotFoundError where the page has no such table or no chart.

    `address` is where the site lies (https://…), so that the file can say where it came from; JSON is the page's
    model as it is."""
    name = re.sub(r"[^A-Za-z0-9]+", "-", page.path.partition("?")[0]).strip("-") or "home"
    whence = f"{address}{urls.pinned(page.path, page.about.release_id[:12])}"
    return File(f"likeforlike-{name}.{kind}", _MEDIA[kind], _content(page, kind, table, whence))


def _content(page: Page, kind: str, table: str, whence: str) -> bytes:
    if kind == "json":
        return without_markup(page.model_dump_json()).encode()
    if kind in ("svg", "png"):
        return _drawing(page, kind, whence)
    tables = page.tables()
    if table:
        tables = tuple(one for one in tables if one.name == table)
    if not tables:
        raise NotFoundError(
            "This page has no such table.", instead="Take the suffix off the address to see the page."
        )
    if kind == "xlsx":
        return workbook(page.title, whence, page.about, tables)
    if kind == "parquet":
        return _parquet(tables[0], page, whence)
    return csv_text(tables[0], page.about, page.title, whence).encode()


def without_markup(json: str) -> str:
    """The same JSON with the characters that begin and end markup written as escapes, so that what a reader
    typed cannot become markup where somebody puts the text into a page."""
    return json.replace("<", "\\u003c").replace(">", "\\u003e")


def csv_text(table: Table, about: About, title: str, path: str) -> str:
    """The table as CSV; the last columns say what the file must say about itself.

    What identifies the file stands on every row. Its long texts (comparator, sources, licences, caveats) stand
    on the first row alone: on two hundred rows they made a scorecard six times as large as its figures.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    told = _told(about, title, path)
    first = [safe_cell(words) for words in told.values()]
    later = [safe_cell(words) if name in _ON_EVERY_ROW else "" for name, words in told.items()]
    writer.writerow([*(column.key for column in table.columns), *told])
    for number, row in enumerate(table.rows):
        cells = (safe_cell(row.get(column.key)) for column in table.columns)
        writer.writerow([*cells, *(later if number else first)])
    return out.getvalue()


def _told(about: About, title: str, path: str) -> dict[str, str]:
    return {
        "file_title": title,
        "file_address": path,
        "file_comparator": about.comparator,
        "file_sources": " | ".join(about.sources),
        "file_licences": " | ".join(about.licences),
        "file_caveats": " | ".join(about.caveats),
        "file_release_id": about.release_id,
    }


def safe_cell(value: object) -> str | int | float:
    """A value as a CSV cell: missing is empty, several values are joined, and no text can start a formula."""
    plain = plain_value(value)
    if plain is None:
        return ""
    if isinstance(plain, float):
        return tidy(plain)
    if not isinstance(plain, str):
        return plain
    one_line = plain.replace("\r", " ")  # the csv module leaves a lone carriage return bare, which ends a row
    return f"'{one_line}" if one_line.lstrip(" ").startswith(_FORMULA_STARTS) else one_line


def plain_value(value: object) -> str | int | float | None:
    """A value as a file holds it."""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (tuple, list)):
        return " ".join(str(item) for item in value)
    if value is None or isinstance(value, (str, int, float)):
        return value
    return str(value)


def _parquet(table: Table, page: Page, whence: str) -> bytes:
    columns = {
        column.key: [plain_value(row.get(column.key)) for row in table.rows] for column in table.columns
    }
    out = io.BytesIO()
    told = _told(page.about, page.title, whence)
    pl.DataFrame(columns, strict=False, infer_schema_length=None).write_parquet(out, metadata=told)
    return out.getvalue()


def _drawing(page: Page, kind: str, whence: str) -> bytes:
    drawing = page.chart()
    if not drawing:
        raise NotFoundError(
            "This page has no chart.", instead="Take the suffix off the address to see the page."
        )
    text = standalone(drawing, page.chart_heading(), list(_footer(page, whence)))
    return text.encode() if kind == "svg" else png(text)


def _footer(page: Page, whence: str) -> Iterator[str]:
    """The lines under a chart that leaves the site."""
    if page.about.comparator and page.chart_compares:
        yield f"Compared with: {page.about.comparator}"
    yield from page.about.sources
    yield from page.about.licences
    yield f"likeforlike release {page.about.release_id} · {whence}"
