"""When money was announced: one row per announcement, a circle whose area is the amount."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape

from pydantic import BaseModel, ConfigDict

from likeforlike.publish.charts.lines import NARROW, WIDE
from likeforlike.publish.charts.scale import Scale

_ROW, _TOP, _AXIS, _LARGEST = 46, 8, 26, 13.0
_LETTER = 6.6  # about the width of a letter


class Announcement(BaseModel):
    """What was announced: `first` and `last` are years with their fraction, the same for one day.

    `solid` circles are awards, the others amounts of another kind; `words` stand beside the circle, `short` in
    a narrow chart.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    when: str
    first: float
    last: float
    amount_gbp: float
    words: str
    short: str
    solid: bool


def timeline_svg(
    announcements: Sequence[Announcement], title: str, *, description: str = "", width: int = WIDE
) -> str:
    """The chart as inline SVG, rows in the order given; empty without any announcement."""
    if not announcements:
        return ""
    low = math.floor(min(one.first for one in announcements))
    high = math.ceil(max(one.last for one in announcements) + 0.05)
    x = Scale(float(low), float(high), 16.0, width - 16.0)
    bottom = _TOP + _ROW * len(announcements)
    most = max(one.amount_gbp for one in announcements) or 1.0
    parts = [
        *_years(low, high, x, bottom, every=1 if width > NARROW else 2),
        *(piece for row, one in enumerate(announcements) for piece in _row(one, _TOP + _ROW * row, x, most)),
    ]
    return (
        f'<svg class="lines w{width}" viewBox="0 0 {width} {bottom + _AXIS}" role="img">'
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc>{''.join(parts)}</svg>"
    )


def _years(low: int, high: int, x: Scale, bottom: int, *, every: int) -> Iterator[str]:
    for year in range(low, high + 1):
        yield f'<path class="c-grid" d="M{x(year):.1f} {_TOP}V{bottom}"/>'
        if (year - low) % every == 0:
            anchor = "start" if year == low else "end" if year == high else "middle"
            yield (
                f'<text class="c-text" x="{x(year):.1f}" y="{bottom + 18}" text-anchor="{anchor}">'
                f"{year}</text>"
            )


def _row(one: Announcement, top: int, x: Scale, most: float) -> Iterator[str]:
    """The name above, the mark beneath it, its amount beside it on the side that has room."""
    middle = top + 31
    radius = max(_LARGEST * math.sqrt(one.amount_gbp / most), 2.5)
    start, end = x(one.first), x(one.last)
    wide = x.stop + 16 - x.start + 16 > NARROW
    label = f"{one.name}, {one.when}" if wide else one.name
    yield f'<text class="c-ink" x="16" y="{top + 12}">{escape(label)}</text>'
    if end > start:
        yield f'<path class="c-interval" d="M{start:.1f} {middle}H{end:.1f}"/>'
    at = (start + end) / 2
    look = "p-council" if one.solid else "p-council p-hollow"
    said = escape(f"{one.name}, {one.when}: {one.words}")
    yield f'<circle class="{look}" cx="{at:.1f}" cy="{middle}" r="{radius:.1f}"><title>{said}</title></circle>'
    left, right = min(start, at - radius) - 6, max(end, at + radius) + 6
    beside = one.words if wide else one.short
    fits = right + _LETTER * len(beside) <= x.stop + 16
    spot, anchor = (right, "start") if fits else (left, "end")
    yield (
        f'<text class="c-text" x="{spot:.1f}" y="{middle + 4}" text-anchor="{anchor}">{escape(beside)}</text>'
    )
