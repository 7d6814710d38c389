"""The concentration curve: which share of the money reaches the most deprived share of people."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from likeforlike.publish.charts.scale import Scale

SIZE = 360
_LEFT, _BOTTOM, _EDGE = 40, 40, 18


def curve_svg(points: Sequence[tuple[float, float]], title: str, description: str = "") -> str:
    """The curve as inline SVG, with the line of equal money per head; `points` are shares from 0 to 1."""
    if not points:
        return ""
    x = Scale(0.0, 1.0, _LEFT, SIZE - _EDGE)
    y = Scale(0.0, 1.0, SIZE - _BOTTOM, _EDGE)
    parts = []
    for tick in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
        across, up, words = x(tick), y(tick), f"{tick:.0%}"
        parts.append(f'<path class="c-grid" d="M{_LEFT} {up:.1f}H{SIZE - _EDGE}"/>')
        parts.append(
            f'<text class="c-text" x="{_LEFT - 5}" y="{up + 4:.1f}" text-anchor="end">{words}</text>'
        )
        below = SIZE - _BOTTOM + 15
        parts.append(f'<text class="c-text" x="{across:.1f}" y="{below}" text-anchor="middle">{words}</text>')
    line = "".join(f"L{x(people):.1f} {y(money):.1f}" for people, money in points)
    parts.append(f'<path class="l-median" d="M{x(0):.1f} {y(0):.1f}L{x(1):.1f} {y(1):.1f}"/>')
    parts.append(f'<path class="l-council" d="M{line[1:]}"/>')
    parts.append(f'<text class="t-median" x="{x(0.62):.0f}" y="{y(0.48):.0f}">equal per head</text>')
    people, money = _at(points, 0.3)
    where = f'x="{x(people) - 8:.0f}" y="{y(money) - 8:.0f}"'
    parts.append(f'<text class="t-council" {where} text-anchor="end">money</text>')
    foot = "share of people, most deprived first"
    parts.append(f'<text class="c-text" x="{SIZE - _EDGE}" y="{SIZE - 6}" text-anchor="end">{foot}</text>')
    return (
        f'<svg class="square" viewBox="0 0 {SIZE} {SIZE}" role="img">'
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc>{''.join(parts)}</svg>"
    )


def _at(points: Sequence[tuple[float, float]], share: float) -> tuple[float, float]:
    """The first point at or beyond a share of people."""
    return next((point for point in points if point[0] >= share), points[-1])
