"""The project's tables of areas are what the publishers' files give."""

from __future__ import annotations

import csv
import json

import areas_from_raw
import polars as pl
import pytest

from likeforlike.definitions.area_codes import DFE, FINANCE, load_area_codes
from likeforlike.definitions.register import FOLDER, load_register

pytestmark = pytest.mark.raw


def test_the_table_of_areas_can_be_made_again(raw_folder):
    made = areas_from_raw.as_csv(areas_from_raw.areas(raw_folder), areas_from_raw.AREA_COLUMNS)
    assert made == (FOLDER / "areas.csv").read_text()


def test_the_table_of_changes_can_be_made_again(raw_folder):
    made = areas_from_raw.as_csv(areas_from_raw.changes(raw_folder), areas_from_raw.CHANGE_COLUMNS)
    assert made == (FOLDER / "area_changes.csv").read_text()


def test_the_table_of_other_peoples_numbers_can_be_made_again(raw_folder):
    made = areas_from_raw.as_csv(areas_from_raw.numbers(raw_folder), areas_from_raw.NUMBER_COLUMNS)
    assert made == (FOLDER / "area_codes.csv").read_text()


def test_the_departments_numbers_stand_for_areas_of_the_same_name(raw_folder):
    """Names in the comparison tool resolve to the areas that their numbers lead to."""
    table = pl.read_parquet(raw_folder / "outcomes" / "dfe-lait" / "bds_long_0.parquet")
    codes, register = load_area_codes(DFE), load_register()
    names = table.select("LA Number", "LA and Regions").unique().rows()
    assert {str(int(number)) for number, _ in names} <= set(codes)
    for number, name in names:
        area = register.areas.get(codes[str(int(number))])
        if (
            area is None
            or not area.is_council
            or "(Pre LG)" in name
            or name in ("Cumbria", "Northamptonshire")
        ):
            continue
        assert register.resolve(name) == area, (number, name)


def test_finance_numbers_stand_for_councils_of_the_same_name(raw_folder):
    rows = areas_from_raw.read(
        raw_folder / "funding" / "revenue-outturn" / "revenue_outturn_2022-23_to_2024-25.csv"
    )
    codes, register = load_area_codes(FINANCE), load_register()
    checked = 0
    for row in rows:
        if row["ons_code"] in register.areas and row["lgf_code"] in codes:
            assert register.successors(row["ons_code"]) == register.successors(codes[row["lgf_code"]]), row
            checked += 1
    assert checked > 900


def test_the_publishers_list_of_changes_agrees(raw_folder):
    """Mergers and new codes of districts in another official table, compiled by other people."""
    with (raw_folder / "geography" / "code_changes_ons_2018_2025.csv").open(newline="") as file:
        official = {
            (row["oldcd"], row["newcd"], int(row["start"]))
            for row in csv.DictReader(file)
            if row["type"] in ("merger", "new_code") and row["oldcd"].startswith("E")
        }
    ours = {
        (change.predecessor, change.successor, change.change_date.year)
        for change in load_register().changes
        if change.change_date.year > 2018 and not change.predecessor.startswith("E10")
    }
    assert ours == official


def test_the_publishers_boundaries_agree_on_who_was_in_force(raw_folder):
    content = json.loads((raw_folder / "geography" / "boundaries_uk_2014_2025.topo.json").read_text())
    register = load_register()
    for year in (2018, 2019, 2021, 2023, 2025):
        then = register.as_of(register.areas["E06000065"].valid_from.replace(year=year))
        for layer, ours in (("ltla", then.lower_tier), ("utla", then.upper_tier)):
            drawn = {
                shape["areacd"]
                for shape in (geometry["properties"] for geometry in content["objects"][layer]["geometries"])
                if shape["areacd"].startswith("E") and shape.get("start", 0) <= year <= shape.get("end", 9999)
            }
            assert drawn == set(ours), (year, layer, drawn ^ set(ours))


def test_names_are_those_of_the_publishers_own_data(raw_folder):
    with (raw_folder / "geography" / "areas_ons_explore_local_statistics.csv").open(newline="") as file:
        official = {row["area_code"]: row["area_name"] for row in csv.DictReader(file)}
    register = load_register()
    different = {
        code: (area.name, official[code])
        for code, area in register.areas.items()
        if code in official and official[code] != area.name
    }
    assert different == {"E08000013": ("St Helens", "St. Helens")}
