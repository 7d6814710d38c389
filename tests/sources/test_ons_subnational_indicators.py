"""The inputs of the published 2025 nearest neighbours, and the recipe on them.

The published lists are not kept here. What is checked are the facts of the recipe that can be counted: how
many cells each step touches, and how many lists change when the two halved values are put right.
"""

from __future__ import annotations

import gzip
from collections import defaultdict
from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest

from likeforlike.analysis.neighbours import find
from likeforlike.definitions.loader import load_definitions, load_register
from likeforlike.domain.errors import DefinitionError, SourceChangedError
from likeforlike.domain.neighbour_model import Metric, Missing, Rebasing, Scaling, Transform
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
    model = definitions.neighbour_models["ons-2025-global-true-values"]
    columns = [inputs.table.features.index(name) for name in features_of(model)]
    table = inputs.table.select(features_of(model))
    assert len(model.features) == 31
    assert inputs.repeated == 63
    # 24 cells of new councils, and the two that already had a value and were halved by the publisher.
    assert (
        inputs.stitched[:, columns].sum() + len(definitions.neighbour_models["ons-2025-global"].corrections)
        == 26
    )
    assert table.inherited.sum() == 21
    prepared = find(table, model.model_copy(update={"exclude_nested": False})).prepared
    assert prepared.imputed.sum() == 19
    filled = pl.Series([prepared.areas[row] for row in np.nonzero(prepared.imputed)[0]]).unique()
    assert {"E06000053", "E09000001"} < set(filled)


def test_the_recipe_is_declared_step_by_step(definitions):
    """Pool of its own, 1 and 99 per cent, median, z-scores with divisor n, plain distance, nothing weighted."""
    counts = {}
    for name in ("global", "global-true-values", "economic", "demographic"):
        model = definitions.neighbour_models[f"ons-2025-{name}"]
        assert (model.winsorise, model.missing, model.scaling, model.ddof) == (
            (0.01, 0.99),
            Missing.POOL_MEDIAN,
            Scaling.Z_SCORE,
            0,
        )
        assert (model.metric, model.rebasing, model.exclude_nested, model.k) == (
            Metric.EUCLIDEAN,
            Rebasing.NONE,
            True,
            20,
        )
        assert not model.balance_domains
        assert {(one.weight, one.transform) for one in model.features} == {(1.0, Transform.NONE)}
        counts[name] = len(model.features)
        assert len(model.corrections) == (2 if name == "global" else 0)
    assert counts == {"global": 31, "global-true-values": 31, "economic": 10, "demographic": 5}
    assert set(features_of(definitions.neighbour_models["ons-2025-demographic"])) == {
        "population-change",
        "not-religious",
        "population-density",
        "white-ethnicity-population",
        "dependency-ratio",
    }
    assert set(features_of(definitions.neighbour_models["ons-2025-economic"])) == {
        "children-in-relative-poverty",
        "business-births",
        "employment-rate",
        "housing-completions",
        "high-growth-businesses",
        "gross-median-weekly-pay",
        "employment-in-construction",
        "gross-value-added-per-hour-worked",
        "median-house-price",
        "employment-in-manufacturing",
    }
    correction = {
        (one.area_code, one.feature, one.found, one.use)
        for one in definitions.neighbour_models["ons-2025-global"].corrections
    }
    assert correction == {
        (NORTH_NORTHAMPTONSHIRE, "cigarette-smokers", 14.8, 7.4),
        (WEST_NORTHAMPTONSHIRE, "cigarette-smokers", 13.8, 6.9),
    }


def test_residents_are_weighed_over_the_ages_that_were_applied(inputs, raw_folder, definitions):
    """Read again with a plain loop, for each indicator of the global model and each rebuilt council."""
    ages = {
        "employment-rate": (16, 63),
        "level-3-or-above-qualifications": (16, 63),
        "cigarette-smokers": (18, 99),
    }
    ages |= dict.fromkeys(("anxiety", "happiness", "life-satisfaction"), (16, 99))
    people = pl.read_csv(raw_folder / "population" / "census2021_single_year_age_lad21.csv.gz")
    by_code = {row["lad21_code"]: row for row in people.iter_rows(named=True)}
    raw = pl.read_csv(
        raw_folder / "geography" / "ons_subnational_indicators_2025_edition.csv.gz", infer_schema_length=None
    )
    values = defaultdict(list)
    for code, name, value in raw.select("AREACD", "Indicator", "Value").iter_rows():
        values[code, name.lower().replace(" ", "-")].append(value)
    areas = {
        CUMBERLAND: ["E07000026", "E07000028", "E07000029"],
        "E06000064": ["E07000027", "E07000030", "E07000031"],
    }
    seen = 0
    for area, districts in areas.items():
        for name in features_of(definitions.neighbour_models["ons-2025-global"]):
            if not inputs.stitched[inputs.table.areas.index(area), inputs.table.features.index(name)]:
                continue
            first, last = ages.get(name, (0, 100))
            weights = [
                sum(by_code[code][f"age_{age}"] for age in range(first, last + 1)) for code in districts
            ]
            old = [sum(values[code, name]) / len(values[code, name]) for code in districts]
            expected = sum(w * v for w, v in zip(weights, old, strict=True)) / sum(weights)
            got = inputs.table.values[inputs.table.areas.index(area), inputs.table.features.index(name)]
            assert got == pytest.approx(expected, abs=1e-9), (area, name)
            seen += 1
    assert seen > 5


def test_equal_distances_are_ordered_by_code(inputs, definitions):
    """Two areas made identical stand side by side in every list, the smaller code first."""
    model = definitions.neighbour_models["ons-2025-demographic"].model_copy(
        update={"exclude_nested": False, "k": 381}
    )
    values = inputs.table.values.copy()
    first, second = inputs.table.areas.index("E06000001"), inputs.table.areas.index("W06000015")
    values[second] = values[first]
    found = find(replace(inputs.table, values=values), model)
    for code in found.areas:
        listed = found.codes(code)
        if code not in {"E06000001", "W06000015"}:
            assert listed.index("W06000015") == listed.index("E06000001") + 1
    assert found.codes("E06000001")[0] == "W06000015"
    assert found.codes("W06000015")[0] == "E06000001"


def test_repeated_rows_are_averaged_and_nearly_all_are_of_one_indicator(inputs, raw_folder):
    raw = pl.read_csv(
        raw_folder / "geography" / "ons_subnational_indicators_2025_edition.csv.gz", infer_schema_length=None
    )
    counts = raw.group_by("AREACD", "Indicator").len().filter(pl.col("len") > 1)
    assert int((counts["len"] - 1).sum()) == inputs.repeated == 63
    extra = counts.group_by("Indicator").agg((pl.col("len") - 1).sum()).sort("len", descending=True)
    assert extra.row(0)[1] >= 60, extra
    for code, name in counts.drop_nulls("AREACD").select("AREACD", "Indicator").iter_rows():
        if code in inputs.table.areas:
            rows = raw.filter(pl.col("AREACD") == code, pl.col("Indicator") == name)["Value"].to_list()
            got = inputs.table.values[
                inputs.table.areas.index(code), inputs.table.features.index(name.lower().replace(" ", "-"))
            ]
            assert got == pytest.approx(sum(rows) / len(rows), abs=1e-12)


def test_no_area_has_two_periods_of_an_indicator_so_that_the_newest_is_the_only_one(inputs, raw_folder):
    raw = pl.read_csv(
        raw_folder / "geography" / "ons_subnational_indicators_2025_edition.csv.gz", infer_schema=False
    ).filter(pl.col("AREACD").is_in(inputs.table.areas))
    assert raw.group_by("AREACD", "Indicator").agg(pl.col("Period").n_unique())["Period"].max() == 1


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
    right = definitions.neighbour_models["ons-2025-global-true-values"]
    published = definitions.neighbour_models["ons-2025-global"]
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


ALL_THREE = ["ons-2025-global", "ons-2025-economic", "ons-2025-demographic"]


@pytest.mark.parametrize("model_id", ALL_THREE)
def test_no_list_holds_the_areas_county_or_a_district_of_it(inputs, definitions, nested, register, model_id):
    found = find(inputs.table, definitions.neighbour_models[model_id], nested=nested)
    assert (found.neighbours >= 0).all()
    for code in found.areas:
        if code in register.areas:
            assert not register.nested(code) & set(found.codes(code))


def test_a_correction_whose_cell_has_changed_is_out_of_date(inputs, definitions):
    model = definitions.neighbour_models["ons-2025-global"]
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


@pytest.mark.parametrize("model_id", ALL_THREE)
def test_the_recipe_equals_the_slow_reading(inputs, definitions, nested, register, model_id):
    model = definitions.neighbour_models[model_id]
    table = corrected(inputs.table, model).select(features_of(model))
    found = find(table, model, nested=nested)
    distance, lists = slow_lists(table, model, nested)
    slow = np.array([[distance[a, b] for b in found.areas] for a in found.areas])
    np.testing.assert_allclose(found.all_distances, slow, rtol=0, atol=1e-12)
    assert {code: list(found.codes(code)) for code in found.areas} == lists
