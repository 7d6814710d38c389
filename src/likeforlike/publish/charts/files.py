"""Charts that leave the site: an SVG that carries its own look, title and source, and the same as PNG."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from html import escape

import vl_convert

from likeforlike.publish.charts.style import ATTRIBUTES

_OPENING = re.compile(r'<svg[^>]*viewBox="0 0 ([\d.]+) ([\d.]+)"[^>]*>')
_CLASS = re.compile(r' class="([^"]*)"')
_FONT = "'Liberation Sans', Arial, Helvetica, sans-serif"
_LINE = 16


def standalone(drawing: str, title: str, footer: Sequence[str]) -> str:
    """The chart as a file: title above, source lines below, classes replaced by presentation attributes."""
    opening = _OPENING.search(drawing)
    assert opening, "a chart must open with an <svg> element whose viewBox starts at 0 0"
    width, height = float(opening[1]), float(opening[2])
    heading = textwrap.wrap(title, int(width / 8.2)) or [""]
    notes = [
        part for line in footer for part in textwrap.wrap(line, int(width / 6.4), break_on_hyphens=False)
    ]
    top = 12 + 20 * len(heading)
    total = top + height + 14 + _LINE * len(notes)
    inside = drawing[opening.end() : drawing.rindex("</svg>")]
    inside = re.sub(r"<title>.*?</title>|<desc>.*?</desc>", "", inside, flags=re.S)
    titles = "".join(_text(12, 20 + 20 * i, "c-title", line) for i, line in enumerate(heading))
    below = "".join(_text(12, top + height + 14 + _LINE * i, "c-text", line) for i, line in enumerate(notes))
    whole = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {total:g}" width="{width:g}" '
        f'height="{total:g}" font-family="{_FONT}"><title>{escape(title)}</title>'
        f'<rect width="{width:g}" height="{total:g}" fill="#fff"/>{titles}'
        f'<g transform="translate(0 {top})">{inside}</g>{below}</svg>'
    )
    return _CLASS.sub(lambda match: _attributes(match[1]), whole)


def png(svg: str, scale: float = 2.0) -> bytes:
    """A standalone SVG as PNG, twice its size by default so that it is sharp in print."""
    image: bytes = vl_convert.svg_to_png(svg, scale=scale)
    return image


def _attributes(names: str) -> str:
    """The presentation attributes of one element's classes; a later class overrides an earlier one."""
    found: dict[str, str] = {}
    for name in names.split():
        found.update(re.findall(r'([\w-]+)="([^"]*)"', ATTRIBUTES.get(name, "")))
    return "".join(f' {name}="{value}"' for name, value in found.items())


def _text(x: float, y: float, name: str, words: str) -> str:
    return f'<text x="{x:g}" y="{y:g}" class="{name}">{escape(words)}</text>'
