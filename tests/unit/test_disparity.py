"""Gaps of one period: which values count, who is at the ends, what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from likeforlike.analysis.disparity import Distribution, disparity, net_deviation
from statistics_kit import matrix_of

REGIONS = np.array([0, 0, 1, 1, 2])
VALUES = [[10.0, 1.0], [20.0, 2.0], [30.0, np.nan], [40.0, -4.0], [50.0, 5.0]]


def people(rows: int, columns: int) -> np.ndarray:
    return np.arange(1.0, rows + 1)[:, None].repeat(columns, axis=1)


def test_the_measures_of_five_places_by_hand():
    found = disparity(matrix_of([[row[0]] for row in VALUES], margin=1.96), people(5, 1), REGIONS)
    assert (found.area_count[0], found.min[0], found.max[0], found.best_worst_gap[0]) == (5, 10, 50, 40)
    assert (found.p10[0], found.median[0], found.p90[0]) == (14, 30, 46)
    assert (found.p90_p10_gap[0], found.p90_p10_ratio[0]) == pytest.approx((32, 46 / 14))
    assert (found.lowest[0], found.highest[0]) == (0, 4)
    assert found.best_worst_error[0] == pytest.approx(np.sqrt(2), abs=1e-4)
    assert found.s80_s20[0] == pytest.approx(5)
    assert found.sd[0] == pytest.approx(np.sqrt(200))
    assert found.sd_net[0] == pytest.approx(np.sqrt(250 - 1), abs=1e-3)
    assert found.cv[0] == pytest.approx(np.sqrt(200) / 30)
    assert found.gini[0] == pytest.approx(0.26666667)
    # Mean of the fifteen people: (10 + 40 + 90 + 160 + 250) / 15 = 36.67.
    spread = (1 * 26.667**2 + 2 * 16.667**2 + 3 * 6.667**2 + 4 * 3.333**2 + 5 * 13.333**2) / 15
    assert found.cv_weighted[0] == pytest.approx(np.sqrt(spread) / 36.6667, abs=1e-4)
    assert found.theil_between + found.theil_within == pytest.approx(found.theil)
    assert found.refused == ""


def test_values_below_zero_refuse_proportions_with_the_reason_and_keep_differences():
    found = disparity(matrix_of(VALUES), people(5, 2), REGIONS)
    assert found.refused.startswith("1 of its values lie below zero")
    for name in ("p90_p10_ratio", "s80_s20", "cv", "cv_weighted", "gini", "theil", "sigma", "theil_l"):
        assert np.isnan(getattr(found, name)).all(), name
    assert found.best_worst_gap.tolist() == [40, 9]
    assert np.isnan(found.sd_net).all()  # no intervals


def test_a_zero_leaves_the_measures_that_can_take_it():
    found = disparity(matrix_of([[0.0], [0.0], [30.0], [40.0], [50.0]]), people(5, 1), REGIONS)
    assert np.isnan([found.sigma[0], found.theil_l[0], found.p90_p10_ratio[0], found.s80_s20[0]]).all()
    assert np.isfinite([found.gini[0], found.theil[0], found.cv[0]]).all()


def test_a_shared_estimate_counts_once_with_the_people_of_both():
    counted = np.array([[True], [False], [True], [True]])
    matrix = matrix_of([[10.0], [10.0], [20.0], [40.0]], counted=counted)
    data = Distribution.of(matrix, people(4, 1))
    assert data.people[:, 0].tolist() == [3, 0, 3, 4]
    found = disparity(matrix, people(4, 1), np.array([0, 0, 1, 1]))
    assert found.area_count[0] == 3
    assert found.median[0] == 20
    alone = disparity(
        matrix_of([[10.0], [20.0], [40.0]]), np.array([[3.0], [3.0], [4.0]]), np.array([0, 1, 1])
    )
    for name in ("cv_weighted", "gini", "gini_weighted", "theil", "theil_within", "sd"):
        assert getattr(found, name) == pytest.approx(getattr(alone, name)), name


def test_missing_people_leave_weighted_measures_to_the_others():
    weights = people(5, 1)
    weights[0] = np.nan
    found = disparity(matrix_of([[row[0]] for row in VALUES]), weights, REGIONS)
    others = disparity(matrix_of([[row[0]] for row in VALUES[1:]]), people(5, 1)[1:], REGIONS[1:])
    assert found.cv_weighted == pytest.approx(others.cv_weighted)
    assert found.area_count[0] == 5


def test_an_empty_period_has_no_measures():
    found = disparity(matrix_of([[np.nan]] * 5), people(5, 1), REGIONS)
    assert (found.area_count[0], found.lowest[0]) == (0, -1)
    assert np.isnan([found.best_worst_gap[0], found.gini[0], found.theil[0], found.p10[0], found.sd[0]]).all()


def test_a_matrix_without_periods_has_none():
    assert disparity(matrix_of(np.empty((5, 0))), people(5, 0), REGIONS).gini.shape == (0,)


def test_dispersion_net_of_sampling_error_recovers_the_truth():
    random = np.random.default_rng(4)
    truth = random.normal(0, 3, 5000)
    seen = (truth + random.normal(0, 2, 5000))[:, None]
    assert np.std(seen) == pytest.approx(np.sqrt(13), rel=0.03)
    assert net_deviation(seen, np.full((5000, 1), 2.0))[0] == pytest.approx(3, rel=0.03)
    assert net_deviation(seen, np.full((5000, 1), 9.0))[0] == 0
    some = np.full((5000, 1), 2.0)
    some[:600] = np.nan
    assert np.isnan(net_deviation(seen, some)[0])
