"""A value with its interval on an axis that all rows of a table share, and a group's values on the same
axis."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from likeforlike.publish.charts.scale import Scale
from likeforlike.publish.charts.strip import ticks_path

WIDTH, HEIGHT = 220, 14
_EDGE = 6


def interval_svg(
    value: float | None,
    lower: float | None,
    upper: float | None,
    limits: tuple[float, float],
    median: float | None,
) -> str:
    """One row's dot and bar; hidden from screen readers, because the row holds the same numbers."""
    scale = Scale(*limits, _EDGE, WIDTH - _EDGE)

    def at(number: float) -> str:
        return f"{min(max(scale(number), 2), WIDTH - 2):.1f}".removesuffix(".0")

    parts = [f'<path class="c-median" d="M{at(median)} 0v14"/>'] if median is not None else []
    if lower is not None and upper is not None:
        parts.append(f'<path class="c-interval" d="M{at(lower)} 7H{at(upper)}"/>')
    if value is not None:
        parts.append(f'<circle class="c-council" cx="{at(value)}" cy="7" r="3.4"/>')
    return f'<svg class="strip" viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true">{"".join(parts)}</svg>'


def group_svg(
    values: Sequence[float], limits: tuple[float, float], median: float | None, sentence: str
) -> str:
    """A group's values as ticks with its median, on the axis of all groups."""
    scale = Scale(*limits, _EDGE, WIDTH - _EDGE)
    inside = [min(max(value, limits[0]), limits[1]) for value in values]
    parts = [
        f'<path class="c-axis" d="M2 11H{WIDTH - 2}"/>',
        f'<path class="c-peer" d="{ticks_path(inside, *limits)}"/>',
    ]
    if median is not None:
        parts.append(f'<circle class="c-council" cx="{scale(median):.1f}" cy="11" r="4"/>')
    return (
        f'<svg class="strip" viewBox="0 0 {WIDTH} 22" role="img" aria-label="{escape(sentence)}">'
        f"{''.join(parts)}</svg>"
    )
