"""Bars for a few groups in order, with the value written at the end of each."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from likeforlike.publish.charts.models import Bar
from likeforlike.publish.charts.scale import Scale

WIDTH = 360
_ROW, _LABEL, _VALUE = 24, 104, 64


def bars_svg(bars: Sequence[Bar], title: str, description: str = "") -> str:
    """Horizontal bars from zero as inline SVG; a bar without a value keeps its place and says so."""
    if not bars:
        return ""
    most = max((bar.value or 0.0 for bar in bars), default=0.0) or 1.0
    scale = Scale(0.0, most, _LABEL, WIDTH - _VALUE)
    parts = []
    for index, bar in enumerate(bars):
        top = index * _ROW
        parts.append(
            f'<text class="c-ink" x="{_LABEL - 8}" y="{top + 16}" text-anchor="end">{escape(bar.name)}</text>'
        )
        end = scale(bar.value or 0.0)
        parts.append(f'<path class="c-bar" d="M{_LABEL} {top + 4}H{end:.1f}V{top + 20}H{_LABEL}z"/>')
        parts.append(f'<text class="c-text" x="{end + 6:.1f}" y="{top + 16}">{escape(bar.words)}</text>')
    return (
        f'<svg class="square" viewBox="0 0 {WIDTH} {len(bars) * _ROW + 4}" role="img">'
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc>{''.join(parts)}</svg>"
    )
