"""The inputs of the published 2025 nearest neighbours, and the recipe on them.

The published lists are not kept here. What is checked are the facts of the recipe that can be counted: how
many cells each step touches, and how many lists change when the two halved values are put right.
"""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest

from likeforlike.analysis.neighbours import find
from likeforlike.definitions.loader import load_definitions, load_register
from likeforlike.domain.errors import DefinitionError, SourceChangedError
from likeforlike.domain.observation import RAW_SCHEMA
from likeforlike.pipeline.own_tables import OwnTables, corrected
from likeforlike.sources.ons_subnational_indicators import parse, read_inputs
from slow_neighbours import slow_lists

SOURCE = "ons_subnational_indicators"
NORTH_NORTHAMPTONSHIRE, WEST_NORTHAMPTONSHIRE = "E06000061", "E06000062"
CUMBERLAND = "E06000063"


@pytest.fixture(scope="module")
def definitions():
    return load_definitions()


@pytest.fixture(scope="module")
def register():
    return load_register()


@pytest.fixture(scope="module")
def inputs(raw_folder, definitions, register):
    return read_inputs(raw_folder, definitions.sources[SOURCE], register)


@pytest.fixture(scope="module")
def nested(inputs, register):
    return {code: register.nested(code) for code in inputs.table.areas if code in register.areas}


def features_of(model):
    return [feature.id for feature in model.features]


def test_the_pool_is_361_councils_and_21_counties_of_april_2023(inputs):
    kinds = pl.Series([code[:3] for code in inputs.table.areas]).value_counts(sort=True)
    assert dict(kinds.iter_rows()) == {
        "E07": 164,
        "E06": 63,
        "E08": 36,
        "E09": 33,
        "S12": 32,
        "W06": 22,
        "E10": 21,
        "N09": 11,
    }
    assert len(inputs.table.features) == 48
    assert inputs.names["S12000033"] == "Aberdeen City"
    assert inputs.names[CUMBERLAND] == "Cumberland"


def test_each_step_of_the_recipe_touches_the_cells_it_is_known_to_touch(inputs, definitions):
    model = definitions.neighbour_models["ons-2025-global"]
    columns = [inputs.table.features.index(name) for name in features_of(model)]
    table = inputs.table.select(features_of(model))
    assert len(model.features) == 31
    assert inputs.repeated == 63
    # 24 cells of new councils, and the two that already had a value and were halved by the publisher.
    assert (
        inputs.stitched[:, columns].sum()
        + len(definitions.neighbour_models["ons-2025-global-as-published"].corrections)
        == 26
    )
    assert table.inherited.sum() == 21
    prepared = find(table, model.model_copy(update={"exclude_nested": False})).prepared
    assert prepared.imputed.sum() == 19
    filled = pl.Series([prepared.areas[row] for row in np.nonzero(prepared.imputed)[0]]).unique()
    assert {"E06000053", "E09000001"} < set(filled)


def test_new_councils_take_their_old_countys_value_or_their_districts_weighted_by_residents(
    inputs, raw_folder
):
    table, row = inputs.table, inputs.table.areas.index
    rate = table.values[:, table.features.index("employment-rate")]
    assert rate[row("E06000065")] == 79.5  # North Yorkshire: the county's own value
    assert rate[row("E06000066")] == 78.9  # Somerset
    residents = pl.read_csv(raw_folder / "population" / "census2021_single_year_age_lad21.csv.gz")
    ages = [f"age_{age}" for age in range(16, 64)]
    people = {code: sum(counts) for code, *counts in residents.select("lad21_code", *ages).iter_rows()}
    districts = {"E07000026": 84.5, "E07000028": 84.2, "E07000029": 76.4}
    expected = sum(people[code] * value for code, value in districts.items()) / sum(
        people[code] for code in districts
    )
    assert rate[row(CUMBERLAND)] == pytest.approx(expected, abs=1e-12)


def test_with_the_true_values_as_many_lists_change_as_the_publishers_error_is_known_to_have_changed(
    inputs, definitions, nested
):
    right = definitions.neighbour_models["ons-2025-global"]
    published = definitions.neighbour_models["ons-2025-global-as-published"]
    assert features_of(right) == features_of(published)
    one = find(inputs.table, right, nested=nested)
    other = find(corrected(inputs.table, published), published, nested=nested)
    order = (one.neighbours != other.neighbours).any(axis=1)
    members = [set(a) != set(b) for a, b in zip(one.neighbours, other.neighbours, strict=True)]
    assert (order.sum(), sum(members)) == (70, 19)
    for code, (of_20, of_10) in {NORTH_NORTHAMPTONSHIRE: (17, 7), WEST_NORTHAMPTONSHIRE: (16, 6)}.items():
        ours, theirs = one.codes(code), other.codes(code)
        assert len(set(ours) & set(theirs)) == of_20
        assert len(set(ours[:10]) & set(theirs[:10])) == of_10


@pytest.mark.parametrize("model_id", ["ons-2025-global", "ons-2025-economic", "ons-2025-demographic"])
def test_no_list_holds_the_areas_county_or_a_district_of_it(inputs, definitions, nested, register, model_id):
    found = find(inputs.table, definitions.neighbour_models[model_id], nested=nested)
    assert (found.neighbours >= 0).all()
    for code in found.areas:
        if code in register.areas:
            assert not register.nested(code) & set(found.codes(code))


def test_a_correction_whose_cell_has_changed_is_out_of_date(inputs, definitions):
    model = definitions.neighbour_models["ons-2025-global-as-published"]
    values = inputs.table.values.copy()
    values[inputs.table.areas.index(NORTH_NORTHAMPTONSHIRE)] += 1
    with pytest.raises(DefinitionError, match=r"to be 14\.8, and it is 15\.8\. Remove the correction"):
        corrected(replace(inputs.table, values=values), model)


def test_a_release_keeps_the_table_as_it_is(inputs):
    before = OwnTables(features={SOURCE: inputs.table}, names=inputs.names)
    tables = before.tables()
    after = OwnTables.of(
        tables["model_feature"].sample(fraction=1, shuffle=True, seed=1), tables["published_neighbour"]
    )
    same = after.features[SOURCE]
    assert (same.areas, same.features) == (inputs.table.areas, inputs.table.features)
    np.testing.assert_array_equal(same.values, inputs.table.values)
    np.testing.assert_array_equal(same.inherited, inputs.table.inherited)
    assert after.names == before.names


def test_seven_series_become_indicators_of_english_areas(raw_folder, definitions):
    rows = parse(raw_folder, definitions.sources[SOURCE])
    assert rows.schema == RAW_SCHEMA
    assert rows["series"].n_unique() == 7
    assert rows["area_code"].str.starts_with("E").all()
    hartlepool = rows.filter(area_code="E06000001", series="subnational/Private renters")
    assert hartlepool.select("value", "period", "published").row(0) == (
        "17.6",
        "2021-03-21",
        date(2025, 3, 26),
    )


def test_a_cell_that_is_no_number_stops_the_build_naming_its_row(tmp_path, raw_folder, definitions, register):
    source = definitions.sources[SOURCE]
    for file in source.files:
        target = tmp_path / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((raw_folder / file.path).read_bytes())
    table = tmp_path / source.files[0].path
    changed = pl.read_csv(table, infer_schema=False)
    changed[3, "Value"] = "about 20"
    table.write_bytes(gzip.compress(changed.write_csv().encode()))
    with pytest.raises(SourceChangedError, match="row 5: expected a number; found 'about 20'"):
        read_inputs(tmp_path, source, register)


def test_the_recipe_equals_the_slow_reading(inputs, definitions, nested, register):
    model = definitions.neighbour_models["ons-2025-demographic"]
    found = find(inputs.table, model, nested=nested)
    distance, lists = slow_lists(inputs.table.select(features_of(model)), model, nested)
    slow = np.array([[distance[a, b] for b in found.areas] for a in found.areas])
    np.testing.assert_allclose(found.all_distances, slow, rtol=0, atol=1e-12)
    assert {code: list(found.codes(code)) for code in found.areas} == lists
