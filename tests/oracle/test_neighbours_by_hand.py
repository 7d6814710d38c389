"""Neighbours against a slow reading of the same rules: plain Python loops, one pair at a time."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import mahalanobis
from sklearn.covariance import LedoitWolf

from likeforlike.analysis.distances import shrunk
from likeforlike.analysis.nearest import nearest_exact
from likeforlike.analysis.neighbours import contribution_table, farther_share, find, mutual, times_chosen
from likeforlike.domain.neighbour_model import Feature, Metric, Missing, Rebasing, Scaling, Transform
from neighbours_kit import model_of, random_table
from slow_neighbours import slow_lists

CASES = {
    "plain z-scores": {},
    "sample divisor": {"ddof": 1},
    "winsorised": {"winsorise": (0.05, 0.9)},
    "robust": {"scaling": Scaling.ROBUST},
    "min-max": {"scaling": Scaling.MIN_MAX},
    "ranks": {"scaling": Scaling.RANK},
    "no scaling": {"scaling": Scaling.NONE},
    "left out": {"missing": Missing.LEAVE_OUT, "winsorise": (0.01, 0.99)},
    "gower": {"metric": Metric.GOWER, "scaling": Scaling.MIN_MAX},
    "gower, left out": {"metric": Metric.GOWER, "scaling": Scaling.MIN_MAX, "missing": Missing.LEAVE_OUT},
    "balanced domains": {"balance_domains": True},
}


@pytest.mark.parametrize("changes", CASES.values(), ids=CASES)
def test_distances_and_lists_equal_the_slow_reading(changes):
    table = random_table(60, 5, seed=3, missing=0.08)
    features = [
        Feature(id="f0", transform=Transform.LOG, weight=2.0, domain="size"),
        Feature(id="f1", transform=Transform.RANK, domain="size"),
        Feature(id="f2", weight=0.5, domain="people"),
        Feature(id="f3", weight=0.0, domain="nothing"),
        Feature(id="f4", domain="work"),
    ]
    model = model_of(features, k=7, **changes)
    found = find(table, model)
    distance, lists = slow_lists(table, model)
    slow = np.array([[distance[a, b] for b in found.areas] for a in found.areas])
    np.testing.assert_allclose(found.all_distances, slow, rtol=0, atol=1e-12)
    assert {code: list(found.codes(code)) for code in found.areas} == lists


@pytest.mark.parametrize("missing", [Missing.POOL_MEDIAN, Missing.LEAVE_OUT])
def test_labels_are_the_same_or_not_under_gowers_distance(missing):
    table = random_table(50, 3, seed=6, missing=0.1)
    rng = np.random.default_rng(1)
    known = np.isfinite(table.values[:, 2])
    table.values[known, 2] = rng.integers(0, 4, size=known.sum())
    features = [Feature(id="f0"), Feature(id="f1", weight=3.0), Feature(id="f2", nominal=True, weight=2.0)]
    model = model_of(features, metric=Metric.GOWER, k=6, missing=missing, winsorise=(0.05, 0.95))
    # Scaled by the range in both readings.
    distance, lists = slow_lists(table, model.model_copy(update={"scaling": Scaling.MIN_MAX}))
    found = find(table, model)
    slow = np.array([[distance[a, b] for b in found.areas] for a in found.areas])
    np.testing.assert_allclose(found.all_distances, slow, rtol=0, atol=1e-12)
    assert {code: list(found.codes(code)) for code in found.areas} == lists
    shares, signed = contribution_table(found)
    np.testing.assert_allclose(np.nansum(shares, axis=2)[found.distances > 0], 1.0, atol=1e-14)
    assert np.isnan(signed[:, :, 2]).all(), "labels have no order"


def test_which_number_a_label_has_changes_no_distance():
    table = random_table(30, 2, seed=8)
    table.values[:, 1] = np.arange(30) % 3
    model = model_of([Feature(id="f0"), Feature(id="f1", nominal=True)], metric=Metric.GOWER, k=4)
    first = find(table, model)
    table.values[:, 1] = np.array([7.0, 100.0, 0.5])[table.values[:, 1].astype(int)]
    np.testing.assert_allclose(find(table, model).all_distances, first.all_distances, rtol=0, atol=1e-15)


def test_percentages_by_logit_equal_the_slow_reading():
    table = random_table(40, 2, seed=5)
    table.values[:] = 100 * table.values / (1 + table.values)
    model = model_of(
        [Feature(id="f0", transform=Transform.LOGIT), Feature(id="f1", transform=Transform.LOGIT)]
    )
    distance, _ = slow_lists(table, model)
    found = find(table, model)
    slow = np.array([[distance[a, b] for b in found.areas] for a in found.areas])
    np.testing.assert_allclose(found.all_distances, slow, rtol=0, atol=1e-12)


def test_mahalanobis_equals_scipy_and_its_shares_sum_to_one():
    table = random_table(80, 4, seed=11)
    found = find(table, model_of(table.features, metric=Metric.MAHALANOBIS, k=5))
    inverse = np.linalg.inv(np.cov(found.prepared.scaled.T, ddof=0))
    slow = [[mahalanobis(a, b, inverse) for b in found.prepared.scaled] for a in found.prepared.scaled]
    np.testing.assert_allclose(found.all_distances, slow, atol=1e-12)
    shares, _ = contribution_table(found)
    np.testing.assert_allclose(shares.sum(axis=2), 1.0, atol=4e-16 * len(table.features))
    assert (shares >= 0).all()


def test_the_shrunk_covariance_equals_scikit_learn():
    table = random_table(30, 8, seed=2)
    centred = table.values - table.values.mean(axis=0)
    expected = LedoitWolf(assume_centered=True).fit(centred).covariance_
    np.testing.assert_allclose(shrunk(centred, centred.T @ centred / len(centred)), expected, rtol=1e-12)


def test_nested_areas_are_left_out_as_in_the_slow_reading():
    table = random_table(40, 3, seed=8)
    county, districts = table.areas[0], table.areas[1:6]
    nested = {county: frozenset(districts)}
    model = model_of(table.features, k=12, exclude_nested=True)
    both_ways = nested | {district: {county} for district in districts}
    _, lists = slow_lists(table, model, both_ways)
    found = find(table, model, nested=nested)
    assert {code: list(found.codes(code)) for code in found.areas} == lists


def test_hubness_mutuality_and_percentile_equal_counting():
    table = random_table(50, 3, seed=4)
    found = find(table, model_of(table.features, k=6))
    lists = [set(row) for row in found.neighbours.tolist()]
    assert times_chosen(found.neighbours).tolist() == [
        sum(area in other for other in lists) for area in range(50)
    ]
    slow = [[area in lists[n] for n in found.neighbours[area]] for area in range(50)]
    assert mutual(found.neighbours).tolist() == slow
    pairs = [found.all_distances[i, j] for i in range(50) for j in range(i)]
    share = farther_share(found)
    for i, j in ((0, 1), (7, 30), (49, 12)):
        assert share[i, j] == sum(d > found.all_distances[i, j] for d in pairs) / len(pairs)


def test_rebased_distances_are_divided_by_the_rows_farthest():
    table = random_table(30, 3, seed=9)
    plain = find(table, model_of(table.features, k=29))
    rebased = find(table, model_of(table.features, k=29, rebasing=Rebasing.FARTHEST_IS_ONE))
    assert (rebased.neighbours == plain.neighbours).all()
    assert (rebased.distances[:, -1] == 1.0).all()
    np.testing.assert_allclose(rebased.distances, plain.distances / plain.distances[:, -1:], rtol=1e-15)


@pytest.mark.parametrize(
    ("areas", "features", "k", "spread"), [(3000, 5, 20, 1.0), (1500, 20, 3, 1e6), (700, 1, 50, 1.0)]
)
def test_screened_search_equals_all_distances(areas, features, k, spread):
    rng = np.random.default_rng(areas)
    points = rng.normal(size=(areas, features)) * rng.lognormal(sigma=1.5, size=(areas, 1)) + spread
    points[: areas // 10] = points[areas // 2 : areas // 2 + areas // 10]  # identical areas: ties by row
    points[areas - 40 :] = np.round(points[areas - 40 :])
    neighbours, distances = nearest_exact(points, k)
    for row in range(areas):
        difference = points[row] - points
        distance = np.sqrt(np.einsum("ij,ij->i", difference, difference))
        distance[row] = np.inf
        order = np.argsort(distance, kind="stable")[:k]
        assert (neighbours[row] == order).all()
        assert (distances[row] == distance[order]).all()
