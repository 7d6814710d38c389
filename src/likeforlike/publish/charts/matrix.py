"""A matrix of shares: rows are pairs, columns features, darker where a feature makes more of the distance."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

CELL, LEFT, TOP = 20, 26, 20

#: Lower limits of the classes, as shares of the squared distance; below the first a cell is an outline.
CLASSES = (0.05, 0.1, 0.2, 0.4)


def matrix_svg(shares: Sequence[Sequence[float | None]], sentence: str) -> str:
    """The matrix as inline SVG, rows and columns numbered from 1; empty text without rows.

    A missing share is a dash. `sentence` says what a reader who does not see the chart needs.
    """
    if not shares or not shares[0]:
        return ""
    columns = len(shares[0])
    width, height = LEFT + CELL * columns, TOP + CELL * len(shares)
    parts = [
        f'<text class="c-text" x="{LEFT + CELL * column + 9}" y="14" text-anchor="middle">{column + 1}</text>'
        for column in range(columns)
    ]
    for row, values in enumerate(shares):
        y = TOP + CELL * row
        parts.append(f'<text class="c-text" x="{LEFT - 6}" y="{y + 14}" text-anchor="end">{row + 1}</text>')
        parts += [_cell(LEFT + CELL * column, y, share) for column, share in enumerate(values)]
    return (
        f'<svg class="heat" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-label="{escape(sentence)}">{"".join(parts)}</svg>'
    )


def _cell(x: float, y: float, share: float | None) -> str:
    if share is None:
        return f'<text class="c-text" x="{x + 9}" y="{y + 14}" text-anchor="middle">–</text>'
    step = sum(share >= limit for limit in CLASSES)
    return f'<rect class="h{step}" x="{x + 1}" y="{y + 1}" width="17" height="17"/>'
