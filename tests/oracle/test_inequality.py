"""Measures of inequality against slow versions, an independent library's figures and exact identities."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

from likeforlike.analysis import inequality

#: Figures for this series: library `inequality` 1.1.2 (Gini, Theil, TheilD), which takes equal weights only.
VALUES = [10.0, 12.0, 15.0, 30.0, 28.0, 50.0, 7.0, 22.0]
GROUPS = np.array([0, 0, 0, 1, 1, 1, 2, 2])


def one(found: np.ndarray) -> float:
    assert found.shape == (1,)
    return float(found[0])


def column(numbers: list[float]) -> np.ndarray:
    return np.array(numbers, dtype=np.float64)[:, None]


def slow_gini(y: list[float], w: list[float]) -> float:
    """Half the weighted mean absolute difference over the mean."""
    total = sum(w)
    centre = sum(a * b for a, b in zip(y, w, strict=True)) / total
    pairs = sum(w[i] * w[j] * abs(y[i] - y[j]) for i in range(len(y)) for j in range(len(y)))
    return pairs / (2 * total * total * centre)


def slow_theil(y: list[float], w: list[float]) -> tuple[float, float]:
    total = sum(w)
    centre = sum(a * b for a, b in zip(y, w, strict=True)) / total
    t = sum(b / total * (a / centre) * math.log(a / centre) for a, b in zip(y, w, strict=True) if a)
    log_mean = (
        sum(b / total * math.log(centre / a) for a, b in zip(y, w, strict=True)) if min(y) > 0 else math.nan
    )
    return t, log_mean


def slow_split(y: list[float], w: list[float], groups: list[int]) -> dict[str, float]:
    """Between: as if everybody had their group's mean; within: each group's index, weighted."""
    total_w = sum(w)
    total_y = sum(a * b for a, b in zip(y, w, strict=True))
    means = []
    parts = {"t": 0.0, "l": 0.0}
    for g in set(groups):
        mine = [k for k, other in enumerate(groups) if other == g]
        gy, gw = [y[k] for k in mine], [w[k] for k in mine]
        amount = sum(a * b for a, b in zip(gy, gw, strict=True))
        t, log_mean = slow_theil(gy, gw)
        parts["t"] += amount / total_y * t
        parts["l"] += sum(gw) / total_w * log_mean
        means.append((amount / sum(gw), sum(gw)))
    between_t, between_l = slow_theil([m for m, _ in means], [v for _, v in means])
    return {"t_within": parts["t"], "l_within": parts["l"], "t_between": between_t, "l_between": between_l}


@pytest.fixture(params=range(6))
def made_up(request):
    """Positive values with gaps, population weights, groups."""
    random = np.random.default_rng(request.param)
    n = int(random.integers(9, 80))
    values = random.lognormal(3, 0.6, (n, 3))
    values[random.random(values.shape) < 0.1] = np.nan
    weights = random.uniform(10, 400, values.shape)
    return values, weights, np.arange(n) % 4


def known(values, weights, groups, t):
    keep = np.isfinite(values[:, t])
    return values[keep, t].tolist(), weights[keep, t].tolist(), groups[keep].tolist()


def test_gini_and_theil_equal_the_library():
    assert one(inequality.gini(column(VALUES))) == pytest.approx(0.3275862068965517, abs=1e-12)
    split = inequality.theil_t(column(VALUES), None, GROUPS)
    assert one(split.total) == pytest.approx(0.17342409745023465, abs=1e-12)
    assert one(split.between) == pytest.approx(0.12455673, abs=1e-8)
    assert one(split.within) == pytest.approx(0.04886737, abs=1e-8)


def test_weighted_measures_equal_the_slow_ones(made_up):
    values, weights, groups = made_up
    gini = inequality.gini(values, weights)
    t, log_mean = inequality.theil_t(values, weights, groups), inequality.theil_l(values, weights, groups)
    variation = inequality.variation(values, weights)
    for column_number in range(values.shape[1]):
        y, w, g = known(values, weights, groups, column_number)
        assert gini[column_number] == pytest.approx(slow_gini(y, w))
        assert (t.total[column_number], log_mean.total[column_number]) == pytest.approx(slow_theil(y, w))
        split = slow_split(y, w, g)
        assert t.within[column_number] == pytest.approx(split["t_within"])
        assert t.between[column_number] == pytest.approx(split["t_between"])
        assert log_mean.within[column_number] == pytest.approx(split["l_within"])
        assert log_mean.between[column_number] == pytest.approx(split["l_between"])
        centre = np.average(y, weights=w)
        assert variation[column_number] == pytest.approx(
            math.sqrt(np.average((np.array(y) - centre) ** 2, weights=w)) / centre
        )


def test_unweighted_measures_equal_the_slow_ones(made_up):
    values, _, groups = made_up
    for t in range(values.shape[1]):
        y, _, _ = known(values, values, groups, t)
        assert inequality.gini(values)[t] == pytest.approx(slow_gini(y, [1.0] * len(y)))
        assert inequality.standard_deviation(values)[t] == pytest.approx(np.std(y))
        assert inequality.log_deviation(values)[t] == pytest.approx(np.std(np.log(y)))
        for share, found in zip((0.1, 0.9), inequality.quantiles(values, (0.1, 0.9)), strict=True):
            assert found[t] == pytest.approx(np.quantile(y, share))


def test_the_parts_of_theil_sum_to_the_whole(made_up):
    for split in (inequality.theil_t(*made_up), inequality.theil_l(*made_up)):
        assert split.between + split.within == pytest.approx(split.total)
        assert (split.within >= 0).all()


def test_multiplying_all_values_changes_no_ratio_measure_and_repeating_all_areas_changes_nothing(made_up):
    values, weights, groups = made_up
    for measure in (inequality.gini, inequality.variation, inequality.top_to_bottom_fifth):
        plain = measure(values, weights)
        assert measure(values * 7.5, weights) == pytest.approx(plain)
        assert measure(np.vstack([values, values]), np.vstack([weights, weights])) == pytest.approx(plain)
    assert inequality.theil_t(values * 3, weights, groups).total == pytest.approx(
        inequality.theil_t(values, weights, groups).total
    )


def test_a_weight_of_two_is_two_areas(made_up):
    values, _, groups = made_up
    doubled, double_groups = np.vstack([values, values[:5]]), np.concatenate([groups, groups[:5]])
    weights = np.ones_like(values)
    weights[:5] = 2
    assert inequality.gini(values, weights) == pytest.approx(inequality.gini(doubled))
    assert inequality.theil_l(values, weights, groups).between == pytest.approx(
        inequality.theil_l(doubled, None, double_groups).between
    )


def test_equal_values_are_not_unequal():
    same = np.full((6, 1), 4.0)
    groups = np.array([0, 0, 1, 1, 2, 2])
    assert one(inequality.gini(same)) == pytest.approx(0)
    assert one(inequality.top_to_bottom_fifth(same)) == pytest.approx(1)
    assert one(inequality.theil_t(same, None, groups).total) == pytest.approx(0)


def test_the_fifths_split_the_area_on_their_edge():
    # Seven areas: the lowest fifth is 1.4 areas (10 and 0.4 x 20), the highest 70 and 0.4 x 60.
    values = column([10, 20, 30, 40, 50, 60, 70])
    expected = (70 + 0.4 * 60) / (10 + 0.4 * 20)
    assert one(inequality.top_to_bottom_fifth(values)) == pytest.approx(expected)


def test_a_weighted_quantile_is_the_value_at_which_the_share_is_reached():
    values, weights = column([30, 10, 20]), column([1, 1, 8])
    found = [one(inequality.weighted_quantile(values, weights, share)) for share in (0.1, 0.11, 0.9, 0.91)]
    assert found == [10, 20, 20, 30]


def test_measures_of_logarithms_refuse_zero_and_theil_t_takes_it():
    values = column([0.0, 1.0, 2.0, 5.0])
    groups = np.array([0, 0, 1, 1])
    assert math.isnan(one(inequality.log_deviation(values)))
    assert math.isnan(one(inequality.theil_l(values, None, groups).total))
    split = inequality.theil_t(values, None, groups)
    assert one(split.total) == pytest.approx(slow_theil([0, 1, 2, 5], [1] * 4)[0])
    assert one(split.between + split.within) == pytest.approx(one(split.total))
    assert math.isnan(one(inequality.theil_t(-values, None, groups).total))


def test_the_order_of_quantiles_is_kept():
    found = inequality.quantiles(np.random.default_rng(0).normal(size=(50, 4)), (0.1, 0.5, 0.9))
    assert all((low <= high).all() for low, high in pairwise(found))


def test_columns_without_a_value_give_nothing():
    empty = np.full((5, 1), np.nan)
    assert math.isnan(one(inequality.gini(empty)))
    assert math.isnan(one(inequality.weighted_quantile(empty, empty, 0.5)))
    assert math.isnan(one(inequality.theil_t(empty, None, np.zeros(5, np.int64)).total))
