"""The table of touching areas, compiled again from the boundaries it came from, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from likeforlike.definitions.borders import load_borders, upper_tier_borders
from likeforlike.definitions.loader import load_register
from likeforlike.domain.errors import DefinitionError

RECODED = {"E08000016": "E08000038", "E08000019": "E08000039"}
ISLE_OF_WIGHT, NEW_FOREST, CORNWALL, SCILLY = "E06000046", "E07000091", "E06000052", "E06000053"


def arcs_within(nested: list) -> set[int]:
    """Numbers of the lines of one shape; ~n is line n drawn backwards."""
    if isinstance(nested, int):
        return {nested if nested >= 0 else ~nested}
    return set().union(*(arcs_within(part) for part in nested))


@pytest.mark.raw
def test_the_table_holds_every_shared_line_and_every_pair_across_water(raw_folder):
    geography = raw_folder / "geography"
    topology = json.loads((geography / "boundaries_uk_2014_2025.topo.json").read_text())
    shapes = {
        shape["properties"]["areacd"]: arcs_within(shape["arcs"])
        for shape in topology["objects"]["ltla"]["geometries"]
        if shape["properties"]["areacd"].startswith("E") and "end" not in shape["properties"]
    }
    codes = sorted(shapes)
    land = {(a, b) for i, a in enumerate(codes) for b in codes[i + 1 :] if shapes[a] & shapes[b]}
    listed = json.loads((geography / "lad2021_adjacency.json").read_text())
    across = set()
    for code, (first, *_) in listed.items():
        # The first element lists those that touch; it is empty for an island.
        for other in first or []:
            pair = tuple(sorted((RECODED.get(code, code), RECODED.get(other, other))))
            if set(pair) <= set(codes):
                across.add(pair)
    islands = {(ISLE_OF_WIGHT, NEW_FOREST), (CORNWALL, SCILLY)}
    assert set(load_borders()) == land | across | islands
    assert set(load_borders(kinds=("land",))) == land
    assert (len(land), len(across - land)) == (752, 35)


def test_every_council_touches_another():
    register = load_register()
    pairs = load_borders()
    assert {code for pair in pairs for code in pair} == set(register.lower_tier)
    upper = upper_tier_borders(pairs, register)
    assert {code for pair in upper for code in pair} == set(register.upper_tier)
    assert all(a < b for a, b in upper)


def test_two_counties_touch_where_their_districts_do():
    # Bedford touches Huntingdonshire, in Cambridgeshire.
    register = load_register()
    upper = upper_tier_borders((("E06000055", "E07000011"), ("E07000008", "E07000011")), register)
    assert upper == (("E06000055", "E10000003"),)


@pytest.mark.parametrize(
    "row",
    [
        "E06000001,E06000099,land",
        "E06000004,E06000001,land",
        "E06000001,E06000003,sea",
        "E06000001,E06000004,land",
    ],
)
def test_a_wrong_row_is_named_with_its_line(tmp_path: Path, row: str):
    table = tmp_path / "borders.csv"
    table.write_text(f"area_code,neighbour_code,border\nE06000001,E06000004,land\n{row}\n")
    with pytest.raises(DefinitionError, match="line 3"):
        load_borders(table)
