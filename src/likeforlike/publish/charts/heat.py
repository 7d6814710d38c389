"""A row of a heat map: one cell a year, darker where more councils have a value; an empty year is an
outline."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

CELL, GAP, HEIGHT = 11, 1, 14
#: Lower limits of the classes, as shares of the councils expected; below the first there is a value, but
#: few have one.
CLASSES = (0.0, 0.5, 0.8, 0.95)


def heat_svg(shares: Mapping[int, float], first: int, last: int, sentence: str) -> str:
    """The cells of the years `first` to `last`; `shares` has the share of councils with a value by year."""
    cells = []
    for year in range(first, last + 1):
        x = (year - first) * (CELL + GAP)
        share = shares.get(year)
        step = 0 if not share else sum(share >= limit for limit in CLASSES)
        cells.append(f'<rect class="h{step}" x="{x}" y="1" width="{CELL}" height="12"/>')
    width = (last - first + 1) * (CELL + GAP)
    return (
        f'<svg class="heat" viewBox="0 0 {width} {HEIGHT}" width="{width}" height="{HEIGHT}" role="img" '
        f'aria-label="{escape(sentence)}">{"".join(cells)}</svg>'
    )
