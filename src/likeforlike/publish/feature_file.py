"""A person's own feature table: a CSV whose first column is the area's code and whose others are features."""

from __future__ import annotations

import csv
from collections.abc import Collection
from pathlib import Path

import numpy as np

from likeforlike.domain.errors import RequestError, unreadable
from likeforlike.domain.matrix import FeatureTable


def read_feature_file(path: Path, nominal: Collection[str] = ()) -> FeatureTable:
    """The table in a CSV file; an empty cell is a missing value.

    Columns named in `nominal` hold labels, which become numbers in the order of the alphabet.

    Raises DefinitionError for a file that cannot be read; RequestError, naming the row, for a row with
    another number of cells, an empty code, or a cell that is not a number.
    """
    try:
        rows = list(csv.reader(path.read_text("utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise unreadable(str(path), problem) from problem
    if len(rows) < 3 or len(rows[0]) < 2:
        raise RequestError(
            f"The feature table {path} holds no areas to compare.",
            instead="Write a heading, then one row per area: its code, then a number for each feature.",
        )
    header = [name.strip() for name in rows[0]]
    if len(set(header)) < len(header) or "" in header[1:]:
        raise RequestError(
            f"{path}, row 1: every feature needs a name of its own; found {', '.join(header[1:])}.",
            instead="Rename the columns.",
        )
    codes: list[str] = []
    values: list[list[str | float]] = []
    for number, cells in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header) or not cells[0].strip():
            raise RequestError(
                f"{path}, row {number}: expected a code and {len(header) - 1} cells, found {cells}.",
                instead="Leave a cell empty where there is no value.",
            )
        codes.append(cells[0].strip())
        values.append(
            [
                cell.strip() if name in nominal else _number(cell, path, number, name)
                for cell, name in zip(cells[1:], header[1:], strict=True)
            ]
        )
    for column, name in enumerate(header[1:]):
        if name in nominal:
            _number_labels(values, column)
    return FeatureTable.of(codes, header[1:], np.array(values, dtype=np.float64))


def _number_labels(rows: list[list[str | float]], column: int) -> None:
    """Replace labels by their place in the alphabet, and empty ones by nothing."""
    labels = sorted({str(row[column]) for row in rows} - {""})
    for row in rows:
        label = str(row[column])
        row[column] = float(labels.index(label)) if label else float("nan")


def _number(cell: str, path: Path, row: int, name: str) -> float:
    text = cell.strip()
    if not text:
        return float("nan")
    try:
        number = float(text)
    except ValueError:
        number = float("inf")
    if not np.isfinite(number):
        raise RequestError(
            f"{path}, row {row}: {name} is {text!r}, which is not a number.",
            instead="Write it without unit or thousands separator, or leave it empty; for labels write "
            "`nominal: true` for the feature in the model, with `metric: gower`.",
        )
    return number
