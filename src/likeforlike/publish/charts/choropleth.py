"""Maps: every council a shape, darker where the value is higher, hatched where there is none."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from pydantic import BaseModel, ConfigDict, Field


class Shape(BaseModel):
    """One council on a map: its path, its class (0 = lowest values, None = no value) and its words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    step: int | None
    words: str


class Drawing(BaseModel):
    """One map: the size of its box and its shapes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    width: int
    height: int
    shapes: tuple[Shape, ...] = Field(repr=False)


def choropleth_svg(drawing: Drawing, sentence: str) -> str:
    """The map as inline SVG; its sentence is the accessible name, and the page's table holds every value."""
    hatch = f"hatch-{drawing.name}"
    shapes = "".join(_shape(shape, hatch) for shape in drawing.shapes)
    return (
        f'<svg class="map" viewBox="0 0 {drawing.width} {drawing.height}" role="img" '
        f'aria-label="{escape(sentence)}">'
        f'<defs><pattern id="{hatch}" width="5" height="5" patternUnits="userSpaceOnUse">'
        f'<path class="c-axis" d="M0 5L5 0"/></pattern></defs>{shapes}</svg>'
    )


def with_key(drawing: Drawing, sentence: str, classes: Sequence[str], nothing: str) -> str:
    """The map with its key below, for a file of its own; `nothing` is said of the hatched, if any are."""
    inside = choropleth_svg(drawing, sentence)
    lines = [(f'class="m m{step}"', words) for step, words in enumerate(classes)]
    if nothing:
        lines.append((f'fill="url(#hatch-{drawing.name})" class="m"', nothing))
    key = "".join(
        f'<path {look} d="M12 {drawing.height + 20 * at}h14v14h-14z"/>'
        f'<text class="c-ink" x="34" y="{drawing.height + 20 * at + 12}">{escape(words)}</text>'
        for at, (look, words) in enumerate(lines, start=0)
    )
    height = drawing.height + 20 * len(lines) + 6
    opened = inside.replace(f"0 0 {drawing.width} {drawing.height}", f"0 0 {drawing.width} {height}", 1)
    return f"{opened.removesuffix('</svg>')}{key}</svg>"


def _shape(shape: Shape, hatch: str) -> str:
    look = f'fill="url(#{hatch})" class="m"' if shape.step is None else f'class="m m{shape.step}"'
    return f'<path {look} d="{shape.path}"><title>{escape(shape.words)}</title></path>'
