"""The peer strip: where a council stands among all councils with the same powers, on one horizontal axis."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from itertools import pairwise

from likeforlike.publish.charts.models import Strip
from likeforlike.publish.charts.scale import Scale

WIDTH, HEIGHT = 220, 22
WIDE = 720
_EDGE, _MIDDLE = 6, 11
#: Positions are drawn to half a unit: finer differences cannot be seen and would cost bytes on every page.
_GRAIN = 0.5


def ticks_path(values: Iterable[float], low: float, high: float, width: int = WIDTH) -> str:
    """Path data with one short vertical line for every value; equal positions are drawn once.

    The same for every council's page of an indicator, so it is made once and kept with the indicator.
    """
    scale = Scale(low, high, _EDGE, width - _EDGE)
    places = sorted({round(scale(value) / _GRAIN) * _GRAIN for value in values if low <= value <= high})
    if not places:
        return ""
    moves = [f"M{places[0]:g} 7v8"]
    moves += [f"m{step - before:g}-8v8" for before, step in pairwise(places)]
    return "".join(moves)


def strip_svg(strip: Strip, ticks: str = "", width: int = WIDTH) -> str:
    """The strip as inline SVG; its sentence is the accessible name, and the page says the same in words.

    A wider drawing needs its own `ticks`, made for that width.
    """
    scale = Scale(strip.low, strip.high, _EDGE, width - _EDGE)

    def at(value: float) -> str:
        return f"{min(max(scale(value), 2), width - 2):.1f}".removesuffix(".0")

    parts = [
        f'<path class="c-axis" d="M2 {_MIDDLE}H{width - 2}"/>',
        f'<path class="c-peer" d="{ticks or strip.ticks}"/>',
    ]
    if strip.median is not None:
        parts.append(f'<path class="c-median" d="M{at(strip.median)} 1v20"/>')
    parts += [
        f'<circle class="c-neighbour" cx="{at(value)}" cy="{_MIDDLE}" r="3"/>' for value in strip.neighbours
    ]
    if strip.nearest is not None:
        x = at(strip.nearest)
        parts.append(f'<path class="c-nearest" d="M{x} {_MIDDLE - 5}l5 5-5 5-5-5z"/>')
    if strip.lower is not None and strip.upper is not None:
        parts.append(f'<path class="c-interval" d="M{at(strip.lower)} {_MIDDLE}H{at(strip.upper)}"/>')
    if strip.value is not None:
        parts.append(f'<circle class="c-council" cx="{at(strip.value)}" cy="{_MIDDLE}" r="5"/>')
    return (
        f'<svg class="strip{" wide" if width > WIDTH else ""}" viewBox="0 0 {width} {HEIGHT}" role="img" '
        f'aria-label="{escape(strip.sentence)}">{"".join(parts)}</svg>'
    )
