"""The specification curve: the answer under every choice of method, in order, and which choices made it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from likeforlike.publish.charts.lines import NARROW, WIDE
from likeforlike.publish.charts.models import Specification
from likeforlike.publish.charts.scale import Scale, nice_ticks

_TOP, _CURVE, _ROW, _HEADING = 12, 190, 11, 15


def specification_svg(
    specifications: Sequence[Specification],
    title: str,
    *,
    description: str = "",
    main: int | None = None,
    width: int = WIDE,
) -> str:
    """The curve as inline SVG: a dot and interval for every specification, lowest first, and its choices
    beneath.

    `specifications` are in that order. `main` is the place of the one that the page shows. A narrow drawing
    has no choices beneath, because they would be too small to see; the table beside it says the same.
    """
    if not specifications:
        return ""
    lows = [one.low for one in specifications if one.low is not None]
    highs = [one.high for one in specifications if one.high is not None]
    ticks = nice_ticks(min([0.0, *lows]), max([0.0, *highs]))
    left = 148 if width > NARROW else 40
    x = Scale(-0.5, len(specifications) - 0.5, left, width - 8)
    y = Scale(ticks[0], ticks[-1], _TOP + _CURVE, _TOP)
    parts = []
    for tick in ticks:
        look = "c-axis" if abs(tick) < 1e-9 else "c-grid"
        parts.append(f'<path class="{look}" d="M{left} {y(tick):.1f}H{width - 8}"/>')
        shown = f"{tick:.1f}".replace("-", "−")
        parts.append(
            f'<text class="c-text" x="{left - 6}" y="{y(tick) + 4:.1f}" text-anchor="end">{shown}</text>'
        )
    band = "".join(
        f"M{x(i):.1f} {y(one.low):.1f}V{y(one.high):.1f}"
        for i, one in enumerate(specifications)
        if one.low is not None and one.high is not None
    )
    parts.append(f'<path class="c-spread" d="{band}"/>')
    line = "".join(f"L{x(i):.1f} {y(one.value):.1f}" for i, one in enumerate(specifications))
    parts.append(f'<path class="l-council s" d="M{line[1:]}"/>')
    if main is not None:
        spot = specifications[main]
        parts.append(f'<circle class="c-council" cx="{x(main):.1f}" cy="{y(spot.value):.1f}" r="5"/>')
    height = _TOP + _CURVE + 14.0
    if width > NARROW:
        rows, height = _choices(specifications, x, height)
        parts += rows
    return (
        f'<svg class="lines w{width}" viewBox="0 0 {width} {height:.0f}" role="img">'
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc>{''.join(parts)}</svg>"
    )


def _choices(specifications: Sequence[Specification], x: Scale, top: float) -> tuple[list[str], float]:
    """One row of marks for every choice, under a heading for what is chosen; and where they end."""
    kinds = list(specifications[0].choices)
    parts, line = [], top
    for kind in kinds:
        line += _HEADING
        parts.append(f'<text class="c-text" x="2" y="{line:.0f}">{escape(kind)}</text>')
        for choice in sorted({one.choices[kind] for one in specifications}):
            line += _ROW
            places = [i for i, one in enumerate(specifications) if one.choices[kind] == choice]
            marks = "".join(f"M{x(i):.1f} {line - 7:.0f}v7" for i in places)
            where = f'x="{x.start - 6:.0f}" y="{line:.0f}" text-anchor="end"'
            parts.append(f'<text class="c-ink small" {where}>{escape(choice)}</text>')
            parts.append(f'<path class="c-peer" d="{marks}"/>')
    return parts, line + 8
