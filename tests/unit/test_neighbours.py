"""Neighbour models: the rules of a list, and what a person is told who declares one wrongly."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import rankdata

from likeforlike.analysis.neighbours import (
    NONE,
    contribution_table,
    contributions,
    find,
    mutual,
    skewness,
    times_chosen,
    with_k,
)
from likeforlike.analysis.scaling import positions
from likeforlike.domain.errors import DefinitionError, RequestError
from likeforlike.domain.matrix import FeatureTable
from likeforlike.domain.neighbour_model import Feature, Metric, Missing, Rebasing, Scaling, Transform
from neighbours_kit import model_of, random_table, table_of

PLAIN = {"scaling": Scaling.MIN_MAX}


def test_neighbours_are_nearest_first_and_never_the_area_itself():
    table = table_of({"C": [10], "A": [0], "B": [3], "D": [4]}, ["x"])
    found = find(table, model_of(["x"], k=3))
    assert found.areas == ("A", "B", "C", "D")
    assert found.codes("A") == ("B", "D", "C")
    assert found.codes("C") == ("D", "B", "A")


def test_an_identical_area_with_a_smaller_code_is_a_neighbour_at_distance_0_and_the_area_itself_is_not():
    table = table_of({"A": [1, 2], "B": [1, 2], "C": [5, 0]}, ["x", "y"])
    found = find(table, model_of(["x", "y"], k=1))
    assert found.codes("B") == ("A",)
    assert found.codes("A") == ("B",)
    assert found.distances[:2, 0].tolist() == [0.0, 0.0]


def test_equal_distances_go_by_area_code():
    table = table_of({"D": [2], "B": [0], "C": [1], "A": [2], "E": [0]}, ["x"])
    assert find(table, model_of(["x"], k=4, **PLAIN)).codes("C") == ("A", "B", "D", "E")


def test_nested_areas_are_passed_over_in_both_directions():
    table = table_of({"county": [1], "district": [1.1], "far": [9], "near": [2]}, ["x"])
    model = model_of(["x"], k=2, exclude_nested=True)
    found = find(table, model, nested={"district": frozenset({"county", "region"})})
    assert found.codes("district") == ("near", "far")
    assert found.codes("county") == ("near", "far")


def test_where_too_few_others_are_left_the_list_is_short():
    table = table_of({"A": [1], "B": [2], "C": [4]}, ["x"])
    found = find(table, model_of(["x"], k=2, exclude_nested=True), nested={"A": {"B"}})
    assert found.codes("A") == ("C",)
    assert found.neighbours[0].tolist() == [2, NONE]
    assert np.isnan(found.distances[0, 1])
    shares, signed = contribution_table(found)
    assert np.isnan(shares[0, 1]).all()
    assert np.isnan(signed[0, 1]).all()


def test_shares_are_of_the_squared_distance_and_differences_carry_their_sign():
    table = table_of({"A": [0, 0], "B": [3, 4], "C": [1, 1]}, ["x", "y"])
    model = model_of([Feature(id="x", weight=4.0), Feature(id="y")], scaling=Scaling.NONE)
    found = find(table, model)
    assert found.all_distances[0, 1] == pytest.approx(np.sqrt(4 * 9 + 16))
    first, second = contributions(found, 0, 1)
    assert (first.feature, first.share, first.signed_difference) == ("x", 36 / 52, -3.0)
    assert (second.share, second.signed_difference) == (16 / 52, -4.0)
    assert contributions(found, 1, 0)[0].signed_difference == 3.0


def test_between_equal_areas_there_is_nothing_to_share_out():
    found = find(table_of({"A": [1, 1], "B": [1, 1], "C": [2, 3]}, ["x", "y"]), model_of(["x", "y"]))
    assert [part.share for part in contributions(found, 0, 1)] == [None, None]
    assert [part.signed_difference for part in contributions(found, 0, 1)] == [0.0, 0.0]


def test_a_left_out_value_has_no_share_and_the_rest_is_scaled_up():
    table = table_of({"A": [0, 0], "B": [3, np.nan], "C": [6, 1], "D": [1, 2]}, ["x", "y"])
    found = find(table, model_of(["x", "y"], missing=Missing.LEAVE_OUT, scaling=Scaling.NONE))
    assert found.all_distances[0, 1] == pytest.approx(np.sqrt(9 * 2))
    assert [part.share for part in contributions(found, 0, 1)] == [1.0, None]
    assert contributions(found, 0, 1)[1].signed_difference is None
    assert found.prepared.filled_share(0, 1) == 0.5


def test_areas_that_share_no_feature_are_no_neighbours():
    table = table_of({"A": [0, np.nan], "B": [np.nan, 3], "C": [6, 1], "D": [1, 2]}, ["x", "y"])
    found = find(table, model_of(["x", "y"], missing=Missing.LEAVE_OUT, k=3))
    assert set(found.codes("A")) == {"C", "D"}


def test_a_filled_value_is_the_pools_median_and_flagged():
    table = table_of({"A": [0], "B": [np.nan], "C": [6], "D": [1]}, ["x"])
    prepared = find(table, model_of(["x"], scaling=Scaling.NONE)).prepared
    assert prepared.scaled[:, 0].tolist() == [0, 1, 6, 1]
    assert prepared.imputed[:, 0].tolist() == [False, True, False, False]


def test_inherited_weight_is_reported_for_the_pair():
    table = FeatureTable.of(
        ("A", "B", "C"),
        ("x", "y"),
        np.array([[1.0, 2], [2, 3], [4, 1]]),
        inherited=np.array([[True, False], [False, False], [False, False]]),
    )
    prepared = find(table, model_of([Feature(id="x", weight=3), Feature(id="y")])).prepared
    assert prepared.filled_share(0, 1) == 0.75
    assert prepared.filled_share(1, 2) == 0.0


def test_domains_weigh_the_same_and_weights_sum_to_1():
    features = [
        Feature(id="a", domain="one"),
        Feature(id="b", domain="one", weight=3),
        Feature(id="c", domain="two"),
    ]
    table = random_table(20, 3, seed=1)
    table = FeatureTable.of(table.areas, ("a", "b", "c"), table.values)
    prepared = find(table, model_of(features, balance_domains=True)).prepared
    np.testing.assert_allclose(prepared.weights, [0.125, 0.375, 0.5])


def test_a_longer_list_begins_with_the_shorter_one():
    table = random_table(30, 3, seed=6)
    found = find(table, model_of(table.features, k=5))
    longer = with_k(found, 12)
    assert (longer.neighbours[:, :5] == found.neighbours).all()
    assert with_k(found, None) is found


def test_hubness_of_even_lists_is_0_and_of_one_hub_is_high():
    ring = np.array([[1], [2], [3], [0]])
    assert times_chosen(ring).tolist() == [1, 1, 1, 1]
    assert skewness(times_chosen(ring)) == 0.0
    assert not mutual(ring).any()
    star = np.array([[1], [0], [0], [0], [0]])
    assert skewness(times_chosen(star)) > 1.0
    assert mutual(star)[:, 0].tolist() == [True, True, False, False, False]


GOOD = {"A": [1, 5], "B": [2, 4], "C": [4, 9], "D": [7, 1]}
NAN = float("nan")
WRONG = {
    "unknown feature": (GOOD, ["x", "z"], {}, "no feature 'z'. Write one of: x, y"),
    "no feature": (GOOD, [], {}, "has no features. List at least one"),
    "feature twice": (GOOD, ["x", "x"], {}, "lists the feature 'x' 2 times"),
    "constant": ({"A": [1, 5], "B": [1, 4], "C": [1, 9]}, ["x", "y"], {}, "'x' does not vary"),
    "constant but for missing": ({"A": [1, 5], "B": [NAN, 4], "C": [1, 9]}, ["x"], {}, "'x' does not vary"),
    "no spread on the robust scale": (
        {"A": [1, 5], "B": [1, 4], "C": [1, 9], "D": [8, 2]},
        ["x"],
        {"scaling": Scaling.ROBUST},
        "write `scaling: z_score`",
    ),
    "too few values": (
        {"A": [1, 5], "B": [NAN, 4], "C": [NAN, 9], "D": [NAN, 3]},
        ["x", "y"],
        {},
        "has a value for 1 of 4 areas; the model needs 2",
    ),
    "one value, left out": (
        {"A": [1, 5], "B": [NAN, 4], "C": [NAN, 9], "D": [NAN, 3]},
        ["x", "y"],
        {"missing": Missing.LEAVE_OUT},
        "has a value for 1 of 4 areas",
    ),
    "infinite": ({"A": [np.inf, 5], "B": [2, 4], "C": [4, 9]}, ["x"], {}, "has an infinite value"),
    "negative weight": (GOOD, [Feature(id="x", weight=-1), "y"], {}, "'x' has the weight -1. Write 0"),
    "weight that is no number": (GOOD, [Feature(id="x", weight=NAN), "y"], {}, "has the weight nan"),
    "all weights 0": (GOOD, [Feature(id="x", weight=0)], {}, "All weights of model test are 0. Give"),
    "log of 0": (
        {"A": [0, 5], "B": [2, 4], "C": [4, 9]},
        [Feature(id="x", transform=Transform.LOG)],
        {},
        "'x' is 0 for A, but the logarithm needs values above 0. Write `transform: rank`",
    ),
    "logit of 100": (
        {"A": [100, 5], "B": [2, 4], "C": [4, 9]},
        [Feature(id="x", transform=Transform.LOGIT)],
        {},
        "'x' is 100 for A, but the logit needs percentages",
    ),
    "winsorising backwards": (GOOD, ["x"], {"winsorise": (0.9, 0.1)}, "Write two shares in order"),
    "weighted Mahalanobis": (
        GOOD,
        [Feature(id="x", weight=2), "y"],
        {"metric": Metric.MAHALANOBIS},
        "does not change with weights",
    ),
    "collinear Mahalanobis": (
        {"A": [1, 2], "B": [2, 4], "C": [4, 8], "D": [5, 10]},
        ["x", "y"],
        {"metric": Metric.MAHALANOBIS},
        "determine each other exactly",
    ),
    "Mahalanobis with gaps": (
        {"A": [1, 2], "B": [2, NAN], "C": [4, 8], "D": [5, 1]},
        ["x", "y"],
        {"metric": Metric.MAHALANOBIS, "missing": Missing.LEAVE_OUT},
        "needs every value",
    ),
}


@pytest.mark.parametrize(("rows", "features", "changes", "told"), WRONG.values(), ids=WRONG)
def test_a_model_that_cannot_be_used_is_refused_with_what_to_write(rows, features, changes, told):
    with pytest.raises(DefinitionError) as problem:
        find(table_of(rows, ["x", "y"]), model_of(features, **changes))
    assert told in str(problem.value)


def test_an_area_given_twice_is_refused():
    table = FeatureTable.of(("A", "B", "A"), ("x",), np.array([[1.0], [2], [3]]))
    with pytest.raises(DefinitionError, match=r"Area A has 2 rows .* Keep one row per area"):
        find(table, model_of(["x"], k=1))


@pytest.mark.parametrize("k", [0, 4, 99])
def test_k_beyond_the_pool_is_refused(k):
    model = model_of(["x"]).model_copy(update={"k": k})
    with pytest.raises(
        RequestError, match=f"cannot be {k} neighbours in a pool of 4 areas. Write a k from 1 to 3"
    ):
        find(table_of(GOOD, ["x", "y"]), model)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"metric": Metric.GOWER}, "Gower"),
        ({"rebasing": Rebasing.FARTHEST_IS_ONE}, "rebasing"),
    ],
)
def test_what_a_large_pool_cannot_have_is_refused(monkeypatch, changes, told):
    monkeypatch.setattr("likeforlike.analysis.neighbours.KEEP_ALL_DISTANCES", 10)
    table = random_table(20, 2, seed=1)
    with pytest.raises(RequestError, match=told):
        find(table, model_of(table.features, **changes))


def test_a_large_pool_gives_the_lists_that_all_distances_give(monkeypatch):
    table = random_table(300, 4, seed=12)
    model = model_of(table.features, k=7, winsorise=(0.01, 0.99))
    small = find(table, model)
    monkeypatch.setattr("likeforlike.analysis.neighbours.KEEP_ALL_DISTANCES", 10)
    large = find(table, model)
    assert large.all_distances.size == 0
    assert (large.neighbours == small.neighbours).all()
    np.testing.assert_allclose(large.distances, small.distances, rtol=1e-14)


@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_positions_are_scipys_mid_ranks(missing):
    rng = np.random.default_rng(3)
    values = rng.integers(0, 8, size=(30, 4)).astype(float)
    values[rng.random(values.shape) < missing] = np.nan
    count = np.isfinite(values).sum(axis=0)
    expected = (rankdata(values, axis=0, nan_policy="omit") - 0.5) / count
    np.testing.assert_allclose(positions(values), expected, rtol=1e-14)
