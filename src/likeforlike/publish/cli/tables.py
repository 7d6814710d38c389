"""Tables for people, with Rich."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

from likeforlike.publish.cli.columns import Column, Row

#: Where the output is not a terminal it has no width of its own.
WIDTH = 100
#: No wrapping column is kept wider than this, and so many rows are looked at to see how wide.
_WIDEST_WORD, _LOOKED_AT = 9, 200
_ENOUGH = 1000


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
        width = int(os.environ["COLUMNS"]) if os.environ.get("COLUMNS", "").isdecimal() else WIDTH
        console = Console(highlight=False, markup=False, emoji=False, width=max(width, 40))
    table = _table(rows, title, caption, columns or _one_per_key(rows), section)
    # Rich would drop the ends of numbers where a screen is too narrow: a line that runs on is better.
    roomy = console.options.update(max_width=_ENOUGH)
    console.width = max(console.width, Measurement.get(console, roomy, table).minimum)
    if console.is_terminal and len(rows) > console.height:
        os.environ.setdefault("LESS", "-FRXS")
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
            min_width=_least(column, rows),
        )
    for heading, group in groupby(rows, key=section or (lambda _: "")):
        if heading:
            table.add_row(heading, style="bold")
        for row in group:
            table.add_row(*(column.show(row) for column in columns))
        if heading:
            table.add_section()
    return table


def _least(column: Column, rows: Sequence[Row]) -> int | None:
    """The width that a column keeps on a narrow screen: no column is dropped, and no number cut short."""
    if column.width is not None:
        return None
    if not column.wrap:
        lines = "\n".join([column.heading, *(column.show(row) for row in rows)]).splitlines()
        return max((cell_len(line) for line in lines), default=1)
    words = " ".join([column.heading, *(column.show(row) for row in rows[:_LOOKED_AT])]).split()
    return min(max((cell_len(word) for word in words), default=1), _WIDEST_WORD)


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
