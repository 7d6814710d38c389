"""Trends: what is tested, on which periods, and what is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import statsmodels.api as sm

from likeforlike.analysis.grid import apart, even, segment_start
from likeforlike.analysis.trend import CHI_SQUARED_CRITICAL, recent_trend, trend
from likeforlike.domain.indicator import Break, Certainty
from likeforlike.domain.period import Period
from statistics_kit import HIGH, LOW, NEUTRAL, indicator_with, matrix_of, years

SAMPLE, FULL = Certainty.SAMPLE, Certainty.FULL_COUNT


def test_the_weighted_slope_equals_weighted_least_squares_with_known_errors():
    random = np.random.default_rng(2)
    values, errors = random.normal(50, 5, (40, 5)), random.uniform(0.5, 3, (40, 5))
    times = np.array([2019.5, 2020.5, 2021.5, 2022.5, 2023.5])
    found = recent_trend(values, errors, times)
    for row in range(40):

        def fitted(keep, row=row):
            design = sm.add_constant(times[keep] - 2021.5)
            return sm.WLS(values[row, keep], design, weights=errors[row, keep] ** -2).fit(
                cov_type="fixed scale"
            )

        full = fitted(np.arange(5))
        assert found.slope[row] == pytest.approx(full.params[1])
        assert found.chi_squared[row] == pytest.approx((full.params[1] / full.bse[1]) ** 2)
        signs = [fitted(np.delete(np.arange(5), k)).params[1] >= 0 for k in range(5)]
        assert found.stable[row] == all(sign == (full.params[1] >= 0) for sign in signs)


def test_falling_and_getting_better_are_two_statements():
    matrix = matrix_of([[20, 18, 16, 14, 12], [12, 14, 16, 18, 20], [15, 16, 15, 16, 15]], margin=1.0)
    found = trend(matrix, indicator_with(LOW, SAMPLE))
    assert list(found.direction) == ["falling", "rising", "no_clear_change"]
    assert list(found.judgement) == ["improving", "worsening", "no_clear_change"]
    assert found.slope_per_year[:2] == pytest.approx([-2, 2], abs=0.01)
    neutral = trend(matrix, indicator_with(NEUTRAL, SAMPLE))
    assert list(neutral.judgement) == ["not_judged", "not_judged", "no_clear_change"]


def test_one_point_that_turns_the_slope_around_makes_the_trend_unclear():
    # The last value alone carries the slope: without it the line falls.
    matrix = matrix_of([[10, 9.8, 9.6, 9.4, 14]], margin=0.5)
    found = trend(matrix, indicator_with(HIGH, SAMPLE))
    assert found.p[0] < 0.002
    assert found.direction[0] == "no_clear_change"


def test_an_estimate_without_intervals_is_not_tested_rather_than_unchanged():
    found = trend(matrix_of([[1, 2, 3, 4, 5, 6, 7, 8, 9]]), indicator_with(HIGH, SAMPLE))
    assert (found.direction[0], found.judgement[0], found.test[0]) == (
        "not_tested",
        "not_tested",
        "no_intervals",
    )
    assert np.isnan(found.slope_per_year[0])


def test_four_points_or_a_missing_newest_value_are_too_few():
    indicator = indicator_with(HIGH, SAMPLE)
    assert trend(matrix_of([[1, 2, 3, 4]], margin=0.1), indicator).test[0] == "too_few_points"
    rows = [[1, 2, 3, 4, 5]] * 19 + [[1, 2, 3, 4, np.nan]]
    assert trend(matrix_of(rows, margin=0.1), indicator).test[-1] == "too_few_points"


def test_complete_counts_need_eight_points():
    rows = [[1, 2, 3, 4, 5, 6, 7, 8], [np.nan, 2, 3, 4, 5, 6, 7, 8]]
    found = trend(matrix_of(rows), indicator_with(HIGH, FULL))
    assert list(found.test) == ["mann_kendall", "too_few_points"]
    assert found.p[0] == pytest.approx(2 / 40320)
    assert (found.first[0], found.last[0], found.points[0]) == (0, 7, 8)


def test_intervals_decide_even_for_complete_counts():
    found = trend(matrix_of([[1, 2, 3, 4, 5, 6, 7, 8]], margin=9.0), indicator_with(HIGH, FULL))
    assert (found.test[0], found.direction[0]) == ("recent_five", "no_clear_change")


def test_no_trend_crosses_a_declared_break():
    values = [[1, 2, 3, 14, 15, 16, 17]]
    broken = indicator_with(HIGH, SAMPLE, breaks=(Break(at="2013-01-01", reason="New definition"),))
    assert trend(matrix_of(values, margin=0.1), broken).test[0] == "too_few_points"
    whole = trend(matrix_of(values, margin=0.1), indicator_with(HIGH, SAMPLE))
    assert whole.direction[0] == "rising"


def test_a_series_without_periods_is_not_tested():
    found = trend(matrix_of(np.empty((3, 0))), indicator_with())
    assert list(found.test) == ["too_few_points"] * 3


def test_moving_three_year_averages_are_thinned_to_one_in_three():
    rolling = tuple(Period.of(date(y - 2, 1, 1), date(y, 12, 31)) for y in range(2008, 2025))
    assert apart(rolling, 0, 16) == [1, 4, 7, 10, 13, 16]
    matrix = replace(matrix_of([[float(v) for v in range(17)]], margin=0.2), periods=rolling)
    found = trend(matrix, indicator_with(HIGH, SAMPLE))
    assert (found.points[0], found.first[0], found.last[0]) == (5, 4, 16)
    assert (
        trend(matrix_of([[1.0] * 13], margin=0.2), indicator_with(HIGH, SAMPLE)).direction[0]
        == "no_clear_change"
    )


def test_months_are_thinned_to_one_a_year_so_that_seasons_are_no_trend():
    months = tuple(Period.months(date(2015 + m // 12, m % 12 + 1, 1), 1) for m in range(108))
    kept = apart(months, 0, 107)
    assert kept == list(range(11, 108, 12))
    season = np.tile(np.sin(np.arange(12) / 12 * 6.28), 9)[None, :]
    matrix = replace(matrix_of(season), periods=months)
    assert trend(matrix, indicator_with(HIGH, FULL)).direction[0] == "no_clear_change"


def test_only_the_newest_even_run_counts_as_consecutive():
    some = years(2010, 4) + years(2016, 4)
    assert even(some, list(range(8))) == [4, 5, 6, 7]
    assert even(some, [3]) == [3]


def test_a_period_that_straddles_a_break_stands_alone():
    rolling = tuple(Period.of(date(y - 2, 1, 1), date(y, 12, 31)) for y in range(2018, 2024))
    at = (Break(at="2021-01-01", reason="New sample"),)
    assert segment_start(rolling, at, 5) == 5  # 2021 to 2023
    assert segment_start(rolling, at, 4) == 4  # 2020 to 2022 holds both sides
    assert segment_start(rolling, at, 2) == 0  # 2018 to 2020
    assert abs(CHI_SQUARED_CRITICAL - 3.0902**2) < 1e-3
