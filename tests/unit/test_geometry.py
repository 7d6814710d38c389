"""Shapes for maps: borders simplified alike on both sides, every district there, classes that share ties."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from likeforlike.definitions.loader import load_register
from likeforlike.domain.errors import SourceChangedError
from likeforlike.pipeline.geometry import boundary_rows, hex_rows, simplify
from likeforlike.publish.pages.map import class_of
from likeforlike.sources import ons_boundaries
from likeforlike.sources.ons_boundaries import Boundaries, read_boundaries
from likeforlike.sources.open_innovations_hexmaps import read_hexes

lines = arrays.arrays(np.float64, st.tuples(st.integers(2, 40), st.just(2)), elements=st.integers(-50, 50))


def _distance(point: np.ndarray, start: np.ndarray, stop: np.ndarray) -> float:
    """From a point to the infinite line through two others, the slow way."""
    if (start == stop).all():
        return float(np.linalg.norm(point - start))
    direction = (stop - start) / np.linalg.norm(stop - start)
    return float(np.linalg.norm(point - start - direction * np.dot(point - start, direction)))


@given(lines, st.floats(0.1, 20))
def test_a_simplified_line_keeps_its_ends_and_leaves_out_nothing_further_than_allowed(
    points: np.ndarray, tolerance: float
) -> None:
    kept = simplify(points, tolerance)
    assert (kept[0] == points[0]).all() and (kept[-1] == points[-1]).all()
    place = 0
    places = [0]
    for point in kept[1:-1]:
        place = next(n for n in range(place + 1, len(points)) if (points[n] == point).all())
        places.append(place)
    if len({tuple(point) for point in points.tolist()}) == len(points):
        for first, last in zip(places, [*places[1:], len(points) - 1], strict=True):
            for number in range(first + 1, last):
                assert _distance(points[number], points[first], points[last]) <= tolerance + 1e-9


def test_every_district_in_force_has_both_shapes(raw_folder: Path) -> None:
    register = load_register()
    for rows in (
        boundary_rows(read_boundaries(raw_folder, 2025), register),
        hex_rows(read_hexes(raw_folder), register),
    ):
        assert sorted(row[1] for row in rows) == list(register.lower_tier)
        assert all(row[2].startswith("M") and row[2].endswith("z") for row in rows)
        assert sum(len(row[2]) for row in rows) < 60_000


def test_no_two_councils_share_a_hexagon(raw_folder: Path) -> None:
    rows = hex_rows(read_hexes(raw_folder), load_register())
    assert len({row[3:] for row in rows}) == len(rows)


def test_a_district_without_a_boundary_stops_the_build() -> None:
    square = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 0.0]])
    boundaries = Boundaries((square * 2 + 50,), {"E06000001": ((0,),)})
    with pytest.raises(SourceChangedError, match="a shape for every district"):
        boundary_rows(boundaries, load_register())


def test_a_file_that_is_no_topology_is_named(tmp_path: Path) -> None:
    path = tmp_path / ons_boundaries.FILE
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"type": "Topology"}))
    with pytest.raises(SourceChangedError, match=r"boundaries_uk_2014_2025.*KeyError"):
        read_boundaries(tmp_path, 2025)


@given(arrays.arrays(np.float64, st.integers(1, 60), elements=st.integers(0, 12) | st.just(np.nan)))
def test_classes_are_ordered_share_ties_and_none_is_empty(values: np.ndarray) -> None:
    if not np.isfinite(values).any():
        return
    step = class_of(values)
    assert ((step == -1) == np.isnan(values)).all()
    known = sorted(zip(values[step >= 0].tolist(), step[step >= 0].tolist(), strict=True))
    for (value, number), (next_value, next_number) in pairwise(known):
        assert number <= next_number
        assert number == next_number or value < next_value
    assert set(step[step >= 0].tolist()) == set(range(int(step.max()) + 1))
