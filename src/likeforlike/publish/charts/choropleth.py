"""Maps: every council a shape, darker where the value is higher, hatched where there is none."""

from __future__ import annotations

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


def _shape(shape: Shape, hatch: str) -> str:
    look = f'fill="url(#{hatch})" class="m"' if shape.step is None else f'class="m m{shape.step}"'
    return f'<path {look} d="{shape.path}"><title>{escape(shape.words)}</title></path>'
