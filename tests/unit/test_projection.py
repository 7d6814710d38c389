"""Projections, what others achieved, and breaks, against textbook formulas and statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.stats import t as student

from likeforlike.analysis.achieved import required_among_achieved, span_columns
from likeforlike.analysis.interruption import interruption, newey_west_lags
from likeforlike.analysis.projection import project

YEARS = np.arange(2015.0, 2025.0)


def test_drift_and_its_interval_follow_the_textbook():
    y = np.array([10.0, 12, 11, 14, 15, 15, 18, 17, 19, 22])
    found = project(y[None, :], YEARS, 2027.0, target=30.0, sign=1)
    steps = np.diff(y)
    drift, s = (y[-1] - y[0]) / 9, np.sqrt(((steps - (y[-1] - y[0]) / 9) ** 2).sum() / 8)
    error = s * np.sqrt(3 * (1 + 3 / 9))
    assert found.middle[0] == pytest.approx(22 + 3 * drift)
    assert found.upper_95[0] - found.middle[0] == pytest.approx(student.ppf(0.975, 8) * error)
    assert found.p_reach[0] == pytest.approx(student.sf((30 - 22 - 3 * drift) / error, 8))
    idle = np.sqrt((steps**2).mean() * 3) * student.ppf(0.975, 9)
    assert found.unchanged_upper_95[0] == pytest.approx(22 + idle)


def test_the_interval_holds_the_future_about_nineteen_times_in_twenty():
    random = np.random.default_rng(1)
    paths = np.cumsum(random.normal(0.5, 2, (4000, 15)), axis=1)
    found = project(paths[:, :10], np.arange(10.0), 14.0)
    inside = (found.lower_95 <= paths[:, 14]) & (paths[:, 14] <= found.upper_95)
    assert inside.mean() == pytest.approx(0.95, abs=0.012)


def test_shares_stay_between_zero_and_a_hundred():
    found = project(np.array([[70.0, 80, 88, 93, 96, 98]]), YEARS[:6], 2030.0, ceiling=100, target=99.0)
    assert found.middle[0] < found.upper_95[0] < 100
    assert found.lower_95[0] > 0
    assert 0.5 < found.p_reach[0] < 1
    full = project(np.array([[70.0, 80, 88, 93, 96, 100]]), YEARS[:6], 2030.0, ceiling=100)
    assert np.isnan(full.middle[0])


def test_nothing_is_projected_from_four_points_or_from_a_missing_latest_value():
    values = np.array([[np.nan, 1.0, 2, 3, 4], [1, 2, 3, 4, np.nan], [1, 2, 2, 4, 5]])
    found = project(values, YEARS[:5], 2021.0)
    assert np.isnan(found.middle[:2]).all()
    assert found.middle[2] == pytest.approx(7)
    assert list(found.points) == [4, 4, 5]
    assert np.isnan(found.p_reach).all()
    assert np.isnan(project(np.empty((2, 0)), np.empty(0), 2021.0).middle).all()


def test_uneven_points_count_by_the_years_between_them():
    times = np.array([2010.0, 2011, 2013, 2014, 2018, 2020])
    found = project(3 * times[None, :] - 6000, times, 2025.0)
    assert found.middle[0] == pytest.approx(75)
    assert found.upper_95[0] == pytest.approx(75)


def test_a_target_from_above_is_reached_from_below_it():
    y = np.array([[22.0, 19, 17, 18, 15, 15, 14, 11, 12, 10]])
    down = project(y, YEARS, 2027.0, target=8.0, sign=-1)
    up = project(-y, YEARS, 2027.0, target=-8.0, sign=1)
    assert down.p_reach[0] == pytest.approx(up.p_reach[0])
    assert down.p_reach[0] + project(y, YEARS, 2027.0, target=8.0, sign=1).p_reach[0] == pytest.approx(1)


def test_a_required_rate_stands_among_what_like_councils_and_all_others_achieved():
    achieved = np.array([1.0, 2.0, 3.0, 4.0, 5.0, np.nan, 6.0])
    required = np.array([3.0, 9.0, np.nan, 1.0, 5.0, 5.0, 1.0])
    neighbours = np.array([[1, 2, 3, 4, 6]] * 5 + [[0, 1, 2, 3, -1]] * 2)
    found = required_among_achieved(required, achieved, neighbours, 1)
    assert found.neighbour_share[0] == pytest.approx(4 / 5)
    assert found.neighbour_share[1] == 0
    assert np.isnan(found.neighbour_share[[2, 5, 6]]).all()
    assert found.neighbour_best[0] == 6
    assert found.all_share[0] == pytest.approx(4 / 5)
    assert found.all_share[4] == pytest.approx(1 / 5)  # itself left out
    assert found.all_share[5] == pytest.approx(2 / 6)
    falling = required_among_achieved(-required, -achieved, neighbours, -1)
    assert falling.neighbour_share[0] == pytest.approx(4 / 5)
    assert falling.neighbour_best[0] == -6


def test_the_span_is_the_nearest_in_length_within_the_segment():
    assert span_columns(YEARS, 9, 0, 4.0) == (5, 9)
    assert span_columns(YEARS, 9, 7, 4.0) == (7, 9)
    assert span_columns(YEARS, 9, 7, 6.0) is None
    assert span_columns(YEARS, 9, 9, 1.0) is None


def test_segmented_regression_equals_statsmodels_with_newey_west_errors():
    random = np.random.default_rng(6)
    times = np.arange(2008.5, 2024.0)
    values = random.normal(0, 1, (5, len(times))).cumsum(axis=1) + 3 * (times >= 2020.25)
    values[2, 4] = np.nan
    values[3, :9] = np.nan
    found = interruption(values, times, 2020.25)
    for row in range(5):
        keep = np.isfinite(values[row])
        after = (times[keep] >= 2020.25).astype(float)
        design = np.column_stack(
            [np.ones(keep.sum()), times[keep] - 2020.25, after, (times[keep] - 2020.25) * after]
        )
        if (after == 0).sum() < 4:
            assert np.isnan(found.level[row])
            continue
        fitted = sm.OLS(values[row, keep], design).fit(
            cov_type="HAC",
            cov_kwds={"maxlags": newey_west_lags(keep.sum()), "use_correction": True},
            use_t=True,
        )
        assert found.level[row] == pytest.approx(fitted.params[2])
        assert (found.level_lower_95[row], found.level_upper_95[row]) == pytest.approx(
            tuple(fitted.conf_int()[2])
        )
        assert (found.slope_lower_95[row], found.slope_upper_95[row]) == pytest.approx(
            tuple(fitted.conf_int()[3])
        )
    assert np.isnan(found.level[3])


def test_too_few_points_on_a_side_give_no_break():
    found = interruption(np.ones((1, 8)), np.arange(2016.0, 2024.0), 2022.0)
    assert np.isnan(found.level[0])
    assert found.points[0] == 8
