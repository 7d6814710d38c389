"""What every command prints: a table for people, JSON or CSV for programs."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from likeforlike.domain.errors import RequestError
from likeforlike.publish.cli.columns import Column, Row

#: A cell that begins with one of these is run as a formula by a spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Format(StrEnum):
    """How rows are printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


FormatOption = Annotated[Format, typer.Option("--format", help="For people, or for programs.")]
AddressOption = Annotated[
    str | None,
    typer.Option(
        "--address",
        help="Where readers find the site (https://…), for citations and files.",
        show_default=False,
    ),
]
ReleaseOption = Annotated[
    Path | None,
    typer.Option(
        "--release",
        help="A release, or a folder of releases.",
        show_default="the one that comes with likeforlike",
    ),
]


def emit(
    rows: Iterable[Row],
    format: Format,
    *,
    title: str = "",
    caption: str = "",
    columns: Sequence[Column] | None = None,
    section: Callable[[Row], str] | None = None,
    keys: Sequence[str] | None = None,
) -> None:
    """Print rows, which all have the same keys in the same order.

    JSON is an array with one object per line: null for missing, dates as 2024-03-31. CSV has a header; a
    list becomes its items separated by spaces. `columns` and `section` (a heading over rows that share it)
    shape the table for people; without columns it has one per key. `keys` heads a CSV that may have no row.
    """
    if format is Format.JSON:
        _write_json(rows, sys.stdout)
    elif format is Format.CSV:
        _write_csv(rows, sys.stdout, keys)
    else:
        # Rich takes longer to load than a command to run, and only people need it.
        from likeforlike.publish.cli.tables import print_table  # noqa: PLC0415

        print_table([*rows], title=title, caption=caption, columns=columns, section=section)


def read_day(text: str) -> date:
    """A day as 2024-03-31; RequestError for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError as problem:
        raise RequestError(f"{text!r} is not a day.", instead="Write it as 2024-03-31.") from problem


def note(text: str) -> None:
    """Say something beside the rows, where it does not mix with them."""
    typer.echo(f"likeforlike: {text}", err=True)


def _write_json(rows: Iterable[Row], out: TextIO) -> None:
    out.write("[")
    before = "\n"
    for row in rows:
        out.write(before + json.dumps(row, default=_plain, ensure_ascii=False, allow_nan=False))
        before = ",\n"
    out.write("\n]\n" if before != "\n" else "]\n")


def _write_csv(rows: Iterable[Row], out: TextIO, keys: Sequence[str] | None) -> None:
    writer = csv.writer(out, lineterminator="\n")
    if keys is not None:
        writer.writerow(keys)
    for number, row in enumerate(rows):
        if number == 0 and keys is None:
            writer.writerow(row)
        writer.writerow([csv_cell(value) for value in row.values()])


def csv_cell(value: Any) -> Any:  # noqa: ANN401 - whatever a row holds
    """A cell that a spreadsheet shows as it is: text that would start a formula gets an apostrophe first."""
    kind = type(value)
    if kind is float or kind is int:  # first and by type, because most of a million cells are numbers
        return value
    if value is None:
        return ""
    if kind is list or kind is tuple:
        value = " ".join(str(item) for item in value)
    text = value if kind is str else str(_plain(value))
    return f"'{text}" if text.startswith(_FORMULA) else text


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a row holds
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return str(value).lower()
    return value
