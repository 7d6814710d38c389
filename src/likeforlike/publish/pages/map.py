"""An indicator on a map: five classes with as many councils in each, by boundary and by hexagon."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from pydantic import Field

from likeforlike.domain.matrix import FloatArray
from likeforlike.domain.neighbour_model import Pool
from likeforlike.publish import text
from likeforlike.publish.charts.choropleth import Drawing, Shape
from likeforlike.publish.pages.page import Frozen
from likeforlike.publish.pages.standing import Standing

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue

CLASSES = 5
_EDGE = 12


class MapClass(Frozen):
    """One class: its limits as they are shown, both included, and how many councils are in it."""

    words: str
    count: int


class MapView(Frozen):
    """The maps of an indicator and the key to their classes."""

    classes: tuple[MapClass, ...]
    without: int
    sentence: str
    drawings: tuple[Drawing, ...] = Field(exclude=True)


def make_map(catalogue: Catalogue, place: Standing) -> MapView | None:
    """The maps of the latest period; None where the release holds no shapes."""
    shapes = _shapes(catalogue)
    if not shapes:
        return None
    values = place.matrix.values[:, place.column]
    step = class_of(values)
    indicator = place.indicator
    words = [text.value_words(float(value), indicator.unit, indicator.decimals) for value in values]
    classes = []
    for number in range(int(step.max()) + 1):
        inside = values[step == number]
        low, high = (
            text.value_words(float(end), indicator.unit, indicator.decimals)
            for end in (inside.min(), inside.max())
        )
        classes.append(MapClass(words=low if low == high else f"{low} to {high}", count=len(inside)))
    told = {
        code: (
            int(step[row]) if step[row] >= 0 else None,
            f"{catalogue.register.areas[code].name}: {words[row]}",
        )
        for row, code in enumerate(place.matrix.areas)
    }
    return MapView(
        classes=tuple(classes),
        without=int((step < 0).sum()),
        sentence=text.map_sentence(indicator.title, place.period.label),
        drawings=tuple(_drawings(catalogue, place.pool, told, shapes)),
    )


def class_of(values: FloatArray, classes: int = CLASSES) -> np.ndarray:
    """The class of every value, 0 = lowest, -1 = missing; equal values share a class, empty classes are
    left out."""
    known = values[np.isfinite(values)]
    edges = np.unique(np.quantile(known, np.linspace(0, 1, classes + 1)[1:-1]))
    step = np.where(np.isfinite(values), np.searchsorted(edges, values, side="right"), -1)
    _, packed = np.unique(step[step >= 0], return_inverse=True)
    out: np.ndarray = np.full(len(values), -1)
    out[step >= 0] = packed
    return out


@lru_cache(maxsize=4)
def _shapes(catalogue: Catalogue) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Area codes and paths by layout."""
    if "geometry" not in catalogue.release.manifest.tables:
        return {}
    found: dict[str, list[tuple[str, str]]] = {}
    for layout, code, path in (
        catalogue.release.table("geometry").select("layout", "area_code", "path").iter_rows()
    ):
        found.setdefault(layout, []).append((code, path))
    return {layout: tuple(rows) for layout, rows in found.items()}


@lru_cache(maxsize=4)
def _sizes(catalogue: Catalogue) -> Mapping[str, tuple[float, float]]:
    """Width and height that every layout needs."""
    ends = catalogue.release.table("geometry").group_by("layout").agg(pl.col("x", "y").max())
    return {layout: (width, height) for layout, width, height in ends.iter_rows()}


def _drawings(
    catalogue: Catalogue,
    pool: Pool,
    told: Mapping[str, tuple[int | None, str]],
    shapes: Mapping[str, tuple[tuple[str, str], ...]],
) -> Iterator[Drawing]:
    for layout, rows in sorted(shapes.items()):
        size = _sizes(catalogue)[layout]
        yield Drawing(
            name=layout,
            width=round(size[0]) + _EDGE,
            height=round(size[1]) + _EDGE,
            shapes=tuple(_shape(catalogue, pool, told, code, path) for code, path in rows),
        )


def _shape(
    catalogue: Catalogue, pool: Pool, told: Mapping[str, tuple[int | None, str]], code: str, path: str
) -> Shape:
    """A district is given its county's value on a service of the upper tier, and says so."""
    area = catalogue.register.areas[code]
    subject = code
    if pool is Pool.UPPER_TIER and code not in told and area.county_code:
        subject = area.county_code
    step, words = told.get(subject, (None, text.NO_VALUE))
    return Shape(path=path, step=step, words=words if subject == code else f"{area.name} ({words})")


def draw(catalogue: Catalogue, pool: Pool, told: Mapping[str, tuple[int | None, str]]) -> tuple[Drawing, ...]:
    """Maps of any classes: by area code, the class (None = no value) and the words; empty without shapes."""
    return tuple(_drawings(catalogue, pool, told, shapes)) if (shapes := _shapes(catalogue)) else ()
