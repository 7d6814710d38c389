"""Shapes for maps: every district as SVG path data, by boundary and as a hexagon, small enough to send
with a page."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from likeforlike.domain.area import AreaRegister
from likeforlike.domain.errors import SourceChangedError
from likeforlike.domain.matrix import FloatArray
from likeforlike.pipeline.context import BuildContext
from likeforlike.sources.ons_boundaries import FILE as BOUNDARY_FILE
from likeforlike.sources.ons_boundaries import SOURCE_ID as BOUNDARY_SOURCE
from likeforlike.sources.ons_boundaries import Boundaries, read_boundaries
from likeforlike.sources.open_innovations_hexmaps import read_hexes

#: `layout` is "boundary" or "hex"; `path` is SVG path data in a box WIDTH wide, `x` and `y` the middle of
#: the shape.
GEOMETRY_SCHEMA = pl.Schema(
    {"layout": pl.String, "area_code": pl.String, "path": pl.String, "x": pl.Float64, "y": pl.Float64}
)
WIDTH = 600.0
YEAR = 2025
#: How far a simplified border may lie from the true one, and the smallest ring kept, in units of the drawing.
_TOLERANCE, _SMALLEST = 0.9, 2.0
_HEX = 10.0  # half the width of a hexagon


def geometry_tables(context: BuildContext) -> dict[str, pl.DataFrame]:
    """The table `geometry`; empty where the boundaries are not among the declared sources."""
    if BOUNDARY_SOURCE not in context.definitions.sources:
        return {"geometry": pl.DataFrame(schema=GEOMETRY_SCHEMA)}
    rows = boundary_rows(read_boundaries(context.folder, YEAR), context.register)
    rows += hex_rows(read_hexes(context.folder), context.register)
    return {"geometry": pl.DataFrame(rows, schema=GEOMETRY_SCHEMA, orient="row").sort("layout", "area_code")}


Row = tuple[str, str, str, float, float]


def boundary_rows(boundaries: Boundaries, register: AreaRegister) -> list[Row]:
    """One row per district in force, its border simplified arc by arc so that neighbours still meet.

    Raises SourceChangedError where a district in force has no boundary.
    """
    used = {
        arc if arc >= 0 else ~arc for rings in boundaries.rings.values() for ring in rings for arc in ring
    }
    projected = _projected(
        [boundaries.arcs[arc] if arc in used else None for arc in range(len(boundaries.arcs))]
    )
    arcs = {number: simplify(points, _TOLERANCE) for number, points in projected.items()}
    rows: dict[str, Row] = {}
    for code, rings in boundaries.rings.items():
        joined = [_join(ring, arcs) for ring in rings]
        (current,) = register.successors(code)
        largest = max(joined, key=_size)
        kept = [ring for ring in joined if ring is largest or _size(ring) >= _SMALLEST]
        x, y = largest.mean(axis=0)
        rows[current] = (
            "boundary",
            current,
            "".join(map(_path, kept)),
            round(float(x), 1),
            round(float(y), 1),
        )
    _must_be_all(rows, register)
    return list(rows.values())


def hex_rows(hexes: Mapping[str, tuple[int, int]], register: AreaRegister) -> list[Row]:
    """One row per district in force, a hexagon with its point upwards."""
    highest = max(row for _, row in hexes.values())
    leftmost = min(column for column, _ in hexes.values())
    rows: dict[str, Row] = {}
    for code, (column, row) in hexes.items():
        (current,) = register.successors(code)
        x = _HEX * (2 * (column - leftmost) + (row % 2) + 2)
        y = _HEX * (math.sqrt(3) * (highest - row) + 2)
        rows[current] = ("hex", current, _hexagon(x, y), x, round(y, 1))
    _must_be_all(rows, register)
    return list(rows.values())


def simplify(points: FloatArray, tolerance: float) -> FloatArray:
    """The line with points left out that lie within `tolerance` of the rest (Douglas and Peucker); ends stay.

    Points are n x 2. A closed line is split at the point farthest from its start, so that it stays a ring.
    """
    keep = np.zeros(len(points), dtype=np.bool_)
    keep[[0, -1]] = True
    waiting = [(0, len(points) - 1)]
    while waiting:
        first, last = waiting.pop()
        if last - first < 2:
            continue
        distance = _from_chord(points[first + 1 : last], points[first], points[last])
        farthest = int(distance.argmax())
        if distance[farthest] > tolerance:
            middle = first + 1 + farthest
            keep[middle] = True
            waiting += [(first, middle), (middle, last)]
    return points[keep]


def _from_chord(points: FloatArray, start: FloatArray, stop: FloatArray) -> FloatArray:
    """Distances of points from the line between two ends, or from the end where both are the same."""
    along = stop - start
    length = float(np.hypot(*along))
    offset = points - start
    if length == 0:
        distance: FloatArray = np.hypot(offset[:, 0], offset[:, 1])
    else:
        distance = np.abs(along[0] * offset[:, 1] - along[1] * offset[:, 0]) / length
    return distance


def _projected(arcs: Sequence[FloatArray | None]) -> dict[int, FloatArray]:
    """Degrees to units of the drawing: equirectangular, true to scale in the middle of England."""
    every = np.concatenate([arc for arc in arcs if arc is not None])
    (west, south), (east, north) = every.min(axis=0), every.max(axis=0)
    stretch = math.cos(math.radians((south + north) / 2))
    unit = WIDTH / ((east - west) * stretch)
    return {
        number: np.column_stack([(arc[:, 0] - west) * stretch, north - arc[:, 1]]) * unit
        for number, arc in enumerate(arcs)
        if arc is not None
    }


def _join(ring: Sequence[int], arcs: Mapping[int, FloatArray]) -> FloatArray:
    """The points of a ring; the last point of an arc is the first of the next."""
    parts = [arcs[arc] if arc >= 0 else arcs[~arc][::-1] for arc in ring]
    return np.concatenate([part[:-1] for part in parts])


def _size(ring: FloatArray) -> float:
    """The area a ring encloses (shoelace)."""
    x, y = ring[:, 0], ring[:, 1]
    return abs(float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))) / 2


def _path(ring: FloatArray) -> str:
    """A ring as relative path data in tenths' precision of whole units."""
    whole = np.rint(ring).astype(int)
    steps = [(int(x), int(y)) for x, y in np.diff(whole, axis=0) if x or y]
    start = f"M{whole[0, 0]} {whole[0, 1]}"
    return start + "l" + " ".join(f"{x} {y}" for x, y in steps) + "z" if steps else ""


def _hexagon(x: float, y: float) -> str:
    side = 2 * _HEX / math.sqrt(3)
    corners = [
        (0, -side),
        (_HEX, -side / 2),
        (_HEX, side / 2),
        (0, side),
        (-_HEX, side / 2),
        (-_HEX, -side / 2),
    ]
    return "M" + "L".join(f"{x + dx:.1f} {y + dy:.1f}" for dx, dy in corners) + "z"


def _must_be_all(rows: Mapping[str, Row], register: AreaRegister) -> None:
    missing = sorted(set(register.lower_tier) - set(rows))
    if missing:
        raise SourceChangedError(
            BOUNDARY_SOURCE,
            BOUNDARY_FILE,
            expected="a shape for every district and single-tier council in force",
            found=f"none for {', '.join(missing[:5])}",
            next_step="Add the new boundaries, or the change of code to the register.",
        )
