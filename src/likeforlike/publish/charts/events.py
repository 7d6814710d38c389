"""The event study: how much further funded councils had moved than councils like them, period by period.

Dots with bars are the differences with their intervals; the band behind is where 95 % of placebo funds lie,
that is, what chance alone would give. Everything left of the line came before the award.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape

from pydantic import BaseModel, ConfigDict

from likeforlike.publish.charts.scale import Scale, nice_ticks, tick_decimals
from likeforlike.publish.numbers import MINUS, number

WIDE, NARROW = 760, 360
_HEIGHT, _TOP, _BOTTOM = 300, 26, 258


class EventPoint(BaseModel):
    """One period: `offset` counts from the last period that ended before the award (0)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    offset: int
    value: float
    lower: float
    upper: float
    chance_lower: float
    chance_upper: float


def events_svg(
    points: Sequence[EventPoint],
    title: str,
    *,
    description: str = "",
    before: str = "",
    after: str = "",
    first_after: int = 1,
    width: int = WIDE,
) -> str:
    """The chart as inline SVG; empty text without points.

    `before` and `after` go around axis numbers; periods from 1 up to `first_after` (not included) held the
    award and count as neither.
    """
    if not points:
        return ""
    everything = [v for p in points for v in (p.lower, p.upper, p.chance_lower, p.chance_upper)]
    ticks = nice_ticks(min(everything), max(everything), 5)
    places = tick_decimals(ticks)
    labels = [f"{MINUS if tick < 0 else ''}{before}{number(abs(tick), places)}{after}" for tick in ticks]
    left = 12 + 6.8 * max(len(label) for label in labels)
    x = Scale(points[0].offset - 0.6, points[-1].offset + 0.6, left, width - 10)
    y = Scale(ticks[0], ticks[-1], _BOTTOM, _TOP)
    parts = [
        *_grid(ticks, labels, y, left, width),
        *_offsets(points, x),
        _chance(points, x, y),
        *_award(x, first_after, wide=width > NARROW),
        *(mark for point in points for mark in _mark(point, x, y, first_after)),
    ]
    return (
        f'<svg class="lines w{width}" viewBox="0 0 {width} {_HEIGHT}" role="img">'
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc>{''.join(parts)}</svg>"
    )


def _grid(ticks: Sequence[float], labels: Sequence[str], y: Scale, left: float, width: int) -> Iterator[str]:
    for tick, label in zip(ticks, labels, strict=True):
        kind = "c-median" if abs(tick) < 1e-12 else "c-grid"
        yield f'<path class="{kind}" d="M{left:.1f} {y(tick):.1f}H{width - 10}"/>'
        spot = f'x="{left - 6:.1f}" y="{y(tick) + 4:.1f}" text-anchor="end"'
        yield f'<text class="c-text" {spot}>{escape(label)}</text>'


def _offsets(points: Sequence[EventPoint], x: Scale) -> Iterator[str]:
    every = max(1, math.ceil(len(points) * 28 / (x.stop - x.start)))
    for point in points:
        if point.offset % every == 0:
            yield (
                f'<text class="c-text" x="{x(point.offset):.1f}" y="{_BOTTOM + 17}" text-anchor="middle">'
                f"{number(point.offset, 0)}</text>"
            )
    middle = (x.start + x.stop) / 2
    yield (
        f'<text class="c-text" x="{middle:.1f}" y="{_BOTTOM + 36}" text-anchor="middle">'
        "periods from the last one before the award</text>"
    )


def _chance(points: Sequence[EventPoint], x: Scale, y: Scale) -> str:
    upper = "L".join(f"{x(p.offset):.1f} {y(p.chance_upper):.1f}" for p in points)
    lower = "L".join(f"{x(p.offset):.1f} {y(p.chance_lower):.1f}" for p in reversed(points))
    return f'<path class="c-band" d="M{upper}L{lower}z"/>'


def _award(x: Scale, first_after: int, *, wide: bool) -> Iterator[str]:
    """One line where the award lies between two periods, two around the periods it fell in."""
    edges = sorted({0.5, first_after - 0.5})
    for edge in edges:
        if x.low < edge < x.high:
            yield f'<path class="c-axis" d="M{x(edge):.1f} {_TOP - 6}V{_BOTTOM}"/>'
    middle = x(sum(edges) / len(edges))
    anchor = "end" if middle > x.stop - 60 else "middle"
    words = "award announced" if wide else "award"
    yield f'<text class="c-ink" x="{middle:.1f}" y="{_TOP - 10}" text-anchor="{anchor}">{words}</text>'


def _mark(point: EventPoint, x: Scale, y: Scale, first_after: int) -> Iterator[str]:
    at = f"{x(point.offset):.1f}"
    yield f'<path class="c-interval" d="M{at} {y(point.lower):.1f}V{y(point.upper):.1f}"/>'
    hollow = " p-hollow" if point.offset < first_after else ""
    yield f'<circle class="p-council{hollow}" cx="{at}" cy="{y(point.value):.1f}" r="3.6"/>'
