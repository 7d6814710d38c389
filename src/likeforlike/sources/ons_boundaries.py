"""Boundaries of districts as TopoJSON: arcs that neighbouring areas share, and the rings made of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from likeforlike.domain.errors import SourceChangedError
from likeforlike.domain.matrix import FloatArray

SOURCE_ID = "ons_boundaries"
FILE = "geography/boundaries_uk_2014_2025.topo.json"
_LAYER = "ltla"


@dataclass(frozen=True)
class Boundaries:
    """Arcs (points x 2: longitude, latitude in degrees) and, by area code, the rings made of them.

    A ring is a sequence of arc numbers; ~n means arc n backwards. Holes are rings like others.
    """

    arcs: tuple[FloatArray, ...]
    rings: dict[str, tuple[tuple[int, ...], ...]]


def read_boundaries(folder: Path, year: int) -> Boundaries:
    """The districts of England as in a year. Raises SourceChangedError where the file is not as declared."""
    path = folder / FILE
    try:
        topology = json.loads(path.read_text(encoding="utf-8"))
        scale, move = (np.array(topology["transform"][name]) for name in ("scale", "translate"))
        arcs = tuple(
            np.cumsum(np.array(arc, dtype=np.float64), axis=0) * scale + move for arc in topology["arcs"]
        )
        shapes = topology["objects"][_LAYER]["geometries"]
        rings = {
            one["properties"]["areacd"]: _rings(one) for one in shapes if _stands(one["properties"], year)
        }
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise SourceChangedError(
            SOURCE_ID,
            FILE,
            expected=f"TopoJSON with a transform, arcs and the layer {_LAYER}",
            found=f"{type(problem).__name__}: {problem}",
            next_step="Compare the file with its folder's PROVENANCE.md.",
        ) from problem
    return Boundaries(arcs, rings)


def _stands(properties: dict[str, Any], year: int) -> bool:
    """Whether an area is in England and was in force in the year."""
    start, end = properties.get("start"), properties.get("end")
    return (
        properties["areacd"].startswith("E")
        and (start is None or int(start) <= year)
        and (end is None or int(end) >= year)
    )


def _rings(shape: dict[str, Any]) -> tuple[tuple[int, ...], ...]:
    polygons = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
    return tuple(tuple(ring) for polygon in polygons for ring in polygon)
