"""Points of two values per council: need across, money per head up."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from likeforlike.publish.charts.lines import NARROW, WIDE
from likeforlike.publish.charts.models import Dot
from likeforlike.publish.charts.scale import Scale, nice_ticks, tick_decimals
from likeforlike.publish.numbers import number

_HEIGHT, _TOP, _BOTTOM = 360, 26, 44
#: Points above this share of all are drawn at the top edge, as triangles: one far-off council would flatten
#: the rest.
_SHOWN_SHARE = 0.985


def scatter_svg(
    dots: Sequence[Dot],
    title: str,
    *,
    across: str,
    up: str,
    before: str = "",
    description: str = "",
    width: int = WIDE,
) -> str:
    """The chart as inline SVG; empty where there is no point. Points off the scale are triangles at the
    top edge.
    """
    if not dots:
        return ""
    heights = sorted(dot.y for dot in dots)
    top = heights[min(int(len(heights) * _SHOWN_SHARE), len(heights) - 1)]
    ticks_y = nice_ticks(0.0, top)
    ticks_x = nice_ticks(min(dot.x for dot in dots), max(dot.x for dot in dots), 6 if width > NARROW else 4)
    left = 14 + 7.0 * max(len(f"{before}{number(tick, tick_decimals(ticks_y))}") for tick in ticks_y)
    x = Scale(ticks_x[0], ticks_x[-1], left + 4, width - 14)
    y = Scale(0.0, ticks_y[-1], _HEIGHT - _BOTTOM, _TOP)
    parts = [f'<text class="c-text" x="2" y="12">{escape(up)}</text>']
    for tick in ticks_y:
        label = f"{before}{number(tick, tick_decimals(ticks_y))}"
        parts.append(f'<path class="c-grid" d="M{left:.0f} {y(tick):.1f}H{width - 8}"/>')
        parts.append(
            f'<text class="c-text" x="{left - 6:.0f}" y="{y(tick) + 4:.1f}" text-anchor="end">{label}</text>'
        )
    base = _HEIGHT - _BOTTOM
    for tick in ticks_x:
        shown = number(tick, tick_decimals(ticks_x))
        parts.append(
            f'<text class="c-text" x="{x(tick):.1f}" y="{base + 16}" text-anchor="middle">{shown}</text>'
        )
    parts.append(
        f'<text class="c-text" x="{width - 10}" y="{base + 34}" text-anchor="end">{escape(across)}</text>'
    )
    parts += [_dot(dot, x, y) for dot in sorted(dots, key=lambda one: one.council)]
    return (
        f'<svg class="lines w{width}" viewBox="0 0 {width} {_HEIGHT}" role="img">'
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc>{''.join(parts)}</svg>"
    )


def _dot(dot: Dot, x: Scale, y: Scale) -> str:
    name = f"<title>{escape(dot.label)}</title>"
    across = x(dot.x)
    if dot.y > y.high:
        look = "c-council" if dot.council else "c-nearest"
        return f'<path class="{look}" d="M{across:.1f} {_TOP - 4}l4 7h-8z">{name}</path>'
    if dot.council:
        return f'<circle class="c-council" cx="{across:.1f}" cy="{y(dot.y):.1f}" r="6">{name}</circle>'
    return f'<circle class="c-dot" cx="{across:.1f}" cy="{y(dot.y):.1f}" r="3.2">{name}</circle>'
