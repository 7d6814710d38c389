"""Similarity over time: one scale for all years, overlap of lists, drift and what moved it."""

from __future__ import annotations

import numpy as np
import pytest

from likeforlike.analysis.similarity_history import (
    area_history,
    drifts,
    find_yearly,
    jaccard,
    median_slope,
    moved_by,
    rank_biased_overlap,
)
from likeforlike.domain.errors import DefinitionError
from likeforlike.domain.matrix import FeatureTable
from likeforlike.domain.neighbour_model import Feature, Metric, Rebasing, Scaling, Transform
from neighbours_kit import model_of, random_table, table_of


def brute_force_overlap(first, second, persistence, depth=4000):
    """The definition of Webber, Moffat and Zobel summed term by term, agreement staying as it ends."""
    total = agreement = 0.0
    for place in range(1, depth + 1):
        if place <= len(first):
            agreement = len(set(first[:place]) & set(second[:place])) / place
        total += (1 - persistence) * persistence ** (place - 1) * agreement
    return total


@pytest.mark.parametrize("persistence", [0.5, 0.8, 0.9, 0.98])
def test_rank_biased_overlap_equals_its_definition_summed(persistence):
    rng = np.random.default_rng(7)
    for _ in range(20):
        first, second = (rng.permutation(15)[:10].tolist() for _ in range(2))
        expected = brute_force_overlap(first, second, persistence)
        assert rank_biased_overlap(first, second, persistence) == pytest.approx(expected, abs=1e-12)


def test_equal_lists_overlap_wholly_and_disjoint_ones_not_at_all():
    assert rank_biased_overlap([1, 2, 3], [1, 2, 3]) == pytest.approx(1.0)
    assert rank_biased_overlap([1, 2, 3], [4, 5, 6]) == 0.0
    assert rank_biased_overlap([], []) == jaccard([], []) == 1.0
    assert jaccard([1, 2, 3], [2, 3, 4]) == 0.5


def test_a_swap_at_the_top_costs_more_than_one_at_the_end():
    top = rank_biased_overlap([2, 1, 3, 4], [1, 2, 3, 4])
    end = rank_biased_overlap([1, 2, 4, 3], [1, 2, 3, 4])
    assert top < end < 1.0


def test_the_scale_is_that_of_all_years_together():
    years = {year: random_table(30, 3, seed=1) for year in (2011, 2012)}
    years[2012] = FeatureTable.of(years[2012].areas, years[2012].features, years[2012].values * 2)
    model = model_of(years[2011].features, k=4)
    sets = find_yearly(years, model)
    pooled = np.vstack([years[2011].values, years[2012].values])
    order = np.argsort(years[2011].areas)
    for year, found in sets.items():
        expected = (years[year].values[order] - pooled.mean(axis=0)) / pooled.std(axis=0)
        np.testing.assert_allclose(found.prepared.scaled, expected, atol=1e-12)
    np.testing.assert_allclose(sets[2012].all_distances, 2 * sets[2011].all_distances, rtol=1e-12)


def test_places_that_grow_alike_come_nearer():
    before = table_of({"A": [0, 1], "B": [10, 2], "C": [5, 9]}, ["x", "y"])
    after = table_of({"A": [4, 1], "B": [6, 2], "C": [5, 9]}, ["x", "y"])
    sets = find_yearly({2011: before, 2020: after}, model_of(["x", "y"], k=2))
    assert sets[2020].all_distances[0, 1] < sets[2011].all_distances[0, 1]
    change = moved_by(sets[2011], sets[2020], "A", "B")
    total = sets[2020].all_distances[0, 1] ** 2 - sets[2011].all_distances[0, 1] ** 2
    assert sum(change.values()) == pytest.approx(total)
    assert next(iter(change)) == "x"
    assert change["y"] == 0.0


def test_a_history_knows_who_was_listed_when():
    tables = {
        2011: table_of({"A": [0], "B": [1], "C": [2], "D": [9]}, ["x"]),
        2012: table_of({"A": [0], "B": [9], "C": [2], "D": [1]}, ["x"]),
        2013: table_of({"A": [0], "B": [8], "C": [2], "D": [1]}, ["x"]),
    }
    sets = find_yearly(tables, model_of(["x"], k=2))
    history = area_history(sets, "A", 2)
    assert history.others == ("B", "C", "D")
    assert history.ranks.tolist() == [[1, 2, 0], [0, 2, 1], [0, 2, 1]]
    assert history.now == ("D", "C")
    assert history.years_listed == {"C": 3, "D": 2, "B": 1}
    assert history.since == {"D": 2012, "C": 2011}
    assert history.overlap.tolist() == [1 / 3, 1.0, 1.0]
    assert np.isnan(history.turnover[0])
    assert history.turnover[1:].tolist() == [1 / 3, 1.0]
    towards, away = drifts(sets, "A", near=1.0)
    assert [one.other for one in towards] == ["D"]
    assert [one.other for one in away] == ["B"]


def test_far_areas_are_not_told_as_drifting():
    tables = {
        2011: table_of({"A": [0], "B": [1], "C": [2], "D": [90]}, ["x"]),
        2012: table_of({"A": [0], "B": [1], "C": [2.5], "D": [50]}, ["x"]),
    }
    towards, away = drifts(find_yearly(tables, model_of(["x"])), "A", near=0.5)
    assert towards == []
    assert [one.other for one in away] == ["C"]


def test_the_median_slope_is_theil_and_sens():
    years = [2011, 2012, 2014]
    values = np.array([[1.0, 0.0], [2.0, np.nan], [9.0, 4.0]])
    slopes = median_slope(years, values)
    assert slopes[0] == np.median([1.0, 8 / 3, 3.5])
    assert np.isnan(slopes[1])


@pytest.mark.parametrize(
    "changes",
    [
        {"scaling": Scaling.RANK},
        {"metric": Metric.MAHALANOBIS},
        {"rebasing": Rebasing.FARTHEST_IS_ONE},
        {"first": Feature(id="x", transform=Transform.RANK)},
    ],
)
def test_a_model_whose_scale_starts_anew_every_year_has_no_history(changes):
    table = table_of({"A": [0], "B": [1], "C": [2]}, ["x"])
    with pytest.raises(DefinitionError, match="has no history"):
        find_yearly({2011: table, 2012: table}, model_of([changes.pop("first", "x")], **changes))
