"""Tables for people, with Rich."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from likeforlike.publish.cli.columns import Column, Row

#: Where the output is not a terminal it has no width of its own.
WIDTH = 100


def print_table(
    rows: Sequence[Row],
    *,
    title: str,
    caption: str,
    columns: Sequence[Column] | None,
    section: Callable[[Row], str] | None,
) -> None:
    """Print rows as a table; a long one goes through the pager where somebody is watching."""
    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console = Console(highlight=False, markup=False, emoji=False, width=WIDTH)
    table = _table(rows, title, caption, columns or _one_per_key(rows), section)
    if console.is_terminal and len(rows) > console.height:
        os.environ.setdefault("LESS", "-FRX")
        with console.pager(styles=True):
            console.print(table)
    else:
        console.print(table)


def _table(
    rows: Sequence[Row],
    title: str,
    caption: str,
    columns: Sequence[Column],
    section: Callable[[Row], str] | None,
) -> Table:
    table = Table(
        title=title or None,
        caption=caption or None,
        title_justify="left",
        caption_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
        show_edge=False,
    )
    for column in columns:
        table.add_column(
            column.heading,
            justify="right" if column.right else "left",
            overflow="fold",
            no_wrap=not column.wrap and column.width is None,
            width=column.width,
        )
    for heading, group in groupby(rows, key=section or (lambda _: "")):
        if heading:
            table.add_row(heading, style="bold")
        for row in group:
            table.add_row(*(column.show(row) for column in columns))
        if heading:
            table.add_section()
    return table


def _one_per_key(rows: Sequence[Row]) -> list[Column]:
    def column(key: str) -> Column:
        numeric = any(isinstance(row[key], int | float) for row in rows)
        return Column(key.replace("_", " "), lambda row: _words(row[key]), right=numeric, wrap=not numeric)

    return [column(key) for key in (rows[0] if rows else ())]


def _words(value: Any) -> str:  # noqa: ANN401 - whatever a row holds
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.6g}"
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value)
    return str(value)
