"""What holds for neighbours whatever the values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from likeforlike.analysis.neighbours import contribution_table, farther_share, find, mutual
from likeforlike.domain.matrix import FeatureTable
from likeforlike.domain.neighbour_model import Metric, Missing, Scaling
from neighbours_kit import model_of, random_table

SEEDS = st.integers(0, 10_000)
MODELS = st.fixed_dictionaries(
    {
        "scaling": st.sampled_from([Scaling.Z_SCORE, Scaling.MIN_MAX, Scaling.RANK]),
        "metric": st.sampled_from([Metric.EUCLIDEAN, Metric.GOWER]),
        "missing": st.sampled_from([Missing.POOL_MEDIAN, Missing.LEAVE_OUT]),
        "winsorise": st.sampled_from([None, (0.05, 0.95)]),
    }
)


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS, changes=MODELS)
def test_the_order_of_rows_changes_nothing(seed, changes):
    table = random_table(25, 4, seed, missing=0.05)
    model = model_of(table.features, k=5, **changes)
    shuffled = table.take(np.random.default_rng(seed + 1).permutation(25))
    first, second = find(table, model), find(shuffled, model)
    assert first.areas == second.areas
    assert (first.neighbours == second.neighbours).all()
    assert (first.all_distances == second.all_distances).all()


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS, changes=MODELS)
def test_distances_are_symmetric_and_shares_sum_to_1(seed, changes):
    table = random_table(25, 4, seed, missing=0.05)
    found = find(table, model_of(table.features, k=5, **changes))
    assert (found.all_distances == found.all_distances.T).all()
    assert (np.diag(found.all_distances) == 0).all()
    assert (np.diff(found.distances, axis=1) >= 0).all()
    shares, _ = contribution_table(found)
    sums = np.nansum(shares, axis=2)
    np.testing.assert_allclose(sums[found.distances > 0], 1.0, atol=4 * np.finfo(float).eps)


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS, factor=st.floats(0.01, 100), shift=st.floats(-50, 50))
def test_the_units_of_a_feature_do_not_matter(seed, factor, shift):
    table = random_table(25, 3, seed)
    model = model_of(table.features, k=5, winsorise=(0.02, 0.98))
    other = FeatureTable.of(table.areas, table.features, table.values * [factor, 1, 1] + [shift, 0, 0])
    assert find(other, model).all_distances == pytest.approx(find(table, model).all_distances, abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS)
def test_the_triangle_inequality_holds_and_the_divisor_changes_no_list(seed):
    table = random_table(15, 3, seed)
    found = find(table, model_of(table.features, k=5))
    d = found.all_distances
    assert (d[:, :, np.newaxis] <= d[:, np.newaxis, :] + d[np.newaxis, :, :].swapaxes(1, 2) + 1e-9).all()
    sample = find(table, model_of(table.features, k=5, ddof=1))
    assert (sample.neighbours == found.neighbours).all()


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS)
def test_mutual_places_come_in_pairs_and_shares_of_pairs_lie_between_0_and_1(seed):
    table = random_table(20, 3, seed)
    found = find(table, model_of(table.features, k=4))
    pairs = {
        (area, int(found.neighbours[area, place]))
        for area, place in zip(*np.nonzero(mutual(found.neighbours)), strict=True)
    }
    assert pairs == {(b, a) for a, b in pairs}
    share = farther_share(found)
    assert ((share >= 0) & (share <= 1)).all()
    nearest = np.where(np.eye(20, dtype=bool), np.inf, found.all_distances)
    assert share[np.unravel_index(nearest.argmin(), nearest.shape)] > 0.9
